"""``spendlight mail``: the password of your mail server, and a trial: for the weekly summary by mail."""

from __future__ import annotations

import argparse
import getpass
import json
import sys

from trayapp import mailing, settings
from trayapp.cli.trouble import say
from trayapp.control import Address, Client
from trayapp.platform import paths as places
from trayapp.platform.paths import Paths
from trayapp.trouble import Trouble


def run(arguments: list[str]) -> int:
    """Say how it stands, keep or forget the password, or send last week's summary now."""
    parser = argparse.ArgumentParser(prog="spendlight mail", description="The weekly summary by mail.")
    parser.add_argument("--format", choices=("plain", "json"), default="plain")
    verbs = parser.add_subparsers(dest="verb", metavar="status | password | send")
    verbs.add_parser("status", help="what is set, and where the password lies")
    password = verbs.add_parser("password", help="keep the password of your mail server; asked for, or from a pipe")
    password.add_argument("--forget", action="store_true", help="forget it")
    verbs.add_parser("send", help="mail the last whole week's summary now")
    options = parser.parse_args(arguments)
    paths = places.find()
    if options.verb == "password":
        return _forget(paths) if options.forget else _keep(paths)
    if options.verb == "send":
        with Client(Address(paths.control), timeout=600) as client:  # the server may look through it for minutes
            answer = client.ask("mail_report")
        print(f"{answer['week']} was mailed to {answer['to']}.")
        return 0
    return _status(paths, as_json=options.format == "json")


def _keep(paths: Paths) -> int:
    from trayapp.platform.secrets import SecretStore

    text = sys.stdin.readline().rstrip("\n") if not sys.stdin.isatty() else getpass.getpass("Password: ")
    if not text:
        return say(Trouble(title="No password came", message="Nothing was changed.", code="bad_setting"))
    if not text.isascii():
        return say(
            Trouble(
                title="That password cannot be sent",
                message="Mail servers take letters from A to Z, digits and signs only; nothing was changed.",
                fix="Most providers give such a password for programs (an app password).",
                code="bad_setting",
            )
        )
    paths.make()
    place = SecretStore(paths.secrets).put(mailing.SECRET, text.encode())
    print(f"Kept in {place.badge}.{f' ({place.why}.)' if place.why else ''}")
    return 0


def _forget(paths: Paths) -> int:
    from trayapp.platform.secrets import SecretStore

    SecretStore(paths.secrets).drop(mailing.SECRET)
    print("Forgotten.")
    return 0


def _status(paths: Paths, *, as_json: bool) -> int:
    from trayapp.platform.secrets import SecretStore

    chosen = settings.load(paths.settings)
    server, to = chosen.mail_server, str(chosen.values["report.mail_to"])
    place = SecretStore(paths.secrets).where(mailing.SECRET)
    known = {
        "to": to or None,
        "from": str(chosen.values["report.mail_from"]) or to or None,
        "server": None if server is None else f"{server.host}:{server.port}",
        "user": server.user if server is not None and server.user else None,
        "password": None if place is None else place.badge,
        "at": f"{chosen.report_at:%H:%M}",
    }
    if as_json:
        print(json.dumps(known))
    elif not to or server is None:
        print("No weekly mail is set. Set `report.mail_to` and `report.smtp` with `spendlight config set`.")
    else:
        login = f" as {server.user}, password in {place.badge if place else 'no place yet'}" if server.user else ""
        print(f"Mondays at {known['at']}: to {to} by {known['server']}{login}.")
    return 0
