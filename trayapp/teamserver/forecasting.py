"""Where a pool leads: what its period will have used, from the days that may be told.

Rules:

* a day on which fewer than five people spent is never a figure of its own: its amount is carried to the next day that
  has five, so that each difference that goes into a forecast is of five people or more;
* the forecast is the shares of whole days of the last four weeks, by weekday once there are two weeks, and 80 % of the
  spread that they had; it is told with two significant digits.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Final

from trayapp.teamserver import amounts
from trayapp.teamserver.tellings import ENOUGH

DAY_S: Final = 86_400
HISTORY: Final = 28
_Z80: Final = 1.2816


def carried(days: Mapping[int, tuple[int, int]]) -> dict[int, int]:
    """Amounts by day (epoch days) of the days that may be told. ``days``: amount and people."""
    found: dict[int, int] = {}
    waiting = 0
    for day in sorted(days):
        amount, people = days[day]
        waiting += amount
        if people >= ENOUGH:
            found[day], waiting = waiting, 0
    return found


def amount(percent: float | None, limit: int) -> str | None:
    """An end of the forecast as money, two significant digits."""
    return None if percent is None else str(amounts.rounded(round(percent * 1000) * limit // 100_000))


def daily_steps(days: Mapping[int, int], limit: int) -> dict[int, int]:
    """Percent by day: differences of the running total's whole steps, so that nothing is lost on the way."""
    running = before = 0
    found = {}
    for day in sorted(days):
        running += days[day]
        steps = max(running, 0) * 100 // limit
        found[day], before = steps - before, steps
    return found


def forecast(
    shares: Mapping[int, int], spent: int, since: int, until: int, now: int
) -> tuple[float | None, float | None]:
    """The two ends of what the period will have used, in percent; ``None`` before there were three whole days.

    Args:
        shares: percent by day (epoch days); days that are missing within had nothing.
        spent: percent of this period until now.
        since: the period's beginning.
        until: its end.
        now: the moment.
    """
    today = now // DAY_S
    seen = [day for day in shares if day < today]
    if not seen or today - min(seen) < 3:
        return None, None
    past = [(day, shares.get(day, 0)) for day in range(max(min(seen), today - HISTORY), today)]
    mean = sum(share for _, share in past) / len(past)

    def usual(day: int) -> float:
        same = [share for other, share in past if (day - other) % 7 == 0]
        return sum(same) / len(same) if len(past) >= 14 and same else mean

    spread = math.sqrt(sum((share - usual(day)) ** 2 for day, share in past) / max(len(past) - 1, 1))
    left = [(day, 1.0) for day in range(today + 1, until // DAY_S)]
    left.append((today, 1 - (now % DAY_S) / DAY_S))
    more = sum(usual(day) * part for day, part in left)
    length = sum(part for _, part in left)
    off = _Z80 * spread * math.sqrt(length * (1 + length / len(past)))
    return spent + max(more - off, 0.0), spent + more + off
