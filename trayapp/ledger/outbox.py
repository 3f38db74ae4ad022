"""What a team's server has not been told yet: which hours have changed, how they were laid out, what was acknowledged.

Everything in the ledger about the team lives here; what a bucket looks like and who may see it is not its business.

Tables
    team     one row while its user is in a team: the epoch, since when hours are told, by which dimensions, and the
             greatest revision that was given out. Without it the triggers on ``calls`` write nothing.
    unsent   hours in which a final row was added, changed or removed since they were laid out, each with a mark that
             is another after each change. The triggers write it, in the transaction that changes the row, whoever
             does it: a closing, a late price, an import into the past.
    outbox   the buckets as they were laid out last: text, revision, and the revision that was acknowledged (``sent``;
             0: it was never taken to be sent, -1: it was, and no answer has come yet). A bucket without ``totals`` is
             a tombstone. Revisions are never given twice, so the same one always says the same.

Rules:

* hours are summed from their rows on a reading connection (``gather``), exact and in one view; the writer takes that in
  (``lay``) and only takes an hour off the list when nothing has changed it meanwhile;
* whoever sends forces the log to the disk before (``Ledger.barrier``): what a server knows, the ledger knows too;
* what was never taken to be sent is dropped without a trace when nothing is left of it: its dimensions are told to
  nobody, not even by a tombstone;
* everything is bounded: some hours at a time, some buckets at a time. What is acknowledged and too old to be changed
  is dropped.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any, Final

from trayapp.ledger.queries import snapshot
from trayapp.ledger.rollups import AMOUNTS, COLUMNS, HOUR_US, MEASURE_SQL
from trayapp.values import PICO

_FINAL: Final = "state NOT IN ('open','sent','streaming')"
_DIMS: Final = {
    "vendor": "vendor",
    "model_asked": "COALESCE(model_asked,'')",
    "model_served": "COALESCE(NULLIF(model_served,''),model_asked,'')",
    "tool": "COALESCE(tool,'')",
    "project": "COALESCE(project,'')",
    "account": "COALESCE(account,'')",
    "tier": "COALESCE(tier,'')",
}
_SAVED: Final = "CASE WHEN rule IS NOT NULL AND pico_asked IS NOT NULL AND pico_list IS NOT NULL"
_SUMS: Final = (
    f"SELECT {','.join(_DIMS.values())},COALESCE(MAX(book),''),"  # noqa: S608
    + ",".join(f"COALESCE(SUM({_SAVED} THEN (pico_asked-pico_list){part}{PICO} END),0)" for part in "/%")
    + f",{','.join(MEASURE_SQL)} FROM calls WHERE started_us>=? AND started_us<? AND {_FINAL}"
    f" GROUP BY {','.join(str(n + 1) for n in range(len(_DIMS)))}"
)
_PLAIN: Final = len(COLUMNS) - 2 * len(AMOUNTS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How the outbox stands."""

    epoch: str
    since_us: int
    dimensions: tuple[str, ...]
    revision: int
    """The greatest that was given out."""
    unsent: int
    """Hours that have changed since they were laid out."""
    waiting: int
    """Buckets that were laid out and not acknowledged."""
    refused: int
    """Buckets of which the server has said that it will not take them as they are now."""


@dataclass(frozen=True, slots=True)
class Group:
    """Final rows of one hour that are alike in everything that a team may be told."""

    vendor: str
    model_asked: str
    model_served: str
    """The one asked for, where none has answered."""
    tool: str
    project: str
    """Its HMAC under the install key."""
    account: str
    tier: str
    book: str
    """The greatest version that one of them was priced by."""
    saved: int
    """Pico-USD, signed."""
    figures: dict[str, int]
    """By the names of ``rollups.COUNTS`` and ``TOKENS``, and ``list``, ``estimated``, ``contract``, ``marginal``."""


@dataclass(frozen=True, slots=True)
class Hour:
    """One changed hour, summed."""

    number: int
    """UTC hours since the epoch."""
    mark: int
    """What stood in ``unsent`` in the same view."""
    groups: tuple[Group, ...]


@dataclass(frozen=True, slots=True)
class Cell:
    """One bucket as text, ready to be kept."""

    key: str
    dims: str
    totals: str
    book: str


@dataclass(frozen=True, slots=True)
class Waiting:
    """One bucket that is to be sent."""

    hour: int
    key: str
    dims: str
    totals: str | None
    book: str
    revision: int


@dataclass(frozen=True, slots=True)
class Told:
    """The server's word on one bucket."""

    hour: int
    key: str
    revision: int
    """The one that was sent."""
    why: str = ""
    """Why it was not taken; it is not sent again until it changes."""


class Outbox:
    """The ledger's outbox, from any thread; what takes time is a future."""

    def __init__(
        self,
        ask: Callable[[Callable[[sqlite3.Connection], Any]], Future[Any]],
        change: Callable[[Callable[[sqlite3.Connection], Any]], Future[Any]],
    ) -> None:
        """``ask`` runs something on a reading connection, ``change`` in a transaction of the writer's."""
        self._ask = ask
        self._change = change

    def standing(self) -> Future[Standing | None]:
        """How it stands; ``None``: its user is in no team."""
        return self._ask(standing)

    def gather(self, hours: int) -> Future[list[Hour]]:
        """Sum the oldest changed hours, at most so many, in one view of the file."""
        return self._ask(lambda connection: gather(connection, hours))

    def peek(self, since_us: int, until_us: int) -> Future[list[Hour]]:
        """Sum all hours of a range in which anything was called, whether its user is in a team or not."""
        return self._ask(lambda connection: peek(connection, since_us, until_us))

    def waiting(self, most: int) -> Future[list[Waiting]]:
        """What is to be sent, the oldest first, at most so many."""
        return self._ask(lambda connection: waiting(connection, most))

    def taken(self, epoch: str, buckets: Sequence[Waiting]) -> Future[int]:
        """These are about to be sent: from here on the server may know of them. How many it could not know before."""
        places = [(each.hour, each.key, epoch) for each in buckets]
        return self._change(lambda connection: taken(connection, places))

    def begin(self, epoch: str, since_us: int, dimensions: Sequence[str]) -> Future[None]:
        """Begin an epoch: all hours from ``since_us`` on are to be told, and what was known of another is forgotten."""
        return self._change(lambda connection: begin(connection, epoch, since_us, dimensions))

    def divide(self, epoch: str, dimensions: Sequence[str], from_us: int) -> Future[bool]:
        """Tell by other dimensions, from an hour on; ``False``: another epoch runs."""
        return self._change(lambda connection: divide(connection, epoch, dimensions, from_us))

    def lay(
        self, epoch: str, dimensions: Sequence[str], hours: Sequence[tuple[Hour, Sequence[Cell]]]
    ) -> Future[int | None]:
        """Keep hours as they are to be told; the future carries the greatest revision, or ``None``: things changed."""
        return self._change(lambda connection: lay(connection, epoch, dimensions, hours))

    def acknowledge(self, epoch: str, told: Sequence[Told], drop_before_us: int = 0) -> Future[None]:
        """The server has answered. Settled buckets from before a moment are dropped."""
        return self._change(lambda connection: acknowledge(connection, epoch, told, drop_before_us))

    def end(self) -> Future[None]:
        """Its user is in no team any more: nothing is kept."""
        return self._change(end)


def standing(connection: sqlite3.Connection) -> Standing | None:
    """See ``Outbox.standing``."""
    with snapshot(connection):
        row = connection.execute("SELECT epoch,since_us,dimensions,revision FROM team").fetchone()
        if row is None:
            return None
        (unsent,) = connection.execute("SELECT COUNT(*) FROM unsent").fetchone()
        (left,) = connection.execute("SELECT COUNT(*) FROM outbox WHERE revision>sent").fetchone()
        (refused,) = connection.execute("SELECT COUNT(*) FROM outbox WHERE why<>''").fetchone()
    return Standing(
        epoch=row[0],
        since_us=row[1],
        dimensions=tuple(row[2].split()),
        revision=row[3],
        unsent=unsent,
        waiting=left,
        refused=refused,
    )


def gather(connection: sqlite3.Connection, hours: int) -> list[Hour]:
    """See ``Outbox.gather``."""
    with snapshot(connection):
        marks = connection.execute("SELECT hour,mark FROM unsent ORDER BY hour LIMIT ?", (hours,)).fetchall()
        return [Hour(number, mark, _groups(connection, number)) for number, mark in marks]


def peek(connection: sqlite3.Connection, since_us: int, until_us: int) -> list[Hour]:
    """See ``Outbox.peek``."""
    with snapshot(connection):
        numbers = connection.execute(
            f"SELECT DISTINCT started_us/{HOUR_US} FROM calls WHERE started_us>=? AND started_us<? AND {_FINAL}"  # noqa: S608
            " ORDER BY 1",
            (since_us, until_us),
        ).fetchall()
        return [Hour(number, 0, _groups(connection, number)) for (number,) in numbers]


def _groups(connection: sqlite3.Connection, number: int) -> tuple[Group, ...]:
    return tuple(map(_group, connection.execute(_SUMS, (number * HOUR_US, (number + 1) * HOUR_US))))


def _group(row: Sequence[Any]) -> Group:
    at = len(_DIMS)
    book, saved_usd, saved_pico, *sums = row[at:]
    figures = dict(zip(COLUMNS[:_PLAIN], sums[:_PLAIN], strict=True))
    for number, amount in enumerate(AMOUNTS):
        usd, pico = sums[_PLAIN + 2 * number : _PLAIN + 2 * number + 2]
        figures[amount] = usd * PICO + pico
    vendor, asked, served, tool, project, account, tier = row[:at]
    saved = saved_usd * PICO + saved_pico
    return Group(vendor, asked, served, tool, project, account, tier, book, saved, figures)


def waiting(connection: sqlite3.Connection, most: int) -> list[Waiting]:
    """See ``Outbox.waiting``."""
    cursor = connection.execute(
        "SELECT hour,key,dims,totals,book,revision FROM outbox WHERE revision>sent ORDER BY hour,key LIMIT ?", (most,)
    )
    return [Waiting(*row) for row in cursor]


def taken(connection: sqlite3.Connection, places: Sequence[tuple[int, str, str]]) -> int:
    """See ``Outbox.taken``; hour, key and epoch of each."""
    return connection.executemany(
        "UPDATE outbox SET sent=-1 WHERE hour=? AND key=? AND sent=0 AND EXISTS (SELECT 1 FROM team WHERE epoch=?)",
        places,
    ).rowcount


def begin(connection: sqlite3.Connection, epoch: str, since_us: int, dimensions: Sequence[str]) -> None:
    """See ``Outbox.begin``; within the caller's transaction, as all that follows."""
    (given,) = connection.execute("SELECT COALESCE(MAX(revision),0) FROM team").fetchone()
    end(connection)
    connection.execute(
        "INSERT INTO team (id,epoch,since_us,dimensions,revision) VALUES (1,?,?,?,?)",
        (epoch, since_us // HOUR_US * HOUR_US, " ".join(dimensions), given),
    )
    _mark(connection, since_us // HOUR_US * HOUR_US)


def divide(connection: sqlite3.Connection, epoch: str, dimensions: Sequence[str], from_us: int) -> bool:
    """See ``Outbox.divide``."""
    changed = connection.execute("UPDATE team SET dimensions=? WHERE epoch=?", (" ".join(dimensions), epoch)).rowcount
    if changed:
        (since_us,) = connection.execute("SELECT since_us FROM team").fetchone()
        _mark(connection, max(since_us, from_us // HOUR_US * HOUR_US))
    return bool(changed)


def _mark(connection: sqlite3.Connection, from_us: int) -> None:
    """All hours with a final row from a moment on are to be laid out anew."""
    connection.execute(
        f"INSERT OR REPLACE INTO unsent (hour,mark) SELECT DISTINCT started_us/{HOUR_US},random() FROM calls"  # noqa: S608
        f" WHERE started_us>=? AND {_FINAL}",
        (from_us,),
    )


def lay(
    connection: sqlite3.Connection,
    epoch: str,
    dimensions: Sequence[str],
    hours: Iterable[tuple[Hour, Sequence[Cell]]],
) -> int | None:
    """See ``Outbox.lay``."""
    team = connection.execute("SELECT epoch,dimensions,revision FROM team").fetchone()
    if team is None or team[:2] != (epoch, " ".join(dimensions)):
        return None
    revision = int(team[2])
    for hour, cells in hours:
        known = {
            key: tuple(rest)
            for key, *rest in connection.execute(
                "SELECT key,totals,book,why,sent FROM outbox WHERE hour=?", (hour.number,)
            )
        }
        now = {cell.key for cell in cells}
        for cell in cells:
            totals, book, why, _ = known.get(cell.key, (None, "", "", 0))
            # What was not taken for its dimensions may be taken now: it is laid out because they have changed.
            if (totals, book) != (cell.totals, cell.book) or why == "dimension":
                revision += 1
                connection.execute(_LAY, (hour.number, cell.key, cell.dims, cell.totals, cell.book, revision))
        for key, (totals, _, _, sent) in known.items():
            if key in now or totals is None:
                continue
            if not sent:
                connection.execute("DELETE FROM outbox WHERE hour=? AND key=?", (hour.number, key))
            else:
                revision += 1
                connection.execute(_BURY, (revision, hour.number, key))
        connection.execute("DELETE FROM unsent WHERE hour=? AND mark=?", (hour.number, hour.mark))
    connection.execute("UPDATE team SET revision=?", (revision,))
    return revision


_LAY: Final = (
    "INSERT INTO outbox (hour,key,dims,totals,book,revision) VALUES (?,?,?,?,?,?) ON CONFLICT (hour,key) DO UPDATE SET"
    " totals=excluded.totals,book=excluded.book,revision=excluded.revision,why=''"
)
_BURY: Final = "UPDATE outbox SET totals=NULL,book='',revision=?,why='' WHERE hour=? AND key=?"


def acknowledge(connection: sqlite3.Connection, epoch: str, told: Iterable[Told], drop_before_us: int) -> None:
    """See ``Outbox.acknowledge``."""
    if connection.execute("SELECT 1 FROM team WHERE epoch=?", (epoch,)).fetchone() is None:
        return
    for each in told:
        connection.execute(
            "UPDATE outbox SET sent=?,why=CASE WHEN revision=? THEN ? ELSE why END WHERE hour=? AND key=? AND sent<?",
            (each.revision, each.revision, each.why, each.hour, each.key, each.revision),
        )
    connection.execute("DELETE FROM outbox WHERE revision<=sent AND hour<?", (drop_before_us // HOUR_US,))


def end(connection: sqlite3.Connection) -> None:
    """See ``Outbox.end``."""
    for table in ("team", "unsent", "outbox"):
        connection.execute(f"DELETE FROM {table}")  # noqa: S608
