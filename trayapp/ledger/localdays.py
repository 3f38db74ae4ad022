"""Stretches of local time read from UTC days: each edge from the UTC midnight that lies nearest to it.

A stretch from ``a`` to ``b`` is what lies between ``a`` and its midnight, and the whole UTC days between the two
midnights, without what lies between ``b`` and its midnight. So neighbours share what is read at the edge between them,
and a year of local days is read from 365 buckets and a few hours, not from 8,760 of them.

Pure functions over a read-only connection, within the caller's view of the file.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from operator import add, sub
from typing import Final

from trayapp.ledger.queries import FINAL, pieces_of, snapshot
from trayapp.ledger.rollups import COLUMNS, DAY, DAY_US, MEASURE_SQL, TOKENS
from trayapp.values import PICO

_TOKENS: Final = tuple(name for name in TOKENS if name != "reasoning")
"""Disjoint; as ``Totals.tokens``."""


@dataclass(frozen=True, slots=True)
class DayAmount:
    """A local day in two numbers."""

    pico: int
    """By the list, pico-USD."""
    tokens: int


def nearest(edge: int) -> int:
    """The UTC day (epoch days) that begins nearest to a moment."""
    return (edge + DAY_US // 2) // DAY_US


def aside(edge: int) -> tuple[int, int, int]:
    """What lies between a moment and its midnight: since, until, and 1 if the midnight comes second, else −1."""
    midnight = nearest(edge) * DAY_US
    return (edge, midnight, 1) if edge <= midnight else (midnight, edge, -1)


def figures(connection: sqlite3.Connection, edges: Sequence[int], columns: Sequence[str]) -> list[list[int]]:
    """Some of ``rollups.COLUMNS``, summed between each two neighbours of ``edges`` (ascending)."""
    sums = ",".join(f"COALESCE(SUM({name}),0)" for name in columns)
    measures = ",".join(MEASURE_SQL[COLUMNS.index(name)] for name in columns)
    days = f"SELECT bucket,{sums} FROM buckets WHERE grain=? AND bucket>=? AND bucket<? GROUP BY bucket"  # noqa: S608
    pieces = f"SELECT {sums} FROM buckets WHERE grain=? AND bucket>=? AND bucket<?"  # noqa: S608
    rows = f"SELECT {measures} FROM calls WHERE started_us>=? AND started_us<? AND {FINAL}"  # noqa: S608
    nothing = [0] * len(columns)

    def between(edge: int) -> list[int]:
        since, until, sign = aside(edge)
        total = nothing
        whole, ragged = pieces_of(since, until)
        asked: list[tuple[str, tuple[int, ...]]] = [(pieces, piece) for piece in whole]
        for sql, span in [*asked, *((rows, edge) for edge in ragged)]:
            total = list(map(add, total, connection.execute(sql, span).fetchone()))
        return [sign * each for each in total]

    midnights = [nearest(edge) for edge in edges]
    sides = [between(edge) for edge in edges]
    found = {day: list(more) for day, *more in connection.execute(days, (DAY, midnights[0], midnights[-1]))}
    made = []
    for at, (first, end) in enumerate(pairwise(midnights)):
        total = list(map(sub, sides[at], sides[at + 1]))
        for day in range(first, end):
            total = list(map(add, total, found.get(day, nothing)))
        made.append(total)
    return made


def amounts(connection: sqlite3.Connection, edges: Sequence[int]) -> list[DayAmount]:
    """What the stretches between each two neighbours of ``edges`` (ascending) cost and used."""
    with snapshot(connection):
        found = figures(connection, edges, ("list_usd", "list_pico", *_TOKENS))
    return [DayAmount(usd * PICO + pico, sum(tokens)) for usd, pico, *tokens in found]
