"""``spendlight team``: join a team, see what it is told and what it decides, leave it.

Nothing leaves before its exact JSON has been shown here and agreed to (``--yes`` agrees beforehand; it is shown all the
same). Words for people are in ``teamlines``.
"""

from __future__ import annotations

import argparse
import json
import sys
from datetime import datetime
from typing import Any

from trayapp.cli import teamlines
from trayapp.cli.trouble import CommandError
from trayapp.control import Address, Client
from trayapp.platform import paths as places
from trayapp.teamviews import team_from_json
from trayapp.trouble import Trouble

_PATIENCE_S = 150.0
"""For an answer behind which a server has to be asked."""


def run(arguments: list[str]) -> int:
    """Do what was asked."""
    options = _parser().parse_args(arguments)
    options.as_json = options.format == "json"
    with Client(Address(places.find().control), timeout=_PATIENCE_S) as client:
        return int(_VERBS[options.verb or "status"](client, options))


def _status(client: Client, options: argparse.Namespace) -> int:
    answer = client.ask("team")
    if options.as_json:
        return _json(answer)
    view = team_from_json(answer)
    print("\n".join(teamlines.status(view)))
    return 0


def _join(client: Client, options: argparse.Namespace) -> int:
    invite = options.invite if not options.secret else f"{options.invite.rstrip('/')}/join#{options.secret}"
    shown = client.ask("team_invite", invite=invite, label=options.label, consents=options.consent)
    if not options.as_json:
        print("\n".join(teamlines.joining(shown["server"], shown["body"], options.consent)))
    if not _agreed(options, "Send this to join?"):
        return _no("Nothing was sent.")
    since = None if options.since is None else int(options.since.timestamp() * 1_000_000)
    joined = client.ask("team_join", **({} if since is None else {"since_us": since}))
    return _agree_to(client, options, joined, {"enrolment": shown["body"]})


def _agree(client: Client, options: argparse.Namespace) -> int:
    return _agree_to(client, options, client.ask("team_preview"), {})


def _agree_to(client: Client, options: argparse.Namespace, preview: dict[str, Any], more: dict[str, Any]) -> int:
    if not options.as_json:
        print("\n".join(teamlines.first(preview)))
    if not _agreed(options, "May this leave your machine from now on?"):
        return _no("Nothing about your calls was sent. `spendlight team leave --delete` takes the rest back.")
    view = client.ask("team_agree", shown=preview["shown"])
    if options.as_json:
        return _json({**more, "preview": preview, "team": view})
    print("\n".join(["", *teamlines.status(team_from_json(view))]))
    return 0


def _leave(client: Client, options: argparse.Namespace) -> int:
    delete = options.verb == "delete-me" or options.delete
    if not delete and not options.yes and not options.as_json and sys.stdin.isatty():
        delete = _asked("Should the server delete what it has stored of this device?")
    if options.verb == "delete-me" and not _agreed(options, "Delete what the server has stored of you, and leave?"):
        return _no("Nothing was changed.")
    client.ask("team_leave", delete=delete)
    if options.as_json:
        return _json({"left": True, "deleted": delete})
    print(f"You are in no team any more; nothing leaves.{' What it had stored is deleted.' if delete else ''}")
    return 0


def _preview(client: Client, options: argparse.Namespace) -> int:
    answer = client.ask("team_preview")
    if options.as_json:
        return _json(answer)
    print("\n".join(teamlines.preview(answer)))
    return 0


def _export(client: Client, options: argparse.Namespace) -> int:
    document = client.ask("team_export")["document"]
    try:
        return _json(json.loads(document)) if options.as_json else _json(json.loads(document), indent=1)
    except ValueError:
        print(document)
        return 0


def _pause(client: Client, options: argparse.Namespace) -> int:
    answer = client.ask(f"team_{options.verb}")
    if options.as_json:
        return _json(answer)
    print("\n".join(teamlines.status(team_from_json(answer))))
    return 0


def _sync(client: Client, options: argparse.Namespace) -> int:
    answer = client.ask("team_sync")
    if options.as_json:
        _json(answer)
    else:
        print("\n".join(teamlines.status(team_from_json(answer["team"]))))
    return 0 if answer["result"] == "ok" else 1


def _console(client: Client, options: argparse.Namespace) -> int:
    url = client.ask("team_console")["url"]
    if options.as_json:
        return _json({"url": url})
    print(f"{url}\nIt holds once. Open it yourself; it is for nobody else.")
    return 0


_VERBS = {
    "status": _status,
    "join": _join,
    "agree": _agree,
    "leave": _leave,
    "delete-me": _leave,
    "preview": _preview,
    "export": _export,
    "pause": _pause,
    "resume": _pause,
    "sync": _sync,
    "console": _console,
}


def _agreed(options: argparse.Namespace, question: str) -> bool:
    if options.yes:
        return True
    if options.as_json or not sys.stdin.isatty():
        raise CommandError(
            Trouble(
                title="Nobody can be asked",
                message="There is no terminal to answer at; nothing was sent.",
                fix="`--yes` agrees beforehand.",
                code="bad_setting",
            )
        )
    return _asked(question)


def _asked(question: str) -> bool:
    print(f"\n{question} [y/N] ", end="", flush=True)
    return sys.stdin.readline().strip().lower() in ("y", "yes", "j", "ja")


def _no(words: str) -> int:
    print(words)
    return 1


def _json(value: object, indent: int | None = None) -> int:
    print(json.dumps(value, ensure_ascii=False, indent=indent))
    return 0


def _day(text: str) -> datetime:
    try:
        return datetime.fromisoformat(text).astimezone()
    except ValueError:
        raise argparse.ArgumentTypeError("a date, such as 2026-11-01") from None


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="spendlight team", description="A team: it gets totals, never text, and may decide budgets and models."
    )
    both = argparse.ArgumentParser(add_help=False)
    both.add_argument("--format", choices=("plain", "json"), default=argparse.SUPPRESS)
    parser.add_argument("--format", choices=("plain", "json"), default="plain")
    verbs = parser.add_subparsers(dest="verb", metavar="VERB")

    def verb(name: str, text: str) -> argparse.ArgumentParser:
        return verbs.add_parser(name, help=text, description=f"{text[:1].upper()}{text[1:]}.", parents=[both])

    yes = "do not ask; what is sent is shown all the same"
    joining = verb("join", "join by an invitation; shows the exact JSON before anything is sent")
    joining.add_argument("invite", metavar="INVITE-URL", help="or the server's address, and the secret behind it")
    joining.add_argument("secret", metavar="SECRET", nargs="?", default="")
    joining.add_argument("--label", default="", help="what you call this device; only you see it")
    joining.add_argument(
        "--consent", action="append", default=[], choices=("block",), help="the team's budgets may refuse calls"
    )
    joining.add_argument("--since", type=_day, metavar="DATE", help="tell calls from then on; without, from this hour")
    joining.add_argument("--yes", action="store_true", help=yes)
    verb("agree", "agree to what the team is told; shows the exact JSON").add_argument(
        "--yes", action="store_true", help=yes
    )
    leaving = verb("leave", "leave: nothing is sent any more, nothing is decided for you")
    leaving.add_argument("--delete", action="store_true", help="have the server delete what it has stored of you first")
    leaving.add_argument("--yes", action="store_true", help="do not ask")
    verb("status", "how syncing stands, what the team decides, its pools; without a verb, too")
    verb("preview", "the exact JSON of what would be sent next")
    verb("export", "what the server has stored of this device")
    verb("delete-me", "have the server delete what it has stored of you, and leave").add_argument(
        "--yes", action="store_true", help="do not ask"
    )
    verb("pause", "send nothing for a while")
    verb("resume", "go on")
    verb("sync", "send what waits now")
    verb("console", "a link into the server's console that holds once, if it has one")
    return parser
