"""What a rule has really saved: the twin of each conversation, in a world in which all went out as it was asked for.

Everything that says what the original model would have been billed lives here. The caller prices the twin's usage as
it prices any other (that is ``pico_asked``); the saving of a row is ``pico_asked - pico_list``, signed.

The twin has a cache of its own, kept call by call: how many tokens of a conversation the original model's cache would
hold, since when it was used, and how many of them conversations have in common (their system prompt and tools). So the
prefill of a cold model, a return to a model whose cache has lapsed meanwhile, and a sibling conversation that would
have found the common part warm are all on the bill of the rule, on the row where they are paid.

Rules:

* a row that went out as asked where nothing was changed before is its own twin, token by token: it saves exactly zero;
* tokens are converted by the tokenizers' ratio, to the nearest one; the vendor's counts are the only source;
* in doubt the twin is cheaper: it reads from its cache whatever it may have held. A saving is then told too small, a
  loss too large, never the other way round. In doubt is a conversation met in its middle, a common part of which no
  vendor has yet said how long it is, a conversation that was rewound, a cache of which nobody says how long it lives;
* work that is done again because the cheaper model failed, and attempts that a vendor refused, have nothing as their
  twin: all that they cost is lost. The time they took is lost, too: the twin's cache does not age in it;
* a cache counts from the start of the call that used it last (as in ``session``), separately for each original model;
* sans-I/O, bounded, integers and fractions only. What is kept are counts, times and digests, never text.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

import msgspec

from trayapp.routing.session import SAME, Change
from trayapp.values import Leg, Usage

MOST: Final = 4096
"""Conversations that are remembered, and the same number of common parts; the oldest are forgotten first."""
NOTHING: Final = Usage(legs=(Leg(),), complete=True)
"""The twin of a row that would not have been."""

_WRITES: Final = ("cache_write", "cache_write_1h", "cache_write_12h")
"""By the life that is bought, ascending."""
_MINUTE: Final = 60 * 10**6
BOUGHT: Final = {"cache_write_1h": 60 * _MINUTE, "cache_write_12h": 720 * _MINUTE}
"""Anthropic's and OpenAI's longer lives (2026-11); the default one differs and is the caller's word."""
_SURELY: Final = 5 * _MINUTE
"""So long a cache lives where nobody says it."""
_UNIT: Final = Fraction(1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Caching:
    """How the caches of the two models work; ``trayapp.routing.booked.caching`` says it from the price book."""

    life_us: int | None
    """How long the original's cache lives by default, after its last use; ``None``: nobody says, it is never cold."""
    written: bool = True
    """Writing to the original's cache is billed as such (Anthropic; OpenAI from GPT-5.6 on). Otherwise it is input."""
    served_written: bool = True
    """The same of the model that served. Otherwise all that it did not read may have been kept."""
    least: int = 0
    """Prompts of fewer tokens are never kept."""


class _Cache(msgspec.Struct):
    """What the twin's cache holds of one conversation, or of what conversations have in common."""

    tokens: int
    used_us: int
    write: str
    """As what it was written: the component of a leg, which decides its life."""
    sure: bool = False
    """Of a common part: a vendor has said how long it is. Otherwise it is at the most so long."""
    served: str | None = None
    """Of a common part: the model that has read it last."""
    parted: str | None = None
    """The rule by which the last call that used it went to another model; ``None``: it went out as asked, so that the
    real cache and the twin's are one."""
    lost_us: int = 0
    """For so long the twin's has not aged since then, because work was done again; the real one has."""
    lost_by: str = ""
    """The rule because of which that was so."""

    def warm(self, at_us: int, caching: Caching) -> bool:
        life = BOUGHT.get(self.write, caching.life_us)
        return life is None or at_us - self.used_us < life

    def payer(self, at_us: int, caching: Caching) -> str | None:
        """The rule that pays for what the real cache lacks and the twin's holds; ``None``: they hold the same."""
        if self.parted is not None or not self.lost_us:
            return self.parted
        return None if self.warm(at_us + self.lost_us, caching) else self.lost_by

    def use(self, at_us: int, write: str, caching: Caching) -> None:
        """A call reads and prolongs it; what was bought for longer keeps its life."""
        if not self.warm(at_us, caching) or _WRITES.index(write) > _WRITES.index(self.write):
            self.write = write
        self.used_us = max(self.used_us, at_us)
        self.lost_us = 0


class _Kept(msgspec.Struct):
    """What outlives a restart."""

    conversations: list[tuple[str, str, _Cache]]
    shared: list[tuple[str, _Cache]]


class Twins:
    """The twins of all conversations that are watched. Tell it of every call that may read or fill a cache."""

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self._conversations: OrderedDict[tuple[str, str], _Cache] = OrderedDict()
        self._shared: OrderedDict[str, _Cache] = OrderedDict()

    def asked(
        self,
        key: str,
        at_us: int,
        usage: Usage,
        *,
        shared: str,
        caching: Caching,
        served_as_asked: bool,
        change: Change = SAME,
        begins: bool = False,
        redone: bool = False,
        rule: str = "",
    ) -> Usage | None:
        """The usage that the original model would have had for the same request, had all gone out as asked.

        Price it with the original model as ``model_asked``, at ``at_us``. Call it once for each finished row, in the
        order of their ends.

        Args:
            key: the conversation: calls whose prompts continue each other.
            at_us: when the call began, UTC epoch microseconds.
            usage: what the vendor counted for the row.
            shared: what its beginning is shared by: tool, its version, credential, original model, main or sub-agent.
                Another original model is another ``shared``, also inside one conversation.
            caching: how the caches of the two models work.
            served_as_asked: the request went out as asked.
            change: how the model that served differs from the original. ``turns`` is ``inflation``'s affair.
            begins: no model has answered in the conversation yet: it is new, or has just been compacted.
            redone: the original would not have needed this row: it repeats what the cheaper model failed at, or it is
                the attempt that was refused because of the rule.
            rule: the rule by which a request did not go out as asked.

        Returns:
            The twin's usage; ``None``: nothing was counted, so that nothing can be said.
        """
        place = (key, shared)
        held, common = self._conversations.get(place), self._shared.get(shared)
        if redone:
            if usage.legs and held is not None:
                self._stand_still(at_us - held.used_us, rule or held.parted or "")
            return NOTHING
        if not usage.legs:
            if usage.error is None:
                return None
            return usage if served_as_asked else NOTHING
        same = served_as_asked and self._payer(held, common, at_us, caching, begins) is None
        legs = []
        for leg in usage.legs:
            if leg.model not in (None, usage.model):
                legs.append(leg)  # an adviser's or a declined model's: it would have been asked as well
                continue
            counts = _Counts.of(leg, SAME if served_as_asked else change, caching, served_as_asked)
            read = self._read(place, at_us, caching, counts, begins)
            if served_as_asked:
                # The twin's cache holds whatever the real one does; where the two are one, the vendor's word counts.
                read = counts.read if same else min(max(read, counts.read), counts.prompt)
            legs.append(counts.leg(leg, read, caching, self._wrote(place, at_us, caching, begins)))
            if begins:
                self._learn(shared, at_us, caching, counts, usage.model)
            self._move(place, at_us, caching, counts, read, begins, None if served_as_asked else rule, usage.model)
            begins = False
        if same:
            return usage
        if served_as_asked:
            return msgspec.structs.replace(usage, legs=tuple(legs), stated_pico=None)
        return msgspec.structs.replace(
            usage,
            legs=tuple(legs),
            model=None,
            message_id=None,
            stated_pico=None,
            flags=tuple(flag for flag in usage.flags if flag != "refused"),
        )

    def payer(self, key: str, at_us: int, *, shared: str, caching: Caching, begins: bool = False) -> str | None:
        """The rule that a request has to pay for although it goes out as asked, or ``None``.

        A request went to another model in this conversation just before, or in one that begins alike, or a cache has
        lapsed while work was done again: the original's cache is not where it would have been. Such a row carries that
        rule, and with it the loss.
        """
        return self._payer(self._conversations.get((key, shared)), self._shared.get(shared), at_us, caching, begins)

    def encoded(self) -> bytes:
        """All that is known, as JSON."""
        kept = _Kept(
            conversations=[(*place, cache) for place, cache in self._conversations.items()],
            shared=list(self._shared.items()),
        )
        return msgspec.json.encode(kept)

    def load(self, data: object) -> None:
        """Go on from what ``encoded`` gave, decoded.

        Raises:
            ValueError: it is none of that; nothing is changed.
        """
        kept = msgspec.convert(data, _Kept)  # its error is a ValueError
        caches = [cache for *_, cache in kept.conversations] + [cache for _, cache in kept.shared]
        if any(cache.write not in _WRITES or cache.tokens < 0 for cache in caches):
            raise ValueError("these are no caches")
        self._conversations = OrderedDict(((key, shared), cache) for key, shared, cache in kept.conversations)
        self._shared = OrderedDict(kept.shared)
        self._bound()

    # -- the twin's cache -------------------------------------------------------------------------------------

    @staticmethod
    def _payer(held: _Cache | None, common: _Cache | None, at_us: int, caching: Caching, begins: bool) -> str | None:
        if held is not None and not begins and held.warm(at_us, caching):
            return held.payer(at_us, caching)
        if common is not None and (begins or held is not None) and common.warm(at_us, caching):
            return common.payer(at_us, caching)
        return None

    def _read(self, place: tuple[str, str], at_us: int, caching: Caching, counts: _Counts, begins: bool) -> int:
        """How much of a prompt the twin finds in its cache."""
        if not begins:
            held = self._conversations.get(place)
            if held is None:
                return counts.cached
            if held.warm(at_us, caching):
                return min(held.tokens, counts.prompt)
        common = self._shared.get(place[1])
        if common is None:
            return counts.cached
        return min(common.tokens, counts.cached) if common.warm(at_us, caching) else 0

    def _wrote(self, place: tuple[str, str], at_us: int, caching: Caching, begins: bool) -> str:
        """As what the conversation was written so far; for a row that had to write nothing."""
        held = self._conversations.get(place)
        return held.write if held is not None and not begins and held.warm(at_us, caching) else _WRITES[0]

    def _move(
        self,
        place: tuple[str, str],
        at_us: int,
        caching: Caching,
        counts: _Counts,
        read: int,
        begins: bool,
        parted: str | None,
        served: str | None,
    ) -> None:
        """The twin's cache after a call."""
        if not counts.cached:
            held = self._conversations.get(place)
            if held is not None and read:
                held.use(at_us, held.write, caching)
            return
        write = counts.kind or self._wrote(place, at_us, caching, begins)
        held = self._conversations.setdefault(place, _Cache(tokens=0, used_us=at_us, write=write))
        kept = held.tokens if parted is not None and not begins and held.warm(at_us, caching) else 0
        if begins:
            held.write = write
        held.use(at_us, write, caching)
        held.tokens, held.parted = max(kept, counts.cached), parted

        common = self._shared.setdefault(place[1], _Cache(tokens=counts.cached, used_us=at_us, write=write))
        common.use(at_us, write, caching)
        common.parted, common.served = parted, served
        self._conversations.move_to_end(place)
        self._shared.move_to_end(place[1])
        self._bound()

    def _stand_still(self, lost_us: int, rule: str) -> None:
        """Nothing ages while work is done again."""
        if lost_us > 0:
            for cache in (*self._conversations.values(), *self._shared.values()):
                cache.used_us += lost_us
                cache.lost_us += lost_us
                cache.lost_by = rule

    def _learn(self, shared: str, at_us: int, caching: Caching, counts: _Counts, served: str | None) -> None:
        """How long the common part is, from a call that begins a conversation: whatever that reads is common."""
        if not counts.cached:
            return
        fresh = _Cache(tokens=counts.cached, used_us=at_us, write=counts.kind or _WRITES[0])
        common = self._shared.setdefault(shared, fresh)
        life = BOUGHT.get(common.write, _SURELY if caching.life_us is None else caching.life_us)
        if counts.read:
            common.tokens, common.sure = counts.read, True
        elif not common.sure:
            # It found nothing although the same model was there just before: there is nothing in common.
            common.sure = served is not None and served == common.served and 0 <= at_us - common.used_us < life
            common.tokens = 0 if common.sure else min(common.tokens, counts.cached)

    def _bound(self) -> None:
        while len(self._conversations) > self._most:
            self._conversations.popitem(last=False)
        while len(self._shared) > self._most:
            self._shared.popitem(last=False)


@dataclass(frozen=True, slots=True)
class _Counts:
    """One leg in the original's tokens, text only."""

    prompt: int
    cached: int
    """The part of the prompt that may be in a cache afterwards."""
    read: int
    """What the model that served has read."""
    writes: tuple[int, ...]
    """What it has written, in the order of ``_WRITES``."""
    output: int
    reasoning: int

    @classmethod
    def of(cls, leg: Leg, change: Change, caching: Caching, served_as_asked: bool) -> _Counts:
        tokens, output = change.tokens, change.tokens * change.output
        writes = tuple(getattr(leg, name) for name in _WRITES)
        prompt = leg.input + leg.cache_read + sum(writes)
        told = caching.written if served_as_asked else caching.served_written
        return cls(
            prompt=_nearest(prompt, tokens),
            cached=_nearest(leg.cache_read + sum(writes) if told or prompt < caching.least else prompt, tokens),
            read=_nearest(leg.cache_read, tokens),
            writes=tuple(_nearest(count, tokens) for count in writes),
            output=_nearest(leg.output, output),
            reasoning=_nearest(leg.reasoning, output),
        )

    @property
    def kind(self) -> str | None:
        """The longest-lived write of the row."""
        return next((name for name, count in zip(_WRITES[::-1], self.writes[::-1], strict=True) if count), None)

    def leg(self, leg: Leg, read: int, caching: Caching, wrote: str) -> Leg:
        """The twin's leg: it has read so much, and writes the rest in the way of the row."""
        rest = max(0, self.cached - read) if caching.written else 0
        return msgspec.structs.replace(
            leg,
            model=None,
            input=self.prompt - read - rest,
            cache_read=read,
            **dict(zip(_WRITES, self._split(rest, wrote), strict=True)),
            output=self.output,
            reasoning=min(self.reasoning, self.output),
        )

    def _split(self, rest: int, wrote: str) -> list[int]:
        """Writes by kind. What lives longer stands first in a prompt, so that the end of it is the short-lived part."""
        kinds = [at for at, count in enumerate(self.writes) if count] or [_WRITES.index(wrote)]
        out = [0] * len(_WRITES)
        for at in reversed(kinds[1:]):
            out[at] = min(self.writes[at], max(0, rest - sum(self.writes[:at])))
            rest -= out[at]
        out[kinds[0]] = rest
        return out


def _nearest(count: int, ratio: Fraction) -> int:
    """A count of the other model's tokens in the original's."""
    if ratio == _UNIT:
        return count
    return (2 * count * ratio.denominator + ratio.numerator) // (2 * ratio.numerator)
