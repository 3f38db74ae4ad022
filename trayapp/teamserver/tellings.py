"""Which pools may be told in fine steps: those from which no group of fewer than five people can be subtracted.

A pool tells of the people of one team, or of all, since the beginning of its period. Several pools together tell of
every group that is left when one is taken from another: the people outside a team, the days before a week began. So
pools are looked at together, in a fixed order, and one is told in fine steps only if afterwards each of the smallest
parts, into which all pools that are told so divide people and days, holds five people or more, or nobody. All others
are told on the wide ladder (``rungs.py``), as if fewer than five spent from them.

Rules: pure; only who spent when decides, never how much.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

ENOUGH: Final = 5


@dataclass(frozen=True, slots=True, order=True)
class Telling:
    """Who and since when."""

    team: str
    """Empty: all."""
    since: int


@dataclass(frozen=True, slots=True)
class Heads:
    """How many people spent, of those whose team and span it is."""

    some: int
    """In any of the amounts that pools count."""
    every: int
    """In each of them."""

    @property
    def enough(self) -> bool:
        """Whether they may be told of by themselves."""
        return self.some == 0 or self.every >= ENOUGH


Count = Callable[[str, int, int | None], Heads]
"""People of a team who spent from one moment to before another (``None``: until now)."""


def fine(tellings: Sequence[Telling], teams: Sequence[str], count: Count) -> frozenset[Telling]:
    """Those that may be told in fine steps."""
    accepted: tuple[Telling, ...] = ()
    for telling in sorted(set(tellings)):
        whole = [count(team, telling.since, None) for team in teams if telling.team in ("", team)]
        enough = sum(heads.every for heads in whole) >= ENOUGH
        if enough and all(part.enough for part in _parts((*accepted, telling), teams, count).values()):
            accepted = (*accepted, telling)
    return frozenset(accepted)


def _parts(told: tuple[Telling, ...], teams: Sequence[str], count: Count) -> Mapping[frozenset[Telling], Heads]:
    """The smallest parts: people and days that lie in the same pools."""
    starts = sorted({telling.since for telling in told})
    parts: dict[frozenset[Telling], Heads] = {}
    for team in teams:
        own = [telling for telling in told if telling.team in ("", team)]
        begun = 0
        while begun < len(starts):
            within = frozenset(telling for telling in own if telling.since <= starts[begun])
            ended = begun + 1
            while ended < len(starts) and frozenset(t for t in own if t.since <= starts[ended]) == within:
                ended += 1
            if within:
                heads = count(team, starts[begun], starts[ended] if ended < len(starts) else None)
                known = parts.get(within, Heads(0, 0))
                parts[within] = Heads(known.some + heads.some, known.every + heads.every)
            begun = ended
    return parts
