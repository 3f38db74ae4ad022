"""Prompts that are far larger than a session's usual one.

Everything that tells them lives here. A session's usual prompt is the median of its main calls' prompts, in tokens; of
an even number the middle between the two in the middle. A main call's tokens beyond three times that are bloat, and so
is the same share of what its prompt cost. A session with fewer than five main calls has no usual prompt.

Rules: prompts of nothing (calls that failed) are no calls; rows of several models are left out; bounded: a session that
was idle for a week is settled, and is kept in five numbers a call until then.
"""

from __future__ import annotations

from array import array
from collections import OrderedDict
from collections.abc import Mapping
from fractions import Fraction
from typing import Final

from trayapp.insight.rewrites import WEEK_US
from trayapp.insight.tally import Tally, components
from trayapp.spent import Spent
from trayapp.values import Kind

TIMES: Final = 3
LEAST: Final = 5
_PROMPT: Final = (
    "input",
    "cache_read",
    "cache_write",
    "cache_write_1h",
    "cache_write_12h",
    "input_audio",
    "cache_read_audio",
)
_UNKNOWN: Final = -1
_WIDTH: Final = 5
_INSIDE, _SURE = 1, 2


class Bloat:
    """Told of every call in the order of their start; ``settle`` counts what is bloated."""

    __slots__ = ("_by", "_tally")

    def __init__(self, tally: Tally) -> None:
        self._tally = tally
        self._by: OrderedDict[str, array[int]] = OrderedDict()
        """For each call of a session: prompt, cost of the prompt, start, id, marks."""

    def take(self, row: Spent, *, inside: bool) -> None:
        """A call; one that is not ``inside`` the range is part of what is usual and never counted."""
        if row.kind != Kind.MAIN or row.session is None or not row.prompt or row.several:
            return
        calls = self._by.get(row.session)
        if calls is None:
            calls = self._by[row.session] = array("q")
            self._forget(row.started_us)
        else:
            self._by.move_to_end(row.session)
        marks = (_INSIDE if inside else 0) | (_SURE if row.sure else 0)
        calls.extend((row.prompt, _prompt_cost(row), row.started_us, row.id, marks))

    def settle(self) -> None:
        """Count all that is left."""
        while self._by:
            self._settle(*self._by.popitem(last=False))

    def _forget(self, now_us: int) -> None:
        while len(self._by) > 1:
            session, calls = next(iter(self._by.items()))
            if calls[-3] + WEEK_US >= now_us:
                return
            del self._by[session]
            self._settle(session, calls)

    def _settle(self, session: str, calls: array[int]) -> None:
        prompts = calls[::_WIDTH]
        if len(prompts) < LEAST:
            return
        ordered = sorted(prompts)
        middle = len(ordered) // 2
        # Twice the most that is usual, so that the middle between two whole numbers is one, too.
        most = TIMES * (ordered[middle] + ordered[-middle - 1])
        if 2 * ordered[-1] <= most:
            return
        for at in range(0, len(calls), _WIDTH):
            prompt, cost, started_us, row_id, marks = calls[at : at + _WIDTH]
            if 2 * prompt > most and marks & _INSIDE:
                share = None if cost == _UNKNOWN else Fraction(cost * (2 * prompt - most), 2 * prompt)
                self._tally.put(started_us, row_id, session, share, sure=bool(marks & _SURE))


def _prompt_cost(row: Spent) -> int:
    """What a row's prompt cost; ``_UNKNOWN`` where it has no price, or none by components."""
    if row.pico is None:
        return _UNKNOWN
    cost: Mapping[str, int] = components(row)
    if not cost:
        return _UNKNOWN if row.pico else 0
    known = [cost[name] for name in _PROMPT if name in cost]
    return sum(known) if known else _UNKNOWN
