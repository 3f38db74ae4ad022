"""What a session looks like and what a model costs in it: the values that the economics are reckoned from.

Rules:

* tokens are counted as the model that serves now counts them; ``Change`` says how the other one differs;
* money is pico-USD as ``int`` or, where a factor makes fractions of it, ``Fraction``. No float comes in or goes out;
* a turn is one call. Its prompt reads what the turn before left in the cache and writes ``new`` tokens: all that the
  prompt holds beyond the last one's, that one's answer included;
* pure values; what is impossible is refused with ``ValueError`` when it is made.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Final

_FINEST: Final = 100
"""Turns may be inflated in hundredths: the search for the break-even looks at each of them apart."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """A conversation before its next turn, and what is still to come."""

    context: int
    """Tokens of the conversation so far: what is cached, or what a cold cache has to be given again."""
    new: int
    """Tokens that each turn adds to the prompt."""
    output: int
    """Tokens of each answer, thinking included."""
    turns: int = 1
    """How many turns are still to come; at least 1."""
    idle_us: int = 0
    """Since the last call began, which is when its cache was read last."""
    pace_us: int = 0
    """From one turn to the next. 0: quickly, so that neither a cache lapses nor a price changes meanwhile."""
    at_us: int = 0
    """When the next turn begins, UTC epoch microseconds: chooses among dated prices."""
    cold: bool = False
    """Nothing of it is cached, whatever the clock says: a new session, or one that has just been compacted."""

    def __post_init__(self) -> None:
        if min(self.context, self.new, self.output, self.idle_us, self.pace_us) < 0:
            raise ValueError("tokens and times are never negative")
        if self.turns < 1:
            raise ValueError("at least one turn has to be left")

    def afresh(self, context: int) -> Session:
        """The same work from a cold start with that much context."""
        return replace(self, context=context, idle_us=0, cold=True)


@dataclass(frozen=True, slots=True)
class TurnRates:
    """Pico-USD per token."""

    read: Fraction
    """From the cache."""
    write: Fraction
    """Into the cache; the input price where a vendor asks nothing for writing."""
    output: Fraction

    def __post_init__(self) -> None:
        if min(self.read, self.write, self.output) < 0:
            raise ValueError("rates are never negative")


@dataclass(frozen=True, slots=True)
class Step:
    """Rates for prompts of at least that many tokens; they hold for the whole call, its answer included."""

    least: int
    rates: TurnRates


@dataclass(frozen=True, slots=True)
class Dated:
    """What holds from a moment until the next ``Dated``."""

    since_us: int | None
    """``None``: always before."""
    steps: tuple[Step, ...]
    """By ``least``, ascending; the first begins at 0."""

    def __post_init__(self) -> None:
        if not self.steps or self.steps[0].least != 0:
            raise ValueError("the first step has to begin at 0 tokens")
        if any(a.least >= b.least for a, b in zip(self.steps, self.steps[1:], strict=False)):
            raise ValueError("steps have to ascend")


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelCost:
    """What one model costs, for one kind of cache."""

    name: str
    prices: tuple[Dated, ...]
    """By ``since_us``, ascending; the first holds before as well."""
    life_us: int | None = None
    """How long its cache lives after the last use; ``None``: nobody says."""
    window: int | None = None
    """The largest prompt that it takes, in its own tokens; ``None``: not known."""

    def __post_init__(self) -> None:
        if not self.prices or any(later.since_us is None for later in self.prices[1:]):
            raise ValueError("a model needs prices, and each later one its date")

    def rates(self, at_us: int | Fraction, prompt: int | Fraction) -> TurnRates:
        """What holds at a moment for a prompt of that many tokens."""
        found = self.prices[0]
        for dated in self.prices[1:]:
            if dated.since_us is not None and dated.since_us <= at_us:
                found = dated
        return next(step.rates for step in reversed(found.steps) if step.least <= prompt)

    def warm(self, session: Session) -> bool:
        """Whether a session that this model serves is still in its cache. Where nobody says how long: yes."""
        return not session.cold and (self.life_us is None or session.idle_us < self.life_us)

    def lapses(self, session: Session) -> bool:
        """Whether its cache dies between one turn and the next."""
        return self.life_us is not None and session.pace_us >= self.life_us


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """How the other model differs at the same work."""

    tokens: Fraction = Fraction(1)
    """Its tokens for one of ours, for the same text (the tokenizers' ratio)."""
    turns: Fraction = Fraction(1)
    """Its turns for one of ours, in hundredths. Each adds as much to the context as ours would."""
    output: Fraction = Fraction(1)
    """How much longer its answers are, beside the tokenizer."""

    def __post_init__(self) -> None:
        if min(self.tokens, self.turns, self.output) <= 0:
            raise ValueError("a ratio has to be above zero")
        if self.turns.denominator > _FINEST or _FINEST % self.turns.denominator:
            raise ValueError("turns are inflated in hundredths")


SAME: Final = Change()
"""Nothing differs but the price."""
