"""``spendlight waste``: what was spent for nothing that anybody saw, in eight lines that were counted.

What each line counts stands in ``trayapp.insight.waste``; ``spendlight calls --waste LINE`` opens its rows. The folder
that the command is called in is one of those in which repositories are looked for.
"""

from __future__ import annotations

import argparse
import json
import time
from pathlib import Path
from typing import Any, Final

from trayapp import currency, settings
from trayapp.cli import source, when
from trayapp.insight.periods import span
from trayapp.money import Currency, dollars
from trayapp.platform import paths as places

USUAL: Final = "7d"
MEANS: Final = {
    "retries": "repeated attempts, and calls asked twice at once",
    "interrupted": "calls that were broken off or cut",
    "errors": "the vendor's errors that are billed",
    "cache_rewrites": "cache written anew after it had expired: what writing cost more than reading",
    "bloat": "main calls' prompts beyond 3 x their session's median",
    "side_calls": "titles, probes, summaries … on frontier models",
    "hidden_calls": "second calls that tools make by themselves, on other models",
    "no_diff": "sessions that left no change in their repository within a day",
}
"""Line to what it counts, in a few words."""


def run(arguments: list[str]) -> int:
    """Print the lines as a table or as JSON."""
    parser = argparse.ArgumentParser(
        prog="spendlight waste",
        description="What was retried, cut, billed for nothing, sent twice: counted, without a claim why.",
        epilog="`spendlight calls --waste LINE` lists the calls that a line counts.",
    )
    begins = parser.add_mutually_exclusive_group()
    begins.add_argument("--since", default=USUAL, help="today, 2h, 7d, a date or a time (default: 7d)")
    begins.add_argument("--week", action="store_true", help="this week, from Monday")
    begins.add_argument("--month", action="store_true", help="this month")
    parser.add_argument("--until", default=None)
    parser.add_argument("--format", choices=("plain", "json"), default="plain")
    options = parser.parse_args(arguments)
    now_us = time.time_ns() // 1000
    since_us = when.parse(options.since)
    if options.week or options.month:
        since_us = span("week" if options.week else "month", now_us, None).since_us
    until_us = now_us if options.until is None else when.parse(options.until)
    lines = source.waste(since_us, until_us, here())
    if options.format == "json":
        print(json.dumps(lines, ensure_ascii=False))
        return 0
    found, why = rates()
    shown = found.at(until_us)
    print(f"{'line':<15} {'calls':>7} {'sessions':>8} {'list':>11}  what it counts")
    for line in lines:
        print(_told(line, shown))
    print("\nA call may stand in several lines, so they are not added up. Counted, without a claim why.")
    print("`spendlight calls --waste LINE` lists a line's calls.")
    note = why or found.note(until_us)
    if note:
        print(f"Amounts are {note}.")
    return 0


def here() -> tuple[str, ...]:
    """The folder that the command was called in."""
    try:
        return (str(Path.cwd()),)
    except OSError:  # it is gone
        return ()


def _told(line: dict[str, Any], shown: Currency) -> str:
    means = MEANS.get(line["kind"], "")
    if not line["known"]:
        return f"{line['kind']:<15} {'?':>7} {'?':>8} {'?':>11}  {means}: not known. {line['why']}"
    amount = dollars(int(line["pico"]), estimated=bool(line["estimated"]), fine=True, shown=shown)
    more = f"; {line['unpriced']} without a price" if line["unpriced"] else ""
    return f"{line['kind']:<15} {line['rows']:>7} {line['sessions']:>8} {amount:>11}  {means}{more}"


def rates() -> tuple[currency.Rates, str]:
    """The user's currency; settings that cannot be read are no reason to hide the calls."""
    try:
        chosen = settings.load(places.find().settings)
        return currency.read(chosen.currency, chosen.sections.get("currency") or ()), ""
    except settings.SettingsError:
        return currency.Rates(), "in USD: the settings cannot be read"
    except currency.CurrencyError as error:
        return currency.Rates(), f"in USD: {error}"
