"""The catalogue of dialects: which module understands which call.

Adding a vendor's format is one new module with a ``claim`` function, and its name in ``_MODULES``.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from trayapp.dialects import (
    anthropic,
    bedrock_converse,
    bedrock_invoke,
    gemini,
    llamacpp,
    lmstudio,
    ollama,
    openai_chat,
    openai_responses,
)
from trayapp.dialects.dialect import Dialect
from trayapp.dialects.reader import ResponseReader
from trayapp.values import Usage

_MODULES: Final[tuple[Callable[[str, str], Dialect | None], ...]] = (
    anthropic.claim,
    openai_responses.claim,
    openai_chat.claim,
    gemini.claim,
    bedrock_invoke.claim,
    bedrock_converse.claim,
    ollama.claim,
    lmstudio.claim,
    llamacpp.claim,
)

_PATHS: Final = {
    anthropic.WIRE: "/v1/messages",
    openai_chat.WIRE: "/v1/chat/completions",
    openai_responses.WIRE: "/v1/responses",
    gemini.WIRE: "/v1beta/models/any:generateContent",
    bedrock_invoke.WIRE: "/model/any/invoke",
    bedrock_converse.WIRE: "/model/any/converse",
    ollama.WIRE: "/api/chat",
    lmstudio.WIRE: "/api/v1/chat",
    llamacpp.WIRE: "/completion",
}

WIRES: Final = tuple(_PATHS)
"""The names of all wire formats."""


def recognise(vendor: str, method: str, path: str) -> Dialect | None:
    """The dialect of a call, or ``None`` when it passes through unmetered and makes no row.

    Args:
        vendor: the route's name.
        method: the HTTP method; only ``POST`` costs anything.
        path: the vendor's path without query, as ``frontdoor.Entry.path``.
    """
    if method != "POST":
        return None
    for claim in _MODULES:
        dialect = claim(vendor, path)
        if dialect is not None:
            return dialect
    return None


def reader_of(wire: str, *, content_type: str = "application/json", status: int = 200) -> ResponseReader:
    """A reader for an answer in a known wire format, when there is no request to ask the dialect for one.

    Args:
        wire: one of ``WIRES``.
        content_type: of the body that will be fed.
        status: the HTTP status.

    Raises:
        KeyError: no such wire format is known.
    """
    dialect = recognise("", "POST", _PATHS[wire])
    if dialect is None:
        raise KeyError(wire)
    return dialect.reader(content_type=content_type, content_encoding="", status=status)


def usage_of(wire: str, document: bytes) -> Usage:
    """Read the usage out of one whole response body, or out of an object that holds just its usage.

    Args:
        wire: one of ``WIRES``.
        document: JSON, plain.

    Raises:
        KeyError: no such wire format is known.
    """
    reader = reader_of(wire)
    reader.feed(document)
    return reader.finish()
