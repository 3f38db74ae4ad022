"""What days cost here: level, weekdays, days of nothing, and how far days stray, learned from the days before.

Everything that is learned about whole days lives here; ``forecast`` uses it. The model: a day costs nothing with a
chance that depends on its weekday; otherwise level x weekday x chance, on a logarithmic scale, because a user's days
differ by factors and not by dollars.

Rules, each for a reason:

* weekdays and straying are measured within each week, so a step in prices or in the level of work does not count as
  noise, and is no weekday's fault;
* the level looks at recent days (half of its weight lies within two weeks); when the last two weeks clearly differ from
  the ones before, it looks at these alone;
* what few days say is drawn towards what all days say, in proportion to how few they are;
* days like the day before are noticed: they tell less of the level, and stray together;
* how far days stray is half what was seen and half a normal curve, which knows of days dearer than any so far.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from statistics import NormalDist
from typing import Final

from trayapp.insight.days import Day
from trayapp.insight.shape import DayShape, is_weekend
from trayapp.insight.shape import learn as learn_shape

POINTS: Final = 200
"""A spread is kept as so many equally likely values, ascending."""
NORMAL: Final = tuple(NormalDist().inv_cdf((j + 0.5) / POINTS) for j in range(POINTS))
DAYS_NEEDED: Final = 14
SPENDING_NEEDED: Final = 6
MOST_DAYS: Final = 182
"""Days before these are another life."""
_LEVEL_DAYS: Final = 14.0
_NEW_LEVEL_DAYS: Final = 5.0
_WEEKDAY_DAYS: Final = 70.0
_NOTHING_DAYS: Final = 42.0
_WEEKDAY_PRIOR: Final = 4.0
_NOTHING_PRIOR: Final = 3.0
_STRAY_PRIOR: Final = 5.0
_STRAY: Final = 1.0
"""Standard deviation of a day's logarithm before anything is known: factors of 2.7 either way are usual."""
_DRIFT: Final = 0.03
"""Variance by which the level moves unseen."""
_STEADY: Final = 0.01
"""Variance below which straying is no matter."""
_SHARED: Final = 0.07
"""What the likeness of days loses by being measured from a level of their own."""
_CHANCE: Final = 0.7
"""Standard errors of likeness that are taken for chance."""
_MOST_ALIKE: Final = 0.8
_STEP: Final = 2.5
"""Standard errors between the last two weeks and the ones before that make a new level."""


@dataclass(frozen=True, slots=True)
class Seen:
    """A day of the past, seen from its own time."""

    day: Day
    scale: float
    """One over what such a weekday usually cost then."""
    weekend: bool


@dataclass(frozen=True, slots=True)
class Habit:
    """What was learned."""

    level: float
    """Logarithm of pico-USD of a day that costs something, now, its weekday apart."""
    level_sd: float
    """How far that may be wrong."""
    weekdays: tuple[float, ...]
    """Added to it, Monday first."""
    nothing: tuple[float, ...]
    """Chance of a day without spend, Monday first."""
    stray: tuple[float, ...]
    """``POINTS`` deviations of the logarithm."""
    stray_sd: float
    alike: float
    """How alike days are to the day before, 0 (not at all) to 0.8, on the logarithm."""
    shape: DayShape
    seen: tuple[Seen, ...]
    """Newest first."""
    _tables: dict[int, list[float]] = field(default_factory=dict)

    def day(self, weekday: int) -> list[float]:
        """What a day of that weekday costs: ``POINTS`` equally likely amounts of pico-USD, ascending."""
        table = self._tables.get(weekday)
        if table is None:
            base = self.level + self.weekdays[weekday]
            none, logs = behind(self.stray, self.nothing[weekday])
            table = [0.0] * none + [math.exp(base + each) for each in logs]
            self._tables[weekday] = table
        return table


@dataclass(frozen=True, slots=True)
class TooLittle:
    """Nothing can be said yet."""

    days: int
    """Days of history that are missing."""
    spending: int
    """Days with spend that are missing."""


def quantile(values: Sequence[float], share: float) -> float:
    """Between equally likely ascending values."""
    place = share * len(values) - 0.5
    low = min(max(int(place), 0), len(values) - 1)
    high = min(low + 1, len(values) - 1)
    return values[low] + (values[high] - values[low]) * min(max(place - low, 0.0), 1.0)


def behind(values: Sequence[float], none: float) -> tuple[int, list[float]]:
    """A spread of ``POINTS`` behind a chance of nothing: how many of the points are nothing, and the values of the
    rest."""
    if none >= 1:
        return POINTS, []
    first = max(math.ceil(none * POINTS - 0.5), 0)
    step, last = 1 / (1 - none), POINTS - 1
    place = (first + 0.5 - none * POINTS) * step - 0.5
    found = []
    for _ in range(first, POINTS):
        low = int(place) if place > 0 else 0
        if low >= last:
            found.append(values[last])
        else:
            part = place - low if place > 0 else 0.0
            found.append(values[low] + (values[low + 1] - values[low]) * part)
        place += step
    return first, found


def learn(days: Sequence[Day]) -> Habit | TooLittle:
    """Learn from whole local days, the oldest first; none may be left out.

    With less than two weeks, or less than six days that cost something, the answer is what is missing.
    """
    days = days[-MOST_DAYS:]
    spending = sum(each.total > 0 for each in days)
    if len(days) < DAYS_NEEDED or spending < SPENDING_NEEDED:
        return TooLittle(max(DAYS_NEEDED - len(days), 0), max(SPENDING_NEEDED - spending, 0))
    newest = list(reversed(days))
    logs = [(age, each.date.weekday(), math.log(each.total)) for age, each in enumerate(newest) if each.total > 0]
    weekdays, weeks = _weekdays(logs)
    stray, stray_sd = _stray(logs, weekdays, weeks)
    plain = [(age, y - weekdays[w]) for age, w, y in logs]
    usual = _usual(weeks, len(newest))
    alike = _alike([(age, y - usual[age // 7]) for age, y in plain])
    level, level_sd = _level(plain, stray_sd, alike)
    return Habit(
        level=level,
        level_sd=level_sd,
        weekdays=weekdays,
        nothing=_nothing(newest),
        stray=stray,
        stray_sd=stray_sd,
        alike=alike,
        shape=learn_shape(days),
        seen=tuple(
            Seen(each, math.exp(-usual[age // 7] - weekdays[w]), is_weekend(w))
            for age, each in enumerate(newest)
            for w in (each.date.weekday(),)
        ),
    )


def _weekdays(logs: Sequence[tuple[int, int, float]]) -> tuple[tuple[float, ...], dict[int, tuple[float, int]]]:
    """What weekdays add, and each week's own level with its number of days (weeks counted back from the newest day)."""
    weekdays = [0.0] * 7
    weeks: dict[int, tuple[float, int]] = {}
    for _ in range(3):
        parts: dict[int, list[float]] = {}
        for age, weekday, y in logs:
            parts.setdefault(age // 7, []).append(y - weekdays[weekday])
        weeks = {week: (sum(values) / len(values), len(values)) for week, values in parts.items()}
        sums, counts = [0.0] * 7, [0.0] * 7
        for age, weekday, y in logs:
            level, count = weeks[age // 7]
            if count > 1:
                weight = 0.5 ** (age / _WEEKDAY_DAYS)
                sums[weekday] += weight * (y - level)
                counts[weekday] += weight
        both = [
            sum(sums[w] for w in members) / (sum(counts[w] for w in members) + _WEEKDAY_PRIOR)
            for members in ((0, 1, 2, 3, 4), (5, 6))
        ]
        weekdays = [(sums[w] + _WEEKDAY_PRIOR * both[is_weekend(w)]) / (counts[w] + _WEEKDAY_PRIOR) for w in range(7)]
    return tuple(weekdays), weeks


def _stray(
    logs: Sequence[tuple[int, int, float]], weekdays: Sequence[float], weeks: dict[int, tuple[float, int]]
) -> tuple[tuple[float, ...], float]:
    seen = []
    for age, weekday, y in logs:
        level, count = weeks[age // 7]
        if count > 1:
            # A week's level was made from these very days: they stray further from the true one.
            seen.append((y - weekdays[weekday] - level) * math.sqrt(count / (count - 1)))
    seen.sort()
    variance = (sum(each * each for each in seen) + _STRAY_PRIOR * _STRAY**2) / (len(seen) + _STRAY_PRIOR)
    sd = math.sqrt(variance)
    if not seen:
        return tuple(sd * z for z in NORMAL), sd
    return tuple((quantile(seen, (j + 0.5) / POINTS) + sd * z) / 2 for j, z in enumerate(NORMAL)), sd


def _alike(strays: Sequence[tuple[int, float]]) -> float:
    """How much of a day's straying the next day shares; what chance alone may show is left out."""
    pairs = [(a, b) for (age, a), (before, b) in pairwise(strays) if before == age + 1]
    if len(pairs) < 2 * SPENDING_NEEDED:
        return 0.0
    square = sum(each * each for _, each in strays) / len(strays) + _STEADY
    found = sum(a * b for a, b in pairs) / len(pairs) / square
    # The strays were measured from a level that they made themselves, about three weeks of days.
    found += _SHARED
    return min(max(found - _CHANCE / math.sqrt(len(pairs)), 0.0), _MOST_ALIKE)


def _level(plain: Sequence[tuple[int, float]], sd: float, alike: float) -> tuple[float, float]:
    half = _LEVEL_DAYS
    recent = [y for age, y in plain if age < 14]
    before = [y for age, y in plain if 14 <= age < 70]
    if len(recent) >= 4 and len(before) >= 4:
        apart = abs(sum(recent) / len(recent) - sum(before) / len(before))
        if apart > _STEP * sd * math.sqrt(1 / len(recent) + 1 / len(before)):
            half = _NEW_LEVEL_DAYS
    weights = [0.5 ** (age / half) for age, _ in plain]
    whole = sum(weights)
    level = sum(w * y for w, (_, y) in zip(weights, plain, strict=True)) / whole
    worth = whole * whole / sum(w * w for w in weights) * (1 - alike) / (1 + alike)
    return level, math.sqrt(sd * sd / worth + _DRIFT)


def _usual(weeks: dict[int, tuple[float, int]], days: int) -> list[float]:
    """The level of each week with its neighbours', newest first; the level of all where nothing was spent."""
    level = sum(y * n for y, n in weeks.values()) / sum(n for _, n in weeks.values())
    found = []
    for week in range((days + 6) // 7):
        near = [weeks[w] for w in (week - 1, week, week + 1) if w in weeks]
        count = sum(n for _, n in near)
        found.append(sum(y * n for y, n in near) / count if count else level)
    return found


def _nothing(newest: Sequence[Day]) -> tuple[float, ...]:
    sums, counts = [0.0] * 7, [0.0] * 7
    for age, each in enumerate(newest):
        weight = 0.5 ** (age / _NOTHING_DAYS)
        counts[each.date.weekday()] += weight
        sums[each.date.weekday()] += weight * (each.total <= 0)
    overall = (sum(sums) + 0.5) / (sum(counts) + 1)
    chances = []
    for w in range(7):
        members = (5, 6) if is_weekend(w) else (0, 1, 2, 3, 4)
        alike = (sum(sums[m] for m in members) + overall) / (sum(counts[m] for m in members) + 1)
        chances.append(min((sums[w] + _NOTHING_PRIOR * alike) / (counts[w] + _NOTHING_PRIOR), 0.98))
    return tuple(chances)
