"""What budgets have used: sums from the ledger, habits learned from its hours, shares of plan windows.

Everything that asks the ledger for budgets lives here; ``budgetkeeper`` judges. Rules: sums come from the rollups, a
few milliseconds for all budgets together; half a year of hours is read once an hour, and learned from in a thread.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta, tzinfo
from typing import Final

from trayapp.budget import Budget
from trayapp.insight.days import local_days
from trayapp.insight.habit import MOST_DAYS, Habit, TooLittle, learn
from trayapp.insight.periods import Span, begins, local, span
from trayapp.ledger import By, Ledger, Totals

_LEARN_S: Final = 3600.0
_BY: Final[Mapping[str, By]] = {"project": "project", "tool": "tool", "vendor": "vendor"}
_AMOUNTS: Final = {"list": "list", "contract": "contract", "bill": "marginal"}

Learned = Habit | TooLittle


@dataclass(frozen=True, slots=True)
class Sum:
    """What a budget's period holds."""

    span: Span
    spent: int
    """Pico-USD."""
    today: int
    """The part of it that is today's."""
    unpriced: int
    """Calls of the period without a price."""


class BudgetSums:
    """Reads for budgets. Use it on one event loop."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._learned: dict[tuple[str, str], tuple[date, tzinfo | None, float, Learned]] = {}

    async def read(self, budgets: Sequence[Budget], now_us: int, zone: tzinfo | None) -> dict[str, Sum]:
        """The sums of all budgets that have a period, by name.

        Raises:
            Exception: what reading the ledger raised.
        """
        dated = [(budget, span(budget.period, now_us, zone)) for budget in budgets if budget.period is not None]
        day = span("day", now_us, zone)
        asked: dict[tuple[By | None, int, int], list[tuple[str | None, str | None, Totals]]] = {}
        for budget, its in dated:
            for part in (its, day):
                asked.setdefault((_BY.get(budget.kind), part.since_us, part.until_us), [])
        for by, since, until in asked:
            if by is None:
                whole = await asyncio.wrap_future(self._ledger.totals(since, until))
                asked[by, since, until] = [(None, None, whole)]
            else:
                shares = await asyncio.wrap_future(self._ledger.breakdown(by, since, until))
                asked[by, since, until] = [(each.key, each.name, each.totals) for each in shares]
        found = {}
        for budget, its in dated:
            by = _BY.get(budget.kind)
            parts = _of(asked[by, its.since_us, its.until_us], budget)
            todays = _of(asked[by, day.since_us, day.until_us], budget)
            found[budget.name] = Sum(
                its,
                sum(_amount(totals, budget) for totals in parts),
                sum(_amount(totals, budget) for totals in todays),
                sum(totals.unpriced for totals in parts),
            )
        return found

    async def habit(self, budget: Budget, now_us: int, zone: tzinfo | None) -> Learned:
        """What days cost within a budget's scope.

        Raises:
            Exception: what reading the ledger raised.
        """
        today = local(now_us, zone).date()
        name = (budget.scope, budget.counts)
        known = self._learned.get(name)
        if known is not None and known[:2] == (today, zone) and time.monotonic() - known[2] < _LEARN_S:
            return known[3]
        first, end = begins(today - timedelta(days=MOST_DAYS), zone), begins(today, zone)
        by = _BY.get(budget.kind)
        keys: tuple[str, ...] = (budget.value,)
        if by == "project":
            shares = await asyncio.wrap_future(self._ledger.breakdown(by, first, end))
            keys = tuple(share.key for share in shares if share.key is not None and share.name == budget.value)
        hours = await asyncio.wrap_future(self._ledger.hours(first, end, _AMOUNTS[budget.counts], by, keys))
        learned = await asyncio.to_thread(_learn, hours, today, zone)
        self._learned[name] = (today, zone, time.monotonic(), learned)
        return learned

    def forget(self, budgets: Iterable[Budget]) -> None:
        """Keep what was learned for these scopes only."""
        wanted = {(budget.scope, budget.counts) for budget in budgets}
        self._learned = {name: known for name, known in self._learned.items() if name in wanted}


def _learn(hours: Sequence[tuple[int, int]], today: date, zone: tzinfo | None) -> Learned:
    return learn(local_days(hours, today, zone))


def _of(parts: Sequence[tuple[str | None, str | None, Totals]], budget: Budget) -> list[Totals]:
    """What belongs to a budget; projects are meant by the name that is shown."""
    at = 1 if budget.kind == "project" else 0
    return [part[2] for part in parts if budget.kind == "all" or part[at] == budget.value]


def _amount(totals: Totals, budget: Budget) -> int:
    return {"list": totals.pico_list, "contract": totals.pico_contract, "bill": totals.pico_marginal}[budget.counts]
