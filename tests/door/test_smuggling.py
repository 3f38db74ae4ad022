"""What two parsers could read differently, sent to both doors: none is accepted, none is answered with a 5xx."""

from __future__ import annotations

import contextlib
import socket

import door_corpus
import pytest
from doors import STATUS_LINE, TOKEN, Door, code, status
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

NAMES = list(door_corpus.requests(b"/x", b"h"))


def second(door: Door) -> bytes:
    """A whole, valid request that a misread end would bring to light."""
    return door.request(b"", method=b"GET", path="/v1/smuggled")


def test_there_are_enough_cases() -> None:
    assert len(NAMES) >= 60


@pytest.mark.parametrize("name", NAMES)
def test_is_refused(door: Door, name: str) -> None:
    case = door_corpus.requests(door.target(), door.host)[name]
    answer = door.ask(case + second(door), half_close=True)
    assert len(STATUS_LINE.findall(answer)) == 1, answer
    assert 400 <= status(answer) < 500
    assert code(answer)
    assert b"\r\nConnection: close\r\n" in answer
    assert TOKEN.encode() not in answer
    assert door.vendor.requests == []
    assert b"smuggled" not in b"".join(bytes(raw) for raw in door.vendor.raw)


def test_none_of_it_left_a_row(door: Door) -> None:
    """After the cases before. The relay passes bodies on as they come, so a bad end may leave a line of a call that
    did not end well, but never of one that did."""
    assert [line for line in door.written() if line.get("state", line.get("outcome")) == "done"] == []


END = b"\x00\r\n\r\n"
"""Behind all requests: makes the door close, so that the test need not wait for its timers."""


def send_in_two(door: Door, data: bytes, cut: int) -> bytes:
    """Send, and read to the end; gives up on a door that waits for more, as most incomplete bodies make it."""
    with door.connect() as plug:
        plug.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        with contextlib.suppress(ConnectionError):
            plug.sendall(data[:cut])
            plug.sendall(data[cut:])
        plug.settimeout(0.1)
        out = b""
        with contextlib.suppress(ConnectionError, TimeoutError):
            while piece := plug.recv(65536):
                out += piece
        return out


@pytest.mark.parametrize("which", range(3), ids=["length", "chunked", "bodiless"])
def test_mutations_bring_no_request_that_was_not_let_in(door: Door, which: int) -> None:
    """The vendor gets as many whole requests as the tool gets answers of the vendor's, in that order, and a request
    is never inside another one's body."""
    valid = door_corpus.valid(door.target(), door.host)[which]
    insertions = door_corpus.insertions(door.host)
    edit = st.tuples(st.integers(0, len(valid)), st.sampled_from(insertions), st.integers(0, 2))
    through = 0

    @settings(max_examples=settings.default.max_examples * 2, suppress_health_check=list(HealthCheck))
    @given(st.lists(edit, max_size=3), st.integers(0, 300))
    def check(edits: list[tuple[int, bytes, int]], cut: int) -> None:
        nonlocal through
        door.vendor.begin()
        answer = send_in_two(door, door_corpus.mutate(valid, edits) + second(door) + END, cut)
        statuses = [int(found) for found in STATUS_LINE.findall(answer)]
        assert all(number == 200 or 400 <= number < 500 for number in statuses), answer
        targets = [request.target.partition(b"?")[0] for request in door.vendor.requests]
        assert len(targets) == statuses.count(200)
        assert len(targets) <= 2
        assert targets[1:] in ([], [b"/v1/smuggled"])
        assert all(b"smuggled" not in request.body for request in door.vendor.requests)
        assert b"HTTP/1.1" not in b"".join(v for r in door.vendor.requests for _, v in r.fields)
        through += len(targets)

    check()
    assert through, "the unedited request must get through, or this proves nothing"


def test_strict_is_not_deaf(door: Door) -> None:
    """What real clients send comes through both doors."""
    target, host = door.target(), door.host
    good = [
        b"GET %b HTTP/1.1\r\nhost:%b\r\nX-Empty:\r\nX-Spaces: \t a b \t\r\n\r\n" % (target, host),
        b'GET %b?a={b}|[c]%%20\\^`"<> HTTP/1.1\r\nHost: %b\r\n\r\n' % (target, host),
        b"GET %b HTTP/1.1\r\nHost: localhost:%d\r\nX: \xc3\xa4\r\n\r\n" % (target, door.port),
        b"GET %b HTTP/1.1\r\nHost: [::1]:%d\r\n\r\n" % (target, door.port),
        b"\r\nGET %b HTTP/1.1\r\nHost: %b\r\n\r\n" % (target, host),
        b"GET %b HTTP/1.0\r\nHost: %b\r\n\r\n" % (target, host),
        b"POST %b HTTP/1.1\r\nHost: %b\r\nContent-Length: 0\r\n\r\n" % (target, host),
        b'POST %b HTTP/1.1\r\nHost: %b\r\nTransfer-Encoding: chunked\r\n\r\n0005;a="b"\r\nabcde\r\n0;z\r\nX: y\r\n\r\n'
        % (target, host),
        b"GET %b HTTP/1.1\r\nHost: %b\r\n%b\r\n" % (target, host, b"X: y\r\n" * 199),
        b"GET %b?%b HTTP/1.1\r\nHost: %b\r\n\r\n" % (target, b"a" * 16_000, host),
        b"GET %b HTTP/1.1\r\nHost: %b\r\nX: %b\r\n\r\n" % (target, host, b"a" * 60_000),
        *(b"%b %b HTTP/1.1\r\nHost: %b\r\n\r\n" % (m, target, host) for m in (b"PUT", b"PATCH", b"DELETE", b"OPTIONS")),
    ]
    for number, data in enumerate(good, 1):
        with door.connect() as plug:
            plug.sendall(data)
            assert plug.recv(12) == b"HTTP/1.1 200", data[:200]
        assert len(door.vendor.requests) == number
