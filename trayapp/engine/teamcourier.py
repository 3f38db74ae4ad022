"""Sends the courier on an errand and waits for it, without anybody else waiting.

Everything that starts ``trayapp.team.courier`` lives here. Rules: one at a time; bounded in time, then it is ended;
keys and tokens go through its standard input; what it says on standard error goes nowhere.
"""

from __future__ import annotations

import asyncio
from typing import Final

import msgspec

from trayapp.team import errand as errands
from trayapp.team.errand import Errand, Report

_LIMIT_S: Final = errands.LIMIT_S + 10


class Messenger:
    """Runs errands one after the other. Use it on one event loop."""

    def __init__(self) -> None:
        self._child: asyncio.subprocess.Process | None = None
        self._busy = asyncio.Lock()
        self._closed = False

    async def go(self, errand: Errand) -> Report:
        """Do an errand; whatever happens becomes a report."""
        async with self._busy:
            if self._closed:
                return Report(result="failed", message="Spendlight ends.")
            given = await asyncio.to_thread(msgspec.json.encode, errand)
            try:
                self._child = child = await asyncio.create_subprocess_exec(
                    *errands.command(),
                    stdin=asyncio.subprocess.PIPE,
                    stdout=asyncio.subprocess.PIPE,
                    stderr=asyncio.subprocess.DEVNULL,
                )
            except OSError as error:
                return Report(result="failed", message=f"The courier could not be started ({error.strerror}).")
            output = b""
            try:
                output, _ = await asyncio.wait_for(child.communicate(given), _LIMIT_S)
            except TimeoutError:
                pass
            finally:
                if child.returncode is None:
                    child.kill()
                    await child.wait()
            return await asyncio.to_thread(errands.read, output)

    def close(self) -> None:
        """The engine ends: no more errands, the running one is ended."""
        self._closed = True
        self.interrupt()

    def interrupt(self) -> None:
        """The running errand is ended; it has failed."""
        if self._child is not None and self._child.returncode is None:
            self._child.kill()
