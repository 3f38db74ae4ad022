"""Sums are the sums of the rows: however rows are made, wherever a day begins."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing as closed
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trayapp.ledger import queries, rollups
from trayapp.ledger.batch import Batch, Close, Open, write
from trayapp.ledger.ids import IdSource
from trayapp.ledger.records import Closed, opening_parameters
from trayapp.ledger.schema import migrate
from trayapp.ledger.sums import Sums
from trayapp.values import Basis, Closing, Confidence, Cost, Leg, Metering, Opening, State, Usage

HOUR = rollups.HOUR_US
FINAL = [state for state in State if state.final]

names = st.sampled_from([None, "", "a", "b"])
amounts = st.none() | st.integers(-(10**13), 10**19) | st.integers(0, 10**9)
tokens = st.integers(0, 10**6) | st.sampled_from([-1, 10**12, 10**12 + 1, 2**64])
legs = st.lists(st.builds(Leg, input=tokens, output=tokens, cache_read_audio=tokens), max_size=3).map(tuple)
costs = st.none() | st.builds(Cost, pico=amounts, basis=st.sampled_from(list(Basis)), book=st.just("b"))


@st.composite
def calls(draw: Any, span_us: int = 80 * HOUR) -> list[tuple[Opening, Closing]]:
    made = []
    for number in range(draw(st.integers(1, 12))):
        started = 1_774_000_000_000_000 + draw(st.integers(0, span_us))
        made.append(
            (
                Opening(
                    id=number + 1,
                    started_us=started,
                    vendor=draw(st.sampled_from(["anthropic", "openai"])),
                    wire="w",
                    tool=draw(names),
                    session=draw(names),
                    project=draw(names),
                    model_asked=draw(names),
                    account=draw(names),
                    kind=draw(st.sampled_from(["main", "title"])),
                ),
                Closing(
                    id=number + 1,
                    ended_us=started + 1,
                    state=draw(st.sampled_from(FINAL)),
                    metering=draw(st.sampled_from(list(Metering))),
                    confidence=draw(st.sampled_from(list(Confidence))),
                    usage=Usage(legs=draw(legs), model=draw(names), web_searches=draw(st.integers(0, 3))),
                    cost=draw(costs),
                    pico_contract=draw(amounts),
                    pico_marginal=draw(amounts),
                ),
            )
        )
    return made


def filled(made: list[tuple[Opening, Closing]]) -> sqlite3.Connection:
    connection = sqlite3.connect(":memory:", isolation_level=None)
    migrate(connection)
    adder, ids = Sums(), IdSource(lambda: 1)
    write(connection, Batch(opens=[Open(o, opening_parameters(o), None) for o, _ in made]), adder, ids)
    half = len(made) // 2
    for part in (made[:half], made[half:]):
        write(connection, Batch(closes=[Close(o, c, Closed(c, o.flags), None) for o, c in part]), adder, ids)
    return connection


def stored(connection: sqlite3.Connection) -> dict[Any, Any]:
    dims = ",".join(f"d.{name}" for name in rollups.DIM_COLUMNS)
    found = connection.execute(
        f"SELECT grain,bucket,{dims},{','.join('b.' + c for c in rollups.COLUMNS)}"
        " FROM buckets b JOIN dims d ON d.id=b.dims"
    )
    width = 2 + len(rollups.DIM_COLUMNS)
    cells = {}
    for row in found:
        key, figures = row[:width], row[width:]
        plain = len(rollups.COLUMNS) - 2 * len(rollups.AMOUNTS)
        money = figures[plain:]
        assert all(type(figure) is int for figure in figures)
        cells[key] = (*figures[:plain], *(u * 10**12 + p for u, p in zip(money[::2], money[1::2], strict=True)))
    return cells


@given(calls())
def test_the_writers_sums_are_those_of_the_rows(made: list[tuple[Opening, Closing]]) -> None:
    with closed(filled(made)) as connection:
        before = stored(connection)
        assert sum(cell[0] for key, cell in before.items() if key[0] == rollups.DAY) == len(made)
        connection.execute("BEGIN")
        rollups.rebuild(connection)
        assert stored(connection) == before


@given(calls(), st.integers(-2 * HOUR, 90 * HOUR), st.integers(0, 90 * HOUR))
def test_any_range_is_the_sum_of_its_rows(made: list[tuple[Opening, Closing]], offset: int, length: int) -> None:
    since = 1_774_000_000_000_000 + offset
    until = since + length
    with closed(filled(made)) as connection:
        total = queries.totals(connection, since, until)
        inside = [closing for opening, closing in made if since <= opening.started_us < until]
        assert total.calls == len(inside)
        assert total.pico_list == sum(
            c.cost.pico for c in inside if c.cost and c.cost.pico is not None and abs(c.cost.pico) < 2**63
        )
        for by in ("tool", "model", "project", "vendor", "session", "kind", "source", "account", "metering", "basis"):
            parts = queries.breakdown(connection, by, since, until)
            assert len({part.key for part in parts}) == len(parts)
            for name in ("calls", "errors", "unpriced", "tokens", "pico_list", "pico_estimated", "pico_marginal"):
                assert sum(getattr(part.totals, name) for part in parts) == getattr(total, name)


@pytest.mark.parametrize(
    ("zone", "first"),
    [
        ("Europe/Berlin", (2026, 3, 28)),  # a day of 23 hours
        ("Europe/Berlin", (2026, 10, 24)),  # a day of 25 hours
        ("Asia/Kolkata", (2026, 5, 1)),  # +05:30
        ("Asia/Kathmandu", (2026, 5, 1)),  # +05:45
        ("Australia/Lord_Howe", (2026, 4, 4)),  # half an hour of summer time
        ("America/St_Johns", (2026, 11, 1)),
        ("Pacific/Kiritimati", (2026, 1, 1)),
    ],
)
def test_local_days_are_the_sums_of_their_rows(zone: str, first: tuple[int, int, int]) -> None:
    tz = ZoneInfo(zone)
    midnight = datetime(*first, tzinfo=tz)
    midnights = [(midnight + timedelta(days=n)).replace(tzinfo=tz) for n in range(4)]
    edges = [int(moment.timestamp()) * 1_000_000 for moment in midnights]
    made = []
    step = 10 * 60 * 1_000_000
    for number, started in enumerate(range(edges[0] - 3 * step, edges[-1] + 3 * step, step), start=1):
        opening = Opening(id=number, started_us=started - 1, vendor="v", wire="w")
        closing = Closing(
            id=number,
            ended_us=started,
            state=State.DONE,
            metering=Metering.EXACT,
            confidence=Confidence.EXACT,
            cost=Cost(pico=number**3, basis=Basis.LIST, book="b"),
        )
        made.append((opening, closing))
    with closed(filled(made)) as connection:
        days = queries.days(connection, edges)
    for (since, until), day in zip(pairwise(edges), days, strict=True):
        inside = [c for o, c in made if since <= o.started_us < until]
        assert day.calls == len(inside)
        assert day.pico_list == sum(c.cost.pico for c in inside if c.cost)


def test_hours_are_the_sums_of_their_rows() -> None:
    made = []
    for number in range(1, 400):
        started = number * 1_234_567_891
        opening = Opening(id=number, started_us=started, vendor=f"v{number % 3}", wire="w", tool="a'b")
        amounts = {"cost": Cost(pico=number**5, basis=Basis.LIST, book="b"), "pico_marginal": number}
        closing = Closing(
            id=number,
            ended_us=started,
            state=State.DONE,
            metering=Metering.EXACT,
            confidence=Confidence.EXACT,
            **amounts,  # type: ignore[arg-type]
        )
        made.append((opening, closing))
    hour = rollups.HOUR_US

    def expected(since: int, until: int, vendors: tuple[str, ...], pico: Callable[[Closing], int]) -> dict[int, int]:
        sums: dict[int, int] = {}
        for opening, closing in made:
            start = opening.started_us // hour * hour
            if since <= start and start + hour <= until and opening.vendor in vendors:
                sums[start] = sums.get(start, 0) + pico(closing)
        return sums

    every, some = ("v0", "v1", "v2"), ("v0", "v2")
    with closed(filled(made)) as connection:
        for since, until in ((0, 200 * hour), (hour * 3 + 1, hour * 90 + 5), (hour * 3, hour * 3)):
            assert dict(queries.hours(connection, since, until)) == expected(
                since, until, every, lambda c: 0 if c.cost is None else c.cost.pico or 0
            )
            assert dict(queries.hours(connection, since, until, "marginal", "vendor", some)) == expected(
                since, until, some, lambda c: c.pico_marginal or 0
            )
        assert queries.hours(connection, 0, 200 * hour, by="tool", keys=["no", "x' OR 1=1 --"]) == []
        assert queries.hours(connection, 0, 200 * hour, by="project", keys=[]) == []
        assert len(queries.hours(connection, 0, 200 * hour, by="tool", keys=["a'b"])) > 100
        for amount, by in (("money", None), ("list", "session"), ("list", "id)--")):
            with pytest.raises(ValueError, match="there are no hours"):
                queries.hours(connection, 0, 1, amount, by)  # type: ignore[arg-type]


def test_a_backward_range_is_empty() -> None:
    with closed(filled([])) as connection:
        assert queries.totals(connection, None, None).calls == 0
        assert queries.totals(connection, 10, 5).calls == 0
        assert queries.breakdown(connection, "tool", 10, 5) == []
        with pytest.raises(ValueError, match="divide"):
            queries.breakdown(connection, "id; DROP TABLE calls", 0, 1)  # type: ignore[arg-type]


def test_more_sessions_than_are_remembered(tmp_path: Path) -> None:
    made = [
        (
            Opening(id=n, started_us=n, vendor="v", wire="w", session=f"s{n}"),
            Closing(
                id=n, ended_us=n, state=State.DONE, metering=Metering.EXACT, confidence=Confidence.EXACT, cost=None
            ),
        )
        for n in range(1, 6000)
    ]
    with closed(filled(made)) as connection:
        assert len(queries.breakdown(connection, "session", 0, 10_000)) == 5999
        assert len(queries.breakdown(connection, "session", 0, 2 * rollups.DAY_US)) == 5999
        assert len(queries.breakdown(connection, "session", None, None, limit=7)) == 7
