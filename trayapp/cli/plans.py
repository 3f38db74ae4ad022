"""``spendlight plans``: plans with a flat price: what was found in the traffic, what it costs, what it was worth."""

from __future__ import annotations

import argparse
import json
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from trayapp.cli import agreed
from trayapp.cli.source import price_book
from trayapp.cli.trouble import CommandError
from trayapp.money import PICO, dollars, plural
from trayapp.pricing.plans import DETECTED
from trayapp.trouble import Trouble


def run(arguments: list[str]) -> int:
    """List plans, or type one's price."""
    parser = argparse.ArgumentParser(prog="spendlight plans", description="Plans with a flat price, this month.")
    parser.add_argument("--format", choices=("plain", "json"), default="plain")
    verbs = parser.add_subparsers(dest="verb", metavar="list | set NAME --monthly USD | remove NAME")
    verbs.add_parser("list")
    setter = verbs.add_parser("set", help="say what a plan costs a month")
    setter.add_argument("name")
    setter.add_argument("--monthly", required=True, metavar="USD")
    setter.add_argument("--vendor", help="whose plan it is; needed for a name that no plan was found under")
    setter.add_argument("--from", dest="since", type=date.fromisoformat, help="the new price holds from this day")
    verbs.add_parser("remove", help="forget what was typed").add_argument("name")
    options = parser.parse_args(arguments)
    if options.verb == "set":
        agreed.change("plans", lambda entries: _set(entries, options))
    elif options.verb == "remove":
        agreed.change("plans", lambda entries: _remove(entries, options.name))
    return _list(options.format)


def _set(entries: agreed.Entries, options: argparse.Namespace) -> None:
    mine = [entry for entry in entries if entry.get("name") == options.name]
    latest = mine[-1] if mine else None
    if latest is not None and options.since is None:
        latest["monthly_usd"] = options.monthly
        if options.vendor is not None:
            latest["vendor"] = options.vendor
        return
    vendor = options.vendor
    if latest is not None:
        # The old price keeps its months; the new one begins where it ends.
        vendor = vendor or latest.get("vendor")
        latest["to"] = options.since
    if vendor is None:
        vendor = next((seller for seller, name in DETECTED.items() if name == options.name), None)
        if vendor is None and options.name.endswith("-plan"):
            vendor = options.name.removesuffix("-plan")
    if vendor is None:
        raise CommandError(
            Trouble(
                title="Whose plan is that?",
                message=f"No plan is known as {options.name!r}.",
                fix=f"Say whose it is: spendlight plans set {options.name} --monthly {options.monthly} --vendor VENDOR",
                code="bad_contract",
            )
        )
    entries.append(
        agreed.table({"name": options.name, "vendor": vendor, "monthly_usd": options.monthly, "from": options.since})
    )


def _remove(entries: agreed.Entries, name: str) -> None:
    kept = [number for number, entry in enumerate(entries) if entry.get("name") == name]
    if not kept:
        raise CommandError(
            Trouble(
                title="There is no such plan",
                message=f"No price was typed for a plan called {name!r}.",
                fix="`spendlight plans` lists all.",
                code="bad_contract",
            )
        )
    for number in reversed(kept):
        del entries[number]


def _list(form: str) -> int:
    from trayapp.engine import standing

    typed = agreed.agreements()
    found = agreed.asked(
        "plans",
        lambda ledger: standing.plans(ledger, typed, price_book(), datetime.now().astimezone()),
    )
    if form == "json":
        print(json.dumps(found, ensure_ascii=False))
        return 0
    for plan in found:
        print(_line(plan))
    if not found:
        print("No plan was found in the traffic of the last 90 days, and none was typed.")
    return 0


def _line(plan: dict[str, Any]) -> str:
    text = f"{plan['name']} ({plan['vendor']}): {plural(plan['calls'], 'call')} this month"
    if plan["usd_list"] is None:
        text += f", {plan['unpriced']} unpriced: what they are worth is not known"
    else:
        text += f", ≈ API value {dollars(_pico(plan['usd_list']))}"
        text += f" + {plan['unpriced']} unpriced" if plan["unpriced"] else ""
    text += f", {dollars(_pico(plan['usd_marginal']))} beside the plan"
    if plan["monthly_usd"] is None:
        return f"{text}. What does it cost? spendlight plans set {plan['name']} --monthly USD"
    text += f"; costs {dollars(_pico(plan['monthly_usd']))} a month"
    if plan["leverage"] is None:
        return text
    return f"{text}, worth {'at least ' if plan['unpriced'] else ''}{plan['leverage']} × its price"


def _pico(usd: str) -> int:
    return int(Decimal(usd) * PICO)
