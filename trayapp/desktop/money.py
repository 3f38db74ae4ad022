"""What the desktop says about amounts and times, on top of ``trayapp.money``. Pure, integers only."""

from __future__ import annotations

from datetime import datetime

from trayapp.money import PICO, UNPRICED, USD, Currency, beside, converted, count, dollars, plural
from trayapp.snapshot import Slice, Today

__all__ = [
    "PICO",
    "UNPRICED",
    "USD",
    "Currency",
    "beside",
    "budget",
    "clock",
    "converted",
    "count",
    "dollars",
    "duration",
    "nothing_known",
    "of_slice",
    "plural",
    "rate",
    "spent",
]


def budget(pico: int) -> str:
    """An amount that a person has typed: "$20", "$7.50"."""
    text = dollars(pico)
    return text.removesuffix(".00")


def spent(today: Today, running_pico: int = 0, shown: Currency = USD) -> str:
    """Today's amount with what the running calls have cost so far.

    "unpriced" when calls were made and not one of them has a price; then a zero would be a lie.
    """
    amount = today.pico + running_pico
    if amount == 0 and nothing_known(today):
        return UNPRICED
    return dollars(amount, estimated=bool(running_pico or today.pico_estimated), shown=shown)


def nothing_known(today: Today) -> bool:
    """Whether calls were made today and the price of none of them is known."""
    unknown = today.unpriced + today.unmetered
    return today.pico == 0 and unknown > 0 and unknown >= today.calls - today.errors


def of_slice(part: Slice, shown: Currency = USD) -> str:
    """One bar's amount; it says when some of its calls have no price: "$3.05 + 2 unpriced", "unpriced"."""
    if not part.unpriced:
        return dollars(part.pico, shown=shown)
    if part.pico == 0 and part.unpriced >= part.calls:
        return UNPRICED
    return f"{dollars(part.pico, shown=shown)} + {count(part.unpriced)} {UNPRICED}"


def rate(pico_hour: int, shown: Currency = USD) -> str:
    """Spend per hour: "$1.90/h"."""
    return f"{dollars(pico_hour, shown=shown)}/h"


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
