"""The tie to the guard: beats that say "alive", and a pipe whose end says "the guard is gone".

The guard kills and restarts an engine that has not beaten for two seconds, so the beat is sent by the event loop
itself: a loop that hangs does not beat. Between beats the same pipe carries what the guard keeps in memory for its own
relay (``trayapp.virtualkeys.frames``).
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable
from typing import Final

from trayapp.virtualkeys.frames import frame

BEAT_SECONDS: Final = 0.5


class Lifeline:
    """Beats on one pipe and listens on another; either may be absent (an engine started by hand)."""

    def __init__(self, beat: int | None, life: int | None) -> None:
        self._beat = beat
        self._life = life
        self._timer: asyncio.TimerHandle | None = None
        self._begun = False
        self._waiting = bytearray()
        """What has to arrive whole: a frame that is under way, and what stands before it."""

    def hand_over(self, payload: bytes) -> None:
        """Give the guard something to keep; it replaces what it was given before."""
        if self._beat is not None:
            self._waiting += frame(payload)
            if self._begun:
                self._flush()

    def ready(self, guard_gone: Callable[[], None]) -> None:
        """Tell the guard that the sockets are served, and begin to beat."""
        loop = asyncio.get_running_loop()
        if self._life is not None:
            os.set_blocking(self._life, False)
            loop.add_reader(self._life, self._heard, guard_gone)
        if self._beat is not None:
            os.set_blocking(self._beat, False)
            self._begun = True
            self._waiting[:0] = b"R"
            self._flush()
            self._timer = loop.call_later(BEAT_SECONDS, self._tick)

    def stop(self) -> None:
        """End the beats."""
        if self._timer is not None:
            self._timer.cancel()
        if self._beat is not None:
            asyncio.get_running_loop().remove_writer(self._beat)
        if self._life is not None:
            asyncio.get_running_loop().remove_reader(self._life)
            self._life = None

    def _tick(self) -> None:
        if self._waiting:
            self._flush()  # every byte of a frame is heard as a beat
        else:
            self._write()
        self._timer = asyncio.get_running_loop().call_later(BEAT_SECONDS, self._tick)

    def _write(self) -> None:
        if self._beat is None:
            return
        try:
            os.write(self._beat, b".")
        except BlockingIOError:
            pass  # The guard is busy and the pipe is full of beats already.
        except OSError:
            self._beat = None

    def _flush(self) -> None:
        if self._beat is None:
            return
        loop = asyncio.get_running_loop()
        try:
            del self._waiting[: os.write(self._beat, self._waiting)]
        except BlockingIOError:
            pass
        except OSError:
            loop.remove_writer(self._beat)
            self._beat = None
            return
        if self._waiting:
            loop.add_writer(self._beat, self._flush)
        else:
            loop.remove_writer(self._beat)

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
