"""What the desktop says about cheaper models: savings, rules, the suggestion, the modes.

Everything that popover, menu and notification say about them lives here; the engine has written the texts of rules and
suggestions (``trayapp.choices``). Pure, no Qt. Rules:

* a saving is an estimate (what the same tokens would have cost) and carries "≈"; a loss is called a loss;
* what cannot be told is not told: no saving without a call that a rule has changed, no "could have saved".
"""

from __future__ import annotations

import re
import textwrap
from datetime import datetime
from typing import Final

from trayapp.choices import Choice, Choices, Option, RuleView, Suggestion
from trayapp.desktop import money
from trayapp.desktop.money import Currency

MODES: Final = (
    ("let-it-rip", "Let it rip", "only counts", "Only counts; no request is changed and nothing is suggested."),
    ("balanced", "Balanced", "suggests, you decide", "Suggests cheaper models and keeps your rules."),
    (
        "frugal",
        "Frugal",
        "titles and summaries go to a small model",
        "Also sends titles, summaries and read-only sub-agents to a small model.",
    ),
)
"""The modes: their key and name, and what they mean in few words and in a sentence."""
LET_IT_RIP: Final = MODES[0][0]
ASIS: Final = "As requested, now"
ASIS_TIP: Final = (
    "Requests go out unchanged until you switch this off. Rules rest; models chosen in the menu are given up."
)
TRIAL: Final = "Try for 1 hour"
NOT_NOW: Final = "Not now"
HOUR_S: Final = 3600
_WRAP: Final = 72
_COMMAND: Final = re.compile(r"`([^`]+)`")


def mode_name(key: str) -> str:
    """What a mode is called; another version's mode by its key."""
    return next((name for each, name, *_ in MODES if each == key), key)


def plain(text: str) -> str:
    """A text of the engine with commands quoted as prose."""
    return _COMMAND.sub(r"“\1”", text)


def saved(pico: int, shown: Currency) -> str:
    """A signed saving in few words: "≈$0.42 saved", "≈$0.12 lost", "nothing saved yet"."""
    if not pico:
        return "nothing saved yet"
    return f"{money.dollars(abs(pico), estimated=True, shown=shown)} {'saved' if pico > 0 else 'lost'}"


def this_week(choices: Choices, shown: Currency) -> str:
    """ "Saved ≈$1.23 this week", "Lost ≈$0.12 this week"; empty when no rule has changed anything."""
    pico = choices.pico_saved_week
    if pico is None:
        return "Saving not known yet" if choices.unknown_week else ""
    if not pico:
        return "Nothing saved this week"
    return f"{'Saved' if pico > 0 else 'Lost'} {money.dollars(abs(pico), estimated=True, shown=shown)} this week"


def week_tip(choices: Choices, shown: Currency) -> str:
    """The interval of this week's saving, today's part, and what is not in it."""
    lines = []
    if choices.pico_saved_week is not None:
        lines.append("Estimated: what the same tokens would have cost, less what the change itself cost.")
        told = between(choices.pico_low_week, choices.pico_high_week, shown)
        lines += [told] if told else []
    if choices.pico_saved_today:
        lines.append(f"Today: {saved(choices.pico_saved_today, shown)}.")
    if choices.unknown_week:
        lines.append(f"Not in it: {money.plural(choices.unknown_week, 'call')} whose saving cannot be told.")
    return "\n".join(lines)


def between(low: int, high: int, shown: Currency) -> str:
    """ "Probably between $0.90 and $1.50 saved."; empty when the interval is not known."""
    if low == high:
        return ""
    small, large = (money.dollars(abs(pico), shown=shown) for pico in (low, high))
    if low >= 0:
        return f"Probably between {small} and {large} saved."
    if high <= 0:
        return f"Probably between {large} and {small} lost."
    return f"Probably between {small} lost and {large} saved."


def moment(us: int, now_us: int) -> str:
    """A moment to come: "15:04", on another day "27 Nov 15:04"."""
    then, now = (datetime.fromtimestamp(each / 1_000_000).astimezone() for each in (us, now_us))
    return then.strftime("%H:%M") if then.date() == now.date() else f"{then.day} {then.strftime('%b %H:%M')}"


def rule_sum(rule: RuleView, shown: Currency) -> str:
    """What a rule has brought: "≈$0.42 saved · 38 calls"; "not used yet"."""
    if not rule.calls:
        return "not used yet"
    return f"{saved(rule.pico_saved, shown)} · {money.plural(rule.calls, 'call')}"


def rule_notes(rule: RuleView, now_us: int) -> str:
    """Why it rests, how well it works, until when; empty when there is nothing to say."""
    parts = []
    if rule.paused:
        parts.append(plain(rule.paused))
    if rule.evidence:
        parts.append(plain(rule.evidence))
    if rule.until_us is not None:
        parts.append(f"until {moment(rule.until_us, now_us)}")
    text = " · ".join(parts)
    return text[:1].upper() + text[1:]


def rule_tip(rule: RuleView, shown: Currency) -> str:
    """The whole text of a rule, and the interval of its saving."""
    return "\n".join(filter(None, (plain(rule.text), between(rule.pico_low, rule.pico_high, shown))))


def action(suggestion: Suggestion) -> str:
    """What the suggestion's button says."""
    return TRIAL if suggestion.trial else suggestion.action or "Switch"


def a_week(suggestion: Suggestion, shown: Currency) -> str:
    """ "≈$9.16 a week"; empty when no saving is estimated."""
    if suggestion.pico_saved <= 0:
        return ""
    return f"{money.dollars(suggestion.pico_saved, estimated=True, shown=shown)} a week"


def worth(suggestion: Suggestion, shown: Currency) -> str:
    """The card's line on money and proof: "≈$9.16 a week, estimated · unproven"."""
    amount = a_week(suggestion, shown)
    return " · ".join(filter(None, (f"{amount}, estimated" if amount else "", "unproven" if suggestion.trial else "")))


def in_menu(suggestion: Suggestion, shown: Currency) -> str:
    """The menu's entry: "Suggestion: Titles to claude-haiku-5-5 (≈$9.16 a week)…"."""
    amount = a_week(suggestion, shown)
    return f"Suggestion: {suggestion.title.rstrip('?')}{f' ({amount})' if amount else ''}…"


def proof(suggestion: Suggestion) -> tuple[str, ...]:
    """The proof's sentences, for people."""
    return tuple(plain(line) for line in suggestion.lines if line)


def wrapped(text: str) -> tuple[str, ...]:
    """A text in lines that a menu can hold."""
    return tuple(textwrap.wrap(plain(text), _WRAP, break_long_words=False))


def choice_name(choice: Choice) -> str:
    """ "claude-opus-5-5 · claude-code"."""
    return " · ".join(filter(None, (choice.asked, choice.tool or choice.vendor)))


def option_name(option: Option) -> str:
    """ "claude-haiku-5-5: saves at once"."""
    return f"{option.model}: {plain(option.words)}" if option.words else option.model


def serving(choices: Choices, choice: Choice) -> RuleView | None:
    """The rule behind what is chosen for a model, as far as it can be told: the newest that serves that model."""
    chosen = next((option.model for option in choice.options if option.chosen), choice.asked)
    if chosen == choice.asked:
        return None
    for rule in choices.rules:
        if rule.model == chosen and rule.now and not rule.paused and rule.vendor in ("", choice.vendor):
            return rule
    return None


def asis(choices: Choices, now_us: int) -> str:
    """The switch's words, with its end when it has one."""
    if choices.asis and choices.asis_until_us:
        return f"{ASIS} (until {moment(choices.asis_until_us, now_us)})"
    return ASIS


def telling(choices: Choices) -> bool:
    """Whether there is more to say than the mode."""
    return bool(choices.rules or choices.asis or choices.unknown_week or choices.pico_saved_week is not None)
