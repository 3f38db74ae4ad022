"""``spendlight tray``: only the tray, in the foreground (what autostart runs)."""

from __future__ import annotations

import argparse

from trayapp.cli.trouble import say
from trayapp.platform import doctor
from trayapp.platform import paths as places
from trayapp.trouble import Trouble


def run(arguments: list[str]) -> int:
    """Run the tray until it is quit."""
    argparse.ArgumentParser(prog="spendlight tray", description="Run only the tray.").parse_args(arguments)
    finding = doctor.can_show_tray()
    if finding is not None:
        return say(Trouble(title=finding.title, message=finding.message, fix=finding.fix, code=finding.code))
    from trayapp.desktop.app import run as run_tray

    return run_tray(places.find())
