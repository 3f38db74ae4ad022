"""What vendors say of their models, and what our table says."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trayapp.dialects.adapt import Capability, canonical, capability, capability_from_listing, listed
from trayapp.dialects.adapt.capability import merged
from trayapp.dialects.adapt.known_models import names
from trayapp.dialects.adapt.levels import ORDER, nearest


def yes(**said: bool) -> dict[str, Any]:
    return {name: {"supported": value} for name, value in said.items()}


CLAUDE = {
    "id": "claude-haiku-4-5-20251001",
    "type": "model",
    "max_tokens": 64000,
    "max_input_tokens": 200000,
    "capabilities": {
        "effort": {"supported": True, **yes(low=True, medium=True, high=True, max=False), "xhigh": None},
        "thinking": {"supported": True, "types": yes(adaptive=False, between_tools=False, disabled=True, enabled=True)},
    },
}


def test_an_entry_of_anthropics() -> None:
    assert capability_from_listing(CLAUDE) == Capability(
        model="claude-haiku-4-5",
        max_output=64000,
        window=200000,
        thinking=frozenset({"disabled", "enabled"}),
        efforts=frozenset({"low", "medium", "high"}),
    )


def test_a_model_without_thinking_or_effort() -> None:
    able = {"effort": {"supported": False}, "thinking": {"supported": False, "types": yes(disabled=True, enabled=True)}}
    found = capability_from_listing({"id": "claude-x", "capabilities": able})
    assert found is not None
    assert (found.efforts, found.thinking) == (frozenset(), frozenset({"disabled"}))


def test_an_entry_of_geminis() -> None:
    item = {
        "name": "models/gemini-2.0-flash-001",
        "inputTokenLimit": 1048576,
        "outputTokenLimit": 8192,
        "thinking": False,
    }
    assert capability_from_listing(item) == Capability(
        model="gemini-2.0-flash", max_output=8192, window=1048576, thinking=frozenset()
    )


def test_an_entry_of_codex() -> None:
    item = {
        "slug": "gpt-6-luna",
        "max_context_window": 872000,
        "use_responses_lite": True,
        "default_reasoning_level": "medium",
        "supported_reasoning_levels": [{"effort": "low"}, {"effort": "max"}, {"effort": 5}, 7],
    }
    found = capability_from_listing(item)
    assert found is not None
    assert (found.window, found.family, found.efforts) == (872000, "codex-lite", frozenset({"low", "max"}))


def test_whole_listings_and_single_entries() -> None:
    assert len(listed(json.dumps({"data": [CLAUDE, 5, {}, {"id": "claude-y"}]}).encode())) == 1
    assert len(listed(json.dumps(CLAUDE).encode())) == 1
    assert listed(b'{"models":[{"name":"models/g","inputTokenLimit":5}]}')[0].window == 5
    assert listed(b'{"data":7,"object":"list"}') == ()


WORDS = (
    "id", "name", "slug", "data", "models", "capabilities", "thinking", "types", "effort", "supported", "max_tokens",
    "inputTokenLimit", "supported_reasoning_levels",
)  # fmt: skip

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(WORDS),
            inner,
            max_size=5,
        )
    ),
    max_leaves=20,
)


@given(JSON)
def test_nothing_raises(found: Any) -> None:
    assert isinstance(listed(json.dumps(found).encode()), tuple)


@given(st.binary(max_size=64))
def test_nothing_raises_on_bytes(body: bytes) -> None:
    assert isinstance(listed(body), tuple)


@pytest.mark.parametrize(
    ("wire", "written", "name"),
    [
        ("anthropic-messages", "claude-haiku-4-5-20251001", "claude-haiku-4-5"),
        ("anthropic-messages", "anthropic/claude-sonnet-4.6", "claude-sonnet-4-6"),
        ("anthropic-messages", "claude-haiku-4-5@20251001", "claude-haiku-4-5"),
        ("anthropic-messages", "claude-sonnet-4-6[1m]", "claude-sonnet-4-6"),
        ("bedrock-invoke", "us.anthropic.claude-haiku-4-5-20251001-v1:0", "claude-haiku-4-5"),
        ("openai-chat", "gpt-5.4-mini-2026-03-17", "gpt-5.4-mini"),
        ("gemini", "models/gemini-3.1-pro-preview", "gemini-3.1-pro"),
        ("gemini", "gemini-2.5-flash-preview-09-2025", "gemini-2.5-flash"),
        ("gemini", "gemini-3.1-flash-image", "gemini-3.1-flash-image"),
    ],
)
def test_names(wire: str, written: str, name: str) -> None:
    assert canonical(wire, written) == name


@pytest.mark.parametrize("wire", ["anthropic-messages", "openai-responses", "gemini"])
def test_the_table_names_its_models_canonically(wire: str) -> None:
    for name in names(wire):
        found = capability(wire, name)
        assert found is not None
        assert found.model == name == canonical(wire, name)
        assert (
            found.default_effort is None
            or found.efforts is None
            or not found.efforts
            or (found.default_effort in found.efforts)
        )


def test_similar_names_are_no_models() -> None:
    assert capability("anthropic-messages", "claude-opus-5-6") is None
    assert capability("openai-chat", "claude-sonnet-5") is None
    assert capability("gemini", "gemini-3.8-flash-image") is None
    assert capability("ollama", "gpt-5.5") is None


def test_what_is_said_outranks_the_table_and_is_completed_by_it() -> None:
    table = capability("openai-responses", "gpt-6-luna")
    said = Capability(model="gpt-6-luna", window=5)
    both = merged(said, table)
    assert both is not None
    assert table is not None
    assert (both.window, both.family, both.efforts) == (5, "codex-lite", table.efforts)
    assert merged(None, table) is table
    assert merged(said, None) is said


@given(st.sampled_from(ORDER), st.sets(st.sampled_from(ORDER), min_size=1))
def test_the_nearest_level(asked: str, accepted: set[str]) -> None:
    found = nearest(asked, accepted)
    assert found in accepted
    assert (found == asked) == (asked in accepted)
    below = [level for level in accepted if ORDER.index(level) <= ORDER.index(asked)]
    assert (ORDER.index(found or "") <= ORDER.index(asked)) == bool(below)
