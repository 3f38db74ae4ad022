"""Sums over final rows per UTC hour, day and block of 32 days: what they count, how they grow, how they are rebuilt.

The one definition of every figure that Spendlight totals lives here, twice: ``measures`` computes a row's
contribution from the closing in memory (the writer adds it in the row's own transaction), and ``MEASURE_SQL``
computes the same from the stored row (for the ragged edges of a range, and to rebuild). Tests hold both together.

Rules:

* only final rows count, in the bucket of their *start*;
* ``priced`` rows alone feed the amounts; a row without a price is counted in ``unpriced``, never as zero;
* a row is unpriced when it could have a price: not one that nobody metered, not one that never left, and not a
  vendor's error that carries no tokens;
* an amount is *estimated* unless its row's confidence is ``exact``.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from operator import add
from typing import Final

from trayapp.ledger.schema import MIX_FILL
from trayapp.values import PICO, Basis, Confidence, Metering, Opening, State

HOUR_US: Final = 3_600_000_000
DAY_US: Final = 24 * HOUR_US
BLOCK_DAYS: Final = 32
"""A block is 32 UTC days, counted from the epoch: a year of a busy user is summed from a dozen of them."""
BLOCK_US: Final = BLOCK_DAYS * DAY_US

HOUR: Final = 0
"""Grain: UTC hour by everything but the session."""
HOUR_SESSION: Final = 1
"""Grain: UTC hour by session, tool and project."""
DAY: Final = 2
"""Grain: UTC day by everything but the session."""
DAY_SESSION: Final = 3
"""Grain: UTC day by session, tool and project."""
BLOCK: Final = 4
"""Grain: block by everything but the session."""
BLOCK_SESSION: Final = 5
"""Grain: block by session, tool and project."""

STATES: Final = ("done", "vendor_error", "client_abort", "upstream_cut", "interrupted", "not_sent")
COUNTS: Final = ("calls", *STATES, "priced", "unpriced", "unmetered", "contract_known", "marginal_known")
TOKENS: Final = (
    "input",
    "cache_read",
    "cache_write",
    "cache_write_1h",
    "cache_write_12h",
    "output",
    "reasoning",
    "input_audio",
    "cache_read_audio",
    "output_audio",
    "output_image",
)
AMOUNTS: Final = ("list", "estimated", "contract", "marginal")
MEASURES: Final = (*COUNTS, *TOKENS, "web_searches", *AMOUNTS)
"""The order of a contribution's figures. Amounts are whole Python integers of pico-USD in memory."""

_PLAIN: Final = len(COUNTS) + len(TOKENS) + 1
COLUMNS: Final = (*COUNTS, *TOKENS, "web_searches", *(f"{a}_{part}" for a in AMOUNTS for part in ("usd", "pico")))

_UNPRICED = (
    "(pico_list IS NULL AND metering<>'unmetered' AND state<>'not_sent'"
    f" AND (state<>'vendor_error' OR {'+'.join(TOKENS)}>0))"
)
_ESTIMATED = "(confidence<>'exact')"
_PRICED_SQL: Final = {
    "list": "pico_list",
    "estimated": f"CASE WHEN {_ESTIMATED} THEN pico_list END",
    "contract": "pico_contract",
    "marginal": "pico_marginal",
}
MEASURE_SQL: Final[tuple[str, ...]] = (
    "COUNT(*)",
    *(f"COALESCE(SUM(state='{state}'),0)" for state in STATES),
    "COALESCE(SUM(pico_list IS NOT NULL),0)",
    f"COALESCE(SUM({_UNPRICED}),0)",
    "COALESCE(SUM(metering='unmetered'),0)",
    "COALESCE(SUM(pico_contract IS NOT NULL),0)",
    "COALESCE(SUM(pico_marginal IS NOT NULL),0)",
    *(f"COALESCE(SUM({name}),0)" for name in TOKENS),
    "COALESCE(SUM(web_searches),0)",
    *(f"COALESCE(SUM(({_PRICED_SQL[amount]}){operator}{PICO}),0)" for amount in AMOUNTS for operator in ("/", "%")),
)
"""One aggregate over ``calls`` for each of ``COLUMNS``."""
SUM_SQL: Final = tuple(f"COALESCE(SUM({column}),0)" for column in COLUMNS)
"""One aggregate over ``buckets`` for each of ``COLUMNS``."""

DIM_COLUMNS: Final = (
    "session",
    "source",
    "tool",
    "vendor",
    "model",
    "project",
    "kind",
    "account",
    "metering",
    "basis",
)
DIM_SQL: Final = (
    "COALESCE(session,'')",
    "source",
    "COALESCE(tool,'')",
    "vendor",
    "COALESCE(NULLIF(model_served,''),model_asked,'')",
    "COALESCE(project,'')",
    "kind",
    "COALESCE(account,'')",
    "metering",
    "basis",
)
"""The dimensions as expressions over ``calls``. The empty text stands for "not known"."""

_FINAL = "state NOT IN ('open','sent','streaming')"

Key = tuple[str, ...]
Contribution = tuple[int, tuple[Key, Key], list[int]]
"""``(started_us, keys, measures)`` of a row."""


def measures(
    state: State,
    metering: Metering,
    confidence: Confidence,
    tokens: Sequence[int],
    web_searches: int,
    amounts: tuple[int | None, int | None, int | None],
) -> list[int]:
    """One row's contribution, in the order of ``MEASURES``.

    Args:
        state: a final state.
        metering: how the tokens are known.
        confidence: how far the amounts may be trusted.
        tokens: in the order of ``TOKENS``.
        web_searches: the number of searches that the vendor ran.
        amounts: list, contract and marginal price in pico-USD; ``None`` is unknown.
    """
    pico_list, contract, marginal = amounts
    unmetered = metering == Metering.UNMETERED
    could_cost = not unmetered and state != State.NOT_SENT and (state != State.VENDOR_ERROR or any(tokens))
    return [
        1,
        *(1 if state == name else 0 for name in STATES),
        0 if pico_list is None else 1,
        1 if pico_list is None and could_cost else 0,
        1 if unmetered else 0,
        0 if contract is None else 1,
        0 if marginal is None else 1,
        *tokens,
        web_searches,
        pico_list or 0,
        0 if confidence == Confidence.EXACT else pico_list or 0,
        contract or 0,
        marginal or 0,
    ]


def keys(opening: Opening, model_served: str | None, metering: str, basis: Basis) -> tuple[Key, Key]:
    """The two combinations under which a row is counted: by everything but the session, and by session."""
    tool = opening.tool or ""
    project = opening.project or ""
    return (
        (
            "",
            opening.source,
            tool,
            opening.vendor,
            model_served or opening.model_asked or "",
            project,
            opening.kind,
            opening.account or "",
            metering,
            basis,
        ),
        (opening.session or "", "", tool, "", "", project, "", "", "", ""),
    )


def of_row(
    row: sqlite3.Row,
    *,
    state: State,
    metering: Metering,
    confidence: Confidence,
    basis: Basis,
    amounts: tuple[int | None, int | None, int | None],
) -> Contribution:
    """What a stored row adds to the sums, with words and amounts that it may not hold yet."""
    opening = Opening(
        id=row["id"],
        started_us=row["started_us"],
        vendor=row["vendor"],
        wire=row["wire"],
        source=row["source"],
        tool=row["tool"],
        session=row["session"],
        project=row["project"],
        model_asked=row["model_asked"],
        kind=row["kind"],
        account=row["account"],
    )
    return (
        opening.started_us,
        keys(opening, row["model_served"], metering, basis),
        measures(state, metering, confidence, [row[name] for name in TOKENS], row["web_searches"], amounts),
    )


class Adder:
    """Adds contributions to the buckets, a batch at a time. Belongs to the writer's thread."""

    _MEMORY: Final = 4096
    """Combinations remembered; sessions come and go, so the memory is bounded."""

    def __init__(self) -> None:
        self._ids: dict[Key, int] = {}

    def forget(self) -> None:
        """Drop what was remembered: after a rollback, or when the file was replaced."""
        self._ids.clear()

    def add(
        self,
        connection: sqlite3.Connection,
        contributions: Iterable[Contribution],
    ) -> None:
        """Add ``(started_us, keys, measures)`` of each row, within the caller's transaction."""
        self._add(connection, contributions)

    def move(
        self,
        connection: sqlite3.Connection,
        contributions: Iterable[Contribution],
    ) -> None:
        """Like ``add``, where some contributions are negative: what a row added before. Empty buckets go."""
        for (grain, bucket, key), figures in self._add(connection, contributions).items():
            if figures[0] < 0:
                connection.execute(_EMPTY, (grain, bucket, self._id(connection, key)))

    def _add(
        self,
        connection: sqlite3.Connection,
        contributions: Iterable[Contribution],
    ) -> dict[tuple[int, int, Key], list[int]]:
        hours: dict[tuple[int, int, Key], list[int]] = {}
        for started_us, (by_all, by_session), figures in contributions:
            hour = started_us // HOUR_US
            for cell in ((HOUR, hour, by_all), (HOUR_SESSION, hour, by_session)):
                present = hours.get(cell)
                hours[cell] = figures if present is None else list(map(add, present, figures))
        sums = dict(hours)
        for (grain, hour, key), figures in hours.items():
            # Days and blocks consist of whole hours, so the few sums of the batch are enough to know them.
            for coarser, hours_each in ((DAY - HOUR, 24), (BLOCK - HOUR, 24 * BLOCK_DAYS)):
                cell = (grain + coarser, hour // hours_each, key)
                present = sums.get(cell)
                sums[cell] = figures if present is None else list(map(add, present, figures))
        flat: list[int] = []
        for (grain, bucket, key), figures in sums.items():
            flat += (grain, bucket, self._id(connection, key), *figures[:_PLAIN])
            for amount in figures[_PLAIN:]:
                flat += divmod(amount, PICO)
        width = 3 + len(COLUMNS)
        at = 0
        for size in chunks(len(sums), _UPSERT_SIZES):
            connection.execute(_UPSERTS[size], flat[at : at + size * width])
            at += size * width
        return sums

    def _id(self, connection: sqlite3.Connection, key: Key) -> int:
        known = self._ids.get(key)
        if known is not None:
            return known
        row = connection.execute(_DIM_FIND, key).fetchone()
        if row is None:
            row = (connection.execute(_DIM_MAKE, key).lastrowid,)
        if len(self._ids) >= self._MEMORY:
            self._ids.clear()
        self._ids[key] = row[0]
        return int(row[0])


def chunks(count: int, sizes: Sequence[int] = (64, 16, 4, 1)) -> Iterable[int]:
    """Split ``count`` into statement sizes (descending, the last is 1), so that few texts need preparing."""
    for size in sizes:
        while count >= size:
            yield size
            count -= size


_EMPTY: Final = "DELETE FROM buckets WHERE grain=? AND bucket=? AND dims=? AND calls=0"
_DIM_FIND: Final = f"SELECT id FROM dims WHERE {' AND '.join(f'{c}=?' for c in DIM_COLUMNS)}"  # noqa: S608
_DIM_MAKE: Final = f"INSERT INTO dims ({','.join(DIM_COLUMNS)}) VALUES ({','.join('?' * len(DIM_COLUMNS))})"  # noqa: S608


def _upsert_text(size: int) -> str:
    width = 3 + len(COLUMNS)
    places = ",".join([f"({','.join('?' * width)})"] * size)
    plain = [f"{c}={c}+excluded.{c}" for c in COLUMNS[:_PLAIN]]
    # The part below a dollar carries into the dollars, so neither ever leaves 64 bits.
    for amount in AMOUNTS:
        usd, pico = f"{amount}_usd", f"{amount}_pico"
        plain.append(f"{usd}={usd}+excluded.{usd}+({pico}+excluded.{pico})/{PICO}")
        plain.append(f"{pico}=({pico}+excluded.{pico})%{PICO}")
    return (
        f"INSERT INTO buckets (grain,bucket,dims,{','.join(COLUMNS)}) VALUES {places}"  # noqa: S608
        f" ON CONFLICT (grain,bucket,dims) DO UPDATE SET {','.join(plain)}"
    )


_UPSERT_SIZES: Final = (48, 24, 12, 6, 2, 1)
"""One closing makes six sums."""
_UPSERTS: Final = {size: _upsert_text(size) for size in _UPSERT_SIZES}


def rebuild(connection: sqlite3.Connection) -> None:
    """Compute all sums anew from the rows, the mix included, within the caller's transaction."""
    connection.execute("DELETE FROM buckets")
    for statement in ("DELETE FROM mix", "DELETE FROM unmixed", *MIX_FILL):
        connection.execute(statement.replace("{span}", "1"))
    by_session = ("COALESCE(session,'')", "''", DIM_SQL[2], "''", "''", DIM_SQL[5], "''", "''", "''", "''")
    by_all = ("''", *DIM_SQL[1:])
    for grain, unit, dims in (
        (HOUR, HOUR_US, by_all),
        (HOUR_SESSION, HOUR_US, by_session),
        (DAY, DAY_US, by_all),
        (DAY_SESSION, DAY_US, by_session),
        (BLOCK, BLOCK_US, by_all),
        (BLOCK_SESSION, BLOCK_US, by_session),
    ):
        values = ",".join(dims)
        connection.execute(
            f"INSERT OR IGNORE INTO dims ({','.join(DIM_COLUMNS)}) SELECT DISTINCT {values} FROM calls WHERE {_FINAL}"  # noqa: S608
        )
        named = ",".join(f"{sql} AS d_{name}" for name, sql in zip(DIM_COLUMNS, dims, strict=True))
        sums = ",".join(f"{sql} AS {name}" for name, sql in zip(COLUMNS, MEASURE_SQL, strict=True))
        same = " AND ".join(f"dims.{name}=s.d_{name}" for name in DIM_COLUMNS)
        connection.execute(
            f"INSERT INTO buckets (grain,bucket,dims,{','.join(COLUMNS)})"  # noqa: S608
            f" SELECT {grain},s.bucket,dims.id,{','.join(f's.{c}' for c in COLUMNS)}"
            f" FROM (SELECT started_us/{unit} AS bucket,{named},{sums} FROM calls WHERE {_FINAL}"
            f" GROUP BY 1,{','.join(str(n) for n in range(2, 2 + len(dims)))}) s JOIN dims ON {same}"
        )
