"""What the engine and its counting process say to each other over two pipes.

One message is a length of four bytes and that many bytes of MessagePack. Texts travel in memory only; the answers are
numbers.
"""

from __future__ import annotations

import msgspec


class Ask(msgspec.Struct, array_like=True):
    """Count these. Its texts are never shown."""

    number: int
    encoding: str
    answer: bytes = b""
    """The answer's text, UTF-8."""
    thought: bytes = b""
    body: bytes = b""
    """The request's body as it was sent, or nothing."""
    coding: str = ""
    """Its content coding."""

    def __repr__(self) -> str:
        return f"<Ask {self.number}: {len(self.answer)} + {len(self.thought)} + {len(self.body)} bytes>"


class Told(msgspec.Struct, array_like=True, frozen=True):
    """What was counted, in the encoding's own tokens."""

    number: int
    ready: bool
    """``False``: there is no encoding to count with, and there will be none."""
    answer: int = 0
    thought: int = 0
    prompt: int | None = None
    """The body's texts; ``None`` when it was not sent or cannot be read."""
    extra: int = 0
    """What the body holds besides texts, in the vendor's tokens."""


LENGTH = 4


def packed(message: Ask | Told) -> bytes:
    """A message with its length before it."""
    data = msgspec.msgpack.encode(message)
    return len(data).to_bytes(LENGTH, "big") + data
