"""A Wayland session: weston as the only window of an X screen, so that it can be seen and typed into.

The screen has no window manager: under openbox weston's window never comes up.
"""

from __future__ import annotations

import contextlib
import itertools
import os
import subprocess
import sys
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
        self._neighbours: list[subprocess.Popen[bytes]] = []
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

    def point(self, x: int, y: int, done: Callable[[], Any]) -> Any:
        """Take the pointer there, and move it a little until something is so, for the same reason.

        Weston adds up how far it was moved. Where the first moves were lost it is elsewhere, so from time to time it is
        taken to the corner, where both pointers meet.
        """
        moves = itertools.cycle(((0, 0), *((x, y), (x + 1, y)) * 15))

        def moved() -> Any:
            to = next(moves)
            self.hands.do("mousemove", *map(str, to))
            return to != (0, 0) and done()

        return until(moved, f"what the pointer at {x}, {y} does")

    def click(self, x: int, y: int, done: Callable[[], Any]) -> Any:
        """Press and let go where the pointer is already, until something is so."""
        self.hands.do("mousedown", "1")
        self.hands.do("mouseup", "1")

        def done_here() -> Any:
            self.hands.do("mousemove", str(x + next(nudges)), str(y))
            return done()

        nudges = itertools.cycle((1, 0))
        return until(done_here, f"what a click at {x}, {y} does")

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

    def neighbour(self, colour: Colour) -> tuple[int, int]:
        """Start another program with a window of one colour; a place in it."""
        self._neighbours.append(
            subprocess.Popen(
                [sys.executable, "-c", _NEIGHBOUR, "#{:02x}{:02x}{:02x}".format(*colour)],
                env={**os.environ, **self.environment()},
                stdin=subprocess.DEVNULL,
            )
        )
        left, top, _, high = self.window(colour)
        return left + 2, top + high // 2

    def close(self) -> None:
        for each in (*self._neighbours, self.process):
            end(each)


_NEIGHBOUR = """
import sys
from PySide6.QtGui import QColor, QGuiApplication, QRasterWindow, QPainter
class Plain(QRasterWindow):
    def paintEvent(self, _):
        QPainter(self).fillRect(0, 0, self.width(), self.height(), QColor(sys.argv[1]))
app = QGuiApplication(sys.argv[:1])
window = Plain()
window.resize(300, 200)
window.show()
app.exec()
"""


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
