"""When the weekly summary is due: once for each whole week, on its Monday or as soon as possible after it.

Pure. Rules: a week's summary is due from a time of day of the Monday behind it, on the wall's clock; who slept, was off
or travelled over that moment gets it afterwards, and of several missed weeks only the last; a week is told apart by its
Monday's date, so clocks that are set back, zones that change and restarts bring none twice.
"""

from __future__ import annotations

from datetime import date, datetime, time, tzinfo

from trayapp.insight.periods import Span, span
from trayapp.moments import micros


def due(now_us: int, zone: tzinfo | None, at: time, done: str) -> Span | None:
    """The week whose summary is due and was not made; ``None``: there is none.

    Args:
        now_us: the moment, UTC epoch microseconds.
        zone: of the wall's clock; ``None``: this machine's.
        at: the time of day from which it is due.
        done: ISO date of the Monday of the last week that was made; empty: none so far.
    """
    week = last(now_us, zone)
    if now_us < _wall(week.end, zone, at) or week.first.isoformat() <= done:
        return None
    return week


def last(now_us: int, zone: tzinfo | None) -> Span:
    """The last week that is over."""
    this = span("week", now_us, zone)
    return span("week", this.since_us - 1, zone)


def next_us(now_us: int, zone: tzinfo | None, at: time) -> int:
    """The next moment at which one becomes due, UTC epoch microseconds."""
    this = span("week", now_us, zone)
    moment = _wall(this.first, zone, at)
    return moment if now_us < moment else _wall(this.end, zone, at)


def _wall(day: date, zone: tzinfo | None, at: time) -> int:
    """A local date and time; one that the clocks leap over is the same time later, one that comes twice the first."""
    moment = datetime.combine(day, at)
    aware = moment.astimezone() if zone is None else moment.replace(tzinfo=zone)
    return micros(aware)
