"""How many tokens a text makes, by model family: from its bytes, or from its count in OpenAI's o200k encoding.

Everything that knows one tokenizer from another lives here. The figures were measured on 256 recorded answers
(2026-11-23), as medians of each family:

* bytes a token: Claude from Opus 4.7, Sonnet 5, Haiku 5.5 and Fable on 2.88 (median error 2.4 %), older Claude 4.0
  (9.6 %), Gemini 4.48 (8 %), OpenAI 4.26 (7.6 %);
* tokens for each o200k token, an error of 2 to 3 % each: newer Claude 1.42, older 1.12, Gemini 1.04, Mistral 1.05,
  DeepSeek 1.03, Llama 1.015, Grok 0.96. OpenAI's own models count o200k; those that think bill some eight tokens of
  framing besides.

Estimates only: never a final count.
"""

from __future__ import annotations

import math
import re
from fractions import Fraction
from functools import lru_cache
from typing import Final, Literal

import msgspec

CLAUDE: Final = 2.88
CLAUDE_OLD: Final = 4.0
GEMINI: Final = 4.48
OPENAI: Final = 4.26

Thinking = Literal["shown", "summarised", "hidden"]
"""What of its thinking an answer carries: all, a summary (where it thinks at all), or perhaps nothing."""


class Family(msgspec.Struct, frozen=True, kw_only=True):
    """Models that count alike."""

    name: str
    bytes_per_token: float = OPENAI
    """Bytes of UTF-8 text that make one token."""
    per_o200k: float = 1.0
    """Tokens for each token of o200k."""
    framing: int = 0
    """Tokens of an answer that are no text."""
    thinking: Thinking = "shown"
    encoding: Literal["o200k_base", "cl100k_base"] = "o200k_base"

    def billed(self, counted: float, per_o200k: float | None = None) -> int:
        """An answer's tokens as the vendor would bill them.

        Args:
            counted: the text's tokens in ``encoding``.
            per_o200k: where something better than the family's figure was learned.
        """
        text = round(counted * (self.per_o200k if per_o200k is None else per_o200k))
        return text + self.framing if text else 0


_CLAUDE = Family(name="claude", bytes_per_token=CLAUDE, per_o200k=1.42, thinking="summarised")
_CLAUDE_OLD = Family(name="claude-old", bytes_per_token=CLAUDE_OLD, per_o200k=1.12, thinking="summarised")
_GEMINI = Family(name="gemini", bytes_per_token=GEMINI, per_o200k=1.04)
_GEMINI_THINKS = Family(name="gemini-thinking", bytes_per_token=GEMINI, per_o200k=1.04, thinking="hidden")
_OPENAI = Family(name="openai")
_FAMILIES: Final[tuple[tuple[re.Pattern[str], Family], ...]] = tuple(
    (re.compile(pattern, re.ASCII), family)
    for pattern, family in (
        (
            r"claude-(?:instant|v?[12]\b|3|(?:opus|sonnet|haiku)-4(?:[-.][0-6])?(?!\d)(?![-.][7-9])|opus-4-20)",
            _CLAUDE_OLD,
        ),
        ("claude", _CLAUDE),
        (r"gemini-(?:1|2\.0)", _GEMINI),
        ("gemini", _GEMINI_THINKS),
        ("deepseek", Family(name="deepseek", bytes_per_token=4.39, per_o200k=1.03)),
        ("llama", Family(name="llama", bytes_per_token=4.8, per_o200k=1.015)),
        (r"mi[sx]tral|pixtral|codestral|devstral|magistral", Family(name="mistral", per_o200k=1.05)),
        ("grok", Family(name="grok", bytes_per_token=4.4, per_o200k=0.96, thinking="hidden")),
        (r"gpt-(?:3\.5|35|4(?![.o1-9]))|text-embedding", Family(name="openai-old", encoding="cl100k_base")),
        (
            r"(?:^|[/.:])o\d|gpt-(?:[5-9]|\d\d)|codex|computer-use",
            Family(name="openai-thinking", framing=8, thinking="hidden"),
        ),
        (r"gpt-", _OPENAI),
    )
)
_BY_WIRE: Final = {
    "anthropic-messages": _CLAUDE,
    "bedrock-invoke": _CLAUDE,  # what coding tools invoke on Bedrock is Claude
    "gemini": _GEMINI_THINKS,
}


@lru_cache(1024)
def family(wire: str, model: str | None) -> Family:
    """The family of a model or, when its name says nothing, what usually speaks a wire format."""
    name = (model or "").lower()
    for pattern, found in _FAMILIES:
        if pattern.search(name):
            return found
    if name and wire == "bedrock-invoke":
        return _OPENAI
    return _BY_WIRE.get(wire, _OPENAI)


def ratio(wire: str, one: str | None, other: str | None) -> Fraction:
    """Tokens that the other model makes of a text for each of the one's."""
    a, b = family(wire, one).per_o200k, family(wire, other).per_o200k
    return Fraction(str(b)) / Fraction(str(a))


def bytes_per_token(wire: str, model: str | None) -> float:
    """Bytes of UTF-8 text that make one token."""
    return family(wire, model).bytes_per_token


def tokens(size: int, wire: str, model: str | None) -> int:
    """Estimated tokens of ``size`` bytes of text, rounded up, so that some text is never no tokens."""
    return at(size, bytes_per_token(wire, model))


def at(size: int, per_token: float) -> int:
    """Tokens of ``size`` bytes at ``per_token`` bytes each, rounded up."""
    return math.ceil(size / per_token - 1e-9)  # without it 426 bytes at 4.26 would be 101
