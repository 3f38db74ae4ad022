"""The two parsers beside each other: what one door's accepts the other's accepts, and reads alike."""

from __future__ import annotations

import door_corpus
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trayapp.guard import wire
from trayapp.proxy import framing

Seen = tuple[object, ...] | None
HEADS = [raw for raw in door_corpus.requests(b"/x", b"h").values() if b"\r\n\r\n" in raw]
ANSWERS = [raw for raw in door_corpus.answers().values() if b"\r\n\r\n" in raw]


def engine_request(raw: bytes) -> Seen:
    try:
        framing.check_begun(raw[:1] + b" ")
        end = raw.index(b"\r\n\r\n") + 4
        head = framing.read_request_head(raw[:end])
        reader = framing.reader(head.framing, head.length)
        body = reader.feed(raw[end:]) if raw[end:] or head.framing else b""
    except framing.BadFraming:
        return None
    return head.method, head.target, head.minor, head.headers, body, reader.done, reader.rest, reader.trailers


def relay_request(raw: bytes) -> Seen:
    try:
        end = wire.head_end(raw)
        assert end is not None
        head = wire.parse_request(raw[:end])
        reader = head.body()
        body = reader.feed(raw[end:])
    except wire.FramingError:
        return None
    fields = (head.method.encode(), head.target.encode(), head.minor, head.headers)
    return *fields, body, reader.done, reader.rest, reader.trailers


def engine_answer(raw: bytes, method: bytes) -> Seen:
    try:
        end = raw.index(b"\r\n\r\n") + 4
        head = framing.read_response_head(raw[:end], method)
        reader = framing.reader(head.framing, head.length)
        body = reader.feed(raw[end:])
    except framing.BadFraming:
        return None
    return head.status, head.reason, head.headers, body, reader.done, reader.rest, reader.trailers


def relay_answer(raw: bytes, method: bytes) -> Seen:
    try:
        end = wire.head_end(raw, wire.MAX_RESPONSE_HEAD)
        assert end is not None
        head = wire.parse_response(raw[:end])
        if head.status == 101:
            return None
        reader = head.body(method.decode())
        body = reader.feed(raw[end:])
    except wire.FramingError:
        return None
    return head.status, head.reason, head.headers, body, reader.done, reader.rest, reader.trailers


EDITS = st.lists(
    st.tuples(
        st.integers(0, 400), st.sampled_from(door_corpus.insertions(b"h")) | st.binary(max_size=2), st.integers(0, 3)
    ),
    max_size=4,
)


@pytest.mark.parametrize("raw", HEADS)
def test_the_corpus_is_refused_by_both(raw: bytes) -> None:
    assert (engine_request(raw), relay_request(raw)) == (None, None)


@settings(max_examples=settings.default.max_examples * 20)
@given(st.sampled_from(door_corpus.valid(b"/x", b"h") + HEADS), EDITS)
def test_mutated_requests(raw: bytes, edits: list[tuple[int, bytes, int]]) -> None:
    raw = door_corpus.mutate(raw, edits)
    if b"\r\n\r\n" in raw:
        assert engine_request(raw) == relay_request(raw)


GOOD_ANSWERS = [
    b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nX: y\r\n\r\nok",
    b"HTTP/1.1 200 OK\r\nTransfer-Encoding: Chunked\r\n\r\n2;a=b\r\nok\r\n0\r\nX: y\r\n\r\n",
    b"HTTP/1.0 200 OK\r\nX: y\r\n\r\nok",
    b"HTTP/1.1 204 \r\nContent-Length: 0\r\n\r\n",
    b"HTTP/1.1 304 Not Modified\r\nContent-Length: 7\r\n\r\n",
    b"HTTP/1.1 103\r\nLink: a\r\n\r\n",
]


@settings(max_examples=settings.default.max_examples * 20)
@given(st.sampled_from(GOOD_ANSWERS + ANSWERS), EDITS, st.sampled_from([b"GET", b"HEAD", b"POST"]))
def test_mutated_answers(raw: bytes, edits: list[tuple[int, bytes, int]], method: bytes) -> None:
    raw = door_corpus.mutate(raw, edits)
    if b"\r\n\r\n" in raw:
        assert engine_answer(raw, method) == relay_answer(raw, method)
