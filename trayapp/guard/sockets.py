"""The port and the listening sockets.

Everything that decides which loopback port Spendlight has, and that opens it, lives here.

Rules:

* the addresses are 127.0.0.1 and ::1 with the same number, never another one. Both are taken because another
  program could otherwise have the same number on the other one and be sent the tools' keys;
* a port that the user fixed, or that this profile had before, is taken or nothing: the tools' settings name it.
  Only a first start looks further: 27410 and the 99 numbers after it, and remembers the first free one. The range
  lies below the numbers that systems hand out by themselves (Linux 32768, Windows and macOS 49152);
* a machine without IPv6 is served on 127.0.0.1 alone.
"""

from __future__ import annotations

import contextlib
import errno
import socket
import sys
import time
from dataclasses import dataclass
from typing import Final

from trayapp.guard.failure import PORT_TAKEN, StartFailureError, no_free_port, port_taken, port_unusable
from trayapp.platform.paths import Paths, write_private

DEFAULT_PORT: Final = 27410
TRIES: Final = 100
BACKLOG: Final = 1024
"""Connects that wait while no engine accepts. Linux bounds it by net.core.somaxconn (4096)."""

_NO_V6: Final = (errno.EAFNOSUPPORT, errno.EADDRNOTAVAIL, errno.EPROTONOSUPPORT, errno.EINVAL)
# With SO_EXCLUSIVEADDRUSE Windows says "access denied" for a port that is taken.
_TAKEN: Final = (errno.EADDRINUSE, errno.EACCES) if sys.platform == "win32" else (errno.EADDRINUSE,)


@dataclass(frozen=True, slots=True)
class Listening:
    """The open sockets."""

    port: int
    sockets: tuple[socket.socket, ...]
    """127.0.0.1 first, then ::1 if the machine has it."""

    @property
    def v6(self) -> bool:
        """Whether ::1 is among them."""
        return len(self.sockets) > 1

    def close(self) -> None:
        """Close this process's copies."""
        for plug in self.sockets:
            plug.close()


def listen(paths: Paths, port: int = 0, *, patience: float = 3.0) -> Listening:
    """Open the profile's port.

    Args:
        paths: where the port is remembered.
        port: the number that the user fixed, or 0.
        patience: seconds to wait for a fixed or remembered port; the engine of a guard that was killed needs a
            moment to notice and to close it.

    Raises:
        StartFailureError: the port is taken.
    """
    remembered = None if port else _remembered(paths)
    wanted = port or remembered
    if wanted:
        until = time.monotonic() + patience
        while True:
            try:
                return _noted(paths, open_port(wanted))
            except OSError as error:
                if error.errno not in _TAKEN:
                    raise StartFailureError(PORT_TAKEN, port_unusable(wanted, error)) from error
                if time.monotonic() >= until:
                    raise StartFailureError(PORT_TAKEN, port_taken(wanted, fixed=bool(port))) from error
            time.sleep(min(0.1, patience))
    for number in range(DEFAULT_PORT, DEFAULT_PORT + TRIES):
        try:
            listening = open_port(number)
        except OSError:
            continue
        return _noted(paths, listening)
    raise StartFailureError(PORT_TAKEN, no_free_port(DEFAULT_PORT, DEFAULT_PORT + TRIES - 1))


def _noted(paths: Paths, listening: Listening) -> Listening:
    """Remember the port, also one that the user fixed: who prints addresses reads it there.

    A disk that is full now is no reason not to serve; the next start begins at the same number again.
    """
    if _remembered(paths) != listening.port:
        with contextlib.suppress(OSError):
            write_private(paths.port, f"{listening.port}\n".encode())
    return listening


def open_port(port: int) -> Listening:
    """Listen on 127.0.0.1 and, if there is one, ::1.

    Raises:
        OSError: the number is taken on either address, or may not be used.
    """
    v4 = _open(socket.AF_INET, "127.0.0.1", port)
    port = v4.getsockname()[1]
    try:
        v6 = _open(socket.AF_INET6, "::1", port)
    except OSError as error:
        if error.errno in _NO_V6:
            return Listening(port, (v4,))
        v4.close()
        raise
    return Listening(port, (v4, v6))


def _open(family: socket.AddressFamily, host: str, port: int) -> socket.socket:
    plug = socket.socket(family, socket.SOCK_STREAM)
    try:
        if sys.platform == "win32":
            # There SO_REUSEADDR would let any other program take the port over.
            plug.setsockopt(socket.SOL_SOCKET, socket.SO_EXCLUSIVEADDRUSE, 1)
        else:
            plug.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if family == socket.AF_INET6:
            plug.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        plug.bind((host, port))
        plug.listen(BACKLOG)
    except BaseException:
        plug.close()
        raise
    return plug


def _remembered(paths: Paths) -> int | None:
    try:
        number = int(paths.port.read_text("ascii"))
    except (OSError, ValueError):
        return None
    return number if 1024 <= number <= 65535 else None
