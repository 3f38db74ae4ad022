"""What each OpenAI model takes.

Sources, all read 2026-11-26:

* efforts: developers.openai.com/api/docs/guides/reasoning and the model pages quoted in anomalyco/opencode#36141
  (2026-07, "none, low, medium, high, xhigh, max" for 5.6) and docs.oxen.ai (5.5: none to xhigh); which of the 6 family
  lack ``none``: the price list of litellm 1.109.1; what Codex offers, ``ultra`` among it: ``codex debug models`` of
  0.169.0;
* limits: the same model pages (1,050,000 in all, 128,000 out) and price list;
* the lite family: ``use_responses_lite`` in ``codex debug models``; its refusals: Wei-Shaw/sub2api#4455, #4771 and
  #4357 (2026-07).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Final


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenAIModel:
    """One model's limits and parameters."""

    window: int = 922_000
    """Input tokens."""
    max_output: int = 128_000
    efforts: tuple[str, ...] = ()
    """Of ``reasoning.effort``; none: it does not reason."""
    default_effort: str = "medium"
    ultra: bool = False
    """Whether Codex may ask for ``ultra``."""
    lite: bool = False
    """Whether Codex speaks to it in the lite shape only."""


_MAX: Final = ("none", "low", "medium", "high", "xhigh", "max")
_SOME: Final = _MAX[1:]
_XHIGH: Final = _MAX[:-1]
_LITE: Final = OpenAIModel(efforts=_MAX, ultra=True, lite=True)
_FULL: Final = OpenAIModel(efforts=_XHIGH)
_SMALL: Final = replace(_FULL, window=272_000)
_OLD: Final = replace(_SMALL, efforts=("minimal", "low", "medium", "high"))
_PLAIN: Final = OpenAIModel(window=1_014_807, max_output=32_768, default_effort="")
_OMNI: Final = OpenAIModel(window=128_000, max_output=16_384, default_effort="")

MODELS: Final[dict[str, OpenAIModel]] = {
    "gpt-6-astra": replace(_LITE, efforts=_SOME),
    "gpt-6.1-sol": replace(_LITE, efforts=_SOME),
    "gpt-6.1-terra": _LITE,
    "gpt-6-sol": _LITE,
    "gpt-6-luna": replace(_LITE, ultra=False),
    "gpt-5.6": _LITE,
    "gpt-5.6-sol": _LITE,
    "gpt-5.6-terra": _LITE,
    "gpt-5.6-luna": replace(_LITE, ultra=False),
    "gpt-5.5": _FULL,
    "gpt-5.5-pro": replace(_FULL, efforts=("medium", "high", "xhigh")),
    "gpt-5.4": _FULL,
    "gpt-5.4-pro": replace(_FULL, efforts=("medium", "high", "xhigh")),
    "gpt-5.4-mini": _SMALL,
    "gpt-5.4-nano": _SMALL,
    "gpt-5.3-codex": _SMALL,
    "gpt-5.2": _SMALL,
    "gpt-5.1": replace(_SMALL, efforts=("none", "low", "medium", "high"), default_effort="none"),
    "gpt-5": _OLD,
    "gpt-5-mini": _OLD,
    "gpt-5-nano": _OLD,
    "gpt-4.1": _PLAIN,
    "gpt-4.1-mini": _PLAIN,
    "gpt-4o": _OMNI,
    "gpt-4o-mini": _OMNI,
    "o3": OpenAIModel(window=200_000, max_output=100_000, efforts=("low", "medium", "high")),
    "o4-mini": OpenAIModel(window=200_000, max_output=100_000, efforts=("low", "medium", "high")),
}

_DATE: Final = re.compile(r"-20\d\d-\d\d-\d\d\Z")
_OURS: Final = re.compile(r"(gpt-|o\d|chatgpt|codex)")


def name_of(model: object) -> str:
    """A model's name without the date of its snapshot."""
    return _DATE.sub("", model) if isinstance(model, str) else ""


def is_known_elsewhere(model: object) -> bool:
    """Whether the name looks like no OpenAI model at all: the chat format is many vendors' (Mistral, Qwen, xAI)."""
    return isinstance(model, str) and not _OURS.match(model)


def listed(values: tuple[str, ...]) -> str:
    """Values as OpenAI lists them in an error: ``'low', 'medium', and 'high'``."""
    quoted = [f"'{value}'" for value in values]
    if len(quoted) < 3:
        return " and ".join(quoted)
    return f"{', '.join(quoted[:-1])}, and {quoted[-1]}"
