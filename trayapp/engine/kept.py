"""A small private file that keeps what the engine has learned through its restart.

Everything that decides when such a file is read and written lives here. Rules: mode 0600; a file that cannot be read is
as good as none, and is replaced; it is written a while after something new came, in a thread, and at the end; a write
that fails costs a warning, and what was to be kept.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from pathlib import Path

from trayapp.platform.paths import write_private

log = logging.getLogger(__name__)


class Kept:
    """Keeps one file. Use it on one event loop."""

    def __init__(self, path: Path, make: Callable[[], bytes], *, every: float) -> None:
        """Configure the file.

        Args:
            path: where it is.
            make: makes its contents; called on the loop.
            every: seconds between two writes at the least.
        """
        self._path = path
        self._make = make
        self._every = every
        self._dirty = False
        self._timer: asyncio.TimerHandle | None = None
        self._task: asyncio.Task[None] | None = None

    def read(self, most: int) -> bytes | None:
        """What was kept, if it is there and has at most so many bytes."""
        try:
            return self._path.read_bytes() if self._path.stat().st_size <= most else None
        except OSError:
            return None

    def changed(self) -> None:
        """Something is new; it is written soon."""
        self._dirty = True
        if self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(self._every, self._due)

    async def close(self) -> None:
        """Write what is new; the engine ends."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if self._task is not None:
            await self._task
        if self._dirty:
            await self._write()

    def _due(self) -> None:
        self._timer = None
        self._task = asyncio.get_running_loop().create_task(self._write())

    async def _write(self) -> None:
        self._dirty = False
        data = self._make()
        try:
            await asyncio.to_thread(write_private, self._path, data)
        except OSError as error:
            log.warning("%s could not be written: %s", self._path.name, type(error).__name__)
