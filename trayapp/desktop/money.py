"""Amounts, counts and times as the desktop writes them.

Rules: pure and integer only; unknown is written "unpriced", never as zero; an amount above zero is never written as
zero ("<$0.01"); an estimate carries "≈". Cutting off digits rounds half up.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final

from trayapp.control import Slice, Today

PICO: Final = 10**12
"""Pico-USD in one USD. The same as ``trayapp.values.PICO``, whose module would cost this process 9 MiB (msgspec)."""
UNPRICED: Final = "unpriced"
_CENT: Final = PICO // 100
_MILL: Final = PICO // 1000


def dollars(pico: int | None, *, estimated: bool = False, fine: bool = False) -> str:
    """An amount of pico-USD for people: "$12.20", "<$0.01", "≈$0.042", "−$0.50", "$1,234", "unpriced".

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
    steps = _round(amount, unit)
    mark = "≈" if estimated else ""
    if amount and not steps:
        return f"{mark}<{sign}$0.{'0' * (digits - 1)}1"
    if steps >= 1000 * 10**digits:
        return f"{mark}{sign}${_round(amount, PICO):,}"
    whole, rest = divmod(steps, 10**digits)
    return f"{mark}{sign}${whole}.{rest:0{digits}}"


def budget(pico: int) -> str:
    """An amount that a person has typed: "$20", "$7.50"."""
    text = dollars(pico)
    return text.removesuffix(".00")


def spent(today: Today, running_pico: int = 0) -> str:
    """Today's amount with what the running calls have cost so far.

    "unpriced" when calls were made and not one of them has a price; then a zero would be a lie.
    """
    amount = today.pico + running_pico
    if amount == 0 and nothing_known(today):
        return UNPRICED
    return dollars(amount, estimated=bool(running_pico or today.pico_estimated))


def nothing_known(today: Today) -> bool:
    """Whether calls were made today and the price of none of them is known."""
    unknown = today.unpriced + today.unmetered
    return today.pico == 0 and unknown > 0 and unknown >= today.calls - today.errors


def of_slice(part: Slice) -> str:
    """One bar's amount; it says when some of its calls have no price: "$3.05 + 2 unpriced", "unpriced"."""
    if not part.unpriced:
        return dollars(part.pico)
    if part.pico == 0 and part.unpriced >= part.calls:
        return UNPRICED
    return f"{dollars(part.pico)} + {count(part.unpriced)} {UNPRICED}"


def rate(pico_hour: int) -> str:
    """Spend per hour: "$1.90/h"."""
    return f"{dollars(pico_hour)}/h"


def count(number: int) -> str:
    """A count: "999", "1,204", "12.4k", "1.3M"."""
    if number < 10_000:
        return f"{number:,}"
    if number < 999_950:
        tenths = _round(number, 100)
        return f"{tenths // 10}.{tenths % 10}k" if tenths < 1000 else f"{_round(number, 1000)}k"
    tenths = _round(number, 100_000)
    return f"{tenths // 10}.{tenths % 10}M" if tenths < 10_000 else f"{_round(number, 1_000_000):,}M"


def plural(number: int, one: str, many: str | None = None) -> str:
    """A count with its noun: "1 call", "1,204 calls"."""
    return f"{count(number)} {one if number == 1 else many or one + 's'}"


def duration(us: int) -> str:
    """A duration: "0.4 s", "14 s", "2 min 05 s", "1 h 04 min"."""
    tenths = max(us, 0) // 100_000
    if tenths < 100:
        return f"{tenths // 10}.{tenths % 10} s"
    seconds = tenths // 10
    if seconds < 60:
        return f"{seconds} s"
    minutes, seconds = divmod(seconds, 60)
    if minutes < 60:
        return f"{minutes} min {seconds:02} s"
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes:02} min"


def clock(us: int) -> str:
    """A moment as local time of day: "15:04"."""
    return datetime.fromtimestamp(us / 1_000_000).astimezone().strftime("%H:%M")


def _round(amount: int, unit: int) -> int:
    return (amount + unit // 2) // unit
