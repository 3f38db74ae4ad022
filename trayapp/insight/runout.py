"""When a plan's window will be used up at the present rate, and how sure that is.

Everything that looks ahead in a plan's window lives here. A window is judged by its own cycle alone: the moments at
which its vendor said how much of it is used. Time passes as a *course*: evenly, or, where the habits of days are known
and the window is long enough, as the user's days go, so that nights and weekends burn nothing.

The rate is half what the whole cycle burned and half what it burned lately, idle time counted. How far the rest may
stray from it is taken from how far equal parts of the cycle strayed from each other. That work may simply end is a
chance of its own; it grows with the time in which nothing was heard.

Rules: pure; nothing is said before 3 % of the window has passed, of fewer than ``POINTS_NEEDED`` distinct shares, or
after the reset; more used is never later; the moment told lies between now and the reset.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import tzinfo
from itertools import pairwise
from statistics import NormalDist
from typing import Final

from trayapp.insight.habit import POINTS, Habit
from trayapp.insight.periods import local

POINTS_NEEDED: Final = 4
PASSED_NEEDED: Final = 0.03
_DAY_S: Final = 86_400
_PARTS: Final = 40
"""Equal parts of a window by which straying is measured."""
_RECENT: Final = 0.1
"""What is older than this share of the window counts little as recent."""
_RECENT_WEIGHT: Final = 0.5
_PARTS_PRIOR: Final = 4.0
"""How many parts' worth the straying of a stranger's window is."""
_STRAY_PRIOR: Final = 1.5
"""Its variance, over the squared mean: bursts and gaps."""
_TOGETHER: Final = 2.0
"""Parts that follow each other are alike: they stray as half as many would."""
_DRIFT: Final = 0.18
"""Variance of the logarithm of the rate that no part has shown."""
_QUIET: Final = 0.25
"""A silence of this share of the window halves the chance that work goes on."""
_ENDS: Final = 0.25
"""How readily work ends in one whole window."""


@dataclass(frozen=True, slots=True)
class Heard:
    """What a vendor said at a moment."""

    at_s: int
    used: float
    """Share, 0–1."""


@dataclass(frozen=True, slots=True)
class RunOut:
    """What is ahead of a window."""

    at_s: int | None
    """When it is used up at the present rate, UTC epoch seconds; ``None``: not before its reset."""
    sure: float
    """Probability, 0–1, that it is used up before its reset."""


@dataclass(frozen=True, slots=True)
class Course:
    """How a window's time passes, 0 at its beginning to 1 at its reset."""

    moments: tuple[float, ...]
    """Epoch seconds, ascending."""
    passed: tuple[float, ...]
    """The share that has passed by each of them, strictly ascending."""

    def at(self, moment_s: float) -> float:
        """The share that has passed by a moment."""
        return _between(self.moments, self.passed, moment_s)

    def moment(self, passed: float) -> float:
        """The moment by which a share has passed."""
        return _between(self.passed, self.moments, passed)


def course(begins_s: int, resets_s: int, habit: Habit | None = None, zone: tzinfo | None = None) -> Course:
    """How time passes between two moments.

    Args:
        begins_s: when the cycle began.
        resets_s: when the next one begins; later.
        habit: how the user's days go; heeded where the window lasts for more than a day.
        zone: the zone of the user's days.
    """
    even = Course((float(begins_s), float(resets_s)), (0.0, 1.0))
    if habit is None or resets_s - begins_s <= _DAY_S:
        return even
    usual = [sum(habit.day(weekday)) / POINTS for weekday in range(7)]
    least = sum(usual) / 7 / 1000  # no hour is impossible, on no day
    if least <= 0:
        return even
    moments, passed, moment = [float(begins_s)], [0.0], begins_s
    while moment < resets_s:
        end = min((moment // 3600 + 1) * 3600, resets_s)
        clock = local((moment + end) * 500_000, zone)
        day = clock.weekday()
        share = habit.shape.done(day, clock.hour + 1) - habit.shape.done(day, clock.hour)
        moments.append(float(end))
        passed.append(passed[-1] + max(usual[day] * share, least / 24) * (end - moment) / 3600)
        moment = end
    whole = passed[-1]
    return Course(tuple(moments), (*(each / whole for each in passed[:-1]), 1.0))


def judge(points: Sequence[Heard], time: Course, now_s: float) -> RunOut | None:
    """What is ahead of a window.

    Args:
        points: what was heard within its cycle, in order; what lies ahead of now is left out.
        time: how its time passes.
        now_s: the moment.

    Returns:
        ``None`` when nothing can be said.
    """
    begins_s, resets_s = time.moments[0], time.moments[-1]
    if not begins_s + PASSED_NEEDED * (resets_s - begins_s) <= now_s < resets_s:
        return None
    curve = _curve(points, time, now_s)
    if curve is None:
        return None
    places, shares, first = curve
    used, now = shares[-1], time.at(now_s)
    if used >= 1:
        return RunOut(None, 1.0)
    burned = _parts(places, shares, now)
    rate = _rate(burned, used, now)
    left = 1 - now
    if rate <= 0 or left <= 0:
        return RunOut(None, 0.0)
    needed = (1 - used) / rate
    sd = _stray(burned, first, now, left)
    chance = NormalDist().cdf(math.log(left / needed) / sd)
    silence = now - places[-2] if len(places) > 1 else 0.0
    goes_on = math.exp(-_ENDS * min(needed, left)) / (1 + silence / _QUIET)
    at_s = math.ceil(max(time.moment(now + needed), now_s)) if needed < left else None
    return RunOut(None if at_s is None or at_s >= resets_s else at_s, min(max(chance * goes_on, 0.0), 1.0))


def _curve(points: Sequence[Heard], time: Course, now_s: float) -> tuple[list[float], list[float], float] | None:
    """Shares used by shares of time passed, from (0, 0) to now; and where the first was heard."""
    places, shares = [0.0], [0.0]
    distinct = set()
    first: float | None = None
    for point in points:
        if not time.moments[0] <= point.at_s <= now_s:
            continue
        used = max(min(point.used, 1.0), shares[-1])  # a share only grows; what says less was late
        distinct.add(used)
        place = time.at(point.at_s)
        first = place if first is None else first
        if place > places[-1]:
            places.append(place)
            shares.append(used)
        else:
            shares[-1] = used
    if first is None or len(distinct) < POINTS_NEEDED:
        return None
    places.append(max(time.at(now_s), places[-1]))
    shares.append(shares[-1])
    return places, shares, first


def _parts(places: Sequence[float], shares: Sequence[float], now: float) -> list[float]:
    """What each part of the window burned up to now; the last may have only begun."""
    count = max(math.ceil(now * _PARTS), 1)
    reached = [_between(places, shares, min(n / _PARTS, now)) for n in range(count + 1)]
    return [max(after - before, 0.0) for before, after in pairwise(reached)]


def _rate(burned: Sequence[float], used: float, now: float) -> float:
    """Share burned in one window's time at the present rate."""
    weights = [math.exp(-(now - (n + 0.5) / _PARTS) / _RECENT) for n in range(len(burned))]
    lengths = [min((n + 1) / _PARTS, now) - n / _PARTS for n in range(len(burned))]
    recent = sum(w * b for w, b in zip(weights, burned, strict=True))
    recent /= sum(w * length for w, length in zip(weights, lengths, strict=True))
    return _RECENT_WEIGHT * recent + (1 - _RECENT_WEIGHT) * used / now


def _stray(burned: Sequence[float], first: float, now: float, left: float) -> float:
    """How far the logarithm of what the rest burns may stray."""
    whole = burned[min(int(first * _PARTS), len(burned) - 1) : int(now * _PARTS)]
    mean = sum(whole) / len(whole) if whole else 0.0
    square = _STRAY_PRIOR * _PARTS_PRIOR
    if mean > 0:
        square += sum((each / mean - 1) ** 2 for each in whole)
    variance = _TOGETHER * square / (len(whole) + _PARTS_PRIOR)
    seen = max(len(whole), 1)
    ahead = max(left * _PARTS, 1.0)
    return math.sqrt(math.log1p(variance * (1 / ahead + 1 / seen)) + _DRIFT)


def _between(xs: Sequence[float], ys: Sequence[float], x: float) -> float:
    """The value at ``x`` on the line through points with ascending ``xs``."""
    if x <= xs[0]:
        return ys[0]
    if x >= xs[-1]:
        return ys[-1]
    after = bisect_right(xs, x)
    before = after - 1
    return ys[before] + (ys[after] - ys[before]) * (x - xs[before]) / (xs[after] - xs[before])
