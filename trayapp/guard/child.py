"""One child process of the guard, engine or relay: how it gets the sockets, how it is heard, how it ends.

Everything that differs between systems in handing sockets to a child lives here.

What a child is given, appended to its command line (POSIX):

* ``--sockets 5,6``: inherited descriptors of the listening sockets, bound and listening already;
* ``--beat 7``: the write end of a pipe. The child writes one byte ``R`` when it serves the sockets and then one
  byte ``.`` every 500 ms, from the loop that serves, so that a hung loop is silent. In between an engine may hand over
  its virtual keys (``trayapp.virtualkeys.frames``), which the guard keeps in memory for its relay;
* ``--life 8``: the read end of a pipe. Its end of file means that the guard is gone: the child stops accepting at once,
  finishes what runs and ends. The guard writes nothing to it but the virtual keys, to a relay.

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
from trayapp.virtualkeys.frames import Unframer, frame

_BEATS: Final = 64 * 1024


MEMORY: Final = {"MALLOC_MMAP_THRESHOLD_": "1048576", "MALLOC_TRIM_THRESHOLD_": "8388608"}
"""What glibc is told in the children's environment: blocks from a MiB on are the system's, and go back at once. Else
the bound rises with each large body, and up to 64 MiB of freed memory stay with the process. Up to 8 MiB may stay,
because memory for each body anew would cost a call of 400 KB half a millisecond."""


class Child:
    """A running child. All times are ``time.monotonic()`` seconds, which do not count a suspended machine."""

    def __init__(
        self, name: str, process: subprocess.Popen[bytes], ears: int | socket.socket, life: int | socket.socket
    ) -> None:
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
        self._frames = Unframer()
        self._unsaid = b""
        """What the lifeline had no room for yet."""

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
                env={**os.environ, **MEMORY},
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
        os.set_blocking(our_life, False)
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
            our_life.setblocking(False)
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
        try:
            beats = self._frames.feed(data)
        except ValueError:  # not a child of ours; it will be silent from now on
            return False
        if self.ready_at is None and b"R" in beats:
            self.ready_at = self.heard
        return True

    def handed_over(self) -> bytes | None:
        """The keys that it has handed over since this was asked last."""
        return self._frames.take()

    def hand_over(self, keys: bytes) -> None:
        """Give it the keys; what the pipe has no room for follows with ``go_on``."""
        self._unsaid += frame(keys)
        self.go_on()

    @property
    def midway(self) -> bool:
        """Whether some of what is handed over has yet to be written."""
        return bool(self._unsaid)

    def go_on(self) -> None:
        """Hand over more of what has been begun; never waits."""
        if not self._unsaid:
            return
        try:
            sent = _send(self._life, self._unsaid)
        except BlockingIOError:
            return
        except OSError:  # it has ended
            sent = len(self._unsaid)
        self._unsaid = self._unsaid[sent:]

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
            else:
                end.close()


def _send(end: int | socket.socket, data: bytes) -> int:
    return os.write(end, data) if isinstance(end, int) else end.send(data)
