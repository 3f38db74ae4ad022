"""``spendlight upstream``: where a vendor's calls go: its public API, a company's gateway, a local server."""

from __future__ import annotations

import argparse
import json

from trayapp import settings, settings_edit
from trayapp.cli.trouble import CommandError
from trayapp.control import Address, Client, ControlError
from trayapp.frontdoor import DEFAULT_UPSTREAMS
from trayapp.platform import paths as places
from trayapp.platform.paths import Paths
from trayapp.trouble import Trouble


def run(arguments: list[str]) -> int:
    """List, set or reset routes; a running engine takes the change at once."""
    parser = argparse.ArgumentParser(prog="spendlight upstream", description="Where a vendor's calls go.")
    parser.add_argument("--format", choices=("plain", "json"), default="plain")
    verbs = parser.add_subparsers(dest="verb", metavar="list | set VENDOR=URL … | reset [VENDOR]")
    verbs.add_parser("list")
    setter = verbs.add_parser("set")
    setter.add_argument("routes", nargs="+", metavar="VENDOR=URL")
    resetter = verbs.add_parser("reset")
    resetter.add_argument("vendor", nargs="?")
    options = parser.parse_args(arguments)
    paths = places.find()
    if options.verb == "set":
        pairs = [_pair(route) for route in options.routes]
        for vendor, url in pairs:
            settings.parse_upstream(vendor, url)
        for vendor, url in pairs:
            _change(paths, vendor, url)
    elif options.verb == "reset":
        current = settings.load(paths.settings).upstreams
        for vendor in [options.vendor] if options.vendor else list(current):
            _change(paths, vendor, None)
    _print(paths, options.format)
    return 0


def _pair(route: str) -> tuple[str, str]:
    vendor, equals, url = route.partition("=")
    if not equals:
        raise CommandError(
            Trouble(
                title="That upstream cannot be used",
                message=f"{route!r} is not of the form VENDOR=URL.",
                fix="For example: spendlight upstream set anthropic=https://gateway.example.com/anthropic",
                code="bad_upstream",
            )
        )
    return vendor.strip(), url.strip()


def _change(paths: Paths, vendor: str, url: str | None) -> None:
    try:
        client = Client(Address(paths.control))
    except ControlError:
        paths.config.mkdir(mode=0o700, parents=True, exist_ok=True)
        settings_edit.set_upstream(paths.settings, vendor, url)
        return
    with client:
        if url is None:
            client.ask("reset_upstream", vendor=vendor)
        else:
            client.ask("set_upstream", vendor=vendor, url=url)


def _print(paths: Paths, form: str) -> None:
    routes = settings.load(paths.settings).routes()
    table = {
        vendor: {"url": upstream.url, "default": DEFAULT_UPSTREAMS.get(vendor) == upstream.url}
        for vendor, upstream in sorted(routes.items())
    }
    if form == "json":
        print(json.dumps(table))
        return
    for vendor, entry in table.items():
        print(f"{vendor:<12}{entry['url']}{'' if entry['default'] else '   (set by you)'}")
