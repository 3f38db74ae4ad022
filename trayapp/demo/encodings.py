"""Content codings for answers, flushed event by event.

Everything that compresses a response lives here. Each piece can be decoded as soon as it has arrived, which is what
vendors do with streams.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable
from dataclasses import dataclass

import brotli
import zstandard

BEST_FIRST = ("zstd", "br", "gzip", "deflate")


@dataclass(frozen=True, slots=True)
class Encoder:
    """One stream's compressor."""

    piece: Callable[[bytes], bytes]
    """Encode and flush."""
    finish: Callable[[], bytes]
    """The last bytes."""


def chosen(wanted: str, accept_encoding: str) -> str:
    """The coding to use: ``wanted``, or with ``accept`` the best that the client takes; "" is none."""
    if wanted != "accept":
        return wanted
    offered = {part.split(";")[0].strip().lower() for part in accept_encoding.split(",")}
    return next((name for name in BEST_FIRST if name in offered), "")


def encoder(coding: str) -> Encoder:
    """A compressor.

    Raises:
        ValueError: the coding is not one of ``BEST_FIRST`` or "".
    """
    if coding == "":
        return Encoder(lambda data: data, lambda: b"")
    if coding in ("gzip", "deflate"):
        deflate = zlib.compressobj(wbits=31 if coding == "gzip" else 15)
        return Encoder(lambda data: deflate.compress(data) + deflate.flush(zlib.Z_SYNC_FLUSH), deflate.flush)
    if coding == "br":
        brotli_stream = brotli.Compressor(quality=4)
        return Encoder(lambda data: brotli_stream.process(data) + brotli_stream.flush(), brotli_stream.finish)
    if coding == "zstd":
        zstd = zstandard.ZstdCompressor().compressobj()
        return Encoder(
            lambda data: zstd.compress(data) + zstd.flush(zstandard.COMPRESSOBJ_FLUSH_BLOCK),
            lambda: zstd.flush(zstandard.COMPRESSOBJ_FLUSH_FINISH),
        )
    raise ValueError(f"no such content coding: {coding!r}")
