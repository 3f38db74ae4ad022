"""Cache written anew after its life was over.

Everything that tells such a row lives here. What is compared is a row and the one before it of the same conversation:
the same session, vendor, model that served, and kind of call (main, sub-agent, read-only sub-agent).

Rules:

* what a row leaves in the cache is what it read there and wrote there. After an idle that is *longer* than the life
  that was bought, what the next row writes of that many tokens, and does not read, is written anew. The idle counts
  from start to start, since a cache is used when a call begins;
* the life is the longest one that the conversation has bought and not let lapse (12 hours, 1 hour, else the vendor's
  own); where nobody says how long a vendor's cache lives, nothing is counted;
* a conversation only grows: a smaller request (after compaction, or another sub-agent's) begins another one. A call
  that says nothing of the cache, because it was cut, may have used it: it prolongs it. In doubt nothing is counted;
* the amount is what writing those tokens has cost in this row minus what reading them would have: at the row's own
  price of reading, or else at the list's price of reading for one of writing. Rows of several models are not looked at;
* bounded: a conversation that was idle for a week is forgotten.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Mapping
from copy import copy
from fractions import Fraction
from typing import Final

from trayapp.insight.tally import components
from trayapp.spent import Spent
from trayapp.values import Kind

WEEK_US: Final = 7 * 86_400 * 10**6
_CONVERSATIONS: Final = frozenset(str(kind) for kind in (Kind.MAIN, Kind.SUBAGENT, Kind.EXPLORE))
_WRITES: Final = ("cache_write_12h", "cache_write_1h", "cache_write")
"""The longest life first: so vendors want them in the prompt (Anthropic and OpenAI, 2026-11)."""

Key = tuple[str, str, str, str]


class _Cache:
    """What a conversation has in the cache."""

    __slots__ = ("held", "life_us", "prompt", "size", "used_us")

    def __init__(self, used_us: int) -> None:
        self.used_us = used_us
        self.held = 0
        self.life_us: int | None = None
        self.size = 0
        self.prompt = 0


class Rewrites:
    """Told of every call in the order of their start, it says of which tokens a row wrote the cache anew."""

    __slots__ = ("_bought", "_by", "_life", "_reading")

    def __init__(
        self,
        life: Callable[[str, str], int | None],
        bought: Mapping[str, int],
        reading: Callable[[Spent, str], Fraction | None],
    ) -> None:
        """How caches live and cost.

        Args:
            life: of a vendor's model, how long its own cache lives, microseconds; ``None``: nobody says.
            bought: the component of writing to the longer life that it buys.
            reading: by the list, what reading costs for one of writing (of that component) at a row's moment.
        """
        self._life = life
        self._bought = bought
        self._reading = reading
        self._by: OrderedDict[Key, _Cache] = OrderedDict()

    def copy(self) -> Rewrites:
        """Another one that goes on from here by itself."""
        other = Rewrites(self._life, self._bought, self._reading)
        other._by = OrderedDict((key, copy(cache)) for key, cache in self._by.items())
        return other

    def take(self, row: Spent) -> tuple[int, Callable[[], Fraction | None]] | None:
        """The tokens written anew, and their amount (``None``: not known); ``None``: it wrote nothing anew."""
        session, model, kind = row.session, row.model, row.kind
        if session is None or model is None or kind not in _CONVERSATIONS or not row.prompt:
            return None
        key = (session, row.vendor, model, kind)
        if row.several:
            self._by.pop(key, None)
            return None
        wrote = row.cache_write + row.cache_write_1h + row.cache_write_12h
        before = self._by.get(key)
        if not wrote and not row.cache_read:
            if before is not None and not row.exact:
                before.used_us = row.started_us
            return None
        if before is None:
            before = self._by[key] = _Cache(row.started_us)
            self._forget(row.started_us)
            tokens, lapsed = 0, True
        else:
            self._by.move_to_end(key)
            lapsed = before.life_us is not None and row.started_us - before.used_us > before.life_us
            tokens = min(before.held - row.cache_read, wrote) if lapsed and _goes_on(before, row) else 0
        self._use(before, row, wrote, lapsed=lapsed)
        if tokens <= 0:
            return None
        return tokens, lambda: self._amount(row, tokens)

    def _use(self, cache: _Cache, row: Spent, wrote: int, *, lapsed: bool) -> None:
        life = self._buys(row) if wrote else None
        if life is not None and (lapsed or cache.life_us is None or life > cache.life_us):
            cache.life_us = life
        cache.used_us = row.started_us
        cache.held = row.cache_read + wrote
        cache.size = row.context_bytes
        cache.prompt = row.prompt

    def _buys(self, row: Spent) -> int | None:
        """How long what this row wrote lives."""
        for name, written in zip(_WRITES, (row.cache_write_12h, row.cache_write_1h), strict=False):
            if written:
                return self._bought.get(name)
        return self._life(row.vendor, row.model or "")

    def _amount(self, row: Spent, tokens: int) -> Fraction | None:
        """What writing so many of a row's tokens cost more than reading them would have."""
        if row.pico == 0:
            return Fraction(0)
        cost = components(row.components)
        read = Fraction(cost["cache_read"], row.cache_read) if row.cache_read and "cache_read" in cost else None
        total = Fraction(0)
        for name in _WRITES:
            written = getattr(row, name)
            some = min(written, tokens)
            if not some:
                continue
            if name not in cost:
                return None
            write = Fraction(cost[name], written)
            if read is None:
                share = self._reading(row, name)
                if share is None:
                    return None
                total += some * write * (1 - share)
            else:
                total += some * (write - read)
            tokens -= some
        return total

    def _forget(self, now_us: int) -> None:
        while len(self._by) > 1:
            key, cache = next(iter(self._by.items()))
            if cache.used_us + WEEK_US >= now_us:
                return
            del self._by[key]


def _goes_on(before: _Cache, row: Spent) -> bool:
    if before.size and row.context_bytes:
        return row.context_bytes >= before.size
    return row.prompt >= before.prompt
