"""When a limit will be passed: the hour, as a range, and only when enough speaks for it.

Everything that says "your budget ends on Thursday about 15:00" lives here. A way passes the limit on the first day at
whose end it lies above; within that day it rises by the learned day shape.

Rules: nothing is said unless four ways in five pass the limit within the period, and the range that holds four in five
of the ways is narrow for its period: a day's within four hours, a week's within a day and a half, a month's within four
days. A limit that is passed already has no crossing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta, tzinfo
from typing import Final

from trayapp.budget import Period
from trayapp.insight.forecast import SHARE, Moment, Ways
from trayapp.insight.habit import POINTS, Habit
from trayapp.insight.periods import begins

_HOUR_US: Final = 3_600_000_000
NARROW_US: Final[Mapping[Period, int]] = {"day": 4 * _HOUR_US, "week": 36 * _HOUR_US, "month": 96 * _HOUR_US}
"""The widest range that is told."""
_TAIL: Final = (1 - SHARE) / 2


@dataclass(frozen=True, slots=True)
class Crossing:
    """When a limit will be passed, UTC epoch microseconds."""

    low_us: int
    likely_us: int
    high_us: int
    chance: float
    """Share of the ways that pass it within the period, 0.8–1."""


def crossing(
    habit: Habit, moment: Moment, found: Ways, limit: int, period: Period, zone: tzinfo | None
) -> Crossing | None:
    """When the ways pass a limit.

    Args:
        habit: what ``found`` was made from.
        moment: where it stands.
        found: the ways.
        limit: pico-USD.
        period: how narrow the answer has to be.
        zone: the zone of the local days.
    """
    if found.spent >= limit or sum(end >= limit for end in found.ends[-1]) < SHARE * POINTS:
        return None
    moments = sorted(_moments(habit, moment, found, limit, zone))
    low, high = int(_TAIL * POINTS), POINTS - 1 - int(_TAIL * POINTS)
    if high >= len(moments):
        return None  # more than the upper tail never passes it
    if moments[high] - moments[low] > NARROW_US[period]:
        return None
    return Crossing(moments[low], moments[POINTS // 2], moments[high], len(moments) / POINTS)


def _moments(habit: Habit, moment: Moment, found: Ways, limit: int, zone: tzinfo | None) -> list[int]:
    starts = [begins(moment.today + timedelta(days=n), zone) for n in range(len(found.ends))]
    passed = []
    for way in zip(*found.ends, strict=True):
        before = float(found.spent)
        for n, end in enumerate(way):
            if end >= limit:
                weekday = (moment.today + timedelta(days=n)).weekday()
                first = habit.shape.done(weekday, moment.hour) if n == 0 else 0.0
                share = first + (1 - first) * (limit - before) / (end - before)
                passed.append(starts[n] + int(habit.shape.hour_of(weekday, share) * _HOUR_US))
                break
            before = end
    return passed
