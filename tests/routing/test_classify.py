"""The verdict: kind, then type, then whether rules and model agree; and what forbids a suggestion."""

from __future__ import annotations

import json
from typing import Any

import pytest

from trayapp.routing import kinds
from trayapp.routing.line import LineError, read_line
from trayapp.values import Kind

WIRES = ("anthropic", "openai-chat", "openai-responses", "gemini")
EASY = [("user", "rename the variable `tmp` to `rows`")]
TITLE = {"type": "object", "properties": {"title": {"type": "string"}}}
TALK = [("user", "add a button"), ("call", "Bash"), ("result", "ok"), ("model", "Done.")]

SIDE: list[tuple[str, str, bool, dict[str, Any], list[tuple[str, str]]]] = [
    ("side:title", "kind", True, {"tools": (), "schema": TITLE, "system": "Name it."}, [("user", "the login crashes")]),
    (
        "side:title",
        "kind",
        True,
        {"tools": (), "system": "Generate a short title (3-7 words) for this conversation."},
        [("user", "the login crashes")],
    ),
    ("side:probe", "kind_kept", False, {"tools": (), "limit": 1}, [("user", "quota")]),
    ("side:probe", "kind_kept", False, {"tools": (), "limit": 1}, [("user", "hello there")]),
    (
        "side:compaction",
        "kind",
        True,
        {"tools": (), "system": "You are a helpful AI assistant tasked with summarizing conversations."},
        [*TALK * 3, ("user", "Summarize what we did.")],
    ),
    (
        "side:compaction",
        "kind",
        True,
        {"tools": ()},
        [*TALK * 3, ("user", "Provide a handoff summary for another agent that will continue this task")],
    ),
    (
        "side:webfetch",
        "kind",
        True,
        {"tools": ()},
        [("user", "Web page content:\n---\nRate limit: 60\n---\nWhat is the limit?")],
    ),
    (
        "subagent:explore",
        "kind",
        True,
        {"tools": ("Grep", "Glob", "Read"), "system": "You are a file search specialist. READ-ONLY."},
        [("user", "Find the callers of the old client")],
    ),
    (
        "subagent:task",
        "kind_kept",
        False,
        {"system": "You are an agent for Claude Code, Anthropic's official CLI for Claude."},
        EASY,
    ),
]


@pytest.mark.parametrize("wire", WIRES)
@pytest.mark.parametrize(("kind", "why", "suggest", "how", "turns"), SIDE)
def test_side_calls(
    requests: Any,
    judge: Any,
    wire: str,
    kind: str,
    why: str,
    suggest: bool,
    how: dict[str, Any],
    turns: list[tuple[str, str]],
) -> None:
    verdict = judge.request(wire, requests.body(wire, turns, **how))
    assert (verdict.kind, verdict.type, verdict.suggest, verdict.why) == (kind, kind, suggest, why)


@pytest.mark.parametrize("wire", WIRES)
def test_a_simple_task(requests: Any, judge: Any, wire: str) -> None:
    for turns in (EASY, [*TALK, *EASY]):
        verdict = judge.request(wire, requests.body(wire, turns))
        assert (verdict.kind, verdict.type, verdict.suggest, verdict.why) == ("main", "rename", True, "agreed")
        assert verdict.score > 0.9


@pytest.mark.parametrize("wire", WIRES)
def test_never_inside_a_tool_loop(requests: Any, judge: Any, wire: str) -> None:
    verdict = judge.request(wire, requests.body(wire, [*EASY, ("call", "Edit"), ("result", "ok")]))
    assert (verdict.type, verdict.suggest, verdict.why) == ("rename", False, "tool_loop")
    how = {"tools": ("Grep", "Read"), "system": "You are a file search specialist."}
    verdict = judge.request(wire, requests.body(wire, [*EASY, ("call", "Read"), ("result", "ok")], **how))
    assert (verdict.kind, verdict.suggest, verdict.why) == ("subagent:explore", False, "tool_loop")


@pytest.mark.parametrize("wire", WIRES)
def test_hard_and_unknown_tasks(requests: Any, judge: Any, wire: str) -> None:
    for text, why in (("why does the importer hang?", "hard"), ("Montag, wie besprochen", "unknown_task")):
        verdict = judge.request(wire, requests.body(wire, [("user", text)]))
        assert (verdict.suggest, verdict.why) == (False, why)
    assert verdict.type is None


@pytest.mark.parametrize("wire", WIRES)
def test_two_failures_hold_it_back(requests: Any, judge: Any, wire: str) -> None:
    bad = [("call", "Bash"), ("result", "FAILED tests/test_a.py\nexit code: 1")]
    once = judge.request(wire, requests.body(wire, [("user", "a"), *bad, ("model", "hm"), *EASY]))
    twice = judge.request(wire, requests.body(wire, [("user", "a"), *bad, *bad, ("model", "hm"), *EASY]))
    assert (once.suggest, twice.suggest, twice.why) == (True, False, "errors")
    assert twice.score <= 0.2


@pytest.mark.parametrize("wire", WIRES)
def test_a_planning_mode_holds_it_back(requests: Any, judge: Any, wire: str) -> None:
    text = "<system-reminder>Plan mode is active.</system-reminder>\nrename `a` to `b`"
    verdict = judge.request(wire, requests.body(wire, [("user", text)]))
    assert (verdict.suggest, verdict.why) == (False, "plan_mode")


def test_a_picture_holds_it_back(judge: Any) -> None:
    content = [{"type": "image", "source": {}}, {"type": "text", "text": EASY[0][1]}]
    verdict = judge.request("anthropic", {"model": "m", "messages": [{"role": "user", "content": content}]})
    assert (verdict.suggest, verdict.why) == (False, "pictures")
    verdict = judge.request("anthropic", {"model": "m", "messages": [{"role": "user", "content": content[:1]}]})
    assert (verdict.type, verdict.suggest, verdict.why) == (None, False, "pictures")


@pytest.mark.parametrize(
    ("wire", "more", "strives"),
    [
        ("anthropic", {"model": "claude-opus-5-5", "output_config": {"effort": "medium"}}, False),
        ("anthropic", {"model": "claude-opus-5-5", "output_config": {"effort": "high"}}, True),
        ("anthropic", {"model": "claude-opus-4-8", "output_config": {"effort": "high"}}, False),
        ("anthropic", {"model": "claude-opus-4-8", "output_config": {"effort": "max"}}, True),
        ("anthropic", {"model": "claude-opus-4-7", "output_config": {"effort": "xhigh"}}, False),
        ("anthropic", {"model": "claude-sonnet-5", "output_config": {"effort": "high"}}, False),
        ("anthropic", {"model": "claude-sonnet-5-5", "output_config": {"effort": "high"}}, True),
        ("anthropic", {"model": "claude-haiku-4-5", "thinking": {"type": "enabled", "budget_tokens": 31999}}, False),
        ("anthropic", {"model": "claude-opus-5-5", "thinking": {"type": "enabled", "budget_tokens": 31999}}, True),
        ("anthropic", {"model": "claude-opus-5-5", "thinking": {"type": "adaptive"}}, False),
        ("openai-chat", {"reasoning_effort": "medium"}, False),
        ("openai-chat", {"reasoning_effort": "high"}, True),
        ("openai-responses", {"reasoning": {"effort": "xhigh"}}, True),
        ("openai-responses", {"reasoning": {"effort": "low"}}, False),
        ("gemini", {"generationConfig": {"thinkingConfig": {"thinkingLevel": "HIGH"}}}, False),
    ],
)
def test_more_effort_than_usual_holds_it_back(
    requests: Any, judge: Any, wire: str, more: dict[str, Any], strives: bool
) -> None:
    verdict = judge.request(wire, requests.body(wire, EASY, **more))
    assert (verdict.suggest, verdict.why) == ((False, "effort") if strives else (True, "agreed"))


def test_the_model_has_to_agree(judge: Any) -> None:
    """Words that the rules take for a small edit, and that read like anything but simple work."""
    text = "set whatever the coordinator negotiates between replicas to the quorum"
    verdict = judge.text(text)
    assert (verdict.type, verdict.suggest, verdict.why) == ("small_edit", False, "unsure")


def test_texts_alone(judge: Any) -> None:
    assert judge.text("sort the imports").suggest
    assert not judge.text("").suggest
    assert judge.text("<system-reminder>x</system-reminder>fix the typo").type == "typo"


def test_every_kind_has_a_name() -> None:
    assert set(kinds.LABELS) == set(Kind)
    assert len(set(kinds.LABELS.values())) == len(Kind)
    assert set(kinds.EASY) >= kinds.OFFERED


def test_lines(judge: Any, requests: Any) -> None:
    body = requests.body("gemini", EASY)
    wrapped = {"_path": "/v1beta/models/gemini-3.1-pro-preview:streamGenerateContent?alt=sse", "body": body}
    counted = {"_path": "/v1beta/models/m:countTokens", "body": body}
    inside = {"_path": "/v1internal:streamGenerateContent", "body": {"model": "m", "request": body}}
    assert judge.request("gemini", wrapped) == judge.request("gemini", body) == judge.request("gemini", inside)
    assert judge.request("gemini", counted).kind == "side:count"
    assert judge.request("anthropic-messages", requests.body("anthropic", EASY)).suggest
    converse = {"messages": [{"role": "user", "content": [{"text": EASY[0][1]}]}]}
    assert judge.request("bedrock-converse", converse).suggest
    for bad in (
        b"",
        b"[]",
        b"{",
        b"{}",
        b'{"text": 7}',
        b'{"request": {}}',
        b'{"wire": "smtp", "request": {}}',
        b'{"wire": ["a"], "request": {}}',
        b'{"wire": "anthropic", "request": 7}',
        json.dumps({"wire": "canary", "request": {"messages": "canary"}}).encode(),
    ):
        with pytest.raises(LineError) as caught:
            read_line(bad, judge.model)
        assert "canary" not in str(caught.value)
