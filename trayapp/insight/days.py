"""Local days from the ledger's hour sums.

Everything that lays UTC hours on local days lives here. Rules: an hour belongs to the local day and hour of its middle
(zones with half hours lose nothing but the edge, and this feeds forecasts only: what is *spent* is asked of the ledger
to the microsecond); a repeated hour of a 25-hour day counts where it falls; days without a call are days of zero.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta, tzinfo
from itertools import accumulate
from typing import Final

from trayapp.insight.periods import local

HOURS: Final = 24
_HALF_HOUR_US: Final = 1_800_000_000


@dataclass(frozen=True, slots=True)
class Day:
    """What one local day cost."""

    date: date
    done: tuple[float, ...]
    """Pico-USD by the end of each hour; the last is the whole day."""

    @property
    def total(self) -> float:
        """Pico-USD of the whole day."""
        return self.done[-1]

    def by(self, hour: float) -> float:
        """Pico-USD by a local hour of the day, 0–24; within an hour evenly."""
        whole = min(int(hour), HOURS - 1)
        before = self.done[whole - 1] if whole else 0.0
        return before + (self.done[whole] - before) * min(hour - whole, 1.0)


def day(date: date, hours: Iterable[float]) -> Day:
    """A day from what each of its 24 hours cost."""
    return Day(date, tuple(accumulate(hours)))


def local_days(sums: Iterable[tuple[int, int]], today: date, zone: tzinfo | None) -> list[Day]:
    """The days before ``today``, oldest first, from the first that cost something.

    Args:
        sums: the start of each UTC hour (epoch microseconds) and its pico-USD; hours may be left out.
        today: the local date that is not over.
        zone: the zone.
    """
    found: dict[date, list[float]] = {}
    for start_us, pico in sums:
        moment = local(start_us + _HALF_HOUR_US, zone)
        if pico > 0 and moment.date() < today:
            found.setdefault(moment.date(), [0.0] * HOURS)[moment.hour] += pico
    if not found:
        return []
    first = min(found)
    dates = (first + timedelta(days=n) for n in range((today - first).days))
    nothing = [0.0] * HOURS
    return [day(each, found.get(each, nothing)) for each in dates]
