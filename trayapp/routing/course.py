"""What one model costs turn by turn, and from which turn on one course is cheaper than another.

Everything that adds up turns lives here. The context grows by the same amount each turn, so the cost of turn k is
``base + slope * k`` as long as no tier and no date is crossed: a course is a few such pieces, its sums are closed
forms, and a break-even is found in a few steps however far away it lies. Exact: integers and fractions only.

Rules: turns count from 0; a part of a turn costs that part of the whole one, because an inflation of turns is an
average over many sessions.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from fractions import Fraction
from math import ceil, floor

from trayapp.routing.session import SAME, Change, ModelCost, Session


@dataclass(frozen=True, slots=True)
class Piece:
    """Turns that cost ``base + slope * k`` each, up to the next piece."""

    start: int
    base: Fraction
    slope: Fraction

    def sum(self, until: int) -> Fraction:
        """Its turns before ``until``."""
        count = until - self.start
        return self.base * count + self.slope * Fraction(count * (self.start + until - 1), 2)


class Course:
    """What a model costs from one turn to the next."""

    __slots__ = ("_before", "_pieces", "_starts")

    def __init__(self, pieces: Iterable[Piece]) -> None:
        self._pieces = tuple(pieces)
        self._starts = tuple(piece.start for piece in self._pieces)
        before = [Fraction(0)]
        for piece, following in zip(self._pieces, self._pieces[1:], strict=False):
            before.append(before[-1] + piece.sum(following.start))
        self._before = tuple(before)

    @property
    def edges(self) -> tuple[int, ...]:
        """The turns at which something changes."""
        return self._starts

    def turn(self, k: int) -> Fraction:
        """What turn ``k`` costs."""
        piece = self._pieces[bisect_right(self._starts, k) - 1]
        return piece.base + piece.slope * k

    def total(self, turns: int | Fraction) -> Fraction:
        """What that many turns cost, from the first one on."""
        whole = floor(turns)
        at = bisect_right(self._starts, whole) - 1
        total = self._before[at] + self._pieces[at].sum(whole)
        part = turns - whole
        return total + self.turn(whole) * part if part else total


def course(
    session: Session,
    cost: ModelCost,
    change: Change = SAME,
    *,
    cached: int | Fraction,
    context: int | Fraction | None = None,
    delay_us: int | Fraction = 0,
) -> Course:
    """What a model costs in a session.

    Args:
        session: the session, in our tokens.
        cost: the model.
        change: how its counting differs from ours.
        cached: tokens (ours) that its cache holds at the first turn; the rest of the context is written.
        context: the context (ours) at the first turn; the session's by default.
        delay_us: how much later than the session's moment it begins.
    """
    start = change.tokens * (session.context if context is None else context)
    held = change.tokens * cached
    new = change.tokens * session.new
    output = change.tokens * change.output * session.output
    begin = session.at_us + delay_us
    lapses = cost.lapses(session)

    edges = {0, 1}
    for dated in cost.prices:
        if dated.since_us is not None and session.pace_us:
            edges.add(max(0, ceil((dated.since_us - begin) / Fraction(session.pace_us))))
        for step in dated.steps:
            if new:  # the prompt of turn k holds start + (k + 1) * new tokens
                edges.add(max(0, ceil((step.least - start) / new) - 1))
    pieces = []
    for k in sorted(edges):
        rates = cost.rates(begin + k * session.pace_us, start + (k + 1) * new)
        each = rates.write * new + rates.output * output
        if k == 0:
            pieces.append(Piece(0, each + rates.read * held + rates.write * (start - held), Fraction(0)))
        else:
            again = rates.write if lapses else rates.read
            pieces.append(Piece(k, each + again * start, again * new))
    return Course(pieces)


def first(
    value: Callable[[int], Fraction],
    edges: Iterable[int],
    *,
    period: int = 1,
    since: int = 1,
    holds: Callable[[Fraction], bool] = lambda v: v > 0,
) -> int | None:
    """The smallest ``n >= since`` for which ``holds(value(n))``, or ``None``.

    Args:
        value: between two edges it is a polynomial of at most the second degree in n, apart for each residue of n by
            ``period``.
        edges: where it may become another polynomial.
        period: see ``value``.
        since: where to begin.
        holds: ``v > 0``, or another test that every greater value passes as well.
    """
    starts = sorted({since, *(edge for edge in edges if edge > since)})
    for low, following in zip(starts, [*starts[1:], None], strict=True):
        found: int | None = None
        for n in range(low, low + period if following is None else min(low + period, following)):
            last = None if following is None else (following - 1 - n) // period
            i = _first_of_polynomial([value(n + i * period) for i in range(3 if last is None else min(3, last + 1))],
                                     last, holds)  # fmt: skip
            if i is not None and (found is None or n + i * period < found):
                found = n + i * period
        if found is not None:
            return found
    return None


def _first_of_polynomial(values: list[Fraction], last: int | None, holds: Callable[[Fraction], bool]) -> int | None:
    """The smallest index up to ``last`` (``None``: any) that holds, from a polynomial's first three values."""
    for i, v in enumerate(values):
        if holds(v):
            return i
    if len(values) < 3:
        return None
    slope = values[1] - values[0]
    bend = values[2] - 2 * values[1] + values[0]
    # The values rise where slope + bend * i > 0: from `low` up to `high` (None: for ever).
    low, high = 0, last
    if bend < 0:
        peak = max(0, ceil(-slope / bend))
        high = peak if last is None else min(peak, last)
    elif bend > 0:
        low = max(0, ceil(-slope / bend))
        if last is not None and low > last:
            return None
    elif slope <= 0:
        return None

    def at(i: int) -> bool:
        return holds(values[0] + slope * i + bend * Fraction(i * (i - 1), 2))

    if high is None:
        high = low + 1
        while not at(high):
            high = low + 2 * (high - low)
    elif not at(high):
        return None
    while low < high:
        middle = (low + high) // 2
        if at(middle):
            high = middle
        else:
            low = middle + 1
    return high
