"""What the month will have cost, without a budget: read seldom, of real rows, and nothing of too little."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from trayapp.engine.glance import Facts, Glance
from trayapp.engine.monthahead import MonthAhead
from trayapp.ledger import Ledger
from trayapp.moments import micros
from trayapp.values import Closing, Confidence, Cost, Metering, Opening, State

NOON = datetime(2026, 11, 16, 12, tzinfo=UTC)
USD = 10**12


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    made = Ledger.open(tmp_path / "ledger")
    yield made
    made.close()


def spend(ledger: Ledger, moments: list[datetime], usd: int) -> None:
    rows = [(ledger.new_id(), micros(at)) for at in moments]
    openings = [Opening(id=row, started_us=at, vendor="v", wire="w", upstream="u") for row, at in rows]
    closings = [
        Closing(
            id=row,
            ended_us=at + 1,
            state=State.DONE,
            metering=Metering.EXACT,
            confidence=Confidence.EXACT,
            cost=Cost(pico=usd * USD, basis="list", book="b"),
        )
        for row, at in rows
    ]
    ledger.write(openings, closings).result(20)


def month(ledger: Ledger, clock: Callable[[], int]) -> MonthAhead:
    return MonthAhead(ledger, clock, lambda: UTC)


def test_a_steady_month_costs_its_days(ledger: Ledger) -> None:
    spend(ledger, [NOON - timedelta(days=n) for n in range(1, 60)], 10)
    found = asyncio.run(month(ledger, lambda: micros(NOON)).point())
    assert found is not None
    assert 270 * USD < found < 330 * USD  # thirty days at ten dollars


def test_too_little_is_no_forecast_and_it_is_read_once_a_minute(ledger: Ledger) -> None:
    now = [micros(NOON)]
    looking = month(ledger, lambda: now[0])
    assert asyncio.run(looking.point()) is None
    spend(ledger, [NOON - timedelta(days=n) for n in range(1, 60)], 10)
    assert asyncio.run(looking.point()) is None
    now[0] += 3600 * 10**6 + 1
    ledger.close()
    assert asyncio.run(looking.point()) is None  # a ledger that cannot be read leaves what was known


def test_only_an_icon_that_wants_it_is_told(ledger: Ledger) -> None:
    async def point() -> int:
        return 5 * USD

    async def work() -> None:
        facts = Facts(month=point)
        glance = Glance(ledger, facts)
        assert (await glance.snapshot()).month_point_pico is None
        facts.icon = "month"
        assert (await glance.snapshot()).month_point_pico == 5 * USD

    asyncio.run(work())
