"""Openings and closings on their way to the ledger, gathered so that one hand-over serves many calls.

Everything between a call and the ledger's writing thread lives here. A hand-over between threads costs more than
the row it carries, so there is at most one hand-over with openings under way; what comes meanwhile goes with the
next one, and closings ride along or leave after ``CLOSE_SECONDS``.

Rules: an opening is given ``OPEN_SECONDS`` from the moment it was made, then the call goes out and a line in the
late spool stands in for the row; nothing here raises.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from concurrent.futures import Future
from typing import Final

from trayapp.ledger import Ledger
from trayapp.values import Closing, Opening

log = logging.getLogger(__name__)

OPEN_SECONDS: Final = 0.005
"""What an open row is given before its call goes out without waiting for it."""
CLOSE_SECONDS: Final = 0.02
"""How long a closing may wait for company. A kill in that time leaves the row ``interrupted``."""


class Bookings:
    """The engine's side of the ledger's writing thread. Use it on one event loop only."""

    def __init__(self, ledger: Ledger, settled: Callable[[], None]) -> None:
        """``settled`` is called on the event loop after closings were committed."""
        self._ledger = ledger
        self._settled = settled
        self._opens: list[tuple[Opening, asyncio.Future[bool]]] = []
        self._closes: list[Closing] = []
        self._under_way = False
        self._timer: asyncio.TimerHandle | None = None

    def open(self, opening: Opening) -> asyncio.Future[bool]:
        """Have a row made; the future says ``False`` when it is not on disk in time. It never fails."""
        loop = asyncio.get_running_loop()
        waiter: asyncio.Future[bool] = loop.create_future()
        self._opens.append((opening, waiter))
        if not self._under_way:
            # With the others whose requests were read in this turn of the event loop.
            self._under_way = True
            loop.call_soon(self._hand_over)
        timer = loop.call_later(OPEN_SECONDS, self._late, opening, waiter)
        waiter.add_done_callback(lambda _: timer.cancel())
        return waiter

    def close(self, closing: Closing) -> None:
        """Have a row closed, soon."""
        self._closes.append(closing)
        if self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(CLOSE_SECONDS, self._hand_over)

    def flush(self) -> None:
        """Hand everything over now; the engine ends."""
        self._hand_over()

    def _hand_over(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        opens, closes = self._opens, self._closes
        if not opens and not closes:
            return
        self._opens, self._closes = [], []
        loop = asyncio.get_running_loop()

        def committed(future: Future[None]) -> None:
            try:
                loop.call_soon_threadsafe(self._committed, opens, bool(closes), future.exception())
            except RuntimeError:
                pass  # The loop has ended; nobody waits any more.

        self._ledger.write([opening for opening, _ in opens], closes).add_done_callback(committed)

    def _committed(
        self,
        opens: list[tuple[Opening, asyncio.Future[bool]]],
        closed: bool,
        error: BaseException | None,
    ) -> None:
        if opens:
            self._under_way = bool(self._opens)
            if self._opens:
                self._hand_over()
            for opening, waiter in opens:
                if waiter.done():
                    continue
                if error is None:
                    waiter.set_result(True)
                else:
                    self._late(opening, waiter)
        if closed:
            self._settled()

    def _late(self, opening: Opening, waiter: asyncio.Future[bool]) -> None:
        if waiter.done():
            return
        # The ledger has to hear of the opening before it hears that it is late.
        self._hand_over()
        try:
            self._ledger.note_late(opening)
        except Exception as error:  # noqa: BLE001  the call goes out whatever happens to its row
            log.warning("a late row could not be noted: %s", type(error).__name__)
        waiter.set_result(False)
