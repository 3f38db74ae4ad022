"""Care of the file while it is in use: making it durable, emptying its log, copying, checking, replacing it.

Two threads share the work. What needs the read-write connection (checkpoint, replacement) runs on the writer's
thread; what takes long and only reads (forcing the log to the disk, checks, daily copies) runs on a reader's, so
that no open row ever waits for it.
"""

from __future__ import annotations

import contextlib
import logging
import sqlite3
import time
from collections.abc import Callable, Collection, Sequence
from concurrent.futures import Future
from pathlib import Path
from typing import Final

from trayapp.ledger import rescue, storage
from trayapp.ledger.errors import Family, describe, family
from trayapp.ledger.reader import Reader
from trayapp.ledger.records import LATE, opening_parameters, repaired
from trayapp.values import Opening

log = logging.getLogger(__name__)

CHECKPOINT_IDLE: Final = 4 * 1024 * 1024
"""Size of the log from which it is emptied when nothing waits."""
CHECKPOINT_NOW: Final = 64 * 1024 * 1024
"""Size of the log from which it is emptied even though something waits."""
_BUSY_MS: Final = 50
_FIRST_COPY_S: Final = 20.0
_DAY_S: Final = 86_400.0
_REMAKE_SQL: Final = storage.OPEN_SQL.replace("INSERT", "INSERT OR IGNORE", 1)


class Upkeep:
    """The file, its one read-write connection and its readers."""

    def __init__(
        self,
        path: Path,
        started: storage.Started,
        now_us: Callable[[], int],
        *,
        on_damage: Callable[[int], None],
        on_large_log: Callable[[], None],
    ) -> None:
        """Take over a file that was just opened.

        Args:
            path: the database.
            started: what ``storage.start`` returned.
            now_us: the clock.
            on_damage: told, from another thread, that this generation of the file is damaged.
            on_large_log: told, from another thread, that the log should be emptied.
        """
        self.path = path
        self.connection: sqlite3.Connection | None = None
        """For the writer's thread only; ``None`` while the file is being replaced."""
        self.quarantined: Path | None = None
        self.restored: Path | None = None
        self.sync_failed = False
        self.copy_failed = False
        self.generation = 0
        """Counts replacements, so that a late report of damage does not hit the sound file."""
        self.replaced_at: float | None = None
        self._now_us = now_us
        self._on_damage = on_damage
        self._on_large_log = on_large_log
        self._changed = True
        self._place: tuple[int, int] | None = None
        """Device and inode of the file that the connection writes; ``None`` where they cannot be asked for."""
        self._put_back = False
        """The file in place was written by ``bring_back`` and only has to be opened."""
        self._adopt(started)
        self.reports = Reader(path, "ledger-reports", self.check)
        """Answers the engine's questions."""
        self._reader = Reader(path, "ledger-upkeep")
        due_s = storage.copy_due_us(path, now_us(), int(_DAY_S * 1e6)) / 1e6
        self.daily_at = time.monotonic() + max(due_s, _FIRST_COPY_S)
        """When the next daily copy is due, in monotonic seconds."""

    def _adopt(self, started: storage.Started) -> None:
        started.connection.execute(f"PRAGMA busy_timeout={_BUSY_MS}")
        self.connection = started.connection
        self._place = rescue.place(self.path)
        if started.quarantined is not None:
            self.quarantined, self.restored = started.quarantined, started.restored

    def _submit(self, job: Callable[[sqlite3.Connection], object]) -> None:
        with contextlib.suppress(RuntimeError):  # the ledger closes; its last step makes everything durable
            self._reader.submit(job)

    # -- any thread -----------------------------------------------------------------------------------------

    def check(self) -> None:
        """Check the whole file on the reading thread; ``on_damage`` is told if it is damaged."""
        self._submit(lambda connection: self._is_sound(connection))

    def _is_sound(self, connection: sqlite3.Connection) -> bool:
        generation = self.generation
        if storage.is_sound(connection):
            return True
        self._on_damage(generation)
        return False

    def back_up(self) -> Future[Path | None]:
        """Check the file and copy it; ``None`` in the future when it could not be copied.

        Raises:
            RuntimeError: the ledger is closed.
        """

        def copy(connection: sqlite3.Connection) -> Path | None:
            if not self._is_sound(connection):
                return None
            try:
                made = storage.make_copy(connection, self.path, self._now_us())
            except (sqlite3.Error, OSError) as error:
                self.copy_failed = True
                log.warning("the ledger's daily copy failed: %s", describe(error))
                return None
            self.copy_failed = False
            return made

        return self._reader.submit(copy)

    def stop_readers(self) -> None:
        """No more questions; the running ones are broken off."""
        for reader in (self.reports, self._reader):
            reader.stop()
            reader.interrupt()

    def join_readers(self) -> None:
        """Wait for the readers' end."""
        self.reports.join()
        self._reader.join()

    # -- the writer's thread --------------------------------------------------------------------------------

    def changed(self) -> None:
        """Something was committed."""
        self._changed = True

    def sync(self) -> None:
        """Force what was committed to the disk; then see whether the log should be emptied."""

        def sync(_: sqlite3.Connection) -> None:
            try:
                storage.sync_log(self.path)
                self.sync_failed = False
            except OSError as error:
                self.sync_failed = True
                log.error("the ledger cannot be made durable: %s", describe(error))  # noqa: TRY400 - no values in logs
            if storage.log_size(self.path) > CHECKPOINT_IDLE:
                self._on_large_log()

        self._submit(sync)

    def daily(self, now: float) -> None:
        """Make the daily copy, if anything changed since the last one."""
        self.daily_at = now + _DAY_S
        if self._changed:
            self._changed = False
            with contextlib.suppress(RuntimeError):
                self.back_up()

    def checkpoint(self, *, busy: bool) -> None:
        """Move the log into the file; left for later when rows wait and the log is not too large.

        A reader in the midst of a question only makes it partial.
        """
        connection = self.connection
        if connection is None or (busy and storage.log_size(self.path) < CHECKPOINT_NOW):
            return
        try:
            connection.execute("PRAGMA busy_timeout=0")
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
            connection.execute(f"PRAGMA busy_timeout={_BUSY_MS}")
        except sqlite3.Error as error:
            log.warning("the ledger's log cannot be emptied: %s", describe(error))
            if family(error) is Family.CORRUPT:
                self._on_damage(self.generation)

    def disconnect(self) -> None:
        """Close the read-write connection of a damaged file."""
        if self.connection is not None:
            try:
                self.connection.close()
            except sqlite3.Error as error:
                log.warning("closing the damaged ledger: %s", describe(error))
            self.connection = None

    def gone(self) -> bool:
        """Whether the path no longer names the file that is written: somebody deleted, moved or replaced it."""
        return self.connection is not None and self._place is not None and rescue.place(self.path) != self._place

    def bring_back(self, running: Collection[int]) -> None:
        """Write the file anew at its path. The connection still reads the one that is gone, so nothing is lost.

        Args:
            running: ids of calls that run now.

        Raises:
            sqlite3.Error, OSError, LedgerError: the disk refuses now; try again.
        """
        if self.connection is None:
            return
        log.error("the ledger's file has gone from its place; it is written anew")
        with self.reports.paused(), self._reader.paused():
            rescue.put_back(self.connection, self.path, self._now_us())
            self._put_back = True
            self.disconnect()
            started = storage.start(self.path, None, self._now_us, running=running)
            self.generation += 1
        self._put_back = False
        self._adopt(started)

    def replace(self, rows: Sequence[tuple[Opening, bool]]) -> int:
        """Put the damaged file aside and go on with the newest sound copy, in which ``rows`` are made again.

        Args:
            rows: openings, and whether each is late.

        Returns:
            The greatest id in the file now.

        Raises:
            sqlite3.Error, OSError, LedgerError: the disk refuses now; try again.
        """
        log.error("the ledger is damaged; it is put aside")
        self.disconnect()
        running = frozenset(opening.id for opening, _ in rows)
        with self.reports.paused(), self._reader.paused():
            started = storage.start(self.path, None, self._now_us, running=running, damaged=not self._put_back)
            self.generation += 1
        self._put_back = False
        try:
            for opening, late in rows:
                extra = (LATE,) if late else ()
                started.connection.execute(_REMAKE_SQL, repaired(opening_parameters(opening, *extra)))
        except BaseException:
            started.connection.close()
            raise
        self._adopt(started)
        self.replaced_at = time.monotonic()
        return started.last_id

    def finish(self) -> None:
        """Empty the log, make everything durable, close the file."""
        if self.connection is None:
            return
        try:
            self.connection.execute("PRAGMA synchronous=FULL")
            self.connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        except sqlite3.Error as error:
            log.warning("the ledger's log cannot be emptied: %s", describe(error))
        self.connection.close()
        self.connection = None
