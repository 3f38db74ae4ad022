"""The agreements in force: read from the settings, made part of the tariff, their damage told.

Everything between the settings file's sections and the ``Tariff`` lives here.

Rules:

* agreements take effect whole. When a pool is new, the ledger has to say first what it holds; until then the old
  agreements stay in force, and no call waits;
* sections that cannot be read are a trouble, and the tariff then says so on each row instead of pricing by the list;
  the same holds when the whole file could not be read at the start.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Mapping, MutableMapping
from typing import Any

from trayapp import currency
from trayapp.engine.drawdown import Drawdown
from trayapp.engine.gatekeeper import Gatekeeper
from trayapp.pricing import Agreements, BookError
from trayapp.pricing.agreements import UNREADABLE, read
from trayapp.said import begun, say
from trayapp.trouble import Trouble

log = logging.getLogger(__name__)


class Agreed:
    """Brings agreements into force on one event loop."""

    def __init__(
        self,
        keeper: Gatekeeper,
        drawdown: Drawdown,
        troubles: MutableMapping[str, Trouble],
        changed: Callable[[], None],
    ) -> None:
        """``changed`` is called when something that a face shows is different."""
        self.drawdown = drawdown
        self._keeper = keeper
        self._troubles = troubles
        self._changed = changed
        self._wanted = Agreements()
        self._task: asyncio.Task[None] | None = None

    def take(self, sections: Mapping[str, Any] | None) -> None:
        """Obey these sections; ``None``: nobody knows what they say."""
        self._troubles.pop("agreements", None)
        try:
            wanted = UNREADABLE if sections is None else read(sections)
        except BookError as error:
            log.warning("the agreements in the settings cannot be used")
            wanted = UNREADABLE
            self._troubles["agreements"] = unreadable(error)
        self._wanted = wanted
        if self._task is not None:
            self._task.cancel()
            self._task = None
        if self.drawdown.knows(wanted.pools, _now_us()):
            self._adopt(wanted)
        else:
            self._task = asyncio.get_running_loop().create_task(self._learn(wanted))

    async def ready(self) -> None:
        """Wait until what was taken last is in force."""
        while (task := self._task) is not None:
            await asyncio.wait([task])
            if self._task is task:
                self._task = None

    async def _learn(self, wanted: Agreements) -> None:
        await self.drawdown.learn(wanted.pools, _now_us())
        if self._wanted is wanted:
            self._adopt(wanted)

    def _adopt(self, wanted: Agreements) -> None:
        self._keeper.tariff = self._keeper.tariff.with_agreements(wanted, self.drawdown)
        self._changed()


def unreadable(error: BookError) -> Trouble:
    """The trouble of agreements that cannot be read."""
    return Trouble(
        title=error.title,
        message=say(
            "{what} Until then what calls add to the bill is unknown.",
            what=begun(error.message),
        ),
        fix=say("{fix} `spendlight contracts` shows what is understood.", fix=error.fix),
        code="bad_agreement",
    )


def rates(code: str | None, sections: Mapping[str, Any], troubles: MutableMapping[str, Trouble]) -> currency.Rates:
    """The currency that amounts are shown in; after damage USD, and a trouble."""
    troubles.pop("currency", None)
    try:
        return currency.read(code, sections.get("currency") or ())
    except currency.CurrencyError as error:
        troubles["currency"] = Trouble(
            title=say("A currency's rate cannot be used"),
            message=say("{what}. Amounts are shown in USD.", what=begun(str(error))),
            fix=say("Correct it in the settings."),
            code="bad_currency",
        )
        return currency.Rates((code or "USD").upper())


def _now_us() -> int:
    return time.time_ns() // 1000
