"""The work of one transaction: what waits, and the SQL that writes it.

Several rows travel in one statement (1, 4, 16 or 64 of them): each statement hands Python's interpreter lock over
and back, and under a busy event loop each of those can cost milliseconds, so a batch must need few of them.

Order within a batch keeps the order of each single row: openings, closings, late flags, imports, new prices, the
team's outbox, marks.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Any, Final

from trayapp.ledger import mix, rollups
from trayapp.ledger.ids import IdSource
from trayapp.ledger.records import (
    CLOSE_COLUMNS,
    LATE,
    MARK_COLUMNS,
    OPEN_COLUMNS,
    Closed,
    Parameters,
    mark_parameters,
    repaired,
)
from trayapp.ledger.reprice import Repriced, apply
from trayapp.ledger.schema import UNFINISHED
from trayapp.ledger.spool import Relayed
from trayapp.ledger.storage import FLAG_SQL
from trayapp.ledger.sums import Sums
from trayapp.values import Basis, Closing, Confidence, Cost, Metering, Opening, State, Usage


class MismatchError(Exception):
    """A closing found no open row."""


@dataclass(slots=True)
class Open:
    """A row to make."""

    opening: Opening
    parameters: Parameters
    future: Future[None] | None


@dataclass(slots=True)
class Close:
    """A row to complete."""

    opening: Opening
    closing: Closing
    closed: Closed
    future: Future[None] | None

    def mixed(self) -> mix.Contribution | None:
        """What the row adds to the mix; ``None``: it has no price."""
        closed, pico = self.closed, self.closed.amounts[0]
        if pico is None:
            return None
        return mix.contribution(
            self.opening,
            self.closing.usage.model,
            closed.tokens,
            pico,
            closed.cost_flags,
            closed.legs,
            closed.components,
        )

    def contribution(self) -> tuple[int, tuple[rollups.Key, rollups.Key], list[int]]:
        """What the row adds to the buckets."""
        opening, closing, closed = self.opening, self.closing, self.closed
        return (
            opening.started_us,
            rollups.keys(opening, closing.usage.model, closing.metering, closed.basis),
            rollups.measures(
                closing.state, closing.metering, closed.confidence, closed.tokens, closed.web_searches, closed.amounts
            ),
        )


@dataclass(slots=True)
class Mark:
    """How far a running call has come."""

    id: int
    state: State
    http_status: int | None = None
    ttfb_us: int | None = None
    usage: Usage = field(default_factory=Usage)
    cost: Cost | None = None


@dataclass(slots=True)
class Relay:
    """Lines of the guard's spool to import."""

    entries: Sequence[Relayed]
    future: Future[int]
    added: int = 0


@dataclass(slots=True)
class Reprice:
    """Rows without a price that get one."""

    entries: Sequence[Repriced]
    future: Future[int]
    priced: int = 0


@dataclass(slots=True)
class Change:
    """A change of what stands beside the calls (``trayapp.ledger.outbox``)."""

    run: Callable[[sqlite3.Connection], Any]
    future: Future[Any]
    result: Any = None


@dataclass(slots=True)
class Batch:
    """Everything that waits to be written."""

    opens: list[Open] = field(default_factory=list)
    closes: list[Close] = field(default_factory=list)
    lates: list[int] = field(default_factory=list)
    relays: list[Relay] = field(default_factory=list)
    reprices: list[Reprice] = field(default_factory=list)
    changes: list[Change] = field(default_factory=list)
    marks: list[Mark] = field(default_factory=list)
    projects: dict[str, str] = field(default_factory=dict)
    flushes: list[Future[None]] = field(default_factory=list)
    groups: list[Future[None]] = field(default_factory=list)
    """Futures that several openings and closings share."""

    def __bool__(self) -> bool:
        return self.writes or bool(self.flushes or self.groups)

    @property
    def writes(self) -> bool:
        """Whether there is anything to write."""
        return bool(
            self.opens or self.closes or self.lates or self.relays or self.reprices or self.changes or self.marks
        )

    def futures(self) -> Iterator[Future[Any]]:
        """Everyone who waits for this batch."""
        for open_ in self.opens:
            if open_.future is not None:
                yield open_.future
        for close in self.closes:
            if close.future is not None:
                yield close.future
        for relay in self.relays:
            yield relay.future
        for reprice in self.reprices:
            yield reprice.future
        for change in self.changes:
            yield change.future
        yield from self.flushes
        yield from self.groups

    def extend(self, other: Batch) -> None:
        """Let ``other``'s work wait behind this one's."""
        for name in ("opens", "closes", "lates", "relays", "reprices", "changes", "marks", "flushes", "groups"):
            getattr(self, name).extend(getattr(other, name))
        self.projects.update(other.projects)

    def nobody_waits(self) -> None:
        """All futures were answered. Rows stay to be written; imports and new prices do not: they come again."""
        for open_ in self.opens:
            open_.future = None
        for close in self.closes:
            close.future = None
        self.relays.clear()
        self.reprices.clear()
        self.changes.clear()
        self.flushes.clear()
        self.groups.clear()

    def single(self) -> Iterator[Batch]:
        """The same work as batches of one, in order, with text and numbers repaired: for when one of them is bad."""
        for open_ in self.opens:
            name = {open_.opening.project: open_.opening.project_name}
            projects = {p: n for p, n in name.items() if p and n}
            yield Batch(opens=[Open(open_.opening, repaired(open_.parameters), open_.future)], projects=projects)
        for close in self.closes:
            close.closed.parameters = repaired(close.closed.parameters)
            yield Batch(closes=[close])
        for late in self.lates:
            yield Batch(lates=[late])
        for relay in self.relays:
            yield Batch(relays=[relay])
        for reprice in self.reprices:
            yield Batch(reprices=[reprice])
        for change in self.changes:
            yield Batch(changes=[change])
        for mark in self.marks:
            yield Batch(marks=[mark])
        if self.flushes:
            yield Batch(flushes=self.flushes)
        if self.groups:
            yield Batch(groups=self.groups)


_OPEN_WIDTH: Final = len(OPEN_COLUMNS)
_CLOSE_WIDTH: Final = len(CLOSE_COLUMNS)


def _places(width: int, size: int) -> str:
    return ",".join([f"({','.join('?' * width)})"] * size)


def _close_text(size: int) -> str:
    keep = ("http_status", "ttfb_us")  # a closing that does not know them leaves what a mark said
    sets = ",".join(
        f"{name}=COALESCE(v.column{at},{name})" if name in keep else f"{name}=v.column{at}"
        for at, name in enumerate(CLOSE_COLUMNS, start=1)
        if name != "id"
    )
    return (
        f"UPDATE calls SET {sets} FROM (VALUES {_places(_CLOSE_WIDTH, size)}) v"  # noqa: S608
        f" WHERE calls.id=v.column1 AND calls.{UNFINISHED}"
    )


_SIZES: Final = (1, 4, 16, 64)
_OPEN_SQL: Final = {
    size: f"INSERT INTO calls ({','.join(OPEN_COLUMNS)}) VALUES {_places(_OPEN_WIDTH, size)}"  # noqa: S608
    for size in _SIZES
}
_CLOSE_SQL: Final = {size: _close_text(size) for size in _SIZES}
_SENT_SQL: Final = "UPDATE calls SET state='sent' WHERE id=? AND state='open'"
_STREAMING_SQL: Final = (
    f"UPDATE calls SET {','.join(f'{name}=?' for name in MARK_COLUMNS[1:])} WHERE id=? AND {UNFINISHED}"  # noqa: S608
)
_PROJECT_SQL: Final = (
    "INSERT INTO projects (project,name) VALUES (?,?) ON CONFLICT (project) DO UPDATE SET name=excluded.name"
)
_RELAY_COLUMNS: Final = (
    *("id", "started_us", "ended_us", "state", "metering", "source", "confidence", "vendor", "wire", "tool", "kind"),
    *("streamed", "context_bytes", "upstream", "http_status", "bytes_up", "bytes_down"),
)
_RELAY_SQL: Final = f"INSERT INTO calls ({','.join(_RELAY_COLUMNS)}) VALUES ({','.join('?' * len(_RELAY_COLUMNS))})"  # noqa: S608


def write(connection: sqlite3.Connection, batch: Batch, sums: Sums, ids: IdSource) -> None:
    """Write a batch in one transaction. After an error nothing of it is in the file.

    Raises:
        MismatchError: a closing found no open row.
        sqlite3.Error, OverflowError, UnicodeError: SQLite or its binding refused.
    """
    opens = len(batch.opens)
    if opens in _OPEN_SQL and not (
        batch.closes or batch.lates or batch.relays or batch.reprices or batch.changes or batch.marks or batch.projects
    ):
        _insert(connection, batch.opens, opens)  # one statement is its own transaction
        return
    if not batch.writes:
        return
    connection.execute("BEGIN IMMEDIATE")
    try:
        at = 0
        for size in rollups.chunks(opens):
            _insert(connection, batch.opens[at : at + size], size)
            at += size
        _complete(connection, batch.closes, sums)
        for project, name in batch.projects.items():
            connection.execute(_PROJECT_SQL, (project, name))
        for late in batch.lates:
            connection.execute(FLAG_SQL, (LATE, LATE, late, LATE))
        for relay in batch.relays:
            relay.added = _import(connection, relay.entries, sums, ids)
        for reprice in batch.reprices:
            reprice.priced = apply(connection, reprice.entries, sums)
        for change in batch.changes:
            change.result = change.run(connection)
        for mark in batch.marks:
            if mark.state is State.SENT:
                connection.execute(_SENT_SQL, (mark.id,))
            else:
                first, *rest = mark_parameters(
                    mark.id, mark.state, mark.http_status, mark.ttfb_us, mark.usage, mark.cost
                )
                connection.execute(_STREAMING_SQL, (*rest, first))
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        sums.forget()
        raise


def _insert(connection: sqlite3.Connection, opens: Sequence[Open], size: int) -> None:
    flat: list[Any] = []
    for open_ in opens:
        flat += open_.parameters
    connection.execute(_OPEN_SQL[size], flat)


def _complete(connection: sqlite3.Connection, closes: Sequence[Close], sums: Sums) -> None:
    if not closes:
        return
    at = 0
    for size in rollups.chunks(len(closes)):
        flat: list[Any] = []
        for close in closes[at : at + size]:
            flat += close.closed.parameters
        if connection.execute(_CLOSE_SQL[size], flat).rowcount != size:
            raise MismatchError
        at += size
    mixed = [found for close in closes if (found := close.mixed()) is not None]
    sums.add(connection, [close.contribution() for close in closes], mixed)


def _import(connection: sqlite3.Connection, entries: Sequence[Relayed], sums: Sums, ids: IdSource) -> int:
    contributions = []
    for entry in entries:
        row_id = ids.next()
        fresh = connection.execute(
            "INSERT OR IGNORE INTO seen (source,key,call) VALUES ('guard',?,?)", (entry.id, row_id)
        )
        if not fresh.rowcount:
            continue
        state = entry.state
        opening = Opening(
            id=row_id,
            started_us=entry.at_us,
            vendor=entry.vendor,
            wire="",
            source="guard",
            tool=entry.tool,
            kind="other",
        )
        connection.execute(
            _RELAY_SQL,
            (
                *(row_id, entry.at_us, entry.ended_us, str(state), "unmetered", "guard", "none", entry.vendor, ""),
                *(entry.tool, "other", 0, 0, "", entry.status, entry.bytes_up, entry.bytes_down),
            ),
        )
        contributions.append(
            (
                entry.at_us,
                rollups.keys(opening, None, Metering.UNMETERED, Basis.UNPRICED),
                rollups.measures(
                    state, Metering.UNMETERED, Confidence.NONE, [0] * len(rollups.TOKENS), 0, (None, None, None)
                ),
            )
        )
    sums.add(connection, contributions)
    return len(contributions)
