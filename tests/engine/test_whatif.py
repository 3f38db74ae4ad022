"""A range on another model: what is told is what that world would have billed, row by row, to the pico-dollar."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from vendorworld import MINUTE, Call, Maker, Person, World, alone, plan

from trayapp.control import ControlError
from trayapp.engine.past_verbs import PastVerbs
from trayapp.engine.tariff import Tariff
from trayapp.engine.whatif import Outcome, whatif
from trayapp.ledger import Ledger
from trayapp.moments import micros
from trayapp.platform.resources import resource
from trayapp.pricing import load, price
from trayapp.values import Closing, Confidence, Leg, Metering, Opening, State, Usage

AUTUMN = micros(datetime(2026, 11, 2, 7, tzinfo=UTC))
LATER = AUTUMN + 40 * 86_400 * 10**6
OPUS, SONNET, HAIKU = "claude-opus-5-5", "claude-sonnet-5-5", "claude-haiku-5-5"
SHORT = Maker(5 * MINUTE, "cache_write", tail=3)
WAIT = 60.0


@pytest.fixture(scope="module")
def tariff() -> Tariff:
    return Tariff(load(resource("pricebook.json").read_bytes()))


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    made = Ledger.open(tmp_path / "ledger.sqlite3")
    yield made
    made.close()


def lived(model: str, sessions: int = 6) -> list[Call]:
    dice = random.Random(7)
    person = Person(World(SHORT, {}), model, "none", AUTUMN, system=19_000, agent_system=7_000)
    return [call for n in range(sessions) for call in alone(person.live(n, plan(dice)))]


def cost(tariff: Tariff, usage: Usage, model: str, at_us: int, vendor: str = "anthropic") -> int:
    found = price(usage, vendor=vendor, model_asked=model, at_us=at_us, book=tariff.book)
    assert found.pico is not None
    return found.pico


def record(
    ledger: Ledger, tariff: Tariff, usage: Usage, at_us: int, *, vendor: str = "anthropic", model: str = OPUS,
    state: State = State.DONE, **more: Any,
) -> int:  # fmt: skip
    row_id = ledger.new_id()
    wire = {"anthropic": "anthropic-messages", "openai": "openai-responses"}.get(vendor, "openai-chat")
    opening = Opening(
        id=row_id, started_us=at_us, vendor=vendor, wire=wire, tool="claude-code", model_asked=model,
        upstream=f"api.{vendor}.com:443", **more,
    )  # fmt: skip
    found = price(usage, vendor=vendor, model_asked=model, at_us=at_us, book=tariff.book)
    closing = Closing(
        id=row_id, ended_us=at_us + 1, state=state, metering=Metering.EXACT, confidence=Confidence.EXACT, usage=usage,
        cost=None if found.pico is None else found,
    )  # fmt: skip
    ledger.write([opening], [closing]).result(WAIT)
    return row_id


def asked(ledger: Ledger, tariff: Tariff, model: str, since: int = AUTUMN, until: int = LATER, **more: Any) -> Outcome:
    return asyncio.run(whatif(ledger, tariff, model, since, until, **more))


@pytest.mark.parametrize("model", [SONNET, HAIKU])
def test_it_is_what_that_world_bills(ledger: Ledger, tariff: Tariff, model: str) -> None:
    kinds = {"webfetch": "summary"}
    was = would = 0
    for call, other in zip(lived(OPUS), lived(model), strict=True):
        kind = kinds.get(call.kind, call.kind)
        record(ledger, tariff, call.usage, call.at_us, session=str(call.session), kind=kind)
        was += cost(tariff, call.usage, OPUS, call.at_us)
        would += cost(tariff, other.usage, model, call.at_us)
    found = asked(ledger, tariff, model)
    assert (found.billed.pico_was, found.billed.pico_would) == (was, would)
    assert (found.billed.unknown, found.others, found.plan.rows) == (0, 0, 0)
    assert found.billed.pico_low == would < found.billed.pico_high


def test_on_the_same_model_nothing_changes(ledger: Ledger, tariff: Tariff) -> None:
    calls = lived(OPUS)
    for call in calls:
        record(ledger, tariff, call.usage, call.at_us, session=str(call.session), kind=call.kind.replace("webf", "o"))
    whole = asked(ledger, tariff, OPUS)
    assert whole.billed.pico_was == whole.billed.pico_would == whole.billed.pico_low == whole.billed.pico_high
    since = calls[len(calls) // 2].at_us
    half = asked(ledger, tariff, OPUS, since)
    assert half.billed.pico_was == half.billed.pico_would
    assert half.billed.rows == sum(call.at_us >= since for call in calls)
    # Another model has to be warmed at the range's start.
    moved = asked(ledger, tariff, SONNET, since)
    per_token = asked(ledger, tariff, SONNET).billed
    assert moved.billed.pico_would > 0
    assert per_token.rows == len(calls)


def test_a_cold_start_is_paid_for(ledger: Ledger, tariff: Tariff) -> None:
    warm = Usage(legs=(Leg(input=1, cache_read=100_000, cache_write=100, output=50),), model=OPUS)
    for n in range(3):
        record(ledger, tariff, warm, AUTUMN + n * MINUTE, session="s")
    found = asked(ledger, tariff, SONNET, AUTUMN + MINUTE, LATER)
    cold = Usage(legs=(Leg(input=1, cache_write=100_100, output=50),))
    expected = cost(tariff, cold, SONNET, AUTUMN) + cost(tariff, Usage(legs=warm.legs), SONNET, AUTUMN)
    assert (found.billed.rows, found.billed.pico_would) == (2, expected)


def test_a_greater_model_lies_between_less_and_all(ledger: Ledger, tariff: Tariff) -> None:
    record(ledger, tariff, Usage(legs=(Leg(input=1000, output=50),), model=HAIKU), AUTUMN, model=HAIKU)
    found = asked(ledger, tariff, OPUS).billed
    assert 0 < found.pico_low < found.pico_would == found.pico_high
    assert found.pico_was < found.pico_low
    title = record(ledger, tariff, Usage(legs=(Leg(input=9, output=5),), model=HAIKU), LATER, model=HAIKU, kind="title")
    assert title
    exact = asked(ledger, tariff, OPUS, LATER, LATER + 1).billed
    assert exact.pico_low == exact.pico_would == exact.pico_high


def test_what_is_apart_and_what_is_unknown(ledger: Ledger, tariff: Tariff) -> None:
    usage = Usage(legs=(Leg(input=1000, output=50),), model=OPUS)
    record(ledger, tariff, usage, AUTUMN)
    record(ledger, tariff, usage, AUTUMN + 1, account="subscription")
    record(ledger, tariff, Usage(legs=usage.legs, model=OPUS, tier="mystery"), AUTUMN + 2)
    record(ledger, tariff, Usage(legs=(Leg(input=7),), model="gpt-6.1-sol"), AUTUMN + 3, vendor="openai")
    record(ledger, tariff, Usage(error="overloaded_error"), AUTUMN + 4, state=State.VENDOR_ERROR)
    record(ledger, tariff, usage, AUTUMN + 5, state=State.NOT_SENT)
    record(ledger, tariff, usage, AUTUMN + 6, kind="count")
    fast = Usage(legs=usage.legs, model=OPUS, speed="fast")
    record(ledger, tariff, fast, AUTUMN + 7)
    found = asked(ledger, tariff, SONNET)
    once = cost(tariff, usage, OPUS, AUTUMN)
    assert (found.billed.rows, found.billed.unknown) == (3, 2)
    assert (found.plan.rows, found.plan.pico_was) == (1, once)
    assert found.billed.pico_was == once
    assert found.others == 2
    assert found.pico_others == once + cost(tariff, Usage(legs=(Leg(input=7),)), "gpt-6.1-sol", AUTUMN, "openai")
    named = asked(ledger, tariff, HAIKU, asked="gpt-6.1-sol")
    assert (named.billed.rows, named.others, named.asked) == (1, 5, "gpt-6.1-sol")
    nothing = asked(ledger, tariff, "no-such-model")
    assert nothing.billed.rows + nothing.plan.rows == 0


def test_the_verbs(ledger: Ledger, tariff: Tariff) -> None:
    record(ledger, tariff, Usage(legs=(Leg(input=1000, output=50),), model=OPUS), AUTUMN)
    verbs = PastVerbs(ledger, lambda: tariff, UTC, lambda: AUTUMN + MINUTE).table()
    ask = {"model": SONNET, "since_us": str(AUTUMN), "until_us": LATER}
    found = asyncio.run(_ask(verbs["whatif"], ask))
    assert found["billed"]["rows"] == 1
    assert found["billed"]["pico_would"] == str(cost(tariff, Usage(legs=(Leg(input=1000, output=50),)), SONNET, AUTUMN))
    trend = asyncio.run(_ask(verbs["trend"], {}))
    assert [month["name"] for month in trend["months"]] == ["2026-11"]
    for wrong in ({"model": "no-such"}, {"since_us": "x"}, {"until_us": 1}, {"until_us": None}):
        with pytest.raises(ControlError):
            asyncio.run(_ask(verbs["whatif"], {**ask, **wrong}))
    with pytest.raises(ControlError):
        asyncio.run(_ask(verbs["trend"], {"months": 0}))


async def _ask(verb: Any, arguments: dict[str, Any]) -> Any:
    return await verb(arguments)


@pytest.mark.parametrize("rows", [3_000, pytest.param(100_000, marks=pytest.mark.thorough)])
def test_many_rows(ledger: Ledger, tariff: Tariff, rows: int, capsys: pytest.CaptureFixture[str]) -> None:
    """100,000 rows take 7.6 s here, beside calls that are served meanwhile; only a hang would fail."""
    usage = Usage(legs=(Leg(input=10, cache_read=9_000, cache_write=500, output=50),), model=OPUS)
    found = price(usage, vendor="anthropic", model_asked=OPUS, at_us=AUTUMN, book=tariff.book)
    for at in range(0, rows, 1000):
        openings, closings = [], []
        for n in range(at, at + 1000):
            row_id, at_us = ledger.new_id(), AUTUMN + n * 30 * 10**6
            openings.append(
                Opening(id=row_id, started_us=at_us, vendor="anthropic", wire="anthropic-messages", model_asked=OPUS,
                        session=f"s{n // 40}", tool="t")
            )  # fmt: skip
            closings.append(
                Closing(id=row_id, ended_us=at_us, state=State.DONE, metering=Metering.EXACT,
                        confidence=Confidence.EXACT, usage=usage, cost=found)
            )  # fmt: skip
        ledger.write(openings, closings).result(WAIT)
    began = time.perf_counter()
    told = asked(ledger, tariff, SONNET, AUTUMN, AUTUMN + rows * 30 * 10**6)
    took = time.perf_counter() - began
    assert told.billed.rows == rows
    with capsys.disabled():
        print(f"\n{rows} rows on another model: {took:.1f} s")
    assert took < rows / 100
