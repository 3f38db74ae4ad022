"""``spendlight stop``: stop tray, guard and engine. Running answers are given a few seconds to end."""

from __future__ import annotations

import argparse
import os
import signal

from trayapp.cli.trouble import CommandError
from trayapp.control import Trouble
from trayapp.guard import launch
from trayapp.platform import paths as places
from trayapp.platform import single
from trayapp.platform.paths import Paths


def run(arguments: list[str]) -> int:
    """Stop everything of this profile."""
    parser = argparse.ArgumentParser(
        prog="spendlight stop",
        description="Stop everything. Tools whose address leads here will not reach their vendors until it runs again.",
    )
    parser.parse_args(arguments)
    paths = places.find()
    tray_ended = end_tray(paths)
    if not launch.stop(paths) and not tray_ended:
        raise CommandError(
            Trouble(title="Spendlight is not running", message="There is nothing to stop.", code="not_running")
        )
    print("Spendlight has stopped.")
    return 0


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
