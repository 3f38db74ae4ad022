"""Moments: UTC epoch microseconds to and from aware datetimes, exactly; and where the local day begins.

Everything that converts between the two lives here. Rules: integers only (a float of seconds loses microseconds);
of the machine only its time zone is asked; standard library only.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Final

FIRST_US: Final = -(2**62)
"""Before every call."""
LAST_US: Final = 2**62
"""After every call."""
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


def micros(moment: datetime) -> int:
    """Epoch microseconds of an aware moment."""
    return (moment - _EPOCH) // timedelta(microseconds=1)


def at(us: int) -> datetime:
    """The moment in UTC.

    Raises:
        OverflowError: it lies outside the calendar.
    """
    return _EPOCH + timedelta(microseconds=us)


def local_midnight(now: datetime) -> datetime:
    """The start of ``now``'s local day, aware (a day of 23 or 25 hours starts where it starts)."""
    return now.replace(hour=0, minute=0, second=0, microsecond=0, tzinfo=None).astimezone()
