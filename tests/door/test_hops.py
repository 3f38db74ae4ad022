"""What belongs to one connection ends at the door, in both directions; all else goes on as it came."""

from __future__ import annotations

import socket

import pytest
from doors import TOKEN, Door, Request, code, read_all, status

HOPS = [
    b"Connection: X-Hop, close, TE",
    b"connection: x-other",
    b"X-Hop: 1",
    b"X-OTHER: 2",
    b"Keep-Alive: timeout=5",
    b"TE: trailers, deflate",
    b"Proxy-Authorization: Basic c2VjcmV0",
    b"Proxy-Authenticate: Basic",
    b"Proxy-Connection: keep-alive",
    b"Upgrade: h2c",
]
STAY = [b"X-A: 1", b"x-a: 2", b"Authorization: Bearer sk-1", b"X-HOPS: 3", b"X-A: 1"]


def test_of_a_request(door: Door) -> None:
    answer = door.ask(door.request(b"{}", *STAY[:3], *HOPS, *STAY[3:]))
    assert status(answer) == 200
    (request,) = door.vendor.requests
    fields = [b"%b: %b" % pair for pair in request.fields]
    ours = [b"Host: 127.0.0.1:%d" % door.vendor.port, *STAY, b"Content-Length: 2"]
    assert [line for line in fields if line != b"Connection: close"] == ours
    raw = bytes(door.vendor.raw[0])
    assert TOKEN.encode() not in raw
    assert str(door.port).encode() not in raw
    assert request.target == b"/v1/messages"


@pytest.mark.parametrize("named", [b"Content-Length", b"Host", b"Transfer-Encoding", b"content-length, host"])
def test_framing_cannot_be_named_away(door: Door, named: bytes) -> None:
    assert status(door.ask(door.request(b"{}", b"Connection: close, " + named))) == 200
    (request,) = door.vendor.requests
    assert request.body == b"{}"


def test_of_an_answer(door: Door) -> None:
    def answer(plug: socket.socket, _: Request) -> bool:
        head = [b"HTTP/1.1 200 Fine", *STAY[:3], *HOPS, *STAY[3:], b"Content-Length: 2"]
        plug.sendall(b"\r\n".join(head) + b"\r\n\r\nok")
        return True

    door.vendor.begin(answer)
    head, _, body = door.ask(door.request(b"{}", b"Connection: close")).partition(b"\r\n\r\n")
    assert body == b"ok"
    first, *fields = head.split(b"\r\n")
    assert first == b"HTTP/1.1 200 Fine"
    assert fields == [*STAY, b"Content-Length: 2", b"Connection: close"]


def test_an_offer_of_http_2_is_not_passed_on(door: Door) -> None:
    offer = (b"Connection: Upgrade, HTTP2-Settings, close", b"Upgrade: h2c", b"HTTP2-Settings: AAMAAABkAAQAAP__")
    assert status(door.ask(door.request(b"{}", *offer))) == 200
    assert not {b"upgrade", b"http2-settings"} & {name.lower() for name, _ in door.vendor.requests[0].fields}


def test_a_websocket_is_refused_behind_the_door(door: Door) -> None:
    fields = (b"Connection: Upgrade", b"Upgrade: websocket", b"Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==")
    asks = door.request(b"", *fields, method=b"GET")
    assert (status(got := door.ask(asks)), code(got)) == (426, "no_websocket")
    assert (status(got := door.ask(asks.replace(TOKEN.encode(), b"wrong"))), code(got)) == (401, "bad_token")
    assert door.vendor.raw == []


def test_expect_is_met_once(door: Door) -> None:
    head, body = door.request(b"abcde", b"Expect: 100-continue", b"Connection: close").split(b"\r\n\r\n")
    with door.connect() as plug:
        plug.sendall(head + b"\r\n\r\n")
        assert plug.recv(65536) == b"HTTP/1.1 100 Continue\r\n\r\n"
        plug.sendall(body)
        answer = read_all(plug)
    assert status(answer) == 200
    assert b"100 Continue" not in answer
    assert [request.body for request in door.vendor.requests] == [b"abcde"]


def test_expect_without_a_body_waits_for_nothing(door: Door) -> None:
    assert status(door.ask(door.request(b"", b"Expect: 100-continue", b"Connection: close", method=b"GET"))) == 200


def test_trailers_pass_both_ways(door: Door) -> None:
    def answer(plug: socket.socket, _: Request) -> bool:
        plug.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: Chunked\r\nTrailer: X-Sum\r\n\r\n")
        plug.sendall(b"2;a=b\r\nok\r\n0\r\nX-Sum: 7\r\nx-sum: 8\r\n\r\n")
        return True

    door.vendor.begin(answer)
    coded = (b"Transfer-Encoding: chunked", b"Trailer: X-T", b"Connection: close")
    data = door.request(b"", *coded) + b"5\r\nabcde\r\n0\r\nX-T: 1\r\nx-t: 2\r\n\r\n"
    got = door.ask(data)
    assert got.endswith(b"\r\n\r\n2\r\nok\r\n0\r\nX-Sum: 7\r\nx-sum: 8\r\n\r\n")
    assert b"Transfer-Encoding: chunked\r\nTrailer: X-Sum\r\n" in got
    (request,) = door.vendor.requests
    assert (request.body, request.trailers) == (b"abcde", [(b"X-T", b"1"), (b"x-t", b"2")])


def test_a_client_of_http_1_0_gets_no_chunks(door: Door) -> None:
    def answer(plug: socket.socket, _: Request) -> bool:
        plug.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: X\r\n\r\n2\r\nok\r\n0\r\nX: 1\r\n\r\n")
        return True

    door.vendor.begin(answer)
    got = door.ask(door.request(b"{}").replace(b"HTTP/1.1", b"HTTP/1.0", 1))
    assert got.endswith(b"\r\n\r\nok")
    assert b"chunked" not in got
    assert b"Trailer" not in got
