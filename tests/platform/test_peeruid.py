"""Whose process is at the other end: asked of the system, over real loopback connections."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator

import pytest

from trayapp.platform.peeruid import is_stranger, uid_of

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the system does not say")

NOBODY = 65534
CALL = """
import os, socket, sys
socket.getaddrinfo("127.0.0.1", 1)  # what it needs is loaded while it may be read
os.setgroups([]), os.setgid(65534), os.setuid(65534)
with socket.create_connection((sys.argv[1], int(sys.argv[2]))) as plug:
    plug.sendall(b"x")
    plug.recv(1)
"""


@pytest.fixture(params=["127.0.0.1", "::1"])
def listener(request: pytest.FixtureRequest) -> Iterator[socket.socket]:
    family = socket.AF_INET6 if ":" in request.param else socket.AF_INET
    with socket.create_server((request.param, 0), family=family) as plug:
        plug.settimeout(30)
        yield plug


def ends(plug: socket.socket) -> tuple[tuple[str, int], tuple[str, int]]:
    return plug.getpeername()[:2], plug.getsockname()[:2]


def test_our_own_connection(listener: socket.socket) -> None:
    with socket.create_connection(listener.getsockname()[:2]), listener.accept()[0] as server:
        assert uid_of(*ends(server)) == os.getuid()
        assert not is_stranger(*ends(server))


def test_a_client_that_has_left_is_nobody_and_never_root(listener: socket.socket) -> None:
    client = socket.create_connection(listener.getsockname()[:2])
    with listener.accept()[0] as server:
        names = ends(server)
        client.close()
        server.recv(1)
        with pytest.raises(LookupError):
            uid_of(*names)
        assert is_stranger(*names)


def test_a_client_that_has_left_by_half_is_a_stranger(listener: socket.socket) -> None:
    with socket.create_connection(listener.getsockname()[:2]) as client, listener.accept()[0] as server:
        client.shutdown(socket.SHUT_WR)
        server.recv(1)
        assert is_stranger(*ends(server))


def test_another_user_is_a_stranger(listener: socket.socket) -> None:
    if os.getuid() != 0:
        pytest.skip("only root can become another user")
    host, port = listener.getsockname()[:2]
    caller = subprocess.Popen([sys.executable, "-c", CALL, host, str(port)])
    with listener.accept()[0] as server:
        assert server.recv(1) == b"x"
        assert uid_of(*ends(server)) == NOBODY
        assert is_stranger(*ends(server))
        server.sendall(b"y")
    assert caller.wait(10) == 0


def test_nonsense_is_not_known(listener: socket.socket) -> None:
    assert uid_of(("nowhere", 1), ("127.0.0.1", 2)) is None
    assert not is_stranger(("", 0), ("", 0))
    with pytest.raises(LookupError):
        uid_of(("127.0.0.1", 1), ("127.0.0.1", listener.getsockname()[1]))


def test_asking_is_quick(listener: socket.socket) -> None:
    with socket.create_connection(listener.getsockname()[:2]), listener.accept()[0] as server:
        begun = time.perf_counter()
        for _ in range(100):
            uid_of(*ends(server))
        assert (time.perf_counter() - begun) / 100 < 0.003  # ten times what was measured on a busy machine
