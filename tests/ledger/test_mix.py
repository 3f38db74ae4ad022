"""The mix is the sum of its rows: by component, model, variant and attempt, however rows are made and priced."""

from __future__ import annotations

import contextlib
import random
import sqlite3
from collections import Counter
from collections.abc import Callable
from contextlib import closing as closed
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trayapp.ledger import Ledger, Repriced, mix, rollups, schema
from trayapp.ledger.batch import Batch, Close, Open, Reprice, write
from trayapp.ledger.ids import IdSource
from trayapp.ledger.records import Closed, opening_parameters
from trayapp.ledger.schema import STEPS, migrate
from trayapp.ledger.sums import Sums
from trayapp.mix import KINDS, MixCell
from trayapp.values import Basis, Closing, Confidence, Cost, Leg, Metering, Opening, State, Usage

HOUR = rollups.HOUR_US
START = 1_774_000_000_000_000
FINAL = [state for state in State if state.final]

names = st.sampled_from([None, "", "a", "b"])
counts = st.integers(0, 10**6) | st.sampled_from([0, 10**12 + 1])
legs = st.lists(
    st.builds(Leg, model=st.sampled_from([None, "a", "c"]), input=counts, output=counts, reasoning=counts), max_size=2
).map(tuple)
amounts = st.integers(0, 10**9) | st.integers(0, 10**18)
parts = st.dictionaries(st.sampled_from([*KINDS, "web_search", "stated"]), amounts, max_size=3)
flags = st.lists(st.sampled_from(["long_prompt", "batch", "geo:us"]), max_size=2, unique=True).map(tuple)


@st.composite
def costs(draw: Any) -> Cost:
    found = draw(parts)
    whole = draw(st.sampled_from([sum(found.values())] * 3 + [-5, 7]))
    return Cost(pico=whole, basis=Basis.LIST, book="b", components=tuple(found.items()), flags=draw(flags))


@st.composite
def calls(draw: Any) -> list[tuple[Opening, Closing]]:
    made = []
    for number in range(1, draw(st.integers(1, 12)) + 1):
        started = START + draw(st.integers(0, 5 * HOUR))
        made.append(
            (
                Opening(
                    id=number,
                    started_us=started,
                    vendor=draw(st.sampled_from(["anthropic", "openai"])),
                    wire="w",
                    model_asked=draw(names),
                    attempt_of=draw(st.sampled_from([None, None, 1])),
                ),
                Closing(
                    id=number,
                    ended_us=started + 1,
                    state=draw(st.sampled_from(FINAL)),
                    metering=Metering.EXACT,
                    confidence=Confidence.EXACT,
                    usage=Usage(legs=draw(legs), model=draw(names)),
                    cost=draw(st.none() | costs()),
                ),
            )
        )
    return made


def filled(made: list[tuple[Opening, Closing]], prices: list[Repriced] | None = None) -> sqlite3.Connection:
    connection = sqlite3.connect(":memory:", isolation_level=None)
    migrate(connection)
    sums, ids = Sums(), IdSource(lambda: 1)
    write(connection, Batch(opens=[Open(o, opening_parameters(o), None) for o, _ in made]), sums, ids)
    half = len(made) // 2
    for part in (made[:half], made[half:]):
        write(connection, Batch(closes=[Close(o, c, Closed(c, o.flags), None) for o, c in part]), sums, ids)
    for entry in prices or ():
        write(connection, Batch(reprices=[Reprice([entry], None)]), sums, ids)  # type: ignore[arg-type]
    return connection


def stored(connection: sqlite3.Connection) -> dict[Any, Any]:
    """Every cell and hour, its money in whole pico-USD."""
    cells = {}
    plain = 1 + len(rollups.TOKENS)
    for row in connection.execute(
        f"SELECT hour,{','.join(mix.CELL_COLUMNS)},{','.join(f'mix.{c}' for c in mix.COLUMNS)}"
        " FROM mix JOIN cells ON cells.id=mix.cell"
    ):
        figures = row[5:]
        assert all(type(figure) is int for figure in figures)
        money = figures[plain:]
        cells[row[:5]] = (*figures[:plain], *(u * 10**12 + p for u, p in zip(money[::2], money[1::2], strict=True)))
    return cells


def summed(cells: list[MixCell]) -> Counter[str]:
    """All money and all tokens."""
    found: Counter[str] = Counter()
    for cell in cells:
        found.update({f"tokens {name}": count for name, count in cell.tokens.items()})
        found["calls"] += cell.calls
        found["pico"] += cell.total
    return found


prices = st.lists(
    st.builds(Repriced, id=st.integers(1, 12), cost=costs(), contract=st.none(), marginal=st.none()), max_size=6
)


@given(calls(), prices)
def test_the_writers_mix_is_that_of_the_rows(made: list[tuple[Opening, Closing]], prices: list[Repriced]) -> None:
    with closed(filled(made, prices)) as connection:
        before = stored(connection)
        connection.execute("BEGIN")
        rollups.rebuild(connection)
        assert stored(connection) == before
        rows = connection.execute("SELECT COUNT(*), TOTAL(pico_list) FROM calls WHERE pico_list IS NOT NULL").fetchone()
        assert sum(figures[0] for figures in before.values()) == rows[0]


@given(calls(), st.integers(-HOUR, 6 * HOUR), st.integers(0, 6 * HOUR))
def test_any_range_is_the_sum_of_its_rows(made: list[tuple[Opening, Closing]], offset: int, length: int) -> None:
    since, until = START + offset, START + offset + length
    with closed(filled(made)) as connection:
        cells = mix.mix(connection, since, until)
        inside = connection.execute(
            f"SELECT pico_list,{','.join(rollups.TOKENS)} FROM calls"
            " WHERE started_us>=? AND started_us<? AND pico_list IS NOT NULL",
            (since, until),
        ).fetchall()
    found = summed(cells)
    assert found["pico"] == sum(row[0] for row in inside)
    assert found["calls"] == len(inside)
    for at, name in enumerate(rollups.TOKENS, start=1):
        assert found[f"tokens {name}"] == sum(row[at] for row in inside)
    assert len({(c.vendor, c.model, c.variant, c.attempt) for c in cells}) == len(cells)
    assert [c.total for c in cells] == sorted((c.total for c in cells), reverse=True)


def test_a_file_from_before_is_filled(tmp_path: Path) -> None:
    chance = random.Random(3)
    with closed(sqlite3.connect(tmp_path / "old.sqlite3", isolation_level=None)) as connection:
        migrate(connection, STEPS[:3])
        for number in range(1, 400):
            components = chance.choice(['{"input":7,"output":13}', '{"input":30}', None, '{"stated":20}', '{"inp'])
            connection.execute(
                "INSERT INTO calls (id,started_us,state,metering,source,confidence,vendor,wire,kind,streamed,"
                "context_bytes,upstream,model_asked,input,output,pico_list,components,cost_flags,legs,attempt_of)"
                " VALUES (?,?,?,'exact','proxy','exact','v','w','main',0,0,'',?,5,2,?,?,?,?,?)",
                (
                    *(number, START + number * 11 * HOUR, chance.choice(["done", "done", "open", "interrupted"]), "m"),
                    *(chance.choice([20, None, 10**15]), components, chance.choice([None, "long_prompt", "batch"])),
                    *(chance.choice([None, '[{"model":"x","kind":"advisor"}]', "[{}]"]), chance.choice([None, 1])),
                ),
            )
        assert migrate(connection) == 3
        assert mix.mix(connection, 0, START * 2) == []
        # It is filled in parts; whoever is killed goes on where it was.
        parts = list[int]()
        while connection.execute("SELECT COUNT(*) FROM unmixed").fetchone()[0]:
            steps = iter(range(1 + len(parts)))
            connection.set_progress_handler(lambda steps=steps: next(steps, None) is None, 5_000)
            with contextlib.suppress(sqlite3.OperationalError):
                mix.fill(connection)
            connection.set_progress_handler(None, 0)
            parts.append(connection.execute("SELECT COALESCE(SUM(calls),0) FROM mix").fetchone()[0])
        assert len(set(parts)) > 2
        assert parts == sorted(parts)
        filled = stored(connection)
        connection.execute("BEGIN")
        rollups.rebuild(connection)
        assert stored(connection) == filled
        connection.execute("ROLLBACK")
        whole = connection.execute(
            "SELECT COUNT(*),SUM(pico_list) FROM calls WHERE pico_list IS NOT NULL AND state<>'open'"
        ).fetchone()
        found = summed(mix.mix(connection, 0, START * 2))
        assert (found["calls"], found["pico"]) == whole


@pytest.mark.parametrize(
    ("flags", "legs", "components", "variant", "other"),
    [
        ((), (Leg(input=3, output=4),), (("input", 30), ("output", 60)), "", 0),
        (("batch",), (Leg(input=3),), (("input", 90),), "batch", 0),
        ((), (Leg(input=3),), (("input", 80), ("web_search", 10)), "", 10),
        (("stated",), (Leg(input=3),), (("stated", 90),), "stated", 90),
        ((), (Leg(input=3),), (), "flat", 90),
        ((), (Leg(input=3), Leg(input=1)), (("input", 90),), "", 0),
        (("long_prompt",), (Leg(input=3), Leg(input=1)), (("input", 90),), "long_prompt blend", 90),
        ((), (Leg(input=3), Leg(model="advisor", input=1)), (("input", 90),), "blend", 90),
    ],
)
def test_where_money_stands(
    flags: tuple[str, ...], legs: tuple[Leg, ...], components: tuple[tuple[str, int], ...], variant: str, other: int
) -> None:
    opening = Opening(id=1, started_us=START, vendor="v", wire="w", model_asked="m")
    closing = Closing(
        id=1,
        ended_us=START,
        state=State.DONE,
        metering=Metering.EXACT,
        confidence=Confidence.EXACT,
        usage=Usage(legs=legs),
        cost=Cost(pico=90, basis=Basis.LIST, book="b", components=components, flags=flags),
    )
    with closed(filled([(opening, closing)])) as connection:
        (cell,) = mix.mix(connection, START - 1, START + 1)
    assert (cell.variant, cell.other, cell.total) == (variant, other, 90)


def test_the_front_and_a_late_price(ledger: Ledger, path: Path, kit: Any) -> None:
    first, second = ledger.new_id(), ledger.new_id()
    for row_id, pico, more in ((first, 5, {}), (second, None, {"attempt_of": first})):
        ledger.open_row(kit.opening(row_id, **more)).result(kit.WAIT)
        ledger.close_row(kit.closing(row_id, pico)).result(kit.WAIT)
    (cell,) = ledger.mix(kit.NOON, kit.NOON + 1).result(kit.WAIT)
    assert (cell.calls, cell.attempt, cell.variant, cell.other) == (1, 0, "flat", 5)
    components = (("input", 1), ("cache_read", 2), ("output", 4))
    later = Repriced(id=second, cost=Cost(pico=7, basis=Basis.LIST, book="b", components=components))
    assert ledger.reprice([later]).result(kit.WAIT) == 1
    again, _ = ledger.mix(kit.NOON, kit.NOON + 1).result(kit.WAIT)
    assert (again.attempt, again.variant, again.pico) == (1, "", dict(components))
    assert again.tokens == {"input": 10, "cache_read": 100, "output": 20}
    assert ledger.mix(kit.NOON + 1, kit.NOON).result(kit.WAIT) == []


def test_what_a_killed_engine_left_is_in_the_mix(make: Callable[..., Ledger], kit: Any) -> None:
    ledger = make()
    row_id = ledger.new_id()
    ledger.open_row(kit.opening(row_id)).result(kit.WAIT)
    cost = Cost(pico=30, basis=Basis.LIST, book="b", components=(("input", 30),))
    ledger.mark_streaming(row_id, usage=Usage(legs=(Leg(input=500),), model="m"), cost=cost)
    ledger.flush()
    assert ledger.mix(0, 2 * kit.NOON).result(kit.WAIT) == []
    ledger.close()
    (cell,) = make().mix(0, 2 * kit.NOON).result(kit.WAIT)
    assert (cell.model, cell.tokens, cell.pico) == ("m", {"input": 500}, {"input": 30})


def test_more_than_64_bits_of_money_are_summed() -> None:
    made = []
    for number in range(1, 30):
        opening = Opening(id=number, started_us=START, vendor="v", wire="w", model_asked="m")
        cost = Cost(pico=9 * 10**18, basis=Basis.LIST, book="b", components=(("output", 9 * 10**18),))
        closing = Closing(
            id=number,
            ended_us=START,
            state=State.DONE,
            metering=Metering.EXACT,
            confidence=Confidence.EXACT,
            usage=Usage(legs=(Leg(output=1),)),
            cost=cost,
        )
        made.append((opening, closing))
    with closed(filled(made)) as connection:
        for span in ((START, START + 1), (START - HOUR, START + HOUR)):
            (cell,) = mix.mix(connection, *span)
            assert cell.pico == {"output": 29 * 9 * 10**18}
        before = stored(connection)
        connection.execute("BEGIN")
        rollups.rebuild(connection)
        assert stored(connection) == before


def older(path: Path) -> None:
    """Write a ledger down as the version before the mix had it."""
    former = path.with_name("former.sqlite3")
    path.replace(former)
    for beside in ("-wal", "-shm"):
        path.with_name(path.name + beside).unlink(missing_ok=True)
    with closed(sqlite3.connect(path, isolation_level=None)) as connection:
        schema.migrate(connection, schema.STEPS[:3])
        connection.execute("ATTACH ? AS former", (str(former),))
        for table in ("calls", "dims", "buckets", "projects", "seen"):
            columns = ",".join(row[1] for row in connection.execute(f"PRAGMA main.table_info({table})"))
            connection.execute(f"INSERT INTO main.{table} ({columns}) SELECT {columns} FROM former.{table}")
        connection.execute("DETACH former")
        connection.execute("PRAGMA journal_mode=WAL")
    former.unlink()


def test_a_ledger_of_an_older_spendlight_is_filled_when_it_is_opened(
    make: Callable[..., Ledger], path: Path, kit: Any
) -> None:
    ledger = make()
    for n in range(20):
        row_id = ledger.new_id()
        cost = Cost(pico=30 + n, basis=Basis.LIST, book="b", components=(("input", 10), ("output", 20 + n)))
        ledger.open_row(kit.opening(row_id, kit.NOON + n * 97 * HOUR)).result(kit.WAIT)
        ledger.close_row(kit.closing(row_id, cost=cost)).result(kit.WAIT)
    before = ledger.mix(0, 2 * kit.NOON).result(kit.WAIT)
    ledger.close()
    older(path)
    assert make().mix(0, 2 * kit.NOON).result(kit.WAIT) == before
    assert kit.look(path, "SELECT * FROM unmixed") == []
    stored, anew = kit.buckets_and_rows(path)
    assert stored == anew
