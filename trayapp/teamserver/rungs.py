"""The steps in which amounts of pools are told, the same for every pool, whatever its limit.

Rules:

* what a pool shows is made from an amount that was cut off to a rung of a fixed ladder: two significant digits, or one
  of fourteen rungs in each power of ten where fewer than five people could be meant. So it does not help to set many
  limits, to change one again and again, or to make many pools over the same people: all of them know the same rung;
* a limit is itself a rung of the wider ladder, so that it is seen to be reached exactly when it is, by few and by many;
* what is left of a hard pool is told in thousandths of its limit.
"""

from __future__ import annotations

from typing import Final

from trayapp.teamserver.amounts import PICO

WIDE: Final = (10, 12, 15, 17, 20, 25, 30, 35, 40, 50, 60, 70, 80, 90)
"""Of a power of ten. Each is at least a ninth above the one before, and four fifths of each limit are near a rung."""
LEAST: Final = PICO
"""The smallest limit: a dollar."""
MOST: Final = 10**12 * PICO


def fine(amount: int) -> int:
    """Cut off to two significant digits."""
    unit = _unit(amount)
    return amount // unit * unit if amount > 0 else 0


def wide(amount: int) -> int:
    """Cut off to a rung of the wide ladder."""
    if amount < 10:
        return 0  # less than the ladder's first rung: nothing that anybody counts
    unit = _unit(amount)
    return max(rung for rung in WIDE if rung * unit <= amount) * unit


def is_limit(amount: int) -> bool:
    """Whether a pool may have it as its limit."""
    return LEAST <= amount <= MOST and wide(amount) == amount


def neighbours(amount: int) -> tuple[int, int]:
    """The two limits that it lies between."""
    below = wide(min(max(amount, LEAST), MOST))
    unit = _unit(below)
    place = WIDE.index(below // unit)
    return below, (WIDE[place + 1] if place + 1 < len(WIDE) else 100) * unit


def percent(amount: int, limit: int, step: int, most: int) -> int:
    """How many percent of a limit an amount is, cut off to steps, up to ``most``."""
    return min(max(amount, 0) * 100 // limit // step * step, most) if limit > 0 else 0


def _unit(amount: int) -> int:
    return int(10 ** max(len(str(amount)) - 2, 0))
