"""What the guard says about itself: the small file that the CLI and the tray read when no engine answers.

Everything about ``guard.json`` lives here: its fields, how it is written, when it is believed.

Rules: standard library only; the file is replaced as a whole at each change, mode 0600, and is believed only
while its writer holds the guard's lock. It is not synced to disk: after a crash of the machine nobody needs it,
and the guard must not wait for a slow disk.
"""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass, fields
from typing import Any, Final

from trayapp.platform import single
from trayapp.platform.paths import Paths
from trayapp.trouble import Trouble, trouble_from_json

STATES: Final = ("starting", "running", "restarting", "relaying", "stopping")


@dataclass(frozen=True, slots=True, kw_only=True)
class GuardState:
    """What the guard does now."""

    pid: int
    """The guard's process."""
    port: int = 0
    """The loopback port; 0 while it is not known yet."""
    v6: bool = False
    """Whether ``[::1]`` is served too; ``False`` where the machine has no IPv6."""
    state: str = "starting"
    """One of ``STATES``. ``relaying``: calls pass without being metered."""
    engine_pid: int | None = None
    deaths: int = 0
    """How often the engine ended unasked since the guard started."""
    since_us: int = 0
    """Since when ``state`` holds, UTC epoch microseconds."""
    trouble: Trouble | None = None
    """Why nothing is metered, if so."""
    version: str = ""


def write_state(paths: Paths, state: GuardState) -> None:
    """Replace the state file. Only the holder of the guard's lock may call this.

    Raises:
        OSError: the run folder is gone or full.
    """
    temporary = paths.guard_state.with_name(f".{paths.guard_state.name}.new")
    handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        os.write(handle, json.dumps(asdict(state)).encode())
    finally:
        os.close(handle)
    temporary.replace(paths.guard_state)


def read_state(paths: Paths) -> GuardState | None:
    """What the running guard says, or ``None`` when none runs.

    A guard that holds the lock but has not written its state yet is ``starting`` on port 0.
    """
    held_by = single.holder(paths.guard_lock)
    if held_by is None:
        return None
    state = _parse(paths)
    if state is None or (held_by.pid is not None and held_by.pid != state.pid):
        return GuardState(pid=held_by.pid or 0, since_us=held_by.started_us or 0)
    return state


def clear_state(paths: Paths) -> None:
    """Remove the state file; done by the guard as its last act."""
    paths.guard_state.unlink(missing_ok=True)


def _parse(paths: Paths) -> GuardState | None:
    try:
        document: Any = json.loads(paths.guard_state.read_bytes())
        known = {f.name for f in fields(GuardState)} - {"trouble"}
        values = {k: v for k, v in document.items() if k in known}
        state = GuardState(**values, trouble=trouble_from_json(document.get("trouble")))
    except (OSError, ValueError, TypeError, AttributeError):
        return None
    return state if isinstance(state.pid, int) and state.state in STATES else None
