"""Ranges of the waste ledger as far as they have been counted, so that the next question goes on from there.

Everything that decides what is read again lives here. Rules:

* what began more than an hour ago has ended, almost always: so far a range is counted once. Where a call ends later, or
  gets another price, the sums differ, and the range is counted from its beginning;
* behind a range the day that is looked at as well is taken, too, once it is over: then only results are held;
* a few ranges are held, none beyond a month; one that still runs, for as long as it is asked for;
* of what fails half way nothing is left.
"""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from trayapp.insight.waste import AROUND_US, Counting, Knows
from trayapp.ledger import Ledger, Totals
from trayapp.ledger.short import CHUNK
from trayapp.spent import Spent

HELD: Final = 4
LASTS_SECONDS: Final = 900.0
"""So long after it was asked for a range that still runs is held."""
_SECOND_US: Final = 10**6
_SETTLED_US: Final = 3600 * _SECOND_US
_LONG_US: Final = 32 * 86_400 * _SECOND_US
"""Ranges beyond a month take seconds: calls that pass meanwhile shall not wait for the interpreter, so every two
milliseconds of counting are followed by a rest."""
_SMALL: Final = 200
_REST_SECONDS: Final = 0.0005

Key = tuple[int, int, str, frozenset[str]]
"""Start, end, version of the price book, projects that are looked at."""


@dataclass(frozen=True, slots=True)
class _Part:
    """The first part of a range, counted."""

    upto_us: int
    """All rows from before have been taken, and none from behind."""
    counting: Counting
    state: Totals
    """The sums over that part when it was counted."""
    asked: float
    """When, on the monotonic clock."""


class Begun:
    """Counts ranges, and holds what it has counted; for one thread at a time."""

    def __init__(self, ledger: Ledger, now_us: Callable[[], int], go_on: Callable[[], None]) -> None:
        """Nothing is counted yet.

        Args:
            ledger: the rows.
            now_us: the clock.
            go_on: raises once what is being counted is to be given up.
        """
        self._ledger = ledger
        self._now_us = now_us
        self._go_on = go_on
        self._parts: OrderedDict[Key, _Part] = OrderedDict()

    def whole(self, key: Key, knows: Callable[[], Knows]) -> Counting:
        """A range to its end; what is done to it leaves nothing behind here."""
        part = self.settled(key, knows)
        counting = part.counting.copy() if key in self._parts else part.counting
        self._take(counting, key, part.upto_us, key[1] + AROUND_US)
        return counting

    def settled(self, key: Key, knows: Callable[[], Knows], *, slowly: bool = False) -> _Part:
        """What of a range will hardly change any more."""
        since_us, until_us, _, known = key
        last = self._now_us() - _SETTLED_US
        end_us = until_us + AROUND_US
        # Between the two the range itself is over, and the day behind it is taken anew each time.
        upto_us = end_us if end_us <= last else max(min(until_us, last), since_us - AROUND_US)
        part = self._parts.pop(key, None)
        if part is not None and (part.upto_us > upto_us or self._state(since_us, part.upto_us) != part.state):
            part = None
        if part is None or part.upto_us < upto_us:
            # The sums come first: a row that ends meanwhile makes them differ from the next ones.
            state = self._state(since_us, upto_us)
            counting = Counting(since_us, until_us, knows(), known) if part is None else part.counting.copy()
            begins = since_us - AROUND_US if part is None else part.upto_us
            self._take(counting, key, begins, upto_us, slowly=slowly)
            if upto_us == end_us:
                counting.settle()
        else:
            counting, state = part.counting, part.state
        part = _Part(upto_us, counting, state, time.monotonic())
        if not _long(key):
            self._parts[key] = part
        while len(self._parts) > HELD:
            self._parts.popitem(last=False)
        return part

    def rest(self) -> None:
        """Let go of ranges that still run and were not asked for lately."""
        now, now_us = time.monotonic(), self._now_us()
        for key, part in list(self._parts.items()):
            if key[1] > now_us and now > part.asked + LASTS_SECONDS:
                del self._parts[key]

    def _state(self, since_us: int, upto_us: int) -> Totals:
        return self._ledger.totals(since_us - AROUND_US, upto_us).result()

    def _take(self, counting: Counting, key: Key, since_us: int, until_us: int, *, slowly: bool = False) -> None:
        if until_us <= since_us:
            return
        slowly = slowly or _long(key)

        def take(rows: list[Spent]) -> None:
            self._go_on()
            counting.take(rows)
            if slowly:
                time.sleep(_REST_SECONDS)

        self._ledger.short(take, since_us, until_us, _SMALL if slowly else CHUNK).result()


def _long(key: Key) -> bool:
    since_us, until_us, _, _ = key
    return until_us - since_us > _LONG_US
