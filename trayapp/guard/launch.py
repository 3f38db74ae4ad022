"""Starting and stopping the guard from elsewhere: CLI, tray, demo.

Rules: the guard is started detached (a session of its own, no terminal, the root as its folder), so that it
outlives whoever started it; starting one that runs already is no error; nobody is asked more often than every
25 ms; standard library only.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from trayapp.guard.failure import ALREADY_RUNNING
from trayapp.platform import single
from trayapp.platform.guardstate import GuardState, read_state
from trayapp.platform.paths import Paths
from trayapp.said import say
from trayapp.trouble import Trouble, TroubleError, trouble_from_json

_STEP: Final = 0.025
_SERVING: Final = ("running", "relaying")
_LOOK: Final = 0.5
"""Seconds between two looks at what the service manager does."""
_ASKED: Final = 5
"""How often it is asked before the guard is started without it."""

_started: list[subprocess.Popen[bytes]] = []
"""The guards that this process started; kept so that an ended one is reaped at the next call."""


class StartError(TroubleError):
    """The guard did not come up, or did not end."""

    def __init__(self, trouble: Trouble, exit_code: int | None = None) -> None:
        super().__init__(trouble)
        self.exit_code = exit_code
        """The guard's exit code; ``None`` if it still runs."""


def start(
    paths: Paths,
    *,
    wait: float = 10.0,
    port: int = 0,
    engine_command: Sequence[str] | None = None,
    environment: Mapping[str, str] | None = None,
) -> GuardState:
    """Start the guard unless it runs, and wait until the port is served.

    Args:
        paths: the profile.
        wait: seconds until giving up; the guard goes on nevertheless.
        port: the port that the settings fix, or 0.
        engine_command: another engine (tests).
        environment: variables for guard and engine, added to this process's own.

    Returns:
        A state that is ``running``, or ``relaying`` when the engine cannot work.

    Raises:
        StartError: it cannot start (its trouble says why), or was not ready in time (code ``start_timeout``).
    """
    _reap()
    until = time.monotonic() + wait
    state = read_state(paths)
    process: subprocess.Popen[bytes] | None = None
    # A profile whose guard starts at login is started the same way now, so that somebody restarts that guard.
    plain = engine_command is None and environment is None
    supervisor = _Supervisor(paths, until) if state is None and plain else None
    while True:
        # A virtual environment's python.exe is a launcher: there the guard is a child of our child.
        ours = process is None or sys.platform == "win32" or (state is not None and process.pid == state.pid)
        if state is not None and state.state in _SERVING and ours:
            if process is not None:
                _let_go(process)
            return state
        if state is None and process is None and (supervisor is None or not supervisor.is_at_it()):
            process = _spawn(paths, port, engine_command, environment)
        if process is not None and (code := _ended_within(process, _STEP)) is not None:
            ended, process = process, None
            trouble = _words(ended, code)
            # Another start was quicker, or a guard that was stopping had not let go yet: look again. Ours has been
            # waited for, since otherwise it could still take over when the other one is stopped.
            if code != ALREADY_RUNNING:
                raise StartError(trouble, code)
        elif process is None:
            time.sleep(_STEP)
        if time.monotonic() >= until:
            if process is not None:
                _let_go(process)
            raise StartError(_too_slow(wait))
        state = read_state(paths)


class _Supervisor:
    """The service manager that starts this profile's guard, if there is one.

    A guard that ends gives up its lock a moment before its process is gone; who asks in that moment is told that it
    runs. So the manager is asked again while it has nothing, and left alone while it is at it: two guards would not
    make a slow machine quicker.
    """

    def __init__(self, paths: Paths, until: float) -> None:
        self._paths = paths
        self._environment = _environment(paths, None)
        self._give_up = until - 1
        self._ask_at = 0.0
        self._idle = 0
        self._has_it = True

    def is_at_it(self) -> bool:
        """Whether it starts the guard; asked at each turn, it looks twice a second."""
        now = time.monotonic()
        if self._has_it and now >= self._ask_at:
            self._has_it = now < self._give_up and self._look()
            self._ask_at = now + _LOOK
        return self._has_it

    def _look(self) -> bool:
        from trayapp.platform import logins  # what every command would pay for, and few need

        if self._ask_at and logins.at_it(self._paths, self._environment):
            return True
        self._idle += 1
        return self._idle <= _ASKED and logins.start(self._paths, Path.home(), self._environment)


def stop(paths: Paths, wait: float = 15.0) -> bool:
    """Stop guard, engine and relay in order.

    On Windows the guard is ended at once; engine and relay notice it and end in order.

    Returns:
        Whether a guard was running.

    Raises:
        StartError: it still runs after ``wait`` seconds, or may not be signalled.
    """
    _reap()
    held_by = single.holder(paths.guard_lock)
    if held_by is None:
        return False
    until = time.monotonic() + wait
    asked: set[int] = set()
    while (held_by := single.holder(paths.guard_lock)) is not None:
        # The pid is trusted because its process holds the lock now. A moment after a start it may still be missing.
        if held_by.pid is not None and held_by.pid not in asked:
            asked.add(held_by.pid)
            try:
                os.kill(held_by.pid, signal.SIGTERM)
            except ProcessLookupError:
                pass
            except OSError as error:
                raise StartError(_not_stopped(wait)) from error
        if time.monotonic() >= until:
            raise StartError(_not_stopped(wait))
        time.sleep(_STEP)
    for process in _started:
        if process.pid in asked:
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(5)
    _reap()
    return True


def _spawn(
    paths: Paths, port: int, engine_command: Sequence[str] | None, environment: Mapping[str, str] | None
) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-P", "-m", "trayapp.guard", "--json-errors", "--port", str(port)]
    if engine_command is not None:
        command += ["--engine-command", json.dumps(list(engine_command))]
    try:
        if sys.platform == "win32":
            return subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.PIPE,
                env=_environment(paths, environment),
                creationflags=subprocess.DETACHED_PROCESS | subprocess.CREATE_NEW_PROCESS_GROUP,
            )
        return subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            env=_environment(paths, environment),
            cwd="/",
            start_new_session=True,
        )
    except OSError as error:
        raise StartError(
            Trouble(
                title=say("Spendlight could not be started"),
                message=say(
                    "The system refused to start {name}: {why}.", name=Path(sys.executable).name, why=error.strerror
                ),
                fix=say("Try again; if it stays so, `spendlight doctor` looks for the cause."),
                code="start_failed",
            )
        ) from error


def _environment(paths: Paths, more: Mapping[str, str] | None) -> dict[str, str]:
    """The environment in which the guard finds the same profile as ``paths``."""
    environment = {**os.environ, **(more or {})}
    if paths.root is not None:
        environment["SPENDLIGHT_HOME"] = str(paths.root)
    else:
        environment.pop("SPENDLIGHT_HOME", None)
    return environment


def _ended_within(process: subprocess.Popen[bytes], seconds: float) -> int | None:
    try:
        return process.wait(seconds)
    except subprocess.TimeoutExpired:
        return None


def _words(process: subprocess.Popen[bytes], code: int) -> Trouble:
    """Why it ended: the last line on its standard error."""
    text = b""
    if process.stderr is not None:
        with process.stderr as pipe:
            text = pipe.read(65536)
    with contextlib.suppress(ValueError, IndexError):
        trouble = trouble_from_json(json.loads(text.splitlines()[-1]))
        if trouble is not None:
            return trouble
    return Trouble(
        title=say("Spendlight could not be started"),
        message=say("Its guard ended at once (exit code {code}).", code=code),
        fix=say("`spendlight doctor` looks for the cause."),
        code="start_failed",
    )


def _let_go(process: subprocess.Popen[bytes]) -> None:
    if process.stderr is not None:
        process.stderr.close()
    _started.append(process)


def _reap() -> None:
    _started[:] = [process for process in _started if process.poll() is None]


def _too_slow(wait: float) -> Trouble:
    return Trouble(
        title=say("Spendlight is slow to start"),
        message=say("Its port was not served within {wait} seconds. It keeps trying.", wait=f"{wait:g}"),
        fix=say("Look again in a moment with `spendlight status`."),
        code="start_timeout",
    )


def _not_stopped(wait: float) -> Trouble:
    return Trouble(
        title=say("Spendlight did not stop"),
        message=say("Its guard still runs {wait} seconds after it was asked to end.", wait=f"{wait:g}"),
        fix=say("Try again; if it stays so, end the process that `spendlight status` names."),
        code="stop_timeout",
    )
