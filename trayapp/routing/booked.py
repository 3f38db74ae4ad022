"""Rates for the economics, taken from the price book: dated, by tier, for one kind of cache.

Everything that turns a book's entry into a ``ModelCost`` lives here.

Rules:

* a model is found as the meter finds it, exactly or not at all; what the book does not say is ``NoRateError``, never
  a guess. Standard service only: batch, flex and fast are other prices for other calls;
* the price holds from the session's moment on, later changes with their dates. A price by the hour (DeepSeek) is
  taken as it is at that moment, and ``Booked.hourly`` says so;
* a kind of cache is the component its writing is billed as. Lives are the vendors' (Anthropic 5 minutes and 1 hour,
  OpenAI 30 minutes and 12 hours; 2026-11); for others nobody says how long a cache lives.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from typing import Final

from trayapp.pricing.book import Book
from trayapp.pricing.names import BEDROCK_GOV
from trayapp.pricing.prices import MICRO, ModelPrice, Period, Rates, pick
from trayapp.pricing.shelves import Found
from trayapp.routing.savings import BOUGHT, Caching
from trayapp.routing.session import Dated, ModelCost, Step, TurnRates

_MINUTE: Final = 60 * 10**6


class Cache(StrEnum):
    """The kind of cache that a tool asks for."""

    DEFAULT = "default"
    """The vendor's own: 5 minutes at Anthropic, 30 at OpenAI."""
    HOUR = "1h"
    HALF_DAY = "12h"
    NONE = "none"
    """Nothing is cached: each turn pays its whole prompt as input."""


_WRITES: Final = {Cache.DEFAULT: "cache_write", Cache.HOUR: "cache_write_1h", Cache.HALF_DAY: "cache_write_12h"}
LIVES: Final = {"anthropic": 5 * _MINUTE, "openai": 30 * _MINUTE}
"""How long a vendor's own cache lives after its last use, microseconds; others say nothing."""

_LEAST: Final = 1024


class NoRateError(Exception):
    """The book does not say what that model costs."""

    def __init__(self, model: str, flag: str, message: str) -> None:
        super().__init__(message)
        self.model = model
        self.flag = flag
        """As in ``trayapp.pricing.cost``: ``unknown_model``, ``missing_rate:cache_write_1h`` …"""
        self.message = message


@dataclass(frozen=True, slots=True, kw_only=True)
class Booked:
    """A model's cost, and what has to be said beside it."""

    cost: ModelCost
    provider: str
    """Whose list it is."""
    cache: Cache
    hourly: bool = False
    """Its price depends on the hour; this is the one of the moment asked for."""
    ends_us: int | None = None
    """From then on the book has no price; the last one is assumed to go on."""


def booked(book: Book, vendor: str, model: str, at_us: int, cache: Cache = Cache.DEFAULT) -> Booked:
    """What a model costs as a vendor sells it, from a moment on.

    Raises:
        NoRateError: the book does not know that.
    """
    found = book.find(vendor, model)
    if found is None:
        raise NoRateError(model, "unknown_model", f"the book {book.version} has no price for {model!r} of {vendor!r}")
    price = found.model
    if price.local or price.free:
        nothing = TurnRates(Fraction(0), Fraction(0), Fraction(0))
        free = ModelCost(name=price.id, prices=(Dated(None, (Step(0, nothing),)),))
        return Booked(cost=free, provider=found.provider.id, cache=cache)
    factor = _region(found)
    now = pick(price.prices, at_us)
    if now is None:
        raise NoRateError(model, "no_price_at_that_time", f"the book {book.version} has no price of {price.id} then")
    hourly = any(period.window is not None for period in price.prices)
    dated = [Dated(None, _steps(price, now, cache, factor))]
    ends_us = None
    for moment in () if hourly else _changes(price, at_us):
        period = pick(price.prices, moment)
        if period is None:
            ends_us = moment
            break
        dated.append(Dated(moment, _steps(price, period, cache, factor)))
    return Booked(
        cost=ModelCost(name=price.id, prices=tuple(dated), life_us=_life(price, cache), window=_window(now)),
        provider=price.provider,
        cache=cache,
        hourly=hourly,
        ends_us=ends_us,
    )


def caching(book: Book, vendor: str, asked: str, served: str, at_us: int) -> Caching:
    """How the caches of the model asked for and of the one that served work, for ``savings``.

    Where a vendor's writing costs what input costs (Gemini, OpenAI before GPT-5.6), it keeps prompts unasked and bills
    no writing; it does so from 1,024 tokens on (OpenAI's and Google's pages, 2026-11). What the book does not know is
    taken for such a vendor's.
    """
    a, b = book.find(vendor, asked), book.find(vendor, served)
    told = _writes(b, at_us)
    return Caching(
        life_us=None if a is None else LIVES.get(a.model.provider),
        written=_writes(a, at_us),
        served_written=told,
        least=0 if told else _LEAST,
    )


def _writes(found: Found | None, at_us: int) -> bool:
    period = None if found is None else pick(found.model.prices, at_us)
    rates = (None if period is None else period.rates) or {}
    return "cache_write" in rates and rates["cache_write"] != rates.get("input")


def _changes(price: ModelPrice, at_us: int) -> list[int]:
    edges = {edge for period in price.prices for edge in (period.since_us, period.until_us) if edge is not None}
    return sorted(edge for edge in edges if edge > at_us)


def _life(price: ModelPrice, cache: Cache) -> int | None:
    bought = BOUGHT.get(_WRITES.get(cache, ""))
    return bought or (LIVES.get(price.provider) if cache is Cache.DEFAULT else None)


def _steps(price: ModelPrice, period: Period, cache: Cache, factor: Fraction) -> tuple[Step, ...]:
    steps = [Step(0, _rates(price, period.rates or {}, cache, factor))]
    for tier in reversed(period.tiers):
        if not tier.rates:
            continue  # no price is published from there on; ``_window`` says so
        rates = _rates(price, tier.rates, cache, factor)
        if tier.least == 0:
            steps[0] = Step(0, rates)
        else:
            steps.append(Step(tier.least, rates))
    return tuple(steps)


def _window(period: Period) -> int | None:
    """The largest prompt that has a price; a tier without rates is one that the model no longer takes."""
    ends = [tier.least - 1 for tier in period.tiers if not tier.rates]
    return min(ends) if ends else None


def _rates(price: ModelPrice, rates: Rates, cache: Cache, factor: Fraction) -> TurnRates:
    read, write = ("input", "input") if cache is Cache.NONE else ("cache_read", _WRITES[cache])
    # A model without a rate for output (embeddings) has no turns.
    for name in (read, write, "output"):
        if name not in rates:
            raise NoRateError(price.id, f"missing_rate:{name}", f"the book has no rate for {name} of {price.id}")
    return TurnRates(rates[read] * factor, rates[write] * factor, rates["output"] * factor)


def _region(found: Found) -> Fraction:
    if found.region is None:
        return Fraction(1)
    if found.region == BEDROCK_GOV and found.region not in found.model.region:
        raise NoRateError(found.model.id, "unknown_region", f"the book has no GovCloud price of {found.model.id}")
    return Fraction(found.model.region.get(found.region, MICRO), MICRO)
