"""The texts of a request's body, for counting a prompt that no vendor has counted.

Everything that picks what a model reads out of a request lives here; it runs in the counting process, because a body
may be large. Rules:

* every format is read by one walk: what stands under the names in ``_READ`` is read by the model, other fields
  (model, limits, metadata) are not; schemas and offered tools count as the JSON that they are;
* what is no text counts as a flat ``PICTURE`` tokens; keys' and signatures' long codes count nothing;
* bounded in depth and length; what is no JSON has no texts.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

import msgspec

from trayapp.dialects.coding import decode_whole

PICTURE: Final = 1000
"""Tokens of a picture or a document, more or less: their size in bytes says nothing."""
MESSAGE: Final = 4
"""Tokens of a message's framing, more or less."""
MOST: Final = 64 << 20
_DEPTH: Final = 40

_READ: Final = frozenset(
    {
        "messages", "input", "instructions", "system", "systemInstruction", "system_instruction", "contents", "prompt",
        "tools", "functions", "toolConfig", "response_format", "text", "output_config", "output_format", "suffix",
    }
)  # fmt: skip
_WRAPPED: Final = "request"
"""Code Assist's envelope."""
_AS_JSON: Final = frozenset({"tools", "functions", "toolConfig", "response_format", "output_config", "output_format"})
_CODES: Final = frozenset(
    {"signature", "thoughtSignature", "thought_signature", "encrypted_content", "id", "type", "role", "call_id"}
    | {"tool_use_id", "tool_call_id", "cache_control", "cachePoint", "status", "media_type", "mimeType", "mime_type"}
)
_PICTURES: Final = frozenset(
    {"inlineData", "inline_data", "image_url", "input_audio", "bytes", "fileData", "file_data", "images"}
)
_DATA: Final = frozenset({"input", "args", "response"})
"""A tool's arguments and results, where they are objects."""


class Prompt(msgspec.Struct, frozen=True):
    """What a model reads of a request."""

    texts: tuple[str, ...]
    extra: int
    """Tokens of what is no text."""


def read(body: bytes, coding: str) -> Prompt | None:
    """The prompt of a request's body, or ``None`` when it cannot be read."""
    try:
        plain, _ = decode_whole(body, coding, limit=MOST)
        document = msgspec.json.decode(plain) if plain is not None else None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError, MemoryError):
        return None
    if not isinstance(document, dict):
        return None
    if isinstance(document.get(_WRAPPED), dict):
        document = document[_WRAPPED]
    texts: list[str] = []
    extra = 0
    for key, value in document.items():
        if key not in _READ or value is None:
            continue
        if key in _AS_JSON or (key == "text" and isinstance(value, dict)):
            texts.append(msgspec.json.encode(value).decode())
            continue
        if isinstance(value, list):
            extra += MESSAGE * len(value)
        for found in _walk(value, _DEPTH):
            if isinstance(found, str):
                texts.append(found)
            else:
                extra += found
    return Prompt(tuple(texts), extra)


def _walk(value: Any, depth: int) -> Iterator[str | int]:
    """The texts inside a value, and tokens for what is none."""
    if isinstance(value, str):
        yield value
    elif depth and isinstance(value, list):
        for item in value:
            yield from _walk(item, depth - 1)
    elif depth and isinstance(value, dict):
        if value.get("type") in ("base64", "image", "input_image", "document", "input_file"):
            yield PICTURE
            return
        for key, inner in value.items():
            if key in _PICTURES:
                yield PICTURE
            elif key in _DATA and isinstance(inner, dict):
                yield msgspec.json.encode(inner).decode()
            elif key not in _CODES:
                yield from _walk(inner, depth - 1)
