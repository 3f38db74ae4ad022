"""Thinking that only the model that wrote it can read: finding its signatures.

Everything that finds signatures and encrypted reasoning in a conversation lives here: ``thinking.signature`` and
``redacted_thinking.data`` (Anthropic), ``encrypted_content`` of reasoning and compaction items (Responses),
``thoughtSignature`` of parts (Gemini, also in snake case). The wires' modules take them out.
Rules: in the order of the conversation; bounded (``MOST`` of them); pure, nothing raises.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any, Final

from trayapp.dialects import fields
from trayapp.dialects.adapt.document import Document, items

MOST: Final = 4096
"""Signatures that are given out; no conversation seen has a tenth of them."""
GEMINI_KEYS: Final = ("thoughtSignature", "thought_signature")


def signatures(wire: str, body: Document) -> tuple[str, ...]:
    """All signatures and encrypted reasoning texts in a request's body.

    They are the vendor's opaque texts, no one's words; still the caller keeps no more than their hashes.
    """
    return tuple(islice(_all(wire, body), MOST))


def of_block(block: object) -> str | None:
    """The signature of one block of an Anthropic message."""
    if not isinstance(block, dict):
        return None
    kind = block.get("type")
    if kind == "thinking":
        return _text(block, "signature")
    return _text(block, "data") if kind == "redacted_thinking" else None


def of_item(item: object) -> str | None:
    """The encrypted text of one item of a Responses input."""
    if not isinstance(item, dict) or item.get("type") not in ("reasoning", "compaction", "compaction_summary"):
        return None
    return _text(item, "encrypted_content")


def of_part(part: object) -> str | None:
    """The signature of one part of a Gemini turn."""
    if not isinstance(part, dict):
        return None
    return next((text for key in GEMINI_KEYS if (text := _text(part, key)) is not None), None)


def _all(wire: str, body: Document) -> Iterator[str]:
    if wire in ("anthropic-messages", "bedrock-invoke"):
        for message in _with(body, "messages", b"thinking"):
            content = message.get("content") if message.get("role") == "assistant" else None
            yield from _known(map(of_block, content if isinstance(content, list) else ()))
    elif wire == "openai-responses":
        yield from _known(map(of_item, _with(body, "input", b"encrypted_content")))
    elif wire == "gemini":
        for turn in _with(body.part("request") or body, "contents", b"ignature"):
            parts = turn.get("parts")
            yield from _known(map(of_part, parts if isinstance(parts, list) else ()))


def _with(body: Document, name: str, mark: bytes) -> Iterator[dict[str, Any]]:
    """The objects of a list that hold a mark; all others need no decoding."""
    for raw in items(body.raw(name)) or ():
        if mark in raw:
            found = fields.parse(raw)
            if isinstance(found, dict):
                yield found


def _known(found: Iterator[str | None]) -> Iterator[str]:
    return (signature for signature in found if signature is not None)


def _text(source: Mapping[str, Any], key: str) -> str | None:
    value = source.get(key)
    return value if isinstance(value, str) and value else None
