"""What the ledger knows about agreements: what a pool's rows drew, and which keys were seen.

Pure functions over a read-only connection, like ``trayapp.ledger.queries``. Amounts are summed as whole dollars and
the part below, since a plain 64-bit sum of pico-USD would end at 9.2 million dollars.
"""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from typing import Final

from trayapp.values import PICO

_INSIDE: Final = "(pico_contract-pico_marginal)"
_SUMS: Final = ",".join(f"COALESCE(SUM({c}{op}{PICO}),0)" for c in ("pico_list", "pico_marginal") for op in "/%")


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


def spent(connection: sqlite3.Connection, agreement: str, since_us: int, until_us: int) -> tuple[int, int, int]:
    """Calls, list price and marginal price of the rows of an agreement that started in ``[since_us, until_us)``."""
    calls, *parts = connection.execute(
        f"SELECT COUNT(*),{_SUMS} FROM calls WHERE agreement=? AND started_us>=? AND started_us<?",  # noqa: S608
        (agreement, since_us, until_us),
    ).fetchone()
    return calls, parts[0] * PICO + parts[1], parts[2] * PICO + parts[3]


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
