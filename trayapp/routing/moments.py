"""The cheapest safe moment for a switch, and why, in words.

Everything that judges *when* lives here; ``economics`` says what it costs.

Rules:

* never inside a tool loop: thinking that one model has signed and response chains are no other model's;
* a cold boundary loses nothing, because whoever serves next has to write the context anyway. There are four: a new
  session, the turn after compaction, the turn after a pause longer than the cache's life, and sub-agents, which begin
  cold beside a main session that keeps its cache;
* the turns that count for a switch inside a warm session are those *until the next boundary*: from there on the
  switch is free. It has to pay within two thirds of them (the forecast is a forecast), else the boundary is better;
* of the moments that lose nothing the soonest is best. A boundary is still reckoned, not presumed: the other model may
  be dearer there too;
* a model whose window is known to be too small for the conversation does not get it;
* nothing here acts. The words name amounts as estimates.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final

from trayapp.money import count, dollars, plural
from trayapp.routing.economics import Economics, compare
from trayapp.routing.session import SAME, Change, ModelCost, Session

MARGIN: Final = (3, 2)
"""A warm switch has to pay back in so much less than the turns that are expected (routing.md, layer 2: n > 1.5 n*)."""


class Moment(StrEnum):
    """When."""

    NOW = "now"
    SUBAGENT = "subagent"
    """For sub-agents alone, from the next one on."""
    COMPACTION = "compaction"
    IDLE = "idle"
    NEW_SESSION = "new_session"
    NEVER = "never"


@dataclass(frozen=True, slots=True, kw_only=True)
class Situation:
    """A session, and what is known of the boundaries around it."""

    session: Session
    """``turns``: how many are expected before the conversation ends."""
    fresh: int
    """Tokens that a new session or a sub-agent begins with: the tool's instructions and its tools."""
    in_tool_loop: bool = False
    """The last answer asked for a tool: the next turn is no human's."""
    subagents: bool = False
    """The tool starts sub-agents."""
    compacts_at: int | None = None
    """Tokens at which the tool compacts; ``None``: not known, or it does not."""
    after_compaction: int | None = None
    """Tokens that are left then, instructions included; ``None``: as a new session."""

    @property
    def turns_to_compaction(self) -> int | None:
        """Turns before the one that compacts."""
        session = self.session
        if self.compacts_at is None or session.new == 0:
            return None
        return max(0, -((session.context - self.compacts_at) // session.new))


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """One moment, judged."""

    moment: Moment
    good: bool
    """It is safe, and the switch pays from there."""
    why: str
    economics: Economics | None = None
    """Over the turns that count for it."""
    wait_turns: int | None = None
    wait_us: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Advice:
    """What to do, and what else was looked at."""

    best: Option
    options: tuple[Option, ...]
    """All moments in question, the soonest first."""


def advise(situation: Situation, a: ModelCost, b: ModelCost, change: Change = SAME) -> Advice:
    """The cheapest safe moment to go from ``a`` to ``b``."""
    options = [_now(situation, a, b, change)]
    warm = a.warm(situation.session)
    if situation.subagents:
        options.append(_subagent(situation, a, b, change))
    if (turns := situation.turns_to_compaction) is not None and turns <= situation.session.turns:
        options.append(_compaction(situation, turns, a, b, change))
    if warm and a.life_us is not None:
        options.append(_idle(situation, a.life_us, a, b, change))
    options.append(_new_session(situation, a, b, change))
    best = next((option for option in options if option.good), None)
    if best is None:
        best = Option(moment=Moment.NEVER, good=False, why=_never(a, b, options))
    return Advice(best=best, options=tuple(options))


def _now(situation: Situation, a: ModelCost, b: ModelCost, change: Change) -> Option:
    session = situation.session
    boundary = situation.turns_to_compaction
    turns = session.turns if boundary is None else max(1, min(session.turns, boundary))
    figures = compare(replace(session, turns=turns), a, b, change)
    safe = not situation.in_tool_loop
    pays = figures.pays
    if figures.warm:
        until = "" if turns == session.turns else " before the tool compacts"
        due = figures.break_even
        pays = pays and due is not None and _in_time(due, turns)
        if due is not None and figures.once_pico <= 0 and not figures.pays:
            until_turn = figures.pays_until or due
            why = f"it is cheaper for {plural(until_turn, 'turn')} only; {turns} are expected{until}"
        elif due is None:
            why = f"the cache of {a.name} is warm, and what the switch costs never comes back"
        elif pays:
            why = (
                f"{_cost_once(figures)}; that is back after {plural(due, 'turn')}, and {turns} are expected{until}"
                if figures.once_pico > 0
                else f"even with a warm cache the next turn is already cheaper, by {_about(-figures.once_pico)}"
            )
        elif figures.pays:
            why = (
                f"{_cost_once(figures)} and is back only after {plural(due, 'turn')}: too close to the "
                f"{turns} that are expected{until}"
            )
        else:
            why = (
                f"{_cost_once(figures)}; over {plural(turns, 'turn')}{until} that loses {_about(-figures.saving_pico)}"
            )
    elif pays:
        why = f"nothing is cached: {a.name} would have to write {count(session.context)} tokens as well"
    else:
        why = f"nothing is cached, but {b.name} is not cheaper over {plural(turns, 'turn')}"
    if not _fits(session, b, change):
        safe, why = False, f"{b.name} does not take a prompt as long as this one"
    if situation.in_tool_loop:
        why = "a tool's result is awaited; inside a tool loop no model may change"
    return Option(moment=Moment.NOW, good=safe and pays, why=why, economics=figures, wait_turns=0, wait_us=0)


def _fits(session: Session, b: ModelCost, change: Change) -> bool:
    return b.window is None or change.tokens * (session.context + session.new) <= b.window


def _in_time(due: int, turns: int) -> bool:
    return due == 1 or due * MARGIN[0] <= turns * MARGIN[1]


def _subagent(situation: Situation, a: ModelCost, b: ModelCost, change: Change) -> Option:
    figures = compare(situation.session.afresh(situation.fresh), a, b, change)
    words = "sub-agents begin cold, and the main session keeps its model and its cache"
    return _boundary(Moment.SUBAGENT, figures, words, b)


def _compaction(situation: Situation, turns: int, a: ModelCost, b: ModelCost, change: Change) -> Option:
    left = situation.fresh if situation.after_compaction is None else situation.after_compaction
    session = situation.session
    work = replace(
        session.afresh(left), turns=max(1, session.turns - turns), at_us=session.at_us + turns * session.pace_us
    )
    words = f"in about {plural(turns, 'turn')}; then both begin with {count(left)} tokens and no cache"
    return _boundary(Moment.COMPACTION, compare(work, a, b, change), words, b, wait_turns=turns)


def _idle(situation: Situation, life_us: int, a: ModelCost, b: ModelCost, change: Change) -> Option:
    session = situation.session
    wait_us = life_us - session.idle_us
    work = replace(session.afresh(session.context), at_us=session.at_us + wait_us)
    words = (
        f"after {_clock(wait_us)} more without a call the cache of {a.name} is gone, and it would have to write "
        f"{count(session.context)} tokens as well"
    )
    figures = compare(work, a, b, change)
    if not _fits(session, b, change):
        return Option(
            moment=Moment.IDLE,
            good=False,
            why=f"{b.name} does not take a prompt as long as this one",
            economics=figures,
            wait_us=wait_us,
        )
    return _boundary(Moment.IDLE, figures, words, b, wait_us=wait_us)


def _new_session(situation: Situation, a: ModelCost, b: ModelCost, change: Change) -> Option:
    figures = compare(situation.session.afresh(situation.fresh), a, b, change)
    words = f"a new session begins with {count(situation.fresh)} tokens and no cache, whoever serves it"
    return _boundary(Moment.NEW_SESSION, figures, words, b)


def _boundary(
    moment: Moment,
    figures: Economics,
    words: str,
    b: ModelCost,
    *,
    wait_turns: int | None = None,
    wait_us: int | None = None,
) -> Option:
    if not figures.pays:
        words = f"{words}, but {b.name} is not cheaper over {plural(figures.turns, 'turn')} there"
    return Option(
        moment=moment, good=figures.pays, why=words, economics=figures, wait_turns=wait_turns, wait_us=wait_us
    )


def _never(a: ModelCost, b: ModelCost, options: list[Option]) -> str:
    if options[0].economics is not None and options[0].economics.pays:
        return f"{b.name} would save something, but at no moment that is safe"
    return f"{b.name} is not cheaper than {a.name} for this work at any of the moments looked at"


def _cost_once(figures: Economics) -> str:
    return f"a warm cache is lost: the switch costs {_about(figures.once_pico)} once"


def _about(pico: int) -> str:
    return dollars(pico, estimated=True, fine=True)


def _clock(us: int) -> str:
    seconds = -(-us // 10**6)
    minutes, seconds = divmod(seconds, 60)
    if minutes >= 60:
        return f"{minutes // 60} h {minutes % 60} min" if minutes % 60 else f"{minutes // 60} h"
    return f"{minutes} min {seconds} s" if minutes and seconds else f"{minutes} min" if minutes else f"{seconds} s"
