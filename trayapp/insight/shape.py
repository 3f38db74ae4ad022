"""The learned day shape: which share of a day's spend has usually happened by which hour.

Everything that says how a day goes lives here; working days and weekends each have a shape of their own. Rules: every
day that cost something counts the same, however dear it was; recent weeks count more; with few days the shape leans on
an even spread from 8 to 22, weekends on working days; it only ever rises, from 0 to 1.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Final

from trayapp.insight.days import HOURS, Day

HALF_LIFE_DAYS: Final = 28.0
_PRIOR_DAYS: Final = 2.0
"""How many days of one's own the even spread is worth, and a working day for a weekend."""
_EVEN: Final = tuple(1 / 14 if 8 <= hour < 22 else 0.0 for hour in range(HOURS))
_LEAST: Final = 0.001
"""Share that every hour keeps: nothing is impossible."""


def is_weekend(weekday: int) -> bool:
    """Saturday and Sunday."""
    return weekday >= 5


@dataclass(frozen=True, slots=True)
class DayShape:
    """Shares by the end of each hour."""

    working: tuple[float, ...]
    weekend: tuple[float, ...]

    def done(self, weekday: int, hour: float) -> float:
        """The share that has happened by a local hour (0–24), 0–1."""
        shares = self.weekend if is_weekend(weekday) else self.working
        whole = max(min(int(hour), HOURS - 1), 0)
        before = shares[whole - 1] if whole else 0.0
        return before + (shares[whole] - before) * min(max(hour - whole, 0.0), 1.0)

    def hour_of(self, weekday: int, share: float) -> float:
        """The local hour by which a share has happened."""
        shares = self.weekend if is_weekend(weekday) else self.working
        whole = min(bisect_left(shares, min(max(share, 0.0), 1.0)), HOURS - 1)
        before = shares[whole - 1] if whole else 0.0
        return whole + (max(share, 0.0) - before) / (shares[whole] - before)


def learn(days: Sequence[Day]) -> DayShape:
    """The shape of days, the newest last; no days give the even spread."""
    sums = {False: [share * _PRIOR_DAYS for share in _EVEN], True: [0.0] * HOURS}
    for age, each in enumerate(reversed(days)):
        if each.total <= 0:
            continue
        weight = 0.5 ** (age / HALF_LIFE_DAYS) / each.total
        into = sums[is_weekend(each.date.weekday())]
        before = 0.0
        for hour, done in enumerate(each.done):
            into[hour] += weight * (done - before)
            before = done
    working = _normal(sums[False])
    weekend = _normal([own + _PRIOR_DAYS * share for own, share in zip(sums[True], working, strict=True)])
    return DayShape(tuple(accumulate(working)), tuple(accumulate(weekend)))


def _normal(sums: Sequence[float]) -> list[float]:
    whole = sum(sums)
    shares = [max(each / whole, _LEAST) for each in sums]
    whole = sum(shares)
    return [each / whole for each in shares]
