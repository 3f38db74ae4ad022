"""Everything about prices that a running engine does by itself: fetch, take over, price what waited, tell.

Here the parts meet: the updater fetches, the configuration takes the new book, the repricer prices rows that had no
price, the notices say so. Belongs to the event loop.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from trayapp.engine.bookkeeper_answer import Answer
from trayapp.engine.configure import Configuration
from trayapp.engine.gatekeeper import Gatekeeper
from trayapp.engine.glance import Glance
from trayapp.engine.notices import Notices
from trayapp.engine.pricebook import Waiting, read_status
from trayapp.engine.reprice import Arrived, Repricer
from trayapp.engine.updater import Updater
from trayapp.ledger import Ledger
from trayapp.platform.paths import Paths
from trayapp.pricing import BookError

log = logging.getLogger(__name__)


class Prices:
    """The parts, wired."""

    def __init__(
        self,
        paths: Paths,
        ledger: Ledger,
        keeper: Gatekeeper,
        glance: Glance,
        configuration: Configuration,
        notices: Notices,
    ) -> None:
        self.paths = paths
        self.ledger = ledger
        self.keeper = keeper
        self.configuration = configuration
        self.notices = notices
        self.repricer = Repricer(ledger, lambda: keeper.tariff, glance.settled)
        self.updater = Updater(paths, glance.facts.port, self._answered)
        self._tasks: set[asyncio.Task[Any]] = set()
        self._begun = False
        configuration.prices_changed = self._changed
        if not glance.facts.demo:
            configuration.fetch_from = self.updater.configure

    def begin(self) -> None:
        """The engine is ready: price what an earlier one left."""
        self._begun = True
        self._changed()

    async def close(self) -> None:
        """Stop; what is not priced yet waits for the next engine."""
        await self.updater.close()
        for task in tuple(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def change(self, write: Callable[[], Any]) -> list[Arrived]:
        """Write something into the settings, obey it, and say which calls it has priced.

        Raises:
            ControlError, SettingsError: it could not be written; nothing has changed.
        """
        await asyncio.to_thread(write)
        quiet, self.configuration.prices_changed = self.configuration.prices_changed, lambda: None
        try:
            self.configuration.reload()
        finally:
            self.configuration.prices_changed = quiet
        return await self._reprice()

    async def _answered(self, answer: Answer) -> None:
        """The bookkeeper has done its work."""
        if answer.rewritten:
            try:
                await self.configuration.reread_book()
            except (BookError, OSError) as error:
                log.warning("the new price book cannot be read: %s", type(error).__name__)
                return
        held = [held_words(w) for w in read_status(self.paths).held if w.name in answer.held] if answer.held else []
        self.notices.book(answer, held)

    def _changed(self) -> None:
        if self._begun:
            task = asyncio.get_running_loop().create_task(self._reprice())
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _reprice(self) -> list[Arrived]:
        arrived = await self.repricer.run()
        self.notices.arrived(arrived)
        return arrived


def held_words(waiting: Waiting) -> str:
    """ "openai/gpt-x: input $2 → $7 per million tokens"."""
    far = max(waiting.moves, key=lambda move: max(move.old, move.new) / max(min(move.old, move.new), 1), default=None)
    if far is None:
        return waiting.name
    unit = "thousand" if far.component.endswith("_search") else "million tokens"
    scale = 10**9 if far.component.endswith("_search") else 10**6
    old, new = (format(Decimal(rate) / scale, "f") for rate in (far.old, far.new))
    variant = f"{far.variant} " if far.variant else ""
    return f"{waiting.name}: {variant}{far.component} ${_short(old)} → ${_short(new)} per {unit}"


def _short(text: str) -> str:
    return text.rstrip("0").rstrip(".") if "." in text else text
