"""Simulated years of spend: weekday shape, log-normal noise, days of nothing, a price step and one level shift.

Rules: the forecast knows nothing of how these are made (its own model has neither sessions nor steps); every year has
its own habits, drawn from its seed; amounts are whole pico-USD.
"""

from __future__ import annotations

import math
import random
from dataclasses import dataclass
from datetime import date, timedelta

DAYS = 364
WARM_UP = 42
"""Scored after week six."""
FIRST = date(2026, 1, 5)


@dataclass(frozen=True)
class Year:
    """A year, hour by hour."""

    hours: list[list[int]]
    """Pico-USD of each hour of each day."""
    sigma: float

    def day(self, index: int) -> date:
        return FIRST + timedelta(days=index)

    def total(self, index: int) -> int:
        return sum(self.hours[index])


def _pick(dice: random.Random, shares: list[float]) -> int:
    at = dice.random() * sum(shares)
    for index, share in enumerate(shares):
        at -= share
        if at < 0:
            return index
    return len(shares) - 1


def year(seed: int) -> Year:
    """One user's year."""
    dice = random.Random(seed)
    base = 10**12 * math.exp(dice.gauss(math.log(12), 1.0))
    sigma = dice.uniform(1.0, 1.3)
    weekdays = [dice.uniform(0.7, 1.4) for _ in range(5)] + [dice.uniform(0.2, 0.8) for _ in range(2)]
    nothing = [dice.uniform(0.02, 0.15)] * 5 + [dice.uniform(0.2, 0.7)] * 2
    step_at, step = dice.randrange(DAYS), dice.uniform(0.7, 1.4)
    shift_at, shift = dice.randrange(DAYS), dice.choice([dice.uniform(0.4, 0.7), dice.uniform(1.5, 2.5)])
    morning, evening = dice.uniform(9, 11), dice.uniform(14, 22)
    shares = [
        math.exp(-(((hour - morning) / 2.0) ** 2)) + 0.8 * math.exp(-(((hour - evening) / 2.5) ** 2)) + 0.01
        for hour in range(24)
    ]
    hours = []
    for index in range(DAYS):
        row = [0] * 24
        weekday = (FIRST + timedelta(days=index)).weekday()
        level = base * weekdays[weekday] * (step if index >= step_at else 1) * (shift if index >= shift_at else 1)
        noise, active = dice.gauss(0, sigma), dice.random() >= nothing[weekday]
        sessions = 2 + int(dice.expovariate(1 / 4))
        if active:
            pieces = [dice.expovariate(1) for _ in range(sessions)]
            whole = level * math.exp(noise)
            for piece in pieces:
                row[_pick(dice, shares)] += round(whole * piece / sum(pieces))
        hours.append(row)
    return Year(hours, sigma)
