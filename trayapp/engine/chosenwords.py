"""What choosing a model means, what a rule says and how well it has worked: in words, and as what words are made of.

Everything that fills ``choices.Option``, ``choices.RuleView`` and ``choices.Record`` lives here. Pure.
"""

from __future__ import annotations

from functools import partial
from math import ceil, floor
from typing import Final

from trayapp import choices
from trayapp.ledger import RuleSaved
from trayapp.money import dollars
from trayapp.routing import moments
from trayapp.routing.economics import Economics
from trayapp.routing.evidence import Standing
from trayapp.routing.proposals import NAMES
from trayapp.routing.rules import Rule
from trayapp.routing.windowshare import by_list

_BETTER: Final = {
    moments.Moment.SUBAGENT: "for sub-agents",
    moments.Moment.COMPACTION: "after compaction",
    moments.Moment.IDLE: "after a pause",
    moments.Moment.NEW_SESSION: "in a new session",
}
_PAUSES: Final = {
    "user": "paused",
    "refused": "rests: the vendor refused it",
    "evidence": "withdrawn: it went wrong too often",
}
_SCOPES: Final = {"session": "this session", "subagents": "sub-agents", "always": "everything"}


def option(model: str, advice: moments.Advice | None, *, plan: bool) -> choices.Option:
    """What choosing a model means for a conversation now.

    Args:
        model: what would serve.
        advice: when it pays; ``None``: there is no price.
        plan: a plan pays for the conversation.
    """
    made = partial(choices.Option, model=model)
    if advice is None:
        return made(words="no price is known", means="unpriced")
    now = advice.options[0].economics
    if plan and now is not None:
        percent = window_percent(now)
        means = "no_window" if percent is None else "window"
        return made(words=window_words(now), means=means, percent=percent or 0)
    if now is None or now.break_even is None:
        if advice.best.moment is moments.Moment.NEVER:
            return made(words="not cheaper here", means="never")
        return made(words="loses now; pays in a new session", means="anew")
    if now.once_pico <= 0:
        words = f"saves at once, {dollars(now.per_turn_pico, estimated=True, fine=True)} a call"
        return made(words=words, means="at_once", pico=now.per_turn_pico)
    if advice.options[0].good:
        words = f"{dollars(now.once_pico, estimated=True, fine=True)} once, pays after {now.break_even} calls"
        return made(words=words, means="after", pico=now.once_pico, calls=now.break_even)
    better = _BETTER.get(advice.best.moment, "")
    if not better:
        return made(words="loses now", means="loses")
    words = f"pays only after {now.break_even} calls; better {better}"
    return made(words=words, means="later", calls=now.break_even, better=str(advice.best.moment))


def record(standing: Standing | None) -> choices.Record | None:
    """What a standing's words are made of; ``None``: a team's part is in them, or there is nothing to say."""
    if standing is None or "in your team" in standing.words:
        return None
    return choices.Record(
        state=str(standing.state),
        good=standing.good,
        tried=standing.tried,
        needed=ceil(standing.needed * 100),
        sure=floor(standing.lower * 100),
    )


def window_percent(figures: Economics) -> int | None:
    """On a plan: percent that switching uses of its window beside staying, on the one assumption that there is."""
    ratio = by_list(figures, None).ratio
    return None if ratio is None else round(100 * ratio)


def window_words(figures: Economics) -> str:
    """The same in words."""
    percent = window_percent(figures)
    if percent is None:
        return "uses no window"
    return f"≈ {percent} % of what staying uses of the window, if that counts list prices"


def rule_view(rule: Rule, saving: RuleSaved | None, standing: Standing | None, now_us: int) -> choices.RuleView:
    """A rule, as people see it.

    Args:
        rule: the rule.
        saving: what it has saved; ``None``: it has changed nothing.
        standing: what a person's own outcomes say of it.
        now_us: UTC epoch microseconds.
    """
    return choices.RuleView(
        id=rule.id,
        text=text_of(rule),
        value=_value(rule),
        asked=rule.asked or "",
        vendor=rule.vendor,
        model=rule.model or "",
        effort=rule.effort or "",
        scope=rule.scope,
        now=rule.now,
        origin=rule.origin,
        until_us=rule.until_us,
        made_us=rule.created_us,
        paused=_PAUSES.get(rule.paused, rule.paused) if rule.rests(now_us) else "",
        rests=rule.paused if rule.rests(now_us) else "",
        calls=0 if saving is None else saving.switched,
        pico_saved=0 if saving is None else saving.saved,
        pico_low=0 if saving is None else saving.low,
        pico_high=0 if saving is None else saving.high,
        unknown=0 if saving is None else saving.unknown,
        evidence="" if standing is None or not standing.tried else standing.words,
        record=record(standing),
    )


def _value(rule: Rule) -> str:
    if rule.scope == "project":
        return rule.label or rule.value[:8]
    return rule.value if rule.scope in ("kind", "task") else ""


def text_of(rule: Rule) -> str:
    """A rule in words, complete by itself."""
    if rule.scope in ("kind", "task"):
        who = NAMES.get(rule.value, (rule.value, ""))[0]
    elif rule.scope == "project":
        who = f"project {rule.label or rule.value[:8]}"
    else:
        who = _SCOPES[rule.scope]
    what = rule.model or "the model asked for"
    asked = f": {rule.asked}" if rule.asked else ""
    effort = f" with effort {rule.effort}" if rule.effort else ""
    return f"{who[:1].upper()}{who[1:]}{asked} → {what}{effort}"
