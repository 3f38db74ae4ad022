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
from trayapp.said import say
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
        title=say("Spendlight cannot use its folder"),
        message=say("{folder}: {why}.", folder=folder, why=error.strerror or type(error).__name__),
        fix=say("Make it a folder that you can write to, or name another place in SPENDLIGHT_HOME."),
        code="folder_unusable",
    )


def already_running(holder: Holder) -> Trouble:
    """Another guard holds the profile's lock."""
    return Trouble(
        title=say("Spendlight is already running"),
        message=say("Its guard serves this profile.")
        if holder.pid is None
        else say("Its guard serves this profile (process {pid}).", pid=holder.pid),
        fix=say("Nothing is to be done; `spendlight status` shows it."),
        code="already_running",
    )


def engine_gave_up(code: int) -> Trouble:
    """The engine ended with a code that says "do not restart me", and left no words of its own."""
    return Trouble(
        title=say("Metering is off"),
        message=say(
            "Spendlight's engine cannot work (exit code {code}). Your tools keep working; nothing is metered.",
            code=code,
        ),
        fix=say("`spendlight doctor` looks for the cause."),
        code="engine_gave_up",
    )


def engine_crash_loop(code: int | None, log: Path) -> Trouble:
    """The engine does not come up. ``code`` is ``None`` if its program could not be started."""
    how = say("could not be started") if code is None else ending(code)
    return Trouble(
        title=say("Metering is off"),
        message=say(
            "Spendlight's engine ended again and again before it was ready ({how}). Your tools"
            " keep working; nothing is metered.",
            how=how,
        ),
        fix=say("It is tried again every minute. {log} says why it ends.", log=log),
        code="engine_crash_loop",
    )


def environment_gone(program: str, rescue: Path) -> Trouble:
    """Our environment was moved or removed under the running guard."""
    return Trouble(
        title=say("Spendlight's program is gone"),
        message=say("{program} is missing. Your tools keep working; nothing is metered.", program=program),
        fix=say("Install Spendlight again, or undo everything: {rescue} restore --all", rescue=rescue)
        if rescue.exists()
        else say("Install Spendlight again; `spendlight restore --all` then undoes everything."),
        code="environment_gone",
    )


def ending(code: int) -> str:
    """How a process ended, in words."""
    if code >= 0:
        return say("exit code {code}", code=code)
    with contextlib.suppress(ValueError):
        return say("signal {name}", name=signal.Signals(-code).name)
    return say("signal {name}", name=-code)


def port_taken(port: int, *, fixed: bool) -> Trouble:
    """Somebody else has the port that the user fixed, or that this profile had before."""
    if fixed:
        fix = say("End that program, or choose another number for `proxy.port` in the settings.")
    else:
        fix = say("End that program, or set `proxy.port` to a free number and connect your tools again.")
    return Trouble(
        title=say("Port {port} is taken", port=port),
        message=say(
            "Another program listens on 127.0.0.1:{port} or [::1]:{port}, where your tools look for Spendlight.",
            port=port,
        ),
        fix=fix,
        code="port_taken",
    )


def port_unusable(port: int, error: OSError) -> Trouble:
    """The system does not let us have the port."""
    return Trouble(
        title=say("Port {port} cannot be used", port=port),
        message=say(
            "The system refused 127.0.0.1:{port} ({why}).",
            port=port,
            why=errno.errorcode.get(error.errno or 0, "unknown error"),
        ),
        fix=say("Set `proxy.port` to another number, for example 27410."),
        code="port_unusable",
    )


def no_free_port(first: int, last: int) -> Trouble:
    """A first start found no port."""
    return Trouble(
        title=say("No free port"),
        message=say("All loopback ports from {first} to {last} are taken.", first=first, last=last),
        fix=say("Set `proxy.port` to a free number."),
        code="port_taken",
    )


def folder_not_private(folder: Path) -> Trouble:
    """Somebody else could put files into our run folder."""
    return Trouble(
        title=say("Spendlight's run folder is not yours alone"),
        message=say("{folder} belongs to another user, or others may write to it.", folder=folder),
        fix=say("Remove it, or correct its owner and mode (0700)."),
        code="folder_not_private",
    )
