"""Rows in order, page by page; exports; a million rows within the budget."""

from __future__ import annotations

import threading
import time
from contextlib import closing as closed
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from large_ledger import make_large

from trayapp.insight import periods
from trayapp.ledger import Ledger, divided, localdays, queries, rollups
from trayapp.ledger.storage import connect_reader
from trayapp.values import Row


def fill(ledger: Ledger, kit, count: int) -> list[int]:
    """Rows whose starts run backwards in pairs, some at the same moment."""
    ids = []
    for at in range(count):
        row_id = ledger.new_id()
        ledger.open_row(kit.opening(row_id, started_us=kit.NOON + (at ^ 1) // 2 * 2 * 1000, project=f"p{at % 3}"))
        ledger.close_row(kit.closing(row_id, at))
        ids.append(row_id)
    ledger.flush()
    return ids


@pytest.mark.parametrize("newest_first", [False, True])
def test_pages_give_every_row_once_in_order(ledger: Ledger, kit, newest_first: bool) -> None:
    fill(ledger, kit, 103)
    read: list[Row] = []
    after = None
    while page := ledger.rows(after_id=after, limit=10, newest_first=newest_first).result(kit.WAIT):
        assert len(page) <= 10
        read += page
        after = page[-1].id
    order = sorted(((row.started_us, row.id) for row in read), reverse=newest_first)
    assert [(row.started_us, row.id) for row in read] == order
    assert len({row.id for row in read}) == 103


def test_a_range_of_rows(ledger: Ledger, kit) -> None:
    fill(ledger, kit, 20)
    got = ledger.rows(since_us=kit.NOON + 4000, until_us=kit.NOON + 8000).result(kit.WAIT)
    assert [row.started_us - kit.NOON for row in got] == [4000, 4000, 6000, 6000]


def test_after_a_row_that_is_gone_its_time_counts(ledger: Ledger, kit) -> None:
    fill(ledger, kit, 4)
    gone = (kit.NOON // 1000 + 1) << 20
    assert len(ledger.rows(after_id=gone).result(kit.WAIT)) == 2


def test_projects_show_their_latest_name(ledger: Ledger, kit) -> None:
    for name in ("old", "new"):
        row_id = ledger.new_id()
        ledger.open_row(kit.opening(row_id, project="ff", project_name=name)).result(kit.WAIT)
        ledger.close_row(kit.closing(row_id))
    row_id = ledger.new_id()
    ledger.open_row(kit.opening(row_id, project=None, project_name=None))
    ledger.close_row(kit.closing(row_id, 1))
    ledger.flush()
    shares = ledger.breakdown("project").result(kit.WAIT)
    assert [(share.key, share.name, share.totals.calls) for share in shares] == [("ff", "new", 2), (None, None, 1)]


def test_several_dimensions_at_once_are_each_by_itself(tmp_path: Path) -> None:
    """Whole days and ragged ends, and names of projects; what a breakdown says, for each of several spans."""
    path = tmp_path / "ledger.sqlite3"
    make_large(path, 5_000)
    hour = 3_600_000_000
    with closed(connect_reader(path)) as connection:
        last = connection.execute("SELECT MAX(started_us) FROM calls").fetchone()[0]
        spans = [(last - (n + 1) * 7 * 24 * hour - 17 * hour // 3, last - n * 7 * 24 * hour) for n in range(3)]
        dimensions: tuple[queries.By, ...] = ("model", "tool", "project")
        found = divided.spent_by(connection, dimensions, spans)
        for span, parts in zip(spans, found, strict=True):
            for by in dimensions:
                shares = queries.breakdown(connection, by, *span)
                assert parts[by] == {share.key or "": share.totals.pico_list for share in shares}
                assert shares
        named = {share.key: share.name for share in queries.breakdown(connection, "project", None, None) if share.key}
        assert divided.project_names(connection, list(named)) == {k: n for k, n in named.items() if k != n}
        for span, parts in zip(spans, divided.spent_by(connection, ("session",), spans), strict=True):
            shares = queries.breakdown(connection, "session", *span)
            assert parts["session"] == {share.key or "": share.totals.pico_list for share in shares}
            assert shares
        for wrong in (("session", "model"), ("shoe",)):
            with pytest.raises(ValueError, match="divide"):
                divided.spent_by(connection, wrong, spans)  # type: ignore[arg-type]


@pytest.mark.parametrize("zone", ["UTC", "Europe/Berlin", "Asia/Kolkata", "America/St_Johns", "Pacific/Kiritimati"])
def test_local_days_are_the_sums_of_their_rows(tmp_path: Path, zone: str) -> None:
    """Days of 23, 24 and 25 hours, of zones on both sides; and spans that begin and end anywhere."""
    path = tmp_path / "ledger.sqlite3"
    make_large(path, 3_000)
    day = 86_400_000_000
    with closed(connect_reader(path)) as connection:
        last = connection.execute("SELECT MAX(started_us) FROM calls").fetchone()[0]
        end = datetime.fromtimestamp(last / 10**6, ZoneInfo(zone)).date() + timedelta(days=2)
        edges = [periods.begins(end - timedelta(days=n), ZoneInfo(zone)) for n in range(400, -1, -1)]
        edges += [edges[-1] + 7, edges[-1] + day // 3, edges[-1] + 5 * day // 2]
        found = localdays.amounts(connection, edges)
        assert [(each.pico, each.tokens) for each in found] == [
            (each.pico_list, each.tokens) for each in queries.days(connection, edges)
        ]
        assert sum(each.pico for each in found) > 0
        spans = [(edges[n], edges[n + 30]) for n in range(0, 360, 30)]
        for span, parts in zip(spans, divided.spent_by(connection, ("tool",), spans), strict=True):
            shares = queries.breakdown(connection, "tool", *span)
            assert parts["tool"] == {share.key or "": share.totals.pico_list for share in shares}


def test_an_export_hands_out_chunks(ledger: Ledger, kit) -> None:
    fill(ledger, kit, 25)
    parts: list[list[Row]] = []
    assert ledger.export(parts.append, chunk=10).result(kit.WAIT) == 25
    assert [len(part) for part in parts] == [10, 10, 5]
    assert ledger.export(parts.append, kit.NOON, kit.NOON + 2000).result(kit.WAIT) == 2


def test_a_slow_export_delays_neither_rows_nor_reports(ledger: Ledger, kit) -> None:
    fill(ledger, kit, 25)
    go, reached = threading.Event(), threading.Event()

    def slow(_: list[Row]) -> None:
        reached.set()
        assert go.wait(kit.WAIT)

    export = ledger.export(slow, chunk=5)
    assert reached.wait(kit.WAIT)
    fill(ledger, kit, 5)
    assert ledger.totals().result(kit.WAIT).calls == 30
    go.set()
    assert export.result(kit.WAIT) >= 25


def test_an_export_ends_with_its_sink(ledger: Ledger, kit) -> None:
    fill(ledger, kit, 5)

    def full(_: list[Row]) -> None:
        raise OSError(28, "no space")

    with pytest.raises(OSError, match="no space"):
        ledger.export(full).result(kit.WAIT)


def worst_times(path: Path) -> dict[str, float]:
    """Seconds of each question that a screen asks, each on a fresh connection (cold page cache of SQLite)."""
    from trayapp.ledger.storage import connect, connect_reader

    connect(path).close()
    year = (1_750_000_000_000_000 + 1_234_567_890, 1_750_000_000_000_000 + 31_000_000_000_000)
    week = (year[1] - 7 * rollups.DAY_US, year[1])
    edges = [year[1] - n * rollups.DAY_US for n in range(60, -1, -1)]
    questions = {
        "totals year": lambda c: queries.totals(c, *year),
        "totals all": lambda c: queries.totals(c, None, None),
        "60 days": lambda c: queries.days(c, edges),
        "half a year of hours": lambda c: queries.hours(c, year[1] - 182 * rollups.DAY_US, year[1]),
        "the same of a tool": lambda c: queries.hours(
            c, year[1] - 182 * rollups.DAY_US, year[1], by="tool", keys=["tool3"]
        ),
        "rows newest": lambda c: queries.rows(c, newest_first=True, limit=200),
        "rows middle": lambda c: queries.rows(c, since_us=year[0] + 10**13, limit=200),
        **{
            f"{by} {name}": lambda c, by=by, span=span: queries.breakdown(c, by, *span, limit=50)
            for by in ("tool", "model", "project", "session")
            for name, span in (("year", year), ("week", week))
        },
    }
    times = {}
    for name, ask in questions.items():
        with closed(connect_reader(path)) as connection:
            begun = time.perf_counter()
            assert ask(connection)
            times[name] = time.perf_counter() - begun
    return times


@pytest.mark.parametrize("count", [20_000, pytest.param(1_000_000, marks=pytest.mark.thorough)])
def test_any_screen_over_many_rows_is_quick(path: Path, count: int, capsys: pytest.CaptureFixture[str]) -> None:
    path.parent.mkdir()
    make_large(path, count)
    times = worst_times(path)
    with capsys.disabled():
        slowest = sorted(times.items(), key=lambda item: -item[1])[:4]
        print(f"\n{count} rows: " + ", ".join(f"{name} {1000 * s:.0f} ms" for name, s in slowest))
    assert max(times.values()) < 3.0  # ten times the budget of 300 ms: a hang bound, not a benchmark
