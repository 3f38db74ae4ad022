"""Prompts that are far larger than a session's usual one.

Everything that tells them lives here. A session's usual prompt is the median of its main calls' prompts, in tokens; of
an even number the middle between the two in the middle. A main call's tokens beyond three times that are bloat, and so
is the same share of what its prompt cost. A session with fewer than five main calls has no usual prompt.

Rules: prompts of nothing (calls that failed) are no calls; rows of several models are left out; bounded: a session that
was idle for a week is settled, and is kept in a few numbers a call until then.
"""

from __future__ import annotations

from array import array
from collections import OrderedDict
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
_MAIN: Final = str(Kind.MAIN)
_UNKNOWN: Final = -1
_WIDTH: Final = 5
_INSIDE, _SURE = 1, 2


class _Session:
    """What is kept of a session's main calls."""

    __slots__ = ("last_us", "numbers")

    def __init__(self) -> None:
        self.numbers = array("q")
        """For each call: its prompt, what that cost (−1: nobody knows), start, id, marks."""
        self.last_us = 0


class Bloat:
    """Told of every call in the order of their start; ``settle`` counts what is bloated."""

    __slots__ = ("_by", "_tally")

    def __init__(self, tally: Tally) -> None:
        self._tally = tally
        self._by: OrderedDict[str, _Session] = OrderedDict()

    def copy(self, tally: Tally) -> Bloat:
        """Another one that goes on from here by itself, and counts in that tally."""
        other = Bloat(tally)
        for name, session in self._by.items():
            other._by[name] = same = _Session()
            same.numbers, same.last_us = session.numbers[:], session.last_us
        return other

    def take(self, row: Spent, *, inside: bool) -> None:
        """A call; one that is not ``inside`` the range is part of what is usual and never counted."""
        name, prompt = row.session, row.prompt
        if row.kind != _MAIN or name is None or not prompt or row.several:
            return
        session = self._by.get(name)
        if session is None:
            session = self._by[name] = _Session()
            self._forget(row.started_us)
        else:
            self._by.move_to_end(name)
        cost = _prompt_cost(row)
        marks = (_INSIDE if inside else 0) | (_SURE if row.sure else 0)
        session.numbers.extend((prompt, cost, row.started_us, row.id, marks))
        session.last_us = row.started_us

    def settle(self) -> None:
        """Count all that is left."""
        while self._by:
            self._settle(*self._by.popitem(last=False))

    def _forget(self, now_us: int) -> None:
        while len(self._by) > 1:
            name, session = next(iter(self._by.items()))
            if session.last_us + WEEK_US >= now_us:
                return
            del self._by[name]
            self._settle(name, session)

    def _settle(self, name: str, session: _Session) -> None:
        numbers = session.numbers
        ordered = sorted(numbers[::_WIDTH])
        if len(ordered) < LEAST:
            return
        middle = len(ordered) // 2
        # Twice the most that is usual, so that the middle between two whole numbers is one, too.
        most = TIMES * (ordered[middle] + ordered[-middle - 1])
        if 2 * ordered[-1] <= most:
            return
        for at in range(0, len(numbers), _WIDTH):
            prompt, cost, started_us, row_id, marks = numbers[at : at + _WIDTH]
            if 2 * prompt > most and marks & _INSIDE:
                share = None if cost == _UNKNOWN else Fraction(cost * (2 * prompt - most), 2 * prompt)
                self._tally.put(started_us, row_id, name, share, sure=bool(marks & _SURE))


def _prompt_cost(row: Spent) -> int:
    """What a row's prompt cost; −1 where it has no price, or none by components."""
    if not row.pico:
        return _UNKNOWN if row.pico is None else 0
    cost = components(row.components)
    found, known = 0, False
    for name in _PROMPT:
        if name in cost:
            found += cost[name]
            known = True
    return found if known else _UNKNOWN
