"""Heads that are written again: what only a unit can show; the rest is in test_fidelity."""

from __future__ import annotations

import pytest

from trayapp.frontdoor import Upstream
from trayapp.proxy import head
from trayapp.proxy.framing import read_request_head, read_response_head


@pytest.mark.parametrize(
    ("url", "value"),
    [
        ("https://api.example", b"api.example"),
        ("https://api.example:8443/x", b"api.example:8443"),
        ("http://[::1]:8080", b"[::1]:8080"),
        ("https://b\u00fccher.example", b"xn--bcher-kva.example"),
    ],
)
def test_host(url, value):
    assert head.authority(Upstream.parse(url)) == value


def test_request_drops_what_belongs_to_one_connection_and_adds_nothing():
    frame = read_request_head(
        b"POST /x HTTP/1.1\r\nhOST: h\r\nProxy-Authorization: Basic x\r\nX-A: 1\r\nKeep-Alive: 5\r\nTE: trailers\r\n"
        b"Connection: X-B\r\nX-B: 1\r\nx-a: 2\r\nTrailer: X\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\n"
    )
    assert head.request_head(frame, b"/y", b"v", 3) == (
        b"POST /y HTTP/1.1\r\nhOST: v\r\nX-A: 1\r\nx-a: 2\r\nContent-Length: 3\r\n\r\n"
    )
    assert b"Expect: 100-continue\r\n" in head.request_head(frame, b"/y", b"v", None, expect=True)


def test_response_drops_what_belongs_to_one_connection():
    frame = read_response_head(
        b"HTTP/1.1 200 Fine\r\nUpgrade: h2c\r\nProxy-Authenticate: Basic\r\nX-A: 1\r\nKeep-Alive: timeout=5\r\n"
        b"Connection: keep-alive, X-B\r\nX-B: 1\r\nx-a: 2\r\nContent-Length: 3\r\n\r\n",
        b"GET",
    )
    assert head.response_head(frame, chunks=True, connection=None) == (
        b"HTTP/1.1 200 Fine\r\nX-A: 1\r\nx-a: 2\r\nContent-Length: 3\r\n\r\n"
    )


def test_last_chunk():
    assert head.last_chunk(()) == b"0\r\n\r\n"
    assert head.last_chunk(((b"X", b"1"), (b"y", b""))) == b"0\r\nX: 1\r\ny: \r\n\r\n"
