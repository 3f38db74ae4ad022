"""The waste ledger against weeks in which waste was planted: each line counts exactly that, row by row."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import wasteful
from wasteful import DAY, HOUR, START, Traffic

from trayapp.engine.projects import Projects
from trayapp.engine.wasteledger import Counted, WasteLedger
from trayapp.insight.waste import KINDS
from trayapp.ledger import Ledger
from trayapp.platform.resources import resource
from trayapp.pricing import Book, load

WEEK = (START - HOUR, START + 7 * DAY)


@pytest.fixture(scope="module")
def book() -> Book:
    return load(resource("pricebook.json").read_bytes())


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    ledger = Ledger.open(tmp_path / "ledger.sqlite3")
    yield ledger
    ledger.close()


def counted(ledger: Ledger, book: Book, since: int = WEEK[0], until: int = WEEK[1]) -> Counted:
    return WasteLedger(ledger, lambda: book, Projects("key").mark).counted(since, until)


def compare(found: Counted, traffic: Traffic) -> None:
    named = {call.id: (n, call) for n, call in enumerate(traffic.calls)}
    for line in found.lines:
        if line.kind == "no_diff":
            continue
        planted = traffic.planted.get(line.kind, wasteful.Planted())
        rows = {named[row_id][0] for row_id in found.rows[line.kind]}
        more = [named[i][1] for i in found.rows[line.kind] if named[i][0] not in planted.rows]
        less = [call for n, call in planted.rows.items() if n not in rows]
        assert (more, less) == ([], []), line.kind
        assert (line.rows, line.unpriced) == (len(planted.rows), planted.unpriced), line.kind
        assert line.pico == planted.pico, line.kind
        assert (line.sessions, line.estimated) == (planted.sessions, planted.estimated), line.kind
        order = [(call.at, call.id) for call in (named[row_id][1] for row_id in found.rows[line.kind])]
        assert order == sorted(order)


@pytest.mark.parametrize("scene", [wasteful.ordinary, *wasteful.SCENES], ids=lambda scene: scene.__name__)
def test_each_scene_alone(ledger: Ledger, book: Book, scene: wasteful.Scene) -> None:
    traffic = Traffic(book, 7)
    for _ in range(12):
        scene(traffic)
    traffic.write(ledger)
    compare(counted(ledger, book), traffic)


@pytest.mark.parametrize("seed", range(4))
def test_a_week_is_counted_exactly(ledger: Ledger, book: Book, seed: int) -> None:
    traffic = wasteful.week(book, seed, sessions=150, scenes=120)
    traffic.write(ledger)
    assert len(traffic.calls) > 2000
    assert set(traffic.planted) == set(KINDS) - {"no_diff"}
    compare(counted(ledger, book), traffic)
