"""The finished calls of a range in short, and whole rows by their ids: what reports count from, and what they open.

Pure functions over a read-only connection, like ``trayapp.ledger.queries``. Calls whose cost is nobody's question are
left out: those that still run, and token counts, which vendors give away.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from typing import Final

from trayapp.ledger.records import ROW_COLUMNS, row_from
from trayapp.spent import Spent
from trayapp.values import Row

CHUNK: Final = 2000
_IDS: Final = 500
"""Ids in one question; SQLite takes 32,766 at least since 3.32, older builds 999."""

_PROMPT: Final = "input+cache_read+cache_write+cache_write_1h+cache_write_12h+input_audio+cache_read_audio"
_SUMMED: Final = {
    "ended_us": "COALESCE(ended_us,started_us)",
    "exact": "metering='exact'",
    "sure": "confidence='exact'",
    "model": "COALESCE(model_served,model_sent,model_asked)",
    "asked": "model_asked",
    "prompt": _PROMPT,
    "output": "output+output_audio+output_image",
    "pico": "pico_list",
    "several": "legs IS NOT NULL",
}
_NEXT: Final = (
    f"SELECT {','.join(_SUMMED.get(name, name) for name in Spent._fields)}"  # noqa: S608
    " FROM calls INDEXED BY calls_started WHERE (started_us,id)>(?,?) AND started_us<?"
    " AND state NOT IN ('open','sent','streaming') AND kind<>'count' ORDER BY started_us, id LIMIT ?"
)


def short(connection: sqlite3.Connection, since_us: int, until_us: int, size: int = CHUNK) -> Iterator[list[Spent]]:
    """The finished calls of ``[since_us, until_us)`` in the order of their start, in lists of at most ``size``.

    Each list is a view of its own, so a long range neither holds back the log nor stands in memory.
    """
    after = (since_us - 1, 2**63 - 1)
    make = Spent._make
    while part := [make(values) for values in connection.execute(_NEXT, (*after, until_us, size))]:
        yield part
        if len(part) < size:
            return
        after = part[-1].started_us, part[-1].id


def rows_of(connection: sqlite3.Connection, wanted: Sequence[int]) -> list[Row]:
    """Rows by their ids, in the order asked for; ids that are not there are left out."""
    found: dict[int, Row] = {}
    for at in range(0, len(wanted), _IDS):
        part = wanted[at : at + _IDS]
        marks = ",".join("?" * len(part))
        for values in connection.execute(f"SELECT {','.join(ROW_COLUMNS)} FROM calls WHERE id IN ({marks})", part):  # noqa: S608
            row = row_from(values)
            found[row.id] = row
    return [found[each] for each in wanted if each in found]
