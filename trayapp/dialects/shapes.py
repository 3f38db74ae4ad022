"""Telling a wire format by what lies there: for recorded calls that do not say which one it was.

Everything that recognises a format without its request lives here: by the type of an event, by the names of a body's
or a usage object's fields. Live calls are recognised by their path (``catalogue``).

Rules: pure; a shape that two formats share is ``None``, unless the caller says whose it is; one level of wrapping is
looked through (``usage`` inside a body, ``response`` around Code Assist's).
"""

from __future__ import annotations

from typing import Any, Final

_EVENTS: Final = (
    ("response.", "openai-responses"),
    ("codex.", "openai-responses"),
    ("message_", "anthropic-messages"),
    ("content_block_", "anthropic-messages"),
    ("chat.", "lmstudio"),
    ("message.", "lmstudio"),
    ("reasoning.", "lmstudio"),
    ("model_load.", "lmstudio"),
    ("prompt_processing.", "lmstudio"),
)
"""How the types of events begin."""
_NAMES: Final = (
    (("usageMetadata", "promptTokenCount", "candidates", "promptFeedback"), "gemini"),
    (("prompt_eval_count", "eval_count", "done"), "ollama"),
    (("stats", "model_instance_id", "total_output_tokens"), "lmstudio"),
    (("tokens_evaluated", "tokens_predicted"), "llamacpp"),
    (("prompt_tokens", "completion_tokens", "choices"), "openai-chat"),
    (
        ("inputTokens", "outputTokens", "messageStart", "contentBlockDelta", "contentBlockStop", "messageStop"),
        "bedrock-converse",
    ),
    (
        (
            "chunk",
            "amazon-bedrock-invocationMetrics",
            "inputTokenCount",
            "generation_token_count",
            "inputTextTokenCount",
        ),
        "bedrock-invoke",
    ),
    (("cache_read_input_tokens", "cache_creation_input_tokens", "stop_reason", "iterations"), "anthropic-messages"),
    (("input_tokens_details", "output_tokens_details", "total_tokens", "output"), "openai-responses"),
)
"""Fields that only one format has, in the order in which they are looked for."""
_INSIDE: Final = ("usage", "response", "message", "metadata")


def wire_of(found: object, *, ambiguous: str | None = "anthropic-messages") -> str | None:
    """The wire format of a body, an event or a usage object; ``None`` when it does not say.

    Args:
        found: the object, decoded.
        ambiguous: what ``input_tokens`` and ``output_tokens`` alone are taken for: two formats have no more.
    """
    if not isinstance(found, dict):
        return None
    kind = found.get("type")
    if isinstance(kind, str):
        for start, wire in _EVENTS:
            if kind.startswith(start):
                return wire
    for names, wire in _NAMES:
        if not found.keys().isdisjoint(names):
            return wire
    for key in _INSIDE:
        inside: Any = found.get(key)
        if isinstance(inside, dict):
            wire_inside = wire_of(inside, ambiguous=ambiguous)
            if wire_inside is not None:
                return wire_inside
    return ambiguous if "input_tokens" in found else None
