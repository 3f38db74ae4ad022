"""What a report looks into beyond sums: why it differs, what is unusual, what was wasted.

Everything that plugs ``insight`` into ``reporting`` lives here, for the engine and for the command line alone. Rules:
it is called in a thread of a report and blocks there; each part asks the ledger by itself, and ``reporting`` leaves out
a change that does not fit the sums; what is unusual and what was wasted is looked for in stretches of up to
``MOST_DAYS`` only: a year has nothing usual to be held against, and waste is counted from every row.
"""

from __future__ import annotations

import asyncio
from asyncio import wrap_future
from collections.abc import Callable
from typing import Final

from trayapp.engine.pricechanges import dated
from trayapp.engine.reporting import Insights
from trayapp.engine.unusual import unusual
from trayapp.engine.wasteledger import WasteLedger
from trayapp.insight.change import change
from trayapp.insight.stretches import Stretch
from trayapp.ledger import Ledger
from trayapp.pricing import Book
from trayapp.reports import Anomaly, Change, PriceChange, Waste

MOST_DAYS: Final = 35


def insights(
    book: Callable[[], Book], waste: Callable[[Ledger], WasteLedger], folders: Callable[[], tuple[str, ...]]
) -> Insights:
    """All of them.

    Args:
        book: the price book in use.
        waste: the waste ledger of a ledger.
        folders: where the user's repositories lie.
    """

    def explain(ledger: Ledger, now: Stretch, former: Stretch) -> tuple[Change | None, tuple[PriceChange, ...]]:
        async def ask() -> tuple[Change, tuple[PriceChange, ...]]:
            before = await wrap_future(ledger.mix(former.since_us, former.until_us))
            after = await wrap_future(ledger.mix(now.since_us, now.until_us))
            moved = await dated(ledger, book(), before, after, former.since_us, now.since_us, now.until_us)
            return change(before, after), moved

        return asyncio.run(ask())

    def look(ledger: Ledger, now: Stretch) -> tuple[tuple[Anomaly, ...], bool]:
        if len(now.days) > MOST_DAYS:
            return (), False
        return asyncio.run(unusual(ledger, now.first, now.end, now.zone))

    def wasted(ledger: Ledger, now: Stretch) -> tuple[Waste, ...]:
        if len(now.days) > MOST_DAYS:
            return ()
        return waste(ledger).counted(now.since_us, now.until_us, folders()).lines

    return Insights(explain=explain, unusual=look, wasted=wasted)
