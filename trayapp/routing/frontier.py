"""Which models are "frontier": the ones that a title or a probe has no need of.

Everything that says so lives here (names and prices of 2026-11). Rules: pure; a model on a ladder is frontier when it
stands in the ladder's upper half *and* its input costs at least four times what the ladder's smallest costs at that
moment, by the list of who sells it (so Opus and Sol are, Sonnet, Terra and Flash are not); a model on no ladder is,
when its input costs 2 USD for a million tokens or more, below which no maker lists its large model and above which
none its small one; a model without a price is none.
"""

from __future__ import annotations

from typing import Final

from trayapp.pricing.book import Book
from trayapp.routing.ladders import below, rung

DEARER: Final = 4
"""Times the smallest model's input price."""
LARGE: Final = 2_000_000
"""Pico-USD for a token of input: 2 USD for a million."""


def frontier(book: Book, vendor: str, model: str, at_us: int) -> bool:
    """Whether a model is one of its vendor's large ones, by name and by price."""
    own = _input(book, vendor, model, at_us)
    if own is None:
        return False
    place = rung(model)
    if place is None:
        return own >= LARGE
    at, ladder = place
    if at >= len(ladder) // 2:
        return False
    smallest = _input(book, vendor, below(model)[-1], at_us)
    # A seller that does not have the smallest one: the ladder's word alone.
    return smallest is None or own >= DEARER * smallest


def _input(book: Book, vendor: str, model: str, at_us: int) -> int | None:
    price = book.match(vendor, model)
    if price is None or price.local or price.free:
        return None
    quote = price.quote(at_us)
    return None if quote is None else quote.rates.get("input")
