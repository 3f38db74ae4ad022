"""Where a budget would stand by now at the usual pace.

Everything behind the notch in a bar lives here: the share of a period's usual spend that has usually happened by now,
by the learned day shape and the weekdays' usual amounts. While too little is known, time passes evenly.
"""

from __future__ import annotations

from datetime import timedelta

from trayapp.insight.forecast import Moment
from trayapp.insight.habit import POINTS, Habit, TooLittle
from trayapp.insight.periods import Span


def pace(habit: Habit | TooLittle, span: Span, moment: Moment, now_us: int) -> float:
    """The share that would be used by now, 0–1."""
    if isinstance(habit, TooLittle):
        return min(max((now_us - span.since_us) / (span.until_us - span.since_us), 0.0), 1.0)
    if span.period == "day":
        return habit.shape.done(moment.today.weekday(), moment.hour)
    passed = whole = 0.0
    day = span.first
    while day < span.end:
        usual = sum(habit.day(day.weekday())) / POINTS
        whole += usual
        if day < moment.today:
            passed += usual
        elif day == moment.today:
            passed += usual * habit.shape.done(day.weekday(), moment.hour)
        day += timedelta(days=1)
    return min(passed / whole, 1.0) if whole else 0.0
