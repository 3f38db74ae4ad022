"""``spendlight stop``: stop tray, guard and engine. Running answers are given a few seconds to end."""

from __future__ import annotations

import argparse
import os
import signal
import sys
from typing import Final

from trayapp.cli.trouble import CommandError
from trayapp.guard import launch
from trayapp.platform import paths as places
from trayapp.platform import single
from trayapp.platform.paths import Paths
from trayapp.settings import SettingsError
from trayapp.toolbox import Toolbox
from trayapp.tools import pointing
from trayapp.tools.connection import Standing
from trayapp.trouble import Trouble

STILL_LED: Final = 8
"""The exit code when it has stopped and tools still lead here."""


def run(arguments: list[str]) -> int:
    """Stop everything of this profile."""
    parser = argparse.ArgumentParser(
        prog="spendlight stop",
        description="Stop everything. Tools whose address leads here will not reach their vendors until it runs again.",
    )
    parser.add_argument("--restore", action="store_true", help="lead connected tools back to their vendors first")
    options = parser.parse_args(arguments)
    paths = places.find()
    if options.restore:
        lead_back(paths)
    tray_ended = end_tray(paths)
    if not launch.stop(paths) and not tray_ended:
        raise CommandError(
            Trouble(title="Spendlight is not running", message="There is nothing to stop.", code="not_running")
        )
    print("Spendlight has stopped.")
    names = pointing.tools(pointing.led(paths))
    if names:
        print(
            f"spendlight: These tools still lead here and reach nobody now: {', '.join(names)}.\n"
            "  → `spendlight restore --all` leads them back to their vendors; `spendlight` starts it again. Next time: "
            "`spendlight stop --restore`.",
            file=sys.stderr,
        )
    by_hand = [one for one in _by_hand(paths) if one not in names]
    if by_hand:
        print(
            f"spendlight: These tools were led here by hand and reach nobody now: {', '.join(by_hand)}.\n"
            "  → `spendlight tools TOOL` says where its address stands; `spendlight` starts it again.",
            file=sys.stderr,
        )
    return STILL_LED if names or by_hand else 0


def _by_hand(paths: Paths) -> list[str]:
    try:
        return [one.tool.name for one in Toolbox(paths).seen() if one.stands.standing is Standing.BY_HAND]
    except SettingsError:
        return []


def lead_back(paths: Paths) -> None:
    """Undo what leads tools here, and the start at login if it stood there for their sake alone.

    Raises:
        CommandError: a file could not be put back; nothing was stopped.
    """
    outcomes = Toolbox(paths).lead_back()
    for outcome in outcomes:
        print(f"{outcome.path} ({outcome.tool}): {outcome.text}.", file=sys.stdout if outcome.done else sys.stderr)
    if not all(outcome.done for outcome in outcomes):
        raise CommandError(
            Trouble(
                title="Not everything could be led back",
                message="So nothing was stopped: those tools would reach nobody.",
                fix="Mend what is said above; `spendlight stop` without --restore stops all the same.",
                code="not_restored",
            )
        )


def end_tray(paths: Paths) -> bool:
    """Ask the profile's tray to end; whether there was one."""
    tray = single.holder(paths.tray_lock)
    if tray is None or tray.pid is None:
        return False
    try:
        os.kill(tray.pid, signal.SIGTERM)
    except ProcessLookupError:
        return False
    return True
