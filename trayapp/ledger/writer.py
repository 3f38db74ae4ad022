"""The one writer: a thread that owns the read-write connection and everything that changes the ledger.

Rules:

* it takes whatever has queued up, writes it in one transaction (``synchronous=NORMAL``) and resolves the futures
  after the commit. Commits survive the death of the process at once and a power cut after the next barrier: 5 s
  after a change the log is forced to the disk, on another thread, so that no open row waits for a platter;
* with nothing to do it sleeps without a timer (but for the daily copy);
* sums change in the transaction that changes their rows;
* when the disk is in the way, work is kept in memory and tried again; who waits is told at once;
* when the file turns out to be damaged, it is put aside and the newest sound copy takes its place while calls run;
* an operation that SQLite refuses fails alone, not with its neighbours.

``intake`` knows what waits and which rows are open, ``batch`` writes it, ``upkeep`` cares for the file.
"""

from __future__ import annotations

import logging
import sqlite3
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from enum import IntEnum
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Any, Final

from trayapp.ledger import batch as batches
from trayapp.ledger import storage
from trayapp.ledger.batch import Batch, Change, Mark, Relay, Reprice
from trayapp.ledger.errors import Family, LedgerError, StorageTrouble, describe, family, is_full
from trayapp.ledger.ids import IdSource
from trayapp.ledger.intake import MAX_BATCH, MAX_WAITING, Intake
from trayapp.ledger.outcomes import Deliver, Outcomes
from trayapp.ledger.reprice import Repriced
from trayapp.ledger.spool import LateSpool
from trayapp.ledger.sums import Sums
from trayapp.ledger.upkeep import CHECKPOINT_NOW, Upkeep
from trayapp.values import Closing, Opening

log = logging.getLogger(__name__)

_MAX_QUEUE: Final = 2 * MAX_WAITING
_BARRIER_S: Final = 5.0
_MARKS_S: Final = 0.25
_BACKOFF_S: Final = (0.05, 5.0)
_CALM_S: Final = 60.0
"""A file that is damaged again this soon after a replacement is the disk's fault: go slowly."""
_ERRORS: Final = (sqlite3.Error, batches.MismatchError, OverflowError, UnicodeError, MemoryError)


class _Do(IntEnum):
    OPEN = 0
    CLOSE = 1
    GROUP = 2
    LATE = 3
    RELAY = 4
    FLUSH = 5
    NUDGE = 6
    CHECKPOINT = 7
    DAMAGED = 8
    STOP = 9
    REPRICE = 10
    CHANGE = 11


class Writer:
    """The writing thread."""

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
        self._spool = spool
        self._ids = ids
        self._queue: SimpleQueue[tuple[_Do, Any, Future[Any] | None]] = SimpleQueue()
        self._marked: deque[Mark] = deque()
        self._nudged = False
        self._gate = threading.Lock()
        self._closed = False
        self._outcomes = Outcomes(deliver)
        self.intake = Intake(self._outcomes)
        self.upkeep = Upkeep(
            path,
            started,
            now_us,
            on_damage=lambda generation: self._put(_Do.DAMAGED, generation, None),
            on_large_log=lambda: self._put(_Do.CHECKPOINT, None, None),
        )
        self._sums = Sums()
        self._commits = 0
        self._dirty_at: float | None = None
        self._marks_at: float | None = None
        self._retry_at = 0.0
        self._backoff = 0.0
        self._stopping = False
        self.disk_full = False
        self._thread = threading.Thread(target=self._run, name="ledger-writer", daemon=True)
        self._thread.start()
        if not started.checked:
            self.upkeep.check()

    # -- any thread -----------------------------------------------------------------------------------------

    def open(self, opening: Opening) -> Future[None]:
        """See ``Ledger.open_row``."""
        future: Future[None] = Future()
        if self._queue.qsize() > _MAX_QUEUE:
            self._overflow((opening,), future)
        else:
            self._put(_Do.OPEN, opening, future)
        return future

    def close(self, closing: Closing) -> Future[None]:
        """See ``Ledger.close_row``."""
        future: Future[None] = Future()
        self._put(_Do.CLOSE, closing, future)
        return future

    def group(self, openings: Sequence[Opening], closings: Sequence[Closing]) -> Future[None]:
        """See ``Ledger.write``."""
        future: Future[None] = Future()
        if openings and self._queue.qsize() > _MAX_QUEUE:
            self._overflow(openings, future)
            if closings:  # rows that exist must still be closed
                self._put(_Do.GROUP, ((), closings), Future())
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

    def reprice(self, entries: Sequence[Repriced]) -> Future[int]:
        """Price rows that have no price; the future carries how many were."""
        future: Future[int] = Future()
        self._put(_Do.REPRICE, entries, future)
        return future

    def change(self, run: Callable[[sqlite3.Connection], Any]) -> Future[Any]:
        """Change what stands beside the calls, in a transaction; the future carries what ``run`` returned."""
        future: Future[Any] = Future()
        self._put(_Do.CHANGE, run, future)
        return future

    def flush(self) -> Future[None]:
        """Resolved when everything asked before is committed, marks included."""
        future: Future[None] = Future()
        self._put(_Do.FLUSH, None, future)
        return future

    def stop(self) -> None:
        """Write what waits, make it durable, close the file, end the threads."""
        self.upkeep.stop_readers()
        with self._gate:
            if not self._closed:
                self._closed = True
                self._queue.put((_Do.STOP, None, None))
        self._thread.join()
        self.upkeep.join_readers()

    @property
    def waiting(self) -> int:
        """Operations that are not on disk yet."""
        pending = self.intake.pending
        return (
            self._queue.qsize() + len(pending.opens) + len(pending.closes) + len(pending.relays) + len(pending.reprices)
        )

    def _overflow(self, openings: Sequence[Opening], future: Future[None]) -> None:
        for opening in openings:
            self.intake.drop(opening.id)
        future.set_exception(StorageTrouble("too much waits to be written", kept=False))

    def _put(self, what: _Do, argument: Any, future: Future[Any] | None) -> None:
        with self._gate:
            if not self._closed:
                self._queue.put((what, argument, future))
                return
        if future is not None:
            future.set_exception(StorageTrouble("the ledger is closed", kept=False))

    # -- the thread: taking ---------------------------------------------------------------------------------

    def _run(self) -> None:
        try:
            while not self._stopping:
                self._take()
                self._work()
            self._finish()
        except BaseException as error:
            # Nothing above should raise; if it does, callers must not wait for ever and the log must tell.
            log.critical("the ledger's writer ended: %s", describe(error))
            self.intake.trouble = "writer_ended"
            with self._gate:
                self._closed = True
            self._abandon()
            raise

    def _timeout(self) -> float:
        due = self.upkeep.daily_at
        if self.intake.pending or self.intake.trouble is not None or self.upkeep.connection is None:
            due = min(due, self._retry_at)
        if self._marks_at is not None:
            due = min(due, self._marks_at if self.intake.trouble is None else self._retry_at)
        if self._dirty_at is not None:
            due = min(due, self._dirty_at + _BARRIER_S)
        return max(0.0, due - time.monotonic())

    def _take(self) -> None:
        """Wait for work, then take all there is (up to a bound)."""
        queue = self._queue
        try:
            operation = queue.get(timeout=self._timeout())
        except Empty:
            return
        marks = len(self._marked)  # marks made before this moment belong to rows whose opening is in the queue
        for room in range(MAX_BATCH, -1, -1):
            self._accept(*operation)
            if not room:
                return  # more waits: the marks' openings may be among it
            if self._stopping or not queue.qsize():
                break
            operation = queue.get_nowait()
        self._accept_marks(marks)

    def _accept(self, what: _Do, argument: Any, future: Future[Any] | None) -> None:
        intake = self.intake
        if what is _Do.OPEN:
            intake.open(argument, future)
        elif what is _Do.CLOSE:
            intake.close(argument, future)
        elif what is _Do.GROUP and future is not None:
            openings, closings = argument
            intake.group(openings, closings, future)
        elif what is _Do.LATE:
            intake.late(argument)
        elif what is _Do.RELAY and future is not None:
            intake.pending.relays.append(Relay(argument, future))
        elif what is _Do.REPRICE and future is not None:
            intake.pending.reprices.append(Reprice(argument, future))
        elif what is _Do.CHANGE and future is not None:
            intake.pending.changes.append(Change(argument, future))
        elif what is _Do.FLUSH and future is not None:
            intake.pending.flushes.append(future)
        elif what is _Do.CHECKPOINT:
            self.upkeep.checkpoint(busy=self._queue.qsize() > 0)
        elif what is _Do.DAMAGED:
            if argument == self.upkeep.generation:
                self._replace()
        elif what is _Do.STOP:
            self._stopping = True

    def _accept_marks(self, count: int) -> None:
        for _ in range(count):
            self.intake.mark(self._marked.popleft())
        if self.intake.marked:
            if self._marks_at is None:
                self._marks_at = time.monotonic() + _MARKS_S
            return
        self._marks_at = None
        self._nudged = False
        if self._marked:  # one came before the line above and could not wake us
            self._nudged = True
            self._put(_Do.NUDGE, None, None)

    # -- the thread: writing --------------------------------------------------------------------------------

    def _work(self) -> None:
        now = time.monotonic()
        intake, upkeep = self.intake, self.upkeep
        if intake.trouble is None or now >= self._retry_at or self._stopping:
            if intake.marked and (intake.pending.flushes or self._stopping or now >= (self._marks_at or 0.0)):
                intake.take_marks()
                self._accept_marks(0)
            if intake.pending or intake.trouble is not None or upkeep.connection is None:
                self._write()
        else:
            self._tell_trouble(intake.trouble)
        self._outcomes.hand_out()
        if self._dirty_at is not None and now >= self._dirty_at + _BARRIER_S:
            self._dirty_at = None
            if upkeep.gone():
                self._bring_back()
            else:
                upkeep.sync()
        if now >= upkeep.daily_at:
            upkeep.daily(now)

    def _write(self) -> None:
        if self.upkeep.connection is None:
            self._replace()
        connection, pending = self.upkeep.connection, self.intake.pending
        if connection is None:
            return
        try:
            batches.write(connection, pending, self._sums, self._ids)
        except _ERRORS as error:
            if family(error) is Family.REFUSED:
                self._write_singly(connection)
            else:
                self._cannot_write(error)
            return
        self.intake.pending = Batch()
        self._committed(pending)

    def _write_singly(self, connection: sqlite3.Connection) -> None:
        """One operation of the batch is bad: write each by itself, so that only that one fails."""
        waiting, self.intake.pending = self.intake.pending, Batch()
        singles = list(waiting.single())
        for at, single in enumerate(singles):
            try:
                batches.write(connection, single, self._sums, self._ids)
            except _ERRORS as error:
                if family(error) is Family.REFUSED:
                    self._refuse(single, error)
                    continue
                for rest in singles[at:]:
                    self.intake.pending.extend(rest)
                self._cannot_write(error)
                return
            self._committed(single)

    def _refuse(self, single: Batch, error: BaseException) -> None:
        if isinstance(error, batches.MismatchError):
            self.intake.unknown += 1
        else:
            self.intake.refused += 1
        log.error("the ledger refused an operation: %s", describe(error))
        for open_ in single.opens:
            self.intake.refuse(open_.opening)
        for future in single.futures():
            self._outcomes.failed(future, error)

    def _committed(self, done: Batch) -> None:
        if self.intake.trouble is not None:
            log.warning("the ledger can write again")
            self.intake.trouble, self.disk_full, self._backoff = None, False, 0.0
        outcomes, wrote = self._outcomes, done.writes
        for relay in done.relays:
            outcomes.done(relay.future, relay.added)
        for reprice in done.reprices:
            outcomes.done(reprice.future, reprice.priced)
        for change in done.changes:
            outcomes.done(change.future, change.result)
        done.relays.clear()
        done.reprices.clear()
        done.changes.clear()
        for future in done.futures():
            outcomes.done(future)
        if done.lates:
            self._spool.settle(done.lates)
        if not wrote:
            return
        self.upkeep.changed()
        if self._dirty_at is None:
            self._dirty_at = time.monotonic()
        self._commits += 1
        if self._commits % 64 == 0 and storage.log_size(self.upkeep.path) > CHECKPOINT_NOW:
            outcomes.hand_out()
            self.upkeep.checkpoint(busy=False)

    # -- the thread: trouble --------------------------------------------------------------------------------

    def _cannot_write(self, error: BaseException) -> None:
        if family(error) is Family.CORRUPT:
            self._replace()
        else:
            self._troubled(error)

    def _troubled(self, error: BaseException) -> None:
        """The disk is in the way: tell who waits, keep the work, try again later."""
        name = describe(error)
        if self.intake.trouble is None:
            log.error("the ledger cannot write: %s", name)
        self.intake.trouble = name
        self.disk_full = is_full(error)
        low, high = _BACKOFF_S
        self._backoff = min(high, max(low, self._backoff * 2))
        self._retry_at = time.monotonic() + self._backoff
        self._tell_trouble(name)

    def _tell_trouble(self, name: str) -> None:
        """Who waits learns that it waits in memory; imports and flushes are given back (their work is elsewhere)."""
        pending = self.intake.pending
        for future in pending.futures():
            self._outcomes.failed(future, StorageTrouble(name, kept=True))
        pending.nobody_waits()

    def _replace(self) -> None:
        """The file is damaged: put it aside, go on with a copy, keep the rows of calls that run now."""
        upkeep = self.upkeep
        again = upkeep.replaced_at is not None and time.monotonic() < upkeep.replaced_at + _CALM_S
        upkeep.disconnect()
        if again and upkeep.replaced_at is not None:
            upkeep.replaced_at = None
            self._troubled(sqlite3.DatabaseError("damaged again"))
            self._retry_at = time.monotonic() + _BACKOFF_S[1]
            return
        try:
            last_id = upkeep.replace(self.intake.to_remake())
        except (sqlite3.Error, OSError, LedgerError) as error:
            self._troubled(error)
            return
        self._ids.above(last_id)
        self._sums.forget()
        self.intake.forget_names()
        self._retry_at = 0.0

    def _bring_back(self) -> None:
        """The file was deleted or moved under us: write it anew with all that it held."""
        self._dirty_at = time.monotonic()
        try:
            self.upkeep.bring_back(frozenset(opening.id for opening, _ in self.intake.to_remake()))
        except (sqlite3.Error, OSError, LedgerError) as error:
            self._troubled(error)
            return
        self._sums.forget()
        self.intake.forget_names()

    def _finish(self) -> None:
        """The last step: everything to disk, then the file is closed."""
        while self._queue.qsize():
            self._accept(*self._queue.get_nowait())
        self._accept_marks(len(self._marked))
        for _ in range(3):
            if not (self.intake.pending or self.intake.marked):
                break
            self._work()
        if self.upkeep.gone():
            self._bring_back()
        self._abandon()
        self.upkeep.finish()

    def _abandon(self) -> None:
        """What cannot be written now: its openings go to the late spool, everyone who waits is told."""
        pending, self.intake.pending = self.intake.pending, Batch()
        for open_ in pending.opens:
            if not self._spool.add(open_.opening):
                self.intake.unrecorded += 1
        closed = StorageTrouble("the ledger is closed", kept=False)
        for future in pending.futures():
            self._outcomes.failed(future, closed)
        while self._queue.qsize():
            self._outcomes.failed(self._queue.get_nowait()[2], closed)
        self._outcomes.hand_out()
