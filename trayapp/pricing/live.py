"""Rates for numbers that run while a call runs.

Everything that prices a call before its end lives here. A live amount is an estimate and is drawn as one; the row
gets its amount from ``trayapp.pricing.cost`` alone.
"""

from __future__ import annotations

from trayapp.pricing.book import Book


def rate_of(book: Book, vendor: str, model: str | None, at_us: int, prompt: int = 0) -> tuple[int, int] | None:
    """Pico-USD per input token and per output token at standard service, or ``None`` when unpriced.

    Args:
        book: the price book.
        vendor: the route's name.
        model: the model asked for or served.
        at_us: UTC epoch microseconds.
        prompt: prompt tokens known or guessed so far; they choose the tier.
    """
    found = None if model is None else book.match(vendor, model)
    if found is None:
        return None
    if found.local or found.free:
        return 0, 0
    quote = found.quote(at_us, prompt)
    if quote is None or "input" not in quote.rates:
        return None
    # A model without an output rate (embeddings) produces no output tokens to price.
    return quote.rates["input"], quote.rates.get("output", 0)
