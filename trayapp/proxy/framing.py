"""What a valid HTTP/1.1 message is. Everything that decides where a message begins and ends lives here.

Sans-I/O: bytes in, frames and payload out, `BadFraming` when the bytes are not exactly what the grammar says.
Our own grammar over the raw head is the authority; llhttp (``httptools``) is asked for a second opinion on every
head, so a message passes only when two parsers agree that it is well formed. Rules (RFC 9112, and stricter):

* lines end with CRLF, never LF or CR alone; no folded lines, no space before a colon, no control characters;
* one Host (HTTP/1.1), one Content-Length in plain digits, one Transfer-Encoding that says exactly ``chunked``,
  never both, no Transfer-Encoding in HTTP/1.0; targets in origin form only;
* chunk sizes are plain hexadecimal digits, chunk extensions are bounded and dropped, trailers are bounded and
  never carry framing, routing or credentials;
* everything has a limit; responses get wider ones, since vendors are only half trusted but must not be cut off.
"""

from __future__ import annotations

import re
from typing import Final

import httptools
import msgspec

from trayapp.frontdoor import METHODS
from trayapp.proxy.watch import Headers

MAX_REQUEST_LINE: Final = 16 * 1024
MAX_REQUEST_HEAD: Final = 64 * 1024
MAX_REQUEST_FIELDS: Final = 200
MAX_RESPONSE_HEAD: Final = 256 * 1024
MAX_RESPONSE_FIELDS: Final = 1000
MAX_TRAILERS: Final = 64 * 1024
MAX_CHUNK_EXTENSIONS: Final = 16 * 1024
"""Bytes of chunk extensions in one message; a single one has at most 256."""

NONE: Final = 0
"""No body."""
LENGTH: Final = 1
"""The body has a Content-Length."""
CHUNKED: Final = 2
EOF: Final = 3
"""The body ends with the connection (responses only)."""

_TOKEN = rb"[!#$%&'*+\-.^_`|~0-9A-Za-z]"
_FIELD = _TOKEN + rb"++:[\t\x20-\x7e\x80-\xff]*+\r\n"
_REQUEST_LINE = re.compile(rb"(" + _TOKEN + rb"{1,32}+) ([\x21-\x7e]++) HTTP/(\d)\.(\d)\r\n")
_STATUS_LINE = re.compile(rb"HTTP/1\.([01]) ([1-5]\d\d)(?: ([\t\x20-\x7e\x80-\xff]*+))?\r\n")
_FIELDS = re.compile(rb"(?:" + _FIELD + rb")*+")
_SPLIT = re.compile(rb"([^:\r\n]++):([^\r\n]*+)\r\n")
_HOST = re.compile(rb"(?:[A-Za-z0-9._~-]+|\[[0-9A-Fa-f:.]+\])(?::\d{1,5})?\Z")
_DIGITS = re.compile(rb"(?:0|[1-9]\d{0,17})\Z")
_BARE = re.compile(rb"(?<!\r)\n|\r(?!\n|\Z)|\x00")
_CHUNK = re.compile(rb"([0-9A-Fa-f]{1,15}+)(;[\t\x20-\x7e\x80-\xff]{0,256}+)?\r\n")
_CHUNK_BEGUN = re.compile(rb"(?:[0-9A-Fa-f]{1,15}+(?:;[\t\x20-\x7e\x80-\xff]{0,256}+)?\r?)?\Z")

_TARGET = re.compile(rb"/[\x21\x22\x24-\x7e]*\Z")
_NOTED = frozenset(
    (b"host", b"content-length", b"transfer-encoding", b"connection", b"expect", b"upgrade"),
)
_FORBIDDEN_TRAILERS = frozenset(
    b"host content-length transfer-encoding connection keep-alive te trailer upgrade expect authorization cookie "
    b"set-cookie content-type content-encoding content-range range proxy-authorization proxy-authenticate "
    b"proxy-connection www-authenticate cache-control max-forwards x-api-key x-goog-api-key".split()
)


class BadFraming(Exception):
    """A message is not valid. ``code`` is stable; neither it nor the message quotes any of the bytes."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


class RequestFrame(msgspec.Struct):
    """The head of one request and what follows from it."""

    method: bytes
    target: bytes
    minor: int
    """1 for HTTP/1.1, 0 for HTTP/1.0."""
    headers: Headers
    framing: int
    """`NONE`, `LENGTH` or `CHUNKED`."""
    length: int
    """Content-Length, 0 without one."""
    keep_alive: bool
    expects_continue: bool
    websocket: bool
    nominated: frozenset[bytes]
    """Lower-case names that the Connection header lists: they end here."""

    def __repr__(self) -> str:
        return f"<{self.method!r} with {len(self.headers)} fields>"


class ResponseFrame(msgspec.Struct):
    """The head of one response and what follows from it."""

    status: int
    reason: bytes
    headers: Headers
    framing: int
    length: int
    keep_alive: bool
    nominated: frozenset[bytes]


def read_request_head(raw: bytes) -> RequestFrame:
    """Read a request's head.

    Args:
        raw: from the first byte of the request line up to and including the empty line.

    Raises:
        BadFraming: it is not one that may be passed on.
    """
    if len(raw) > MAX_REQUEST_HEAD:
        raise BadFraming("head_too_large", f"the request's head is longer than {MAX_REQUEST_HEAD} bytes.")
    line = _REQUEST_LINE.match(raw, 0, MAX_REQUEST_LINE)
    if line is None:
        if raw.find(b"\r\n") >= MAX_REQUEST_LINE - 2:
            raise BadFraming("line_too_long", f"the request line is longer than {MAX_REQUEST_LINE} bytes.")
        raise BadFraming("bad_request_line", "the request line is not `METHOD /path HTTP/1.1`.")
    method, target, major, minor_digit = line.groups()
    if major != b"1" or minor_digit not in b"01":
        raise BadFraming("bad_version", "only HTTP/1.1 and HTTP/1.0 are spoken here.")
    if method == b"CONNECT" or not target_is_valid(target):
        raise BadFraming("bad_target", "this address is a base URL, not a forward proxy: targets begin with `/`.")
    if method not in METHODS:
        raise BadFraming("bad_request_line", "no vendor's API is asked with this method.")
    headers = _read_fields(raw, line.end(), MAX_REQUEST_FIELDS)
    seen = _noted(headers)
    minor = int(minor_digit)
    hosts = seen.get(b"host", [])
    if len(hosts) > 1 or (minor and not hosts) or (hosts and not _HOST.match(hosts[0])):
        raise BadFraming("bad_host", "a request names its host exactly once.")
    framing, length = _framing(seen, minor)
    if framing == CHUNKED and seen[b"transfer-encoding"] != [b"chunked"]:
        raise BadFraming("bad_transfer_encoding", "the only transfer coding is `chunked`, in small letters.")
    connection = _tokens(seen.get(b"connection", []))
    expect = [value.lower() for value in seen.get(b"expect", [])] if minor else []
    if expect not in ([], [b"100-continue"]):
        raise BadFraming("bad_expect", "the only expectation that can be met is `100-continue`.")
    _second_opinion(httptools.HttpRequestParser, raw)
    return RequestFrame(
        method,
        target,
        minor,
        headers,
        framing,
        length,
        b"close" not in connection if minor else b"keep-alive" in connection and b"close" not in connection,
        bool(expect) and framing != NONE,
        b"websocket" in _tokens(seen.get(b"upgrade", [])),
        connection - _NEVER_NOMINATED,
    )


def read_response_head(raw: bytes, method: bytes) -> ResponseFrame:
    """Read a response's head; ``method`` is that of the request it answers.

    Raises:
        BadFraming: it is not valid.
    """
    line = _STATUS_LINE.match(raw)
    if line is None:
        raise BadFraming("bad_status_line", "the status line is not valid.")
    minor, status, reason = int(line[1]), int(line[2]), line[3] or b""
    headers = _read_fields(raw, line.end(), MAX_RESPONSE_FIELDS)
    seen = _noted(headers)
    framing, length = _framing(seen, minor)  # also where there is no body: others may believe these fields
    if status < 200 or status in (204, 304) or method == b"HEAD":
        framing, length = NONE, 0
    elif framing == NONE and b"content-length" not in seen:
        framing = EOF
    if status == 101:
        raise BadFraming("unasked_upgrade", "the connection was upgraded without being asked to.")
    connection = _tokens(seen.get(b"connection", []))
    _second_opinion(httptools.HttpResponseParser, raw)
    keep = b"close" not in connection if minor else b"keep-alive" in connection
    return ResponseFrame(
        status, reason, headers, framing, length, keep and framing != EOF, connection - _NEVER_NOMINATED
    )


def target_is_valid(target: bytes) -> bool:
    """Whether it is in origin form: begins with ``/``, no fragment, no space, no control or non-ASCII bytes."""
    return _TARGET.match(target) is not None


def check_begun(raw: bytes) -> None:
    """Look at a request's head that is not complete yet, so that hopeless ones are refused at once.

    Raises:
        BadFraming: whatever follows, it cannot become valid.
    """
    if len(raw) > MAX_REQUEST_HEAD:
        raise BadFraming("head_too_large", f"the request's head is longer than {MAX_REQUEST_HEAD} bytes.")
    if len(raw) > MAX_REQUEST_LINE and raw.find(b"\r\n", 0, MAX_REQUEST_LINE) < 0:
        raise BadFraming("line_too_long", f"the request line is longer than {MAX_REQUEST_LINE} bytes.")
    if _BARE.search(raw) or not (raw[:1].isalpha() or raw == b"\r"):
        raise BadFraming("bad_request_line", "this is not HTTP/1.1: lines end with CR LF. Is TLS spoken here?")


def check_answer_begun(raw: bytes) -> None:
    """Look at a response's head that is not complete yet: what speaks no HTTP may never send an empty line.

    Raises:
        BadFraming: whatever follows, it cannot become valid.
    """
    if len(raw) > MAX_RESPONSE_HEAD:
        raise BadFraming("head_too_large", "the response's head is too long.")
    if _BARE.search(raw) or not (raw.startswith(b"HTTP/1.") or b"HTTP/1.".startswith(raw)):
        raise BadFraming("bad_status_line", "this is not HTTP/1.1.")


class LengthReader:
    """Reads a body of known length. `done`, `rest` and `trailers` mean the same for all readers."""

    __slots__ = ("_left", "done", "rest", "trailers")

    def __init__(self, length: int) -> None:
        self._left = length
        self.done = length == 0
        """Whether the body is complete."""
        self.rest = b""
        """Bytes beyond the end of the message."""
        self.trailers: Headers = ()

    def feed(self, data: bytes) -> bytes:
        """Take bytes from the wire; returns the payload in them."""
        size = len(data)
        if size < self._left:
            self._left -= size
            return data
        self.done = True  # with a length of 0 everything is rest
        if size == self._left:
            return data
        payload, self.rest = data[: self._left], data[self._left :]
        return payload


class EofReader:
    """Reads a body that ends with its connection."""

    __slots__ = ("done", "rest", "trailers")

    def __init__(self) -> None:
        self.done = False
        self.rest = b""
        self.trailers: Headers = ()

    def feed(self, data: bytes) -> bytes:
        """Take bytes from the wire; all of them are payload."""
        return data


class ChunkReader:
    """Reads a chunked body."""

    __slots__ = ("_buffer", "_extensions", "_left", "_state", "done", "rest", "trailers")

    def __init__(self) -> None:
        self._buffer = b""
        self._left = 0
        self._extensions = 0
        self._state = 0  # 0: chunk size, 1: data, 2: CRLF after data, 3: trailers
        self.done = False
        self.rest = b""
        self.trailers: Headers = ()

    def feed(self, data: bytes) -> bytes:
        """Take bytes from the wire; returns the payload in them.

        Raises:
            BadFraming: the chunks or the trailers are not valid.
        """
        if self._buffer:
            data = self._buffer + data
            self._buffer = b""
        size = len(data)
        at = 0
        pieces = []
        while at < size:
            if self._state == 0:
                line = _CHUNK.match(data, at)
                if line is None:
                    if not _CHUNK_BEGUN.match(data, at):
                        raise BadFraming("bad_chunk", "a chunk's size is not valid.")
                    break
                if line[2] is not None:
                    self._extensions += len(line[2])
                    if self._extensions > MAX_CHUNK_EXTENSIONS:
                        raise BadFraming("bad_chunk", "there are too many chunk extensions.")
                at = line.end()
                self._left = int(line[1], 16)
                self._state = 1 if self._left else 3
            elif self._state == 1:
                piece = data[at : at + self._left]
                pieces.append(piece)
                at += len(piece)
                self._left -= len(piece)
                if not self._left:
                    self._state = 2
            elif self._state == 2:
                end = data[at : at + 2]
                if end != b"\r\n":
                    if end != b"\r":
                        raise BadFraming("bad_chunk", "a chunk is longer or shorter than its size says.")
                    break
                at += 2
                self._state = 0
            else:
                if data.startswith(b"\r\n", at):
                    end_at = at + 2
                elif (found := data.find(b"\r\n\r\n", at)) >= 0:
                    end_at = found + 4
                    self.trailers = _read_trailers(data[at:end_at])
                else:
                    if size - at > MAX_TRAILERS or _BARE.search(data, at):
                        raise BadFraming("bad_trailer", "the trailers are too long, or their lines are not valid.")
                    break
                self.done = True
                self.rest = data[end_at:]
                at = size
        self._buffer = data[at:]
        return pieces[0] if len(pieces) == 1 else b"".join(pieces)


BodyReader = LengthReader | ChunkReader | EofReader


def reader(framing: int, length: int) -> BodyReader:
    """The reader for a body."""
    if framing == CHUNKED:
        return ChunkReader()
    if framing == EOF:
        return EofReader()
    return LengthReader(length)


_NEVER_NOMINATED = frozenset((b"close", b"host", b"content-length", b"transfer-encoding"))


def _read_fields(raw: bytes, start: int, limit: int) -> Headers:
    end = len(raw) - 2
    if not _FIELDS.fullmatch(raw, start, end):
        raise BadFraming("bad_header", "a header line is not valid.")
    headers = tuple([(name, value.strip(b" \t")) for name, value in _SPLIT.findall(raw, start, end)])
    if len(headers) > limit:
        raise BadFraming("too_many_headers", f"there are more than {limit} header lines.")
    return headers


def _read_trailers(raw: bytes) -> Headers:
    if len(raw) > MAX_TRAILERS:
        raise BadFraming("bad_trailer", "the trailers are too long.")
    trailers = _read_fields(raw, 0, MAX_REQUEST_FIELDS)
    if any(name.lower() in _FORBIDDEN_TRAILERS for name, _ in trailers):
        raise BadFraming("bad_trailer", "a trailer carries what only a head may carry.")
    return trailers


def _noted(headers: Headers) -> dict[bytes, list[bytes]]:
    seen: dict[bytes, list[bytes]] = {}
    for name, value in headers:
        low = name.lower()
        if low in _NOTED:
            seen.setdefault(low, []).append(value)
    return seen


def _framing(seen: dict[bytes, list[bytes]], minor: int) -> tuple[int, int]:
    lengths = seen.get(b"content-length")
    codings = seen.get(b"transfer-encoding")
    if codings is not None:
        if lengths is not None:
            raise BadFraming("length_and_chunked", "Content-Length and Transfer-Encoding exclude each other.")
        if not minor or len(codings) != 1 or codings[0].lower() != b"chunked":
            raise BadFraming("bad_transfer_encoding", "the only transfer coding is `chunked`, once, in HTTP/1.1.")
        return CHUNKED, 0
    if lengths is not None:
        if len(lengths) != 1 or not _DIGITS.match(lengths[0]):
            raise BadFraming("bad_length", "Content-Length is one plain number.")
        length = int(lengths[0])
        return (LENGTH if length else NONE), length
    return NONE, 0


def _tokens(values: list[bytes]) -> frozenset[bytes]:
    if not values:
        return frozenset()
    return frozenset(token.strip(b" \t").lower() for value in values for token in value.split(b",")) - {b""}


def _second_opinion(parser: type[httptools.HttpRequestParser | httptools.HttpResponseParser], raw: bytes) -> None:
    try:
        parser(None).feed_data(raw)
    except httptools.HttpParserUpgrade:
        pass  # an offer of h2c or the like: not an error, and dropped by whoever writes the head again
    except httptools.HttpParserError:
        raise BadFraming("bad_head", "the head is not valid HTTP/1.1.") from None
