"""What holds for any answer of any wire format: order and cuts do not matter, damage never raises and never hides.

Valid answers are damaged by a generic mutator: any value anywhere becomes something else, or goes missing. What is
said here holds for the count and for the cost made of it.
"""

from __future__ import annotations

import base64
import copy
import itertools
import json
import random
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trayapp.dialects import WIRES, reader_of
from trayapp.platform.resources import resource
from trayapp.pricing import Book, load, price
from trayapp.pricing.prices import TOKENS
from trayapp.values import Usage

NOW = 1_795_446_000_000_000  # 2026-11-23T15:00:00Z
Path = tuple[Any, ...]

ANTHROPIC_USAGE = {
    "input_tokens": 90,
    "cache_creation_input_tokens": 30,
    "cache_read_input_tokens": 400,
    "cache_creation": {"ephemeral_5m_input_tokens": 10, "ephemeral_1h_input_tokens": 20},
    "output_tokens": 70,
    "output_tokens_details": {"thinking_tokens": 9},
    "server_tool_use": {"web_search_requests": 2, "web_fetch_requests": 1},
    "service_tier": "standard",
    "inference_geo": "global",
    "iterations": [
        {"type": "message", "input_tokens": 40, "cache_read_input_tokens": 400, "output_tokens": 30},
        {
            "type": "message",
            "input_tokens": 50,
            "cache_creation_input_tokens": 30,
            "cache_creation": {"ephemeral_5m_input_tokens": 10, "ephemeral_1h_input_tokens": 20},
            "output_tokens": 40,
        },
        {"type": "compaction", "input_tokens": 600, "output_tokens": 11},
        {"type": "advisor_message", "model": "claude-haiku-4-5", "input_tokens": 300, "output_tokens": 12},
    ],
}
MESSAGE = {"type": "message", "id": "m", "model": "claude-opus-5-5", "stop_reason": "end_turn", "content": []}
CHAT_USAGE = {
    "prompt_tokens": 1000,
    "completion_tokens": 120,
    "total_tokens": 1120,
    "prompt_tokens_details": {"cached_tokens": 800, "cache_write_tokens": 50, "audio_tokens": 0},
    "completion_tokens_details": {"reasoning_tokens": 40, "audio_tokens": 0},
}
RESPONSES_USAGE = {
    "input_tokens": 1000,
    "input_tokens_details": {
        "cached_tokens": 700,
        "cache_write_tokens": 60,
        "cache_write_tokens_details": {"ttl_30m_tokens": 20, "ttl_12h_tokens": 40},
    },
    "output_tokens": 90,
    "output_tokens_details": {"reasoning_tokens": 40},
    "total_tokens": 1090,
}
GEMINI_USAGE = {
    "promptTokenCount": 1000,
    "candidatesTokenCount": 80,
    "thoughtsTokenCount": 40,
    "toolUsePromptTokenCount": 30,
    "cachedContentTokenCount": 600,
    "totalTokenCount": 1150,
    "promptTokensDetails": [{"modality": "TEXT", "tokenCount": 990}, {"modality": "AUDIO", "tokenCount": 10}],
    "cacheTokensDetails": [{"modality": "TEXT", "tokenCount": 600}],
}
CONVERSE_USAGE = {
    "inputTokens": 100,
    "outputTokens": 70,
    "totalTokens": 600,
    "cacheReadInputTokens": 400,
    "cacheWriteInputTokens": 30,
    "cacheDetails": [{"ttl": "5m", "inputTokens": 10}, {"ttl": "1h", "inputTokens": 20}],
}
METRICS = {"inputTokenCount": 100, "outputTokenCount": 70, "cacheReadInputTokenCount": 30}

DOCUMENTS: dict[str, tuple[str, str, Any]] = {
    "messages": ("anthropic-messages", "anthropic", {**MESSAGE, "usage": ANTHROPIC_USAGE}),
    "chat": ("openai-chat", "openai", {"id": "c", "model": "gpt-6.1-sol", "choices": [], "usage": CHAT_USAGE}),
    "deepseek": (
        "openai-chat",
        "deepseek",
        {"model": "deepseek-v4-pro", "choices": [], "usage": {**CHAT_USAGE, "prompt_cache_hit_tokens": 800}},
    ),
    "openrouter": (
        "openai-chat",
        "openrouter",
        {"model": "openai/gpt-5-mini", "choices": [], "usage": {**CHAT_USAGE, "cost": 0.0051, "is_byok": False}},
    ),
    "copilot": (
        "openai-chat",
        "github-copilot",
        {"model": "gpt-5.5", "choices": [], "usage": CHAT_USAGE, "copilot_usage": {"total_nano_aiu": 123456789}},
    ),
    "responses": (
        "openai-responses",
        "openai",
        {
            "id": "r",
            "model": "gpt-6.1-sol",
            "status": "completed",
            "service_tier": "flex",
            "output": [{"type": "web_search_call"}, {"type": "file_search_call"}],
            "usage": RESPONSES_USAGE,
        },
    ),
    "gemini": (
        "gemini",
        "gemini",
        {
            "modelVersion": "gemini-3.8-flash",
            "responseId": "g",
            "candidates": [{"finishReason": "STOP", "groundingMetadata": {"webSearchQueries": ["a", "b"]}}],
            "usageMetadata": GEMINI_USAGE,
        },
    ),
    "code-assist": (
        "gemini",
        "gemini",
        {"response": {"modelVersion": "gemini-3.8-flash", "usageMetadata": GEMINI_USAGE}, "traceId": "t"},
    ),
    "converse": ("bedrock-converse", "bedrock", {"usage": CONVERSE_USAGE, "serviceTier": {"type": "default"}}),
    "invoke": ("bedrock-invoke", "bedrock", {**MESSAGE, "usage": ANTHROPIC_USAGE}),
    "invoke-nova": ("bedrock-invoke", "bedrock", {"usage": CONVERSE_USAGE, "output": {}}),
    "invoke-llama": (
        "bedrock-invoke",
        "bedrock",
        {"generation": "x", "prompt_token_count": 100, "generation_token_count": 70},
    ),
    "invoke-metrics": ("bedrock-invoke", "bedrock", {"outputs": [], "amazon-bedrock-invocationMetrics": METRICS}),
    "ollama": ("ollama", "ollama", {"model": "q", "done": True, "prompt_eval_count": 26, "eval_count": 282}),
    "lmstudio": (
        "lmstudio",
        "lmstudio",
        {
            "model_instance_id": "q",
            "stats": {"input_tokens": 5, "total_output_tokens": 7, "reasoning_output_tokens": 1},
        },
    ),
    "llamacpp": (
        "llamacpp",
        "llamacpp",
        {"stop": True, "tokens_evaluated": 26, "tokens_predicted": 4, "timings": {"cache_n": 20}},
    ),
}
ASKED = {
    "bedrock": "us.anthropic.claude-opus-5-5",
    "anthropic": "claude-opus-5-5",
    "openai": "gpt-6.1-sol",
    "gemini": "gemini-3.8-flash",
    "deepseek": "deepseek-v4-pro",
    "openrouter": "openai/gpt-5-mini",
    "github-copilot": "gpt-5.5",
}
NECESSARY = {
    "input_tokens",
    "output_tokens",
    "prompt_tokens",
    "completion_tokens",
    "promptTokenCount",
    "inputTokens",
    "outputTokens",
    "inputTokenCount",
    "outputTokenCount",
    "prompt_token_count",
    "generation_token_count",
    "total_output_tokens",
    "tokens_evaluated",
    "tokens_predicted",
}
"""Counts without which an answer is not whole."""


def streams() -> dict[str, tuple[str, str, bytes]]:
    """A whole stream of each wire format: name to wire, content type and bytes."""

    def sse(*events: Any) -> bytes:
        return b"".join(b"data: " + json.dumps(e).encode() + b"\n\n" for e in events)

    def lines(*events: Any) -> bytes:
        return b"".join(json.dumps(e).encode() + b"\n" for e in events)

    start = {**MESSAGE, "usage": {**ANTHROPIC_USAGE, "output_tokens": 1, "iterations": None}}
    anthropic = (
        {"type": "message_start", "message": start},
        {"type": "content_block_delta", "delta": {"type": "text_delta", "text": "Grüße"}},
        {"type": "message_delta", "delta": {"stop_reason": "end_turn"}, "usage": ANTHROPIC_USAGE},
        {"type": "message_stop"},
    )
    chunks = tuple({"chunk": {"bytes": base64.b64encode(json.dumps(e).encode()).decode()}} for e in anthropic)
    chat = ({"choices": [{"delta": {"content": "x"}}], "usage": None}, DOCUMENTS["chat"][2])
    responses = (
        {"type": "response.created", "response": {"id": "r", "model": "gpt-6.1-sol"}},
        {"type": "response.output_text.delta", "delta": "x"},
        {"type": "response.completed", "response": DOCUMENTS["responses"][2]},
    )
    gemini = ({"usageMetadata": {"promptTokenCount": 1000}}, DOCUMENTS["gemini"][2])
    converse = ({"contentBlockDelta": {"delta": {"text": "x"}}}, {"metadata": DOCUMENTS["converse"][2]})
    studio = ({"type": "message.delta", "content": "x"}, {"type": "chat.end", "result": DOCUMENTS["lmstudio"][2]})
    ollama = ({"model": "q", "done": False, "response": "x"}, DOCUMENTS["ollama"][2])
    llama = ({"content": "x", "stop": False}, DOCUMENTS["llamacpp"][2])
    events, ndjson = "text/event-stream", "application/x-ndjson"
    return {
        "messages": ("anthropic-messages", events, sse(*anthropic)),
        "chat": ("openai-chat", events, sse(*chat) + b"data: [DONE]\n\n"),
        "responses": ("openai-responses", events, sse(*responses)),
        "gemini": ("gemini", events, sse(*gemini)),
        "gemini array": ("gemini", "application/json", json.dumps(gemini).encode()),
        "converse": ("bedrock-converse", ndjson, lines(*converse)),
        "invoke": ("bedrock-invoke", ndjson, lines(*chunks)),
        "ollama": ("ollama", ndjson, lines(*ollama)),
        "lmstudio": ("lmstudio", events, sse(*studio)),
        "llamacpp": ("llamacpp", events, sse(*llama)),
    }


STREAMS = streams()


@pytest.fixture(scope="module")
def book() -> Book:
    return load(resource("pricebook.json").read_bytes())


def read(wire: str, body: bytes, content_type: str = "application/json", cuts: tuple[int, ...] = ()) -> Usage:
    reader = reader_of(wire, content_type=content_type)
    places = sorted({0, len(body), *(cut % (len(body) + 1) for cut in cuts)})
    for start, end in itertools.pairwise(places):
        reader.feed(body[start:end])
    return reader.finish()


def shuffled(value: Any, rng: random.Random) -> Any:
    if isinstance(value, dict):
        items = [(key, shuffled(inner, rng)) for key, inner in value.items()]
        rng.shuffle(items)
        return dict(items)
    return [shuffled(inner, rng) for inner in value] if isinstance(value, list) else value


def places(value: Any, at: Path = ()) -> Iterator[Path]:
    """Every place in a document."""
    inner: Any = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, child in inner:
        yield (*at, key)
        yield from places(child, (*at, key))


def changed(document: Any, place: Path, how: Callable[[Any, Any], None]) -> Any:
    copied = copy.deepcopy(document)
    parent = copied
    for key in place[:-1]:
        parent = parent[key]
    how(parent, place[-1])
    return copied


def removed(parent: Any, key: Any) -> None:
    del parent[key]


def value_at(document: Any, place: Path) -> Any:
    for key in place:
        document = document[key]
    return document


def test_every_wire_is_here() -> None:
    assert {wire for wire, _, _ in DOCUMENTS.values()} == set(WIRES)
    assert {wire for wire, _, _ in STREAMS.values()} == set(WIRES)


@pytest.mark.parametrize("name", DOCUMENTS)
def test_the_documents_are_whole_and_priced(book: Book, name: str) -> None:
    wire, vendor, document = DOCUMENTS[name]
    usage = read(wire, json.dumps(document).encode())
    assert (usage.complete, usage.flags) == (True, ())
    cost = price(usage, vendor=vendor, model_asked=ASKED.get(vendor, "q"), at_us=NOW, book=book)
    assert cost.pico is not None
    assert cost.pico == sum(amount for _, amount in cost.components)
    assert cost.pico > 0 or vendor in ("ollama", "lmstudio", "llamacpp")


@given(
    name=st.sampled_from(sorted(DOCUMENTS)),
    rng=st.randoms(use_true_random=False),
    cuts=st.tuples(*[st.integers(0, 5000)] * 5),
)
def test_the_order_of_keys_and_the_cuts_do_not_matter(name: str, rng: random.Random, cuts: tuple[int, ...]) -> None:
    wire, _, document = DOCUMENTS[name]
    expected = read(wire, json.dumps(document).encode())
    body = json.dumps(shuffled(document, rng), indent=rng.choice([None, 1]), ensure_ascii=rng.choice([True, False]))
    assert read(wire, body.encode(), cuts=cuts) == expected


@settings(max_examples=200)
@given(name=st.sampled_from(sorted(STREAMS)), cuts=st.lists(st.integers(0, 20_000), max_size=12))
def test_any_cut_of_any_stream(name: str, cuts: list[int]) -> None:
    wire, content_type, body = STREAMS[name]
    whole = read(wire, body, content_type)
    assert (whole.complete, whole.flags) == (True, ())
    assert read(wire, body, content_type, tuple(cuts)) == whole


@pytest.mark.parametrize("name", STREAMS)
def test_a_stream_and_a_document_say_the_same(name: str) -> None:
    wire, content_type, body = STREAMS[name]
    document = DOCUMENTS[name.removesuffix(" array")][2]
    assert read(wire, body, content_type).legs == read(wire, json.dumps(document).encode()).legs


@pytest.mark.parametrize("name", STREAMS)
def test_a_cut_stream_is_never_complete_too_early(name: str) -> None:
    wire, content_type, body = STREAMS[name]
    whole = read(wire, body, content_type)
    for end in range(0, len(body), 7):
        usage = read(wire, body[:end], content_type)
        if usage.complete:
            assert usage.legs == whole.legs


PARTS = {
    "usage",
    "usageMetadata",
    "stats",
    "cache_creation",
    "server_tool_use",
    "prompt_tokens_details",
    "completion_tokens_details",
    "input_tokens_details",
    "output_tokens_details",
}
"""Objects that hold counts."""
ODD = [None, True, False, "x", "", -1, -5, 0.5, 1e300, -0.0, [], {}, [[]], {"a": []}, 10**13, 10**40, "9" * 400, "NaN"]
PLACES = [(name, place) for name, (_, _, document) in DOCUMENTS.items() for place in places(document)]


@settings(max_examples=1500)
@given(place=st.sampled_from(PLACES), odd=st.sampled_from(ODD))
def test_no_odd_value_raises_or_becomes_a_count(book: Book, place: tuple[str, Path], odd: Any) -> None:
    name, at = place
    wire, vendor, document = DOCUMENTS[name]
    whole = read(wire, json.dumps(document).encode())
    was = value_at(document, at)

    def put(parent: Any, key: Any) -> None:
        parent[key] = odd

    usage = read(wire, json.dumps(changed(document, at, put)).encode())
    for leg in usage.legs:
        assert all(0 <= getattr(leg, token) <= 10**12 for token in TOKENS)
        assert leg.reasoning <= leg.output
    cost = price(usage, vendor=vendor, model_asked=ASKED.get(vendor, "q"), at_us=NOW, book=book)
    assert (cost.pico is None) == (cost.basis == "unpriced")
    count = isinstance(was, int) and not isinstance(was, bool) and not isinstance(at[-1], int)
    if count and odd is not None and "details" not in str(at[-2:-1]).lower():
        # A count that cannot be one is never passed over in silence.
        assert usage.flags or not usage.complete or usage.legs == whole.legs
    part = isinstance(was, dict) and at[-1] in PARTS and odd is not None and not isinstance(odd, dict)
    if part:
        assert usage.flags or not usage.complete
    if count and at[-1] in NECESSARY and "iterations" not in at and not usage.complete:
        assert "no_usage" in usage.flags or usage.error is not None


@settings(max_examples=600)
@given(place=st.sampled_from(PLACES))
def test_what_is_missing_is_noticed(place: tuple[str, Path]) -> None:
    name, at = place
    wire, _, document = DOCUMENTS[name]
    usage = read(wire, json.dumps(changed(document, at, removed)).encode())
    inside = {"iterations", "cacheDetails", "promptTokensDetails", "cacheTokensDetails"} & set(at)
    if at[-1] in NECESSARY and not inside and wire not in ("ollama", "gemini"):
        # Ollama and Gemini leave zeros out.
        assert not usage.complete
        assert "no_usage" in usage.flags


WHOLE = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=6),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=6,
)


@settings(max_examples=400)
@given(name=st.sampled_from(sorted(DOCUMENTS)), wild=WHOLE, data=st.data())
def test_any_json_in_any_place(book: Book, name: str, wild: Any, data: st.DataObject) -> None:
    wire, vendor, document = DOCUMENTS[name]
    at = data.draw(st.sampled_from(list(places(document))))

    def put(parent: Any, key: Any) -> None:
        parent[key] = wild

    usage = read(wire, json.dumps(changed(document, at, put)).encode())
    cost = price(usage, vendor=vendor, model_asked=ASKED.get(vendor, "q"), at_us=NOW, book=book)
    assert cost.pico is None or cost.pico == sum(amount for _, amount in cost.components)


COUNTS = [
    (name, at)
    for name, at in PLACES
    if isinstance(value_at(DOCUMENTS[name][2], at), int)
    and at[-1] not in ("total_tokens", "totalTokenCount", "totalTokens", "is_byok", "done", "stop", "total_nano_aiu")
    and name not in ("copilot", "openrouter", "ollama", "lmstudio", "llamacpp")
]


@settings(max_examples=300)
@given(place=st.sampled_from(COUNTS), more=st.integers(1, 10**6))
def test_cached_never_exceeds_the_prompt(place: tuple[str, Path], more: int) -> None:
    name, at = place
    wire, _, document = DOCUMENTS[name]

    def grow(parent: Any, key: Any) -> None:
        parent[key] += more

    before = read(wire, json.dumps(document).encode())
    grown = read(wire, json.dumps(changed(document, at, grow)).encode())
    cached = [leg.cache_read + leg.cache_read_audio for leg in grown.legs]
    assert all(part <= leg.prompt for part, leg in zip(cached, grown.legs, strict=True))
    if wire.startswith("openai") and at[-1] not in ("prompt_tokens", "input_tokens"):
        # Everything but the prompt itself is a part of it, or output: the prompt stays what was said.
        assert sum(leg.prompt for leg in grown.legs) == sum(leg.prompt for leg in before.legs)
        if at[-1] in ("cached_tokens", "cache_write_tokens") and more > 1000:
            assert "cached_exceeds_prompt" in grown.flags


GROWING = {
    "input_tokens": 1,
    "output_tokens": 1,
    "prompt_tokens": 1,
    "completion_tokens": 1,
    "promptTokenCount": 1,
    "candidatesTokenCount": 1,
    "thoughtsTokenCount": 1,
    "toolUsePromptTokenCount": 1,
    "inputTokens": 1,
    "outputTokens": 1,
    "inputTokenCount": 1,
    "outputTokenCount": 1,
    "prompt_token_count": 1,
    "generation_token_count": 1,
}
MONOTONE = [(n, at) for n, at in COUNTS if at[-1] in GROWING and "iterations" not in at and "cacheDetails" not in at]


@settings(max_examples=300)
@given(place=st.sampled_from(MONOTONE), more=st.integers(1, 2 * 10**6))
def test_more_tokens_never_cost_less(book: Book, place: tuple[str, Path], more: int) -> None:
    name, at = place
    wire, vendor, document = DOCUMENTS[name]
    document = copy.deepcopy(document)
    usage = document.get("usage")
    if isinstance(usage, dict):
        usage.pop("iterations", None)
        usage.pop("total_tokens", None)

    def grow(parent: Any, key: Any) -> None:
        parent[key] += more

    amounts = []
    for body in (document, changed(document, at, grow)):
        counted = read(wire, json.dumps(body).encode())
        cost = price(counted, vendor=vendor, model_asked=ASKED[vendor], at_us=NOW, book=book)
        amounts.append(cost.pico)
    few, many = amounts
    assert few is not None
    # A tier for long prompts may have no published rate (unpriced); it is never cheaper.
    assert many is None or many > few
