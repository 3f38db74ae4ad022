"""What the commands that connect tools share: the profile's connector and its addresses."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from trayapp import settings
from trayapp.cli.trouble import CommandError
from trayapp.control import Trouble
from trayapp.guard import launch
from trayapp.platform.paths import Paths
from trayapp.tools.connection import Connector
from trayapp.tools.desk import Desk
from trayapp.tools.journal import Journal
from trayapp.tools.registry import TOOLS, named
from trayapp.tools.shell import Shell
from trayapp.tools.tool import Links, Machine, Tool


def machine() -> Machine:
    """This machine, as the user who called sees it."""
    return Machine(Path.home(), os.environ)


def connector(paths: Paths, here: Machine) -> Connector:
    """The profile's connector."""
    return Connector(Desk(Journal(paths.edits), here.home), Shell(paths.config / "shell", Path(sys.executable)), here)


def tool(name: str) -> Tool:
    """The tool of that name.

    Raises:
        CommandError: there is none.
    """
    found = named(name)
    if found is None:
        raise CommandError(
            Trouble(
                title="Unknown tool",
                message=f"There is no tool called {name!r}. Known are: {', '.join(t.name for t in TOOLS)}.",
                fix="For any other, `spendlight tools sdk` says what to put into its settings.",
                code="unknown_tool",
            )
        )
    return found


def links(paths: Paths) -> Links | None:
    """The addresses of this profile; ``None`` before the first start.

    Raises:
        SettingsError: the settings cannot be read.
    """
    routes = {name: upstream.url for name, upstream in settings.load(paths.settings).routes().items()}
    try:
        port = int(paths.port.read_text("ascii"))
        token = paths.token.read_text("ascii").strip()
    except (OSError, ValueError):
        return None
    return Links(port, token, routes) if token else None


def started(paths: Paths) -> Links:
    """The addresses, with a guard that serves them.

    Raises:
        StartError: it cannot be started.
        CommandError: it has no address even so.
    """
    paths.make()
    launch.start(paths, port=settings.load(paths.settings).port)
    found = links(paths)
    if found is None:
        raise no_address()
    return found


def no_address() -> CommandError:
    """The error of a profile that was never started."""
    return CommandError(
        Trouble(
            title="Spendlight has no address yet",
            message="It gets its port and its token when it is started for the first time.",
            fix="Start it with `spendlight`.",
            code="not_running",
        )
    )
