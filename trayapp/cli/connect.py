"""``spendlight connect``: lead a tool through Spendlight by its own settings."""

from __future__ import annotations

import argparse
import sys

from trayapp.cli import connecting
from trayapp.cli.trouble import CommandError
from trayapp.guard.sockets import DEFAULT_PORT
from trayapp.platform import paths as places
from trayapp.toolbox import Connected, Toolbox
from trayapp.tools import autostart
from trayapp.tools.connection import Preview, opted_out
from trayapp.tools.masking import masked
from trayapp.tools.tool import By, Links, Tool
from trayapp.trouble import Trouble


def run(arguments: list[str]) -> int:
    """Connect one tool, and say what that changed and what it costs."""
    parser = argparse.ArgumentParser(
        prog="spendlight connect",
        description="Lead a tool through Spendlight. `spendlight disconnect TOOL` takes it back, byte for byte.",
    )
    parser.add_argument("tool", help="its name; `spendlight tools` lists them")
    parser.add_argument("--mode", help="another way than the usual one; `spendlight tools TOOL` lists them")
    parser.add_argument("--dry-run", action="store_true", help="only show what would change; secrets are masked")
    parser.add_argument("--again", action="store_true", help="put in again what you had taken out by hand")
    parser.add_argument(
        "--replace-address", action="store_true", help="also if it goes to another place than the vendor"
    )
    parser.add_argument("--force", action="store_true", help="also if the tool was not found on this machine")
    parser.add_argument(
        "--no-autostart", action="store_true", help="you have Spendlight started by other means (a container, an init)"
    )
    parser.add_argument(
        "--virtual-key",
        action="store_true",
        help="the keys in its files go to the keyring; the files get keys that work only on this machine, through "
        "Spendlight. After a start without a working engine such a tool hears 503",
    )
    options = parser.parse_args(arguments)
    tool = connecting.tool(options.tool)
    box = Toolbox(places.find())
    connector = box.connector
    connector.mode(tool, options.mode)
    found = tool.find(box.machine)
    if not found.installed and not options.force:
        raise _not_found(tool)
    if options.dry_run:
        links = box.links()
        if links is None:
            links = Links(DEFAULT_PORT, "0" * 43, box.routes())
            print(
                "Spendlight was never started here; it gets its address then. It will look like this:", file=sys.stderr
            )
        more = box.keys.shown(tool) if options.virtual_key else box.keys.kept(tool)
        preview = connector.preview(tool, links, options.mode, replace_address=options.replace_address, more=more)
        if not options.again and (out := next((plan for plan in preview.plans if plan.opted_out), None)):
            raise CommandError(opted_out(tool, out))  # it would not be done, so it is not shown as if it were
        _show(preview)
        if not options.no_autostart:
            _show_autostart(box)
        return 0
    done = box.connect(
        tool,
        options.mode,
        again=options.again,
        replace_address=options.replace_address,
        no_autostart=options.no_autostart,
        virtual_key=options.virtual_key,
        start=lambda: connecting.started(box),
    )
    _tell(tool, done, found.notes)
    for seen in box.probe(tool):
        print(f"  {'test call' if seen.code is None else 'but a test call failed'}: {seen.text}")
    return 0


def _show(preview: Preview) -> None:
    print(preview.diff() or "Nothing would change in its files.\n", end="")
    for name, value in preview.variables.items():
        print(f"new shells: export {name}={masked(value)}")


def _show_autostart(box: Toolbox) -> None:
    """What has to stand first: the start at login, or why the tool would not be connected."""
    if box.paths.no_autostart.exists():
        return
    wanted = autostart.prepare(box.desk, box.paths, box.machine.environment, write=False)
    if isinstance(wanted, Trouble):
        print(f"Not done by file as it is: {wanted.message}\n  → {wanted.fix}")
        return
    print("".join(plan.diff() for plan in autostart.plans(box.desk, wanted)), end="")


def _tell(tool: Tool, done: Connected, notes: tuple[str, ...]) -> None:
    preview, mode = done.preview, done.preview.mode
    print(f"{tool.title} is connected ({mode.name}: {mode.summary}).")
    for plan in preview.plans:
        print(f"  changed: {plan.edit.path}" if plan.after != plan.current else f"  as it was: {plan.edit.path}")
    print(f"  {done.ready.text}")
    if done.swapped.place is not None:
        place = done.swapped.place
        print(
            f"  its real keys lie in: {place.badge}{f' ({place.why})' if place.why else ''}. "
            "Disconnecting puts them back"
        )
        print("  note: if Spendlight starts and its engine cannot run at all, it hears 503 until it can")
    for text in (*mode.costs, *notes, *done.notes, *done.ready.notes):
        print(f"  note: {text}")
    again = "Open a new shell" if mode.by is By.SHELL else f"Start {tool.title} anew"
    print(f"  {again} to use it. To take it back: spendlight disconnect {tool.name}")


def _not_found(tool: Tool) -> CommandError:
    return CommandError(
        Trouble(
            title=f"{tool.title} was not found on this machine",
            message="Neither its program nor its settings are where they usually are.",
            fix=f"To connect it all the same: spendlight connect {tool.name} --force",
            code="tool_not_found",
        )
    )
