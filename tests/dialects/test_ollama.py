"""Ollama's own API: lines, whole answers, known zeros."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trayapp.dialects import recognise
from trayapp.platform.resources import resource
from trayapp.pricing import load, price
from trayapp.values import Basis, Kind, Leg

LINES = [
    {"model": "qwen3:8b", "message": {"role": "assistant", "content": "Gr", "thinking": "hm"}, "done": False},
    {"model": "qwen3:8b", "message": {"role": "assistant", "content": "üße"}, "done": False},
    {
        "model": "qwen3:8b",
        "message": {"role": "assistant", "content": ""},
        "done": True,
        "done_reason": "stop",
        "total_duration": 4935886791,
        "prompt_eval_count": 26,
        "eval_count": 282,
    },
]
BODY = "".join(json.dumps(line) + "\n" for line in LINES).encode()
NDJSON = "application/x-ndjson"


def test_a_stream(wires: Any) -> None:
    reader = wires.reader("ollama", content_type=NDJSON)
    reader.feed(BODY)
    assert reader.text_bytes == len("Grüßehm".encode())
    usage = reader.finish()
    assert usage.legs == (Leg(input=26, output=282),)
    assert (usage.complete, usage.model, usage.flags) == (True, "qwen3:8b", ())
    cut = wires.read("ollama", BODY[: BODY.rindex(b'"done"')], content_type=NDJSON)
    assert (cut.legs, cut.complete) == ((), False)


@given(cuts=st.lists(st.integers(0, 1000), max_size=9), coding=st.sampled_from(["", "gzip", "zstd"]))
def test_any_cut(wires: Any, cuts: list[int], coding: str) -> None:
    expected = wires.read("ollama", BODY, content_type=NDJSON)
    assert wires.read("ollama", wires.encode(BODY, coding), cuts=cuts, coding=coding, content_type=NDJSON) == expected


def test_whole_answers(wires: Any) -> None:
    assert wires.read_json("ollama", LINES[-1]).legs == (Leg(input=26, output=282),)
    generated = {"model": "m", "response": "x", "done": True, "eval_count": 5}  # its prompt was in the cache
    assert wires.read_json("ollama", generated).legs == (Leg(output=5),)
    embedded = wires.read_json("ollama-embed", {"model": "m", "embeddings": [[0.1]], "prompt_eval_count": 8})
    assert (embedded.legs, embedded.complete) == ((Leg(input=8),), True)
    loaded = wires.read_json("ollama", {"model": "m", "done": True, "done_reason": "load"})
    assert (loaded.legs, loaded.complete) == ((Leg(),), True)


def test_errors(wires: Any) -> None:
    for usage in (
        wires.read("ollama", BODY[:80] + b"}\n", content_type=NDJSON),
        wires.read("ollama", b'{"error":"CANARY model not found"}\n', content_type=NDJSON),
        wires.read_json("ollama", {"error": "CANARY"}, status=404),
        wires.read_json("ollama", {"done": "CANARY", "eval_count": "CANARY", "model": "a\nCANARY"}),
    ):
        assert not usage.complete
        assert "CANARY" not in repr(usage)


@pytest.mark.parametrize(
    ("body", "streamed", "effort", "limit"),
    [
        ({"model": "m", "messages": []}, True, None, None),
        ({"model": "m", "stream": False, "think": "high", "options": {"num_predict": 50}}, False, "high", 50),
        ({"model": "m", "stream": True, "think": True, "options": {"num_predict": -1}}, True, None, None),
        ({"model": "m", "prompt": "CANARY", "options": 7, "messages": 7}, True, None, None),
    ],
)
def test_requests(wires: Any, body: Any, streamed: bool, effort: str | None, limit: int | None) -> None:
    call = wires.ask("ollama", body)
    assert (call.model, call.stream, call.effort, call.max_output) == ("m", streamed, effort, limit)
    assert call.flags == ()
    assert "CANARY" not in repr(call)
    assert wires.ask("ollama-embed", {"model": "m"}).kind == Kind.OTHER


def test_only_its_own_route_is_claimed() -> None:
    for path in ("/api/chat", "/api/generate", "/api/embed"):
        assert recognise("ollama", "POST", path) is not None
        assert recognise("openai", "POST", path) is None
    for path in ("/api/pull", "/api/show", "/api/chat/x"):
        assert recognise("ollama", "POST", path) is None


def test_it_costs_a_known_zero(wires: Any) -> None:
    book = load(resource("pricebook.json").read_bytes())
    for vendor, model in (("ollama", "qwen3:8b"), ("lmstudio", "qwen/qwen3-8b"), ("llama.cpp", "x.gguf")):
        usage = wires.read("ollama", BODY, content_type=NDJSON)
        if vendor != "ollama":
            usage = wires.read_json("chat", {"model": model, "usage": {"prompt_tokens": 5, "completion_tokens": 2}})
        cost = price(usage, vendor=vendor, model_asked=model, at_us=0, book=book)
        assert (cost.pico, cost.basis) == (0, Basis.LOCAL)
    cloud = wires.read_json("ollama", {**LINES[-1], "model": "gpt-oss:120b-cloud"})
    assert price(cloud, vendor="ollama", model_asked=None, at_us=0, book=book).pico is None
