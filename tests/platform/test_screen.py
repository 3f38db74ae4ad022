"""Screens and buses that answer, refuse, hang up or are not there; with real sockets."""

from __future__ import annotations

import contextlib
import socket
import struct
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from trayapp.platform import screen

PATIENCE = 10.0


class Server:
    """Accepts connections, reads each one's greeting and answers with the bytes that ``answer`` makes of it."""

    def __init__(self, listener: socket.socket, answer: Callable[[bytes], bytes | None]) -> None:
        self.listener = listener
        self.heard: list[bytes] = []
        self._answer = answer
        self._kept: list[socket.socket] = []
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def _serve(self) -> None:
        while True:
            try:
                plug, _ = self.listener.accept()
            except OSError:
                return
            plug.settimeout(PATIENCE)
            try:
                self.heard.append(plug.recv(4096))
            except ConnectionError:
                self.heard.append(b"")
            said = self._answer(self.heard[-1])
            if said is None:
                self._kept.append(plug)  # says nothing and stays
                continue
            with plug, contextlib.suppress(OSError):  # who only knocked is gone already
                plug.sendall(said)

    def close(self) -> None:
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
        self._thread.join(PATIENCE)
        for plug in self._kept:
            plug.close()


@pytest.fixture
def serve() -> Iterator[Callable[..., Server]]:
    servers: list[Server] = []

    def make(listener: socket.socket, answer: Callable[[bytes], bytes | None] = lambda _: b"") -> Server:
        servers.append(Server(listener, answer))
        return servers[-1]

    yield make
    for server in servers:
        server.close()


def unix_listener(path: Path) -> socket.socket:
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    listener.bind(str(path))
    listener.listen()
    return listener


@pytest.fixture
def x11(serve: Callable[..., Server]) -> Callable[..., tuple[Server, str]]:
    """An X server on TCP, so that no place outside the test is used; its display name."""

    def make(answer: Callable[[bytes], bytes | None]) -> tuple[Server, str]:
        for number in range(70, 400):
            try:
                listener = socket.create_server(("127.0.0.1", 6000 + number))
            except OSError:
                continue
            return serve(listener, answer), f"127.0.0.1:{number}.0"
        raise AssertionError("no free port")

    return make


def cookie_entry(number: bytes, name: bytes, secret: bytes) -> bytes:
    fields = (b"machine", number, name, secret)
    return struct.pack(">H", 256) + b"".join(struct.pack(">H", len(field)) + field for field in fields)


def test_an_x_server_that_welcomes(x11: Callable[..., tuple[Server, str]], home: Path) -> None:
    server, display = x11(lambda _: b"\x01\x00\x0b\x00")
    assert screen.x11_failure({"DISPLAY": display, "HOME": str(home)}) is None
    assert server.heard == [b"l\x00\x0b\x00\x00\x00\x00\x00\x00\x00\x00\x00"]


def test_an_x_server_that_refuses(x11: Callable[..., tuple[Server, str]], home: Path) -> None:
    _, display = x11(lambda _: b"\x00\x00")
    failure = screen.x11_failure({"DISPLAY": display, "HOME": str(home)})
    assert failure is not None
    assert "refuses this user" in failure


def test_the_right_cookie_is_found_among_others(x11: Callable[..., tuple[Server, str]], home: Path) -> None:
    right = b"R" * 16
    server, display = x11(lambda greeting: b"\x01" if right in greeting else b"\x00")
    number = display.partition(":")[2].partition(".")[0].encode()
    (home / "cookies").write_bytes(
        cookie_entry(b"9999", b"MIT-MAGIC-COOKIE-1", b"W" * 16)
        + cookie_entry(number, b"XDM-AUTHORIZATION-1", b"V" * 16)
        + cookie_entry(number, b"MIT-MAGIC-COOKIE-1", b"U" * 16)
        + cookie_entry(number, b"MIT-MAGIC-COOKIE-1", right)
    )
    assert screen.x11_failure({"DISPLAY": display, "XAUTHORITY": str(home / "cookies")}) is None
    assert [len(greeting) for greeting in server.heard] == [12 + 20 + 16, 12 + 20 + 16]
    assert not any(b"W" * 16 in greeting or b"V" * 16 in greeting for greeting in server.heard)


@pytest.mark.parametrize("damage", [b"\x01", b"\x01\x00\x00", b"\x01\x00\xff\xff", b"\x01\x00\x00\x02ab\x00"])
def test_a_damaged_cookie_file_is_passed_over(
    x11: Callable[..., tuple[Server, str]], home: Path, damage: bytes
) -> None:
    _, display = x11(lambda _: b"\x01")
    (home / "cookies").write_bytes(damage)
    assert screen.x11_failure({"DISPLAY": display, "XAUTHORITY": str(home / "cookies")}) is None


def test_a_silent_x_server_is_taken_as_there(x11: Callable[..., tuple[Server, str]], home: Path) -> None:
    _, display = x11(lambda _: None)
    assert screen.x11_failure({"DISPLAY": display, "HOME": str(home)}) is None


def test_no_x_server(home: Path) -> None:
    for display in (":5987", "127.0.0.1:5987", f"{home}/no"):
        failure = screen.x11_failure({"DISPLAY": display, "HOME": str(home)})
        assert failure is not None
        assert display in failure


def test_wayland(serve: Callable[..., Server], home: Path) -> None:
    serve(unix_listener(home / "wayland-7"))
    assert screen.wayland_failure({"WAYLAND_DISPLAY": "wayland-7", "XDG_RUNTIME_DIR": str(home)}) is None
    assert screen.wayland_failure({"WAYLAND_DISPLAY": str(home / "wayland-7")}) is None
    assert screen.wayland_failure({"WAYLAND_DISPLAY": "wayland-8", "XDG_RUNTIME_DIR": str(home)})
    assert "XDG_RUNTIME_DIR" in (screen.wayland_failure({"WAYLAND_DISPLAY": "wayland-7"}) or "")


def test_session_bus(serve: Callable[..., Server], home: Path) -> None:
    assert screen.session_bus_failure({})
    env = {"XDG_RUNTIME_DIR": str(home)}
    assert screen.session_bus_failure(env)
    serve(unix_listener(home / "bus"))
    assert screen.session_bus_failure(env) is None
    address = f"unix:path={home}/nothing;unix:path={home}/bus,guid=00"
    assert screen.session_bus_failure({"DBUS_SESSION_BUS_ADDRESS": address}) is None
    assert screen.session_bus_failure({"DBUS_SESSION_BUS_ADDRESS": f"unix:path={home}/nothing"})
    assert screen.session_bus_failure({"DBUS_SESSION_BUS_ADDRESS": "autolaunch:"}) is None, "cannot be known"


def test_a_dead_socket_does_not_answer(home: Path) -> None:
    unix_listener(home / "dead").close()
    assert not screen.answers_locally(home / "dead")
    assert not screen.answers_locally(home / "none")
