"""Budgets over a real ledger, with a clock and a zone of the test's: told once, acting by period, lifted by hand."""

from __future__ import annotations

import asyncio
import random
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from trayapp.budget import Budget
from trayapp.budgetviews import BudgetView
from trayapp.engine.budgetbook import BudgetBook
from trayapp.engine.budgetkeeper import BudgetKeeper
from trayapp.engine.budgetsums import BudgetSums
from trayapp.insight.periods import span
from trayapp.ledger import Ledger
from trayapp.moments import micros
from trayapp.snapshot import Window
from trayapp.trouble import TroubleError
from trayapp.values import Basis, Closing, Confidence, Cost, Kind, Leg, Metering, Opening, State, Usage

USD = 10**12
HOUR_US = 3_600_000_000
BERLIN, NEW_YORK, APIA = ZoneInfo("Europe/Berlin"), ZoneInfo("America/New_York"), ZoneInfo("Pacific/Apia")
DAY = Budget(name="daily", period="day", pico=20 * USD)


class World:
    """A ledger, a clock, a zone, and one keeper after another."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.ledger = Ledger.open(folder / "ledger.sqlite3")
        self.now = micros(datetime(2026, 11, 26, 15, 0, tzinfo=BERLIN))
        self.zone = BERLIN
        self.windows: list[Window] = []
        self.told: list[tuple[str, str, str, str]] = []
        self.keeper = self.begin()

    def begin(self) -> BudgetKeeper:
        """As at a start of the engine."""
        self.keeper = BudgetKeeper(
            BudgetSums(self.ledger),
            BudgetBook(self.folder / "budgets.json"),
            lambda _now_s: self.windows,
            lambda *words: self.told.append(words),
            lambda: None,
            now_us=lambda: self.now,
            zone=lambda: self.zone,
        )
        return self.keeper

    def spend(self, usd: float | None, at_us: int | None = None, **more: Any) -> None:
        """One finished call."""
        row = self.ledger.new_id()
        at = self.now if at_us is None else at_us
        values: dict[str, Any] = {"vendor": "anthropic", "wire": "anthropic-messages", "tool": "aider", **more}
        contract, marginal = values.pop("contract", None), values.pop("marginal", None)
        self.ledger.open_row(Opening(id=row, started_us=at, model_asked="m", upstream="u", **values))
        self.ledger.close_row(
            Closing(
                id=row,
                ended_us=at + 1,
                state=State.DONE,
                metering=Metering.EXACT,
                confidence=Confidence.EXACT,
                http_status=200,
                usage=Usage(legs=(Leg(input=1),), model="m", complete=True),
                cost=None if usd is None else Cost(pico=round(usd * USD), basis=Basis.LIST, book="b"),
                pico_contract=contract,
                pico_marginal=marginal,
            )
        ).result(20)

    def codes(self) -> list[str]:
        """Codes of the notices since the last time."""
        told, self.told[:] = [code for _, _, code, _ in self.told], []
        return told

    def call(self, **more: Any) -> Any:
        """What a new call is told."""
        asked = {"vendor": "anthropic", "tool": "aider", "project": None, "account": None, "kind": Kind.MAIN, **more}
        return self.keeper.refusal(**asked)

    def view(self, name: str) -> BudgetView:
        found = self.keeper.view().named(name)
        assert found is not None
        return found


Work = Callable[[World], Awaitable[None]]


@pytest.fixture(autouse=True)
def in_berlin(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Words tell times by this machine's clock."""
    with monkeypatch.context() as patched:
        patched.setenv("TZ", "Europe/Berlin")
        time.tzset()
        yield
    time.tzset()


@pytest.fixture
def world(tmp_path: Path) -> Iterator[Callable[[Work], None]]:
    made: list[World] = []

    def run(work: Work) -> None:
        async def whole() -> None:
            made.append(World(tmp_path))
            try:
                await work(made[-1])
            finally:
                await made[-1].keeper.close()

        asyncio.run(whole())

    yield run
    for each in made:
        each.ledger.close()


def test_thresholds_are_told_once_across_restarts(world: Any) -> None:
    async def work(world: World) -> None:
        world.keeper.take((DAY,))
        for usd, codes in ((9.99, []), (0.01, ["budget_50"]), (0, []), (11, ["budget_80", "budget_100"]), (30, [])):
            world.spend(usd)
            await world.keeper.look()
            assert world.codes() == codes
            await world.keeper.close()
            world.begin().take((DAY,))
            await world.keeper.begin()
            await world.keeper.look()
            assert world.codes() == []
        view = world.view("daily")
        assert (view.pico_spent, view.pico_limit, view.share) == (51 * USD, 20 * USD, 2.55)
        assert view.words.startswith("$51.00 of $20.00 today · no forecast yet: 14 more days of history")
        assert world.keeper.view().tightest == "daily"

    world(work)


def test_a_year_of_clocks_zones_and_restarts(world: Any) -> None:
    """Days of 23 and 25 hours, flights, a clock set back by days: once for each threshold and period, all the same."""

    async def work(world: World) -> None:
        budgets = (
            DAY,
            Budget(name="w", period="week", pico=90 * USD),
            Budget(name="m", period="month", pico=300 * USD),
        )
        world.keeper.take(budgets)
        world.now = micros(datetime(2026, 3, 20, 9, 0, tzinfo=BERLIN))
        dice = random.Random(7)
        told: Counter[tuple[str, str, str]] = Counter()
        reached: dict[tuple[str, str], int] = {}
        for _ in range(260):
            world.spend(dice.choice((0.5, 2, 4, 9)))
            jump = dice.choice((1, 2, 3, 5, 8, 8, 8, -30)) * HOUR_US
            if dice.random() < 0.15:
                world.zone = dice.choice((BERLIN, NEW_YORK, APIA))
            if dice.random() < 0.15:
                await world.keeper.close()
                world.begin().take(budgets)
            await world.keeper.look(forecast=False)
            names = {budget.name: span(budget.period, world.now, world.zone).name for budget in budgets}  # type: ignore[arg-type]
            for title, _, code, about in world.told:
                name = title.split("'")[1]
                assert about == name
                told[name, names[name], code] += 1
            world.told.clear()
            for budget in budgets:
                spent = world.view(budget.name).pico_spent or 0
                key = (budget.name, names[budget.name])
                reached[key] = max(reached.get(key, 0), spent * 100 // budget.pico)
            world.now += jump
        expected = {(n, p, f"budget_{at}") for (n, p), most in reached.items() for at in (50, 80, 100) if most >= at}
        assert set(told) == expected
        assert set(told.values()) == {1}
        assert len(told) > 60

    world(work)


def test_a_stop_holds_for_its_scope_and_its_period(world: Any) -> None:
    async def work(world: World) -> None:
        stops = Budget(
            name="client work", period="day", pico=USD, kind="project", value="shop", action="stop", act_at=100
        )
        world.keeper.take((stops, DAY))
        world.spend(0.9, project="ab", project_name="shop")
        world.spend(7, project="cd", project_name="other")
        await world.keeper.look()
        assert world.call(project="shop") is None
        world.spend(0.2, project="ab", project_name="shop")
        await world.keeper.look()
        assert world.codes() == ["budget_50", "budget_80", "budget_100"]
        refused = world.call(project="shop")
        assert (refused.status, refused.code) == (400, "budget_stop")  # aider: as budgetwords says
        assert world.call(project="shop", tool="claude-code").status == 402
        assert refused.message == (
            "your budget 'client work' is used up ($1.10 of $1.00 shop today), so new calls are refused until "
            "Fri 00:00. To go on now, run `spendlight budget override 'client work' --for 1h`, or lift it in the tray."
        )
        assert world.call(project="other") is None
        assert world.call() is None
        assert world.call(project="shop", kind=Kind.COUNT) is None
        assert world.call(project="shop", kind=Kind.PROBE) is not None
        assert world.keeper.view().stopped == ("client work",)
        # Lifted for an hour, then it holds again; lifted for good, it holds again tomorrow, if there is reason to.
        await world.keeper.override("client work", 3600)
        assert world.call(project="shop") is None
        view = world.view("client work")
        assert (view.overridden, view.stopped, view.acting) == (True, False, False)
        assert view.doing.startswith("Lifted: it lets calls through until 16:00.")
        await world.keeper.close()
        world.begin().take((stops, DAY))
        await world.keeper.begin()
        assert world.call(project="shop") is None
        world.now += HOUR_US
        assert world.call(project="shop") is not None
        await world.keeper.override("client work", None)
        assert world.call(project="shop") is None
        await world.keeper.override("client work", None, on=False)
        assert world.call(project="shop") is not None
        world.now += 9 * HOUR_US
        assert world.call(project="shop") is None
        assert world.view("client work").words == "shop today: nothing is known yet"
        await world.keeper.look()
        assert (await world.keeper.shown()).stopped == ()
        with pytest.raises(TroubleError):
            await world.keeper.override("no such", None)

    world(work)


def test_a_limit_that_is_raised_lets_calls_through_and_thresholds_follow(world: Any) -> None:
    async def work(world: World) -> None:
        def budget(usd: int) -> Budget:
            return Budget(name="d", period="day", pico=usd * USD, action="stop", act_at=100)

        world.keeper.take((budget(10),))
        world.spend(10)
        await world.keeper.look()
        assert world.codes() == ["budget_50", "budget_80", "budget_100"]
        assert world.call() is not None
        world.keeper.take((budget(40),))
        assert world.call() is None
        await world.keeper.look()
        assert world.call() is None
        assert world.codes() == []
        world.spend(10)
        await world.keeper.look()
        assert world.codes() == ["budget_50"]
        world.keeper.take((budget(10),))
        await world.keeper.look()
        assert world.codes() == []
        assert world.call() is not None

    world(work)


def test_frugal_and_suggest(world: Any) -> None:
    async def work(world: World) -> None:
        frugal = Budget(name="f", period="week", pico=10 * USD, kind="tool", value="aider", action="frugal")
        suggest = Budget(name="s", period="month", pico=10 * USD, action="suggest")
        world.keeper.take((frugal, suggest))
        asked = {"vendor": "anthropic", "project": None, "account": None}
        world.spend(7.9)
        await world.keeper.look()
        assert not world.keeper.frugal_for(tool="aider", **asked)
        assert world.keeper.view().suggest == ()
        world.spend(0.2)
        await world.keeper.look()
        assert world.keeper.frugal_for(tool="aider", **asked)
        assert not world.keeper.frugal_for(tool="claude-code", **asked)
        shown = world.keeper.view()
        assert shown.frugal == ("f",)
        assert shown.suggest == ("s",)
        assert world.call() is None
        await world.keeper.override("f", None)
        assert not world.keeper.frugal

    world(work)


def test_what_a_budget_counts(world: Any) -> None:
    async def work(world: World) -> None:
        world.keeper.take(
            tuple(
                Budget(name=counts, period="day", pico=10 * USD, counts=counts)  # type: ignore[arg-type]
                for counts in ("list", "contract", "bill")
            )
        )
        world.spend(3, contract=2 * USD, marginal=0)
        world.spend(3, contract=2 * USD, marginal=USD)
        world.spend(None)
        await world.keeper.look()
        views = {each.name: each for each in world.keeper.view().budgets}
        assert {name: view.pico_spent for name, view in views.items()} == {
            "list": 6 * USD,
            "contract": 4 * USD,
            "bill": USD,
        }
        assert views["list"].unpriced == 1

    world(work)


def test_a_plans_window(world: Any) -> None:
    async def work(world: World) -> None:
        budget = Budget(
            name="five", period=None, pico=0, kind="window", value="anthropic/5h", at=(50, 90), action="stop", act_at=90
        )
        world.keeper.take((budget,))
        await world.keeper.look()
        assert world.view("five").words == "Claude 5h: nothing is known yet"
        with pytest.raises(TroubleError):
            await world.keeper.override("five", None)
        resets = world.now // 10**6 + 2 * 3600

        def window(used: float, account: str = "a", at: int = resets) -> Window:
            return Window(vendor="anthropic", name="5h", account=account, minutes=300, used=used, resets_at=at)

        world.windows = [window(0.55), window(0.2, "b")]
        await world.keeper.look()
        assert world.codes() == ["budget_50"]
        assert world.view("five").words == "Claude 5h 55 %"
        assert world.view("five").pace == pytest.approx(0.6)
        world.windows = [window(0.91, at=resets + 1), window(0.6, "b")]
        await world.keeper.look()
        assert world.codes() == ["budget_90", "budget_50"]
        assert world.call(account="subscription") is not None
        assert world.call(account=None) is None
        assert world.call(account="subscription", vendor="openai") is None
        world.now += 2 * HOUR_US + 2 * 10**6
        assert world.call(account="subscription") is None
        world.windows = [window(0.95, at=resets + 5 * 3600)]
        await world.keeper.look()
        assert world.codes() == ["budget_50", "budget_90"]

    world(work)


def test_a_budget_of_a_window_says_when_it_is_used_up(world: Any) -> None:
    async def work(world: World) -> None:
        world.keeper.take((Budget(name="five", period=None, pico=0, kind="window", value="anthropic/5h"),))
        resets, runs_out = world.now // 10**6 + 7_200, world.now // 10**6 + 3_600
        five = Window(vendor="anthropic", name="5h", minutes=300, used=0.7, resets_at=resets, runs_out_at=runs_out)
        for sure, words in ((0.8, "is used up at about 16:00"), (0.3, ""), (None, "")):
            world.windows = [replace(five, runs_out_sure=sure)]
            await world.keeper.look()
            view = world.view("five")
            assert view.crossing == words
            assert view.crossing_us == (runs_out * 10**6 if words else None)
            assert view.words == " · ".join(filter(None, ("Claude 5h 70 %", words)))
        world.windows = [replace(five, used=1.0, runs_out_sure=0.9)]
        await world.keeper.look()
        assert world.view("five").crossing == ""

    world(work)


def test_a_window_that_ends_later_than_it_is_long_has_begun(world: Any) -> None:
    async def work(world: World) -> None:
        name = "anthropic/5h"
        world.keeper.take((Budget(name="five", period=None, pico=0, kind="window", value=name, action="stop"),))
        # This machine's clock is behind the vendor's.
        resets = world.now // 10**6 + 5 * 3600 + 60
        world.windows = [Window(vendor="anthropic", name="5h", account="a", minutes=300, used=1.0, resets_at=resets)]
        await world.keeper.look()
        assert world.view("five").stopped
        assert world.view("five").pace == 0.0
        assert world.call(account="subscription") is not None

    world(work)


def test_a_lift_ends_with_its_budget(world: Any) -> None:
    async def work(world: World) -> None:
        asked = {"name": "x", "period": "month", "action": "stop", "act_at": 100}
        world.spend(30)
        whole = Budget(pico=20 * USD, **asked)  # type: ignore[arg-type]
        world.keeper.take((whole,))
        await world.keeper.override("x", None)
        await world.keeper.look()
        assert world.call() is None
        # Another budget under the same name was never lifted.
        world.keeper.take((Budget(pico=5 * USD, kind="tool", value="aider", **asked),))  # type: ignore[arg-type]
        await world.keeper.look()
        assert world.call() is not None
        world.keeper.take(())
        await world.keeper.forget("x")
        world.begin().take((whole,))
        await world.keeper.look()
        assert world.call() is not None

    world(work)


def test_half_a_year_gives_a_forecast_in_words(world: Any) -> None:
    async def work(world: World) -> None:
        dice = random.Random(3)
        for back in range(1, 120):
            for hour in (9, 11, 14, 16):
                at = world.now - back * 24 * HOUR_US + (hour - 15) * HOUR_US
                world.spend(dice.uniform(2, 6), at)
        world.spend(4, world.now - 5 * HOUR_US)
        world.spend(5, world.now - 3 * HOUR_US)
        month = Budget(name="month", period="month", pico=430 * USD)
        world.keeper.take((DAY, month))
        await world.keeper.look()
        day, whole = world.view("daily"), world.view("month")
        assert day.words.startswith("$9.00 of $20.00 today · on pace for ≈$")
        assert day.pico_low is not None
        assert day.pico_point is not None
        assert day.pico_high is not None
        assert 9 * USD <= day.pico_low < day.pico_point < day.pico_high < 40 * USD
        assert day.pace is not None
        assert 0.5 < day.pace < 0.9
        assert whole.crossing.startswith("passes $430.00 ")
        assert whole.crossing_low_us is not None
        assert world.now < whole.crossing_low_us < whole.until_us
        # A forecast of some seconds ago never lies below what is spent by now.
        world.spend(100)
        await world.keeper.look()
        assert world.view("daily").pico_low == world.view("daily").pico_spent == 109 * USD

    world(work)


def test_a_damaged_memory_begins_anew_and_an_unwritable_one_holds_in_this_engine(tmp_path: Path, world: Any) -> None:
    async def work(world: World) -> None:
        (tmp_path / "budgets.json").write_bytes(b'{"told": {"x": {"y": {"z": "q"}}}')
        world.begin().take((DAY,))
        assert (tmp_path / "budgets.damaged.json").exists()
        (tmp_path / "budgets.json").mkdir()
        world.spend(12)
        await world.keeper.look()
        await world.keeper.look()
        assert world.codes() == ["budget_50"]

    world(work)


def test_it_looks_by_itself_soon_after_rows_were_settled(world: Any) -> None:
    async def work(world: World) -> None:
        seen = asyncio.Event()
        world.keeper._changed = seen.set
        world.keeper.take((DAY,))
        await asyncio.wait_for(seen.wait(), 20)
        world.spend(12)
        seen.clear()
        world.keeper.touch()
        world.keeper.touch()
        await asyncio.wait_for(seen.wait(), 20)
        assert world.codes() == ["budget_50"]

    world(work)
