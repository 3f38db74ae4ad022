"""The AI tools of one profile, for the faces: what is here, how each stands, and connecting it.

The command line and the tray's window do the same things by this one class, so that they cannot differ. It blocks on
files; the tray calls it from a thread. It needs no engine: the addresses stand in the profile's folder.
"""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from pathlib import Path

from trayapp import settings
from trayapp.control import Trouble, TroubleError
from trayapp.platform.paths import Paths
from trayapp.tools.connection import Connection, Connector, Preview
from trayapp.tools.desk import Desk, Outcome
from trayapp.tools.journal import Journal
from trayapp.tools.probe import Probed, probe
from trayapp.tools.registry import TOOLS
from trayapp.tools.shell import Shell
from trayapp.tools.tool import Found, Links, Machine, Tool


@dataclass(frozen=True, slots=True)
class Seen:
    """One tool, as it was found just now."""

    tool: Tool
    found: Found
    stands: Connection


class Toolbox:
    """The tools of one profile."""

    def __init__(self, paths: Paths) -> None:
        self.paths = paths
        self.machine = Machine(Path.home(), os.environ)
        self.desk = Desk(Journal(paths.edits), self.machine.home)
        self.connector = Connector(self.desk, Shell(paths.config / "shell", Path(sys.executable)), self.machine)

    def links(self) -> Links | None:
        """The addresses of this profile; ``None`` before its first start.

        Raises:
            SettingsError: the settings cannot be read.
        """
        routes = {name: upstream.url for name, upstream in settings.load(self.paths.settings).routes().items()}
        try:
            port = int(self.paths.port.read_text("ascii"))
            token = self.paths.token.read_text("ascii").strip()
        except (OSError, ValueError):
            return None
        return Links(port, token, routes) if token else None

    def needed_links(self) -> Links:
        """The same, where nothing goes without.

        Raises:
            TroubleError: it was never started.
            SettingsError: the settings cannot be read.
        """
        found = self.links()
        if found is None:
            raise TroubleError(
                Trouble(
                    title="Spendlight has no address yet",
                    message="It gets its port and its token when it is started for the first time.",
                    fix="Start it with `spendlight`.",
                    code="not_running",
                )
            )
        return found

    def seen(self, *tools: Tool) -> list[Seen]:
        """These tools, or all."""
        links = self.links()
        return [Seen(t, t.find(self.machine), self.connector.standing(t, links)) for t in tools or TOOLS]

    def preview(self, tool: Tool, mode: str | None = None) -> Preview:
        """What connecting would do.

        Raises:
            TroubleError: it cannot be connected, in words.
        """
        return self.connector.preview(tool, self.needed_links(), mode)

    def connect(self, tool: Tool, mode: str | None = None, *, again: bool = False) -> Preview:
        """Connect a tool.

        Raises:
            TroubleError: it cannot be connected; all files are as they were.
        """
        return self.connector.connect(tool, self.needed_links(), mode, again=again)

    def disconnect(self, tool: Tool, *, dry_run: bool = False) -> list[Outcome]:
        """Take it back."""
        return self.connector.disconnect(tool.name, dry_run=dry_run)

    def probe(self, tool: Tool) -> list[Probed]:
        """Try the tool's way to its vendors."""
        return [probe(address) for address in self.connector.addresses(tool)]
