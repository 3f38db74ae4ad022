"""How days with each vendor usually go, for whoever has to answer at once.

Everything that keeps learned days at hand lives here; ``budgetsums`` reads and learns. Rules: an answer is what was
learned last, and a new look is taken beside it when that is old; what cannot be read leaves the old answer.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable
from typing import Final

from trayapp.budget import Budget
from trayapp.engine.budgetsums import BudgetSums
from trayapp.insight.habit import Habit
from trayapp.ledger import Ledger

log = logging.getLogger(__name__)

_SERVES_S: Final = 3600.0
_MOST_VENDORS: Final = 16


class DayHabits:
    """Remembers the days of vendors. Use it on one event loop."""

    def __init__(self, ledger: Ledger, changed: Callable[[], None]) -> None:
        self._sums = BudgetSums(ledger)
        self._changed = changed
        self._known: dict[str, tuple[float, Habit | None]] = {}
        self._tasks: dict[str, asyncio.Task[None]] = {}

    def of(self, vendor: str) -> Habit | None:
        """How days with a vendor go; ``None``: not known, or not yet."""
        known = self._known.get(vendor)
        old = known is None or time.monotonic() - known[0] > _SERVES_S
        if old and vendor not in self._tasks and (known is not None or len(self._known) < _MOST_VENDORS):
            self._tasks[vendor] = asyncio.get_running_loop().create_task(self._learn(vendor))
        return None if known is None else known[1]

    async def settled(self) -> None:
        """Wait for the looks that are being taken."""
        await asyncio.gather(*self._tasks.values())

    async def close(self) -> None:
        """End; the engine ends."""
        tasks = list(self._tasks.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _learn(self, vendor: str) -> None:
        before = self._known.get(vendor)
        habit = None if before is None else before[1]
        try:
            budget = Budget(name=vendor, period="week", pico=0, kind="vendor", value=vendor)
            learned = await self._sums.habit(budget, time.time_ns() // 1000, None)
            habit = learned if isinstance(learned, Habit) else None
        except Exception as error:  # noqa: BLE001  nothing hangs on it but how a long window is judged
            log.warning("the days with a vendor could not be read: %s", type(error).__name__)
        finally:
            del self._tasks[vendor]
        self._known[vendor] = (time.monotonic(), habit)
        self._changed()
