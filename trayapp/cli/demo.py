"""``spendlight demo``: a simulated afternoon through the real proxy, in a throwaway profile."""

from __future__ import annotations

import argparse


def run(arguments: list[str]) -> int:
    """Run the demo."""
    parser = argparse.ArgumentParser(
        prog="spendlight demo",
        description="Watch several simulated tools work through the real proxy. No key, no network, no money.",
    )
    parser.add_argument("--once", action="store_true", help="one short pass, then end")
    parser.add_argument("--speed", type=float, default=20.0, help="how many times faster than real time (default 20)")
    parser.add_argument("--no-tray", action="store_true", help="use the terminal meter even with a screen")
    options = parser.parse_args(arguments)
    from trayapp.demo.run import run as run_demo

    return run_demo(once=options.once, speed=options.speed, tray=not options.no_tray)
