"""The engine's side of counting: a process that is started when it is first needed and ends when it is not.

Everything that starts, asks, bounds and ends the counting process lives here. Use it on one event loop. Rules:

* nothing is started before the first question, and ``IDLE_SECONDS`` after the last one the process ends: an engine
  whose calls all end as they should never pays for it;
* a question is given ``PATIENCE`` seconds and never fails: ``None`` means that nobody counted;
* a process that answers nothing in that time is killed; after ``FAULTS`` deaths in a row, or when it says that it has
  no encoding, none is started again;
* what the process prints goes nowhere: a panic's message could quote a text.
"""

from __future__ import annotations

import asyncio
import logging
import sys
from collections.abc import Sequence
from typing import Final

import msgspec

from trayapp.engine.tokens.wire import LENGTH, Ask, Told, packed

log = logging.getLogger(__name__)

PATIENCE: Final = 3.0
"""Seconds in which a question is answered; starting and loading take about half a second of them."""
IDLE_SECONDS: Final = 60.0
WAITING: Final = 64
"""Questions that wait at most; each holds the text of a call."""
FAULTS: Final = 3
_COMMAND: Final = (sys.executable, "-P", "-m", "trayapp.engine.tokens")
_told: Final = msgspec.msgpack.Decoder(Told)


class _Helper:
    """One counting process and who waits for it."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self.process = process
        self.waiting: dict[int, asyncio.Future[Told]] = {}
        self.answered = 0

    def send(self, message: bytes) -> None:
        """Hand a message over; a process that is gone is noticed by who listens to it."""
        if self.process.stdin is not None:
            self.process.stdin.write(message)

    def let_go(self) -> None:
        """It may end: nothing more will be asked."""
        if self.process.stdin is not None:
            self.process.stdin.close()

    def kill(self) -> None:
        """It has to end."""
        try:
            self.process.kill()
        except ProcessLookupError:
            pass


class Counter:
    """Counts tokens, elsewhere."""

    def __init__(
        self, command: Sequence[str] = _COMMAND, *, patience: float = PATIENCE, idle: float = IDLE_SECONDS
    ) -> None:
        self._command = command
        self._patience = patience
        self._idle = idle
        self._helper: _Helper | None = None
        self._listeners: set[asyncio.Task[None]] = set()
        self._starting = asyncio.Lock()
        self._asking = 0
        self._number = 0
        self._faults = 0
        self._timer: asyncio.TimerHandle | None = None
        self._ended = False

    @property
    def able(self) -> bool:
        """Whether asking makes sense."""
        return self._willing() and self._asking < WAITING

    def _willing(self) -> bool:
        return not self._ended and self._faults < FAULTS

    @property
    def pid(self) -> int | None:
        """The counting process, while there is one."""
        return None if self._helper is None else self._helper.process.pid

    async def count(
        self, encoding: str, answer: bytes = b"", thought: bytes = b"", body: bytes = b"", coding: str = ""
    ) -> Told | None:
        """Count an answer's text, its thinking, and a request's prompt.

        Args:
            encoding: ``o200k_base`` or ``cl100k_base``.
            answer: UTF-8.
            thought: UTF-8.
            body: the request's body as it was sent.
            coding: the body's content coding.
        """
        if not self.able:
            return None
        self._number += 1
        self._asking += 1
        ask = Ask(self._number, encoding, answer, thought, body, coding)
        try:
            async with asyncio.timeout(self._patience):
                helper = await self._ready()
                if helper is None:
                    return None
                told = await self._ask(helper, ask)
        except TimeoutError:
            log.warning("tokens were not counted in time")
            return None
        finally:
            self._asking -= 1
            self._rest()
        return told if told.ready else None

    async def close(self) -> None:
        """End the process; what is still asked is answered with ``None``."""
        self._ended = True
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if self._helper is not None:
            self._helper.kill()
        if self._listeners:
            await asyncio.wait(self._listeners, timeout=2.0)

    async def _ask(self, helper: _Helper, ask: Ask) -> Told:
        future: asyncio.Future[Told] = asyncio.get_running_loop().create_future()
        helper.waiting[ask.number] = future
        answered = helper.answered
        try:
            helper.send(packed(ask))
            return await future
        except asyncio.CancelledError:
            if helper.answered == answered and self._helper is helper:
                # Not a word in all the time: it hangs.
                self._helper = None
                self._faults += 1
                helper.kill()
            raise
        finally:
            del helper.waiting[ask.number]

    async def _ready(self) -> _Helper | None:
        """The process, started if need be."""
        async with self._starting:
            if self._helper is not None or not self._willing():
                return self._helper
            pipe, nothing = asyncio.subprocess.PIPE, asyncio.subprocess.DEVNULL
            try:
                process = await asyncio.create_subprocess_exec(*self._command, stdin=pipe, stdout=pipe, stderr=nothing)
            except OSError as error:
                self._faults = FAULTS
                log.warning("tokens cannot be counted: %s", type(error).__name__)
                return None
            helper = _Helper(process)
            if not self._willing():
                helper.kill()  # closed meanwhile
            self._helper = helper
            listener = asyncio.get_running_loop().create_task(self._listen(helper))
            self._listeners.add(listener)
            listener.add_done_callback(self._listeners.discard)
            return helper

    async def _listen(self, helper: _Helper) -> None:
        """Hand out answers until the process ends."""
        source = helper.process.stdout
        try:
            while source is not None:
                size = int.from_bytes(await source.readexactly(LENGTH), "big")
                told = _told.decode(await source.readexactly(size))
                helper.answered += 1
                self._faults = 0
                if not told.ready:
                    self._faults = FAULTS
                    log.warning("the tokenizer cannot be loaded; tokens are estimated from bytes")
                future = helper.waiting.get(told.number)
                if future is not None and not future.done():
                    future.set_result(told)
        except (asyncio.IncompleteReadError, OSError, msgspec.MsgspecError):
            pass
        if self._helper is helper:
            self._helper = None
            self._faults += 1
        for future in helper.waiting.values():
            if not future.done():
                future.set_result(Told(0, ready=False))
        helper.kill()
        await helper.process.wait()

    def _rest(self) -> None:
        """Let the process end when nothing was asked for a while."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if self._helper is not None and not self._asking and not self._ended:
            self._timer = asyncio.get_running_loop().call_later(self._idle, self._let_go)

    def _let_go(self) -> None:
        self._timer = None
        helper = self._helper
        if helper is not None and not self._asking:
            self._helper = None
            helper.let_go()
