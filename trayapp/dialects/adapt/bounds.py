"""Why a request may not be changed, and what it goes on from.

Everything that keeps us from touching a request's bytes lives here. Facts (measured 2026-11-23): with the vendor's own
host, Claude Code sends a class of request in two headers and a hash over the body (``cch=``) in a billing header that
is the first text of ``system``; with another host it sends neither. AWS signs head and body (SigV4).
Rules: pure, nothing raises; what cannot be read is no reason here.
"""

from __future__ import annotations

import re
from typing import Final

from trayapp.dialects import asker, fields
from trayapp.dialects.adapt.document import Document, items
from trayapp.dialects.dialect import RequestView

_SIGNED: Final = (b"x-amz-content-sha256", b"x-amz-signature", b"signature", b"signature-input")
_HASHED: Final = (b"digest", b"content-digest", b"repr-digest", b"content-md5")
_FIRST_PARTY: Final = (b"x-claude-code-request-class", b"x-claude-1p-request-class")
_BILLED: Final = re.compile(r"\s*x-anthropic-billing-header:[^\n]*\bcch=")


def unchangeable(view: RequestView, body: Document | None) -> str | None:
    """Why a request's bytes may not be changed at all: ``signed``, ``hashed`` or ``first_party``; else ``None``.

    Args:
        view: the request's head.
        body: its plain body; ``None``: it cannot be read, and says nothing.
    """
    headers = asker.index(view.headers)
    if headers.get(b"authorization", b"").lstrip().upper().startswith(b"AWS4-") or _any(headers, _SIGNED):
        return "signed"
    if _any(headers, _HASHED):
        return "hashed"
    if _any(headers, _FIRST_PARTY):
        return "first_party"
    system = body.raw("system") if body is not None else None
    if system is not None and b"cch=" in system and _bills(fields.parse(system)):
        return "hashed"
    return None


def _any(headers: asker.Headers, names: tuple[bytes, ...]) -> bool:
    return any(name in headers for name in names)


def _bills(system: object) -> bool:
    blocks = system if isinstance(system, list) else [{"text": system}]
    texts = (block.get("text") for block in blocks if isinstance(block, dict))
    return any(isinstance(text, str) and _BILLED.match(text) is not None for text in texts)


def chained(wire: str, body: Document) -> bool:
    """Whether a request goes on from what its vendor keeps for the model that was asked before.

    That is an earlier response or conversation (Responses, LM Studio), an item that is only referred to, a container
    (Anthropic), cached content (Gemini: it belongs to one model) or a context of token ids (Ollama).
    """
    if wire in ("openai-responses", "lmstudio"):
        if any(_says(body.value(name)) for name in ("previous_response_id", "conversation")):
            return True
        raw = body.raw("input")
        return raw is not None and b'"item_reference"' in raw and any(map(_refers, items(raw) or ()))
    if wire in ("anthropic-messages", "bedrock-invoke"):
        container = body.value("container")
        return _says(container.get("id") if isinstance(container, dict) else container)
    if wire == "gemini":
        inner = body.part("request") or body
        return any(_says(inner.value(name)) for name in ("cachedContent", "cached_content"))
    if wire == "ollama":
        return _says(body.value("context"))
    return False


def before(wire: str, body: Document) -> str | None:
    """The id of the earlier response that a request goes on from (Responses), if it names one."""
    return fields.name(body.value("previous_response_id")) if wire == "openai-responses" else None


def keeps(wire: str, body: Document) -> bool:
    """Whether the vendor keeps the answer, so that later requests may go on from it (Responses: unless told not to)."""
    return wire == "openai-responses" and body.value("store") is not False


def _refers(item: bytes) -> bool:
    return fields.part({"i": fields.parse(item)}, "i").get("type") == "item_reference"


def _says(value: object) -> bool:
    return value not in (None, "", [], {})
