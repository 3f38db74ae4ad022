"""A Wayland session: weston as the only window of an X screen, so that it can be seen and typed into.

The screen has no window manager: under openbox weston's window never comes up.
"""

from __future__ import annotations

import contextlib
import os
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hands import Hands, until
from pixels import Colour, Rect, Screen
from screen import end, need, open_screen


class Weston:
    """A compositor on a screen."""

    def __init__(self, screen: Screen, home: Path, scale: int) -> None:
        program = need("weston", "weston")
        self.screen = screen
        self.hands = Hands(screen)
        self.log = home / f"weston-{scale}.log"
        self._socket = f"wayland-{scale}"
        runtime = Path(os.environ["XDG_RUNTIME_DIR"])
        width, height = screen.width // scale, screen.height // scale
        command = [program, "--backend=x11-backend.so", "--use-pixman", f"--socket={self._socket}", "--no-config"]
        command += [f"--width={width}", f"--height={height}", f"--scale={scale}", "--idle-time=0", f"--log={self.log}"]
        self.process = subprocess.Popen(
            command,
            env={"DISPLAY": screen.name, "PATH": "/usr/bin:/bin", "XDG_RUNTIME_DIR": str(runtime), "LANG": "C.UTF-8"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        until(lambda: (runtime / self._socket).exists() or self.process.poll() is not None, "a Wayland compositor")
        assert self.process.poll() is None, self.log.read_text()
        # Its desktop is there once something is painted.
        screen.until(lambda frame: frame.at(frame.width // 2, frame.height - 1) != (0, 0, 0))

    def press(self, key: str, done: Callable[[], Any]) -> None:
        """Press a key until something is so: weston reads what X sent while it painted only when more comes."""

        def pressed() -> Any:
            self.hands.key(key)
            return done()

        until(pressed, f"what the key {key} does")

    def environment(self) -> dict[str, str]:
        """What makes a program its client, and nobody else's."""
        return {"WAYLAND_DISPLAY": self._socket, "QT_QPA_PLATFORM": "wayland", "DISPLAY": ""}

    def window(self, ground: Colour) -> Rect:
        """Wait for a window of that ground that is painted and stands still; where it is."""
        seen: list[Rect | None] = [None]

        def still() -> Rect | None:
            before, seen[0] = seen[0], self.screen.frame().box(ground)
            return seen[0] if seen[0] == before else None

        found: Rect = until(still, "a window on the Wayland screen")
        return found

    def close(self) -> None:
        end(self.process)


@pytest.fixture
def make_weston(home: Path) -> Iterator[Callable[..., Weston]]:
    """Starts compositors, each on a screen of its own."""
    with contextlib.ExitStack() as stack:

        def make(scale: int = 1) -> Weston:
            size = f"{1280 * scale}x{800 * scale}"
            weston = Weston(stack.enter_context(open_screen(managed=False, size=size)), home, scale)
            stack.callback(weston.close)
            return weston

        yield make
