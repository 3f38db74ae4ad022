"""Prices agreed with a vendor: a multiplier over the list, or rates that replace it.

Everything that describes a contract's price, and decides whether it covers a call, lives here.

The semantics are those of the one vendor precedent, Claude Code's managed setting ``modelPricing`` (2.1.330,
2026-11): the multiplier is taken over the list price with all surcharges; absolute rates are charged exactly as
written, without geography, speed or tier, and one ``cache_write`` covers every life time of a written cache.

Rules: pure; the first contract that matches a call covers it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from fnmatch import fnmatchcase

from trayapp.pricing.book import BookError, multiplier
from trayapp.pricing.prices import COMPONENTS, SEARCHES, Rates

_TITLE = "A contract's price cannot be used"
_FIX = "Correct it in the settings."
_MOST_USD = 10**9
"""For a million tokens or a thousand searches; more is a slip."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Contract:
    """One agreed price. Exactly one of ``multiplier`` and ``rates`` is set."""

    provider: str | None = None
    """The vendor it covers; ``None`` covers all."""
    model: str | None = None
    """A pattern (``claude-*``) over the model's name, lower case; ``None`` covers all."""
    since_us: int | None = None
    until_us: int | None = None
    multiplier: int | None = None
    """Millionths of the list price."""
    rates: Rates | None = None
    """Pico-USD per token, or per search."""

    def covers(self, vendor: str, model: str | None, at_us: int) -> bool:
        """Whether it holds for a call."""
        if self.provider is not None and self.provider != vendor:
            return False
        if self.model is not None and (model is None or not fnmatchcase(model.lower(), self.model)):
            return False
        return (self.since_us is None or at_us >= self.since_us) and (self.until_us is None or at_us < self.until_us)


def first(contracts: Iterable[Contract], vendor: str, model: str | None, at_us: int) -> Contract | None:
    """The contract that covers a call, if any."""
    return next((c for c in contracts if c.covers(vendor, model, at_us)), None)


def contract(
    *,
    provider: str | None = None,
    model: str | None = None,
    since_us: int | None = None,
    until_us: int | None = None,
    times_list: str | None = None,
    usd_per_million: Mapping[str, str] | None = None,
) -> Contract:
    """Check and make a contract from what a user or a policy wrote.

    Args:
        provider: the vendor's name, or ``None`` for all.
        model: a pattern over model names, or ``None`` for all.
        since_us: first moment, UTC epoch microseconds.
        until_us: first moment after.
        times_list: a decimal above 0, at most 10, over the list price.
        usd_per_million: component to USD per million tokens; ``web_search_k`` and ``file_search_k`` are USD per
            thousand searches.

    Raises:
        BookError: a number or a component's name is not one.
    """
    where = f"the contract for {provider or 'all vendors'}, {model or 'all models'}"
    if (times_list is None) == (usd_per_million is None):
        raise BookError(f"{where} has to have either a multiplier or rates.", title=_TITLE, fix=_FIX)
    factor = None if times_list is None else multiplier(times_list, where)
    if factor is not None and factor > 10 * 10**6:
        raise BookError(f"{where} has the multiplier {times_list!r}; at most 10 is taken.", title=_TITLE, fix=_FIX)
    rates: dict[str, int] | None = None
    if usd_per_million is not None:
        rates = {}
        for name, text in usd_per_million.items():
            component = name.removesuffix("_k")
            if component not in COMPONENTS or (component in SEARCHES) != name.endswith("_k"):
                raise BookError(f"{where} has a rate for {name!r}, which is no component.", title=_TITLE, fix=_FIX)
            rates[component] = pico_rate(text, per=1_000 if component in SEARCHES else 1_000_000)
        if "cache_write" in rates:
            rates.setdefault("cache_write_1h", rates["cache_write"])
            rates.setdefault("cache_write_12h", rates["cache_write"])
    return Contract(
        provider=provider,
        model=None if model is None else model.lower(),
        since_us=since_us,
        until_us=until_us,
        multiplier=factor,
        rates=rates,
    )


def pico_rate(usd: str, *, per: int = 1_000_000) -> int:
    """A rate in USD for ``per`` tokens or searches, as pico-USD for one.

    Raises:
        BookError: not a decimal from 0 to a billion, or finer than one pico-USD for one.
    """
    try:
        amount = Decimal(usd)
        # The bound keeps an absurd exponent from becoming an integer of a million digits.
        if amount.is_finite() and 0 <= amount <= _MOST_USD:
            value = amount * 10**12 / per
            if value == int(value):
                return int(value)
    except (ArithmeticError, ValueError):
        pass
    raise BookError(f"{usd!r} is not a price.", title=_TITLE, fix=_FIX)
