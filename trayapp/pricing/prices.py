"""What a price book says about one model: dated rates, tiers, variants, surcharges.

Everything that describes a price, and picks the one that applies to a moment, lives here.

Units and rules:

* a rate is an ``int`` of pico-USD per token (1 USD per million tokens = 1,000,000 pico-USD per token); of
  ``web_search`` and ``file_search`` per search. The smallest rate known is 2,800 (2026-11), so integers are exact;
* a multiplier is an ``int`` of millionths (``MICRO`` = 1), so products of multipliers stay exact integers;
* a price belongs to a period ``[since_us, until_us)``. One with days or hours outranks one without while it applies;
* a tier reprices the *whole* leg, output included, by the leg's whole prompt (facts of Anthropic, OpenAI, Google,
  xAI price pages, 2026-11). ``at_least`` counts the threshold itself, ``over`` does not;
* a missing rate is missing: it is never zero and never another component's rate.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, tzinfo
from typing import Final, Literal

MICRO: Final = 10**6
"""A multiplier of one."""

TOKENS: Final = (
    "input",
    "cache_read",
    "cache_write",
    "cache_write_1h",
    "cache_write_12h",
    "output",
    "input_audio",
    "cache_read_audio",
    "output_audio",
    "output_image",
)
"""The priced components of a leg, by their field names in ``trayapp.values.Leg``."""
SEARCHES: Final = ("web_search", "file_search")
"""Components that are charged per search, never multiplied by a variant or a geography."""
COMPONENTS: Final = frozenset(TOKENS + SEARCHES)

Rates = Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Tier:
    """Rates for long prompts."""

    least: int
    """The smallest prompt, in tokens, that is priced by this tier."""
    rates: Rates


@dataclass(frozen=True, slots=True)
class Window:
    """Days and hours within which a price applies."""

    zone: tzinfo
    days: frozenset[int]
    """ISO weekdays, 1 is Monday; never empty."""
    hours: tuple[tuple[int, int], ...]
    """Half-open ranges of minutes since midnight; empty means the whole day."""

    def holds(self, at_us: int) -> bool:
        """Whether a moment lies inside."""
        try:
            local = datetime.fromtimestamp(at_us // 10**6, UTC).astimezone(self.zone)
        except (OverflowError, ValueError, OSError):
            # A moment outside the calendar lies in no window.
            return False
        if local.isoweekday() not in self.days:
            return False
        minute = local.hour * 60 + local.minute
        return not self.hours or any(start <= minute < end for start, end in self.hours)


@dataclass(frozen=True, slots=True)
class Period:
    """One dated price. Either ``rates`` (with tiers) or, in a variant, a ``multiplier`` over the list rates."""

    since_us: int | None
    until_us: int | None
    rates: Rates | None = None
    tiers: tuple[Tier, ...] = ()
    """Highest threshold first."""
    multiplier: int | None = None
    """Millionths."""
    window: Window | None = None

    def holds(self, at_us: int) -> bool:
        """Whether the price applies at a moment."""
        if self.since_us is not None and at_us < self.since_us:
            return False
        if self.until_us is not None and at_us >= self.until_us:
            return False
        return self.window is None or self.window.holds(at_us)

    def at_prompt(self, prompt: int) -> tuple[Rates, bool]:
        """The rates for a prompt of that many tokens, and whether they are a long-prompt tier's."""
        for tier in self.tiers:
            if prompt >= tier.least:
                return tier.rates, True
        return self.rates or {}, False


@dataclass(frozen=True, slots=True)
class Quote:
    """The rates that apply to one leg."""

    rates: Rates
    multiplier: int
    """Millionths; for tokens only, not for searches."""
    long_prompt: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelPrice:
    """Everything that the book knows about one model of one provider."""

    provider: str
    id: str
    prices: tuple[Period, ...] = ()
    variants: Mapping[str, tuple[Period, ...]] = field(default_factory=dict)
    """``batch``, ``flex``, ``priority``, ``fast``, ``ultrafast`` … to their periods."""
    geo: Mapping[str, int] = field(default_factory=dict)
    """The geography that the answer names to its multiplier in millionths."""
    region: Mapping[str, int] = field(default_factory=dict)
    """The region of the host or of the cloud's profile to its multiplier in millionths."""
    search_unit: Literal["query", "prompt"] = "query"
    """Whether web search is charged per query or once per prompt that used it (Gemini 2.x)."""
    free: bool = False
    """Free by its vendor's own terms."""
    local: bool = False
    """Runs on the user's own machine."""
    sources: tuple[str, ...] = ()
    """Where the rates come from."""
    seen: str | None = None
    """ISO date at which the rates were last confirmed."""

    def quote(self, at_us: int, prompt: int = 0, variant: str | None = None) -> Quote | None:
        """The rates for a leg, or ``None`` when the book has none for that moment or variant.

        Args:
            at_us: the call's start, UTC epoch microseconds.
            prompt: all tokens of the leg's prompt.
            variant: ``batch``, ``flex`` …; ``None`` is the standard price.
        """
        period = pick(self.prices, at_us)
        multiplier = MICRO
        if variant is not None:
            special = pick(self.variants.get(variant, ()), at_us)
            if special is None:
                return None
            if special.multiplier is None:
                period = special
            else:
                multiplier = special.multiplier
        if period is None:
            return None
        rates, long_prompt = period.at_prompt(prompt)
        return Quote(rates, multiplier, long_prompt)


def pick(periods: tuple[Period, ...], at_us: int) -> Period | None:
    """The period that applies at a moment; one with a window outranks one without."""
    plain: Period | None = None
    for period in periods:
        if period.holds(at_us):
            if period.window is not None:
                return period
            plain = period
    return plain
