"""What the dialects' tests share: feeding a reader, asking a dialect, writing streams."""

from __future__ import annotations

import gzip
import itertools
import json
import struct
import zlib
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import brotli
import pytest
import zstandard

from trayapp.dialects import RequestView, ResponseReader, recognise
from trayapp.values import Call, Usage

PATHS = {
    "anthropic": ("anthropic", "/v1/messages"),
    "count": ("anthropic", "/v1/messages/count_tokens"),
    "chat": ("openai", "/v1/chat/completions"),
    "responses": ("openai", "/v1/responses"),
    "gemini": ("gemini", "/v1beta/models/gemini-3.8-flash:streamGenerateContent"),
    "invoke": ("bedrock", "/model/us.anthropic.claude-opus-5-5/invoke"),
    "converse": ("bedrock", "/model/us.anthropic.claude-opus-5-5/converse"),
    "ollama": ("ollama", "/api/chat"),
    "ollama-embed": ("ollama", "/api/embed"),
}


class Wires:
    """The public API, in the shape that tests want it."""

    codings = ("", "gzip", "deflate", "raw-deflate", "br", "zstd")

    def encode(self, body: bytes, coding: str) -> bytes:
        if coding == "gzip":
            return gzip.compress(body, mtime=0)
        if coding == "deflate":
            return zlib.compress(body)
        if coding == "raw-deflate":
            packer = zlib.compressobj(wbits=-15)
            return packer.compress(body) + packer.flush()
        if coding == "br":
            return brotli.compress(body, quality=4)
        if coding == "zstd":
            return zstandard.compress(body)
        return body

    def header(self, coding: str) -> str:
        return coding.removeprefix("raw-")

    def sse(self, events: Iterable[Any], *, end: str = "\n", named: bool = False, done: bool = False) -> bytes:
        out = []
        for event in events:
            if named:
                out.append(f"event: {event.get('type', 'message')}{end}")
            out.append(f"data: {json.dumps(event)}{end}{end}")
        if done:
            out.append(f"data: [DONE]{end}{end}")
        return "".join(out).encode()

    def reader(
        self, kind: str, *, content_type: str = "text/event-stream", coding: str = "", status: int = 200
    ) -> ResponseReader:
        vendor, path = PATHS[kind]
        dialect = recognise(vendor, "POST", path)
        assert dialect is not None
        return dialect.reader(content_type=content_type, content_encoding=self.header(coding), status=status)

    def pieces(self, body: bytes, cuts: Sequence[int]) -> list[bytes]:
        places = sorted({0, len(body), *(cut % (len(body) + 1) for cut in cuts)})
        return [body[a:b] for a, b in itertools.pairwise(places)]

    def read(self, kind: str, body: bytes, *, cuts: Sequence[int] = (), **how: Any) -> Usage:
        reader = self.reader(kind, **how)
        for piece in self.pieces(body, cuts):
            reader.feed(piece)
        return reader.finish()

    def read_json(self, kind: str, document: Any, **how: Any) -> Usage:
        return self.read(kind, json.dumps(document).encode(), content_type="application/json", **how)

    def ask(
        self,
        kind: str,
        body: Any,
        headers: dict[str, str] | None = None,
        *,
        vendor: str | None = None,
        path: str | None = None,
        tool: str | None = None,
    ) -> Call:
        vendor, path = vendor or PATHS[kind][0], path or PATHS[kind][1]
        dialect = recognise(vendor, "POST", path)
        assert dialect is not None
        fields = [(key.encode(), value.encode("latin-1")) for key, value in (headers or {}).items()]
        data = body if isinstance(body, bytes) or body is None else json.dumps(body).encode()
        return dialect.read_request(RequestView(vendor, "POST", path, fields, tool), data)


@pytest.fixture(scope="session")
def frame() -> Callable[..., bytes]:
    """One frame of Amazon's event stream, written independently of the reader: (type, payload, message type)."""

    def text(name: str, value: str) -> bytes:
        return bytes([len(name)]) + name.encode() + b"\x07" + struct.pack(">H", len(value)) + value.encode()

    def make(kind: str, payload: bytes, message: str = "event") -> bytes:
        headers = text(f":{message}-type", kind) + b"\x05flags\x03\x00\x01" + b"\x02on\x00"
        headers += text(":content-type", "application/json") + text(":message-type", message)
        prelude = struct.pack(">II", 16 + len(headers) + len(payload), len(headers))
        body = prelude + struct.pack(">I", zlib.crc32(prelude)) + headers + payload
        return body + struct.pack(">I", zlib.crc32(body))

    return make


@pytest.fixture(scope="session")
def wires() -> Wires:
    return Wires()


@pytest.fixture(scope="session")
def streams() -> dict[str, tuple[list[dict[str, Any]], bool]]:
    """One whole stream of each wire format, and whether ``[DONE]`` ends it."""
    anthropic = [
        {
            "type": "message_start",
            "message": {
                "id": "msg_01",
                "type": "message",
                "role": "assistant",
                "model": "claude-opus-5-5",
                "content": [],
                "usage": {
                    "input_tokens": 21,
                    "cache_creation_input_tokens": 1500,
                    "cache_read_input_tokens": 12000,
                    "cache_creation": {"ephemeral_5m_input_tokens": 1000, "ephemeral_1h_input_tokens": 500},
                    "output_tokens": 1,
                    "service_tier": "standard",
                    "inference_geo": "global",
                },
            },
        },
        {"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}},
        {"type": "ping"},
        {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": 'Grüße \\ "x" [{]}\n'}},
        {"type": "content_block_delta", "index": 1, "delta": {"type": "input_json_delta", "partial_json": '{"a":1}'}},
        {"type": "content_block_stop", "index": 0},
        {
            "type": "message_delta",
            "delta": {"stop_reason": "end_turn", "stop_sequence": None},
            "usage": {
                "input_tokens": 21,
                "cache_creation_input_tokens": 1500,
                "cache_read_input_tokens": 12000,
                "output_tokens": 431,
                "output_tokens_details": {"thinking_tokens": 100},
                "server_tool_use": {"web_search_requests": 2},
            },
        },
        {"type": "message_stop"},
    ]
    chunk = {"id": "chatcmpl-1", "model": "gpt-5.5", "object": "chat.completion.chunk", "service_tier": "default"}
    chat = [
        {**chunk, "choices": [{"index": 0, "delta": {"role": "assistant", "content": ""}}], "usage": None},
        {**chunk, "choices": [{"index": 0, "delta": {"content": 'Grüße "x" }]'}}], "usage": None},
        {
            **chunk,
            "choices": [{"index": 0, "delta": {"tool_calls": [{"function": {"arguments": '{"a"'}}]}}],
            "usage": None,
        },
        {**chunk, "choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}], "usage": None},
        {
            **chunk,
            "choices": [],
            "usage": {
                "prompt_tokens": 1000,
                "completion_tokens": 12,
                "total_tokens": 1012,
                "prompt_tokens_details": {"cached_tokens": 800, "audio_tokens": 0},
                "completion_tokens_details": {"reasoning_tokens": 4},
            },
        },
    ]
    head = {"id": "resp_1", "object": "response", "model": "gpt-6.1-sol", "service_tier": "default", "error": None}
    responses = [
        {"type": "response.created", "response": {**head, "status": "in_progress", "output": [], "usage": None}},
        {"type": "response.output_text.delta", "item_id": "m", "delta": "Grüße", "logprobs": []},
        {"type": "response.output_item.done", "item": {"type": "web_search_call", "id": "ws_1"}},
        {
            "type": "response.completed",
            "response": {
                **head,
                "status": "completed",
                "output": [{"type": "web_search_call", "id": "ws_1"}, {"type": "message", "content": []}],
                "usage": {
                    "input_tokens": 20000,
                    "input_tokens_details": {
                        "cached_tokens": 12000,
                        "cache_write_tokens": 6000,
                        "cache_write_tokens_details": {"ttl_30m_tokens": 2000, "ttl_12h_tokens": 4000},
                    },
                    "output_tokens": 500,
                    "output_tokens_details": {"reasoning_tokens": 40},
                    "total_tokens": 20500,
                },
            },
        },
    ]
    who = {"modelVersion": "gemini-3.8-flash", "responseId": "r1"}
    gemini = [
        {
            "candidates": [{"content": {"parts": [{"text": 'PONG "]}{['}], "role": "model"}}],
            "usageMetadata": {"promptTokenCount": 1000, "totalTokenCount": 1000},
            **who,
        },
        {
            "candidates": [{"content": {"parts": [{"text": "Grüße"}]}, "finishReason": "STOP"}],
            "usageMetadata": {
                "promptTokenCount": 1000,
                "candidatesTokenCount": 8,
                "totalTokenCount": 1012,
                "cachedContentTokenCount": 600,
                "thoughtsTokenCount": 4,
                "trafficType": "ON_DEMAND_FLEX",
            },
            **who,
        },
    ]
    return {
        "anthropic": (anthropic, False),
        "chat": (chat, True),
        "responses": (responses, False),
        "gemini": (gemini, False),
    }
