"""Quiet hours: what is read, when they hold and when they end, whatever the wall's clock does."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trayapp.quiethours import MINUTE_US, QuietHours, local, read

BERLIN = ZoneInfo("Europe/Berlin")
MINUTES = st.integers(0, 24 * 60 - 1)
HOURS = st.tuples(MINUTES, MINUTES).filter(lambda pair: pair[0] != pair[1]).map(lambda pair: QuietHours(*pair))
DAYS = st.sampled_from([datetime(2026, 3, 29, tzinfo=UTC), datetime(2026, 10, 25, tzinfo=UTC)])
"""Berlin sets its clocks forward on the first and back on the second."""


def us(at: datetime) -> int:
    return int(at.timestamp()) * 10**6


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("", None),
        ("22:00-07:00", QuietHours(1320, 420)),
        (" 8:05 – 17:30 ", QuietHours(485, 1050)),
        ("00:00-23:59", QuietHours(0, 1439)),
    ],
)
def test_what_is_read(written, expected):
    assert read(written) == expected


@pytest.mark.parametrize(
    "written", ["22-7", "24:00-07:00", "22:00", "22:00-07:60", "a", None, 22, "22:00-07:00 x", "٢٢:00-07:00"]
)
def test_what_is_none(written):
    with pytest.raises(ValueError, match="22:00-07:00"):
        read(written)


@given(MINUTES)
def test_an_end_at_the_start_is_refused(minute):
    clock = f"{minute // 60:02}:{minute % 60:02}"
    with pytest.raises(ValueError, match="another time"):
        read(f"{clock}-{clock}")


@given(HOURS, MINUTES)
def test_they_hold_from_start_to_end_also_over_midnight(hours, minute):
    """Walking from the start to the end by minutes passes through exactly those that hold."""
    inside = {(hours.start + step) % 1440 for step in range((hours.end - hours.start) % 1440)}
    assert hours.hold(datetime(2026, 11, 26, minute // 60, minute % 60, 59, tzinfo=BERLIN)) == (minute in inside)


@given(HOURS, DAYS, st.integers(-1440, 2880))
def test_their_end_is_the_first_minute_that_is_not_quiet(hours, day, offset):
    """And their beginning the first that is; also on the days on which the clock is set."""
    at = us(day + timedelta(minutes=offset))
    change, before = hours.change_after(at, BERLIN), hours.hold(local(at, BERLIN))
    assert hours.hold(local(change, BERLIN)) != before
    assert all(hours.hold(local(each, BERLIN)) == before for each in range(at, change, MINUTE_US))


def test_when_the_clock_is_set():
    """02:30 is left out in March and comes twice in October."""
    night = QuietHours(22 * 60, 2 * 60 + 30)
    spring = datetime(2026, 3, 29, 0, 30, tzinfo=UTC)  # 01:30; half an hour later it is 03:00
    assert night.change_after(us(spring), BERLIN) == us(spring + timedelta(minutes=30))
    autumn = datetime(2026, 10, 24, 23, 0, tzinfo=UTC)  # 01:00; 02:30 comes after 1.5 and after 2.5 hours
    assert night.change_after(us(autumn), BERLIN) == us(autumn + timedelta(minutes=90))
    again = autumn + timedelta(minutes=125)  # 02:05 for the second time
    assert night.change_after(us(again), BERLIN) == us(autumn + timedelta(minutes=150))


def test_an_end_that_a_day_leaves_out():
    """All but the hour that is left out: the next day has it again."""
    hours = QuietHours(3 * 60, 2 * 60)
    at = datetime(2026, 3, 28, 12, tzinfo=UTC)
    assert local(hours.change_after(us(at), BERLIN), BERLIN) == datetime(2026, 3, 30, 2, 0, tzinfo=BERLIN)
