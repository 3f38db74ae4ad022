"""What is said about budgets: to a person in a glance, in a notice, and to a tool whose call is refused.

Everything in words about budgets is made here, so that tray, terminal, notices and refusals say the same. Rules: pure;
an estimate carries "≈" and shows its interval; what cannot be told is said to be missing; amounts are USD, as the
budget was typed.
"""

from __future__ import annotations

import shlex
from typing import Final

from trayapp.budget import Budget
from trayapp.insight.crossing import Crossing
from trayapp.insight.forecast import Forecast
from trayapp.insight.habit import TooLittle
from trayapp.money import PICO, dollars, plural, rounded
from trayapp.refusal import Refusal
from trayapp.said import say
from trayapp.shares import percent, vendor_name, when

REFUSED: Final = 402
"""The status of a refused call. 402 is what Anthropic itself answers for want of money (``billing_error``). Measured
2026-11 with the real clients: Claude Code, Gemini CLI, Copilot, opencode, Qwen Code, pi, Cline, Continue and the
official SDKs ask once, show the sentence and end. A 429 is asked again and again, by some with another model."""
OTHERWISE: Final = {"codex": 400, "aider": 400}
"""Codex (0.169) asks again five times after a 402, aider (whose LiteLLM does not know it) for a minute; after a 400
both show the sentence and end (2026-11)."""
CODE: Final = "budget_stop"
_PERIODS: Final = {"day": "today", "week": "this week", "month": "this month"}
_SHORT_US: Final = 6 * 3600 * 10**6


def text(budget: Budget) -> str:
    """What it is for: "today", "aider this week", "Claude 5h"."""
    if budget.kind == "pool":
        return f"{budget.source}'s pool {budget.value}"
    if budget.period is None:
        vendor, _, window = budget.value.partition("/")
        return f"{vendor_name(vendor)} {window}"
    return " ".join(filter(None, (budget.value, _PERIODS[budget.period])))


def used(budget: Budget, spent: int) -> str:
    """ "$12.20 of $20.00 today"."""
    return f"{dollars(spent)} of {dollars(budget.pico)} {text(budget)}"


def ahead(found: Forecast | TooLittle | None, spent: int, unpriced: int = 0) -> str:
    """ "on pace for ≈$19 ($15 to $26)", or what is missing for that."""
    if found is None:
        return ""
    if isinstance(found, TooLittle):
        if found.days:
            return f"no forecast yet: {plural(found.days, 'more day')} of history"
        return f"no forecast yet: {plural(found.spending, 'more day')} with calls"
    if found.high == spent:
        told = "nothing more is expected"
    else:
        told = f"on pace for ≈{_rough(found.point)} ({_rough(found.low)} to {_rough(found.high)})"
    return f"{told}, without {plural(unpriced, 'unpriced call')}" if unpriced else told


def crosses(found: Crossing | None, limit: int, now_us: int) -> str:
    """ "passes $20.00 at about 16:00 (15:00 to 17:00)"."""
    if found is None:
        return ""
    low, likely, high = (when(_half_hour(us) // 10**6, now_us) for us in (found.low_us, found.likely_us, found.high_us))
    if low == high:
        return f"passes {dollars(limit)} at about {likely}"
    if found.high_us - found.low_us <= _SHORT_US:
        return f"passes {dollars(limit)} at about {likely} ({low} to {high})"
    return f"passes {dollars(limit)} between {low} and {high}"


def runs_out(at_us: int, now_us: int) -> str:
    """ "is used up at about 16:00": a plan's window at its present rate."""
    return f"is used up at about {when(_half_hour(at_us) // 10**6, now_us)}"


def notice(budget: Budget, reached: int, spent: int, more: str) -> tuple[str, str]:
    """Title and message of one threshold.

    Args:
        budget: whose.
        reached: the threshold, percent.
        spent: pico-USD, or 10^14 for a whole window.
        more: the forecast, and what it does now.
    """
    called = say("Budget {name!r}", name=budget.name) if budget.period is not None else text(budget)
    title = (
        say("{budget} is used up", budget=called)
        if reached == 100
        else say("{budget} has reached {percent} %", budget=called, percent=reached)
    )
    told = f"{used(budget, spent)}." if budget.period is not None else f"{percent(spent / 10**14)} % is used."
    return title, " ".join(filter(None, (told, sentence(more))))


def sentence(words: str) -> str:
    """With a capital and a full stop; nothing stays nothing."""
    return f"{words[:1].upper()}{words[1:]}{'' if words.endswith(('.', '!')) else '.'}" if words else ""


def override(budget: Budget) -> str:
    """The command that lifts it."""
    return f"spendlight budget override {shlex.quote(budget.name)}"


def doing(budget: Budget, until_us: int, now_us: int) -> str:
    """What an action does while it holds."""
    end = f" until {when(until_us // 10**6, now_us)}" if until_us else ""
    if budget.action == "stop":
        return f"New calls are refused{end}; running ones go on. `{override(budget)}` lets them through"
    if budget.action == "frugal":
        return f"Served as in the mode frugal{end}. `{override(budget)}` lifts it"
    if budget.action == "suggest":
        return "Cheaper models come first in the tray; `spendlight suggest` shows them"
    return ""


def lifted(budget: Budget, until_us: int, now_us: int) -> str:
    """That it was lifted."""
    what = {"stop": "lets calls through", "frugal": "leaves models alone"}.get(budget.action, "rests")
    return f"Lifted: it {what} until {when(until_us // 10**6, now_us)}. `{override(budget)} --off` takes that back"


def refusal(budget: Budget, spent: int, until_us: int, now_us: int, tool: str | None) -> Refusal:
    """What a tool is told whose call is refused, with the status after which it does not ask again."""
    if budget.period is None:
        gone = f"{percent(spent / 10**14)} % of {text(budget)} is used, more than your budget {budget.name!r} allows"
    else:
        gone = f"your budget {budget.name!r} is used up ({used(budget, spent)})"
    end = f" until {when(until_us // 10**6, now_us)}" if until_us else ""
    return Refusal(
        OTHERWISE.get(tool or "", REFUSED),
        CODE,
        f"{gone}, so new calls are refused{end}. To go on now, run `{override(budget)} --for 1h`, or lift it in the"
        " tray.",
    )


def _rough(pico: int) -> str:
    """Whole dollars from ten on: the cents of a forecast are nobody's."""
    return dollars(pico) if pico < 10 * PICO else dollars(rounded(pico, PICO) * PICO).removesuffix(".00")


def _half_hour(us: int) -> int:
    """To the nearest half hour: more would say more than is known."""
    half = 1800 * 10**6
    return (us + half // 2) // half * half
