"""Rates for the economics, from the shipped book and from small ones."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from fractions import Fraction

import pytest

from trayapp.moments import micros
from trayapp.pricing import Book, load
from trayapp.routing.booked import Cache, NoRateError, booked
from trayapp.routing.economics import compare
from trayapp.routing.session import Session

NOW = micros(datetime(2026, 11, 24, tzinfo=UTC))
HOUR = 3600 * 10**6


def small(**model: object) -> Book:
    row = {"provider": "acme", "id": "coder", "prices": [{"rates": {"input": 100, "output": 500}}], **model}
    document = {"format": 1, "version": "test", "providers": {"acme": {}, "ollama": {"local": True}}, "models": [row]}
    return load(json.dumps(document).encode())


def test_opus_to_haiku_from_the_book(shipped: Book) -> None:
    a = booked(shipped, "anthropic", "claude-opus-5-5", NOW)
    b = booked(shipped, "anthropic", "claude-haiku-5-5", NOW)
    assert (a.cost.life_us, a.provider) == (300 * 10**6, "anthropic")
    found = compare(Session(context=150_000, new=2000, output=600, turns=10, at_us=NOW), a.cost, b.cost)
    assert found.stay_pico == 538_000 * 10**6
    assert found.switch_pico == (95_000 + 72_000 + 11_250 + 15_000) * 10**6
    assert found.break_even == 3


@pytest.mark.parametrize(
    ("a", "b", "expected"),
    # routing.md §C, 20k to 300k of context, 2,000 new and 600 out; prices of 2026-11-23.
    [
        ("claude-opus-5-5", "claude-sonnet-5-5", [4, 8, 11, 14, 17]),
        ("claude-opus-5-5", "claude-haiku-5-5", [1, 1, 2, 3, 3]),
        ("claude-sonnet-5-5", "claude-haiku-5-5", [1, 1, 5, 6, 8]),
        ("claude-fable-5-2", "claude-opus-5-5", [5, 11, 22, 33, 66]),
        ("claude-opus-4-8", "claude-sonnet-4-6", [5, 8, 11, 12, 15]),
        ("gpt-5.6-sol", "gpt-5.6-terra", [4, 6, 8, 9, 10]),
        ("gpt-5.6-sol", "gpt-5.6-luna", [1, 1, 1, 1, 1]),
        ("gpt-5.4", "gpt-5.4-mini", [2, 2, 3, 3, 2]),
        ("gemini-3.1-pro-preview", "gemini-3.5-flash", [7, 12, 16, 19, 5]),
        ("gemini-3.1-pro-preview", "gemini-3.5-flash-lite", [1, 1, 2, 2, 1]),
    ],
)
def test_the_measured_table_from_the_book(shipped: Book, a: str, b: str, expected: list[int]) -> None:
    vendor = {"c": "anthropic", "gp": "openai", "ge": "google"}["c" if a[0] == "c" else a[:2]]
    found = [
        compare(
            Session(context=context, new=2000, output=600, at_us=NOW),
            booked(shipped, vendor, a, NOW).cost,
            booked(shipped, vendor, b, NOW).cost,
        ).break_even
        for context in (20_000, 50_000, 100_000, 150_000, 300_000)
    ]
    assert found == expected


def test_one_hour_caches_are_dearer_to_write(shipped: Book) -> None:
    models = [booked(shipped, "anthropic", m, NOW, Cache.HOUR) for m in ("claude-opus-5-5", "claude-sonnet-5-5")]
    session = Session(context=150_000, new=2000, output=600, at_us=NOW)
    assert models[0].cost.life_us == HOUR
    assert models[0].cost.rates(NOW, 0).write == 8_000_000
    assert compare(session, *(m.cost for m in models)).break_even == 19


def test_half_a_day_at_openai(shipped: Book) -> None:
    found = booked(shipped, "openai", "gpt-6.1-sol", NOW, Cache.HALF_DAY)
    assert (found.cost.rates(NOW, 0).write, found.cost.life_us) == (5_000_000, 12 * HOUR)
    assert booked(shipped, "openai", "gpt-6.1-sol", NOW).cost.life_us == HOUR // 2
    with pytest.raises(NoRateError, match="cache_write_1h") as caught:
        booked(shipped, "openai", "gpt-6.1-sol", NOW, Cache.HOUR)
    assert caught.value.flag == "missing_rate:cache_write_1h"


def test_without_a_cache_all_is_input(shipped: Book) -> None:
    rates = booked(shipped, "anthropic", "claude-opus-5-5", NOW, Cache.NONE).cost.rates(NOW, 0)
    assert (rates.read, rates.write) == (4_000_000, 4_000_000)


@pytest.mark.parametrize(
    ("vendor", "model", "edge"),
    [
        ("anthropic", "claude-haiku-5-5", 100_001),
        ("google", "gemini-3.1-pro-preview", 200_001),
        ("openai", "gpt-5.6-sol", 272_001),
    ],
)
def test_tiers_begin_where_the_book_says(shipped: Book, vendor: str, model: str, edge: int) -> None:
    cost = booked(shipped, vendor, model, NOW).cost
    before, after = cost.rates(NOW, edge - 1), cost.rates(NOW, edge)
    assert before != after
    price = shipped.match(vendor, model)
    assert price is not None
    for prompt, rates in ((edge - 1, before), (edge, after)):
        quote = price.quote(NOW, prompt)
        assert quote is not None
        assert (rates.read, rates.write, rates.output) == tuple(
            quote.rates[name] for name in ("cache_read", "cache_write", "output")
        )


def test_a_price_that_doubles_while_the_session_runs(shipped: Book) -> None:
    at = micros(datetime(2026, 11, 30, 23, 50, tzinfo=UTC))
    cost = booked(shipped, "google", "gemini-4-argon", at).cost
    assert [cost.rates(at + minutes * 60 * 10**6, 0).output for minutes in (0, 9, 10)] == [10**7, 10**7, 2 * 10**7]
    session = Session(context=0, new=0, output=1, turns=3, at_us=at, pace_us=300 * 10**6)
    assert compare(session, cost, cost).stay_pico == 10**7 + 10**7 + 2 * 10**7
    later = booked(shipped, "google", "gemini-4-argon", micros(datetime(2026, 12, 1, tzinfo=UTC))).cost
    assert len(later.prices) == 1


def test_hours_and_ends_are_told() -> None:
    rates = {"input": 1, "cache_read": 1, "cache_write": 1, "output": 1}
    twice = dict.fromkeys(rates, 2)
    hourly = small(prices=[{"rates": rates}, {"hours": ["01:00-04:00"], "rates": twice}])
    noon, night = (micros(datetime(2026, 11, 24, hour, tzinfo=UTC)) for hour in (12, 2))
    assert booked(hourly, "acme", "coder", noon).hourly
    assert booked(hourly, "acme", "coder", noon).cost.rates(noon, 0).read == 1
    assert booked(hourly, "acme", "coder", night).cost.rates(night, 0).read == 2
    ending = small(prices=[{"to": "2026-12-01", "rates": rates}])
    found = booked(ending, "acme", "coder", noon)
    assert found.ends_us == micros(datetime(2026, 12, 1, tzinfo=UTC))
    assert found.cost.life_us is None
    with pytest.raises(NoRateError) as caught:
        booked(ending, "acme", "coder", micros(datetime(2026, 12, 2, tzinfo=UTC)))
    assert caught.value.flag == "no_price_at_that_time"


def test_what_the_book_does_not_say_is_not_guessed(shipped: Book) -> None:
    with pytest.raises(NoRateError) as caught:
        booked(shipped, "anthropic", "claude-opus-99", NOW)
    assert caught.value.flag == "unknown_model"
    with pytest.raises(NoRateError) as caught:
        booked(small(), "acme", "coder", NOW)
    assert caught.value.flag == "missing_rate:cache_read"


def test_regions_and_local_models(shipped: Book) -> None:
    plain = booked(shipped, "anthropic", "claude-opus-5-5", NOW).cost.rates(NOW, 0)
    regional = booked(shipped, "bedrock", "us.anthropic.claude-opus-5-5-v1:0", NOW).cost.rates(NOW, 0)
    assert regional.output == plain.output * Fraction(11, 10)
    local = booked(small(), "ollama", "qwen3", NOW).cost
    session = Session(context=1000, new=10, output=10, turns=5, at_us=NOW)
    assert compare(session, booked(shipped, "anthropic", "claude-opus-5-5", NOW).cost, local).switch_pico == 0


def test_where_no_price_is_published_any_more_the_window_ends(shipped: Book) -> None:
    assert booked(shipped, "anthropic", "claude-sonnet-4-5", NOW).cost.window == 200_000
    assert booked(shipped, "anthropic", "claude-sonnet-5-5", NOW).cost.window is None
