"""``spendlight restore``: undo what Spendlight changed in the tools' files.

It needs the journal of edits and the files, and nothing else: no engine, no ledger, no valid settings, and not even a
state folder that can be written.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import sys
from pathlib import Path

from trayapp.platform import logins
from trayapp.platform import paths as places
from trayapp.platform.autostart import Kind
from trayapp.platform.paths import Paths
from trayapp.toolkeys import ToolKeys
from trayapp.tools.desk import Desk, Outcome
from trayapp.tools.files import EditError
from trayapp.tools.journal import Journal
from trayapp.tools.pointing import AUTOSTART
from trayapp.tools.registry import TOOLS, named
from trayapp.tools.shell import TOOL as SHELL
from trayapp.tools.shell import Shell
from trayapp.tools.tool import Machine
from trayapp.tools.vault import KeyringVault
from trayapp.trouble import Trouble, TroubleError
from trayapp.virtualkeys.cabinet import Cabinet


def run(arguments: list[str], interpreter: Path | None = None) -> int:
    """Restore all tools' files, or one tool's; one line a file.

    Args:
        arguments: of the command.
        interpreter: the environment's Python, where another one runs this.
    """
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
    shell = Shell(paths.config / "shell", interpreter or Path(sys.executable))
    if options.tool:
        options.tool = _name(options.tool, desk, shell)
    outcomes = desk.restore(options.tool, dry_run=options.dry_run)
    outcomes += _variables(shell, desk, options.tool, options.dry_run)
    if not options.dry_run:
        outcomes += _keys(paths, options.tool, {outcome.tool for outcome in outcomes if not outcome.done})
    if not outcomes:
        print(f"Nothing of {options.tool} is changed." if options.tool else "No tool's file is changed.")
    if not options.dry_run and any(outcome.tool == AUTOSTART for outcome in outcomes):
        logins.take_up(Kind.SYSTEMD_USER, os.environ)  # or systemd would go by what it read before
    return say(outcomes, dry_run=options.dry_run)


def say(outcomes: list[Outcome], *, dry_run: bool) -> int:
    """Print what undoing did (or would do), and return the exit code."""
    for outcome in outcomes:
        line = f"{outcome.path} ({outcome.tool}): {outcome.text}."
        print(line, file=sys.stdout if outcome.done else sys.stderr)
        if dry_run and outcome.diff:
            print(outcome.diff, end="")
    return 0 if all(outcome.done for outcome in outcomes) else 1


def _name(given: str, desk: Desk, shell: Shell) -> str:
    """A tool's name as the journal has it.

    Raises:
        TroubleError: nothing is called so.
    """
    known = {entry.tool for entry in desk.journal.entries()}
    with contextlib.suppress(EditError):
        known |= set(shell.tools())
    if given in known:
        return given
    found = named(given)
    if found is None:
        raise TroubleError(
            Trouble(
                title="Unknown tool",
                message=f"There is no tool called {given!r}. Spendlight has edited files of: "
                f"{', '.join(sorted(known - {SHELL})) or 'none'}.",
                fix="`spendlight restore` without a name undoes everything.",
                code="unknown_tool",
            )
        )
    return found.name


def _keys(paths: Paths, tool: str | None, failed: set[str]) -> list[Outcome]:
    """Take virtual keys out of use whose real ones stand in the tools' files again; say which real ones are kept."""
    if not paths.virtual_keys.exists():
        return []
    keys = ToolKeys(Cabinet(paths), Machine(Path.home(), os.environ))
    return [
        Outcome(each.name, paths.virtual_keys, True, text)
        for each in TOOLS
        if tool in (None, each.name)
        for text in keys.settle(each)[1]
        if each.name not in failed  # else the key will be put back by another try
    ]


def _variables(shell: Shell, desk: Desk, tool: str | None, dry_run: bool) -> list[Outcome]:
    """Take the variables out of new shells; a list of them that is damaged goes whole."""
    outcomes = []
    try:
        names = [name for name in shell.tools() if tool in (None, name)]
        for name in names:
            if not dry_run:
                shell.drop(name)
            outcomes.append(Outcome(name, shell.folder, True, "new shells no longer get its variables"))
        if tool is not None and names and not set(shell.tools()) - set(names):
            outcomes += desk.restore(SHELL, dry_run=dry_run)
    except EditError as error:
        outcomes.append(Outcome(SHELL, shell.folder, tool is None, f"its list of variables is damaged ({error})"))
        if tool is None and not dry_run:
            outcomes += _cleared(shell)
    except OSError as error:
        outcomes.append(_still_there(shell, error))
    return outcomes


def _cleared(shell: Shell) -> list[Outcome]:
    try:
        shell.clear()
    except OSError as error:
        return [_still_there(shell, error)]
    return []


def _still_there(shell: Shell, error: OSError) -> Outcome:
    return Outcome(SHELL, shell.folder, False, f"new shells still get variables: {error.strerror}")
