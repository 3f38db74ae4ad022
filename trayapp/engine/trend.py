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
from trayapp.insight import trend as insight
from trayapp.ledger import Ledger, Totals
from trayapp.mix import MixCell
from trayapp.pricing import Book
from trayapp.reports import Month, PriceChange, Sum

MOST: Final = 36
"""Months of one question."""


def sum_of(totals: Totals) -> Sum:
    """A period's totals as a report tells them."""
    return Sum(
        pico_list=totals.pico_list,
        pico_contract=totals.pico_contract if totals.contract_known >= totals.priced else None,
        pico_marginal=totals.pico_marginal if totals.marginal_known >= totals.priced else None,
        pico_estimated=totals.pico_estimated,
        calls=totals.calls,
        errors=totals.errors,
        unpriced=totals.unpriced,
        unmetered=totals.unmetered,
        input=totals.input + totals.input_audio,
        cache_read=totals.cache_read + totals.cache_read_audio,
        cache_write=totals.cache_write + totals.cache_write_1h + totals.cache_write_12h,
        output=totals.output + totals.output_audio + totals.output_image,
    )


async def trend(ledger: Ledger, book: Book, now_us: int, zone: tzinfo | None, months: int = 12) -> tuple[Month, ...]:
    """The last months, the present one included, oldest first, each against the one before."""
    spans = insight.months(now_us, max(1, min(months, MOST)), zone)
    totals = await wrap_future(ledger.days([spans[0].since_us, *(each.until_us for each in spans)]))
    cells: list[list[MixCell]] = [await wrap_future(ledger.mix(each.since_us, each.until_us)) for each in spans]
    prices: list[tuple[PriceChange, ...]] = [()]
    for (former, before), (present, after) in pairwise(zip(spans, cells, strict=True)):
        end = min(present.until_us, now_us)
        prices.append(await dated(ledger, book, before, after, former.since_us, present.since_us, end))
    seen = [
        insight.Seen(each, sum_of(total), mix, moved)
        for each, total, mix, moved in zip(spans, totals, cells, prices, strict=True)
    ]
    return await asyncio.to_thread(insight.trend, seen)
