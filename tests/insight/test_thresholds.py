"""Each threshold once a period, whatever clocks, zones, restarts and limits do."""

from __future__ import annotations

import json
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trayapp.budget import PERIODS
from trayapp.insight.periods import begins, span
from trayapp.insight.thresholds import PERIODS_KEPT, Thresholds
from trayapp.moments import micros

AT = (50, 80, 100)
ZONES = ("UTC", "America/New_York", "Europe/Berlin", "Asia/Kolkata", "Pacific/Apia", "America/Santiago")
HOUR_US = 3_600_000_000
zones = st.sampled_from([ZoneInfo(name) for name in ZONES])
moments = st.integers(micros(datetime(2026, 1, 1, tzinfo=UTC)), micros(datetime(2028, 1, 1, tzinfo=UTC)))


def again(told: Thresholds) -> Thresholds:
    """As after a restart."""
    fresh = Thresholds()
    fresh.restore(json.loads(json.dumps(told.kept())))
    return fresh


def test_each_is_told_once_and_all_that_were_jumped_over() -> None:
    told = Thresholds()
    assert told.fire("b", "2026-11-26", 49, 100, AT) == ()
    assert told.fire("b", "2026-11-26", 50, 100, AT) == (50,)
    assert again(told).fire("b", "2026-11-26", 79, 100, AT) == ()
    assert told.fire("b", "2026-11-26", 130, 100, AT) == (80, 100)
    told = again(told)
    assert told.fire("b", "2026-11-26", 10**9, 100, AT) == ()
    assert told.fire("b", "2026-11-27", 100, 100, AT) == AT
    assert told.fire("b", "2026-11-26", 100, 100, AT) == ()
    assert told.fire("other", "2026-11-26", 100, 100, AT) == AT


def test_a_changed_limit() -> None:
    told = Thresholds()
    assert told.fire("b", "d", 10, 20, AT) == (50,)
    # Lowered: 50 was told at a higher amount; what is passed by now is news.
    assert told.fire("b", "d", 10, 10, AT) == (80, 100)
    # Raised: each is told again at its own, higher amount.
    assert told.fire("b", "d", 12, 100, AT) == ()
    assert told.fire("b", "d", 50, 100, AT) == (50,)
    # To and fro is silent.
    for limit in (20, 100, 10, 100):
        assert told.fire("b", "d", 50, limit, (50,)) == ()


def test_a_corrected_price_takes_nothing_back() -> None:
    told = Thresholds()
    assert told.fire("b", "d", 100, 100, AT) == AT
    assert told.fire("b", "d", 20, 100, AT) == ()
    assert told.fire("b", "d", 100, 100, AT) == ()


@settings(max_examples=200, deadline=None)
@given(
    st.sampled_from(PERIODS),
    st.lists(
        st.tuples(moments, zones, st.integers(0, 300), st.booleans()),
        min_size=1,
        max_size=PERIODS_KEPT,
    ),
)
def test_never_twice_in_a_period_however_the_clock_jumps(
    period: str, steps: list[tuple[int, ZoneInfo, int, bool]]
) -> None:
    told, seen = Thresholds(), Counter[tuple[str, int]]()
    most: dict[str, int] = {}
    for now, zone, spent, restart in steps:
        told = again(told) if restart else told
        name = span(period, now, zone).name  # type: ignore[arg-type]
        for percent in told.fire("b", name, spent, 100, AT):
            seen[name, percent] += 1
        most[name] = max(most.get(name, 0), spent)
    assert seen == {(name, percent): 1 for name, spent in most.items() for percent in AT if spent >= percent}


@settings(max_examples=200, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 10**15), st.integers(1, 10**15), st.booleans()), max_size=30))
def test_a_threshold_is_only_ever_told_at_a_higher_amount(steps: list[tuple[int, int, bool]]) -> None:
    told = Thresholds()
    levels: dict[int, int] = {}
    for spent, limit, restart in steps:
        told = again(told) if restart else told
        for percent in told.fire("b", "p", spent, limit, AT):
            level = -(-limit * percent // 100)
            assert spent >= level > levels.get(percent, 0)
            levels[percent] = level


@given(st.sampled_from(PERIODS), moments, zones)
def test_periods_tile_time(period: str, now: int, zone: ZoneInfo) -> None:
    its = span(period, now, zone)  # type: ignore[arg-type]
    assert its.since_us <= now < its.until_us
    following = span(period, its.until_us, zone)  # type: ignore[arg-type]
    assert (following.first, following.since_us) == (its.end, its.until_us)
    assert following.name != its.name
    assert span(period, its.until_us - 1, zone).name == its.name  # type: ignore[arg-type]
    if period == "week":
        assert its.first.weekday() == 0


def test_days_of_23_and_25_hours() -> None:
    berlin = ZoneInfo("Europe/Berlin")
    for day, hours in ((date(2026, 3, 29), 23), (date(2026, 10, 25), 25), (date(2026, 11, 26), 24)):
        its = span("day", begins(day, berlin), berlin)
        assert its.until_us - its.since_us == hours * HOUR_US
    # Clocks went forward at midnight here: the day begins at one.
    santiago = ZoneInfo("America/Santiago")
    its = span("day", begins(date(2026, 9, 6), santiago), santiago)
    assert its.until_us - its.since_us == 23 * HOUR_US


def test_a_flight_west_meets_the_same_day_again() -> None:
    told = Thresholds()
    tokyo, california = ZoneInfo("Asia/Tokyo"), ZoneInfo("America/Los_Angeles")
    evening = micros(datetime(2026, 11, 26, 23, 0, tzinfo=tokyo))
    assert told.fire("b", span("day", evening, tokyo).name, 60, 100, AT) == (50,)
    midnight = evening + 2 * HOUR_US
    assert told.fire("b", span("day", midnight, tokyo).name, 55, 100, AT) == (50,)
    landed = midnight + 10 * HOUR_US
    assert span("day", landed, california).name == "2026-11-26"
    assert told.fire("b", span("day", landed, california).name, 90, 100, AT) == (80,)


def test_a_plans_window_is_known_by_its_reset() -> None:
    told = Thresholds()
    reset = 1_800_000_000
    name = told.window("w", reset, 300)
    assert told.fire("w", name, 60, 100, AT) == (50,)
    for near in (reset, reset + 1, reset - 59):
        assert told.fire("w", told.window("w", near, 300), 60, 100, AT) == ()
    assert told.fire("w", told.window("w", reset + 5 * 3600, 300), 60, 100, AT) == (50,)
    assert told.window("new", reset, None) == str(reset)


def test_the_memory_is_bounded_and_wrong_ones_are_not_taken() -> None:
    told = Thresholds()
    for n in range(PERIODS_KEPT + 5):
        told.fire("b", f"{date(2026, 1, 1) + timedelta(days=n)}", 60, 100, AT)
    assert len(told.kept()["b"]) == PERIODS_KEPT
    with pytest.raises(msgspec.ValidationError):
        told.restore({"b": {"d": {"x": "y"}}})
    assert len(told.kept()["b"]) == PERIODS_KEPT
