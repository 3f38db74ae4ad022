"""What the desktop says about amounts and times, on top of ``trayapp.money``, as the locale writes them. Pure."""

from __future__ import annotations

from datetime import datetime

from trayapp import tongue
from trayapp.money import PICO, USD, Currency, api_value, beside, converted, count, dollars, unpriced
from trayapp.snapshot import Slice, Today
from trayapp.tongue import several, tr

__all__ = [
    "PICO",
    "USD",
    "Currency",
    "api_value",
    "beside",
    "budget",
    "calls",
    "clock",
    "converted",
    "count",
    "dollars",
    "duration",
    "nothing_known",
    "of_slice",
    "percent",
    "rate",
    "spent",
    "unpriced",
]


def budget(pico: int) -> str:
    """An amount that a person has typed: "$20", "$7.50"."""
    return dollars(pico).replace(f"{tongue.figures().point}00", "")


def calls(number: int) -> str:
    """ "1 call", "1,204 calls"."""
    return several("money", "%n call(s)", number)


def percent(number: int) -> str:
    """ "61 %"."""
    return tongue.figures().unit(tongue.figures().whole(number), "%")


def spent(today: Today, running_pico: int = 0, shown: Currency = USD) -> str:
    """Today's amount with what the running calls have cost so far.

    "unpriced" when calls were made and not one of them has a price; then a zero would be a lie.
    """
    amount = today.pico + running_pico
    if amount == 0 and nothing_known(today):
        return unpriced()
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
        return unpriced()
    return f"{dollars(part.pico, shown=shown)} + {count(part.unpriced)} {unpriced()}"


def rate(pico_hour: int, shown: Currency = USD) -> str:
    """Spend per hour: "$1.90/h"."""
    return tr("money", "{amount}/h", amount=dollars(pico_hour, shown=shown))


def duration(us: int) -> str:
    """A duration: "0.4 s", "14 s", "2 min 05 s", "1 h 04 min"."""
    figures = tongue.figures()
    tenths = max(us, 0) // 100_000
    if tenths < 100:
        return figures.unit(f"{tenths // 10}{figures.point}{tenths % 10}", "s")
    seconds = tenths // 10
    if seconds < 60:
        return figures.unit(seconds, "s")
    minutes, seconds = divmod(seconds, 60)
    if minutes < 60:
        return f"{figures.unit(minutes, 'min')} {figures.unit(f'{seconds:02}', 's')}"
    hours, minutes = divmod(minutes, 60)
    return f"{figures.unit(hours, 'h')} {figures.unit(f'{minutes:02}', 'min')}"


def clock(us: int) -> str:
    """A moment as local time of day: "15:04"."""
    return tongue.figures().clock(datetime.fromtimestamp(us / 1_000_000).astimezone())
