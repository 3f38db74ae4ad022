"""``spendlight rules``: which requests go to another model, what that has saved, and every way to change it."""

from __future__ import annotations

import argparse
import json
from typing import Any, Final

from trayapp.cli import ruleswords, when
from trayapp.cli.use import folder
from trayapp.control import Address, Client
from trayapp.money import plural
from trayapp.platform import paths as places
from trayapp.settings import LET_IT_RIP, MODES
from trayapp.snapshot import choices_from_json, rule_from_json

_VERBS: Final = (
    "list | add … | remove ID | restore ID | pause ID | resume ID | mode MODE | saved | feedback | advice | evidence"
)


def run(arguments: list[str]) -> int:
    """List or change the rules."""
    options = _parser().parse_args(arguments)
    verb = options.verb or "list"
    with Client(Address(places.find().control), timeout=60) as client:
        answer, lines = _DO[verb](client, options)
    if options.format == "json":
        print(json.dumps(answer, ensure_ascii=False))
    else:
        ruleswords.say(lines)
    return 0


def _parser() -> argparse.ArgumentParser:
    # Before the verb and behind it; behind it without a default, which would undo what stood before.
    behind = argparse.ArgumentParser(add_help=False)
    behind.add_argument("--format", choices=("plain", "json"), default=argparse.SUPPRESS)
    parser = argparse.ArgumentParser(
        prog="spendlight rules",
        description="Rules that send some requests to another model. The narrowest has the word; a rule holds from the"
        " beginning of a conversation, or from its first turn after a long pause, to its end.",
    )
    parser.add_argument("--format", choices=("plain", "json"), default="plain")
    verbs = parser.add_subparsers(dest="verb", metavar=_VERBS)

    def verb(name: str, text: str) -> argparse.ArgumentParser:
        return verbs.add_parser(name, help=text, description=f"{text[:1].upper()}{text[1:]}.", parents=[behind])

    verb("list", "the mode, all rules, what each has saved")
    _add_adder(verb("add", "a standing rule; --dry-run only tells what it would have touched last week"))
    for name, text in (
        ("remove", "take a rule back; conversations return at their next turn"),
        ("restore", "take back a removal, for as long as Spendlight runs"),
        ("pause", "let a rule rest"),
        ("resume", "let it go on"),
    ):
        verb(name, text).add_argument("rule", metavar="ID", help="as `spendlight rules` lists it")
    mode = verb("mode", "what Spendlight may do by itself; without MODE, which one holds")
    mode.add_argument("mode", nargs="?", choices=MODES, metavar="MODE", help=", ".join(MODES))
    saved = verb("saved", "what the rules have saved day by day; a day that lost is a loss")
    saved.add_argument("--days", type=int, default=14, metavar="N", help="how many days, today included (14)")
    told = verb("feedback", "your word on the latest turn that a rule has changed")
    told.add_argument("word", choices=("good", "bad"), help="whether it worked")
    verb("advice", "what the models cost for a finished task here, from your own sessions")
    seen = verb("evidence", "how often a cheaper model worked for you: counts by task type, models and week")
    seen.add_argument("--reset", action="store_true", help="forget all of it")
    return parser


def _add_adder(adder: argparse.ArgumentParser) -> None:
    adder.add_argument("--model", metavar="M", help="what is served; short is enough for one in use")
    adder.add_argument("--effort", metavar="E", help="the effort to ask for")
    where = adder.add_mutually_exclusive_group(required=True)
    where.add_argument("--kind", metavar="K", help="a kind of call: title, webfetch, compaction, explore …")
    where.add_argument("--task", metavar="T", help="a simple task: commit, rename, docstring, explain …")
    where.add_argument("--subagents", action="store_true", help="what sub-agents ask for")
    where.add_argument("--project", nargs="?", const=".", metavar="F", help="a project's folder; this one, without F")
    where.add_argument("--session", nargs="?", const="", metavar="ID", help="a session; the newest, without ID")
    where.add_argument("--always", action="store_true", help="everything that is not dearer then")
    adder.add_argument("--asked", metavar="M", help="only requests that ask for this model")
    adder.add_argument("--vendor", metavar="V", help="whose model it is, where the name does not say")
    adder.add_argument("--for", dest="lasts", metavar="D", help="only so long: 30m, 1h, 2d")
    adder.add_argument("--dry-run", action="store_true", help="only tell what it would have touched last week")


def _list(client: Client, _: argparse.Namespace) -> tuple[Any, list[str]]:
    answer = client.ask("choices")
    for name in ("suggestions", "suggestion", "menu"):
        answer.pop(name, None)  # `spendlight suggest` shows these
    choices = choices_from_json(answer)
    by = f" Decided by {choices.mode_by}." if choices.mode_by else ""
    lines = [f"{ruleswords.MODES.get(choices.mode, f'Mode: {choices.mode}.')}{by}"]
    if choices.asis:
        lines.append(f"Everything goes out as requested now, {ruleswords.until(choices.asis_until_us)}.")
    told = ruleswords.week(choices, interval=True, fine=True)
    if told:
        lines.append(f"{told[:1].upper()}{told[1:]}.")
    for view in choices.rules:
        lines += ["", *ruleswords.rule(view)]
    if not choices.rules:
        lines += ["", "There are no rules. `spendlight suggest` proposes some, `spendlight rules add` makes one."]
    return answer, lines


def _add(client: Client, options: argparse.Namespace) -> tuple[Any, list[str]]:
    asked: dict[str, Any] = {name: getattr(options, name) for name in ("model", "effort", "asked", "vendor")}
    asked["seconds"] = None if options.lasts is None else when.duration(options.lasts)
    if options.kind is not None:
        asked |= {"scope": "kind", "value": options.kind}
    elif options.task is not None:
        asked |= {"scope": "task", "value": options.task}
    elif options.project is not None:
        asked |= {"scope": "project", "project": folder(options.project)}
    elif options.session is not None:
        asked |= {"scope": "session", "session": options.session}
    else:
        asked["scope"] = "subagents" if options.subagents else "always"
    asked = {name: value for name, value in asked.items() if value is not None}
    if options.dry_run:
        preview = client.ask("preview_rule", **asked)
        return preview, [*preview["lines"], "Nothing was changed."]
    answer = client.ask("add_rule", **asked)
    choices = choices_from_json(client.ask("choices"))
    lines = ruleswords.made(rule_from_json(answer["rule"]), answer["preview"]["lines"])
    return answer, [*lines, *ruleswords.without_effect(choices)]


def _remove(client: Client, options: argparse.Namespace) -> tuple[Any, list[str]]:
    answer = client.ask("remove_rule", rule=options.rule)
    view = rule_from_json(answer["rule"])
    return answer, [
        f"Removed: {view.text}. {_result(view)}",
        "  A conversation that it has switched returns at its next turn, never inside a tool loop.",
        f"  Undo: spendlight rules restore {view.id}",
    ]


def _restore(client: Client, options: argparse.Namespace) -> tuple[Any, list[str]]:
    answer = client.ask("restore_rule", rule=options.rule)
    view = rule_from_json(answer["rule"])
    choices = choices_from_json(client.ask("choices"))
    return answer, [f"Back: {view.id}  {view.text}", *ruleswords.without_effect(choices)]


def _pause(client: Client, options: argparse.Namespace) -> tuple[Any, list[str]]:
    answer = client.ask("pause_rule", rule=options.rule)
    view = rule_from_json(answer["rule"])
    return answer, [f"Paused: {view.text}.", f"  It goes on with: spendlight rules resume {view.id}"]


def _resume(client: Client, options: argparse.Namespace) -> tuple[Any, list[str]]:
    answer = client.ask("resume_rule", rule=options.rule)
    choices = choices_from_json(client.ask("choices"))
    return answer, [f"In force again: {answer['rule']['text']}", *ruleswords.without_effect(choices)]


def _mode(client: Client, options: argparse.Namespace) -> tuple[Any, list[str]]:
    answer = client.ask("choices") if options.mode is None else client.ask("set_mode", mode=options.mode)
    choices = choices_from_json(answer)
    lines = [ruleswords.MODES.get(choices.mode, choices.mode)]
    if choices.mode == LET_IT_RIP and choices.rules:
        lines.append(f"  {plural(len(choices.rules), 'rule')} kept, without effect until the mode changes.")
    if choices.asis and choices.mode != LET_IT_RIP:
        lines += ruleswords.without_effect(choices)
    return {"mode": choices.mode}, lines


def _saved(client: Client, options: argparse.Namespace) -> tuple[Any, list[str]]:
    answer = client.ask("savings", days=options.days)
    lines = []
    for day in answer["days"]:
        if not day["rows"]:
            continue
        amounts = [int(day[name]) for name in ("pico_saved", "pico_low", "pico_high")]
        known = day["rows"] > day["unknown"] or any(amounts)
        parts = [plural(day["rows"], "call"), ruleswords.saved(*amounts) if known else ""]
        parts.append(f"unknown for {plural(day['unknown'], 'call')}" if day["unknown"] else "")
        lines.append(f"{day['day']}  {' · '.join(filter(None, parts))}")
    return answer, lines or [f"No rule has changed a call in the last {plural(len(answer['days']), 'day')}."]


def _feedback(client: Client, options: argparse.Namespace) -> tuple[Any, list[str]]:
    answer = client.ask("feedback", good=options.word == "good")
    return answer, [answer["text"]]


def _advice(client: Client, _: argparse.Namespace) -> tuple[Any, list[str]]:
    answer = client.ask("advice")
    return answer, [*answer["lines"], f"Hold-back: {answer['hold_back']}."]


def _evidence(client: Client, options: argparse.Namespace) -> tuple[Any, list[str]]:
    answer = client.ask("evidence", reset=options.reset)
    if options.reset:
        return answer, ["All evidence is forgotten. Rules stay as they are."]
    told = answer.get("suggestions", {})
    answered = []
    if any(told.values()):
        back = f", {told['taken_back']} of them taken back" if told.get("taken_back") else ""
        answered = [f"Suggestions: {told.get('accepted', 0)} accepted{back}, {told.get('declined', 0)} declined."]
    if not answer["counts"]:
        none = "There is no evidence yet: it comes from what you do after a cheaper model has answered."
        return answer, [none, *answered]
    lines = [f"{'task':<18} {'from':<24} {'to':<24} {'week':<9} {'good':>5} {'bad':>5}"]
    lines += [
        f"{each['type']:<18} {each['from']:<24} {each['to']:<24} {each['week']:<9} {each['good']:>5} {each['bad']:>5}"
        for each in answer["counts"]
    ]
    return answer, [*lines, *answered]


def _result(view: Any) -> str:
    text = ruleswords.worth(view)
    return f"It {text}." if text.startswith("has") else f"It changed {text}."


_DO: Final = {
    "list": _list,
    "add": _add,
    "remove": _remove,
    "restore": _restore,
    "pause": _pause,
    "resume": _resume,
    "mode": _mode,
    "saved": _saved,
    "feedback": _feedback,
    "advice": _advice,
    "evidence": _evidence,
}
