"""``spendlight restore``: undo what Spendlight changed in the tools' files.

It needs the journal of edits and the files, and nothing else: no engine, no ledger, no valid settings, and not even a
state folder that can be written.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from trayapp.platform import paths as places
from trayapp.tools.desk import Desk
from trayapp.tools.journal import Journal
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
    edits = places.find().edits
    desk = Desk(Journal(edits, KeyringVault(edits / "vault")), Path.home())
    outcomes = desk.restore(options.tool, dry_run=options.dry_run)
    if not outcomes:
        print(f"Nothing of {options.tool} is changed." if options.tool else "No tool's file is changed.")
    for outcome in outcomes:
        line = f"{outcome.path} ({outcome.tool}): {outcome.text}."
        print(line, file=sys.stdout if outcome.done else sys.stderr)
        if options.dry_run and outcome.diff:
            print(outcome.diff, end="")
    return 0 if all(outcome.done for outcome in outcomes) else 1
