"""In which language faces speak, and how they write figures: English, until a face says otherwise.

Everything that can be translated goes through ``tr`` and ``several``; every figure that a locale writes in its own way
asks ``figures``. Source texts are English and stay in the code; ``packaging/build_translations.py`` collects them, so
contexts and texts are literals where they are handed over. The desktop installs Qt's translator here
(``trayapp.desktop.language``); command line and engine never do, and stay English.

Rules: standard library only, no Qt; what has no translation is said in English; one tongue a process, chosen at its
start. ``%n`` stands for the count in ``several``, ``{name}`` for a value; "(s)" ends a noun that English may count.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

Translate = Callable[[str, str, int], str]
"""Context, source text and count (−1: none) to the text; empty when there is no translation."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """How a locale writes numbers, amounts and moments."""

    point: str = "."
    """Before the decimals."""
    group: str = ","
    """Between thousands."""
    space: str = " "
    """Between a number and its unit."""
    after: bool = False
    """A currency's sign follows the amount."""
    apart: str = ""
    """What stands between an amount and a currency's sign."""
    halves: tuple[str, str] | None = None
    """What the halves of a day of twice 12 hours are called; ``None``: it has 24."""
    days: tuple[str, ...] = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
    months: tuple[str, ...] = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
    day_month: str = "{day} {month}"

    def whole(self, number: int) -> str:
        """ "1,204"."""
        return f"{number:,}".replace(",", self.group)

    def count(self, number: int) -> str:
        """A count: "999", "1,204", "12.4k", "1.3M"."""
        if number < 10_000:
            return self.whole(number)
        if number < 999_950:
            tenths = _rounded(number, 100)
            return f"{self._tenths(tenths)}k" if tenths < 1000 else f"{_rounded(number, 1000)}k"
        tenths = _rounded(number, 100_000)
        return f"{self._tenths(tenths)}M" if tenths < 10_000 else f"{self.whole(_rounded(number, 1_000_000))}M"

    def amount(self, sign: str, digits: str) -> str:
        """Digits of an amount with its currency's sign: "$12.20", "CHF 12.20", "12,20 $"."""
        if self.after:
            return f"{digits}{self.apart}{sign.strip()}"
        return f"{sign.rstrip()}{self.apart}{digits}" if self.apart else f"{sign}{digits}"

    def unit(self, number: int | str, unit: str) -> str:
        """A number with its unit: "42 %", "5 h"."""
        return f"{number}{self.space}{unit}"

    def clock(self, at: datetime) -> str:
        """A time of day: "15:04", "3:04 PM"."""
        if self.halves is None:
            return f"{at:%H:%M}"
        return f"{at.hour % 12 or 12}:{at.minute:02}{self.space}{self.halves[at.hour >= 12]}"

    def date(self, at: datetime) -> str:
        """A day: "27 Nov"."""
        return self.day_month.format(day=at.day, month=self.months[at.month - 1])

    def weekday(self, at: datetime) -> str:
        """ "Thu"."""
        return self.days[at.weekday()]

    def _tenths(self, tenths: int) -> str:
        return f"{tenths // 10}{self.point}{tenths % 10}"


ENGLISH: Final = Figures()


class _Tongue:
    translate: Translate | None = None
    figures: Figures = ENGLISH


def use(translate: Translate | None, figures: Figures = ENGLISH) -> None:
    """Speak so from now on; ``None``: English."""
    _Tongue.translate, _Tongue.figures = translate, figures


def english() -> bool:
    """Whether nothing is translated."""
    return _Tongue.translate is None


def figures() -> Figures:
    """How figures are written now."""
    return _Tongue.figures


def mark(_context: str, text: str) -> str:
    """Name a text that is translated later, by ``tr`` with the same context."""
    return text


def tr(context: str, text: str, /, **values: object) -> str:
    """A text in the user's language, with values in the places that are named in it."""
    said = _Tongue.translate(context, text, -1) if _Tongue.translate is not None else ""
    return (said or text).format(**values) if values else said or text


def several(context: str, text: str, number: int, /, **values: object) -> str:
    """A text that depends on a count: "1 call", "1,204 calls" of "%n call(s)"."""
    said = _Tongue.translate(context, text, number) if _Tongue.translate is not None else ""
    said = (said or text.replace("(s)", "" if number == 1 else "s")).replace("%n", _Tongue.figures.count(number))
    return said.format(**values) if values else said


def _rounded(amount: int, unit: int) -> int:
    return (amount + unit // 2) // unit
