"""Openings and closings on their way to the ledger, gathered so that one hand-over serves many calls.

Everything between a call and the ledger's writing thread lives here. A hand-over between threads costs more than
the row it carries, so there is at most one hand-over with openings under way; what comes meanwhile goes with the
next one. Nobody waits for a closing and it costs several times what an opening costs, so closings are gathered apart:
they leave after ``CLOSE_SECONDS`` or when ``CLOSE_MANY`` wait. Calls that run longer than ``MARK_SECONDS`` have what
is known of them written down now and then, so that a kill does not take it along.

Rules: an opening is given ``OPEN_SECONDS`` from the moment it was made, then the call goes out and a line in the
late spool stands in for the row; closings never overtake openings; nothing here raises; no timer runs while no call
does.
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future
from typing import Final

from trayapp.ledger import Ledger
from trayapp.values import Closing, Opening

log = logging.getLogger(__name__)

OPEN_SECONDS: Final = 0.005
"""What an open row is given before its call goes out without waiting for it."""
CLOSE_SECONDS: Final = 0.002
"""How long a closing may wait for company. A kill in that time leaves a finished call's row ``interrupted``, so what
a longer wait would save is not worth it: with 20 ms, fifty kills under load lose twice as many (measured 2026-11)."""
CLOSE_MANY: Final = 32
"""Closings that leave together at most, more or less: writing them (about 1 ms) holds openings up."""
FEW_CALLS: Final = 2
"""With so few calls running an opening leaves at once: there is no company to wait for."""
MARK_SECONDS: Final = 0.5
"""How often running calls are written down."""


class Waiting:
    """An opening that is not known to be on disk yet."""

    __slots__ = ("done", "due", "opening")

    def __init__(self, opening: Opening, done: asyncio.Future[bool], due: float) -> None:
        self.opening = opening
        self.done = done
        self.due = due


class Bookings:
    """The engine's side of the ledger's writing thread. Use it on one event loop only."""

    def __init__(self, ledger: Ledger, settled: Callable[[], None]) -> None:
        """``settled`` is called on the event loop after closings were committed."""
        self._ledger = ledger
        self._settled = settled
        self._opens: list[Waiting] = []
        self._closes: list[Closing] = []
        self._waiting: deque[Waiting] = deque()
        self._running: dict[int, Callable[[], None]] = {}
        self._under_way = False
        self._closing = 0
        """Batches with closings that are being written."""
        self._close_timer: asyncio.TimerHandle | None = None
        self._late_timer: asyncio.TimerHandle | None = None
        self._mark_timer: asyncio.TimerHandle | None = None

    def open(self, opening: Opening, mark: Callable[[], None]) -> asyncio.Future[bool]:
        """Have a row made; the future says ``False`` when it is not on disk in time. It never fails.

        ``mark`` is called now and then until the row is closed, to write down what is known.
        """
        loop = asyncio.get_running_loop()
        waiting = Waiting(opening, loop.create_future(), loop.time() + OPEN_SECONDS)
        self._opens.append(waiting)
        self._waiting.append(waiting)
        self._running[opening.id] = mark
        if not self._under_way:
            self._under_way = True
            if len(self._running) <= FEW_CALLS:
                self._hand_over()
            else:
                # With the others whose requests were read in this turn of the event loop.
                loop.call_soon(self._hand_over)
        if self._late_timer is None:
            self._late_timer = loop.call_at(waiting.due, self._look_for_late)
        if self._mark_timer is None:
            self._mark_timer = loop.call_later(MARK_SECONDS, self._mark)
        return waiting.done

    def close(self, closing: Closing) -> None:
        """Have a row closed, soon."""
        self._running.pop(closing.id, None)
        self._closes.append(closing)
        if len(self._closes) >= CLOSE_MANY:
            self._hand_over(closing=True)
        elif self._close_timer is None:
            self._close_timer = asyncio.get_running_loop().call_later(CLOSE_SECONDS, self._close_soon)

    @property
    def closed(self) -> bool:
        """Whether every closing that was handed in is in the ledger."""
        return not self._closes and not self._closing

    def flush(self) -> None:
        """Hand everything over now; the engine ends."""
        for timer in (self._close_timer, self._late_timer, self._mark_timer):
            if timer is not None:
                timer.cancel()
        self._hand_over(closing=True)

    def _close_soon(self) -> None:
        self._close_timer = None
        if self._closes:
            self._hand_over(closing=True)

    def _hand_over(self, *, closing: bool = False) -> None:
        """Send the waiting openings, and with ``closing`` the closings behind them."""
        opens = self._opens
        closes = self._closes if closing else []
        if not opens and not closes:
            return
        self._opens = []
        if closing:
            self._closes = []
        self._closing += bool(closes)
        loop = asyncio.get_running_loop()

        def committed(future: Future[None]) -> None:
            try:
                loop.call_soon_threadsafe(self._committed, opens, bool(closes), future.exception())
            except RuntimeError:
                pass  # The loop has ended; nobody waits any more.

        self._ledger.write([waiting.opening for waiting in opens], closes).add_done_callback(committed)

    def _committed(self, opens: list[Waiting], closed: bool, error: BaseException | None) -> None:
        if opens:
            self._under_way = bool(self._opens)
            if self._opens:
                self._hand_over()
            for waiting in opens:
                if waiting.done.done():
                    continue
                if error is None:
                    waiting.done.set_result(True)
                else:
                    self._late(waiting)
        if closed:
            self._closing -= 1
            self._settled()

    def _look_for_late(self) -> None:
        self._late_timer = None
        loop = asyncio.get_running_loop()
        now = loop.time()
        queue = self._waiting
        while queue and (queue[0].done.done() or queue[0].due <= now):
            self._late(queue.popleft())
        if queue:
            self._late_timer = loop.call_at(queue[0].due, self._look_for_late)

    def _late(self, waiting: Waiting) -> None:
        if waiting.done.done():
            return
        # The ledger has to hear of the opening before it hears that it is late.
        self._hand_over()
        try:
            self._ledger.note_late(waiting.opening)
        except Exception as error:  # noqa: BLE001  the call goes out whatever happens to its row
            log.warning("a late row could not be noted: %s", type(error).__name__)
        waiting.done.set_result(False)

    def _mark(self) -> None:
        self._mark_timer = None
        for mark in tuple(self._running.values()):
            try:
                mark()
            except Exception as error:  # noqa: BLE001  what is lost is a note, not the row
                log.warning("a running call could not be marked: %s", type(error).__name__)
        if self._running:
            self._mark_timer = asyncio.get_running_loop().call_later(MARK_SECONDS, self._mark)
