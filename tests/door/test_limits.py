"""Limits and timers of both doors over real sockets, with shorter times than the real ones."""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from collections.abc import Iterator

import pytest
from doors import Door, Request, code, opened, plainly, read_all, status, until

from trayapp.guard import exchange, relay
from trayapp.proxy import downstream, server

resource = pytest.importorskip("resource")

HEAD, IDLE = 0.6, 1.2
SHORT = {
    "engine": f"""
import trayapp.proxy.downstream as d, trayapp.proxy.server as s
d.HEAD_LIMIT, d.IDLE_LIMIT, d.LINGER_LIMIT = {HEAD}, {IDLE}, 0.3
s.ProxyServer.__init__.__kwdefaults__["max_connections"] = 6
""",
    "relay": f"""
import trayapp.guard.exchange as e, trayapp.guard.relay as r
e.HEAD_SECONDS, e.LINGER_SECONDS, r.MAX_CONNECTIONS = {HEAD}, 0.3, 6
""",
}


@pytest.fixture(scope="module", params=["engine", "relay"])
def hasty(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Door]:
    with opened(request.param, tmp_path_factory.mktemp("hasty"), prelude=SHORT[request.param]) as made:
        yield made


@pytest.fixture
def short(hasty: Door) -> Door:
    """A door with little patience."""
    hasty.vendor.begin()
    return hasty


def test_the_real_ones_are_alike() -> None:
    assert downstream.HEAD_LIMIT == exchange.HEAD_SECONDS == 10
    assert server.MAX_CONNECTIONS == relay.MAX_CONNECTIONS == 1024
    assert server.MAX_STRANGERS == relay.MAX_STRANGERS == 32


def test_a_head_that_does_not_come(short: Door) -> None:
    begun = time.monotonic()
    got = short.ask(short.request(b"")[:-4])
    assert (status(got), code(got)) == (408, "request_too_slow")
    assert HEAD * 0.9 < time.monotonic() - begun < HEAD * 10
    assert short.ask(b"") == b"", "who says nothing is told nothing"


def test_a_head_that_drips_gains_no_time(short: Door) -> None:
    with short.connect() as plug:
        plug.sendall(short.request(b"")[:-2] + b"X: ")
        over = threading.Event()

        def drip() -> None:
            with contextlib.suppress(OSError):
                while not over.wait(0.05):
                    plug.sendall(b"a")

        dripping = threading.Thread(target=drip)
        dripping.start()
        begun = time.monotonic()
        try:
            got = read_all(plug)
        finally:
            over.set()
            dripping.join()
    assert status(got) == 408
    assert time.monotonic() - begun < HEAD * 8


def test_a_body_and_an_answer_may_take_their_time(short: Door) -> None:
    """Nobody's call ends because it is slow."""

    def slowly(plug: socket.socket, request: Request) -> bool:
        time.sleep(HEAD * 2)  # what is tested is time itself
        return plainly(plug, request)

    short.vendor.begin(slowly)
    head, body = short.request(b"abcde", b"Connection: close").split(b"\r\n\r\n")
    with short.connect() as plug:
        plug.sendall(head + b"\r\n\r\n")
        for byte in body:
            time.sleep(HEAD / 2)
            plug.sendall(bytes([byte]))
        assert status(read_all(plug)) == 200
    assert short.vendor.requests[0].body == b"abcde"


def test_a_connection_rests_for_a_while(short: Door) -> None:
    """The engine keeps it, longer than a head may take, and then closes it silently; the relay closes at once."""
    with short.connect() as plug:
        plug.sendall(short.request(b"{}"))
        begun = time.monotonic()
        got = read_all(plug)
        rested = time.monotonic() - begun
    assert status(got) == 200
    if short.kind == "engine":
        assert IDLE * 0.9 < rested < IDLE * 8
    else:
        assert rested < 5
        assert b"Connection: close\r\n" in got


def test_too_many_connections(short: Door) -> None:
    going = threading.Event()

    def held(plug: socket.socket, request: Request) -> bool:
        going.wait(20)
        return plainly(plug, request)

    short.vendor.begin(held)
    with contextlib.ExitStack() as stack:
        calls = [stack.enter_context(short.connect()) for _ in range(6)]
        for call in calls:
            call.sendall(short.request(b"{}", b"Connection: close"))
        until(lambda: len(short.vendor.requests) == 6)
        got = short.ask(short.request(b"{}"))
        assert (status(got), code(got)) == (503, "too_many_connections")
        going.set()
        assert [status(read_all(call)) for call in calls] == [200] * 6
    until(lambda: status(short.ask(short.request(b"{}", b"Connection: close"))) == 200)


@pytest.mark.parametrize("kind", ["engine", "relay"])
def test_a_thousand_connections_need_more_files_than_systems_give(
    kind: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard < 4096:
        pytest.skip("this system allows fewer open files than the test needs")
    poor = f"import resource; resource.setrlimit(resource.RLIMIT_NOFILE, (1024, {hard}))"
    with contextlib.ExitStack() as stack:
        if soft < 4096:
            resource.setrlimit(resource.RLIMIT_NOFILE, (4096, hard))
            stack.callback(resource.setrlimit, resource.RLIMIT_NOFILE, (soft, hard))
        door = stack.enter_context(opened(kind, tmp_path_factory.mktemp("poor"), prelude=poor))
        for _ in range(1020):
            stack.enter_context(door.connect())
        assert status(door.ask(door.request(b"{}", b"Connection: close"))) == 200
        crowd = [stack.enter_context(door.connect()) for _ in range(8)]
        crowd[-1].settimeout(5)
        assert code(read_all(crowd[-1])) == "too_many_connections"
