"""``spendlight keys``: virtual keys. A tool holds a key of Spendlight's own, the real one stays in the keyring.

The real key is typed at a hidden prompt, read from standard input or taken from a variable that is named; it is never
an argument, which others on this machine could read.
"""

from __future__ import annotations

import argparse
import getpass
import json
import os
import sys

from trayapp import settings
from trayapp.cli.trouble import CommandError
from trayapp.moments import at
from trayapp.platform import paths as places
from trayapp.platform.paths import Paths
from trayapp.toolbox import tell_engine
from trayapp.trouble import Trouble
from trayapp.virtualkeys.cabinet import Cabinet, Minted, VirtualKeyError


def run(arguments: list[str]) -> int:
    """List, add, show again or remove."""
    parser = argparse.ArgumentParser(
        prog="spendlight keys",
        description="Virtual keys: the tool holds a key that works only here, the real one stays in the keyring.",
    )
    parser.add_argument("--format", choices=("plain", "json"), default="plain")
    verbs = parser.add_subparsers(dest="verb", metavar="list | add VENDOR | reveal NAME | remove NAME")
    verbs.add_parser("list", help="all keys, and where the real ones lie")
    adder = verbs.add_parser("add", help="keep a real key and print the virtual one, once")
    adder.add_argument("vendor", help="the route that the key belongs to: anthropic, openai, gemini …")
    adder.add_argument("--name", help="what to call it; the vendor's name by default")
    adder.add_argument("--env", metavar="VARIABLE", help="the environment variable that holds the real key")
    revealer = verbs.add_parser("reveal", help="print the real key")
    revealer.add_argument("name")
    remover = verbs.add_parser("remove", help="forget a key; the virtual one is worth nothing from now on")
    remover.add_argument("name")
    remover.add_argument("--print", dest="show", action="store_true", help="print the real key first, to put it back")
    options = parser.parse_args(arguments)
    paths = places.find()
    try:
        return _do(options, paths, Cabinet(paths))
    except VirtualKeyError as error:
        raise CommandError(error.trouble) from None


def _do(options: argparse.Namespace, paths: Paths, cabinet: Cabinet) -> int:
    match options.verb:
        case "add":
            routes = settings.load(paths.settings).routes()
            if options.vendor not in routes:
                raise CommandError(_no_route(options.vendor, sorted(routes)))
            real = _real_key(options.vendor, options.env)
            minted = cabinet.mint(options.vendor, real, upstream=routes[options.vendor], name=options.name)
            tell_engine(paths)
            _print_minted(minted, options.format)
        case "reveal":
            print(cabinet.reveal(options.name))
        case "remove":
            key = cabinet.find(options.name)
            if options.show:
                # What cannot be printed is not removed.
                print(cabinet.reveal(options.name))
                sys.stdout.flush()
            cabinet.remove(options.name)
            tell_engine(paths)
            print(f"Removed. Tools that still hold that key for {key.vendor} hear 401 now.", file=sys.stderr)
        case _:
            _print_list(cabinet, options.format)
    return 0


def _real_key(vendor: str, variable: str | None) -> str:
    if variable is not None:
        value = os.environ.get(variable, "")
        if not value:
            raise CommandError(
                Trouble(
                    title="There is no key there",
                    message=f"The variable {variable} is not set, or is empty.",
                    fix="Name another one with --env, or leave it out and type the key.",
                    code="bad_vendor_key",
                )
            )
        return value
    if sys.stdin.isatty():
        return getpass.getpass(f"The real key for {vendor} (not shown): ")
    return sys.stdin.readline(8192)


def _print_minted(minted: Minted, form: str) -> None:
    key, place = minted.key, minted.place
    if form == "json":
        print(json.dumps({"name": key.name, "vendor": key.vendor, "key": minted.virtual, "real_key": place.badge}))
        return
    print(minted.virtual)
    why = f" ({place.why})" if place.why else ""
    lines = [
        f"This is {key.name}. It is shown only this once; give it to the tool in place of the real key.",
        f"It works on this machine only, through Spendlight (`spendlight url {key.vendor}`), for {key.upstream}.",
        f"The real key lies in: {place.badge}{why}.",
        "If Spendlight starts and its engine cannot run at all, tools with this key hear 503 (key_not_available)",
        "until it can; tools with their own key go on.",
        f"The real key back: spendlight keys remove {key.name} --print",
    ]
    print("\n".join(lines), file=sys.stderr)


def _print_list(cabinet: Cabinet, form: str) -> None:
    rows = []
    for key in cabinet.listed():
        place = cabinet.where(key)
        where = "gone" if place is None else place.badge
        rows.append(
            {
                "name": key.name,
                "vendor": key.vendor,
                "upstream": key.upstream,
                "real_key": where,
                "carriers": list(key.carriers),
                "made_at": at(key.made_us).isoformat(timespec="seconds"),
            }
        )
    if form == "json":
        print(json.dumps(rows))
        return
    if not rows:
        print("There are no virtual keys. `spendlight keys add VENDOR` makes one.")
    for row in rows:
        print(f"{row['name']:<20} {row['vendor']:<12} {row['upstream']}  real key: {row['real_key']}")


def _no_route(vendor: str, known: list[str]) -> Trouble:
    return Trouble(
        title="Unknown vendor",
        message=f"There is no route called {vendor!r}. Known are: {', '.join(v for v in known if v != 'chatgpt')}.",
        fix=f"Add one with `spendlight upstream set {vendor}=https://…`.",
        code="unknown_vendor",
    )
