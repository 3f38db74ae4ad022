"""The catalogue of dialects: which module understands which call.

Adding a vendor's format is one new module with a ``claim`` function, and its name in ``_MODULES``.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from trayapp.dialects import anthropic, gemini, openai_chat, openai_responses
from trayapp.dialects.dialect import Dialect
from trayapp.values import Usage

_MODULES: Final[tuple[Callable[[str, str], Dialect | None], ...]] = (
    anthropic.claim,
    openai_responses.claim,
    openai_chat.claim,
    gemini.claim,
)

_PATHS: Final = {
    anthropic.WIRE: "/v1/messages",
    openai_chat.WIRE: "/v1/chat/completions",
    openai_responses.WIRE: "/v1/responses",
    gemini.WIRE: "/v1beta/models/any:generateContent",
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


def usage_of(wire: str, document: bytes) -> Usage:
    """Read the usage out of one whole response body, or out of an object that holds just its usage.

    Args:
        wire: one of ``WIRES``.
        document: JSON, plain.

    Raises:
        KeyError: no such wire format is known.
    """
    dialect = recognise("", "POST", _PATHS[wire])
    if dialect is None:
        raise KeyError(wire)
    reader = dialect.reader(content_type="application/json", content_encoding="", status=200)
    reader.feed(document)
    return reader.finish()
