"""Rows that have no price, and the price that comes later.

Everything that finds such rows, rebuilds what was counted from them, and writes a later price lives here. Who knows
the price is not the ledger's business.

Rules:

* only final rows that have no price are ever touched (``schema.UNPRICED``); a row that has one keeps it for good. So
  the same again changes nothing, and a kill in between leaves the rest for the next time;
* a row and its sums change in one transaction: what it added before is taken out, what it adds now is put in;
* the row's own words about how it was metered stay; it gets the flag ``repriced``.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from typing import Final

import msgspec

from trayapp.ledger import mix, rollups
from trayapp.ledger.records import PRICED_COLUMNS, joined, priced_parameters, usage_from
from trayapp.ledger.rollups import TOKENS
from trayapp.ledger.schema import UNPRICED
from trayapp.ledger.sums import Sums
from trayapp.moments import FIRST_US, LAST_US
from trayapp.values import Basis, Confidence, Cost, Metering, State, Usage

REPRICE_PART: Final = 8
"""Rows of one transaction: about 3 ms at the worst, when each has its own hour and session."""
FLAG: Final = "repriced"


class Unpriced(msgspec.Struct, frozen=True, kw_only=True):
    """A row that waits for a price: the circumstances of the call and what was counted."""

    id: int
    started_us: int
    state: State
    metering: Metering
    vendor: str
    model_asked: str | None
    kind: str
    upstream: str
    account: str | None
    credential: str | None
    project: str | None
    project_name: str | None
    flags: tuple[str, ...]
    contract: int | None = None
    """What an agreement with rates of its own said although the list had no price; it stays."""
    marginal: int | None = None
    agreement: str | None = None
    usage: Usage
    """Without legs when nothing was counted; then no price helps."""


class Repriced(msgspec.Struct, frozen=True, kw_only=True):
    """A price for a row."""

    id: int
    cost: Cost
    contract: int | None = None
    marginal: int | None = None
    agreement: str | None = None
    flags: tuple[str, ...] = ()


class UnpricedModel(msgspec.Struct, frozen=True, kw_only=True):
    """All calls of one model at one vendor that have no price."""

    vendor: str
    model: str
    """The one that served, or the one asked for."""
    calls: int
    tokens: dict[str, int]
    """By component, only what there is."""
    since_us: int
    """Start of the first."""
    decided: int = 0
    """How many of them an agreement has given a price all the same."""
    why: tuple[str, ...] = ()
    """What the pricing said: ``unknown_model``, ``unknown_speed`` …, all that occurred."""

    @property
    def total(self) -> int:
        """All tokens; ``reasoning`` is a part of ``output``."""
        return sum(count for name, count in self.tokens.items() if name != "reasoning")


_COUNTED: Final = f"({'+'.join(TOKENS)}>0 OR state<>'vendor_error')"
"""As in ``rollups``: a vendor's error without tokens cost nothing that anybody knows of."""
_ROW: Final = (
    "id,started_us,state,metering,confidence,source,vendor,wire,tool,session,project,project_name,model_asked,"
    "model_served,message_id,kind,account,credential,upstream,tier,speed,geo,web_searches,file_searches,error,legs,"
    f"basis,pico_list,pico_contract,pico_marginal,agreement,pico_stated,flags,attempt_of,{','.join(TOKENS)}"
)
_WAITING: Final = (
    f"SELECT {_ROW} FROM calls WHERE {UNPRICED} AND (started_us,id)>(?,?)"  # noqa: S608
    " ORDER BY started_us,id LIMIT ?"
)
_BY_MODEL: Final = (
    "SELECT vendor,COALESCE(NULLIF(model_served,''),model_asked,'') AS model,COUNT(*) AS calls,"  # noqa: S608
    "MIN(started_us) AS since_us,SUM(pico_marginal IS NOT NULL) AS decided,GROUP_CONCAT(DISTINCT cost_flags) AS why,"
    f"{','.join(f'SUM({name}) AS {name}' for name in TOKENS)} FROM calls"
    f" WHERE {UNPRICED} AND {_COUNTED} AND started_us>=? AND started_us<? GROUP BY 1,2 ORDER BY 3 DESC,1,2"
)
_ONE: Final = f"SELECT {_ROW} FROM calls WHERE id=? AND {UNPRICED}"  # noqa: S608
_PRICE: Final = f"UPDATE calls SET {','.join(f'{name}=?' for name in PRICED_COLUMNS)},flags=? WHERE id=?"  # noqa: S608


_AT_FLAGS: Final = PRICED_COLUMNS.index("cost_flags")
_AT_COMPONENTS: Final = PRICED_COLUMNS.index("components")


def waiting(connection: sqlite3.Connection, after: tuple[int, int] | None, limit: int) -> list[Unpriced]:
    """Rows without a price, oldest first, behind ``(started_us, id)``."""
    return [_unpriced(row) for row in _rows(connection, _WAITING, (*(after or (FIRST_US, 0)), limit))]


def by_model(connection: sqlite3.Connection, since_us: int | None, until_us: int | None) -> list[UnpricedModel]:
    """What has no price in a range, by vendor and model, most calls first."""
    bounds = (FIRST_US if since_us is None else since_us, LAST_US if until_us is None else until_us)
    return [
        UnpricedModel(
            vendor=row["vendor"],
            model=row["model"],
            calls=row["calls"],
            tokens={name: row[name] for name in TOKENS if row[name]},
            since_us=row["since_us"],
            decided=row["decided"],
            why=tuple(dict.fromkeys((row["why"] or "").replace(",", " ").split())),
        )
        for row in _rows(connection, _BY_MODEL, bounds)
    ]


def apply(connection: sqlite3.Connection, entries: Iterable[Repriced], sums: Sums) -> int:
    """Price rows, within the caller's transaction; those that have a price by now are left alone."""
    contributions, mixed = [], []
    priced = 0
    for entry in entries:
        made = priced_parameters(entry.cost, entry.contract, entry.marginal, entry.agreement)
        rows = _rows(connection, _ONE, (entry.id,)) if made is not None else []
        if made is None or not rows:
            continue
        (row,) = rows
        parameters, amounts, basis = made
        before = (row["pico_list"], row["pico_contract"], row["pico_marginal"])
        started_us, keys, figures = _contribution(row, row["basis"], before)
        contributions.append((started_us, keys, [-figure for figure in figures]))
        contributions.append(_contribution(row, basis, amounts))
        mixed.append(mix.of_row(row, amounts[0], parameters[_AT_FLAGS], parameters[_AT_COMPONENTS]))
        connection.execute(_PRICE, (*parameters, joined(row["flags"].split(), entry.flags, (FLAG,)), entry.id))
        priced += 1
    if contributions:
        sums.move(connection, contributions, mixed)
    return priced


def _contribution(
    row: sqlite3.Row, basis: str, amounts: tuple[int | None, int | None, int | None]
) -> rollups.Contribution:
    """What a row adds to the sums with these amounts."""
    return rollups.of_row(
        row,
        state=State(row["state"]),
        metering=Metering(row["metering"]),
        confidence=Confidence(row["confidence"]),
        basis=Basis(basis),
        amounts=amounts,
    )


def _unpriced(row: sqlite3.Row) -> Unpriced:
    usage = usage_from(row)
    return Unpriced(
        id=row["id"],
        started_us=row["started_us"],
        state=State(row["state"]),
        metering=Metering(row["metering"]),
        vendor=row["vendor"],
        model_asked=row["model_asked"],
        kind=row["kind"],
        upstream=row["upstream"],
        account=row["account"],
        credential=row["credential"],
        project=row["project"],
        project_name=row["project_name"],
        flags=usage.flags,
        contract=row["pico_contract"],
        marginal=row["pico_marginal"],
        agreement=row["agreement"],
        usage=usage,
    )


def _rows(connection: sqlite3.Connection, sql: str, parameters: Sequence[int]) -> list[sqlite3.Row]:
    cursor = connection.cursor()
    cursor.row_factory = sqlite3.Row
    return cursor.execute(sql, parameters).fetchall()
