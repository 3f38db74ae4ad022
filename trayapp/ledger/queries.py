"""What can be asked of the ledger. Pure functions over a read-only connection.

A range is ``[since_us, until_us)`` over the *start* of a call, in UTC epoch microseconds; ``None`` leaves an end
open. Local days are ranges whose ends the caller computes (zoneinfo), so days of 23 or 25 hours and zones with
half-hour offsets need nothing special here: whole UTC blocks, days and hours come from the buckets, the ragged ends
from the rows themselves, all within one snapshot of the file.

Totals count *final* rows only. A call that still runs is in ``rows`` but in no total.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import pairwise
from operator import add
from typing import Final, Literal

from trayapp.ledger import ids
from trayapp.ledger.records import ROW_COLUMNS, row_from
from trayapp.ledger.rollups import (
    AMOUNTS,
    BLOCK,
    BLOCK_DAYS,
    BLOCK_US,
    COLUMNS,
    DAY,
    DIM_COLUMNS,
    DIM_SQL,
    HOUR,
    HOUR_US,
    MEASURE_SQL,
    SUM_SQL,
)
from trayapp.moments import FIRST_US, LAST_US
from trayapp.values import PICO, Row

By = Literal["tool", "model", "project", "vendor", "session", "kind", "source", "account", "metering", "basis"]
"""What a breakdown may divide by."""

FINAL: Final = "state NOT IN ('open','sent','streaming')"
"""Only such rows are in sums."""
_PLAIN: Final = len(COLUMNS) - 2 * len(AMOUNTS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Totals:
    """Sums over the final rows of a range. Tokens are disjoint, ``reasoning`` is a part of ``output``."""

    calls: int = 0
    """Rows: one for each upstream attempt. The six states below sum to it."""
    done: int = 0
    vendor_error: int = 0
    client_abort: int = 0
    upstream_cut: int = 0
    interrupted: int = 0
    not_sent: int = 0
    priced: int = 0
    """Calls with a list price (known zeros included)."""
    unpriced: int = 0
    """Calls that may have cost something and have no price. Their share is in no amount."""
    unmetered: int = 0
    """Calls that nobody metered."""
    contract_known: int = 0
    """Calls with a contract price."""
    marginal_known: int = 0
    """Calls with a marginal price."""
    input: int = 0
    cache_read: int = 0
    cache_write: int = 0
    cache_write_1h: int = 0
    cache_write_12h: int = 0
    output: int = 0
    reasoning: int = 0
    input_audio: int = 0
    cache_read_audio: int = 0
    output_audio: int = 0
    output_image: int = 0
    web_searches: int = 0
    pico_list: int = 0
    """List price of the ``priced`` calls, pico-USD."""
    pico_estimated: int = 0
    """The part of ``pico_list`` of calls whose confidence is not ``exact``."""
    pico_contract: int = 0
    """Contract price of the ``contract_known`` calls, pico-USD."""
    pico_marginal: int = 0
    """Marginal price of the ``marginal_known`` calls, pico-USD."""

    @property
    def errors(self) -> int:
        """Calls that failed, other than by the tool's own wish."""
        return self.vendor_error + self.upstream_cut + self.interrupted + self.not_sent

    @property
    def tokens(self) -> int:
        """All tokens, in and out."""
        return (
            self.input
            + self.cache_read
            + self.cache_write
            + self.cache_write_1h
            + self.cache_write_12h
            + self.output
            + self.input_audio
            + self.cache_read_audio
            + self.output_audio
            + self.output_image
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """One part of a breakdown."""

    key: str | None
    """The value divided by (for projects the HMAC); ``None`` where a row does not say."""
    name: str | None
    """What to show: a project's display name, else the key."""
    totals: Totals


@contextmanager
def snapshot(connection: sqlite3.Connection) -> Iterator[None]:
    """One consistent view of the file for several statements; inside another one, that one."""
    inside = connection.in_transaction
    if not inside:
        connection.execute("BEGIN")
    try:
        yield
    finally:
        if not inside and connection.in_transaction:
            connection.execute("COMMIT")


def _totals(figures: Sequence[int]) -> Totals:
    values = dict(zip(COLUMNS[:_PLAIN], figures, strict=False))
    money = figures[_PLAIN:]
    for at, amount in enumerate(AMOUNTS):
        values[f"pico_{amount}"] = money[2 * at] * PICO + money[2 * at + 1]
    return Totals(**values)


def pieces_of(since_us: int, until_us: int) -> tuple[list[tuple[int, int, int]], list[tuple[int, int]]]:
    """Divide a range into bucket ranges (grain, first, end) and row ranges (since, until)."""
    if until_us <= since_us:
        return [], []
    first_hour, end_hour = -(-since_us // HOUR_US), until_us // HOUR_US
    if first_hour >= end_hour:
        return [], [(since_us, until_us)]
    edges = [(since_us, first_hour * HOUR_US), (end_hour * HOUR_US, until_us)]
    rows = [(a, b) for a, b in edges if a < b]
    first_day, end_day = -(-first_hour // 24), end_hour // 24
    if first_day >= end_day:
        return [(HOUR, first_hour, end_hour)], rows
    pieces = [(HOUR, first_hour, first_day * 24), (HOUR, end_day * 24, end_hour)]
    first_block, end_block = -(-first_day // BLOCK_DAYS), end_day // BLOCK_DAYS
    if first_block >= end_block:
        pieces.append((DAY, first_day, end_day))
    else:
        pieces += [
            (DAY, first_day, first_block * BLOCK_DAYS),
            (BLOCK, first_block, end_block),
            (DAY, end_block * BLOCK_DAYS, end_day),
        ]
    return [(grain, a, b) for grain, a, b in pieces if a < b], rows


def _bounds(connection: sqlite3.Connection, since_us: int | None, until_us: int | None) -> tuple[int, int]:
    """An open end is drawn to the first or behind the last row, so that it costs nothing."""
    if since_us is None or until_us is None:
        first, last = connection.execute(
            "SELECT (SELECT started_us FROM calls ORDER BY started_us LIMIT 1),"
            " (SELECT started_us FROM calls ORDER BY started_us DESC LIMIT 1)"
        ).fetchone()
        if first is None:
            return 0, 0
        since_us = (first // BLOCK_US) * BLOCK_US if since_us is None else since_us
        until_us = (last // BLOCK_US + 1) * BLOCK_US if until_us is None else until_us
    return max(since_us, FIRST_US), min(until_us, LAST_US)


def totals(connection: sqlite3.Connection, since_us: int | None, until_us: int | None) -> Totals:
    """The sums over a range."""
    with snapshot(connection):
        return range_totals(connection, *_bounds(connection, since_us, until_us))


def days(connection: sqlite3.Connection, edges: Sequence[int]) -> list[Totals]:
    """The sums between each two neighbours of ``edges`` (ascending): a chart of local days in one question."""
    with snapshot(connection):
        return [range_totals(connection, a, b) for a, b in pairwise(edges)]


def range_totals(connection: sqlite3.Connection, since_us: int, until_us: int) -> Totals:
    """The sums over a range whose ends are known, within the caller's view."""
    sums = [0] * len(COLUMNS)
    whole, edges = pieces_of(since_us, until_us)
    for piece in whole:
        found = connection.execute(_SUM_BUCKETS, piece).fetchone()
        sums = [a + b for a, b in zip(sums, found, strict=True)]
    for edge in edges:
        found = connection.execute(_SUM_ROWS, edge).fetchone()
        sums = [a + b for a, b in zip(sums, found, strict=True)]
    return _totals(sums)


_SUM_BUCKETS: Final = f"SELECT {','.join(SUM_SQL)} FROM buckets WHERE grain=? AND bucket>=? AND bucket<?"  # noqa: S608
_SUM_ROWS: Final = f"SELECT {','.join(MEASURE_SQL)} FROM calls WHERE started_us>=? AND started_us<? AND {FINAL}"  # noqa: S608


def breakdown(
    connection: sqlite3.Connection,
    by: By,
    since_us: int | None,
    until_us: int | None,
    limit: int | None = None,
    account: str | None = None,
) -> list[Share]:
    """A range divided by one dimension: dearest first, then by tokens, then by calls.

    Args:
        connection: a read-only connection.
        by: the dimension. ``model`` is the served model, or the asked one while none is known.
        since_us: start of the range.
        until_us: end of the range.
        limit: how many parts at most; ``None`` returns all.
        account: only calls of this kind of account; sessions cannot be divided so.

    Raises:
        ValueError: ``by`` is no dimension.
    """
    if by not in DIM_COLUMNS:
        raise ValueError(f"cannot divide by {by!r}")
    shift = 1 if by == "session" else 0  # sessions have grains of their own
    mine, kept = ("", "") if account is None else (" WHERE d.account=?", f" AND {_ACCOUNT}=?")
    more = () if account is None else (account,)
    by_rows = DIM_SQL[DIM_COLUMNS.index(by)]
    parts: dict[str, tuple[int, ...]] = {}
    with snapshot(connection):
        whole, edges = pieces_of(*_bounds(connection, since_us, until_us))
        statements: list[tuple[str, tuple[int | str, ...]]] = [
            (
                f"SELECT d.{by}, s.* FROM (SELECT dims,{','.join(SUM_SQL)} FROM buckets"  # noqa: S608
                f" WHERE grain=? AND bucket>=? AND bucket<? GROUP BY dims) s JOIN dims d ON d.id=s.dims{mine}",
                (grain + shift, first, end, *more),
            )
            for grain, first, end in whole
        ]
        statements += [
            (
                f"SELECT {by_rows}, 0, {','.join(MEASURE_SQL)} FROM calls"  # noqa: S608
                f" WHERE started_us>=? AND started_us<? AND {FINAL}{kept} GROUP BY 1",
                (*edge, *more),
            )
            for edge in edges
        ]
        for sql, parameters in statements:
            for found in connection.execute(sql, parameters):
                key, figures = found[0], found[2:]
                present = parts.get(key)
                parts[key] = figures if present is None else tuple(map(add, present, figures))
        names: dict[str, str] = (
            dict(connection.execute("SELECT project, name FROM projects")) if by == "project" else {}
        )
    ranked = sorted(parts.items(), key=_rank)[:limit]
    return [Share(key=key or None, name=names.get(key, key) or None, totals=_totals(f)) for key, f in ranked]


def hours(
    connection: sqlite3.Connection,
    since_us: int,
    until_us: int,
    amount: str = "list",
    by: By | None = None,
    keys: Sequence[str] = (),
) -> list[tuple[int, int]]:
    """What each whole UTC hour of a range cost: its start and its pico-USD, hours without a call left out.

    Args:
        connection: a read-only connection.
        since_us: start of the range; the hour that it lies in is left out, unless it begins there.
        until_us: end of the range, likewise.
        amount: one of ``rollups.AMOUNTS``.
        by: a dimension to look at (no session); ``None``: all calls.
        keys: its values that count.

    Raises:
        ValueError: there is no such amount or dimension.
    """
    if amount not in AMOUNTS or (by is not None and (by not in DIM_COLUMNS or by == "session")):
        raise ValueError(f"there are no hours of {amount!r} by {by!r}")
    kept, more = "", tuple[str, ...]()
    if by is not None:
        kept = f" AND dims IN (SELECT id FROM dims WHERE {by} IN ({','.join('?' * len(keys))}))"  # noqa: S608
        more = tuple(keys)
    found = connection.execute(
        f"SELECT bucket, SUM({amount}_usd), SUM({amount}_pico) FROM buckets"  # noqa: S608
        f" WHERE grain=? AND bucket>=? AND bucket<?{kept} GROUP BY bucket",
        (HOUR, -(-since_us // HOUR_US), until_us // HOUR_US, *more),
    )
    return [(bucket * HOUR_US, usd * PICO + pico) for bucket, usd, pico in found]


_ACCOUNT: Final = DIM_SQL[DIM_COLUMNS.index("account")]
_AT_LIST: Final = COLUMNS.index("list_usd")
_AT_TOKENS: Final = COLUMNS.index("input")
_AT_REASONING: Final = COLUMNS.index("reasoning")
_AT_SEARCHES: Final = COLUMNS.index("web_searches")


def _rank(part: tuple[str, Sequence[int]]) -> tuple[int, int, int, str]:
    """Dearest first, then most tokens, then most calls; works on bare figures, since sessions may be many."""
    key, figures = part
    money = figures[_AT_LIST] * PICO + figures[_AT_LIST + 1]
    tokens = sum(figures[_AT_TOKENS:_AT_SEARCHES]) - figures[_AT_REASONING]
    return -money, -tokens, -figures[0], key


def rows(
    connection: sqlite3.Connection,
    *,
    since_us: int | None = None,
    until_us: int | None = None,
    after_id: int | None = None,
    limit: int = 1000,
    newest_first: bool = False,
) -> list[Row]:
    """Rows in the order of their start (ids break ties), running calls included.

    Args:
        connection: a read-only connection.
        since_us: start of the range.
        until_us: end of the range.
        after_id: continue behind this row, in the direction of reading.
        limit: how many at most.
        newest_first: the direction.
    """
    where, parameters = ["1"], list[int]()
    if since_us is not None:
        where.append("started_us>=?")
        parameters.append(since_us)
    if until_us is not None:
        where.append("started_us<?")
        parameters.append(until_us)
    with snapshot(connection):
        if after_id is not None:
            found = connection.execute("SELECT started_us FROM calls WHERE id=?", (after_id,)).fetchone()
            start = found[0] if found else ids.time_of(after_id)
            where.append(f"(started_us,id){'<' if newest_first else '>'}(?,?)")
            parameters += (start, after_id)
        order = "DESC" if newest_first else "ASC"
        cursor = connection.execute(
            f"SELECT {','.join(ROW_COLUMNS)} FROM calls WHERE {' AND '.join(where)}"  # noqa: S608
            f" ORDER BY started_us {order}, id {order} LIMIT ?",
            (*parameters, limit),
        )
        return [row_from(values) for values in cursor]


def row(connection: sqlite3.Connection, row_id: int) -> Row | None:
    """One row, or ``None``."""
    found = connection.execute(_ONE, (row_id,)).fetchone()
    return None if found is None else row_from(found)


_ONE: Final = f"SELECT {','.join(ROW_COLUMNS)} FROM calls WHERE id=?"  # noqa: S608


def chunks(
    connection: sqlite3.Connection, since_us: int | None, until_us: int | None, size: int
) -> Iterator[list[Row]]:
    """All rows of a range in lists of at most ``size``, in the order of their start.

    Each list is a view of its own: a long export neither holds back the log nor keeps a million rows in memory.
    """
    after: int | None = None
    while part := rows(connection, since_us=since_us, until_us=until_us, after_id=after, limit=size):
        yield part
        if len(part) < size:
            return
        after = part[-1].id
