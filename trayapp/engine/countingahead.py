"""What reports will ask of the waste ledger, counted ahead: weeks and months, this one and the last.

Rules: not while an engine starts, and then a few times a day, since a month of a busy user takes a second to count; in
small parts with rests between them, so that no call waits; what goes wrong is left to whoever asks for the report.
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
PAUSE_SECONDS: Final = 6 * 3600.0
_ASKED: Final = (("week", "last"), ("week", "this"), ("month", "this"), ("month", "last"))
"""The likeliest first."""
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
    while True:
        for kind, name in _ASKED:
            stretch = stretches.named(kind, name, now_us(), None)
            try:
                await asyncio.to_thread(waste.ahead, stretch.since_us, stretch.until_us, folders())
            except Exception as error:  # noqa: BLE001  whoever asks for the report is told
                log.warning("waste could not be counted ahead: %s", type(error).__name__)
        await asyncio.sleep(pause)
