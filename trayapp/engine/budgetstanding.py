"""Where one budget stands: what is used, what lies ahead, and how faces see it.

Everything that turns sums and windows into a ``Standing``, and a ``Standing`` into what is shown, lives here; what
follows from it is ``budgetkeeper``'s. Pure.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import tzinfo
from typing import Final

from trayapp import snapshot, teamviews
from trayapp.budget import Budget
from trayapp.budgetviews import BudgetView
from trayapp.engine import budgetwords as words
from trayapp.engine.budgetbook import Lift
from trayapp.engine.budgetsums import Learned, Sum
from trayapp.insight.crossing import Crossing, crossing
from trayapp.insight.forecast import Forecast, Moment, interval, rest_of_today, ways
from trayapp.insight.habit import Habit, TooLittle
from trayapp.insight.pace import pace
from trayapp.insight.periods import local
from trayapp.insight.thresholds import WINDOW, Thresholds
from trayapp.shares import percent, runs_out

_PLAN: Final = "subscription"


@dataclass(frozen=True, slots=True)
class Ahead:
    """What a period will bring."""

    forecast: Forecast | TooLittle
    crossing: Crossing | None
    pace: float


@dataclass(frozen=True, slots=True)
class Standing:
    """Where one budget stands; a plan's window counts in ``WINDOW`` units."""

    budget: Budget
    period: str
    """The period's name."""
    key: str
    """Under which its thresholds are remembered."""
    since_us: int
    until_us: int
    """0: nobody has said."""
    spent: int
    limit: int
    unpriced: int = 0
    ahead: Ahead | None = None
    pace: float | None = None
    runs_out_us: int | None = None
    """When a plan's window is used up, where that is sooner than its reset."""

    @property
    def over(self) -> bool:
        """Its action is due."""
        return self.spent * 100 >= self.limit * self.budget.act_at

    def holds(self, now_us: int) -> bool:
        """Whether a moment lies in its period."""
        return self.since_us <= now_us and (not self.until_us or now_us < self.until_us)


def dated(budget: Budget, its: Sum, seen: Ahead | None) -> Standing:
    """Where a budget of a day, week or month stands."""
    return Standing(
        budget,
        its.span.name,
        budget.key,
        its.span.since_us,
        its.span.until_us,
        its.spent,
        budget.pico,
        its.unpriced,
        seen,
        None if seen is None else seen.pace,
    )


def of_plan(budget: Budget, windows: Iterable[snapshot.Window], thresholds: Thresholds, now: int) -> list[Standing]:
    """Where a plan's window stands, once for each account."""
    vendor, _, name = budget.value.partition("/")
    found = []
    for window in windows:
        if window.vendor != vendor or window.name != name or window.tightness is None or window.resets_at is None:
            continue
        key = "\0".join((budget.key, window.account, window.family))
        resets_us = window.resets_at * 10**6
        length = (window.minutes or 0) * 60 * 10**6
        found.append(
            Standing(
                budget,
                thresholds.window(key, window.resets_at, window.minutes),
                key,
                min(resets_us - length, now) if length else 0,  # what was stated has begun, whatever our clock says
                resets_us,
                round(window.tightness * WINDOW),
                WINDOW,
                pace=min(max(1 - (resets_us - now) / length, 0.0), 1.0) if length else None,
                runs_out_us=window.runs_out_at * 10**6 if window.runs_out_at and runs_out(window) else None,
            )
        )
    return found


def of_pool(budget: Budget, pools: Iterable[teamviews.PoolView]) -> list[Standing]:
    """Where a team's pool stands, as its server has said."""
    return [
        Standing(
            budget,
            f"{pool.period} {pool.since}",
            budget.key,
            pool.since * 10**6,
            pool.until * 10**6,
            round(pool.share * WINDOW),
            WINDOW,
        )
        for pool in pools
        if pool.name == budget.value and pool.share is not None
    ]


def _from(said: Forecast, spent: int) -> Forecast:
    """A forecast of some seconds ago never lies below what is spent by now."""
    return Forecast(max(said.low, spent), max(said.point, spent), max(said.high, spent))


def ahead(budget: Budget, its: Sum, habit: Learned, now: int, zone: tzinfo | None) -> Ahead:
    """Forecast one period; takes some milliseconds."""
    clock = local(now, zone)
    moment = Moment(clock.date(), clock.hour + clock.minute / 60 + clock.second / 3600, its.span.end)
    even = pace(habit, its.span, moment, now)
    if not isinstance(habit, Habit):
        return Ahead(habit, None, even)
    found = ways(habit, moment, its.spent, rest_of_today(habit, moment, its.today))
    meets = crossing(habit, moment, found, budget.pico, its.span.period, zone)
    return Ahead(interval(found), meets, even)


def concerns(budget: Budget, vendor: str, tool: str | None, project: str | None, account: str | None) -> bool:
    """Whether a call is of a budget's scope."""
    if budget.kind == "pool":
        return account != _PLAN  # a plan's calls cost the team nothing more
    if budget.kind == "window":
        return account == _PLAN and budget.value.partition("/")[0] == vendor
    own = {"project": project, "tool": tool, "vendor": vendor}
    return budget.kind == "all" or own[budget.kind] == budget.value


def view(budget: Budget, each: Standing | None, lift: Lift | None, now: int) -> BudgetView:
    """A budget as faces show it; ``each``: where it stands, ``lift``: it was lifted."""
    plain = BudgetView(
        name=budget.name,
        text=words.text(budget),
        scope=budget.scope,
        period=budget.period or "",
        counts=budget.counts,
        action=budget.action,
        act_at=budget.act_at,
        at=budget.at,
        pico_limit=budget.pico or None,
        words=f"{words.text(budget)}: nothing is known yet",
        source=budget.source,
        fixed=budget.fixed,
    )
    if each is None or not each.holds(now):
        return plain
    acting = each.over and budget.action != "tell" and lift is None
    share = each.spent / each.limit
    seen = each.ahead
    told_ahead = None if seen is None else seen.forecast
    said = _from(told_ahead, each.spent) if isinstance(told_ahead, Forecast) else None
    lacks = told_ahead if isinstance(told_ahead, TooLittle) else TooLittle(0, 0)
    meets = None if seen is None or each.spent >= each.limit else seen.crossing
    forecast = words.ahead(said or told_ahead, each.spent, each.unpriced)
    crosses = words.crosses(meets, each.limit, now)
    if each.runs_out_us is not None and each.spent < each.limit:
        crosses = words.runs_out(each.runs_out_us, now)
    told = words.used(budget, each.spent) if budget.period else f"{words.text(budget)} {percent(share)} %"
    if acting:
        doing = words.doing(budget, each.until_us, now)
    else:
        doing = words.lifted(budget, lift.until_us, now) if lift is not None and budget.action != "tell" else ""
    return replace(
        plain,
        since_us=each.since_us,
        until_us=each.until_us,
        pico_spent=each.spent if budget.period else None,
        share=share,
        pace=each.pace,
        missing_days=lacks.days,
        missing_spending=lacks.spending,
        pico_low=None if said is None else said.low,
        pico_point=None if said is None else said.point,
        pico_high=None if said is None else said.high,
        unpriced=each.unpriced,
        words=" · ".join(filter(None, (told, forecast, crosses))),
        forecast=forecast,
        crossing=crosses,
        crossing_low_us=None if meets is None else meets.low_us,
        crossing_us=each.runs_out_us if meets is None else meets.likely_us,
        crossing_high_us=None if meets is None else meets.high_us,
        doing=doing,
        acting=acting,
        stopped=acting and budget.action == "stop",
        overridden=lift is not None,
        overridden_until_us=0 if lift is None else lift.until_us,
    )
