"""``spendlight pools``: commitments and money paid in advance: what is left, and how fast it goes."""

from __future__ import annotations

import argparse
import json
from datetime import datetime
from decimal import Decimal
from typing import Any

from trayapp.cli import agreed
from trayapp.money import PICO, dollars


def run(arguments: list[str]) -> int:
    """Print the state of each pool."""
    parser = argparse.ArgumentParser(
        prog="spendlight pools", description="Commitments and pools; they stand in the settings as [[pools]]."
    )
    parser.add_argument("--format", choices=("plain", "json"), default="plain")
    options = parser.parse_args(arguments)
    from trayapp.engine import standing

    typed = agreed.agreements()
    found: list[dict[str, Any]] = []
    if typed.pools:
        found = agreed.asked("pools", lambda ledger: standing.pools(ledger, typed, datetime.now().astimezone()))
    if options.format == "json":
        print(json.dumps(found, ensure_ascii=False))
        return 0
    for pool in found:
        print(_line(pool))
    if not found:
        print("No pools. They are written in the settings as [[pools]]; the README shows how.")
    return 0


def _line(pool: dict[str, Any]) -> str:
    used, amount, left, day = (
        dollars(int(Decimal(pool[field]) * PICO)) for field in ("used_usd", "amount_usd", "left_usd", "usd_per_day")
    )
    text = f"{pool['name']}: {used} of {amount} used ({pool['share']:.0%}), {left} left"
    if pool["until"]:
        text += f" until {pool['until'][:10]}"
    text += f"; {day} a day"
    if pool["empty_at"]:
        text += f", empty on {pool['empty_at'][:10]} at that pace"
    return text if pool["in_force"] else f"{text} (not in force now)"
