"""When the price book is brought up to date, and the process that does it.

Everything that decides the moment lives here; ``trayapp.engine.bookkeeper`` does the work, in a child process that
lives for a second.

Rules: once a day, not at the same minute everywhere; the first time some minutes after the start; after a failure
again in a quarter of an hour, then ever later, up to a day. One timer, and none when it is switched off. Being
offline is normal: one line in the log at the first failure, nothing at those that follow.
"""

from __future__ import annotations

import asyncio
import logging
import random
import time
from collections.abc import Awaitable, Callable
from typing import Final

from trayapp.engine import bookkeeper_answer
from trayapp.engine.bookkeeper_answer import Answer
from trayapp.engine.pricebook import Status, read_status
from trayapp.platform.paths import Paths

log = logging.getLogger(__name__)

DAY_S: Final = 86_400.0
FIRST_S: Final = (180.0, 480.0)
"""The first try after a start, so that a start is never busy with it."""
RETRY_S: Final = 900.0
_LOOK_S: Final = 6 * 3600.0
"""A sleeping machine stops the timer's clock, so the calendar is looked at this often."""
_LIMIT_S: Final = 180.0


def due_in(status: Status, url: str, now_us: int, luck: float) -> float:
    """Seconds until the next try; ``luck`` is a number from 0 to 1."""
    if status.url != url or not status.checked_us or status.checked_us > now_us:
        return 0.0
    wait = min(RETRY_S * float(1 << min(status.failures - 1, 10)), DAY_S) if status.failures else DAY_S
    return max(0.0, status.checked_us / 1e6 + wait * (0.9 + 0.2 * luck) - now_us / 1e6)


class Updater:
    """Starts the bookkeeper when it is time, or when somebody asks."""

    def __init__(self, paths: Paths, port: int, done: Callable[[Answer], Awaitable[None]]) -> None:
        """Do nothing yet.

        Args:
            paths: the profile.
            port: our own port.
            done: told what the bookkeeper answered.
        """
        self._paths = paths
        self._port = port
        self._done = done
        self._url: str | None = None
        self._luck = random.random()  # noqa: S311  spreads requests, guards nothing
        self._first = 0.0
        self._timer: asyncio.TimerHandle | None = None
        self._task: asyncio.Task[None] | None = None
        self._child: asyncio.subprocess.Process | None = None

    def configure(self, url: str | None) -> None:
        """Fetch from this address from now on; ``None`` switches it off."""
        if url == self._url:
            return
        self._url = url
        low, high = FIRST_S
        self._first = asyncio.get_running_loop().time() + low + (high - low) * self._luck
        self._wind()

    @property
    def next_in(self) -> float | None:
        """Seconds until the timer looks again; ``None`` when it is off."""
        return None if self._timer is None else self._timer.when() - asyncio.get_running_loop().time()

    async def close(self) -> None:
        """No more; a child that runs is ended."""
        self._url = None
        self._wind()
        if self._child is not None and self._child.returncode is None:
            self._child.kill()
        if self._task is not None:
            await asyncio.gather(self._task, return_exceptions=True)

    async def update(self, *, anew: bool = False) -> Answer:
        """Bring it up to date now."""
        arguments = ["update", "--port", str(self._port), *(["--anew"] if anew else [])]
        answer = await self._run(arguments)
        self._wind()
        return answer

    async def accept(self, model: str) -> Answer:
        """Take a price that is held back."""
        return await self._run(["accept", model])

    def _wind(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if self._url is None:
            return
        loop = asyncio.get_running_loop()
        due = due_in(read_status(self._paths), self._url, time.time_ns() // 1000, self._luck)
        self._timer = loop.call_at(max(loop.time() + min(due, _LOOK_S), self._first), self._look)

    def _look(self) -> None:
        self._timer = None
        if self._url is None or (self._task is not None and not self._task.done()):
            return
        if due_in(read_status(self._paths), self._url, time.time_ns() // 1000, self._luck) > 1.0:
            self._wind()
            return
        self._task = asyncio.get_running_loop().create_task(self._daily())

    async def _daily(self) -> None:
        # Whatever happens now, also a child that dies before it could write anything: not again at once.
        self._first = asyncio.get_running_loop().time() + RETRY_S
        try:
            await self.update()
        except Exception as error:  # noqa: BLE001  prices that are not fetched are no reason to end
            log.warning("the price book could not be brought up to date: %s", type(error).__name__)
            self._wind()

    async def _run(self, arguments: list[str]) -> Answer:
        before = read_status(self._paths)
        self._child = child = await asyncio.create_subprocess_exec(
            *bookkeeper_answer.command(arguments),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
        )
        try:
            output, _ = await asyncio.wait_for(child.communicate(), _LIMIT_S)
        except TimeoutError:
            output = b""
        finally:
            if child.returncode is None:
                child.kill()
                await child.wait()
        answer = bookkeeper_answer.read(output)
        if answer.result in ("failed", "refused") and not before.failures:
            log.info("the price book was not brought up to date (%s); the one in use stays", answer.result)
        await self._done(answer)
        return answer
