"""Anthropic's Messages: what a request for one Claude becomes for another."""

from __future__ import annotations

import json
from typing import Any

import pytest

from trayapp.dialects.adapt import capability_from_listing

PLAIN = {"model": "claude-opus-4-8", "max_tokens": 1000, "messages": [{"role": "user", "content": "Hello"}]}
BASH = [{"name": "Bash", "input_schema": {"type": "object"}}]
FIVE = ("claude-opus-5-5", "claude-sonnet-5-5", "claude-haiku-5-5")


@pytest.mark.parametrize("model", FIVE[1:])
def test_within_a_generation_the_name_alone_changes(ask: Any, bodies: Any, model: str) -> None:
    text = json.dumps(bodies.claude(), indent=1).encode()
    answer = ask.well("claude", text, model, headers={"anthropic-beta": bodies.betas})
    assert answer.fields == ("model",)
    assert answer.body == text.replace(b"claude-opus-5-5", model.encode())
    assert (answer.headers, answer.restore, answer.target) == ((), (), "/v1/messages?beta=true")
    assert answer.effort == "medium"


def test_for_the_same_model_nothing_changes(ask: Any, bodies: Any) -> None:
    answer = ask.well("claude", bodies.claude(), "claude-opus-5-5", headers={"anthropic-beta": bodies.betas})
    assert (answer.fields, answer.headers) == ((), ())


def test_haiku_45_gets_what_claude_code_itself_sends_it(ask: Any, bodies: Any) -> None:
    answer = ask.well("claude", bodies.claude(), "claude-haiku-4-5-20251001", headers={"Anthropic-Beta": bodies.betas})
    body = json.loads(answer.body)
    assert body["max_tokens"] == 64000
    assert body["thinking"] == {"type": "enabled", "budget_tokens": 31999, "display": "omitted"}
    assert "output_config" not in body
    assert body["context_management"] == bodies.claude()["context_management"]
    assert [message["role"] for message in body["messages"]] == ["user"]
    assert body["messages"][0]["content"][1] == {
        "type": "text",
        "text": "<system-reminder>\n# Environment\n</system-reminder>",
        "cache_control": {"type": "ephemeral"},
    }
    kept = b"claude-code-20250219,interleaved-thinking-2025-05-14,context-management-2025-06-27"
    assert answer.headers == ((b"anthropic-beta", kept),)
    assert answer.fields == ("betas", "effort", "max_tokens", "model", "system_messages", "thinking")
    assert answer.effort == "budget:31999"


def test_sonnet_5_keeps_system_messages_without_their_effort(ask: Any, bodies: Any) -> None:
    answer = ask.well("claude", bodies.claude(), "claude-sonnet-5", headers={"anthropic-beta": bodies.betas})
    system = json.loads(answer.body)["messages"][1]
    assert system == {"role": "system", "content": bodies.claude()["messages"][1]["content"]}
    assert b"per-turn" not in answer.headers[0][1]
    assert b"effort-2025-11-24" in answer.headers[0][1]
    assert answer.fields == ("betas", "effort", "model")


@pytest.mark.parametrize(
    ("asked", "model", "sent"),
    [
        ("xhigh", "claude-opus-4-6", "high"),
        ("max", "claude-opus-4-6", "max"),
        ("max", "claude-opus-4-5", "high"),
        ("low", "claude-opus-4-5", "low"),
        ("xhigh", "claude-sonnet-5-5", "xhigh"),
        ("high", "claude-haiku-4-5", None),
        ("strange", "claude-opus-4-6", "strange"),
    ],
)
def test_effort_goes_to_the_nearest_level_below(ask: Any, asked: str, model: str, sent: str | None) -> None:
    config = {"effort": asked, "format": {"type": "json_schema", "schema": {}}}
    body = ask.body("claude", {**PLAIN, "output_config": config}, model)
    assert body["output_config"] == {**({"effort": sent} if sent else {}), "format": config["format"]}


@pytest.mark.parametrize(
    ("thinking", "model", "most", "expected"),
    [
        ({"type": "adaptive"}, "claude-sonnet-4-6", 9000, {"type": "adaptive"}),
        ({"type": "adaptive"}, "claude-sonnet-4-5", 9000, {"type": "enabled", "budget_tokens": 8999}),
        ({"type": "adaptive"}, "claude-sonnet-4-5", 1024, None),
        (
            {"type": "adaptive", "display": "updates"},
            "claude-opus-4-7",
            9000,
            {"type": "adaptive", "display": "omitted"},
        ),
        ({"type": "enabled", "budget_tokens": 5000}, "claude-opus-4-8", 9000, {"type": "adaptive"}),
        (
            {"type": "enabled", "budget_tokens": 90000},
            "claude-haiku-4-5",
            99999,
            {"type": "enabled", "budget_tokens": 63999},
        ),
        ({"type": "enabled", "budget_tokens": 10}, "claude-haiku-4-5", 9000, None),
        ({"type": "disabled"}, "claude-sonnet-5", 9000, {"type": "disabled"}),
        ({"type": "disabled"}, "claude-sonnet-5-5", 9000, {"type": "between_tools"}),
        ({"type": "disabled"}, "claude-opus-5-5", 9000, None),
        ({"type": "between_tools"}, "claude-haiku-4-5", 9000, {"type": "disabled"}),
        ({"type": "novel", "x": 1}, "claude-haiku-4-5", 9000, None),
        ({"type": "adaptive"}, "claude-of-tomorrow", 9000, {"type": "adaptive"}),
    ],
)
def test_thinking(ask: Any, thinking: Any, model: str, most: int, expected: Any) -> None:
    body = ask.body("claude", {**PLAIN, "model": "claude-opus-5", "max_tokens": most, "thinking": thinking}, model)
    assert body.get("thinking") == expected


def test_where_thinking_leaves_all_that_demands_it_leaves(ask: Any, bodies: Any) -> None:
    edits = [{"type": "clear_thinking_20251015", "keep": "all"}, {"type": "clear_tool_uses_20250919"}]
    body = bodies.claude(max_tokens=1000, context_management={"edits": edits})
    body["messages"] += [
        bodies.thought("own", {"type": "text", "text": "Done."}),
        {"role": "user", "content": "Go on."},
    ]
    answer = ask.well("claude", body, "claude-haiku-4-5")
    after = json.loads(answer.body)
    assert "thinking" not in after
    assert after["context_management"] == {"edits": edits[1:]}
    assert after["messages"][1] == {"role": "assistant", "content": [{"type": "text", "text": "Done."}]}
    assert {"thinking", "thinking_blocks", "context_management"} <= set(answer.fields)
    alone = ask.body("claude", bodies.claude(max_tokens=1000), "claude-haiku-4-5")
    assert "context_management" not in alone
    unasked = bodies.claude()
    del unasked["thinking"]
    assert "context_management" not in ask.body("claude", unasked, "claude-haiku-4-5")
    assert "context_management" in ask.body("claude", unasked, "claude-haiku-5-5")


def test_foreign_thinking_leaves_and_the_rest_keeps_its_bytes(ask: Any, bodies: Any) -> None:
    body = bodies.claude()
    body["messages"] += [
        bodies.thought("theirs", {"type": "text", "text": "Grüße \u00e9"}),
        {"role": "user", "content": "More."},
        {"role": "assistant", "content": [{"type": "redacted_thinking", "data": "theirs"}]},
        {"role": "user", "content": "And more."},
        bodies.thought("ours", {"type": "text", "text": "Yes."}),
        {"role": "user", "content": "A word: thinking."},
    ]
    answer = ask.well("claude", body, "claude-haiku-5-5", foreign=lambda signature: signature == "theirs")
    assert answer.fields == ("model", "thinking_blocks")
    messages = json.loads(answer.body)["messages"]
    expected = [message for place, message in enumerate(body["messages"]) if place != 4]
    expected[2] = {"role": "assistant", "content": [{"type": "text", "text": "Grüße \u00e9"}]}
    assert messages == expected
    assert b'"Gr\\u00fc\\u00dfe \\u00e9"' in answer.body


def test_foreign_thinking_leaves_also_when_no_model_is_wanted(ask: Any, bodies: Any) -> None:
    body = bodies.claude()
    body["messages"] += [bodies.thought("theirs", {"type": "text", "text": "Yes."}), {"role": "user", "content": "Go."}]
    answer = ask.well("claude", body, foreign=lambda _signature: True)
    assert answer.fields == ("thinking_blocks",)


def test_a_turn_of_calls_with_a_budget_needs_its_thinking(ask: Any, bodies: Any) -> None:
    body = bodies.claude()
    body["messages"] += [
        bodies.thought("theirs", {"type": "tool_use", "id": "t", "name": "Bash", "input": {}}),
        {"role": "user", "content": [{"type": "tool_result", "tool_use_id": "t", "content": "ok"}]},
    ]
    assert ask.why("claude", body, "claude-haiku-4-5", foreign=lambda _signature: True) == "chain"
    assert ask.well("claude", body, "claude-haiku-5-5", foreign=lambda _signature: True)


def test_system_messages_find_their_neighbour(ask: Any) -> None:
    result = {"type": "tool_result", "tool_use_id": "t", "content": "ok"}
    use = {"type": "tool_use", "id": "t", "name": "Bash", "input": {}}
    messages = [
        {"role": "user", "content": "One"},
        {"role": "system", "content": "first"},
        {"role": "assistant", "content": [use]},
        {"role": "system", "content": [{"type": "text", "text": "second"}]},
        {"role": "user", "content": [result, {"type": "text", "text": "Two"}]},
        {"role": "assistant", "content": "ok"},
        {"role": "system", "content": "third"},
        {"role": "assistant", "content": "ok"},
        {"role": "system", "content": 'last "quoted"'},
    ]
    body = ask.body("claude", {**PLAIN, "messages": messages}, "claude-sonnet-4-6")

    def said(text: str) -> dict[str, str]:
        return {"type": "text", "text": f"<system-reminder>\n{text}\n</system-reminder>"}

    assert body["messages"] == [
        {"role": "user", "content": [{"type": "text", "text": "One"}, said("first")]},
        {"role": "assistant", "content": [use]},
        {"role": "user", "content": [result, said("second"), {"type": "text", "text": "Two"}]},
        {"role": "assistant", "content": "ok"},
        {"role": "user", "content": [said("third")]},
        {"role": "assistant", "content": "ok"},
        {"role": "user", "content": [said('last "quoted"')]},
    ]


def test_changed_tools_are_not_told_to_a_model_without_words_for_them(ask: Any, bodies: Any) -> None:
    body = bodies.claude()
    body["messages"][1]["content"] = [{"type": "tool_addition", "tool": {"name": "Read"}}]
    assert ask.why("claude", body, "claude-haiku-4-5") == "family"
    assert ask.well("claude", body, "claude-haiku-5-5").fields == ("model",)


@pytest.mark.parametrize(
    ("sampling", "thinking", "model", "kept"),
    [
        ({"temperature": 0}, None, "claude-haiku-4-5", {"temperature": 0}),
        ({"temperature": 0, "top_p": 0.9, "top_k": 5}, None, "claude-sonnet-5-5", {}),
        ({"temperature": 1}, {"type": "adaptive"}, "claude-haiku-5-5", {"temperature": 1}),
        ({"temperature": 0.2, "top_p": 0.97, "top_k": 5}, {"type": "adaptive"}, "claude-haiku-4-5", {"top_p": 0.97}),
    ],
)
def test_sampling_stays_legal(ask: Any, sampling: Any, thinking: Any, model: str, kept: Any) -> None:
    body = {**PLAIN, "max_tokens": 9000, **sampling, **({"thinking": thinking} if thinking else {})}
    after = ask.body("claude", body, model)
    assert {name: after[name] for name in ("temperature", "top_p", "top_k") if name in after} == kept


def test_a_forced_tool_outranks_thinking(ask: Any) -> None:
    forced = {**PLAIN, "tools": BASH, "tool_choice": {"type": "tool", "name": "Bash"}}
    assert ask.why("claude", forced, "claude-sonnet-5-5") == "forced_tool"
    thinking = {**forced, "max_tokens": 9000, "thinking": {"type": "adaptive"}}
    after = ask.body("claude", thinking, "claude-haiku-4-5")
    assert "thinking" not in after
    assert after["tool_choice"] == forced["tool_choice"]


def test_a_begun_answer_goes_to_no_model_that_refuses_it(ask: Any) -> None:
    begun = {**PLAIN, "messages": [*PLAIN["messages"], {"role": "assistant", "content": "{"}]}
    assert ask.why("claude", begun, "claude-haiku-5-5") == "prefill"
    assert ask.well("claude", begun, "claude-haiku-4-5").fields == ("model",)


def test_fast_mode_leaves_where_there_is_none(ask: Any) -> None:
    assert "speed" not in ask.body("claude", {**PLAIN, "speed": "fast"}, "claude-haiku-5-5")
    assert ask.body("claude", {**PLAIN, "speed": "fast"}, "claude-opus-5-5")["speed"] == "fast"


def test_betas_never_become_an_empty_field_and_each_field_has_its_entry(ask: Any) -> None:
    only = ask.well("claude", PLAIN, "claude-haiku-4-5", headers={"anthropic-beta": "effort-2025-11-24"})
    assert only.headers == ()
    twice = [("anthropic-beta", "effort-2025-11-24, a"), ("Anthropic-Beta", "b , per-turn-control-2027-01-01")]
    both = ask.well("claude", PLAIN, "claude-haiku-4-5", headers=twice)
    assert both.headers == ((b"anthropic-beta", b"a"), (b"anthropic-beta", b"b"))


def test_the_effort_lever_reaches_every_turn(ask: Any, bodies: Any) -> None:
    answer = ask.well("claude", bodies.claude(), effort="low")
    body = json.loads(answer.body)
    assert (answer.fields, answer.effort) == (("effort",), "low")
    assert (body["output_config"], body["messages"][1]["output_config"]) == ({"effort": "low"}, {"effort": "low"})
    assert body["model"] == "claude-opus-5-5"
    bare = ask.well("claude", {**PLAIN, "model": "claude-opus-4-6"}, effort="xhigh")
    assert json.loads(bare.body)["output_config"] == {"effort": "high"}


@pytest.mark.parametrize(
    ("model", "effort"), [("claude-haiku-4-5", "low"), ("unknown", "low"), ("claude-opus-5-5", "?")]
)
def test_an_effort_that_nobody_knows_is_not_asked_for(ask: Any, model: str, effort: str) -> None:
    assert ask.why("claude", {**PLAIN, "model": model}, effort=effort) == "effort_unknown"


def test_claude_on_vertex_has_its_model_in_the_path_and_its_betas_in_the_body(ask: Any) -> None:
    path = "/v1/projects/p/locations/global/publishers/anthropic/models/claude-opus-5-5:streamRawPredict"
    body = {"anthropic_version": "vertex-2023-10-16", "anthropic_beta": ["effort-2025-11-24", "x"], **PLAIN}
    del body["model"]
    answer = ask.well("claude", body, "claude-haiku-4-5@20251001", path=path, vendor="vertex")
    assert answer.target == path.replace("claude-opus-5-5", "claude-haiku-4-5@20251001")
    assert json.loads(answer.body) == {**body, "anthropic_beta": ["x"]}
    assert answer.fields == ("betas", "path")


def test_what_the_vendor_says_outranks_the_table(ask: Any) -> None:
    known = capability_from_listing({"id": "claude-haiku-4-5-20251001", "type": "model", "max_tokens": 500})
    assert ask.body("claude", PLAIN, "claude-haiku-4-5", known=known)["max_tokens"] == 500
    other = capability_from_listing({"id": "claude-sonnet-5", "type": "model", "max_tokens": 500})
    assert ask.body("claude", PLAIN, "claude-haiku-4-5", known=other)["max_tokens"] == 1000


def test_a_prompt_that_cannot_fit_is_not_sent(ask: Any) -> None:
    long = {**PLAIN, "messages": [{"role": "user", "content": "x" * 810_000}]}
    assert ask.why("claude", long, "claude-haiku-4-5") == "window"
    assert ask.well("claude", long, "claude-haiku-5-5").fields == ("model",)
