"""A user's home in which a real client is connected by ``spendlight connect``, works, and is disconnected again.

The commands are the real ones, each a process of its own with an environment of its own: an empty home, the clients'
programs on PATH, nothing of the caller's. ``Home.disconnect`` proves that each file that was there before is as it was,
byte for byte, and that each file that connecting made is gone.
"""

from __future__ import annotations

import contextlib
import json
import os
import select
import shlex
import signal
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

LIMIT_S = 90
"""A client's time limit."""


@dataclass(frozen=True)
class Ran:
    """How a program ended."""

    code: int
    out: str
    err: str


class Home:
    """A home folder of a user of this Spendlight."""

    def __init__(self, path: Path, profile: Path, programs: tuple[Path, ...]) -> None:
        self.path = path
        self.project = path / "project"
        self.project.mkdir(parents=True, exist_ok=True)
        self._profile = profile
        self.programs = programs
        self._before: dict[Path, tuple[bytes, int]] = {}

    def environment(self, more: Mapping[str, str] | None = None) -> dict[str, str]:
        """What a login would give, and no more."""
        path = ":".join([*map(str, self.programs), "/usr/local/bin", "/usr/bin", "/bin"])
        base = {"PATH": path, "HOME": str(self.path), "SHELL": "/bin/bash", "TERM": "dumb", "LANG": "C.UTF-8"}
        return base | dict(more or {})

    def write(self, name: str, text: str, mode: int = 0o644) -> Path:
        """A file that the user has."""
        path = self.path / name
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        path.write_text(text)
        path.chmod(mode)
        return path

    def spendlight(self, *arguments: str, more: Mapping[str, str] | None = None) -> Ran:
        """One of our own commands, for this profile."""
        environment = self.environment({"SPENDLIGHT_HOME": str(self._profile), **(more or {})})
        return run_program([*self.spendlight_command(), *arguments], self.project, environment)

    @staticmethod
    def spendlight_command() -> list[str]:
        """How our own command is started."""
        return [sys.executable, "-P", "-m", "trayapp"]

    def connect(self, tool: str, *options: str, more: Mapping[str, str] | None = None) -> list[Path]:
        """Connect a tool; the files that this changed."""
        self._before = {p: (p.read_bytes(), p.stat().st_mode) for p in self._files()}
        ran = self.spendlight("connect", tool, "--no-autostart", *options, more=more)
        assert ran.code == 0, ran.err
        stands = json.loads(self.spendlight("tools", tool, "--format", "json", more=more).out)[0]
        assert stands["standing"] == "connected", stands
        return [Path(name) for name in stands["files"]]

    def disconnect(self, tool: str, changed: list[Path]) -> None:
        """Disconnect it: all files are as they were."""
        ran = self.spendlight("disconnect", tool)
        assert ran.code == 0, ran.err
        for path in {*self._before, *changed}:
            before = self._before.get(path)
            after = (path.read_bytes(), path.stat().st_mode) if path.exists() else None
            assert after == before, path

    def run(self, command: list[str], more: Mapping[str, str] | None = None, *, shell: bool = False) -> Ran:
        """Run a client; ``shell``: from a new interactive shell, with what its start file sets."""
        if shell:
            command = ["bash", "-ic", f"exec {shlex.join(command)}"]
        return run_program(command, self.project, self.environment(more))

    def _files(self) -> list[Path]:
        return [Path(folder) / name for folder, _, names in os.walk(self.path) for name in names]


def end_processes_of(home: Path) -> None:
    """End every process that has this folder as its ``HOME`` (Linux), but for Spendlight's, and wait for that."""
    mark = f"HOME={home}".encode()
    for entry in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if b"\0trayapp." not in (entry / "cmdline").read_bytes() and mark in (entry / "environ").read_bytes().split(
                b"\0"
            ):
                watch = os.pidfd_open(int(entry.name))
                try:
                    signal.pidfd_send_signal(watch, signal.SIGKILL)
                    select.select([watch], [], [], 10)
                finally:
                    os.close(watch)


def run_program(command: list[str], folder: Path, environment: dict[str, str]) -> Ran:
    """Run a program to its end, with no input and a time limit."""
    done = subprocess.run(
        command,
        cwd=folder,
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=LIMIT_S,
        check=False,
        start_new_session=True,
    )
    return Ran(done.returncode, done.stdout, done.stderr)
