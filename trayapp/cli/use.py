"""``spendlight use``: serve another model, or another effort, from the next turn on."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

from trayapp.cli import ruleswords, when
from trayapp.cli.trouble import CommandError
from trayapp.control import Address, Client
from trayapp.platform import paths as places
from trayapp.snapshot import rule_from_json
from trayapp.trouble import Trouble


def run(arguments: list[str]) -> int:
    """Make the choice and say what it means."""
    parser = argparse.ArgumentParser(
        prog="spendlight use",
        description="Serve MODEL instead of the model that your tools ask for, from your next turn on. It is a choice"
        " for now: one for the same requests replaces it, and `spendlight asis` takes it back.",
        epilog="Examples: spendlight use haiku --for 1h · spendlight use haiku --session · spendlight use --effort low",
    )
    parser.add_argument("model", nargs="?", metavar="MODEL", help="a model's name; short is enough for one in use")
    parser.add_argument("--for", dest="lasts", metavar="DURATION", help="only so long: 30m, 1h, 2d")
    where = parser.add_mutually_exclusive_group()
    where.add_argument("--session", nargs="?", const="", metavar="ID", help="only this session; the newest, without ID")
    where.add_argument("--project", nargs="?", const=".", metavar="FOLDER", help="only this project; this folder")
    parser.add_argument("--asked", metavar="MODEL", help="only requests that ask for this model")
    parser.add_argument("--effort", metavar="LEVEL", help="ask for this effort; alone, the model stays")
    parser.add_argument("--vendor", metavar="V", help="whose model it is, where the name does not say")
    parser.add_argument("--format", choices=("plain", "json"), default="plain")
    options = parser.parse_args(arguments)
    if options.model is None and options.effort is None:
        raise _no_model(options)
    asked: dict[str, Any] = {
        "model": options.model,
        "effort": options.effort,
        "asked": options.asked,
        "vendor": options.vendor,
        "seconds": None if options.lasts is None else when.duration(options.lasts),
    }
    if options.session is not None:
        asked |= {"scope": "session", "session": options.session}
    elif options.project is not None:
        asked |= {"scope": "project", "project": folder(options.project)}
    with Client(Address(places.find().control), timeout=60) as client:
        answer = client.ask("use", **{name: value for name, value in asked.items() if value is not None})
    if options.format == "json":
        print(json.dumps(answer, ensure_ascii=False))
        return 0
    ruleswords.say(ruleswords.made(rule_from_json(answer["rule"]), answer["lines"]))
    return 0


def folder(text: str) -> str:
    """A project's folder as its tools name it.

    Raises:
        CommandError: there is no such folder.
    """
    path = Path(text).expanduser()
    if not path.is_dir():
        raise CommandError(
            Trouble(
                title="There is no such folder",
                message=f"{text!r} is none.",
                fix="Give the folder in which the tool was started.",
                code="no_folder",
            )
        )
    return str(path.resolve())


def _no_model(options: argparse.Namespace) -> CommandError:
    # `use --session haiku` reads haiku as the session's id.
    taken = options.session or (options.project if options.project != "." else None)
    fix = "For example: spendlight use haiku --for 1h, or spendlight use --effort low."
    if taken:
        name = "--session" if options.session else "--project"
        fix = f"The model comes first: spendlight use {taken} {name}"
    return CommandError(Trouble(title="Use what?", message="Name a model, or an effort.", fix=fix, code="bad_rule"))
