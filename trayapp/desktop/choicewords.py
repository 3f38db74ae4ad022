"""What the desktop says about cheaper models: savings, rules, the suggestion, the modes.

Everything that popover, menu and notification say about them lives here; what rules and suggestions are about says
``ruletext``. Pure, no Qt. Rules:

* a saving is an estimate (what the same tokens would have cost) and carries "≈"; a loss is called a loss;
* what cannot be told is not told: no saving without a call that a rule has changed, no "could have saved".
"""

from __future__ import annotations

import textwrap
from datetime import datetime
from typing import Final

from trayapp import tongue
from trayapp.choices import Choice, Choices, RuleView, Suggestion
from trayapp.desktop import money, ruletext
from trayapp.desktop.money import Currency
from trayapp.desktop.prose import prose
from trayapp.tongue import several, tr

LET_IT_RIP: Final = "let-it-rip"
HOUR_S: Final = 3600
_WRAP: Final = 72


def modes() -> tuple[tuple[str, str, str, str], ...]:
    """The modes: their key and name, and what they mean in few words and in a sentence."""
    return (
        (
            LET_IT_RIP,
            tr("modes", "Let it rip"),
            tr("modes", "only counts"),
            tr("modes", "Only counts; no request is changed and nothing is suggested."),
        ),
        (
            "balanced",
            tr("modes", "Balanced"),
            tr("modes", "suggests, you decide"),
            tr("modes", "Suggests cheaper models and keeps your rules."),
        ),
        (
            "frugal",
            tr("modes", "Frugal"),
            tr("modes", "titles and summaries go to a small model"),
            tr("modes", "Also sends titles, summaries and read-only sub-agents to a small model."),
        ),
    )


def mode_name(key: str) -> str:
    """What a mode is called; another version's mode by its key."""
    return next((name for each, name, *_ in modes() if each == key), key)


def asis_tip() -> str:
    """What the switch does."""
    return tr(
        "choicewords",
        "Requests go out unchanged until you switch this off. Rules rest; models chosen in the menu are given up.",
    )


def not_now() -> str:
    """What puts a suggestion off."""
    return tr("choicewords", "Not now")


def saved(pico: int, shown: Currency) -> str:
    """A signed saving in few words: "≈$0.42 saved", "≈$0.12 lost", "nothing saved yet"."""
    if not pico:
        return tr("choicewords", "nothing saved yet")
    amount = money.dollars(abs(pico), estimated=True, shown=shown)
    return tr("choicewords", "{amount} saved", amount=amount) if pico > 0 else lost(amount)


def lost(amount: str) -> str:
    """ "≈$0.12 lost"."""
    return tr("choicewords", "{amount} lost", amount=amount)


def this_week(choices: Choices, shown: Currency) -> str:
    """ "Saved ≈$1.23 this week", "Lost ≈$0.12 this week"; empty when no rule has changed anything."""
    pico = choices.pico_saved_week
    if pico is None:
        return tr("choicewords", "Saving not known yet") if choices.unknown_week else ""
    if not pico:
        return tr("choicewords", "Nothing saved this week")
    amount = money.dollars(abs(pico), estimated=True, shown=shown)
    if pico > 0:
        return tr("choicewords", "Saved {amount} this week", amount=amount)
    return tr("choicewords", "Lost {amount} this week", amount=amount)


def week_tip(choices: Choices, shown: Currency) -> str:
    """The interval of this week's saving, today's part, and what is not in it."""
    lines = []
    if choices.pico_saved_week is not None:
        lines.append(
            tr("choicewords", "Estimated: what the same tokens would have cost, less what the change itself cost.")
        )
        told = week_between(choices, shown)
        lines += [told] if told else []
    if choices.pico_saved_today:
        lines.append(tr("choicewords", "Today: {saved}.", saved=saved(choices.pico_saved_today, shown)))
    if choices.unknown_week:
        lines.append(several("choicewords", "Not in it: %n call(s) whose saving cannot be told.", choices.unknown_week))
    return "\n".join(lines)


def week_between(choices: Choices, shown: Currency) -> str:
    """The interval of this week's saving; empty when it is not known."""
    if choices.pico_saved_week is None:
        return ""
    return between(choices.pico_low_week, choices.pico_high_week, shown)


def between(low: int, high: int, shown: Currency) -> str:
    """ "Probably between $0.90 and $1.50 saved."; empty when the interval is not known."""
    if low == high:
        return ""
    small, large = (money.dollars(abs(pico), shown=shown) for pico in (low, high))
    if low >= 0:
        return tr("choicewords", "Probably between {low} and {high} saved.", low=small, high=large)
    if high <= 0:
        return tr("choicewords", "Probably between {low} and {high} lost.", low=large, high=small)
    return tr("choicewords", "Probably between {low} lost and {high} saved.", low=small, high=large)


def moment(us: int, now_us: int) -> str:
    """A moment to come: "15:04", on another day "27 Nov 15:04"."""
    then, now = (datetime.fromtimestamp(each / 1_000_000).astimezone() for each in (us, now_us))
    figures = tongue.figures()
    clock = figures.clock(then)
    return clock if then.date() == now.date() else f"{figures.date(then)} {clock}"


def until(us: int, now_us: int) -> str:
    """ "until 15:04"."""
    return tr("choicewords", "until {at}", at=moment(us, now_us))


def rule_sum(rule: RuleView, shown: Currency) -> str:
    """What a rule has brought: "≈$0.42 saved · 38 calls"; "not used yet"."""
    if not rule.calls:
        return tr("choicewords", "not used yet")
    return f"{saved(rule.pico_saved, shown)} · {money.calls(rule.calls)}"


def rule_notes(rule: RuleView, now_us: int) -> str:
    """Why it rests, how well it works, until when; empty when there is nothing to say."""
    parts = []
    if rule.paused:
        parts.append(ruletext.rests(rule))
    if rule.evidence:
        parts.append(ruletext.evidence(rule.evidence, rule.record))
    if rule.until_us is not None:
        parts.append(until(rule.until_us, now_us))
    text = " · ".join(parts)
    return text[:1].upper() + text[1:]


def rule_tip(rule: RuleView, shown: Currency) -> str:
    """The whole text of a rule, and the interval of its saving."""
    return "\n".join(filter(None, (ruletext.rule(rule), between(rule.pico_low, rule.pico_high, shown))))


def action(suggestion: Suggestion) -> str:
    """What the suggestion's button says."""
    return tr("choicewords", "Try for 1 hour") if suggestion.trial else tr("choicewords", "Switch")


def a_week(suggestion: Suggestion, shown: Currency) -> str:
    """ "≈$9.16 a week"; empty when no saving is estimated."""
    if suggestion.pico_saved <= 0:
        return ""
    amount = money.dollars(suggestion.pico_saved, estimated=True, shown=shown)
    return tr("choicewords", "{amount} a week", amount=amount)


def worth(suggestion: Suggestion, shown: Currency) -> str:
    """The card's line on money and proof: "≈$9.16 a week, estimated · unproven"."""
    amount = a_week(suggestion, shown)
    parts = [tr("choicewords", "{amount}, estimated", amount=amount)] if amount else []
    if suggestion.trial:
        parts.append(tr("choicewords", "unproven"))
    return " · ".join(parts)


def in_menu(suggestion: Suggestion, shown: Currency) -> str:
    """The menu's entry: "Suggestion: Titles to claude-haiku-5-5 (≈$9.16 a week)…"."""
    amount, title = a_week(suggestion, shown), ruletext.title(suggestion).rstrip("?")
    return tr("choicewords", "Suggestion: {title}…", title=f"{title} ({amount})" if amount else title)


def wrapped(text: str) -> tuple[str, ...]:
    """A text in lines that a menu can hold."""
    return tuple(textwrap.wrap(prose(text), _WRAP, break_long_words=False))


def choice_name(choice: Choice) -> str:
    """ "claude-opus-5-5 · claude-code"."""
    return " · ".join(filter(None, (choice.asked, choice.tool or choice.vendor)))


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
    words = tr("choicewords", "As requested, now")
    if choices.asis and choices.asis_until_us:
        return f"{words} ({until(choices.asis_until_us, now_us)})"
    return words


def telling(choices: Choices) -> bool:
    """Whether there is more to say than the mode."""
    return bool(choices.rules or choices.asis or choices.unknown_week or choices.pico_saved_week is not None)
