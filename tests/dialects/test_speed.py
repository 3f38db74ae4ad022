"""Hang bounds: ten times what a call may cost on an idle machine, so that only a real slip fails."""

from __future__ import annotations

import json
import timeit
from collections.abc import Callable
from typing import Any

from trayapp.dialects import RequestView, recognise


def best(run: Callable[[], object], number: int) -> float:
    """Microseconds of the quickest of five rounds."""
    return min(timeit.repeat(run, number=number, repeat=5)) / number * 1e6


def test_reading_a_request() -> None:
    dialect = recognise("anthropic", "POST", "/v1/messages")
    assert dialect is not None
    view = RequestView("anthropic", "POST", "/v1/messages", [(b"User-Agent", b"claude-cli/2.1.330 (external, cli)")])
    turn = {"role": "user", "content": [{"type": "text", "text": "def f(x):\n    return 'y'\n" * 40}]}
    for turns, bound in ((2, 150), (400, 7000)):
        body = json.dumps({"model": "claude-opus-5-5", "messages": [turn] * turns, "stream": True}).encode()
        assert best(lambda body=body: dialect.read_request(view, body), 20) < bound  # type: ignore[misc]


def test_reading_a_stream(wires: Any) -> None:
    deltas = {
        "anthropic": {"type": "content_block_delta", "delta": {"type": "text_delta", "text": "Hello there"}},
        "chat": {"id": "c", "model": "m", "choices": [{"delta": {"content": "Hello there"}}], "usage": None},
        "responses": {"type": "response.output_text.delta", "delta": "Hello there"},
    }
    for kind, delta in deltas.items():
        event = wires.sse([delta])
        reader = wires.reader(kind)
        assert best(lambda event=event, reader=reader: reader.feed(event), 500) < 20  # type: ignore[misc]
