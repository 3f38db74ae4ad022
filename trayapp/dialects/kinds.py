"""What a call is for: titles, probes, compaction and other side calls, told by structure.

Everything that recognises a call's kind lives here (structures measured with the real tools, 2026-11). A call is
``main`` unless its structure leaves no doubt: fields that only a side call sets, or a system prompt or last user
text that *begins* with a tool's own fixed words. Words further inside a text never decide, because users paste
anything. Texts are compared and dropped.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from trayapp.values import Kind

PROBE_OUTPUT: Final = 1
"""A probe asks for one token."""
PROBE_TEXT: Final = 32
"""A probe's text has at most this many bytes."""

_TITLE_KEYS: Final = (frozenset({"title"}), frozenset({"title", "isNewTopic"}), frozenset({"title", "branch"}))
_ROUTER_KEYS: Final = (
    frozenset({"complexity_reasoning", "complexity_score"}),
    frozenset({"reasoning", "model_choice"}),
)
_SYSTEM: Final = {
    "You are a helpful AI assistant tasked with summarizing conversations": Kind.COMPACTION,
    "You are the component that summarizes internal chat history into a given structure": Kind.COMPACTION,
    "You are a specialized system component responsible for distilling chat history": Kind.COMPACTION,
    "You are now acting as the managed memory extraction subagent": Kind.MEMORY,
    "You are a file search specialist": Kind.SUBAGENT,
    "You are a title generator": Kind.TITLE,
    "You are a specialized Task Routing AI": Kind.ROUTER,
}
"""How the tools' own system prompts for side calls begin."""
_USER: Final = {
    "Your task is to create a detailed summary of the conversation so far": Kind.COMPACTION,
    "CRITICAL: Respond with TEXT ONLY. Do NOT call any tools.": Kind.COMPACTION,
    "You are performing a CONTEXT CHECKPOINT COMPACTION": Kind.COMPACTION,
    "Web page content:": Kind.SUMMARY,
}
"""How the last user text of a side call begins."""
_WITH_TOOLS: Final = (Kind.COMPACTION, Kind.MEMORY, Kind.SUBAGENT)
"""Kinds that may offer tools; a title, a route or a summary never does."""


@dataclass(frozen=True, slots=True)
class Shape:
    """What decides a call's kind. Texts are looked up only when a field makes them worth it."""

    headers: Mapping[bytes, bytes]
    tools: bool
    """The request offers tools."""
    max_output: int | None
    messages: int
    """Messages in the conversation, system ones not counted where they stand apart."""
    schema: object
    """The JSON schema of a structured answer, decoded, or ``None``."""
    system: Callable[[], tuple[str, ...]]
    """Beginnings of the system prompt's texts."""
    last: Callable[[], tuple[str, ...]]
    """Beginnings of the last message's own texts, if a user's; tool results are not texts."""


def classify(shape: Shape) -> Kind:
    """The call's kind; ``main`` when in doubt."""
    headers = shape.headers
    told = _told_by_headers(headers)
    if told is not None:
        return told
    keys = _schema_keys(shape.schema)
    if not shape.tools:
        if keys in _TITLE_KEYS:
            return Kind.TITLE
        if keys in _ROUTER_KEYS:
            return Kind.ROUTER
        if shape.max_output == PROBE_OUTPUT and shape.messages <= 2 and _short(shape.last()):
            return Kind.PROBE
    spoken = _spoken(shape.system(), _SYSTEM) or _spoken(shape.last(), _USER)
    if spoken is not None and (not shape.tools or spoken in _WITH_TOOLS):
        return spoken
    if headers.get(b"x-claude-code-request-class", b"").strip().lower() == b"auxiliary":
        return Kind.OTHER
    return Kind.MAIN


def _told_by_headers(headers: Mapping[bytes, bytes]) -> Kind | None:
    """What a tool itself says. ``x-initiator: agent`` alone is any turn of a tool loop, so it says nothing."""
    sub = headers.get(b"x-openai-subagent", b"").strip().lower()
    if sub:
        if sub.startswith(b"compact"):
            return Kind.COMPACTION
        return Kind.MEMORY if sub.startswith(b"memory") else Kind.SUBAGENT
    interaction = headers.get(b"x-interaction-type", b"").lower()
    if b"subagent" in interaction:
        return Kind.SUBAGENT
    if b"compaction" in interaction:
        return Kind.COMPACTION
    return None


def _schema_keys(schema: object) -> frozenset[str] | None:
    properties: Any = schema.get("properties") if isinstance(schema, dict) else None
    return frozenset(properties) if isinstance(properties, dict) else None


def _spoken(texts: tuple[str, ...], table: Mapping[str, Kind]) -> Kind | None:
    for text in texts:
        start = text[:200].lstrip()
        if start.startswith(tuple(table)):
            return next(kind for opening, kind in table.items() if start.startswith(opening))
    return None


def _short(texts: tuple[str, ...]) -> bool:
    return 0 < len(texts) <= 2 and sum(len(text) for text in texts) <= PROBE_TEXT
