"""How the simulated vendor counts a prompt, and what its prompt cache remembers.

Everything that turns a request body into token counts lives here.

Rules: tokens are bytes over a ratio of the model's family; the parts (uncached, read, written) always add up to the
whole. A cache knows which prefixes a credential has sent to a model and forgets them after their life; it stores
digests, never text.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from typing import Final

from trayapp.values import Leg

MINIMUM: Final = 1024
"""Shorter prefixes are never cached (tokens)."""

_RATIOS: Final = (("claude", 2.88), ("gemini", 4.48), ("gpt", 4.26))
"""Bytes of a request a token, measured on coding-tool requests of each family in 2026-11."""
_MARK = re.compile(rb',?\s*"cache_control"\s*:\s*\{[^{}]*\}')
_HOUR = re.compile(rb'"ttl"\s*:\s*"1h"')
_LIMIT = 50_000


def ratio(model: str) -> float:
    """Bytes a token for a model's family."""
    return next((value for family, value in _RATIOS if family in model), 4.0)


def tokens(size: int, model: str) -> int:
    """Tokens of ``size`` bytes, at least 1."""
    return max(1, round(size / ratio(model)))


@dataclass(slots=True)
class Prompt:
    """A prompt in the order in which its vendor caches it."""

    segments: list[bytes]
    """Tools, system text and messages as raw JSON."""
    explicit: bool = False
    """Whether only what ``cache_control`` marks is cached (Anthropic), or everything (the others)."""
    writes: bool = True
    """Whether writing to the cache is counted and billed."""
    step: int = 1
    """Cached tokens come in multiples of this."""


class PrefixMemory:
    """The prompt caches of all credentials and models. For one thread."""

    def __init__(self, life_s: float = 300.0, clock: Callable[[], float] = time.monotonic) -> None:
        self._life = life_s
        self._clock = clock
        self._seen: dict[bytes, float] = {}

    def count(self, prompt: Prompt, model: str, key: str) -> Leg:
        """Count a prompt and remember its prefixes. ``output`` of the result is 0."""
        whole = tokens(sum(map(len, prompt.segments)), model)
        marked = _last_mark(prompt)
        chain = _chain(prompt.segments[:marked], model, key)
        now = self._clock()
        read_segments = 0
        for i in range(len(chain) - 1, -1, -1):
            if self._seen.get(chain[i], -1.0) > now:
                read_segments = i + 1
                break
        for digest in chain:
            self._seen[digest] = now + self._life
        if len(self._seen) > _LIMIT:
            self._seen = {d: until for d, until in self._seen.items() if until > now}
        cached = self._tokens(prompt, marked, model)
        read = min(self._tokens(prompt, read_segments, model), cached)
        if cached < MINIMUM:
            return Leg(input=whole)
        if read < MINIMUM:
            read = 0
        write = cached - read if prompt.writes else 0
        hourly = prompt.explicit and any(_HOUR.search(s) for s in prompt.segments)
        return Leg(
            input=whole - read - write,
            cache_read=read,
            cache_write=0 if hourly else write,
            cache_write_1h=write if hourly else 0,
        )

    @staticmethod
    def _tokens(prompt: Prompt, segments: int, model: str) -> int:
        size = sum(map(len, prompt.segments[:segments]))
        return int(size / ratio(model)) // prompt.step * prompt.step


def _last_mark(prompt: Prompt) -> int:
    """How many segments, from the first, may be cached."""
    if not prompt.explicit:
        return len(prompt.segments)
    for i in range(len(prompt.segments) - 1, -1, -1):
        if b'"cache_control"' in prompt.segments[i]:
            return i + 1
    return 0


def _chain(segments: Sequence[bytes], model: str, key: str) -> list[bytes]:
    """A digest for each prefix; the markers themselves wander from turn to turn and do not count."""
    digest = blake2b(f"{model}\0{key}".encode(), digest_size=12).digest()
    out = []
    for segment in segments:
        digest = blake2b(digest + _MARK.sub(b"", segment), digest_size=12).digest()
        out.append(digest)
    return out
