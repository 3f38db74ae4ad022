"""The text of an answer while it streams, kept for one purpose: to count its tokens should no vendor do it.

Everything that holds generated text lives here. Rules:

* in memory only, and only until the vendor's final usage was read or the call's row was closed;
* at most ``KEEP`` bytes of a text are kept; beyond that only its size is known;
* keeping costs next to nothing: references to strings that were decoded anyhow, put together now and then;
* nothing here shows what it holds.
"""

from __future__ import annotations

from typing import Final

KEEP: Final = 1 << 20
"""Bytes (UTF-8) of one text that are kept."""
_TOGETHER: Final = 512
"""Pieces that are put together into one: a short string takes ten times its length."""


class Said:
    """One growing text."""

    __slots__ = ("_blocks", "_pieces", "size")

    def __init__(self) -> None:
        self.size = 0
        """Bytes that passed, kept or not."""
        self._pieces: list[str] = []
        self._blocks: list[bytes] = []

    def __repr__(self) -> str:
        return f"<Said of {self.size} bytes>"

    def add(self, text: str) -> int:
        """Take the next piece; its size in bytes."""
        size = len(text) if text.isascii() else len(text.encode("utf-8", "surrogatepass"))
        self.size += size
        if self.size <= KEEP:
            pieces = self._pieces
            pieces.append(text)
            if len(pieces) >= _TOGETHER:
                self._blocks.append("".join(pieces).encode("utf-8", "surrogatepass"))
                pieces.clear()
        return size

    def kept(self) -> bytes:
        """The text as far as it was kept, in UTF-8 (half a surrogate pair may stand alone)."""
        return b"".join(self._blocks) + "".join(self._pieces).encode("utf-8", "surrogatepass")

    def drop(self) -> None:
        """Forget the text; its size stays."""
        self._pieces = []
        self._blocks = []
