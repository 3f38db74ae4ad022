"""Compressed bodies that are far larger than they look, made in milliseconds: what repeats is compressed once.

Each maker takes the first plain bytes, the block that repeats and how often, and gives coded bytes that any decoder
takes (for ``deflate`` with the sum of zeros only, since no decoder of ours ever sees the end).
"""

from __future__ import annotations

import gzip
import hashlib
import zlib
from collections.abc import Callable

import brotli
import zstandard

MIB = 1 << 20
BLOCK = 16 * MIB

Maker = Callable[[bytes, bytes, int], bytes]


def gzip_members(start: bytes, block: bytes, times: int) -> bytes:
    """One member for each block."""
    return gzip.compress(start, mtime=0) + gzip.compress(block, mtime=0) * times


def deflate_stream(start: bytes, block: bytes, times: int) -> bytes:
    """One zlib stream: after a full flush the same bytes may stand again and again."""
    stream = zlib.compressobj()
    head = stream.compress(start) + stream.flush(zlib.Z_FULL_FLUSH)
    once = stream.compress(block) + stream.flush(zlib.Z_FULL_FLUSH)
    size = (len(start) + len(block) * times) % 65521
    return head + once * times + b"\x03\x00" + (size << 16 | 1).to_bytes(4, "big")


def brotli_stream(start: bytes, block: bytes, times: int) -> bytes:
    """One stream: once the encoder has settled, each block becomes the same bytes."""
    stream = brotli.Compressor(quality=5)
    head = stream.process(start) + stream.flush()
    parts = [stream.process(block) + stream.flush() for _ in range(min(times, 4))]
    if times > 4:
        assert parts[-1] == parts[-2], "the encoder has not settled"
    return head + b"".join(parts) + parts[-1] * (times - len(parts)) + stream.finish()


def zstd_frames(start: bytes, block: bytes, times: int) -> bytes:
    """One frame for each block."""
    return zstandard.compress(start) + zstandard.compress(block) * times


def zstd_frame(start: bytes, block: bytes, times: int) -> bytes:
    """One frame (window 8 MiB, no size, no sum) whose blocks say "this byte, 128 KiB times"."""
    assert block == block[:1] * len(block)
    assert len(start) < 128 << 10
    head = b"\x28\xb5\x2f\xfd\x00\x68" + (len(start) << 3).to_bytes(3, "little") + start
    size = 128 << 10
    count = len(block) * times // size

    def same(last: int) -> bytes:
        return (size << 3 | 1 << 1 | last).to_bytes(3, "little") + block[:1]

    return head + same(0) * (count - 1) + same(1)


def twice(inner: Maker, outer: Callable[[bytes], bytes]) -> Maker:
    """A bomb inside another coding."""
    return lambda start, block, times: outer(inner(start, block, times))


def plain(start: bytes, block: bytes, times: int) -> bytes:
    """Not compressed at all."""
    return start + block * times


def patient(size: int = BLOCK) -> bytes:
    """A block that compresses about 100 times by any coding: slow enough to pass for an honest body."""
    piece, salt = 128 << 10, 1400
    noise = b"".join(hashlib.sha256(b"%d" % n).hexdigest().encode() for n in range(size // piece * salt // 64 + 1))
    pieces = [noise[at * salt : (at + 1) * salt] + b"0" * (piece - salt) for at in range(size // piece)]
    return b"".join(pieces)
