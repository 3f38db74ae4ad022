"""Ids grow, whatever the clock does."""

from __future__ import annotations

import threading

from hypothesis import given
from hypothesis import strategies as st

from trayapp.ledger.ids import MAX_ID, IdSource, time_of


@given(st.lists(st.integers(0, 2**42 * 1000), min_size=1, max_size=50), st.integers(0, 2**62))
def test_ids_grow_under_any_clock(times: list[int], above: int) -> None:
    clock = iter(times)
    source = IdSource(lambda: next(clock))
    source.above(above)
    last = above
    for _ in times:
        fresh = source.next()
        assert last < fresh <= MAX_ID
        last = fresh


def test_an_id_tells_its_time() -> None:
    source = IdSource(lambda: 1_780_000_000_123_456)
    assert time_of(source.next()) == 1_780_000_000_123_000
    assert time_of(source.next()) == 1_780_000_000_123_000


def test_a_clock_that_steps_back_across_a_restart(make, kit) -> None:
    ledger = make(now_us=lambda: kit.NOON)
    first = ledger.new_id()
    ledger.open_row(kit.opening(first)).result(kit.WAIT)
    ledger.close()
    ledger = make(now_us=lambda: kit.NOON - 86_400_000_000)
    second = ledger.new_id()
    assert second > first
    ledger.open_row(kit.opening(second, started_us=kit.NOON - 86_400_000_000)).result(kit.WAIT)
    assert [row.id for row in ledger.rows().result(kit.WAIT)] == [second, first]


def test_threads_get_different_ids() -> None:
    source = IdSource(lambda: kit_time)
    kit_time = 1_780_000_000_000_000
    got: list[list[int]] = [[] for _ in range(4)]

    def take(mine: list[int]) -> None:
        mine += [source.next() for _ in range(2000)]

    threads = [threading.Thread(target=take, args=(mine,)) for mine in got]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    flat = [row_id for mine in got for row_id in mine]
    assert len(set(flat)) == len(flat)
    assert all(mine == sorted(mine) for mine in got)
