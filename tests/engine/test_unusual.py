"""What is unusual, from the real ledger: planted days, models and sessions, with their causes."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable, Iterator
from datetime import date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from trayapp.engine.unusual import unusual
from trayapp.ledger import Ledger
from trayapp.moments import micros
from trayapp.platform.resources import resource
from trayapp.pricing import Book, load, price
from trayapp.reports import Anomaly
from trayapp.values import Closing, Confidence, Leg, Metering, Opening, State, Usage

ZONE = ZoneInfo("Europe/Berlin")
FIRST = date(2026, 11, 16)
OPUS, HAIKU = "claude-opus-5-5", "claude-haiku-5-5"
WAIT = 60.0


@pytest.fixture(scope="module")
def book() -> Book:
    return load(resource("pricebook.json").read_bytes())


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    made = Ledger.open(tmp_path / "ledger.sqlite3")
    yield made
    made.close()


Plant = Callable[[date, int, str, Leg], tuple[str, Leg, int, str | None]]


def plain(day: date, n: int, model: str, leg: Leg) -> tuple[str, Leg, int, str | None]:
    return model, leg, 1, None


def live(ledger: Ledger, book: Book, plant: Plant = plain, weeks: int = 9) -> None:
    """Ten calls a day of two models that differ a little; ``plant`` changes calls, or repeats them."""
    dice = random.Random(3)
    openings, closings = [], []
    for back in range(-7 * (weeks - 1), 7):
        day = FIRST + timedelta(days=back)
        for n in range(10 + dice.randrange(4)):
            leg = Leg(input=500, cache_read=40_000 + dice.randrange(20_000), cache_write=2_000, output=900)
            model, leg, times, session = plant(day, n, OPUS if n % 3 else HAIKU, leg)
            for again in range(times):
                moment = datetime.combine(day, time(9 + n % 9, again % 60), ZONE)
                row_id, at_us = ledger.new_id(), micros(moment)
                usage = Usage(legs=(leg,), model=model, complete=True)
                cost = price(usage, vendor="anthropic", model_asked=model, at_us=at_us, book=book)
                openings.append(
                    Opening(id=row_id, started_us=at_us, vendor="anthropic", wire="w", model_asked=model, tool="t",
                            session=session or f"{day}/{n // 3}", project="p", project_name="kettle")
                )  # fmt: skip
                closings.append(
                    Closing(id=row_id, ended_us=at_us, state=State.DONE, metering=Metering.EXACT,
                            confidence=Confidence.EXACT, usage=usage, cost=cost)
                )  # fmt: skip
    ledger.write(openings, closings).result(WAIT)


def found(ledger: Ledger) -> tuple[tuple[Anomaly, ...], bool]:
    return asyncio.run(unusual(ledger, FIRST, FIRST + timedelta(days=7), ZONE))


def test_nothing_unusual(ledger: Ledger, book: Book) -> None:
    live(ledger, book)
    assert found(ledger) == ((), True)


def test_too_little_is_known(ledger: Ledger, book: Book) -> None:
    live(ledger, book, weeks=2)
    assert found(ledger) == ((), False)


def test_a_day_without_its_cache(ledger: Ledger, book: Book) -> None:
    wednesday = FIRST + timedelta(days=2)

    def broken(day: date, n: int, model: str, leg: Leg) -> tuple[str, Leg, int, str | None]:
        cold = Leg(input=500, cache_write=leg.cache_read + 2_000, output=900)
        return model, cold if day == wednesday else leg, 1, None

    live(ledger, book, broken)
    anomalies, _ = found(ledger)
    (day,) = [each for each in anomalies if each.kind == "day"]
    assert (day.name, day.cause, day.cause_name) == (wednesday.isoformat(), "cache", OPUS)
    assert day.pico > 3 * day.pico_usual
    assert day.pico_cause > 0


def test_a_week_of_one_models_work(ledger: Ledger, book: Book) -> None:
    def much(day: date, n: int, model: str, leg: Leg) -> tuple[str, Leg, int, str | None]:
        return model, leg, 6 if day >= FIRST and model == OPUS else 1, None

    live(ledger, book, much)
    anomalies, _ = found(ledger)
    (model,) = [each for each in anomalies if each.kind == "model"]
    assert (model.name, model.cause) == (OPUS, "volume")
    assert any((each.kind, each.name) == ("project", "kettle") for each in anomalies)
    assert all(each.cause_name in ("", OPUS) for each in anomalies)


def test_a_session_that_ran_away(ledger: Ledger, book: Book) -> None:
    friday = FIRST + timedelta(days=4)

    def run(day: date, n: int, model: str, leg: Leg) -> tuple[str, Leg, int, str | None]:
        return (OPUS, leg, 60, "ran-away") if day == friday and n == 5 else (model, leg, 1, None)

    live(ledger, book, run)
    anomalies, _ = found(ledger)
    assert {(each.kind, each.name) for each in anomalies} >= {("day", friday.isoformat()), ("session", "ran-away")}
