"""``spendlight restore``: undo what Spendlight changed in the tools' files.

It needs the journal of edits and the files, and nothing else: no engine, no ledger, no valid settings, and not even a
state folder that can be written.
"""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

from trayapp.platform import logins
from trayapp.platform import paths as places
from trayapp.platform.autostart import Kind
from trayapp.tools.desk import Desk, Outcome
from trayapp.tools.files import EditError
from trayapp.tools.journal import Journal
from trayapp.tools.pointing import AUTOSTART
from trayapp.tools.shell import Shell
from trayapp.tools.vault import KeyringVault


def run(arguments: list[str]) -> int:
    """Restore all tools' files, or one tool's; one line a file."""
    parser = argparse.ArgumentParser(
        prog="spendlight restore",
        description="Undo what Spendlight changed in the tools' files. What you have changed since stays.",
    )
    parser.add_argument("tool", nargs="?", help="only the files of this tool")
    parser.add_argument("--all", action="store_true", help="all tools (the default)")
    parser.add_argument("--dry-run", action="store_true", help="only show what would change; secrets are masked")
    options = parser.parse_args(arguments)
    if options.tool and options.all:
        parser.error("name a tool or say --all, not both")
    paths = places.find()
    desk = Desk(Journal(paths.edits, KeyringVault(paths.edits / "vault")), Path.home())
    outcomes = desk.restore(options.tool, dry_run=options.dry_run)
    outcomes += _variables(Shell(paths.config / "shell", Path(sys.executable)), desk, options.tool, options.dry_run)
    if not outcomes:
        print(f"Nothing of {options.tool} is changed." if options.tool else "No tool's file is changed.")
    for outcome in outcomes:
        line = f"{outcome.path} ({outcome.tool}): {outcome.text}."
        print(line, file=sys.stdout if outcome.done else sys.stderr)
        if options.dry_run and outcome.diff:
            print(outcome.diff, end="")
    if not options.dry_run and any(outcome.tool == AUTOSTART for outcome in outcomes):
        logins.take_up(Kind.SYSTEMD_USER, os.environ)  # or systemd would go by what it read before
    return 0 if all(outcome.done for outcome in outcomes) else 1


def _variables(shell: Shell, desk: Desk, tool: str | None, dry_run: bool) -> list[Outcome]:
    """Take the variables out of new shells; a list of them that is damaged goes whole."""
    outcomes = []
    try:
        names = [name for name in shell.tools() if tool in (None, name)]
        for name in names:
            outcomes.append(Outcome(name, shell.folder, True, "new shells no longer get its variables"))
            if not dry_run:
                shell.drop(name)
        if tool is not None and names and not shell.tools():
            outcomes += desk.restore("shell")
    except (EditError, OSError) as error:
        if tool is None and not dry_run:
            shell.clear()
        outcomes.append(Outcome("shell", shell.folder, tool is None, f"its list of variables was damaged ({error})"))
    return outcomes
