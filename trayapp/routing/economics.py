"""Staying with a model or switching to another: what each costs over the turns to come, and after how many it pays.

Caches belong to one model. A switch inside a warm session gives the new model the whole conversation again, at its
price for writing, and pays that back turn by turn; at a cold boundary (a new session, after compaction, after a pause
longer than the cache's life, a sub-agent) both would have to write it, and nothing is lost.

With A the model that serves, B the other, prices per token r (cache read), w (cache write), p (output); L tokens of
context, d new ones and o of output a turn; B's counts multiplied by the tokenizers' ratio:

    stay,   turn k:  rA (L + kd) + wA d + pA o          (cold: turn 0 is wA (L + d) + pA o)
    switch, turn 0:  wB (L + d) + pB o
    switch, turn k:  rB (L + kd) + wB d + pB o

Each turn is priced by the tier of its own prompt, L + (k+1)d, and by its own date. B may need more turns for the same
work. Measured and checked against two price tables on 2026-11-23 (routing.md §C; pricing.md §7).

Rules: exact until the end; an amount is rounded half-even to pico-USD once, and a saving is the difference of two
such amounts. List prices: a plan's view is ``windowshare``. Savings are estimates and have to be drawn as such.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction
from math import ceil
from typing import Final

from trayapp.money import half_even
from trayapp.routing.course import Course, course, first
from trayapp.routing.session import SAME, Change, ModelCost, Session

FAR: Final = 1000
"""Turns up to which a round trip is looked for; no session goes on for so long without a boundary."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Economics:
    """A switch for good, seen from before the next turn. Amounts are pico-USD; a loss is negative."""

    turns: int
    warm: bool
    """Whether staying would find its cache."""
    stay_pico: int
    switch_pico: int
    once_pico: int
    """What the switch costs more than staying on the next turn; negative when it saves at once."""
    per_turn_pico: int
    """What each turn after that saves, on average over the turns to come (of one turn: the one that would follow)."""
    break_even: int | None
    """The smallest number of turns after which switching has cost less; ``None``: never."""
    pays_until: int | None
    """The last number of turns for which that is still so; ``None``: it stays so, or never was."""

    @property
    def saving_pico(self) -> int:
        """What switching saves over all turns to come."""
        return self.stay_pico - self.switch_pico

    @property
    def pays(self) -> bool:
        """Whether it saves anything over the turns to come."""
        return self.saving_pico > 0


@dataclass(frozen=True, slots=True, kw_only=True)
class RoundTrip:
    """Some turns with the other model, and then back. Pico-USD."""

    there: int
    """Turns (of ours) done by the other model."""
    back: int
    """Turns after the return that are counted."""
    warm: bool
    """Whether the return finds what was cached before."""
    stay_pico: int
    trip_pico: int

    @property
    def saving_pico(self) -> int:
        """What the trip saves; a loss is negative."""
        return self.stay_pico - self.trip_pico


def staying(session: Session, a: ModelCost) -> Course:
    """What the model that serves costs, turn by turn."""
    return course(session, a, cached=session.context if a.warm(session) else 0)


def switching(session: Session, b: ModelCost, change: Change = SAME) -> Course:
    """What the other model costs, turn by its own turn: it has nothing in its cache."""
    return course(session, b, change, cached=0)


def compare(session: Session, a: ModelCost, b: ModelCost, change: Change = SAME) -> Economics:
    """Staying with ``a`` beside switching to ``b``."""
    stay, switch = staying(session, a), switching(session, b, change)
    n = session.turns
    total = stay.total(n), switch.total(change.turns * n)
    once = switch.total(change.turns) - stay.total(1)
    many = max(n, 2)
    later = stay.total(many) - switch.total(change.turns * many) + once
    begins, ends = _crossings(stay, switch, change)
    return Economics(
        turns=n,
        warm=a.warm(session),
        stay_pico=pico(total[0]),
        switch_pico=pico(total[1]),
        once_pico=pico(once),
        per_turn_pico=pico(later / (many - 1)),
        break_even=begins,
        pays_until=ends,
    )


def round_trip(
    session: Session, a: ModelCost, b: ModelCost, change: Change = SAME, *, back: int = 1, warm: bool | None = None
) -> RoundTrip:
    """``session.turns`` turns with ``b`` and then ``back`` turns with ``a`` again, beside staying for all of them.

    What was said meanwhile still has to be written to A's cache, and all of it where that has lapsed (or never was).

    Args:
        session: before the switch.
        a: the model that serves, and serves again afterwards.
        b: the other.
        change: how ``b`` differs.
        back: turns after the return; at least 1.
        warm: whether A's cache is still there at the return; ``None``: as the session's pace and the cache's life say.
    """
    if back < 1:
        raise ValueError("at least one turn has to follow the return")
    there = session.turns
    theirs = change.turns * there
    away_us = theirs * session.pace_us
    if warm is None:
        warm = a.life_us is None or session.idle_us + away_us < a.life_us
    warm = warm and a.warm(session)
    again = course(
        session,
        a,
        cached=session.context if warm else 0,
        context=session.context + theirs * session.new,
        delay_us=away_us,
    )
    return RoundTrip(
        there=there,
        back=back,
        warm=warm,
        stay_pico=pico(staying(session, a).total(there + back)),
        trip_pico=pico(switching(session, b, change).total(theirs) + again.total(back)),
    )


def round_trip_break_even(
    session: Session, a: ModelCost, b: ModelCost, change: Change = SAME, *, back: int = 1, warm: bool | None = None
) -> int | None:
    """The fewest turns with ``b``, up to ``FAR``, after which going back has not eaten the saving."""
    for there in range(1, FAR + 1):
        if round_trip(replace(session, turns=there), a, b, change, back=back, warm=warm).saving_pico > 0:
            return there
    return None


def _crossings(stay: Course, switch: Course, change: Change) -> tuple[int | None, int | None]:
    """From which number of turns on switching is cheaper, and the last one (``None``: for good)."""

    def gain(n: int) -> Fraction:
        return stay.total(n) - switch.total(change.turns * n)

    edges = {*stay.edges, *(ceil(edge / change.turns) for edge in switch.edges)}
    period = change.turns.denominator
    begins = first(gain, edges, period=period)
    if begins is None:
        return None, None
    ends = first(lambda n: -gain(n), edges, period=period, since=begins, holds=lambda v: v >= 0)
    return begins, None if ends is None else ends - 1


def pico(amount: Fraction) -> int:
    """Whole pico-USD, half to even; the sign apart, so that a loss is rounded like a gain."""
    size = half_even(abs(amount.numerator), amount.denominator)
    return -size if amount < 0 else size
