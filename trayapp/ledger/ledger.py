"""The ledger's front: what the engine calls.

See the package's docstring for the rules. Everything here may be called from any thread and returns at once; what
takes time is a ``concurrent.futures.Future``.
"""

from __future__ import annotations

import logging
import sqlite3
import time
from collections.abc import Callable, Collection, Iterable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from trayapp.ledger import (
    agreed,
    divided,
    localdays,
    mix,
    pastrows,
    queries,
    reportsums,
    reprice,
    savings,
    short,
    spool,
    storage,
)
from trayapp.ledger.agreed import Covered, Key
from trayapp.ledger.batch import Mark
from trayapp.ledger.errors import LedgerError
from trayapp.ledger.ids import IdSource
from trayapp.ledger.localdays import DayAmount
from trayapp.ledger.lock import FileLock
from trayapp.ledger.outbox import Outbox
from trayapp.ledger.outcomes import Deliver
from trayapp.ledger.pastrows import PastRow
from trayapp.ledger.queries import By, Share, Totals
from trayapp.ledger.reader import Reader
from trayapp.ledger.reportsums import ReportSums
from trayapp.ledger.reprice import Repriced, Unpriced, UnpricedModel
from trayapp.ledger.savings import Reroutable, RuleSaved, Saved
from trayapp.ledger.sessions import Sessions, SessionSum
from trayapp.ledger.spool import LateSpool
from trayapp.ledger.writer import Writer
from trayapp.mix import MixCell
from trayapp.said import say
from trayapp.spent import Spent
from trayapp.values import Closing, Cost, Opening, Row, State, Usage

T = TypeVar("T")

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """How the ledger fares."""

    waiting: int
    """Operations that are not on disk yet."""
    running: int
    """Rows that are open now."""
    unrecorded: int
    """Calls since the start that got no row. Law: this is never hidden."""
    refused: int
    """Operations since the start that SQLite would not take."""
    unknown: int
    """Closings since the start for rows that were not open (double ones included)."""
    recovered: int
    """Rows that an earlier process left unfinished."""
    imported: int
    """Openings taken over from the late spool at the start."""
    disk_full: bool
    problem: str | None
    """What a person has to know now, one sentence; ``None`` when all is well."""
    quarantined: Path | None
    """Where a damaged ledger was put since the start."""
    restored: Path | None
    """The daily copy that took its place; ``None`` with ``quarantined`` set: an empty ledger did."""


def _clock() -> int:
    return time.time_ns() // 1000


class Ledger:
    """One open ledger. Made by ``Ledger.open``; ``close`` it."""

    def __init__(
        self, path: Path, lock: FileLock, started: storage.Started, late: LateSpool, ids: IdSource, writer: Writer
    ) -> None:
        self.path = path
        self._lock = lock
        self._late = late
        self._ids = ids
        self._writer = writer
        self._reports = writer.upkeep.reports
        self.outbox = Outbox(self._reports.submit, writer.change)
        """What a team's server is to be told."""
        self._sessions = Sessions()
        self._recovered = started.recovered
        self._imported = started.imported
        self._closed = False

    @classmethod
    def open(
        cls,
        path: Path,
        *,
        now_us: Callable[[], int] = _clock,
        spool: Path | None = None,
        deliver: Deliver | None = None,
    ) -> Ledger:
        """Open a ledger for writing, whatever state it is in.

        Rows that a killed process left unfinished become ``interrupted``; a damaged file is put aside and replaced
        by the newest sound daily copy; both are told in ``status``.

        Args:
            path: the database; its folder is made if missing.
            now_us: the clock, UTC epoch microseconds.
            spool: the late spool; by default ``<path>.late.jsonl``.
            deliver: where futures of writes are resolved. With ``loop.call_soon_threadsafe`` their callbacks run on
                the loop, with one wake-up for a whole batch; then never block on such a future on the loop's thread.
                By default they run on the writer's thread.

        Raises:
            LedgerError: another engine has it open, it is from a newer Spendlight, or it cannot be written.
        """
        try:
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            lock = FileLock(path.with_name(path.name + ".lock"))
        except OSError as error:
            raise storage.unwritable(path, error) from error
        late = LateSpool(spool or path.with_name(path.name + ".late.jsonl"))
        try:
            started = storage.start(path, late, now_us)
        except LedgerError:
            lock.release()
            raise
        except (OSError, sqlite3.Error) as error:
            lock.release()
            raise storage.unwritable(path, error) from error
        except BaseException:
            lock.release()
            raise
        if started.quarantined is not None:
            log.error("the ledger was damaged; it was put aside as %s", started.quarantined.name)
        ids = IdSource(now_us)
        ids.above(started.last_id)
        writer = Writer(path, started, late, ids, now_us=now_us, deliver=deliver)
        return cls(path, lock, started, late, ids, writer)

    # -- writing --------------------------------------------------------------------------------------------

    def new_id(self) -> int:
        """A time-ordered 63-bit id, above every id in the ledger, whatever the clock does."""
        return self._ids.next()

    def open_row(self, opening: Opening) -> Future[None]:
        """Make a row in state ``open``; resolved when it is committed.

        The future fails at once with ``StorageTrouble`` when the disk is in the way; with ``kept`` the row follows
        from memory. Cancelling the future cancels only the wait.
        """
        return self._writer.open(opening)

    def write(self, openings: Sequence[Opening], closings: Sequence[Closing] = ()) -> Future[None]:
        """Open and close several rows with one hand-over; resolved when all of it is committed.

        Cheaper than one by one: a hand-over to the writing thread costs more than the row. The future fails with
        ``StorageTrouble`` as in ``open_row``; a single bad row is counted in ``Status.refused`` or ``unknown``.
        """
        return self._writer.group(openings, closings)

    def note_late(self, opening: Opening) -> None:
        """The request leaves before its row is committed: note it where a kill cannot reach, and flag the row.

        About 20 µs. Call it after ``open_row`` of the same opening; the row still comes from memory.
        """
        self._late.add(opening)
        self._writer.late(opening.id)

    def mark_sent(self, row_id: int) -> None:
        """The request was handed to the upstream socket. Written within a second, unless the call ends before."""
        self._writer.mark(Mark(row_id, State.SENT))

    def mark_streaming(
        self,
        row_id: int,
        *,
        http_status: int | None = None,
        ttfb_us: int | None = None,
        usage: Usage | None = None,
        cost: Cost | None = None,
    ) -> None:
        """The response head has arrived; what is known so far survives a kill. May be called again with more.

        Written within a second, unless the call ends before. The last call wins whole.
        """
        self._writer.mark(Mark(row_id, State.STREAMING, http_status, ttfb_us, usage or Usage(), cost))

    def close_row(self, closing: Closing) -> Future[None]:
        """Bring a row to its final state; resolved when that is committed.

        The first closing wins. The future fails with ``LookupError`` when the row is not open (counted in
        ``Status.unknown``), with ``ValueError`` when the state is not final, with ``StorageTrouble`` as in
        ``open_row``.
        """
        return self._writer.close(closing)

    def import_unmetered(self, path: Path, *, timeout: float = 60.0) -> int:
        """Import what the guard relayed by itself; blocks, so call it on a thread of its own.

        The file is renamed before it is read and deleted after its rows are committed; lines are remembered by
        their id, so a repeat adds nothing.

        Returns:
            How many rows were added.

        Raises:
            StorageTrouble: the ledger cannot be written now; nothing is lost, call it again.
            OSError: the spool cannot be read or renamed.
            TimeoutError: not committed within ``timeout`` seconds; it will be, or call it again.
        """
        added = 0
        for file in spool.take(path):
            part: list[spool.Relayed] = []
            for entry in spool.read(file):
                part.append(entry)
                if len(part) == _IMPORT_PART:
                    added += self._writer.relay(part).result(timeout)
                    part = []
            if part:
                added += self._writer.relay(part).result(timeout)
            file.unlink(missing_ok=True)
        return added

    def reprice(self, entries: Sequence[Repriced]) -> Future[int]:
        """Give rows that have no price one, with their sums; the future carries how many it were.

        Give at most ``REPRICE_PART`` at once and wait for the answer before the next: calls that open meanwhile are
        then held up for a few milliseconds at most. Rows that have a price by now are left alone. The future fails
        with ``StorageTrouble`` when the disk is in the way; nothing is kept, ask again.
        """
        return self._writer.reprice(entries)

    def flush(self, timeout: float = 30.0) -> None:
        """Everything asked before is committed and forced to the disk when this returns.

        Raises:
            StorageTrouble: the disk is in the way.
            TimeoutError: it took too long.
            OSError: the commit is done but could not be forced to the disk.
        """
        self._writer.flush().result(timeout)
        storage.sync_log(self.path)

    def barrier(self) -> None:
        """Force everything that is committed to the disk; blocks.

        Raises:
            OSError: the disk refuses.
        """
        storage.sync_log(self.path)

    def back_up(self) -> Future[Path | None]:
        """Check and copy the ledger now, beside the daily copies; the future carries the copy, if it was made."""
        return self._writer.upkeep.back_up()

    def close(self) -> None:
        """Write what waits, force it to the disk, end the threads, let go of the file. May be called twice."""
        if self._closed:
            return
        self._closed = True
        self._writer.stop()
        self._late.close()
        self._lock.release()

    # -- reading --------------------------------------------------------------------------------------------

    def rows(
        self,
        *,
        since_us: int | None = None,
        until_us: int | None = None,
        after_id: int | None = None,
        limit: int = 1000,
        newest_first: bool = False,
    ) -> Future[list[Row]]:
        """Rows in the order of their start; see ``queries.rows``."""
        return self._reports.submit(
            lambda connection: queries.rows(
                connection,
                since_us=since_us,
                until_us=until_us,
                after_id=after_id,
                limit=limit,
                newest_first=newest_first,
            )
        )

    def row(self, row_id: int) -> Future[Row | None]:
        """One row, or ``None``."""
        return self._reports.submit(lambda connection: queries.row(connection, row_id))

    def totals(self, since_us: int | None = None, until_us: int | None = None) -> Future[Totals]:
        """The sums over the final rows that started in ``[since_us, until_us)``."""
        return self._reports.submit(lambda connection: queries.totals(connection, since_us, until_us))

    def days(self, edges: Sequence[int]) -> Future[list[Totals]]:
        """The sums between each two neighbours of ``edges`` (ascending), e.g. local midnights."""
        return self._reports.submit(lambda connection: queries.days(connection, edges))

    def day_amounts(self, edges: Sequence[int]) -> Future[list[DayAmount]]:
        """What many local days cost and used, quickly, beside other questions; see ``localdays.amounts``."""
        return self._beside("ledger-days", lambda connection: localdays.amounts(connection, edges))

    def breakdown(
        self,
        by: By,
        since_us: int | None = None,
        until_us: int | None = None,
        limit: int | None = None,
        account: str | None = None,
    ) -> Future[list[Share]]:
        """A range divided by one dimension, dearest first; see ``queries.breakdown``."""
        return self._reports.submit(
            lambda connection: queries.breakdown(connection, by, since_us, until_us, limit, account)
        )

    def spent_by(
        self, dimensions: Sequence[By], spans: Sequence[tuple[int, int]]
    ) -> Future[list[dict[str, dict[str, int]]]]:
        """The list price of some spans by several dimensions at once, beside other questions; see
        ``divided.spent_by``.
        """
        return self._beside("ledger-parts", lambda connection: divided.spent_by(connection, dimensions, spans))

    def project_names(self, keys: Sequence[str]) -> Future[dict[str, str]]:
        """What projects are called on this machine."""
        return self._reports.submit(lambda connection: divided.project_names(connection, keys))

    def sessions(self, since_us: int, limit: int = 50, wanted: Collection[str] = ()) -> Future[list[SessionSum]]:
        """The sessions since a moment (ask again for the same one), dearest first; see ``sessions.Sessions.read``."""
        return self._reports.submit(lambda connection: self._sessions.read(connection, since_us, limit, wanted))

    def hours(
        self, since_us: int, until_us: int, amount: str = "list", by: By | None = None, keys: Sequence[str] = ()
    ) -> Future[list[tuple[int, int]]]:
        """What each whole UTC hour cost; see ``queries.hours``."""
        return self._reports.submit(lambda connection: queries.hours(connection, since_us, until_us, amount, by, keys))

    def mix(self, since_us: int, until_us: int) -> Future[list[MixCell]]:
        """What the list price of a range is made of, cell by cell, beside other questions; see ``mix.mix``."""
        return self._beside("ledger-mix", lambda connection: mix.mix(connection, since_us, until_us))

    def drawn(self, agreement: str, since_us: int, until_us: int, before_id: int | None = None) -> Future[int]:
        """What a pool's rows drew; see ``agreed.drawn``."""
        return self._reports.submit(
            lambda connection: agreed.drawn(connection, agreement, since_us, until_us, before_id)
        )

    def spent(self, agreement: str, since_us: int, until_us: int) -> Future[Covered]:
        """What an agreement's rows come to; see ``agreed.spent``."""
        return self._reports.submit(lambda connection: agreed.spent(connection, agreement, since_us, until_us))

    def covered(self, since_us: int, until_us: int, apart: Collection[str] = ()) -> Future[tuple[Covered, ...]]:
        """What each vendor's calls on a subscription come to; see ``agreed.covered``."""
        return self._reports.submit(lambda connection: agreed.covered(connection, since_us, until_us, apart))

    def keys(self, since_us: int) -> Future[list[Key]]:
        """The credentials that were seen; see ``agreed.keys``."""
        return self._reports.submit(lambda connection: agreed.keys(connection, since_us))

    def savings(self, edges: Sequence[int]) -> Future[list[Saved]]:
        """What rules have saved between each two neighbours of ``edges``, signed; see ``savings.savings``."""
        return self._reports.submit(lambda connection: savings.savings(connection, edges))

    def savings_by_rule(self, since_us: int, until_us: int) -> Future[list[RuleSaved]]:
        """What each rule has saved; see ``savings.savings_by_rule``."""
        return self._reports.submit(lambda connection: savings.savings_by_rule(connection, since_us, until_us))

    def reroutable(self, since_us: int, until_us: int, limit: int = 10_000) -> Future[list[Reroutable]]:
        """Calls that a rule could have concerned, the newest first; see ``savings.reroutable``."""
        return self._reports.submit(lambda connection: savings.reroutable(connection, since_us, until_us, limit))

    def report_sums(
        self, edges: Sequence[int], before: tuple[int, int], *, most: int = 8, agreements: Sequence[str] = ()
    ) -> Future[ReportSums]:
        """All that a report asks, within one view; see ``reportsums.report_sums``."""
        return self._reports.submit(
            lambda connection: reportsums.report_sums(connection, edges, before, most=most, agreements=agreements)
        )

    def unpriced(self, after: tuple[int, int] | None = None, limit: int = 256) -> Future[list[Unpriced]]:
        """Final rows without a price, oldest first, behind ``(started_us, id)``."""
        return self._reports.submit(lambda connection: reprice.waiting(connection, after, limit))

    def unpriced_models(self, since_us: int | None = None, until_us: int | None = None) -> Future[list[UnpricedModel]]:
        """What has no price in a range, by vendor and model, most calls first."""
        return self._reports.submit(lambda connection: reprice.by_model(connection, since_us, until_us))

    def sessions_between(self, since_us: int, until_us: int) -> Future[frozenset[str]]:
        """The sessions that had a call in a range."""
        return self._reports.submit(lambda connection: pastrows.sessions(connection, since_us, until_us))

    def past(
        self, sink: Callable[[list[PastRow]], None], since_us: int, until_us: int, chunk: int = 500
    ) -> Future[int]:
        """Hand the final rows of a range to ``sink``, with all that it takes to price them anew; as ``export``."""
        return self._apart("ledger-past", lambda db: pastrows.chunks(db, since_us, until_us, chunk), sink)

    def export(
        self,
        sink: Callable[[list[Row]], None],
        since_us: int | None = None,
        until_us: int | None = None,
        chunk: int = 1000,
    ) -> Future[int]:
        """Hand all rows of a range to ``sink``, ``chunk`` at a time, in the order of their start.

        Runs on a thread and a connection of its own, where ``sink`` may block (that is the back-pressure) or raise
        (that ends the export and is the future's exception). The future carries the number of rows.
        """
        return self._apart("ledger-export", lambda db: queries.chunks(db, since_us, until_us, chunk), sink)

    def short(
        self, sink: Callable[[list[Spent]], None], since_us: int, until_us: int, chunk: int = short.CHUNK
    ) -> Future[int]:
        """Hand the finished calls of a range in short to ``sink``, as ``export`` does; see ``short.short``."""
        return self._apart("ledger-short", lambda db: short.short(db, since_us, until_us, chunk), sink)

    def rows_of(self, wanted: Sequence[int]) -> Future[list[Row]]:
        """Rows by their ids; see ``short.rows_of``."""
        return self._reports.submit(lambda connection: short.rows_of(connection, wanted))

    def _apart(
        self, name: str, ask: Callable[[sqlite3.Connection], Iterable[list[T]]], sink: Callable[[list[T]], None]
    ) -> Future[int]:
        """Hand parts to ``sink`` on a thread and a connection of their own; the future carries how many it were."""

        def run(connection: sqlite3.Connection) -> int:
            count = 0
            for part in ask(connection):
                sink(part)
                count += len(part)
            return count

        return self._beside(name, run)

    def _beside(self, name: str, ask: Callable[[sqlite3.Connection], T]) -> Future[T]:
        """Ask on a thread and a connection of its own: a report asks several such questions at once."""
        reader = Reader(self.path, name)
        future = reader.submit(ask)
        reader.stop()
        return future

    # -- state ----------------------------------------------------------------------------------------------

    @property
    def problem(self) -> str | None:
        """What a person has to know now, one sentence; ``None`` when all is well."""
        writer, intake, upkeep = self._writer, self._writer.intake, self._writer.upkeep
        if intake.unrecorded:
            return say("{count} calls could not be recorded; today's total is too low.", count=intake.unrecorded)
        if writer.disk_full:
            return say("The disk is full: {count} entries wait in memory.", count=writer.waiting)
        if intake.trouble:
            return say(
                "The ledger cannot be written ({why}): {count} entries wait in memory.",
                why=intake.trouble,
                count=writer.waiting,
            )
        if upkeep.quarantined is not None:
            name = upkeep.quarantined.name
            if upkeep.restored:
                return say(
                    "The ledger was damaged and put aside as {name}; the copy {copy} took its place.",
                    name=name,
                    copy=upkeep.restored.name,
                )
            return say("The ledger was damaged and put aside as {name}; a new one was begun.", name=name)
        if upkeep.sync_failed:
            return say("The disk does not confirm what is written; a power cut could lose calls.")
        return None

    def status(self) -> Status:
        """How the ledger fares."""
        writer, intake, upkeep = self._writer, self._writer.intake, self._writer.upkeep
        return Status(
            waiting=writer.waiting,
            running=len(intake.live),
            unrecorded=intake.unrecorded,
            refused=intake.refused,
            unknown=intake.unknown,
            recovered=self._recovered,
            imported=self._imported,
            disk_full=writer.disk_full,
            problem=self.problem,
            quarantined=upkeep.quarantined,
            restored=upkeep.restored,
        )


_IMPORT_PART = 500
