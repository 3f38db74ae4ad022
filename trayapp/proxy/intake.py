"""Reading from a socket without a new 256 KiB buffer for each read.

asyncio's plain protocols read into a fresh buffer of 256 KiB and then shrink it, which costs more than the read
itself. Here every connection of one event loop reads into the same area, and what came is copied out at its true
size. That is safe because asyncio calls ``buffer_updated`` right after the read, before any other connection reads.

A long body that is wanted whole is read straight into its place instead (`Whole`): gathering pieces and joining them
copies everything three times, into memory that the system has to find each time.
"""

from __future__ import annotations

import asyncio
import io
import threading
from typing import Final

SIZE: Final = 256 * 1024
WHOLE_LIMIT: Final = 1024 * 1024
"""Longer bodies are gathered in pieces, so that an announced length alone does not take more memory than this."""


class _Area(threading.local):
    """One area for each thread, and so for each event loop that runs."""

    def __init__(self) -> None:
        self.view = memoryview(bytearray(SIZE))


_area: Final = _Area()


class Whole:
    """A body of known length that is being read into its place."""

    __slots__ = ("_at", "_file", "_length", "_room", "_view")

    def __init__(self, start: bytes, length: int) -> None:
        """``start`` is what of the ``length`` bytes has come already; at least one is missing."""
        # The only way in Python to fill a bytes object and then have it without a copy: `getvalue` hands out the
        # file's own buffer when nobody looks into it any more.
        self._file = io.BytesIO()
        self._file.seek(length - 1)
        self._file.write(b"\0")
        self._view = self._file.getbuffer()
        self._at = len(start)
        self._view[: self._at] = start
        self._length = length
        self._room = self._view[self._at :]

    @property
    def room(self) -> memoryview:
        """Where the next bytes belong; never longer than what is missing."""
        return self._room

    def filled(self, nbytes: int) -> bytes | None:
        """So many bytes were read into ``room``; returns the body when it is complete."""
        self._at += nbytes
        self._room.release()
        if self._at < self._length:
            self._room = self._view[self._at :]
            return None
        self._view.release()
        return self._file.getvalue()


class Intake(asyncio.BufferedProtocol):
    """A protocol that is given its bytes through ``data_received``, like a plain one."""

    def get_buffer(self, sizehint: int) -> memoryview:
        """Called by asyncio."""
        return _area.view

    def buffer_updated(self, nbytes: int) -> None:
        """Called by asyncio."""
        self.data_received(_area.view[:nbytes].tobytes())

    def data_received(self, data: bytes) -> None:
        """The bytes of one read."""
        raise NotImplementedError
