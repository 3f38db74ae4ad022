"""``python -m trayapp.desktop``: the tray alone, for a guard and an engine that run already."""

from __future__ import annotations

import argparse

from trayapp.desktop.app import run
from trayapp.platform import paths


def main(argv: list[str] | None = None) -> int:
    """Read the options, run the tray, return its exit code."""
    parser = argparse.ArgumentParser(prog="spendlight tray", description="Spendlight's tray icon.")
    parser.add_argument("--show", action="store_true", help="open the popover at once")
    parser.add_argument("--demo", action="store_true", help="say that nothing shown is real money")
    parser.add_argument(
        "--tray-wait", type=float, default=8.0, metavar="SECONDS", help="how long to wait for a panel before a window"
    )
    options = parser.parse_args(argv)
    return run(paths.find(), demo=options.demo, show_popover=options.show, tray_wait=options.tray_wait)


if __name__ == "__main__":
    raise SystemExit(main())
