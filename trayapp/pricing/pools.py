"""Money that was promised or paid in advance: commitments and pools, and how a call draws them down.

Everything that says which period a moment belongs to, and how a call that crosses a pool's edge is divided, lives
here. How much is drawn is kept by ``trayapp.engine.drawdown``.

Rules:

* inside a pool a call is worth what was agreed for the pool and adds nothing to the bill; outside it is worth what
  was agreed beyond (the public list unless something else is said), and that is also what it adds;
* a call that crosses the edge is divided exactly: the inside is what was left, to the last pico-USD; the same share
  of the call that found no room, ``(inside price - left) / inside price``, is charged at the price beyond, rounded
  half-even once. All components are divided in that one share, so the two parts are amounts, not tokens. With the
  same price on both sides the parts sum to the undivided price;
* a pool is drawn by the inside part, so what is drawn never passes its amount;
* a period is half-open and begins at midnight in the pool's zone; a call belongs to the period it started in;
* pure integers; no clock.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from typing import Final, Literal

from trayapp.moments import FIRST_US, LAST_US, at, micros
from trayapp.money import half_even
from trayapp.pricing.contracts import Contract, Occasion

Cycle = Literal["month", "quarter", "year", "once"]
CYCLES: Final[tuple[Cycle, ...]] = ("month", "quarter", "year", "once")
_MONTHS: Final = {"month": 1, "quarter": 3, "year": 12}


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """One turn of a pool, and what was typed to be used in it."""

    since_us: int
    until_us: int
    counted_us: int
    """Rows from here on are added to ``typed_pico``."""
    typed_pico: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Pool:
    """An amount that is drawn down by the calls that its ``inside`` covers."""

    name: str
    amount_pico: int
    inside: Contract
    """Whom it covers, and the price inside."""
    over: Contract | None = None
    """The price beyond; ``None``: the public list."""
    cycle: Cycle = "once"
    zone: tzinfo = UTC
    used_pico: int = 0
    """What was used already when this was typed."""
    used_on_us: int | None = None
    """Since when rows are counted on top of ``used_pico``; ``None``: since the pool began."""

    def covers(self, call: Occasion) -> bool:
        """Whether a call draws on it."""
        return self.inside.covers(call)

    def period(self, at_us: int) -> Period:
        """The turn that a moment belongs to."""
        first = FIRST_US if self.inside.since_us is None else self.inside.since_us
        last = LAST_US if self.inside.until_us is None else self.inside.until_us
        since, until = (first, last) if self.cycle == "once" else self._turn(at_us)
        since, until = max(since, first), min(until, last)
        typed_at = since if self.cycle == "once" else first
        if self.used_on_us is not None:
            typed_at = self.used_on_us
        if self.used_pico and since <= typed_at < until:
            return Period(since_us=since, until_us=until, counted_us=typed_at, typed_pico=self.used_pico)
        return Period(since_us=since, until_us=until, counted_us=since, typed_pico=0)

    def _turn(self, at_us: int) -> tuple[int, int]:
        try:
            local = at(at_us).astimezone(self.zone)
            months = _MONTHS[self.cycle]
            number = (local.year * 12 + local.month - 1) // months * months
            return self._month(number), self._month(number + months)
        except (OverflowError, ValueError):
            return at_us, at_us + 1  # outside the calendar: a turn of its own

    def _month(self, number: int) -> int:
        first = datetime(number // 12, number % 12 + 1, 1, tzinfo=self.zone)
        return micros(first)


@dataclass(frozen=True, slots=True)
class Parts:
    """A call divided by a pool's edge, pico-USD."""

    inside: int
    beyond: int

    @property
    def whole(self) -> int:
        """What the call is worth."""
        return self.inside + self.beyond


def divide(left: int, inside: int, beyond: int | None) -> Parts | None:
    """Divide a call at a pool's edge.

    Args:
        left: what the pool still holds.
        inside: the price of the whole call inside.
        beyond: the price of the whole call beyond, or ``None`` when it is not known.

    Returns:
        The parts, or ``None`` when they depend on the price beyond and that is not known.
    """
    left = max(left, 0)
    if inside <= left:
        return Parts(inside, 0)
    if beyond is None:
        return None
    return Parts(left, half_even(beyond * (inside - left), inside))
