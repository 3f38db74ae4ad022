"""Amounts and counts as people read them; one place, so that tray, terminal and reports agree.

Rules: pure and integer only; unknown is written "unpriced", never as zero; an amount above zero is never written as
zero ("<$0.01"); an estimate carries "≈". Cutting off digits rounds half up. Nothing here is parsed back. Standard
library only, so that the command line starts quickly.
"""

from __future__ import annotations

from typing import Final

PICO: Final = 10**12
"""Pico-USD in one USD."""
UNPRICED: Final = "unpriced"
_CENT: Final = PICO // 100
_MILL: Final = PICO // 1000


def dollars(pico: int | None, *, estimated: bool = False, fine: bool = False) -> str:
    """An amount of pico-USD: "$12.20", "<$0.01", "≈$0.042", "−$0.50", "$1,234", "unpriced".

    Args:
        pico: the amount; ``None`` is unknown.
        estimated: whether it rests on an estimate.
        fine: write amounts below one dollar with three decimals, for single calls.
    """
    if pico is None:
        return UNPRICED
    sign = "−" if pico < 0 else ""
    amount = abs(pico)
    unit, digits = (_MILL, 3) if fine and amount < PICO else (_CENT, 2)
    steps = rounded(amount, unit)
    mark = "≈" if estimated else ""
    if amount and not steps:
        return f"{mark}<{sign}$0.{'0' * (digits - 1)}1"
    if steps >= 1000 * 10**digits:
        return f"{mark}{sign}${rounded(amount, PICO):,}"
    whole, rest = divmod(steps, 10**digits)
    return f"{mark}{sign}${whole}.{rest:0{digits}}"


def count(number: int) -> str:
    """A count: "999", "1,204", "12.4k", "1.3M"."""
    if number < 10_000:
        return f"{number:,}"
    if number < 999_950:
        tenths = rounded(number, 100)
        return f"{tenths // 10}.{tenths % 10}k" if tenths < 1000 else f"{rounded(number, 1000)}k"
    tenths = rounded(number, 100_000)
    return f"{tenths // 10}.{tenths % 10}M" if tenths < 10_000 else f"{rounded(number, 1_000_000):,}M"


def plural(number: int, one: str, many: str | None = None) -> str:
    """A count with its noun: "1 call", "1,204 calls"."""
    return f"{count(number)} {one if number == 1 else many or one + 's'}"


def rounded(amount: int, unit: int) -> int:
    """``amount`` in whole units, half up."""
    return (amount + unit // 2) // unit
