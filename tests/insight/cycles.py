"""Simulated cycles of plan windows: bursts and gaps, nights and weekends, work that ends early, whole percent.

Rules: the judgement knows nothing of how these are made; every cycle has its own habits, drawn from its seed; what is
heard is what a vendor says: beside answers only, rounded down to whole percent.
"""

from __future__ import annotations

import math
import random
from dataclasses import dataclass
from datetime import date, timedelta

FIVE_HOURS = 5 * 3600
WEEK = 7 * 86_400
MONDAY_S = 1_767_571_200
"""2026-01-05, midnight UTC."""
FIRST = date(2026, 1, 5)
STEP_S = 60


@dataclass(frozen=True)
class Cycle:
    """One cycle of a window."""

    begins_s: int
    resets_s: int
    heard: list[tuple[int, float]]
    """When a vendor said which share."""
    full_s: int | None
    """When it was used up in truth."""
    before: list[list[float]]
    """What each hour of the six weeks before cost, for a habit."""


def five_hours(seed: int) -> Cycle:
    """Bursts of work for five hours; in two cycles of five somebody stops for good."""
    dice = random.Random(seed)
    begins = MONDAY_S + dice.randrange(10**6)
    on, off = dice.uniform(8, 45), dice.uniform(3, 30)
    level = math.exp(dice.gauss(0.1, 0.5)) * (on + off) / on / 300
    ends = dice.uniform(30, 300) if dice.random() < 0.4 else 300.0
    minutes, working, burst = [], True, 1.0
    for minute in range(300):
        if dice.random() < 1 / (on if working else off):
            working = not working
            burst = math.exp(dice.gauss(-0.15, 0.55))
        minutes.append(level * burst * dice.expovariate(1) if working and minute < ends else 0.0)
    return _cycle(begins, FIVE_HOURS, minutes, [])


def week(seed: int) -> Cycle:
    """A working week that begins on any day at any hour, after six weeks of the same habits."""
    dice = random.Random(10**6 + seed)
    opens, closes = dice.uniform(7, 11), dice.uniform(16, 22)
    at_weekends = dice.choice([0.0, 0.05, 0.6])
    off, spread = dice.uniform(0.02, 0.15), dice.uniform(0.3, 0.7)
    days = [_day(dice, n % 7, opens, closes, at_weekends, off, spread) for n in range(42 + 15)]
    before = [[sum(minutes[60 * h : 60 * h + 60]) for h in range(24)] for minutes in days[:42]]
    usual = sum(map(sum, before)) / 6
    start = dice.randrange(7 * 1440)
    ahead = [each for minutes in days[42:] for each in minutes][start : start + 7 * 1440]
    level = math.exp(dice.gauss(0.1, 0.4)) / usual
    ends = dice.uniform(1440, 7 * 1440) if dice.random() < 0.15 else 7 * 1440
    minutes = [level * each if n < ends else 0.0 for n, each in enumerate(ahead)]
    # Days before the window's first are known, also those of the running week.
    begins = MONDAY_S + 42 * 86_400 + start * 60
    return _cycle(begins, WEEK, minutes, before)


def day_of(index: int) -> date:
    """The date of one of the days before."""
    return FIRST + timedelta(days=index)


def _day(
    dice: random.Random, weekday: int, opens: float, closes: float, weekends: float, off: float, spread: float
) -> list[float]:
    level = math.exp(dice.gauss(0, spread))
    if dice.random() < off or (weekday >= 5 and dice.random() >= weekends):
        level = 0.0
    minutes, working = [], False
    for minute in range(1440):
        if not opens <= minute / 60 < closes or 12 <= minute / 60 < 13:
            working = False
        elif dice.random() < (1 / 30 if working else 1 / 20):
            working = not working
        minutes.append(level * dice.expovariate(1) if working else 0.0)
    return minutes


def _cycle(begins: int, length: int, minutes: list[float], before: list[list[float]]) -> Cycle:
    used, heard, full = 0.0, [], None
    for minute, burned in enumerate(minutes):
        if burned <= 0:
            continue
        used += burned
        at = begins + STEP_S * minute + STEP_S // 2
        if used >= 1 and full is None:
            full = at
        heard.append((at, min(int(used * 100) / 100, 1.0)))
    return Cycle(begins, begins + length, heard, full, before)
