"""Gemini ``generateContent``, as the simulated vendor speaks it.

Everything that shapes a Gemini answer lives here: whole responses, SSE streams (CRLF frames), JSON-array streams, the
Code Assist wrapper, token counts, model lists and errors. Shapes: Python SDK google-genai 3.6 and answers that Gemini
CLI 0.61 accepted (2026-11).
"""

from __future__ import annotations

from typing import Any, Final

import msgspec

from trayapp.demo.script import Answer, Ask, Script, pieces
from trayapp.values import Leg

WIRE: Final = "gemini"

MODELS: Final = ("gemini-3.8-flash", "gemini-3.5-flash-lite", "gemini-3.1-pro-preview", "gemini-2.5-flash")

_ERRORS: Final = {
    400: "INVALID_ARGUMENT",
    401: "UNAUTHENTICATED",
    403: "PERMISSION_DENIED",
    404: "NOT_FOUND",
    429: "RESOURCE_EXHAUSTED",
    503: "UNAVAILABLE",
}
_encode = msgspec.json.encode


def answer(ask: Ask, script: Script, leg: Leg) -> Answer:
    """The answer to one request, priced tokens as in ``leg``."""
    finish = "MAX_TOKENS" if ask.max_output is not None and leg.output >= ask.max_output else "STOP"
    call: dict[str, Any] | None = None
    if script.tool:
        call = {"functionCall": {"name": script.tool.name, "args": msgspec.json.decode(script.tool.arguments)}}
        if script.seal:
            call["thoughtSignature"] = script.seal
    thought = {"text": script.thinking, "thought": True}

    def response(parts: list[Any], *, last: bool) -> dict[str, Any]:
        candidate: dict[str, Any] = {"content": {"parts": parts, "role": "model"}, "index": 0}
        if last:
            candidate["finishReason"] = finish
        document: dict[str, Any] = {"candidates": [candidate]}
        if not script.omit_usage:
            document["usageMetadata"] = _usage(leg, last=last)
        document |= {"modelVersion": script.model or ask.model, "responseId": ask.message_id}
        if ask.wrapped:
            return {"response": document, "traceId": ask.message_id}
        return document

    if not ask.stream:
        parts: list[Any] = [thought] if script.thinking else []
        if script.text or not call:
            parts.append({"text": script.text})
        return Answer(body=_encode(response(parts + ([call] if call else []), last=True)))
    steps: list[list[Any]] = [[{**thought, "text": p}] for p in pieces(script.thinking, script.chunk_chars)]
    steps += [[{"text": p}] for p in pieces(script.text, script.chunk_chars, stamp=script.stamp)]
    if call:
        steps.append([call])
    steps = steps or [[{"text": ""}]]
    documents = [_encode(response(parts, last=i == len(steps) - 1)) for i, parts in enumerate(steps)]
    broken = _encode({"error": {"code": 503, "message": "The model is overloaded.", "status": "UNAVAILABLE"}})
    if ask.sse:
        frames = tuple(b"data: %s\r\n\r\n" % d for d in documents)
        return Answer(content_type="text/event-stream", events=frames, error_event=b"data: %s\r\n\r\n" % broken)
    first, *rest = documents
    array = (b"[" + first, *(b"\n,\r\n" + d for d in rest), b"\n]\n")
    kind = "application/json; charset=UTF-8"
    return Answer(content_type=kind, events=array, error_event=b"\n,\r\n" + broken + b"\n]\n")


def count(leg: Leg) -> Answer:
    """The answer to ``countTokens``."""
    details = [{"modality": "TEXT", "tokenCount": leg.prompt}]
    return Answer(body=_encode({"totalTokens": leg.prompt, "promptTokensDetails": details}))


def models() -> Answer:
    """The model list."""
    data = [
        {
            "name": f"models/{name}",
            "displayName": name,
            "inputTokenLimit": 1_048_576,
            "outputTokenLimit": 65_536,
            "supportedGenerationMethods": ["generateContent", "countTokens"],
        }
        for name in MODELS
    ]
    return Answer(body=_encode({"models": data}))


def code_assist(method: str) -> Answer:
    """The answer to a question of Code Assist's that asks for no tokens: who am I, what may I, what is left."""
    tier = {"id": "standard-tier", "name": "Standard"}
    known: dict[str, Any] = {
        "loadCodeAssist": {
            "currentTier": tier,
            "cloudaicompanionProject": "simulated-project",
            "allowedTiers": [{**tier, "isDefault": True}],
        },
        "retrieveUserQuota": {"buckets": []},
        "listExperiments": {"experimentIds": [], "flags": []},
    }
    return Answer(body=_encode(known.get(method, {})))


def error(status: int, kind: str = "", message: str = "") -> Answer:
    """An error in Google's shape."""
    document = {
        "code": status,
        "message": message or "The simulated vendor was told to answer with this error.",
        "status": kind or _ERRORS.get(status, "INTERNAL"),
    }
    return Answer(status=status, body=_encode({"error": document}))


def _usage(leg: Leg, *, last: bool) -> dict[str, Any]:
    usage: dict[str, Any] = {"promptTokenCount": leg.prompt}
    if leg.cache_read:
        usage["cachedContentTokenCount"] = leg.cache_read
        usage["cacheTokensDetails"] = [{"modality": "TEXT", "tokenCount": leg.cache_read}]
    usage["promptTokensDetails"] = [{"modality": "TEXT", "tokenCount": leg.prompt}]
    if not last:
        return usage | {"totalTokenCount": leg.prompt}
    usage |= {"candidatesTokenCount": leg.output - leg.reasoning, "totalTokenCount": leg.prompt + leg.output}
    if leg.reasoning:
        usage["thoughtsTokenCount"] = leg.reasoning
    return usage
