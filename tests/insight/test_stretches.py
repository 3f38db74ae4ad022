"""Which days a report is about, and which it is held against."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trayapp.insight import stretches
from trayapp.insight.stretches import StretchError
from trayapp.moments import micros

BERLIN = ZoneInfo("Europe/Berlin")
ZONES = st.sampled_from([ZoneInfo(name) for name in ("UTC", "Europe/Berlin", "Asia/Kolkata", "America/St_Johns")])
NOW = micros(datetime(2026, 11, 26, 15, 30, tzinfo=BERLIN))


def test_weeks_and_months_by_name() -> None:
    assert stretches.named("week", "this", NOW, BERLIN).name == "2026-W48"
    last = stretches.named("week", "last", NOW, BERLIN)
    assert (last.name, last.first, last.end) == ("2026-W47", date(2026, 11, 16), date(2026, 11, 23))
    assert stretches.named("week", "2026-W53", NOW, BERLIN).first == date(2026, 12, 28)
    assert stretches.named("week", "2026-11-01", NOW, BERLIN).name == "2026-W44"
    assert stretches.named("month", "last", NOW, BERLIN).name == "2026-10"
    assert stretches.named("month", "2024-02", NOW, BERLIN).end == date(2024, 3, 1)
    assert stretches.span(date(2026, 11, 3), date(2026, 11, 9), BERLIN).name == "2026-11-03…2026-11-09"


@pytest.mark.parametrize("name", ["", "2026-W54", "2026-13", "yesterday", "2026-W", "0000-W01"])
def test_what_is_no_week_is_told(name: str) -> None:
    with pytest.raises(StretchError, match="write 2026-W48"):
        stretches.named("week", name, NOW, BERLIN)


def test_a_span_has_an_order_and_a_bound() -> None:
    with pytest.raises(StretchError, match="before"):
        stretches.span(date(2026, 1, 2), date(2026, 1, 1), BERLIN)
    with pytest.raises(StretchError, match="at most"):
        stretches.span(date(2000, 1, 1), date(2026, 1, 1), BERLIN)


def test_a_running_week_is_held_against_as_much_of_the_one_before() -> None:
    week = stretches.named("week", "this", NOW, BERLIN)
    former = stretches.before(week, NOW)
    assert former.first == date(2026, 11, 16)
    assert former.until_us == micros(datetime(2026, 11, 19, 15, 30, tzinfo=BERLIN))
    assert not week.period(NOW).over
    assert stretches.before(week, week.until_us).until_us == week.since_us


def test_a_running_month_ends_no_later_than_the_one_before_it() -> None:
    now = micros(datetime(2026, 3, 31, 9, tzinfo=BERLIN))
    march = stretches.named("month", "this", now, BERLIN)
    former = stretches.before(march, now)
    assert (former.name, former.until_us) == ("2026-02", march.since_us)


def test_the_hour_that_a_clock_skips_moves_no_day() -> None:
    # The clocks go back on 25 October 2026: that week has 169 hours.
    week = stretches.week(date(2026, 10, 25), BERLIN)
    assert week.until_us - week.since_us == 169 * 3600 * 10**6
    assert stretches.before(week, NOW).until_us == week.since_us


@given(ZONES, st.dates(date(2020, 1, 1), date(2030, 1, 1)), st.integers(1, 400))
def test_days_follow_each_other_and_fill_the_stretch(zone: ZoneInfo, first: date, length: int) -> None:
    stretch = stretches.span(first, first + timedelta(days=length - 1), zone)
    edges = stretch.edges
    assert (edges[0], edges[-1], len(edges)) == (stretch.since_us, stretch.until_us, length + 1)
    assert all(a < b for a, b in pairwise(edges))
    former = stretches.before(stretch, stretch.until_us)
    assert former.until_us == stretch.since_us
    assert len(former.days) == length


@given(st.integers(0, 10**15), st.dates(date(2020, 1, 1), date(2030, 1, 1)))
def test_a_months_price_is_shared_by_its_days(monthly: int, day: date) -> None:
    month = stretches.month(day, BERLIN)
    assert stretches.share_of_month(monthly, month.days) == monthly
    parts = sum(stretches.share_of_month(monthly, (each,)) for each in month.days)
    assert 0 <= monthly - parts < len(month.days)
