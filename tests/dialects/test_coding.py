from __future__ import annotations

import gzip
import hashlib
import os
from typing import Any

import brotli
import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from trayapp.dialects.coding import Decoder, decode_whole

CODINGS = ("gzip", "deflate", "raw-deflate", "br", "zstd")


@given(body=st.binary(max_size=2000), coding=st.sampled_from(("", *CODINGS)), cuts=st.lists(st.integers(0, 4000)))
def test_any_cut_gives_the_body_back(wires: Any, body: bytes, coding: str, cuts: list[int]) -> None:
    if coding == "" and body[:2] in (b"\x1f\x8b", b"\x28\xb5"):
        return
    decoder = Decoder(wires.header(coding))
    out: list[bytes] = []
    for piece in wires.pieces(wires.encode(body, coding), cuts):
        out += decoder.decode(piece)
    out += decoder.flush()
    assert b"".join(out) == body
    assert not decoder.failed
    assert not decoder.overflow


@pytest.mark.parametrize("coding", ["gzip", "zstd"])
def test_undeclared_codings_are_recognised(wires: Any, coding: str) -> None:
    coded = wires.encode(b'{"a":1}', coding)
    for cuts in ([], list(range(len(coded)))):
        decoder = Decoder("identity")
        out = [p for piece in wires.pieces(coded, cuts) for p in decoder.decode(piece)]
        assert b"".join(out) == b'{"a":1}'


@pytest.mark.parametrize("coding", ["gzip", "zstd"])
def test_a_plain_body_that_claims_a_coding_is_read(coding: str) -> None:
    decoder = Decoder(coding)
    assert b"".join(decoder.decode(b'{"a":1}')) == b'{"a":1}'
    assert decoder.mismatch


def test_several_codings_and_several_members() -> None:
    body = b"hello " * 50
    decoder = Decoder("gzip, br")
    assert b"".join(decoder.decode(brotli.compress(gzip.compress(body)))) == body
    assert decode_whole(gzip.compress(body) + gzip.compress(body), "gzip", limit=10_000)[0] == body * 2
    assert decode_whole(zstandard.compress(body) * 3, "zstd", limit=10_000)[0] == body * 3
    assert decode_whole(gzip.compress(body) + b"\0\0\0", "gzip", limit=10_000)[0] == body


@pytest.mark.parametrize("coding", CODINGS)
def test_bombs_stop_at_the_bound(wires: Any, coding: str) -> None:
    bomb = wires.encode(b"\0" * (64 << 20), coding)
    decoder = Decoder(wires.header(coding))
    out = 0
    for start in range(0, len(bomb), 4096):
        out += sum(map(len, decoder.decode(bomb[start : start + 4096])))
    assert decoder.overflow
    assert out <= 24 << 20
    assert decode_whole(bomb, wires.header(coding), limit=1 << 20) == (None, "overflow")


@pytest.mark.parametrize("coding", CODINGS)
def test_a_limit_on_the_total(wires: Any, coding: str) -> None:
    body = os.urandom(50_000)
    assert decode_whole(wires.encode(body, coding), wires.header(coding), limit=50_000) == (body, None)
    assert decode_whole(wires.encode(body, coding), wires.header(coding), limit=49_999) == (None, "overflow")
    assert decode_whole(body, "", limit=49_999) == (None, "overflow")


@pytest.mark.parametrize("coding", CODINGS)
def test_garbage_is_unreadable(wires: Any, coding: str) -> None:
    coded = bytearray(wires.encode(os.urandom(4000), coding))
    coded[:40] = b"\xff" * 40
    plain, trouble = decode_whole(bytes(coded), wires.header(coding), limit=1 << 20)
    assert (plain, trouble) == (None, "unreadable")


def test_unknown_coding() -> None:
    assert decode_whole(b"abcdef", "compress", limit=100) == (None, "unreadable")
    assert decode_whole(b"abcdef", "gzip, gzip, gzip, gzip, gzip, gzip", limit=100)[0] is None


def test_a_window_beyond_the_standard_is_refused() -> None:
    options = zstandard.ZstdCompressionParameters.from_level(3, window_log=27, enable_ldm=True)
    packer = zstandard.ZstdCompressor(compression_params=options).compressobj()
    coded = packer.compress(os.urandom(1000)) + packer.flush(zstandard.COMPRESSOBJ_FLUSH_BLOCK)
    assert decode_whole(coded, "zstd", limit=1 << 20) == (None, "unreadable")


@given(body=st.binary(max_size=400), coding=st.sampled_from(["", "gzip", "deflate", "br", "zstd", "gzip, br", "x"]))
def test_never_raises(body: bytes, coding: str) -> None:
    decoder = Decoder(coding, limit=1 << 20)
    for start in range(0, len(body), 7):
        decoder.decode(body[start : start + 7])
    decoder.flush()


def test_a_bomb_is_never_held() -> None:
    """Each step's output is made when it is asked for, and the codecs go when the bound is met."""
    decoder = Decoder("gzip")
    pieces = decoder.decode(gzip.compress(b"0" * (64 << 20)))
    sizes = [len(piece) for piece in pieces]
    assert max(sizes) <= 1 << 20
    assert decoder.overflow
    assert decoder.dense
    assert sum(sizes) < 16 << 20


def test_a_whole_body_that_is_too_good_to_be_true_is_not_held() -> None:
    dense = gzip.compress(b"".join(hashlib.sha256(b"%d" % n).digest() + b"0" * 4000 for n in range(8000)))
    assert decode_whole(dense, "gzip", limit=64 << 20) == (None, "overflow")
    honest = b"".join(hashlib.sha256(b"%d" % n).hexdigest().encode() for n in range(420_000))
    assert decode_whole(gzip.compress(honest, 1), "gzip", limit=64 << 20) == (honest, None)
