from __future__ import annotations

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
    assert usage.flags == ("no_usage", "estimated")
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
    assert usage.flags == ("estimated",)
    assert not usage.complete


def test_a_known_output_is_a_lower_bound(wires: Any, streams: Any) -> None:
    events, _ = streams["gemini"]
    first = {**events[0], "usageMetadata": {"promptTokenCount": 1000, "thoughtsTokenCount": 500}}
    reader = wires.reader("gemini")
    reader.feed(wires.sse([first]))
    assert estimate_usage(call(model="gemini-3.8-flash"), reader).legs == (Leg(input=1000, output=500, reasoning=500),)


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
    assert usage.flags == ("estimated", "input_unknown")


def test_a_whole_answer_without_usage_says_what_is_unknown(wires: Any) -> None:
    reader = wires.reader("chat", content_type="application/json")
    reader.feed(b'{"choices":[{"message":{"content":"unmeasured"}}]}')
    assert estimate_usage(call(), reader).flags == ("no_usage", "estimated", "output_unknown")


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
