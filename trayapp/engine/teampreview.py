"""What would leave, exactly, before it does.

Everything that shows a member his own JSON lives here. Rules: it is made by the same functions as what is sent; making
it sends nothing.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Final

from trayapp.engine.teamoutbox import MOST, TeamOutbox
from trayapp.ledger import Ledger
from trayapp.ledger.outbox import Waiting
from trayapp.team import buckets
from trayapp.team.buckets import Divider
from trayapp.team.wire import FROZEN_DAYS, MOST_BUCKETS, Bucket

_DAY_US: Final = 86_400 * 10**6


def body(waiting: Sequence[Waiting]) -> str:
    """The exact JSON of these buckets."""
    return buckets.put([buckets.bucket(each) for each in waiting]).decode()


async def first(ledger: Ledger, since_us: int, now_us: int, divider: Divider) -> list[str]:
    """The first batches of a member who has not agreed yet."""
    hours = await asyncio.wrap_future(ledger.outbox.peek(since_us, now_us + 10**9))
    made = await asyncio.to_thread(divider.first, hours)
    parts = [made[at : at + MOST_BUCKETS] for at in range(0, len(made), MOST_BUCKETS)]
    return [buckets.put(part).decode() for part in parts]


async def following(ledger: Ledger, outbox: TeamOutbox, told: tuple[str, ...], divider: Divider) -> list[str]:
    """The batches that are sent next."""
    epoch = await outbox.ready(told)
    await outbox.lay_out(epoch, told, divider)
    waiting = await asyncio.wrap_future(ledger.outbox.waiting(MOST))
    return [body(waiting[at : at + MOST_BUCKETS]) for at in range(0, len(waiting), MOST_BUCKETS)]


async def example(ledger: Ledger, now_us: int, divider: Divider) -> str:
    """The last day, or where nothing was called then the last weeks, divided so: what agreeing to it would mean."""
    made: list[Bucket] = []
    for days in (1, 7, FROZEN_DAYS):
        hours = await asyncio.wrap_future(ledger.outbox.peek(now_us - days * _DAY_US, now_us))
        made = await asyncio.to_thread(divider.first, hours)
        if made:
            break
    return buckets.put(made[-MOST_BUCKETS:]).decode()
