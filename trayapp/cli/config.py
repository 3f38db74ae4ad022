"""``spendlight config``: the settings, one by one; a running engine takes a change at once."""

from __future__ import annotations

import argparse
import json
from typing import Any

from trayapp import settings, settings_edit
from trayapp.cli import sections
from trayapp.cli.trouble import EXIT_CODES, say
from trayapp.control import Address, Client, ControlError
from trayapp.platform import paths as places
from trayapp.platform.paths import Paths


def run(arguments: list[str]) -> int:
    """List, read or change settings."""
    parser = argparse.ArgumentParser(prog="spendlight config", description="The settings.")
    parser.add_argument("--format", choices=("plain", "json"), default="plain")
    verbs = parser.add_subparsers(dest="verb", metavar="list | get KEY | set KEY VALUE | unset KEY | reload")
    verbs.add_parser("list")
    verbs.add_parser("reload", help="have a running engine read the file again, after it was edited by hand")
    for verb in ("get", "set", "unset"):
        verbs.add_parser(verb).add_argument("key")
    verbs.choices["set"].add_argument("value")
    options = parser.parse_args(arguments)
    paths = places.find()
    if options.verb in ("set", "unset"):
        settings_edit.set_value(paths.settings, options.key, _value(options.value) if options.verb == "set" else None)
        tell_engine(paths)
    elif options.verb == "reload":
        return _reload(paths)
    table = _table(paths)
    if options.verb == "get":
        settings.known(options.key)
        table = {options.key: table[options.key]}
    if options.format == "json":
        print(json.dumps(table, ensure_ascii=False))
        return 0
    if options.verb == "get":
        print(_text(table[options.key]["value"]))
        return 0
    for key, entry in table.items():
        print(f"{key} = {_text(entry['value'])}{'' if entry['default'] else '   (set by you)'}\n    {entry['text']}")
    print(f"\nThe file is {paths.settings}.")
    return 0


def tell_engine(paths: Paths) -> bool:
    """Have a running engine read the settings again; ``False`` when none runs.

    Raises:
        ControlError: it runs and found the settings wrong.
    """
    try:
        client = Client(Address(paths.control))
    except ControlError:
        return False
    with client:
        client.ask("reload")
    return True


def _reload(paths: Paths) -> int:
    wrong = sections.troubles(paths)
    if wrong:
        try:
            tell_engine(paths)  # it goes on with what it can use, and tells of the rest
        except ControlError:
            pass
        for trouble in wrong:
            say(trouble)
        return EXIT_CODES["bad_settings"]
    print("The engine has read it." if tell_engine(paths) else "No engine runs; the next one reads it at its start.")
    return 0


def _table(paths: Paths) -> dict[str, dict[str, Any]]:
    given = settings.load(paths.settings).given
    return {
        setting.key: {
            "value": given.get(setting.key, setting.default),
            "default": setting.key not in given,
            "text": setting.text,
        }
        for setting in settings.TABLE
    }


def _value(text: str) -> Any:
    """What is typed for a setting: a yes or no, a whole number, a list (as in the file), or text."""
    if text.startswith("["):
        try:
            return json.loads(text)
        except ValueError:
            return text
    if text.lower() in ("true", "yes", "on"):
        return True
    if text.lower() in ("false", "no", "off"):
        return False
    return int(text) if text.lstrip("-").isdecimal() and len(text) < 10 else text


def _text(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False) if not isinstance(value, str) else value or "(empty)"
