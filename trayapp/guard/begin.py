"""How the guard begins and ends: its folder, its lock, its port, then the loop (``trayapp.guard.supervise``).

Rules: what is in the way is said as a ``StartFailureError``; whatever was taken is given back, however it ends.
"""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Sequence

from trayapp.guard import failure
from trayapp.guard.failure import ALREADY_RUNNING, FOLDER_UNUSABLE, StartFailureError
from trayapp.guard.log import Log
from trayapp.guard.sockets import listen
from trayapp.guard.supervise import Supervisor, Timing
from trayapp.platform import single
from trayapp.platform.guardstate import clear_state
from trayapp.platform.paths import Paths
from trayapp.trouble import Trouble


def guard(
    paths: Paths,
    *,
    port: int,
    engine_command: Sequence[str] | None,
    timing: Timing | None,
    relay_command: Sequence[str] | None = None,
    gone: Trouble | None = None,
) -> int:
    """What ``trayapp.guard.run`` does; see there.

    ``relay_command`` and ``gone`` are for ``trayapp.rescue``: another relay, and what to say when no engine comes up.
    """
    os.umask(0o077)
    timing = timing or Timing()
    _prepare(paths)
    try:
        lock = single.Single.take(paths.guard_lock)
    except single.HeldError as held:
        raise StartFailureError(ALREADY_RUNNING, failure.already_running(held.holder)) from held
    except OSError as error:
        raise StartFailureError(FOLDER_UNUSABLE, failure.folder_unusable(str(paths.run), error)) from error
    try:
        listening = listen(paths, port, patience=timing.port_patience)
        log = Log(paths.log)
        log.line(f"started, process {os.getpid()}, port {listening.port}, IPv6 {'yes' if listening.v6 else 'no'}")
        supervisor = Supervisor(
            paths,
            listening,
            engine_command or python("trayapp.engine"),
            relay_command or python("trayapp.guard.relay"),
            timing,
            log,
            gone=gone,
        )
        code = supervisor.run()
        log.line("ended")
        return code
    finally:
        with contextlib.suppress(OSError):
            clear_state(paths)
        lock.release()


def python(module: str) -> list[str]:
    """The command that runs a module of ours, never one of the folder that we were started in (``-P``)."""
    return [sys.executable, "-P", "-m", module]


def _prepare(paths: Paths) -> None:
    try:
        paths.make()
        status = paths.run.stat()
    except OSError as error:
        raise StartFailureError(
            FOLDER_UNUSABLE, failure.folder_unusable(str(error.filename or paths.run), error)
        ) from error
    # In a shared folder somebody else may have made it before us, to read along.
    if sys.platform != "win32" and (status.st_uid != os.getuid() or status.st_mode & 0o022):
        raise StartFailureError(FOLDER_UNUSABLE, failure.folder_not_private(paths.run))
