"""The weekly summary comes once for each week, whatever clocks, zones and restarts do."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trayapp.insight import mondays, periods
from trayapp.moments import micros

NINE = time(9)
ZONES = [ZoneInfo(name) for name in ("UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kolkata")]
HOUR = 3_600_000_000


def at(text: str, zone: str = "Europe/Berlin") -> int:
    return micros(datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)))


def test_on_monday_at_nine_and_not_before():
    berlin = ZoneInfo("Europe/Berlin")
    assert mondays.due(at("2026-11-23T08:59:59"), berlin, NINE, "2026-11-09") is None
    found = mondays.due(at("2026-11-23T09:00:00"), berlin, NINE, "2026-11-09")
    assert found is not None
    assert (found.first, found.end) == (date(2026, 11, 16), date(2026, 11, 23))
    assert mondays.due(at("2026-11-23T09:00:00"), berlin, NINE, "2026-11-16") is None


def test_who_was_away_gets_the_last_one_only():
    berlin = ZoneInfo("Europe/Berlin")
    found = mondays.due(at("2026-11-26T11:00:00"), berlin, NINE, "2026-10-05")
    assert found is not None
    assert found.name == "2026-W47"


@pytest.mark.parametrize("zone", ZONES, ids=str)
def test_a_time_that_the_clocks_leap_over_comes_all_the_same(zone):
    """At half past two, through a whole year: one for each week."""
    done, made = "", []
    now = micros(datetime(2026, 1, 1, tzinfo=zone))
    while now < micros(datetime(2027, 1, 4, tzinfo=zone)):
        week = mondays.due(now, zone, time(2, 30), done)
        if week is not None:
            done = week.first.isoformat()
            made.append(week.name)
        now += HOUR // 2
    assert len(made) == len(set(made)) == 53
    assert made == sorted(made)


@given(
    steps=st.lists(st.tuples(st.integers(-40, 400), st.sampled_from(ZONES), st.booleans()), min_size=1, max_size=120),
    start=st.integers(0, 24 * 365 * 3),
    at_=st.times(),
)
def test_never_twice_and_never_missed(steps, start, at_):
    """Sleeps, clocks set back, flights and restarts in any order; what was made is remembered on disk as a date."""
    now, done, made = start * HOUR + micros(datetime(2025, 1, 1, tzinfo=ZONES[0])), "", []
    for hours, zone, awake in steps:
        now += hours * HOUR
        if not awake:
            continue
        week = mondays.due(now, zone, at_, done)
        if week is not None:
            assert week.until_us <= now
            assert week.first.weekday() == 0
            done = week.first.isoformat()
            made.append(done)
        # Whoever is awake after the moment has the last week's, or a later one from before the clock was set back.
        last = mondays.last(now, zone)
        moment = datetime.combine(last.end, at_).replace(tzinfo=zone)
        if now >= micros(moment):
            assert done >= last.first.isoformat()
    assert made == sorted(set(made))


@given(now=st.integers(micros(datetime(2025, 1, 1, tzinfo=ZONES[0])), micros(datetime(2030, 1, 1, tzinfo=ZONES[0]))),
       zone=st.sampled_from(ZONES), at_=st.times())  # fmt: skip
def test_the_next_moment_lies_ahead_and_something_is_due_then(now, zone, at_):
    soon = mondays.next_us(now, zone, at_)
    assert now < soon <= now + 8 * 24 * HOUR
    assert periods.local(soon, zone).weekday() == 0
    week = mondays.due(soon, zone, at_, "")
    assert week is not None
    assert timedelta(0) <= timedelta(microseconds=soon - week.until_us) <= timedelta(hours=25)
