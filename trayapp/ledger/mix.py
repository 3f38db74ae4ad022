"""Tokens and list price by component, per UTC hour, model, variant and attempt: what explains why a sum has changed.

The one definition of a row's place in the mix lives here, twice: ``figures`` and ``key`` say it from values in memory
(the writer adds them in the row's own transaction), ``schema.MIX_ROWS`` says the same of stored rows (for the ragged
edges of a range, to rebuild, and for files from before). Tests hold both together.

Rules:

* only final rows with a list price count, in the hour of their *start*; the cells' money is the rows' list price;
* a component's money stands beside its tokens. What has no tokens of its own is ``other``: amounts that the vendor
  states, searches, and whole rows whose parts were priced differently (a leg of another model, one prompt of several
  above the long-prompt threshold): an average of two rates is no rate;
* money is kept as whole dollars and pico-USD below a dollar, as in ``rollups``.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from operator import add
from typing import Final

import msgspec

from trayapp.ledger.queries import snapshot
from trayapp.ledger.rollups import BLOCK_US, HOUR_US, TOKENS, chunks
from trayapp.ledger.schema import MIX_FILL, MIX_ROWS
from trayapp.mix import KINDS, MixCell
from trayapp.values import PICO, Opening

AMOUNTS: Final = (*KINDS, "other")
COLUMNS: Final = ("calls", *TOKENS, *(f"{a}_{part}" for a in AMOUNTS for part in ("usd", "pico")))
CELL_COLUMNS: Final = ("vendor", "model", "variant", "attempt")
_PLAIN: Final = 1 + len(TOKENS)

Key = tuple[str, str, str, int]
Contribution = tuple[int, Key, list[int]]
"""``(hour, key, figures)`` of a row; the figures are calls, ``TOKENS`` and ``AMOUNTS`` in whole pico-USD."""

_LONG: Final = "long_prompt"
_NAMED: Final = '"model":"'
"""How a leg looks in a row's ``legs`` that names a model."""


def repeats(opening: Opening) -> bool:
    """Whether a row repeats another's attempt. Who finds further repetitions says so here and in ``schema``."""
    return opening.attempt_of is not None


def key(
    opening: Opening,
    model_served: str | None,
    flags: str | None,
    legs: str | None,
    components: Mapping[str, int] | None,
) -> Key:
    """The cell of a row; the texts are those of its columns ``cost_flags`` and ``legs``."""
    words = (flags or "", "" if components else "flat", "blend" if _blended(flags, legs) else "")
    variant = " ".join(word for word in words if word)
    return opening.vendor, model_served or opening.model_asked or "", variant, 1 if repeats(opening) else 0


def figures(
    tokens: Sequence[int],
    pico: int,
    flags: str | None,
    legs: str | None,
    components: Mapping[str, int] | None,
) -> list[int]:
    """What a priced row adds to its cell."""
    split = [0] * len(KINDS)
    if components and not _blended(flags, legs):
        found = [components.get(name, 0) for name in KINDS]
        if min(found) >= 0 and sum(found) <= pico:
            split = found
    return [1, *tokens, *split, pico - sum(split)]


def contribution(
    opening: Opening,
    model_served: str | None,
    tokens: Sequence[int],
    pico: int,
    flags: str | None,
    legs: str | None,
    components: Mapping[str, int] | None,
) -> Contribution:
    """What a priced final row adds."""
    return (
        opening.started_us // HOUR_US,
        key(opening, model_served, flags, legs, components),
        figures(tokens, pico, flags, legs, components),
    )


def of_row(row: sqlite3.Row, pico: int, flags: str | None, components: str | None) -> Contribution:
    """The same of a stored row, with a price that it may not hold yet."""
    opening = Opening(
        id=row["id"],
        started_us=row["started_us"],
        vendor=row["vendor"],
        wire=row["wire"],
        model_asked=row["model_asked"],
        attempt_of=row["attempt_of"],
    )
    parts = None if components is None else msgspec.json.decode(components, type=dict[str, int])
    tokens = [row[name] for name in TOKENS]
    return contribution(opening, row["model_served"], tokens, pico, flags, row["legs"], parts)


def _blended(flags: str | None, legs: str | None) -> bool:
    return legs is not None and (_NAMED in legs or _LONG in (flags or ""))


class Adder:
    """Adds contributions to the mix, a batch at a time. Belongs to the writer's thread."""

    _MEMORY: Final = 1024

    def __init__(self) -> None:
        self._ids: dict[Key, int] = {}

    def forget(self) -> None:
        """Drop what was remembered: after a rollback, or when the file was replaced."""
        self._ids.clear()

    def add(self, connection: sqlite3.Connection, contributions: Iterable[Contribution]) -> None:
        """Add rows, within the caller's transaction."""
        sums: dict[tuple[int, Key], list[int]] = {}
        for hour, cell, more in contributions:
            present = sums.get((hour, cell))
            sums[hour, cell] = more if present is None else list(map(add, present, more))
        plain, full = list[int](), list[int]()
        for (hour, cell), total in sums.items():
            money = [part for amount in total[_PLAIN:] for part in (divmod(amount, PICO) if amount else (0, 0))]
            row = (self._id(connection, cell), hour, *total[:_PLAIN], *money)
            if any(row[at] for at in _RARE):
                full += row
            else:
                plain += [row[at] for at in _USUAL]
        for flat, upserts in ((plain, _PLAIN_UPSERTS), (full, _UPSERTS)):
            width = _WIDTH if upserts is _UPSERTS else len(_USUAL)
            at = 0
            for size in chunks(len(flat) // width, _SIZES):
                connection.execute(upserts[size], flat[at : at + size * width])
                at += size * width

    def _id(self, connection: sqlite3.Connection, cell: Key) -> int:
        known = self._ids.get(cell)
        if known is not None:
            return known
        row = connection.execute(_CELL_FIND, cell).fetchone()
        if row is None:
            row = (connection.execute(_CELL_MAKE, cell).lastrowid,)
        if len(self._ids) >= self._MEMORY:
            self._ids.clear()
        self._ids[cell] = row[0]
        return int(row[0])


_CELL_FIND: Final = f"SELECT id FROM cells WHERE {' AND '.join(f'{c}=?' for c in CELL_COLUMNS)}"  # noqa: S608
_CELL_MAKE: Final = f"INSERT INTO cells ({','.join(CELL_COLUMNS)}) VALUES ({','.join('?' * len(CELL_COLUMNS))})"  # noqa: S608
_ALL: Final = ("cell", "hour", *COLUMNS)
_WIDTH: Final = len(_ALL)
_SIZES: Final = (16, 4, 1)
_SELDOM: Final = ("audio", "image", "12h", "other")
"""Of what most rows have nothing: naming half of the columns takes half of the time."""
_USUAL: Final = [at for at, name in enumerate(_ALL) if not any(word in name for word in _SELDOM)]
_RARE: Final = [at for at in range(_WIDTH) if at not in _USUAL]


def _upsert_text(size: int, columns: Sequence[str]) -> str:
    places = ",".join([f"({','.join('?' * len(columns))})"] * size)
    sets = []
    for name in columns[2:]:
        if name.endswith("_usd"):
            # The part below a dollar carries into the dollars, so neither ever leaves 64 bits.
            pico = f"{name.removesuffix('_usd')}_pico"
            sets.append(f"{name}={name}+excluded.{name}+({pico}+excluded.{pico})/{PICO}")
        else:
            sets.append(f"{name}=({name}+excluded.{name}){f'%{PICO}' if name.endswith('_pico') else ''}")
    return (
        f"INSERT INTO mix ({','.join(columns)}) VALUES {places}"  # noqa: S608
        f" ON CONFLICT (cell,hour) DO UPDATE SET {','.join(sets)}"
    )


_UPSERTS: Final = {size: _upsert_text(size, _ALL) for size in _SIZES}
_PLAIN_UPSERTS: Final = {size: _upsert_text(size, [_ALL[at] for at in _USUAL]) for size in _SIZES}

_SUMS: Final = ",".join(
    (
        "COUNT(*)",
        *(f"SUM({name})" for name in TOKENS),
        *(f"SUM(m_{name}{part}{PICO})" for name in AMOUNTS for part in ("/", "%")),
    )
)
_EDGE: Final = (
    f"SELECT vendor,model,variant,attempt,{_SUMS} FROM ({MIX_ROWS.format(span='started_us>=? AND started_us<?')})"  # noqa: S608
    " GROUP BY 1,2,3,4"
)
_HOURS: Final = (
    f"SELECT vendor,model,variant,attempt,{','.join(f'SUM({c})' for c in COLUMNS)} FROM cells"  # noqa: S608
    " CROSS JOIN mix ON mix.cell=cells.id WHERE hour>=? AND hour<? GROUP BY cells.id"
)


def mix(connection: sqlite3.Connection, since_us: int, until_us: int) -> list[MixCell]:
    """The cells of ``[since_us, until_us)``, the dearest first: whole UTC hours from the sums, the edges from rows."""
    if until_us <= since_us:
        return []
    first, end = -(-since_us // HOUR_US), until_us // HOUR_US
    edges = [(since_us, until_us)] if first >= end else [(since_us, first * HOUR_US), (end * HOUR_US, until_us)]
    found: dict[Key, list[int]] = {}
    with snapshot(connection):
        statements = [(_EDGE, edge) for edge in edges if edge[0] < edge[1]]
        if first < end:
            statements.append((_HOURS, (first, end)))
        for sql, span in statements:
            for vendor, model, variant, attempt, *more in connection.execute(sql, span):
                cell = (vendor, model, variant, attempt)
                found[cell] = list(map(add, found[cell], more)) if cell in found else more
    cells = [_cell(cell, sums) for cell, sums in found.items()]
    return sorted(cells, key=lambda each: (-each.total, each.vendor, each.model, each.variant, each.attempt))


def fill(connection: sqlite3.Connection) -> None:
    """Bring rows from before the mix into it, a block of days in each transaction, the newest first.

    To be called before anything is read or written. Whoever is killed meanwhile goes on where it was.
    """
    while (left := connection.execute("SELECT until_us FROM unmixed").fetchone()) is not None:
        until_us = left[0]
        since_us = (until_us - 1) // BLOCK_US * BLOCK_US
        connection.execute("BEGIN IMMEDIATE")
        try:
            for statement in _FILL:
                connection.execute(statement, (since_us, until_us))
            connection.execute("DELETE FROM unmixed")
            connection.execute(_LEFT, (since_us,))
            connection.execute("COMMIT")
        except BaseException:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            raise


_LEFT: Final = "INSERT INTO unmixed SELECT MAX(started_us)+1 FROM calls WHERE started_us<? HAVING COUNT(*)>0"
_FILL: Final = tuple(text.replace("{span}", "started_us>=? AND started_us<?") for text in MIX_FILL)


def _cell(cell: Key, sums: Sequence[int]) -> MixCell:
    money = sums[_PLAIN:]
    *pico, other = (usd * PICO + rest for usd, rest in zip(money[::2], money[1::2], strict=True))
    vendor, model, variant, attempt = cell
    return MixCell(
        vendor=vendor,
        model=model,
        variant=variant,
        attempt=attempt,
        calls=sums[0],
        tokens={name: count for name, count in zip(TOKENS, sums[1:_PLAIN], strict=True) if count},
        pico={name: amount for name, amount in zip(KINDS, pico, strict=True) if amount},
        other=other,
    )
