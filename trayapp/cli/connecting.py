"""What the commands that connect tools share: the tool that was named, and a Spendlight that runs."""

from __future__ import annotations

from trayapp import settings
from trayapp.cli.trouble import CommandError
from trayapp.guard import launch
from trayapp.toolbox import Toolbox
from trayapp.tools.registry import TOOLS, named
from trayapp.tools.tool import Links, Tool
from trayapp.trouble import Trouble


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


def started(box: Toolbox) -> Links:
    """The addresses, with a guard that serves them.

    Raises:
        StartError: it cannot be started.
        TroubleError: it has no address even so.
    """
    box.paths.make()
    launch.start(box.paths, port=settings.load(box.paths.settings).port)
    return box.needed_links()
