"""The local servers' own APIs: LM Studio's and llama.cpp's, and LM Studio's older one in OpenAI's format."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trayapp.dialects import RequestView, ResponseReader, recognise, usage_of
from trayapp.platform.resources import resource
from trayapp.pricing import load, price
from trayapp.values import Basis, Call, Leg, Usage

STATS = {
    "input_tokens": 329,
    "total_output_tokens": 268,
    "reasoning_output_tokens": 5,
    "tokens_per_second": 43.73,
    "time_to_first_token_seconds": 0.781,
}
ANSWER = {
    "model_instance_id": "qwen/qwen3-8b",
    "output": [{"type": "message", "content": "Grüße"}],
    "stats": STATS,
    "response_id": "resp_02b2",
}
EVENTS: list[dict[str, Any]] = [
    {"type": "chat.start", "model_instance_id": "qwen/qwen3-8b"},
    {"type": "model_load.progress", "model_instance_id": "qwen/qwen3-8b", "progress": 0.65},
    {"type": "prompt_processing.end"},
    {"type": "reasoning.delta", "content": "Need"},
    {"type": "tool_call.arguments", "tool": "search", "arguments": {"limit": 1}},
    {"type": "tool_call.success", "tool": "search", "arguments": {"limit": 1}, "output": "not generated"},
    {"type": "message.delta", "content": "Grüße"},
    {"type": "chat.end", "result": ANSWER},
]
LLAMA: list[dict[str, Any]] = [
    {"content": "Gr", "stop": False, "tokens_predicted": 1, "tokens_evaluated": 26},
    {"content": "üße", "stop": False},
    {
        "content": "",
        "model": "qwen3-8b.gguf",
        "stop": True,
        "tokens_predicted": 4,
        "tokens_evaluated": 26,
        "timings": {"prompt_n": 6, "cache_n": 20, "predicted_n": 4, "predicted_per_second": 51.2},
    },
]


def reader(vendor: str, path: str, content_type: str) -> ResponseReader:
    dialect = recognise(vendor, "POST", path)
    assert dialect is not None
    return dialect.reader(content_type=content_type, content_encoding="", status=200)


def read(vendor: str, path: str, body: bytes, content_type: str, cuts: list[bytes] | None = None) -> Usage:
    one = reader(vendor, path, content_type)
    for piece in cuts if cuts is not None else [body]:
        one.feed(piece)
    return one.finish()


def asked(vendor: str, path: str, body: dict[str, Any]) -> Call:
    dialect = recognise(vendor, "POST", path)
    assert dialect is not None
    return dialect.read_request(RequestView(vendor, "POST", path, []), json.dumps(body).encode())


@given(st.lists(st.integers(0, 3000), max_size=9))
def test_lm_studio(wires: Any, cuts: list[int]) -> None:
    expected = (Leg(input=329, output=268, reasoning=5),)
    stream = wires.sse(EVENTS, named=True)
    streamed = read("lmstudio", "/api/v1/chat", stream, "text/event-stream", wires.pieces(stream, cuts))
    assert (streamed.legs, streamed.complete, streamed.model, streamed.flags) == (expected, True, "qwen/qwen3-8b", ())
    whole = json.dumps(ANSWER).encode()
    assert read("lmstudio", "/api/v1/chat", whole, "application/json", wires.pieces(whole, cuts)) == streamed


def test_lm_studio_on_the_way(wires: Any) -> None:
    one = reader("lmstudio", "/api/v1/chat", "text/event-stream")
    one.feed(wires.sse(EVENTS[:7]))
    assert one.text_bytes == len("NeedGrüße".encode()) + len('{"limit": 1}')
    cut = one.finish()
    assert (cut.legs, cut.complete, cut.model) == ((), False, "qwen/qwen3-8b")
    assert one.take_texts() == ('{"limit": 1}Grüße'.encode(), b"Need")
    failed = [EVENTS[0], {"type": "error", "error": {"type": "mcp_connection_error", "message": "secret"}}, EVENTS[-1]]
    usage = read("lmstudio", "/api/v1/chat", wires.sse(failed), "text/event-stream")
    assert (usage.error, usage.complete, usage.total("output")) == ("mcp_connection_error", True, 268)


def test_lm_studios_older_api_is_openais_with_statistics() -> None:
    body = {
        "model": "qwen3-8b",
        "choices": [{"message": {"content": "x"}, "finish_reason": "stop"}],
        "usage": {"prompt_tokens": 24, "completion_tokens": 53, "total_tokens": 77},
        "stats": {"tokens_per_second": 51.4, "time_to_first_token": 0.111, "generation_time": 0.954},
        "model_info": {"arch": "llama", "quant": "Q4_K_M", "format": "gguf"},
    }
    for path in ("/api/v0/chat/completions", "/api/v0/completions"):
        usage = read("lmstudio", path, json.dumps(body).encode(), "application/json")
        assert (usage.legs, usage.complete) == ((Leg(input=24, output=53),), True)


@given(st.lists(st.integers(0, 900), max_size=9))
def test_llama_cpp(wires: Any, cuts: list[int]) -> None:
    stream = wires.sse(LLAMA)
    streamed = read("llamacpp", "/completion", stream, "text/event-stream", wires.pieces(stream, cuts))
    assert streamed.legs == (Leg(input=6, cache_read=20, output=4),)
    assert (streamed.complete, streamed.model, streamed.flags) == (True, "qwen3-8b.gguf", ())
    whole = json.dumps({**LLAMA[-1], "content": "Grüße"}).encode()
    assert read("llamacpp", "/infill", whole, "application/json") == streamed
    cut = read("llamacpp", "/completion", wires.sse(LLAMA[:2]), "text/event-stream")
    assert (cut.legs, cut.complete) == ((), False)


def test_what_is_asked() -> None:
    call = asked("lmstudio", "/api/v1/chat", {"model": "m", "input": "x", "stream": True, "reasoning": "low"})
    assert (call.wire, call.model, call.stream, call.effort) == ("lmstudio", "m", True, "low")
    call = asked("llamacpp", "/completion", {"prompt": "x", "n_predict": -1})
    assert (call.wire, call.model, call.stream, call.max_output) == ("llamacpp", None, False, None)
    assert asked("llamacpp", "/completion", {"n_predict": 64}).max_output == 64


@pytest.mark.parametrize(
    ("vendor", "path"),
    [
        ("openai", "/api/v1/chat"),
        ("openai", "/completion"),
        ("lmstudio", "/api/v1/models/load"),
        ("lmstudio", "/infill"),
    ],
)
def test_the_paths_are_no_ones_property(vendor: str, path: str) -> None:
    assert recognise(vendor, "POST", path) is None


@pytest.mark.parametrize(
    ("wire", "body", "flags"),
    [
        ("lmstudio", {"stats": {"input_tokens": 5}}, ("no_usage",)),
        ("lmstudio", {"stats": None}, ("no_usage",)),
        ("lmstudio", {"stats": {"input_tokens": -5, "total_output_tokens": 1}}, ("bad_number", "no_usage")),
        ("llamacpp", {"stop": True, "tokens_evaluated": "x", "tokens_predicted": 1}, ("bad_number", "no_usage")),
        ("llamacpp", {"content": "x"}, ("no_usage",)),
    ],
)
def test_no_count_is_not_zero(wire: str, body: dict[str, Any], flags: tuple[str, ...]) -> None:
    usage = usage_of(wire, json.dumps(body).encode())
    assert (usage.legs, usage.complete, usage.flags) == ((), False, flags)


def test_more_cached_than_prompt_is_clamped() -> None:
    body = {**LLAMA[-1], "timings": {"cache_n": 99}}
    usage = usage_of("llamacpp", json.dumps(body).encode())
    assert usage.legs == (Leg(cache_read=26, output=4),)
    assert usage.flags == ("cached_exceeds_prompt",)


@pytest.mark.parametrize(
    "document", [{"error": {"type": "invalid_request", "message": "secret"}}, {"error": "secret text"}]
)
def test_an_error_keeps_no_text(document: dict[str, Any]) -> None:
    for wire in ("lmstudio", "llamacpp"):
        usage = usage_of(wire, json.dumps(document).encode())
        assert usage.error is not None
        assert "secret text" not in repr(usage)


def test_they_cost_a_known_zero_even_without_a_name() -> None:
    book = load(resource("pricebook.json").read_bytes())
    usage = usage_of("llamacpp", json.dumps({**LLAMA[-1], "model": None}).encode())
    for vendor in ("llama.cpp", "lmstudio", "vllm"):
        cost = price(usage, vendor=vendor, model_asked=None, at_us=0, book=book)
        assert (cost.pico, cost.basis) == (0, Basis.LOCAL)
    assert price(usage, vendor="openai", model_asked=None, at_us=0, book=book).pico is None
