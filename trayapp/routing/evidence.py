"""What this person's own outcomes say about a cheaper model, per kind of work and pair of models.

Everything that turns outcomes into "proven" lives here. A belief is a Beta distribution: it starts from a prior worth
``PRIOR`` observations at the precision that was measured by cross-validation (``resources/routing/evaluation.json`` for
task types, ``kinds.EASY`` for kinds of calls; the caller passes it), moved by what a team counted, and learns each
outcome. A switch is proven when the belief's ``DOUBT`` quantile is above p*, the share of good outcomes at which a
cheap attempt and now and then a failed one cost as much as the dearer model (facts: routing §C).

Outcomes of the last ``WEEKS`` weeks count, each alike. A window, not a decay: models and projects change, but "worked
38 of 40 times for you" has to be a count that a person can check. Two bad ones among the last ten withdraw a rule at
once, whatever the belief; only the person takes it up again.

Rules: pure, no clock; plain values only: task types, names of models, weeks and counts; no text, no session, no
project, no moment finer than a week. Money is pico-USD as ``int`` or ``Fraction``; a probability never becomes money.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from math import ceil, floor, isfinite
from typing import TYPE_CHECKING, Annotated, Final

import msgspec

from trayapp.moments import at
from trayapp.money import PICO
from trayapp.routing import beta

if TYPE_CHECKING:
    from trayapp.routing.outcomes import Outcome

PRIOR: Final = 20
"""Observations that the prior is worth."""
MOST_TEAM: Final = 40
"""Observations that a team's counts are worth at most: own experience outweighs them before long."""
DOUBT: Final = 0.1
"""The share of the belief that may lie below what is claimed."""
WEEKS: Final = 26
RECENT: Final = 10
MOST_BAD: Final = 2
"""Bad outcomes among the last ``RECENT`` that withdraw a rule."""
FAILED_PICO: Final = PICO // 2
"""What a failed attempt costs, unless the user says otherwise: half a dollar of a person's time."""
_SUREST: Final = 0.98
"""The most that a prior may claim; nothing is known more surely than it was measured."""
_LEAST: Final = 0.02
_WEEK_US: Final = 7 * 86_400 * 10**6
_FAR_US: Final = 250_000_000_000 * 10**6

_Name = Annotated[str, msgspec.Meta(min_length=1, max_length=128)]
_Number = Annotated[int, msgspec.Meta(ge=0, le=10**9)]
_Label = Annotated[str, msgspec.Meta(pattern=r"^\d{4}-W\d{2}$")]


class EvidenceError(ValueError):
    """A dump cannot be read."""


class Pair(msgspec.Struct, frozen=True, order=True):
    """What evidence is about."""

    what: _Name
    """A task type, or a kind of call as ``kinds.LABELS`` names it."""
    asked: _Name
    served: _Name


class Count(msgspec.Struct, frozen=True, order=True):
    """Outcomes of one pair in one week: all that ever leaves the machine."""

    what: _Name
    asked: _Name
    served: _Name
    week: _Label
    """ISO week in UTC: ``2026-W48``."""
    good: _Number
    bad: _Number

    @property
    def pair(self) -> Pair:
        """What it counts."""
        return Pair(self.what, self.asked, self.served)


class Recent(msgspec.Struct, frozen=True, order=True):
    """The newest outcomes of one pair, the last one at the end."""

    pair: Pair
    good: tuple[bool, ...]


class Book(msgspec.Struct, frozen=True, kw_only=True):
    """All evidence of one person. Never changed: each method gives a new one."""

    counts: tuple[Count, ...] = ()
    recent: tuple[Recent, ...] = ()
    team: tuple[Count, ...] = ()
    """What a team counted; a prior only. Weeks are not looked at: the team's server keeps to its own window."""

    def learned(self, outcome: Outcome) -> Book:
        """With one more outcome; those without a task, as asked or held back are no evidence."""
        if outcome.task is None or not outcome.switched or outcome.held:
            return self
        return self.noted(Pair(outcome.task, outcome.asked, outcome.served), outcome.good, outcome.at_us)

    def noted(self, pair: Pair, good: bool, at_us: int) -> Book:
        """With one more outcome; what lies before the window is dropped."""
        week, first = _week(at_us), _week(at_us - (WEEKS - 1) * _WEEK_US)
        one = Count(pair.what, pair.asked, pair.served, week, int(good), int(not good))
        kept = (count for count in self.counts if count.week >= first)
        before = dict(_recent(self.recent)).get(pair, ())
        recent = {**dict(_recent(self.recent)), pair: (*before, good)[-RECENT:]}
        return msgspec.structs.replace(self, counts=_summed([*kept, one]), recent=_sorted(recent))

    def taken_up(self, pair: Pair) -> Book:
        """The person wants a withdrawn pair again: its counts stay, its last ten begin anew."""
        return msgspec.structs.replace(self, recent=tuple(r for r in self.recent if r.pair != pair))

    def with_team(self, counts: Iterable[Count]) -> Book:
        """With a team's counts instead of those it had before."""
        return msgspec.structs.replace(self, team=_summed(counts))

    def tally(self, pair: Pair, now_us: int) -> tuple[int, int]:
        """Good and bad outcomes of a pair in the window that ends now."""
        first = _week(now_us - (WEEKS - 1) * _WEEK_US)
        return _tally(count for count in self.counts if count.pair == pair and count.week >= first)

    def team_tally(self, pair: Pair) -> tuple[int, int]:
        """Good and bad outcomes of a pair in the team."""
        return _tally(count for count in self.team if count.pair == pair)

    def export(self) -> tuple[Count, ...]:
        """What may be sent to a team: own counts by week, nothing else."""
        return self.counts


class State(StrEnum):
    """How far a switch may be trusted."""

    PROVEN = "proven"
    UNPROVEN = "unproven"
    """Below p*: a card offers one hour of trial and says so."""
    WITHDRAWN = "withdrawn"
    """Two of the last ten went wrong: a rule for it stops."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What is known of a pair."""

    state: State
    lower: float
    """It works at least that often, with nine chances in ten."""
    needed: Fraction
    """p*: how often it has to work to pay. 1 and more: it never pays."""
    good: int
    tried: int
    words: str


def p_star(cheap: int | Fraction, dear: int | Fraction, failed: int | Fraction = FAILED_PICO) -> Fraction:
    """The share of good outcomes from which on trying the cheap model first pays.

    A failed attempt costs its price, the dear model's after all, and ``failed``: p* = (cheap + failed) / (dear +
    failed). 1 or more: never. Where everything is free there is nothing to gain: 1.

    Args:
        cheap: the task's cost on the cheap model, pico-USD.
        dear: the same on the dear one.
        failed: what a failed attempt costs the person besides.

    Raises:
        ValueError: an amount is negative.
    """
    if min(cheap, dear, failed) < 0:
        raise ValueError("costs are never negative")
    return Fraction(cheap + failed) / Fraction(dear + failed) if dear + failed else Fraction(1)


def belief(precision: float, own: tuple[int, int], team: tuple[int, int] = (0, 0)) -> tuple[float, float]:
    """The Beta distribution's two parameters after the prior, a team's and one's own outcomes.

    Args:
        precision: measured share of good ones, 0 to 1; held between 2 % and 98 %. Not a number: one half.
        own: good and bad outcomes.
        team: the same of a team, scaled down to ``MOST_TEAM``.
    """
    share = min(_SUREST, max(_LEAST, precision)) if isfinite(precision) else 0.5
    scale = min(1.0, MOST_TEAM / max(1, sum(team)))
    return PRIOR * share + scale * team[0] + own[0], PRIOR * (1 - share) + scale * team[1] + own[1]


def standing(book: Book, pair: Pair, precision: float, needed: Fraction, now_us: int) -> Standing:
    """Whether a pair is proven.

    Args:
        book: the evidence.
        pair: which work, from which model to which.
        precision: see ``belief``.
        needed: ``p_star`` of that work.
        now_us: where the window ends.
    """
    own, team = book.tally(pair, now_us), book.team_tally(pair)
    lower = beta.quantile(DOUBT, *belief(precision, own, team))
    last = next((recent.good for recent in book.recent if recent.pair == pair), ())
    bad = last.count(False)
    state = State.PROVEN if lower > needed else State.UNPROVEN
    if bad >= MOST_BAD:
        state = State.WITHDRAWN
    return Standing(
        state=state,
        lower=lower,
        needed=needed,
        good=own[0],
        tried=sum(own),
        words=_words(state, lower, needed, own, team, (bad, len(last))),
    )


def dump(book: Book) -> bytes:
    """The evidence as JSON."""
    return msgspec.json.encode(book)


def load(raw: bytes) -> Book:
    """What ``dump`` wrote.

    Raises:
        EvidenceError: it is not that.
    """
    try:
        book = msgspec.json.decode(raw, type=Book)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise EvidenceError("this is no dump of evidence") from error
    return Book(
        counts=_summed(book.counts),
        recent=_sorted({recent.pair: recent.good[-RECENT:] for recent in book.recent}),
        team=_summed(book.team),
    )


def _words(
    state: State,
    lower: float,
    needed: Fraction,
    own: tuple[int, int],
    team: tuple[int, int],
    last: tuple[int, int],
) -> str:
    tried = f"worked {own[0]} of {_times(sum(own))} for you" if sum(own) else "not tried by you so far"
    if sum(team):
        tried = f"{tried}, {team[0]} of {_times(sum(team))} in your team"
    if state is State.WITHDRAWN:
        return f"{tried}; withdrawn, because {last[0]} of the last {last[1]} went wrong"
    if state is State.PROVEN:
        return tried if sum(own) or sum(team) else f"{tried}; what is known of such work is enough"
    if needed >= 1:
        return f"{tried}; it cannot pay, because it costs no less"
    return (
        f"{tried}; unproven: it has to work {ceil(needed * 100)} % of the time to pay, "
        f"and so far only {floor(lower * 100)} % is sure enough"
    )


def _times(number: int) -> str:
    return f"{number:,} time" if number == 1 else f"{number:,} times"


def _week(at_us: int) -> str:
    year, week, _ = at(min(max(at_us, 0), _FAR_US)).isocalendar()
    return f"{year:04}-W{week:02}"


def _tally(counts: Iterable[Count]) -> tuple[int, int]:
    good = bad = 0
    for count in counts:
        good, bad = good + count.good, bad + count.bad
    return good, bad


def _summed(counts: Iterable[Count]) -> tuple[Count, ...]:
    """One count per pair and week, in order."""
    sums: dict[tuple[Pair, str], tuple[int, int]] = {}
    for count in counts:
        good, bad = sums.get((count.pair, count.week), (0, 0))
        sums[count.pair, count.week] = (good + count.good, bad + count.bad)
    return tuple(
        Count(pair.what, pair.asked, pair.served, week, good, bad)
        for (pair, week), (good, bad) in sorted(sums.items())
        if good or bad
    )


def _recent(recent: Iterable[Recent]) -> list[tuple[Pair, tuple[bool, ...]]]:
    return [(one.pair, one.good) for one in recent]


def _sorted(recent: dict[Pair, tuple[bool, ...]]) -> tuple[Recent, ...]:
    return tuple(Recent(pair, good) for pair, good in sorted(recent.items()) if good)
