"""Saying something to a person who looks at no terminal: a desktop notification through whatever program is there.

For processes that have nothing but the standard library. Best effort: a machine without a desktop has nobody to tell.
"""

from __future__ import annotations

import contextlib
import shutil
import subprocess
from typing import Final

_LIMIT: Final = 5.0
_CALL: Final = ("org.freedesktop.Notifications", "/org/freedesktop/Notifications", "org.freedesktop.Notifications")


def announce(title: str, text: str) -> bool:
    """Show a notification that stays; whether a program said that it was taken."""
    destination, path, interface = _CALL
    # With their types: gdbus would ask the service for them, and not each service tells.
    lists = ("@as []", "@a{sv} {'urgency': <byte 2>}", "int32 0")
    gdbus = (
        "--session",
        "--timeout=3",
        f"--dest={destination}",
        f"--object-path={path}",
        f"--method={interface}.Notify",
    )
    # Notify takes: name, id to replace, icon, title, text, actions, hints, time limit (0: it stays).
    spread = ("susssasa{sv}i", "Spendlight", "0", "", title, text, "0", "1", "urgency", "y", "2", "0")
    values = ("Spendlight", "uint32 0", _quoted(""), _quoted(title), _quoted(text), *lists)
    commands = (
        ("notify-send", "--app-name=Spendlight", "--urgency=critical", "--", title, text.replace("\\", "\\\\")),
        ("busctl", "--user", "--timeout=3", "--", "call", destination, path, interface, "Notify", *spread),
        ("gdbus", "call", *gdbus, "--", *values),
    )
    for command in commands:
        program = shutil.which(command[0])
        if program is None:
            continue
        with contextlib.suppress(OSError, subprocess.TimeoutExpired):
            done = subprocess.run(
                [program, *command[1:]],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                timeout=_LIMIT,
                check=False,
            )
            if done.returncode == 0:
                return True
    return False


def _quoted(text: str) -> str:
    """A text for gdbus, which would read it as a value otherwise."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'
