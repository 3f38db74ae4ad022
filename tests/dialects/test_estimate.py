from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trayapp.dialects import bytes_per_token, estimate_usage
from trayapp.values import Call, Kind, Leg


def call(**more: Any) -> Call:
    return Call(**{"vendor": "openai", "wire": "openai-chat", "model": "gpt-5.5", "context_bytes": 4260, **more})


@pytest.mark.parametrize(
    ("wire", "model", "ratio"),
    [
        ("anthropic-messages", "claude-opus-5-5", 2.88),
        ("anthropic-messages", "claude-opus-4-8", 2.88),
        ("anthropic-messages", "claude-opus-4-7-20260401", 2.88),
        ("anthropic-messages", "claude-sonnet-5", 2.88),
        ("anthropic-messages", "claude-fable-5-2", 2.88),
        ("anthropic-messages", "claude-haiku-5-5", 2.88),
        ("anthropic-messages", "claude-opus-4-6", 4.0),
        ("anthropic-messages", "claude-sonnet-4-6", 4.0),
        ("openai-chat", "anthropic/claude-sonnet-4.6", 4.0),
        ("anthropic-messages", "claude-haiku-4-5-20251001", 4.0),
        ("anthropic-messages", "claude-sonnet-4-20250514", 4.0),
        ("anthropic-messages", "claude-opus-4-20250514", 4.0),
        ("anthropic-messages", "claude-3-7-sonnet-20250219", 4.0),
        ("anthropic-messages", None, 2.88),
        ("gemini", "gemini-3.8-flash", 4.48),
        ("gemini", None, 4.48),
        ("openai-responses", "gpt-6.1-sol", 4.26),
        ("openai-chat", None, 4.26),
        ("openai-chat", "gemini-3.8-flash", 4.48),
    ],
)
def test_ratios(wire: str, model: str | None, ratio: float) -> None:
    assert bytes_per_token(wire, model) == ratio


def test_a_complete_usage_is_left_alone(wires: Any, streams: Any) -> None:
    events, done = streams["chat"]
    reader = wires.reader("chat")
    reader.feed(wires.sse(events, done=done))
    assert estimate_usage(call(), reader) is reader.finish()


def test_a_stream_without_usage(wires: Any) -> None:
    reader = wires.reader("chat")
    reader.feed(wires.sse([{"model": "gpt-5.5", "choices": [{"delta": {"content": "x" * 426}}]}], done=True))
    usage = estimate_usage(call(), reader)
    assert usage.legs == (Leg(input=1000, output=100),)
    assert not usage.complete
    assert usage.flags == ("no_usage", "estimated", "input_estimated", "output_estimated", "at_least")
    assert usage.model == "gpt-5.5"


def test_better_figures_are_used(wires: Any) -> None:
    reader = wires.reader("chat")
    reader.feed(wires.sse([{"choices": [{"delta": {"content": "x" * 100}}]}]))
    assert estimate_usage(call(), reader, input_tokens=77, ratio=5.0).legs == (Leg(input=77, output=20),)


def test_an_aborted_claude_stream_keeps_its_exact_prompt(wires: Any, streams: Any) -> None:
    events, _ = streams["anthropic"]
    more = {"type": "content_block_delta", "delta": {"type": "thinking_delta", "thinking": "t" * 288}}
    reader = wires.reader("anthropic")
    reader.feed(wires.sse([events[0], more]))
    usage = estimate_usage(call(model="claude-opus-5-5"), reader)
    assert usage.legs == (Leg(input=21, cache_read=12000, cache_write=1000, cache_write_1h=500, output=100),)
    assert usage.flags == ("estimated", "output_estimated", "at_least")
    assert not usage.complete


def test_a_known_output_is_a_lower_bound(wires: Any, streams: Any) -> None:
    events, _ = streams["gemini"]
    first = {**events[0], "usageMetadata": {"promptTokenCount": 1000, "thoughtsTokenCount": 500}}
    reader = wires.reader("gemini")
    reader.feed(wires.sse([first]))
    legs = estimate_usage(call(model="gemini-3.8-flash"), reader).legs
    assert legs == (Leg(input=1000, output=503, reasoning=500),)


def test_errors_and_free_calls_are_not_estimated(wires: Any) -> None:
    reader = wires.reader("chat", status=429)
    reader.feed(b'{"error":{"type":"rate_limit_error"}}')
    assert estimate_usage(call(), reader).legs == ()
    counting = wires.reader("count")
    assert estimate_usage(call(kind=Kind.COUNT), counting).legs == ()


def test_nothing_known_of_the_prompt_is_said(wires: Any) -> None:
    reader = wires.reader("chat")
    reader.feed(wires.sse([{"choices": [{"delta": {"content": "x"}}]}]))
    usage = estimate_usage(call(context_bytes=0), reader)
    assert usage.flags[:3] == ("estimated", "input_unknown", "output_estimated")


def test_a_whole_answer_without_usage_says_what_is_unknown(wires: Any) -> None:
    reader = wires.reader("chat", content_type="application/json")
    reader.feed(b'{"choices":[{"message":{"role":"assistant"}}]}')
    usage = estimate_usage(call(model="gpt-4.1"), reader)
    assert usage.flags == ("no_usage", "estimated", "input_estimated", "output_unknown")


def test_a_whole_answer_without_usage_is_measured(wires: Any) -> None:
    reader = wires.reader("chat", content_type="application/json")
    reader.feed(json.dumps({"choices": [{"message": {"content": "x" * 426}}, {"text": "y" * 426}]}).encode())
    usage = estimate_usage(call(model="gpt-4.1"), reader)
    assert usage.total("output") == 200
    assert usage.flags == ("no_usage", "estimated", "input_estimated", "output_estimated")


def test_counts_by_a_tokenizer_outrank_sizes(wires: Any) -> None:
    events = [{"choices": [{"delta": {"content": "x" * 100}}]}, {"choices": [{"delta": {"reasoning_content": "y"}}]}]
    reader = wires.reader("chat")
    reader.feed(wires.sse(events))
    counted = {"answer_tokens": 40, "thought_tokens": 2}
    assert estimate_usage(call(), reader, **counted).total("output") == 42
    assert "capped" not in estimate_usage(call(max_output=42), reader, **counted).flags
    capped = estimate_usage(call(max_output=30), reader, **counted)
    assert capped.total("output") == 30
    assert "capped" in capped.flags


@pytest.mark.parametrize(
    ("model", "effort", "delta", "bounded"),
    [
        ("gpt-6.1-sol", "high", {"content": "x"}, False),
        ("gpt-6.1-sol", "none", {"content": "x"}, True),
        ("gpt-4.1", None, {"content": "x"}, True),
        ("deepseek-v4-pro", None, {"reasoning_content": "x"}, True),
        ("claude-opus-5-5", "high", {"content": "x"}, True),
        ("claude-opus-5-5", "high", {"reasoning_content": "x"}, False),
        ("gemini-3.8-flash", None, {"content": "x"}, False),
    ],
)
def test_thinking_that_nobody_saw_makes_a_lower_bound(
    wires: Any, model: str, effort: str | None, delta: dict[str, str], bounded: bool
) -> None:
    reader = wires.reader("chat")
    reader.feed(wires.sse([{"choices": [{"delta": delta}]}]))
    assert ("at_least" not in estimate_usage(call(model=model, effort=effort), reader).flags) == bounded


def test_claude_thinking_in_silence_is_a_lower_bound(wires: Any, streams: Any) -> None:
    events, _ = streams["anthropic"]
    silent = {"type": "content_block_start", "index": 0, "content_block": {"type": "thinking", "thinking": ""}}
    for more, bound in (([], False), ([silent], True)):
        reader = wires.reader("anthropic")
        reader.feed(wires.sse([events[0], *more]))
        assert ("at_least" in estimate_usage(call(model="claude-opus-5-5"), reader).flags) == bound


def test_thoughts_that_gemini_counted_are_not_counted_twice(wires: Any) -> None:
    parts = [{"text": "t" * 4480, "thought": True}, {"text": "x" * 448}]
    counts = {"promptTokenCount": 10, "thoughtsTokenCount": 700, "candidatesTokenCount": 60}
    reader = wires.reader("gemini")
    reader.feed(wires.sse([{"candidates": [{"content": {"parts": parts}}], "usageMetadata": counts}]))
    usage = estimate_usage(call(model="gemini-3.8-flash"), reader)
    assert usage.legs == (Leg(input=10, output=800, reasoning=700),)
    assert usage.flags == ("estimated", "output_estimated")


@given(sizes=st.lists(st.integers(0, 500), max_size=8), context=st.integers(0, 10**7))
def test_estimates_grow_with_the_text(wires: Any, sizes: list[int], context: int) -> None:
    reader = wires.reader("chat")
    last = 0
    for size in sizes:
        reader.feed(wires.sse([{"choices": [{"delta": {"content": "x" * size}}]}]))
        known, output = reader.live()
        assert known is None
        assert output >= last
        last = output
    usage = estimate_usage(call(context_bytes=context), reader)
    assert usage.total("output") == last
    assert not usage.complete
