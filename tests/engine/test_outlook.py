"""A plan window's course: kept in few points, through a restart, within one cycle; and what is told of its end."""

from __future__ import annotations

import asyncio
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from trayapp.dialects.windows import Told, Window
from trayapp.engine.dayhabits import DayHabits
from trayapp.engine.outlook import MOST_POINTS, Outlook, Point, taken
from trayapp.engine.windows import Holder, Windows
from trayapp.insight.days import day
from trayapp.insight.habit import Habit, learn
from trayapp.ledger import Ledger
from trayapp.moments import micros
from trayapp.values import Closing, Confidence, Cost, Metering, Opening, State

BEGINS = 1_795_444_800
RESETS = BEGINS + 18_000
CLAUDE = Holder("anthropic", "a" * 16)
WEEK = Window(name="7d", minutes=10_080, used=0.1, resets_at=BEGINS + 7 * 86_400)


def five(used: float | None, resets_at: int = RESETS) -> Window:
    return Window(name="5h", minutes=300, used=used, resets_at=resets_at)


def remember(path: Path, said: list[tuple[int, Window]]) -> Windows:
    """A memory that has heard these at these moments, and was closed."""
    made: list[Windows] = []

    async def work() -> None:
        now = [0.0]
        memory = Windows(path, clock=lambda: now[0])
        made.append(memory)
        for at, window in said:
            now[0] = at
            memory.hear(CLAUDE, Told(windows=(window,)))
        await memory.close()

    asyncio.run(work())
    return made[0]


def steady(each: float = 0.05, resets_at: int = RESETS) -> list[tuple[int, Window]]:
    return [(BEGINS + 600 * n, five(round(each * n, 4), resets_at)) for n in range(1, 11)]


def test_it_is_told_when_a_window_runs_out_also_after_a_restart(tmp_path: Path) -> None:
    memory = remember(tmp_path / "w", steady())
    (window,) = memory.shown(BEGINS + 6_000).windows
    assert window.runs_out_at is not None
    assert abs(window.runs_out_at - (BEGINS + 12_000)) <= 60
    assert window.runs_out_sure is not None
    assert window.runs_out_sure > 0.8
    again = Windows(tmp_path / "w")
    assert again.shown(BEGINS + 6_000).windows == (window,)


def test_nothing_is_told_of_too_little_after_a_reset_or_when_the_vendor_refuses(tmp_path: Path) -> None:
    for said, at in (
        (steady()[:3], BEGINS + 2_000),
        (steady(), RESETS),
        ([*steady(), (BEGINS + 6_001, replace(five(0.97), status="rejected"))], BEGINS + 6_100),
        ([(at, replace(window, minutes=None)) for at, window in steady()], BEGINS + 6_000),
    ):
        (window,) = remember(tmp_path / "w", said).shown(at).windows
        assert (window.runs_out_at, window.runs_out_sure) == (None, None)
        (tmp_path / "w").unlink()


def test_a_slow_window_does_not_run_out(tmp_path: Path) -> None:
    (window,) = remember(tmp_path / "w", steady(0.02)).shown(BEGINS + 6_000).windows
    assert window.runs_out_at is None
    assert window.runs_out_sure is not None
    assert window.runs_out_sure < 0.2


def test_a_new_cycle_begins_anew(tmp_path: Path) -> None:
    said = [*steady(), (RESETS + 10, five(0.01, RESETS + 18_000))]
    (window,) = remember(tmp_path / "w", said).shown(RESETS + 900).windows
    assert window.runs_out_sure is None
    # Where a reset is told as "in so many seconds" it wavers: that is the same cycle.
    wavering = [(at, replace(each, resets_at=RESETS + n % 3)) for n, (at, each) in enumerate(steady())]
    (tmp_path / "w").unlink()
    (window,) = remember(tmp_path / "w", wavering).shown(BEGINS + 6_000).windows
    assert window.runs_out_at is not None


def test_equal_and_late_shares_take_no_room() -> None:
    points = taken((), None, five(0.1), 10)
    for at in (20, 30, 40):
        points = taken(points, five(0.1), five(0.1), at)
    assert points == (Point(10, 0.1), Point(40, 0.1))
    assert taken(points, five(0.1), five(0.08), 50) == points
    assert taken(points, five(0.1), five(None), 50) == points
    assert taken(points, five(0.1), five(0.04), 50) == (Point(50, 0.04),)
    assert taken(points, five(0.1), five(0.1, RESETS + 18_000), 50) == (Point(50, 0.1),)


@given(st.lists(st.floats(0, 1), max_size=400))
def test_few_points_are_kept_in_order(shares: list[float]) -> None:
    points: tuple[Point, ...] = ()
    for at, used in enumerate(shares):
        points = taken(points, five(0.0), five(used), at)
        assert points[-1].used >= used
        assert len(points) <= MOST_POINTS
    assert [each.at_s for each in points] == sorted(each.at_s for each in points)
    assert [each.used for each in points] == sorted(each.used for each in points)


def test_habits_are_asked_for_long_windows_only_and_change_what_is_told() -> None:
    days = [
        day(date(2026, 1, 5) + timedelta(n), [1e12 if n % 7 < 5 and 9 <= h < 17 else 0.0 for h in range(24)])
        for n in range(42)
    ]
    habit = learn(days)
    assert isinstance(habit, Habit)
    asked: list[str] = []

    def of(vendor: str) -> Habit | None:
        asked.append(vendor)
        return habit

    outlook = Outlook(of, lambda: UTC)
    points = tuple(Point(BEGINS + 600 * n, 0.05 * n) for n in range(1, 11))
    assert outlook.of(("anthropic", "5h"), five(0.5), points, BEGINS + 6_000) is not None
    assert asked == []
    monday = int(datetime(2026, 3, 2, tzinfo=UTC).timestamp())
    week = replace(WEEK, resets_at=monday + 7 * 86_400)
    points = tuple(Point(monday + 9 * 3600 + 1800 * n, 0.02 * n) for n in range(1, 15))
    learned = outlook.of(("anthropic", "7d"), week, points, monday + 17 * 3600)
    even = Outlook().of(("anthropic", "7d"), week, points, monday + 17 * 3600)
    assert asked == ["anthropic"]
    assert learned is not None
    assert even is not None
    assert learned.at_s is not None
    assert even.at_s is not None
    assert learned.at_s > even.at_s  # the nights of the days to come are no work


def test_days_are_learned_beside_and_a_ledger_that_fails_leaves_none(tmp_path: Path) -> None:
    today = datetime.now(UTC).replace(hour=12, minute=0, second=0, microsecond=0)
    ledger = Ledger.open(tmp_path / "ledger")
    told: list[Habit | None] = []

    async def work() -> None:
        habits = DayHabits(ledger, lambda: told.append(habits.of("v")))
        assert habits.of("v") is None
        await habits.settled()
        assert isinstance(habits.of("v"), Habit)
        assert habits.of("another") is None
        await habits.settled()
        ledger.close()
        assert habits.of("third") is None
        await habits.settled()
        assert habits.of("third") is None
        await habits.close()

    try:
        rows = [ledger.new_id() for _ in range(30)]
        stamps = [micros(today - timedelta(days=n + 1)) for n in range(30)]
        ledger.write(
            [
                Opening(id=row, started_us=at, vendor="v", wire="w", upstream="u")
                for row, at in zip(rows, stamps, strict=True)
            ],
            [
                Closing(
                    id=row,
                    ended_us=at + 1,
                    state=State.DONE,
                    metering=Metering.EXACT,
                    confidence=Confidence.EXACT,
                    cost=Cost(pico=10**12, basis="list", book="b"),
                )
                for row, at in zip(rows, stamps, strict=True)
            ],
        ).result(20)
        asyncio.run(work())
    finally:
        ledger.close()
    assert isinstance(told[0], Habit)
    assert told[1:] == [told[0]] * (len(told) - 1)
