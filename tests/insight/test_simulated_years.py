"""Two hundred simulated years: the interval holds what it says it holds, and a crossing that is told comes true."""

from __future__ import annotations

import importlib.util
import random
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, timedelta
from pathlib import Path
from types import ModuleType

import pytest

from trayapp.budget import PERIODS, Period
from trayapp.insight.crossing import crossing
from trayapp.insight.days import Day, day
from trayapp.insight.forecast import Moment, interval, rest_of_today, ways
from trayapp.insight.habit import Habit, learn
from trayapp.insight.periods import begins, span

YEARS = 200
EVERY = 14
"""One moment in so many days is scored, at a random hour."""
HALF_HOUR = 1_800_000_000


def _years() -> ModuleType:
    spec = importlib.util.spec_from_file_location("simulated_years", Path(__file__).with_name("years.py"))
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["simulated_years"] = module
    spec.loader.exec_module(module)
    return module


years = _years()


@dataclass(frozen=True)
class Case:
    """A moment in a year and what is known and true about it."""

    days: list[Day]
    at: int
    moment: Moment
    habit: Habit
    rest: list[float]
    period: Period
    first: int
    end: int
    spent: int

    @property
    def total(self) -> int:
        return int(sum(each.total for each in self.days[self.first : self.end]))

    def crossed_us(self, limit: int) -> int | None:
        """When the limit was passed in truth, to three minutes."""
        reached = float(self.spent) - self.days[self.at].by(self.moment.hour)
        hour = self.moment.hour
        for index in range(self.at, self.end):
            if reached + self.days[index].total >= limit:
                while reached + self.days[index].by(hour) < limit:
                    hour += 0.05
                return begins(years.FIRST + timedelta(days=index), UTC) + int(hour * 3.6e9)
            reached, hour = reached + self.days[index].total, 0.0
        return None


def cases(count: int, every: int) -> Iterator[Case]:
    for seed in range(count):
        year = years.year(seed)
        dice = random.Random(10**6 + seed)
        days = [day(year.day(n), map(float, year.hours[n])) for n in range(years.DAYS)]
        for start in range(years.WARM_UP, years.DAYS - every, every):
            at = start + dice.randrange(every)
            hour = dice.uniform(0, 24)
            habit = learn(days[:at])
            assert isinstance(habit, Habit)
            today = year.day(at)
            so_far = days[at].by(hour)
            noon = begins(today, UTC) + 12 * 2 * HALF_HOUR
            rest: list[float] = []
            for period in PERIODS:
                its = span(period, noon, UTC)
                first, end = max(_index(its.first), 0), _index(its.end)
                if end > years.DAYS:
                    continue
                moment = Moment(today, hour, its.end)
                rest = rest or rest_of_today(habit, moment, int(so_far))
                spent = int(sum(each.total for each in days[first:at]) + so_far)
                yield Case(days, at, moment, habit, rest, period, first, end, spent)


def _index(day: date) -> int:
    return (day - years.FIRST).days


def test_the_interval_holds_four_years_in_five(capsys: pytest.CaptureFixture[str]) -> None:
    scored: Counter[str] = Counter()
    held: Counter[str] = Counter()
    below: Counter[str] = Counter()
    told: Counter[str] = Counter()
    came: Counter[str] = Counter()
    within: Counter[str] = Counter()
    for case in cases(YEARS, EVERY):
        found = ways(case.habit, case.moment, case.spent, case.rest)
        said = interval(found)
        scored[case.period] += 1
        held[case.period] += said.low <= case.total <= said.high
        below[case.period] += case.total < said.low
        # A limit at 70 % of what such a period usually costs: some pass it, some do not.
        usual = sum(each.total for each in case.days[case.at - 42 : case.at]) / 42 * (case.end - case.first)
        limit = int(usual * 0.7)
        passes = crossing(case.habit, case.moment, found, limit, case.period, UTC)
        if passes is not None:
            true = case.crossed_us(limit)
            told[case.period] += 1
            came[case.period] += true is not None
            within[case.period] += true is not None and (
                passes.low_us - HALF_HOUR <= true <= passes.high_us + HALF_HOUR
            )
    with capsys.disabled():
        for period in PERIODS:
            share, count = held[period] / scored[period], scored[period]
            print(f"\n{period}: {share:.1%} of {count} within, {below[period] / count:.1%} below", end="")
            print(f"; {told[period]} crossings told, {came[period]} came, {within[period]} within", end="")
    for period in PERIODS:
        assert 0.75 <= held[period] / scored[period] <= 0.85, period
    assert sum(told.values()) > 50
    assert sum(came.values()) >= 0.8 * sum(told.values())
    assert sum(within.values()) >= 0.7 * sum(told.values())
