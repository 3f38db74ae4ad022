"""Asking for a chat stream's usage: the one field changes, the one chunk goes, whatever the cut."""

from __future__ import annotations

import json
from itertools import pairwise
from typing import Any

import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from trayapp.dialects.ask_usage import HOLD_LIMIT, UsageSieve, asking
from trayapp.dialects.coding import decode_whole, encode_whole

BODY = b'{ "model": "gpt-5.5",\n "stream" : true, "messages":[{"role":"user","content":"a \\"stream_options\\" }"}] }\n'


def test_without_the_field_every_other_byte_stays() -> None:
    changed = asking(BODY)
    assert changed == BODY.rstrip()[:-1] + b',"stream_options":{"include_usage":true}}' + b"\n"


@pytest.mark.parametrize(
    ("given_options", "expected"),
    [
        ("null", {"include_usage": True}),
        ("{}", {"include_usage": True}),
        ('{"include_usage": false}', {"include_usage": True}),
        ('{"include_obfuscation": false}', {"include_obfuscation": False, "include_usage": True}),
    ],
)
def test_a_field_that_is_there_keeps_what_else_it_says(given_options: str, expected: dict[str, bool]) -> None:
    body = b'{"stream":true,"stream_options":' + given_options.encode() + b',"n":1.50,"model":"m"}'
    changed = asking(body)
    assert changed is not None
    assert json.loads(changed) == {"stream": True, "stream_options": expected, "n": 1.5, "model": "m"}
    assert b'"n":1.50' in changed


@pytest.mark.parametrize(
    "body",
    [b"", b"[]", b"{", b"null", b"{}", b'{"stream_options":7}', b'{"stream_options":[1]}', b"\xff\xfe", b'{"a":1} x'],
)
def test_what_cannot_be_changed_goes_out_as_it_came(body: bytes) -> None:
    assert asking(body) is None


@pytest.mark.parametrize("coding", ["gzip", "deflate", "br", "zstd", "identity"])
def test_a_coded_body_is_coded_the_same_way_again(coding: str) -> None:
    coded = encode_whole(BODY, coding)
    assert coded is not None
    changed = asking(coded, coding)
    assert changed is not None
    plain, trouble = decode_whole(changed, coding, limit=1 << 20)
    assert (plain, trouble) == (asking(BODY), None)


def test_a_coding_that_is_not_declared_or_not_known_is_left_alone() -> None:
    assert asking(zstandard.compress(BODY)) is None
    assert asking(BODY, "gzip, br") is None
    assert asking(BODY, "rot13") is None


@given(
    st.dictionaries(
        st.text(max_size=8), st.none() | st.integers() | st.text(max_size=9) | st.lists(st.booleans()), min_size=1
    )
)
def test_nothing_else_changes_in_any_object(document: dict[str, Any]) -> None:
    document.pop("stream_options", None)
    document["stream"] = True
    changed = asking(json.dumps(document).encode())
    assert changed is not None
    after = json.loads(changed)
    assert after.pop("stream_options") == {"include_usage": True}
    assert after == document


def event(document: object) -> bytes:
    return b"data: " + json.dumps(document).encode() + b"\n\n"


TEXT = {"id": "c", "choices": [{"index": 0, "delta": {"content": 'says "choices":[] and "usage"'}}], "usage": None}
FILTER = {"id": "", "choices": [], "prompt_filter_results": []}
FINISH = {"id": "c", "choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}], "usage": {"prompt_tokens": 1}}
EXTRA = {"id": "c", "choices": [], "usage": {"prompt_tokens": 12, "completion_tokens": 3, "total_tokens": 15}}
EMPTY = {"id": "c", "choices": [], "usage": None}
PASSING = [b": keep-alive\n\n", event(FILTER), event(TEXT), event(EMPTY), event(FINISH)]
DONE = b"data: [DONE]\n\n"


def strained(stream: bytes, cuts: list[int]) -> bytes:
    sieve = UsageSieve()
    out = b""
    edges = [0, *sorted(cut % (len(stream) + 1) for cut in cuts), len(stream)]
    for start, end in pairwise(edges):
        out += sieve.feed(stream[start:end], last=False)
    return out + sieve.feed(b"", last=True)


@given(
    cuts=st.lists(st.integers(0, 10**6), max_size=12),
    crlf=st.booleans(),
    events=st.lists(st.sampled_from(PASSING), max_size=6),
)
def test_the_extra_chunk_goes_and_nothing_else_whatever_the_cut(
    cuts: list[int], crlf: bool, events: list[bytes]
) -> None:
    before, after = b"".join(events), DONE
    stream = before + event(EXTRA) + after
    expected = before + after
    if crlf:
        stream, expected = stream.replace(b"\n", b"\r\n"), expected.replace(b"\n", b"\r\n")
    assert strained(stream, cuts) == expected


@given(data=st.binary(max_size=400), cuts=st.lists(st.integers(0, 400), max_size=6))
def test_what_is_no_event_stream_passes_whole(data: bytes, cuts: list[int]) -> None:
    assert strained(data, cuts) == data


@pytest.mark.parametrize("newline", [b"\n", b"\r\n"])
def test_the_extra_chunk_goes_at_every_single_cut(newline: bytes) -> None:
    stream = b"".join([event(TEXT), event(FINISH), event(EXTRA), DONE]).replace(b"\n", newline)
    expected = b"".join([event(TEXT), event(FINISH), DONE]).replace(b"\n", newline)
    for first in range(len(stream)):
        assert strained(stream, [first]) == expected, first
        assert strained(stream, [first, first + 1]) == expected, first


def test_an_event_is_passed_on_as_soon_as_it_cannot_be_the_extra_one() -> None:
    sieve = UsageSieve()
    begun = event(TEXT)[:60]
    assert b'"choices": [{' in begun
    assert sieve.feed(begun, last=False) == begun
    assert sieve.held == b""
    assert sieve.feed(event(TEXT)[60:] + event(EXTRA)[:30], last=False) == event(TEXT)[60:]
    assert sieve.held == event(EXTRA)[:30]
    assert sieve.feed(event(EXTRA)[30:], last=False) == b""
    assert sieve.swallowed == 1


def test_a_stream_that_ends_within_the_extra_chunk() -> None:
    sieve = UsageSieve()
    whole = event(EXTRA).rstrip()
    assert sieve.feed(whole, last=True) == b""
    half = UsageSieve()
    assert half.feed(whole[:40], last=True) == whole[:40]


def test_what_is_held_is_bounded() -> None:
    sieve = UsageSieve()
    assert sieve.feed(b"data: " + b"x" * (HOLD_LIMIT + 1), last=False) != b""
    assert sieve.held == b""
