"""What several spans cost, divided by several dimensions at once: each span is read once, whatever is asked of it.

Pure functions over a read-only connection, like ``trayapp.ledger.queries``; list price only.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence

from trayapp.ledger.queries import FINAL, By, pieces_of, snapshot
from trayapp.ledger.rollups import DIM_COLUMNS, DIM_SQL
from trayapp.values import PICO


def spent_by(
    connection: sqlite3.Connection, dimensions: Sequence[By], spans: Sequence[tuple[int, int]]
) -> list[dict[str, dict[str, int]]]:
    """The list price of some spans divided by several dimensions, each span read once: dimension to key to pico-USD.

    Args:
        connection: a read-only connection.
        dimensions: any but the session, which has grains of its own.
        spans: since and until of each.

    Raises:
        ValueError: there is no such dimension here.
    """
    if any(by not in DIM_COLUMNS or by == "session" for by in dimensions):
        raise ValueError(f"cannot divide by {dimensions!r}")
    wanted = ",".join(f"d.{by}" for by in dimensions)
    buckets = (
        f"SELECT {wanted},s.usd,s.pico FROM (SELECT dims,SUM(list_usd) AS usd,SUM(list_pico) AS pico FROM buckets"  # noqa: S608
        " WHERE grain=? AND bucket>=? AND bucket<? GROUP BY dims) s JOIN dims d ON d.id=s.dims"
    )
    expressions = ",".join(DIM_SQL[DIM_COLUMNS.index(by)] for by in dimensions)
    places = ",".join(str(number + 1) for number in range(len(dimensions)))
    edges_sql = (
        f"SELECT {expressions},COALESCE(SUM(pico_list/{PICO}),0),COALESCE(SUM(pico_list%{PICO}),0) FROM calls"  # noqa: S608
        f" WHERE started_us>=? AND started_us<? AND {FINAL} GROUP BY {places}"
    )
    found: list[dict[str, dict[str, int]]] = []
    with snapshot(connection):
        for span in spans:
            sums: dict[str, dict[str, int]] = {by: {} for by in dimensions}
            whole, edges = pieces_of(*span)
            asked: list[tuple[str, tuple[int, ...]]] = [(buckets, piece) for piece in whole]
            asked += [(edges_sql, edge) for edge in edges]
            for sql, parameters in asked:
                for *keys, usd, pico in connection.execute(sql, parameters):
                    for by, key in zip(dimensions, keys, strict=True):
                        sums[by][key] = sums[by].get(key, 0) + usd * PICO + pico
            found.append(sums)
    return found


def project_names(connection: sqlite3.Connection, keys: Sequence[str]) -> dict[str, str]:
    """What projects are called on this machine."""
    marks = ",".join("?" * len(keys))
    return dict(connection.execute(f"SELECT project,name FROM projects WHERE project IN ({marks})", tuple(keys)))  # noqa: S608
