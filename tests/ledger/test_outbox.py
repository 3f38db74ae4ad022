"""The outbox: nothing without a team, every change with one, revisions that say one thing for ever."""

from __future__ import annotations

import sqlite3
from contextlib import closing as closed
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trayapp.ledger import Ledger, outbox
from trayapp.ledger.outbox import Cell, Told
from trayapp.ledger.rollups import HOUR_US
from trayapp.ledger.schema import migrate

DIMS = ("vendor", "billing")


def cells(hour: Any) -> list[Cell]:
    return [Cell(f"k{n}", "{}", str(group.figures["list"]), group.book) for n, group in enumerate(hour.groups)]


def one(ledger: Ledger, kit: SimpleNamespace, at: int, pico: int | None = 5) -> int:
    row = ledger.new_id()
    ledger.open_row(kit.opening(row, at)).result(20)
    ledger.close_row(kit.closing(row, pico)).result(20)
    return row


def lay(ledger: Ledger, epoch: str = "e") -> int | None:
    hours = ledger.outbox.gather(100).result(20)
    return ledger.outbox.lay(epoch, DIMS, [(hour, cells(hour)) for hour in hours]).result(20)


def test_without_a_team_nothing_is_written(ledger: Ledger, path: Path, kit: SimpleNamespace) -> None:
    one(ledger, kit, kit.NOON)
    assert ledger.outbox.standing().result(20) is None
    ledger.flush()
    assert [kit.look(path, f"SELECT COUNT(*) FROM {t}") for t in ("team", "unsent", "outbox")] == [[(0,)]] * 3


def test_what_changes_is_unsent_until_it_is_laid_out(ledger: Ledger, kit: SimpleNamespace) -> None:
    old = one(ledger, kit, kit.NOON - 3 * HOUR_US)
    ledger.outbox.begin("e", kit.NOON - HOUR_US, DIMS).result(20)
    assert ledger.outbox.gather(10).result(20) == []
    one(ledger, kit, kit.NOON)
    ledger.open_row(kit.opening(ledger.new_id(), kit.NOON + HOUR_US)).result(20)  # it runs: it is in no total
    (hour,) = ledger.outbox.gather(10).result(20)
    (group,) = hour.groups
    assert (hour.number, group.figures["calls"], group.figures["list"]) == (kit.NOON // HOUR_US, 1, 5)
    assert lay(ledger) == 1
    assert ledger.outbox.gather(10).result(20) == []
    assert old


def test_a_change_while_it_was_summed_stays_unsent(ledger: Ledger, kit: SimpleNamespace) -> None:
    ledger.outbox.begin("e", 0, DIMS).result(20)
    one(ledger, kit, kit.NOON)
    (seen,) = ledger.outbox.gather(10).result(20)
    one(ledger, kit, kit.NOON)
    assert ledger.outbox.lay("e", DIMS, [(seen, cells(seen))]).result(20) == 1
    (again,) = ledger.outbox.gather(10).result(20)
    assert again.groups[0].figures["calls"] == 2
    assert ledger.outbox.lay("other", DIMS, [(again, cells(again))]).result(20) is None
    assert ledger.outbox.lay("e", ("tool",), [(again, cells(again))]).result(20) is None
    assert lay(ledger) == 2
    assert [each.revision for each in ledger.outbox.waiting(10).result(20)] == [2]


def test_acknowledged_is_done_and_a_refusal_is_kept(ledger: Ledger, kit: SimpleNamespace) -> None:
    ledger.outbox.begin("e", 0, DIMS).result(20)
    for n in range(3):
        one(ledger, kit, kit.NOON + n * HOUR_US)
    lay(ledger)
    first, second, _ = ledger.outbox.waiting(10).result(20)
    told = [Told(first.hour, first.key, first.revision), Told(second.hour, second.key, second.revision, "frozen")]
    ledger.outbox.acknowledge("e", told, 0).result(20)
    ledger.outbox.acknowledge("other", [Told(1, "k", 9)], 0).result(20)
    standing = ledger.outbox.standing().result(20)
    assert (standing.waiting, standing.refused, standing.revision) == (1, 1, 3)
    assert len(ledger.outbox.waiting(1).result(20)) == 1
    ledger.outbox.acknowledge("e", [], kit.NOON + 9 * HOUR_US).result(20)
    assert ledger.outbox.standing().result(20).refused == 0


def test_every_way_in_which_rows_change_is_seen() -> None:
    with closed(sqlite3.connect(":memory:", isolation_level=None)) as file:
        migrate(file)
        outbox.begin(file, "e", 10 * HOUR_US, DIMS)
        row = (
            "INSERT {} INTO calls (id,started_us,state,metering,source,confidence,vendor,wire,kind,streamed,"
            "context_bytes,upstream) VALUES (?,?,'done','exact','proxy','exact','openai','','main',0,0,'')"
        )

        def unsent() -> list[int]:
            found = [hour for (hour,) in file.execute("SELECT hour FROM unsent ORDER BY 1")]
            file.execute("DELETE FROM unsent")
            return found

        for how in ("", "OR IGNORE", "OR REPLACE"):
            file.execute(row.format(how), (hash(how) & 0xFFFF, 12 * HOUR_US))
            assert unsent() == [12]
        file.execute(row.format(""), (1, 9 * HOUR_US))
        assert unsent() == []
        file.execute("UPDATE OR IGNORE calls SET pico_list=3 WHERE started_us=?", (12 * HOUR_US,))
        assert unsent() == [12]
        file.execute("UPDATE calls SET started_us=? WHERE started_us=?", (14 * HOUR_US, 12 * HOUR_US))
        assert unsent() == [12, 14]
        (before,) = file.execute("SELECT COUNT(*) FROM calls").fetchone()
        file.execute("DELETE FROM calls WHERE started_us=?", (14 * HOUR_US,))
        assert unsent() == [14]
        assert before


@pytest.mark.parametrize("version", [1, 2, 3])
def test_older_files_get_the_tables(version: int) -> None:
    from trayapp.ledger.schema import STEPS

    with closed(sqlite3.connect(":memory:", isolation_level=None)) as file:
        migrate(file, STEPS[:version])
        migrate(file)
        assert outbox.standing(file) is None


@given(
    st.lists(
        st.lists(st.tuples(st.sampled_from("abc"), st.integers(0, 3)), max_size=3, unique_by=lambda p: p[0]), max_size=8
    )
)
def test_a_revision_is_given_once(history: list[list[tuple[str, int]]]) -> None:
    """Whatever an hour becomes: what the server would hold is what it is, and no revision ever says two things."""
    with closed(sqlite3.connect(":memory:", isolation_level=None)) as file:
        migrate(file)
        outbox.begin(file, "e", 0, DIMS)
        said: dict[int, Any] = {}
        server: dict[str, tuple[int, str | None]] = {}
        for state in history:
            hour = outbox.Hour(1, 0, ())
            outbox.lay(file, "e", DIMS, [(hour, [Cell(key, "{}", str(n), "") for key, n in state])])
            for each in outbox.waiting(file, 100):
                assert said.setdefault(each.revision, each) == each
                server[each.key] = (each.revision, each.totals)
                outbox.acknowledge(file, "e", [Told(each.hour, each.key, each.revision)], 0)
            assert {key: text for key, (_, text) in server.items() if text is not None} == {k: str(n) for k, n in state}
