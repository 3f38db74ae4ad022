"""Tables step by step: each step whole or not at all."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator

import pytest

from trayapp.ledger import mix, rollups
from trayapp.ledger.errors import LedgerError
from trayapp.ledger.records import CLOSE_COLUMNS, MARK_COLUMNS, OPEN_COLUMNS, ROW_COLUMNS
from trayapp.ledger.schema import STEPS, VERSION, migrate


@pytest.fixture
def connection() -> Iterator[sqlite3.Connection]:
    connection = sqlite3.connect(":memory:", isolation_level=None)
    yield connection
    connection.close()


def columns(connection: sqlite3.Connection, table: str) -> list[str]:
    return [row[1] for row in connection.execute(f"PRAGMA table_info({table})")]


def test_every_field_has_its_column(connection: sqlite3.Connection) -> None:
    assert migrate(connection) == 0
    calls = set(columns(connection, "calls"))
    assert calls == {*ROW_COLUMNS, *OPEN_COLUMNS, *CLOSE_COLUMNS, *MARK_COLUMNS}
    assert columns(connection, "buckets") == ["grain", "bucket", "dims", *rollups.COLUMNS]
    assert set(columns(connection, "dims")) == {"id", *rollups.DIM_COLUMNS}
    assert set(columns(connection, "mix")) == {"cell", "hour", *mix.COLUMNS}
    assert columns(connection, "cells") == ["id", *mix.CELL_COLUMNS]
    assert "workspace" not in calls


def test_a_second_run_changes_nothing(connection: sqlite3.Connection) -> None:
    migrate(connection)
    assert migrate(connection) == VERSION
    assert connection.execute("PRAGMA user_version").fetchone() == (VERSION,)


def test_a_failing_step_leaves_the_version_before_it(connection: sqlite3.Connection) -> None:
    steps = (*STEPS, ("CREATE TABLE extra (a INTEGER) STRICT", "CREATE TABLE extra (a INTEGER) STRICT"))
    with pytest.raises(sqlite3.OperationalError):
        migrate(connection, steps)
    assert connection.execute("PRAGMA user_version").fetchone() == (VERSION,)
    assert columns(connection, "extra") == []
    assert migrate(connection, (*STEPS, ("CREATE TABLE extra (a INTEGER) STRICT",))) == VERSION
    assert columns(connection, "extra") == ["a"]


def test_a_newer_file_is_refused(connection: sqlite3.Connection) -> None:
    connection.execute(f"PRAGMA user_version={VERSION + 1}")
    with pytest.raises(LedgerError, match="newer"):
        migrate(connection)
    assert columns(connection, "calls") == []


def test_money_can_not_become_a_float(connection: sqlite3.Connection) -> None:
    migrate(connection)
    connection.execute(
        "INSERT INTO calls (id,started_us,state,metering,source,confidence,vendor,wire,kind,streamed,context_bytes,"
        "upstream) VALUES (1,1,'open','exact','proxy','none','v','w','main',0,0,'')"
    )
    with pytest.raises(sqlite3.IntegrityError):
        connection.execute("UPDATE calls SET pico_list=0.5")
    with pytest.raises(sqlite3.IntegrityError):
        connection.execute("UPDATE calls SET pico_list=9223372036854775807+1")


def test_the_unfinished_rows_are_found_by_their_index(connection: sqlite3.Connection) -> None:
    from trayapp.ledger.schema import UNFINISHED

    migrate(connection)
    plan = connection.execute(f"EXPLAIN QUERY PLAN SELECT id FROM calls WHERE {UNFINISHED}").fetchall()
    assert "calls_unfinished" in plan[0][3]
