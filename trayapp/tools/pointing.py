"""Which tools are led here now, by their files or by the variables of new shells, and to which port.

Seen in the files themselves, not believed of the journal: a file that an edit of ours is in force for is looked
through for our token beside a loopback address. Nothing is written, and a file that cannot be read leads nowhere.
"""

from __future__ import annotations

import re
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from trayapp.platform.paths import Paths
from trayapp.said import say
from trayapp.tools import files
from trayapp.tools.files import EditError
from trayapp.tools.journal import Journal
from trayapp.tools.shell import TOOL as SHELL
from trayapp.tools.shell import Shell
from trayapp.trouble import Trouble

AUTOSTART: Final = "autostart"
"""The journal's name for the files that start the guard at login; they are no tool's."""


@dataclass(frozen=True, slots=True)
class Led:
    """One file of a tool."""

    tool: str
    path: Path
    ports: frozenset[int]
    """The ports that it names together with our token; empty when what we set is no such address."""


def led(paths: Paths, journal: Journal | None = None) -> tuple[Led, ...]:
    """The files with an edit of ours in force, oldest first, and what new shells get."""
    journal = journal or Journal(paths.edits)
    try:
        token = paths.token.read_text("ascii").strip()
    except (OSError, ValueError):
        token = ""
    found = {}
    for entry in reversed(journal.open_entries() if paths.edits.is_dir() else []):
        if entry.tool in (AUTOSTART, SHELL):
            continue
        try:
            data = files.read(Path(entry.path))
        except EditError:
            data = None
        if data is not None:
            found[entry.tool, entry.path] = Led(entry.tool, Path(entry.asked), _ports(data, token))
    return (*found.values(), *_in_new_shells(paths, token))


def tools(found: tuple[Led, ...]) -> tuple[str, ...]:
    """The tools' names, each once."""
    return tuple(dict.fromkeys(each.tool for each in found))


def elsewhere(found: tuple[Led, ...], port: int) -> Trouble | None:
    """What to say when tools look for Spendlight at another port than it has."""
    wrong = [each for each in found if each.ports and port not in each.ports]
    if not wrong:
        return None
    names, numbers = ", ".join(tools(tuple(wrong))), ", ".join(map(str, sorted({p for e in wrong for p in e.ports})))
    return Trouble(
        title=say("Tools look for Spendlight at another port"),
        message=say(
            "{names}: led to port {numbers}, but Spendlight has port {port}. They reach nobody there.",
            names=names,
            numbers=numbers,
            port=port,
        ),
        fix=say(
            "Set `proxy.port` to {first} and start Spendlight anew, connect the tools again, or"
            " lead them back with `spendlight restore --all`.",
            first=numbers.split(",", maxsplit=1)[0],
        ),
        code="tools_elsewhere",
    )


def _in_new_shells(paths: Paths, token: str) -> tuple[Led, ...]:
    """The tools that are led by the environment of new shells."""
    folder = paths.config / "shell"
    try:
        exported = Shell(folder, Path(sys.executable)).tools()
    except EditError:
        return ()
    return tuple(
        Led(tool, folder, frozenset(p for v in one.variables.values() for p in _ports(v.encode(), token)))
        for tool, one in exported.items()
    )


def _ports(data: bytes, token: str) -> frozenset[int]:
    if not token:
        return frozenset()
    mark = re.escape(token).encode()
    host = rb"(?:127\.0\.0\.1|localhost|\[::1\])"
    pattern = rb"%b:(\d{2,5})/%b|%b@%b:(\d{2,5})" % (host, mark, mark, host)
    return frozenset(int(one or other) for one, other in re.findall(pattern, data))
