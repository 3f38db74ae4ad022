"""Amazon's event streams (``application/vnd.amazon.eventstream``): binary frames around JSON.

Everything that knows this framing lives here. Format: AWS's event stream encoding as botocore 1.44 reads it
(2026-11): a frame is its length, its headers' length and a CRC of both, then headers, payload and a CRC of it all.

Each event is handed out as JSON under its type's name, ``{"metadata": {…}}``, because the payload does not repeat the
type; an exception as ``{"error": {"type": …}}``, without its text.

Rules: as in ``framing``: any cut of the input gives the same messages, nothing raises, bounded memory. A frame that
is larger than ``MAX_FRAME`` is dropped while it passes (``overflow``). A frame with a wrong sum is not believed; after
a wrong sum of a length nothing is, since nobody knows where the next frame begins. Both are handed out as an empty
message, which a tally flags ``bad_event``.
"""

from __future__ import annotations

import re
from struct import Struct
from typing import Final
from zlib import crc32

from trayapp.dialects.framing import MAX_EVENT, Sink

CONTENT_TYPE: Final = "application/vnd.amazon.eventstream"

MAX_FRAME: Final = 2 * MAX_EVENT
"""Bytes of one frame; its payload may be an event in Base64."""

_PRELUDE: Final = Struct(">III")
_SUM: Final = Struct(">I")
_LEAST: Final = _PRELUDE.size + _SUM.size
_TYPE = re.compile(rb"[A-Za-z][A-Za-z0-9]{0,63}\Z")
_FIXED: Final = {0: 0, 1: 0, 2: 1, 3: 2, 4: 4, 5: 8, 8: 8, 9: 16}
"""Bytes of a header's value by its type: booleans, integers, a time, a UUID."""
_COUNTED: Final = (6, 7)
"""Bytes and text, which carry their length."""


class Frames:
    """Cuts frames. The sink gets each event as JSON."""

    __slots__ = ("_buffer", "_lost", "_sink", "_skip", "overflow")

    def __init__(self, sink: Sink) -> None:
        self._sink = sink
        self._buffer = bytearray()
        self._skip = 0
        """Bytes of a frame that is too large, still to come."""
        self._lost = False
        self.overflow = False

    def feed(self, data: bytes) -> None:
        """Take the next plain bytes."""
        if self._lost:
            return
        buffer = self._buffer
        buffer += data
        at = 0
        while not self._lost:
            if self._skip:
                step = min(self._skip, len(buffer) - at)
                self._skip -= step
                at += step
            if len(buffer) - at < _PRELUDE.size:
                break
            total, headers, check = _PRELUDE.unpack_from(buffer, at)
            if crc32(memoryview(buffer)[at : at + 8]) != check or total < _LEAST + headers:
                self._lost = True
                self._sink(b"")
                break
            if total > MAX_FRAME:
                self.overflow = True
                self._skip = total
                continue
            if len(buffer) - at < total:
                break
            self._frame(bytes(buffer[at : at + total]), headers)
            at += total
        if self._lost:
            self._buffer = bytearray()
        elif at:
            del buffer[:at]

    def end(self) -> None:
        """A frame that was cut is not a message."""

    def _frame(self, frame: bytes, headers: int) -> None:
        (check,) = _SUM.unpack_from(frame, len(frame) - 4)
        if crc32(memoryview(frame)[:-4]) != check:
            self._sink(b"")
            return
        start = _PRELUDE.size + headers
        said = _headers(frame[_PRELUDE.size : start])
        kind = said.get(b":message-type")
        if kind == b"event":
            name = said.get(b":event-type", b"")
            payload = frame[start:-4]
            self._sink(b'{"%b":%b}' % (name, payload or b"{}") if _TYPE.match(name) else b"")
            return
        name = said.get(b":exception-type") or said.get(b":error-code") or b""
        self._sink(b'{"error":{"type":"%b"}}' % (name if _TYPE.match(name) else b"error"))


def _headers(data: bytes) -> dict[bytes, bytes]:
    """The headers' names and texts; those after a damaged one are missing."""
    found: dict[bytes, bytes] = {}
    at = 0
    while at < len(data):
        start = at + 1
        at = start + data[at]
        name, kind = data[start:at], data[at : at + 1]
        at += 1
        if not kind:
            break
        if kind[0] in _COUNTED:
            size = int.from_bytes(data[at : at + 2], "big")
            at += 2
        elif kind[0] in _FIXED:
            size = _FIXED[kind[0]]
        else:
            break
        if at + size > len(data):
            break
        found.setdefault(name, data[at : at + size])
        at += size
    return found
