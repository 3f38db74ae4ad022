"""``spendlight engine``: guard and engine in the foreground, for servers, containers and service managers."""

from __future__ import annotations

import argparse

from trayapp import settings
from trayapp.guard import run as run_guard
from trayapp.platform import paths as places


def run(arguments: list[str]) -> int:
    """Run until SIGTERM or Ctrl-C."""
    parser = argparse.ArgumentParser(
        prog="spendlight engine", description="Run guard and engine in the foreground, without a screen."
    )
    parser.parse_args(arguments)
    paths = places.find()
    paths.make()
    chosen = settings.load(paths.settings)
    return run_guard(paths, port=chosen.port)
