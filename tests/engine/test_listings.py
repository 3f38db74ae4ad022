"""What a vendor says of its models is heard, asked for once, and outranks our table."""

from __future__ import annotations

import gzip
import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

OPUS, HAIKU = "claude-opus-5-5", "claude-haiku-5-5"
ENTRY = {"type": "model", "id": HAIKU, "max_tokens": 9000, "max_input_tokens": 1_000_000}
ANSWER = {
    "id": "msg_1",
    "type": "message",
    "role": "assistant",
    "content": [{"type": "text", "text": "ok"}],
    "stop_reason": "end_turn",
    "usage": {"input_tokens": 5, "output_tokens": 1},
}
KEY = {"x-api-key": "sk-ant-api03-mine", "anthropic-version": "2023-06-01", "content-type": "application/json"}


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def answer(self, status: int, document: object) -> None:
        data = gzip.compress(json.dumps(document).encode())
        self.send_response(status)
        self.send_header("content-type", "application/json")
        self.send_header("content-encoding", "gzip")
        self.send_header("content-length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def do_GET(self) -> None:
        self.server.asked.append((self.path, self.headers.get("x-api-key")))
        if self.path == f"/v1/models/{HAIKU}" and self.server.knows:
            self.answer(200, ENTRY)
        elif self.path == "/v1/models":
            self.answer(200, {"data": [ENTRY], "has_more": False})
        else:
            self.answer(404, {"type": "error", "error": {"type": "not_found_error", "message": "no"}})
        self.server.answered.release()

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["content-length"])))
        self.server.bodies.append(body)
        self.answer(200, {**ANSWER, "model": body["model"]})

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def upstream():
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.asked, server.bodies, server.knows = [], [], True
    server.answered = threading.Semaphore(0)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def running(make_engine, upstream):
    engine = make_engine(f"http://127.0.0.1:{upstream.server_address[1]}")
    engine.start()
    return engine


def ask(engine, send, session: str) -> None:
    body = {
        "model": OPUS,
        "max_tokens": 32_000,
        "messages": [{"role": "user", "content": f"hello from {session}"}],
    }
    headers = {**KEY, "x-claude-code-session-id": session}
    assert send(engine.base("anthropic") + "/v1/messages", body, headers=headers).status == 200


def heard(engine, send, upstream) -> None:
    """Calls until what the vendor has said is taken in: it passes beside them, so no single call comes after it."""
    for each in range(200):
        ask(engine, send, f"until-{each}")
        if upstream.bodies[-1]["max_tokens"] == 9000:
            return
    raise AssertionError("what the vendor says was not heard")


def test_a_model_that_a_rule_sends_to_is_asked_about_once_with_the_tools_own_key(
    running, upstream, send, wait_for_rows
):
    ask(running, send, "a")
    with running.client() as client:
        client.ask("use", model=HAIKU)
    ask(running, send, "b")
    assert upstream.answered.acquire(timeout=20)
    heard(running, send, upstream)
    ask(running, send, "d")
    assert upstream.asked == [(f"/v1/models/{HAIKU}", "sk-ant-api03-mine")]
    sent = [(body["model"], body["max_tokens"]) for body in upstream.bodies]
    assert sent[:2] == [(OPUS, 32_000), (HAIKU, 32_000)]
    assert sent[-2:] == [(HAIKU, 9000), (HAIKU, 9000)]
    rows = wait_for_rows(running, len(sent))
    assert "rewrote_max_tokens" in rows[-1]["flags"]


def test_a_tools_own_listing_is_heard(running, upstream, send):
    ask(running, send, "a")
    assert send(running.base("anthropic") + "/v1/models", method="GET", headers=KEY).status == 200
    with running.client() as client:
        client.ask("use", model=HAIKU)
    heard(running, send, upstream)
    assert [path for path, _ in upstream.asked] == ["/v1/models"]


def test_a_vendor_that_does_not_know_changes_nothing(running, upstream, send):
    upstream.knows = False
    ask(running, send, "a")
    with running.client() as client:
        client.ask("use", model=HAIKU)
    ask(running, send, "b")
    assert upstream.answered.acquire(timeout=20)
    ask(running, send, "c")
    assert (upstream.bodies[-1]["model"], upstream.bodies[-1]["max_tokens"]) == (HAIKU, 32_000)
    assert len(upstream.asked) == 1
