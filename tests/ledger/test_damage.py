"""Damaged files: the start goes on, the damaged file is kept aside, the newest sound copy takes its place."""

from __future__ import annotations

import os
import random
import shutil
import time
from pathlib import Path

import pytest

from trayapp.ledger import Ledger, storage
from trayapp.values import State


def fill(ledger: Ledger, kit, count: int) -> list[int]:
    ids = [ledger.new_id() for _ in range(count)]
    for at, row_id in enumerate(ids):
        ledger.open_row(kit.opening(row_id, session=f"session {at} " + "x" * 50))
        ledger.close_row(kit.closing(row_id, 10))
    ledger.flush()
    return ids


def quarantined(path: Path) -> list[Path]:
    return sorted(file for file in path.parent.glob("ledger.corrupt-*") if not file.name.endswith("-wal"))


def start_timed(path: Path) -> Ledger:
    begun = time.monotonic()
    ledger = Ledger.open(path)
    assert time.monotonic() - begun < 5.0
    return ledger


@pytest.mark.parametrize("kind", ["header", "nothing", "short", "page", "zeros", "text"])
def test_a_damaged_file_is_put_aside(make, kit, path: Path, kind: str) -> None:
    ledger = make()
    fill(ledger, kit, 400)
    copy = ledger.back_up().result(kit.WAIT)
    assert copy is not None
    fill(ledger, kit, 100)
    ledger.close()
    data = bytearray(path.read_bytes())
    if kind == "header":
        data[:16] = b"not a database!!"
    elif kind == "nothing":
        data = data[:100]
    elif kind == "short":
        data = data[: len(data) // 2]
    elif kind == "page":
        for page in range(3, len(data) // 4096):
            data[page * 4096 : page * 4096 + 64] = b"\xff" * 64
    elif kind == "zeros":
        data[4096:] = bytes(len(data) - 4096)
    elif kind == "text":
        data = bytearray(b"hello\n" * 2000)
    path.write_bytes(data)
    ledger = start_timed(path)
    try:
        status = ledger.status()
        assert status.quarantined is not None
        assert status.quarantined.read_bytes() == data
        assert status.restored == copy
        assert "put aside" in (status.problem or "")
        assert ledger.totals().result(kit.WAIT).calls == 400
        fill(ledger, kit, 5)
        assert ledger.totals().result(kit.WAIT).calls == 405
    finally:
        ledger.close()
    stored, anew = kit.buckets_and_rows(path)
    assert stored == anew


def test_without_a_sound_copy_a_new_ledger_is_begun(make, kit, path: Path) -> None:
    ledger = make()
    fill(ledger, kit, 10)
    copy = ledger.back_up().result(kit.WAIT)
    ledger.close()
    copy.write_bytes(b"\0" * 5000)
    path.write_bytes(b"garbage " * 1000)
    ledger = make()
    status = ledger.status()
    assert status.quarantined is not None
    assert status.restored is None
    assert "a new one" in (status.problem or "")
    assert ledger.rows().result(kit.WAIT) == []
    fill(ledger, kit, 3)


def test_the_newest_sound_copy_is_taken(make, kit, path: Path) -> None:
    now = [kit.NOON]
    ledger = make(now_us=lambda: now[0])
    copies = []
    for _ in range(3):
        fill(ledger, kit, 10)
        now[0] += 1_000_000
        copies.append(ledger.back_up().result(kit.WAIT))
    ledger.close()
    copies[2].write_bytes(copies[2].read_bytes()[:5000])
    path.write_bytes(b"garbage " * 1000)
    ledger = make()
    assert ledger.status().restored == copies[1]
    assert ledger.totals().result(kit.WAIT).calls == 20


@pytest.mark.parametrize("rounds", [25, pytest.param(500, marks=pytest.mark.thorough)])
def test_any_flipped_bytes_start(make, kit, path: Path, rounds: int) -> None:
    """Random damage anywhere, in the file or its log: the start succeeds and rows can be written and summed."""
    ledger = make()
    fill(ledger, kit, 300)
    ledger.flush()
    sources = {name: path.with_name(path.name + name).read_bytes() for name in ("", "-wal")}
    ledger.close()
    whole = path.read_bytes()
    chance = random.Random(11)
    for number in range(rounds):
        place = path.parent / f"r{number}"
        place.mkdir()
        broken = place / path.name
        if number % 3 == 0:  # damage in the log
            broken.write_bytes(sources[""])
            log = bytearray(sources["-wal"])
            for _ in range(chance.randint(1, 20)):
                log[chance.randrange(len(log))] ^= 1 << chance.randrange(8)
            broken.with_name(path.name + "-wal").write_bytes(log[: chance.choice((len(log), len(log) // 2))])
        else:
            data = bytearray(whole)
            for _ in range(chance.randint(1, 200)):
                data[chance.randrange(len(data))] = chance.randrange(256)
            broken.write_bytes(data[: chance.choice((len(data), len(data), chance.randrange(len(data))))])
        ledger = start_timed(broken)
        try:
            row_id = ledger.new_id()
            ledger.open_row(kit.opening(row_id)).result(kit.WAIT)
            ledger.close_row(kit.closing(row_id)).result(kit.WAIT)
            assert ledger.row(row_id).result(kit.WAIT).state is State.DONE
        finally:
            ledger.close()
            shutil.rmtree(place)


def test_damage_found_while_calls_run(make, kit, path: Path) -> None:
    """The file is replaced under way: rows of running calls are made again, later ones go on."""
    ledger = make()
    fill(ledger, kit, 200)
    ledger.back_up().result(kit.WAIT)
    running = [ledger.new_id() for _ in range(3)]
    for row_id in running:
        ledger.open_row(kit.opening(row_id)).result(kit.WAIT)
    ledger._writer.upkeep.connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    with path.open("r+b") as file:
        file.seek(4096)
        file.write(b"\xff" * (path.stat().st_size - 4096))
    ledger._writer.upkeep.check()
    deadline = time.monotonic() + kit.WAIT
    while ledger.status().quarantined is None:
        ledger.flush()
        assert time.monotonic() < deadline
    for row_id in running[:2]:
        ledger.close_row(kit.closing(row_id, 10)).result(kit.WAIT)
    rows = {row.id: row.state for row in ledger.rows(limit=1000).result(kit.WAIT)}
    assert [rows[row_id] for row_id in running] == [State.DONE, State.DONE, State.OPEN]
    assert ledger.totals().result(kit.WAIT).calls == 202
    assert ledger.status().restored is not None
    assert ledger.new_id() > max(rows)
    ledger.close()
    assert len(quarantined(path)) == 1


@pytest.mark.skipif(os.name == "nt", reason="an open file cannot be deleted there")
@pytest.mark.parametrize("how", ["deleted", "deleted with its log", "moved", "replaced"])
def test_a_file_that_goes_while_it_is_written_is_brought_back(
    make, kit, path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    monkeypatch.setattr("trayapp.ledger.writer._BARRIER_S", 0.1)
    ledger = make()
    ids = fill(ledger, kit, 100)
    running = ledger.new_id()
    ledger.open_row(kit.opening(running)).result(kit.WAIT)
    if how == "moved":
        path.rename(tmp_path / "moved.sqlite3")
    elif how == "replaced":
        other = tmp_path / "other"
        other.write_bytes(b"another file")
        other.replace(path)
    else:
        path.unlink()
        if how == "deleted with its log":
            storage.beside(path, "-wal").unlink()
            storage.beside(path, "-shm").unlink()
    more = fill(ledger, kit, 5)
    deadline = time.monotonic() + kit.WAIT
    while ledger._writer.upkeep.generation == 0:
        time.sleep(0.01)
        assert time.monotonic() < deadline
    more += fill(ledger, kit, 5)
    ledger.close_row(kit.closing(running, 10)).result(kit.WAIT)
    rows = {row.id: row.state for row in ledger.rows(limit=1000).result(kit.WAIT)}
    assert sorted(rows) == sorted([*ids, running, *more])
    assert set(rows.values()) == {State.DONE}
    assert ledger.totals().result(kit.WAIT).calls == 111
    assert len(quarantined(path)) == (how == "replaced")
    # Once more, and closed before anybody has noticed.
    path.unlink()
    more += fill(ledger, kit, 1)
    ledger.close()
    ledger = make()
    assert ledger.totals().result(kit.WAIT).calls == 112
    assert path.stat().st_mode & 0o077 == 0
    ledger.close()


def test_seven_copies_are_kept(make, kit, path: Path) -> None:
    now = [kit.NOON]
    ledger = make(now_us=lambda: now[0])
    fill(ledger, kit, 1)
    made = []
    for _ in range(9):
        now[0] += 86_400_000_000
        made.append(ledger.back_up().result(kit.WAIT))
    assert storage.copies(path) == made[:1:-1]
    assert len(list((path.parent / "backups").iterdir())) == 7


def test_copies_are_due_daily(make, kit, path: Path) -> None:
    day = 86_400_000_000
    ledger = make()
    fill(ledger, kit, 1)
    assert storage.copy_due_us(path, kit.NOON, day) == 0
    copy = ledger.back_up().result(kit.WAIT)
    made = int(copy.stat().st_mtime * 1e6)
    assert storage.copy_due_us(path, made + day // 4, day) == pytest.approx(day * 3 // 4, abs=2)
    assert storage.copy_due_us(path, made + 2 * day, day) == 0
    assert storage.copy_due_us(path, made - 50 * day, day) == day  # a clock that stepped back waits a day at most
