"""Pools: turns that begin when they should, calls that are divided to the last pico-USD."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trayapp.pricing import BookError
from trayapp.pricing.agreements import read
from trayapp.pricing.pools import CYCLES, Parts, Pool, divide

amounts = st.integers(0, 10**16)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def pool(**fields: Any) -> Pool:
    return read({"pools": [{"name": "p", "amount_usd": 100, **fields}]}).pools[0]


@given(amounts, amounts, amounts)
def test_the_parts_are_the_call(left: int, inside: int, beyond: int) -> None:
    parts = divide(left, inside, beyond)
    assert parts is not None
    assert parts.whole == parts.inside + parts.beyond
    assert 0 <= parts.inside <= min(left, inside)
    assert 0 <= parts.beyond <= beyond
    if inside <= left:
        assert parts == Parts(inside, 0)
    if not left and inside:
        assert parts == Parts(0, beyond)


@given(amounts, amounts)
def test_with_one_price_the_parts_sum_to_it(left: int, price: int) -> None:
    parts = divide(left, price, price)
    assert parts is not None
    assert parts.whole == price


@given(amounts, amounts, amounts, amounts)
def test_more_room_never_adds_to_the_bill(left: int, more: int, inside: int, beyond: int) -> None:
    tight, wide = divide(left, inside, beyond), divide(left + more, inside, beyond)
    assert tight is not None
    assert wide is not None
    assert wide.inside >= tight.inside
    assert wide.beyond <= tight.beyond


@given(st.lists(st.integers(0, 10**13), max_size=5), st.integers(0, 3 * 10**13))
def test_in_whatever_order_calls_come_a_pool_holds_the_same(prices: list[int], amount: int) -> None:
    sums = set()
    for order in itertools.islice(itertools.permutations(prices), 24):
        left, worth = amount, 0
        for price in order:
            parts = divide(left, price, price)
            assert parts is not None
            left -= parts.inside
            worth += parts.whole
        sums.add((left, worth))
    assert sums == {(max(amount - sum(prices), 0), sum(prices))}


def test_a_price_beyond_that_nobody_knows_is_only_asked_for_at_the_edge() -> None:
    assert divide(10, 10, None) == Parts(10, 0)
    assert divide(9, 10, None) is None
    assert divide(-5, 10, 20) == Parts(0, 20)


@pytest.mark.parametrize(
    ("cycle", "zone", "at", "since", "until"),
    [
        ("month", "UTC", "2026-11-30T23:59:59.999999Z", "2026-11-01T00:00:00Z", "2026-12-01T00:00:00Z"),
        ("month", "UTC", "2026-12-01T00:00:00Z", "2026-12-01T00:00:00Z", "2027-01-01T00:00:00Z"),
        ("month", "Europe/Berlin", "2026-11-30T23:00:00Z", "2026-11-30T23:00:00Z", "2026-12-31T23:00:00Z"),
        ("month", "Europe/Berlin", "2026-10-15T00:00:00Z", "2026-09-30T22:00:00Z", "2026-10-31T23:00:00Z"),
        ("month", "Asia/Kathmandu", "2026-11-30T18:15:00Z", "2026-11-30T18:15:00Z", "2026-12-31T18:15:00Z"),
        ("quarter", "UTC", "2026-12-31T00:00:00Z", "2026-10-01T00:00:00Z", "2027-01-01T00:00:00Z"),
        ("year", "America/Los_Angeles", "2027-01-01T07:59:59Z", "2026-01-01T08:00:00Z", "2027-01-01T08:00:00Z"),
    ],
)
def test_a_turn_begins_at_its_zones_midnight(
    us: Callable[[str], int], cycle: str, zone: str, at: str, since: str, until: str
) -> None:
    moment = (datetime.fromisoformat(at) - EPOCH) // timedelta(microseconds=1)
    turn = pool(period=cycle, zone=zone).period(moment)
    assert (turn.since_us, turn.until_us) == (us(since), us(until))


@given(st.sampled_from(CYCLES), st.sampled_from(["UTC", "Europe/London", "Pacific/Apia"]), st.integers(0, 4 * 10**15))
def test_each_moment_is_in_one_turn_and_the_next_follows_at_once(cycle: str, zone: str, at_us: int) -> None:
    made = pool(period=cycle, zone=zone)
    turn = made.period(at_us)
    assert turn.since_us <= at_us < turn.until_us
    assert made.period(turn.since_us) == made.period(turn.until_us - 1) == turn
    if cycle != "once":
        assert made.period(turn.until_us).since_us == turn.until_us
        # Memory keeps quarters of an hour; a turn begins at one.
        assert turn.since_us % 900_000_000 == 0


def test_what_was_typed_belongs_to_the_turn_in_which_it_was_true(us: Callable[[str], int]) -> None:
    made = pool(period="month", used_usd=40, used_on="2026-11-10")
    november = made.period(us("2026-11-20T00:00:00Z"))
    assert (november.typed_pico, november.counted_us) == (40 * 10**12, us("2026-11-10T00:00:00Z"))
    assert made.period(us("2026-12-02T00:00:00Z")).typed_pico == 0
    once = pool(used_usd=40)
    assert once.period(0).typed_pico == 40 * 10**12
    begun = pool(period="year", used_usd=5, **{"from": "2026-03-01"}).period(us("2026-06-01T00:00:00Z"))
    assert (begun.typed_pico, begun.since_us) == (5 * 10**12, us("2026-03-01T00:00:00Z"))


@pytest.mark.parametrize(
    "fields",
    [
        {"amount_usd": 0},
        {"amount_usd": -1},
        {"amount_usd": "much"},
        {"amount_usd": True},
        {"period": "week"},
        {"period": "month", "used_usd": 5},
        {"from": "2026-01-01T12:00:00Z"},
        {"over": "free"},
        {"over": {}},
        {"over": {"multiplier": "0"}},
        {"multiplier": "0.5", "rates": {"input": "1"}},
        {"from": "2026-02-01", "to": "2026-02-01"},
        {"zone": "Nowhere/Land"},
        {"colour": "red"},
    ],
)
def test_what_is_no_pool_is_refused_in_words(fields: dict[str, Any]) -> None:
    with pytest.raises(BookError) as caught:
        pool(**fields)
    assert "[[pools]]" in caught.value.message
    assert caught.value.fix


def test_validity_ends_a_turn() -> None:
    made = pool(period="month", **{"from": "2026-11-10", "to": "2026-11-20"})
    turn = made.period(int(datetime(2026, 11, 15, tzinfo=ZoneInfo("UTC")).timestamp()) * 10**6)
    assert datetime.fromtimestamp(turn.since_us / 1e6, UTC).day == 10
    assert datetime.fromtimestamp(turn.until_us / 1e6, UTC).day == 20
