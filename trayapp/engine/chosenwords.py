"""What choosing a model means and how well it has worked: in words, and as what the words are made of.

Everything that fills ``choices.Option`` and ``choices.Record`` lives here. Pure.
"""

from __future__ import annotations

from functools import partial
from math import ceil, floor
from typing import Final

from trayapp import choices
from trayapp.money import dollars
from trayapp.routing import moments
from trayapp.routing.economics import Economics
from trayapp.routing.evidence import Standing
from trayapp.routing.windowshare import by_list

_BETTER: Final = {
    moments.Moment.SUBAGENT: "for sub-agents",
    moments.Moment.COMPACTION: "after compaction",
    moments.Moment.IDLE: "after a pause",
    moments.Moment.NEW_SESSION: "in a new session",
}


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
