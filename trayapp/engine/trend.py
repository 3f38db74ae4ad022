"""The trend: the ledger's months, asked one after the other, and put together by ``insight.trend``.

Rules: nothing is read but sums, so a year of a million rows takes a fraction of a second; the decompositions are made
in a thread; one question at a time, so that the meter's own questions come in between.
"""

from __future__ import annotations

import asyncio
from asyncio import wrap_future
from datetime import tzinfo
from itertools import pairwise
from typing import Final

from trayapp.engine.pricechanges import dated
from trayapp.engine.reporting import total as whole
from trayapp.insight import trend as insight
from trayapp.insight.periods import Span
from trayapp.ledger import Ledger, Totals
from trayapp.mix import MixCell
from trayapp.pricing import Book
from trayapp.reports import Month, PriceChange

MOST: Final = 36
"""Months of one question."""


async def trend(ledger: Ledger, book: Book, now_us: int, zone: tzinfo | None, months: int = 12) -> tuple[Month, ...]:
    """The last months, the present one included, oldest first, each against the one before."""
    spans = insight.months(now_us, max(1, min(months, MOST)), zone)
    totals = await wrap_future(ledger.days([spans[0].since_us, *(each.until_us for each in spans)]))
    cells: list[list[MixCell]] = [await wrap_future(ledger.mix(each.since_us, each.until_us)) for each in spans]
    prices: list[tuple[PriceChange, ...]] = [()]
    for (former, before), (present, after) in pairwise(zip(spans, cells, strict=True)):
        end = min(present.until_us, now_us)
        prices.append(await dated(ledger, book, before, after, former.since_us, present.since_us, end))
    decided = [await _decided(ledger, each, total) for each, total in zip(spans, totals, strict=True)]
    seen = [
        insight.Seen(each, whole(total, more), mix, moved)
        for each, total, more, mix, moved in zip(spans, totals, decided, cells, prices, strict=True)
    ]
    return await asyncio.to_thread(insight.trend, seen)


async def _decided(ledger: Ledger, month: Span, total: Totals) -> int:
    """Calls without a list price that an agreement has given one all the same."""
    if not total.unpriced:
        return 0
    return sum(each.decided for each in await wrap_future(ledger.unpriced_models(month.since_us, month.until_us)))
