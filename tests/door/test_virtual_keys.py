"""Virtual keys at both doors: each method, a WebSocket, and words that only look like one."""

from __future__ import annotations

import socket

import pytest
from doors import Door, Request, code, status

from trayapp.frontdoor import Upstream
from trayapp.virtualkeys import register
from trayapp.virtualkeys.cabinet import Cabinet
from trayapp.virtualkeys.frames import frame
from trayapp.virtualkeys.handover import encode

REAL = b"sk-ant-api03-c4nary"


@pytest.fixture
def virtual(door: Door) -> bytes:
    """A key that the door knows."""
    cabinet = Cabinet(door.paths)
    where = Upstream.parse(f"http://127.0.0.1:{door.vendor.port}")
    made = cabinet.mint("anthropic", REAL.decode(), upstream=where).virtual
    if door.kind == "relay":
        door.hand(frame(encode(cabinet.load())))
    return made.encode()


@pytest.mark.parametrize("method", [b"GET", b"HEAD", b"OPTIONS", b"DELETE", b"PUT", b"PATCH"])
def test_each_method_is_asked_with_the_real_key(door: Door, virtual: bytes, method: bytes) -> None:
    body = b"{}" if method in (b"PUT", b"PATCH") else b""
    answer = door.ask(door.request(body, b"Connection: close", b"x-api-key: " + virtual, method=method))
    assert status(answer) == 200
    (request,) = door.vendor.requests
    assert (request.method, request.body, request.get(b"x-api-key")) == (method, body, [REAL])
    never = register.new_key("anthropic").encode()
    answer = door.ask(door.request(body, b"x-api-key: " + never, method=method))
    head, _, said = answer.partition(b"\r\n\r\n")
    assert (status(head), code(answer), bool(said)) == (401, "unknown_key", method != b"HEAD")
    assert len(door.vendor.requests) == 1


def test_a_websocket_is_refused_whatever_its_key_is_worth(door: Door, virtual: bytes) -> None:
    """Codex falls back at once when it hears 426, and only then."""
    for key in (virtual, register.new_key("anthropic").encode(), register.new_key("openai").encode()):
        upgrade = (b"Connection: Upgrade", b"Upgrade: websocket", b"Authorization: Bearer " + key)
        answer = door.ask(door.request(b"", *upgrade, method=b"GET"))
        assert (status(answer), code(answer)) == (426, "no_websocket")
    assert door.vendor.raw == []


def test_a_word_is_no_key(door: Door) -> None:
    fields = (b"X-Title: my-spendlight-app", b"x-api-key: sk-mine")
    path = "/v1/projects/acme-spendlight-prod/x?filter=a-spendlight-b"
    assert status(door.ask(door.request(b"{}", b"Connection: close", *fields, path=path))) == 200
    assert door.vendor.requests[0].target == path.encode()
    assert door.vendor.requests[0].get(b"x-title") == [b"my-spendlight-app"]


def test_a_redirect_takes_the_key_nowhere(door: Door, virtual: bytes) -> None:
    """It is the tool's to follow, and the tool holds nothing but the virtual one."""

    def answer(plug: socket.socket, _: Request) -> bool:
        plug.sendall(b"HTTP/1.1 307 There\r\nLocation: http://evil.example/v1/messages\r\nContent-Length: 0\r\n\r\n")
        return True

    door.vendor.begin(answer)
    got = door.ask(door.request(b"{}", b"Connection: close", b"x-api-key: " + virtual))
    assert status(got) == 307
    assert b"Location: http://evil.example/v1/messages\r\n" in got
    assert REAL not in got
    assert len(door.vendor.requests) == 1
