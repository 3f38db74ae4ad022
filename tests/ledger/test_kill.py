"""kill -9 of a real process in the midst of its work: what was reported committed is there, once."""

from __future__ import annotations

import os
import random
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from trayapp.ledger import Ledger
from trayapp.values import State

CHILD = Path(__file__).with_name("kill_child.py")
WAIT = 30.0


def run_and_kill(path: Path, after: int) -> dict[str, set[int]]:
    """Start the child, kill it after so many lines; what it had reported until then."""
    said: dict[str, set[int]] = {"open": set(), "done": set(), "late": set()}
    child = subprocess.Popen(
        [sys.executable, str(CHILD), str(path)], stdout=subprocess.PIPE, cwd=Path(__file__).parents[2], text=True
    )
    watch = threading.Timer(WAIT, child.kill)
    watch.start()
    try:
        assert child.stdout is not None
        for count, line in enumerate(child.stdout):
            if not line.endswith("\n"):
                break
            word, number = line.split()
            said[word].add(int(number))
            if count == after:
                child.kill()
        assert child.wait(WAIT) != 0
    finally:
        watch.cancel()
        child.kill()
        child.wait(WAIT)
        if child.stdout is not None:
            child.stdout.close()
    return said


@pytest.mark.skipif(os.name != "posix", reason="kill -9")
@pytest.mark.parametrize("rounds", [4, pytest.param(100, marks=pytest.mark.thorough)])
def test_what_was_reported_survives_kills(path: Path, kit, rounds: int) -> None:
    chance = random.Random(5)
    opened: set[int] = set()
    done: set[int] = set()
    last = 0
    for _ in range(rounds):
        said = run_and_kill(path, chance.randint(50, 1500))
        assert min(said["open"] | said["late"]) > last
        opened |= said["open"] | said["late"]
        done |= said["done"]
        last = max(opened)
    ledger = Ledger.open(path)
    try:
        rows = {}
        ledger.export(lambda part: rows.update({row.id: row for row in part})).result(WAIT)
        totals = ledger.totals().result(WAIT)
    finally:
        ledger.close()
    assert opened <= rows.keys()
    assert {rows[row_id].state for row_id in done} == {State.DONE}
    for row in rows.values():
        if row.state is State.DONE:
            assert (row.output, row.pico_list) == (row.id % 1000, row.id % 1_000_003)
        else:
            assert (row.state, row.pico_list) == (State.INTERRUPTED, None)
    assert totals.calls == len(rows)
    assert totals.pico_list == sum(row.pico_list or 0 for row in rows.values())
    assert kit.look(path, "PRAGMA integrity_check") == [("ok",)]
    stored, anew = kit.buckets_and_rows(path)
    assert stored == anew
