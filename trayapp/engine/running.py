"""The conversations that run, as far as a choice of model needs them: how long, how fast, how warm.

Everything that remembers what a person is working with just now lives here: which models are asked for, by which tool
and account, and how each main conversation goes. Numbers and names of models; in memory only, for a day.

Rules: the turns that are still to come are guessed as in any process of unknown age: as many as there were, within
bounds; what such a guess leads to is an estimate and has to be drawn as one.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from typing import Final

from trayapp.routing.moments import Situation
from trayapp.routing.session import Session
from trayapp.values import Kind, Usage

KEEP_US: Final = 24 * 3600 * 10**6
_MOST: Final = 256
_TURNS: Final = (6, 60)
"""The fewest and the most calls that are expected."""


@dataclass(slots=True, kw_only=True)
class Pulse:
    """How one main conversation goes; tokens are its own model's."""

    vendor: str
    """As ``rules.seller`` names it."""
    route: str
    wire: str
    asked: str
    tool: str
    account: str | None
    session: str | None
    project: str | None
    project_name: str | None
    last_us: int
    first: int = 0
    """Tokens of its first prompt that was seen."""
    context: int = 0
    grown: int = 0
    output: int = 0
    calls: int = 0
    pico: int = 0
    hour: bool = False
    """Its tool asks for the cache of an hour."""

    def learn(self, usage: Usage) -> None:
        """One more call of it has ended."""
        prompt = sum(leg.prompt for leg in usage.legs[:1])
        if not prompt:
            return
        if self.calls and prompt > self.context:
            self.grown += prompt - self.context
        self.first = self.first or prompt
        self.context = prompt
        self.output += usage.legs[0].output
        self.hour = self.hour or usage.legs[0].cache_write_1h > 0
        self.calls += 1

    def situation(self, now_us: int) -> Situation:
        """As the economics see it."""
        calls = max(1, self.calls)
        output = self.output // calls
        new = max(self.grown // max(1, calls - 1), output, 1)
        turns = min(max(self.calls, _TURNS[0]), _TURNS[1])
        session = Session(
            context=self.context,
            new=new,
            output=output,
            turns=turns,
            idle_us=max(0, now_us - self.last_us),
            at_us=now_us,
        )
        return Situation(session=session, fresh=min(self.first, self.context))


class Running:
    """All of them."""

    def __init__(self) -> None:
        self._pulses: OrderedDict[str, Pulse] = OrderedDict()

    def asked(self, key: str, kind: Kind, pulse: Pulse) -> None:
        """A request of a conversation came in; ``pulse`` says whose, should it be new."""
        if kind is not Kind.MAIN or not key:
            return
        known = self._pulses.get(key)
        if known is None or known.asked != pulse.asked:
            self._pulses[key] = known = pulse
        known.last_us = pulse.last_us
        self._pulses.move_to_end(key)
        while len(self._pulses) > _MOST:
            self._pulses.popitem(last=False)

    def ended(self, key: str, usage: Usage, pico: int | None) -> None:
        """A call of it was counted."""
        known = self._pulses.get(key)
        if known is not None:
            known.learn(usage)
            known.pico += pico or 0

    def now(self, now_us: int) -> list[Pulse]:
        """The conversations of the last day, the newest first."""
        return [pulse for pulse in reversed(self._pulses.values()) if now_us - pulse.last_us < KEEP_US]
