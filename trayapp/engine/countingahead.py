"""What reports will ask of the waste ledger, counted ahead: the last week and the last month.

Rules: not while an engine starts, since a month of a busy user takes a second to count; once for each range, in a
thread, in small parts with rests between them, so that no call waits; ranges that still run are left to whoever asks
for them, since counting them holds memory, and what is held of them is let go of once nobody asks; what goes wrong is
told to whoever asks.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable
from typing import Final

from trayapp.engine.wasteledger import WasteLedger
from trayapp.insight import stretches

FIRST_SECONDS: Final = 60.0
PAUSE_SECONDS: Final = 900.0
log = logging.getLogger(__name__)


async def count(
    waste: WasteLedger,
    folders: Callable[[], tuple[str, ...]],
    now_us: Callable[[], int] = lambda: time.time_ns() // 1000,
    first: float = FIRST_SECONDS,
    pause: float = PAUSE_SECONDS,
) -> None:
    """Count now and then, until cancelled.

    Args:
        waste: the engine's.
        folders: where the user's repositories lie.
        now_us: the clock.
        first: seconds before the first time.
        pause: seconds after each time.
    """
    await asyncio.sleep(first)
    counted: dict[str, tuple[int, int, tuple[str, ...]]] = {}
    while True:
        for kind in ("week", "month"):
            stretch = stretches.named(kind, "last", now_us(), None)
            asked = (stretch.since_us, stretch.until_us, folders())
            if counted.get(kind) == asked:
                continue
            try:
                await asyncio.to_thread(waste.ahead, *asked)
                counted[kind] = asked
            except Exception as error:  # noqa: BLE001  whoever asks for the report is told
                log.warning("waste could not be counted ahead: %s", type(error).__name__)
        await asyncio.to_thread(waste.rest)
        await asyncio.sleep(pause)
