"""The life of a row through the ledger's front."""

from __future__ import annotations

import asyncio
import os
import sqlite3
import threading
from concurrent.futures import CancelledError, Future
from pathlib import Path

import pytest

from trayapp.ledger import Ledger, LedgerError, StorageTrouble
from trayapp.values import Basis, Confidence, Cost, Leg, Metering, State, Usage

posix = pytest.mark.skipif(os.name != "posix", reason="file modes are POSIX")


def test_a_row_lives_from_open_to_done(ledger: Ledger, kit) -> None:
    row_id = ledger.new_id()
    ledger.open_row(kit.opening(row_id, flags=("tool_header",))).result(kit.WAIT)
    row = ledger.row(row_id).result(kit.WAIT)
    assert row is not None
    assert (row.state, row.pico_list, row.basis, row.confidence) == (
        State.OPEN,
        None,
        Basis.UNPRICED,
        Confidence.NONE,
    )
    usage = Usage(
        legs=(
            Leg(input=1, cache_read=2, cache_write=3, cache_write_1h=4, cache_write_12h=5, output=6, reasoning=7),
            Leg(model="advisor-1", kind="advisor", input_audio=8, cache_read_audio=9, output_audio=10, output_image=11),
        ),
        model="claude-opus-5-5-20260901",
        message_id="msg_1",
        tier="priority",
        speed="fast",
        geo="us",
        web_searches=2,
        complete=True,
        flags=("cached_exceeds_prompt",),
    )
    cost = Cost(pico=9_000_000, basis=Basis.CONTRACT, book="b7", components=(("input", 9_000_000),))
    ledger.close_row(
        kit.closing(
            row_id,
            usage=usage,
            cost=cost,
            pico_contract=4_000_000,
            pico_marginal=0,
            vendor_request_id="req_1",
            ttfb_us=1234,
            bytes_up=10,
            bytes_down=20,
            flags=("rewritten", "tool_header"),
        )
    ).result(kit.WAIT)
    row = ledger.row(row_id).result(kit.WAIT)
    assert row is not None
    assert row.state is State.DONE
    assert row.flags == ("tool_header", "rewritten", "cached_exceeds_prompt")
    assert (row.input, row.cache_read, row.cache_write, row.cache_write_1h, row.cache_write_12h) == (1, 2, 3, 4, 5)
    assert (row.output, row.reasoning) == (6, 7)
    assert (row.input_audio, row.cache_read_audio, row.output_audio, row.output_image) == (8, 9, 10, 11)
    assert (row.web_searches, row.tier, row.speed, row.geo) == (2, "priority", "fast", "us")
    assert (row.pico_list, row.pico_contract, row.pico_marginal, row.book) == (9_000_000, 4_000_000, 0, "b7")
    assert (row.model_asked, row.model_served) == ("claude-opus-5-5", "claude-opus-5-5-20260901")
    assert (row.ttfb_us, row.bytes_up, row.bytes_down, row.http_status) == (1234, 10, 20, 200)
    assert (row.vendor_request_id, row.message_id, row.project_name) == ("req_1", "msg_1", "kettle")
    legs, components = kit.look(ledger.path, "SELECT legs, components FROM calls")[0]
    assert '"advisor-1"' in legs
    assert components == '{"input":9000000}'


def test_unknown_stays_unknown(ledger: Ledger, kit) -> None:
    row_id = ledger.new_id()
    ledger.open_row(kit.opening(row_id))
    ledger.close_row(kit.closing(row_id, None)).result(kit.WAIT)
    row = ledger.row(row_id).result(kit.WAIT)
    assert row is not None
    assert (row.pico_list, row.pico_contract, row.pico_marginal, row.book) == (None, None, None, None)
    totals = ledger.totals().result(kit.WAIT)
    assert (totals.calls, totals.unpriced, totals.priced, totals.pico_list) == (1, 1, 0, 0)


def test_the_first_closing_wins(ledger: Ledger, kit) -> None:
    row_id = ledger.new_id()
    ledger.open_row(kit.opening(row_id))
    first = ledger.close_row(kit.closing(row_id, 5))
    second = ledger.close_row(kit.closing(row_id, 7))
    first.result(kit.WAIT)
    with pytest.raises(LookupError):
        second.result(kit.WAIT)
    assert ledger.totals().result(kit.WAIT).pico_list == 5
    assert ledger.status().unknown == 1


def test_a_closing_without_a_row_makes_none(ledger: Ledger, kit) -> None:
    with pytest.raises(LookupError):
        ledger.close_row(kit.closing(12345)).result(kit.WAIT)
    assert ledger.rows().result(kit.WAIT) == []
    assert ledger.status().unknown == 1


def test_a_closing_needs_a_final_state(ledger: Ledger, kit) -> None:
    row_id = ledger.new_id()
    ledger.open_row(kit.opening(row_id))
    with pytest.raises(ValueError, match="final"):
        ledger.close_row(kit.closing(row_id, state=State.SENT)).result(kit.WAIT)
    ledger.close_row(kit.closing(row_id)).result(kit.WAIT)


def test_an_id_is_used_once(ledger: Ledger, kit) -> None:
    row_id = ledger.new_id()
    ledger.open_row(kit.opening(row_id)).result(kit.WAIT)
    with pytest.raises(ValueError, match="open already"):
        ledger.open_row(kit.opening(row_id)).result(kit.WAIT)
    ledger.close_row(kit.closing(row_id)).result(kit.WAIT)
    neighbour = ledger.new_id()
    again, fine = ledger.open_row(kit.opening(row_id)), ledger.open_row(kit.opening(neighbour))
    with pytest.raises(sqlite3.IntegrityError):
        again.result(kit.WAIT)
    fine.result(kit.WAIT)
    ledger.close_row(kit.closing(neighbour)).result(kit.WAIT)
    with pytest.raises(StorageTrouble):
        ledger.close_row(kit.closing(row_id, 99)).result(kit.WAIT)
    assert ledger.totals().result(kit.WAIT).pico_list == 3_000_000


def test_marks_are_written_lazily_and_kept(ledger: Ledger, kit) -> None:
    sent, streaming = ledger.new_id(), ledger.new_id()
    for row_id in (sent, streaming):
        ledger.open_row(kit.opening(row_id))
        ledger.mark_sent(row_id)
    known = Usage(legs=(Leg(input=7, cache_read=900),), model="m-served")
    ledger.mark_streaming(streaming, http_status=200, ttfb_us=55, usage=known)
    ledger.mark_sent(streaming)
    ledger.flush()
    rows = {row.id: row for row in ledger.rows().result(kit.WAIT)}
    assert rows[sent].state is State.SENT
    row = rows[streaming]
    assert (row.state, row.http_status, row.ttfb_us, row.input, row.cache_read, row.model_served) == (
        State.STREAMING,
        200,
        55,
        7,
        900,
        "m-served",
    )
    ledger.close_row(kit.closing(streaming, http_status=None)).result(kit.WAIT)
    ledger.mark_streaming(streaming, http_status=500)
    ledger.flush()
    row = ledger.row(streaming).result(kit.WAIT)
    assert (row.state, row.http_status, row.ttfb_us, row.input) == (State.DONE, 200, 55, 10)


def test_a_mark_reaches_the_disk_by_itself(ledger: Ledger, kit) -> None:
    row_id = ledger.new_id()
    ledger.open_row(kit.opening(row_id)).result(kit.WAIT)
    ledger.mark_sent(row_id)
    seen = threading.Event()
    for _ in range(400):
        if ledger.row(row_id).result(kit.WAIT).state is State.SENT:
            break
        seen.wait(0.01)
    else:
        pytest.fail("the mark was not written")


def test_unfinished_rows_become_interrupted_lower_bounds(make, kit, path: Path) -> None:
    ledger = make()
    ids = [ledger.new_id() for _ in range(4)]
    for row_id in ids[:3]:
        ledger.open_row(kit.opening(row_id))
    ledger.open_row(kit.opening(ids[3], metering=Metering.UNMETERED))
    ledger.mark_sent(ids[1])
    ledger.mark_streaming(
        ids[2],
        usage=Usage(legs=(Leg(input=7),), model="m"),
        cost=Cost(pico=70, basis=Basis.LIST, book="b1"),
    )
    ledger.flush()
    ledger.close()
    ledger = make()
    assert ledger.status().recovered == 4
    rows = {row.id: row for row in ledger.rows().result(kit.WAIT)}
    assert {row.state for row in rows.values()} == {State.INTERRUPTED}
    assert (rows[ids[2]].metering, rows[ids[2]].confidence) == (Metering.ESTIMATED, Confidence.PARTIAL)
    assert (rows[ids[2]].input, rows[ids[2]].pico_list) == (7, 70)
    assert (rows[ids[3]].metering, rows[ids[3]].confidence) == (Metering.UNMETERED, Confidence.NONE)
    totals = ledger.totals().result(kit.WAIT)
    assert (totals.calls, totals.interrupted, totals.pico_list, totals.pico_estimated) == (4, 4, 70, 70)
    assert (totals.unpriced, totals.unmetered, totals.input) == (2, 1, 7)
    stored, anew = kit.buckets_and_rows(path)
    assert stored == anew
    with pytest.raises(LookupError):
        ledger.close_row(kit.closing(ids[0])).result(kit.WAIT)


def test_numbers_beyond_reason_are_flagged_not_stored(ledger: Ledger, kit) -> None:
    row_id = ledger.new_id()
    ledger.open_row(kit.opening(row_id, context_bytes=-5))
    usage = Usage(legs=(Leg(input=2**70, output=5), Leg(output=-9)), stated_pico=2**80, web_searches=-1)
    cost = Cost(pico=10**30, basis=Basis.LIST, book="b")
    ledger.close_row(kit.closing(row_id, usage=usage, cost=cost, bytes_up=2**64)).result(kit.WAIT)
    row = ledger.row(row_id).result(kit.WAIT)
    assert row is not None
    assert (row.input, row.output, row.pico_list, row.basis) == (0, 0, None, Basis.UNPRICED)
    assert row.confidence is Confidence.PARTIAL
    assert "out_of_range" in row.flags
    assert ledger.status().refused == 0


def test_text_that_is_no_text_harms_no_neighbour(ledger: Ledger, kit) -> None:
    ids = [ledger.new_id() for _ in range(6)]
    futures = [
        ledger.open_row(kit.opening(row_id, model_asked="bad \ud800 name" if at == 2 else "fine"))
        for at, row_id in enumerate(ids)
    ]
    for future in futures:
        future.result(kit.WAIT)
    closes = [
        ledger.close_row(
            kit.closing(row_id, usage=Usage(message_id="\udfff", model="m") if at == 3 else Usage(model="m"))
        )
        for at, row_id in enumerate(ids)
    ]
    for future in closes:
        future.result(kit.WAIT)
    rows = {row.id: row for row in ledger.rows().result(kit.WAIT)}
    assert rows[ids[2]].model_asked == "bad ? name"
    assert rows[ids[3]].message_id == "?"
    stored, anew = kit.buckets_and_rows(ledger.path)
    assert stored == anew


def test_money_beyond_64_bits_sums_exactly(ledger: Ledger, kit) -> None:
    huge = 9 * 10**18
    for at in range(5):
        row_id = ledger.new_id()
        ledger.open_row(kit.opening(row_id, started_us=kit.NOON + at))
        ledger.close_row(kit.closing(row_id, huge + at, pico_contract=-huge - at)).result(kit.WAIT)
    for range_ in ((None, None), (kit.NOON, kit.NOON + 5)):
        totals = ledger.totals(*range_).result(kit.WAIT)
        assert totals.pico_list == 5 * huge + 10
        assert totals.pico_contract == -5 * huge - 10
    kinds = kit.look(ledger.path, "SELECT DISTINCT typeof(list_usd), typeof(list_pico) FROM buckets")
    assert kinds == [("integer", "integer")]


def test_late_rows_are_flagged_and_the_spool_is_emptied(ledger: Ledger, kit) -> None:
    spool = ledger.path.with_name(ledger.path.name + ".late.jsonl")
    before, after = ledger.new_id(), ledger.new_id()
    opening = kit.opening(before, flags=("x",))
    ledger.open_row(opening)
    ledger.note_late(opening)
    ledger.close_row(kit.closing(before)).result(kit.WAIT)
    opening = kit.opening(after)
    ledger.open_row(opening)
    ledger.close_row(kit.closing(after)).result(kit.WAIT)
    ledger.note_late(opening)
    ledger.flush()
    rows = {row.id: row.flags for row in ledger.rows().result(kit.WAIT)}
    assert rows == {before: ("x", "late_open"), after: ("late_open",)}
    assert spool.read_bytes() == b""
    ledger.close()
    assert not spool.exists()


def test_the_late_spool_is_imported_at_the_next_start(make, kit, path: Path) -> None:
    ledger = make()
    known = ledger.new_id()
    ledger.open_row(kit.opening(known))
    ledger.close_row(kit.closing(known)).result(kit.WAIT)
    lost = kit.opening(ledger.new_id(), session="s-9")
    ledger.close()
    from trayapp.ledger.records import opening_line

    spool = path.with_name(path.name + ".late.jsonl")
    spool.write_bytes(opening_line(kit.opening(known)) + opening_line(lost) + opening_line(lost)[:40] + b"\n\xff{}")
    ledger = make()
    assert ledger.status().imported == 1
    rows = {row.id: row for row in ledger.rows().result(kit.WAIT)}
    assert len(rows) == 2
    assert (rows[lost.id].state, rows[lost.id].flags, rows[lost.id].session) == (
        State.INTERRUPTED,
        ("late_open",),
        "s-9",
    )
    assert (rows[known].state, rows[known].flags) == (State.DONE, ("late_open",))
    assert not spool.exists()
    assert ledger.new_id() > lost.id
    stored, anew = kit.buckets_and_rows(path)
    assert stored == anew


def test_a_cancelled_wait_does_not_cancel_the_row(ledger: Ledger, kit) -> None:
    row_id = ledger.new_id()
    future = ledger.open_row(kit.opening(row_id))
    future.cancel()
    ledger.flush()
    assert ledger.row(row_id).result(kit.WAIT) is not None
    if future.cancelled():
        with pytest.raises(CancelledError):
            future.result(0)


def test_futures_are_delivered_on_the_loop(make, kit) -> None:
    async def drive() -> set[int]:
        loop = asyncio.get_running_loop()
        ledger = make(deliver=loop.call_soon_threadsafe)
        threads: set[int] = set()
        resolved = asyncio.Event()

        def done(future: Future[None]) -> None:
            future.result()
            threads.add(threading.get_ident())
            resolved.set()

        row_id = ledger.new_id()
        ledger.open_row(kit.opening(row_id)).add_done_callback(done)
        await asyncio.wait_for(resolved.wait(), kit.WAIT)
        await asyncio.wait_for(asyncio.wrap_future(ledger.close_row(kit.closing(row_id))), kit.WAIT)
        await asyncio.to_thread(ledger.close)
        return threads

    assert asyncio.run(drive()) == {threading.get_ident()}


def test_a_closed_loop_does_not_lose_results(make, kit) -> None:
    loop = asyncio.new_event_loop()
    ledger = make(deliver=loop.call_soon_threadsafe)
    loop.close()
    ledger.open_row(kit.opening(ledger.new_id())).result(kit.WAIT)


def test_after_close_everything_is_refused_and_nothing_waits(make, kit) -> None:
    ledger = make()
    ledger.close()
    ledger.close()
    with pytest.raises(StorageTrouble) as trouble:
        ledger.open_row(kit.opening(ledger.new_id())).result(kit.WAIT)
    assert not trouble.value.kept
    with pytest.raises(StorageTrouble):
        ledger.close_row(kit.closing(1)).result(kit.WAIT)
    ledger.mark_sent(1)
    with pytest.raises(RuntimeError):
        ledger.rows()


def test_what_was_asked_before_close_is_written(make, kit) -> None:
    ledger = make()
    ids = [ledger.new_id() for _ in range(300)]
    futures = [ledger.open_row(kit.opening(row_id)) for row_id in ids]
    for row_id in ids[:150]:
        ledger.mark_streaming(row_id, http_status=418)
    futures += [ledger.close_row(kit.closing(row_id)) for row_id in ids[150:]]
    ledger.close()
    assert all(future.done() and future.exception() is None for future in futures)
    assert not ledger.path.with_name(ledger.path.name + "-wal").exists()
    rows = kit.look(ledger.path, "SELECT state, COUNT(*), SUM(http_status=418) FROM calls GROUP BY 1 ORDER BY 1")
    assert rows == [("done", 150, 0), ("streaming", 150, 150)]


def test_one_engine_at_a_time(make, path: Path) -> None:
    ledger = make()
    with pytest.raises(LedgerError) as error:
        Ledger.open(path)
    assert error.value.code == "ledger_locked"
    assert error.value.fix
    ledger.close()
    make()


def test_a_ledger_of_a_newer_version_is_left_alone(make, path: Path) -> None:
    make().close()
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA user_version=7")
    connection.close()
    before = path.read_bytes()
    with pytest.raises(LedgerError) as error:
        make()
    assert error.value.code == "ledger_newer"
    assert path.read_bytes() == before


def test_a_folder_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "state").write_text("a file in place of the folder")
    with pytest.raises(LedgerError) as error:
        Ledger.open(tmp_path / "state" / "ledger.sqlite3")
    assert error.value.code == "ledger_unwritable"


@posix
@pytest.mark.skipif(os.name == "posix" and os.geteuid() == 0, reason="nothing is read-only for root")
def test_a_read_only_folder(make, path: Path) -> None:
    path.parent.mkdir()
    path.parent.chmod(0o500)
    try:
        with pytest.raises(LedgerError) as error:
            make()
        assert error.value.code == "ledger_unwritable"
    finally:
        path.parent.chmod(0o700)


@posix
def test_files_are_private(make, kit, path: Path) -> None:
    old = os.umask(0)
    try:
        ledger = make()
        opening = kit.opening(ledger.new_id())
        ledger.open_row(opening)
        ledger.note_late(opening)
        ledger.back_up().result(kit.WAIT)
        ledger.flush()
    finally:
        os.umask(old)
    files = [file for file in path.parent.rglob("*") if file.is_file()]
    assert {f.name for f in files} >= {path.name, f"{path.name}-wal", f"{path.name}-shm", f"{path.name}.late.jsonl"}
    assert len(list((path.parent / "backups").iterdir())) == 1
    assert [oct(file.stat().st_mode & 0o777) for file in files] == ["0o600"] * len(files)


def test_threads_may_call_at_once(ledger: Ledger, kit) -> None:
    def work(number: int) -> None:
        for _ in range(100):
            row_id = ledger.new_id()
            ledger.open_row(kit.opening(row_id, session=f"s{number}"))
            ledger.mark_sent(row_id)
            ledger.close_row(kit.closing(row_id, 3))

    threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    ledger.flush()
    totals = ledger.totals().result(kit.WAIT)
    assert (totals.calls, totals.pico_list) == (400, 1200)
    assert [s.totals.calls for s in ledger.breakdown("session").result(kit.WAIT)] == [100] * 4


def test_a_group_is_committed_as_one(ledger: Ledger, kit) -> None:
    ids = [ledger.new_id() for _ in range(100)]
    ledger.write([kit.opening(row_id) for row_id in ids[:60]]).result(kit.WAIT)
    both = ledger.write([kit.opening(row_id) for row_id in ids[60:]], [kit.closing(row_id, 1) for row_id in ids[:60]])
    both.result(kit.WAIT)
    assert ledger.totals().result(kit.WAIT).pico_list == 60
    ledger.write([], [kit.closing(row_id, 1) for row_id in ids]).result(kit.WAIT)
    assert ledger.totals().result(kit.WAIT).calls == 100
    assert ledger.status().unknown == 60
    ledger.write([]).result(kit.WAIT)


def test_a_bad_row_of_a_group_is_counted_and_harms_none(ledger: Ledger, kit) -> None:
    used, good = ledger.new_id(), ledger.new_id()
    ledger.write([kit.opening(used)], [kit.closing(used)]).result(kit.WAIT)
    ledger.write([kit.opening(used), kit.opening(good)]).result(kit.WAIT)
    assert ledger.status().refused == 1
    assert ledger.row(good).result(kit.WAIT) is not None
