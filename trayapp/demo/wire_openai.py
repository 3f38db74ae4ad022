"""OpenAI Chat Completions and Responses, as the simulated vendor speaks them.

Everything that shapes an OpenAI answer lives here, also for Codex with a ChatGPT login, which uses the Responses
format on another path, and for Mistral, whose streams tell their usage unasked in the last chunk. Shapes: Python SDKs
openai 3.57 and mistralai 3.7 and answers that Codex 0.169, opencode 1.18, aider 0.86 and Vibe 3.0 accepted (2026-11).
"""

from __future__ import annotations

import time
from typing import Any, Final

import msgspec

from trayapp.demo.script import Answer, Ask, Script, pieces
from trayapp.values import Leg

CHAT: Final = "openai-chat"
RESPONSES: Final = "openai-responses"

MODELS: Final = ("gpt-6.1-sol", "gpt-6.1-terra", "gpt-6-luna", "gpt-5.5", "gpt-5.4-mini", "gpt-5.4-nano")

_MISTRAL: Final = ("mistral", "ministral", "devstral", "codestral", "magistral", "pixtral")
"""How its models' names begin."""

_ERRORS: Final = {
    400: ("invalid_request_error", "invalid_value"),
    401: ("invalid_request_error", "invalid_api_key"),
    403: ("invalid_request_error", "permission_denied"),
    404: ("invalid_request_error", "model_not_found"),
    429: ("rate_limit_error", "rate_limit_exceeded"),
}
_SSE: Final = "text/event-stream; charset=utf-8"
_encode = msgspec.json.encode


def is_mistral(model: str) -> bool:
    """Whether a model is one of Mistral's, whose chat streams end with their usage whether asked or not."""
    return model.startswith(_MISTRAL)


def chat(ask: Ask, script: Script, leg: Leg) -> Answer:
    """The answer to one Chat Completions request."""
    base = {
        "id": f"chatcmpl-{ask.message_id}",
        "created": int(time.time()),
        "model": script.model or ask.model,
        "system_fingerprint": "fp_simulated",
        "service_tier": "default",
    }
    finish = "tool_calls" if script.tool else "stop"
    if ask.max_output is not None and leg.output >= ask.max_output:
        finish = "length"
    call = _chat_tool(ask, script)
    if not ask.stream:
        message: dict[str, Any] = {"role": "assistant", "content": script.text, "refusal": None, "annotations": []}
        if call:
            message["tool_calls"] = [call]
        choice = {"index": 0, "message": message, "logprobs": None, "finish_reason": finish}
        document = {**base, "object": "chat.completion", "choices": [choice]}
        if not script.omit_usage:
            document["usage"] = _chat_usage(leg)
        return Answer(body=_encode(document))
    base["object"] = "chat.completion.chunk"
    with_usage = ask.include_usage and not script.omit_usage
    in_last = with_usage and is_mistral(ask.model)

    def chunk(delta: dict[str, Any] | None, reason: str | None = None, usage: Any = None) -> bytes:
        choices = [] if delta is None else [{"index": 0, "delta": delta, "logprobs": None, "finish_reason": reason}]
        told = {"usage": usage} if usage or (with_usage and not in_last) else {}
        document = {**base, "choices": choices, **told}
        return _data(document)

    events = [chunk({"role": "assistant", "content": ""})]
    events += [chunk({"content": p}) for p in pieces(script.text, script.chunk_chars, stamp=script.stamp)]
    if call:
        head = {"index": 0, "id": call["id"], "type": "function", "function": {**call["function"], "arguments": ""}}
        events.append(chunk({"tool_calls": [head]}))
        for piece in pieces(call["function"]["arguments"], script.chunk_chars):
            events.append(chunk({"tool_calls": [{"index": 0, "function": {"arguments": piece}}]}))
    events.append(chunk({"content": ""}, finish, _chat_usage(leg)) if in_last else chunk({}, finish))
    if with_usage and not in_last:
        events.append(chunk(None, None, _chat_usage(leg)))
    events.append(b"data: [DONE]\n\n")
    broken = _data({"error": {"message": "The server is overloaded.", "type": script.error or "server_error"}})
    return Answer(content_type=_SSE, events=tuple(events), error_event=broken)


def responses(ask: Ask, script: Script, leg: Leg) -> Answer:
    """The answer to one Responses request."""
    items = _items(ask, script)
    cut_short = ask.max_output is not None and leg.output >= ask.max_output
    final = _response(ask, script, "incomplete" if cut_short else "completed", items)
    if cut_short:
        final["incomplete_details"] = {"reason": "max_output_tokens"}
    if not script.omit_usage:
        final["usage"] = _responses_usage(leg)
    if not ask.stream:
        return Answer(body=_encode(final))
    stream = _Numbered()
    begun = _response(ask, script, "in_progress", [])
    stream.add("response.created", response=begun)
    stream.add("response.in_progress", response=begun)
    for index, item in enumerate(items):
        _item_events(stream, index, item, script)
    stream.add(f"response.{final['status']}", response=final)
    events = tuple(stream.events)
    fault = {"code": script.error or "server_error", "message": "The server is overloaded."}
    stream.add("response.failed", response={**_response(ask, script, "failed", []), "error": fault})
    return Answer(content_type=_SSE, events=events, error_event=stream.events[-1])


def compact(ask: Ask, script: Script, leg: Leg) -> Answer:
    """The answer to ``/responses/compact``."""
    item = {"type": "compaction", "id": f"cmp_{ask.message_id}", "encrypted_content": script.seal or "c2ltdWxhdGVk"}
    document = {
        "id": f"resp_{ask.message_id}",
        "object": "response.compaction",
        "created_at": int(time.time()),
        "output": [item],
    }
    if not script.omit_usage:
        document["usage"] = _responses_usage(leg)
    return Answer(body=_encode(document))


def models() -> Answer:
    """The model list."""
    data = [{"id": name, "object": "model", "created": 1_790_000_000, "owned_by": "openai"} for name in MODELS]
    return Answer(body=_encode({"object": "list", "data": data}))


def error(status: int, kind: str = "", message: str = "") -> Answer:
    """An error in OpenAI's shape."""
    usual, code = _ERRORS.get(status, ("server_error", "server_error"))
    document = {
        "message": message or "The simulated vendor was told to answer with this error.",
        "type": kind or usual,
        "param": None,
        "code": code,
    }
    return Answer(status=status, body=_encode({"error": document}))


class _Numbered:
    """Events of one Responses stream, numbered."""

    def __init__(self) -> None:
        self.events: list[bytes] = []

    def add(self, kind: str, **content: Any) -> None:
        document = {"type": kind, "sequence_number": len(self.events), **content}
        self.events.append(b"event: %s\ndata: %s\n\n" % (kind.encode(), _encode(document)))


def _response(ask: Ask, script: Script, status: str, output: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "id": f"resp_{ask.message_id}",
        "object": "response",
        "created_at": int(time.time()),
        "status": status,
        "error": None,
        "incomplete_details": None,
        "instructions": None,
        "max_output_tokens": ask.max_output,
        "model": script.model or ask.model,
        "output": output,
        "parallel_tool_calls": True,
        "previous_response_id": None,
        "reasoning": {"effort": None, "summary": None},
        "service_tier": "default",
        "store": False,
        "temperature": 1.0,
        "text": {"format": {"type": "text"}},
        "tool_choice": "auto",
        "tools": [],
        "top_p": 1.0,
        "truncation": "disabled",
        "usage": None,
        "user": None,
        "metadata": {},
    }


def _items(ask: Ask, script: Script) -> list[dict[str, Any]]:
    """The output items: reasoning, message, function call."""
    items: list[dict[str, Any]] = []
    if script.thinking or script.seal:
        summary = [{"type": "summary_text", "text": script.thinking}] if script.thinking else []
        sealed = {"encrypted_content": script.seal} if script.seal else {}
        items.append({"id": f"rs_{ask.message_id}", "type": "reasoning", "summary": summary, **sealed})
    if script.text or not script.tool:
        content = [{"type": "output_text", "text": script.text, "annotations": [], "logprobs": []}]
        message = {"id": f"msg_{ask.message_id}", "type": "message", "status": "completed", "role": "assistant"}
        items.append({**message, "content": content})
    if script.tool and script.tool.free_form:
        call = {"id": f"ctc_{ask.message_id}", "type": "custom_tool_call", "status": "completed"}
        name = {"call_id": f"call_{ask.message_id}", "name": script.tool.name, "input": script.tool.arguments}
        items.append({**call, **name})
    elif script.tool:
        call = {"id": f"fc_{ask.message_id}", "type": "function_call", "status": "completed"}
        name = {"call_id": f"call_{ask.message_id}", "name": script.tool.name, "arguments": script.tool.arguments}
        items.append({**call, **name})
    return items


def _item_events(stream: _Numbered, index: int, item: dict[str, Any], script: Script) -> None:
    at = {"item_id": item["id"], "output_index": index}
    if item["type"] == "message":
        text = item["content"][0]["text"]
        empty = {**item["content"][0], "text": ""}
        stream.add(
            "response.output_item.added", output_index=index, item={**item, "status": "in_progress", "content": []}
        )
        stream.add("response.content_part.added", **at, content_index=0, part=empty)
        for piece in pieces(text, script.chunk_chars, stamp=script.stamp):
            stream.add("response.output_text.delta", **at, content_index=0, delta=piece, logprobs=[])
        stream.add("response.output_text.done", **at, content_index=0, text=text, logprobs=[])
        stream.add("response.content_part.done", **at, content_index=0, part=item["content"][0])
    elif item["type"] == "reasoning":
        stream.add("response.output_item.added", output_index=index, item={**item, "summary": []})
        for part in item["summary"]:
            text, at_part = part["text"], {**at, "summary_index": 0}
            stream.add("response.reasoning_summary_part.added", **at_part, part={**part, "text": ""})
            for piece in pieces(text, script.chunk_chars):
                stream.add("response.reasoning_summary_text.delta", **at_part, delta=piece)
            stream.add("response.reasoning_summary_text.done", **at_part, text=text)
            stream.add("response.reasoning_summary_part.done", **at_part, part=part)
    elif item["type"] == "custom_tool_call":
        stream.add("response.output_item.added", output_index=index, item={**item, "input": ""})
        for piece in pieces(item["input"], script.chunk_chars):
            stream.add("response.custom_tool_call_input.delta", **at, delta=piece)
        stream.add("response.custom_tool_call_input.done", **at, input=item["input"])
    else:
        begun = {**item, "status": "in_progress", "arguments": ""}
        stream.add("response.output_item.added", output_index=index, item=begun)
        for piece in pieces(item["arguments"], script.chunk_chars):
            stream.add("response.function_call_arguments.delta", **at, delta=piece)
        stream.add("response.function_call_arguments.done", **at, name=item["name"], arguments=item["arguments"])
    stream.add("response.output_item.done", output_index=index, item=item)


def _chat_tool(ask: Ask, script: Script) -> dict[str, Any] | None:
    if script.tool is None:
        return None
    function = {"name": script.tool.name, "arguments": script.tool.arguments}
    return {"id": f"call_{ask.message_id}", "type": "function", "function": function}


def _chat_usage(leg: Leg) -> dict[str, Any]:
    return {
        "prompt_tokens": leg.prompt,
        "completion_tokens": leg.output,
        "total_tokens": leg.prompt + leg.output,
        "prompt_tokens_details": {
            "cached_tokens": leg.cache_read,
            "cache_write_tokens": leg.cache_write,
            "audio_tokens": 0,
        },
        "completion_tokens_details": {
            "reasoning_tokens": leg.reasoning,
            "audio_tokens": 0,
            "accepted_prediction_tokens": 0,
            "rejected_prediction_tokens": 0,
        },
    }


def _responses_usage(leg: Leg) -> dict[str, Any]:
    return {
        "input_tokens": leg.prompt,
        "input_tokens_details": {
            "cached_tokens": leg.cache_read,
            "cache_write_tokens": leg.cache_write,
            "cache_write_tokens_details": {"ttl_30m_tokens": leg.cache_write, "ttl_12h_tokens": 0},
        },
        "output_tokens": leg.output,
        "output_tokens_details": {"reasoning_tokens": leg.reasoning},
        "total_tokens": leg.prompt + leg.output,
    }


def _data(document: Any) -> bytes:
    return b"data: %s\n\n" % _encode(document)
