"""The one writer: a thread that owns the read-write connection and everything that changes the ledger.

Rules:

* it takes whatever has queued up, writes it in one transaction (``synchronous=NORMAL``) and resolves the futures
  after the commit. Commits survive the death of the process at once and a power cut after the next barrier: 5 s
  after a change the log is forced to the disk, on the upkeep thread, so that no open row waits for a platter;
* with nothing to do it sleeps without a timer (but for the daily copy);
* which rows are open is known in memory (only this process opens the ledger), so a row is closed once, whatever
  callers do, and its sums change in the same transaction;
* when the disk is in the way, work is kept in memory and tried again; who waits is told at once. Beyond 10,000
  openings in memory further ones are counted as unrecorded;
* when the file turns out to be damaged, it is put aside and the newest sound copy takes its place while calls run;
* an operation that SQLite refuses fails alone.

Checkpoints are made on this thread (on the one read-write connection) when the log is large and nothing waits.
"""

from __future__ import annotations

import contextlib
import logging
import sqlite3
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future, InvalidStateError
from enum import IntEnum
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Any, Final

from trayapp.ledger import batch as batches
from trayapp.ledger import storage
from trayapp.ledger.batch import Batch, Close, Mark, Open, Relay
from trayapp.ledger.errors import Family, LedgerError, StorageTrouble, describe, family, is_full
from trayapp.ledger.ids import IdSource
from trayapp.ledger.reader import Reader
from trayapp.ledger.records import LATE, Closed, opening_parameters, repaired
from trayapp.ledger.rollups import Adder
from trayapp.ledger.spool import LateSpool
from trayapp.values import Closing, Opening, State

log = logging.getLogger(__name__)

MAX_WAITING: Final = 10_000
"""Openings kept in memory while the disk refuses."""
_MAX_BATCH: Final = 1024
_BARRIER_S: Final = 5.0
_MARKS_S: Final = 0.25
_FIRST_COPY_S: Final = 20.0
_DAY_S: Final = 86_400.0
_BACKOFF_S: Final = (0.05, 5.0)
_CHECKPOINT_IDLE: Final = 4 * 1024 * 1024
_CHECKPOINT_NOW: Final = 64 * 1024 * 1024
_BUSY_MS: Final = 50

Deliver = Callable[[Callable[[], None]], object]
"""Runs a function where futures shall be resolved, e.g. ``loop.call_soon_threadsafe``."""


class _Do(IntEnum):
    OPEN = 0
    CLOSE = 1
    LATE = 2
    RELAY = 3
    FLUSH = 4
    NUDGE = 5
    CHECKPOINT = 6
    DAMAGED = 7
    STOP = 8
    GROUP = 9


class Writer:
    """The writing thread. Methods without underscore may be called from any thread."""

    def __init__(
        self,
        path: Path,
        started: storage.Started,
        spool: LateSpool,
        ids: IdSource,
        *,
        now_us: Callable[[], int],
        deliver: Deliver | None,
    ) -> None:
        self._path = path
        self._connection: sqlite3.Connection | None = started.connection
        self._connection_ready(started.connection)
        self._spool = spool
        self._ids = ids
        self._now_us = now_us
        self.reports = Reader(path, "ledger-reports", self.check_file)
        """Answers the engine's questions."""
        self.upkeep = Reader(path, "ledger-upkeep")
        """Checks, copies, forces the log to the disk."""
        self._deliver = deliver

        self._queue: SimpleQueue[tuple[_Do, Any, Future[Any] | None]] = SimpleQueue()
        self._marked: deque[Mark] = deque()
        self._nudged = False
        self._gate = threading.Lock()
        self._closed = False

        # Below: touched by the writing thread only; single fields are read by ``status`` without a lock.
        self._live: dict[int, Opening] = {}
        self._late: set[int] = set()
        self._dropped: set[int] = set()
        self._names: dict[str, str] = {}
        self._pending = Batch()
        self._marks: dict[int, Mark] = {}
        self._adder = Adder()
        self._resolved: list[tuple[Future[Any], Any]] = []
        self._commits = 0
        self._dirty_at: float | None = None
        self._marks_at: float | None = None
        self._retry_at = 0.0
        self._backoff = 0.0
        self._daily_at = 0.0
        self._changed = True
        self._stopping = False

        self.trouble: str | None = None
        """SQLite's name of what keeps us from writing now."""
        self.disk_full = False
        self.unrecorded = 0
        """Calls that got no row because too many waited in memory."""
        self.refused = 0
        """Operations that SQLite would not take."""
        self.unknown = 0
        """Closings for rows that were not open."""
        self.sync_failed = False
        self.copy_failed = False
        self.quarantined = started.quarantined
        self.restored = started.restored
        self.checked = started.checked
        self._thread = threading.Thread(target=self._run, name="ledger-writer", daemon=True)

    # -- any thread -----------------------------------------------------------------------------------------

    def begin(self) -> None:
        """Start the thread."""
        due_s = storage.copy_due_us(self._path, self._now_us(), int(_DAY_S * 1e6)) / 1e6
        self._daily_at = time.monotonic() + max(due_s, _FIRST_COPY_S)
        self._thread.start()
        if not self.checked:
            self.check_file()

    def open(self, opening: Opening) -> Future[None]:
        """See ``Ledger.open_row``."""
        future: Future[None] = Future()
        if self._queue.qsize() > 2 * MAX_WAITING:
            self.unrecorded += 1
            future.set_exception(StorageTrouble("too much waits to be written", kept=False))
        else:
            self._put(_Do.OPEN, opening, future)
        return future

    def close_row(self, closing: Closing) -> Future[None]:
        """See ``Ledger.close_row``."""
        future: Future[None] = Future()
        self._put(_Do.CLOSE, closing, future)
        return future

    def group(self, openings: Sequence[Opening], closings: Sequence[Closing]) -> Future[None]:
        """See ``Ledger.write``."""
        future: Future[None] = Future()
        if self._queue.qsize() > 2 * MAX_WAITING:
            self.unrecorded += len(openings)
            future.set_exception(StorageTrouble("too much waits to be written", kept=False))
        else:
            self._put(_Do.GROUP, (openings, closings), future)
        return future

    def late(self, row_id: int) -> None:
        """The row's request leaves before the row is on disk."""
        self._put(_Do.LATE, row_id, None)

    def mark(self, mark: Mark) -> None:
        """Remember how far a call has come; written within a second unless it ends before."""
        self._marked.append(mark)
        if not self._nudged:
            self._nudged = True
            self._put(_Do.NUDGE, None, None)

    def relay(self, entries: Sequence[Any]) -> Future[int]:
        """Import lines of the guard's spool; the future carries how many were new."""
        future: Future[int] = Future()
        self._put(_Do.RELAY, entries, future)
        return future

    def flush(self) -> Future[None]:
        """Resolved when everything asked before is committed, marks included."""
        future: Future[None] = Future()
        self._put(_Do.FLUSH, None, future)
        return future

    def check_file(self) -> None:
        """Check the whole file on the upkeep thread; a damaged one is replaced."""

        def check(connection: sqlite3.Connection) -> None:
            if storage.is_sound(connection):
                self.checked = True
            else:
                self._put(_Do.DAMAGED, None, None)

        self._on_upkeep(check)

    def stop(self) -> None:
        """Write what waits, make it durable, close the file, end the thread."""
        with self._gate:
            if not self._closed:
                self._closed = True
                self._queue.put((_Do.STOP, None, None))
        if threading.current_thread() is not self._thread:
            self._thread.join()

    @property
    def waiting(self) -> int:
        """Operations that are not on disk yet."""
        pending = self._pending
        return self._queue.qsize() + len(pending.opens) + len(pending.closes) + len(pending.relays)

    @property
    def running(self) -> int:
        """Rows that are open now."""
        return len(self._live)

    def _put(self, what: _Do, argument: Any, future: Future[Any] | None) -> None:
        with self._gate:
            if not self._closed:
                self._queue.put((what, argument, future))
                return
        if future is not None:
            future.set_exception(StorageTrouble("the ledger is closed", kept=False))

    def _on_upkeep(self, job: Callable[[sqlite3.Connection], object]) -> None:
        with contextlib.suppress(RuntimeError):  # the ledger closes; its last step makes everything durable
            self.upkeep.submit(job)

    # -- the thread -----------------------------------------------------------------------------------------

    def _run(self) -> None:
        try:
            while not self._stopping:
                self._take()
                self._work()
            self._finish()
        except BaseException as error:
            # Nothing above should raise; if it does, callers must not wait for ever and the log must tell.
            log.critical("the ledger's writer ended: %s", describe(error))
            self.trouble = "writer_ended"
            with self._gate:
                self._closed = True
            self._abandon()
            raise

    def _timeout(self) -> float | None:
        now = time.monotonic()
        due = self._daily_at
        if self._pending or self._connection is None:
            due = min(due, self._retry_at)
        if self._marks_at is not None:
            due = min(due, self._marks_at if self.trouble is None else self._retry_at)
        if self._dirty_at is not None:
            due = min(due, self._dirty_at + _BARRIER_S)
        return max(0.0, due - now)

    def _take(self) -> None:
        """Wait for work, then take all there is (up to a bound)."""
        queue = self._queue
        try:
            operation = queue.get(timeout=self._timeout())
        except Empty:
            return
        marks = len(self._marked)  # marks made before this moment belong to rows whose opening is in the queue
        room = _MAX_BATCH
        while True:
            self._accept(*operation)
            room -= 1
            if room <= 0 or self._stopping or not queue.qsize():
                break
            try:
                operation = queue.get_nowait()
            except Empty:
                break
        if room > 0:
            self._accept_marks(marks)

    def _accept(self, what: _Do, argument: Any, future: Future[Any] | None) -> None:
        if what is _Do.OPEN:
            self._accept_open(argument, future)
        elif what is _Do.CLOSE:
            self._accept_close(argument, future)
        elif what is _Do.GROUP and future is not None:
            openings, closings = argument
            self._accept_group(openings, closings, future)
        elif what is _Do.LATE:
            if argument in self._live:
                self._late.add(argument)
            if argument not in self._dropped:
                self._pending.lates.append(argument)
        elif what is _Do.RELAY and future is not None:
            self._pending.relays.append(Relay(argument, future))
        elif what is _Do.FLUSH and future is not None:
            self._pending.flushes.append(future)
        elif what is _Do.CHECKPOINT:
            self._checkpoint()
        elif what is _Do.DAMAGED:
            self._replace_file()
        elif what is _Do.STOP:
            self._stopping = True

    def _accept_group(self, openings: Sequence[Opening], closings: Sequence[Closing], future: Future[None]) -> None:
        for opening in openings:
            self._accept_open(opening, None)
        for closing in closings:
            self._accept_close(closing, None)
        if self.trouble is not None:
            self._fail(future, StorageTrouble(self.trouble, kept=True))
        else:
            self._pending.groups.append(future)

    def _accept_open(self, opening: Opening, future: Future[None] | None) -> None:
        if opening.id in self._live:
            self._fail(future, ValueError("this row is open already"))
            return
        if len(self._pending.opens) >= MAX_WAITING + _MAX_BATCH:
            self.unrecorded += 1
            self._dropped.add(opening.id)
            self._fail(future, StorageTrouble("too much waits to be written", kept=False))
            return
        if self.trouble is not None:
            self._fail(future, StorageTrouble(self.trouble, kept=True))
            future = None
        self._live[opening.id] = opening
        self._pending.opens.append(Open(opening, opening_parameters(opening), future))
        project, name = opening.project, opening.project_name
        if project and name and self._names.get(project) != name:
            self._names[project] = self._pending.projects[project] = name

    def _accept_close(self, closing: Closing, future: Future[None] | None) -> None:
        if not closing.state.final:
            self._fail(future, ValueError("a closing needs a final state"))
            return
        opening = self._live.get(closing.id)
        if opening is None:
            if closing.id in self._dropped:
                self._dropped.discard(closing.id)
                self._fail(future, StorageTrouble("its opening was not recorded", kept=False))
                return
            self.unknown += 1
            log.warning("a closing came for row %d, which is not open", closing.id)
            self._fail(future, LookupError("this row is not open"))
            return
        flags = (*opening.flags, LATE) if closing.id in self._late else opening.flags
        try:
            closed = Closed(closing, flags)
        except Exception as error:  # noqa: BLE001 - a closing of the wrong shape must not end the writer
            self.refused += 1
            log.error("row %d cannot be closed: %s", closing.id, describe(error))  # noqa: TRY400 - no values in logs
            self._fail(future, error)
            return
        if self.trouble is not None:
            self._fail(future, StorageTrouble(self.trouble, kept=True))
            future = None
        del self._live[closing.id]
        self._late.discard(closing.id)
        self._marks.pop(closing.id, None)
        self._pending.closes.append(Close(opening, closing, closed, future))

    def _accept_marks(self, count: int) -> None:
        for _ in range(count):
            mark = self._marked.popleft()
            if mark.id in self._live and not (mark.state is State.SENT and mark.id in self._marks):
                self._marks[mark.id] = mark
        if self._marks:
            if self._marks_at is None:
                self._marks_at = time.monotonic() + _MARKS_S
            return
        self._marks_at = None
        self._nudged = False
        if self._marked and not self._nudged:  # one came between the two lines above
            self._nudged = True
            self._put(_Do.NUDGE, None, None)

    def _work(self) -> None:
        now = time.monotonic()
        if self.trouble is None or now >= self._retry_at or self._stopping:
            pending = self._pending
            if self._marks and (pending.flushes or self._stopping or now >= (self._marks_at or 0.0)):
                pending.marks += self._marks.values()
                self._marks.clear()
                self._marks_at = None
                self._accept_marks(0)
            if pending or self._connection is None:
                self._write()
        elif self._pending.flushes:
            for future in self._pending.flushes:
                self._fail(future, StorageTrouble(self.trouble, kept=True))
            self._pending.flushes.clear()
        self._resolve()
        if self._dirty_at is not None and now >= self._dirty_at + _BARRIER_S:
            self._barrier()
        if now >= self._daily_at:
            self._daily(now)

    def _write(self) -> None:
        if self._connection is None and not self._reopen():
            return
        connection, pending = self._connection, self._pending
        if connection is None:
            return
        try:
            batches.write(connection, pending, self._adder, self._ids)
        except (sqlite3.Error, batches.MismatchError, OverflowError, UnicodeError, MemoryError) as error:
            kind = family(error)
            if kind is Family.TROUBLE:
                self._troubled(error)
            elif kind is Family.CORRUPT:
                self._replace_file()
            else:
                self._write_singly(connection)
            return
        self._pending = Batch()
        self._committed(pending)

    def _write_singly(self, connection: sqlite3.Connection) -> None:
        """One operation of the batch is bad: write each by itself, so that only that one fails."""
        waiting, self._pending = self._pending, Batch()
        singles = list(waiting.single())
        for at, single in enumerate(singles):
            try:
                batches.write(connection, single, self._adder, self._ids)
            except (sqlite3.Error, batches.MismatchError, OverflowError, UnicodeError, MemoryError) as error:
                kind = family(error)
                if kind is Family.REFUSED:
                    self._refuse(single, error)
                    continue
                for rest in singles[at:]:
                    _merge(self._pending, rest)
                if kind is Family.TROUBLE:
                    self._troubled(error)
                else:
                    self._replace_file()
                return
            self._committed(single)

    def _refuse(self, single: Batch, error: BaseException) -> None:
        if isinstance(error, batches.MismatchError):
            self.unknown += 1
        else:
            self.refused += 1
        log.error("the ledger refused an operation: %s", describe(error))
        for open_ in single.opens:
            self._live.pop(open_.opening.id, None)
            self._late.discard(open_.opening.id)
            self._dropped.add(open_.opening.id)
        for future in single.futures():
            self._fail(future, error)

    def _committed(self, done: Batch) -> None:
        if self.trouble is not None:
            log.warning("the ledger can write again")
            self.trouble, self.disk_full, self._backoff = None, False, 0.0
        for open_ in done.opens:
            if open_.future is not None:
                self._resolved.append((open_.future, None))
        for close in done.closes:
            if close.future is not None:
                self._resolved.append((close.future, None))
        for relay in done.relays:
            self._resolved.append((relay.future, relay.added))
        for future in (*done.flushes, *done.groups):
            self._resolved.append((future, None))
        if done.lates:
            self._spool.settle(done.lates)
        if not done.writes:
            return
        self._changed = True
        if self._dirty_at is None:
            self._dirty_at = time.monotonic()
        self._commits += 1
        if self._commits % 64 == 0 and storage.log_size(self._path) > _CHECKPOINT_NOW:
            self._resolve()
            self._checkpoint()

    def _troubled(self, error: BaseException) -> None:
        """The disk is in the way: tell who waits, keep the work, try again later."""
        name = describe(error)
        if self.trouble is None:
            log.error("the ledger cannot write: %s", name)
        self.trouble = name
        self.disk_full = is_full(error)
        low, high = _BACKOFF_S
        self._backoff = min(high, max(low, self._backoff * 2))
        self._retry_at = time.monotonic() + self._backoff
        pending = self._pending
        for future in pending.futures():
            self._fail(future, StorageTrouble(name, kept=True))
        for open_ in pending.opens:
            open_.future = None
        for close in pending.closes:
            close.future = None
        pending.relays.clear()  # their files stay; the next import reads them again
        pending.flushes.clear()
        pending.groups.clear()

    # -- the file -------------------------------------------------------------------------------------------

    def _connection_ready(self, connection: sqlite3.Connection) -> None:
        connection.execute(f"PRAGMA busy_timeout={_BUSY_MS}")

    def _replace_file(self) -> None:
        """The file is damaged: put it aside, go on with a copy, keep the rows of calls that run now."""
        log.error("the ledger is damaged; it is put aside")
        if self._connection is not None:
            try:
                self._connection.close()
            except sqlite3.Error as error:
                log.warning("closing the damaged ledger: %s", describe(error))
            self._connection = None
        self._reopen()

    def _reopen(self) -> bool:
        """Replace the file; ``False`` when the disk refuses now."""
        openings = {close.opening.id: close.opening for close in self._pending.closes} | self._live
        for open_ in self._pending.opens:
            openings.pop(open_.opening.id, None)
        try:
            with self.reports.paused(), self.upkeep.paused():
                started = storage.start(self._path, None, self._now_us, running=frozenset(openings), damaged=True)
        except (sqlite3.Error, OSError, LedgerError) as error:
            self._troubled(error)
            return False
        self._connection = started.connection
        self._connection_ready(started.connection)
        self.quarantined = started.quarantined or self.quarantined
        self.restored = started.restored
        self.checked = True
        self._ids.above(started.last_id)
        self._adder.forget()
        self._names.clear()
        try:
            for opening in openings.values():
                extra = (LATE,) if opening.id in self._late else ()
                started.connection.execute(
                    storage.OPEN_SQL.replace("INSERT", "INSERT OR IGNORE", 1),
                    repaired(opening_parameters(opening, *extra)),
                )
        except sqlite3.Error as error:
            self._troubled(error)
            return False
        self._retry_at = 0.0
        return True

    def _barrier(self) -> None:
        """Force what was committed to the disk, on the upkeep thread; then see whether the log should be emptied."""
        self._dirty_at = None
        path = self._path

        def sync(_: sqlite3.Connection) -> None:
            try:
                storage.sync_log(path)
                self.sync_failed = False
            except OSError as error:
                self.sync_failed = True
                log.error("the ledger cannot be made durable: %s", describe(error))  # noqa: TRY400 - no values in logs
            if storage.log_size(path) > _CHECKPOINT_IDLE:
                self._put(_Do.CHECKPOINT, None, None)

        self._on_upkeep(sync)

    def _checkpoint(self) -> None:
        """Move the log into the file. A reader in the midst of a question only makes it partial."""
        connection = self._connection
        size = storage.log_size(self._path)
        if connection is None or (self._queue.qsize() and size < _CHECKPOINT_NOW):
            return
        try:
            connection.execute("PRAGMA busy_timeout=0")
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
            connection.execute(f"PRAGMA busy_timeout={_BUSY_MS}")
        except sqlite3.Error as error:
            log.warning("the ledger's log cannot be emptied: %s", describe(error))
            if family(error) is Family.CORRUPT:
                self._replace_file()

    def _daily(self, now: float) -> None:
        self._daily_at = now + _DAY_S
        if self._changed:
            self._changed = False
            with contextlib.suppress(RuntimeError):  # the ledger closes
                self.back_up()

    def back_up(self) -> Future[Path | None]:
        """Check the file and copy it, on the upkeep thread; ``None`` in the future when it could not be copied."""

        def copy(connection: sqlite3.Connection) -> Path | None:
            if not storage.is_sound(connection):
                self._put(_Do.DAMAGED, None, None)
                return None
            try:
                made = storage.make_copy(connection, self._path, self._now_us())
            except (sqlite3.Error, OSError) as error:
                self.copy_failed = True
                log.warning("the ledger's daily copy failed: %s", describe(error))
                return None
            self.copy_failed = False
            return made

        return self.upkeep.submit(copy)

    def _finish(self) -> None:
        """The last step: everything to disk, then the file is closed."""
        while self._queue.qsize():
            self._accept(*self._queue.get_nowait())
        self._accept_marks(len(self._marked))
        for _ in range(3):
            if not (self._pending or self._marks):
                break
            self._work()
        self._abandon()
        if self._connection is not None:
            try:
                self._connection.execute("PRAGMA synchronous=FULL")
                self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
            except sqlite3.Error as error:
                log.warning("the ledger's log cannot be emptied: %s", describe(error))
            self._connection.close()
            self._connection = None

    def _abandon(self) -> None:
        """What cannot be written now: its openings go to the late spool, everyone who waits is told."""
        for open_ in self._pending.opens:
            if not self._spool.add(open_.opening):
                self.unrecorded += 1
        for future in self._pending.futures():
            self._fail(future, StorageTrouble("the ledger is closed", kept=False))
        self._pending = Batch()
        while self._queue.qsize():
            _, _, waiting = self._queue.get_nowait()
            if waiting is not None:
                self._fail(waiting, StorageTrouble("the ledger is closed", kept=False))
        self._resolve()

    # -- futures --------------------------------------------------------------------------------------------

    def _fail(self, future: Future[Any] | None, error: BaseException) -> None:
        if future is not None:
            self._resolved.append((future, _Failed(error)))

    def _resolve(self) -> None:
        """Resolve everything that was decided, all at once."""
        if not self._resolved:
            return
        done, self._resolved = self._resolved, []
        if self._deliver is None:
            _settle(done)
            return
        try:
            self._deliver(lambda: _settle(done))
        except RuntimeError:  # the loop is closed
            _settle(done)


class _Failed:
    __slots__ = ("error",)

    def __init__(self, error: BaseException) -> None:
        self.error = error


def _settle(done: Sequence[tuple[Future[Any], Any]]) -> None:
    for future, result in done:
        try:
            if isinstance(result, _Failed):
                future.set_exception(result.error)
            else:
                future.set_result(result)
        except InvalidStateError:  # who asked has stopped waiting; the work is done all the same
            pass


def _merge(into: Batch, other: Batch) -> None:
    into.opens += other.opens
    into.closes += other.closes
    into.lates += other.lates
    into.relays += other.relays
    into.marks += other.marks
    into.projects.update(other.projects)
    into.flushes += other.flushes
    into.groups += other.groups
