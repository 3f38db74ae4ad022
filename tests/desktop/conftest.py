"""What the desktop's tests share: a screen, a session bus, a panel, an engine's stand-in, and the tray as a process.

Tests that need a system program are skipped with the name of its Debian package.
"""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from screen import bus, display, make_panel, make_tray, screen

from trayapp.budgetviews import Budgets, BudgetView
from trayapp.choices import Choice, Choices, Option, Record, RuleView, Suggestion, Undo
from trayapp.platform import paths as places
from trayapp.snapshot import LiveCall, SessionSlice, Slice, Snapshot, Today
from trayapp.values import PICO

__all__ = ["bus", "display", "make_panel", "make_tray", "screen"]
"""Fixtures of this room that others use as well."""

HERE = Path(__file__).parent
REPO = HERE.parent.parent
NOON_US = 1_795_000_000_000_000
MIDNIGHT_US = int(
    (datetime.fromtimestamp(NOON_US / 10**6).astimezone() + timedelta(days=1))
    .replace(hour=0, minute=0, second=0, microsecond=0)
    .timestamp()
    * 10**6
)
"""Local midnight after it."""


def _beside(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(f"desktop_{name}", HERE / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


stand_in = _beside("stand_in")
_beside("tongues")
faces = _beside("faces")
views, rich, tools = faces.views, faces.rich, faces.tools
_beside("popovers")  # for tests: ``from desktop_popovers import …``


@pytest.fixture(scope="session")
def day() -> Snapshot:
    """A day like others: a budget, three models, two running calls and one that was stopped."""
    return Snapshot(
        at_us=NOON_US,
        version="0.1.0",
        today=Today(pico=12_160 * PICO // 1000, calls=212, errors=3, day="2026-11-18"),
        running_pico=42 * PICO // 1000,
        rate_pico_hour=1_900 * PICO // 1000,
        budget_day_pico=20 * PICO,
        pace=0.55,
        by_tool=(
            Slice(name="claude-code", pico=8_100 * PICO // 1000, calls=140, tokens=2_900_000),
            Slice(name="codex", pico=4_060 * PICO // 1000, calls=72, tokens=900_000),
        ),
        by_model=(
            Slice(name="claude-opus-5-5", pico=7_600 * PICO // 1000, calls=110, tokens=2_100_000),
            Slice(name="gpt-6.1-sol", pico=3_050 * PICO // 1000, calls=72, tokens=900_000),
            Slice(name="claude-haiku-5-5", pico=1_510 * PICO // 1000, calls=30, tokens=800_000),
        ),
        by_project=(Slice(name="api-server", pico=12_160 * PICO // 1000, calls=212, tokens=3_800_000),),
        by_session=(
            SessionSlice(
                id="5e55a1",
                tool="claude-code",
                project="api-server",
                started_us=NOON_US - 7_200_000_000,
                last_us=NOON_US - 14_200_000,
                pico=8_100 * PICO // 1000,
                calls=140,
                tokens=2_900_000,
                running=1,
            ),
            SessionSlice(
                id="5e55a2",
                tool="codex",
                project="web",
                started_us=NOON_US - 3_600_000_000,
                last_us=NOON_US - 600_000_000,
                pico=3_060 * PICO // 1000,
                calls=60,
                tokens=800_000,
                unpriced=1,
            ),
            SessionSlice(
                id="5e55a3",
                tool="aider",
                started_us=NOON_US - 9_000_000_000,
                last_us=NOON_US - 9_000_000,
                pico=PICO,
                calls=12,
                tokens=100_000,
                known=False,
            ),
        ),
        live=(
            LiveCall(
                id=3,
                tool="claude-code",
                vendor="anthropic",
                model="claude-opus-5-5",
                started_us=NOON_US - 14_200_000,
                state="streaming",
                tokens_in=12_400,
                tokens_out=1_204,
                pico=42 * PICO // 1000,
            ),
            LiveCall(
                id=2, tool="codex", vendor="openai", model="gpt-6.1-sol", started_us=NOON_US - 800_000, state="sent"
            ),
            LiveCall(
                id=1,
                tool="aider",
                vendor="anthropic",
                model="claude-haiku-5-5",
                started_us=NOON_US - 9_000_000,
                ended_us=NOON_US - 1_000_000,
                state="client_abort",
                tokens_in=900,
                tokens_out=88,
                pico=3 * PICO // 1000,
            ),
        ),
        book="2026-11-20",
    )


@pytest.fixture(scope="session")
def titles() -> RuleView:
    """A rule that works."""
    return RuleView(
        id="r1",
        text="Titles: claude-opus-5-5 → claude-haiku-5-5",
        value="side:title",
        asked="claude-opus-5-5",
        vendor="anthropic",
        model="claude-haiku-5-5",
        scope="kind",
        origin="suggestion",
        calls=38,
        pico_saved=1_350 * PICO // 1000,
        pico_low=PICO,
        pico_high=1_600 * PICO // 1000,
        evidence="worked 38 of 40 times for you",
        record=Record(state="proven", good=38, tried=40),
    )


@pytest.fixture(scope="session")
def losing() -> RuleView:
    """A rule that rests, because it lost."""
    return RuleView(
        id="r2",
        text="Everything → claude-sonnet-5-5",
        vendor="anthropic",
        model="claude-sonnet-5-5",
        now=True,
        until_us=NOON_US + 3_600_000_000,
        calls=9,
        pico_saved=-120 * PICO // 1000,
        paused="withdrawn: it went wrong too often",
        rests="evidence",
    )


@pytest.fixture(scope="session")
def suggestion() -> Suggestion:
    """Titles to a small model, proven."""
    return Suggestion(
        id="s1",
        title="Titles to claude-haiku-5-5?",
        lines=(
            "212 title calls in 7 days cost $9.40; on claude-haiku-5-5 ≈$0.24.",
            "They are recognised by how the request is made, not by its words. Your main model stays.",
            "Worked 38 of 40 times for you.",
        ),
        model="claude-haiku-5-5",
        pico_saved=9_160 * PICO // 1000,
        scope="kind",
        value="side:title",
        asked="claude-opus-5-5",
        calls=212,
        days=7,
        pico_now=9_400 * PICO // 1000,
        pico_then=240 * PICO // 1000,
        record=Record(state="proven", good=38, tried=40),
    )


@pytest.fixture(scope="session")
def menu() -> tuple[Choice, ...]:
    """Two models in use; of one nothing may be chosen."""
    return (
        Choice(
            vendor="anthropic",
            asked="claude-opus-5-5",
            tool="claude-code",
            options=(
                Option(model="claude-opus-5-5", words="as requested", chosen=True, means="asked"),
                Option(
                    model="claude-sonnet-5-5",
                    words="≈$0.310 once, pays after 14 calls",
                    means="after",
                    pico=310 * PICO // 1000,
                    calls=14,
                ),
                Option(
                    model="claude-haiku-5-5",
                    words="saves at once, ≈$0.041 a call",
                    means="at_once",
                    pico=41 * PICO // 1000,
                ),
            ),
        ),
        Choice(
            vendor="openai",
            asked="gpt-6.1-sol",
            tool="codex",
            why_not="This login's plan pays for it. Another model would save window, not money, and the vendor's terms"
            " may not want it; `routing.subscriptions` turns it on.",
            bar="plan",
        ),
    )


@pytest.fixture(scope="session")
def undo() -> Undo:
    """Just accepted."""
    return Undo(rule="r1", text="Titles now go to claude-haiku-5-5", until_us=NOON_US + 10_000_000)


@pytest.fixture(scope="session")
def choosing(day: Snapshot, titles: RuleView, suggestion: Suggestion, menu: tuple[Choice, ...]) -> Snapshot:
    """The same day with a suggestion, a rule and a saving."""
    return replace(
        day,
        choices=Choices(
            rules=(titles,),
            suggestion=suggestion,
            menu=menu,
            pico_saved_today=310 * PICO // 1000,
            pico_saved_week=1_230 * PICO // 1000,
            pico_low_week=900 * PICO // 1000,
            pico_high_week=1_500 * PICO // 1000,
            unknown_week=3,
        ),
    )


@pytest.fixture(scope="session")
def budgeted(day: Snapshot) -> Snapshot:
    """The same day with five budgets: that of the day, a plan's window, three others."""
    hour = 3_600_000_000
    daily = BudgetView(
        name="daily",
        text="today",
        period="day",
        pico_spent=12_160 * PICO // 1000,
        pico_limit=20 * PICO,
        share=0.608,
        pace=0.55,
        until_us=MIDNIGHT_US,
        pico_low=15_200 * PICO // 1000,
        pico_point=19_370 * PICO // 1000,
        pico_high=26 * PICO,
        crossing_low_us=NOON_US + 2 * hour,
        crossing_us=NOON_US + 3 * hour,
        crossing_high_us=NOON_US + 4 * hour,
        forecast="on pace for ≈$19.37 ($15.20 to $26.00)",
        crossing="passes $20.00 at about 15:00 (14:00 to 16:00)",
    )
    month = BudgetView(
        name="month",
        text="this month",
        period="month",
        counts="bill",
        pico_spent=168_200 * PICO // 1000,
        pico_limit=200 * PICO,
        share=0.841,
        pace=0.6,
        pico_low=190 * PICO,
        pico_point=230 * PICO,
        pico_high=280 * PICO,
        unpriced=2,
        until_us=NOON_US + 300 * hour,
    )
    shop = BudgetView(
        name="client work",
        text="shop this week",
        scope="project:shop",
        period="week",
        action="stop",
        act_at=100,
        pico_spent=20_310 * PICO // 1000,
        pico_limit=20 * PICO,
        share=1.0155,
        until_us=NOON_US + 100 * hour,
    )
    aider = BudgetView(
        name="aider", text="aider today", scope="tool:aider", period="day", pico_spent=0, pico_limit=5 * PICO, share=0.0
    )
    claude = BudgetView(name="plan", text="Claude 5h", scope="window:anthropic/5h", share=0.42)
    return replace(day, budgets=Budgets(budgets=(daily, aider, month, claude, shop), tightest="client work"))


@pytest.fixture(scope="session")
def stopped(budgeted: Snapshot) -> Snapshot:
    """The day's budget and a project's are used up and refuse new calls; one made calls frugal, one was lifted."""
    daily, aider, month, claude, shop = budgeted.budgets.budgets
    daily = replace(
        daily,
        action="stop",
        pico_spent=21 * PICO,
        share=1.05,
        acting=True,
        stopped=True,
        crossing_us=None,
        crossing="",
        pico_low=22 * PICO,
        pico_point=24 * PICO,
        pico_high=30 * PICO,
    )
    month = replace(month, action="frugal", acting=True, doing="Served as in the mode frugal")
    aider = replace(
        aider,
        action="stop",
        share=1.2,
        pico_spent=6 * PICO,
        overridden=True,
        overridden_until_us=NOON_US + 2_000_000_000,
    )
    return replace(
        budgeted,
        today=replace(budgeted.today, pico=21 * PICO - budgeted.running_pico),
        budgets=Budgets(
            budgets=(daily, aider, month, claude, shop), tightest="daily", frugal=("month",), stopped=("daily",)
        ),
    )


@pytest.fixture
def profile(home: Path) -> places.Paths:
    """The test's own profile, folders made."""
    found = places.find()
    found.make()
    return found


@pytest.fixture
def make_engine(profile: places.Paths) -> Iterator[Callable[[Snapshot], Any]]:
    """Makes stand-in engines on the profile's control socket; those left are closed at the end."""
    made = []

    def make(first: Snapshot) -> Any:
        made.append(stand_in.StandInEngine(profile.control, first))
        return made[-1]

    yield make
    for engine in made:
        if engine._listener.fileno() >= 0:
            engine.close()


@pytest.fixture(scope="session")
def shots() -> Path:
    """Where pictures of what was drawn go, for people."""
    folder = REPO / ".screenshots"
    folder.mkdir(exist_ok=True)
    return folder
