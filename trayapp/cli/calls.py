"""``spendlight calls``: what was called, one line a call."""

from __future__ import annotations

import argparse
import json
import sys
from decimal import Decimal
from typing import Any

from trayapp.cli import source, when
from trayapp.money import PICO, count, dollars


def run(arguments: list[str]) -> int:
    """Print rows as a table or as JSON lines."""
    parser = argparse.ArgumentParser(prog="spendlight calls", description="List calls, oldest first.")
    parser.add_argument("--since", default=None, help="today, 2h, 7d, a date or a time (default: all, table: today)")
    parser.add_argument("--until", default=None)
    parser.add_argument("--limit", type=int, default=None)
    parser.add_argument("--format", choices=("table", "jsonl", "json"), default="table")
    options = parser.parse_args(arguments)
    since = options.since or ("today" if options.format == "table" else None)
    found = source.rows(
        None if since is None else when.parse(since),
        None if options.until is None else when.parse(options.until),
        options.limit,
    )
    if options.format == "json":
        print(json.dumps(list(found), ensure_ascii=False))
        return 0
    if options.format == "jsonl":
        for row in found:
            sys.stdout.write(json.dumps(row, ensure_ascii=False) + "\n")
        return 0
    print(f"{'started':<24} {'tool':<14} {'model':<26} {'in':>7} {'out':>7} {'cost':>10}  state")
    for row in found:
        print(_line(row))
    return 0


def _line(row: dict[str, Any]) -> str:
    prompt = row["input"] + row["cache_read"] + row["cache_write"] + row["cache_write_1h"] + row["cache_write_12h"]
    pico = None if row["usd_list"] is None else int(Decimal(row["usd_list"]) * PICO)
    cost = dollars(pico, estimated=row["confidence"] != "exact", fine=True)
    model = row["model_served"] or row["model_asked"] or "?"
    state = row["state"] if row["metering"] in ("exact", "estimated") else f"{row['state']} ({row['metering']})"
    return (
        f"{row['started_at']:<24} {(row['tool'] or row['vendor'])[:14]:<14} {model[:26]:<26} "
        f"{count(prompt):>7} {count(row['output']):>7} {cost:>10}  {state}"
    )
