"""What is always true of a forecast, a day shape and a crossing, whatever the days were."""

from __future__ import annotations

import math
from datetime import UTC, date, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trayapp.insight import shape
from trayapp.insight.crossing import crossing
from trayapp.insight.days import Day, day, local_days
from trayapp.insight.forecast import Forecast, Moment, forecast, interval, rest_of_today, ways
from trayapp.insight.habit import Habit, TooLittle, learn
from trayapp.insight.pace import pace
from trayapp.insight.periods import begins, span

USD = 10**12
MONDAY = date(2026, 11, 2)
HOUR_US = 3_600_000_000

amounts = st.one_of(st.just(0.0), st.floats(1.0, 1e15))
hours = st.lists(amounts, min_size=24, max_size=24)
histories = st.lists(st.one_of(st.just([0.0] * 24), hours), min_size=14, max_size=60)


def made(rows: list[list[float]], today: date) -> list[Day]:
    first = today - timedelta(days=len(rows))
    return [day(first + timedelta(days=n), row) for n, row in enumerate(rows)]


def steady(usd: float, days: int = 42, today: date = MONDAY) -> list[Day]:
    """The same every day, evenly from 8 to 18."""
    row = [usd * USD / 10 if 8 <= hour < 18 else 0.0 for hour in range(24)]
    return made([row] * days, today)


@settings(max_examples=150, deadline=None)
@given(
    histories,
    st.floats(0, 24),
    st.integers(0, 31),
    st.integers(0, 10**15),
    st.integers(0, 10**15),
    st.lists(st.integers(0, 10**15), min_size=2, max_size=4),
)
def test_always(
    rows: list[list[float]], hour: float, more_days: int, before: int, today: int, later: list[int]
) -> None:
    habit = learn(made(rows, MONDAY))
    moment = Moment(MONDAY, hour, MONDAY + timedelta(days=1 + more_days))
    said = forecast(habit, moment, before + today, today)
    if isinstance(habit, TooLittle):
        assert said is habit
        return
    assert isinstance(said, Forecast)
    assert before + today <= said.low <= said.point <= said.high
    # More spent today never forecasts less, with the same past.
    last = said
    for extra in sorted(later):
        more = forecast(habit, moment, before + today + extra, today + extra)
        assert isinstance(more, Forecast)
        assert more.low >= last.low
        assert more.point >= last.point
        assert more.high >= last.high
        last = more
    # What lies before today only adds.
    shifted = forecast(habit, moment, before + today + USD, today)
    assert isinstance(shifted, Forecast)
    assert abs(shifted.point - said.point - USD) <= max(2, shifted.point * 1e-12)


@given(histories, st.floats(0, 24), st.floats(0, 24), st.integers(0, 6))
def test_a_shape_only_rises_from_nothing_to_all(rows: list[list[float]], a: float, b: float, weekday: int) -> None:
    learned = shape.learn(made(rows, MONDAY))
    early, late = sorted((a, b))
    assert 0 <= learned.done(weekday, early) <= learned.done(weekday, late) <= 1 + 1e-9
    assert learned.done(weekday, 0) == 0
    assert math.isclose(learned.done(weekday, 24), 1)
    assert learned.hour_of(weekday, learned.done(weekday, early)) == pytest.approx(early, abs=1e-6)


def test_little_data_is_said_to_be_little() -> None:
    assert learn([]) == TooLittle(14, 6)
    assert learn(steady(10, 9)) == TooLittle(5, 0)
    empty = [[0.0] * 24] * 20
    assert learn(made(empty, MONDAY)) == TooLittle(0, 6)
    assert forecast(TooLittle(5, 0), Moment(MONDAY, 12, MONDAY), 1, 1) == TooLittle(5, 0)


def test_one_dear_day_does_not_decide_when_days_are_spent() -> None:
    night = [0.0] * 24
    night[3] = 1000.0 * USD
    days = [*steady(1, 41), day(MONDAY - timedelta(days=1), night)]
    assert shape.learn(days).done(2, 8) < 0.06


def test_a_steady_user_is_forecast_closely() -> None:
    habit = learn(steady(10))
    assert isinstance(habit, Habit)
    end = MONDAY + timedelta(days=7)
    said = forecast(habit, Moment(MONDAY, 13, end), 5 * USD, 5 * USD)
    assert isinstance(said, Forecast)
    assert 50 * USD < said.low < 70 * USD < said.high < 110 * USD
    evening = forecast(habit, Moment(MONDAY, 23.9, MONDAY + timedelta(days=1)), 10 * USD, 10 * USD)
    assert isinstance(evening, Forecast)
    assert evening.point == 10 * USD
    assert evening.high < 11 * USD


def test_a_new_level_is_noticed_within_two_weeks() -> None:
    today = MONDAY
    days = [*steady(5, 60, today - timedelta(days=14)), *steady(20, 14, today)]
    habit = learn(days)
    assert isinstance(habit, Habit)
    usual = sorted(habit.day(2))[100] / USD
    assert 14 < usual < 24


def test_a_limit_that_will_be_passed_has_its_hour_and_others_have_none() -> None:
    habit = learn(steady(10, 120))
    assert isinstance(habit, Habit)
    moment = Moment(MONDAY, 14.0, MONDAY + timedelta(days=1))
    found = ways(habit, moment, 8 * USD, rest_of_today(habit, moment, 8 * USD))
    soon = crossing(habit, moment, found, 9 * USD, "day", UTC)
    assert soon is not None
    assert soon.low_us <= soon.likely_us <= soon.high_us
    start = begins(MONDAY, UTC)
    assert start + 14 * HOUR_US <= soon.low_us
    assert soon.high_us <= start + 18.5 * HOUR_US
    assert soon.chance >= 0.8
    for limit in (8 * USD, 7 * USD, 1000 * USD):
        assert crossing(habit, moment, found, limit, "day", UTC) is None, limit
    assert interval(found).low >= 8 * USD


@given(histories, st.floats(0, 23.9), st.integers(1, 31), st.integers(0, 10**15), st.integers(1, 10**16))
@settings(max_examples=60, deadline=None)
def test_a_crossing_lies_ahead_and_in_order(
    rows: list[list[float]], hour: float, days: int, spent: int, limit: int
) -> None:
    habit = learn(made(rows, MONDAY))
    if isinstance(habit, TooLittle):
        return
    moment = Moment(MONDAY, hour, MONDAY + timedelta(days=days))
    found = ways(habit, moment, spent, rest_of_today(habit, moment, spent))
    said = crossing(habit, moment, found, limit, "month", UTC)
    if said is not None:
        assert spent < limit
        assert begins(MONDAY, UTC) + int(hour * HOUR_US) - 1000 <= said.low_us <= said.likely_us <= said.high_us
        assert said.high_us <= begins(moment.end, UTC)


def test_hours_fall_on_the_days_of_the_wall_clock() -> None:
    zone = ZoneInfo("America/New_York")
    # The night in which clocks go back: 25 hours, all of them this day's.
    sunday = date(2026, 11, 1)
    sums = [(begins(sunday, zone) + n * HOUR_US, USD) for n in range(25)]
    (only,) = local_days(sums, sunday + timedelta(days=1), zone)
    assert (only.date, only.total) == (sunday, 25 * USD)
    assert only.by(2) - only.by(1) == 2 * USD
    # Half hours: an hour belongs where its middle lies.
    india = ZoneInfo("Asia/Kolkata")
    days = local_days([(begins(sunday, india) - HOUR_US // 2, USD)], sunday + timedelta(days=2), india)
    assert [(each.date, each.total) for each in days] == [(sunday, USD), (sunday + timedelta(days=1), 0)]
    assert local_days([(begins(sunday, india), USD)], sunday, india) == []


@given(histories, st.floats(0, 24), st.sampled_from(["day", "week", "month"]))
@settings(max_examples=60, deadline=None)
def test_the_pace_is_a_share(rows: list[list[float]], hour: float, period: str) -> None:
    today = MONDAY + timedelta(days=9)
    now = begins(today, UTC) + int(min(hour, 23.99) * HOUR_US)
    its = span(period, now, UTC)  # type: ignore[arg-type]
    for habit in (learn(made(rows, today)), TooLittle(3, 0)):
        found = pace(habit, its, Moment(today, hour, its.end), now)
        assert 0 <= found <= 1 + 1e-9
