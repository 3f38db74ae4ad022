"""``spendlight suggest``: what a cheaper model would do as well, with proof; and what a switch would mean now."""

from __future__ import annotations

import argparse
import json
from typing import Any, Final

from trayapp.choices import Choice, Choices, Suggestion
from trayapp.cli import ruleswords
from trayapp.cli.trouble import CommandError
from trayapp.control import Address, Client
from trayapp.money import dollars, plural
from trayapp.platform import paths as places
from trayapp.settings import LET_IT_RIP
from trayapp.snapshot import choices_from_json, rule_from_json, suggestion_from_json
from trayapp.trouble import Trouble

_SHOWN: Final = 3


def run(arguments: list[str]) -> int:
    """Show the suggestions, or answer one."""
    parser = argparse.ArgumentParser(
        prog="spendlight suggest",
        description="Standing rules that last week's calls speak for, the greatest saving first, and what choosing"
        " another model would mean for the conversations that run.",
    )
    parser.add_argument("--format", choices=("plain", "json"), default="plain")
    answer = parser.add_mutually_exclusive_group()
    answer.add_argument("--accept", nargs="?", const="1", metavar="N", help="make it a rule; the first, without N")
    answer.add_argument("--decline", nargs="?", const="1", metavar="N", help="not again for 30 days")
    parser.add_argument("--all", action="store_true", help=f"show more than {_SHOWN}")
    options = parser.parse_args(arguments)
    with Client(Address(places.find().control), timeout=60) as client:
        document = client.ask("choices")
        found = [suggestion_from_json(each) for each in document["suggestions"]]
        chosen = options.accept or options.decline
        if chosen is not None:
            one = _find(found, chosen)
            verb = "accept_suggestion" if options.accept else "decline_suggestion"
            done = client.ask(verb, suggestion=one.id)
            return _answered(one, done, options.format, declined=options.decline is not None)
    if options.format == "json":
        print(json.dumps(document, ensure_ascii=False))
        return 0
    choices = choices_from_json(document)
    ruleswords.say([*_suggestions(choices, found, everything=options.all), *_menu(choices)])
    return 0


def _find(found: list[Suggestion], wanted: str) -> Suggestion:
    for number, one in enumerate(found, 1):
        if wanted in (str(number), one.id):
            return one
    there = "Nothing is suggested now." if not found else f"There are {len(found)}; they are numbered from 1."
    raise CommandError(
        Trouble(
            title="There is no such suggestion",
            message=f"{wanted!r} is none. {there}",
            fix="`spendlight suggest` shows what is suggested now.",
            code="no_suggestion",
        )
    )


def _answered(one: Suggestion, done: dict[str, Any], form: str, *, declined: bool) -> int:
    if form == "json":
        print(json.dumps(done, ensure_ascii=False))
    elif declined:
        ruleswords.say([f"Declined: {one.title} It is not suggested again for 30 days."])
    else:
        trial = ["It is unproven, so it ends by itself after this hour."] if one.trial else []
        ruleswords.say(ruleswords.made(rule_from_json(done["rule"]), trial))
    return 0


def _suggestions(choices: Choices, found: list[Suggestion], *, everything: bool) -> list[str]:
    if not found:
        return [f"Nothing to suggest: {_why_nothing(choices)}"]
    lines = []
    shown = found if everything else found[:_SHOWN]
    for number, one in enumerate(shown, 1):
        lines.append(f"{number}  {one.title}{' Unproven.' if one.trial else ''}")
        lines += [f"   {line}" for line in one.lines]
        trial = "for one hour, to see how it does" if one.trial else "until you take it back"
        lines.append(f"   → spendlight suggest --accept {number}   ({trial})")
    if len(shown) < len(found):
        lines.append(f"{len(found) - len(shown)} more: spendlight suggest --all")
    return lines


def _why_nothing(choices: Choices) -> str:
    if choices.asis:
        return "everything goes out as requested now. `spendlight asis --off` ends that."
    if choices.mode == LET_IT_RIP:
        return "the mode is let-it-rip, which only meters. `spendlight rules mode balanced` lets it suggest."
    from trayapp.routing.proposals import LEAST_CALLS, LEAST_PICO

    least = f"{plural(LEAST_CALLS, 'call')} on one model"
    return (
        f"in the last 7 days no kind of call and no simple task with at least {least} would have cost"
        f" {dollars(LEAST_PICO)} less on a smaller one; or a rule does it already, or you have declined it."
    )


def _menu(choices: Choices) -> list[str]:
    if not choices.menu:
        return ["", "No model that has a smaller one beside it was called today."]
    lines = ["", "In use today; what another model would mean now, for the newest conversation:"]
    for choice in choices.menu:
        lines += _choice(choice)
    return lines


def _choice(choice: Choice) -> list[str]:
    lines = [f"  {choice.asked}{f' ({choice.tool})' if choice.tool else ''}"]
    if choice.why_not:
        return [*lines, f"    {choice.why_not}"]
    for option in choice.options:
        if option.model == choice.asked and not option.chosen:
            lines.append(f"    {option.model}: as requested again (spendlight asis)")
        elif option.model != choice.asked:
            mark = " ← chosen" if option.chosen else ""
            lines.append(f"    {option.model}: {option.words}{mark}")
    return [*lines, f"    → spendlight use MODEL --asked {choice.asked}"]
