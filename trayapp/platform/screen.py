"""Whether a screen, a session bus or one of our own sockets answers, asked without Qt.

Everything that knocks on a local socket to learn whether a desktop session is really there lives here.

Rules: standard library only; every socket has a timeout of one second; a silent server is taken as present (a busy
X server must not cost the user the tray), only a refusal or a missing socket is a failure; each failure is one
sentence for the user.

X11's connection set-up: X Window System Protocol, X11R7.7, chapter 8; the cookie file: Xau(3), ``Xauth.h``.
"""

from __future__ import annotations

import re
import socket
import struct
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final
from urllib.parse import unquote

_TIMEOUT: Final = 1.0
_COOKIE: Final = b"MIT-MAGIC-COOKIE-1"
_DISPLAY: Final = re.compile(r"(?P<host>.*?):(?P<number>\d+)(?:\.\d+)?\Z")
_TRIES: Final = 4
"""At most this many cookies are tried: a cookie file may hold one for each former session."""


def answers_locally(path: Path) -> bool:
    """Whether somebody listens at the Unix socket ``path``."""
    return _unix_failure(str(path)) is None


def x11_failure(env: Mapping[str, str]) -> str | None:
    """Why the X server that ``DISPLAY`` names cannot be used; ``None`` when it can or did not say."""
    display = env.get("DISPLAY", "")
    match = _DISPLAY.match(display)
    if not match:
        return f"DISPLAY is {display!r}, which names no screen."
    number = match["number"]
    refused = False
    for cookie in _cookies(env, number):
        try:
            answer = _x11_greet(match["host"], int(number), cookie)
        except TimeoutError:
            return None
        except OSError:
            return f"No X server answers at DISPLAY={display}."
        if answer != 0:
            return None
        refused = True
    return f"The X server at DISPLAY={display} refuses this user." if refused else None


def _x11_greet(host: str, number: int, cookie: bytes) -> int:
    """The first byte of the server's answer: 0 refused, 1 welcome, 2 wants more; 1 if it hangs up."""
    name = _COOKIE if cookie else b""
    with _x11_socket(host, number) as plug:
        pad_name, pad_cookie = -len(name) % 4, -len(cookie) % 4
        head = struct.pack("<cxHHHHxx", b"l", 11, 0, len(name), len(cookie))
        plug.sendall(head + name + bytes(pad_name) + cookie + bytes(pad_cookie))
        answer = plug.recv(1)
    return answer[0] if answer else 1


def _x11_socket(host: str, number: int) -> socket.socket:
    if host.startswith("/"):  # macOS: XQuartz's socket, launched on demand
        return _unix_socket(f"{host}:{number}")
    if host in ("", "unix"):
        path = f"/tmp/.X11-unix/X{number}"  # noqa: S108 - X's own well-known place
        try:
            return _unix_socket(path)
        except OSError:
            return _unix_socket("\0" + path)
    return socket.create_connection((host.strip("[]"), 6000 + number), _TIMEOUT)


def _cookies(env: Mapping[str, str], number: str) -> Iterator[bytes]:
    """The cookies for this display, then none at all (a server may go by the user's id)."""
    path = Path(env.get("XAUTHORITY") or Path(env.get("HOME") or "/nonexistent", ".Xauthority"))
    try:
        data = path.read_bytes()
    except OSError:
        data = b""
    found = dict.fromkeys(
        cookie for display, name, cookie in _entries(data) if name == _COOKIE and display in (number.encode(), b"")
    )
    yield from list(found)[:_TRIES]
    yield b""


def _entries(data: bytes) -> Iterator[tuple[bytes, bytes, bytes]]:
    """Display number, kind and secret of each entry of a cookie file; stops where the file is broken."""
    at = 0
    while at + 2 <= len(data):
        at += 2  # the address family
        fields = []
        for _ in range(4):  # address, display number, kind, secret
            if at + 2 > len(data):
                return
            (length,) = struct.unpack_from(">H", data, at)
            fields.append(data[at + 2 : at + 2 + length])
            at += 2 + length
        if at > len(data):
            return
        yield fields[1], fields[2], fields[3]


def wayland_failure(env: Mapping[str, str]) -> str | None:
    """Why the compositor that ``WAYLAND_DISPLAY`` names cannot be used; ``None`` when it can."""
    name = env.get("WAYLAND_DISPLAY", "")
    runtime = env.get("XDG_RUNTIME_DIR", "")
    if not name.startswith("/") and not runtime:
        return f"WAYLAND_DISPLAY is {name!r} but XDG_RUNTIME_DIR is not set."
    if _unix_failure(str(Path(runtime, name))):
        return f"No Wayland compositor answers at WAYLAND_DISPLAY={name}."
    return None


def session_bus_failure(env: Mapping[str, str]) -> str | None:
    """Why the D-Bus session cannot be reached; ``None`` when it can, or has an address that is not a socket's."""
    addresses = env.get("DBUS_SESSION_BUS_ADDRESS", "")
    if not addresses:
        runtime = env.get("XDG_RUNTIME_DIR", "")
        if not runtime:
            return "Neither DBUS_SESSION_BUS_ADDRESS nor XDG_RUNTIME_DIR is set."
        addresses = f"unix:path={runtime}/bus"
    for address in addresses.split(";"):
        kind, _, rest = address.partition(":")
        keys = dict(part.partition("=")[::2] for part in rest.split(","))
        if kind != "unix" or not keys.keys() & {"path", "abstract"}:
            return None
        path = unquote(keys["path"]) if "path" in keys else "\0" + unquote(keys["abstract"])
        if _unix_failure(path) is None:
            return None
    return "The D-Bus session does not answer."


def _unix_failure(path: str) -> OSError | None:
    try:
        _unix_socket(path).close()
    except TimeoutError:
        return None
    except OSError as error:
        return error
    return None


def _unix_socket(path: str) -> socket.socket:
    """A connection to a Unix socket; ``\\0`` first for Linux's abstract names.

    Raises:
        OSError: nobody listens there, or this system has no Unix sockets.
    """
    if not hasattr(socket, "AF_UNIX"):
        raise OSError("no Unix sockets here")
    plug = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    plug.settimeout(_TIMEOUT)
    try:
        plug.connect(path)
    except BaseException:
        plug.close()
        raise
    return plug
