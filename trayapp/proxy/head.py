"""How a message's head is written again.

Sans-I/O. End-to-end header lines keep their order, case, number and value; only what belongs to one connection
is dropped or rebuilt: hop-by-hop fields, whatever the Connection header names, the value of Host, and the
framing, which is written in the place where it stood. Nothing of ours is added towards the vendor.
``Trailer`` stays wherever the trailers are forwarded.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from types import MappingProxyType
from typing import Final

from trayapp.frontdoor import Upstream
from trayapp.proxy.framing import CHUNKED, EOF, NONE, RequestFrame, ResponseFrame
from trayapp.proxy.watch import Headers

CONTINUE: Final = b"HTTP/1.1 100 Continue\r\n\r\n"

_HOP: Final = frozenset(
    b"connection keep-alive proxy-connection proxy-authenticate proxy-authorization te upgrade".split()
)
_SPECIAL: Final = _HOP | frozenset(
    (b"host", b"content-length", b"transfer-encoding", b"expect", b"trailer"),
)
AS_THEY_CAME: Final[Mapping[bytes, bytes]] = MappingProxyType({})


@lru_cache(maxsize=256)
def authority(upstream: Upstream) -> bytes:
    """The value of Host for an upstream, international names in their ASCII form.

    Raises:
        UnicodeError: the name has no such form.
    """
    text = upstream.authority
    return text.encode("ascii") if text.isascii() else text.encode("idna")


def request_head(
    frame: RequestFrame,
    target: bytes,
    host: bytes,
    length: int | None,
    *,
    expect: bool = False,
    values: Mapping[bytes, bytes] = AS_THEY_CAME,
) -> bytes:
    """The head for the upstream.

    Args:
        frame: the request as received.
        target: the target for the upstream.
        host: the value of Host.
        length: the length of the body when all of it is known, else ``None``.
        expect: whether an Expect header goes on; not when it was answered here.
        values: of end-to-end fields that a rewrite changes, by their lower-case names.
    """
    out = [frame.method, b" ", target, b" HTTP/1.1\r\n"]
    nominated = frame.nominated
    has_host = False
    framed = frame.framing != NONE
    for name, value in frame.headers:
        low = name.lower()
        if low in nominated:
            continue
        if low in _SPECIAL:
            if low == b"host":
                value = host
                has_host = True
            elif low == b"content-length":
                framed = True
                if length is not None:
                    value = b"%d" % length
            elif low == b"expect":
                if not expect:
                    continue
            elif low == b"trailer":
                if frame.framing != CHUNKED:
                    continue
            elif low != b"transfer-encoding":
                continue
        elif low in values:
            value = values[low]
        out += (name, b": ", value, b"\r\n")
    if not has_host:  # HTTP/1.0 may leave it out, HTTP/1.1 may not
        out += (b"Host: ", host, b"\r\n")
    if length and not framed:  # a rewrite gave a body to a request that had none
        out.append(b"Content-Length: %d\r\n" % length)
    out.append(b"\r\n")
    return b"".join(out)


def response_head(
    frame: ResponseFrame,
    *,
    chunks: bool,
    connection: bytes | None,
    values: Mapping[bytes, bytes] = AS_THEY_CAME,
) -> bytes:
    """The head of a final or interim response for the tool.

    Args:
        frame: the response as received.
        chunks: whether the tool understands chunked bodies (HTTP/1.1).
        connection: the value of a Connection header to add, if any.
        values: of end-to-end fields that a rewrite changes, by their lower-case names.
    """
    out = [b"HTTP/1.1 %d " % frame.status, frame.reason, b"\r\n"]
    nominated = frame.nominated
    bodiless = frame.status < 200 or frame.status == 204
    for name, value in frame.headers:
        low = name.lower()
        if low in nominated or low in _HOP:
            continue
        if low == b"transfer-encoding":
            if not chunks or bodiless:
                continue
            value = b"chunked"
        if low == b"content-length" and bodiless:
            continue
        if low == b"trailer" and not (chunks and frame.framing == CHUNKED):
            continue
        if low in values and low not in _SPECIAL:
            value = values[low]
        out += (name, b": ", value, b"\r\n")
    if connection is not None:
        out += (b"Connection: ", connection, b"\r\n")
    out.append(b"\r\n")
    return b"".join(out)


def last_chunk(trailers: Headers) -> bytes:
    """The end of a chunked body."""
    if not trailers:
        return b"0\r\n\r\n"
    return b"0\r\n" + b"".join([b"%b: %b\r\n" % field for field in trailers]) + b"\r\n"


def chunk(payload: bytes) -> bytes:
    """One chunk; the payload must not be empty."""
    return b"%x\r\n%b\r\n" % (len(payload), payload)


def ends_with_connection(frame: ResponseFrame, *, chunks: bool) -> bool:
    """Whether the tool can see the end of this response only by the end of the connection."""
    return frame.framing == EOF or (frame.framing == CHUNKED and not chunks)
