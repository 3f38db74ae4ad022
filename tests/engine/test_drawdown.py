"""A pool's state: the ledger's past and memory's present make each draw count once."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from trayapp.engine.drawdown import Drawdown
from trayapp.ledger import Ledger
from trayapp.pricing.agreements import read
from trayapp.pricing.pools import Pool
from trayapp.values import Basis, Closing, Confidence, Cost, Metering, Opening, State

NOVEMBER = 1_795_000_000_000_000
"""2026-11-18."""
DAY = 86_400_000_000


def pool(**fields: Any) -> Pool:
    return read({"pools": [{"name": "p", "amount_usd": 1000, **fields}]}).pools[0]


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    opened = Ledger.open(tmp_path / "ledger.sqlite3")
    yield opened
    opened.close()


def row(ledger: Ledger, started_us: int, contract: int | None, marginal: int | None, agreement: str = "p") -> None:
    row_id = ledger.new_id()
    opening = Opening(id=row_id, started_us=started_us, vendor="anthropic", wire="anthropic-messages")
    closing = Closing(
        id=row_id,
        ended_us=started_us,
        state=State.DONE,
        metering=Metering.EXACT,
        confidence=Confidence.EXACT,
        cost=Cost(pico=contract, basis=Basis.LIST, book="b"),
        pico_contract=contract,
        pico_marginal=marginal,
        agreement=agreement,
    )
    ledger.write([opening], [closing]).result(20)


def learn(drawdown: Drawdown, *pools: Pool, at_us: int = NOVEMBER) -> None:
    asyncio.run(drawdown.learn(pools, at_us))


def test_the_past_is_what_was_inside(ledger: Ledger) -> None:
    row(ledger, NOVEMBER, 100, 0)
    row(ledger, NOVEMBER, 100, 60)
    row(ledger, NOVEMBER, 100, 100)
    row(ledger, NOVEMBER, None, None)
    row(ledger, NOVEMBER, 100, 0, "another")
    row(ledger, NOVEMBER - 40 * DAY, 7, 0)
    drawdown = Drawdown(ledger)
    monthly, once = pool(period="month"), pool()
    learn(drawdown, monthly, once)
    assert drawdown.used(monthly, NOVEMBER) == 140
    assert drawdown.used(once, NOVEMBER) == 147


def test_a_row_of_this_engine_counts_once_wherever_it_is(ledger: Ledger) -> None:
    row(ledger, NOVEMBER, 100, 0)
    drawdown = Drawdown(ledger)
    drawdown.draw("p", NOVEMBER, 10)
    row(ledger, NOVEMBER, 10, 0)  # on disk before the past is read
    made = pool(period="month")
    learn(drawdown, made)
    assert drawdown.used(made, NOVEMBER) == 110
    drawdown.draw("p", NOVEMBER, 5)
    assert drawdown.used(made, NOVEMBER) == 115
    changed = pool(period="year")  # its past is read while memory has seen calls
    learn(drawdown, changed)
    assert drawdown.used(changed, NOVEMBER) == 115
    again = Drawdown(ledger)
    learn(again, made)
    assert again.used(made, NOVEMBER) == 110  # the last was never written


def test_more_than_sixty_four_bits_hold(ledger: Ledger) -> None:
    for _ in range(3):
        row(ledger, NOVEMBER, 2**63 - 1, 0)
    drawdown = Drawdown(ledger)
    made = pool()
    learn(drawdown, made)
    assert drawdown.used(made, NOVEMBER) == 3 * (2**63 - 1)
    assert drawdown.left(made, NOVEMBER) == 0


def test_a_call_belongs_to_the_turn_it_started_in(ledger: Ledger) -> None:
    drawdown = Drawdown(ledger)
    made = pool(period="month", zone="Europe/Berlin")
    learn(drawdown, made)
    edge = made.period(NOVEMBER).until_us
    drawdown.draw("p", edge - 1, 3)  # ends in December
    drawdown.draw("p", edge, 5)
    assert (drawdown.used(made, edge - 1), drawdown.used(made, edge)) == (3, 5)


def test_a_turn_that_nobody_asked_about_is_unknown_and_a_later_one_is_empty(ledger: Ledger) -> None:
    drawdown = Drawdown(ledger)
    made = pool(period="month")
    assert drawdown.used(made, NOVEMBER - 400 * DAY) is None
    assert drawdown.left(made, NOVEMBER - 400 * DAY) is None
    assert drawdown.used(made, NOVEMBER + 40_000 * DAY) == 0
    assert not drawdown.knows([made], NOVEMBER - 400 * DAY)


def test_a_ledger_that_does_not_answer_leaves_it_unknown(tmp_path: Path) -> None:
    closed = Ledger.open(tmp_path / "closed.sqlite3")
    drawdown = Drawdown(closed)
    closed.close()
    made = pool()
    learn(drawdown, made)
    assert drawdown.used(made, NOVEMBER) is None


def test_what_was_typed_is_where_it_begins(ledger: Ledger) -> None:
    row(ledger, NOVEMBER - 5 * DAY, 50, 0)
    row(ledger, NOVEMBER, 1, 0)
    drawdown = Drawdown(ledger)
    made = pool(period="month", used_usd=2, used_on="2026-11-17")
    learn(drawdown, made)
    assert drawdown.used(made, NOVEMBER) == 2 * 10**12 + 1


draws = st.lists(st.tuples(st.integers(NOVEMBER - 20 * DAY, NOVEMBER + 20 * DAY), st.integers(0, 10**15)), max_size=30)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(draws, draws)
def test_the_order_of_draws_and_of_questions_does_not_matter(
    ledger: Ledger, first: list[tuple[int, int]], then: list[tuple[int, int]]
) -> None:
    asked, silent = Drawdown(ledger), Drawdown(ledger)
    made = pool(period="month")
    for drawdown in (asked, silent):
        learn(drawdown, made)
    for at_us, pico in first:
        asked.draw("p", at_us, pico)
    asked.used(made, NOVEMBER)
    for at_us, pico in then:
        asked.draw("p", at_us, pico)
    for at_us, pico in reversed(first + then):
        silent.draw("p", at_us, pico)
    turn = made.period(NOVEMBER)
    want = sum(pico for at_us, pico in first + then if turn.since_us <= at_us < turn.until_us)
    assert asked.used(made, NOVEMBER) == silent.used(made, NOVEMBER) == want
