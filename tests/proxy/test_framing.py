"""The grammar by itself: heads, chunks however they are cut, and what is seen before a head is complete."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trayapp.proxy import framing
from trayapp.proxy.framing import (
    BadFraming,
    ChunkReader,
    EofReader,
    LengthReader,
    read_request_head,
    read_response_head,
)


def request(*lines):
    return read_request_head(b"".join(line + b"\r\n" for line in (b"POST /x HTTP/1.1", b"Host: h", *lines)) + b"\r\n")


class TestRequestHead:
    def test_keeps_order_case_and_duplicates(self):
        frame = request(b"X-b:1", b"x-B: \t2 \t", b"X-a:", b"Content-Length: 3")
        assert frame.headers == (
            (b"Host", b"h"),
            (b"X-b", b"1"),
            (b"x-B", b"2"),
            (b"X-a", b""),
            (b"Content-Length", b"3"),
        )
        assert (frame.framing, frame.length) == (framing.LENGTH, 3)

    @pytest.mark.parametrize(
        ("minor", "connection", "keep"),
        [
            (1, None, True),
            (1, b"close", False),
            (1, b"Keep-Alive, Close", False),
            (0, None, False),
            (0, b"Keep-Alive", True),
            (0, b"keep-alive, close", False),
        ],
    )
    def test_persistence(self, minor, connection, keep):
        line = b"" if connection is None else b"Connection: " + connection + b"\r\n"
        frame = read_request_head(b"GET / HTTP/1.%d\r\nHost: h\r\n%b\r\n" % (minor, line))
        assert frame.keep_alive is keep

    def test_names_in_connection_never_touch_host_or_framing(self):
        frame = request(b"Connection: Host, content-length, X-A, transfer-encoding,, ,close")
        assert frame.nominated == {b"x-a"}

    def test_websocket_is_seen_among_others(self):
        assert request(b"Connection: upgrade", b"Upgrade: h2c, WebSocket").websocket
        assert not request(b"Connection: upgrade", b"Upgrade: h2c").websocket

    def test_errors_never_quote_the_request(self):
        with pytest.raises(BadFraming) as caught:
            request(b"Authorization: sk-ant-CANARY\x00")
        assert "CANARY" not in str(caught.value) + caught.value.code


def test_heads_of_real_tools_are_accepted(shared):
    """Captured heads of the tools that Spendlight serves: strictness must not meet any of them."""
    seen = 0
    for file in sorted((shared / "data" / "clients").glob("*.json")):
        document = json.loads(file.read_text("utf-8"))
        if not isinstance(document, dict) or document["request"]["http_version"] != "HTTP/1.1":
            continue
        captured = document["request"]
        fields = [(name.encode(), value.encode()) for name, value in captured["headers"]]
        start = f"{captured['method']} {captured['target']} HTTP/1.1\r\n".encode()
        frame = read_request_head(start + b"".join(b"%b: %b\r\n" % field for field in fields) + b"\r\n")
        assert list(frame.headers) == fields, file.name
        seen += 1
    assert seen > 30


class TestBegun:
    @pytest.mark.parametrize("raw", [b"G", b"GET / HTTP/1.1\r", b"GET / HTTP/1.1\r\nHost: h\r\nX", b"\r"])
    def test_hope(self, raw):
        framing.check_begun(raw)

    @pytest.mark.parametrize(
        "raw", [b"\x16\x03\x01", b"\n", b" GET", b"GET / HTTP/1.1\nH", b"GET / HTTP/1.1\rH", b"GET /\x00", b"\r\n"]
    )
    def test_none(self, raw):
        with pytest.raises(BadFraming):
            framing.check_begun(raw)


class TestResponseHead:
    @pytest.mark.parametrize(
        ("method", "head", "kind", "keep"),
        [
            (b"GET", b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n", framing.LENGTH, True),
            (b"GET", b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", framing.NONE, True),
            (b"GET", b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", framing.CHUNKED, True),
            (b"GET", b"HTTP/1.1 200 OK\r\n\r\n", framing.EOF, False),
            (b"GET", b"HTTP/1.0 200 OK\r\nContent-Length: 5\r\n\r\n", framing.LENGTH, False),
            (b"GET", b"HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 5\r\n\r\n", framing.LENGTH, True),
            (b"GET", b"HTTP/1.1 204 \r\n\r\n", framing.NONE, True),
            (b"GET", b"HTTP/1.1 304 \r\nContent-Length: 5\r\n\r\n", framing.NONE, True),
            (b"HEAD", b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n", framing.NONE, True),
            (b"HEAD", b"HTTP/1.1 200 OK\r\n\r\n", framing.NONE, True),
            (b"GET", b"HTTP/1.1 103\r\n\r\n", framing.NONE, True),
        ],
    )
    def test_where_the_body_ends(self, method, head, kind, keep):
        frame = read_response_head(head, method)
        assert (frame.framing, frame.keep_alive) == (kind, keep)

    @pytest.mark.parametrize(
        "head",
        [
            b"HTTP/1.1 20 OK\r\n\r\n",
            b"HTTP/2 200\r\n\r\n",
            b"HTTP/1.1 200 OK\nX: y\r\n\r\n",
            b"ICY 200 OK\r\n\r\n",
            b"HTTP/1.1 200 OK\r\nX : y\r\n\r\n",
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n",
            b"HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n",
            b"HTTP/1.1 200 OK\r\nContent-Length: 1, 1\r\n\r\n",
        ],
    )
    def test_refused(self, head):
        with pytest.raises(BadFraming):
            read_response_head(head, b"GET")


pieces = st.lists(st.binary(min_size=1, max_size=30), max_size=6)
cuts = st.lists(st.integers(0, 400), max_size=8)


@settings(max_examples=500)
@given(pieces, cuts, st.sampled_from([b"", b"X-T: 1\r\n", b"a:\r\nB: c d\r\n"]), st.binary(max_size=9))
def test_chunks_read_the_same_however_they_are_cut(bodies, cuts, trailers, beyond):
    wire = b"".join(b"%X\r\n%b\r\n" % (len(body), body) for body in bodies) + b"0;x=y\r\n" + trailers + b"\r\n"
    reader, got, end = ChunkReader(), b"", len(wire)
    edges = sorted({0, end, *(cut for cut in cuts if cut < end)})
    for a, b in zip(edges, edges[1:], strict=False):  # noqa: RUF007
        assert not reader.done
        got += reader.feed(wire[a:b] + (beyond if b == end else b""))
    assert reader.done
    assert got == b"".join(bodies)
    assert reader.rest == beyond
    assert len(reader.trailers) == trailers.count(b"\r\n")


@settings(max_examples=300)
@given(st.binary(max_size=60))
def test_any_bytes_are_chunks_or_bad_framing(data):
    reader = ChunkReader()
    try:
        payload = reader.feed(data)
    except BadFraming:
        return
    assert len(payload) <= len(data)


def test_length_reader_stops_at_the_end():
    reader = LengthReader(5)
    assert reader.feed(b"ab") == b"ab"
    assert not reader.done
    assert reader.feed(b"cdeGET") == b"cde"
    assert (reader.done, reader.rest) == (True, b"GET")


def test_a_length_of_nothing_leaves_everything():
    reader = LengthReader(0)
    assert reader.done
    assert reader.feed(b"GET") == b""
    assert reader.rest == b"GET"


def test_eof_reader_takes_everything():
    reader = EofReader()
    assert reader.feed(b"abc") == b"abc"
    assert not reader.done
