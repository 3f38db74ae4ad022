"""A refusal, and how each vendor words it in JSON.

Everything about the shape of a refusal lives here; what is refused is the checks' business.

Shapes: Anthropic SDK 2.13, OpenAI SDK 3.57, google-genai 3.6; the ChatGPT backend's ``detail``
(duolahypercho/codex-router#707, 2026-09-11).
"""

from __future__ import annotations

from dataclasses import dataclass

import msgspec

from trayapp.demo.script import Answer

_STATUSES = {400: "INVALID_ARGUMENT", 404: "NOT_FOUND"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """Why a request is not served."""

    message: str
    status: int = 400
    kind: str = "invalid_request_error"
    """The error's ``type`` (Anthropic, OpenAI)."""
    param: str | None = None
    """OpenAI: the parameter at fault."""
    code: str | None = None
    """OpenAI: the error's code."""
    rule: str = ""
    """A short name for tests, the same on all wires where the cause is the same."""
    detail: bool = False
    """The ChatGPT backend's own shape, ``{"detail": …}``."""


def answer(refused: Refused, vendor: str, request_id: str, *, in_array: bool = False) -> Answer:
    """The refusal as ``vendor`` sends it; ``in_array``: Gemini's error to a stream that is a JSON array."""
    if vendor == "anthropic":
        error = {"type": refused.kind, "message": refused.message}
        document: object = {"type": "error", "error": error, "request_id": request_id}
    elif vendor == "gemini":
        status = _STATUSES.get(refused.status, "INTERNAL")
        document = {"error": {"code": refused.status, "message": refused.message, "status": status}}
        document = [document] if in_array else document
    elif refused.detail:
        document = {"detail": refused.message}
    else:
        error = {"message": refused.message, "type": refused.kind, "param": refused.param, "code": refused.code}
        document = {"error": error}
    return Answer(status=refused.status, body=msgspec.json.encode(document))
