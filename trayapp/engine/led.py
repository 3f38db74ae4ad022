"""Whether the tools look for Spendlight where it is: said as a trouble as long as one of them does not.

The port may have changed since a tool was connected (other settings, a lost state folder). Rules: the tools' files are
read in a thread, only when the journal of edits has changed or something is wrong; without edits nothing is imported.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, MutableMapping
from typing import Final

from trayapp.platform.paths import Paths
from trayapp.trouble import Trouble

PAUSE: Final = 30.0
_NAME: Final = "tools_elsewhere"
log = logging.getLogger(__name__)


async def watch(
    paths: Paths, port: int, troubles: MutableMapping[str, Trouble], changed: Callable[[], None], pause: float = PAUSE
) -> None:
    """Look now and then, until cancelled."""
    seen = None
    while True:
        now = _changed_at(paths)
        if now != seen or _NAME in troubles:
            seen = now
            try:
                trouble = await asyncio.to_thread(_look, paths, port)
            except Exception as error:  # noqa: BLE001  a look must not end the engine
                log.warning("the tools' files could not be looked at: %s", type(error).__name__)
                trouble = None
            if trouble != troubles.get(_NAME):
                troubles.pop(_NAME, None)
                if trouble is not None:
                    troubles[_NAME] = trouble
                changed()
        await asyncio.sleep(pause)


def _changed_at(paths: Paths) -> int | None:
    try:
        return paths.edits.stat().st_mtime_ns
    except OSError:
        return None


def _look(paths: Paths, port: int) -> Trouble | None:
    from trayapp.tools import pointing

    return pointing.elsewhere(pointing.led(paths), port)
