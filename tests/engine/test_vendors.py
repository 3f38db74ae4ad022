"""Vendors beyond the public three, through a real engine: a route by name, their own paths and framings, one row."""

from __future__ import annotations

import base64
import json
import struct
import threading
import zlib
from collections.abc import Callable, Iterator
from decimal import Decimal
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import openai
import pytest

ROUTES = ("azure", "bedrock", "copilot", "ollama", "openrouter")
CHAT = {"prompt_tokens": 1000, "completion_tokens": 100, "total_tokens": 1100}


def text(name: str, value: str) -> bytes:
    return bytes([len(name)]) + name.encode() + b"\x07" + struct.pack(">H", len(value)) + value.encode()


def frame(kind: str, payload: Any) -> bytes:
    data = json.dumps(payload).encode()
    headers = text(":event-type", kind) + text(":message-type", "event")
    prelude = struct.pack(">II", 16 + len(headers) + len(data), len(headers))
    body = prelude + struct.pack(">I", zlib.crc32(prelude)) + headers + data
    return body + struct.pack(">I", zlib.crc32(body))


def chunk(event: Any) -> bytes:
    return frame("chunk", {"bytes": base64.b64encode(json.dumps(event).encode()).decode()})


FRAMES = "application/vnd.amazon.eventstream"
ANSWERS: dict[str, tuple[str, bytes]] = {
    "/openai/deployments/team-coder/chat/completions": (
        "application/json",
        json.dumps(
            {"id": "c", "object": "chat.completion", "created": 1, "model": "gpt-5.5", "choices": [], "usage": CHAT}
        ).encode(),
    ),
    "/model/us.anthropic.claude-opus-5-5/invoke-with-response-stream": (
        FRAMES,
        chunk({"type": "message_start", "message": {"id": "m", "model": "x", "usage": {"input_tokens": 1000}}})
        + chunk({"type": "message_delta", "delta": {"stop_reason": "end_turn"}, "usage": {"output_tokens": 100}})
        + chunk({"type": "message_stop", "amazon-bedrock-invocationMetrics": {"inputTokenCount": 1000}}),
    ),
    "/model/us.anthropic.claude-opus-5-5/converse": (
        "application/json",
        json.dumps({"output": {}, "usage": {"inputTokens": 1000, "outputTokens": 100, "totalTokens": 1100}}).encode(),
    ),
    "/model/eu.amazon.nova-micro-v1%3A0/invoke": ("application/json", b'{"output":{"message":{"content":[]}}}'),
    "/chat/completions": (
        "text/event-stream",
        b"data: "
        + json.dumps(
            {"model": "claude-opus-5.5", "choices": [], "usage": CHAT, "copilot_usage": {"total_nano_aiu": 10**9}}
        ).encode()
        + b"\n\ndata: [DONE]\n\n",
    ),
    "/api/chat": (
        "application/x-ndjson",
        b'{"model":"qwen3:8b","message":{"content":"x"},"done":false}\n'
        b'{"model":"qwen3:8b","done":true,"prompt_eval_count":1000,"eval_count":100}\n',
    ),
    "/v1/chat/completions": (
        "application/json",
        json.dumps({"model": "openai/gpt-5.5", "choices": [], "usage": {**CHAT, "cost": 0.0123}}).encode(),
    ),
}


class Vendors(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["content-length"]))
        kind, body = ANSWERS[self.path.partition("?")[0]]
        self.send_response(200)
        self.send_header("content-type", kind)
        self.send_header("content-length", str(len(body)))
        if "nova" in self.path:
            self.send_header("X-Amzn-Bedrock-Input-Token-Count", "1000")
            self.send_header("X-Amzn-Bedrock-Output-Token-Count", "100")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def engine(make_engine: Callable[[str], Any]) -> Iterator[Any]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Vendors)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    url = f"http://127.0.0.1:{server.server_address[1]}"
    running = make_engine(url)
    with running.paths.settings.open("a") as settings:
        settings.write("".join(f'{name} = "{url}"\n' for name in ROUTES))
    running.start()
    yield running
    running.close()
    server.shutdown()
    thread.join(10)
    server.server_close()


@pytest.mark.parametrize(
    ("vendor", "path", "wire", "model", "usd", "basis"),
    [
        (
            "bedrock",
            "/model/us.anthropic.claude-opus-5-5/invoke-with-response-stream",
            "bedrock-invoke",
            "us.anthropic.claude-opus-5-5",
            "0.0066",
            "list",
        ),
        (
            "bedrock",
            "/model/us.anthropic.claude-opus-5-5/converse",
            "bedrock-converse",
            "us.anthropic.claude-opus-5-5",
            "0.0066",
            "list",
        ),
        (
            "bedrock",
            "/model/eu.amazon.nova-micro-v1%3A0/invoke",
            "bedrock-invoke",
            "eu.amazon.nova-micro-v1:0",
            "0.0000644",
            "list",
        ),
        ("copilot", "/chat/completions", "openai-chat", "claude-opus-5.5", "0.01", "provider_stated"),
        ("ollama", "/api/chat", "ollama", "qwen3:8b", "0", "local"),
        ("openrouter", "/v1/chat/completions", "openai-chat", "openai/gpt-5.5", "0.0123", "provider_stated"),
    ],
)
def test_a_row_for_each(
    engine: Any,
    send: Any,
    wait_for_rows: Any,
    vendor: str,
    path: str,
    wire: str,
    model: str,
    usd: str,
    basis: str,
) -> None:
    body = {"messages": [{"role": "user", "content": "hello"}]}
    if vendor != "bedrock":
        body |= {"model": model, "stream": True}
    reply = send(engine.base(vendor) + path, body, headers={"authorization": "Bearer k"})
    assert (reply.status, reply.body) == (200, ANSWERS[path][1])
    (row,) = wait_for_rows(engine, 1)
    assert (row["state"], row["metering"], row["confidence"]) == ("done", "exact", "exact")
    assert (row["vendor"], row["wire"], row["model_asked"]) == (vendor, wire, model)
    assert (row["input"], row["output"]) == (1000, 100)
    assert (Decimal(row["usd_list"]), row["basis"]) == (Decimal(usd), basis)


def test_azure_with_its_own_client(engine: Any, wait_for_rows: Any) -> None:
    with openai.AzureOpenAI(
        api_key="k",
        api_version="2026-08-01",
        azure_endpoint=engine.base("azure"),
        azure_deployment="team-coder",
        max_retries=0,
        timeout=30.0,
    ) as client:
        answer = client.chat.completions.create(model="team-coder", messages=[{"role": "user", "content": "hello"}])
    assert answer.usage is not None
    assert answer.usage.total_tokens == 1100
    (row,) = wait_for_rows(engine, 1)
    assert (row["vendor"], row["model_asked"], row["model_served"]) == ("azure", "team-coder", "gpt-5.5")
    assert Decimal(row["usd_list"]) == Decimal("0.008")
    assert row["metering"] == "exact"
