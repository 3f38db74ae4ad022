"""Whose process is at the other end of a loopback connection.

Everything that asks the system for the user behind a TCP connection lives here.

Rules:

* standard library only (the guard uses it); asked once a connection, when it is accepted;
* only an established connection has an owner: after a client has closed, Linux reports user 0 for it, which must not
  be taken for root. Who has left already, or only half, is a stranger;
* root is no stranger: it can become any user, and forwarders between systems (WSL) run as root;
* where the system does not say (other systems, a sandbox without netlink) the token alone guards the door.

Linux: one ``sock_diag`` request over netlink for the four-tuple (0.02 ms, any user may ask).
"""

from __future__ import annotations

import errno
import os
import socket
import struct
import sys
from typing import Final

Address = tuple[str, int]

_NETLINK_SOCK_DIAG: Final = 4
_SOCK_DIAG_BY_FAMILY: Final = 20
_NLMSG_ERROR: Final = 2
_NLM_F_REQUEST: Final = 1
_ESTABLISHED: Final = 1
_NO_COOKIE: Final = b"\xff" * 8
_HEAD: Final = struct.Struct("=IHHII")
_REQUEST: Final = struct.Struct("=BBBxI")
_UID_AT: Final = _HEAD.size + 4 + 48 + 12
"""Behind the message's head: four small fields, the socket's identity, three counters."""
_WAIT_S: Final = 0.05


def is_stranger(peer: Address, local: Address) -> bool:
    """Whether the connection is another user's, or nobody's any more.

    Args:
        peer: the client's address as the accepted socket names it.
        local: our own address on that connection.
    """
    if sys.platform == "win32":
        return False
    try:
        uid = uid_of(peer, local)
    except LookupError:
        return True
    return uid is not None and uid not in (os.getuid(), 0)


def uid_of(peer: Address, local: Address) -> int | None:
    """The user id that owns the client's end, or ``None`` when the system does not say.

    Raises:
        LookupError: there is no such established connection.
    """
    if sys.platform != "linux":
        return None
    try:
        family = socket.AF_INET6 if ":" in peer[0] else socket.AF_INET
        # Seen from the client's own socket, its port is the source.
        identity = (
            struct.pack("!HH", peer[1], local[1])
            + _packed(family, peer[0])
            + _packed(family, local[0])
            + struct.pack("=I", 0)
            + _NO_COOKIE
        )
        body = _REQUEST.pack(family, socket.IPPROTO_TCP, 0, 1 << _ESTABLISHED) + identity
        head = _HEAD.pack(_HEAD.size + len(body), _SOCK_DIAG_BY_FAMILY, _NLM_F_REQUEST, 1, 0)
        with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW | socket.SOCK_CLOEXEC, _NETLINK_SOCK_DIAG) as plug:
            plug.settimeout(_WAIT_S)
            plug.send(head + body)
            answer = plug.recv(4096)
    except (OSError, ValueError, struct.error):
        return None
    kind = _HEAD.unpack_from(answer)[1] if len(answer) >= _HEAD.size + 4 else 0
    if kind == _NLMSG_ERROR and struct.unpack_from("=i", answer, _HEAD.size)[0] == -errno.ENOENT:
        raise LookupError("not connected")
    if kind != _SOCK_DIAG_BY_FAMILY or len(answer) < _UID_AT + 4:
        return None
    if answer[_HEAD.size + 1] != _ESTABLISHED:
        raise LookupError("not established")
    return int(struct.unpack_from("=I", answer, _UID_AT)[0])


def _packed(family: int, host: str) -> bytes:
    return socket.inet_pton(family, host.partition("%")[0]).ljust(16, b"\0")
