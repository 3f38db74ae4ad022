"""The ledger in trouble while tools work: the tools do not notice, and no call is lost."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

BODY = {"model": "claude-opus-5-5", "max_tokens": 5, "messages": [{"role": "user", "content": "x"}]}


@contextmanager
def locked(ledger: Path) -> Iterator[None]:
    """Another program holds the ledger's write lock: no row can be committed."""
    other = sqlite3.connect(ledger, isolation_level=None)
    try:
        other.execute("BEGIN IMMEDIATE")
        yield
        other.execute("ROLLBACK")
    finally:
        other.close()


def test_a_row_that_cannot_be_written_does_not_hold_its_call(engine: Any, send: Any, settled: Any, vendor: Any) -> None:
    url = engine.base("anthropic") + "/v1/messages"
    assert send(url, BODY).status == 200
    with locked(engine.paths.ledger):
        begin = time.monotonic()
        assert [send(url, BODY).status for _ in range(5)] == [200] * 5
        # Five calls that waited 5 ms each for their row; the bound only says that nobody waited for the lock.
        assert time.monotonic() - begin < 2
        assert len(vendor.counted.calls()) == 6
    rows = settled(6)
    assert [row["state"] for row in rows] == ["done"] * 6
    assert all("late_open" in row["flags"] for row in rows[1:])
    assert [row["output"] for row in rows] == [call.leg.output for call in vendor.counted.calls()]


def test_a_kill_before_a_late_row_is_written_loses_no_call(engine: Any, send: Any, settled: Any, vendor: Any) -> None:
    url = engine.base("anthropic") + "/v1/messages"
    with locked(engine.paths.ledger):
        assert [send(url, BODY).status for _ in range(3)] == [200] * 3
        engine.kill()
    engine.start()
    rows = settled(3)
    assert [row["state"] for row in rows] == ["interrupted"] * 3
    assert all("late_open" in row["flags"] for row in rows)
    assert all(row["usd_list"] is None for row in rows)
    assert len(vendor.counted.calls()) == 3


def test_the_guards_own_relaying_becomes_unmetered_rows(engine: Any, settled: Any) -> None:
    assert engine.stop() == 0
    line = (
        '{"id": "0b1c", "at_us": 1790000000000000, "ended_us": 1790000001000000, "vendor": "anthropic",'
        ' "tool": "codex", "bytes_up": 10, "bytes_down": 20, "status": 200, "outcome": "done"}\n'
    )
    engine.paths.spool.write_text(line + line)
    engine.start()
    (row,) = settled(1)
    assert (row["source"], row["metering"], row["usd_list"], row["state"]) == ("guard", "unmetered", None, "done")
    assert not engine.paths.spool.exists()
