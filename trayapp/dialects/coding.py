"""Content codings: undoing gzip, deflate, br and zstd piece by piece, within bounds.

Everything that turns coded bytes into plain ones lives here, for request bodies and for responses alike.

Rules:

* a decoder never raises and gives one step's output at a time (``STEP`` bytes, 8 MiB for a zstd bomb), so that nobody
  ever holds more of a body than wanted; after an error or an exceeded bound it gives nothing more and says why
  (``failed``, ``overflow``);
* bounds: an expansion above 200:1 once more than 1 MiB came out, ``MOST`` bytes out of any coding, and a total when the
  caller gives one. A whole body is held up to ``DENSE_LIMIT`` bytes only if it expanded more than honest text does;
* what is declared is believed unless the bytes say otherwise: gzip and zstd have magic numbers, and a body that
  is declared as one of them but begins like JSON or an event stream is read as plain;
* codings: gzip and deflate (RFC 9110 §8.4.1), br (RFC 7932), zstd (RFC 8878, window at most 8 MiB by RFC 9659).
  "deflate" is zlib by the standard and raw deflate in practice; both are read.
"""

from __future__ import annotations

import gzip
import io
import zlib
from collections.abc import Iterator
from itertools import chain
from typing import Final, Protocol

import brotli
import zstandard

STEP: Final = 1 << 20
"""Output of one decoding step, in bytes, where the codec lets us bound it."""
RATIO: Final = 200
"""Largest expansion that is taken for real once ``RATIO_FREE`` bytes came out."""
RATIO_FREE: Final = 1 << 20
MOST: Final = 512 << 20
"""Bytes that are taken out of one coding: ten times the longest stream of a vendor; beyond, reading is not worth it."""
DENSE: Final = 20
"""JSON compresses three to ten times, an answer of one repeated word twenty times."""
DENSE_LIMIT: Final = 24 << 20
_SLICE: Final = 64 << 10
_ZSTD_WINDOW: Final = 8 << 20
_ZSTD_SLICE: Final = 256
"""One zstd block is at least 4 bytes and at most 128 KiB: this bounds one call's output at about 8 MiB."""

GZIP_MAGIC: Final = b"\x1f\x8b"
ZSTD_MAGIC: Final = b"\x28\xb5\x2f\xfd"
_PLAIN_START: Final = b'{[":del \r\n\t\xef'


class _Codec(Protocol):
    def decode(self, data: bytes) -> Iterator[bytes]:
        """Decode in steps; raises a codec's error on malformed input."""


class _Overflow(Exception):
    """An expansion bound was exceeded."""


class _Budget:
    """Counts what went in and came out."""

    __slots__ = ("came", "limit", "went")

    def __init__(self, limit: int | None) -> None:
        self.went = 0
        self.came = 0
        self.limit = limit

    def take(self, produced: int) -> None:
        self.came += produced
        if self.came > (MOST if self.limit is None else self.limit):
            raise _Overflow
        if self.came > RATIO_FREE and self.came > RATIO * self.went:
            raise _Overflow


class _Zlib:
    """gzip members one after another, or one zlib/raw deflate stream."""

    __slots__ = ("_budget", "_first", "_gzip", "_stream")

    def __init__(self, budget: _Budget, *, gzip: bool) -> None:
        self._budget = budget
        self._gzip = gzip
        self._first = b""
        self._stream = zlib.decompressobj(31) if gzip else None

    def decode(self, data: bytes) -> Iterator[bytes]:
        if self._stream is None:
            self._first += data
            if len(self._first) < 2:
                return
            data, self._first = self._first, b""
            zlib_head = data[0] & 0x0F == 8 and (data[0] << 8 | data[1]) % 31 == 0
            self._stream = zlib.decompressobj(15 if zlib_head else -15)
        while data:
            if self._stream.eof:
                if not self._gzip or data[:1] == b"\0":
                    break  # padding after the end
                self._stream = zlib.decompressobj(31)
            piece = self._stream.decompress(data, STEP)
            self._budget.take(len(piece))
            if piece:
                yield piece
            data = self._stream.unconsumed_tail or self._stream.unused_data
            if not data and len(piece) == STEP:
                # The step was full: output may be left inside although no input is.
                while piece := self._stream.decompress(b"", STEP):
                    self._budget.take(len(piece))
                    yield piece


class _Brotli:
    __slots__ = ("_budget", "_stream")

    def __init__(self, budget: _Budget) -> None:
        self._budget = budget
        self._stream = brotli.Decompressor()

    def decode(self, data: bytes) -> Iterator[bytes]:
        piece = self._stream.process(data, output_buffer_limit=STEP)
        while True:
            self._budget.take(len(piece))
            if piece:
                yield piece
            if self._stream.is_finished() or self._stream.can_accept_more_data():
                return
            piece = self._stream.process(b"", output_buffer_limit=STEP)


class _Zstd:
    __slots__ = ("_budget", "_context", "_stream")

    def __init__(self, budget: _Budget) -> None:
        self._budget = budget
        self._context = zstandard.ZstdDecompressor(max_window_size=_ZSTD_WINDOW)
        self._stream = self._context.decompressobj()

    def decode(self, data: bytes) -> Iterator[bytes]:
        view = memoryview(data)
        while view:
            if self._stream.eof:
                self._stream = self._context.decompressobj()
            size = min(len(view), _ZSTD_SLICE)
            piece = self._stream.decompress(view[:size])
            self._budget.take(len(piece))
            if piece:
                yield piece
            used = size - len(self._stream.unused_data) if self._stream.eof else size
            view = view[max(used, 1) :]


def _codec(word: str, budget: _Budget) -> _Codec | None:
    if word in ("gzip", "x-gzip"):
        return _Zlib(budget, gzip=True)
    if word == "deflate":
        return _Zlib(budget, gzip=False)
    if word == "br":
        return _Brotli(budget)
    if word == "zstd":
        return _Zstd(budget)
    return None


class Decoder:
    """Undoes the content codings of one body, incrementally."""

    __slots__ = ("_budgets", "_chain", "_declared", "_head", "_limit", "failed", "mismatch", "overflow")

    def __init__(self, content_encoding: str = "", *, limit: int | None = None) -> None:
        """``content_encoding`` is the header's value (may be empty or a list); ``limit`` bounds all output."""
        self._declared = [w for w in (p.strip().lower() for p in content_encoding.split(",")) if w and w != "identity"]
        self._limit = limit
        self._chain: list[_Codec] | None = None
        self._budgets: list[_Budget] = []
        self._head = b""
        self.failed = False
        """The bytes are not what the coding says, or the coding is unknown."""
        self.overflow = False
        """A bound was exceeded."""
        self.mismatch = False
        """The declared coding was not the real one."""

    def decode(self, data: bytes) -> Iterator[bytes]:
        """Plain pieces for the next coded bytes, each decoded when it is asked for; none after a failure."""
        if self.failed or self.overflow or not data:
            return
        if self._chain is None:
            data = self._head + data
            if len(data) < 4 and not self._decided(data):
                self._head = data
                return
            self._head = b""
            if not self._choose(data):
                return
        yield from self._run(data)

    def begins_plain(self, data: bytes) -> bool:
        """Whether the body begins here and is neither coded nor bounded, as most are; from then on it is ``plain``."""
        begins = self._chain is None and not (self._declared or self._head) and self._limit is None
        if not begins or len(data) < 4 or data.startswith((GZIP_MAGIC, ZSTD_MAGIC)):
            return False
        self._chain = []
        return True

    @property
    def plain(self) -> bool:
        """Whether the body has turned out to be uncoded and unbounded, so that ``decode`` changes nothing."""
        return self._chain == [] and not self._budgets

    def stop(self) -> None:
        """Decode no more, and let the codecs' windows go; counts as an overflow."""
        self.overflow = True
        self._chain = []

    @property
    def came(self) -> int:
        """Plain bytes so far, of a body that is coded."""
        return self._budgets[-1].came if self._budgets else 0

    @property
    def dense(self) -> bool:
        """Whether the body has expanded more than honest text does."""
        budgets = self._budgets
        return bool(budgets) and budgets[-1].came > DENSE * max(budgets[0].went, RATIO_FREE // DENSE)

    def flush(self) -> Iterator[bytes]:
        """What is left when the body has ended."""
        if self._chain is None and self._head and not self.failed:
            data, self._head = self._head, b""
            if self._choose(data):
                yield from self._run(data)

    def _decided(self, data: bytes) -> bool:
        return not GZIP_MAGIC.startswith(data[:2]) and not ZSTD_MAGIC.startswith(data) and not self._declared

    def _choose(self, data: bytes) -> bool:
        """Pick the codecs by declaration and magic; ``False`` when there is none for it."""
        words = list(self._declared)
        outer = words[-1] if words else ""
        gzip, zstd = data.startswith(GZIP_MAGIC), data.startswith(ZSTD_MAGIC)
        if not words and (gzip or zstd):
            words = ["gzip" if gzip else "zstd"]
        elif (
            (outer in ("gzip", "x-gzip") and not gzip)
            or (outer == "zstd" and not zstd and data[1:4] != b"\x2a\x4d\x18")
        ) and data[0] in _PLAIN_START:
            words.pop()
            self.mismatch = True
        codecs: list[_Codec] = []
        for word in reversed(words[:4]):
            budget = _Budget(self._limit)
            codec = _codec(word, budget)
            if codec is None:
                self.failed = True
                return False
            codecs.append(codec)
            self._budgets.append(budget)
        if not codecs and self._limit is not None:
            self._budgets.append(_Budget(self._limit))
        self._chain = codecs
        return True

    def _run(self, data: bytes) -> Iterator[bytes]:
        try:
            if not self._chain and self._budgets:
                self._budgets[0].went += len(data)
                self._budgets[0].take(len(data))
            yield from self._through(data, 0)
        except _Overflow:
            self.stop()
        except (zlib.error, brotli.error, zstandard.ZstdError, ValueError, MemoryError):
            self.failed = True
            self._chain = []

    def _through(self, data: bytes, at: int) -> Iterator[bytes]:
        """``data`` through the chain's codecs from ``at`` on, piece by piece."""
        codecs = self._chain or []
        if at == len(codecs):
            yield data
            return
        self._budgets[at].went += len(data)
        for piece in codecs[at].decode(data):
            yield from self._through(piece, at + 1)


def encode_whole(body: bytes, content_encoding: str) -> bytes | None:
    """Code a whole body anew with the one coding that it came in; ``None`` for several, or one that is not known."""
    word = content_encoding.strip().lower()
    if word in ("", "identity"):
        return body
    if word in ("gzip", "x-gzip"):
        return gzip.compress(body, mtime=0)
    if word == "deflate":
        return zlib.compress(body)
    if word == "br":
        return bytes(brotli.compress(body, quality=4))
    if word == "zstd":
        return zstandard.ZstdCompressor().compress(body)
    return None


def decode_whole(body: bytes, content_encoding: str = "", *, limit: int) -> tuple[bytes | None, str | None]:
    """Decode a whole body.

    Returns:
        The plain bytes and ``None``, or ``None`` and ``overflow`` or ``unreadable``. A body that is cut short
        gives what could be read.
    """
    if not content_encoding and not body.startswith((GZIP_MAGIC, ZSTD_MAGIC)):
        return (body, None) if len(body) <= limit else (None, "overflow")
    decoder = Decoder(content_encoding, limit=limit)
    plain = io.BytesIO()  # grows in place and gives its bytes away without a copy
    # In slices, so that an expansion is seen when it happens and not measured against all of the body.
    coded = (piece for at in range(0, len(body), _SLICE) for piece in decoder.decode(body[at : at + _SLICE]))
    for piece in chain(coded, decoder.flush()):
        plain.write(piece)
        if decoder.dense and plain.tell() > DENSE_LIMIT:
            return None, "overflow"
    if decoder.overflow:
        return None, "overflow"
    if decoder.failed:
        return None, "unreadable"
    return plain.getvalue(), None
