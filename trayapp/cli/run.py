"""``spendlight run -- COMMAND``: lead one start of a tool through Spendlight. No file is touched.

Spendlight is started if it does not run. When that fails the command is started all the same, unmetered: a tool never
fails because of us.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from trayapp.cli import connecting
from trayapp.cli.trouble import CommandError
from trayapp.platform import paths as places
from trayapp.toolbox import Toolbox
from trayapp.tools import registry
from trayapp.tools.connection import elsewhere
from trayapp.tools.files import EditError
from trayapp.tools.masking import masked
from trayapp.tools.tool import Links, Machine, Tool
from trayapp.trouble import Trouble, TroubleError


def run(arguments: list[str]) -> int:
    """Become the command."""
    parser = argparse.ArgumentParser(
        prog="spendlight run",
        usage="spendlight run [--tool TOOL] [--mode MODE] -- COMMAND [ARGUMENT …]",
        description="Start a command whose AI calls go through Spendlight: by its environment, no file is touched.",
    )
    parser.add_argument("--tool", help="which tool it is, where its name does not say")
    parser.add_argument("--mode", help="another way than the usual one; `spendlight tools TOOL` lists them")
    parser.add_argument("command", nargs=argparse.REMAINDER)
    options = parser.parse_args(arguments)
    command = options.command[1:] if options.command[:1] == ["--"] else options.command
    if not command:
        parser.error("name the command to start, after --")
    program = shutil.which(command[0])
    if program is None:
        raise CommandError(
            Trouble(
                title="There is no such command",
                message=f"{command[0]!r} was not found.",
                fix="Look at its spelling and at PATH.",
                code="no_command",
            )
        )
    box = Toolbox(places.find())
    here = box.machine
    known = registry.of_program(Path(command[0]).name)
    tool = connecting.tool(options.tool or (known.name if known is not None else "sdk"))
    mode = box.connector.mode(tool, options.mode).name
    environment = dict(os.environ)
    more: tuple[str, ...] = ()
    links = _links_or_say(box)
    if links is not None and _stays(tool, here, links):
        variables, more = _led(tool, here, links, mode)
        environment.update(variables)
    command = [command[0], *more, *command[1:]]
    if sys.platform == "win32":  # there is no exec for which the shell would wait
        return subprocess.run([program, *command[1:]], env=environment, check=False).returncode
    return os.execve(program, command, environment)  # noqa: S606  it is the user's own command


def _led(tool: Tool, here: Machine, links: Links, mode: str) -> tuple[Mapping[str, str], tuple[str, ...]]:
    """The variables and arguments that lead it here; where there are none that is said, and the command runs on."""
    try:
        variables, more = tool.variables(here, links, mode), tool.arguments(here, links, mode)
    except EditError as error:
        trouble = error.trouble
        print(
            f"spendlight: {trouble.title}. {trouble.message} The command runs as it is, unmetered.\n  → {trouble.fix}",
            file=sys.stderr,
        )
        return {}, ()
    if not variables and not more:
        print(
            f"spendlight: {tool.title} reads its address from its settings only.\n  → spendlight connect {tool.name}",
            file=sys.stderr,
        )
    return variables, more


def _stays(tool: Tool, here: Machine, links: Links) -> bool:
    """Whether it may be led here. One that goes to another place than the vendor is left on its way; that is said."""
    for placed in elsewhere(tool, here, links):
        url = masked(placed.url)
        print(
            f"spendlight: {placed.where} is {url}, not the vendor. The command runs as it is, unmetered.\n"
            f"  → To meter it: spendlight upstream set {placed.vendor}={url}",
            file=sys.stderr,
        )
        return False
    return True


def _links_or_say(box: Toolbox) -> Links | None:
    """The addresses; without them the command runs on, and it is said that nobody counts."""
    try:
        return connecting.started(box)
    except TroubleError as error:
        trouble = error.trouble
    except OSError as error:
        trouble = Trouble(title="Spendlight could not be started", message=f"{error.filename}: {error.strerror}.")
    print(
        f"spendlight: {trouble.title}. {trouble.message} The command runs without it, unmetered.\n  → {trouble.fix}",
        file=sys.stderr,
    )
    return None
