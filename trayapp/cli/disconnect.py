"""``spendlight disconnect``: take back what leads a tool through Spendlight."""

from __future__ import annotations

import argparse

from trayapp.cli import connecting
from trayapp.cli.restore import say
from trayapp.platform import paths as places
from trayapp.toolbox import Toolbox


def run(arguments: list[str]) -> int:
    """Disconnect one tool or all; one line a file."""
    parser = argparse.ArgumentParser(
        prog="spendlight disconnect",
        description="Take back what leads a tool through Spendlight: byte for byte, or without what you changed since.",
    )
    parser.add_argument("tool", nargs="?", help="its name; `spendlight tools` says which are connected")
    parser.add_argument("--all", action="store_true", help="all tools")
    parser.add_argument("--dry-run", action="store_true", help="only show what would change; secrets are masked")
    options = parser.parse_args(arguments)
    if bool(options.tool) == options.all:
        parser.error("name one tool, or say --all")
    box = Toolbox(places.find())
    names = box.connector.connected() if options.all else [connecting.tool(options.tool).name]
    outcomes = [outcome for name in names for outcome in box.disconnect(name, dry_run=options.dry_run)]
    if not outcomes:
        print("No tool is connected." if options.all else f"{names[0]} is not connected.")
    return say(outcomes, dry_run=options.dry_run)
