"""Framings: cutting a plain response body into the JSON messages that it carries.

Everything that knows where one message ends and the next begins lives here: server-sent events, newline JSON,
a JSON array that grows, one JSON document. None of them looks inside a message.

Rules:

* any cut of the input gives the same messages; no framing raises;
* a message larger than ``MAX_EVENT`` is dropped while it passes (``overflow`` says so), the next ones are read;
  one whole document may have ``MAX_DOCUMENT`` bytes;
* server-sent events by the WHATWG standard: LF, CRLF and CR, byte order mark, comments, several data lines,
  fields without a colon; an event that the stream does not end with an empty line is still handed out at the
  end, because vendors' last frames lack it (seen with an OpenAI-compatible server, 2026-08);
* the framing is chosen by the first byte, because a stream may be answered by a JSON error and a JSON type may
  carry an array (facts seen with Gemini, 2026-11); the content type decides only what the byte leaves open.
"""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from typing import Final, Protocol

MAX_EVENT: Final = 1 << 20
"""Bytes of one message of a stream."""
MAX_DOCUMENT: Final = 64 << 20
"""Bytes of a body that is one JSON document."""

_BOM: Final = b"\xef\xbb\xbf"
_SPACE: Final = b" \t\r\n"
_STRUCTURE = re.compile(rb'"[^"\\]*(?:\\.[^"\\]*)*"|["\[\]{}]', re.DOTALL)
_QUOTE: Final = ord('"')
_STRING_END = re.compile(rb'["\\]')

Sink = Callable[[bytes], None]
"""Takes one message, encoded."""


class Framing(Protocol):
    """Cuts a body into messages and hands each to the sink that it was made with."""

    overflow: bool
    """At least one message was too large and was dropped."""

    def feed(self, data: bytes) -> None:
        """Take the next plain bytes."""

    def end(self) -> None:
        """The body has ended, or was cut: hand out what is left if it may be a message."""


class Events:
    """Server-sent events. The sink gets each event's data."""

    __slots__ = (
        "_cr",
        "_data",
        "_data_size",
        "_rest",
        "_sink",
        "_size",
        "_skip_event",
        "_skip_line",
        "_start",
        "overflow",
    )

    def __init__(self, sink: Sink) -> None:
        self._sink = sink
        self._rest: list[bytes] = []
        """The pieces of a line that has no end yet."""
        self._size = 0
        self._data: list[bytes] = []
        """The data lines of the event under way."""
        self._data_size = 0
        self._start = True
        self._cr = False
        self._skip_line = False
        self._skip_event = False
        self.overflow = False

    def feed(self, data: bytes) -> None:
        """Take the next plain bytes."""
        if self._start:
            data = b"".join((*self._rest, data))
            if len(data) < 3 and _BOM.startswith(data):
                self._rest = [data]
                return
            self._rest = []
            self._start = False
            data = data.removeprefix(_BOM)
        if self._cr:
            self._cr = False
            if data[:1] == b"\n":
                data = data[1:]
        if b"\r" in data:
            self._cr = data.endswith(b"\r")
            data = data.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
        lines = data.split(b"\n")
        tail = lines.pop()
        if lines:
            if self._skip_line:
                self._skip_line = False
                lines[0] = b":"
            elif self._rest:
                self._rest.append(lines[0])
                lines[0] = b"".join(self._rest)
            self._rest = []
            self._size = 0
            for line in lines:
                if line[:5] == b"data:":
                    self._data_line(line[5:])
                elif not line:
                    self._dispatch()
                elif line == b"data":
                    self._data_line(b"")
        if tail and not self._skip_line:
            self._rest.append(tail)
            self._size += len(tail)
            if self._size > MAX_EVENT:
                self._rest = []
                self._size = 0
                self._skip_line = self._skip_event = self.overflow = True

    def end(self) -> None:
        """Hand out the event under way, which vendors' last frames may leave open."""
        if self._rest and not self._skip_line:
            line = b"".join(self._rest)
            if line[:5] == b"data:":
                self._data_line(line[5:])
        self._rest = []
        self._dispatch()

    def _data_line(self, payload: bytes) -> None:
        if self._skip_event:
            return
        self._data.append(payload)
        self._data_size += len(payload) + 1
        if self._data_size > MAX_EVENT:
            self._data = []
            self._skip_event = self.overflow = True

    def _dispatch(self) -> None:
        lines = self._data
        if self._skip_event:
            self._skip_event = False
        elif len(lines) == 1:
            self._sink(lines[0])
        elif lines:
            self._sink(b"\n".join(line.removeprefix(b" ") for line in lines))
        self._data_size = 0
        if lines:
            self._data = []


class Lines:
    """Newline JSON: one message a line."""

    __slots__ = ("_rest", "_sink", "_size", "_skip", "overflow")

    def __init__(self, sink: Sink) -> None:
        self._sink = sink
        self._rest: list[bytes] = []
        self._size = 0
        self._skip = False
        self.overflow = False

    def feed(self, data: bytes) -> None:
        """Take the next plain bytes."""
        *lines, tail = data.split(b"\n")
        for line in lines:
            if self._skip:
                self._skip = False
            else:
                self._rest.append(line)
                self._hand_out()
            self._rest = []
            self._size = 0
        if tail and not self._skip:
            self._rest.append(tail)
            self._size += len(tail)
            if self._size > MAX_EVENT:
                self._rest = []
                self._size = 0
                self._skip = self.overflow = True

    def end(self) -> None:
        """Hand out the last line."""
        self._hand_out()
        self._rest = []

    def _hand_out(self) -> None:
        line = b"".join(self._rest).strip(_SPACE)
        if len(line) > MAX_EVENT:
            self.overflow = True
        elif line:
            self._sink(line)


class Array:
    """A JSON array whose elements arrive one by one. The sink gets each element that is an object."""

    __slots__ = ("_buffer", "_depth", "_escaped", "_in_string", "_sink", "_skip", "closed", "overflow")

    def __init__(self, sink: Sink) -> None:
        self._sink = sink
        self._depth = 0
        self._in_string = False
        self._escaped = False
        self._skip = False
        self._buffer = bytearray()
        """The element under way."""
        self.closed = False
        """The array's own end was seen."""
        self.overflow = False

    def feed(self, data: bytes) -> None:
        """Take the next plain bytes."""
        if self.closed or not data:
            return
        at = 0
        start = 0 if self._depth > 1 else -1
        if self._in_string:
            at = self._leave_string(data)
        for found in _STRUCTURE.finditer(data, at) if at >= 0 else ():
            mark = data[found.start()]
            if mark == _QUOTE:
                if found.end() - found.start() == 1:  # its end is not here yet
                    self._in_string = True
                    self._leave_string(data, found.end())
                    break
            elif mark in b"[{":
                if self._depth == 1:
                    start = found.start()
                self._depth += 1
            else:
                self._depth -= 1
                if self._depth == 1:
                    self._keep(data[start : found.end()])
                    start = -1
                    self._hand_out()
                elif self._depth <= 0:
                    self.closed = True
                    break
        if start >= 0:
            self._keep(data[start:])

    def end(self) -> None:
        """An element that was cut is not a message."""

    def _leave_string(self, data: bytes, at: int = 0) -> int:
        """Where the string that is open ends in ``data``, or -1 when it does not."""
        if self._escaped:
            self._escaped = False
            at += 1
        while found := _STRING_END.search(data, at):
            at = found.end()
            if found[0] == b'"':
                self._in_string = False
                return at
            if at == len(data):
                self._escaped = True
                return -1
            at += 1
        return -1

    def _keep(self, piece: bytes) -> None:
        if self._skip:
            return
        self._buffer += piece
        if len(self._buffer) > MAX_EVENT:
            self._buffer = bytearray()
            self._skip = self.overflow = True

    def _hand_out(self) -> None:
        if self._skip:
            self._skip = False
        elif self._buffer[:1] == b"{":
            self._sink(bytes(self._buffer))
        self._buffer = bytearray()


class Document:
    """One JSON document. The sink gets the whole body at its end."""

    __slots__ = ("_body", "_sink", "overflow")

    def __init__(self, sink: Sink) -> None:
        self._sink = sink
        self._body = io.BytesIO()  # grows in place and gives its bytes away without a copy
        self.overflow = False

    @property
    def size(self) -> int:
        """Bytes held."""
        return self._body.tell()

    def feed(self, data: bytes) -> None:
        """Take the next plain bytes."""
        if self.overflow:
            return
        if self._body.tell() + len(data) > MAX_DOCUMENT:
            self.give_up()
        else:
            self._body.write(data)

    def give_up(self) -> None:
        """Hold no more of it, and forget what was held."""
        self.overflow = True
        self._body = io.BytesIO()

    def end(self) -> None:
        """Hand out the body."""
        body = self._body.getvalue()
        self._body = io.BytesIO()
        if body:
            self._sink(body)


def choose(start: bytes, content_type: str) -> str | None:
    """``events``, ``lines``, ``array``, ``document`` or ``frames`` for a body that begins so; ``None``: unclear yet."""
    kind = content_type.partition(";")[0].strip().lower()
    if kind == "application/vnd.amazon.eventstream":
        return "frames"
    if len(start) < 3 and _BOM.startswith(start):
        return None
    head = start.removeprefix(_BOM).lstrip(_SPACE)
    if not head:
        return None if kind != "text/event-stream" else "events"
    if head[:1] == b"[":
        return "array"
    if head[:1] == b"{":
        return "lines" if "ndjson" in kind or "jsonl" in kind or "stream+json" in kind else "document"
    return "events"
