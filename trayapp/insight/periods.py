"""Days, weeks and months in local time: where they begin and end, and what they are called.

Everything that divides time for budgets lives here. A zone is a ``tzinfo``; ``None`` is this machine's own.

Rules: a period begins at a local midnight, so a day may have 23 or 25 hours; where midnight does not exist the day
begins with its first moment; weeks begin on Monday. A period's name is made from its local date alone, so the same date
in another zone, or seen again after the clock was set back, is the same period.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo

from trayapp.budget import Period
from trayapp.moments import at, micros


@dataclass(frozen=True, slots=True)
class Span:
    """One day, week or month."""

    period: Period
    first: date
    """Its first local date."""
    end: date
    """The local date behind its last."""
    since_us: int
    until_us: int

    @property
    def name(self) -> str:
        """ "2026-11-26", "2026-W48" or "2026-11"."""
        if self.period == "day":
            return self.first.isoformat()
        if self.period == "week":
            year, week, _ = self.first.isocalendar()
            return f"{year}-W{week:02}"
        return f"{self.first:%Y-%m}"


def local(us: int, zone: tzinfo | None) -> datetime:
    """A moment as the clock on the wall shows it, aware."""
    return at(us).astimezone(zone)


def begins(day: date, zone: tzinfo | None) -> int:
    """The first moment of a local date, UTC epoch microseconds."""
    midnight = datetime.combine(day, time.min)
    if zone is None:
        return micros(midnight.astimezone())
    return micros(midnight.replace(tzinfo=zone))


def span(period: Period, now_us: int, zone: tzinfo | None) -> Span:
    """The period that a moment lies in."""
    today = local(now_us, zone).date()
    if period == "day":
        first, end = today, today + timedelta(days=1)
    elif period == "week":
        first = today - timedelta(days=today.weekday())
        end = first + timedelta(days=7)
    else:
        first = today.replace(day=1)
        end = (first + timedelta(days=31)).replace(day=1)
    return Span(period, first, end, begins(first, zone), begins(end, zone))
