"""A wire format by what lies there."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trayapp.dialects import wire_of


@pytest.mark.parametrize(
    ("found", "wire"),
    [
        ({"input_tokens": 1, "output_tokens": 1, "cache_read_input_tokens": 0}, "anthropic-messages"),
        ({"type": "message", "usage": {"input_tokens": 1, "cache_creation_input_tokens": 1}}, "anthropic-messages"),
        ({"type": "message_start", "message": {}}, "anthropic-messages"),
        ({"type": "content_block_delta"}, "anthropic-messages"),
        ({"prompt_tokens": 1}, "openai-chat"),
        ({"choices": []}, "openai-chat"),
        ({"usage": {"prompt_tokens": 1, "total_tokens": 1}}, "openai-chat"),
        ({"input_tokens": 1, "input_tokens_details": {}}, "openai-responses"),
        ({"object": "response", "output": []}, "openai-responses"),
        ({"type": "response.completed", "response": {}}, "openai-responses"),
        ({"promptTokenCount": 1}, "gemini"),
        ({"response": {"candidates": []}}, "gemini"),
        ({"inputTokens": 1}, "bedrock-converse"),
        ({"metadata": {"usage": {"inputTokens": 1}}}, "bedrock-converse"),
        ({"chunk": {"bytes": "e30="}}, "bedrock-invoke"),
        ({"prompt_token_count": 1, "generation_token_count": 1}, "bedrock-invoke"),
        ({"model": "m", "done": False}, "ollama"),
        ({"model_instance_id": "m", "stats": {}}, "lmstudio"),
        ({"type": "message.delta", "content": "x"}, "lmstudio"),
        ({"content": "x", "tokens_predicted": 1}, "llamacpp"),
        ({"type": "error"}, None),
        ({}, None),
        ([], None),
        (None, None),
    ],
)
def test_shapes(found: Any, wire: str | None) -> None:
    assert wire_of(found) == wire


def test_two_formats_with_the_same_two_counts() -> None:
    bare = {"input_tokens": 1, "output_tokens": 1}
    assert wire_of(bare) == "anthropic-messages"
    assert wire_of(bare, ambiguous="openai-responses") == "openai-responses"
    assert wire_of({"usage": bare}, ambiguous=None) is None


ANY = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["usage", "response", "type", "message", "x"]), inner, max_size=4)
    ),
    max_leaves=12,
)


@given(ANY)
def test_any_value_has_a_shape_or_none(found: Any) -> None:
    assert wire_of(found) in (None, "openai-responses", "anthropic-messages")
