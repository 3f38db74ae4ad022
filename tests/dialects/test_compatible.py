"""Vendors that speak OpenAI's wire in their own ways: Azure's paths, Copilot's credits, other names of the cache."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trayapp.values import Leg

CHAT = {"prompt_tokens": 100, "completion_tokens": 10, "total_tokens": 110}
CREDITS = {
    "model": "claude-opus-5.5",
    "total_nano_aiu": 123_456_789,
    "token_details": [{"token_type": "input", "token_count": 100, "batch_size": 1_000_000, "cost_per_batch": 4}],
}


@pytest.mark.parametrize(
    ("path", "wire"),
    [
        ("/openai/deployments/team%20coder/chat/completions", "openai-chat"),
        ("/gateway/openai/deployments/team%20coder/responses", "openai-responses"),
        ("/openai/deployments/team%20coder/embeddings", "openai-chat"),
    ],
)
def test_azure_names_the_deployment_until_the_answer_names_the_model(wires: Any, path: str, wire: str) -> None:
    call = wires.ask("", {"messages": [], "input": []}, {"api-key": "CANARY"}, vendor="azure", path=path)
    assert (call.vendor, call.wire, call.model) == ("azure", wire, "team coder")
    assert "CANARY" not in repr(call)
    assert wires.ask("", {"model": "gpt-5.5"}, vendor="azure", path=path).model == "gpt-5.5"


def test_azures_newer_paths_say_the_model_in_the_body(wires: Any) -> None:
    for path in ("/openai/v1/responses", "/openai/responses", "/openai/v1/chat/completions"):
        assert wires.ask("", {"model": "team-coder"}, vendor="azure", path=path).model == "team-coder"


@pytest.mark.parametrize(
    ("usage", "leg"),
    [
        ({"prompt_cache_hit_tokens": 40, "prompt_cache_miss_tokens": 60}, Leg(input=60, cache_read=40, output=10)),
        ({"cached_tokens": 40}, Leg(input=60, cache_read=40, output=10)),
        ({"num_cached_tokens": 40}, Leg(input=60, cache_read=40, output=10)),
        (
            {"cached_tokens": 40, "prompt_tokens_details": {"cached_tokens": 40}},
            Leg(input=60, cache_read=40, output=10),
        ),
        (
            {"prompt_cache_hit_tokens": 40, "prompt_tokens_details": {"cached_tokens": 40}},
            Leg(input=60, cache_read=40, output=10),
        ),
        (
            {
                "prompt_tokens_details": {
                    "cached_tokens": 40,
                    "cache_creation_input_tokens": 20,
                    "cache_type": "ephemeral",
                }
            },
            Leg(input=40, cache_read=40, cache_write=20, output=10),
        ),
        (
            {"prompt_tokens_details": {"cache_write_tokens": 20, "cache_creation_tokens": 20}},
            Leg(input=80, cache_write=20, output=10),
        ),
        (
            {"queue_time": 0.04, "prompt_time": 0.01, "prompt_tokens_details": {"cached_tokens": 64}},
            Leg(input=36, cache_read=64, output=10),
        ),
    ],
    ids=["deepseek", "kimi", "mistral", "kimi both", "deepseek both", "qwen", "gateway both", "groq"],
)
def test_names_of_the_cache_count_once(wires: Any, usage: dict[str, Any], leg: Leg) -> None:
    read = wires.read_json("chat", {"model": "m", "choices": [], "usage": {**CHAT, **usage}})
    assert read.legs == (leg,)
    assert (read.complete, read.flags) == (True, ())


@given(st.lists(st.integers(0, 2000), max_size=9), st.sampled_from(["with", "after", "alone before"]))
def test_copilots_credits_are_what_it_states(wires: Any, cuts: list[int], where: str) -> None:
    last: dict[str, Any] = {"model": "m", "choices": [], "usage": CHAT}
    text = {"model": "m", "choices": [{"delta": {"content": "x"}, "finish_reason": "stop"}]}
    events = {
        "with": [text, {**last, "copilot_usage": CREDITS}],
        "after": [text, last, {"choices": [], "copilot_usage": CREDITS}],
        "alone before": [{**text, "copilot_usage": CREDITS}, last],
    }[where]
    usage = wires.read("chat", wires.sse(events, done=True), cuts=cuts)
    assert usage.stated_pico == 1_234_567_890  # 0.123 credits of a cent
    assert usage.complete
    assert usage.legs == (Leg(input=100, output=10),)
    assert wires.read_json("chat", {**last, "copilot_usage": CREDITS}).stated_pico == 1_234_567_890


CLAUDE = {"input_tokens": 100, "output_tokens": 10}
MESSAGE = {"type": "message", "id": "m", "model": "claude-opus-5.5", "content": [], "stop_reason": "end_turn"}


def test_copilots_credits_stand_on_every_wire_that_it_speaks(wires: Any) -> None:
    start = {"type": "message_start", "message": {**MESSAGE, "usage": {**CLAUDE, "output_tokens": 1}}}
    delta = {"type": "message_delta", "delta": {"stop_reason": "end_turn"}, "usage": CLAUDE}
    done = {"type": "response.completed", "response": {"id": "r", "model": "gpt-5.5", "usage": CLAUDE, "output": []}}
    inside = {**done, "response": {**done["response"], "copilot_usage": CREDITS}}
    for kind, events in (
        ("anthropic", [start, {**delta, "copilot_usage": CREDITS}]),
        ("anthropic", [start, delta, {"type": "message_stop", "copilot_usage": CREDITS}]),
        ("responses", [{**done, "copilot_usage": CREDITS}]),
        ("responses", [inside]),
    ):
        usage = wires.read(kind, wires.sse(events))
        assert usage.stated_pico == 1_234_567_890
        assert usage.complete
    assert wires.read_json("anthropic", {**MESSAGE, "usage": CLAUDE, "copilot_usage": CREDITS}).stated_pico is not None
    whole = {"object": "response", "output": [], "usage": CLAUDE, "copilot_usage": CREDITS}
    assert wires.read_json("responses", whole).stated_pico == 1_234_567_890


def test_a_router_states_its_amount_on_every_wire(wires: Any) -> None:
    cost = {"cost": 0.0051, "is_byok": False, "cost_details": {"upstream_inference_cost": None}}
    for kind, document in (
        ("chat", {"choices": [], "usage": {**CHAT, **cost}}),
        ("responses", {"output": [], "usage": {**CLAUDE, **cost}}),
        ("anthropic", {**MESSAGE, "usage": {**CLAUDE, **cost}}),
    ):
        assert wires.read_json(kind, document).stated_pico == 5_100_000_000


@pytest.mark.parametrize("seconds", [12, "12", 1.0])
def test_audio_by_the_second_is_told(wires: Any, seconds: object) -> None:
    usage = wires.read_json("chat", {"choices": [], "usage": {**CHAT, "prompt_audio_seconds": seconds}})
    assert "audio_seconds" in usage.flags
    for nothing in (None, 0):
        usage = wires.read_json("chat", {"choices": [], "usage": {**CHAT, "prompt_audio_seconds": nothing}})
        assert usage.flags == ()


@pytest.mark.parametrize("credit", [None, True, "5", -1, {}, 10**30])
def test_credits_that_are_none(wires: Any, credit: object) -> None:
    body = {"choices": [], "usage": CHAT, "copilot_usage": {"total_nano_aiu": credit}}
    usage = wires.read_json("chat", body)
    assert usage.stated_pico is None
    assert usage.flags == (() if credit is None else ("bad_amount",))
    for nothing in (None, 7, []):
        assert wires.read_json("chat", {"choices": [], "usage": CHAT, "copilot_usage": nothing}).stated_pico is None


def test_fractions_of_a_credit_stay_exact(wires: Any) -> None:
    body = b'{"choices":[],"usage":{"prompt_tokens":1,"completion_tokens":1},"copilot_usage":{"total_nano_aiu":0.5}}'
    assert wires.read("chat", body, content_type="application/json").stated_pico == 5


def test_a_cost_in_parts(wires: Any) -> None:
    usage = {**CHAT, "cost": {"input_tokens_cost": 0.0001, "request_cost": 0.005, "total_cost": 0.0051}}
    assert wires.read_json("chat", {"choices": [], "usage": usage}).stated_pico == 5_100_000_000
    assert wires.read_json("chat", {"choices": [], "usage": {**CHAT, "cost": {}}}).stated_pico is None
