"""Months against months, dated price changes apart from them, from the real ledger and the book that ships."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from trayapp.engine.pricechanges import dated, rate_changes
from trayapp.engine.reporting import total
from trayapp.engine.trend import trend
from trayapp.insight.dated import per_million
from trayapp.insight.trend import growth, months
from trayapp.ledger import Ledger
from trayapp.mix import MixCell
from trayapp.moments import micros
from trayapp.platform.resources import resource
from trayapp.pricing import Book, load, price
from trayapp.pricing.prices import ModelPrice, Period, Tier, Window
from trayapp.pricing.shelves import Provider
from trayapp.reports import Change, PriceChange
from trayapp.values import Closing, Confidence, Leg, Metering, Opening, State, Usage

BERLIN = ZoneInfo("Europe/Berlin")
DAY = timedelta(days=1)
WAIT = 30.0
ARGON = ("gemini", "gemini-4-argon")


@pytest.fixture(scope="module")
def book() -> Book:
    return load(resource("pricebook.json").read_bytes())


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    made = Ledger.open(tmp_path / "ledger.sqlite3")
    yield made
    made.close()


def call(
    ledger: Ledger, book: Book, when: datetime, model: tuple[str, str] = ARGON, times: int = 1, **more: Any
) -> int:
    """One call; what it cost."""
    row_id, at_us = ledger.new_id(), micros(when)
    leg = Leg(input=1_000 * times, output=100 * times)
    usage = Usage(legs=(leg,), model=model[1], complete=True, **more)
    cost = price(usage, vendor=model[0], model_asked=model[1], at_us=at_us, book=book)
    ledger.open_row(Opening(id=row_id, started_us=at_us, vendor=model[0], wire="w", model_asked=model[1])).result(WAIT)
    closing = Closing(
        id=row_id, ended_us=at_us, state=State.DONE, metering=Metering.EXACT, confidence=Confidence.EXACT, usage=usage,
        cost=cost, pico_contract=cost.pico, pico_marginal=cost.pico,
    )  # fmt: skip
    ledger.close_row(closing).result(WAIT)
    assert cost.pico is not None
    return cost.pico


def test_growth_is_the_sum_of_its_months(ledger: Ledger, book: Book) -> None:
    first = call(ledger, book, datetime(2026, 9, 10, tzinfo=UTC))
    call(ledger, book, datetime(2026, 10, 10, tzinfo=UTC), times=3)
    call(ledger, book, datetime(2026, 11, 10, tzinfo=UTC), times=3)
    call(ledger, book, datetime(2026, 11, 10, tzinfo=UTC), ("anthropic", "claude-opus-5-5"))
    last = call(ledger, book, datetime(2026, 12, 10, tzinfo=UTC), times=10)
    found = asyncio.run(trend(ledger, book, micros(datetime(2026, 12, 20, tzinfo=UTC)), BERLIN))
    assert [month.name for month in found] == ["2026-09", "2026-10", "2026-11", "2026-12"]
    assert found[0].change is None
    october, november, december = (month.change for month in found[1:])
    assert october == Change(pico=2 * first, pico_volume=2 * first)
    assert november is not None
    assert (november.pico_price, november.pico_cache, november.pico_retries) == (0, 0, 0)
    assert november.pico_mix > 0
    assert december is not None
    assert december.pico_price > 0
    whole = growth(found)
    assert whole.pico == last - first == found[-1].sum.pico_list - found[0].sum.pico_list
    assert whole.pico == sum(
        (whole.pico_volume, whole.pico_mix, whole.pico_cache, whole.pico_price, whole.pico_retries)
    )
    assert [len(month.prices) for month in found] == [0, 0, 0, 2]
    assert {(p.component, p.day, p.before, p.after) for p in found[-1].prices} == {
        ("input", "2026-12-01", "2", "4"),
        ("output", "2026-12-01", "10", "20"),
    }
    assert sum(p.pico for p in found[-1].prices) == last // 2
    assert (found[2].sum.calls, found[2].sum.input, found[2].sum.pico_marginal) == (2, 4_000, found[2].sum.pico_list)


def test_an_empty_ledger_has_no_trend(ledger: Ledger, book: Book) -> None:
    assert asyncio.run(trend(ledger, book, micros(datetime(2026, 12, 20, tzinfo=UTC)), BERLIN)) == ()
    assert growth(()) == Change()


def test_what_is_not_known_of_every_call_is_not_told(ledger: Ledger, book: Book) -> None:
    row_id = ledger.new_id()
    ledger.open_row(Opening(id=row_id, started_us=5, vendor="v", wire="w")).result(WAIT)
    book = load(resource("pricebook.json").read_bytes())
    usage = Usage(legs=(Leg(input=5),), model="claude-opus-5-5")
    cost = price(
        usage, vendor="anthropic", model_asked=None, at_us=micros(datetime(2026, 11, 1, tzinfo=UTC)), book=book
    )
    ledger.close_row(
        Closing(id=row_id, ended_us=6, state=State.DONE, metering=Metering.EXACT, confidence=Confidence.EXACT,
                usage=usage, cost=cost)
    ).result(WAIT)  # fmt: skip
    found = total(ledger.totals().result(WAIT), 0)
    assert (found.pico_list, found.pico_contract, found.pico_marginal) == (cost.pico, None, None)


def test_months_begin_where_they_begin() -> None:
    found = months(micros(datetime(2026, 4, 1, 1, tzinfo=BERLIN)), 14, BERLIN)
    assert [found[0].name, found[-1].name] == ["2025-03", "2026-04"]
    assert all(a.until_us == b.since_us for a, b in pairwise(found))


def test_within_a_period_only_what_came_after_the_day_counts(ledger: Ledger, book: Book) -> None:
    start = datetime(2026, 11, 30, tzinfo=UTC)
    call(ledger, book, start + DAY / 2, times=9)
    after = call(ledger, book, start + 3 * DAY)
    spans = [micros(start + n * 7 * DAY) for n in (-1, 0, 1)]
    cells = ledger.mix(spans[1], spans[2]).result(WAIT)
    found = asyncio.run(dated(ledger, book, [], cells, *spans))
    assert sum(each.pico for each in found) == after // 2
    assert found[0].pico >= found[1].pico
    # In the week behind it the change is the former week's, and all tokens count.
    later = [micros(start + n * 7 * DAY) for n in (0, 1, 2)]
    call(ledger, book, start + 8 * DAY, times=2)
    present = ledger.mix(later[1], later[2]).result(WAIT)
    assert sum(each.pico for each in asyncio.run(dated(ledger, book, cells, present, *later))) == after
    # Two weeks on nothing has changed.
    assert asyncio.run(dated(ledger, book, present, [], *(each + 7 * 86_400 * 10**6 for each in later))) == ()


def test_variants_move_by_their_own_rates(book: Book) -> None:
    """GPT-6.2 Sol's ultrafast goes from three to six times the list on 1 March 2027, the list itself stays."""
    cells = [
        MixCell(vendor="openai", model="gpt-6.2-sol", variant=variant, calls=1, tokens={"output": 10})
        for variant in ("", "ultrafast", "stated", "ultrafast blend")
    ]
    since, until = (micros(datetime(2027, month, 1, tzinfo=UTC)) for month in (2, 4))
    found = rate_changes(book, cells, since, until)
    assert [(each.component, each.variant) for each in found] == [("output", "ultrafast")]
    assert found[0].after == 2 * found[0].before
    assert set(found[0].deltas) == {"ultrafast"}
    assert rate_changes(book, [MixCell(vendor="openai", model="no-such", calls=1, tokens={"input": 1})], 0, until) == []


def test_a_geography_multiplies_the_difference() -> None:
    def period(since: int | None, until: int | None, rate: int) -> Period:
        return Period(since, until, rates={"input": rate}, tiers=(Tier(100, {"input": 5 * rate}),))

    model = ModelPrice(
        provider="p", id="m", prices=(period(None, 50, 10), period(50, None, 30)), geo={"us": 1_100_000},
        variants={"batch": (Period(None, None, multiplier=500_000),)},
    )  # fmt: skip
    books = Book("1", {"p": Provider(id="p")}, {"p": "p"}, {"p": {"m": model}}, (model,))
    variants = ("", "geo:us", "batch geo:us", "long_prompt", "batch long_prompt", "flat", "fast")
    cells = [MixCell(vendor="p", model="m", variant=v, calls=1, tokens={"input": 1, "reasoning": 1}) for v in variants]
    (moved,) = rate_changes(books, cells, 0, 100)
    assert (moved.before, moved.after, moved.at_us) == (10, 30, 50)
    assert moved.deltas == {
        "": 20, "geo:us": 22, "batch geo:us": 11, "long_prompt": 100, "batch long_prompt": 50,
    }  # fmt: skip
    assert rate_changes(books, cells, 50, 100) == []
    hourly = replace(model, prices=(*model.prices, replace(model.prices[0], window=Window(UTC, frozenset({1}), ()))))
    books = Book("1", {"p": Provider(id="p")}, {"p": "p"}, {"p": {"m": hourly}}, (hourly,))
    assert rate_changes(books, cells, 0, 100) == []


def test_rates_as_people_write_them() -> None:
    assert [per_million(rate) for rate in (2_000_000, 2_800, 75_000, 0, 10**9)] == ["2", "0.0028", "0.075", "0", "1000"]
    assert PriceChange(vendor="v", model="m", component="input", day="", before="", after="").pico == 0
