"""``spendlight``: start guard and engine if they do not run, then the tray, or the terminal meter without a screen."""

from __future__ import annotations

import argparse
import os
import subprocess
import sys

from trayapp import settings
from trayapp.cli import status
from trayapp.guard import launch
from trayapp.platform import doctor, zipped
from trayapp.platform import paths as places
from trayapp.platform.guardstate import read_state
from trayapp.platform.paths import Paths
from trayapp.tools import pointing


def run(arguments: list[str]) -> int:
    """Start what is missing and show the meter."""
    parser = argparse.ArgumentParser(prog="spendlight", description="Start Spendlight and show its meter.")
    parser.add_argument("--no-tray", action="store_true", help="do not start the tray, even with a screen")
    parser.add_argument("--no-meter", action="store_true", help="start and return, show nothing")
    options = parser.parse_args(arguments)
    paths = places.find()
    paths.make()
    chosen = settings.load(paths.settings)
    zipped.refresh(paths, os.environ)
    end_stand_in(paths)
    state = launch.start(paths, port=chosen.port)
    print(f"Spendlight runs on 127.0.0.1:{state.port}.")
    if trouble := pointing.elsewhere(pointing.led(paths), state.port):
        print(f"  But: {trouble.title}. {trouble.message}\n  → {trouble.fix}", file=sys.stderr)
    if state.state == "relaying" and state.trouble is not None:
        print(f"  But: {state.trouble.title}. {state.trouble.message}\n  → {state.trouble.fix}", file=sys.stderr)
    print("Lead a tool through it:  spendlight connect claude-code   (`spendlight tools` lists all)")
    if options.no_meter:
        return 0
    if not options.no_tray:
        finding = doctor.can_show_tray()
        if finding is None:
            start_tray(paths)
            print("The meter is in your tray. `spendlight status --watch` shows it in a terminal.")
            return 0
        print(f"No tray: {finding.message} {finding.fix}".strip(), file=sys.stderr)
    if sys.stdout.isatty():
        return status.watch(paths)
    return status.run([])


def end_stand_in(paths: Paths) -> None:
    """End a guard that stands in for one whose environment is gone: this environment is whole."""
    state = read_state(paths)
    if state is not None and state.trouble is not None and state.trouble.code == "environment_gone":
        launch.stop(paths)


def start_tray(paths: Paths) -> None:
    """Start the tray as a process of its own that outlives this one."""
    log = paths.log / "tray.log"
    log.touch(mode=0o600)
    with log.open("ab") as out:
        subprocess.Popen(
            [sys.executable, "-P", "-m", "trayapp.desktop"],
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=out,
            start_new_session=True,
            close_fds=True,
        )
