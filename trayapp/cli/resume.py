"""``spendlight resume``: end a pause."""

from __future__ import annotations

import argparse

from trayapp.control import Address, Client
from trayapp.platform import paths as places


def run(arguments: list[str]) -> int:
    """Meter again."""
    argparse.ArgumentParser(prog="spendlight resume", description="End a pause.").parse_args(arguments)
    with Client(Address(places.find().control)) as client:
        client.ask("resume")
    print("Metering goes on.")
    return 0
