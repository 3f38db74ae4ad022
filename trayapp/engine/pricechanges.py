"""Which list rates of the models in use changed between two moments, by the price book's own dates.

Everything that looks for dated changes in a book on behalf of a report lives here; ``insight.dated`` says what they
have meant. Rules:

* a model is found as the meter finds it; each component that was used is looked at, in the variants in which it was;
* where the list's standard rate moved, that is the change, and variants of the model move with it by their own rates;
  where a variant alone moved, its own rate is named;
* prices by the hour (DeepSeek) are left out: a sum of tokens does not say at which hour they were used;
* amounts that the vendor states and rows of several rates have no list rate, and are left out, too.
"""

from __future__ import annotations

from asyncio import wrap_future
from collections.abc import Iterable, Sequence
from fractions import Fraction
from typing import Final

from trayapp.insight.dated import RateChange, price_changes
from trayapp.ledger import Ledger
from trayapp.mix import KINDS, MixCell
from trayapp.pricing import Book
from trayapp.pricing.prices import MICRO, ModelPrice, Period, pick
from trayapp.reports import PriceChange

_LONG: Final = "long_prompt"
_PLAIN: Final = frozenset({_LONG, "resold", "committed"})
"""Words of a variant that name no rates of their own."""


def rate_changes(book: Book, cells: Iterable[MixCell], since_us: int, until_us: int) -> list[RateChange]:
    """The rates of what the cells hold that changed within ``(since_us, until_us)``, the oldest change first."""
    models: dict[tuple[str, str], dict[str, set[str]]] = {}
    for cell in cells:
        variants = models.setdefault((cell.vendor, cell.model), {})
        variants.setdefault(cell.variant, set()).update(kind for kind in cell.tokens if kind in KINDS)
    found: list[RateChange] = []
    for (vendor, model), variants in models.items():
        price = book.match(vendor, model)
        if price is None or _hourly(price):
            continue
        for at_us in _moments(price, since_us, until_us):
            found += _at(price, vendor, model, variants, at_us)
    return sorted(found, key=lambda each: (each.at_us, each.vendor, each.model, KINDS.index(each.component)))


async def dated(
    ledger: Ledger, book: Book, before: Sequence[MixCell], after: Sequence[MixCell], since_us: int, start_us: int,
    end_us: int,
) -> tuple[PriceChange, ...]:  # fmt: skip
    """The dated price changes between the start of a former period and the end of the present one.

    Args:
        ledger: asked for the cells since each change.
        book: the price book.
        before: the former period's cells.
        after: the present period's.
        since_us: start of the former period.
        start_us: start of the present one.
        end_us: its end.
    """
    changes = rate_changes(book, [*before, *after], since_us, end_us)
    cells: dict[int, Sequence[MixCell]] = {each.at_us: after for each in changes if each.at_us <= start_us}
    # From the end backwards, piece by piece: however many changes there were, the period is read once.
    since: list[MixCell] = []
    until_us = end_us
    for at_us in sorted({each.at_us for each in changes if each.at_us > start_us}, reverse=True):
        since = [*await wrap_future(ledger.mix(at_us, until_us)), *since]
        cells[at_us], until_us = since, at_us
    return price_changes(changes, cells)


def _hourly(price: ModelPrice) -> bool:
    return any(each.window is not None for each in _periods(price))


def _periods(price: ModelPrice) -> list[Period]:
    return [*price.prices, *(each for periods in price.variants.values() for each in periods)]


def _moments(price: ModelPrice, since_us: int, until_us: int) -> list[int]:
    edges = {edge for each in _periods(price) for edge in (each.since_us, each.until_us) if edge is not None}
    return sorted(edge for edge in edges if since_us < edge < until_us)


def _at(price: ModelPrice, vendor: str, model: str, variants: dict[str, set[str]], at_us: int) -> list[RateChange]:
    """What one model's rates did at a moment."""
    found = []
    for kind in KINDS:
        deltas: dict[str, Fraction] = {}
        own: dict[str, tuple[int, int, dict[str, Fraction]]] = {}
        for text, kinds in variants.items():
            words = set(text.split())
            names = [word for word in words - _PLAIN if not word.startswith(("geo:", "region:"))]
            if kind not in kinds or len(names) > 1 or not price.variants.keys() >= set(names):
                continue  # stated, flat, blend: no rate
            name = names[0] if names else ""
            old, new = (_rate(price, moment, kind, name, _LONG in words) for moment in (at_us - 1, at_us))
            if old is None or new is None or old == new:
                continue
            times = _surcharges(price, words)
            deltas[text] = (new - old) * times
            if name:
                own.setdefault(name, (int(old), int(new), {}))[2][text] = deltas[text]
        standard = [_rate(price, moment, kind, "", False) for moment in (at_us - 1, at_us)]
        if standard[0] != standard[1] and None not in standard and deltas:
            before, after = (int(each or 0) for each in standard)
            found.append(
                RateChange(
                    vendor=vendor, model=model, component=kind, at_us=at_us, before=before, after=after, deltas=deltas
                )
            )
        else:
            found += [
                RateChange(
                    vendor=vendor, model=model, component=kind, variant=name, at_us=at_us, before=old, after=new,
                    deltas=mine,
                )
                for name, (old, new, mine) in own.items()
            ]  # fmt: skip
    return found


def _rate(price: ModelPrice, at_us: int, kind: str, variant: str, long_prompt: bool) -> Fraction | None:
    """Pico-USD for a token, surcharges apart; ``None``: the book has none, or more than one for long prompts."""
    period, times = pick(price.prices, at_us), Fraction(1)
    if variant:
        special = pick(price.variants[variant], at_us)
        if special is None:
            return None
        if special.multiplier is None:
            period = special
        else:
            times = Fraction(special.multiplier, MICRO)
    if period is None:
        return None
    rates = period.rates or {}
    if long_prompt:
        if len(period.tiers) != 1:
            return None
        rates = period.tiers[0].rates
    rate = rates.get(kind)
    return None if rate is None else rate * times


def _surcharges(price: ModelPrice, words: set[str]) -> Fraction:
    times = Fraction(1)
    for word in words:
        kind, _, name = word.partition(":")
        factors = {"geo": price.geo, "region": price.region}.get(kind)
        if factors is not None and name in factors:
            times *= Fraction(factors[name], MICRO)
    return times
