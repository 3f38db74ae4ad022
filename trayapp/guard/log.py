"""``engine.log``: what engine, relay and guard say on standard error, bounded.

Rules: mode 0600; at 1 MB the text moves to ``engine.log.1`` (one generation is kept) and the file is cut to
nothing under its writers, who append; the guard writes a line only about processes, never about calls.
"""

from __future__ import annotations

import contextlib
import os
import time
from pathlib import Path
from typing import Final

LIMIT: Final = 1024 * 1024


class Log:
    """The log file of one profile. Nothing here raises: a full disk must not stop anything."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "engine.log"

    def open(self) -> int:
        """A handle for a child's standard error (the null device if the file cannot be opened)."""
        try:
            return os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        except OSError:
            return os.open(os.devnull, os.O_WRONLY)

    def line(self, text: str) -> None:
        """Append one line with the time, UTC."""
        stamp = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
        handle = self.open()
        try:
            with contextlib.suppress(OSError):
                os.write(handle, f"{stamp} guard: {text}\n".encode())
        finally:
            os.close(handle)

    def trim(self) -> None:
        """Begin anew if the file has reached its limit."""
        with contextlib.suppress(OSError):
            if self.path.stat().st_size < LIMIT:
                return
            with self.path.open("rb") as source:
                source.seek(-LIMIT, os.SEEK_END)
                text = source.read(LIMIT)
            handle = os.open(self.path.with_name("engine.log.1"), os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            try:
                os.write(handle, text)
            finally:
                os.close(handle)
            os.truncate(self.path, 0)
