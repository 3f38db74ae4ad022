"""Reading from a socket without a new 256 KiB buffer for each read.

asyncio's plain protocols read into a fresh buffer of 256 KiB and then shrink it, which costs more than the read
itself. Here every connection of one event loop reads into the same area, and what came is copied out at its true
size. That is safe because asyncio calls ``buffer_updated`` right after the read, before any other connection reads.
"""

from __future__ import annotations

import asyncio
import threading
from typing import Final

SIZE: Final = 256 * 1024


class _Area(threading.local):
    """One area for each thread, and so for each event loop that runs."""

    def __init__(self) -> None:
        self.view = memoryview(bytearray(SIZE))


_area: Final = _Area()


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
