"""What rules have saved: exact, signed, by day and by rule; and the rows that no rule has concerned."""

from __future__ import annotations

import random
import sqlite3
import time
from contextlib import closing as closed
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from trayapp.ledger import Ledger, Saved, queries, savings
from trayapp.ledger.schema import migrate
from trayapp.values import Basis, Cost, Leg, Metering, State, Usage

DAY_US = 24 * 3_600_000_000
DOLLAR = 10**12


def add(ledger: Ledger, kit: Any, started_us: int, asked: int | None, paid: int | None, **more: Any) -> int:
    """One finished row; of a rule unless it says otherwise."""
    opened = {"rule": "r1", "model_sent": "claude-haiku-5-5"} | {
        name: more.pop(name)
        for name in ("rule", "model_sent", "source", "kind", "flags", "project", "effort")
        if name in more
    }
    row_id = ledger.new_id()
    ledger.open_row(kit.opening(row_id, started_us=started_us, **opened))
    ledger.close_row(kit.closing(row_id, paid, pico_asked=asked, **more)).result(kit.WAIT)
    return row_id


def test_days_are_signed(ledger: Ledger, kit: Any) -> None:
    edges = [kit.NOON + n * DAY_US for n in range(4)]
    add(ledger, kit, edges[0], 900, 400, saved_low=100, saved_high=600)
    add(ledger, kit, edges[1] - 1, 0, 700)
    add(ledger, kit, edges[1], 50, 20, saved_low=-5, saved_high=30)
    add(ledger, kit, edges[1], 70, 70, model_sent=None)
    add(ledger, kit, edges[3], 1000, 1)
    add(ledger, kit, edges[1], None, 20, rule=None, model_sent=None)
    days = ledger.savings(edges).result(kit.WAIT)
    assert days == [
        Saved(rows=2, pico_asked=900, pico_list=1100, low=-600, high=-100),
        Saved(rows=2, pico_asked=120, pico_list=90, low=-5, high=30),
        Saved(),
    ]
    assert [day.saved for day in days] == [-200, 30, 0]
    assert ledger.savings([]).result(kit.WAIT) == ledger.savings(edges[:1]).result(kit.WAIT) == []


def test_a_row_that_is_not_known_is_in_no_amount(ledger: Ledger, kit: Any) -> None:
    add(ledger, kit, kit.NOON, None, 400)
    add(ledger, kit, kit.NOON, 400, None, saved_low=-9)
    add(ledger, kit, kit.NOON, None, None, metering=Metering.UNMETERED)
    add(ledger, kit, kit.NOON, None, None, state=State.NOT_SENT, usage=Usage())
    add(ledger, kit, kit.NOON, None, None, state=State.VENDOR_ERROR, usage=Usage())
    add(ledger, kit, kit.NOON, None, None, state=State.VENDOR_ERROR, usage=Usage(legs=(Leg(input=1),)))
    ledger.open_row(kit.opening(ledger.new_id(), rule="r1")).result(kit.WAIT)
    assert ledger.savings([0, 2**62]).result(kit.WAIT) == [Saved(rows=6, unknown=4)]


def test_by_rule(ledger: Ledger, kit: Any) -> None:
    add(ledger, kit, kit.NOON, 900, 100)
    add(ledger, kit, kit.NOON + 5, 100, 300, model_sent=None)
    add(ledger, kit, kit.NOON + 3, 0, 50, rule="r2", flags=("late_open", "rewrite_refused"))
    add(ledger, kit, kit.NOON + 3, 0, 50, rule="r2", flags=("rewrite_refused_not",))
    add(ledger, kit, kit.NOON + 9, None, 50, rule="r3")
    add(ledger, kit, kit.NOON + 1, 5, 4, rule="r4", model_sent=None, flags=("late_open", "effort_sent_low"))
    add(ledger, kit, kit.NOON + 10, 1, 1, rule="r1")
    first, fourth, third, second = ledger.savings_by_rule(kit.NOON, kit.NOON + 10).result(kit.WAIT)
    assert (first.rule, first.rows, first.switched, first.refused) == ("r1", 2, 1, 0)
    assert (first.saved, first.low, first.high, first.last_us) == (600, 600, 600, kit.NOON + 5)
    assert (second.rule, second.rows, second.switched, second.refused, second.saved) == ("r2", 2, 2, 1, -100)
    assert (third.rule, third.rows, third.unknown, third.saved) == ("r3", 1, 1, 0)
    assert (fourth.rule, fourth.rows, fourth.switched) == ("r4", 1, 1)
    assert ledger.savings_by_rule(0, kit.NOON).result(kit.WAIT) == []


def test_sums_of_random_rows_are_exact_beyond_64_bits(ledger: Ledger, kit: Any) -> None:
    dice = random.Random(7)
    edges = [kit.NOON + n * DAY_US for n in range(6)]
    rows = []
    for _ in range(300):
        at_us = kit.NOON + dice.randrange(5 * DAY_US)
        asked, paid = (dice.choice((dice.randrange(10**9), dice.randrange(9 * 10**18))) for _ in "ab")
        low, high = asked - paid - dice.randrange(10**9), asked - paid + dice.randrange(10**9)
        if not -(2**63) < low <= high < 2**63:
            continue
        rule = dice.choice("abc")
        rows.append((at_us, rule, asked, paid, low, high))
        add(ledger, kit, at_us, asked, paid, rule=rule, saved_low=low, saved_high=high)
    assert sum(row[2] for row in rows) > 2**64

    def sums(chosen: list[tuple[int, str, int, int, int, int]]) -> tuple[int, ...]:
        return (len(chosen), *(sum(row[at] for row in chosen) for at in range(2, 6)))

    days = ledger.savings(edges).result(kit.WAIT)
    found = [(day.rows, day.pico_asked, day.pico_list, day.low, day.high) for day in days]
    assert found == [sums([row for row in rows if a <= row[0] < b]) for a, b in pairwise(edges)]
    for each in ledger.savings_by_rule(edges[0], edges[-1]).result(kit.WAIT):
        assert (each.rows, each.pico_asked, each.pico_list, each.low, each.high) == sums(
            [row for row in rows if row[1] == each.rule]
        )


def test_what_a_rule_could_have_concerned(ledger: Ledger, kit: Any) -> None:
    legs = (Leg(input=9, output=2), Leg(model="claude-fable-5-2", kind="advisor", input=4))
    usage = Usage(
        legs=legs,
        model="claude-opus-5-5-20261101",
        tier="priority",
        speed="fast",
        geo="us",
        web_searches=3,
        complete=True,
    )
    none = {"rule": None, "model_sent": None}
    first = add(ledger, kit, kit.NOON, None, 5, usage=usage, task="rename", kind="title", effort="high", **none)
    second = add(ledger, kit, kit.NOON + 1, None, 0, **none)
    add(ledger, kit, kit.NOON + 1, 9, 5)
    add(ledger, kit, kit.NOON + 1, None, None, **none)
    add(ledger, kit, kit.NOON + 1, None, 5, state=State.CLIENT_ABORT, **none)
    add(ledger, kit, kit.NOON + 1, None, 5, source="claude-code-logs", **none)
    ledger.open_row(kit.opening(ledger.new_id())).result(kit.WAIT)
    newest, oldest = ledger.reroutable(0, 2**62).result(kit.WAIT)
    assert (newest.id, oldest.id) == (second, first)
    assert (oldest.usage, oldest.pico_list, oldest.task, oldest.kind) == (usage, 5, "rename", "title")
    assert (oldest.vendor, oldest.tool, oldest.model_asked) == ("anthropic", "claude-code", "claude-opus-5-5")
    assert (oldest.session, oldest.project, oldest.project_name) == ("s-1", "ab12", "kettle")
    assert (oldest.upstream, oldest.effort, oldest.started_us) == ("api.anthropic.com:443", "high", kit.NOON)
    assert oldest.model_served == "claude-opus-5-5-20261101"
    assert [row.id for row in ledger.reroutable(0, 2**62, 1).result(kit.WAIT)] == [second]
    assert [row.id for row in ledger.reroutable(0, kit.NOON + 1).result(kit.WAIT)] == [first]


def test_a_price_that_comes_later_changes_no_saving(ledger: Ledger, kit: Any) -> None:
    from trayapp.ledger import Repriced

    row_id = add(ledger, kit, kit.NOON, 70, None)
    assert ledger.savings([0, 2**62]).result(kit.WAIT)[0].unknown == 1
    ledger.reprice([Repriced(id=row_id, cost=Cost(pico=30, basis=Basis.LIST, book="b2"))]).result(kit.WAIT)
    assert ledger.savings([0, 2**62]).result(kit.WAIT) == [Saved(rows=1, pico_asked=70, pico_list=30, low=40, high=40)]


def make_large(path: Path, count: int) -> None:
    """A year of calls, of which every twentieth has a rule."""
    with closed(sqlite3.connect(path, isolation_level=None)) as connection:
        migrate(connection)
        connection.execute("PRAGMA journal_mode=OFF")
        connection.execute("PRAGMA synchronous=OFF")
        connection.execute("BEGIN")
        connection.execute(
            f"""
            WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i+1 FROM n WHERE i<{count - 1})
            INSERT INTO calls (id,started_us,ended_us,state,metering,source,confidence,vendor,wire,tool,session,
                project,project_name,model_asked,model_served,kind,streamed,context_bytes,upstream,http_status,
                vendor_request_id,message_id,input,cache_read,output,pico_list,pico_contract,pico_marginal,basis,book,
                rule,model_sent,pico_asked,saved_low,saved_high,flags)
            SELECT i+1, 1750000000000000+i*31536000000000/{count}, 1750000000000000+i*31536000000000/{count}+4000000,
                'done', 'exact', 'proxy', 'exact', 'vendor'||(i%3), 'wire', 'tool', 'session-'||(i/40),
                'project'||(i/400%30), 'name', 'model-'||(i%9), 'model-'||(i%9), 'main', 1, 2000,
                'api.example.test:443', 200, 'req_'||i, 'msg_'||i, i%1000, i%50000, i%300,
                i*977, i*900, 0, 'list', 'book-1',
                CASE WHEN i%20=0 THEN 'rule-'||(i/20%7) END, CASE WHEN i%20=0 AND i%60 THEN 'small' END,
                CASE WHEN i%20=0 AND i%2000 THEN i*1000 END, CASE WHEN i%20=0 THEN i*10 END,
                CASE WHEN i%20=0 THEN i*30 END, CASE WHEN i%800=0 THEN 'late_open rewrite_refused' ELSE '' END
            FROM n
            """
        )
        connection.execute("COMMIT")


@pytest.mark.parametrize("count", [20_000, pytest.param(1_000_000, marks=pytest.mark.thorough)])
def test_many_rows_are_quick(path: Path, count: int, capsys: pytest.CaptureFixture[str]) -> None:
    from trayapp.ledger.storage import connect, connect_reader

    path.parent.mkdir()
    make_large(path, count)
    connect(path).close()
    first, last = 1_750_000_000_000_000, 1_750_000_000_000_000 + 366 * DAY_US
    year = [first + n * DAY_US for n in range(367)]
    month = (last - 31 * DAY_US, last)
    questions = {
        "year": lambda c: savings.savings(c, [first, last]),
        "year by day": lambda c: savings.savings(c, year),
        "60 days": lambda c: savings.savings(c, year[-61:]),
        "by rule, year": lambda c: savings.savings_by_rule(c, first, last),
        "by rule, month": lambda c: savings.savings_by_rule(c, *month),
        "reroutable, year": lambda c: savings.reroutable(c, first, last, 10_000),
        "reroutable, month": lambda c: savings.reroutable(c, *month, 10_000),
    }
    times = {}
    for name, ask in questions.items():
        with closed(connect_reader(path)) as connection:
            begun = time.perf_counter()
            assert ask(connection)
            times[name] = time.perf_counter() - begun
    with closed(connect_reader(path)) as connection:
        whole = savings.savings(connection, [first, last])[0]
        assert whole.rows == count // 20
        assert sum(day.saved for day in savings.savings(connection, year)) == whole.saved
        assert sum(rule.saved for rule in savings.savings_by_rule(connection, first, last)) == whole.saved
        assert queries.rows(connection, limit=1)
    with capsys.disabled():
        print(f"\n{count} rows: " + ", ".join(f"{name} {1000 * s:.0f} ms" for name, s in times.items()))
    assert max(times.values()) < 3.0  # ten times the budget of 300 ms: a hang bound, not a benchmark
