"""Unhappy and unusual calls through the engine: each one row, each row honest."""

from __future__ import annotations

import http.client
import json
import socket
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import zstandard

from trayapp.demo.script import Ask, Script
from trayapp.demo.vendor import SimulatedVendor, VendorThread

KEY = "sk-ant-api03-CANARYKEY"
PROMPT = "CANARYPROMPT the quick brown fox"
ANSWER = "CANARYANSWER jumps over the lazy dog"

SCRIPTS = {
    "overloaded": Script(status=529),
    "limited": Script(status=429, retry_after="7"),
    "cut": Script(text="word " * 40, cut_after=6),
    "cut-at-once": Script(cut_after=0),
    "stall": Script(text="word " * 40, stall_after=8),
    "silent": Script(omit_usage=True, text="word " * 100),
    "error-event": Script(text="word " * 40, error_after=5),
    "gzip": Script(encoding="gzip", text=ANSWER),
    "br": Script(encoding="br", text=ANSWER),
    "zstd": Script(encoding="zstd", text=ANSWER),
}


def plan(ask: Ask) -> Script:
    for name, script in SCRIPTS.items():
        if f'"{name}"'.encode() in ask.body:
            return script
    return Script(text=ANSWER)


@pytest.fixture
def vendor() -> Iterator[VendorThread]:
    with VendorThread(SimulatedVendor(plan)) as running:
        yield running


def message(how: str = "plainly", *, stream: bool = True, **more: object) -> dict[str, object]:
    return {
        "model": "claude-opus-5-5",
        "max_tokens": 200,
        "stream": stream,
        "metadata": {"user_id": how},
        "messages": [{"role": "user", "content": PROMPT}],
        **more,
    }


HEADERS = {"x-api-key": KEY, "anthropic-version": "2023-06-01", "content-type": "application/json"}


@pytest.mark.parametrize(("how", "status"), [("overloaded", 529), ("limited", 429)])
def test_a_vendors_error_reaches_the_tool_as_it_is(
    engine: Any, send: Any, settled: Any, vendor: VendorThread, how: str, status: int
) -> None:
    through = send(engine.base("anthropic") + "/v1/messages", message(how), headers=HEADERS)
    direct = send(vendor.url + "/v1/messages", message(how), headers=HEADERS)
    assert through.status == direct.status == status
    assert json.loads(through.body)["error"] == json.loads(direct.body)["error"]
    assert through.headers.get("retry-after") == direct.headers.get("retry-after")
    (row,) = settled(1)
    assert (row["state"], row["http_status"], row["usd_list"]) == ("vendor_error", status, "0")
    assert "not_billed" in row["flags"]


def read_to_the_end(url: str, body: object) -> tuple[int, bytes, bool]:
    """Status, body as far as it came, and whether it was cut."""
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=30)
    try:
        connection.request("POST", parts.path, json.dumps(body), HEADERS)
        reply = connection.getresponse()
        got = b""
        try:
            while piece := reply.read1(65536):
                got += piece
        except (http.client.HTTPException, OSError):
            return reply.status, got, True
        return reply.status, got, False
    finally:
        connection.close()


def test_a_cut_stream_is_seen_as_cut_and_estimated(engine: Any, settled: Any) -> None:
    _, got, cut = read_to_the_end(engine.base("anthropic") + "/v1/messages", message("cut"))
    assert cut
    assert b"message_start" in got
    assert b"Spendlight" not in got
    (row,) = settled(1)
    assert (row["state"], row["metering"], row["confidence"]) == ("upstream_cut", "estimated", "estimated")
    assert row["input"] > 0
    assert row["output"] > 0
    assert row["basis"] == "estimated"
    assert row["usd_list"] is not None


def test_an_upstream_that_hangs_up_without_a_word(engine: Any, send: Any, settled: Any) -> None:
    reply = send(engine.base("anthropic") + "/v1/messages", message("cut-at-once"), headers=HEADERS)
    assert (reply.status, reply.headers["x-spendlight-error"]) == (502, "upstream_closed")
    (row,) = settled(1)
    assert row["state"] == "upstream_cut"
    assert row["metering"] == "estimated"


def test_a_tool_that_goes_away_cancels_the_vendor(engine: Any, settled: Any, vendor: VendorThread) -> None:
    parts = urlsplit(engine.base("anthropic") + "/v1/messages")
    body = json.dumps(message("stall")).encode()
    head = (
        f"POST {parts.path} HTTP/1.1\r\nHost: {parts.netloc}\r\nx-api-key: {KEY}\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    with socket.create_connection((parts.hostname or "", parts.port or 0), 30) as plug:
        plug.sendall(head.encode() + body)
        got = b""
        while b"content_block_delta" not in got:
            got += plug.recv(65536)
    ended = vendor.counted.wait(1)
    assert ended[0].ended == "client_gone"
    (row,) = settled(1)
    assert (row["state"], row["metering"]) == ("client_abort", "estimated")
    assert row["input"] == ended[0].leg.input
    assert row["output"] > 0


def test_an_error_in_mid_stream(engine: Any, settled: Any) -> None:
    read_to_the_end(engine.base("anthropic") + "/v1/messages", message("error-event"))
    (row,) = settled(1)
    assert (row["state"], row["metering"], row["http_status"]) == ("vendor_error", "estimated", 200)


@pytest.mark.parametrize("coding", ["gzip", "br", "zstd"])
@pytest.mark.parametrize("stream", [True, False])
def test_coded_answers_pass_untouched_and_are_read(
    engine: Any, send: Any, settled: Any, vendor: VendorThread, coding: str, stream: bool
) -> None:
    headers = {**HEADERS, "accept-encoding": coding}
    reply = send(engine.base("anthropic") + "/v1/messages", message(coding, stream=stream), headers=headers)
    assert reply.headers["content-encoding"] == coding
    assert ANSWER.encode() not in reply.body
    (row,) = settled(1)
    leg = vendor.counted.calls()[0].leg
    assert (row["state"], row["metering"]) == ("done", "exact")
    assert (row["input"], row["output"]) == (leg.input, leg.output)


def test_codex_with_a_chatgpt_login(engine: Any, send: Any, settled: Any, vendor: VendorThread) -> None:
    body = zstandard.compress(json.dumps({"model": "gpt-6.1-sol", "stream": True, "input": PROMPT}).encode())
    headers = {
        "authorization": "Bearer eyJ.x.y", "chatgpt-account-id": "acc", "content-encoding": "zstd",
        "content-type": "application/json", "originator": "codex_exec",
        "session-id": "11111111-2222-4333-8444-555555555555",
        "user-agent": "codex_exec/0.169.0 (Debian 12.0.0; x86_64)",
    }  # fmt: skip
    reply = send(engine.base("openai") + "/v1/responses", body, headers=headers)
    assert reply.status == 200
    (row,) = settled(1)
    assert (row["vendor"], row["tool"], row["account"]) == ("chatgpt", "codex", "subscription")
    assert row["model_asked"] == "gpt-6.1-sol"
    assert row["session"] == headers["session-id"]
    with engine.client() as client:
        (session,) = client.snapshot().by_session
    assert (session.tool, session.calls, session.running, session.known) == ("codex", 1, 0, True)
    assert session.started_us == session.last_us > 0
    assert session.id not in headers["session-id"]
    assert row["usd_marginal"] == "0"
    assert row["usd_list"] not in (None, "0")
    assert vendor.counted.calls()[0].leg.output == row["output"]


def test_a_websocket_is_turned_away_at_once_and_is_no_row(engine: Any, send: Any) -> None:
    headers = {
        "connection": "Upgrade",
        "upgrade": "websocket",
        "sec-websocket-version": "13",
        "sec-websocket-key": "eA==",
    }
    reply = send(engine.base("openai") + "/v1/responses", method="GET", headers=headers)
    assert (reply.status, reply.headers["x-spendlight-error"]) == (426, "no_websocket")
    with engine.client() as client:
        assert client.ask("calls")["rows"] == []


def test_a_chat_stream_that_sends_no_usage_is_an_estimate(engine: Any, send: Any, settled: Any) -> None:
    body = {"model": "gpt-6-luna", "stream": True, "messages": [{"role": "user", "content": PROMPT}], "user": "silent"}
    assert send(engine.base("openai") + "/v1/chat/completions", body).status == 200
    (row,) = settled(1)
    assert (row["state"], row["metering"], row["basis"]) == ("done", "estimated", "estimated")
    assert row["input"] > 0
    assert row["output"] > 0


@pytest.mark.parametrize("query", ["?alt=sse", ""])
def test_gemini_streams_as_events_and_as_an_array(engine: Any, settled: Any, vendor: VendorThread, query: str) -> None:
    body = {"contents": [{"role": "user", "parts": [{"text": PROMPT}]}]}
    parts = urlsplit(engine.base("gemini"))
    connection = http.client.HTTPConnection("127.0.0.1", parts.port, timeout=30)
    try:
        path = f"{parts.path}/v1beta/models/gemini-3.8-flash:streamGenerateContent{query}"
        connection.request("POST", path, json.dumps(body), {"x-goog-api-key": KEY})
        assert connection.getresponse().read()
    finally:
        connection.close()
    (row,) = settled(1)
    leg = vendor.counted.calls()[0].leg
    assert (row["metering"], row["model_served"]) == ("exact", "gemini-3.8-flash")
    assert (row["input"], row["output"]) == (leg.input, leg.output)


def test_counting_tokens_is_free_and_a_row(engine: Any, send: Any, settled: Any) -> None:
    body = message()
    del body["stream"]
    assert send(engine.base("anthropic") + "/v1/messages/count_tokens", body, headers=HEADERS).status == 200
    (row,) = settled(1)
    assert (row["kind"], row["basis"], row["usd_list"], row["input"]) == ("count", "free_tier", "0", 0)


def test_a_body_over_the_inspection_limit_passes_and_is_counted_from_the_answer(
    engine: Any, send: Any, settled: Any, vendor: VendorThread
) -> None:
    assert engine.stop() == 0
    with engine.paths.settings.open("a") as file:
        file.write("[proxy]\ninspect_limit_mb = 1\n")
    engine.start()
    body = message(stream=False)
    body["messages"] = [{"role": "user", "content": "x" * 3_000_000}]
    assert send(engine.base("anthropic") + "/v1/messages", body, headers=HEADERS).status == 200
    (row,) = settled(1)
    assert "request_overflow" in row["flags"]
    assert (row["state"], row["metering"], row["model_served"]) == ("done", "exact", "claude-opus-5-5")
    assert row["input"] == vendor.counted.calls()[0].leg.input


def test_a_kept_connection_that_died_is_retried_once_with_a_row_of_its_own(
    make_engine: Any, send: Any, wait_for_rows: Any
) -> None:
    """The upstream answers each connection once, then closes it at the moment of its second use."""
    answer = json.dumps(
        {"id": "msg_1", "type": "message", "role": "assistant", "model": "claude-opus-5-5", "content": [],
         "usage": {"input_tokens": 5, "output_tokens": 7}}
    ).encode()  # fmt: skip
    head = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(answer)
    listener = socket.create_server(("127.0.0.1", 0))
    seen: list[int] = []

    def read_request(plug: socket.socket) -> bool:
        data = b""
        while b"\r\n\r\n" not in data or not data.endswith(b"}"):
            more = plug.recv(65536)
            if not more:
                return False
            data += more
        return True

    def serve() -> None:
        for number in range(2):
            plug, _ = listener.accept()
            with plug:
                if read_request(plug):
                    seen.append(number)
                    plug.sendall(head + answer)
                    if number == 0:
                        read_request(plug)  # the second request is read, and the connection dropped

    thread = threading.Thread(target=serve)
    thread.start()
    engine = make_engine(f"http://127.0.0.1:{listener.getsockname()[1]}")
    engine.start()
    try:
        for _ in range(2):
            body = message(stream=False)
            assert send(engine.base("anthropic") + "/v1/messages", body, headers=HEADERS).status == 200
        rows = wait_for_rows(engine, 3)
    finally:
        thread.join(30)
        listener.close()
    assert [row["state"] for row in rows] == ["done", "upstream_cut", "done"]
    assert rows[2]["attempt_of"] == rows[1]["id"]
    assert rows[1]["usd_list"] == "0"
    assert "stale_connection" in rows[1]["flags"]


def test_no_text_and_no_key_is_ever_written(engine: Any, send: Any, settled: Any, tmp_path: Path) -> None:
    base = engine.base("anthropic")
    workspace = {"system": "Primary working directory: /home/dev/CANARYFOLDER/deep\nCurrent branch: CANARYBRANCH"}
    send(base + "/v1/messages", message(**workspace), headers=HEADERS)
    read_to_the_end(base + "/v1/messages", message("cut"))
    send(base + "/v1/messages", message("overloaded"), headers=HEADERS)
    send(base + "/v1/messages", b'{"model": "CANARYPROMPT', headers=HEADERS)
    send(base + "/v1/CANARYPATH?key=CANARYKEY", {}, headers=HEADERS)
    send(engine.base("gemini") + "/v1beta/models/gemini-3.8-flash:generateContent?key=CANARYKEY", {"contents": []})
    settled(5)
    engine.kill()
    found = []
    for path in tmp_path.rglob("*"):
        if path.is_file():
            data = path.read_bytes()
            found += [(path.name, word) for word in (b"CANARY", PROMPT.encode(), ANSWER.encode()) if word in data]
    assert found == []
