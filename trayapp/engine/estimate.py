"""How many tokens so many bytes are, learned from each finished call.

Everything that guesses tokens before the vendor has counted them lives here. For prompts there are two anchors, best
first:

* the same conversation: its last exact prompt size, plus the appended bytes at the model's ratio. Agents resend the
  whole conversation each turn, so only the growth is guessed;
* the model's own ratio of body bytes to prompt tokens, learned from finished calls (the first guess is 4 bytes a
  token: facts measured on recorded texts in 2026-11 lie between 2.9 and 4.5).

For answers there is the model's ratio of text bytes to tokens, and for the tokenizer the family's tokens for each one
of o200k, both as corrections of the figures that ``dialects.ratios`` knows.

Rules: estimates are drawn as estimates and never enter a row whose vendor gave exact counts; a ratio far from what it
should be is an accident (hidden thinking, pictures) and teaches nothing; at most ``KEEP`` models and conversations are
kept. Ratios by model name survive restarts (``learned``); conversations do not.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Mapping
from typing import Any, Final, TypeVar

_K = TypeVar("_K")
_V = TypeVar("_V")

FIRST_RATIO: Final = 4.0
"""Body bytes per prompt token before anything was learned."""
KEEP: Final = 256
_WEIGHT: Final = 0.2
_LOW, _HIGH = 1.0, 40.0
"""Bytes a token that can be: dense code points, and bodies that are mostly pictures."""
_ENOUGH: Final = 50
"""Tokens of an answer below which its framing would be learned rather than its text."""
_LONGEST: Final = 128
"""Characters of a model's name."""
_FAR: Final = 1.6
"""How far a learned figure may lie from the family's, as a factor."""


class Calibration:
    """Learned ratios; small."""

    def __init__(self, changed: Callable[[], None] = lambda: None) -> None:
        """``changed`` is called when there is something new to keep."""
        self.changed = changed
        self._ratios: OrderedDict[str, float] = OrderedDict()
        self._answers: OrderedDict[str, float] = OrderedDict()
        self._encodings: OrderedDict[str, float] = OrderedDict()
        self._anchors: OrderedDict[tuple[str, str], tuple[int, int]] = OrderedDict()

    def learn(self, model: str, session: str | None, context_bytes: int, prompt_tokens: int) -> None:
        """Take in one exact count of a prompt. Bytes and tokens ≤ 0 teach nothing."""
        if context_bytes <= 0 or prompt_tokens <= 0:
            return
        self._take(self._ratios, model, min(max(context_bytes / prompt_tokens, _LOW), _HIGH))
        if session:
            _put(self._anchors, (session, model), (context_bytes, prompt_tokens))

    def learn_answer(self, model: str, text_bytes: int, tokens: int, usual: float) -> None:
        """Take in one exact count of an answer whose whole text was seen.

        Args:
            model: as asked for.
            text_bytes: of the answer, thinking left out.
            tokens: billed for it, reasoning left out.
            usual: the family's bytes a token.
        """
        if tokens >= _ENOUGH and text_bytes > 0 and usual / _FAR <= text_bytes / tokens <= usual * _FAR:
            self._take(self._answers, model, text_bytes / tokens)

    def learn_encoding(self, family: str, counted: int, tokens: int, usual: float) -> None:
        """Take in one text of which both the tokenizer's and the vendor's count are known."""
        if counted >= _ENOUGH and usual / _FAR <= tokens / counted <= usual * _FAR:
            self._take(self._encodings, family, tokens / counted)

    def anchored(self, model: str, session: str | None) -> bool:
        """Whether the conversation's last prompt is known exactly."""
        return session is not None and (session, model) in self._anchors

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

    def answer_ratio(self, model: str | None) -> float | None:
        """Bytes of an answer's text that make one token; ``None`` before anything was learned."""
        return None if model is None else self._answers.get(model)

    def per_o200k(self, family: str, usual: float) -> float:
        """A family's tokens for each token of the tokenizer."""
        return self._encodings.get(family, usual)

    def kept(self) -> dict[str, dict[str, float]]:
        """What shall survive a restart: numbers and names of models."""
        parts = {"prompt": self._ratios, "answer": self._answers, "encoding": self._encodings}
        return {name: {key: round(ratio, 4) for key, ratio in ratios.items()} for name, ratios in parts.items()}

    def restore(self, kept: Mapping[str, Any]) -> None:
        """Take in what survived; what is not as it should be is left out."""
        parts = {"prompt": (self._ratios, _LOW, _HIGH), "answer": (self._answers, 1.0, 10.0)}
        parts["encoding"] = (self._encodings, 0.5, 3.0)
        for name, (ratios, low, high) in parts.items():
            found = kept.get(name)
            for key, ratio in tuple(found.items())[-KEEP:] if isinstance(found, dict) else ():
                if 0 < len(key) <= _LONGEST and type(ratio) in (int, float) and low <= ratio <= high:
                    _put(ratios, key, float(ratio))

    def _take(self, ratios: OrderedDict[str, float], key: str, ratio: float) -> None:
        old = ratios.get(key)
        _put(ratios, key, ratio if old is None else old + _WEIGHT * (ratio - old))
        self.changed()


def _put(kept: OrderedDict[_K, _V], key: _K, value: _V) -> None:
    """Keep the newest ``KEEP``."""
    kept[key] = value
    kept.move_to_end(key)
    if len(kept) > KEEP:
        kept.popitem(last=False)
