"""Recorded traffic, where it lies beside the checkout: real clients' requests, real streams, priced usages."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from trayapp import frontdoor
from trayapp.dialects import RequestView, recognise, usage_of
from trayapp.values import Usage

TOOLS = {
    "claude": ("claude-code", "2.1.330"),
    "codex": ("codex", "0.169.0"),
    "gemini": ("gemini-cli", "0.61.0"),
    "opencode": ("opencode", "1.18.33"),
    "qwen": ("qwen-code", "0.24.4"),
    "copilot_github": ("copilot", "1.0.102"),
    "copilot_byok": ("copilot", None),
    "pi": ("js-anthropic", "0.91.1"),
    "aider_anthropic": ("litellm", "1.81.10"),
    "sdk_openai": ("python-openai", "3.54.0"),
    "sdk_anthropic": ("python-anthropic", "2.12.0"),
    "sdk_genai": ("python-genai", "3.4.0"),
}
FOLDERS = ("claude_apikey", "claude_oauth", "claude_tui_main", "claude_max", "codex_http", "qwen")
SESSIONS = ("claude", "codex_http", "opencode", "copilot_github", "gemini_oauth_stream")
NO_USAGE = ("aider_openai_no_include_usage", "sdk_openai_stream")
WIRES = {
    "anthropic": ("anthropic", "/v1/messages"),
    "chat": ("openai", "/v1/chat/completions"),
    "responses": ("openai", "/v1/responses"),
    "gemini": ("gemini", "/v1beta/models/any:streamGenerateContent"),
}


def lines(path: Path) -> list[dict[str, Any]]:
    if not path.exists():
        pytest.skip("this recording is not beside the repository")
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


def test_every_captured_client_is_read(shared: Path) -> None:
    metered = 0
    for capture in sorted((shared / "data" / "clients").glob("*.json")):
        if capture.stem == "INDEX":
            continue
        record = json.loads(capture.read_text("utf-8"))
        request, response = record["request"], record["response_by_mock"]
        path = request["target"].partition("?")[0]
        headers = [(k.encode(), v.encode("latin-1", "replace")) for k, v in request["headers"]]
        index = {key.lower(): value for key, value in headers}
        vendor = frontdoor.recognise(path, index)
        if vendor == "openai" and b"chatgpt-account-id" in index:
            vendor = "chatgpt"
        dialect = recognise(vendor, request["method"], frontdoor.normalise(vendor, path)) if vendor else None
        if dialect is None:
            assert request["method"] != "POST" or not path.endswith(("messages", "completions", "responses", "Content"))
            continue
        metered += 1
        plain = [(key, value) for key, value in headers if key.lower() != b"content-encoding"]
        call = dialect.read_request(RequestView(str(vendor), "POST", path, plain), json.dumps(request["body"]).encode())
        name = capture.stem
        assert call.flags == (), name
        assert call.model is not None, name
        expected = next((tool for start, tool in TOOLS.items() if name.startswith(start)), None)
        if expected is not None:
            assert (call.tool, call.tool_version) == expected, name
        if name.startswith(FOLDERS):
            assert call.workspace is not None, name
            assert call.workspace.startswith("/home/dev/"), name
        if name.startswith(SESSIONS):
            assert call.session is not None, name
        assert call.stream == ("sse" in response or "array_stream" in name or response["status"] >= 400), name
        reader = dialect.reader(
            content_type=response["headers"].get("content-type", ""),
            content_encoding="",
            status=response["status"],
        )
        reader.feed((response.get("sse") or json.dumps(response["body"])).encode())
        usage = reader.finish()
        assert reader.ended, name
        assert usage.complete == (response["status"] < 400 and name not in NO_USAGE), name
        assert (usage.error is not None) == (response["status"] >= 400), name
        if usage.complete and not name.startswith("claude_count"):
            assert usage.total("output") in (8 + 4, 12), name
    assert metered >= 50


def billed(kind: str, expected: dict[str, Any]) -> tuple[int, ...]:
    """Prompt and output of a recorded usage object, by the plainest reading of each vendor's document."""
    get = lambda key: expected.get(key) or 0  # noqa: E731
    if kind == "anthropic":
        prompt = get("input_tokens") + get("cache_read_input_tokens") + get("cache_creation_input_tokens")
        return prompt, get("output_tokens")
    if kind == "gemini":
        return (
            get("promptTokenCount") + get("toolUsePromptTokenCount"),
            get("candidatesTokenCount") + get("thoughtsTokenCount"),
        )
    prompt = get("prompt_tokens") or get("input_tokens")
    output = get("completion_tokens") or get("output_tokens")
    if "cost_in_usd_ticks" in expected:  # xAI counts reasoning beside the completion in its chat API
        output = get("total_tokens") - prompt
    return prompt, output


def counted(usage: Usage) -> tuple[int, int]:
    own = [leg for leg in usage.legs if leg.kind in ("message", "fallback")]
    return (
        sum(leg.prompt for leg in own),
        sum(leg.output + leg.output_audio + leg.output_image for leg in own),
    )


def test_every_recorded_stream_gives_its_usage(shared: Path) -> None:
    records = lines(shared / "data" / "pricing" / "peer_cases" / "sse_streams.jsonl")
    for record in records:
        vendor, path = WIRES[record["kind"]]
        dialect = recognise(vendor, "POST", path)
        assert dialect is not None
        raw = record.get("raw_sse")
        body = raw or "".join(f"data: {json.dumps(event)}\n\n" for event in record["events"])
        usages = []
        for step in (len(body) + 1, 101):
            reader = dialect.reader(content_type="text/event-stream", content_encoding="", status=200)
            data = body.encode()
            for start in range(0, len(data), step):
                reader.feed(data[start : start + step])
            usages.append(reader.finish())
            assert reader.ended, record["id"]
        assert usages[0] == usages[1], record["id"]
        usage = usages[0]
        assert "bad_event" not in usage.flags, record["id"]
        if record["expected_usage"] is None:
            assert usage.error is not None or usage.complete, record["id"]
            continue
        assert usage.complete, record["id"]
        assert counted(usage) == billed(record["kind"], record["expected_usage"]), record["id"]
        assert usage.model == record["model"], record["id"]
    assert len(records) == 160


def test_recorded_bodies_give_their_usage(shared: Path) -> None:
    for record in lines(shared / "data" / "pricing" / "peer_cases" / "genai_prices_usages.jsonl"):
        body = record["body"]
        usage = body.get("usage")
        if "usageMetadata" in body:
            kind, wire = "gemini", "gemini"
            usage = body["usageMetadata"]
        elif isinstance(usage, dict) and "prompt_tokens" in usage:
            kind, wire = "chat", "openai-chat"
        elif isinstance(usage, dict) and ("input_tokens_details" in usage or "total_tokens" in usage):
            kind, wire = "responses", "openai-responses"
        elif isinstance(usage, dict) and "input_tokens" in usage:
            kind, wire = "anthropic", "anthropic-messages"
        else:
            continue  # vendors without a dialect here
        read = usage_of(wire, json.dumps(body).encode())
        assert read.complete, record["id"]
        if "output_from_total" not in read.flags:
            assert counted(read) == billed(kind, usage), record["id"]


GOLDEN_WIRES = {
    "messages": "anthropic-messages",
    "bedrock-invoke": "anthropic-messages",
    "responses": "openai-responses",
    "chat": "openai-chat",
    "openai-compat-chat": "openai-chat",
    "embeddings": "openai-chat",
    "generateContent": "gemini",
}


def test_priced_usages_are_read_whole(shared: Path) -> None:
    seen = 0
    for record in lines(shared / "data" / "pricing" / "golden.jsonl"):
        wire = GOLDEN_WIRES.get(record["api"])
        if wire is None or record.get("usage") is None:
            continue
        key = "usageMetadata" if wire == "gemini" else "usage"
        document = {"model": record["model"], **(record.get("response") or {}), key: record["usage"]}
        usage = usage_of(wire, json.dumps(document).encode())
        assert usage.complete, record["id"]
        assert not {"bad_number", "iterations_mismatch", "unknown_iteration"} & set(usage.flags), record["id"]
        seen += 1
    assert seen >= 45


def test_kinds_of_labelled_requests(shared: Path) -> None:
    folder = shared / "data" / "routing"
    names = {
        "main": "main",
        "side:title": "title",
        "side:probe": "probe",
        "side:compaction": "compaction",
        "side:webfetch": "summary",
        "subagent:explore": "explore",
    }
    paths = {"anthropic": "anthropic", "openai-chat": "chat", "openai-responses": "responses"}
    requests = {record["id"]: record for record in lines(folder / "agent_requests.jsonl")}
    labels = [row.split(",") for row in (folder / "agent_requests_labels.csv").read_text().splitlines()[1:]]
    for case, kind, *_ in labels:
        record = requests[case]
        body = record["request"]
        if record["wire"] == "gemini":
            vendor, path, body = "gemini", body["_path"], body["body"]
        else:
            vendor, path = WIRES[paths[record["wire"]]]
        dialect = recognise(vendor, "POST", path)
        assert dialect is not None
        call = dialect.read_request(RequestView(vendor, "POST", path, []), json.dumps(body).encode())
        assert call.kind == names[kind], case
