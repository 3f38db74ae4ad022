"""Amounts and counts as people read them; one place, so that tray, terminal and reports agree.

Amounts are kept in USD. They may be *shown* in another currency: ``Currency`` is a code with a dated rate that the user
typed, and the amount stays exact until its last digits are cut off.

Rules: pure and integer only; unknown is written "unpriced", never as zero; an amount above zero is never written as
zero ("<$0.01"); an estimate carries "≈". Cutting off digits for show rounds half up. Nothing here is parsed back.
Words and figures are those of ``trayapp.tongue``: English, unless the process is a desktop that speaks otherwise.
Standard library only, so that the command line starts quickly.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Final

from trayapp import tongue
from trayapp.tongue import mark, several, tr

PICO: Final = 10**12
"""Pico-USD in one USD."""
UNPRICED: Final = mark("money", "unpriced")
_CENT: Final = PICO // 100
_MILL: Final = PICO // 1000


_SYMBOLS: Final[Mapping[str, str]] = {
    "USD": "$",
    "EUR": "€",
    "GBP": "£",
    "JPY": "¥",
    "INR": "₹",
    "KRW": "₩",
    "BRL": "R$",
    "PLN": "zł ",
    "ILS": "₪",
    "TRY": "₺",
    "UAH": "₴",
    "VND": "₫",
}
"""Signs that mean one currency only to most who read them; all others are shown by their code."""


@dataclass(frozen=True, slots=True)
class Currency:
    """What amounts are shown in: units of it for one USD, as an exact fraction."""

    code: str = "USD"
    numerator: int = 1
    denominator: int = 1
    since: str = ""
    """ISO date from which the rate holds; empty for USD."""

    @property
    def sign(self) -> str:
        """What stands before an amount."""
        return _SYMBOLS.get(self.code, f"{self.code} ")

    @property
    def rate(self) -> str:
        """Units for one USD, as a decimal text."""
        text = format(Decimal(self.numerator) / self.denominator, "f")
        return text.rstrip("0").rstrip(".") if "." in text else text


USD: Final = Currency()


def currency(code: str, per_usd: str, since: str = "") -> Currency:
    """A currency by its code and its units for one USD.

    Raises:
        ValueError: the code is not three letters, or the rate is no decimal above 0 and at most 1,000,000 with up to
            ten places.
    """
    name = code.upper()
    if len(name) != 3 or not name.isascii() or not name.isalpha():
        raise ValueError(f"{code!r} is no currency's code of three letters")
    try:
        rate = Decimal(per_usd)
        if not rate.is_finite() or not 0 < rate <= 10**6 or rate * 10**10 != int(rate * 10**10):
            raise InvalidOperation
    except InvalidOperation:
        raise ValueError(f"{per_usd!r} is no number of {name} for one USD") from None
    numerator, denominator = rate.as_integer_ratio()
    return Currency(name, numerator, denominator, since)


def dollars(pico: int | None, *, estimated: bool = False, fine: bool = False, shown: Currency = USD) -> str:
    """An amount of pico-USD: "$12.20", "<$0.01", "≈$0.042", "−$0.50", "$1,234", "€11.22", "unpriced".

    Args:
        pico: the amount; ``None`` is unknown.
        estimated: whether it rests on an estimate.
        fine: write amounts below one dollar with three decimals, for single calls.
        shown: the currency to show it in.
    """
    if pico is None:
        return unpriced()
    figures = tongue.figures()
    sign = "−" if pico < 0 else ""
    amount, scale = abs(pico) * shown.numerator, shown.denominator
    unit, digits = (_MILL * scale, 3) if fine and amount < PICO * scale else (_CENT * scale, 2)
    steps = rounded(amount, unit)
    mark = "≈" if estimated else ""
    if amount and not steps:
        return f"{mark}<{sign}{figures.amount(shown.sign, f'0{figures.point}{1:0{digits}}')}"
    if steps >= 1000 * 10**digits:
        return f"{mark}{sign}{figures.amount(shown.sign, figures.whole(rounded(amount, PICO * scale)))}"
    whole, rest = divmod(steps, 10**digits)
    return f"{mark}{sign}{figures.amount(shown.sign, f'{whole}{figures.point}{rest:0{digits}}')}"


def unpriced() -> str:
    """What stands in the place of an amount that nobody knows."""
    return tr("money", UNPRICED)


def beside(worth: int, contract: int | None, marginal: int | None, *, unknown: int = 0, shown: Currency = USD) -> str:
    """The other two numbers in one line, or "" when they say the same as the list price ``worth``.

    "$10.98 by contract", "≈ API value · adds $0.00 to the bill", "$10.98 by contract · adds $4.10 to the bill".

    Args:
        worth: the list price.
        contract: what it is worth by what was agreed; ``None`` when nobody says.
        marginal: what it adds to the bill.
        unknown: calls of which one of the two is not known.
        shown: the currency to show it in.
    """
    if contract is None or marginal is None:
        return ""
    if unknown:
        adds = dollars(marginal, shown=shown)
        return several("money", "adds {amount} to the bill, unknown for %n call(s)", unknown, amount=adds)
    parts = [] if contract == worth else [tr("money", "{amount} by contract", amount=dollars(contract, shown=shown))]
    if marginal != contract:
        parts = parts or [api_value()]
        parts.append(tr("money", "adds {amount} to the bill", amount=dollars(marginal, shown=shown)))
    return " · ".join(parts)


def api_value() -> str:
    """What an amount is called that nobody is billed for."""
    return tr("money", "≈ API value")


def converted(code: str, shown: Currency) -> str:
    """What a reader has to know about amounts in a currency that is not USD; "" when there is nothing to know."""
    if code == "USD":
        return ""
    if shown.code != code:
        return tr("money", "in USD: no rate for {code} holds", code=code)
    values = {"rate": shown.rate.replace(".", tongue.figures().point), "code": code, "since": shown.since}
    return tr("money", "converted at {rate} {code} for $1, the rate of {since}", **values)


def count(number: int) -> str:
    """A count: "999", "1,204", "12.4k", "1.3M"."""
    return tongue.figures().count(number)


def plural(number: int, one: str, many: str | None = None) -> str:
    """A count with its noun: "1 call", "1,204 calls"."""
    return f"{count(number)} {one if number == 1 else many or one + 's'}"


def half_even(amount: int, unit: int) -> int:
    """``amount`` ≥ 0 in whole units, half to even: the one rounding of amounts that are kept."""
    whole, rest = divmod(amount, unit)
    return whole + (2 * rest > unit or (2 * rest == unit and whole & 1))


def rounded(amount: int, unit: int) -> int:
    """``amount`` in whole units, half up."""
    return (amount + unit // 2) // unit
