"""What the ledger's tests share: openings and closings, ledgers that are closed for certain, sums to compare with."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing as closed
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from trayapp.ledger import Ledger, mix, rollups
from trayapp.values import (
    Basis,
    Closing,
    Confidence,
    Cost,
    Leg,
    Metering,
    Opening,
    State,
    Usage,
)

NOON = 1_780_000_000_000_000
WAIT = 20.0


def opening(row_id: int, started_us: int = NOON, **more: Any) -> Opening:
    values: dict[str, Any] = {
        "vendor": "anthropic",
        "wire": "anthropic-messages",
        "tool": "claude-code",
        "session": "s-1",
        "project": "ab12",
        "project_name": "kettle",
        "model_asked": "claude-opus-5-5",
        "upstream": "api.anthropic.com:443",
    }
    return Opening(id=row_id, started_us=started_us, **{**values, **more})


def closing(row_id: int, pico: int | None = 1_500_000, **more: Any) -> Closing:
    values: dict[str, Any] = {
        "ended_us": NOON + 2_000_000,
        "state": State.DONE,
        "metering": Metering.EXACT,
        "confidence": Confidence.EXACT,
        "http_status": 200,
        "usage": Usage(legs=(Leg(input=10, cache_read=100, output=20),), model="claude-opus-5-5", complete=True),
        "cost": None if pico is None else Cost(pico=pico, basis=Basis.LIST, book="b1"),
    }
    return Closing(id=row_id, **{**values, **more})


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "state" / "ledger.sqlite3"


@pytest.fixture
def make(path: Path) -> Iterator[Callable[..., Ledger]]:
    """Opens ledgers at ``path``; whatever is still open is closed at the end."""
    opened: list[Ledger] = []

    def open_it(**options: Any) -> Ledger:
        ledger = Ledger.open(path, **options)
        opened.append(ledger)
        return ledger

    yield open_it
    for ledger in opened:
        ledger.close()


@pytest.fixture
def ledger(make: Callable[..., Ledger]) -> Ledger:
    return make()


def look(path: Path, sql: str, *parameters: Any) -> list[Any]:
    """Read the file with a connection of its own."""
    with closed(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)) as connection:
        return connection.execute(sql, parameters).fetchall()


def buckets_and_rows(path: Path) -> tuple[dict[Any, Any], dict[Any, Any]]:
    """The stored sums, and the same computed anew from the rows; equal unless the writer is wrong."""
    names = [f"d.{name}" for name in rollups.DIM_COLUMNS]
    text = (
        f"SELECT grain,bucket,{','.join(names)},{','.join(f'b.{c}' for c in rollups.COLUMNS)}"
        " FROM buckets b JOIN dims d ON d.id=b.dims"
    )
    width = 2 + len(names)

    mixed = (
        f"SELECT 'mix',hour,{','.join(mix.CELL_COLUMNS)},{','.join(f'm.{c}' for c in mix.COLUMNS)}"
        " FROM mix m JOIN cells ON cells.id=m.cell"
    )

    def read(connection: sqlite3.Connection) -> dict[Any, Any]:
        return {row[:at]: row[at:] for sql, at in ((text, width), (mixed, 6)) for row in connection.execute(sql)}

    with closed(sqlite3.connect(":memory:")) as copy:
        with closed(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)) as connection:
            connection.backup(copy)
        stored = read(copy)
        rollups.rebuild(copy)
        return stored, read(copy)


@pytest.fixture
def kit() -> SimpleNamespace:
    """The functions of this file, for test modules (which cannot import a conftest)."""
    return SimpleNamespace(
        NOON=NOON, WAIT=WAIT, opening=opening, closing=closing, look=look, buckets_and_rows=buckets_and_rows
    )
