"""Anthropic Messages, as the simulated vendor speaks it.

Everything that shapes an Anthropic answer lives here: whole messages, event streams, token counts, model lists and
errors. Shapes: Python SDK anthropic 2.13 and answers that Claude Code 2.1 accepted (2026-11).
"""

from __future__ import annotations

import secrets
from typing import Any, Final

import msgspec

from trayapp.demo.script import Answer, Ask, Script, pieces
from trayapp.values import Leg

WIRE: Final = "anthropic-messages"

MODELS: Final = (
    "claude-fable-5-2",
    "claude-opus-5-5",
    "claude-sonnet-5-5",
    "claude-haiku-5-5",
    "claude-sonnet-4-6",
    "claude-haiku-4-5-20251001",
)

_ERRORS: Final = {
    400: "invalid_request_error",
    401: "authentication_error",
    403: "permission_error",
    404: "not_found_error",
    413: "request_too_large",
    429: "rate_limit_error",
    529: "overloaded_error",
}
_encode = msgspec.json.encode


def answer(ask: Ask, script: Script, leg: Leg) -> Answer:
    """The answer to one request, priced tokens as in ``leg``."""
    model = script.model or ask.model
    message_id = f"msg_{ask.message_id}"
    stop = "tool_use" if script.tool else "end_turn"
    if ask.max_output is not None and leg.output >= ask.max_output:
        stop = "max_tokens"
    if not ask.stream:
        message: dict[str, Any] = {
            "id": message_id,
            "type": "message",
            "role": "assistant",
            "model": model,
            "content": [_whole(block) for block in _blocks(ask, script)],
            "stop_reason": stop,
            "stop_sequence": None,
        }
        if not script.omit_usage:
            message["usage"] = _usage(leg, leg.output)
        return Answer(body=_encode(message))
    start: dict[str, Any] = {
        "id": message_id,
        "type": "message",
        "role": "assistant",
        "model": model,
        "content": [],
        "stop_reason": None,
        "stop_sequence": None,
    }
    if not script.omit_usage:
        start["usage"] = _usage(leg, min(1, leg.output), final=False)
    events = [_event("message_start", message=start)]
    for index, block in enumerate(_blocks(ask, script)):
        events += _block_events(index, block, script)
        if index == 0:
            events.insert(2, _event("ping"))
    end: dict[str, Any] = {"delta": {"stop_reason": stop, "stop_sequence": None}}
    if not script.omit_usage:
        end["usage"] = {
            "input_tokens": leg.input,
            "cache_creation_input_tokens": leg.cache_write + leg.cache_write_1h,
            "cache_read_input_tokens": leg.cache_read,
            "output_tokens": leg.output,
            **_thinking(leg),
        }
    events.append(_event("message_delta", **end))
    events.append(_event("message_stop"))
    kind = script.error or "overloaded_error"
    broken = _event("error", error={"type": kind, "message": "Overloaded"})
    return Answer(content_type="text/event-stream; charset=utf-8", events=tuple(events), error_event=broken)


def count(leg: Leg) -> Answer:
    """The answer to ``count_tokens``."""
    return Answer(body=_encode({"input_tokens": leg.prompt}))


def models() -> Answer:
    """The model list."""
    data = [
        {
            "type": "model",
            "id": name,
            "display_name": name.replace("-", " ").title(),
            "created_at": "2026-01-01T00:00:00Z",
            "lifecycle": "active",
            "max_input_tokens": 1_000_000,
            "max_tokens": 128_000,
        }
        for name in MODELS
    ]
    page = {"data": data, "has_more": False, "first_id": MODELS[0], "last_id": MODELS[-1]}
    return Answer(body=_encode(page))


def error(status: int, kind: str = "", message: str = "") -> Answer:
    """An error in Anthropic's shape."""
    document = {
        "type": "error",
        "error": {
            "type": kind or _ERRORS.get(status, "api_error"),
            "message": message or "The simulated vendor was told to answer with this error.",
        },
        "request_id": f"req_{secrets.token_hex(8)}",
    }
    return Answer(status=status, body=_encode(document))


def _blocks(ask: Ask, script: Script) -> list[dict[str, Any]]:
    """The content: thinking, text, tool call."""
    blocks: list[dict[str, Any]] = []
    if script.thinking or script.seal:
        signature = script.seal or "c2ltdWxhdGVk"
        blocks.append({"type": "thinking", "thinking": script.thinking, "signature": signature})
    if script.text or not script.tool:
        blocks.append({"type": "text", "text": script.text})
    if script.tool:
        tool = {"type": "tool_use", "id": f"toolu_{ask.message_id}", "name": script.tool.name}
        blocks.append({**tool, "input": script.tool.arguments})
    return blocks


def _whole(block: dict[str, Any]) -> dict[str, Any]:
    if block["type"] == "tool_use":
        return {**block, "input": msgspec.json.decode(block["input"])}
    return block


def _block_events(index: int, block: dict[str, Any], script: Script) -> list[bytes]:
    kind = block["type"]
    empty: dict[str, Any]
    if kind == "thinking":
        empty, name, part, content = {"thinking": "", "signature": ""}, "thinking_delta", "thinking", block["thinking"]
    elif kind == "tool_use":
        empty = {"id": block["id"], "name": block["name"], "input": {}}
        name, part, content = "input_json_delta", "partial_json", block["input"]
    else:
        empty, name, part, content = {"text": ""}, "text_delta", "text", block["text"]
    stamp = script.stamp and kind == "text"
    out = [_event("content_block_start", index=index, content_block={"type": kind, **empty})]
    out += [
        _event("content_block_delta", index=index, delta={"type": name, part: piece})
        for piece in pieces(content, script.chunk_chars, stamp=stamp)
    ]
    if kind == "thinking":
        delta = {"type": "signature_delta", "signature": block["signature"]}
        out.append(_event("content_block_delta", index=index, delta=delta))
    out.append(_event("content_block_stop", index=index))
    return out


def _usage(leg: Leg, output: int, *, final: bool = True) -> dict[str, Any]:
    usage: dict[str, Any] = {
        "input_tokens": leg.input,
        "cache_creation_input_tokens": leg.cache_write + leg.cache_write_1h,
        "cache_read_input_tokens": leg.cache_read,
        "cache_creation": {
            "ephemeral_5m_input_tokens": leg.cache_write,
            "ephemeral_1h_input_tokens": leg.cache_write_1h,
        },
        "output_tokens": output,
        "service_tier": "standard",
        "inference_geo": "global",
    }
    return usage | (_thinking(leg) if final else {})


def _thinking(leg: Leg) -> dict[str, Any]:
    return {"output_tokens_details": {"thinking_tokens": leg.reasoning}} if leg.reasoning else {}


def _event(kind: str, **content: Any) -> bytes:
    return b"event: %s\ndata: %s\n\n" % (kind.encode(), _encode({"type": kind, **content}))
