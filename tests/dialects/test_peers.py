"""Recorded answers as other readers read them, component by component, and recorded streams in any cut.

The data lies beside the repository (fixture ``shared``).
"""

from __future__ import annotations

import functools
import itertools
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trayapp.dialects import ResponseReader, recognise, usage_of, wire_of
from trayapp.values import Usage

ROUTES = {
    "anthropic": ("anthropic", "/v1/messages"),
    "chat": ("openai", "/v1/chat/completions"),
    "responses": ("openai", "/v1/responses"),
    "gemini": ("gemini", "/v1beta/models/any:streamGenerateContent"),
}
MAKERS = {
    ("claude",): ("anthropic", {"anthropic-messages": "default"}),
    ("gpt-", "o1", "o3", "o4", "chatgpt", "text-embedding"): (
        "openai",
        {"openai-chat": "chat", "openai-responses": "responses"},
    ),
    ("gemini",): ("google", {"gemini": "default"}),
    ("grok",): ("x-ai", {"openai-chat": "chat", "openai-responses": "default"}),
    ("mistral", "magistral", "codestral", "pixtral"): ("mistral", {"openai-chat": "default"}),
    ("deepseek",): ("deepseek", {"openai-chat": "chat"}),
}
"""A maker's own models: how their names begin, and which of the other reader's flavours is native."""
DIFFERENT = {
    "gp0280": "that reader does not read Mistral's num_cached_tokens",
    "gp0371": "that reader does not read Mistral's num_cached_tokens",
}
NOT_OPENAIS = {"gpt-oss-120b": "open weights on another vendor's wire"}


@functools.cache
def records(path: Path) -> tuple[dict[str, Any], ...]:
    if not path.exists():
        pytest.skip("this recording is not beside the repository")
    return tuple(json.loads(line) for line in path.read_text("utf-8").splitlines())


def native(model: str, wire: str) -> tuple[str, str] | None:
    for names, (maker, flavours) in MAKERS.items():
        if model.startswith(names) and model not in NOT_OPENAIS and wire in flavours:
            return maker, flavours[wire]
    return None


def components(usage: Usage) -> dict[str, int]:
    """Our count in the other reader's terms."""
    legs = [leg for leg in usage.legs if leg.kind in ("message", "fallback")]

    def total(*names: str) -> int:
        return sum(getattr(leg, name) for leg in legs for name in names)

    return {
        "input_tokens": sum(leg.prompt for leg in legs),
        "output_tokens": total("output", "output_audio", "output_image"),
        "cache_read_tokens": total("cache_read", "cache_read_audio"),
        "cache_write_tokens": total("cache_write", "cache_write_1h", "cache_write_12h"),
        "cache_write_1h_tokens": total("cache_write_1h"),
        "input_audio_tokens": total("input_audio", "cache_read_audio"),
        "cache_audio_read_tokens": total("cache_read_audio"),
        "output_audio_tokens": total("output_audio"),
        "output_image_tokens": total("output_image"),
        "output_reasoning_tokens": total("reasoning"),
    }


def test_native_bodies_component_by_component(shared: Path) -> None:
    agreed: dict[str, int] = {}
    different: set[str] = set()
    for record in records(shared / "data" / "pricing" / "peer_cases" / "genai_prices_usages.jsonl"):
        body = record["body"]
        wire = wire_of(body)
        if wire is None:
            continue
        by = native(str(body.get("model") or body.get("modelVersion") or ""), wire)
        read = usage_of(wire, json.dumps(body).encode())
        for extracted in record["extracted"]:
            if by not in {(each["provider_id"], each["api_flavor"]) for each in extracted["by"]}:
                continue
            ours = components(read)
            theirs = {name: extracted["usage"].get(name) or 0 for name in ours}
            if ours != theirs:
                different.add(record["id"])
                assert record["id"] in DIFFERENT, (record["id"], ours, theirs)
            else:
                agreed[by[0]] = agreed.get(by[0], 0) + 1  # type: ignore[index]
    assert different == DIFFERENT.keys()
    # No body in the recording is xAI's own: its two are routers'.
    assert agreed.keys() == {"anthropic", "openai", "google", "mistral", "deepseek"}
    assert sum(agreed.values()) > 130


def reader_of(kind: str) -> ResponseReader:
    vendor, path = ROUTES[kind]
    dialect = recognise(vendor, "POST", path)
    assert dialect is not None
    return dialect.reader(content_type="text/event-stream", content_encoding="", status=200)


def body_of(record: dict[str, Any]) -> bytes:
    raw = record.get("raw_sse")
    return (raw or "".join(f"data: {json.dumps(event)}\n\n" for event in record["events"])).encode()


def read(kind: str, body: bytes, cuts: list[int]) -> Usage:
    reader = reader_of(kind)
    places = sorted({0, len(body), *(cut % (len(body) + 1) for cut in cuts)})
    for start, end in itertools.pairwise(places):
        reader.feed(body[start:end])
    return reader.finish()


@functools.cache
def whole(shared: Path, index: int) -> tuple[str, bytes, Usage]:
    record = records(shared / "data" / "pricing" / "peer_cases" / "sse_streams.jsonl")[index]
    body = body_of(record)
    return record["kind"], body, read(record["kind"], body, [])


@settings(max_examples=600)
@given(index=st.integers(0, 159), cuts=st.lists(st.integers(0, 2_000_000), max_size=40))
def test_recorded_streams_in_any_cut(shared: Path, index: int, cuts: list[int]) -> None:
    kind, body, expected = whole(shared, index)
    assert read(kind, body, cuts) == expected


def test_all_recorded_streams_byte_by_byte_around_their_borders(shared: Path) -> None:
    # Every border of lines and events with what stands beside it: where a cut could do harm.
    for index in range(160):
        kind, body, expected = whole(shared, index)
        borders = [at for at, byte in enumerate(body[-20_000:], max(0, len(body) - 20_000)) if byte in b"\r\n:"]
        cuts = sorted({at + step for at in borders for step in (0, 1)})
        assert read(kind, body, cuts) == expected, index


@settings(max_examples=200)
@given(index=st.integers(0, 159), end=st.integers(0, 2_000_000))
def test_recorded_streams_that_were_cut(shared: Path, index: int, end: int) -> None:
    kind, body, expected = whole(shared, index)
    usage = read(kind, body[: end % (len(body) + 1)], [])
    if "several_messages" in expected.flags:
        return  # recordings of several answers, one after another
    if usage.complete:
        for name in ("input", "cache_read", "output"):
            assert usage.total(name) <= expected.total(name)
    assert usage.total("output") <= expected.total("output")
