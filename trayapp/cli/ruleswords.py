"""Cheaper models in a terminal's words: what is in force, what rules have saved, how one is taken back.

Everything that ``use``, ``asis``, ``suggest``, ``rules`` and ``status`` say alike lives here; the sentences that the
engine has made ready (proofs, what a choice means) are passed on as they are.

Rules: but for ``say`` pure; a loss is said as a loss; what lies in an interval carries "≈" and shows it; what is not
known is said to be so. Standard library only, because ``status`` uses it.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Final

from trayapp.choices import Choices, RuleView
from trayapp.money import USD, Currency, dollars, plural
from trayapp.settings import BALANCED, FRUGAL, LET_IT_RIP

MODES: Final = {
    LET_IT_RIP: "Let it rip: calls are only metered; nothing is suggested and nothing is changed.",
    BALANCED: "Balanced: cheaper models are suggested, and only your own rules change a request.",
    FRUGAL: "Frugal: titles, web-page summaries and read-only sub-agents go to a small model, beside your rules.",
}
_SCOPES: Final = {"kind": "call kind", "task": "task type", "subagents": "sub-agents"}
_ORIGINS: Final = {"suggestion": "from a suggestion", "mode": "comes with frugal", "team": "from your team"}


def say(lines: Iterable[str]) -> None:
    """Print lines; control characters, as in a model's name that a tool made up, have no way to the terminal."""
    for line in lines:
        print("".join(c if c.isprintable() else " " for c in line))


def clock(us: int) -> str:
    """A moment in local time: "15:04" today, else "2026-11-27 15:04"."""
    moment = datetime.fromtimestamp(us / 1e6).astimezone()
    today = moment.date() == datetime.now().astimezone().date()
    return f"{moment:%H:%M}" if today else f"{moment:%Y-%m-%d %H:%M}"


def until(us: int | None) -> str:
    """How long something lasts."""
    return f"until {clock(us)}" if us is not None else "until you take it back"


def saved(pico: int, low: int, high: int, *, interval: bool = True, fine: bool = True, shown: Currency = USD) -> str:
    """A saving, signed: "saved ≈$1.23 ($1.10 to $1.30)", "lost $0.12", "neither saved nor lost".

    Args:
        pico: pico-USD; a loss is negative.
        low: where the interval around it begins.
        high: where it ends. The same number three times: it is exact.
        interval: show the interval.
        fine: three decimals below one dollar.
        shown: the currency.
    """
    sure = low == high == pico or not low <= pico <= high
    if pico == 0 and sure:
        return "neither saved nor lost"
    if pico == 0 and interval:
        return f"about even ({dollars(low, fine=fine, shown=shown)} to {dollars(high, fine=fine, shown=shown)})"
    word = "lost" if pico < 0 else "saved"
    text = f"{word} {dollars(abs(pico), estimated=not sure, fine=fine, shown=shown)}"
    if sure or not interval:
        return text
    return f"{text} ({dollars(low, fine=fine, shown=shown)} to {dollars(high, fine=fine, shown=shown)})"


def week(choices: Choices, *, interval: bool = False, fine: bool = False, shown: Currency = USD) -> str:
    """What the rules have saved since Monday; empty: they have changed nothing."""
    pico, unknown = choices.pico_saved_week, choices.unknown_week
    if pico is None:
        return ""
    nothing = not (pico or choices.pico_low_week or choices.pico_high_week)
    if unknown and nothing:
        return f"what {plural(unknown, 'call')} saved this week is unknown"
    text = saved(pico, choices.pico_low_week, choices.pico_high_week, interval=interval, fine=fine, shown=shown)
    return f"{text} this week" + (f", unknown for {plural(unknown, 'call')}" if unknown else "")


def steered(choices: Choices, shown: Currency = USD) -> str:
    """One line for a glance: whether requests are changed now and what that was worth; empty: nothing to say."""
    told = week(choices, shown=shown)
    working = sum(not rule.paused for rule in choices.rules)
    resting = len(choices.rules) - working
    if choices.asis:
        first = "as requested, now"
        if choices.asis_until_us is not None:
            first += f" {until(choices.asis_until_us)}"
    elif choices.mode == LET_IT_RIP:
        first = f"{plural(len(choices.rules), 'rule')}, without effect in let-it-rip" if choices.rules else ""
    else:
        first = plural(working, "rule") if working or resting else ""
        if resting:
            first += f", {resting} at rest"
    return " · ".join(part for part in (first, told) if part)


def rule(view: RuleView) -> list[str]:
    """A rule: its text, when it holds, what it did."""
    when = [_SCOPES.get(view.scope, view.scope)]
    when.append("from your next turn on" if view.now else "where a conversation begins")
    when += [until(view.until_us) if view.origin != "mode" else "", _ORIGINS.get(view.origin, "")]
    when.append(view.paused or "in force")
    did = [worth(view), view.evidence]
    return [
        f"{view.id}  {view.text}",
        f"    {' · '.join(filter(None, when))}",
        f"    {' · '.join(filter(None, did))}",
    ]


def worth(view: RuleView) -> str:
    """What a rule has done so far."""
    if not (view.calls or view.unknown or view.pico_saved):
        return "has changed no call yet"
    text = plural(view.calls, "call")
    unknown = f"unknown for {plural(view.unknown, 'call')}" if view.unknown else ""
    if unknown and not (view.pico_saved or view.pico_low or view.pico_high):
        return f"{text} · saving {unknown}"
    return " · ".join(filter(None, (text, saved(view.pico_saved, view.pico_low, view.pico_high), unknown)))


def made(view: RuleView, lines: Iterable[str] = ()) -> list[str]:
    """A rule that was just made: what it says, from when to when, what it means, and the way back."""
    place = (
        "From your next turn on, never inside a tool loop"
        if view.now
        else "Where a conversation begins, or goes on after its cache has lapsed"
    )
    return [
        f"{view.id}  {view.text}",
        f"  {place}, {until(view.until_us)}.",
        *(f"  {line}" for line in lines),
        f"  Undo: spendlight rules remove {view.id}",
    ]


def without_effect(choices: Choices) -> list[str]:
    """Why a standing rule does nothing just now."""
    if choices.asis:
        return ["  Everything goes out as requested now; `spendlight asis --off` lets rules work again."]
    if choices.mode == LET_IT_RIP:
        return ["  The mode is let-it-rip, so it waits; `spendlight rules mode balanced` lets rules work."]
    return []
