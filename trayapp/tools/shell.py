"""Tools that read only their environment: the lines that new shells take up, and the one line that has them do so.

The variables stand in files of our own (``shell/`` in the settings folder, 0600), made anew from ``tools.json`` at each
change; the user's start file gets one line that reads them, through the journal of edits. The lines set nothing once
Spendlight's environment is gone, so that a removed Spendlight leads nobody astray. Rules: tools that read the same
variable share one value; a value is never put in the place of another one silently.
"""

from __future__ import annotations

import contextlib
import json
import shlex
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from trayapp.platform.single import HeldError, Single
from trayapp.said import say
from trayapp.tools import files, linespans
from trayapp.tools.files import EditError
from trayapp.tools.plan import Edit, Format
from trayapp.tools.spans import Set
from trayapp.tools.tool import Machine, looks_ours
from trayapp.trouble import Trouble

TOOL: Final = "shell"
"""The name under which the line in the start file stands in the journal."""
_PATIENCE: Final = 10.0
_UNLESS_SET: Final = frozenset({"ANTHROPIC_DEFAULT_HAIKU_MODEL"})
"""Variables that are no addresses: what the user has set stays."""


@dataclass(frozen=True, slots=True)
class Exported:
    """What one tool has in the environment of new shells."""

    mode: str
    variables: Mapping[str, str]


class Shell:
    """The variables for new shells, of one profile."""

    def __init__(self, folder: Path, interpreter: Path) -> None:
        self.folder = folder
        self._interpreter = interpreter

    def tools(self) -> dict[str, Exported]:
        """Who has variables now.

        Raises:
            EditError: the list is damaged.
        """
        path = self.folder / "tools.json"
        try:
            document = json.loads(path.read_bytes())
            return {
                str(name): Exported(str(one["mode"]), {str(k): str(v) for k, v in one["variables"].items()})
                for name, one in document.items()
            }
        except FileNotFoundError:
            return {}
        except (OSError, ValueError, TypeError, KeyError, AttributeError):
            raise files.refused(
                path, say("it is damaged"), say("Remove it, and connect those tools again."), "damaged"
            ) from None

    def put(self, tool: str, exported: Exported) -> None:
        """Give a tool its variables. A value that others share is brought up to date for them too.

        Raises:
            EditError: another tool has given one of them another value.
            OSError: they cannot be written.
        """
        with self._lock():
            self._put(tool, exported)

    def _put(self, tool: str, exported: Exported) -> None:
        tools = self.tools()
        for name, other in tools.items():
            both = {k: v for k, v in exported.variables.items() if name != tool and k in other.variables}
            clash = [k for k, v in both.items() if not _may_become(k, other.variables[k], v)]
            if clash:
                raise EditError(
                    Trouble(
                        title=say("Two tools read the same variable"),
                        message=say("{tool} leads {name} here already, with another value.", tool=clash[0], name=name),
                        fix=say("Disconnect one of them: spendlight disconnect {name}", name=name),
                        code="shared_variable",
                    )
                )
            tools[name] = Exported(other.mode, {**other.variables, **both})
        tools[tool] = exported
        self._write(tools)

    def drop(self, tool: str) -> bool:
        """Take a tool's variables away; whether it had any."""
        if tool not in self.tools():
            return False
        with self._lock():
            tools = self.tools()
            tools.pop(tool, None)
            self._write(tools)
        return True

    def clear(self) -> None:
        """Take all variables away, also with a damaged list."""
        for name in ("env.sh", "env.fish", "tools.json"):
            (self.folder / name).unlink(missing_ok=True)

    def edit(self, machine: Machine) -> Edit:
        """The line in the start file of the user's shell.

        Raises:
            EditError: this system has no such file.
        """
        if sys.platform == "win32":
            raise EditError(
                Trouble(
                    title=say("On Windows no start file is written"),
                    message=say("The shells there read none that is known to Spendlight."),
                    fix=say("`spendlight run -- COMMAND` leads one start; `spendlight url VENDOR` prints an address."),
                    code="no_start_file",
                )
            )
        kind = Path(machine.environment.get("SHELL", "")).name
        if kind == "fish":
            path, script = machine.config / "fish" / "conf.d" / "spendlight.fish", self.folder / "env.fish"
            named = machine.folder("XDG_CONFIG_HOME") is not None
            line = f"test -r {_fish(str(script))}; and source {_fish(str(script))}"
        else:
            places = {"bash": machine.home / ".bashrc"}
            places["zsh"] = (machine.folder("ZDOTDIR") or machine.home) / ".zshrc"
            path, script = places.get(kind, machine.home / ".profile"), self.folder / "env.sh"
            named = kind == "zsh" and machine.folder("ZDOTDIR") is not None
            line = f"[ -r {shlex.quote(str(script))} ] && . {shlex.quote(str(script))}"
        return Edit(TOOL, path, Format.LINES, (Set(linespans.KEY, line),), anywhere=named)

    @contextlib.contextmanager
    def _lock(self) -> Iterator[None]:
        """Be the only one who changes the list.

        Raises:
            OSError: the folder cannot be written, or another process has been changing it for very long.
        """
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        try:
            held = Single.wait(self.folder / ".lock", _PATIENCE)
        except HeldError:
            raise TimeoutError(0, "another Spendlight is changing the variables", str(self.folder)) from None
        try:
            yield
        finally:
            held.release()

    def _write(self, tools: Mapping[str, Exported]) -> None:
        if not tools:
            self.clear()
            return
        variables = {k: v for exported in tools.values() for k, v in exported.variables.items()}
        head = f"# Written by Spendlight for: {', '.join(tools)}. `spendlight disconnect` takes it back.\n"
        python = str(self._interpreter)
        lines = "".join(f"  {_posix(name, value)}\n" for name, value in variables.items())
        posix = f"{head}if [ -x {shlex.quote(python)} ]; then\n{lines}fi\n"
        lines = "".join(f"  {_fish_set(name, value)}\n" for name, value in variables.items())
        fish = f"{head}if test -x {_fish(python)}\n{lines}end\n"
        document = {name: {"mode": e.mode, "variables": dict(e.variables)} for name, e in tools.items()}
        files.write_synced(self.folder / "env.sh", posix.encode())
        files.write_synced(self.folder / "env.fish", fish.encode())
        files.write_synced(self.folder / "tools.json", json.dumps(document, indent=1).encode())


def _may_become(name: str, old: str, new: str) -> bool:
    """Whether a value that several tools share may be replaced: only the port or the token is another."""
    if old == new or name in _UNLESS_SET:
        return True
    return looks_ours(old) and looks_ours(new) and old.split("/")[4:] == new.split("/")[4:]


def _posix(name: str, value: str) -> str:
    """A line for bash, zsh and their like."""
    polite = f'[ -n "${{{name}-}}" ] || ' if name in _UNLESS_SET else ""
    return f"{polite}export {name}={shlex.quote(value)}"


def _fish_set(name: str, value: str) -> str:
    polite = f'test -n "${name}"; or ' if name in _UNLESS_SET else ""
    return f"{polite}set -gx {name} {_fish(value)}"


def _fish(text: str) -> str:
    """A word as fish quotes it."""
    escaped = text.replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"
