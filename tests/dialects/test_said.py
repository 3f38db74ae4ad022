"""Text is kept for counting only: bounded, never shown, forgotten in time."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trayapp.dialects.said import KEEP, Said

CANARY = "CANARYTEXT"


@given(st.lists(st.text(st.characters(), max_size=40), max_size=40), st.integers(1, 60))
def test_the_text_comes_out_as_it_went_in(pieces: list[str], repeat: int) -> None:
    said = Said()
    for piece in pieces * repeat:
        said.add(piece)
    text = "".join(pieces * repeat).encode("utf-8", "surrogatepass")
    assert said.kept() == text
    assert said.size == len(text)


def test_it_is_bounded_and_keeps_counting() -> None:
    said = Said()
    for _ in range(KEEP // 1000 + 500):
        said.add("é" * 500)
    assert KEEP - 1000 <= len(said.kept()) <= KEEP
    assert said.size == (KEEP // 1000 + 500) * 1000


def test_dropping_keeps_the_size() -> None:
    said = Said()
    said.add(CANARY)
    said.drop()
    assert (said.kept(), said.size) == (b"", len(CANARY))
    assert CANARY not in repr(said)


STREAMS: dict[str, tuple[Any, Any]] = {
    "chat": ({"choices": [{"delta": {"content": CANARY}}]}, {"reasoning_content": "thought"}),
    "responses": ({"type": "response.output_text.delta", "delta": CANARY}, None),
    "anthropic": ({"type": "content_block_delta", "delta": {"type": "text_delta", "text": CANARY}}, None),
    "gemini": ({"candidates": [{"content": {"parts": [{"text": CANARY}]}}]}, None),
    "ollama": ({"message": {"content": CANARY}}, None),
}


@pytest.mark.parametrize("kind", list(STREAMS))
def test_every_dialect_hands_its_text_over_once(wires: Any, kind: str) -> None:
    event, _ = STREAMS[kind]
    content_type = "application/x-ndjson" if kind == "ollama" else "text/event-stream"
    reader = wires.reader(kind, content_type=content_type)
    reader.feed(wires.sse([event, event]).replace(b"data: ", b"") if kind == "ollama" else wires.sse([event, event]))
    assert reader.text_bytes == 2 * len(CANARY)
    assert CANARY not in repr(vars(reader)) + repr(vars(reader._tally))
    assert reader.take_texts() == (CANARY.encode() * 2, b"")
    assert reader.take_texts() == (b"", b"")


def test_thinking_is_kept_apart(wires: Any) -> None:
    reader = wires.reader("chat")
    reader.feed(wires.sse([{"choices": [{"delta": {"reasoning_content": "hm", "content": None}}]}]))
    assert (reader.thinks, reader.thought_bytes, reader.text_bytes) == (True, 2, 2)
    assert reader.take_texts() == (b"", b"hm")


def test_the_final_usage_ends_the_keeping(wires: Any, streams: Any) -> None:
    for kind in ("chat", "anthropic", "responses", "gemini"):
        events, done = streams[kind]
        reader = wires.reader(kind)
        reader.feed(wires.sse(events, done=done))
        assert reader.text_bytes > 0, kind
        assert reader.take_texts() == (b"", b""), kind
