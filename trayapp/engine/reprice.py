"""Calls that had no price get one when it is known: a new book, a price of one's own, a deployment that was mapped.

Everything that asks the tariff again for rows of the ledger lives here.

Rules: a row is priced by the tariff in force now, at its own start time and in its own circumstances; one that has a
price is never touched, and what an agreement has decided without a list price stays; what was metered in part is an
estimated lower bound. The work is done in small parts, one after the other, so that no call waits for it; it may be
broken off at any moment and begun anew.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass

from msgspec.structs import replace

from trayapp.engine.conclude import as_estimate
from trayapp.engine.tariff import Amounts, Circumstances, Tariff
from trayapp.ledger import OUT_OF_RANGE, REPRICE_PART, Ledger, Repriced, StorageTrouble, Unpriced
from trayapp.values import Metering, State

log = logging.getLogger(__name__)

_PAGE = 256


@dataclass(slots=True)
class Arrived:
    """Calls of one model that were priced."""

    vendor: str
    model: str
    since_us: int
    calls: int = 0
    pico: int = 0
    estimated: bool = False
    """Whether one of them was metered in part only."""


class Repricer:
    """Prices what has no price; one run at a time."""

    def __init__(self, ledger: Ledger, tariff: Callable[[], Tariff], settled: Callable[[], None]) -> None:
        self._ledger = ledger
        self._tariff = tariff
        self._settled = settled
        self._running = asyncio.Lock()
        self._drawn: list[tuple[Amounts, Circumstances, int]] = []
        """What was drawn from pools for rows that are not written yet."""

    async def run(self) -> list[Arrived]:
        """Price all that can be priced; says what has arrived, most calls first."""
        async with self._running:
            found: dict[tuple[str, str], Arrived] = {}
            try:
                await self._all(found)
            except (StorageTrouble, RuntimeError) as error:
                # The disk is in the way, or the ledger closes: the rows stay and are priced the next time.
                log.info("later prices wait: %s", type(error).__name__)
            finally:
                drawn, self._drawn = self._drawn, []
                self._give_back(drawn)
            return sorted(found.values(), key=lambda each: -each.calls)

    def _give_back(self, drawn: list[tuple[Amounts, Circumstances, int]]) -> None:
        """What was drawn for rows that got no price."""
        for amounts, of, row_id in drawn:
            back = replace(amounts, contract=amounts.marginal, marginal=amounts.contract)
            self._tariff().draw(back, of, row_id)

    async def _all(self, found: dict[tuple[str, str], Arrived]) -> None:
        unknown: set[tuple[str, str | None, str | None]] = set()
        after: tuple[int, int] | None = None
        while rows := await asyncio.wrap_future(self._ledger.unpriced(after, _PAGE)):
            after = (rows[-1].started_us, rows[-1].id)
            part: list[tuple[Unpriced, Repriced]] = []
            for row in rows:
                await self._tariff().prepare(row.started_us)
                who = (row.vendor, row.usage.model, row.model_asked)
                priced = None if who in unknown else self._priced(row, unknown)
                if priced is not None:
                    part.append((row, priced))
                if len(part) == REPRICE_PART:
                    await self._write(part, found)
                    part = []
            if part:
                await self._write(part, found)
            if len(rows) < _PAGE:
                return

    def _priced(self, row: Unpriced, unknown: set[tuple[str, str | None, str | None]]) -> Repriced | None:
        usage = row.usage
        if OUT_OF_RANGE in row.flags:
            return None  # what was counted does not fit a row, and so does no price
        if not (usage.legs or usage.web_searches or usage.file_searches) and usage.stated_pico is None:
            return None  # Nothing was counted: whatever it cost, no price tells.
        tariff, of = self._tariff(), circumstances(row)
        cost = tariff.cost(usage, of)
        if cost.pico is None:
            if "unknown_model" in cost.flags and len(usage.legs) == 1:
                unknown.add((row.vendor, usage.model, row.model_asked))
            return None
        if row.metering is not Metering.EXACT:
            cost = as_estimate(cost)
        if row.contract is not None or row.marginal is not None:
            # An agreement with rates of its own, or a plan, has spoken already, and a pool was drawn then.
            worth = row.contract
            if worth is None:
                worth = tariff.amounts(usage, cost, of).contract
            return Repriced(id=row.id, cost=cost, contract=worth, marginal=row.marginal, agreement=row.agreement)
        amounts = tariff.amounts(usage, cost, of)
        # Now, so that the next row finds the pool as this one leaves it; taken back should the ledger not take it.
        tariff.draw(amounts, of, row.id)
        self._drawn.append((amounts, of, row.id))
        return Repriced(
            id=row.id,
            cost=cost,
            contract=amounts.contract,
            marginal=amounts.marginal,
            agreement=amounts.agreement,
            flags=amounts.flags,
        )

    async def _write(self, part: list[tuple[Unpriced, Repriced]], found: dict[tuple[str, str], Arrived]) -> None:
        drawn, self._drawn = self._drawn, []
        try:
            await asyncio.wrap_future(self._ledger.reprice([priced for _, priced in part]))
        except BaseException:
            self._give_back(drawn)
            raise
        self._settled()
        for row, priced in part:
            if row.state is State.INTERRUPTED:
                continue  # Its lower bound is worth a number, not a notice.
            model = row.usage.model or row.model_asked or ""
            each = found.setdefault((row.vendor, model), Arrived(row.vendor, model, row.started_us))
            each.calls += 1
            each.pico += priced.cost.pico or 0
            each.since_us = min(each.since_us, row.started_us)
            each.estimated = each.estimated or row.metering is not Metering.EXACT


def circumstances(row: Unpriced) -> Circumstances:
    """Everything but the usage that decides the price of a stored call."""
    host, colon, port = row.upstream.rpartition(":")
    return Circumstances(
        vendor=row.vendor,
        model_asked=row.model_asked,
        at_us=row.started_us,
        kind=row.kind,
        host=(host if colon and port.isdecimal() else row.upstream).strip("[]") or None,
        account=row.account,
        credential=row.credential,
        project=row.project,
        project_name=row.project_name,
        flags=row.flags,
    )
