"""Prices agreed with a vendor: a multiplier over the list, rates that replace it, or a discount on components.

Everything that describes a contract's price, and decides whether it covers a call, lives here.
``trayapp.pricing.agreements`` reads what a user wrote.

The semantics are those of the one vendor precedent, Claude Code's managed setting ``modelPricing`` (2.1.330,
2026-11): the multiplier is taken over the list price with all surcharges; absolute rates are charged exactly as
written, without geography, speed or tier, and one ``cache_write`` covers every life time of a written cache.

Rules: pure; the first contract that matches a call covers it. What is matched:

* ``provider`` is the route's name or the price book's name of who sells it. ``openai`` covers ``chatgpt`` calls and
  ``google`` covers ``gemini`` and ``vertex`` calls, since the book knows them as one seller; ``vertex`` covers only
  the route of that name, and ``azure`` and ``openai`` stay two;
* ``model`` is a pattern over the name of the model that *served*, taken apart by ``trayapp.pricing.names`` (a
  snapshot's date, ``[1m]`` and ``anthropic/`` are no obstacle). The name that was asked for counts while no answer
  has named one, and when it is no model's name (a deployment, a gateway's alias);
* ``credential`` is the fingerprint of the key, ``project`` the display name or the HMAC of the project, ``host`` the
  upstream's host name;
* a validity is half-open, ``[since, until)``, over the call's start.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from fnmatch import fnmatchcase
from typing import Final

import msgspec

from trayapp.pricing.book import Book, BookError, multiplier
from trayapp.pricing.names import take_apart
from trayapp.pricing.prices import COMPONENTS, MICRO, SEARCHES, Rates
from trayapp.said import say

TITLE: Final = say("A contract's price cannot be used")
FIX: Final = say("Correct it in the settings.")
MOST_TIMES: Final = 10
_MOST_USD: Final = 10**9
"""For a million tokens or a thousand searches; more is a slip."""
_LONG_WRITES: Final = ("cache_write_1h", "cache_write_12h")


class Occasion(msgspec.Struct, frozen=True, kw_only=True):
    """A call, as far as an agreement may ask about it."""

    vendors: tuple[str, ...]
    """The route's name, and the book's name of the seller."""
    models: tuple[str, ...] = ()
    """The model's name and what it is known as, lower case."""
    at_us: int = 0
    credential: str | None = None
    projects: tuple[str, ...] = ()
    """HMAC and display name."""
    host: str | None = None


def occasion(
    book: Book,
    *,
    vendor: str,
    served: str | None,
    asked: str | None,
    at_us: int,
    credential: str | None = None,
    projects: Iterable[str | None] = (),
    host: str | None = None,
) -> Occasion:
    """What an agreement may ask about a call. ``served`` is the model that answered, as far as it is known."""
    vendor = vendor.lower()
    models = () if served is None else names_of(served)
    if asked is not None and asked != served and (not models or book.find(vendor, asked) is None):
        models += names_of(asked)
    return Occasion(
        vendors=(vendor, book.seller(vendor)),
        models=models,
        at_us=at_us,
        credential=credential,
        projects=tuple(name for name in projects if name),
        host=None if host is None else host.lower(),
    )


def names_of(model: str) -> tuple[str, ...]:
    """What a model's name may be matched as."""
    return take_apart(model).keys or (model.lower(),)


@dataclass(frozen=True, slots=True, kw_only=True)
class Contract:
    """One agreed price. At most one of ``multiplier``, ``rates`` and ``discount`` is set; none is the list price."""

    name: str | None = None
    provider: str | None = None
    """The seller it covers; ``None`` covers all."""
    model: str | None = None
    """A pattern (``claude-*``) over the model's name, lower case; ``None`` covers all."""
    credential: str | None = None
    project: str | None = None
    host: str | None = None
    since_us: int | None = None
    until_us: int | None = None
    multiplier: int | None = None
    """Millionths of the list price."""
    rates: Rates | None = None
    """Pico-USD per token, or per search."""
    discount: Mapping[str, int] | None = None
    """Component to millionths of its list price."""

    def covers(self, call: Occasion) -> bool:
        """Whether it holds for a call."""
        if self.provider is not None and self.provider not in call.vendors:
            return False
        if self.since_us is not None and call.at_us < self.since_us:
            return False
        if self.until_us is not None and call.at_us >= self.until_us:
            return False
        if self.credential is not None and self.credential != call.credential:
            return False
        if self.project is not None and self.project not in call.projects:
            return False
        if self.host is not None and self.host != call.host:
            return False
        return self.model is None or any(fnmatchcase(name, self.model) for name in call.models)

    def times(self, component: str) -> int:
        """Millionths of the list price of a component."""
        if self.multiplier is not None:
            return self.multiplier
        return MICRO if self.discount is None else self.discount.get(component, MICRO)


def first(contracts: Iterable[Contract], call: Occasion) -> Contract | None:
    """The contract that covers a call, if any."""
    return next((c for c in contracts if c.covers(call)), None)


def contract(
    *,
    name: str | None = None,
    provider: str | None = None,
    model: str | None = None,
    credential: str | None = None,
    project: str | None = None,
    host: str | None = None,
    since_us: int | None = None,
    until_us: int | None = None,
    times_list: str | None = None,
    usd_per_million: Mapping[str, str] | None = None,
    discount: Mapping[str, str] | None = None,
    list_price: bool = False,
) -> Contract:
    """Check and make a contract from what a user or a policy wrote.

    Args:
        name: what rows call it.
        provider: the seller's name, or ``None`` for all.
        model: a pattern over model names, or ``None`` for all.
        credential: the key's fingerprint.
        project: a project's display name or HMAC.
        host: the upstream's host name.
        since_us: first moment, UTC epoch microseconds.
        until_us: first moment after.
        times_list: a decimal above 0, at most 10, over the list price.
        usd_per_million: component to USD per million tokens; ``web_search_k`` and ``file_search_k`` are USD per
            thousand searches.
        discount: component to a decimal from 0 to 10 over its list price; other components stay at the list.
        list_price: whether it may do without a price of its own, which is the list's then.

    Raises:
        BookError: a number or a component's name is not one.
    """
    where = (
        say("the contract {name!r}", name=name)
        if name
        else say(
            "the contract for {vendor}, {model}",
            vendor=provider or say("all vendors"),
            model=model or say("all models"),
        )
    )
    told = sum(price is not None for price in (times_list, usd_per_million, discount))
    if told > 1 or (told == 0 and not list_price):
        raise BookError(
            say("{where} has to have exactly one of multiplier, rates and discount.", where=where), title=TITLE, fix=FIX
        )
    if since_us is not None and until_us is not None and since_us >= until_us:
        raise BookError(say("{where} ends before it begins.", where=where), title=TITLE, fix=FIX)
    return Contract(
        name=name,
        provider=None if provider is None else provider.lower(),
        # In a pattern `[1m]` would be a set of characters; in a name it is Claude Code's long window.
        model=None if model is None else model.lower().removesuffix("[1m]"),
        credential=None if credential is None else credential.lower(),
        project=project,
        host=None if host is None else host.lower(),
        since_us=since_us,
        until_us=until_us,
        multiplier=None if times_list is None else _times(times_list, where),
        rates=None if usd_per_million is None else _rates(usd_per_million, where),
        discount=None if discount is None else _discount(discount, where),
    )


def _times(text: str, where: str) -> int:
    try:
        factor = multiplier(text, where)
    except BookError as error:
        raise BookError(error.message, title=TITLE, fix=FIX) from None
    if factor > MOST_TIMES * MICRO:
        raise BookError(
            say(
                "{where} has the multiplier {text!r}; at most {most} is taken.",
                where=where,
                text=text,
                most=MOST_TIMES,
            ),
            title=TITLE,
            fix=FIX,
        )
    return factor


def _rates(given: Mapping[str, str], where: str) -> Rates:
    rates: dict[str, int] = {}
    for name, text in given.items():
        component = name.removesuffix("_k")
        if component not in COMPONENTS or (component in SEARCHES) != name.endswith("_k"):
            raise BookError(
                say("{where} has a rate for {name!r}, which is no component.", where=where, name=name),
                title=TITLE,
                fix=FIX,
            )
        rates[component] = pico_rate(text, per=1_000 if component in SEARCHES else 1_000_000)
    return _with_long_writes(rates)


def _discount(given: Mapping[str, str], where: str) -> Mapping[str, int]:
    factors: dict[str, int] = {}
    for name, text in given.items():
        if name not in COMPONENTS:
            raise BookError(
                say("{where} has a discount for {name!r}, which is no component.", where=where, name=name),
                title=TITLE,
                fix=FIX,
            )
        factors[name] = 0 if text.strip() in ("0", "0.0") else _times(text, where)
    if not factors:
        raise BookError(say("{where} has a discount on nothing.", where=where), title=TITLE, fix=FIX)
    return _with_long_writes(factors)


def _with_long_writes(told: dict[str, int]) -> dict[str, int]:
    """One ``cache_write`` covers every life time that is not named itself."""
    if "cache_write" in told:
        for name in _LONG_WRITES:
            told.setdefault(name, told["cache_write"])
    return told


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
    raise BookError(say("{usd!r} is not a price.", usd=usd), title=TITLE, fix=FIX)
