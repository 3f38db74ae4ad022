"""``python -m trayapp.engine.tokens``: counts tokens for the engine until its standard input ends.

A process of its own, because building an encoding holds Python's lock for a tenth of a second (measured: 135 ms, in
which no stream would move), takes 50 MB that a thread would never give back whole, and because text that makes the
tokenizer hang or crash must not reach the data path.
"""

from __future__ import annotations

import os
import sys
from typing import BinaryIO

import msgspec

from trayapp.engine.tokens import prompt
from trayapp.engine.tokens.ranks import Encodings, RanksError
from trayapp.engine.tokens.wire import LENGTH, Ask, Told, packed


def main() -> int:
    """Answer one message after another."""
    if hasattr(os, "nice"):
        os.nice(5)
    decode = msgspec.msgpack.Decoder(Ask).decode
    encodings = Encodings(most=1)
    source, sink = sys.stdin.buffer, sys.stdout.buffer
    while (data := _message(source)) is not None:
        sink.write(packed(_told(decode(data), encodings)))
        sink.flush()
    return 0


def _message(source: BinaryIO) -> bytes | None:
    head = source.read(LENGTH)
    size = int.from_bytes(head, "big")
    data = source.read(size)
    return data if len(head) == LENGTH and len(data) == size else None


def _told(ask: Ask, encodings: Encodings) -> Told:
    try:
        answer = encodings.count(ask.answer.decode("utf-8", "surrogatepass"), ask.encoding)
        thought = encodings.count(ask.thought.decode("utf-8", "surrogatepass"), ask.encoding)
        found = prompt.read(ask.body, ask.coding) if ask.body else None
        if found is None:
            return Told(ask.number, ready=True, answer=answer, thought=thought)
        counted = sum(encodings.count(text, ask.encoding) for text in found.texts)
        return Told(ask.number, ready=True, answer=answer, thought=thought, prompt=counted, extra=found.extra)
    except RanksError:
        return Told(ask.number, ready=False)


if __name__ == "__main__":
    raise SystemExit(main())
