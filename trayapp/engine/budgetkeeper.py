"""Budgets are kept: what is used of each, which thresholds are news, and what follows from them.

Everything that a budget *does* lives here. ``budgetsums`` asks the ledger, ``trayapp.insight`` judges and forecasts,
``budgetbook`` remembers, ``budgetwords`` speaks.

Rules:

* sums are read from the ledger after rows were settled, every two seconds at most and never while nothing changes, so
  the calls that run while a budget is passed are all let through: a budget is no guard rail to the cent;
* a stop refuses *new* calls; running answers go on, and counting tokens costs nothing and passes;
* an action holds by its budget's own period: when that ends, so does it, even if nothing was read since;
* what the user lifts stays lifted until the time named or the period's end; the settings are never changed;
* a ledger that cannot be read changes nothing: what was known holds until its period ends. A call is never held up.
"""

from __future__ import annotations

import asyncio
import logging
import sys
import time
from collections.abc import Callable, Sequence
from datetime import tzinfo
from typing import Final

from trayapp import snapshot, teamviews
from trayapp.budget import Budget, no_budget
from trayapp.budgetviews import Budgets
from trayapp.engine import budgetwords as words
from trayapp.engine.budgetbook import BudgetBook, Lift
from trayapp.engine.budgetstanding import Ahead, Standing, ahead, concerns, dated, of_plan, of_pool, view
from trayapp.engine.budgetsums import BudgetSums, Sum
from trayapp.insight.forecast import Forecast
from trayapp.refusal import Refusal
from trayapp.said import say
from trayapp.teamviews import decided
from trayapp.trouble import Trouble, TroubleError
from trayapp.values import Kind

log = logging.getLogger(__name__)

EVERY_S: Final = 2.0
"""Seconds between two looks at the least."""
SOON_S: Final = 0.05
FORECAST_S: Final = 15.0
"""Seconds that a forecast serves."""
FRESH_S: Final = 60.0
"""Seconds after which a face that looks gets a new look."""


class BudgetKeeper:
    """Keeps budgets. Use it on one event loop."""

    def __init__(
        self,
        sums: BudgetSums,
        book: BudgetBook,
        windows: Callable[[int], Sequence[snapshot.Window]],
        tell: Callable[[str, str, str, str], None],
        changed: Callable[[], None],
        now_us: Callable[[], int] = lambda: time.time_ns() // 1000,
        zone: Callable[[], tzinfo | None] = lambda: None,
    ) -> None:
        """Wire it up.

        Args:
            sums: asks the ledger.
            book: remembers.
            windows: the plan windows at a moment, epoch seconds.
            tell: title, message and code of a notice, and the name of the budget.
            changed: called when faces see something else now.
            now_us: the clock.
            zone: the zone of the wall's clock; ``None`` is the machine's own.
        """
        self._sums = sums
        self._book = book
        self._windows = windows
        self._tell = tell
        self._changed = changed
        self._now_us = now_us
        self._zone = zone
        self.budgets: tuple[Budget, ...] = ()
        """Those that are kept."""
        self.pools: Callable[[], Sequence[teamviews.PoolView]] = tuple
        """How the team's pools stand."""
        self._standing: dict[str, Standing] = {}
        self._acting: tuple[Standing, ...] = ()
        """Those whose action is due and not lifted; each is asked again whether its period still runs."""
        self._seen: dict[str, tuple[float, str, Ahead]] = {}
        self._looking = asyncio.Lock()
        self._task: asyncio.Task[None] | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._looked_at = float("-inf")

    # when to look

    def take(self, budgets: tuple[Budget, ...]) -> None:
        """Keep these budgets from now on."""
        self.budgets = budgets
        self._standing = {name: each for name, each in self._standing.items() if each.budget in budgets}
        self._acting = tuple(each for each in self._acting if each.budget in budgets)
        self._seen.clear()
        self._sums.forget(budgets)
        self.touch()

    def touch(self) -> None:
        """Sums may have changed: they are looked at soon, if there is a budget."""
        if not self.budgets or self._timer is not None:
            return
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:
            return  # the settings are read before the engine runs; it looks when it begins
        self._timer = loop.call_at(max(loop.time() + SOON_S, self._looked_at + EVERY_S), self._due)

    def _due(self) -> None:
        self._timer = None
        if self._task is None or self._task.done():
            self._task = asyncio.get_running_loop().create_task(self._look_quietly())
        else:
            self.touch()

    async def begin(self) -> None:
        """The engine is about to listen: a stop holds from the first call on. The forecast follows."""
        if self.budgets:
            try:
                await self.look(forecast=False)
            except Exception as error:  # noqa: BLE001  law 1: calls go out all the same
                log.warning("budgets could not be looked at: %s", type(error).__name__)
            self.touch()

    async def _look_quietly(self) -> None:
        try:
            await self.look()
        except Exception as error:  # noqa: BLE001  what was known holds
            log.warning("budgets could not be looked at: %s", type(error).__name__)

    async def close(self) -> None:
        """The engine ends."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    # looking

    async def look(self, *, forecast: bool = True) -> None:
        """Read, judge, tell what is news, act.

        Args:
            forecast: look ahead, too.

        Raises:
            Exception: what reading the ledger raised; everything stays as it was.
        """
        async with self._looking:
            if sys.platform != "win32":
                time.tzset()  # the machine may have moved to another zone since
            self._looked_at = asyncio.get_running_loop().time()
            budgets, now, zone = self.budgets, self._now_us(), self._zone()
            sums = await self._sums.read(budgets, now, zone)
            found = []
            for budget in budgets:
                its = sums.get(budget.name)
                if its is not None:
                    seen = await self._ahead_of(budget, its, now, zone) if forecast else None
                    found.append(dated(budget, its, seen))
            standing = {each.budget.name: each for each in found}
            for budget in budgets:
                if budget.kind == "window":
                    found += of_plan(budget, self._windows(now // 10**6), self._book.thresholds, now)
                elif budget.kind == "pool":
                    found += of_pool(budget, self.pools())
            for each in found:
                tightest = standing.get(each.budget.name)
                if tightest is None or each.spent > tightest.spent:
                    standing[each.budget.name] = each
            if budgets is not self.budgets:
                self.touch()  # other settings hold by now
                return
            self._standing = standing
            await self._news(found, now)
            self._act()
        self._changed()

    async def _ahead_of(self, budget: Budget, its: Sum, now: int, zone: tzinfo | None) -> Ahead:
        """What its period will bring, reckoned anew every few seconds."""
        known = self._seen.get(budget.name)
        if known is None or time.monotonic() - known[0] > FORECAST_S or known[1] != its.span.name:
            habit = await self._sums.habit(budget, now, zone)
            known = (time.monotonic(), its.span.name, await asyncio.to_thread(ahead, budget, its, habit, now, zone))
            self._seen[budget.name] = known
        return known[2]

    async def _news(self, found: Sequence[Standing], now: int) -> None:
        news = []
        for each in found:
            budget = each.budget
            fired = self._book.thresholds.fire(each.key, each.period, each.spent, each.limit, budget.at)
            news += [(each, percent) for percent in fired]
        if not news:
            return
        await self._book.write()
        for each, percent in news:
            acts = each.over and percent >= each.budget.act_at and self._lift(each) is None
            more = words.doing(each.budget, each.until_us, now) if acts else ""
            if not more and percent < 100 and each.ahead is not None:
                more = words.ahead(each.ahead.forecast, each.spent) if isinstance(each.ahead.forecast, Forecast) else ""
            self._tell(*words.notice(each.budget, percent, each.spent, more), f"budget_{percent}", each.budget.name)

    def _lift(self, each: Standing) -> Lift | None:
        return self._book.lifted(each.budget.key, each.period, self._now_us())

    def _act(self) -> None:
        # A lift that runs out by itself is asked for at each use; it needs no look.
        self._acting = tuple(each for each in self._standing.values() if each.over and each.budget.action != "tell")

    def _holding(self, action: str) -> list[Standing]:
        """Those whose action holds at this moment."""
        if not self._acting:
            return []
        now = self._now_us()
        return [
            each
            for each in self._acting
            if each.budget.action == action and each.holds(now) and self._lift(each) is None
        ]

    # what follows

    def refusal(
        self, *, vendor: str, tool: str | None, project: str | None, account: str | None, kind: Kind
    ) -> Refusal | None:
        """Why a new call may not go out; ``None``: it may.

        Args:
            vendor: the route.
            tool: who asks.
            project: the display name of its project.
            account: ``subscription`` when a plan pays.
            kind: token counts cost nothing and always go out.
        """
        if not self._acting or kind is Kind.COUNT:
            return None
        for each in self._holding("stop"):
            if concerns(each.budget, vendor, tool, project, account):
                return words.refusal(each.budget, each.spent, each.until_us, self._now_us(), tool)
        return None

    def frugal_for(self, *, vendor: str, tool: str | None, project: str | None, account: str | None) -> bool:
        """Whether a budget has such a call served as in the mode frugal."""
        return bool(self._acting) and any(
            concerns(each.budget, vendor, tool, project, account) for each in self._holding("frugal")
        )

    @property
    def frugal(self) -> bool:
        """Whether any budget does so now."""
        return bool(self._holding("frugal"))

    async def override(self, name: str, seconds: int | None, *, on: bool = True) -> None:
        """Lift a budget's action for so long, at most to its period's end; or (not ``on``) let it hold again.

        Raises:
            TroubleError: there is no such budget, or nothing is known of it yet.
        """
        if name not in {budget.name for budget in self.budgets}:
            raise TroubleError(no_budget(name, (budget.name for budget in self.budgets)))
        fixed = next((budget for budget in self.budgets if budget.name == name and budget.fixed), None)
        if fixed is not None:
            raise TroubleError(decided(fixed.source))
        if name not in self._standing:
            await self.look(forecast=False)
        each = self._standing.get(name)
        if each is None:
            raise TroubleError(
                Trouble(
                    title=say("Nothing is known of that window yet"),
                    message=say("Its vendor has not said how much of {name!r} is used.", name=name),
                    fix=say("It is heard with the next call."),
                    code="no_budget",
                )
            )
        now = self._now_us()
        end = each.until_us or now + 86_400 * 10**6
        until = end if seconds is None else min(now + seconds * 10**6, end)
        self._book.lift(each.budget.key, Lift(each.period, until) if on else None)
        await self._book.write()
        self._changed()

    async def forget(self, name: str) -> None:
        """A budget was removed: what was lifted goes with it."""
        self._book.forget(name)
        await self._book.write()

    # what is shown

    async def shown(self) -> Budgets:
        """All budgets, as faces show them."""
        if not self.budgets:
            return Budgets()
        loop_s = asyncio.get_running_loop().time()
        now = self._now_us()
        ended = any(not each.holds(now) for each in self._standing.values())
        if loop_s - self._looked_at > FRESH_S or ended:
            await self._look_quietly()
        return self.view()

    def view(self) -> Budgets:
        """The same, of what was seen last."""
        now = self._now_us()
        stand = [(budget, self._standing.get(budget.name)) for budget in self.budgets]
        views = [view(budget, each, None if each is None else self._lift(each), now) for budget, each in stand]
        known = [view for view in views if view.share is not None]
        return Budgets(
            budgets=tuple(views),
            tightest=max(known, key=lambda view: view.share or 0.0).name if known else "",
            suggest=tuple(view.name for view in views if view.acting and view.action == "suggest"),
            frugal=tuple(view.name for view in views if view.acting and view.action == "frugal"),
            stopped=tuple(view.name for view in views if view.stopped),
        )
