"""What the engine tells its faces about the team: how syncing stands, what the team decides, how its pools stand.

Everything about the team that crosses the control socket is defined here; ``snapshot`` carries a ``TeamView`` with each
glance. Rules: as in ``control``: unknown fields are ignored, missing ones take their default, money is a decimal string
of pico-USD on the wire; standard library only.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any, Final

from trayapp.said import Said, say, sentence_of, wire
from trayapp.trouble import Trouble

STATES: Final = ("ok", "offline", "behind", "paused", "revoked", "asks", "locked")
"""``behind``: much waits to be sent; ``asks``: the team wants to be told more than was agreed to; ``locked``: the
device's key cannot be had now."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PoolView:
    """Money that several share, as the server has told it."""

    name: str
    kind: str = "soft"
    """``soft`` or ``hard``."""
    period: str = ""
    """``day``, ``week`` or ``month``."""
    since: int = 0
    until: int = 0
    """UTC epoch seconds."""
    pico_limit: int = 0
    share: float | None = None
    """Used share; coarse where fewer than five share it."""
    pico_spent: int | None = None
    pico_per_day: int | None = None
    pico_low: int | None = None
    pico_high: int | None = None
    """What the period will have cost, four times in five between the two."""
    as_of: int = 0
    members: int = 0
    """How many share it; 0: fewer than five."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TeamView:
    """The team, as its member sees it."""

    team: str = ""
    tenant: str = ""
    server: str = ""
    state: str = "ok"
    """One of ``STATES``."""
    words: str = ""
    """The state in a sentence."""
    last_us: int = 0
    """When syncing last succeeded; 0: never since the engine began."""
    waiting: int = 0
    """Buckets that wait to be sent, changed hours among them."""
    refused: int = 0
    """Buckets that the server would not take any more (too old)."""
    policy: int = 0
    """Version of the policy that holds; 0: none does."""
    policy_until: int = 0
    """When it expires, UTC epoch seconds."""
    mode: str = ""
    """The mode that the team has chosen; empty: none. Where ``override`` lets its member choose, another may hold."""
    override: bool = True
    block: bool = False
    decides: tuple[str, ...] = ()
    """What the team decides, in sentences."""
    dimensions: tuple[str, ...] = ()
    """By what it is told."""
    asks: tuple[str, ...] = ()
    """Dimensions that the team wants beside those; `spendlight team agree` agrees."""
    pools: tuple[PoolView, ...] = ()
    said: tuple[Any, ...] = field(default=(), compare=False, repr=False)
    """What each line of ``decides`` was made of (``said.wire``)."""

    def __post_init__(self) -> None:
        """Keep what the lines were made of beside them, and the lines themselves plain."""
        if any(isinstance(each, Said) for each in self.decides):
            object.__setattr__(self, "said", tuple(wire(each) for each in self.decides))
            object.__setattr__(self, "decides", tuple(str(each) for each in self.decides))

    @property
    def sentences(self) -> tuple[Said, ...]:
        """``decides`` with what it was made of, to be translated."""
        made_of = self.said if len(self.said) == len(self.decides) else (None,) * len(self.decides)
        return tuple(sentence_of(text, made) for text, made in zip(self.decides, made_of, strict=True))


def team_from_json(data: object) -> TeamView | None:
    """Read it; anything that is not one gives ``None``."""
    if not isinstance(data, Mapping):
        return None
    values = _known(TeamView, data)
    for name in ("decides", "dimensions", "asks", "said"):
        values[name] = tuple(values.get(name) or ())
    values["pools"] = tuple(PoolView(**{"name": "", **_known(PoolView, each)}) for each in values.get("pools") or ())
    return TeamView(**values)


def _known(kind: Any, data: Mapping[str, Any]) -> dict[str, Any]:
    found = {field.name: data[field.name] for field in fields(kind) if field.name in data}
    return {k: int(v) if k.startswith("pico_") and isinstance(v, str) else v for k, v in found.items()}


def decided(team: str) -> Trouble:
    """The user may not change what the team has decided."""
    return Trouble(
        title=say("Your team decides that"),
        message=say("{team} has set it for all its members.", team=team),
        fix=say("`spendlight team status` shows what it decides; `spendlight team leave` ends that."),
        code="team_decides",
    )
