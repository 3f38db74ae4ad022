"""Framing without I/O: what is accepted arrives unchanged, what two parsers could read differently is refused."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trayapp.guard.wire import (
    Chunked,
    FramingError,
    RequestHead,
    ResponseHead,
    Sized,
    end_to_end,
    head_end,
    parse_request,
    parse_response,
    request_bytes,
    response_bytes,
)

TOKEN = st.text("abcXYZ019-_!#$%&'*+.^`|~", min_size=1, max_size=12).map(str.encode)
VALUE = st.binary(max_size=30).map(lambda b: bytes(c for c in b if c == 9 or 32 <= c != 127).strip(b" \t"))
RESERVED = {b"host", b"content-length", b"transfer-encoding"}
FIELDS = st.lists(st.tuples(TOKEN, VALUE), max_size=20).map(lambda f: [p for p in f if p[0].lower() not in RESERVED])


def wire(first: bytes, fields: list[tuple[bytes, bytes]]) -> bytes:
    return first + b"\r\n" + b"".join(b"%b: %b\r\n" % pair for pair in fields) + b"\r\n"


@given(FIELDS, st.integers(0, 10**9), st.integers(0, 20))
def test_a_valid_head_is_read_as_it_stands(fields: list[tuple[bytes, bytes]], length: int, at: int) -> None:
    fields = [*fields[:at], (b"hOsT", b"here"), *fields[at:], (b"Content-length", b"%d" % length)]
    data = wire(b"POST /a/b?c=d HTTP/1.1", fields)
    assert head_end(data + b"body") == len(data)
    assert all(head_end(data[:n]) is None for n in range(len(data)))
    head = parse_request(data)
    assert head == RequestHead("POST", "/a/b?c=d", 1, tuple(fields), length, False)


@given(st.binary(max_size=400))
def test_any_bytes_are_a_head_or_a_framing_error(data: bytes) -> None:
    for parse in (parse_request, parse_response):
        try:
            head_end(data)
            parse(data + b"\r\n\r\n")
        except FramingError:
            pass


@given(st.lists(st.binary(min_size=1, max_size=50), max_size=8), st.data())
def test_chunks_are_read_at_any_split(pieces: list[bytes], data: st.DataObject) -> None:
    extension = data.draw(st.sampled_from([b"", b";a=b", b';q="x y"']))
    raw = b"".join(b"%X%b\r\n%b\r\n" % (len(p), extension, p) for p in pieces) + b"000\r\nX-T: 1\r\nx-t: 2\r\n\r\nREST"
    cuts = sorted(data.draw(st.lists(st.integers(0, len(raw)), max_size=10)))
    body, out = Chunked(), b""
    for a, b in zip([0, *cuts], [*cuts, len(raw)], strict=True):
        out += body.feed(raw[a:b])
    assert out == b"".join(pieces)
    assert body.done
    assert body.rest == b"REST"
    assert body.trailers == ((b"X-T", b"1"), (b"x-t", b"2"))
    assert body.end() == b"0\r\nX-T: 1\r\nx-t: 2\r\n\r\n"
    assert body.frame(b"abc") == b"3\r\nabc\r\n"


@given(st.binary(max_size=100))
def test_any_bytes_are_chunks_or_a_framing_error(data: bytes) -> None:
    whole: bytes | None
    try:
        whole = (body := Chunked()).feed(data)
        rest = body.rest
    except FramingError:
        whole, rest = None, b""
    # Byte by byte it must come to the same.
    single, out = Chunked(), b""
    try:
        for n in range(len(data)):
            out += single.feed(data[n : n + 1])
        assert (out, single.rest) == (whole, rest)
    except FramingError:
        assert whole is None


@pytest.mark.parametrize(
    "raw",
    [
        b"5\nhello\r\n0\r\n\r\n",
        b"5\r\nhello\n0\r\n\r\n",
        b"5\r\nhelloX\r\n0\r\n\r\n",
        b"5\r\nhello\rX0\r\n\r\n",
        b"0x5\r\nhello\r\n0\r\n\r\n",
        b"+5\r\nhello\r\n0\r\n\r\n",
        b"-5\r\nhello\r\n0\r\n\r\n",
        b" 5\r\nhello\r\n0\r\n\r\n",
        b"5 \r\nhello\r\n0\r\n\r\n",
        b"5 ;a\r\nhello\r\n0\r\n\r\n",
        b"5_0\r\nhello\r\n0\r\n\r\n",
        b"\r\nhello\r\n0\r\n\r\n",
        b"g\r\n",
        b"5;a\0b\r\nhello\r\n",
        b"5;a\rb\r\nhello\r\n",
        b"FFFFFFFFFFFFFFFFF\r\n",
        b"1" * 2000,
        b"5;" + b"a" * 2000,
        b"0\r\nContent-Length: 5\r\n\r\n",
        b"0\r\nTransfer-Encoding: chunked\r\n\r\n",
        b"0\r\nHost: x\r\n\r\n",
        b"0\r\nX: 1\n\r\n\r\n",
        b"0\r\nX : 1\r\n\r\n",
        b"0\r\n folded\r\n\r\n",
        b"0\r\nX: 1\n\n",
        b"0\r\nX: " + b"a" * 70000,
    ],
)
def test_bad_chunks(raw: bytes) -> None:
    with pytest.raises(FramingError):
        Chunked().feed(raw)


def test_a_sized_body_ends_where_it_ends() -> None:
    body = Sized(5)
    assert (body.feed(b"abc"), body.done) == (b"abc", False)
    assert (body.feed(b"defg"), body.done, body.rest) == (b"de", True, b"fg")
    assert (body.feed(b"h"), body.rest) == (b"", b"fgh")
    assert Sized(0).done


def test_hop_by_hop_fields_end_here_and_framing_cannot_be_named_away() -> None:
    data = wire(
        b"POST / HTTP/1.1",
        [
            (b"Host", b"h"),
            (b"Connection", b"X-Hop, Content-Length, close"),
            (b"connection", b"x-other"),
            (b"X-Hop", b"1"),
            (b"X-OTHER", b"2"),
            (b"TE", b"trailers"),
            (b"Keep-Alive", b"1"),
            (b"Proxy-Authorization", b"secret"),
            (b"Upgrade", b"h2c"),
            (b"A", b"1"),
            (b"Content-Length", b"3"),
            (b"a", b"2"),
            (b"Trailer", b"X-T"),
        ],
    )
    head = parse_request(data)
    assert request_bytes(head, "/v1/x?y", "vendor:8443") == (
        b"POST /v1/x?y HTTP/1.1\r\nHost: vendor:8443\r\nA: 1\r\nContent-Length: 3\r\na: 2\r\nTrailer: X-T\r\n"
        b"Connection: close\r\n\r\n"
    )
    assert not head.websocket


def test_a_request_of_http_1_0_without_host_gets_one() -> None:
    head = parse_request(b"GET / HTTP/1.0\r\n\r\n")
    assert request_bytes(head, "/", "v") == b"GET / HTTP/1.1\r\nHost: v\r\nConnection: close\r\n\r\n"


@pytest.mark.parametrize(
    ("status", "method", "fields", "kind"),
    [
        (200, "GET", b"Content-Length: 3\r\n", "Sized"),
        (200, "GET", b"Transfer-Encoding: Chunked\r\n", "Chunked"),
        (200, "GET", b"", "UntilClose"),
        (200, "HEAD", b"Content-Length: 3\r\n", "Sized"),
        (204, "GET", b"", "Sized"),
        (304, "GET", b"Content-Length: 3\r\n", "Sized"),
        (103, "GET", b"", "Sized"),
    ],
)
def test_where_a_response_ends(status: int, method: str, fields: bytes, kind: str) -> None:
    head = parse_response(b"HTTP/1.1 %d Fine, thanks\r\n%b\r\n" % (status, fields))
    assert (head.status, head.reason) == (status, b"Fine, thanks")
    body = head.body(method)
    assert type(body).__name__ == kind
    assert body.done == (method == "HEAD" or status in (204, 304, 103))


def test_a_response_head_goes_on() -> None:
    head = parse_response(b"HTTP/1.1 200\r\nA: 1\r\nTransfer-Encoding: chunked\r\nConnection: keep-alive\r\n\r\n")
    assert response_bytes(head, minor=1) == (
        b"HTTP/1.1 200 \r\nA: 1\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n"
    )
    assert response_bytes(head, minor=0) == b"HTTP/1.1 200 \r\nA: 1\r\nConnection: close\r\n\r\n"
    interim = ResponseHead(103, b"Early Hints", ((b"Link", b"x"),), None, False)
    assert response_bytes(interim, minor=1) == b"HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n"


@pytest.mark.parametrize(
    "raw",
    [
        b"HTTP/2 200 OK\r\n\r\n",
        b"HTTP/1.1 99 Low\r\n\r\n",
        b"HTTP/1.1 600 High\r\n\r\n",
        b"HTTP/1.1 OK\r\n\r\n",
        b"ICY 200 OK\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 1\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nA: 1\r\n b\r\n\r\n",
    ],
)
def test_bad_response_heads(raw: bytes) -> None:
    with pytest.raises(FramingError):
        parse_response(raw)


def test_end_to_end_keeps_order_case_and_duplicates() -> None:
    fields = ((b"b", b"1"), (b"A", b"2"), (b"B", b"3"), (b"a", b""))
    assert end_to_end(fields) == fields
