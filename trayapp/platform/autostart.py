"""What stands in the file that starts the guard at login: texts for systemd, XDG desktops, launchd and Windows.

Pure: nothing here looks at the system but ``run_key``'s two recipes; ``trayapp.platform.logins`` does. Rules: every
word of a command is escaped as its format wants it, and what a format cannot carry (control characters, bytes that
are no text) is refused; each profile has a name of its own, so that several can start side by side.

The command is the same everywhere: a Python that does not belong to our environment runs the profile's ``rescue.pyz``,
which hands over to our environment's guard, or does the guard's work itself when that environment is gone.

Formats: systemd.service(5), systemd.syntax(7) and systemd.unit(5) of systemd 252; Desktop Entry Specification 1.5;
launchd.plist(5). launchd and the Run key are written by the book and were never run (2026-11-26).
"""

from __future__ import annotations

import hashlib
import os
import plistlib
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Final

from trayapp.platform.paths import Paths

TARGET: Final = "default.target"
RUN_KEY: Final = r"Software\Microsoft\Windows\CurrentVersion\Run"
_SAFE_ENOUGH: Final = "Spendlight: keeps the port that your AI tools call"
_HEAD: Final = "# Written by Spendlight. `spendlight autostart off` takes it away.\n"


class Kind(StrEnum):
    """What starts programs at login."""

    SYSTEMD_USER = "systemd-user"
    XDG = "xdg"
    LAUNCHD = "launchd"
    RUN_KEY = "run-key"


class NotCarriedError(ValueError):
    """A path cannot stand in such a file. The text is for people."""


@dataclass(frozen=True, slots=True)
class Job:
    """What is to be started."""

    name: str
    """``spendlight``, or with a mark of the profile behind it."""
    command: tuple[str, ...]
    """A program, by its full path, and its arguments."""

    @property
    def unit(self) -> str:
        """Its name for systemd."""
        return f"{self.name}.service"

    @property
    def label(self) -> str:
        """Its name for launchd."""
        return f"app.{self.name}.guard"


@dataclass(frozen=True, slots=True)
class Entry:
    """One file."""

    path: Path
    text: str


def job(paths: Paths, interpreter: Path) -> Job:
    """How this profile's guard is started by a Python outside of our environment."""
    return Job(name(paths), (str(interpreter), "-IS", str(paths.rescue), "guard"))


def name(paths: Paths) -> str:
    """The job's name; it tells profiles apart."""
    if paths.root is None:
        return "spendlight"
    return f"spendlight-{hashlib.sha256(os.fsencode(paths.root)).hexdigest()[:8]}"


def entries(kind: Kind, job: Job, folder: Path) -> tuple[Entry, ...]:
    """The files of one kind, the one with the command first. ``folder`` is where the kind keeps such files.

    Raises:
        NotCarriedError: a path holds what such a file cannot carry.
    """
    if kind is Kind.SYSTEMD_USER:
        wants = f"{_HEAD}[Unit]\nWants={job.unit}\n"
        return (
            Entry(folder / job.unit, unit(job)),
            Entry(folder / f"{TARGET}.d" / f"{job.name}.conf", wants),
        )
    if kind is Kind.XDG:
        return (Entry(folder / f"{job.name}.desktop", desktop(job)),)
    if kind is Kind.LAUNCHD:
        return (Entry(folder / f"{job.label}.plist", plist(job)),)
    return ()


def folders(kind: Kind, home: Path, environment: Mapping[str, str]) -> tuple[Path, ...]:
    """Where such files may lie, the likeliest first."""
    if kind is Kind.LAUNCHD:
        return (home / "Library" / "LaunchAgents",)
    own = environment.get("XDG_CONFIG_HOME", "")
    config = (Path(own),) if own.startswith("/") else ()
    below = ("systemd/user",) if kind is Kind.SYSTEMD_USER else ("autostart",) if kind is Kind.XDG else ()
    return tuple(place / part for place in dict.fromkeys((*config, home / ".config")) for part in below)


def unit(job: Job) -> str:
    """The systemd user unit.

    A guard that was killed comes back after a second; one that finds another guard (exit code 3) does not. Only the
    guard is signalled: it ends its children in order, and those of a killed one finish their streams by themselves.
    There is no ``[Install]``: a drop-in of the target wants it, since that is a file that can be taken back byte by
    byte, and ``systemctl enable`` would make a link that the journal does not know.
    """
    return (
        f"{_HEAD}"
        "[Unit]\n"
        f"Description={_SAFE_ENOUGH}\n"
        "StartLimitIntervalSec=60\n"
        "StartLimitBurst=10\n"
        "\n"
        "[Service]\n"
        "Type=exec\n"
        f"ExecStart={systemd_command(job.command)}\n"
        "WorkingDirectory=/\n"
        "UMask=0077\n"
        "Restart=on-failure\n"
        "RestartSec=1\n"
        "RestartPreventExitStatus=3\n"
        "SuccessExitStatus=3\n"
        "KillMode=process\n"
        "OOMPolicy=continue\n"
        "TimeoutStopSec=20\n"
        "SyslogIdentifier=spendlight\n"
        "NoNewPrivileges=yes\n"
        "RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6 AF_NETLINK\n"
    )


def systemd_command(words: tuple[str, ...]) -> str:
    """A command line for ``ExecStart=``.

    Raises:
        NotCarriedError: a word cannot be written.
    """
    program, *rest = (_text(word) for word in words)
    if set("\"'\\$") & set(program):
        # systemd refuses the first three in a program's path; the fourth would differ in the name that it is given.
        raise NotCarriedError(f"{program} has a sign in it that systemd cannot start")
    return " ".join([_systemd_word(program), *(_systemd_word(word.replace("$", "$$")) for word in rest)])


def _systemd_word(word: str) -> str:
    escaped = word.replace("\\", "\\\\").replace('"', '\\"').replace("%", "%%")
    return f'"{escaped}"'


def desktop(job: Job) -> str:
    """The XDG autostart file."""
    return (
        f"{_HEAD}"
        "[Desktop Entry]\n"
        "Type=Application\n"
        "Version=1.0\n"
        "Name=Spendlight\n"
        f"Comment={_SAFE_ENOUGH.partition(': ')[2].capitalize()}\n"
        f"TryExec={_desktop_value(_text(job.command[0]))}\n"
        f"Exec={desktop_command(job.command)}\n"
        "Terminal=false\n"
        "NoDisplay=true\n"
        "X-GNOME-Autostart-enabled=true\n"
    )


def desktop_command(words: tuple[str, ...]) -> str:
    """A command line for ``Exec=``: quoted first, then escaped as every value is.

    Raises:
        NotCarriedError: a word cannot be written.
    """
    if set("%=") & set(words[0]):
        # The specification forbids the second there, and GLib (2.74) does not undouble the first.
        raise NotCarriedError(f"{words[0]} has a sign in it that no desktop file can start")
    quoted = []
    for word in words:
        text = _text(word)
        for sign in '\\"`$':
            text = text.replace(sign, f"\\{sign}")
        quoted.append(f'"{text.replace("%", "%%")}"')
    return _desktop_value(" ".join(quoted))


def _desktop_value(text: str) -> str:
    return text.replace("\\", "\\\\")


def plist(job: Job) -> str:
    """The launchd agent. It is not started again after an orderly end; a second guard's launcher ends in order."""
    document = {
        "Label": job.label,
        "ProgramArguments": [_text(word) for word in job.command],
        "RunAtLoad": True,
        "KeepAlive": {"SuccessfulExit": False},
        "ProcessType": "Interactive",
        "WorkingDirectory": "/",
        "Umask": 0o077,
    }
    return plistlib.dumps(document, sort_keys=False).decode()


def run_value(job: Job) -> tuple[str, str]:
    """Name and value for Windows' Run key (below HKEY_CURRENT_USER); without a console window."""
    program = Path(_text(job.command[0]))
    if program.name.lower() == "python.exe":
        program = program.with_name("pythonw.exe")
    return job.name.capitalize(), subprocess.list2cmdline([str(program), *map(_text, job.command[1:])])


def write_run_key(job: Job) -> None:
    """Have Windows start it at login. A recipe: never run."""
    if sys.platform == "win32":
        import winreg

        key_name, value = run_value(job)
        with winreg.OpenKey(winreg.HKEY_CURRENT_USER, RUN_KEY, 0, winreg.KEY_SET_VALUE) as key:
            winreg.SetValueEx(key, key_name, 0, winreg.REG_SZ, value)


def delete_run_key(job: Job) -> None:
    """Take that back. A recipe: never run."""
    if sys.platform == "win32":
        import contextlib
        import winreg

        with (
            winreg.OpenKey(winreg.HKEY_CURRENT_USER, RUN_KEY, 0, winreg.KEY_SET_VALUE) as key,
            contextlib.suppress(FileNotFoundError),
        ):
            winreg.DeleteValue(key, run_value(job)[0])


def _text(word: str) -> str:
    """The word, if it is text in one line.

    Raises:
        NotCarriedError: it is not.
    """
    # What systemd's and GLib's own checks of UTF-8 refuse: lone surrogates, and code points that are no characters.
    if any(0xD800 <= ord(c) <= 0xDFFF or 0xFDD0 <= ord(c) <= 0xFDEF or ord(c) & 0xFFFE == 0xFFFE for c in word):
        raise NotCarriedError("a path is not UTF-8 text")
    if any(ord(c) < 32 or ord(c) == 127 for c in word) or not word:
        raise NotCarriedError("a path has control characters in it")
    return word
