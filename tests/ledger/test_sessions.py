"""Sessions of a day: equal to the sums of their rows, named, bounded, and quick in a ledger of a million rows."""

from __future__ import annotations

import random
import sqlite3
import time
from contextlib import closing as closed
from pathlib import Path

import pytest

from trayapp.ledger import Ledger, SessionSum, rollups
from trayapp.ledger.schema import migrate
from trayapp.ledger.sessions import Sessions
from trayapp.ledger.storage import connect, connect_reader

DAY = 1_780_012_800_000_000
"""A midnight, UTC."""
HOUR = rollups.HOUR_US


def write(ledger: Ledger, kit, calls: list[tuple[int, dict, int | None]]) -> None:
    ids = [ledger.new_id() for _ in calls]
    openings = [kit.opening(i, at, **more) for i, (at, more, _) in zip(ids, calls, strict=True)]
    ledger.write(openings, [kit.closing(i, pico) for i, (_, _, pico) in zip(ids, calls, strict=True)]).result(kit.WAIT)


def ask(ledger: Ledger, kit, since: int = DAY, **more) -> list[SessionSum]:
    return ledger.sessions(since, **more).result(kit.WAIT)


def test_a_session_is_named_by_what_cost_most_of_it(ledger: Ledger, kit) -> None:
    shop = {"session": "a", "project": "p2", "project_name": "shop"}
    write(
        ledger,
        kit,
        [
            (DAY + 9 * HOUR, {"session": "a"}, 10),
            (DAY + 8 * HOUR, shop, 30),
            (DAY + 11 * HOUR, shop, None),
            (DAY - 1, {"session": "a"}, 1000),
        ],
    )
    (only,) = ask(ledger, kit)
    assert (only.session, only.tool, only.project) == ("a", "claude-code", "shop")
    assert (only.started_us, only.last_us) == (DAY + 8 * HOUR, DAY + 11 * HOUR)
    assert (only.pico, only.calls, only.tokens, only.unpriced) == (40, 3, 390, 1)


def test_calls_without_a_session_are_one_part_a_tool(ledger: Ledger, kit) -> None:
    write(
        ledger,
        kit,
        [
            (DAY + 1, {"session": None, "tool": "llm"}, 5),
            (DAY + 2, {"session": None, "tool": "llm", "project": "other"}, 5),
            (DAY + 3, {"session": None, "tool": "aider"}, 7),
        ],
    )
    assert [(each.session, each.tool, each.project, each.pico) for each in ask(ledger, kit)] == [
        (None, "llm", None, 10),
        (None, "aider", None, 7),
    ]


def test_at_most_so_many_and_those_that_are_wanted(ledger: Ledger, kit) -> None:
    write(ledger, kit, [(DAY + n, {"session": f"s{n}"}, 100 - n) for n in range(9)])
    assert [each.session for each in ask(ledger, kit, limit=3)] == ["s0", "s1", "s2"]
    assert [each.session for each in ask(ledger, kit, limit=3, wanted=["s7", "gone", ""])] == ["s0", "s1", "s7"]
    assert len(ask(ledger, kit, limit=3, wanted=[f"s{n}" for n in range(9)])) == 3


def test_rows_that_come_late_or_begin_a_new_day_are_seen(ledger: Ledger, kit) -> None:
    write(ledger, kit, [(DAY + 9 * HOUR, {"session": "a"}, 1)])
    ask(ledger, kit)
    write(ledger, kit, [(DAY + 9 * HOUR + 5, {"session": "a"}, 1), (DAY + HOUR, {"session": "late"}, 1)])
    spans = {each.session: (each.started_us, each.last_us) for each in ask(ledger, kit)}
    assert spans == {"a": (DAY + 9 * HOUR, DAY + 9 * HOUR + 5), "late": (DAY + HOUR, DAY + HOUR)}
    write(ledger, kit, [(DAY + 30 * HOUR, {"session": "a"}, 1)])
    (tomorrow,) = ask(ledger, kit, DAY + 24 * HOUR)
    assert (tomorrow.started_us, tomorrow.calls) == (DAY + 30 * HOUR, 1)


@pytest.mark.parametrize("shift", [0, HOUR // 2, 5 * HOUR + 17])
def test_they_are_the_sums_of_their_rows(ledger: Ledger, path: Path, kit, shift: int) -> None:
    dice = random.Random(shift)
    calls = []
    for _ in range(300):
        more = {"session": dice.choice([None, "a", "b", "c"]), "tool": dice.choice(["codex", "llm"])}
        calls.append((DAY + dice.randrange(24 * HOUR), more, dice.choice([None, dice.randrange(10**13)])))
    write(ledger, kit, calls)
    found = {
        (each.session, each.tool if each.session is None else None): each for each in ask(ledger, kit, DAY + shift)
    }
    truth = kit.look(
        path,
        "SELECT session, CASE WHEN session IS NULL THEN tool END, SUM(pico_list), COUNT(*), MIN(started_us),"
        " MAX(started_us), SUM(pico_list IS NULL) FROM calls WHERE started_us>=? GROUP BY 1,2",
        DAY + shift,
    )
    assert {(a, b): rest for a, b, *rest in truth} == {
        key: [each.pico, each.calls, each.started_us, each.last_us, each.unpriced] for key, each in found.items()
    }


def make_large(path: Path, count: int, today: int, each: int) -> None:
    """A year of calls, and a day of ten hours with so many, in sessions of ``each``."""
    with closed(sqlite3.connect(path, isolation_level=None)) as connection:
        migrate(connection)
        connection.execute("PRAGMA journal_mode=OFF")
        connection.execute("BEGIN")
        connection.execute(
            f"""
            WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i+1 FROM n WHERE i<{count - 1})
            INSERT INTO calls (id,started_us,state,metering,source,confidence,vendor,wire,tool,session,project,
                model_asked,kind,streamed,context_bytes,upstream,input,output,pico_list,basis)
            SELECT i+1, CASE WHEN i<{count - today} THEN {DAY}-31536000000000+i*31536000000000/{count}
                ELSE {DAY + 8 * HOUR}+(i-{count - today})*{10 * HOUR // today} END, 'done', 'exact', 'proxy', 'exact',
                'v', 'wire', 'tool'||(i/{each}%6), CASE WHEN i%50=0 THEN NULL ELSE 'session-'||(i/{each}) END,
                'project'||(i/400%30), 'model', 'main', 1, 2000, 'u', i%1000, i%300, i*977, 'list'
            FROM n
            """
        )
        rollups.rebuild(connection)
        connection.execute("COMMIT")
    connect(path).close()


@pytest.mark.parametrize("each", [50, 1])
@pytest.mark.parametrize(
    ("count", "today"), [(20_000, 2_000), pytest.param(1_000_000, 20_000, marks=pytest.mark.thorough)]
)
def test_a_big_day_is_read_quickly(
    path: Path, count: int, today: int, each: int, capsys: pytest.CaptureFixture[str]
) -> None:
    path.parent.mkdir()
    make_large(path, count, today, each)
    times = []
    with closed(connect_reader(path)) as connection:
        sessions = Sessions()
        for _ in range(4):
            begun = time.perf_counter()
            assert len(sessions.read(connection, DAY, 50)) >= 40
            times.append(time.perf_counter() - begun)
    with capsys.disabled():
        print(f"\n{today} of {count} rows today, {each} a session: first {1000 * times[0]:.1f} ms", end="")
        print(f", then {1000 * min(times[1:]):.1f} ms", end="")
    assert max(times) < 3.0  # ten times the budget of 300 ms: a hang bound, not a benchmark
