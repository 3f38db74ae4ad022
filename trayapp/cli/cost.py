"""``spendlight cost``: exact amounts for recorded calls, JSON lines in and JSON lines out.

``trayapp.engine.quote`` says what a line may hold. A line that cannot be priced becomes an answer with ``usd: null``
and an ``error``, the rest goes on, and the exit code is 1 at the end. An unknown model is no error: it is unpriced.
It needs no running Spendlight and writes nothing.
"""

from __future__ import annotations

import argparse
import time
from typing import Any

from trayapp.cli.jsonlines import answer_each
from trayapp.cli.source import price_book
from trayapp.engine.quote import MAX_LINE, LineError, identity, quote
from trayapp.engine.rows import usd
from trayapp.pricing import Book


def run(arguments: list[str]) -> int:
    """Price each line of standard input."""
    parser = argparse.ArgumentParser(
        prog="spendlight cost",
        description="Read recorded calls as JSON lines from standard input, write what each costs as a JSON line.",
        epilog="A line: {id, provider, api, model, ts, usage | events | response, request, url, contract}. "
        "An answer: {id, usd, basis, components, flags}; usd is a decimal text, or null when unpriced.",
    )
    parser.parse_args(arguments)
    book = price_book()
    return answer_each(MAX_LINE, lambda line: price_line(line, book))


def price_line(line: bytes, book: Book) -> dict[str, Any]:
    """The answer to one line."""
    try:
        cost = quote(line, book, time.time_ns() // 1000)
    except LineError as error:
        return {
            "id": identity(line),
            "usd": None,
            "basis": "unpriced",
            "components": {},
            "flags": [],
            "error": f"This line cannot be priced: {error}.",
        }
    return {
        "id": identity(line),
        "usd": usd(cost.pico),
        "basis": str(cost.basis),
        "components": {name: usd(amount) for name, amount in cost.components},
        "flags": list(cost.flags),
    }
