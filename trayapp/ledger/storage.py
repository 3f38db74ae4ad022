"""The ledger's files: opening them in whatever state they are, checking, copying, putting aside, restoring.

A start goes through ``start``: connect, migrate, check, take over what a killed process left. A damaged file is
renamed to ``ledger.corrupt-<time>`` together with its log, the newest daily copy that passes its own check takes its
place (or an empty ledger), and the result says so: a damaged ledger never keeps the engine from starting.

Only the writer's connection writes and checkpoints (SQLite before 3.51.3 can damage a WAL database when two
connections do); every other one is opened read-only with its auto-checkpoint off. All files are mode 0600.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
from collections.abc import Callable, Collection
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from trayapp.ledger import mix, rollups
from trayapp.ledger.errors import Family, LedgerError, describe, family, is_full
from trayapp.ledger.records import LATE, OPEN_COLUMNS, opening_parameters, repaired
from trayapp.ledger.schema import UNFINISHED, VERSION, migrate
from trayapp.ledger.spool import LateSpool
from trayapp.ledger.sums import Sums
from trayapp.said import say
from trayapp.values import Basis, Confidence, Metering, State

CHECK_AT_ONCE: Final = 32 * 1024 * 1024
"""Files up to this size are checked before the start goes on (about 0.1 s); larger ones in the background."""
KEEP_COPIES: Final = 7
_NO_VERSION: Final = 1000
"""A format number that no version of Spendlight will reach: such a header is damaged, not new."""
_CACHE_KIB: Final = 4096
_WAL_LIMIT: Final = 64 * 1024 * 1024


def connect(path: Path) -> sqlite3.Connection:
    """The read-write connection. There is one for each ledger, ever."""
    _make_private(path)
    connection = sqlite3.connect(path, timeout=1.0, isolation_level=None, check_same_thread=False, cached_statements=64)
    try:
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=NORMAL")
        connection.execute("PRAGMA wal_autocheckpoint=0")
        connection.execute(f"PRAGMA journal_size_limit={_WAL_LIMIT}")
        connection.execute(f"PRAGMA cache_size=-{_CACHE_KIB}")
        connection.execute("PRAGMA trusted_schema=OFF")
    except BaseException:
        connection.close()
        raise
    return connection


def connect_reader(path: Path) -> sqlite3.Connection:
    """A read-only connection; it never checkpoints."""
    connection = sqlite3.connect(
        f"{path.absolute().as_uri()}?mode=ro", uri=True, timeout=5.0, isolation_level=None, check_same_thread=False
    )
    try:
        connection.execute("PRAGMA wal_autocheckpoint=0")
        connection.execute(f"PRAGMA cache_size=-{_CACHE_KIB}")
    except BaseException:
        connection.close()
        raise
    return connection


def _make_private(path: Path) -> None:
    """Create the file 0600 before SQLite does; its log inherits the mode."""
    try:
        os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))
    except FileExistsError:
        if os.name == "posix" and path.stat().st_mode & 0o077:
            path.chmod(0o600)


def beside(path: Path, suffix: str) -> Path:
    """SQLite's companion of a database file: ``-wal`` or ``-shm``."""
    return path.with_name(path.name + suffix)


def log_size(path: Path) -> int:
    """Bytes in the write-ahead log."""
    try:
        return beside(path, "-wal").stat().st_size
    except OSError:
        return 0


def sync_log(path: Path) -> None:
    """Force all commits so far to the platter: what a commit in FULL mode does, from any thread.

    The log carries its own checksums, so after a power cut every synced commit is found again. Opening and closing
    the *log* file is harmless; the database file itself must never be opened beside SQLite (its POSIX locks would
    be dropped on close).

    Raises:
        OSError: the disk refuses.
    """
    try:
        handle = os.open(beside(path, "-wal"), os.O_RDWR)
    except FileNotFoundError:
        return
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def is_sound(connection: sqlite3.Connection) -> bool:
    """SQLite's own quick check.

    Raises:
        sqlite3.Error: the check could not be made (disk trouble, not damage).
    """
    try:
        return bool(connection.execute("PRAGMA quick_check(1)").fetchone()[0] == "ok")
    except sqlite3.DatabaseError as error:
        if family(error) is Family.CORRUPT:
            return False
        raise


@dataclass(frozen=True, slots=True)
class Started:
    """A ledger file ready for work."""

    connection: sqlite3.Connection
    last_id: int
    """The greatest id in it."""
    recovered: int
    """Rows that a killed process left unfinished; now ``interrupted``."""
    imported: int
    """Openings taken over from the late spool."""
    quarantined: Path | None
    """Where a damaged file was put, if one was found."""
    restored: Path | None
    """The daily copy that took its place."""
    checked: bool
    """Whether the whole file was checked; if not, that is still to be done in the background."""


def start(
    path: Path,
    spool: LateSpool | None,
    now_us: Callable[[], int],
    *,
    running: Collection[int] = (),
    damaged: bool = False,
) -> Started:
    """Open the file for writing, whatever state it is in.

    Args:
        path: the database.
        spool: the late spool, to take over what it holds; ``None`` when it was done already.
        now_us: the clock, for the name of a quarantined file.
        running: ids of calls that run now (when a file is replaced under way); they are not interrupted.
        damaged: the file is known to be damaged.

    Raises:
        LedgerError: it is from a newer Spendlight, or cannot be written.
        sqlite3.Error, OSError: the disk is in the way.
    """
    quarantined: Path | None = None
    restored: Path | None = None
    candidates = copies(path)
    while True:
        if damaged:
            aside = put_aside(path, now_us())
            quarantined = quarantined or aside
            restored = None
            while candidates and restored is None:
                restored = _restore(path, candidates.pop(0))
        connection: sqlite3.Connection | None = None
        try:
            connection = connect(path)
            version = int(connection.execute("PRAGMA user_version").fetchone()[0])
            if version not in range(_NO_VERSION) or (version > VERSION and not is_sound(connection)):
                raise _DamagedError
            found = migrate(connection)
            mix.fill(connection)
            checked = path.stat().st_size <= CHECK_AT_ONCE
            if found and checked and not is_sound(connection):
                raise _DamagedError
            imported = import_late(connection, spool) if spool is not None else 0
            recovered = recover(connection, running)
            last_id = int(connection.execute("SELECT COALESCE(MAX(id),0) FROM calls").fetchone()[0])
            return Started(connection, last_id, recovered, imported, quarantined, restored, checked)
        except BaseException as error:
            if connection is not None:
                connection.close()
            if not _is_damage(error) or (damaged and restored is None):
                raise
            damaged = True


class _DamagedError(sqlite3.DatabaseError):
    """The file opens, and is wrong all the same."""


def _is_damage(error: BaseException) -> bool:
    """Damage also shows as a missing table or column, or as an error message of SQLite's that is no text."""
    if isinstance(error, UnicodeError):
        return True
    if not isinstance(error, sqlite3.Error):
        return False
    return family(error) is not Family.TROUBLE and not isinstance(error, sqlite3.ProgrammingError)


def unwritable(path: Path, error: Exception) -> LedgerError:
    """The error for a person, when the ledger's folder or file cannot be written."""
    if isinstance(error, sqlite3.Error) and is_full(error):
        return LedgerError(
            say("The disk is full"),
            say("Spendlight cannot write its ledger in {folder}.", folder=path.parent),
            say("Free some space and start Spendlight again."),
            "ledger_unwritable",
        )
    return LedgerError(
        say("The ledger cannot be written"),
        say("Spendlight keeps it at {path}; the system answered {why}.", path=path, why=describe(error)),
        say("Make that folder writable for you, or set SPENDLIGHT_HOME to another folder."),
        "ledger_unwritable",
    )


def recover(connection: sqlite3.Connection, running: Collection[int] = ()) -> int:
    """Turn rows that a killed process left into ``interrupted`` ones, counted with what is known of them."""
    columns = (
        "id,started_us,metering,confidence,source,vendor,wire,tool,session,project,model_asked,model_served,kind,"
        "account,basis,web_searches,pico_list,pico_contract,pico_marginal,attempt_of,cost_flags,components,legs"
    )
    sums = ",".join(rollups.TOKENS)
    connection.execute("BEGIN IMMEDIATE")
    try:
        cursor = connection.cursor()
        cursor.row_factory = sqlite3.Row
        left = [
            row
            for row in cursor.execute(f"SELECT {columns},{sums} FROM calls WHERE {UNFINISHED}")  # noqa: S608
            if row["id"] not in running
        ]
        contributions, mixed = [], []
        for row in left:
            unmetered = row["metering"] == Metering.UNMETERED
            metering = Metering.UNMETERED if unmetered else Metering.ESTIMATED
            confidence = Confidence.NONE if unmetered else Confidence.PARTIAL
            connection.execute(
                "UPDATE calls SET state='interrupted', metering=?, confidence=? WHERE id=?",
                (str(metering), str(confidence), row["id"]),
            )
            contributions.append(
                rollups.of_row(
                    row,
                    state=State.INTERRUPTED,
                    metering=metering,
                    confidence=confidence,
                    basis=Basis(row["basis"]),
                    amounts=(row["pico_list"], row["pico_contract"], row["pico_marginal"]),
                )
            )
            if row["pico_list"] is not None:
                mixed.append(mix.of_row(row, row["pico_list"], row["cost_flags"], row["components"]))
        Sums().add(connection, contributions, mixed)
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise
    return len(left)


OPEN_SQL: Final = f"INSERT INTO calls ({','.join(OPEN_COLUMNS)}) VALUES ({','.join('?' * len(OPEN_COLUMNS))})"  # noqa: S608


def import_late(connection: sqlite3.Connection, spool: LateSpool) -> int:
    """Give the late spool's leftovers a row where they have none.

    Raises:
        OSError, sqlite3.Error: the disk refuses; nothing is lost, the next start tries again.
    """
    openings = spool.leftovers()
    added = 0
    if openings:
        connection.execute("PRAGMA synchronous=FULL")
        connection.execute("BEGIN IMMEDIATE")
        try:
            for opening in openings:
                parameters = repaired(opening_parameters(opening, LATE))
                added += connection.execute(OPEN_SQL.replace("INSERT", "INSERT OR IGNORE", 1), parameters).rowcount
                connection.execute(FLAG_SQL, (LATE, LATE, opening.id, LATE))
            connection.execute("COMMIT")
        except BaseException:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            raise
        finally:
            connection.execute("PRAGMA synchronous=NORMAL")
    spool.clear()
    return added


FLAG_SQL: Final = (
    "UPDATE calls SET flags=CASE flags WHEN '' THEN ? ELSE flags||' '||? END"
    " WHERE id=? AND ' '||flags||' ' NOT LIKE '% '||?||' %'"
)
"""Add a flag to a row that does not carry it: parameters flag, flag, id, flag."""


def _stamp(now_us: int) -> str:
    return datetime.fromtimestamp(now_us / 1e6, UTC).strftime("%Y%m%dT%H%M%SZ")


def put_aside(path: Path, now_us: int) -> Path | None:
    """Rename a damaged ledger and its log; returns the new name, or ``None`` when there is no file.

    Raises:
        OSError: it cannot be renamed.
    """
    name = f"{path.stem}.corrupt-{_stamp(now_us)}"
    target = path.with_name(name)
    number = 1
    while target.exists():
        number += 1
        target = path.with_name(f"{name}-{number}")
    if not path.exists():
        return None
    path.rename(target)
    log = beside(path, "-wal")
    if log.exists():
        log.rename(beside(target, "-wal"))
    beside(path, "-shm").unlink(missing_ok=True)
    return target


def _folder(path: Path) -> Path:
    return path.parent / "backups"


def vacuum_into(connection: sqlite3.Connection, target: Path) -> None:
    """Write all that a connection reads to a new file, mode 0600, on the disk for good.

    Raises:
        sqlite3.Error, OSError: no space, or the disk refuses; an unfinished file stays.
    """
    _make_private(target)
    try:
        connection.execute("VACUUM INTO ?", (str(target),))
        handle = os.open(target, os.O_RDWR)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
    finally:
        beside(target, "-journal").unlink(missing_ok=True)


def copies(path: Path) -> list[Path]:
    """The daily copies of a ledger, newest first."""
    return sorted(_folder(path).glob(f"{path.stem}-*.sqlite3"), reverse=True)


def copy_due_us(path: Path, now_us: int, every_us: int) -> int:
    """How long until the next daily copy is due, in microseconds; 0 when it is due now."""
    newest = next(iter(copies(path)), None)
    if newest is None:
        return 0
    try:
        made_us = int(newest.stat().st_mtime * 1e6)
    except OSError:
        return 0
    return min(max(0, made_us + every_us - now_us), every_us)


def make_copy(connection: sqlite3.Connection, path: Path, now_us: int) -> Path:
    """Copy the ledger with ``VACUUM INTO`` (from a read-only connection), and drop copies beyond the newest seven.

    Raises:
        sqlite3.Error, OSError: no space, or the disk refuses; an unfinished copy is removed.
    """
    folder = _folder(path)
    folder.mkdir(mode=0o700, exist_ok=True)
    if shutil.disk_usage(folder).free < 2 * path.stat().st_size + log_size(path):
        raise OSError(28, "not enough space for a copy")
    target = folder / f"{path.stem}-{_stamp(now_us)}.sqlite3"
    unfinished = folder / f".{target.name}.part"
    unfinished.unlink(missing_ok=True)
    try:
        vacuum_into(connection, unfinished)
        unfinished.replace(target)
    finally:
        unfinished.unlink(missing_ok=True)
    for old in copies(path)[KEEP_COPIES:]:
        old.unlink(missing_ok=True)
    return target


def _restore(path: Path, copy: Path) -> Path | None:
    """Put a copy in the ledger's place if it is sound; returns it, or ``None``."""
    unfinished = path.with_name(f".{path.name}.restoring")
    try:
        unfinished.unlink(missing_ok=True)
        _make_private(unfinished)
        shutil.copyfile(copy, unfinished)
        with closing(sqlite3.connect(unfinished, isolation_level=None)) as connection:
            connection.execute("PRAGMA journal_mode=DELETE")
            if not is_sound(connection) or not connection.execute("PRAGMA user_version").fetchone()[0]:
                return None
        unfinished.replace(path)
    except sqlite3.DatabaseError as error:
        if family(error) is Family.TROUBLE:
            raise
        return None
    finally:
        unfinished.unlink(missing_ok=True)
    return copy
