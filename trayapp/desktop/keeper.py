"""What the tray knows of the guard: its state file, and the one signal that stops everything.

The desktop never imports the guard's room; both meet in ``trayapp.platform.guardstate``.
"""

from __future__ import annotations

import os
import signal
from dataclasses import dataclass

from trayapp.platform import guardstate
from trayapp.platform.paths import Paths
from trayapp.trouble import Trouble


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
        state = guardstate.read_state(paths)
    except (OSError, ValueError):
        return None
    if state is None:
        return None
    return Keeper(state.pid, state.state, state.trouble)


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
