"""``spendlight prices``: what the price book says, for a model or for all, at a moment.

Rates are in USD per million tokens, of searches in USD per thousand. A name is looked up as the meter looks it up:
exactly or not at all. It needs no running Spendlight and writes nothing; its verbs, which do, stand in
``trayapp.cli.pricebook``.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, Final

from trayapp import moments
from trayapp.cli.source import price_book
from trayapp.cli.trouble import CommandError
from trayapp.pricing import Book
from trayapp.pricing.book import Found
from trayapp.pricing.names import take_apart
from trayapp.pricing.own import ANY, SOURCE
from trayapp.pricing.prices import MICRO, SEARCHES, ModelPrice, Period, pick
from trayapp.trouble import Trouble

VERBS: Final = ("unpriced", "set", "unset", "map", "unmap", "status", "update", "accept")
_LISTED: Final = ("input", "cache_read", "cache_write", "output")
_DAYS: Final = ("", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_HINTS: Final = 12


def run(arguments: list[str]) -> int:
    """Print the price of a model, or all prices, or do what a verb says."""
    if arguments and arguments[0] in VERBS:
        from trayapp.cli import pricebook

        return pricebook.run(arguments)
    parser = argparse.ArgumentParser(
        prog="spendlight prices",
        description="The price book: rates in USD per million tokens.",
        epilog=f"Or one of {', '.join(VERBS)}; `spendlight prices VERB --help` says more.",
    )
    parser.add_argument("model", nargs="?", help="a model's name as tools write it; without it, all models")
    parser.add_argument("--vendor", help="only as this vendor sells it (openai, bedrock, openrouter …)")
    parser.add_argument("--date", help="an ISO date or time, UTC unless it says otherwise (default: now)")
    parser.add_argument("--format", choices=("plain", "json"), default="plain")
    parser.add_argument("--why", action="store_true", help="how the name was found, and all dated prices")
    options = parser.parse_args(arguments)
    at = moment_of(options.date)
    at_us = moments.micros(at)
    book = price_book()
    if options.model is None:
        return _print_all(book, options.vendor, at_us, options.format)
    entries = [
        describe(book, found, options.model, at_us, why=options.why)
        for found in look_up(book, options.model, options.vendor)
    ]
    if not entries:
        raise CommandError(unknown(book, options.model, options.vendor))
    if options.format == "json":
        print(json.dumps(entries, ensure_ascii=False))
    else:
        print("\n\n".join(_plain(entry, at) for entry in entries))
    return 0


def look_up(book: Book, model: str, vendor: str | None) -> list[Found]:
    """The model as one vendor sells it, or as every maker and reseller with a price of its own does."""
    if vendor is not None:
        found = book.find(vendor, model)
        return [] if found is None else [found]
    everywhere = (book.find(provider, model) for provider in sorted({price.provider for price in book.models}))
    sold = [found for found in everywhere if found is not None and not found.resold]
    # A price of the user's own for every vendor is one price.
    own = sorted((f for f in sold if f.model.sources == (SOURCE,)), key=lambda found: found.provider.id != ANY)
    return [found for found in sold if found not in own[1:]]


def describe(book: Book, found: Found, name: str, at_us: int, *, why: bool) -> dict[str, Any]:
    """Everything that is to say about one found price, as JSON."""
    price = found.model
    period = pick(price.prices, at_us)
    entry: dict[str, Any] = {
        "model": price.id,
        "vendor": found.provider.id,
        "list_of": price.provider,
        "basis": "local" if price.local else "free_tier" if price.free else "unpriced" if period is None else "list",
        **(_period(period) if period is not None else {"rates": {}, "long_prompt": []}),
        "variants": {
            variant: None if special is None else _period(special)
            for variant, special in ((name, pick(periods, at_us)) for name, periods in sorted(price.variants.items()))
        },
        "geo": _multipliers(price.geo),
        "region": _multipliers(price.region),
        "search_unit": price.search_unit,
        "sources": list(price.sources),
        "seen": price.seen,
        "book": book.version,
    }
    if found.region is not None:
        entry["region_of_name"] = found.region
    if why:
        entry["why"] = {
            "asked": name,
            "looked_up": list(take_apart(name).keys),
            "resold": found.resold,
            "prices": [_period(each) for each in price.prices],
            "variants": {name: [_period(each) for each in periods] for name, periods in sorted(price.variants.items())},
        }
    return entry


def _period(period: Period) -> dict[str, Any]:
    told: dict[str, Any] = {"from": _iso(period.since_us), "to": _iso(period.until_us)}
    if period.window is not None:
        told["days"] = sorted(period.window.days)
        told["hours"] = [f"{_clock(start)}-{_clock(end)}" for start, end in period.window.hours]
        told["zone"] = str(period.window.zone)
    if period.multiplier is not None:
        told["multiplier"] = _decimal(period.multiplier, MICRO)
    else:
        told["rates"] = _rates(period.rates or {})
        told["long_prompt"] = [
            {"from_tokens": tier.least, "rates": _rates(tier.rates)} for tier in reversed(period.tiers)
        ]
    return told


def _rates(rates: Mapping[str, int]) -> dict[str, str]:
    # Pico-USD for one token are micro-USD for a million; searches are told by the thousand.
    return {name: _decimal(rate, 10**9 if name in SEARCHES else 10**6) for name, rate in rates.items()}


def _multipliers(factors: Mapping[str, int]) -> dict[str, str]:
    return {name: _decimal(factor, MICRO) for name, factor in factors.items()}


def _decimal(number: int, scale: int) -> str:
    text = format(Decimal(number) / scale, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def _clock(minutes: int) -> str:
    return f"{minutes // 60:02}:{minutes % 60:02}"


def _iso(at_us: int | None) -> str | None:
    return None if at_us is None else moments.at(at_us).isoformat().replace("+00:00", "Z")


def moment_of(text: str | None) -> datetime:
    """A date as it is typed; now without one.

    Raises:
        CommandError: it is none.
    """
    if text is None:
        return datetime.now(UTC)
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise CommandError(
            Trouble(
                title="No such date",
                message=f"{text!r} is not an ISO date or time.",
                fix="Write it like 2026-11-24 or 2026-11-24T15:00Z.",
                code="bad_time",
            )
        ) from None
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)


def unknown(book: Book, model: str, vendor: str | None) -> Trouble:
    """What is said when the book does not know a model, with the names that resemble it."""
    where = "" if vendor is None else f" of {vendor!r}"
    part = model.strip().lower()
    names = sorted({price.id for price in book.models if part and part in price.id.lower()}, reverse=True)
    if not names:
        hint = "`spendlight prices` lists all."
    else:
        more = f" and {len(names) - _HINTS} more" if len(names) > _HINTS else ""
        hint = f"Names that hold it: {', '.join(names[:_HINTS])}{more}."
    return Trouble(
        title="No price is known",
        message=f"The book {book.version} has no model{where} called {model!r}; its calls are shown as unpriced.",
        fix=hint,
        code="unpriced",
    )


def _plain(entry: Mapping[str, Any], at: datetime) -> str:
    resold = "" if entry["list_of"] == entry["vendor"] else f", at the list of {entry['list_of']}"
    lines = [f"{entry['model']}, sold by {entry['vendor']}{resold} ({at.isoformat(timespec='minutes')})"]
    if entry["basis"] in ("local", "free_tier"):
        lines.append("  costs nothing: " + ("it runs on your machine" if entry["basis"] == "local" else "free"))
    elif entry["basis"] == "unpriced":
        lines.append("  no price is known for that moment")
    else:
        lines += _told(entry)
    for name, special in entry["variants"].items():
        lines += [f"  {name}: no price at that moment"] if special is None else _told(special, name)
    lines += [f"  geography {name}: × {factor} on tokens" for name, factor in entry["geo"].items()]
    lines += [f"  region {name}: × {factor} on tokens" for name, factor in entry["region"].items()]
    if "region_of_name" in entry:
        lines.append(f"  this name means the region {entry['region_of_name']}")
    sources = ", ".join(entry["sources"]) or "none"
    seen = "" if entry["seen"] is None else f", seen {entry['seen']}"
    lines.append(f"  source: {sources}{seen}; book {entry['book']}")
    if "why" in entry:
        why = entry["why"]
        lines.append(f"  asked as {why['asked']!r}, looked up as {', '.join(why['looked_up'])}")
        lines.append("  all prices:")
        for period in why["prices"]:
            lines += ["  " + line for line in _told(period)]
        for name, periods in why["variants"].items():
            for period in periods:
                lines += ["  " + line for line in _told(period, name)]
    return "\n".join(lines)


def _told(period: Mapping[str, Any], name: str = "") -> list[str]:
    head = f"  {name}: " if name else "  "
    span = _span(period)
    if "multiplier" in period:
        return [f"{head}× {period['multiplier']} on tokens{span}"]
    lines = [f"{head}{_row(period['rates'])}{span}"]
    lines += [
        f"{head}from {tier['from_tokens']:,} prompt tokens: {_row(tier['rates'])}" for tier in period["long_prompt"]
    ]
    return lines


def _row(rates: Mapping[str, str]) -> str:
    words = (f"{name} ${rate}{'/1k' if name in SEARCHES else ''}" for name, rate in rates.items())
    return ", ".join(words) or "no rates"


def _span(period: Mapping[str, Any]) -> str:
    words = []
    if period["from"] is not None:
        words.append(f"from {period['from']}")
    if period["to"] is not None:
        words.append(f"until {period['to']}")
    if "days" in period:
        days = "" if len(period["days"]) == 7 else " ".join(_DAYS[day] for day in period["days"]) + " "
        words.append(f"{days}{' '.join(period['hours'])} {period['zone']}".strip())
    return f" ({', '.join(words)})" if words else ""


def _print_all(book: Book, vendor: str | None, at_us: int, form: str) -> int:
    prices = [price for price in book.models if vendor is None or _sold_by(book, price, vendor)]
    if not prices:
        raise CommandError(
            Trouble(
                title="Unknown vendor",
                message=f"The price book has no models of {vendor!r}.",
                fix=f"It has: {', '.join(sorted({price.provider for price in book.models}))}.",
                code="unknown_vendor",
            )
        )
    if form == "json":
        told = []
        for price in prices:
            found = book.find(price.provider, price.id)
            if found is not None:
                told.append(describe(book, found, price.id, at_us, why=False))
        print(json.dumps(told, ensure_ascii=False))
        return 0
    print(f"{'vendor':<15} {'model':<44} {'input':>9} {'read':>9} {'write':>9} {'output':>9}   USD per million tokens")
    for price in prices:
        period = pick(price.prices, at_us)
        rates = {} if period is None else _rates(period.rates or {})
        cells = " ".join(f"{'0' if price.free else rates.get(name, '–'):>9}" for name in _LISTED)
        marks = " ".join([*(["long prompts"] if period is not None and period.tiers else []), *sorted(price.variants)])
        print(f"{price.provider:<15} {price.id:<44} {cells}   {marks}".rstrip())
    print(f"book {book.version}")
    return 0


def _sold_by(book: Book, price: ModelPrice, vendor: str) -> bool:
    found = book.find(vendor, price.id)
    if found is None or found.model is not price:
        return False
    # A name that spells its maker is priced for whoever sells it; that does not make everyone its vendor.
    return found.provider.id == price.provider or price.provider in found.provider.also
