"""Keys between beats: any cut of the stream, any size, and what is none of ours."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trayapp.virtualkeys.frames import LIMIT, Unframer, frame
from trayapp.virtualkeys.handover import decode, encode
from trayapp.virtualkeys.register import VirtualKey
from trayapp.virtualkeys.swap import Known, Table


def key(n: int) -> VirtualKey:
    return VirtualKey(
        name=f"k{n}", vendor="v", upstream="https://h", carriers=("api-key",), fingerprint=f"{n}", made_us=n
    )


def test_a_table_comes_back_as_it_was() -> None:
    table = Table("install", {"1": Known(key(1), "réal", ""), "2": Known(key(2), None, "locked")})
    assert decode(encode(table)) == table
    assert decode(encode(Table("", {}))) == Table("", {})
    assert decode(encode(None)) is None


@pytest.mark.parametrize("payload", [b"", b"x", b"[]", b"{}", b'{"install_key": 1, "keys": [{}]}', b"\xff"])
def test_what_is_no_table_is_none(payload: bytes) -> None:
    assert decode(payload) is None


@given(st.lists(st.one_of(st.sampled_from([b"R", b"."]), st.binary(max_size=300).map(frame))), st.data())
def test_beats_and_frames_are_told_apart_however_they_arrive(parts: list[bytes], data: st.DataObject) -> None:
    stream = b"".join(parts)
    unframer, beats, newest, at = Unframer(), b"", None, 0
    while at < len(stream):
        size = data.draw(st.integers(1, 40))
        beats += unframer.feed(stream[at : at + size])
        newest = unframer.take() or newest
        at += size
    assert beats == b"".join(part for part in parts if part in (b"R", b"."))
    frames = [part[5:] for part in parts if part not in (b"R", b".")]
    if frames and frames[-1]:
        assert newest == frames[-1]
    assert unframer.take() is None


def test_more_than_the_guard_takes_is_not_sent() -> None:
    """It would take the engine for none of its own, and end it again and again."""
    unframer = Unframer()
    assert unframer.feed(b"R" + frame(b"x" * (LIMIT + 1)) + b".") == b"R."
    assert unframer.take() == b""


def test_nonsense_is_not_held_for_ever() -> None:
    with pytest.raises(ValueError, match="frame"):
        Unframer().feed(b"K" + (LIMIT + 1).to_bytes(4, "big"))
