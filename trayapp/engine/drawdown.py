"""How much of each pool is drawn, kept while calls close.

Everything that remembers a pool's state lives here. What is drawn in a period is what was typed, plus what the
ledger's rows of that pool drew, plus what calls have drawn since this engine began.

Rules:

* the ledger is asked only for rows that are older than this engine (their ids are smaller than the first one it can
  give), everything younger is in memory: a row that is on its way to the disk is counted exactly once, and a restart
  finds the same sum in the ledger;
* memory keeps sums by quarter of an hour, the finest step at which any zone's midnight falls;
* use it on one event loop only: a call is priced and drawn in one step, so two calls cannot use the same money;
* a sum that could not be read is unknown (``None``), never zero.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Iterable
from typing import Final

from trayapp.ledger import Ledger
from trayapp.pricing.pools import Pool

log = logging.getLogger(__name__)

SLOT_US: Final = 900_000_000


class Drawdown:
    """What was drawn, by pool and time."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._first_id = ledger.new_id()
        self._began_us = time.time_ns() // 1000
        self._past: dict[tuple[str, int, int], int | None] = {}
        self._since: dict[str, dict[int, int]] = {}
        self._sums: dict[tuple[str, int, int], int] = {}

    async def learn(self, pools: Iterable[Pool], at_us: int) -> None:
        """Read what the ledger knows of these pools: of the turn at ``at_us`` and the one before it.

        Calls that began before a turn and end within it still belong to the one before.
        """
        for pool in pools:
            now = pool.period(at_us)
            for period in (now, pool.period(now.since_us - 1)):
                key = (pool.name, period.counted_us, period.until_us)
                if self._past.get(key) is None:
                    self._past[key] = await self._ask(key)

    async def _ask(self, key: tuple[str, int, int]) -> int | None:
        name, since_us, until_us = key
        try:
            future = self._ledger.drawn(name, since_us, until_us, before_id=self._first_id)
            return await asyncio.wrap_future(future)
        except Exception as error:  # noqa: BLE001  whatever the ledger says, the call goes on
            log.warning("a pool's state could not be read: %s", type(error).__name__)
            return None

    def knows(self, pools: Iterable[Pool], at_us: int) -> bool:
        """Whether nothing has to be read before these pools can be used."""
        return all(self.used(pool, at_us) is not None for pool in pools)

    def used(self, pool: Pool, at_us: int) -> int | None:
        """What is drawn of a pool in the turn at ``at_us``, pico-USD; ``None`` when that is not known."""
        period = pool.period(at_us)
        key = (pool.name, period.counted_us, period.until_us)
        past = self._past.get(key)
        if past is None:
            if key in self._past or period.counted_us < self._began_us:
                return None
            past = 0  # the turn began after this engine did: it has seen all of it
        return period.typed_pico + past + self._recent(key)

    def left(self, pool: Pool, at_us: int) -> int | None:
        """What a pool still holds in the turn at ``at_us``."""
        used = self.used(pool, at_us)
        return None if used is None else max(pool.amount_pico - used, 0)

    def draw(self, name: str, at_us: int, pico: int, row_id: int | None = None) -> None:
        """A call that began at ``at_us`` drew this much.

        A row that is older than this engine and has got its price now belongs to what the ledger knows: whoever asks
        it later finds the row there, so only sums that were read already are brought up to date.
        """
        if row_id is not None and row_id < self._first_id:
            for key, past in self._past.items():
                if key[0] == name and key[1] <= at_us < key[2] and past is not None:
                    self._past[key] = past + pico
            return
        slots = self._since.setdefault(name, {})
        slot = at_us // SLOT_US
        slots[slot] = slots.get(slot, 0) + pico
        for key in self._sums:
            if key[0] == name and key[1] <= at_us < key[2]:
                self._sums[key] += pico

    def _recent(self, key: tuple[str, int, int]) -> int:
        known = self._sums.get(key)
        if known is None:
            name, since_us, until_us = key
            slots = self._since.get(name, {})
            known = sum(pico for slot, pico in slots.items() if since_us <= slot * SLOT_US < until_us)
            self._sums[key] = known
        return known
