"""OpenAI's usage objects, in both of their shapes, and the dialects of them that compatible vendors speak.

Everything that turns one usage object of the Chat or the Responses API into a ``Leg`` lives here. Facts: OpenAI's
SDK 3.54 types, recorded bodies of compatible vendors, and vendors' documents (2026-11-23).

Rules:

* prompt counts include the cached and the written tokens and the audio; they are made disjoint here. More cached
  than prompt is clamped and flagged ``cached_exceeds_prompt``;
* reasoning, audio and prediction tokens are parts of the completion. Two vendors leave reasoning out: xAI's chat
  (total = prompt + completion + reasoning) and Google's compatible endpoint (total − prompt is billed). Both are
  recognised by their sums and flagged ``output_from_total``;
* cached tokens go by several names (DeepSeek, Moonshot, Mistral), written ones too (Qwen, LiteLLM's gateway); the
  first one that is there counts, once;
* a stated amount (OpenRouter ``cost``, Perplexity ``cost.total_cost``, xAI ``cost_in_usd_ticks`` of 1e-10 USD) is kept
  exactly;
* Mistral's ``prompt_audio_seconds`` are billed by time: flagged ``audio_seconds``, which no rate covers.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Final

from trayapp.dialects import fields
from trayapp.dialects.fields import Flags
from trayapp.values import Leg

_TICKS: Final = Decimal(10) ** 10
_PROMPT: Final = ("prompt_tokens", "input_tokens")
_WRITTEN: Final = ("cache_write_tokens", "cache_creation_input_tokens", "cache_creation_tokens")
_COMPLETION: Final = ("completion_tokens", "output_tokens")


def prompt_and_output(usage: dict[str, Any], flags: Flags) -> tuple[int | None, int | None]:
    """Prompt tokens (cached ones included) and output tokens, each ``None`` when not said.

    An answer without completion (embeddings) has an output of 0: its total equals its prompt.
    """
    prompt = fields.first_count(usage, _PROMPT, flags)
    output = fields.first_count(usage, _COMPLETION, flags)
    total = fields.count(usage, "total_tokens", flags)
    if output is None and prompt is not None and total == prompt:
        output = 0
    return prompt, output


def leg(usage: dict[str, Any], flags: Flags, *, model: str | None = None) -> Leg:
    """The usage as disjoint counts.

    Args:
        usage: the decoded object.
        flags: where oddities are noted.
        model: the serving model, for the vendors that hide thinking.
    """
    prompt, output = prompt_and_output(usage, flags)
    prompt, output = prompt or 0, output or 0
    prompt_parts = _details(usage, flags, "prompt_tokens_details", "input_tokens_details")
    output_parts = _details(usage, flags, "completion_tokens_details", "output_tokens_details")

    cached = fields.count(prompt_parts, "cached_tokens", flags)
    if cached is None:
        cached = fields.first_count(usage, ("prompt_cache_hit_tokens", "cached_tokens", "num_cached_tokens"), flags)
    cached = cached or 0
    written = fields.first_count(prompt_parts, _WRITTEN, flags) or 0
    written_12h = (
        fields.count(fields.part(prompt_parts, "cache_write_tokens_details", flags), "ttl_12h_tokens", flags) or 0
    )
    audio = fields.count(prompt_parts, "audio_tokens", flags) or 0
    cached_audio = fields.count(fields.part(prompt_parts, "cached_tokens_details"), "audio_tokens", flags) or 0

    if fields.count(usage, "prompt_audio_seconds", flags):
        flags.add("audio_seconds")
    if cached + written > prompt:
        flags.add("cached_exceeds_prompt")
        cached = min(cached, prompt)
        written = min(written, prompt - cached)
    if written_12h > written:
        flags.add("cache_split_mismatch")
        written_12h = written
    if audio > prompt:
        flags.add("audio_exceeds_prompt")
        audio = prompt
    cached_audio = min(cached_audio, cached, audio)
    plain_audio = min(audio - cached_audio, prompt - cached - written)

    reasoning = fields.count(output_parts, "reasoning_tokens", flags) or 0
    output = _whole_output(usage, flags, prompt, output, reasoning, model)
    output_audio = min(fields.count(output_parts, "audio_tokens", flags) or 0, output)
    output_image = min(fields.count(output_parts, "image_tokens", flags) or 0, output - output_audio)
    text = output - output_audio - output_image
    return Leg(
        input=prompt - cached - written - plain_audio,
        cache_read=cached - cached_audio,
        cache_write=written - written_12h,
        cache_write_12h=written_12h,
        output=text,
        reasoning=min(reasoning, text),
        input_audio=plain_audio,
        cache_read_audio=cached_audio,
        output_audio=output_audio,
        output_image=output_image,
    )


def stated(usage: dict[str, Any], flags: Flags) -> int | None:
    """The amount that the vendor itself states, in pico-USD, or ``None``."""
    ticks = fields.count(usage, "cost_in_usd_ticks", flags)
    if ticks is not None:
        return fields.pico(Decimal(ticks) / _TICKS, flags)
    said = usage.get("cost")
    cost = fields.pico(said.get("total_cost") if isinstance(said, dict) else said, flags)
    if cost is None or usage.get("is_byok") is not True:
        return cost
    # With the user's own key the router charges its fee; the upstream's price is paid beside it.
    upstream = fields.pico(fields.part(usage, "cost_details").get("upstream_inference_cost"), flags)
    return None if upstream is None else cost + upstream


def _whole_output(
    usage: dict[str, Any], flags: Flags, prompt: int, output: int, reasoning: int, model: str | None
) -> int:
    total = fields.count(usage, "total_tokens", flags)
    if total is None or total <= prompt + output:
        return output
    hidden = total - prompt - output
    if (reasoning and hidden == reasoning) or (model or "").lower().rpartition("/")[2].startswith("gemini"):
        flags.add("output_from_total")
        return output + hidden
    flags.add("total_disagrees")
    return output


def _details(usage: dict[str, Any], flags: Flags, *names: str) -> Mapping[str, Any]:
    found = (fields.part(usage, name, flags) for name in names)
    return next((part for part in found if part), {})
