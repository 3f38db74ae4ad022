"""Rows of the past with all that it takes to price them anew, in the order of their start, a chunk at a time.

Pure functions over a read-only connection, like ``trayapp.ledger.queries``. Rules: final rows only, priced or not; each
chunk is a view of its own, so a long reckoning neither holds back the log nor keeps a year in memory.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from typing import Final

import msgspec

from trayapp.ledger.records import USAGE_COLUMNS, usage_from
from trayapp.values import Usage


class PastRow(msgspec.Struct, frozen=True, kw_only=True):
    """One finished attempt."""

    id: int
    started_us: int
    state: str
    vendor: str
    wire: str
    upstream: str
    tool: str | None
    account: str | None
    credential: str | None
    model_asked: str | None
    model_served: str | None
    kind: str
    session: str | None
    project: str | None
    project_name: str | None
    usage: Usage
    pico_list: int | None


_PLAIN: Final = tuple(name for name in PastRow.__struct_fields__ if name != "usage")
_CHUNK: Final = (
    f"SELECT {','.join(dict.fromkeys((*_PLAIN, *USAGE_COLUMNS, 'metering', 'flags')))}"  # noqa: S608
    " FROM calls WHERE (started_us,id)>(?,?) AND started_us<? AND state NOT IN ('open','sent','streaming')"
    " ORDER BY started_us,id LIMIT ?"
)
_SESSIONS: Final = "SELECT DISTINCT session FROM calls WHERE started_us>=? AND started_us<? AND session IS NOT NULL"


def chunks(connection: sqlite3.Connection, since_us: int, until_us: int, size: int) -> Iterator[list[PastRow]]:
    """The rows of ``[since_us, until_us)``, at most ``size`` at once."""
    cursor = connection.cursor()
    cursor.row_factory = sqlite3.Row
    after = (since_us, -1)
    while found := cursor.execute(_CHUNK, (*after, until_us, size)).fetchall():
        yield [PastRow(usage=usage_from(row), **{name: row[name] for name in _PLAIN}) for row in found]
        after = (found[-1]["started_us"], found[-1]["id"])


def sessions(connection: sqlite3.Connection, since_us: int, until_us: int) -> frozenset[str]:
    """The sessions that had a call in a range."""
    return frozenset(name for (name,) in connection.execute(_SESSIONS, (since_us, until_us)))
