"""``spendlight stop``: stop guard and engine. Running answers are given a few seconds to end."""

from __future__ import annotations

import argparse

from trayapp.cli.trouble import CommandError
from trayapp.control import Trouble
from trayapp.guard import launch
from trayapp.platform import paths as places
from trayapp.platform.guardstate import read_state


def run(arguments: list[str]) -> int:
    """Stop everything of this profile."""
    parser = argparse.ArgumentParser(
        prog="spendlight stop",
        description="Stop everything. Tools whose address leads here will not reach their vendors until it runs again.",
    )
    parser.parse_args(arguments)
    paths = places.find()
    if read_state(paths) is None:
        raise CommandError(
            Trouble(title="Spendlight is not running", message="There is nothing to stop.", code="not_running")
        )
    launch.stop(paths)
    print("Spendlight has stopped.")
    return 0
