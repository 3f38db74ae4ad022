"""``spendlight budget``: what days, weeks, months, projects, tools and plan windows may cost, and what then happens."""

from __future__ import annotations

import argparse
import json
from functools import partial
from typing import Any, Final

from trayapp import settings, settings_edit
from trayapp.budget import ACTIONS, COUNTS, PERIODS, no_budget
from trayapp.cli import budgetlines, ruleswords, when
from trayapp.cli.config import tell_engine
from trayapp.cli.trouble import CommandError
from trayapp.control import Address, Client
from trayapp.platform import paths as places
from trayapp.platform.paths import Paths
from trayapp.snapshot import budgets_from_json

_VERBS: Final = "list | set USD --day … | remove NAME | override NAME [--for 1h]"


def run(arguments: list[str]) -> int:
    """List, make, remove or lift budgets."""
    options = _parser().parse_args(arguments)
    paths = places.find()
    verb = options.verb or "list"
    if verb == "set":
        name = settings_edit.set_budget(paths.settings, _entry(options))
        return _changed(paths, options, f"Budget {name!r} is kept.", {"budget": name})
    if verb == "remove":
        if not settings_edit.remove_budget(paths.settings, options.name):
            names = (each.name for each in settings.load(paths.settings).budgets)
            raise CommandError(no_budget(options.name, names))
        return _changed(paths, options, f"Budget {options.name!r} is gone.", {"budget": options.name})
    with Client(Address(paths.control), timeout=60) as client:
        if verb == "override":
            more = {} if options.lasts is None else {"seconds": when.duration(options.lasts)}
            answer = client.ask("override_budget", budget=options.name, on=not options.off, **more)
        else:
            answer = client.ask("budgets")
    if options.format == "json":
        print(json.dumps(answer, ensure_ascii=False))
        return 0
    budgets = budgets_from_json(answer)
    if verb == "override":
        view = budgets.named(options.name)
        told = "" if view is None else view.doing or view.words
        ruleswords.say([f"{options.name}: {told}."])
    else:
        ruleswords.say(budgetlines.listed(budgets))
    return 0


def _changed(paths: Paths, options: argparse.Namespace, told: str, answer: dict[str, Any]) -> int:
    runs = tell_engine(paths)
    if options.format == "json":
        print(json.dumps(answer, ensure_ascii=False))
    else:
        ruleswords.say([told if runs else f"{told} No engine runs; the next one takes it up."])
    return 0


def _entry(options: argparse.Namespace) -> dict[str, Any]:
    """The line of ``[[budgets]]``."""
    keys = ("name", "period", "usd", "scope", "counts", "action", "act_at", "at")
    return {key: value for key in keys if (value := getattr(options, key)) is not None}


def _percentages(text: str) -> list[int]:
    return [int(part) for part in text.replace("%", "").split(",")]


def _parser() -> argparse.ArgumentParser:
    # Before the verb and behind it; behind it without a default, which would undo what stood before.
    behind = argparse.ArgumentParser(add_help=False)
    behind.add_argument("--format", choices=("plain", "json"), default=argparse.SUPPRESS)
    parser = argparse.ArgumentParser(
        prog="spendlight budget",
        description="Budgets: what is used of each, what its period will have cost, what happens when it is used up.",
    )
    parser.add_argument("--format", choices=("plain", "json"), default="plain")
    verbs = parser.add_subparsers(dest="verb", metavar=_VERBS)

    def verb(name: str, text: str) -> argparse.ArgumentParser:
        return verbs.add_parser(name, help=text, description=f"{text[:1].upper()}{text[1:]}.", parents=[behind])

    verb("list", "all budgets with their forecast")
    setting = verb("set", "make a budget, or change the one of that name; it is kept in [[budgets]] of the settings")
    setting.add_argument("usd", nargs="?", metavar="USD", help="what the period may cost; none for a plan's window")
    periods = setting.add_mutually_exclusive_group()
    for period in PERIODS:
        periods.add_argument(
            f"--{period}", dest="period", action="store_const", const=period, help=f"a {period} in local time"
        )
    scopes = setting.add_mutually_exclusive_group()
    for kind, text in (
        ("project", "only this project, by the name of its folder"),
        ("tool", "only this tool, as `spendlight calls` names it"),
        ("vendor", "only this vendor's route"),
        ("window", "a plan's window as VENDOR/NAME, such as anthropic/5h; without USD and period"),
    ):
        scopes.add_argument(f"--{kind}", dest="scope", type=partial("{}:{}".format, kind), metavar="NAME", help=text)
    setting.add_argument("--name", help="how it is called")
    setting.add_argument("--counts", choices=COUNTS, help="list: API value (the default); contract; bill")
    setting.add_argument("--at", type=_percentages, metavar="50,80,100", help="percent at which it is told")
    setting.add_argument("--action", choices=ACTIONS, help="what follows; tell is the default")
    setting.add_argument("--act-at", type=int, metavar="PERCENT", help="from where: 80, for stop 100")
    verb("remove", "take a budget out").add_argument("name", metavar="NAME")
    lifting = verb("override", "lift what a budget does, at most to the end of its period")
    lifting.add_argument("name", metavar="NAME")
    lifting.add_argument("--for", dest="lasts", metavar="DURATION", help="only so long: 30m, 1h")
    lifting.add_argument("--off", action="store_true", help="let it hold again")
    return parser
