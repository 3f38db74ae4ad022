"""What was learned about tokens, on its way through a restart.

Everything that reads or writes ``estimate.json`` in the profile's cache folder lives here: numbers and names of models,
mode 0600. Rules: a file that cannot be read is as good as none, and is replaced; it is written ``EVERY`` seconds after
something new came at the earliest, and at the end; a write that fails costs a warning, and what was learned.
"""

from __future__ import annotations

import asyncio
import json
import logging
from pathlib import Path
from typing import Final

from trayapp.engine.estimate import Calibration
from trayapp.platform.paths import write_private

log = logging.getLogger(__name__)

NAME: Final = "estimate.json"
EVERY: Final = 300.0
_MOST: Final = 1 << 18
"""Bytes of a file that is ours."""


class Learned:
    """Keeps one calibration on disk. Use it on one event loop."""

    def __init__(self, path: Path, *, every: float = EVERY) -> None:
        self._path = path
        self._every = every
        self._timer: asyncio.TimerHandle | None = None
        self._task: asyncio.Task[None] | None = None
        self.calibration = Calibration()
        """As it was kept, and from then on as it learns."""
        try:
            if path.stat().st_size <= _MOST:
                kept = json.loads(path.read_bytes())
                if isinstance(kept, dict):
                    self.calibration.restore(kept)
        except (OSError, ValueError, RecursionError):
            pass
        self._dirty = False
        self.calibration.changed = self._changed

    async def close(self) -> None:
        """Write what is new; the engine ends."""
        self._stop_timer()
        if self._task is not None:
            await self._task
        if self._dirty:
            await self._write()

    def _changed(self) -> None:
        self._dirty = True
        if self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(self._every, self._due)

    def _due(self) -> None:
        self._timer = None
        self._task = asyncio.get_running_loop().create_task(self._write())

    def _stop_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    async def _write(self) -> None:
        self._dirty = False
        data = json.dumps(self.calibration.kept(), separators=(",", ":")).encode()
        try:
            await asyncio.to_thread(write_private, self._path, data)
        except OSError as error:
            log.warning("what was learned about tokens could not be written: %s", type(error).__name__)
