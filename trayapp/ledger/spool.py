"""Two small files beside the ledger: openings that came too late, and lines that the guard wrote by itself.

The *late spool* holds the openings of calls that left before their row was on disk. A line is appended in one
write to a file opened with O_APPEND, so it survives the death of the process; when all rows in it have been
committed the file is emptied. What a killed process leaves is read at the next start.

The *guard's spool* (``relayed.jsonl``) lists what the guard relayed while no engine ran. It is renamed before it is
read, so that the guard can go on writing, and deleted after its rows are committed.

Both are mode 0600 and hold no text of a call.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

import msgspec

from trayapp.ledger.records import MAX_INT, opening_from_line, opening_line
from trayapp.values import Opening, State

_APPEND: Final = os.O_WRONLY | os.O_CREAT | os.O_APPEND


class LateSpool:
    """The late spool. ``add`` is for the caller's thread, the rest for the writer's."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.failed = 0
        """Lines that could not be written."""
        self._lock = threading.Lock()
        self._waiting: set[int] = set()
        self._handle: int | None = None

    def add(self, opening: Opening) -> bool:
        """Append one opening; about 20 µs. ``False`` when the disk refuses (the row still follows from memory)."""
        line = opening_line(opening)
        with self._lock:
            try:
                if self._handle is None:
                    self._handle = os.open(self.path, _APPEND, 0o600)
                os.write(self._handle, line)
            except OSError:
                self.failed += 1
                return False
            self._waiting.add(opening.id)
            return True

    def settle(self, ids: Iterable[int]) -> None:
        """These rows are committed. The file is emptied when nothing waits any more."""
        with self._lock:
            if not self._waiting:
                return
            self._waiting.difference_update(ids)
            if not self._waiting and self._handle is not None:
                os.ftruncate(self._handle, 0)

    def leftovers(self) -> list[Opening]:
        """The openings that an earlier process left; torn lines are skipped.

        Raises:
            OSError: the file exists but cannot be read.
        """
        try:
            data = self.path.read_bytes()
        except FileNotFoundError:
            return []
        return [opening for line in data.splitlines() if (opening := opening_from_line(line)) is not None]

    def clear(self) -> None:
        """Forget the leftovers, after they were committed."""
        self.path.unlink(missing_ok=True)

    def close(self) -> None:
        """Close the file; an empty one is removed."""
        with self._lock:
            if self._handle is not None:
                os.close(self._handle)
                self._handle = None
                if not self._waiting:
                    self.path.unlink(missing_ok=True)


class Relayed(msgspec.Struct, frozen=True, kw_only=True):
    """One line of the guard's spool: an attempt that the guard relayed by itself."""

    id: str
    at_us: int
    vendor: str
    ended_us: int | None = None
    tool: str | None = None
    bytes_up: int = 0
    bytes_down: int = 0
    status: int | None = None
    outcome: str = "done"

    @property
    def state(self) -> State:
        """The outcome as a final state; an unknown word is ``interrupted``."""
        try:
            state = State(self.outcome)
        except ValueError:
            return State.INTERRUPTED
        return state if state.final else State.INTERRUPTED


_relayed: Final = msgspec.json.Decoder(Relayed)
_MAX_KEY: Final = 128
_FAR_US: Final = 2**53


def take(spool: Path) -> list[Path]:
    """Put the guard's spool aside for reading, and return the files to read, oldest first.

    A file that an earlier import left half done comes first.
    """
    files = sorted(spool.parent.glob(f"{spool.name}.*.importing"))
    if spool.exists():
        number = 1 + max((int(f.name.split(".")[-2]) for f in files if f.name.split(".")[-2].isdigit()), default=0)
        aside = spool.with_name(f"{spool.name}.{number:06d}.importing")
        try:
            spool.rename(aside)
        except FileNotFoundError:
            return files
        files.append(aside)
    return files


def read(file: Path) -> Iterator[Relayed]:
    """The lines of a spool that make sense; torn and foreign ones are skipped."""
    with file.open("rb") as lines:
        for line in lines:
            try:
                entry = _relayed.decode(line)
            except (msgspec.MsgspecError, UnicodeDecodeError):
                continue
            if (
                0 < len(entry.id) <= _MAX_KEY
                and 0 <= entry.at_us <= _FAR_US
                and 0 <= entry.bytes_up <= MAX_INT
                and 0 <= entry.bytes_down <= MAX_INT
                and (entry.ended_us is None or 0 <= entry.ended_us <= _FAR_US)
                and (entry.status is None or 0 <= entry.status <= 999)
            ):
                yield entry
