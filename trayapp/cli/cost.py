"""``spendlight cost``: exact amounts for recorded calls, JSON lines in and JSON lines out.

``trayapp.engine.quote`` says what a line may hold. A line that cannot be priced becomes an answer with ``usd: null``
and an ``error``, the rest goes on, and the exit code is 1 at the end. An unknown model is no error: it is unpriced.
It needs no running Spendlight and writes nothing.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Iterator
from typing import Any, BinaryIO, Final

from trayapp.cli.source import price_book
from trayapp.engine.quote import MAX_LINE, LineError, identity, quote
from trayapp.engine.rows import usd
from trayapp.pricing import Book

_PIECE: Final = 1 << 20


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
    if sys.stdin.isatty():
        print("Reading JSON lines; end with Ctrl-D.", file=sys.stderr)
    failed = False
    for line in lines(sys.stdin.buffer):
        answer = price_line(line, book)
        failed = failed or "error" in answer
        sys.stdout.write(json.dumps(answer) + "\n")
    sys.stdout.flush()
    return 1 if failed else 0


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


def lines(stream: BinaryIO) -> Iterator[bytes]:
    """The lines of a stream that are not blank; of one that is too long only a beginning, which is still too long."""
    while line := stream.readline(MAX_LINE + 2):
        if not line.endswith(b"\n") and len(line) > MAX_LINE:
            while (more := stream.readline(_PIECE)) and not more.endswith(b"\n"):
                pass
        if line.strip():
            yield line.rstrip(b"\r\n")
