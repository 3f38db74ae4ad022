"""What the engine does when a face asks for a report: one function a verb of ``trayapp.control.VERBS``.

Rules: as in ``trayapp.engine.verbs``: arguments come from outside and are checked here. A report is put together in a
thread: the ledger answers in its own time, and no call waits for it.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, tzinfo
from typing import Any

from trayapp.control import ControlError
from trayapp.engine.budgetkeeper import BudgetKeeper
from trayapp.engine.choosing import Choosing
from trayapp.engine.control_server import Verb
from trayapp.engine.gatekeeper import Gatekeeper
from trayapp.engine.glance import Glance
from trayapp.engine.reportactions import Known
from trayapp.engine.reporting import INSIGHTS, Circumstances, Insights, report
from trayapp.insight import stretches
from trayapp.insight.periods import Span
from trayapp.insight.stretches import Stretch, StretchError
from trayapp.ledger import Ledger
from trayapp.reports import Report
from trayapp.said import begun, say
from trayapp.snapshot import to_json
from trayapp.trouble import Trouble

log = logging.getLogger(__name__)


@dataclass(slots=True)
class ReportVerbs:
    """The engine's answers about reports."""

    ledger: Ledger
    keeper: Gatekeeper
    glance: Glance
    choosing: Choosing
    budgets: BudgetKeeper
    insights: Insights = INSIGHTS
    now_us: Callable[[], int] = lambda: time.time_ns() // 1000

    def table(self) -> dict[str, Verb]:
        """Name to function."""
        return {"report": self.report}

    async def report(self, arguments: Mapping[str, Any]) -> Any:
        """The report of a week, a month or some days."""
        return to_json(await self.made(asked(arguments, self.now_us(), None)))

    async def of_week(self, week: Span) -> Report:
        """The report of a whole week."""
        return await self.made(stretches.named("week", week.name, self.now_us(), None))

    async def state_of_week(self, week: Span) -> object:
        """What the week's amounts are of: when it is another, the report is another one."""
        return await asyncio.wrap_future(self.ledger.totals(week.since_us, week.until_us))

    async def made(self, stretch: Stretch) -> Report:
        """The report of a stretch."""
        now = self.now_us()
        tariff = self.keeper.tariff
        about = Circumstances(
            agreements=tariff.agreements,
            book=tariff.book,
            now_us=now,
            rates=self.glance.facts.rates,
            demo=self.glance.facts.demo,
            budgeted=bool(self.budgets.budgets),
            known=await self._known(),
            insights=self.insights,
        )
        return await asyncio.to_thread(report, self.ledger, stretch, about)

    async def _known(self) -> Known:
        """What routing would propose; a report goes without it rather than not at all."""
        try:
            rules = (await self.choosing.made()).rules  # looks anew behind this, when that is due
            if not self.choosing.looked:
                await self.choosing.look()
            offered = self.choosing.suggestions()
        except Exception as error:  # noqa: BLE001  the report is about what was spent
            log.warning("rules and suggestions could not be read for a report: %s", type(error).__name__)
            return Known()
        return Known(suggestion=offered[0] if offered else None, rules=rules)


def asked(arguments: Mapping[str, Any], now_us: int, zone: tzinfo | None) -> Stretch:
    """Which days a face means: ``week``, ``month``, or ``from`` and ``to``; otherwise the last whole week.

    Raises:
        ControlError: there are no such days.
    """
    try:
        if arguments.get("from") is not None:
            first = date.fromisoformat(str(arguments["from"]))
            last = arguments.get("to")
            return stretches.span(
                first, stretches.today(now_us, zone) if last is None else date.fromisoformat(str(last)), zone
            )
        if arguments.get("month") is not None:
            return stretches.named("month", str(arguments["month"]), now_us, zone)
        return stretches.named("week", str(arguments.get("week") or "last"), now_us, zone)
    except (StretchError, ValueError, OverflowError) as error:
        raise ControlError(
            Trouble(
                title=say("That is no time for a report"),
                message=say("{what}.", what=begun(str(error))),
                fix=say("Write a week as 2026-W48, a month as 2026-11, days as 2026-11-03."),
                code="bad_time",
            )
        ) from None
