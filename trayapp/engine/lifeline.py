"""The tie to the guard: beats that say "alive", and a pipe whose end says "the guard is gone".

The guard kills and restarts an engine that has not beaten for two seconds, so the beat is sent by the event loop
itself: a loop that hangs does not beat.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable
from typing import Final

BEAT_SECONDS: Final = 0.5


class Lifeline:
    """Beats on one pipe and listens on another; either may be absent (an engine started by hand)."""

    def __init__(self, beat: int | None, life: int | None) -> None:
        self._beat = beat
        self._life = life
        self._timer: asyncio.TimerHandle | None = None

    def ready(self, guard_gone: Callable[[], None]) -> None:
        """Tell the guard that the sockets are served, and begin to beat."""
        loop = asyncio.get_running_loop()
        if self._life is not None:
            os.set_blocking(self._life, False)
            loop.add_reader(self._life, self._heard, guard_gone)
        if self._beat is not None:
            os.set_blocking(self._beat, False)
            self._write(b"R")
            self._timer = loop.call_later(BEAT_SECONDS, self._tick)

    def stop(self) -> None:
        """End the beats."""
        if self._timer is not None:
            self._timer.cancel()
        if self._life is not None:
            asyncio.get_running_loop().remove_reader(self._life)
            self._life = None

    def _tick(self) -> None:
        self._write(b".")
        self._timer = asyncio.get_running_loop().call_later(BEAT_SECONDS, self._tick)

    def _write(self, data: bytes) -> None:
        if self._beat is None:
            return
        try:
            os.write(self._beat, data)
        except BlockingIOError:
            pass  # The guard is busy and the pipe is full of beats already.
        except OSError:
            self._beat = None

    def _heard(self, guard_gone: Callable[[], None]) -> None:
        if self._life is None:
            return
        try:
            data = os.read(self._life, 64)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        if not data:
            asyncio.get_running_loop().remove_reader(self._life)
            self._life = None
            guard_gone()
