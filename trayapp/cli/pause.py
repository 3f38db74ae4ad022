"""``spendlight pause``: calls pass without being read, for a while; each is still one row, unmetered."""

from __future__ import annotations

import argparse
from datetime import datetime

from trayapp.control import Address, Client
from trayapp.platform import paths as places


def run(arguments: list[str]) -> int:
    """Pause metering."""
    parser = argparse.ArgumentParser(
        prog="spendlight pause", description="Let calls pass without reading them; they are counted as unmetered."
    )
    parser.add_argument("--minutes", type=int, default=60, help="how long (default 60)")
    options = parser.parse_args(arguments)
    with Client(Address(places.find().control)) as client:
        until = client.ask("pause", seconds=options.minutes * 60)["until_us"]
    print(f"Metering is paused until {datetime.fromtimestamp(until / 1e6).astimezone():%H:%M}.")
    return 0
