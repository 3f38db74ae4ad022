"""What the ledger knows about agreements: what a pool's rows drew, what plans covered, and which keys were seen.

Pure functions over a read-only connection, like ``trayapp.ledger.queries``. Amounts are summed as whole dollars and
the part below, since a plain 64-bit sum of pico-USD would end at 9.2 million dollars.

Rules: a vendor's calls on a subscription are read from the rollups, which do not know agreements; what rows of some
agreements add to them is read from those rows and taken out again, so that no call is counted for two plans.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Final

from trayapp.ledger.queries import FINAL, pieces_of, snapshot
from trayapp.ledger.rollups import COLUMNS, DIM_COLUMNS, DIM_SQL, MEASURE_SQL
from trayapp.values import PICO

_INSIDE: Final = "(pico_contract-pico_marginal)"
_SUMS: Final = ",".join(f"COALESCE(SUM({c}{op}{PICO}),0)" for c in ("pico_list", "pico_marginal") for op in "/%")
_COVERED: Final = ("calls", "unpriced", "list_usd", "list_pico", "marginal_usd", "marginal_pico")
_MEASURES: Final = ",".join(MEASURE_SQL[COLUMNS.index(name)] for name in _COVERED)
_ON_PLAN: Final = f"{DIM_SQL[DIM_COLUMNS.index('account')]}='subscription'"
_BUCKETS: Final = (
    f"SELECT vendor,{','.join(f'SUM({name})' for name in _COVERED)} FROM buckets JOIN dims ON dims.id=buckets.dims"  # noqa: S608
    " WHERE grain=? AND bucket>=? AND bucket<? AND account='subscription' GROUP BY 1"
)
_SPAN: Final = f"started_us>=? AND started_us<? AND {FINAL}"
_ROWS: Final = f"SELECT vendor,{_MEASURES} FROM calls WHERE {_SPAN} AND {_ON_PLAN} GROUP BY 1"  # noqa: S608
_APART: Final = f"SELECT vendor,{_MEASURES} FROM calls WHERE agreement=? AND {_SPAN} AND {_ON_PLAN} GROUP BY 1"  # noqa: S608
_SPENT: Final = f"SELECT {_MEASURES} FROM calls WHERE agreement=? AND {_SPAN}"  # noqa: S608


@dataclass(frozen=True, slots=True, kw_only=True)
class Covered:
    """What a vendor's calls on a subscription, or an agreement's calls, come to."""

    vendor: str = ""
    """Empty: those of an agreement, whoever sells them."""
    calls: int = 0
    unpriced: int = 0
    """Calls whose list price is not known; their share is not in ``pico_list``."""
    pico_list: int = 0
    pico_marginal: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """One credential of one vendor."""

    credential: str
    vendor: str
    account: str | None
    calls: int
    first_us: int
    last_us: int
    unpriced: int
    """Calls of it whose list price is not known; their share is in no amount."""
    pico_list: int
    pico_marginal: int


def drawn(
    connection: sqlite3.Connection, agreement: str, since_us: int, until_us: int, before_id: int | None = None
) -> int:
    """What the rows of a pool that started in ``[since_us, until_us)`` cost by contract and added to no bill.

    Args:
        connection: a read-only connection.
        agreement: the pool's name.
        since_us: start of the range.
        until_us: end of the range.
        before_id: only rows with a smaller id.
    """
    usd, pico = connection.execute(
        f"SELECT COALESCE(SUM({_INSIDE}/{PICO}),0), COALESCE(SUM({_INSIDE}%{PICO}),0) FROM calls"  # noqa: S608
        " WHERE agreement=? AND started_us>=? AND started_us<? AND id<?",
        (agreement, since_us, until_us, 2**63 - 1 if before_id is None else before_id),
    ).fetchone()
    return int(usd) * PICO + int(pico)


def spent(connection: sqlite3.Connection, agreement: str, since_us: int, until_us: int) -> Covered:
    """What the rows of an agreement that started in ``[since_us, until_us)`` come to."""
    return _covered("", connection.execute(_SPENT, (agreement, since_us, until_us)).fetchone())


def covered(
    connection: sqlite3.Connection, since_us: int, until_us: int, apart: Collection[str] = ()
) -> tuple[Covered, ...]:
    """What each vendor's calls on a subscription that started in ``[since_us, until_us)`` come to.

    Args:
        connection: a read-only connection.
        since_us: start of the range.
        until_us: end of the range.
        apart: agreements whose rows are left out: ``spent`` tells of them.
    """
    found: dict[str, list[int]] = {}

    def add(sql: str, parameters: Sequence[int | str], sign: int = 1) -> None:
        for vendor, *figures in connection.execute(sql, parameters):
            known = found.get(vendor) or [0] * len(_COVERED)
            found[vendor] = [a + sign * b for a, b in zip(known, figures, strict=True)]

    with snapshot(connection):
        whole, ragged = pieces_of(since_us, until_us)
        for piece in whole:
            add(_BUCKETS, piece)
        for edge in ragged:
            add(_ROWS, edge)
        for name in dict.fromkeys(apart):
            add(_APART, (name, since_us, until_us), -1)
    return tuple(_covered(vendor, figures) for vendor, figures in sorted(found.items()) if figures[0])


def _covered(vendor: str, figures: Sequence[int]) -> Covered:
    calls, unpriced, usd, pico, more_usd, more = figures
    return Covered(
        vendor=vendor,
        calls=calls,
        unpriced=unpriced,
        pico_list=usd * PICO + pico,
        pico_marginal=more_usd * PICO + more,
    )


def keys(connection: sqlite3.Connection, since_us: int) -> list[Key]:
    """The credentials of calls that started at ``since_us`` or later, last seen first."""
    cursor = connection.execute(
        f"SELECT credential, vendor, MAX(account), COUNT(*), MIN(started_us), MAX(started_us), "  # noqa: S608
        f"SUM(pico_list IS NULL AND metering<>'unmetered' AND state<>'not_sent'), {_SUMS} FROM calls"
        " WHERE started_us>=? AND credential IS NOT NULL GROUP BY credential, vendor ORDER BY 6 DESC, 1",
        (since_us,),
    )
    return [
        Key(
            credential=credential,
            vendor=vendor,
            account=account,
            calls=calls,
            first_us=first,
            last_us=last,
            unpriced=unpriced,
            pico_list=sums[0] * PICO + sums[1],
            pico_marginal=sums[2] * PICO + sums[3],
        )
        for credential, vendor, account, calls, first, last, unpriced, *sums in cursor
    ]
