"""``spendlight autostart``: whether the guard starts at login, and having it so or not."""

from __future__ import annotations

import argparse
import json
import os
import sys
from dataclasses import dataclass
from pathlib import Path

from trayapp.cli.trouble import CommandError, say
from trayapp.platform import paths as places
from trayapp.platform.paths import Paths
from trayapp.tools import autostart, pointing
from trayapp.tools.desk import Desk
from trayapp.tools.files import EditError
from trayapp.tools.journal import Journal
from trayapp.tools.vault import KeyringVault
from trayapp.trouble import Trouble


@dataclass(frozen=True, slots=True)
class Standing:
    """How things are; what ``status --format json`` prints."""

    state: str
    """``on`` (verified), ``off``, ``declined`` (off, and the user has said so), ``broken`` or ``impossible``."""
    kind: str | None
    path: str | None
    text: str
    """One sentence for people."""
    problems: tuple[str, ...]
    notes: tuple[str, ...]
    tools: tuple[str, ...]
    """The tools whose files lead here."""


def run(arguments: list[str]) -> int:
    """Show it, or change it."""
    parser = argparse.ArgumentParser(
        prog="spendlight autostart", description="Whether Spendlight starts when you log in, so that tools find it."
    )
    parser.add_argument("action", nargs="?", choices=("status", "on", "off"), default="status")
    parser.add_argument("--dry-run", action="store_true", help="only show what would be written or removed")
    parser.add_argument("--format", choices=("plain", "json"), default="plain")
    options = parser.parse_args(arguments)
    paths = places.find()
    desk = Desk(Journal(paths.edits, KeyringVault(paths.edits / "vault")), Path.home())
    if options.dry_run and options.action != "status":
        return _dry_run(desk, paths, options.action)
    if options.action == "on":
        outcome = autostart.ensure(desk, paths, again=True)
        if isinstance(outcome, Trouble):
            return say(outcome)
    elif options.action == "off" and (left := autostart.decline(desk, paths)):
        raise CommandError(
            Trouble(title="Not everything could be taken back", message="; ".join(left), code="not_restored")
        )
    now = standing(desk, paths)
    print(json.dumps(_plain(now), ensure_ascii=False, indent=1) if options.format == "json" else _told(now))
    if options.action != "off" and now.tools and now.state not in ("on", "declined"):
        return 1
    return 1 if now.state == "broken" else 0


def standing(desk: Desk, paths: Paths) -> Standing:
    """How things are now; nothing is written outside of our own folders."""
    tools = pointing.tools(pointing.led(paths, desk.journal))
    wanted = autostart.prepare(desk, paths, os.environ, write=paths.rescue.exists())
    waiting = (f"Until it is started, these tools reach nobody: {', '.join(tools)}.",) if tools else ()
    if isinstance(wanted, Trouble) and paths.no_autostart.exists():
        text = "Spendlight does not start at login; you start it yourself."
        return Standing("declined", None, None, text, (), waiting, tools)
    if isinstance(wanted, Trouble):
        return Standing("impossible", None, None, wanted.message, (), (wanted.fix,), tools)
    where = str(wanted.entries[0].path)
    problems = autostart.standing(desk, wanted, os.environ)
    if problems is None:
        state = "declined" if paths.no_autostart.exists() else "off"
        text = "Spendlight does not start at login" + ("; you start it yourself." if state == "declined" else ".")
        return Standing(
            state, str(wanted.kind), where, text, (), (*waiting, "`spendlight autostart on`: have it so."), tools
        )
    if problems:
        text = "Spendlight would not start at the next login."
        return Standing(
            "broken", str(wanted.kind), where, text, tuple(problems), ("`spendlight autostart on` mends it.",), tools
        )
    text = f"Spendlight starts at login: {wanted.why}."
    return Standing("on", str(wanted.kind), where, text, (), autostart.notes(wanted.kind, os.environ), tools)


def _told(now: Standing) -> str:
    lines = [now.text]
    if now.state in ("on", "broken"):
        lines.append(f"  file: {now.path}")
    lines += [f"  ✗ {problem}" for problem in now.problems]
    lines += [f"  {note}" for note in now.notes]
    return "\n".join(lines)


def _plain(now: Standing) -> dict[str, object]:
    return {name: getattr(now, name) for name in Standing.__dataclass_fields__}


def _dry_run(desk: Desk, paths: Paths, action: str) -> int:
    if action == "off":
        outcomes = desk.restore(pointing.AUTOSTART, dry_run=True)
        for outcome in outcomes:
            print(f"{outcome.path}: {outcome.text}.\n{outcome.diff}", end="")
        if not outcomes:
            print("There is nothing to take back.")
        return 0
    wanted = autostart.prepare(desk, paths, os.environ, write=False)
    if isinstance(wanted, Trouble):
        return say(wanted)
    try:
        shown = "".join(plan.diff() for plan in autostart.plans(desk, wanted))
    except EditError as error:
        raise CommandError(error.trouble) from None
    sys.stdout.write(shown or "It is so already.\n")
    return 0
