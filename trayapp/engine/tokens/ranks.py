"""OpenAI's encodings from the ranks that ship with Spendlight: the only place that touches tiktoken.

Everything between a text and its number of o200k or cl100k tokens lives here. Rules:

* never online: the ranks are packed, their hash is checked after unpacking, and tiktoken's own loading (which deletes
  a damaged file and downloads another) and its search for plugins are never used;
* a text is cut into pieces of ``PIECE`` characters at line ends where there are any, because tiktoken's time and stack
  grow with the longest word; past ``MOST`` characters the rest is counted at the rate of what came before;
* special tokens in a text are text;
* nothing a text holds makes this raise: a panic of tiktoken's Rust half is a ``BaseException`` and is caught as one.
"""

from __future__ import annotations

import binascii
import hashlib
import lzma
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Final

from trayapp.dialects import ratios
from trayapp.platform.resources import resource

if TYPE_CHECKING:
    import tiktoken

PIECE: Final = 32_000
MOST: Final = 4_000_000
"""Characters of one text that are encoded: about a second of the worst text there is."""
_BYTES_PER_TOKEN: Final = 4.26
"""For a piece that tiktoken could not take."""

HASHES: Final = {
    "o200k_base": "446a9538cb6c348e3516120d7c08b09f57c36495e2acfffe59a5bf8b0cfb1a2d",
    "cl100k_base": "223921b76ee99bde995b7ff738513eef100fb51d18c93597a113bcffe865b2a7",
}
"""SHA-256 of the plain rank files, as tiktoken expects them too."""
_PATTERNS: Final = {
    "o200k_base": "|".join(
        (
            r"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+(?i:'s|'t|'re|'ve|'m|'ll|'d)?",
            r"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*(?i:'s|'t|'re|'ve|'m|'ll|'d)?",
            r"\p{N}{1,3}",
            r" ?[^\s\p{L}\p{N}]+[\r\n/]*",
            r"\s*[\r\n]+",
            r"\s+(?!\S)",
            r"\s+",
        )
    ),
    "cl100k_base": (
        r"'(?i:[sdmt]|ll|ve|re)|[^\r\n\p{L}\p{N}]?+\p{L}++|\p{N}{1,3}+| ?[^\s\p{L}\p{N}]++[\r\n]*+|\s++$|\s*[\r\n]"
        r"|\s+(?!\S)|\s"
    ),
}


class RanksError(Exception):
    """An encoding cannot be had: its file is missing or not what was packed, or tiktoken cannot be loaded."""


class Encodings:
    """The encodings, each loaded when it is first asked for."""

    def __init__(self, folder: Path | None = None, *, most: int = 2) -> None:
        """``folder`` holds the packed ranks (``None``: Spendlight's own); ``most`` are loaded at a time."""
        self._most = most
        self._folder = folder
        self._loaded: dict[str, tiktoken.Encoding] = {}

    def encode(self, text: str, encoding: str = "o200k_base") -> list[int]:
        """The tokens of a text, piece by piece.

        Raises:
            RanksError: see there.
        """
        chosen = self._get(encoding)
        return [token for piece in pieces(text) for token in chosen.encode_ordinary(piece)]

    def count(self, text: str, encoding: str = "o200k_base") -> int:
        """How many tokens a text is.

        Raises:
            RanksError: see there.
        """
        chosen = self._get(encoding)
        counted = sum(_count(chosen, piece) for piece in pieces(text[:MOST]))
        return counted if len(text) <= MOST else round(counted * len(text) / MOST)

    def _get(self, name: str) -> tiktoken.Encoding:
        found = self._loaded.get(name)
        if found is None:
            if len(self._loaded) >= self._most:
                self._loaded.clear()
            found = self._loaded[name] = _load(name, self._folder)
        return found


def pieces(text: str) -> Iterator[str]:
    """A text in pieces of at most ``PIECE`` characters, cut after a line's end where there is one."""
    start = 0
    while len(text) - start > PIECE:
        end = text.rfind("\n", start, start + PIECE) + 1
        if end <= start:
            end = start + PIECE
        yield text[start:end]
        start = end
    if start < len(text):
        yield text[start:] if start else text


def _count(encoding: tiktoken.Encoding, piece: str) -> int:
    try:
        return len(encoding.encode_ordinary(piece))
    except (KeyboardInterrupt, SystemExit, GeneratorExit):
        raise
    except BaseException:  # noqa: BLE001  pyo3's PanicException derives from it
        return ratios.at(len(piece.encode("utf-8", "surrogatepass")), _BYTES_PER_TOKEN)


def _load(name: str, folder: Path | None) -> tiktoken.Encoding:
    try:
        import tiktoken

        packed = (folder or resource("tokenizer")) / f"{name}.tiktoken.xz"
        plain = lzma.decompress(packed.read_bytes())
        if hashlib.sha256(plain).hexdigest() != HASHES[name]:
            raise RanksError(f"the ranks of {name} are damaged")
        ranks: dict[bytes, int] = {}
        for line in plain.splitlines():
            token, _, rank = line.partition(b" ")
            ranks[binascii.a2b_base64(token)] = int(rank)
        encoding = tiktoken.Encoding(name, pat_str=_PATTERNS[name], mergeable_ranks=ranks, special_tokens={})
        ranks.clear()  # what encodes has its own copy: a quarter of the memory
        return encoding
    except (OSError, ImportError, ValueError, lzma.LZMAError, MemoryError) as error:
        raise RanksError(f"the encoding {name} cannot be loaded: {type(error).__name__}") from None
