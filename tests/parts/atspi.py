"""A screen reader made for tests: reads a program's windows over the accessibility bus, as Orca does.

``Reader`` starts the accessibility bus of a session and walks ``org.a11y.atspi.Accessible`` objects from the
registry's root; ``Thing`` is one of them. Values are read when asked for, never kept.
"""

from __future__ import annotations

import subprocess
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from jeepney import DBusAddress, DBusErrorResponse, Properties, new_method_call
from jeepney.io.blocking import DBusConnection, open_dbus_connection
from jeepney.wrappers import unwrap_msg
from screen import end

PATIENCE = 15.0
LAUNCHERS = ("/usr/libexec/at-spi-bus-launcher", "/usr/lib/at-spi2-core/at-spi-bus-launcher")
ENVIRONMENT = {"QT_LINUX_ACCESSIBILITY_ALWAYS_ON": "1"}
"""What a tray needs to be told, so that it speaks without a reader that runs."""
_IFACE = "org.a11y.atspi."
_CHECKED, _ENABLED, _FOCUSABLE, _FOCUSED, _SHOWING, _VISIBLE = 4, 8, 11, 12, 25, 30
"""Numbers of states (at-spi2's ``AtspiStateType``)."""


@dataclass(frozen=True)
class Thing:
    """One accessible object."""

    reader: Reader
    bus: str
    path: str

    @property
    def name(self) -> str:
        return str(self._get("Accessible", "Name"))

    @property
    def description(self) -> str:
        return str(self._get("Accessible", "Description"))

    @property
    def role(self) -> str:
        return str(self._call("Accessible", "GetRoleName")[0])

    @property
    def value(self) -> tuple[float, float, float]:
        """Now, least, most."""
        return tuple(float(self._get("Value", name)) for name in ("CurrentValue", "MinimumValue", "MaximumValue"))  # type: ignore[return-value]

    @property
    def actions(self) -> list[str]:
        return [str(action[0]) for action in self._call("Action", "GetActions")[0]]

    @property
    def text(self) -> str:
        return str(self._call("Text", "GetText", "ii", (0, -1))[0])

    @property
    def focusable(self) -> bool:
        return self._is(_FOCUSABLE)

    @property
    def focused(self) -> bool:
        return self._is(_FOCUSED)

    @property
    def enabled(self) -> bool:
        return self._is(_ENABLED)

    @property
    def checked(self) -> bool:
        return self._is(_CHECKED)

    @property
    def showing(self) -> bool:
        return self._is(_SHOWING) and self._is(_VISIBLE)

    @property
    def place(self) -> tuple[int, int, int, int]:
        """Left, top, width, height on the screen."""
        left, top, wide, high = self._call("Component", "GetExtents", "u", (0,))[0]
        return left, top, wide, high

    def do(self, action: str) -> None:
        """Have one of its actions done."""
        assert self._call("Action", "DoAction", "i", (self.actions.index(action),))[0]

    def children(self) -> list[Thing]:
        return [Thing(self.reader, bus, path) for bus, path in self._call("Accessible", "GetChildren")[0]]

    def walk(self) -> Iterator[Thing]:
        """It and all below it that is shown, in order."""
        yield self
        for child in self.children():
            if child.showing:
                yield from child.walk()

    def find(self, role: str, name: str = "") -> Thing:
        """The first shown thing below it of this role whose name holds ``name``."""
        for thing in self.walk():
            if thing.role == role and name in thing.name:
                return thing
        raise AssertionError(f"no {role} {name!r} among {self.told()}")

    def told(self) -> list[tuple[str, str]]:
        """Role and name of all that is shown."""
        return [(thing.role, thing.name) for thing in self.walk()]

    def _is(self, state: int) -> bool:
        low, high = self._call("Accessible", "GetState")[0]
        return bool((low if state < 32 else high) >> (state % 32) & 1)

    def _get(self, interface: str, name: str) -> Any:
        address = DBusAddress(self.path, self.bus, _IFACE + interface)
        return self.reader.ask(Properties(address).get(name))[0][1]

    def _call(self, interface: str, method: str, signature: str | None = None, body: tuple[Any, ...] = ()) -> Any:
        address = DBusAddress(self.path, self.bus, _IFACE + interface)
        return self.reader.ask(new_method_call(address, method, signature, body))


class Reader:
    """The accessibility bus of one session, and what is on it."""

    def __init__(self, session: str, display: str) -> None:
        launcher = next((path for path in LAUNCHERS if Path(path).exists()), None)
        if launcher is None:
            pytest.skip("needs at-spi-bus-launcher: install the package at-spi2-core")
        self._process = subprocess.Popen(
            [launcher, "--launch-immediately"],
            env={"DBUS_SESSION_BUS_ADDRESS": session, "DISPLAY": display, "PATH": "/usr/bin:/bin"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        at = DBusAddress("/org/a11y/bus", "org.a11y.Bus", "org.a11y.Bus")
        with open_dbus_connection(bus=session) as connection:
            reply = connection.send_and_get_reply(new_method_call(at, "GetAddress"), timeout=PATIENCE)
        self._connection: DBusConnection = open_dbus_connection(bus=unwrap_msg(reply)[0])

    def ask(self, message: Any) -> Any:
        return unwrap_msg(self._connection.send_and_get_reply(message, timeout=PATIENCE))

    def programs(self) -> list[Thing]:
        """All that is on the bus."""
        return Thing(self, "org.a11y.atspi.Registry", "/org/a11y/atspi/accessible/root").children()

    def window(self, name: str, program: str = "Spendlight") -> Thing:
        """Wait for the program's window of this name, shown."""

        def found() -> Thing | None:
            for each in self.programs():
                if each.name == program:
                    for window in each.children():
                        if window.name == name and window.showing:
                            return window
            return None

        return self.until(found, f"a window {name!r}")

    def until(self, holds: Callable[[], Any], what: str) -> Any:
        """Ask until it gives something true; what has gone meanwhile is asked for again."""
        stop = time.monotonic() + PATIENCE
        while True:
            try:
                if result := holds():
                    return result
            except DBusErrorResponse:
                pass
            assert time.monotonic() < stop, f"did not come true in time: {what}"
            time.sleep(0.05)

    def close(self) -> None:
        self._connection.close()
        end(self._process)


@pytest.fixture
def reader(bus: str, display: str) -> Iterator[Reader]:
    """The screen reader of this test's session."""
    made = Reader(bus, display)
    yield made
    made.close()
