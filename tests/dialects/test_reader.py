"""The reader: any cut, any coding, any prefix, any damage."""

from __future__ import annotations

import gc
import json
import weakref
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trayapp.dialects import framing

KINDS = ("anthropic", "chat", "responses", "gemini")
CUTS = st.lists(st.integers(0, 100_000), max_size=20)


def whole(streams: Any, kind: str) -> Any:
    """The whole answer that a stream adds up to."""
    events, _ = streams[kind]
    if kind == "anthropic":
        message = dict(events[0]["message"])
        message["usage"] = {**message["usage"], **events[-2]["usage"]}
        return message
    if kind == "chat":
        return {**events[-1], "choices": [{"message": {"content": "x"}}]}
    return events[-1]["response"] if kind == "responses" else events[-1]


@pytest.mark.parametrize("kind", KINDS)
def test_stream_and_document_agree(wires: Any, streams: Any, kind: str) -> None:
    events, done = streams[kind]
    streamed = wires.read(kind, wires.sse(events, done=done))
    assert streamed == wires.read_json(kind, whole(streams, kind))
    assert streamed.complete


@given(
    kind=st.sampled_from(KINDS),
    cuts=CUTS,
    coding=st.sampled_from(["", "gzip", "deflate", "raw-deflate", "br", "zstd"]),
    end=st.sampled_from(["\n", "\r\n", "\r"]),
    named=st.booleans(),
)
def test_any_cut_coding_and_line_end_gives_the_same_usage(
    wires: Any, streams: Any, kind: str, cuts: list[int], coding: str, end: str, named: bool
) -> None:
    events, done = streams[kind]
    body = wires.encode(wires.sse(events, end=end, named=named, done=done), coding)
    assert wires.read(kind, body, cuts=cuts, coding=coding) == wires.read(kind, wires.sse(events, done=done))


@given(cuts=CUTS, indent=st.sampled_from([None, 2]), content_type=st.sampled_from(["application/json", ""]))
def test_any_cut_of_an_array(wires: Any, streams: Any, cuts: list[int], indent: int | None, content_type: str) -> None:
    events, _ = streams["gemini"]
    body = json.dumps(events, indent=indent).encode()
    expected = wires.read("gemini", wires.sse(events))
    assert wires.read("gemini", body, cuts=cuts, content_type=content_type) == expected


@pytest.mark.parametrize("kind", KINDS)
def test_byte_by_byte(wires: Any, streams: Any, kind: str) -> None:
    events, done = streams[kind]
    body = wires.sse(events, done=done)
    assert wires.read(kind, body, cuts=range(len(body))) == wires.read(kind, body)


@pytest.mark.parametrize("kind", KINDS)
def test_any_prefix_is_never_more_than_the_whole_and_never_complete_too_soon(
    wires: Any, streams: Any, kind: str
) -> None:
    events, done = streams[kind]
    body = wires.sse(events, done=done)
    total = wires.read(kind, body)
    final = False
    for stop in range(0, len(body), 3):
        reader = wires.reader(kind)
        reader.feed(body[:stop])
        known, output = reader.live()
        usage = reader.finish()
        assert known is None or known <= total.legs[0].prompt
        assert output >= 0
        assert usage.total("output") <= total.total("output")
        assert usage.error is None
        if usage.complete:
            assert usage.legs == total.legs
        assert usage.complete or not final
        final = usage.complete


def test_a_cut_stream_is_not_flagged_as_a_vendors_fault(wires: Any, streams: Any) -> None:
    events, _ = streams["chat"]
    usage = wires.read("chat", wires.sse(events[:2]))
    assert (usage.complete, usage.flags, usage.legs) == (False, (), ())


def test_finish_is_final(wires: Any, streams: Any) -> None:
    events, _ = streams["anthropic"]
    reader = wires.reader("anthropic")
    reader.feed(wires.sse(events[:3]))
    first = reader.finish()
    reader.feed(wires.sse(events[3:]))
    assert reader.finish() is first
    assert not first.complete


def test_an_empty_body(wires: Any) -> None:
    for kind in KINDS:
        usage = wires.read(kind, b"")
        assert (usage.complete, usage.legs, usage.error) == (False, (), None)
        assert wires.read(kind, b"", status=503).error == "http_503"


def test_ndjson_is_read_with_and_without_its_type(wires: Any, streams: Any) -> None:
    events, _ = streams["gemini"]
    body = b"".join(json.dumps(event).encode() + b"\n" for event in events)
    expected = wires.read("gemini", wires.sse(events))
    assert wires.read("gemini", body, content_type="application/x-ndjson") == expected
    assert wires.read("gemini", body, content_type="application/json") == expected


def test_a_json_error_for_a_stream(wires: Any) -> None:
    body = b'{"type":"error","error":{"type":"rate_limit_error","message":"no"}}'
    assert wires.read("anthropic", body, status=429).error == "rate_limit_error"
    assert wires.read("anthropic", body, status=200).error == "rate_limit_error"
    named = b"event: error\ndata: " + body + b"\n\n"
    assert wires.read("anthropic", named, status=529).error == "rate_limit_error"


def test_a_large_event_is_left_out_and_said(wires: Any, streams: Any) -> None:
    events, done = streams["responses"]
    big = {"type": "response.image_generation_call.partial_image", "b64": "A" * framing.MAX_EVENT}
    reader = wires.reader("responses")
    for start in range(0, len(body := wires.sse([events[0], big, *events[1:]], done=done)), 65536):
        reader.feed(body[start : start + 65536])
    usage = reader.finish()
    assert reader.overflow
    assert usage.flags == ("response_overflow",)
    assert usage.complete
    assert usage.legs == wires.read("responses", wires.sse(events)).legs


def test_a_bomb_is_left_out_and_said(wires: Any) -> None:
    for coding in ("gzip", "br", "zstd", "deflate"):
        reader = wires.reader("anthropic", coding=coding)
        reader.feed(wires.encode(b"data: " + b"x" * (64 << 20), coding))
        assert reader.overflow
        assert "response_overflow" in reader.finish().flags


def test_a_body_that_is_not_what_it_says(wires: Any, streams: Any) -> None:
    events, _ = streams["anthropic"]
    plain = wires.sse(events)
    assert wires.read("anthropic", plain, coding="gzip").flags == ("coding_mismatch",)
    assert wires.read("anthropic", plain, coding="gzip").complete
    assert "response_unreadable" in wires.read("anthropic", plain, coding="br").flags
    assert "response_unreadable" in wires.read("anthropic", plain, coding="dcz").flags


@given(
    kind=st.sampled_from(KINDS),
    places=st.lists(st.tuples(st.integers(0, 100_000), st.integers(0, 255)), min_size=1, max_size=6),
    status=st.sampled_from([200, 500]),
    coding=st.sampled_from(["", "gzip", "br", "zstd"]),
)
def test_never_raises_on_damage(
    wires: Any, streams: Any, kind: str, places: list[tuple[int, int]], status: int, coding: str
) -> None:
    events, done = streams[kind]
    body = bytearray(wires.encode(wires.sse(events, done=done), coding))
    for place, byte in places:
        body[place % len(body)] = byte
    usage = wires.read(kind, bytes(body), cuts=[p for p, _ in places], status=status, coding=coding)
    for leg in usage.legs:
        assert min(leg.prompt, leg.input, leg.output, leg.cache_read, leg.reasoning) >= 0


values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-5, 10**20)
    | st.floats(allow_nan=False)
    | st.text(max_size=8)
    | st.sampled_from(["12", "1e5", "-3"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=8,
)


def mutate(document: Any, draw: Any) -> Any:
    """The document with one value anywhere replaced."""
    if isinstance(document, dict) and document and draw(st.integers(0, 3)):
        key = draw(st.sampled_from(sorted(document)))
        return {**document, key: mutate(document[key], draw)}
    if isinstance(document, list) and document and draw(st.integers(0, 3)):
        at = draw(st.integers(0, len(document) - 1))
        return [*document[:at], mutate(document[at], draw), *document[at + 1 :]]
    return draw(values)


@given(kind=st.sampled_from(KINDS), data=st.data())
def test_never_raises_on_any_value_anywhere(wires: Any, streams: Any, kind: str, data: Any) -> None:
    events, _ = streams[kind]
    at = data.draw(st.integers(0, len(events) - 1))
    changed = [*events[:at], mutate(events[at], data.draw), *events[at + 1 :]]
    body = b"".join(b"data: " + json.dumps(event).encode() + b"\n\n" for event in changed)
    for usage in (wires.read(kind, body), wires.read_json(kind, mutate(whole(streams, kind), data.draw))):
        for leg in usage.legs:
            counts = [getattr(leg, name) for name in leg.__struct_fields__ if name not in ("model", "kind")]
            assert all(type(count) is int and count >= 0 for count in counts)
            assert leg.reasoning <= leg.output


@given(body=st.binary(max_size=400), kind=st.sampled_from(KINDS), content_type=st.text(max_size=20))
def test_never_raises_on_any_bytes(wires: Any, body: bytes, kind: str, content_type: str) -> None:
    wires.read(kind, body, content_type=content_type, cuts=[1, 2, 50])


@pytest.mark.parametrize("kind", KINDS)
def test_deep_nesting(wires: Any, kind: str) -> None:
    for deep in (b"[" * 200_000, b'{"response":' * 50_000, b'{"response":' * 400 + b"1" + b"}" * 400):
        wires.read(kind, deep, content_type="application/json")
        wires.read(kind, b"data: " + deep + b"\n\n")


def test_nothing_of_an_answer_is_kept(wires: Any, streams: Any) -> None:
    canary = "CANARY-7f3a"
    for kind in KINDS:
        events, done = streams[kind]
        body = wires.sse(events, done=done).replace("Grüße".encode("unicode_escape"), canary.encode())
        body = body.replace(b"PONG", canary.encode()).replace(json.dumps("Grüße")[1:-1].encode(), canary.encode())
        assert canary.encode() in body
        assert canary not in repr(wires.read(kind, body))
        error = {"type": "error", "error": {"message": f"{canary} text", "type": f"{canary} text", "code": 5}}
        assert canary not in repr(wires.read_json(kind, error, status=400))


def test_a_read_answer_is_let_go_at_once(wires: Any) -> None:
    """A decoder's window is 8 MiB: it must not wait for the garbage collector."""
    reader = wires.reader("anthropic")
    reader.feed(b'{"id": "x"')
    kept = weakref.ref(reader)
    reader.finish()
    gc.disable()
    try:
        del reader
        assert kept() is None
    finally:
        gc.enable()


def test_a_document_of_containers_is_not_decoded(wires: Any) -> None:
    reader = wires.reader("anthropic")
    reader.feed(b'{"content": [' + b"{}," * 250_000 + b"0]}")
    assert not reader.finish().complete
    assert reader.overflow
