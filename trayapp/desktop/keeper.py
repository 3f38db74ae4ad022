"""What the tray knows of the guard: its state file, and the one signal that stops everything.

The desktop never imports the guard's room; both meet in ``trayapp.platform.guardstate``.
"""

from __future__ import annotations

import importlib
import os
import signal
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from trayapp.control import Trouble
from trayapp.platform.paths import Paths


@dataclass(frozen=True, slots=True)
class Keeper:
    """The guard, as its state file tells."""

    pid: int
    state: str
    """``starting``, ``running``, ``restarting``, ``relaying`` or ``stopping``."""
    trouble: Trouble | None


def find(paths: Paths) -> Keeper | None:
    """The guard of this profile, or ``None`` when none runs."""
    try:
        module = importlib.import_module("trayapp.platform.guardstate")
        state = module.read_state(paths)
    except (ImportError, OSError, ValueError):
        return None
    if state is None:
        return None
    return Keeper(int(state.pid), str(state.state), _trouble(state.trouble))


def stop(paths: Paths) -> bool:
    """Ask the guard to end itself and the engine; whether there was one to ask.

    Raises:
        OSError: it may not be signalled.
    """
    keeper = find(paths)
    if keeper is None or keeper.pid <= 1:
        return False
    try:
        os.kill(keeper.pid, signal.SIGTERM)
    except ProcessLookupError:
        return False
    return True


def _trouble(found: Any) -> Trouble | None:
    if found is None:
        return None
    if not isinstance(found, Mapping):
        found = {name: getattr(found, name, "") for name in ("title", "message", "fix", "code")}
    return Trouble(**{name: str(found.get(name) or "") for name in ("title", "message", "fix", "code")})
