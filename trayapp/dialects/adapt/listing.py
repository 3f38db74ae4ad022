"""What vendors say of their models when asked: one entry of a listing becomes a ``Capability``.

Everything that reads ``GET /v1/models`` (Anthropic: ``ModelInfo`` of SDK 2.12), Gemini's ``models.get`` and
``models.list`` (``inputTokenLimit``, ``outputTokenLimit``, ``thinking``; google-genai 3.4) and Codex's
``/models`` (``codex debug models`` of 0.169) lives here, facts of 2026-11.

Rules: what an entry does not say stays unknown; foreign bytes never raise; at most ``MOST`` entries.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from trayapp.dialects import fields
from trayapp.dialects.adapt.capability import Capability, canonical
from trayapp.dialects.adapt.known_models import LITE
from trayapp.dialects.adapt.levels import ORDER
from trayapp.dialects.fields import Flags

MOST: Final = 2000
"""Entries of one listing that are read."""
_TYPES: Final = ("adaptive", "between_tools", "disabled", "enabled")


def listed(body: bytes) -> tuple[Capability, ...]:
    """All models that a plain body tells of: a listing (``data``, ``models``) or a single entry. Never raises."""
    found = fields.parse(body)
    if not isinstance(found, dict):
        return ()
    for key in ("data", "models"):
        entries = found.get(key)
        if isinstance(entries, list):
            read = (capability_from_listing(entry) for entry in entries[:MOST] if isinstance(entry, dict))
            return tuple(one for one in read if one is not None)
    one = capability_from_listing(found)
    return () if one is None else (one,)


def capability_from_listing(item: Mapping[str, Any]) -> Capability | None:
    """What one entry says; ``None`` when it says nothing that we use. Never raises."""
    if not isinstance(item, dict):
        return None
    slug = fields.name(item.get("slug"))
    if slug is not None:
        return _codex(slug, item)
    resource = fields.name(item.get("name"))
    if resource is not None and ("inputTokenLimit" in item or "outputTokenLimit" in item):
        return _gemini(resource, item)
    model = fields.name(item.get("id"))
    return None if model is None else _anthropic(model, item)


def _positive(item: Mapping[str, Any], key: str) -> int | None:
    return fields.count(item, key, Flags()) or None


def _supported(part: Mapping[str, Any], key: str) -> bool | None:
    said = fields.part(part, key).get("supported")
    return said if isinstance(said, bool) else None


def _anthropic(model: str, item: Mapping[str, Any]) -> Capability | None:
    output, window = _positive(item, "max_tokens"), _positive(item, "max_input_tokens")
    able = fields.part(item, "capabilities")
    thinking = fields.part(able, "thinking")
    types: frozenset[str] | None = None
    if isinstance(thinking.get("types"), dict):
        said = {kind: _supported(thinking["types"], kind) for kind in _TYPES}
        types = frozenset(kind for kind, yes in said.items() if yes)
        if thinking.get("supported") is False:
            # "disabled" says nothing there: a model without thinking takes it.
            types = types & {"disabled"}
    effort = fields.part(able, "effort")
    efforts: frozenset[str] | None = None
    if effort.get("supported") is False:
        efforts = frozenset()
    elif effort.get("supported") is True:
        efforts = frozenset(level for level in ORDER if _supported(effort, level)) or None
    if output is None and window is None and types is None and efforts is None:
        return None
    return Capability(
        model=canonical("anthropic-messages", model),
        max_output=output,
        window=window,
        thinking=types,
        efforts=efforts,
    )


def _gemini(resource: str, item: Mapping[str, Any]) -> Capability | None:
    output, window = _positive(item, "outputTokenLimit"), _positive(item, "inputTokenLimit")
    none = item.get("thinking") is False
    if output is None and window is None and not none:
        return None
    return Capability(
        model=canonical("gemini", resource.rpartition("/")[2]),
        max_output=output,
        window=window,
        thinking=frozenset() if none else None,
    )


def _codex(slug: str, item: Mapping[str, Any]) -> Capability | None:
    levels = item.get("supported_reasoning_levels")
    efforts: frozenset[str] | None = None
    if isinstance(levels, list):
        words = (level.get("effort") for level in levels if isinstance(level, dict))
        efforts = frozenset(word for word in words if isinstance(word, str) and word in ORDER) or None
    default = item.get("default_reasoning_level")
    return Capability(
        model=canonical("openai-responses", slug),
        window=_positive(item, "max_context_window") or _positive(item, "context_window"),
        efforts=efforts,
        default_effort=default if isinstance(default, str) and default in ORDER else None,
        family=LITE if item.get("use_responses_lite") is True else "",
    )
