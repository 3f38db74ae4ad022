"""What several spans cost, divided by several dimensions at once: each span is read once, whatever is asked of it.

Pure functions over a read-only connection, like ``trayapp.ledger.queries``; list price only.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence

from trayapp.ledger.localdays import aside, nearest
from trayapp.ledger.queries import FINAL, By, pieces_of, snapshot
from trayapp.ledger.rollups import DAY_US, DIM_COLUMNS, DIM_SQL
from trayapp.values import PICO

_Sums = dict[str, dict[str, list[int]]]
"""Dimension to key to calls and pico-USD."""


def spent_by(
    connection: sqlite3.Connection, dimensions: Sequence[By], spans: Sequence[tuple[int, int]]
) -> list[dict[str, dict[str, int]]]:
    """The list price of some spans divided by several dimensions: dimension to key to pico-USD.

    Args:
        connection: a read-only connection.
        dimensions: any; the session, which has grains of its own, by itself alone.
        spans: since and until of each; neighbours share what is read where they meet.

    Raises:
        ValueError: it cannot be divided so.
    """
    if any(by not in DIM_COLUMNS for by in dimensions) or ("session" in dimensions and len(dimensions) > 1):
        raise ValueError(f"cannot divide by {dimensions!r}")
    with snapshot(connection):
        reading = _Reading(connection, dimensions)
        return [reading.span(*span) for span in spans]


class _Reading:
    """Reads spans by whole days, and what lies beside those once for each edge."""

    def __init__(self, connection: sqlite3.Connection, dimensions: Sequence[By]) -> None:
        self._connection = connection
        self._dimensions = dimensions
        self._shift = 1 if "session" in dimensions else 0
        wanted = ",".join(f"d.{by}" for by in dimensions)
        self._buckets = (
            f"SELECT {wanted},s.calls,s.usd,s.pico FROM (SELECT dims,SUM(calls) AS calls,SUM(list_usd) AS usd,"  # noqa: S608
            "SUM(list_pico) AS pico FROM buckets WHERE grain=? AND bucket>=? AND bucket<? GROUP BY dims) s"
            " JOIN dims d ON d.id=s.dims"
        )
        expressions = ",".join(DIM_SQL[DIM_COLUMNS.index(by)] for by in dimensions)
        places = ",".join(str(number + 1) for number in range(len(dimensions)))
        self._rows = (
            f"SELECT {expressions},COUNT(*),COALESCE(SUM(pico_list/{PICO}),0),COALESCE(SUM(pico_list%{PICO}),0)"  # noqa: S608
            f" FROM calls WHERE started_us>=? AND started_us<? AND {FINAL} GROUP BY {places}"
        )
        self._asides: dict[int, _Sums] = {}

    def span(self, since_us: int, until_us: int) -> dict[str, dict[str, int]]:
        """What one span cost."""
        found = self._read(nearest(since_us) * DAY_US, nearest(until_us) * DAY_US)
        for edge, sign in ((since_us, 1), (until_us, -1)):
            since, until, way = aside(edge)
            if edge not in self._asides:
                self._asides[edge] = self._read(since, until)
            for by, parts in self._asides[edge].items():
                sums = found[by]
                for key, (calls, pico) in parts.items():
                    known = sums.setdefault(key, [0, 0])
                    known[0] += sign * way * calls
                    known[1] += sign * way * pico
        return {by: {key: pico for key, (calls, pico) in parts.items() if calls} for by, parts in found.items()}

    def _read(self, since_us: int, until_us: int) -> _Sums:
        sums: _Sums = {by: {} for by in self._dimensions}
        whole, edges = pieces_of(since_us, until_us)
        asked: list[tuple[str, tuple[int, ...]]] = [
            (self._buckets, (grain + self._shift, first, end)) for grain, first, end in whole
        ]
        asked += [(self._rows, edge) for edge in edges]
        for sql, parameters in asked:
            for *keys, calls, usd, pico in self._connection.execute(sql, parameters):
                for by, key in zip(self._dimensions, keys, strict=True):
                    known = sums[by].setdefault(key, [0, 0])
                    known[0] += calls
                    known[1] += usd * PICO + pico
        return sums


def project_names(connection: sqlite3.Connection, keys: Sequence[str]) -> dict[str, str]:
    """What projects are called on this machine."""
    marks = ",".join("?" * len(keys))
    return dict(connection.execute(f"SELECT project,name FROM projects WHERE project IN ({marks})", tuple(keys)))  # noqa: S608
