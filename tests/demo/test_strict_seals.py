"""Seals tell whose reasoning they vouch for, and the judge of requests takes whatever comes."""

from __future__ import annotations

import json

from hypothesis import given
from hypothesis import strategies as st
from strict import seals
from strict.checks import check

NAMES = st.from_regex(r"[a-z0-9.\-]{1,40}", fullmatch=True)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)
PARTS = ("messages", "thinking", "output_config", "tools", "tool_choice", "input", "reasoning", "text", "contents")
BODIES = st.fixed_dictionaries(
    {"model": st.sampled_from(["claude-haiku-5-5", "gpt-5.5", "gemini-3.8-flash"]) | JSON},
    optional=dict.fromkeys((*PARTS, "generationConfig", "request", "context_management", "system"), JSON),
)
PATHS = st.sampled_from(
    [
        "/v1/messages",
        "/v1/messages/count_tokens",
        "/v1/responses",
        "/v1/chat/completions",
        "/v1beta/models/gemini-3.8-flash:generateContent",
        "/v1internal:streamGenerateContent",
    ]
)


@given(NAMES, st.sampled_from(["", "0123456789abcdef"]))
def test_a_seal_says_what_was_sealed(model, prefix):
    sealed = seals.seal(model, prefix)
    assert seals.read(sealed) == seals.Seal(model, prefix)
    assert seals.read(sealed.replace("+", "-").replace("/", "_").rstrip("=")) == seals.Seal(model, prefix)


@given(NAMES, st.data())
def test_a_changed_seal_is_none(model, data):
    sealed = seals.seal(model).rstrip("=")
    # The last character may hold spare bits.
    at = data.draw(st.integers(0, len(sealed) - 2))
    other = data.draw(st.sampled_from("ABCDwxyz0189+/").filter(lambda char: char != sealed[at]))
    assert seals.read(sealed[:at] + other + sealed[at + 1 :]) is None


@given(JSON)
def test_anything_else_is_no_seal(value):
    assert seals.read(value) is None


@given(JSON)
def test_a_digest_does_not_see_marks_for_caching(value):
    marked = {"a": value, "cache_control": {"type": "ephemeral"}}
    assert seals.digest([marked]) == seals.digest([{"a": value}])


@given(PATHS, BODIES)
def test_the_judge_takes_any_body(path, body):
    headers = {"anthropic-version": "2023-06-01"} if "messages" in path else {}
    found = check("POST", path, headers, json.dumps(body).encode())
    assert found is None or found.status in (400, 404)


@given(PATHS, st.binary(max_size=40))
def test_the_judge_takes_any_bytes(path, body):
    found = check("POST", path, {"anthropic-version": "2023-06-01"}, body)
    assert found is None or found.status in (400, 404)
