"""What the guard has to say when something fails: exit codes and the words that go with them.

Everything that a user reads from the guard is written here.
"""

from __future__ import annotations

import contextlib
import errno
import signal
from pathlib import Path
from typing import Final

from trayapp.platform.single import Holder
from trayapp.trouble import Trouble, TroubleError

ALREADY_RUNNING: Final = 3
PORT_TAKEN: Final = 4
FOLDER_UNUSABLE: Final = 5


class StartFailureError(TroubleError):
    """The guard cannot start; ``trouble`` is for the user, ``exit_code`` for whoever started it."""

    def __init__(self, exit_code: int, trouble: Trouble) -> None:
        super().__init__(trouble)
        self.exit_code = exit_code


def folder_unusable(folder: str, error: OSError) -> Trouble:
    """A folder of ours cannot be made, written or locked."""
    return Trouble(
        title="Spendlight cannot use its folder",
        message=f"{folder}: {error.strerror or type(error).__name__}.",
        fix="Make it a folder that you can write to, or name another place in SPENDLIGHT_HOME.",
        code="folder_unusable",
    )


def already_running(holder: Holder) -> Trouble:
    """Another guard holds the profile's lock."""
    who = "" if holder.pid is None else f" (process {holder.pid})"
    return Trouble(
        title="Spendlight is already running",
        message=f"Its guard serves this profile{who}.",
        fix="Nothing is to be done; `spendlight status` shows it.",
        code="already_running",
    )


def engine_gave_up(code: int) -> Trouble:
    """The engine ended with a code that says "do not restart me", and left no words of its own."""
    return Trouble(
        title="Metering is off",
        message=f"Spendlight's engine cannot work (exit code {code}). Your tools keep working; nothing is metered.",
        fix="`spendlight doctor` looks for the cause.",
        code="engine_gave_up",
    )


def engine_crash_loop(code: int | None, log: Path) -> Trouble:
    """The engine does not come up. ``code`` is ``None`` if its program could not be started."""
    how = "could not be started" if code is None else ending(code)
    return Trouble(
        title="Metering is off",
        message=(
            f"Spendlight's engine ended again and again before it was ready ({how}). "
            "Your tools keep working; nothing is metered."
        ),
        fix=f"It is tried again every minute. {log} says why it ends.",
        code="engine_crash_loop",
    )


def environment_gone(program: str, rescue: Path) -> Trouble:
    """Our environment was moved or removed under the running guard."""
    return Trouble(
        title="Spendlight's program is gone",
        message=f"{program} is missing. Your tools keep working; nothing is metered.",
        fix=f"Install Spendlight again, or undo everything: {rescue} restore --all"
        if rescue.exists()
        else "Install Spendlight again; `spendlight restore --all` then undoes everything.",
        code="environment_gone",
    )


def ending(code: int) -> str:
    """How a process ended, in words."""
    if code >= 0:
        return f"exit code {code}"
    with contextlib.suppress(ValueError):
        return f"signal {signal.Signals(-code).name}"
    return f"signal {-code}"


def port_taken(port: int, *, fixed: bool) -> Trouble:
    """Somebody else has the port that the user fixed, or that this profile had before."""
    if fixed:
        fix = "End that program, or choose another number for `proxy.port` in the settings."
    else:
        fix = "End that program, or set `proxy.port` to a free number and connect your tools again."
    return Trouble(
        title=f"Port {port} is taken",
        message=f"Another program listens on 127.0.0.1:{port} or [::1]:{port}, where your tools look for Spendlight.",
        fix=fix,
        code="port_taken",
    )


def port_unusable(port: int, error: OSError) -> Trouble:
    """The system does not let us have the port."""
    return Trouble(
        title=f"Port {port} cannot be used",
        message=f"The system refused 127.0.0.1:{port} ({errno.errorcode.get(error.errno or 0, 'unknown error')}).",
        fix="Set `proxy.port` to another number, for example 27410.",
        code="port_unusable",
    )


def no_free_port(first: int, last: int) -> Trouble:
    """A first start found no port."""
    return Trouble(
        title="No free port",
        message=f"All loopback ports from {first} to {last} are taken.",
        fix="Set `proxy.port` to a free number.",
        code="port_taken",
    )


def folder_not_private(folder: Path) -> Trouble:
    """Somebody else could put files into our run folder."""
    return Trouble(
        title="Spendlight's run folder is not yours alone",
        message=f"{folder} belongs to another user, or others may write to it.",
        fix="Remove it, or correct its owner and mode (0700).",
        code="folder_not_private",
    )
