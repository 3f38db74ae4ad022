"""``spendlight calls``: what was called, one line a call.

The table shows amounts in the user's currency, each at the rate of its own day; JSON stays USD.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
import time
from datetime import datetime
from decimal import Decimal
from typing import Any

from trayapp import currency
from trayapp.cli import source, waste, when
from trayapp.money import PICO, count, dollars

_EXACTLY = re.compile(r"[-@]20\d{2}-?\d{2}-?\d{2}\Z|-latest\Z")


def run(arguments: list[str]) -> int:
    """Print rows as a table or as JSON lines."""
    parser = argparse.ArgumentParser(prog="spendlight calls", description="List calls, oldest first.")
    parser.add_argument("--since", default=None, help="today, 2h, 7d, a date or a time (default: all, table: today)")
    parser.add_argument("--until", default=None)
    parser.add_argument("--limit", type=int, default=None)
    parser.add_argument(
        "--waste",
        choices=waste.MEANS,
        default=None,
        metavar="LINE",
        help=f"only what a line of `spendlight waste` counts (default: of the last 7 days): {', '.join(waste.MEANS)}",
    )
    parser.add_argument("--format", choices=("table", "jsonl", "json"), default="table")
    options = parser.parse_args(arguments)
    until = None if options.until is None else when.parse(options.until)
    if options.waste is not None:
        since_us, until_us = (
            when.parse(options.since or waste.USUAL),
            time.time_ns() // 1000 if until is None else until,
        )
        found = source.waste_rows(options.waste, since_us, until_us, waste.here(), options.limit)
    else:
        since = options.since or ("today" if options.format == "table" else None)
        found = source.rows(None if since is None else when.parse(since), until, options.limit)
    if options.format == "json":
        print(json.dumps(list(found), ensure_ascii=False))
        return 0
    if options.format == "jsonl":
        for row in found:
            sys.stdout.write(json.dumps(row, ensure_ascii=False) + "\n")
        return 0
    rates, why = waste.rates()
    print(
        f"{'started':<24} {'tool':<14} {'model':<26} {'in':>7} {'out':>7} "
        f"{'list':>10} {'contract':>10} {'bill':>10}  state"
    )
    last = ""
    for row in found:
        print(_line(row, rates))
        last = row["started_at"]
    note = why or (rates.note(_micros(last)) if last else "")
    if note:
        print(f"Amounts are {note}.")
    return 0


def _micros(text: str) -> int:
    return int(datetime.fromisoformat(text).timestamp() * 10**6)


def _line(row: dict[str, Any], rates: currency.Rates) -> str:
    prompt = row["input"] + row["cache_read"] + row["cache_write"] + row["cache_write_1h"] + row["cache_write_12h"]
    shown = rates.at(_micros(row["started_at"]))
    guess = row["confidence"] != "exact"
    amounts = [_pico(row[field]) for field in ("usd_list", "usd_contract", "usd_marginal")]
    words = [dollars(amount, estimated=guess, fine=True, shown=shown) for amount in amounts]
    if amounts[0] is not None:
        words = ["unknown" if amount is None else word for amount, word in zip(amounts, words, strict=True)]
    costs = " ".join(f"{word:>10}" for word in words)
    model = row["model_served"] or row["model_asked"] or "?"
    state = row["state"] if row["metering"] in ("exact", "estimated") else f"{row['state']} ({row['metering']})"
    return (
        f"{row['started_at']:<24} {(row['tool'] or row['vendor'])[:14]:<14} {model[:26]:<26} "
        f"{count(prompt):>7} {count(row['output']):>7} {costs}  {state}{_switched(row)}"
    )


def _switched(row: dict[str, Any]) -> str:
    """ "claude-opus-5-5 → claude-haiku-5-5" behind a call that went to another model than it asked for."""
    asked, served = row["model_asked"], row["model_served"] or row["model_sent"]
    if not asked or not served or (row["model_sent"] is None and _same(asked, served)):
        return ""
    by = f" ({row['rule']})" if row["model_sent"] is not None and row["rule"] else ""
    return f"  {asked} → {served}{by}"


def _same(asked: str, served: str) -> bool:
    """Whether a vendor only says the name more exactly: with a date, or without its maker."""
    return _plain(asked) == _plain(served)


def _plain(name: str) -> str:
    return _EXACTLY.sub("", name.rpartition("/")[2].lower())


def _pico(usd: str | None) -> int | None:
    return None if usd is None else int(Decimal(usd) * PICO)
