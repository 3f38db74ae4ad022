"""Amazon Bedrock: InvokeModel with each maker's bodies, Converse, and both as event streams."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trayapp.dialects import eventstream, recognise
from trayapp.values import Kind, Leg, Usage

Frame = Callable[..., bytes]
CUTS = st.lists(st.integers(0, 10_000), max_size=12)
METRICS = {
    "amazon-bedrock-invocationMetrics": {
        "inputTokenCount": 7,
        "outputTokenCount": 3,
        "cacheReadInputTokenCount": 20,
        "cacheWriteInputTokenCount": 5,
        "invocationLatency": 1,
    }
}
COUNTED = Leg(input=7, cache_read=20, cache_write=5, output=3)
USAGE = {
    "inputTokens": 1200,
    "outputTokens": 800,
    "totalTokens": 62000,
    "cacheReadInputTokens": 50000,
    "cacheReadInputTokenCount": 50000,
    "cacheWriteInputTokens": 10000,
    "cacheWriteInputTokenCount": 10000,
    "cacheDetails": [{"inputTokens": 4000, "ttl": "1h"}, {"inputTokens": 6000, "ttl": "5m"}],
}
CONVERSED = Leg(input=1200, cache_read=50000, cache_write=6000, cache_write_1h=4000, output=800)


def chunks(frame: Frame, events: list[Any]) -> bytes:
    def payload(event: Any) -> bytes:
        inner = base64.b64encode(json.dumps(event).encode()).decode()
        return json.dumps({"bytes": inner, "p": "abcdef"}).encode()

    return b"".join(frame("chunk", payload(event)) for event in events)


def conversation(frame: Frame, usage: Any = USAGE) -> bytes:
    return b"".join(
        frame(kind, json.dumps(payload).encode())
        for kind, payload in (
            ("messageStart", {"role": "assistant"}),
            ("contentBlockDelta", {"delta": {"text": "Grüße"}, "contentBlockIndex": 0}),
            ("contentBlockDelta", {"delta": {"reasoningContent": {"text": "hm"}}, "contentBlockIndex": 0}),
            ("contentBlockDelta", {"delta": {"toolUse": {"input": '{"a":1}'}}, "contentBlockIndex": 1}),
            ("contentBlockStop", {"contentBlockIndex": 0}),
            ("messageStop", {"stopReason": "end_turn"}),
            ("metadata", {"usage": usage, "metrics": {"latencyMs": 1}, "serviceTier": {"type": "flex"}}),
        )
    )


def stream(wires: Any, kind: str, body: bytes, cuts: list[int] | None = None, status: int = 200) -> Usage:
    usage: Usage = wires.read(kind, body, cuts=cuts or [], content_type=eventstream.CONTENT_TYPE, status=status)
    return usage


@pytest.mark.parametrize(
    ("path", "wire", "model", "streamed"),
    [
        ("/model/us.anthropic.claude-opus-5-5/invoke", "bedrock-invoke", "us.anthropic.claude-opus-5-5", False),
        ("/model/anthropic.claude-v1%3A0/invoke-with-response-stream", "bedrock-invoke", "anthropic.claude-v1:0", True),
        ("/gateway/model/amazon.nova-pro-v1:0/converse", "bedrock-converse", "amazon.nova-pro-v1:0", False),
        (
            "/model/arn%3Aaws%3Abedrock%3Aeu-west-1%3A1%3Ainference-profile%2Feu.anthropic.claude-x/converse-stream",
            "bedrock-converse",
            "arn:aws:bedrock:eu-west-1:1:inference-profile/eu.anthropic.claude-x",
            True,
        ),
    ],
)
def test_the_path_names_the_model(wires: Any, path: str, wire: str, model: str, streamed: bool) -> None:
    body = {"anthropic_version": "bedrock-2023-05-31", "max_tokens": 5, "messages": [{"role": "user", "content": "x"}]}
    call = wires.ask("", body, vendor="bedrock", path=path)
    assert (call.wire, call.model, call.stream, call.vendor) == (wire, model, streamed, "bedrock")
    assert call.flags == ()


def test_what_converse_asks(wires: Any) -> None:
    call = wires.ask(
        "converse",
        {
            "messages": [{"role": "user", "content": [{"text": "x"}]}],
            "inferenceConfig": {"maxTokens": 900},
            "additionalModelRequestFields": {"thinking": {"type": "enabled", "budget_tokens": 2000}},
            "serviceTier": {"type": "priority"},
        },
    )
    assert (call.max_output, call.effort, call.tier, call.kind) == (900, "budget:2000", "priority", Kind.MAIN)
    assert wires.ask("converse", {"inferenceConfig": {"maxTokens": 1}}).kind == Kind.PROBE
    assert wires.ask("converse", b"{").flags == ("request_unreadable",)
    assert wires.ask("converse", None).flags == ("request_overflow",)


@pytest.mark.parametrize(
    "path", ["/model/x/count-tokens", "/model/x/invoke/y", "/model//converse", "/converse", "/model/a/b/invoke"]
)
def test_other_paths_are_not_claimed(path: str) -> None:
    assert recognise("bedrock", "POST", path) is None


def test_converse_whole(wires: Any) -> None:
    usage = wires.read_json("converse", {"output": {}, "stopReason": "end_turn", "usage": USAGE})
    assert usage.legs == (CONVERSED,)
    assert usage.complete
    assert usage.flags == ()


@pytest.mark.parametrize(
    ("change", "leg", "flag"),
    [
        ({"cacheDetails": None}, Leg(input=1200, cache_read=50000, cache_write=10000, output=800), None),
        ({"cacheDetails": [{"inputTokens": 4000, "ttl": "1h"}]}, CONVERSED, None),
        (
            {"cacheDetails": [{"inputTokens": 10000, "ttl": "9d"}]},
            Leg(input=1200, cache_read=50000, cache_write=10000, output=800),
            "unknown_cache_life",
        ),
        (
            {"cacheDetails": [{"inputTokens": 20000, "ttl": "5m"}]},
            Leg(input=1200, cache_read=50000, cache_write=20000, output=800),
            "cache_split_mismatch",
        ),
        (
            {"cacheDetails": [{"inputTokens": -1, "ttl": "1h"}]},
            Leg(input=1200, cache_read=50000, cache_write=10000, output=800),
            "bad_number",
        ),
    ],
)
def test_converse_cache_lives(wires: Any, change: dict[str, Any], leg: Leg, flag: str | None) -> None:
    usage = wires.read_json("converse", {"usage": {**USAGE, **change}})
    assert usage.legs == (leg,)
    assert usage.flags == (() if flag is None else (flag,))


def test_converse_stream(wires: Any, frame: Frame) -> None:
    usage = stream(wires, "converse", conversation(frame))
    assert usage.legs == (CONVERSED,)
    assert (usage.complete, usage.tier, usage.flags) == (True, "flex", ())
    reader = wires.reader("converse", content_type=eventstream.CONTENT_TYPE)
    reader.feed(conversation(frame))
    assert reader.text_bytes == len("Grüße".encode()) + 2 + 7
    cut = stream(wires, "converse", conversation(frame)[:-20])
    assert (cut.legs, cut.complete) == ((), False)


@given(cuts=CUTS, coding=st.sampled_from(["", "gzip"]))
def test_any_cut_of_a_stream(wires: Any, frame: Frame, streams: Any, cuts: list[int], coding: str) -> None:
    for kind, body in (("converse", conversation(frame)), ("invoke", chunks(frame, streams["anthropic"][0]))):
        coded = wires.encode(body, coding)
        assert wires.read(kind, coded, cuts=cuts, coding=coding, content_type=eventstream.CONTENT_TYPE) == stream(
            wires, kind, body
        )


def test_claude_on_bedrock_counts_as_claude(wires: Any, frame: Frame, streams: Any) -> None:
    events = [*streams["anthropic"][0][:-1], {"type": "message_stop", **METRICS}]
    native = wires.read("anthropic", wires.sse(streams["anthropic"][0]))
    usage = stream(wires, "invoke", chunks(frame, events))
    assert usage.legs == native.legs
    assert (usage.complete, usage.model, usage.message_id) == (True, None, native.message_id)
    assert usage.web_searches == native.web_searches


def test_bedrocks_own_count_fills_what_the_maker_leaves_out(wires: Any, frame: Frame) -> None:
    for events in (
        [{"type": "message_start", "message": {"usage": {"input_tokens": 7}}}, {"type": "message_stop", **METRICS}],
        [{"generation": "abc"}, {"generation": "", **METRICS}],
        [{"choices": [{"delta": {"content": "abc"}}, 7]}, {"choices": [], **METRICS}],
        [{"outputText": "abc"}, METRICS],
    ):
        usage = stream(wires, "invoke", chunks(frame, events))
        assert usage.legs == (COUNTED,), events
        assert usage.complete
    for metrics in ({}, {"inputTokenCount": 7}, 7, {"inputTokenCount": "x", "outputTokenCount": 3}):
        usage = stream(wires, "invoke", chunks(frame, [{"amazon-bedrock-invocationMetrics": metrics}]))
        assert (usage.legs, usage.complete) == ((), False)


@pytest.mark.parametrize(
    ("body", "leg"),
    [
        (
            {"type": "message", "model": "claude-x", "usage": {"input_tokens": 7, "output_tokens": 3}},
            Leg(input=7, output=3),
        ),
        (
            {"usage": {"inputTokens": 7, "outputTokens": 3, "cacheReadInputTokenCount": 2}},
            Leg(input=7, cache_read=2, output=3),
        ),
        (
            {
                "choices": [],
                "usage": {"prompt_tokens": 7, "completion_tokens": 3, "prompt_tokens_details": {"cached_tokens": 2}},
            },
            Leg(input=5, cache_read=2, output=3),
        ),
        ({"generation": "x", "prompt_token_count": 7, "generation_token_count": 3}, Leg(input=7, output=3)),
        ({"inputTextTokenCount": 7, "results": [{"tokenCount": 1}, {"tokenCount": 2}]}, Leg(input=7, output=3)),
        ({"completion": "x", **METRICS}, COUNTED),
    ],
)
def test_each_makers_whole_body(wires: Any, body: Any, leg: Leg) -> None:
    usage = wires.read_json("invoke", body)
    assert usage.legs == (leg,)
    assert usage.complete
    assert usage.model is None


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"usage": {"tokens": 5}},
        {"usage": {"prompt_tokens": 5}},
        {"inputTextTokenCount": 7, "results": [{"tokenCount": None}]},
        {"inputTextTokenCount": 7, "results": [7]},
        {"usage": 7},
    ],
)
def test_what_is_not_counted_is_not_zero(wires: Any, body: Any) -> None:
    usage = wires.read_json("invoke", body)
    assert (usage.legs, usage.complete) == ((), False)
    assert "no_usage" in usage.flags


def test_errors_keep_their_type_and_lose_their_text(wires: Any, frame: Frame) -> None:
    for kind in ("invoke", "converse"):
        body = frame("throttlingException", b'{"message":"CANARY"}', "exception")
        usage = stream(wires, kind, body)
        assert usage.error == "throttlingException"
        assert "CANARY" not in repr(usage)
        refused = wires.read_json(kind, {"message": "CANARY", "__type": "x"}, status=403)
        assert refused.error is not None
        assert "CANARY" not in repr(refused)


def test_no_text_is_kept(wires: Any, frame: Frame, streams: Any) -> None:
    canary = "CANARY-7f3a"
    events = json.loads(json.dumps(streams["anthropic"][0]).replace(json.dumps("Grüße")[1:-1], canary))
    assert canary in repr(events)
    assert canary not in repr(stream(wires, "invoke", chunks(frame, events)))
    body = frame("contentBlockDelta", json.dumps({"delta": {"text": canary}}).encode()) + conversation(frame)
    assert canary not in repr(stream(wires, "converse", body))
    ask = {"messages": [{"role": "user", "content": [{"text": canary}]}], "system": [{"text": canary}]}
    for kind in ("invoke", "converse"):
        assert canary not in repr(wires.ask(kind, ask, {"Authorization": f"Bearer {canary}"}))


@given(inner=st.binary(max_size=60), data=st.binary(max_size=80))
def test_any_payload_raises_nothing(wires: Any, frame: Frame, inner: bytes, data: bytes) -> None:
    chunk = json.dumps({"bytes": base64.b64encode(inner).decode()}).encode()
    for kind in ("invoke", "converse"):
        for body in (frame("chunk", chunk), frame("metadata", data), frame("chunk", data)):
            assert not stream(wires, kind, body).complete


def test_a_running_stream_is_guessed_as_claude(wires: Any, frame: Frame) -> None:
    reader = wires.reader("invoke", content_type=eventstream.CONTENT_TYPE)
    reader.feed(chunks(frame, [{"type": "content_block_delta", "delta": {"type": "text_delta", "text": "x" * 288}}]))
    assert reader.live() == (None, 100)


HEADERS = [
    (b"X-Amzn-Bedrock-Input-Token-Count", b"1000"),
    (b"x-amzn-bedrock-output-token-count", b"100"),
    (b"x-amzn-bedrock-invocation-latency", b"512"),
]


def test_a_body_without_counts_is_counted_by_its_headers(wires: Any) -> None:
    reader = wires.reader("invoke", content_type="application/json")
    reader.note(HEADERS)
    reader.feed(json.dumps({"outputs": [{"text": "x", "stop_reason": "stop"}]}).encode())
    usage = reader.finish()
    assert (usage.legs, usage.complete, usage.flags) == ((Leg(input=1000, output=100),), True, ())


def test_the_makers_own_count_stands_above_the_headers(wires: Any) -> None:
    reader = wires.reader("invoke", content_type="application/json")
    reader.note([*HEADERS, (b"x-amzn-bedrock-service-tier", b"flex")])
    split = {"ephemeral_5m_input_tokens": 0, "ephemeral_1h_input_tokens": 7}
    reader.feed(json.dumps({"usage": {"input_tokens": 9, "output_tokens": 3, "cache_creation": split}}).encode())
    usage = reader.finish()
    assert usage.legs == (Leg(input=9, cache_write_1h=7, output=3),)
    assert usage.tier == "flex"


@pytest.mark.parametrize("count", [b"", b"-1", b"x", b"1.5", b"9" * 40])
def test_headers_that_count_nothing(wires: Any, count: bytes) -> None:
    reader = wires.reader("invoke", content_type="application/json")
    reader.note([(HEADERS[0][0], count), HEADERS[1]])
    reader.feed(b'{"outputs": []}')
    usage = reader.finish()
    assert (usage.legs, usage.complete) == ((), False)


def test_novas_stream_may_lack_bedrocks_metrics(wires: Any) -> None:
    events = [
        {"contentBlockDelta": {"delta": {"text": "Hi"}, "contentBlockIndex": 0}},
        {"metadata": {"usage": {"inputTokens": 7, "outputTokens": 2, "cacheReadInputTokenCount": 3}}},
    ]
    usage = wires.read("invoke", "".join(json.dumps(e) + "\n" for e in events).encode(), content_type="x/ndjson")
    assert (usage.legs, usage.complete) == ((Leg(input=7, cache_read=3, output=2),), True)


def test_a_faster_service_is_told(wires: Any) -> None:
    document = {"usage": {"inputTokens": 7, "outputTokens": 2}, "performanceConfig": {"latency": "optimized"}}
    assert wires.read_json("converse", document).speed == "optimized"
    assert wires.read_json("converse", {**document, "performanceConfig": {"latency": "standard"}}).speed is None
    reader = wires.reader("invoke", content_type="application/json")
    reader.note([(b"x-amzn-bedrock-performanceconfig-latency", b"optimized")])
    reader.feed(b'{"usage": {"input_tokens": 1, "output_tokens": 1}}')
    assert reader.finish().speed == "optimized"


def test_a_prompt_router_names_the_model_it_chose(wires: Any) -> None:
    chosen = "arn:aws:bedrock:us-east-1:1:inference-profile/us.anthropic.claude-sonnet-4-5-20250929-v1:0"
    document = {"usage": {"inputTokens": 7, "outputTokens": 2}, "trace": {"promptRouter": {"invokedModelId": chosen}}}
    assert wires.read_json("converse", document).model == chosen
    assert wires.read_json("converse", {**document, "trace": {"guardrail": {}}}).model is None
