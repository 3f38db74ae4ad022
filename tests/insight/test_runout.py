"""Plan windows that run out: what is said comes true as often as it says, and what holds whatever was heard."""

from __future__ import annotations

import importlib.util
import random
import sys
from collections.abc import Iterator
from datetime import UTC
from pathlib import Path
from statistics import median
from types import ModuleType

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trayapp.insight.days import day
from trayapp.insight.habit import Habit, learn
from trayapp.insight.runout import POINTS_NEEDED, Course, Heard, RunOut, course, judge
from trayapp.shares import LIKELY

MOMENTS = 6
"""So many random moments of a cycle are judged."""
BUCKETS = ((0.0, 0.2), (0.2, 0.5), (0.5, 0.8), (0.8, 1.01))


def _cycles() -> ModuleType:
    spec = importlib.util.spec_from_file_location("simulated_cycles", Path(__file__).with_name("cycles.py"))
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["simulated_cycles"] = module
    spec.loader.exec_module(module)
    return module


cycles = _cycles()


def judged(kind: str, count: int, *, habits: bool) -> Iterator[tuple[RunOut, int, int, int | None]]:
    """What was said at random moments, the moment, the window's length, and when it was used up in truth."""
    for seed in range(count):
        cycle = getattr(cycles, kind)(seed)
        dice = random.Random(seed)
        habit = None
        if cycle.before and habits:
            learned = learn([day(cycles.day_of(n), hours) for n, hours in enumerate(cycle.before)])
            assert isinstance(learned, Habit)
            habit = learned
        time = course(cycle.begins_s, cycle.resets_s, habit, UTC)
        for _ in range(MOMENTS):
            now = dice.randrange(cycle.begins_s, cycle.full_s or cycle.resets_s)
            said = judge([Heard(at, used) for at, used in cycle.heard if at <= now], time, now)
            if said is not None and said.sure < 1:
                yield said, now, cycle.resets_s - cycle.begins_s, cycle.full_s


@pytest.mark.parametrize("count", [200, pytest.param(1000, marks=pytest.mark.thorough)])
@pytest.mark.parametrize(("kind", "habits"), [("five_hours", True), ("week", True), ("week", False)])
def test_what_is_said_comes_true_as_often_as_it_says(
    kind: str, habits: bool, count: int, capsys: pytest.CaptureFixture[str]
) -> None:
    found = list(judged(kind, count, habits=habits))
    lines, apart = [], []
    for low, high in BUCKETS:
        mine = [(said.sure, full is not None) for said, _, _, full in found if low <= said.sure < high]
        meant, came = sum(sure for sure, _ in mine) / len(mine), sum(yes for _, yes in mine) / len(mine)
        apart.append(came - meant)
        lines.append(f"{low:.1f}–{min(high, 1):.1f}: {len(mine)} said {meant:.2f}, came {came:.2f}")
    told = [(said, length, full) for said, _, length, full in found if said.sure >= LIKELY]
    right = sum(full is not None for *_, full in told) / len(told)
    errors = [abs(full - said.at_s) / length for said, length, full in told if full is not None and said.at_s]
    with capsys.disabled():
        print(f"\n{kind}{'' if habits else ' without habits'}: {len(found)} judged; " + "; ".join(lines), end="")
        print(f"; from {LIKELY} on: {len(told)}, {right:.2f} right, {median(errors):.3f} of the window apart", end="")
    assert len(found) > 2 * count
    assert right >= 0.7
    assert all(abs(each) <= (0.15 if habits else 0.25) for each in apart), apart
    assert median(errors) <= 0.1


LENGTH = 18_000
EVEN = course(1_000_000, 1_000_000 + LENGTH)
histories = st.lists(st.tuples(st.integers(0, LENGTH - 1), st.floats(0, 1)), min_size=POINTS_NEEDED, max_size=40).map(
    lambda pairs: [
        Heard(1_000_000 + at, used)
        for at, (_, used) in zip(sorted(at for at, _ in pairs), sorted(pairs, key=lambda pair: pair[1]), strict=True)
    ]
)


@given(histories, st.integers(-10, LENGTH + 10))
def test_it_lies_ahead_and_is_a_probability(points: list[Heard], after: int) -> None:
    now = 1_000_000 + after
    said = judge(points, EVEN, now)
    if said is None:
        return
    assert 0.03 * LENGTH <= after < LENGTH
    assert 0 <= said.sure <= 1
    assert said.at_s is None or now <= said.at_s < 1_000_000 + LENGTH


@given(histories, st.integers(1, LENGTH - 1), st.floats(0, 1))
def test_more_used_is_never_later(points: list[Heard], after: int, more: float) -> None:
    now = 1_000_000 + after
    heard = [point for point in points if point.at_s <= now]
    if not heard:
        return
    last = heard[-1]
    others = {point.used for point in heard[:-1]}
    raised = [*heard[:-1], Heard(last.at_s, last.used + (1 - last.used) * more)]
    before, then = judge(heard, EVEN, now), judge(raised, EVEN, now)
    if before is None or then is None or before.sure == 1 or then.sure == 1 or len(others) < POINTS_NEEDED:
        return
    assert before.at_s is None or (then.at_s is not None and then.at_s <= before.at_s + 1)


def steady(count: int = 10, every: int = 600, each: float = 0.05) -> list[Heard]:
    return [Heard(1_000_000 + every * n, round(each * n, 4)) for n in range(1, count + 1)]


def test_a_steady_rate_runs_out_where_it_points() -> None:
    """A tenth in twenty minutes: all of it after 200, of 300."""
    said = judge(steady(), EVEN, 1_000_000 + 6_000)
    assert said is not None
    assert said.at_s == pytest.approx(1_000_000 + 12_000, abs=60)
    assert said.sure > 0.8
    slow = judge(steady(each=0.02), EVEN, 1_000_000 + 6_000)
    assert slow is not None
    assert slow.at_s is None
    assert slow.sure < 0.2


def test_nothing_is_said_of_too_little() -> None:
    assert judge(steady(3), EVEN, 1_000_000 + 6_000) is None
    assert judge(steady(10, 10), EVEN, 1_000_000 + 500) is None  # 2.8 % of the window
    assert judge(steady(), EVEN, 1_000_000 + LENGTH) is None
    assert judge([], EVEN, 1_000_000 + 6_000) is None
    said = judge([*steady(), Heard(1_000_000 + 6_001, 1.0)], EVEN, 1_000_000 + 6_100)
    assert said == RunOut(None, 1.0)


def test_silence_makes_it_less_sure() -> None:
    sures = [judge(steady(), EVEN, 1_000_000 + 6_000 + 600 * n) for n in range(4)]
    told = [said.sure for said in sures if said is not None]
    assert told == sorted(told, reverse=True)
    assert told[-1] < told[0] - 0.2


def test_nights_and_weekends_burn_nothing() -> None:
    """Working days from nine to five: of a week that begins on Thursday, Friday's end is 2/5, Sunday's too."""
    monday = cycles.MONDAY_S
    days = [day(cycles.day_of(n), [1e12 if n % 7 < 5 and 9 <= h < 17 else 0.0 for h in range(24)]) for n in range(42)]
    habit = learn(days)
    assert isinstance(habit, Habit)
    begins = monday + 45 * 86_400
    time = course(begins, begins + 7 * 86_400, habit, UTC)
    assert time.at(begins + 2 * 86_400) == pytest.approx(0.4, abs=0.06)
    assert time.at(begins + 4 * 86_400) - time.at(begins + 2 * 86_400) < 0.12
    # Burned at a rate that uses it up within four and a half days of work: on Wednesday, not on Monday.
    points = [Heard(begins + 9 * 3600 + 1800 * n, 0.0137 * n) for n in range(1, 16)]
    points += [Heard(begins + 86_400 + 9 * 3600 + 1800 * n, 0.0137 * (15 + n)) for n in range(1, 16)]
    said = judge(points, time, begins + 86_400 + 17 * 3600)
    assert said is not None
    assert said.at_s is not None
    assert said.at_s > begins + 5 * 86_400
    even = judge(points, course(begins, begins + 7 * 86_400), begins + 86_400 + 17 * 3600)
    assert even is not None
    assert even.at_s is not None
    assert even.at_s < begins + 5 * 86_400


def test_a_habit_is_heeded_in_long_windows_only() -> None:
    days = [day(cycles.day_of(n), [1e12 if 9 <= h < 17 else 0.0 for h in range(24)]) for n in range(42)]
    habit = learn(days)
    assert isinstance(habit, Habit)
    assert course(0, 18_000, habit, UTC) == Course((0.0, 18_000.0), (0.0, 1.0))
    time = course(0, 7 * 86_400 + 1, habit, UTC)
    assert all(time.moment(time.at(moment)) == pytest.approx(moment, abs=1) for moment in range(0, 7 * 86_400, 5_000))
