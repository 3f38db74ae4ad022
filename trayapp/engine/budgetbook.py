"""What has to be remembered of budgets through a restart: what was told, and which were lifted.

Everything that reads or writes ``budgets.json`` lives here. Rules: what was told is on the disk before it is told, so
that a kill between the two costs a notice and never doubles one; a file that cannot be read is put aside, and begins
anew; a folder that cannot be written costs a warning, and the memory of this engine holds all the same.
"""

from __future__ import annotations

import asyncio
import logging
from pathlib import Path
from typing import Any, Final

import msgspec

from trayapp.insight.thresholds import Thresholds
from trayapp.platform.paths import write_private

log = logging.getLogger(__name__)

_MOST_BYTES: Final = 4 << 20


class Lift(msgspec.Struct, frozen=True):
    """A budget's action was lifted by the user."""

    period: str
    """For this period of it only, by name."""
    until_us: int


class _File(msgspec.Struct, kw_only=True):
    told: dict[str, Any] = {}
    lifted: dict[str, Lift] = {}
    """By ``Budget.key``."""


class BudgetBook:
    """The memory on disk. Use it on one event loop."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self.thresholds = Thresholds()
        self._lifted: dict[str, Lift] = {}
        self._writing = asyncio.Lock()
        try:
            if path.stat().st_size > _MOST_BYTES:
                raise ValueError
            file = msgspec.json.decode(path.read_bytes(), type=_File)
            self.thresholds.restore(file.told)
            self._lifted = file.lifted
        except FileNotFoundError:
            pass
        except (OSError, ValueError, msgspec.MsgspecError, RecursionError):
            log.warning("what was told of budgets could not be read; it begins anew")
            try:
                path.replace(path.with_suffix(".damaged.json"))
            except OSError:
                pass

    def lifted(self, key: str, period: str, now_us: int) -> Lift | None:
        """Whether a budget's action is lifted now."""
        found = self._lifted.get(key)
        return found if found is not None and found.period == period and now_us < found.until_us else None

    def lift(self, key: str, lift: Lift | None) -> None:
        """Lift a budget's action, or (``None``) let it hold again; ``key``: ``Budget.key``."""
        if lift is None:
            self._lifted.pop(key, None)
        else:
            self._lifted[key] = lift

    def forget(self, name: str) -> None:
        """A budget is gone, and its lift with it: another one of that name is another one."""
        self._lifted = {key: lift for key, lift in self._lifted.items() if key.partition("\0")[0] != name}

    async def write(self) -> None:
        """Put it on the disk."""
        async with self._writing:
            data = msgspec.json.encode(_File(told=self.thresholds.kept(), lifted=self._lifted))
            try:
                await asyncio.to_thread(write_private, self._path, data)
            except OSError as error:
                log.warning("what was told of budgets could not be written: %s", type(error).__name__)
