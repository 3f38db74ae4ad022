"""``spendlight asis``: everything as requested, now; and by the rules again."""

from __future__ import annotations

import argparse
import json

from trayapp.choices import Choices
from trayapp.cli import ruleswords, when
from trayapp.control import Address, Client
from trayapp.money import plural
from trayapp.platform import paths as places
from trayapp.snapshot import choices_from_json


def run(arguments: list[str]) -> int:
    """Stop changing requests, or begin again."""
    parser = argparse.ArgumentParser(
        prog="spendlight asis",
        description="Send everything as it was requested, from your next turn on: models chosen with `use` are given"
        " back, rules wait.",
    )
    parser.add_argument("--for", dest="lasts", metavar="DURATION", help="only so long: 30m, 1h, 2d")
    parser.add_argument("--off", action="store_true", help="by the rules again")
    parser.add_argument("--format", choices=("plain", "json"), default="plain")
    options = parser.parse_args(arguments)
    if options.off and options.lasts is not None:
        parser.error("--off ends it now; it takes no --for")
    more = {} if options.lasts is None else {"seconds": when.duration(options.lasts)}
    with Client(Address(places.find().control), timeout=60) as client:
        before = choices_from_json(client.ask("choices"))
        answer = client.ask("asis", on=not options.off, **more)
    if options.format == "json":
        print(json.dumps(answer, ensure_ascii=False))
        return 0
    now = choices_from_json(answer)
    ruleswords.say(_off(before, now) if options.off else _on(before, now))
    return 0


def _on(before: Choices, now: Choices) -> list[str]:
    left = {rule.id for rule in now.rules}
    given_back = [rule for rule in before.rules if rule.id not in left]
    lines = [f"Everything goes out as requested now, {ruleswords.until(now.asis_until_us)}."]
    lines += [f"  Given back: {rule.text} (again: spendlight rules restore {rule.id})" for rule in given_back]
    if now.rules:
        wait = "waits" if len(now.rules) == 1 else "wait"
        lines.append(f"  {plural(len(now.rules), 'rule')} {wait}.")
    lines.append("  A conversation that was switched returns at its next turn, never inside a tool loop.")
    lines.append("  Undo: spendlight asis --off")
    return lines


def _off(before: Choices, now: Choices) -> list[str]:
    if not before.asis:
        return [f"It was off already. {ruleswords.MODES.get(now.mode, now.mode)}"]
    return [f"By the rules again: {ruleswords.steered(now) or 'there are none'}."]
