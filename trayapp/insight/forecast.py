"""What a day, week or month will have cost at its end: a point and the interval that holds it four times in five.

Everything that looks ahead lives here. Ahead lie the rest of today and the whole days after it. The rest of today is
read off past days at this very hour: how often nothing came after what there was by then, and how much did otherwise.
Days are added up over ``POINTS`` ways in which they may go, each day's amounts in an order of its own (a Latin square:
every value of every day is used once). The order is fixed, so the same facts give the same forecast.

Rules: nothing lies below what is spent; more spent never forecasts less; the interval holds the point. Where a period
may well end with nothing more, the lower end is a mass and not a tail, so the upper end gives what the lower one keeps:
the interval holds four in five, not nine in ten.
"""

from __future__ import annotations

import math
import random
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from trayapp.insight.habit import NORMAL, POINTS, Habit, TooLittle, behind
from trayapp.insight.shape import is_weekend

SHARE: Final = 0.8
"""What the interval holds."""
_TAIL: Final = (1 - SHARE) / 2
_MOST_DAYS: Final = 32
_OTHER_CLASS: Final = 0.15
"""What a weekend says of a working day, and the other way round."""
_PRIOR: Final = 4.0
"""How many past days the general rule is worth beside those at this hour."""
_HALF_LIFE_DAYS: Final = 90.0
_LITTLE: Final = 2.0
"""So many standard deviations below what is usual by now, a day counts as hardly begun."""
_LEAST: Final = 1e-9
"""Shares of a usual day below this are nothing."""
_LARGEST: Final = 60.0
"""The logarithm of more than anybody spends."""


def _orders() -> list[list[int]]:
    dice = random.Random(27410)  # noqa: S311  an order, no secret
    made = []
    for _ in range(_MOST_DAYS + 1):
        order = list(range(POINTS))
        dice.shuffle(order)
        made.append(order)
    return made


_ORDERS: Final = _orders()


@dataclass(frozen=True, slots=True)
class Moment:
    """Where in its period a forecast stands."""

    today: date
    hour: float
    """Local hour of the day, 0–24."""
    end: date
    """The local date behind the period's last."""


@dataclass(frozen=True, slots=True)
class Forecast:
    """What the period will have cost, pico-USD."""

    low: int
    point: int
    """As likely to be passed as not."""
    high: int


@dataclass(frozen=True, slots=True)
class Ways:
    """The ways in which a period may go."""

    ends: tuple[list[float], ...]
    """Pico-USD spent by the end of today and of each day after, one list of ``POINTS`` a day."""
    spent: int


def ways(habit: Habit, moment: Moment, spent: int, rest: Sequence[float]) -> Ways:
    """Lay out the ways from here to the period's end.

    Args:
        habit: what was learned from the days before today.
        moment: where the forecast stands.
        spent: pico-USD in the period so far, today included.
        rest: what may still come today (``rest_of_today``).
    """
    # Days that are alike stray together: their mean strays further than the mean of as many single ones.
    together = habit.stray_sd**2 * 2 * habit.alike / ((1 - habit.alike) * max((moment.end - moment.today).days, 1))
    level = [math.exp(math.hypot(habit.level_sd, math.sqrt(together)) * NORMAL[j]) for j in _ORDERS[0]]
    at_end = [spent + rest[j] for j in _ORDERS[1]]
    ends = [at_end]
    day, order = moment.today + timedelta(days=1), 2
    while day < moment.end and order <= _MOST_DAYS:
        table, mix = habit.day(day.weekday()), _ORDERS[order]
        at_end = [before + factor * table[j] for before, factor, j in zip(at_end, level, mix, strict=True)]
        ends.append(at_end)
        day += timedelta(days=1)
        order += 1
    return Ways(tuple(ends), spent)


def forecast(habit: Habit | TooLittle, moment: Moment, spent: int, spent_today: int) -> Forecast | TooLittle:
    """What the period will have cost at its end.

    Args:
        habit: what was learned from the days before today.
        moment: where the forecast stands.
        spent: pico-USD in the period so far, today included.
        spent_today: pico-USD today so far.
    """
    if isinstance(habit, TooLittle):
        return habit
    return interval(ways(habit, moment, spent, rest_of_today(habit, moment, spent_today)))


def interval(found: Ways) -> Forecast:
    """The interval over the ways."""
    totals = sorted(found.ends[-1])
    low = totals[int(_TAIL * POINTS)]
    below = bisect_left(totals, low) if bisect_right(totals, low) - bisect_left(totals, low) > 1 else _TAIL * POINTS
    high = totals[min(max(math.ceil(below + SHARE * POINTS) - 1, 0), POINTS - 1)]
    point = totals[POINTS // 2]
    floor = found.spent
    point = min(max(point, low), high)
    return Forecast(max(int(low), floor), max(int(point), floor), max(math.ceil(high), floor))


def rest_of_today(habit: Habit, moment: Moment, spent_today: int) -> list[float]:
    """What may still come today: ``POINTS`` equally likely amounts of pico-USD, ascending."""
    weekday, hour = moment.today.weekday(), moment.hour
    usual = habit.level + habit.weekdays[weekday]
    idle, busy = _pairs(habit, weekday, hour)
    ahead = 1 - habit.shape.done(weekday, hour)
    if ahead <= 0.0005:
        return [0.0] * POINTS
    # Nothing so far: either a day of nothing, or one that begins late.
    nothing = habit.nothing[weekday]
    begins_late = (1 - nothing) * ahead
    none = _chance([(w, rest <= 0) for w, _, rest in idle], nothing / (nothing + begins_late))
    mean, sd = _spread([(w, math.log(rest)) for w, _, rest in idle if rest > 0], math.log(ahead), habit.stray_sd)
    without = _table(none, usual + mean, math.hypot(sd, habit.level_sd))
    begun = sum(w for w, _, _ in busy) > sum(w for w, _, rest in idle if rest > 0)
    if spent_today <= 0 and not begun:
        return without
    over = _chance([(w, rest <= 0) for w, _, rest in busy], 0.5 * (1 - ahead) ** 4)
    pairs = [(w, math.log(sofar), math.log(rest)) for w, sofar, rest in busy if rest > 0]
    line = _line(pairs, math.log(max(1 - ahead, 0.01)), math.log(ahead), habit.stray_sd)
    # What was spent today speaks of today's level by itself; the rest of the doubt stays.
    around = math.hypot(line.around, habit.level_sd * (1 - line.rise))
    little = line.center - _LITTLE * line.width

    def within(sofar: float, nothing: float) -> list[float]:
        return _table(nothing, usual + line.base + line.rise * (sofar - line.center), around)

    sofar = math.log(spent_today) - usual if spent_today > 0 else little
    # More spent never forecasts less, also not the first cent: where the two cases disagree, the usual one at this hour
    # has the word.
    if begun:
        most = within(max(sofar, little), over)
        return most if spent_today > 0 else [min(a, b) for a, b in zip(most, without, strict=True)]
    return [max(a, b) for a, b in zip(within(sofar, min(over, none)), without, strict=True)]


def _pairs(
    habit: Habit, weekday: int, hour: float
) -> tuple[list[tuple[float, float, float]], list[tuple[float, float, float]]]:
    """Past days at this hour as (weight, so far, rest), both as multiples of the usual day: those without spend by
    then, and those with."""
    idle: list[tuple[float, float, float]] = []
    busy: list[tuple[float, float, float]] = []
    weekend = is_weekend(weekday)
    for age, seen in enumerate(habit.seen):
        weight = 0.5 ** (age / _HALF_LIFE_DAYS)
        if seen.weekend is not weekend:
            weight *= _OTHER_CLASS
        whole = seen.day.total
        if not whole:
            idle.append((weight, 0.0, 0.0))
            continue
        scale = seen.scale
        sofar = seen.day.by(hour) * scale
        rest = whole * scale - sofar
        (busy if sofar > 0 else idle).append((weight, sofar, rest if rest > _LEAST else 0.0))
    return idle, busy


def _chance(cases: Sequence[tuple[float, bool]], expected: float) -> float:
    whole = sum(w for w, _ in cases) + _PRIOR
    return (sum(w for w, yes in cases if yes) + _PRIOR * expected) / whole


def _spread(values: Sequence[tuple[float, float]], mean: float, sd: float) -> tuple[float, float]:
    whole = sum(w for w, _ in values) + _PRIOR
    found = (sum(w * v for w, v in values) + _PRIOR * mean) / whole
    square = (sum(w * (v - found) ** 2 for w, v in values) + _PRIOR * (sd * sd + (mean - found) ** 2)) / whole
    return found, math.sqrt(square)


@dataclass(frozen=True, slots=True)
class _Line:
    """How the rest of a day follows what was so far, both as logarithms of shares of the usual day."""

    center: float
    """What usually was so far."""
    width: float
    """How far that strays."""
    rise: float
    """How much the rest rises with it, 0–1."""
    base: float
    """The rest at the centre."""
    around: float
    """How far the rest strays."""


def _line(pairs: Sequence[tuple[float, float, float]], sofar: float, rest: float, sd: float) -> _Line:
    whole = sum(w for w, _, _ in pairs) + _PRIOR
    x0 = (sum(w * x for w, x, _ in pairs) + _PRIOR * sofar) / whole
    y0 = (sum(w * y for w, _, y in pairs) + _PRIOR * rest) / whole
    xx = sum(w * (x - x0) ** 2 for w, x, _ in pairs) + _PRIOR * sd * sd
    xy = sum(w * (x - x0) * (y - y0) for w, x, y in pairs) + _PRIOR * 0.5 * sd * sd
    rise = min(max(xy / xx, 0.0), 1.0)
    square = sum(w * (y - y0 - rise * (x - x0)) ** 2 for w, x, y in pairs) + _PRIOR * sd * sd
    return _Line(x0, math.sqrt(xx / whole), rise, y0, math.sqrt(square / whole))


def _table(none: float, middle: float, sd: float) -> list[float]:
    """Nothing with a chance, else around a middle."""
    nothing, logs = behind(NORMAL, none)
    return [0.0] * nothing + [math.exp(min(middle + sd * z, _LARGEST)) for z in logs]
