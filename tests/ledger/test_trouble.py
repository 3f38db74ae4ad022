"""The disk in the way: work waits in memory, callers are told at once, nothing is lost when it ends."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from trayapp.ledger import Ledger, StorageTrouble, intake

LONG = 30.0


@contextmanager
def held(path: Path) -> Iterator[None]:
    """Another program holds SQLite's write lock, as a user's own `sqlite3` shell may."""
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("PRAGMA wal_autocheckpoint=0")
    try:
        connection.execute("BEGIN IMMEDIATE")
        yield
        connection.execute("ROLLBACK")
    finally:
        connection.close()


def until(condition: Callable[[], Any]) -> None:
    """Wait for what another thread brings about."""
    deadline, pause = time.monotonic() + LONG, threading.Event()
    while not condition():
        assert time.monotonic() < deadline, "it did not happen"
        pause.wait(0.01)


def test_work_waits_and_is_written_when_the_trouble_ends(ledger: Ledger, kit) -> None:
    early = ledger.new_id()
    ledger.open_row(kit.opening(early)).result(kit.WAIT)
    with held(ledger.path):
        first = ledger.new_id()
        with pytest.raises(StorageTrouble) as trouble:
            ledger.open_row(kit.opening(first)).result(kit.WAIT)
        assert trouble.value.kept
        begun = time.monotonic()
        second = ledger.new_id()
        with pytest.raises(StorageTrouble):
            ledger.open_row(kit.opening(second)).result(kit.WAIT)
        assert time.monotonic() - begun < 1.0
        ledger.note_late(kit.opening(second))
        with pytest.raises(StorageTrouble):
            ledger.close_row(kit.closing(early)).result(kit.WAIT)
        ledger.close_row(kit.closing(second))
        with pytest.raises(StorageTrouble):
            ledger.flush()
        assert ledger.problem is not None
        assert "memory" in ledger.problem
        assert ledger.status().waiting > 0
        assert ledger.totals().result(kit.WAIT).calls == 0
    until(lambda: ledger.problem is None)
    ledger.close_row(kit.closing(first)).result(kit.WAIT)
    rows = {row.id: row for row in ledger.rows().result(kit.WAIT)}
    assert {row_id: row.state for row_id, row in rows.items()} == dict.fromkeys((early, first, second), "done")
    assert rows[second].flags == ("late_open",)
    status = ledger.status()
    assert (status.unrecorded, status.refused, status.unknown, status.waiting) == (0, 0, 0, 0)
    assert ledger.path.with_name(ledger.path.name + ".late.jsonl").read_bytes() == b""
    stored, anew = kit.buckets_and_rows(ledger.path)
    assert stored == anew


def test_memory_is_bounded_and_the_loss_is_counted(ledger: Ledger, kit, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(intake, "MAX_WAITING", 50)
    monkeypatch.setattr(intake, "MAX_BATCH", 10)
    with held(ledger.path):
        ids = []
        for _ in range(100):
            row_id = ledger.new_id()
            with pytest.raises(StorageTrouble):
                ledger.open_row(kit.opening(row_id)).result(kit.WAIT)
            ids.append(row_id)
        for row_id in ids:
            with pytest.raises(StorageTrouble):
                ledger.close_row(kit.closing(row_id)).result(kit.WAIT)
        assert ledger.status().unrecorded == 40
        assert "could not be recorded" in (ledger.problem or "")
    ledger_is_well = lambda: ledger._writer.intake.trouble is None  # noqa: E731
    until(ledger_is_well)
    ledger.flush()
    assert ledger.totals().result(kit.WAIT).calls == 60
    assert ledger.status().unknown == 0


def test_close_in_trouble_leaves_openings_in_the_late_spool(make, kit, path: Path) -> None:
    ledger = make()
    row_id = ledger.new_id()
    with held(path):
        with pytest.raises(StorageTrouble):
            ledger.open_row(kit.opening(row_id)).result(kit.WAIT)
        ledger.close()
    ledger = make()
    assert ledger.status().imported == 1
    assert [row.id for row in ledger.rows().result(kit.WAIT)] == [row_id]


def test_a_guards_spool_waits_for_the_disk(ledger: Ledger, kit, tmp_path: Path) -> None:
    spool = tmp_path / "relayed.jsonl"
    spool.write_text('{"id":"a","at_us":1,"ended_us":2,"vendor":"v","outcome":"done"}\n')
    with held(ledger.path), pytest.raises(StorageTrouble):
        ledger.import_unmetered(spool)
    until(lambda: ledger.problem is None)
    assert ledger.import_unmetered(spool) == 1
    assert ledger.totals().result(kit.WAIT).unmetered == 1


SMALL_DISK = """
import resource, sys
from pathlib import Path
sys.path[:0] = [sys.argv[2], sys.argv[3]]
import conftest as kit
from trayapp.ledger import Ledger, StorageTrouble
path = Path(sys.argv[1])
ledger = Ledger.open(path)
kept = []
def one():
    row_id = ledger.new_id()
    kept.append(row_id)
    try:
        ledger.open_row(kit.opening(row_id)).result(30)
    except StorageTrouble as trouble:
        assert trouble.kept
        return False
    finally:
        ledger.close_row(kit.closing(row_id))
    return True
assert all([one() for _ in range(20)])
ledger.flush()
limit = resource.getrlimit(resource.RLIMIT_FSIZE)
resource.setrlimit(resource.RLIMIT_FSIZE, (8_000_000, limit[1]))
number = 0
while one():
    number += 1
    assert number < 10_000
assert ledger.problem, "trouble must be told"
for _ in range(200):
    one()
assert ledger.totals().result(30).calls >= 20
resource.setrlimit(resource.RLIMIT_FSIZE, limit)
import time
deadline = time.monotonic() + 30
while ledger.problem and time.monotonic() < deadline:
    time.sleep(0.02)
ledger.flush()
assert ledger.totals().result(30).calls == len(kept), (ledger.totals().result(30).calls, len(kept))
assert ledger.status().unrecorded == 0
ledger.close()
print("fine")
"""


@pytest.mark.skipif(os.name != "posix", reason="RLIMIT_FSIZE")
def test_files_that_cannot_grow(path: Path) -> None:
    here = Path(__file__)
    done = subprocess.run(
        [sys.executable, "-c", SMALL_DISK, str(path), str(here.parents[2]), str(here.parent)],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.stdout.strip() == "fine", done.stderr


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 2 MB; only root can have one."""
    place = tmp_path / "small"
    place.mkdir()
    if sys.platform != "linux" or os.geteuid() != 0:
        pytest.skip("mounting needs root")
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", str(place)], check=False, capture_output=True
    )
    if mounted.returncode:
        pytest.skip("mounting is not allowed here")
    yield place
    subprocess.run(["umount", "-l", str(place)], check=True)


def test_a_full_disk(small_disk: Path, kit) -> None:
    ledger = Ledger.open(small_disk / "ledger.sqlite3")
    try:
        ids = [ledger.new_id()]
        ledger.open_row(kit.opening(ids[0])).result(kit.WAIT)
        ballast = small_disk / "ballast"
        with ballast.open("wb") as file, pytest.raises(OSError, match="space"):  # noqa: PT012
            while True:
                file.write(b"x" * 65536)
                file.flush()
        for _ in range(2000):
            row_id = ledger.new_id()
            ids.append(row_id)
            try:
                ledger.open_row(kit.opening(row_id)).result(kit.WAIT)
            except StorageTrouble as trouble:
                kept = trouble.kept
                break
        else:
            pytest.fail("the disk is not full")
        assert kept
        assert ledger.status().disk_full
        assert "full" in (ledger.problem or "")
        ledger.note_late(kit.opening(row_id))
        for one in ids:
            ledger.close_row(kit.closing(one))
        assert ledger.rows().result(kit.WAIT)
        ballast.unlink()
        until(lambda: ledger.problem is None)
        ledger.flush()
        assert ledger.totals().result(kit.WAIT).calls == len(ids)
        assert not ledger.status().disk_full
    finally:
        ledger.close()
