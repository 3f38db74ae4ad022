"""A range of calls as another model would have been billed for them, had all gone to it from the range's start.

Everything that simulates the other model's cache for a what-if lives here. It is ``savings`` turned round: there the
twin errs on the cheap side, because a saving must not be told too large; here the other model is the one that might
look too cheap, so in doubt its cache is cold.

Rules:

* the vendor's word on how much of a prompt was read holds for the other model as well, as long as *its* cache has seen
  that prefix: since the range began, and within its own life. What was kept before the range is paid for once more,
  except on the model that served then already;
* where the other cache would have been warm although the real one was not (a longer life, another model in between), it
  reads what it holds; only of a conversation that is one (a session's main one), since sub-agents share a name;
* what conversations have in common is read by a new one if another of its sort has been there within the cache's life;
* tokens are converted by the tokenizers' ratio to the nearest one. What the other model's list has no rate for is paid
  as what it has: a longer life as the default one, writing and reading as input;
* pure, bounded, integers and fractions only.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Final

from msgspec.structs import replace

from trayapp.routing.savings import BOUGHT
from trayapp.values import Leg, Usage

MOST: Final = 4096
"""Conversations that are remembered; the oldest are forgotten first, and are cold then."""
_WRITES: Final = ("cache_write", "cache_write_1h", "cache_write_12h")
_UNIT: Final = Fraction(1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """The other model."""

    life_us: int | None
    """How long its cache lives by default; ``None``: nobody says, so it is as warm as the real one."""
    written: bool
    """Writing to its cache is billed as such; otherwise it is input."""
    rates: frozenset[str]
    """The components that it has a rate for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Served:
    """The model that really served a call."""

    model: str
    life_us: int | None
    written: bool
    least: int = 0
    """Where its writing is not billed: prompts of fewer tokens are not kept."""
    same: bool = False
    """It is the other model."""
    ratio: Fraction = _UNIT
    """The other model's tokens for one of its."""


@dataclass(slots=True)
class _Held:
    """What the other cache holds of a conversation, or of what conversations have in common."""

    used_us: int
    write: str
    served: str
    tokens: int = 0

    def lapsed(self, at_us: int, served: Served) -> bool:
        """Whether the real cache of the model that serves now does not hold it, for all that is known."""
        return self.served != served.model or not self.warm(at_us, served.life_us)

    def warm(self, at_us: int, life_us: int | None) -> bool:
        life = BOUGHT.get(self.write, life_us)
        return life is None or at_us - self.used_us < life


@dataclass(frozen=True, slots=True)
class _Counts:
    """One leg in the other model's tokens."""

    prompt: int
    cached: int
    """What may be in a cache afterwards."""
    read: int
    writes: dict[str, int]

    @classmethod
    def of(cls, leg: Leg, served: Served) -> _Counts:
        writes = {name: getattr(leg, name) for name in _WRITES if getattr(leg, name)}
        prompt = leg.input + leg.cache_read + sum(writes.values())
        told = served.written or prompt < served.least
        cached = leg.cache_read + sum(writes.values()) if told else prompt
        return cls(
            _nearest(prompt, served.ratio),
            _nearest(cached, served.ratio),
            _nearest(leg.cache_read, served.ratio),
            {name: _nearest(count, served.ratio) for name, count in writes.items()},
        )


@dataclass(slots=True)
class Elsewhere:
    """The other model's cache. Tell it of every call of the range, in the order of their start."""

    target: Target
    most: int = MOST
    _conversations: OrderedDict[str, _Held] = field(default_factory=OrderedDict)
    _common: OrderedDict[str, _Held] = field(default_factory=OrderedDict)

    def usage(
        self, key: str, common: str, at_us: int, usage: Usage, served: Served, *, single: bool, met: bool
    ) -> Usage:
        """The usage that the other model would have had. Price it with the other model as ``model_asked``.

        Args:
            key: the conversation.
            common: what its beginning is shared by.
            at_us: when the call began.
            usage: what the vendor counted.
            served: who served it.
            single: ``key`` names one conversation, not several that run beside each other.
            met: the conversation was under way before the range began.
        """
        legs = []
        for leg in usage.legs:
            if leg.model not in (None, usage.model):
                legs.append(leg)  # an adviser's: it would have been asked as well
                continue
            counts = _Counts.of(leg, served)
            read = min(self._read(key, common, at_us, counts, served, single=single, met=met), counts.cached)
            legs.append(self._leg(leg, counts, read, served))
            if counts.cached:
                self._keep(key, common, at_us, counts, served, met=met)
        return replace(
            usage,
            legs=tuple(legs),
            model=None,
            message_id=None,
            stated_pico=None,
            flags=tuple(flag for flag in usage.flags if flag != "refused"),
        )

    def _read(
        self, key: str, common: str, at_us: int, counts: _Counts, served: Served, *, single: bool, met: bool
    ) -> int:
        held, shared, life = self._conversations.get(key), self._common.get(common), self.target.life_us
        if held is None and met and served.same:
            return counts.read
        lapsed = held is not None and held.lapsed(at_us, served)
        if held is not None and held.warm(at_us, life) and (single or not lapsed):
            return max(counts.read, held.tokens) if lapsed else counts.read
        if shared is None or not shared.warm(at_us, life):
            return 0
        # All that is left is what conversations have in common.
        if shared.lapsed(at_us, served):
            return max(counts.read, shared.tokens)
        return min(counts.read, shared.tokens) if (held is None and met) or (held and not lapsed) else counts.read

    def _keep(self, key: str, common: str, at_us: int, counts: _Counts, served: Served, *, met: bool) -> None:
        write = next((name for name in reversed(_WRITES) if counts.writes.get(name)), None)
        held, shared = self._conversations.get(key), self._common.get(common)
        begins = held is None and not met
        if held is None:
            held = self._conversations[key] = _Held(at_us, write or _WRITES[0], served.model)
        if shared is None:
            shared = self._common[common] = _Held(at_us, write or _WRITES[0], served.model)
        for cache in (held, shared):
            if write is not None and _WRITES.index(write) > _WRITES.index(cache.write):
                cache.write = write
            cache.used_us, cache.served = at_us, served.model
        held.tokens = counts.cached
        if begins and counts.read:
            shared.tokens = counts.read
        self._conversations.move_to_end(key)
        self._common.move_to_end(common)
        for caches in (self._conversations, self._common):
            while len(caches) > self.most:
                caches.popitem(last=False)

    def _leg(self, leg: Leg, counts: _Counts, read: int, served: Served) -> Leg:
        target = self.target
        rest = counts.cached - read if target.written else 0
        writes = dict.fromkeys(_WRITES, 0)
        for name, count in _split(rest, counts.writes).items():
            writes[name if name in target.rates else _WRITES[0]] += count
        fresh = counts.prompt - read - rest
        if "cache_read" not in target.rates:
            fresh, read = fresh + read, 0
        output = _nearest(leg.output, served.ratio)
        return replace(
            leg,
            model=None,
            input=fresh,
            cache_read=read,
            output=output,
            reasoning=min(_nearest(leg.reasoning, served.ratio), output),
            **writes,
        )


def _split(rest: int, writes: dict[str, int]) -> dict[str, int]:
    """What is written, by kind: the short-lived part is the end of a prompt, so what comes on top lives longer."""
    kinds = [name for name in _WRITES if writes.get(name)] or [_WRITES[0]]
    found = {}
    for name in kinds[:-1]:
        found[name] = min(rest, writes[name])
        rest -= found[name]
    return {**found, kinds[-1]: rest}


def _nearest(count: int, ratio: Fraction) -> int:
    if ratio == _UNIT:
        return count
    return (2 * count * ratio.numerator + ratio.denominator) // (2 * ratio.denominator)
