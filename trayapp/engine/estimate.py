"""How many tokens so many bytes are, learned from each finished call.

Everything that guesses input tokens before the vendor has counted them lives here. Two anchors, best first:

* the same conversation: its last exact prompt size, plus the appended bytes at the model's ratio. Agents resend the
  whole conversation each turn, so only the growth is guessed;
* the model's own ratio of body bytes to prompt tokens, learned from finished calls (the first guess is 4 bytes a
  token: facts measured on recorded texts in 2026-11 lie between 2.9 and 4.5).

Estimates are drawn as estimates and never enter a row whose vendor gave exact counts.
"""

from __future__ import annotations

from collections import OrderedDict
from typing import Final

FIRST_RATIO: Final = 4.0
"""Body bytes per prompt token before anything was learned."""
_KEEP: Final = 256
_WEIGHT: Final = 0.2


class Calibration:
    """Learned ratios; small, in memory, never persisted."""

    def __init__(self) -> None:
        self._ratios: dict[str, float] = {}
        self._anchors: OrderedDict[tuple[str, str], tuple[int, int]] = OrderedDict()

    def learn(self, model: str, session: str | None, context_bytes: int, prompt_tokens: int) -> None:
        """Take in one exact count. Bytes and tokens ≤ 0 teach nothing."""
        if context_bytes <= 0 or prompt_tokens <= 0:
            return
        ratio = min(max(context_bytes / prompt_tokens, 1.0), 40.0)
        old = self._ratios.get(model)
        self._ratios[model] = ratio if old is None else old + _WEIGHT * (ratio - old)
        if session:
            key = (session, model)
            self._anchors[key] = (context_bytes, prompt_tokens)
            self._anchors.move_to_end(key)
            if len(self._anchors) > _KEEP:
                self._anchors.popitem(last=False)

    def prompt_tokens(self, model: str, session: str | None, context_bytes: int) -> int:
        """Estimated prompt tokens of a body of that size."""
        ratio = self._ratios.get(model, FIRST_RATIO)
        anchor = self._anchors.get((session, model)) if session else None
        if anchor is None:
            return max(round(context_bytes / ratio), 0)
        seen_bytes, seen_tokens = anchor
        if context_bytes < seen_bytes:
            # Compacted or another branch of the conversation: the anchor's own ratio is the better guess.
            return round(context_bytes * seen_tokens / seen_bytes)
        return seen_tokens + round((context_bytes - seen_bytes) / ratio)
