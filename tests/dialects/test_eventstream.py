"""Amazon's binary frames: sums, bounds, any cut, any damage."""

from __future__ import annotations

import itertools
import struct
from collections.abc import Callable
from zlib import crc32

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trayapp.dialects import eventstream

Frame = Callable[..., bytes]
CUTS = st.lists(st.integers(0, 10_000), max_size=12)


def run(body: bytes, cuts: list[int]) -> tuple[list[bytes], eventstream.Frames]:
    got: list[bytes] = []
    machine = eventstream.Frames(got.append)
    places = sorted({0, len(body), *(cut % (len(body) + 1) for cut in cuts)})
    for start, stop in itertools.pairwise(places):
        machine.feed(body[start:stop])
    machine.end()
    return got, machine


def test_a_frame_as_aws_writes_it() -> None:
    # The example of AWS's own description of the encoding: one text header, a payload, both sums.
    data = bytes.fromhex(
        "0000003d0000002007fd83960c636f6e74656e742d747970650700106170706c69636174696f6e2f6a736f6e7b27666f6f273a27626172277d8d9c08b1"
    )
    got: list[bytes] = []
    machine = eventstream.Frames(got.append)
    machine.feed(data)
    assert got == [b'{"error":{"type":"error"}}']  # whole and believed, but neither an event nor a named exception


def test_events_and_exceptions(frame: Frame) -> None:
    body = (
        frame("metadata", b'{"usage":{}}') + frame("messageStop", b"") + frame("throttlingException", b"x", "exception")
    )
    expected = [b'{"metadata":{"usage":{}}}', b'{"messageStop":{}}', b'{"error":{"type":"throttlingException"}}']
    for cut in range(len(body) + 1):
        assert run(body, [cut])[0] == expected
    assert run(body, list(range(len(body))))[0] == expected


@given(cuts=CUTS, sizes=st.lists(st.integers(0, 400), max_size=5))
def test_any_cut_gives_the_same_messages(frame: Frame, cuts: list[int], sizes: list[int]) -> None:
    body = b"".join(frame("chunk", b'"' + b"x" * size + b'"') for size in sizes)
    got, machine = run(body, cuts)
    assert got == [b'{"chunk":"' + b"x" * size + b'"}' for size in sizes]
    assert not machine.overflow


def test_a_wrong_sum_is_not_believed(frame: Frame) -> None:
    good = frame("metadata", b"{}")
    damaged = bytearray(good)
    damaged[-6] ^= 1
    assert run(bytes(damaged) + good, [])[0] == [b"", b'{"metadata":{}}']
    for place in range(12):  # of a length: nobody knows where the next one begins
        damaged = bytearray(good)
        damaged[place] ^= 1
        assert run(bytes(damaged) + good, [])[0] == [b""]
    short = struct.pack(">II", 8, 0)
    assert run(short + struct.pack(">I", crc32(short)) + good, [])[0] == [b""]


def test_a_large_frame_is_dropped_and_the_next_one_read(frame: Frame) -> None:
    small = frame("metadata", b"{}")
    body = small + frame("chunk", b"1" * eventstream.MAX_FRAME) + small
    for cuts in ([], list(range(0, len(body), 65_536)), [5, len(body) - 3]):
        got, machine = run(body, cuts)
        assert got == [b'{"metadata":{}}'] * 2
        assert machine.overflow


@given(data=st.binary(max_size=300), cuts=CUTS)
def test_any_bytes_raise_nothing(data: bytes, cuts: list[int]) -> None:
    assert run(data, cuts)[0] in ([], [b""])


@given(headers=st.binary(max_size=60))
def test_any_headers_raise_nothing(headers: bytes) -> None:
    prelude = struct.pack(">II", 16 + len(headers), len(headers))
    head = prelude + struct.pack(">I", crc32(prelude)) + headers
    assert len(run(head + struct.pack(">I", crc32(head)), [])[0]) == 1


@pytest.mark.parametrize("kind", ["", "a b", "a" * 65, 'x":{},"y', "1a"])
def test_a_type_that_is_none(frame: Frame, kind: str) -> None:
    assert run(frame(kind, b"{}"), [])[0] == [b""]
    assert run(frame(kind, b"{}", "exception"), [])[0] == [b'{"error":{"type":"error"}}']
