"""The time that a report is about, and the time before it that it is held against.

Everything that turns "this week", "2026-W47", "last month" or two dates into moments lives here; where days begin is
asked of ``periods``. A zone is a ``tzinfo``; ``None`` is this machine's own.

Rules: a stretch consists of whole local days; the one before a week is the week before, that of a month the month
before, that of some days as many days before. While a stretch still runs, the one before ends at the same day and local
time, so that half a week is never held against a whole one.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import date, timedelta, tzinfo
from typing import Final

from trayapp.insight.periods import begins, local
from trayapp.reports import Period

MOST_DAYS: Final = 3_660
_WEEK: Final = re.compile(r"(\d{4})-?W(\d{1,2})\Z", re.IGNORECASE)
_MONTH: Final = re.compile(r"(\d{4})-(\d{2})\Z")
_DAY: Final = timedelta(days=1)


class StretchError(ValueError):
    """That is no stretch of days. The text is for people."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """Some local days in a row."""

    kind: str
    """``week``, ``month`` or ``span``."""
    first: date
    end: date
    """The local date behind the last."""
    since_us: int
    until_us: int
    """Behind its end; that of a former stretch may come earlier than ``end``."""
    zone: tzinfo | None = None

    @property
    def name(self) -> str:
        """ "2026-W48", "2026-11" or "2026-11-03…2026-11-09"."""
        if self.kind == "week":
            year, week, _ = self.first.isocalendar()
            return f"{year}-W{week:02}"
        if self.kind == "month":
            return f"{self.first:%Y-%m}"
        return f"{self.first}…{self.end - _DAY}"

    @property
    def days(self) -> tuple[date, ...]:
        """Its local dates."""
        return tuple(self.first + timedelta(days=number) for number in range((self.end - self.first).days))

    @property
    def edges(self) -> tuple[int, ...]:
        """Where its days begin, and where the last one ends."""
        return (*(begins(day, self.zone) for day in self.days), self.until_us)

    def period(self, now_us: int) -> Period:
        """What a report says of it."""
        return Period(
            name=self.name,
            kind=self.kind,
            first=self.first.isoformat(),
            last=(self.end - _DAY).isoformat(),
            since_us=self.since_us,
            until_us=self.until_us,
            over=self.until_us <= now_us,
        )


def today(now_us: int, zone: tzinfo | None) -> date:
    """The local date of a moment."""
    return local(now_us, zone).date()


def week(day: date, zone: tzinfo | None) -> Stretch:
    """The ISO week of a date."""
    first = day - timedelta(days=day.weekday())
    return _made("week", first, first + 7 * _DAY, zone)


def month(day: date, zone: tzinfo | None) -> Stretch:
    """The month of a date."""
    first = day.replace(day=1)
    return _made("month", first, _next_month(first), zone)


def span(first: date, last: date, zone: tzinfo | None) -> Stretch:
    """The days from one date to another, both included.

    Raises:
        StretchError: they are none, or too many.
    """
    if last < first:
        raise StretchError(f"{last} comes before {first}")
    if (last - first).days >= MOST_DAYS:
        raise StretchError(f"a report is about {MOST_DAYS} days at most")
    return _made("span", first, last + _DAY, zone)


def named(kind: str, name: str, now_us: int, zone: tzinfo | None) -> Stretch:
    """A week or a month by its name, or by ``this`` or ``last`` (the last one that is over).

    Args:
        kind: ``week`` or ``month``.
        name: ``this``, ``last``, "2026-W48", "2026-11", or a date in it.
        now_us: the present.
        zone: the zone of the wall's clock.

    Raises:
        StretchError: there is no such week or month.
    """
    present, made = today(now_us, zone), week if kind == "week" else month
    if name == "this":
        return made(present, zone)
    if name == "last":
        return made(made(present, zone).first - _DAY, zone)
    try:
        if found := _WEEK.match(name):
            day = date.fromisocalendar(int(found[1]), int(found[2]), 1)
        elif found := _MONTH.match(name):
            day = date(int(found[1]), int(found[2]), 1)
        else:
            day = date.fromisoformat(name)
        return made(day, zone)
    except (ValueError, OverflowError):
        raise StretchError(f"{name!r} is no {kind}; write 2026-W48, 2026-11 or a date") from None


def before(stretch: Stretch, now_us: int) -> Stretch:
    """The stretch of the same length before; of one that still runs, as much of it."""
    if stretch.kind == "month":
        former = month(stretch.first - _DAY, stretch.zone)
    else:
        length = stretch.end - stretch.first
        former = _made(stretch.kind, stretch.first - length, stretch.first, stretch.zone)
    if not stretch.since_us <= now_us < stretch.until_us:
        return former
    present = today(now_us, stretch.zone)
    same = former.first + (present - stretch.first)
    if same >= former.end:
        return former
    into_day = now_us - begins(present, stretch.zone)
    until = min(begins(same, stretch.zone) + into_day, begins(same + _DAY, stretch.zone))
    return replace(former, until_us=until)


def share_of_month(monthly: int, days: tuple[date, ...]) -> int:
    """The part of a monthly amount that falls on some days, each month divided by its own days; rounded down."""
    counted: dict[date, int] = {}
    for day in days:
        first = day.replace(day=1)
        counted[first] = counted.get(first, 0) + 1
    return sum(monthly * number // (_next_month(first) - first).days for first, number in counted.items())


def _next_month(first: date) -> date:
    return (first + timedelta(days=31)).replace(day=1)


def _made(kind: str, first: date, end: date, zone: tzinfo | None) -> Stretch:
    return Stretch(kind, first, end, begins(first, zone), begins(end, zone), zone)
