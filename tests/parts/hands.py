"""A pointer, a keyboard and windows on an X screen, as a user has them, by xdotool; and a panel that speaks XEmbed."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Callable
from typing import Any

from pixels import Screen
from screen import end, need

PATIENCE = 15.0


def until(holds: Callable[[], Any], what: str, timeout: float = PATIENCE) -> Any:
    """Ask until it gives something true; that is returned."""
    stop = time.monotonic() + timeout
    while not (result := holds()):
        assert time.monotonic() < stop, f"did not come true in time: {what}"
        time.sleep(0.02)
    return result


class Hands:
    """What a user does on a screen."""

    def __init__(self, screen: Screen) -> None:
        self._xdotool = need("xdotool", "xdotool")
        self.screen = screen

    def do(self, *words: str) -> str:
        """One command of xdotool; what it says."""
        done = subprocess.run(
            [self._xdotool, *words],
            env={"DISPLAY": self.screen.name, "PATH": "/usr/bin:/bin"},
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=False,
        )
        return done.stdout.strip()

    def click(self, x: int, y: int, button: int = 1) -> None:
        """Go there, press, let go; each in its own moment, as a hand does."""
        self.do("mousemove", "--sync", str(x), str(y))
        self.do("mousedown", str(button))
        self.do("mouseup", str(button))

    def away(self) -> None:
        """Take the pointer where it lights nothing up."""
        self.do("mousemove", "2", str(self.screen.height - 2))

    def key(self, *names: str) -> None:
        self.do("key", *names)

    def windows(self, name: str) -> list[str]:
        """The visible windows whose title is this."""
        return self.do("search", "--onlyvisible", "--name", f"^{name}$").split()

    def menus(self) -> list[str]:
        """The visible menus: windows of the tray without a frame around them and without the popover's title."""
        all_of_it = self.do("search", "--onlyvisible", "--class", "^spendlight$").split()
        return [
            window for window in all_of_it if self.where(window)[2] > 64 and window not in self.windows("Spendlight")
        ]

    def wait_window(self, name: str) -> str:
        """Wait for the one window of this title."""
        found: list[str] = until(lambda: self.windows(name), f"a window {name}")
        return found[0]

    def wait_gone(self, name: str) -> None:
        until(lambda: not self.windows(name), f"no window {name}")

    def focus(self, window: str) -> None:
        """Give a window the keyboard, and see that it has it."""

        def has() -> bool:
            self.do("windowfocus", window)
            return self.do("getwindowfocus") == window

        until(has, f"the keyboard in window {window}")

    def where(self, window: str) -> tuple[int, int, int, int]:
        """Left, top, width and height of a window on the screen."""
        lines = self.do("getwindowgeometry", "--shell", window).splitlines()
        found = dict(line.split("=", 1) for line in lines if "=" in line)
        return int(found["X"]), int(found["Y"]), int(found["WIDTH"]), int(found["HEIGHT"])


class Trayer:
    """A panel that only speaks XEmbed, in a corner of the screen, on a ground of one colour."""

    SIZE = 24

    def __init__(self, screen: Screen, *, ground: str = "0xffffff", edge: str = "bottom") -> None:
        program = need("trayer", "trayer")
        command = [program, "--edge", edge, "--align", "right", "--widthtype", "request", "--height", str(self.SIZE)]
        command += ["--transparent", "true", "--alpha", "0", "--tint", ground, "--SetDockType", "true"]
        self.process = subprocess.Popen(
            command,
            env={"DISPLAY": screen.name, "PATH": "/usr/bin:/bin", "GTK_THEME": "Raleigh"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    def kill(self) -> None:
        self.process.kill()
        self.process.wait(PATIENCE)

    def close(self) -> None:
        end(self.process)
