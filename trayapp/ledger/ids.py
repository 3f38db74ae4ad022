"""Row ids: time-ordered, unique, cheap.

An id is 63 bits: 43 bits of epoch milliseconds, then 20 bits that count up within a millisecond. It is always
greater than every id handed out before and than every id in the ledger, so a clock that steps back only makes ids
run on from the last one until the clock has caught up. Ids order rows by the moment their id was made;
``started_us`` orders them by the moment the call began (they differ for imported rows).
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Final

COUNTER_BITS: Final = 20
MAX_ID: Final = 2**63 - 1


def time_of(row_id: int) -> int:
    """The epoch microseconds at which an id was made (to the millisecond, as the clock then stood)."""
    return (row_id >> COUNTER_BITS) * 1000


class IdSource:
    """Hands out ids. Safe to share between threads."""

    __slots__ = ("_last", "_lock", "_now_us")

    def __init__(self, now_us: Callable[[], int]) -> None:
        self._now_us = now_us
        self._last = 0
        self._lock = threading.Lock()

    def above(self, row_id: int) -> None:
        """Never hand out ``row_id`` or anything below it from now on."""
        with self._lock:
            self._last = max(self._last, row_id)

    def next(self) -> int:
        """A new id."""
        fresh = (self._now_us() // 1000) << COUNTER_BITS
        with self._lock:
            self._last = fresh if fresh > self._last else self._last + 1
            return self._last
