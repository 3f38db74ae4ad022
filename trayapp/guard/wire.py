"""Strict HTTP/1.1 framing for the guard's relay: heads and bodies, without any I/O.

Everything that decides where a message begins and ends lives here.

Rules:

* what two parsers could read differently is refused: line ends other than CRLF, folded fields, spaces around a
  field's name, a second or missing Host, several or odd Content-Lengths, Content-Length beside Transfer-Encoding,
  any coding but one ``chunked``, targets that do not begin with a slash, bad chunk sizes;
* what is accepted is what ``trayapp.proxy.framing`` accepts, no more and no less (the tests compare them);
* bounds: a request's head 64 KiB, its first line 16 KiB, 200 fields; a response's head 256 KiB, 1000 fields; 256
  bytes of extensions a chunk, 16 KiB a message; trailers 64 KiB;
* fields keep their order, case and duplicates; bodies are counted or de-chunked, never changed. Answers that have no
  body (1xx, 204) go on without a length or a coding.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Final, Protocol

from trayapp.frontdoor import METHODS

Headers = tuple[tuple[bytes, bytes], ...]

MAX_HEAD: Final = 64 * 1024
MAX_LINE: Final = 16 * 1024
MAX_FIELDS: Final = 200
MAX_RESPONSE_HEAD: Final = 256 * 1024
MAX_RESPONSE_FIELDS: Final = 1000
_MAX_TRAILERS: Final = 64 * 1024
_MAX_EXTENSIONS: Final = 16 * 1024

_TOKEN: Final = rb"[!#$%&'*+\-.^_`|~0-9A-Za-z]+"
_REQUEST_LINE = re.compile(rb"([A-Z]+) (/[!\"$-~]*) HTTP/1\.([01])\Z")
_HOST = re.compile(rb"(?:[A-Za-z0-9._~-]+|\[[0-9A-Fa-f:.]+\])(?::\d{1,5})?\Z")
_STATUS_LINE = re.compile(rb"HTTP/1\.([01]) ([1-5][0-9][0-9])(?: ([\t\x20-\x7e\x80-\xff]*))?\Z")
_FIELD = re.compile(
    rb"(" + _TOKEN + rb"):[ \t]*((?:[\x21-\x7e\x80-\xff](?:[\t\x20-\x7e\x80-\xff]*[\x21-\x7e\x80-\xff])?)?)[ \t]*\Z"
)
_BARE = re.compile(rb"(?<!\r)\n|\r(?!\n)|\0")
_LENGTH = re.compile(rb"(?:0|[1-9][0-9]{0,17})\Z")
_CHUNK = re.compile(rb"([0-9A-Fa-f]{1,15})(;[\t\x20-\x7e\x80-\xff]{0,256})?\r\n")
_CHUNK_BEGUN = re.compile(rb"(?:[0-9A-Fa-f]{1,15}(?:;[\t\x20-\x7e\x80-\xff]{0,256})?\r?)?\Z")

_HOP_BY_HOP: Final = frozenset(
    (
        b"connection",
        b"keep-alive",
        b"proxy-connection",
        b"proxy-authenticate",
        b"proxy-authorization",
        b"te",
        b"upgrade",
    )
)
_PROTOCOL: Final = b"HTTP/1."
_FRAMING: Final = frozenset((b"host", b"content-length", b"transfer-encoding"))
_NO_TRAILER: Final = (
    _FRAMING
    | _HOP_BY_HOP
    | frozenset(
        b"trailer expect authorization cookie set-cookie content-type content-encoding content-range range "
        b"www-authenticate cache-control max-forwards x-api-key x-goog-api-key".split()
    )
)


class FramingError(Exception):
    """The bytes are not a message that everybody reads alike. The text says why and repeats none of them."""


class Body(Protocol):
    """Where one message's body ends."""

    done: bool
    """The end was seen."""
    rest: bytes
    """What came after the end."""
    trailers: Headers

    def feed(self, data: bytes) -> bytes:
        """Take wire bytes; give the payload in them.

        Raises:
            FramingError: the body is malformed.
        """

    def frame(self, payload: bytes) -> bytes:
        """The payload as it goes on the next wire."""

    def end(self) -> bytes:
        """What follows the last payload on the next wire."""


class Sized:
    """A body of a known length."""

    def __init__(self, length: int) -> None:
        self._left = length
        self.done = length == 0
        self.rest = b""
        self.trailers: Headers = ()

    def feed(self, data: bytes) -> bytes:
        """See ``Body``."""
        if self.done:
            self.rest += data
            return b""
        payload, self.rest = data[: self._left], data[self._left :]
        self._left -= len(payload)
        self.done = self._left == 0
        return payload

    def frame(self, payload: bytes) -> bytes:
        """See ``Body``."""
        return payload

    def end(self) -> bytes:
        """See ``Body``."""
        return b""


class UntilClose:
    """A response body that ends with its connection."""

    def __init__(self) -> None:
        self.done = False
        self.rest = b""
        self.trailers: Headers = ()

    def feed(self, data: bytes) -> bytes:
        """See ``Body``."""
        return data

    def frame(self, payload: bytes) -> bytes:
        """See ``Body``."""
        return payload

    def end(self) -> bytes:
        """See ``Body``."""
        return b""


class Chunked:
    """A chunked body; each piece that arrives goes on as one chunk of the next wire."""

    def __init__(self) -> None:
        self.done = False
        self.rest = b""
        self.trailers: Headers = ()
        self._buffer = b""
        self._left = 0
        self._extensions = 0
        self._in_data = False
        self._in_trailers = False

    def feed(self, data: bytes) -> bytes:
        """See ``Body``."""
        if self.done:
            self.rest += data
            return b""
        buffer = self._buffer + data
        payload: list[bytes] = []
        at = 0
        while True:
            if self._in_trailers:
                at, self.done = self._end(buffer, at)
                break
            if self._in_data:
                piece = buffer[at : at + self._left]
                payload.append(piece)
                at += len(piece)
                self._left -= len(piece)
                if self._left:
                    break
                mark = buffer[at : at + 2]
                if not b"\r\n".startswith(mark):
                    raise FramingError("a chunk is longer than its size says")
                if len(mark) < 2:
                    break
                at += 2
                self._in_data = False
            found = _CHUNK.match(buffer, at)
            if found is None:
                if not _CHUNK_BEGUN.match(buffer, at):
                    raise FramingError("a chunk's size is malformed")
                break
            at = found.end()
            self._extensions += len(found[2] or b"")
            if self._extensions > _MAX_EXTENSIONS:
                raise FramingError("there are too many chunk extensions")
            self._left = int(found[1], 16)
            self._in_data = self._left > 0
            self._in_trailers = self._left == 0
        self._buffer = buffer[at:]
        if self.done:
            self.rest, self._buffer = self._buffer, b""
        return b"".join(payload)

    def frame(self, payload: bytes) -> bytes:
        """See ``Body``."""
        return b"%x\r\n%b\r\n" % (len(payload), payload)

    def end(self) -> bytes:
        """See ``Body``."""
        return b"0\r\n" + _lines(self.trailers) + b"\r\n"

    def _end(self, buffer: bytes, at: int) -> tuple[int, bool]:
        """Read the trailers if they are complete; give the place after them, and whether they are."""
        if buffer.startswith(b"\r\n", at):
            return at + 2, True
        end = buffer.find(b"\r\n\r\n", at)
        if _bare(buffer, at, end):
            raise FramingError("a trailer's line end is malformed")
        if end < 0:
            if len(buffer) - at > _MAX_TRAILERS:
                raise FramingError("the trailers are too long")
            return at, False
        if end + 4 - at > _MAX_TRAILERS:
            raise FramingError("the trailers are too long")
        self.trailers = _fields(buffer[at:end].split(b"\r\n"), MAX_FIELDS)
        if any(name.lower() in _NO_TRAILER for name, _ in self.trailers):
            raise FramingError("a field is not allowed among trailers")
        return end + 4, True


@dataclass(frozen=True, slots=True)
class RequestHead:
    """A request's head."""

    method: str
    target: str = field(repr=False)
    """As received (latin-1)."""
    minor: int
    """HTTP/1.minor."""
    headers: Headers = field(repr=False)
    length: int | None
    """Content-Length; ``None`` without one."""
    chunked: bool

    def body(self) -> Body:
        """A reader for its body."""
        return Chunked() if self.chunked else Sized(self.length or 0)

    @property
    def websocket(self) -> bool:
        """Whether it asks for a WebSocket. Other upgrades may be ignored by the receiver, this one not."""
        return any(n.lower() == b"upgrade" and b"websocket" in v.lower() for n, v in self.headers)


@dataclass(frozen=True, slots=True)
class ResponseHead:
    """A response's head."""

    status: int
    reason: bytes
    headers: Headers
    length: int | None
    chunked: bool

    def body(self, method: str) -> Body:
        """A reader for its body, as the answer to ``method``."""
        if method == "HEAD" or self.status in (204, 304) or self.status < 200:
            return Sized(0)
        if self.chunked:
            return Chunked()
        return UntilClose() if self.length is None else Sized(self.length)


def head_end(buffer: bytes | bytearray, limit: int = MAX_HEAD) -> int | None:
    """Where the head in ``buffer`` ends (behind its empty line), or ``None`` while it is incomplete.

    Raises:
        FramingError: it is too long, or a line does not end with CRLF.
    """
    end = buffer.find(b"\r\n\r\n")
    if _bare(buffer, 0, end):
        raise FramingError("a line of the head does not end as it must")
    if end < 0 and limit == MAX_RESPONSE_HEAD and not (buffer.startswith(_PROTOCOL) or _PROTOCOL.startswith(buffer)):
        raise FramingError("this is not HTTP")  # it may never send an empty line
    if end + 4 > limit or (end < 0 and len(buffer) > limit):
        raise FramingError("the head is too long")
    return end + 4 if end >= 0 else None


def parse_request(data: bytes) -> RequestHead:
    """Read a request's head, its empty line included.

    Raises:
        FramingError: it is not one that everybody reads alike.
    """
    first, *lines = data.removesuffix(b"\r\n\r\n").split(b"\r\n")
    found = _REQUEST_LINE.match(first) if len(first) <= MAX_LINE else None
    if found is None or found[1] not in METHODS:
        raise FramingError("the request line is malformed")
    minor = int(found[3])
    headers = _fields(lines, MAX_FIELDS)
    hosts = [value for name, value in headers if name.lower() == b"host"]
    if len(hosts) > 1 or (not hosts and minor) or (hosts and not _HOST.match(hosts[0])):
        raise FramingError("there must be exactly one Host field, and it names one host")
    if minor and [v.lower() for n, v in headers if n.lower() == b"expect"] not in ([], [b"100-continue"]):
        raise FramingError("the only expectation that can be met is 100-continue")
    length, chunked = _framing(headers, minor)
    if chunked and (b"chunked" not in [v for n, v in headers if n.lower() == b"transfer-encoding"]):
        raise FramingError("the transfer coding is not one that can be passed on")
    return RequestHead(found[1].decode("ascii"), found[2].decode("ascii"), minor, headers, length, chunked)


def parse_response(data: bytes) -> ResponseHead:
    """Read a response's head, its empty line included.

    Raises:
        FramingError: it is malformed.
    """
    first, *lines = data.removesuffix(b"\r\n\r\n").split(b"\r\n")
    found = _STATUS_LINE.match(first)
    if found is None:
        raise FramingError("the status line is malformed")
    headers = _fields(lines, MAX_RESPONSE_FIELDS)
    length, chunked = _framing(headers, int(found[1]))
    return ResponseHead(int(found[2]), found[3] or b"", headers, length, chunked)


def request_bytes(head: RequestHead, target: str, authority: str) -> bytes:
    """The head for the upstream: Host replaced in its place, hop-by-hop fields left out, ``Connection: close``."""
    host = authority.encode("ascii")
    kept = tuple((n, host if n.lower() == b"host" else v) for n, v in end_to_end(head.headers))
    if not any(n.lower() == b"host" for n, _ in kept):
        kept = ((b"Host", host), *kept)
    line = f"{head.method} {target} HTTP/1.1\r\n".encode("ascii")
    return line + _lines(kept) + b"Connection: close\r\n\r\n"


def response_bytes(head: ResponseHead, *, minor: int) -> bytes:
    """The head for the client: hop-by-hop fields left out, ``Connection: close``; no codings for HTTP/1.0."""
    drop = {b"transfer-encoding", b"trailer"} if minor == 0 else set()
    if head.status < 200 or head.status == 204:
        drop |= {b"transfer-encoding", b"content-length", b"trailer"}
    kept = tuple(
        (n, b"chunked" if n.lower() == b"transfer-encoding" else v)
        for n, v in end_to_end(head.headers)
        if n.lower() not in drop
    )
    close = b"Connection: close\r\n" if head.status >= 200 else b""
    return b"HTTP/1.1 %d %b\r\n" % (head.status, head.reason) + _lines(kept) + close + b"\r\n"


def end_to_end(headers: Headers) -> Headers:
    """The fields that go on: all but the hop-by-hop ones and those that ``Connection`` names."""
    named = {
        word.strip().lower() for name, value in headers if name.lower() == b"connection" for word in value.split(b",")
    }
    drop = (_HOP_BY_HOP | named) - _FRAMING
    return tuple((name, value) for name, value in headers if name.lower() not in drop)


def _bare(buffer: bytes | bytearray, start: int, end: int) -> bool:
    """Whether a CR or LF stands alone, or a NUL anywhere, before ``end``, or so far if ``end`` is negative."""
    if end < 0:
        end = len(buffer)
        if buffer.endswith(b"\r"):
            end -= 1  # It may still get its LF.
    return _BARE.search(buffer, start, end) is not None


def _fields(lines: list[bytes], limit: int) -> Headers:
    if len(lines) > limit:
        raise FramingError("there are too many header fields")
    fields: list[tuple[bytes, bytes]] = []
    for line in lines:
        found = _FIELD.match(line)
        if found is None:
            raise FramingError("a header field is malformed")
        fields.append((found[1], found[2]))
    return tuple(fields)


def _framing(headers: Headers, minor: int) -> tuple[int | None, bool]:
    lengths = [value for name, value in headers if name.lower() == b"content-length"]
    codings = [value for name, value in headers if name.lower() == b"transfer-encoding"]
    if codings and (not minor or lengths or len(codings) > 1 or codings[0].lower() != b"chunked"):
        raise FramingError("the transfer coding is not one that can be passed on")
    if len(lengths) > 1 or (lengths and not _LENGTH.match(lengths[0])):
        raise FramingError("the content length is malformed")
    return (int(lengths[0]) if lengths else None), bool(codings)


def _lines(headers: Headers) -> bytes:
    return b"".join(b"%b: %b\r\n" % field for field in headers)
