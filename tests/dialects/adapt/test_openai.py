"""OpenAI's wires: what a request for one model becomes for another."""

from __future__ import annotations

import json
from typing import Any

import pytest

CHAT = {"model": "gpt-5.4", "messages": [{"role": "user", "content": "Hello"}]}
TOOLS = [{"type": "function", "function": {"name": "run"}}]


def test_codex_within_the_lite_family(ask: Any, bodies: Any) -> None:
    text = json.dumps(bodies.codex()).encode()
    hint = {"x-codex-routing-hint": "model=gpt-6.1-sol", "user-agent": "codex_exec/0.169.0 (x)"}
    answer = ask.well("responses", text, "gpt-6-luna", headers=hint)
    assert answer.body == text.replace(b"gpt-6.1-sol", b"gpt-6-luna")
    assert answer.headers == ((b"x-codex-routing-hint", b"model=gpt-6-luna"),)
    assert answer.restore == ((b"openai-model", b"gpt-6.1-sol"),)
    assert (answer.fields, answer.effort) == (("model", "routing_hint"), "low")


def test_a_frame_of_codex_websocket_is_such_a_body(ask: Any, bodies: Any) -> None:
    frame = bodies.codex(type="response.create", generate=False)
    assert ask.body("responses", frame, "gpt-6-luna") == {**frame, "model": "gpt-6-luna"}


def test_a_hint_says_more_than_the_model(ask: Any, bodies: Any) -> None:
    hint = {"x-codex-routing-hint": "region=us; model=gpt-6.1-sol;x-model=gpt-6.1-sol"}
    answer = ask.well("responses", bodies.codex(), "gpt-6-luna", headers=hint)
    assert answer.headers == ((b"x-codex-routing-hint", b"region=us; model=gpt-6-luna;x-model=gpt-6.1-sol"),)


@pytest.mark.parametrize("model", ["gpt-5.5", "gpt-5.4-mini", "someone-elses"])
def test_lite_requests_go_to_no_other_family(ask: Any, bodies: Any, model: str) -> None:
    assert ask.why("responses", bodies.codex(), model) == "family"


def test_codex_with_plain_tools_goes_to_no_lite_model(ask: Any) -> None:
    body = {"model": "gpt-5.5", "input": [], "tools": [{"type": "function", "name": "run"}]}
    assert ask.why("responses", body, "gpt-6-luna", tool="codex") == "family"
    assert ask.well("responses", body, "gpt-6-luna", tool="opencode").fields == ("model",)


@pytest.mark.parametrize(
    ("asked", "model", "sent"),
    [("ultra", "gpt-6-luna", "max"), ("ultra", "gpt-6-sol", "ultra"), ("none", "gpt-6-astra", "low")],
)
def test_effort_goes_to_the_nearest_level(ask: Any, bodies: Any, asked: str, model: str, sent: str) -> None:
    answer = ask.well("responses", bodies.codex(reasoning={"effort": asked, "summary": "auto"}), model)
    assert json.loads(answer.body)["reasoning"] == {"effort": sent, "summary": "auto"}
    assert answer.effort == sent


def test_the_effort_lever(ask: Any) -> None:
    plain = {"model": "gpt-5.5", "input": "Hello"}
    answer = ask.well("responses", plain, effort="minimal")
    assert json.loads(answer.body) == {**plain, "reasoning": {"effort": "none"}}
    assert (answer.fields, answer.effort) == (("effort",), "none")
    assert ask.body("chat", CHAT, effort="low")["reasoning_effort"] == "low"
    assert ask.why("chat", {**CHAT, "model": "gpt-4.1"}, effort="low") == "effort_unknown"
    assert ask.why("responses", {**plain, "reasoning": 3}, effort="low") == "unreadable"


def test_foreign_reasoning_leaves_with_the_ids_that_it_is_paired_by(ask: Any, bodies: Any) -> None:
    message = {"type": "message", "role": "user", "content": "Go on."}
    call = {"type": "function_call", "id": "fc_1", "call_id": "c", "name": "run", "arguments": "{}"}
    said = {"type": "message", "id": "msg_1", "role": "assistant", "content": []}
    items = [
        {"type": "reasoning", "id": "rs_1", "summary": [], "encrypted_content": "theirs"},
        said,
        call,
        {"type": "function_call_output", "call_id": "c", "output": "ok"},
        {"type": "reasoning", "id": "rs_2", "summary": [], "encrypted_content": "ours"},
        {**said, "id": "msg_2"},
        message,
    ]
    answer = ask.well("responses", bodies.codex(input=items), "gpt-6-luna", foreign=lambda text: text == "theirs")
    bare = [{k: v for k, v in item.items() if k != "id"} for item in (said, call)]
    assert json.loads(answer.body)["input"] == [*bare, *items[3:]]
    assert answer.fields == ("model", "thinking_blocks")


def test_a_compaction_of_another_model_cannot_be_read(ask: Any, bodies: Any) -> None:
    items = [{"type": "compaction", "encrypted_content": "theirs"}]
    assert ask.why("responses", bodies.codex(input=items), "gpt-6-luna", foreign=lambda _text: True) == "chain"
    assert ask.well("responses", bodies.codex(input=items), "gpt-6-luna").fields == ("model",)


@pytest.mark.parametrize(
    "more",
    [
        {"previous_response_id": "resp_1"},
        {"conversation": "conv_1"},
        {"input": [{"type": "item_reference", "id": "x"}]},
    ],
)
def test_what_the_vendor_keeps_is_not_crossed(ask: Any, more: Any) -> None:
    body = {"model": "gpt-5.4", "input": "Hello", **more}
    assert ask.why("responses", body, "gpt-5.4-mini") == "chain"
    assert ask.well("responses", body, effort="low").fields == ("effort",)


def test_bounds_on_output_come_down(ask: Any) -> None:
    body = ask.body("responses", {"model": "gpt-x", "input": "Hello", "max_output_tokens": 200_000}, "gpt-5.4-mini")
    assert body["max_output_tokens"] == 128_000
    both = {**CHAT, "max_completion_tokens": 200_000, "max_tokens": 5}
    after = ask.body("chat", both, "gpt-5.4-mini")
    assert (after["max_completion_tokens"], after["max_tokens"]) == (128_000, 5)


def test_chat_with_tools_and_reasoning_goes_to_no_model_that_refuses_it(ask: Any) -> None:
    assert ask.why("chat", {**CHAT, "tools": TOOLS}, "gpt-5.6-luna") == "family"
    assert ask.well("chat", {**CHAT, "tools": TOOLS, "reasoning_effort": "none"}, "gpt-5.6-luna").fields == ("model",)
    assert ask.well("chat", {**CHAT, "tools": []}, "gpt-5.6-luna").fields == ("model",)
    assert ask.well("chat", {**CHAT, "tools": TOOLS}, "gpt-5.4-mini").fields == ("model",)
    assert ask.well("chat", {**CHAT, "tools": TOOLS, "model": "gpt-5.6-sol"}, "gpt-5.6-luna").fields == ("model",)
    assert ask.well("chat", {**CHAT, "tools": TOOLS}, "gpt-5.6-luna", vendor="copilot").fields == ("model",)


def test_other_vendors_on_this_wire_get_another_name_only(ask: Any) -> None:
    text = b'{ "model" : "deepseek/deepseek-v4-pro" , "max_tokens":9e9, "reasoning_effort":"wild","n":1.50}\n'
    answer = ask.well("chat", text, "deepseek/deepseek-v4-flash", vendor="openrouter")
    assert answer.body == text.replace(b"v4-pro", b"v4-flash")


def test_azure_names_its_deployment_in_the_path(ask: Any) -> None:
    path = "/openai/deployments/my%20big/chat/completions"
    body = {**CHAT, "model": "my big"}
    answer = ask.well(
        "chat", body, "my small", path=path, vendor="azure", target=path + "?api-version=2025-04-01-preview"
    )
    assert answer.target == "/openai/deployments/my%20small/chat/completions?api-version=2025-04-01-preview"
    assert json.loads(answer.body)["model"] == "my small"
    assert answer.fields == ("model", "path")


def test_sound_is_none_of_ours(ask: Any) -> None:
    assert ask.why("chat", {**CHAT, "modalities": ["text", "audio"]}, "gpt-5.4-mini") == "not_a_generation"


def test_other_wires_get_another_name_only(ask: Any) -> None:
    body = {"model": "qwen3", "messages": [], "stream": False}
    assert ask.body("ollama", body, "qwen3:1.7b") == {**body, "model": "qwen3:1.7b"}
    assert ask.why("ollama", body, effort="low") == "effort_unknown"
    assert ask.why("ollama", {**body, "context": [1]}, "small") == "chain"
