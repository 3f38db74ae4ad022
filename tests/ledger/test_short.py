"""Rows in short: all finished ones of a range, in order, each once; and whole rows by their ids."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing as closed
from pathlib import Path
from typing import Any

import pytest

from trayapp.ledger import Ledger
from trayapp.ledger.short import rows_of, short
from trayapp.values import Basis, Confidence, Cost, Leg, Metering, State, Usage


@pytest.fixture
def connection(ledger: Ledger, path: Path) -> Iterator[sqlite3.Connection]:
    ledger.flush()
    with closed(sqlite3.connect(path)) as opened:
        yield opened


def test_what_it_holds(ledger: Ledger, kit: Any, path: Path) -> None:
    first = ledger.new_id()
    legs = (Leg(input=1, cache_read=2, cache_write=4, cache_write_1h=8, cache_write_12h=16, input_audio=32, output=5),)
    cost = Cost(pico=70, basis=Basis.LIST, book="b", components=(("input", 70),))
    ledger.open_row(kit.opening(first, kind="title", streamed=True, context_bytes=99, attempt_of=4, credential="c"))
    ledger.close_row(
        kit.closing(first, cost=cost, usage=Usage(legs=legs, model="served", web_searches=2), flags=("a", "b"))
    )
    second = ledger.new_id()
    ledger.open_row(kit.opening(second, kit.NOON + 1, model_sent="sent"))
    two = (Leg(output=1, output_audio=2), Leg(model="other", cache_read_audio=7, output_image=4))
    ledger.close_row(
        kit.closing(
            second,
            None,
            state=State.UPSTREAM_CUT,
            metering=Metering.ESTIMATED,
            confidence=Confidence.PARTIAL,
            usage=Usage(legs=two),
        )
    ).result(kit.WAIT)
    with closed(sqlite3.connect(path)) as opened:
        one, other = next(short(opened, kit.NOON, kit.NOON + 2))
    assert (one.id, one.started_us, one.ended_us, one.state) == (first, kit.NOON, kit.NOON + 2_000_000, "done")
    assert (one.model, one.asked, one.kind, one.streamed, one.context_bytes) == (
        "served",
        "claude-opus-5-5",
        "title",
        1,
        99,
    )
    assert (one.prompt, one.output, one.web_searches, one.several, one.counted) == (63, 5, 2, 0, True)
    assert (one.pico, one.components, one.flags, one.attempt_of, one.credential) == (70, '{"input":70}', "a b", 4, "c")
    assert (one.exact, one.sure, other.exact, other.sure) == (1, 1, 0, 0)
    assert (other.model, other.prompt, other.output, other.several, other.pico) == ("sent", 7, 7, 1, None)


def test_a_range_in_parts(ledger: Ledger, kit: Any, path: Path) -> None:
    """Rows of one moment are parted between two lists and still come once; what runs or is free is not there."""
    starts = [0, 1, 1, 1, 1, 2, 5, 5, 9]
    wanted = []
    for start in starts:
        row_id = ledger.new_id()
        ledger.open_row(kit.opening(row_id, kit.NOON + start))
        ledger.close_row(kit.closing(row_id))
        wanted.append(row_id)
    ledger.open_row(kit.opening(ledger.new_id(), kit.NOON + 1))
    free = ledger.new_id()
    ledger.open_row(kit.opening(free, kit.NOON + 1, kind="count"))
    ledger.close_row(kit.closing(free)).result(kit.WAIT)
    for size in (1, 2, 3, 8, 9, 100):
        with closed(sqlite3.connect(path)) as opened:
            parts = list(short(opened, kit.NOON, kit.NOON + 9, size))
        assert [row.id for part in parts for row in part] == wanted[:-1]
        assert max(map(len, parts)) <= size
    seen: list[int] = []
    count = ledger.short(lambda part: seen.extend(row.id for row in part), kit.NOON + 1, kit.NOON + 10).result(kit.WAIT)
    assert (count, seen) == (8, wanted[1:])


def test_whole_rows_by_their_ids(ledger: Ledger, kit: Any) -> None:
    ids = []
    for n in range(1203):
        row_id = ledger.new_id()
        ledger.open_row(kit.opening(row_id, kit.NOON + n))
        ids.append(row_id)
    last = ledger.close_row(kit.closing(ids[-1]))
    last.result(kit.WAIT)
    wanted = [*reversed(ids), 3]
    assert [row.id for row in ledger.rows_of(wanted).result(kit.WAIT)] == wanted[:-1]
    assert ledger.rows_of([]).result(kit.WAIT) == []


def test_without_rows(connection: sqlite3.Connection) -> None:
    assert list(short(connection, 0, 2**62)) == []
    assert rows_of(connection, [1, 2]) == []
