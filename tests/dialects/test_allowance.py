"""Plans whose allowance is used up, as their vendors say it beside the answer."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trayapp.dialects import allowance, asker, reader_of

CLAUDE = "Anthropic-RateLimit-Unified-"


@pytest.mark.parametrize(
    ("headers", "beyond"),
    [
        ({}, False),
        ({CLAUDE + "Overage-In-Use": "true"}, True),
        ({CLAUDE + "Overage-In-Use": "false", CLAUDE + "5h-utilization": "1.0"}, False),
        ({CLAUDE + "Overage-Status": "allowed"}, False),
        ({"x-codex-primary-used-percent": "100", "x-codex-credits-has-credits": "True"}, True),
        ({"x-codex-primary-used-percent": "100.0", "x-codex-credits-unlimited": "true"}, True),
        ({"x-codex-secondary-used-percent": "103", "x-codex-credits-has-credits": "true"}, True),
        ({"x-codex-primary-used-percent": "99.9", "x-codex-credits-has-credits": "true"}, False),
        ({"x-codex-primary-used-percent": "100", "x-codex-credits-has-credits": "false"}, False),
        ({"x-codex-primary-used-percent": "100"}, False),
        ({"x-codex-primary-used-percent": "lots", "x-codex-credits-has-credits": "true"}, False),
    ],
)
def test_the_responses_head(headers: dict[str, str], beyond: bool) -> None:
    assert allowance.overage([(name.encode(), value.encode()) for name, value in headers.items()]) is beyond


@pytest.mark.parametrize(
    ("event", "beyond"),
    [
        ({"rate_limits": {"primary": {"used_percent": 100.0}}, "credits": {"has_credits": True}}, True),
        ({"rate_limits": {"secondary": {"used_percent": 100}}, "credits": {"unlimited": True}}, True),
        ({"rate_limits": {"primary": {"used_percent": 40}}, "credits": {"has_credits": True}}, False),
        ({"rate_limits": {"primary": {"used_percent": 100}}, "credits": {"has_credits": False}}, False),
        ({"rate_limits": {"primary": None}, "credits": None}, False),
        ({"rate_limits": [], "credits": 5}, False),
    ],
)
def test_codexs_event_in_a_stream(event: dict[str, Any], beyond: bool) -> None:
    reader = reader_of("openai-responses", content_type="text/event-stream")
    done = {"type": "response.completed", "response": {"usage": {"input_tokens": 1, "output_tokens": 1}}}
    for document in ({"type": "codex.rate_limits", **event}, done):
        reader.feed(b"data: " + json.dumps(document).encode() + b"\n\n")
    usage = reader.finish()
    assert usage.complete
    assert ("overage" in usage.flags) is beyond


@given(st.dictionaries(st.sampled_from(["rate_limits", "credits", "x"]), st.none() | st.integers() | st.text()))
def test_whatever_stands_there_nothing_fails(event: dict[str, Any]) -> None:
    assert allowance.event_overage(event) is False
    assert allowance.event_overage(None) is False


@pytest.mark.parametrize(
    ("host", "target", "plan"),
    [
        ("api.z.ai", "/api/coding/paas/v4/chat/completions", True),
        ("open.bigmodel.cn", "/api/coding/paas/v4/chat/completions?x=1", True),
        ("api.z.ai", "/api/paas/v4/chat/completions", False),
        ("evil.example", "/api/coding/paas/v4/chat/completions", False),
        ("notz.ai", "/api/coding/x", False),
        ("api.kimi.com", "/coding/v1/chat/completions", True),
        ("api.moonshot.ai", "/v1/chat/completions", False),
    ],
)
def test_coding_plans_by_host_and_path(host: str, target: str, plan: bool) -> None:
    assert asker.coding_plan(host, target) is plan
