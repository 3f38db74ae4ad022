"""The simulated vendor on the wire: framing, codings, addresses, cuts, many at once."""

from __future__ import annotations

import asyncio
import gzip
import http.client
import json
import socket
import subprocess
import sys
import urllib.request
import zlib

import brotli
import pytest
import zstandard

from trayapp.demo.quick import QuickAnswers
from trayapp.demo.script import Script
from trayapp.demo.vendor import SimulatedVendor, VendorThread
from trayapp.values import Leg

ASK = {"model": "claude-opus-5-5", "max_tokens": 100, "messages": [{"role": "user", "content": "Hello"}]}
HEADERS = {"anthropic-version": "2023-06-01", "x-api-key": "k"}


def call(vendor: VendorThread, path: str, body: bytes | None = None, method: str = "POST", **headers: str):
    connection = http.client.HTTPConnection("127.0.0.1", vendor.vendor.port, timeout=10)
    try:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        connection.request(method, path, body, {**HEADERS, **named})
        response = connection.getresponse()
        return response.status, {n.lower(): v for n, v in response.getheaders()}, response.read()
    finally:
        connection.close()


def raw(vendor: VendorThread, *sent: bytes, until: int = 1) -> bytes:
    """Send pieces and read until the server closes, or ``until`` heads have come."""
    with socket.create_connection(("127.0.0.1", vendor.vendor.port), 10) as plug:
        for piece in sent:
            plug.sendall(piece)
        got = b""
        while got.count(b"HTTP/1.1 ") < until or not got.endswith((b"}", b"\r\n\r\n")):
            data = plug.recv(65536)
            if not data:
                break
            got += data
        return got


@pytest.mark.parametrize(
    ("coding", "encode"),
    [
        ("gzip", gzip.compress),
        ("deflate", zlib.compress),
        ("br", brotli.compress),
        ("zstd", lambda d: zstandard.ZstdCompressor(write_content_size=False).compress(d)),
        ("identity", bytes),
    ],
)
def test_compressed_requests(vendor, coding, encode):
    status, _, body = call(vendor, "/v1/messages", encode(json.dumps(ASK).encode()), content_encoding=coding)
    assert status == 200
    assert json.loads(body)["usage"]["input_tokens"] == vendor.counted.calls()[0].leg.input > 0


@pytest.mark.parametrize("coding", ["gzip", "br", "zstd", "deflate", "compress"])
def test_damaged_compression_is_a_400(vendor, coding):
    status, _, body = call(vendor, "/v1/messages", b"not compressed", content_encoding=coding)
    assert status == 400
    assert json.loads(body)["error"]["type"] == "invalid_request_error"


@pytest.mark.parametrize(
    ("coding", "decode"),
    [
        ("gzip", gzip.decompress),
        ("deflate", zlib.decompress),
        ("br", brotli.decompress),
        ("zstd", lambda d: zstandard.ZstdDecompressor().decompressobj().decompress(d)),
    ],
)
@pytest.mark.parametrize("stream", [False, True])
def test_compressed_answers(vendor, board, coding, decode, stream):
    board.scripts = [Script(encoding=coding)]
    status, headers, body = call(vendor, "/v1/messages", json.dumps({**ASK, "stream": stream}).encode())
    assert (status, headers["content-encoding"]) == (200, coding)
    assert b"simulated vendor" in decode(body).replace(b"'s ", b" ") or b"text_delta" in decode(body)


@pytest.mark.parametrize(
    ("method", "path", "shape"),
    [
        ("POST", "/messages", "anthropic"),
        ("POST", "/v1/v1/messages", "anthropic"),
        ("GET", "/v1/messages", "anthropic"),
        ("POST", "/chat/completions", "openai"),
        ("POST", "/models/gemini-3.8-flash:generateContent", "openai"),
        ("POST", "/v1beta/models/gemini-3.8-flash:flyToTheMoon", "gemini"),
        ("GET", "/", "openai"),
    ],
)
def test_any_other_address_is_the_vendors_404(vendor, method, path, shape):
    headers = {"anthropic_version": "2023-06-01" if shape == "anthropic" else ""}
    connection = http.client.HTTPConnection("127.0.0.1", vendor.vendor.port, timeout=10)
    sent = {n.replace("_", "-"): v for n, v in headers.items() if v}
    connection.request(method, path, b"{}" if method == "POST" else None, sent)
    response = connection.getresponse()
    document = json.loads(response.read())
    connection.close()
    assert response.status == 404
    assert ("request_id" in document) is (shape == "anthropic")
    assert (document["error"].get("status") == "NOT_FOUND") is (shape == "gemini")
    assert [c.op for c in vendor.counted.calls()] == ["other"]


def test_side_calls(vendor):
    assert call(vendor, "/api/hello", method="HEAD")[0::2] == (200, b"")
    assert "claude-opus-5-5" in call(vendor, "/v1/models?limit=5", method="GET")[2].decode()
    assert "gpt-6.1-sol" in call(vendor, "/backend-api/codex/models", method="GET")[2].decode()
    assert "gemini-3.8-flash" in call(vendor, "/v1beta/models", method="GET")[2].decode()
    assert vendor.counted.calls(tokens_only=True) == []


@pytest.mark.parametrize("path", ["/v1/responses", "/responses", "/backend-api/codex/responses"])
def test_websocket_is_refused_with_426(vendor, path):
    head = (
        f"GET {path} HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: a\r\n\r\n"
    )
    answer = raw(vendor, head.encode())
    assert answer.startswith(b"HTTP/1.1 426 ")
    assert b"Connection: close" in answer
    assert vendor.counted.calls()[0].status == 426


def test_codex_by_chatgpt_login(vendor):
    body = json.dumps({"model": "gpt-6.1-sol", "stream": True, "input": [{"role": "user", "content": "Hi"}]}).encode()
    packed = zstandard.ZstdCompressor().compress(body)
    connection = http.client.HTTPConnection("127.0.0.1", vendor.vendor.port, timeout=10)
    head = {"content-encoding": "zstd", "chatgpt-account-id": "acct", "authorization": "Bearer e"}
    connection.request("POST", "/backend-api/codex/responses", packed, head)
    text = connection.getresponse().read().decode()
    connection.close()
    assert "response.completed" in text
    assert vendor.counted.calls()[0].vendor == "chatgpt"


def test_gemini_array_stream_is_one_json_document(vendor, board):
    board.scripts = [Script(text="word " * 50)]
    body = json.dumps({"contents": [{"parts": [{"text": "Hi"}]}]}).encode()
    _, headers, data = call(vendor, "/v1beta/models/gemini-3.8-flash:streamGenerateContent", body, x_goog_api_key="k")
    parts = json.loads(data)
    assert headers["content-type"].startswith("application/json")
    assert len(parts) == 11
    assert parts[-1]["usageMetadata"]["totalTokenCount"] == sum(
        (vendor.counted.calls()[0].leg.prompt, vendor.counted.calls()[0].leg.output)
    )


@pytest.mark.parametrize("place", ["", "projects/p/locations/global/"])
def test_vertex_names_the_publisher(vendor, place):
    path = f"/v1beta1/{place}publishers/google/models/gemini-3.8-flash:generateContent"
    body = json.dumps({"contents": [{"parts": [{"text": "Hi"}]}]}).encode()
    assert "usageMetadata" in json.loads(call(vendor, path, body)[2])
    assert vendor.counted.calls()[0].model == "gemini-3.8-flash"


def test_code_assist_says_who_asks(vendor):
    loaded = json.loads(call(vendor, "/v1internal:loadCodeAssist", b"{}")[2])
    assert loaded["cloudaicompanionProject"]
    assert call(vendor, "/v1internal:retrieveUserQuota", b"{}")[0] == 200
    assert vendor.counted.calls(tokens_only=True) == []


def test_copilots_host_is_known_by_its_clients_header(vendor):
    body = json.dumps({"model": "gpt-5.5", "messages": [{"role": "user", "content": "Hi"}]}).encode()
    connection = http.client.HTTPConnection("127.0.0.1", vendor.vendor.port, timeout=10)
    for headers, status in (({}, 404), ({"copilot-integration-id": "copilot-developer-cli"}, 200)):
        connection.request("POST", "/chat/completions", body, headers)
        response = connection.getresponse()
        assert (response.status, bool(response.read())) == (status, True)
    connection.close()
    listed = call(vendor, "/models", method="GET", copilot_integration_id="copilot-developer-cli")[2]
    assert "claude-sonnet-5" in listed.decode()
    assert b"premium_interactions" in call(vendor, "/copilot_internal/user", method="GET")[2]
    assert [c.wire for c in vendor.counted.calls() if c.wire] == ["openai-chat"]


def test_code_assist_wraps_each_response(vendor):
    body = json.dumps({"model": "gemini-3-flash", "request": {"contents": [{"parts": [{"text": "Hi"}]}]}}).encode()
    _, _, data = call(vendor, "/v1internal:streamGenerateContent?alt=sse", body)
    frames = [json.loads(line[6:]) for line in data.decode().split("\r\n\r\n") if line]
    assert all("usageMetadata" in frame["response"] for frame in frames)
    assert vendor.counted.calls()[0].model == "gemini-3-flash"


def test_expect_chunked_and_pipelined(vendor):
    body = json.dumps(ASK).encode()
    common = b"POST /v1/messages HTTP/1.1\r\nHost: x\r\nanthropic-version: 1\r\nx-api-key: k\r\n"
    sized = common + b"Content-Length: %d\r\n\r\n" % len(body) + body
    chunked = common + b"Transfer-Encoding: chunked\r\n\r\n" + b"%x\r\n%s\r\n0\r\n\r\n" % (len(body), body)
    expecting = common + b"Expect: 100-continue\r\nContent-Length: %d\r\n\r\n" % len(body)
    got = raw(vendor, sized + chunked, until=2)
    assert got.count(b"HTTP/1.1 200 OK") == 2
    got = raw(vendor, expecting, body, until=2)
    assert got.startswith(b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK")
    assert [c.leg for c in vendor.counted.calls()] == [vendor.counted.calls()[0].leg] * 3


def test_http_1_0_stream_ends_with_the_connection(vendor):
    body = json.dumps({**ASK, "stream": True}).encode()
    head = b"POST /v1/messages HTTP/1.0\r\nanthropic-version: 1\r\nContent-Length: %d\r\n\r\n" % len(body)
    got = raw(vendor, head + body, until=99)
    assert b"chunked" not in got
    assert got.endswith(b'{"type":"message_stop"}\n\n')


def test_malformed_requests_are_refused(vendor):
    assert raw(vendor, b"NONSENSE\r\n\r\n").startswith(b"HTTP/1.1 400")
    assert vendor.counted.calls() == []


@pytest.mark.parametrize("body", [b"", b"[]", b"{", b"null", b'{"model": 3}', b"\xff\xfe"])
def test_bodies_that_are_not_a_request(vendor, body):
    assert call(vendor, "/v1/messages", body)[0] == 400


def test_large_body(vendor):
    big = {**ASK, "messages": [{"role": "user", "content": "x" * 20_000_000}]}
    status, _, _ = call(vendor, "/v1/messages", json.dumps(big).encode())
    assert status == 200
    assert vendor.counted.calls()[0].leg.input > 6_000_000


@pytest.mark.parametrize("stream", [False, True])
def test_cut_in_the_middle_is_visible(vendor, board, stream):
    board.scripts = [Script(cut_after=2)]
    with pytest.raises(http.client.IncompleteRead):
        call(vendor, "/v1/messages", json.dumps({**ASK, "stream": stream}).encode())
    assert vendor.counted.wait(1)[0].ended == "cut"


def test_cut_before_the_head(vendor, board):
    board.scripts = [Script(cut_after=0)]
    with pytest.raises(http.client.RemoteDisconnected):
        call(vendor, "/v1/messages", json.dumps(ASK).encode())
    assert vendor.counted.wait(1)[0].status == 0


def test_stamps_and_pacing(vendor, board):
    board.scripts = [Script(text="x" * 48, chunk_chars=24, chunk_ms=5, first_ms=5, stamp=True)]
    _, _, body = call(vendor, "/v1/messages", json.dumps({**ASK, "stream": True}).encode())
    texts = [json.loads(line[6:])["delta"]["text"] for line in body.decode().splitlines() if "text_delta" in line]
    assert int(texts[1]) - int(texts[0]) >= 4_000_000


def test_headers_are_kept_in_order_only_when_asked(vendor):
    call(vendor, "/v1/messages", json.dumps(ASK).encode())
    names = [name for name, _ in vendor.counted.calls()[0].headers]
    assert names[-2:] == ["anthropic-version", "x-api-key"]
    with VendorThread() as private:
        call(private, "/v1/messages", json.dumps(ASK).encode(), x_api_key="sk-secret-canary")
        assert "canary" not in repr(private.counted.calls())
        assert call(private, "/__counted", method="GET")[0] == 404


def test_counted_as_json(vendor):
    call(vendor, "/v1/messages", json.dumps(ASK).encode())
    document = json.loads(call(vendor, "/__counted", method="GET")[2])
    assert document["calls"][0]["leg"]["input"] == vendor.counted.calls()[0].leg.input
    assert len(vendor.counted.calls()) == 1


def test_wait_has_a_limit(vendor):
    with pytest.raises(TimeoutError):
        vendor.counted.wait(1, timeout=0.01)


def test_hundreds_of_streams_at_once(board):
    async def one(port: int, body: bytes) -> bytes:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(b"POST /v1/messages HTTP/1.1\r\nanthropic-version: 1\r\nConnection: close\r\n")
        writer.write(b"Content-Length: %d\r\n\r\n" % len(body) + body)
        data = await reader.read()
        writer.close()
        await writer.wait_closed()
        return data

    async def everyone() -> list[bytes]:
        server = SimulatedVendor(lambda _: Script(text="word " * 30, chunk_ms=10))
        port = await server.start()
        body = json.dumps({**ASK, "stream": True}).encode()
        answers = await asyncio.gather(*(one(port, body) for _ in range(300)))
        assert sum(c.completed for c in server.counted.calls()) == 300
        await server.stop()
        return answers

    assert all(a.endswith(b"0\r\n\r\n") for a in asyncio.run(everyone()))


def test_stop_ends_running_streams(board):
    async def scene() -> None:
        server = SimulatedVendor(lambda _: Script(stall_after=2))
        port = await server.start()
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        body = json.dumps({**ASK, "stream": True}).encode()
        writer.write(b"POST /v1/messages HTTP/1.1\r\nanthropic-version: 1\r\nContent-Length: %d\r\n\r\n" % len(body))
        writer.write(body)
        await reader.readuntil(b"content_block_start")
        await asyncio.wait_for(server.stop(), 5)
        writer.close()

    asyncio.run(scene())


def test_port_in_use(vendor):
    with pytest.raises(OSError, match="in use"):
        VendorThread(port=vendor.vendor.port).start()


def test_quick_answers_have_fresh_ids():
    quick = QuickAnswers(Script(), Leg(input=7, output=3))
    with VendorThread(SimulatedVendor(quick=quick, counted_endpoint=True)) as fast:
        first = json.loads(call(fast, "/v1/messages", json.dumps(ASK).encode())[2])
        second = json.loads(call(fast, "/v1/messages", json.dumps(ASK).encode())[2])
        streamed = call(fast, "/v1/messages", json.dumps({**ASK, "stream": True}).encode())[2]
        assert call(fast, "/v1/messages", b"{}")[0] == 400
        assert json.loads(call(fast, "/__counted", method="GET")[2])["served_quickly"] == 3
    assert first["usage"]["input_tokens"] == 7
    assert first["id"] != second["id"]
    assert b"message_stop" in streamed


def test_command_line():
    command = [sys.executable, "-m", "trayapp.demo.vendor", "--port", "0", "--chunks", "3", "--fast"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            url = process.stdout.readline().strip()
            with urllib.request.urlopen(url + "/__counted", timeout=10) as answer:
                assert json.load(answer)["calls"] == []
        finally:
            process.terminate()
        assert process.wait(10) == 0


def ollama(vendor: VendorThread, path: str, **ask: object) -> list[dict[str, object]]:
    status, headers, body = call(vendor, path, json.dumps({"model": "qwen3", **ask}).encode())
    kind = "application/json" if ask.get("stream") is False else "application/x-ndjson"
    assert (status, headers["content-type"]) == (200, kind)
    assert "x-request-id" not in headers
    return [json.loads(line) for line in body.splitlines()]


def test_ollama_streams_lines_unless_told_not_to(vendor, board):
    board.scripts = [Script(text="one two three four five six seven", thinking="Hm.")] * 3
    chat = {"messages": [{"role": "user", "content": "Hi"}]}
    lines = ollama(vendor, "/api/chat", **chat)
    counted = vendor.counted.calls()[0]
    assert "".join(line["message"]["content"] for line in lines) == "one two three four five six seven"
    assert [line["done"] for line in lines] == [False] * (len(lines) - 1) + [True]
    assert (lines[-1]["prompt_eval_count"], lines[-1]["eval_count"]) == (counted.leg.input, counted.leg.output)
    (whole,) = ollama(vendor, "/api/chat", stream=False, **chat)
    assert whole["done"]
    (said,) = ollama(vendor, "/api/generate", stream=False, prompt="Hi")
    assert said["response"] == "one two three four five six seven"


def test_ollamas_errors_have_no_type(vendor):
    status, _, body = call(vendor, "/api/chat", b'{"model": "qwen3"}')
    assert (status, list(json.loads(body))) == (400, ["error"])
    assert call(vendor, "/api/tags", method="GET")[0] == 200


def test_azure_demands_a_version(vendor):
    body = json.dumps({"model": "d", "messages": [{"role": "user", "content": "Hi"}]}).encode()
    assert call(vendor, "/openai/deployments/d/chat/completions", body)[0] == 400
