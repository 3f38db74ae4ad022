from __future__ import annotations

from collections.abc import Callable

import pytest

from trayapp.pricing import Book
from trayapp.pricing.prices import Period, pick

Us = Callable[[str], int]


def test_a_period_is_half_open(us: Us) -> None:
    period = Period(us("2026-01-01T00:00:00Z"), us("2026-02-01T00:00:00Z"), {"input": 1})
    assert period.holds(us("2026-01-01T00:00:00Z"))
    assert period.holds(us("2026-02-01T00:00:00Z") - 1)
    assert not period.holds(us("2026-01-01T00:00:00Z") - 1)
    assert not period.holds(us("2026-02-01T00:00:00Z"))
    assert pick((period,), 0) is None


@pytest.mark.parametrize(("prompt", "rate"), [(99, 1), (100, 1), (101, 2), (199, 2), (200, 3), (10**9, 3)])
def test_tiers_at_their_thresholds(book_of: Callable[..., Book], prompt: int, rate: int) -> None:
    tiers = [{"over": 100, "rates": {"input": 2}}, {"at_least": 200, "rates": {"input": 3}}]
    model = book_of(prices=[{"rates": {"input": 1}, "tiers": tiers}]).match("acme", "coder")
    assert model is not None
    quote = model.quote(0, prompt)
    assert quote is not None
    assert quote.rates["input"] == rate
    assert quote.long_prompt == (rate > 1)


@pytest.mark.parametrize(
    ("at", "rate"),
    [
        ("2026-11-23T00:59:59Z", 1),  # Monday
        ("2026-11-23T01:00:00Z", 2),
        ("2026-11-23T03:59:59Z", 2),
        ("2026-11-23T04:00:00Z", 1),
        ("2026-11-22T02:00:00Z", 1),  # Sunday
        ("2026-11-23T23:30:00Z", 2),
        ("2026-11-24T00:10:00Z", 2),
        ("2026-11-24T00:40:00Z", 1),
    ],
)
def test_days_and_hours_outrank_the_plain_price(book_of: Callable[..., Book], us: Us, at: str, rate: int) -> None:
    week = [1, 2, 3, 4, 5]
    windows = {"days": week, "hours": ["01:00-04:00", "23:00-00:30"], "rates": {"input": 2}}
    model = book_of(prices=[{"rates": {"input": 1}}, windows]).match("acme", "coder")
    assert model is not None
    quote = model.quote(us(at))
    assert quote is not None
    assert quote.rates["input"] == rate


def test_dates_and_hours_follow_their_time_zone(book_of: Callable[..., Book], us: Us) -> None:
    pacific = {"tz": "America/Los_Angeles"}
    model = book_of(
        prices=[
            {**pacific, "to": "2027-03-01", "rates": {"input": 1}},
            {**pacific, "from": "2027-03-01", "rates": {"input": 2}},
            {**pacific, "from": "2027-03-01", "hours": ["09:00-10:00"], "rates": {"input": 3}},
        ]
    ).match("acme", "coder")
    assert model is not None
    for at, rate in [
        ("2027-03-01T07:59:59Z", 1),
        ("2027-03-01T08:00:00Z", 2),
        ("2027-03-01T17:00:00Z", 3),
        ("2027-07-01T16:00:00Z", 3),  # summer time
        ("2027-07-01T17:00:00Z", 2),
    ]:
        quote = model.quote(us(at))
        assert quote is not None
        assert quote.rates["input"] == rate


@pytest.mark.parametrize("at_us", [-(10**30), 10**30, -1, 0])
def test_moments_outside_the_calendar_lie_in_no_window(book_of: Callable[..., Book], at_us: int) -> None:
    window = {"hours": ["01:00-02:00"], "rates": {"input": 2}}
    model = book_of(prices=[{"rates": {"input": 1}}, window]).match("acme", "coder")
    assert model is not None
    quote = model.quote(at_us)
    assert quote is not None
    assert quote.rates["input"] == 1


def test_a_variant_without_a_price_at_that_time_has_no_quote(book_of: Callable[..., Book], us: Us) -> None:
    model = book_of(variants={"batch": [{"from": "2026-01-01", "mult": "0.5"}]}).match("acme", "coder")
    assert model is not None
    assert model.quote(us("2025-12-31T23:59:59Z"), variant="batch") is None
    assert model.quote(us("2026-01-01T00:00:00Z"), variant="flex") is None
    quote = model.quote(us("2026-01-01T00:00:00Z"), variant="batch")
    assert quote is not None
    assert quote.multiplier == 500_000
