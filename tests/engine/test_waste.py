"""The waste ledger against weeks in which waste was planted: each line counts exactly that, row by row."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import subprocess
import sys
import threading
from array import array
from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import wasteful
from wasteful import DAY, HOUR, MINUTE, START, Traffic

from trayapp.control import ControlError
from trayapp.engine import countingahead, wastebegun
from trayapp.engine.projects import Projects
from trayapp.engine.waste_verbs import page
from trayapp.engine.wasteledger import Counted, WasteLedger
from trayapp.insight import stretches
from trayapp.insight.waste import KINDS
from trayapp.ledger import Ledger, Repriced
from trayapp.moments import at
from trayapp.platform.resources import resource
from trayapp.pricing import Book, load
from trayapp.values import Basis, Cost, Leg, State

REPO = Path(__file__).resolve().parents[2]
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


@pytest.mark.thorough
@pytest.mark.parametrize("seed", range(100, 160))
def test_many_weeks_are_counted_exactly(ledger: Ledger, book: Book, seed: int) -> None:
    traffic = wasteful.week(book, seed, sessions=40, scenes=80)
    traffic.write(ledger)
    compare(counted(ledger, book), traffic)


def test_first_and_last_rows_have_a_before_and_an_after(ledger: Ledger, book: Book) -> None:
    """What happened up to a day before a range decides about its rows, and is itself in no line of it."""
    traffic = Traffic(book)
    size, at = traffic.size(), START
    cut = traffic.call(at, "a", size=size, state=State.UPSTREAM_CUT, exact=False)
    again = traffic.call(cut.end + MINUTE, "a", size=size)
    leg = Leg(cache_write=4000, output=4)
    traffic.call(at, "b", leg, size=size)
    anew = traffic.call(at + DAY, "b", leg, size=size)
    for n in range(4):
        traffic.call(at + n, "c", Leg(input=100, output=1))
    large = traffic.call(at + DAY - 1, "c", Leg(input=400, output=1))
    traffic.write(ledger)
    whole = counted(ledger, book)
    assert {line.kind: line.rows for line in whole.lines if line.rows} == {
        "retries": 1,
        "interrupted": 1,
        "cache_rewrites": 1,
        "bloat": 1,
    }
    edge = counted(ledger, book, again.at, again.at + 1)
    assert {kind: list(ids) for kind, ids in edge.rows.items() if ids} == {"retries": [again.id]}
    day = counted(ledger, book, at + DAY - 1, at + DAY + 1)
    assert {kind: list(ids) for kind, ids in day.rows.items() if ids} == {
        "cache_rewrites": [anew.id],
        "bloat": [large.id],
    }
    assert not any(line.rows for line in counted(ledger, book, at + DAY, at + DAY).lines)
    far = counted(ledger, book, at + DAY + 1, at + 9 * DAY)
    assert not any(line.rows for line in far.lines)


def test_a_year_is_counted_as_a_week_is(ledger: Ledger, book: Book) -> None:
    """In small parts, with rests in between; and what was long ago is forgotten on the way without a difference."""
    traffic = Traffic(book, 5, begins=START - 300 * DAY, days=300)
    for scene in wasteful.SCENES * 4:
        if scene is not wasteful.lapsed_unpriced:
            scene(traffic)
    for _ in range(60):
        wasteful.ordinary(traffic)
    traffic.write(ledger)
    compare(counted(ledger, book, START - 301 * DAY), traffic)


def test_what_was_counted_is_kept_until_a_row_changes(ledger: Ledger, book: Book) -> None:
    traffic = Traffic(book)
    traffic.waste("interrupted", traffic.call(START, "a", state=State.CLIENT_ABORT, unknown=True, exact=False), None)
    traffic.write(ledger)
    waste = WasteLedger(ledger, lambda: book, Projects("key").mark)
    first = waste.counted(*WEEK)
    assert waste.counted(*WEEK) is first
    assert (first.lines[1].rows, first.lines[1].pico, first.lines[1].unpriced) == (1, 0, 1)
    elsewhere = Traffic(book, begins=START + 90 * DAY)
    wasteful.billed(elsewhere)
    elsewhere.write(ledger)
    assert waste.counted(*WEEK) is first
    row = traffic.calls[0]
    cost = Cost(pico=77, basis=Basis.LIST, book="later", components=(("input", 77),))
    assert ledger.reprice([Repriced(id=row.id, cost=cost)]).result(20) == 1
    anew = waste.counted(*WEEK)
    assert (anew.lines[1].rows, anew.lines[1].pico, anew.lines[1].unpriced) == (1, 77, 0)
    overload = Traffic(book)
    wasteful.overloaded(overload)
    overload.write(ledger)
    assert waste.counted(*WEEK).lines[0].rows == 3
    for n in range(9):
        waste.counted(START - n * DAY, START)
    assert waste.counted(*WEEK) is not anew


@pytest.mark.parametrize("seed", range(3))
def test_going_on_counts_the_same_as_beginning_anew(ledger: Ledger, book: Book, seed: int) -> None:
    """A range in which calls still end, some of them hours late, and prices change; asked for again and again."""
    traffic = wasteful.week(book, 40 + seed, sessions=40, scenes=60)
    for call in traffic.rng.sample(traffic.calls, 12):
        call.lasts += traffic.rng.randrange(HOUR, 9 * HOUR)
    now = 0
    known = Projects("key").mark
    going = WasteLedger(ledger, lambda: book, known, lambda: now)
    ranges = [WEEK, (START + 2 * DAY, START + 4 * DAY), (START + DAY, START + DAY + HOUR)]
    for step, moment in enumerate(traffic.write_by_and_by(ledger, 24)):
        now = moment + traffic.rng.randrange(3 * HOUR)
        if step % 5 == 4:
            row = traffic.rng.choice([call for call in traffic.calls if call.end <= moment and call.cost.pico])
            cost = Cost(pico=step, basis=Basis.LIST, book="later", components=(("input", step),))
            ledger.reprice([Repriced(id=row.id, cost=cost)]).result(20)
        for since, until in [*ranges, (START, now)]:
            anew = WasteLedger(ledger, lambda: book, known).counted(since, until)
            assert going.counted(since, until) == anew, (step, since, until)


@pytest.mark.parametrize("seed", range(2))
def test_a_week_that_was_looked_at_all_the_while_is_counted_exactly(ledger: Ledger, book: Book, seed: int) -> None:
    traffic = wasteful.week(book, 70 + seed, sessions=40, scenes=60)
    now = 0
    waste = WasteLedger(ledger, lambda: book, Projects("key").mark, lambda: now)
    for moment in traffic.write_by_and_by(ledger, 30):
        now = moment
        waste.counted(*WEEK)
    compare(waste.counted(*WEEK), traffic)


def test_what_was_counted_ahead_is_not_read_again(ledger: Ledger, book: Book) -> None:
    """A waste ledger that is closed gives up at the first rows that it reads."""
    traffic = wasteful.week(book, 3, sessions=10, scenes=40)
    traffic.write(ledger)
    for ahead in (True, False):
        waste = WasteLedger(ledger, lambda: book, Projects("key").mark)
        if ahead:
            waste.ahead(*WEEK)
        waste.close()
        if ahead:
            compare(waste.counted(*WEEK), traffic)
        else:
            with pytest.raises(RuntimeError, match="ends"):
                waste.counted(*WEEK)


def test_what_nobody_asks_for_any_more_is_let_go(ledger: Ledger, book: Book, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of a range that still runs; one that is over stays. As the waste ledger that is closed tells, again."""
    traffic = wasteful.week(book, 3, sessions=10, scenes=40)
    traffic.write(ledger)
    monkeypatch.setattr(wastebegun, "LASTS_SECONDS", 0.0)
    over, runs = (WEEK[0], START + 2 * DAY), (WEEK[0], START + 30 * DAY)
    for asked, held in ((over, True), (runs, False)):
        waste = WasteLedger(ledger, lambda: book, Projects("key").mark, lambda: START + 10 * DAY)
        waste.ahead(*asked)
        waste.rest()
        waste.close()
        if held:
            assert any(line.rows for line in waste.counted(*asked).lines)
        else:
            with pytest.raises(RuntimeError, match="ends"):
                waste.counted(*asked)


def test_the_last_week_and_the_last_month_are_counted_ahead(ledger: Ledger, book: Book) -> None:
    traffic = wasteful.week(book, 4, sessions=10, scenes=40)
    traffic.write(ledger)
    now = START + 20 * DAY  # of all that is asked for, the traffic lies in the last month
    waste = WasteLedger(ledger, lambda: book, Projects("key").mark, lambda: now)

    async def once() -> None:
        asked: list[int] = []
        done = asyncio.Event()

        def folders() -> tuple[str, ...]:
            asked.append(1)
            if len(asked) > 2:
                done.set()
            return ()

        counting = asyncio.create_task(countingahead.count(waste, folders, lambda: now, first=0, pause=0))
        await asyncio.wait_for(done.wait(), 30)
        counting.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await counting

    asyncio.run(once())
    waste.close()
    for kind in ("week", "month"):
        stretch = stretches.named(kind, "last", now, None)
        found = waste.counted(stretch.since_us, stretch.until_us)
        assert found == counted(ledger, book, stretch.since_us, stretch.until_us)
        assert any(line.rows for line in found.lines) == (kind == "month")


def test_no_call_waits_while_somebody_counts(ledger: Ledger, book: Book) -> None:
    """The loop goes on while a report holds the waste ledger, and what lets go of old ranges waits for it."""
    counting, go_on = threading.Event(), threading.Event()

    def now_us() -> int:
        if threading.current_thread().name == "report":
            counting.set()
            assert go_on.wait(30)
        return START + 20 * DAY

    waste = WasteLedger(ledger, lambda: book, Projects("key").mark, now_us)
    report = threading.Thread(target=waste.counted, args=WEEK, name="report")

    async def loop() -> None:
        passes = asyncio.Queue[None]()

        def folders() -> tuple[str, ...]:
            passes.put_nowait(None)
            return ()

        ahead = asyncio.create_task(countingahead.count(waste, folders, now_us, first=0, pause=0))
        for _ in range(4):  # both were counted, and let go of once
            await asyncio.wait_for(passes.get(), 30)
        report.start()
        assert await asyncio.to_thread(counting.wait, 30)
        for _ in range(100):  # turns of the loop: the next pass wants the waste ledger
            await asyncio.sleep(0)
        assert not go_on.is_set()
        go_on.set()
        ahead.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await ahead

    asyncio.run(loop())
    report.join(30)
    assert not report.is_alive()


def test_amounts_that_a_provider_stated_have_no_parts(ledger: Ledger, book: Book) -> None:
    """A row's part cannot be told then; its whole price can."""
    traffic = Traffic(book)
    leg = Leg(cache_write=4000, output=4)
    stated = Cost(pico=900, basis=Basis.PROVIDER_STATED, book="b", components=(("stated", 900),))
    free = Cost(pico=0, basis=Basis.LOCAL, book="b")
    for session, cost in (("a", stated), ("b", free)):
        size = traffic.size()
        traffic.call(START, session, leg, size=size)
        late = traffic.call(START + HOUR, session, leg, size=size, state=State.CLIENT_ABORT)
        late.cost = cost
        for n in range(4):
            traffic.call(START + 2 * HOUR + n, session, Leg(input=100, output=1))
        traffic.call(START + 2 * HOUR + 9, session, Leg(input=100, output=1), model=wasteful.NOBODYS)
    traffic.write(ledger)
    lines = {line.kind: line for line in counted(ledger, book).lines}
    assert (lines["interrupted"].rows, lines["interrupted"].pico) == (2, 900)
    assert (lines["cache_rewrites"].rows, lines["cache_rewrites"].pico, lines["cache_rewrites"].unpriced) == (2, 0, 1)
    assert (lines["bloat"].rows, lines["bloat"].unpriced) == (4, 1)
    assert [line.whole for line in lines.values()] == [True, True, True, False, False, True, True, True]


def test_an_engine_that_ends_gives_up(ledger: Ledger, book: Book) -> None:
    wasteful.week(book, 1, sessions=5, scenes=5).write(ledger)
    waste = WasteLedger(ledger, lambda: book, Projects("key").mark)
    waste.close()
    with pytest.raises(RuntimeError, match="ends"):
        waste.counted(*WEEK)


def test_a_page_goes_on_behind_a_row() -> None:
    ids = array("q", [5, 3, 9, 7])
    found = Counted((), {"retries": ids})
    assert page(found, "retries", None, 2) == ([5, 3], True)
    assert page(found, "retries", 3, 2) == ([9, 7], False)
    assert page(found, "retries", 7, 2) == ([], False)
    with pytest.raises(ControlError, match="changed"):
        page(found, "retries", 4, 2)


def test_engine_and_commands_tell_the_same(make_engine: Callable[[str], Any], book: Book, tmp_path: Path) -> None:
    """Over the control socket, by the command with an engine and without one, in every form."""
    engine = make_engine("http://127.0.0.1:9")
    ledger = Ledger.open(engine.paths.ledger)
    traffic = Traffic(book, 3)
    for scene in wasteful.SCENES:
        if scene not in (wasteful.broken_off, wasteful.lapsed_unpriced):  # an engine prices what has a price by now
            scene(traffic)
    folder = tmp_path / "src" / "kettle"
    (folder / ".git").mkdir(parents=True)
    traffic.write(ledger)
    ledger.close()
    since, until = (str(at_.isoformat()) for at_ in map(at, WEEK))

    def run(*arguments: str) -> str:
        done = subprocess.run(
            [sys.executable, "-m", "trayapp", *arguments],
            capture_output=True,
            text=True,
            cwd=tmp_path,
            env={**os.environ, "SPENDLIGHT_HOME": str(engine.home), "PYTHONPATH": str(REPO)},
            timeout=60,
        )
        assert (done.returncode, done.stderr) == (0, "")
        return done.stdout

    def told() -> list[str]:
        span = ("--since", since, "--until", until)
        found = [run("waste", *span), run("waste", *span, "--format", "json")]
        found.append(run("calls", "--waste", "retries", *span, "--format", "jsonl"))
        found.append(run("calls", "--waste", "bloat", *span))
        found.append(run("calls", "--waste", "interrupted", *span, "--format", "json", "--limit", "3"))
        return found

    alone = told()
    engine.start()
    assert told() == alone
    for words in ("--week", "--month"):
        assert "no_diff" in run("waste", words)
    lines = {line["kind"]: line for line in json.loads(alone[1])}
    assert tuple(lines) == KINDS
    assert int(lines["retries"]["pico"]) == traffic.planted["retries"].pico
    rows = [json.loads(line) for line in alone[2].splitlines()]
    assert {int(row["id"]) for row in rows} == {call.id for call in traffic.planted["retries"].rows.values()}
    assert sum(Decimal(row["usd_list"] or 0) for row in rows) * 10**12 == traffic.planted["retries"].pico
    assert len(json.loads(alone[4])) == 3
    assert "retries" in alone[0]
    assert "not known" in alone[0]
    with engine.client() as client:
        asked = {"since_us": WEEK[0], "until_us": WEEK[1]}
        assert report_lines(client.ask("waste", **asked)["lines"]) == list(expected(traffic))
        seen: list[int] = []
        while True:
            after = seen[-1] if seen else None
            answer = client.ask("waste_rows", kind="hidden_calls", after=after, limit=5, **asked)
            seen += [int(row["id"]) for row in answer["rows"]]
            if not answer["more"]:
                break
        assert set(seen) == {call.id for call in traffic.planted["hidden_calls"].rows.values()}
        assert len(seen) == len(set(seen))
        with pytest.raises(ControlError, match="no such line"):
            client.ask("waste_rows", kind="nonsense", **asked)
        with pytest.raises(ControlError, match="did not understand"):
            client.ask("waste")


def report_lines(lines: list[dict[str, Any]]) -> list[tuple[str, int, int]]:
    return [(line["kind"], line["rows"], int(line["pico"])) for line in lines]


def expected(traffic: Traffic) -> Iterator[tuple[str, int, int]]:
    for kind in KINDS:
        planted = traffic.planted.get(kind, wasteful.Planted())
        yield kind, len(planted.rows), planted.pico
