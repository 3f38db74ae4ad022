"""What this month will have cost, for an icon that wants it, whether or not there is a budget.

Everything that looks to the month's end without a budget lives here; ``budgetstanding`` forecasts. Rules: nothing is
read unless it is wanted; a forecast serves for a while, and never lies below what is spent by then; too little history
is no forecast.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable
from datetime import tzinfo
from typing import Final

from trayapp.budget import Budget
from trayapp.engine.budgetstanding import ahead
from trayapp.engine.budgetsums import BudgetSums
from trayapp.insight.forecast import Forecast
from trayapp.ledger import Ledger

log = logging.getLogger(__name__)

_SERVES_S: Final = 60.0
_MONTH: Final = Budget(name="month", period="month", pico=0)


class MonthAhead:
    """Looks to the end of the month. Use it on one event loop."""

    def __init__(
        self,
        ledger: Ledger,
        now_us: Callable[[], int] = lambda: time.time_ns() // 1000,
        zone: Callable[[], tzinfo | None] = lambda: None,
    ) -> None:
        self._sums = BudgetSums(ledger)
        self._now_us = now_us
        self._zone = zone
        self._looked_us: int | None = None
        self._name = ""
        self._point: int | None = None

    async def point(self) -> int | None:
        """Pico-USD of all calls of the month at its end; ``None``: nobody can tell."""
        now, zone = self._now_us(), self._zone()
        if self._looked_us is not None and 0 <= now - self._looked_us < _SERVES_S * 1e6:
            return self._point
        self._looked_us = now
        try:
            its = (await self._sums.read((_MONTH,), now, zone))[_MONTH.name]
            if its.span.name != self._name:
                self._name, self._point = its.span.name, None
            habit = await self._sums.habit(_MONTH, now, zone)
            seen = await asyncio.to_thread(ahead, _MONTH, its, habit, now, zone)
        except Exception as error:  # noqa: BLE001  what was known serves on
            log.warning("the month could not be read: %s", type(error).__name__)
            return self._point
        self._point = max(seen.forecast.point, its.spent) if isinstance(seen.forecast, Forecast) else None
        return self._point
