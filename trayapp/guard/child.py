"""One child process of the guard, engine or relay: how it gets the sockets, how it is heard, how it ends.

Everything that differs between systems in handing sockets to a child lives here.

What a child is given, appended to its command line (POSIX):

* ``--sockets 5,6``: inherited descriptors of the listening sockets, bound and listening already;
* ``--beat 7``: the write end of a pipe. The child writes one byte ``R`` when it serves the sockets and then one
  byte ``.`` every 500 ms, from the loop that serves, so that a hung loop is silent;
* ``--life 8``: the read end of a pipe that the guard never writes to. Its end of file means that the guard is gone:
  the child stops accepting at once, finishes what runs and ends.

On Windows descriptors are not inherited. There the command line says ``--handover`` and the child reads from its
standard input one line of JSON ``{"sockets": [...], "beat": ..., "life": ...}``, each value the base64 text of
``socket.share()``; beats and lifeline are socket pairs instead of pipes. This part has not been run yet.
"""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Sequence
from typing import Final

from trayapp.guard.sockets import Listening

_BEATS: Final = 4096


class Child:
    """A running child. All times are ``time.monotonic()`` seconds, which do not count a suspended machine."""

    def __init__(self, name: str, process: subprocess.Popen[bytes], ears: int | socket.socket, life: object) -> None:
        self.name = name
        self.started = time.monotonic()
        self.heard = self.started
        """When the last beat arrived."""
        self.ready_at: float | None = None
        self.stop_by: float | None = None
        """When it was asked to stop: the time at which it is killed."""
        self.killed_for: str | None = None
        """Why the guard killed it, if it did."""
        self._process = process
        self._ears = ears
        self._life = life

    @classmethod
    def start(cls, name: str, command: Sequence[str], listening: Listening, log: int) -> Child:
        """Start a child; ``log`` becomes its standard output and error.

        Raises:
            OSError: the program cannot be started (file missing, no memory, no descriptors).
        """
        if sys.platform == "win32":
            return cls._start_windows(name, command, listening, log)
        ears, beat = os.pipe()
        life, our_life = os.pipe()
        try:
            fds = [plug.fileno() for plug in listening.sockets]
            argv = [
                *command,
                *("--sockets", ",".join(map(str, fds))),
                *("--beat", str(beat)),
                *("--life", str(life)),
            ]
            process = subprocess.Popen(
                argv,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                pass_fds=(*fds, beat, life),
                # Ctrl-C in a terminal reaches the guard alone, which then stops its children in order.
                process_group=0,
            )
        except BaseException:
            os.close(ears)
            os.close(our_life)
            raise
        finally:
            os.close(beat)
            os.close(life)
        os.set_blocking(ears, False)
        return cls(name, process, ears, our_life)

    if sys.platform == "win32":

        @classmethod
        def _start_windows(cls, name: str, command: Sequence[str], listening: Listening, log: int) -> Child:
            import base64
            import json

            ears, beat = socket.socketpair()
            our_life, life = socket.socketpair()
            with beat, life:
                process = subprocess.Popen(
                    [*command, "--handover"], stdin=subprocess.PIPE, stdout=log, stderr=log, text=False
                )

                def share(plug: socket.socket) -> str:
                    return base64.b64encode(plug.share(process.pid)).decode()

                document = {
                    "sockets": [share(plug) for plug in listening.sockets],
                    "beat": share(beat),
                    "life": share(life),
                }
                if process.stdin is not None:
                    with process.stdin as pipe:
                        pipe.write(json.dumps(document).encode() + b"\n")
            ears.setblocking(False)
            return cls(name, process, ears, our_life)

    @property
    def pid(self) -> int:
        """The process's id."""
        return self._process.pid

    @property
    def ears(self) -> int | socket.socket:
        """What a selector watches for beats."""
        return self._ears

    @property
    def ready(self) -> bool:
        """Whether it said that it serves the sockets."""
        return self.ready_at is not None

    def listen(self) -> bool:
        """Read the beats that have arrived. ``False``: the pipe has ended and need not be watched any more."""
        try:
            data = os.read(self._ears, _BEATS) if isinstance(self._ears, int) else self._ears.recv(_BEATS)
        except BlockingIOError:
            return True
        except OSError:
            return False
        if not data:
            return False
        self.heard = time.monotonic()
        if self.ready_at is None and b"R" in data:
            self.ready_at = self.heard
        return True

    def forgive(self, now: float) -> None:
        """Begin the silence anew: the guard itself was stopped and could not hear."""
        self.heard = now
        if self.ready_at is None:
            self.started = now

    def deadline(self, silence: float, start: float) -> float:
        """When it is to be killed unless it beats, becomes ready or ends before."""
        by = self.heard + silence if self.ready else self.started + start
        return by if self.stop_by is None else self.stop_by

    def code(self) -> int | None:
        """The exit code (negative: the signal that ended it), or ``None`` while it runs."""
        return self._process.poll()

    def ask_to_stop(self, by: float) -> None:
        """Ask it to end in order; it is killed at ``by``."""
        self.stop_by = by
        self._process.terminate()

    def kill(self, why: str) -> None:
        """End it at once."""
        if self.killed_for is None:
            self.killed_for = why
            self._process.kill()

    def close(self) -> None:
        """Let go of the pipes of a child that has ended."""
        for end in (self._ears, self._life):
            if isinstance(end, int):
                os.close(end)
            elif isinstance(end, socket.socket):
                end.close()
