"""Who runs when: the guard's one loop.

Everything that starts, watches, restarts and stops engine and relay lives here. The loop waits for beats, signals
and the next deadline; nothing in it blocks, and it reads nothing that a client sent.

Rules:

* an engine that ends after it was ready is restarted at once; connects wait in the sockets' backlog meanwhile;
* an engine that is silent for two seconds after it was ready, or not ready after fifteen, is killed. Silence is
  measured on a clock that stands still while the machine is suspended, and begins anew when the guard itself was
  stopped;
* three deaths in a row before it was ready are a crash loop; exit codes 10–19 say "do not restart me". In both
  cases the relay takes over, and the engine is tried again every minute. When one becomes ready the relay stops
  accepting and finishes its streams, however long they take;
* exit code 0 means that the engine was asked to stop: the guard ends too;
* SIGTERM and SIGINT stop everything in order, a second one at once. SIGHUP and SIGUSR1 replace the engine.
"""

from __future__ import annotations

import contextlib
import json
import os
import selectors
import signal
import socket
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import trayapp
from trayapp.guard import failure
from trayapp.guard.child import Child
from trayapp.guard.log import Log
from trayapp.guard.sockets import Listening
from trayapp.platform.guardstate import GuardState, write_state
from trayapp.platform.paths import Paths
from trayapp.trouble import Trouble, trouble_from_json

_STOP: Final = (signal.SIGTERM, signal.SIGINT)
_REPLACE: Final = tuple(getattr(signal, n) for n in ("SIGHUP", "SIGUSR1") if hasattr(signal, n))
_LONGEST_WAIT: Final = 0.6
"""A little more than the pause between beats, so it costs no wake-ups, and a stop of the guard itself shows soon."""
_TRUSTED: Final = 2
"""After so many failures in a row the relay's spare program is tried."""
_DRAINED: Final = 0.02
"""After so long a pipe that was full may have room again."""
_STALL: Final = 0.3
"""Waking later than planned by this much means that the guard did not run."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Timing:
    """The guard's deadlines, in seconds."""

    silence: float = 2.0
    """Without a beat after ready."""
    start: float = 15.0
    """From start to ready."""
    stop: float = 10.0
    """From SIGTERM to SIGKILL."""
    backoff: float = 0.1
    """First pause after a death before ready; doubles up to ``backoff_most``."""
    backoff_most: float = 2.0
    healthy: float = 30.0
    """A child that was ready for so long resets its pause."""
    crash_limit: int = 3
    """Deaths in a row before ready that make a crash loop."""
    retry: float = 60.0
    """Pause between tries of the engine while the relay serves."""
    trim: float = 60.0
    """Pause between looks at the log's size."""
    port_patience: float = 3.0
    """For a fixed or remembered port that is still taken."""


class _Post:
    """One of the two jobs, with the child that does it and the pause before the next try."""

    def __init__(self, name: str, command: Sequence[str]) -> None:
        self.name = name
        self.command = command
        self.child: Child | None = None
        self.due: float | None = None
        """When to start the next child."""
        self.failures = 0
        """Deaths in a row before ready."""
        self.pause = 0.0

    @property
    def ready(self) -> bool:
        return self.child is not None and self.child.ready and self.child.stop_by is None


class Supervisor:
    """The guard's loop over one engine and, when needed, one relay."""

    def __init__(
        self,
        paths: Paths,
        listening: Listening,
        engine_command: Sequence[str],
        relay_command: Sequence[str],
        timing: Timing,
        log: Log,
        *,
        gone: Trouble | None = None,
    ) -> None:
        self._paths = paths
        self._listening = listening
        self._timing = timing
        self._log = log
        self._engine = _Post("engine", engine_command)
        self._relay = _Post("relay", relay_command)
        self._spare_relay = (str(paths.rescue), "relay")
        """Another program for the relay's job, when the first cannot be started (our environment was removed)."""
        self._gone = gone
        self._leaving: list[Child] = []
        """Relays that finish their streams after the engine came back."""
        self._trouble: Trouble | None = None
        self._keys = b""
        """The virtual keys as the engine handed them over, for the relay: in memory only, and not read here."""
        self._deaths = 0
        self._stopping = False
        self._trim_at = 0.0
        self._shown: GuardState | None = None
        self._selector = selectors.DefaultSelector()
        self._signals, self._signals_in = socket.socketpair()

    # -- the loop ------------------------------------------------------------------------------------------

    def run(self) -> int:
        """Supervise until asked to stop. Returns the exit code."""
        self._catch_signals()
        now = time.monotonic()
        self._engine.due = now
        self._trim_at = now + self._timing.trim
        try:
            while True:
                now = time.monotonic()
                self._act(now)
                self._show()
                if self._stopping and not any(True for _ in self._children()):
                    return 0
                wait = min(max(0.0, self._next(now) - now), _LONGEST_WAIT)
                events = self._selector.select(wait)
                for key, _ in events:
                    key.data()
                woke = time.monotonic()
                if woke - now > wait + _STALL:
                    for child in self._children():
                        child.forgive(woke)
        finally:
            self._close()

    def _act(self, now: float) -> None:
        self._reap(now)
        for child in list(self._children()):
            if now >= child.deadline(self._timing.silence, self._timing.start) and child.killed_for is None:
                late = "did not stop" if child.stop_by is not None else "silent" if child.ready else "not ready in time"
                self._log.line(f"{child.name} {child.pid} is killed: {late}")
                child.kill(late)
            child.go_on()
        for post in (self._engine, self._relay):
            if post.due is not None and now >= post.due and post.child is None and not self._stopping:
                self._start(post, now)
        if now >= self._trim_at:
            self._trim_at = now + self._timing.trim
            self._log.trim()

    def _next(self, now: float) -> float:
        """The next time at which something has to be done without an event."""
        times = [self._trim_at]
        times += [
            child.deadline(self._timing.silence, self._timing.start)
            for child in self._children()
            if child.killed_for is None
        ]
        times += [post.due for post in (self._engine, self._relay) if post.due is not None and post.child is None]
        if any(child.midway for child in self._children()):
            times.append(now + _DRAINED)
        if sys.platform == "win32":
            times.append(now + 0.25)  # no SIGCHLD there: look whether a child has ended
        return min(times)

    def _children(self) -> Iterator[Child]:
        for post in (self._engine, self._relay):
            if post.child is not None:
                yield post.child
        yield from self._leaving

    # -- starting and ending children ----------------------------------------------------------------------

    def _start(self, post: _Post, now: float) -> None:
        post.due = None
        self._log.trim()
        if post is self._engine:
            with contextlib.suppress(OSError):
                self._error_file.unlink(missing_ok=True)
        log = self._log.open()
        spare = post is self._relay and post.failures >= _TRUSTED and self._paths.rescue.exists()
        try:
            child = Child.start(post.name, self._spare_relay if spare else post.command, self._listening, log)
        except OSError as error:
            self._log.line(f"{post.name} cannot be started: {type(error).__name__} {error.errno}")
            self._died(post, None, ready=False, now=now)
            return
        finally:
            os.close(log)
        post.child = child
        if post is self._relay:
            child.hand_over(self._keys)
        self._selector.register(child.ears, selectors.EVENT_READ, lambda: self._hear(child))

    def _hear(self, child: Child) -> None:
        was_ready = child.ready
        if not child.listen():
            self._selector.unregister(child.ears)
        self._keep_keys(child)
        if not child.ready or was_ready or child.stop_by is not None:
            return
        if child is self._engine.child:
            self._engine.failures = 0
            self._trouble = None
            self._dismiss_relay()

    def _keep_keys(self, child: Child) -> None:
        """What an engine hands over replaces what an earlier one did; a relay that serves meanwhile gets it too."""
        keys = child.handed_over()
        if keys is None or child.name != self._engine.name:
            return
        self._keys = keys
        if self._relay.child is not None:
            self._relay.child.hand_over(keys)

    def _dismiss_relay(self) -> None:
        relay, self._relay.child, self._relay.due = self._relay.child, None, None
        if relay is not None:
            # No deadline: its streams belong to tools that still read them.
            relay.ask_to_stop(float("inf"))
            self._leaving.append(relay)

    def _reap(self, now: float) -> None:
        for child in list(self._children()):
            code = child.code()
            if code is None:
                continue
            child.listen()  # A last "ready" may still be in the pipe, or keys.
            self._keep_keys(child)
            if child.ears in self._selector.get_map():
                self._selector.unregister(child.ears)
            child.close()
            if child in self._leaving:
                self._leaving.remove(child)
                continue
            post = self._engine if child is self._engine.child else self._relay
            post.child = None
            if self._stopping:
                continue
            if child.ready_at is not None and now - child.ready_at >= self._timing.healthy:
                post.pause = 0.0
            if child.stop_by is not None:
                post.failures, post.due = 0, now
            elif post is self._engine and code == 0:
                self._log.line("the engine was asked to stop")
                self._stop()
            else:
                self._log.line(f"{child.name} {child.pid} ended: {failure.ending(code)}")
                self._died(post, code, ready=child.ready, now=now)

    def _died(self, post: _Post, code: int | None, *, ready: bool, now: float) -> None:
        """Decide what follows an end that nobody asked for. ``code`` is ``None`` if it could not be started."""
        if post is self._engine:
            self._deaths += 1
            if code is not None and 10 <= code <= 19:
                self._trouble = self._engines_words() or failure.engine_gave_up(code)
                self._relay_instead(now)
                return
        if ready:
            post.failures, post.due = 0, now + min(post.pause, 0.1)
            return
        post.failures += 1
        if post is self._engine and (post.failures >= self._timing.crash_limit or self._relaying):
            self._trouble = self._why_not(code)
            self._relay_instead(now)
            return
        post.pause = min(max(post.pause * 2, self._timing.backoff), self._timing.backoff_most)
        post.due = now + post.pause

    def _why_not(self, code: int | None) -> Trouble:
        """Why the engine does not come up."""
        if self._gone is not None:
            return self._gone
        program = self._engine.command[0]
        if program == sys.executable and not Path(program).exists():
            return failure.environment_gone(program, self._paths.rescue)
        return failure.engine_crash_loop(code, self._log.path)

    def _relay_instead(self, now: float) -> None:
        self._engine.due = now + self._timing.retry
        if not self._relaying:
            self._log.line("the relay takes over; calls pass without being metered")
            self._relay.due = now

    @property
    def _relaying(self) -> bool:
        return self._relay.child is not None or self._relay.due is not None

    # -- what the user asks for ----------------------------------------------------------------------------

    def _catch_signals(self) -> None:
        self._signals.setblocking(False)
        self._signals_in.setblocking(False)
        self._selector.register(self._signals, selectors.EVENT_READ, self._signalled)
        signal.set_wakeup_fd(self._signals_in.fileno(), warn_on_full_buffer=False)
        wanted = [*_STOP, *_REPLACE]
        if sys.platform != "win32":
            wanted.append(signal.SIGCHLD)
        for number in wanted:
            signal.signal(number, lambda *_: None)

    def _signalled(self) -> None:
        with contextlib.suppress(BlockingIOError):
            for number in self._signals.recv(256):
                if number in _STOP:
                    self._stop()
                elif number in _REPLACE:
                    self._replace_engine()

    def _stop(self) -> None:
        """Ask everything to end; asked again, end it now."""
        now = time.monotonic()
        again, self._stopping = self._stopping, True
        by = now if again else now + self._timing.stop
        # From here on nobody shall wait in a backlog that no one will serve.
        self._listening.close()
        for child in self._children():
            child.ask_to_stop(by)

    def _replace_engine(self) -> None:
        """New code: end the running engine in order and start another one on the same sockets."""
        if self._stopping:
            return
        self._engine.failures = 0
        if self._engine.child is None:
            self._engine.due = time.monotonic()
        elif self._engine.child.stop_by is None:
            self._engine.child.ask_to_stop(time.monotonic() + self._timing.stop)

    # -- what others are told ------------------------------------------------------------------------------

    @property
    def _state(self) -> str:
        if self._stopping:
            return "stopping"
        if self._engine.ready:
            return "running"
        if self._relay.ready:
            return "relaying"
        fresh = self._deaths == 0 and (self._shown is None or self._shown.state == "starting")
        return "starting" if fresh else "restarting"

    def _show(self) -> None:
        """Write the state file if anything changed."""
        last = self._shown
        state = self._state
        engine = self._engine.child
        shown = GuardState(
            pid=os.getpid(),
            port=self._listening.port,
            v6=self._listening.v6,
            state=state,
            engine_pid=engine.pid if engine is not None else None,
            deaths=self._deaths,
            since_us=last.since_us if last is not None and last.state == state else time.time_ns() // 1000,
            trouble=self._trouble,
            version=trayapp.__version__,
        )
        if shown == last:
            return
        self._shown = shown
        try:
            write_state(self._paths, shown)
        except OSError as error:
            self._log.line(f"the state file cannot be written: {type(error).__name__} {error.errno}")

    @property
    def _error_file(self) -> Path:
        return self._paths.run / "engine.error.json"

    def _engines_words(self) -> Trouble | None:
        try:
            with self._error_file.open("rb") as file:
                return trouble_from_json(json.loads(file.read(65536)))
        except (OSError, ValueError):
            return None

    def _close(self) -> None:
        signal.set_wakeup_fd(-1)
        self._listening.close()
        for child in list(self._children()):  # only when the loop itself failed
            child.kill("the guard ends")
            child.close()
        self._selector.close()
        self._signals.close()
        self._signals_in.close()
