"""Usage as each vendor counts it."""

from __future__ import annotations

from typing import Any

import pytest

from trayapp.dialects import usage_of
from trayapp.values import Leg


def message(usage: Any, **more: Any) -> dict[str, Any]:
    return {"type": "message", "id": "msg_1", "model": "claude-opus-5-5", "content": [], "usage": usage, **more}


# Anthropic


def test_anthropic_stream(wires: Any, streams: Any) -> None:
    events, _ = streams["anthropic"]
    reader = wires.reader("anthropic")
    reader.feed(wires.sse(events[:1], named=True))
    assert reader.live() == (13521, 1)
    reader.feed(wires.sse(events[1:5], named=True))
    assert reader.text_bytes == len('Grüße \\ "x" [{]}\n'.encode()) + len('{"a":1}')
    assert not reader.ended
    assert reader.live()[1] == 10  # 28 bytes at 2.88 a token, rounded up
    reader.feed(wires.sse(events[5:], named=True))
    assert reader.ended
    assert reader.live() == (13521, 431)
    usage = reader.finish()
    assert usage.legs == (
        Leg(input=21, cache_read=12000, cache_write=1000, cache_write_1h=500, output=431, reasoning=100),
    )
    assert usage.complete
    assert (usage.model, usage.message_id, usage.tier, usage.geo) == ("claude-opus-5-5", "msg_01", "standard", "global")
    assert usage.web_searches == 2
    assert usage.flags == ()


def test_anthropic_delta_overwrites_and_never_adds(wires: Any, streams: Any) -> None:
    events, _ = streams["anthropic"]
    twice = [*events[:-1], events[-2], events[-1]]
    assert wires.read("anthropic", wires.sse(twice)) == wires.read("anthropic", wires.sse(events))


def test_anthropic_delta_may_replace_the_prompt(wires: Any, streams: Any) -> None:
    events, _ = streams["anthropic"]
    grown = {**events[-2], "usage": {"input_tokens": 500, "cache_creation_input_tokens": 1800, "output_tokens": 7}}
    usage = wires.read("anthropic", wires.sse([*events[:-2], grown, events[-1]]))
    leg = usage.legs[0]
    assert (leg.input, leg.cache_write, leg.cache_write_1h, leg.output) == (500, 1300, 500, 7)
    assert usage.flags == ("cache_split_missing",)


@pytest.mark.parametrize(
    ("usage", "expected", "flags"),
    [
        ({"cache_creation_input_tokens": 300}, (300, 0), ()),
        (
            {
                "cache_creation_input_tokens": 300,
                "cache_creation": {"ephemeral_5m_input_tokens": 100, "ephemeral_1h_input_tokens": 200},
            },
            (100, 200),
            (),
        ),
        (
            {
                "cache_creation_input_tokens": 999,
                "cache_creation": {"ephemeral_5m_input_tokens": 10, "ephemeral_1h_input_tokens": 20},
            },
            (10, 20),
            ("cache_split_mismatch",),
        ),
        ({"cache_creation": {"ephemeral_1h_input_tokens": 20}}, (0, 20), ()),
        (
            {"cache_creation_input_tokens": 50, "cache_creation": {"ephemeral_5m_input_tokens": 0}},
            (50, 0),
            ("cache_split_mismatch",),
        ),
        ({"cache_creation_input_tokens": 50, "cache_creation": None}, (50, 0), ()),
    ],
)
def test_anthropic_cache_writes(wires: Any, usage: Any, expected: tuple[int, int], flags: tuple[str, ...]) -> None:
    read = wires.read_json("anthropic", message({"input_tokens": 1, "output_tokens": 2, **usage}))
    assert (read.legs[0].cache_write, read.legs[0].cache_write_1h) == expected
    assert read.flags == flags
    assert read.complete


def entry(kind: str, read: int, written: int, **more: Any) -> dict[str, Any]:
    return {"type": kind, "input_tokens": read, "output_tokens": written, **more}


@pytest.mark.parametrize(
    ("totals", "iterations", "expected", "flags"),
    [
        (
            (90000, 700),
            [entry("message", 30000, 300), entry("message", 60000, 400)],
            [("message", None, 30000, 300), ("message", None, 60000, 400)],
            (),
        ),
        (
            (682, 1320),
            [entry("compaction", 60385, 592), entry("message", 682, 1320)],
            [("message", None, 682, 1320), ("compaction", None, 60385, 592)],
            (),
        ),
        (
            (2414, 3200),
            [
                entry("message", 1051, 35),
                entry("advisor_message", 2728, 874, model="claude-opus-4-7"),
                entry("message", 1363, 3165),
            ],
            [
                ("message", None, 1051, 35),
                ("message", None, 1363, 3165),
                ("advisor", "claude-opus-4-7", 2728, 874),
            ],
            (),
        ),
        (
            (100, 50),
            [
                entry("message", 100, 0, model="claude-fable-5-2"),
                entry("fallback_message", 100, 50, model="claude-opus-5-5"),
            ],
            [("fallback", "claude-opus-5-5", 100, 50)],
            (),
        ),
        (
            (100, 50),
            [entry("message", 90, 5, model="claude-fable-5-2"), entry("fallback_message", 100, 50)],
            [("message", "claude-fable-5-2", 90, 5), ("fallback", None, 100, 50)],
            (),
        ),
        (
            (150, 60),
            [
                entry("message", 90, 0, model="claude-fable-5-2"),
                entry("message", 50, 10, model="claude-opus-5-5"),
                entry("fallback_message", 100, 50, model="claude-opus-5-5"),
            ],
            [("message", "claude-opus-5-5", 50, 10), ("fallback", "claude-opus-5-5", 100, 50)],
            (),
        ),
        (
            (100, 50),
            [entry("message", 1, 1), entry("message", 2, 2)],
            [("message", None, 100, 50)],
            ("iterations_mismatch",),
        ),
        ((100, 50), [entry("fallback_message", 1, 1)], [("message", None, 100, 50)], ("iterations_mismatch",)),
        ((100, 50), [entry("new_thing", 1, 1), 7, None], [("message", None, 100, 50)], ("unknown_iteration",)),
        ((100, 50), "x", [("message", None, 100, 50)], ("bad_shape",)),
        ((100, 50), [], [("message", None, 100, 50)], ()),
    ],
)
def test_anthropic_iterations(
    wires: Any, totals: tuple[int, int], iterations: Any, expected: Any, flags: tuple[str, ...]
) -> None:
    usage = {"input_tokens": totals[0], "output_tokens": totals[1], "iterations": iterations}
    read = wires.read_json("anthropic", message(usage))
    assert [(leg.kind, leg.model, leg.input, leg.output) for leg in read.legs] == expected
    assert read.flags == flags


def test_anthropic_iterations_state_lives_and_totals_state_thinking(wires: Any) -> None:
    split = {"ephemeral_5m_input_tokens": 10, "ephemeral_1h_input_tokens": 30}
    usage = {
        "input_tokens": 30,
        "output_tokens": 12,
        "cache_creation_input_tokens": 80,
        "cache_creation": {"ephemeral_5m_input_tokens": 80, "ephemeral_1h_input_tokens": 0},
        "output_tokens_details": {"thinking_tokens": 9},
        "iterations": [
            entry("message", 10, 8, cache_creation_input_tokens=40, cache_creation=split),
            entry("message", 20, 4, cache_creation_input_tokens=40, cache_creation=split),
        ],
    }
    read = wires.read_json("anthropic", message(usage))
    assert read.legs == (
        Leg(input=10, cache_write=10, cache_write_1h=30, output=8, reasoning=8),
        Leg(input=20, cache_write=10, cache_write_1h=30, output=4, reasoning=1),
    )


def test_anthropic_refusal_without_output_is_flagged(wires: Any) -> None:
    read = wires.read_json("anthropic", message({"input_tokens": 9, "output_tokens": 0}, stop_reason="refusal"))
    assert read.flags == ("refused",)
    assert read.legs[0].input == 9
    with_output = wires.read_json("anthropic", message({"input_tokens": 9, "output_tokens": 4}, stop_reason="refusal"))
    assert with_output.flags == ()


def test_anthropic_speed_and_geo(wires: Any) -> None:
    read = wires.read_json(
        "anthropic", message({"input_tokens": 9, "output_tokens": 1, "speed": "fast", "inference_geo": "us"})
    )
    assert (read.speed, read.geo) == ("fast", "us")


def test_token_counting_consumes_nothing(wires: Any) -> None:
    read = wires.read_json("count", {"input_tokens": 1234})
    assert read.complete
    assert read.legs == ()


# OpenAI


def test_chat_stream(wires: Any, streams: Any) -> None:
    events, done = streams["chat"]
    reader = wires.reader("chat")
    reader.feed(wires.sse(events[:4]))
    assert not reader.ended
    assert reader.text_bytes == len('Grüße "x" }]'.encode()) + 4
    reader.feed(wires.sse(events[4:], done=done))
    assert reader.ended
    usage = reader.finish()
    assert usage.legs == (Leg(input=200, cache_read=800, output=12, reasoning=4),)
    assert usage.complete
    assert (usage.model, usage.message_id, usage.tier) == ("gpt-5.5", "chatcmpl-1", "default")


def test_chat_stream_without_usage_is_never_zero(wires: Any, streams: Any) -> None:
    events, _ = streams["chat"]
    usage = wires.read("chat", wires.sse(events[:4], done=True))
    assert usage.legs == ()
    assert not usage.complete
    assert usage.flags == ("no_usage",)


def test_chat_cumulative_usage_in_every_chunk(wires: Any) -> None:
    def chunk(n: int, **more: Any) -> dict[str, Any]:
        return {"choices": [{"delta": {"content": "x"}, **more}], "usage": {"prompt_tokens": 5, "completion_tokens": n}}

    reader = wires.reader("chat")
    reader.feed(wires.sse([chunk(1), chunk(2)]))
    assert not reader.ended
    assert reader.live() == (5, 2)
    reader.feed(wires.sse([chunk(3, finish_reason="stop")]))
    assert reader.finish().legs == (Leg(input=5, output=3),)
    assert reader.finish().complete
    assert reader.ended


def test_chat_usage_under_another_name(wires: Any) -> None:
    usage = {"prompt_tokens": 5, "completion_tokens": 3}
    last = {"choices": [{"delta": {}, "finish_reason": "stop"}], "x_groq": {"id": "r", "usage": usage}}
    assert wires.read("chat", wires.sse([last], done=True)).legs == (Leg(input=5, output=3),)


@pytest.mark.parametrize(
    ("usage", "expected", "flags"),
    [
        (
            {
                "prompt_tokens": 12317,
                "completion_tokens": 5,
                "total_tokens": 12322,
                "prompt_tokens_details": {"cached_tokens": 0, "cache_write_tokens": 12314},
            },
            Leg(input=3, cache_write=12314, output=5),
            (),
        ),
        (
            {
                "prompt_tokens": 150,
                "completion_tokens": 350,
                "prompt_tokens_details": {"audio_tokens": 120, "text_tokens": 30},
                "completion_tokens_details": {"audio_tokens": 300, "text_tokens": 50},
            },
            Leg(input=30, input_audio=120, output=50, output_audio=300),
            (),
        ),
        (
            {"prompt_tokens": 40, "completion_tokens": 2, "prompt_cache_hit_tokens": 32, "prompt_cache_miss_tokens": 8},
            Leg(input=8, cache_read=32, output=2),
            (),
        ),
        (
            {
                "prompt_tokens": 40,
                "completion_tokens": 2,
                "cached_tokens": 32,
                "prompt_tokens_details": {"cached_tokens": 32},
            },
            Leg(input=8, cache_read=32, output=2),
            (),
        ),
        (
            {"prompt_tokens": 10, "completion_tokens": 2, "prompt_tokens_details": {"cached_tokens": 12}},
            Leg(cache_read=10, output=2),
            ("cached_exceeds_prompt",),
        ),
        (
            {
                "prompt_tokens": 12,
                "completion_tokens": 1,
                "total_tokens": 241,
                "completion_tokens_details": {"reasoning_tokens": 228},
            },
            Leg(input=12, output=229, reasoning=228),
            ("output_from_total",),
        ),
        (
            {"prompt_tokens": 12, "completion_tokens": 1, "total_tokens": 100},
            Leg(input=12, output=1),
            ("total_disagrees",),
        ),
        ({"prompt_tokens": 8000, "total_tokens": 8000}, Leg(input=8000), ()),
        (
            {
                "prompt_tokens": 2000,
                "completion_tokens": 900,
                "completion_tokens_details": {"accepted_prediction_tokens": 500, "rejected_prediction_tokens": 200},
            },
            Leg(input=2000, output=900),
            (),
        ),
    ],
)
def test_chat_usage_objects(wires: Any, usage: Any, expected: Leg, flags: tuple[str, ...]) -> None:
    read = wires.read_json("chat", {"model": "m", "usage": usage})
    assert read.legs == (expected,)
    assert read.flags == flags
    assert read.complete


def test_hidden_thinking_of_googles_compatible_endpoint(wires: Any) -> None:
    usage = {"prompt_tokens": 35, "completion_tokens": 12, "total_tokens": 109}
    read = wires.read_json("chat", {"model": "gemini-2.5-pro", "usage": usage})
    assert read.legs == (Leg(input=35, output=74),)


@pytest.mark.parametrize(
    ("usage", "pico"),
    [
        ({"cost": 0.00435825}, 4358250000),
        ({"cost": 1.13e-05}, 11300000),
        ({"cost": 0, "is_byok": True, "cost_details": {"upstream_inference_cost": 0.0003253}}, 325300000),
        ({"cost": 0.1, "is_byok": True, "cost_details": {"upstream_inference_cost": None}}, None),
        ({"cost_in_usd_ticks": 1176500}, 117650000),
        ({"cost": -1}, None),
        ({"cost": "x"}, None),
        ({"cost": True}, None),
        ({"cost": None}, None),
    ],
)
def test_stated_amounts_are_exact(wires: Any, usage: Any, pico: int | None) -> None:
    read = wires.read_json("chat", {"usage": {"prompt_tokens": 1, "completion_tokens": 1, **usage}})
    assert read.stated_pico == pico


def test_responses_stream(wires: Any, streams: Any) -> None:
    events, _ = streams["responses"]
    reader = wires.reader("responses")
    reader.feed(wires.sse(events[:3], named=True))
    assert reader.model == "gpt-6.1-sol"
    assert not reader.ended
    assert reader.text_bytes == 7
    reader.feed(wires.sse(events[3:], named=True))
    usage = reader.finish()
    assert reader.ended
    assert usage.legs == (
        Leg(input=2000, cache_read=12000, cache_write=2000, cache_write_12h=4000, output=500, reasoning=40),
    )
    assert usage.web_searches == 1
    assert usage.complete


@pytest.mark.parametrize(
    ("kind", "error", "expected"),
    [
        ("response.incomplete", None, None),
        ("response.failed", {"code": "server_error", "message": "secret text"}, "server_error"),
        ("response.failed", None, "failed"),
        ("response.failed", {"code": "bad code with text", "message": "secret"}, "failed"),
    ],
)
def test_responses_other_ends(wires: Any, kind: str, error: Any, expected: str | None) -> None:
    response = {
        "id": "r",
        "model": "gpt-5.5",
        "status": kind.partition(".")[2],
        "error": error,
        "usage": {"input_tokens": 10, "output_tokens": 3},
    }
    reader = wires.reader("responses")
    reader.feed(wires.sse([{"type": kind, "response": response}]))
    usage = reader.finish()
    assert reader.ended
    assert usage.complete
    assert usage.error == expected
    assert usage.legs == (Leg(input=10, output=3),)


def test_responses_searches_where_the_final_output_is_empty(wires: Any) -> None:
    done = {"type": "response.output_item.done", "item": {"type": "web_search_call"}}
    files = {"type": "response.output_item.done", "item": {"type": "file_search_call"}}
    end = {
        "type": "response.completed",
        "response": {"id": "r", "output": [], "usage": {"input_tokens": 1, "output_tokens": 1}},
    }
    usage = wires.read("responses", wires.sse([done, done, files, end]))
    assert (usage.web_searches, usage.file_searches) == (2, 1)


# Gemini


def test_gemini_stream(wires: Any, streams: Any) -> None:
    events, _ = streams["gemini"]
    reader = wires.reader("gemini")
    reader.feed(wires.sse(events[:1], end="\r\n"))
    assert reader.live()[0] == 1000
    assert not reader.ended
    reader.feed(wires.sse(events[1:], end="\r\n"))
    usage = reader.finish()
    assert reader.ended
    assert usage.legs == (Leg(input=400, cache_read=600, output=12, reasoning=4),)
    assert (usage.model, usage.message_id, usage.tier) == ("gemini-3.8-flash", "r1", "flex")
    assert usage.complete


def test_gemini_array_wrapped_and_whole_say_the_same(wires: Any, streams: Any) -> None:
    events, _ = streams["gemini"]
    expected = wires.read("gemini", wires.sse(events))
    assert wires.read_json("gemini", events) == expected
    assert wires.read("gemini", wires.sse([{"response": e, "traceId": "t"} for e in events])) == expected
    assert wires.read_json("gemini", events[-1]) == expected


@pytest.mark.parametrize(
    ("usage", "expected", "flags"),
    [
        (
            {
                "promptTokenCount": 17713,
                "cachedContentTokenCount": 17379,
                "candidatesTokenCount": 68,
                "thoughtsTokenCount": 821,
                "promptTokensDetails": [
                    {"modality": "TEXT", "tokenCount": 16},
                    {"modality": "VIDEO", "tokenCount": 15780},
                    {"modality": "AUDIO", "tokenCount": 1917},
                ],
                "cacheTokensDetails": [
                    {"modality": "AUDIO", "tokenCount": 1881},
                    {"modality": "TEXT", "tokenCount": 15},
                    {"modality": "VIDEO", "tokenCount": 15483},
                ],
            },
            Leg(input=298, cache_read=15498, input_audio=36, cache_read_audio=1881, output=889, reasoning=821),
            (),
        ),
        (
            {
                "promptTokenCount": 17,
                "candidatesTokenCount": 201,
                "thoughtsTokenCount": 213,
                "toolUsePromptTokenCount": 119,
                "totalTokenCount": 550,
            },
            Leg(input=136, output=414, reasoning=213),
            (),
        ),
        ({"promptTokenCount": 5}, Leg(input=5), ()),
        ({"promptTokenCount": 5, "totalTokenCount": 9}, Leg(input=5, output=4), ("output_from_total",)),
        (
            {"promptTokenCount": 5, "cachedContentTokenCount": 9, "candidatesTokenCount": 1},
            Leg(cache_read=5, output=1),
            ("cached_exceeds_prompt",),
        ),
        (
            {
                "promptTokenCount": 5,
                "candidatesTokenCount": 1300,
                "candidatesTokensDetails": [{"modality": "IMAGE", "tokenCount": 1290}],
            },
            Leg(input=5, output=10, output_image=1290),
            (),
        ),
    ],
)
def test_gemini_usage_objects(wires: Any, usage: Any, expected: Leg, flags: tuple[str, ...]) -> None:
    read = wires.read_json("gemini", {"usageMetadata": usage})
    assert read.legs == (expected,)
    assert read.flags == flags


@pytest.mark.parametrize(
    ("usage", "tier"),
    [
        ({"serviceTier": "priority"}, "priority"),
        ({"serviceTier": "SERVICE_TIER_FLEX"}, "flex"),
        ({"trafficType": "ON_DEMAND"}, "standard"),
        ({"trafficType": "ON_DEMAND_PRIORITY"}, "priority"),
        ({"trafficType": "PROVISIONED_THROUGHPUT"}, "provisioned_throughput"),
        ({"trafficType": "NEW_KIND"}, "new_kind"),
        ({"serviceTier": 4}, None),
    ],
)
def test_gemini_tiers(wires: Any, usage: Any, tier: str | None) -> None:
    assert wires.read_json("gemini", {"usageMetadata": {"promptTokenCount": 1, **usage}}).tier == tier


def test_gemini_grounding_queries_are_counted(wires: Any) -> None:
    grounding = {"webSearchQueries": ["a", "b", "c"]}
    document = {"candidates": [{"groundingMetadata": grounding}], "usageMetadata": {"promptTokenCount": 1}}
    assert wires.read_json("gemini", document).web_searches == 3


def test_gemini_blocked_prompt_is_complete(wires: Any) -> None:
    blocked = {"promptFeedback": {"blockReason": "SAFETY"}, "usageMetadata": {"promptTokenCount": 9}}
    usage = wires.read("gemini", wires.sse([blocked]))
    assert usage.complete
    assert usage.legs == (Leg(input=9),)


# Errors and oddities, all vendors


@pytest.mark.parametrize(
    ("kind", "status", "body", "error"),
    [
        (
            "anthropic",
            529,
            {"type": "error", "error": {"type": "overloaded_error", "message": "x y"}},
            "overloaded_error",
        ),
        (
            "chat",
            400,
            {"error": {"message": "x", "type": "invalid_request_error", "code": None}},
            "invalid_request_error",
        ),
        ("chat", 404, {"error": {"message": "x", "type": None, "code": "model_not_found"}}, "model_not_found"),
        ("gemini", 429, {"error": {"code": 429, "message": "x", "status": "RESOURCE_EXHAUSTED"}}, "RESOURCE_EXHAUSTED"),
        ("gemini", 429, [{"error": {"code": 429, "status": "RESOURCE_EXHAUSTED"}}], "RESOURCE_EXHAUSTED"),
        ("responses", 401, {"detail": "secret text here"}, "error"),
        ("responses", 502, "<html>", "http_502"),
        ("anthropic", 500, {"error": {"type": "has spaces and secrets"}}, "error"),
        ("anthropic", 500, {"error": {"type": 5}}, "error"),
    ],
)
def test_http_errors(wires: Any, kind: str, status: int, body: Any, error: str) -> None:
    usage = (
        wires.read(kind, body.encode(), status=status)
        if isinstance(body, str)
        else wires.read_json(kind, body, status=status)
    )
    assert usage.error == error
    assert usage.legs == ()
    assert not usage.complete
    assert "no_usage" not in usage.flags


@pytest.mark.parametrize(
    ("kind", "event", "error"),
    [
        ("anthropic", {"type": "error", "error": {"type": "overloaded_error", "message": "x"}}, "overloaded_error"),
        ("chat", {"error": {"code": 502, "message": "x"}}, "http_502"),
        ("responses", {"type": "error", "code": "rate_limit_exceeded", "message": "x"}, "rate_limit_exceeded"),
        ("responses", {"error": {"type": "server_error"}}, "server_error"),
        ("gemini", {"error": {"code": 503, "status": "UNAVAILABLE"}}, "UNAVAILABLE"),
    ],
)
def test_errors_in_the_middle_keep_what_was_known(wires: Any, streams: Any, kind: str, event: Any, error: str) -> None:
    events, _ = streams[kind]
    usage = wires.read(kind, wires.sse([events[0], event]))
    assert usage.error == error
    assert not usage.complete
    if kind in ("anthropic", "gemini"):
        assert usage.legs[0].prompt > 0


def test_a_routers_error_beside_a_usage_counts(wires: Any) -> None:
    chunk = {"error": {"code": 400}, "choices": [{"delta": {}}], "usage": {"prompt_tokens": 4, "completion_tokens": 2}}
    usage = wires.read("chat", wires.sse([chunk], done=True))
    assert (usage.error, usage.legs, usage.complete) == ("http_400", (Leg(input=4, output=2),), True)


def test_an_error_in_a_whole_answer(wires: Any) -> None:
    error = {"error": {"code": 400, "type": "token_limit"}}
    assert wires.read_json("chat", {**error, "usage": None}).error == "token_limit"
    both = wires.read_json("chat", {**error, "usage": {"prompt_tokens": 4, "completion_tokens": 2}})
    assert (both.error, both.complete) == ("token_limit", True)


def test_text_and_tool_arguments_in_one_chunk_are_both_measured(wires: Any) -> None:
    call = {"function": {"name": "f", "arguments": '{"a":1}'}}
    reader = wires.reader("chat")
    reader.feed(wires.sse([{"choices": [{"delta": {"content": "abc", "tool_calls": [call], "reasoning": "xy"}}]}]))
    assert reader.text_bytes == 3 + 7 + 2


ODD = [None, True, "x", "12.5", -1, 1.5, [], {}, 10**30, "9" * 500]


@pytest.mark.parametrize("odd", ODD, ids=repr)
def test_odd_counts_never_become_numbers(wires: Any, odd: Any) -> None:
    anthropic = wires.read_json("anthropic", message({"input_tokens": odd, "output_tokens": 5}))
    chat = wires.read_json("chat", {"usage": {"prompt_tokens": 5, "completion_tokens": odd}})
    gemini = wires.read_json("gemini", {"usageMetadata": {"promptTokenCount": odd, "candidatesTokenCount": 5}})
    for usage in (anthropic, chat, gemini):
        assert not usage.complete
        assert "no_usage" in usage.flags


@pytest.mark.parametrize("odd", [7.0, "7", "7.0"])
def test_integral_numbers_in_other_clothes_count(wires: Any, odd: Any) -> None:
    usage = wires.read_json("anthropic", message({"input_tokens": odd, "output_tokens": 5}))
    assert usage.legs[0].input == 7
    assert usage.complete
    assert usage.flags == ("odd_number",)


@pytest.mark.parametrize("kind", ["anthropic", "chat", "responses", "gemini"])
@pytest.mark.parametrize("usage", [None, {}, [], "x", 5, True])
def test_a_success_without_usage_is_not_zero(wires: Any, kind: str, usage: Any) -> None:
    key = "usageMetadata" if kind == "gemini" else "usage"
    read = wires.read_json(kind, {"model": "m", key: usage})
    assert not read.complete
    assert read.legs == ()
    assert read.flags == ("no_usage",)


@pytest.mark.parametrize("bad", ["a" * 129, "with\nnewline", "ünï", " lead", "x\x00", 5, {"a": 1}, ["m"]])
def test_names_from_traffic_are_checked(wires: Any, bad: Any) -> None:
    document = {"id": bad, "model": bad, "service_tier": bad, "usage": {"prompt_tokens": 1, "completion_tokens": 1}}
    usage = wires.read_json("chat", document)
    assert (usage.model, usage.message_id, usage.tier) == (None, None, None)
    assert "bad_name" in usage.flags
    assert usage.complete


def test_usage_of_reads_each_wire() -> None:
    assert usage_of("gemini", b'{"usageMetadata":{"promptTokenCount":3}}').legs == (Leg(input=3),)
    assert usage_of("openai-responses", b'{"usage":{"input_tokens":3,"output_tokens":1}}').complete
    assert usage_of("anthropic-messages", b'{"usage":{"input_tokens":3,"output_tokens":1}}').complete
