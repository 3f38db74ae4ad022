"""Which currency amounts are shown in, and at which dated rate: what the user typed in ``[[currency]]``.

Everything that chooses a rate for a moment lives here; ``trayapp.money`` does the arithmetic. Nothing is fetched: a
rate is the user's own word, holds from its date (midnight UTC) until the next one of the same currency, and is
shown with its date.

Rules: pure and standard library only, because ``spendlight calls`` and ``status`` start with it; without a rate that
holds, amounts are USD and ``note`` says why; budgets and exports stay USD always.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from trayapp.moments import micros
from trayapp.money import USD, Currency, converted, currency


class CurrencyError(ValueError):
    """An entry of ``[[currency]]`` cannot be used. The text is for people."""


@dataclass(frozen=True, slots=True)
class Rates:
    """The chosen currency with its rates, newest first."""

    code: str = "USD"
    steps: tuple[tuple[int, Currency], ...] = ()
    """Since when (UTC epoch microseconds), and what then."""

    def at(self, at_us: int) -> Currency:
        """What amounts of a moment are shown in; USD when no rate holds."""
        return next((shown for since, shown in self.steps if since <= at_us), USD)

    def note(self, at_us: int) -> str:
        """What a reader has to know about the amounts of a moment; empty for plain USD."""
        return converted(self.code, self.at(at_us))


def read(code: str | None, entries: Sequence[Mapping[str, Any]]) -> Rates:
    """The rates of one currency.

    Args:
        code: ``display.currency``; empty is USD.
        entries: ``[[currency]]``.

    Raises:
        CurrencyError: an entry cannot be used.
    """
    steps: dict[str, dict[int, Currency]] = {}
    for number, entry in enumerate(entries, start=1):
        name, since_us, shown = _entry(entry, number)
        if since_us in steps.setdefault(name, {}):
            raise CurrencyError(f"number {number} in [[currency]]: {name} has two rates from {shown.since}")
        steps[name][since_us] = shown
    wanted = (code or "USD").upper()
    if wanted == "USD":
        return Rates()
    return Rates(wanted, tuple(sorted(steps.get(wanted, {}).items(), key=lambda step: -step[0])))


def _entry(entry: Mapping[str, Any], number: int) -> tuple[str, int, Currency]:
    where = f"number {number} in [[currency]]"
    if not entry.keys() <= {"code", "from", "per_usd"}:
        raise CurrencyError(f"{where}: it consists of code, from and per_usd")
    code, since, rate = entry.get("code"), entry.get("from"), entry.get("per_usd")
    if not isinstance(code, str) or isinstance(rate, bool) or not isinstance(rate, str | int | float):
        raise CurrencyError(f"{where}: it has to say `code` and `per_usd`")
    try:
        day = date.fromisoformat(since) if isinstance(since, str) else since
        if not isinstance(day, date) or isinstance(day, datetime):
            raise ValueError("it has to say `from`, a date")
        shown = currency(code, str(rate), day.isoformat())
    except ValueError as error:
        raise CurrencyError(f"{where}: {error}") from None
    if shown.code == "USD":
        raise CurrencyError(f"{where}: one USD is one USD")
    return shown.code, micros(datetime(day.year, day.month, day.day, tzinfo=UTC)), shown
