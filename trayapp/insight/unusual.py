"""What is far from usual: days, and the spans of models, tools, projects and sessions, beside those before.

Everything that calls something unusual lives here. On a logarithmic scale, since days differ by factors; the middle is
the median and the spread the median distance from it, so that one odd day in the past hides no other. A day is held
against days of its own class (working days, weekends) in the weeks before, twice: by what it cost, and by what a token
cost in it, which strays far less, so that a broken cache shows on an ordinary day. A part is held against its own spans
before, a session against the dearest one of the weeks before.

Rules:

* few false alarms rather than all that is odd: the limits lie where an ordinary period has one in about one of ten
  cases, however many days, parts and sessions it is made of; so where days stray by factors of three, a day of five
  times the usual is not unusual, and is not called so;
* only what is more than usual, and at least a tenth of the period's sum beyond it: less is no matter;
* nothing is said before ``DAYS_NEEDED`` days with spend; what is new has no usual and is not unusual;
* pure; what is paid is an ``int``, a logarithm is no amount.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from statistics import NormalDist, median
from typing import Final

from trayapp.insight.change import FACTORS
from trayapp.insight.shape import is_weekend
from trayapp.reports import Change

WEEKS: Final = 8
"""So far back lies what is usual."""
DAYS_NEEDED: Final = 15
_CLASS_NEEDED: Final = 6
_SPANS_NEEDED: Final = 5
_SESSIONS_NEEDED: Final = 15
_DAYS_CHANCE: Final = 0.03
"""Of an ordinary period to have an odd day, if logarithms were normal; each of the two looks at days has this."""
_PARTS_CHANCE: Final = 0.01
"""The same of each kind of parts."""
_BEYOND: Final = 2.5
"""A session has to be so many times the dearest one before: sessions have tails that no spread describes."""
_SHARE: Final = 10
"""At least one part in so many of the period's sum lies beyond the usual."""
_LEAST_SPREAD: Final = 0.25
"""Nobody is steadier than factors of 1.3."""
_TO_SD: Final = 1.4826
"""A normal curve's standard deviation for its median distance."""
_NORMAL: Final = NormalDist()


@dataclass(frozen=True, slots=True)
class DaySum:
    """One local day."""

    date: date
    pico: int
    tokens: int = 0


@dataclass(frozen=True, slots=True)
class Series:
    """One model, tool or project."""

    kind: str
    name: str
    pico: int
    """Of the period."""
    before: tuple[int, ...]
    """Of spans of the same length before it."""


@dataclass(frozen=True, slots=True)
class Odd:
    """Something that is far from usual."""

    kind: str
    """``day``, ``model``, ``tool``, ``project`` or ``session``."""
    name: str
    """Of a day its ISO date."""
    pico: int
    usual: int
    like: int | None = None
    """Which of the former days (their index) or spans is nearest to the usual; ``None``: of sessions nobody asks."""


def known(before: Iterable[DaySum]) -> bool:
    """Whether the weeks before say what is usual."""
    return sum(each.pico > 0 for each in before) >= DAYS_NEEDED


def odd_days(days: Sequence[DaySum], before: Sequence[DaySum]) -> list[Odd]:
    """The period's days that are far above those of their class in the weeks before, in their order."""
    if not known(before):
        return []
    whole = sum(each.pico for each in days)
    found = []
    for day in days:
        past = [
            (at, each)
            for at, each in enumerate(before)
            if each.pico > 0 and is_weekend(each.date.weekday()) == is_weekend(day.date.weekday())
        ]
        if day.pico <= 0 or len(past) < _CLASS_NEEDED:
            continue
        usual = round(median(each.pico for _, each in past))
        if (day.pico - usual) * _SHARE < whole:
            continue
        limit = _limit(_DAYS_CHANCE / len(days), len(past))
        paid = _distance(math.log(day.pico), [math.log(each.pico) for _, each in past])
        rates = [math.log(each.pico / each.tokens) for _, each in past if each.tokens]
        unit = 0.0
        if day.tokens and len(rates) >= _CLASS_NEEDED:
            unit = _distance(math.log(day.pico / day.tokens), rates)
        if max(paid, unit) > limit:
            like = min(past, key=lambda pair: (abs(pair[1].pico - usual), -pair[0]))[0]
            found.append(Odd("day", day.date.isoformat(), day.pico, usual, like))
    return found


def odd_parts(series: Sequence[Series], whole: int) -> list[Odd]:
    """The parts of one kind whose period is far above their spans before, the greatest excess first.

    Args:
        series: all parts of the kind.
        whole: the period's sum.
    """
    judged = [(each, spent) for each in series if len(spent := [n for n in each.before if n > 0]) >= _SPANS_NEEDED]
    strays = [
        abs(math.log(n) - middle) for _, spent in judged for middle in (median(map(math.log, spent)),) for n in spent
    ]
    if not strays:
        return []
    together = max(_TO_SD * median(strays), _LEAST_SPREAD)
    found = []
    for each, spent in judged:
        usual = round(median(spent))
        if each.pico <= 0 or (each.pico - usual) * _SHARE < whole:
            continue
        # A few spans say little of how far a part strays: the others of its kind say it with them.
        limit = _limit(_PARTS_CHANCE / len(judged), len(spent))
        if _distance(math.log(each.pico), [math.log(n) for n in spent], together) > limit:
            like = min(range(len(each.before)), key=lambda at: (abs(each.before[at] - usual), -at))
            found.append(Odd(each.kind, each.name, each.pico, usual, like))
    return sorted(found, key=lambda odd: (odd.usual - odd.pico, odd.name))


def odd_sessions(sessions: Sequence[tuple[str, int]], before: Sequence[int], whole: int) -> list[Odd]:
    """Sessions far above all others: what ran away, the dearest first.

    Args:
        sessions: the period's, with what each cost.
        before: what each session of the weeks before cost.
        whole: the period's sum.
    """
    past = [n for n in before if n > 0]
    if len(past) < _SESSIONS_NEEDED:
        return []
    usual, most = round(median(past)), max(past)
    found = [
        Odd("session", name, pico, usual) for name, pico in sessions if pico > _BEYOND * most and pico * _SHARE >= whole
    ]
    return sorted(found, key=lambda odd: (-odd.pico, odd.name))


def cause(change: Change) -> tuple[str, int]:
    """The factor that makes more than half of a change, and its amount; an empty text: none does."""
    shares = {name: getattr(change, f"pico_{name}") for name in FACTORS}
    name = max(FACTORS, key=lambda each: shares[each] if change.pico > 0 else -shares[each])
    return (name, shares[name]) if 2 * abs(shares[name]) > abs(change.pico) and change.pico else ("", 0)


def culprit(now: Mapping[str, int], then: Mapping[str, int]) -> tuple[str, int]:
    """The part that most of a rise is of, and its own rise; an empty text: none makes half of it.

    Args:
        now: what each part cost.
        then: the same of what is usual.
    """
    rises = {name: now.get(name, 0) - then.get(name, 0) for name in {**now, **then} if name}
    if not rises:
        return "", 0
    name = max(rises, key=lambda each: (rises[each], each))
    whole = sum(now.values()) - sum(then.values())
    return (name, rises[name]) if rises[name] > 0 and 2 * rises[name] > whole else ("", 0)


def _distance(value: float, past: Sequence[float], spread: float = 0.0) -> float:
    """How far a value lies above the middle, in standard deviations."""
    middle = median(past)
    own = _TO_SD * median(abs(each - middle) for each in past)
    return (value - middle) / max(own, spread, _LEAST_SPREAD)


def _limit(chance: float, count: int) -> float:
    """The distance that a normal value passes with a chance, wider where few values say what is usual."""
    return _NORMAL.inv_cdf(1 - chance) * (1 + 3 / count)
