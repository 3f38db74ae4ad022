"""Ollama's own API, as the simulated vendor speaks it: ``/api/chat`` and ``/api/generate``.

Everything that shapes an Ollama answer lives here: one JSON a line in a stream, one whole document without. Shapes:
Python SDK ollama 0.6.3 and its API document (2026-11). It knows no prices, no caching and no request ids.
"""

from __future__ import annotations

from typing import Any, Final

import msgspec

from trayapp.demo.script import Answer, Ask, Script, pieces
from trayapp.values import Leg

WIRE: Final = "ollama"
CHAT: Final = "/api/chat"
GENERATE: Final = "/api/generate"

_NOW: Final = "2026-11-26T00:00:00.000000Z"
_encode = msgspec.json.encode


def answer(ask: Ask, script: Script, leg: Leg) -> Answer:
    """The answer to one request."""

    def line(text: str, *, thinking: str = "", done: bool = False) -> dict[str, Any]:
        said: dict[str, Any] = {"thinking": thinking} if thinking else {}
        if ask.path == CHAT:
            said = {"message": {"role": "assistant", "content": text, **said}}
        else:
            said = {"response": text, **said}
        document: dict[str, Any] = {"model": script.model or ask.model, "created_at": _NOW, **said, "done": done}
        if done:
            document |= {"done_reason": "stop", "total_duration": 5000, "load_duration": 1000}
            document |= {"prompt_eval_duration": 1000, "eval_duration": 3000}
        if done and not script.omit_usage:
            document |= {"prompt_eval_count": leg.prompt, "eval_count": leg.output}
        return document

    if not ask.stream:
        return Answer(body=_encode(line(script.text, thinking=script.thinking, done=True)))
    lines = [line("", thinking=piece) for piece in pieces(script.thinking, script.chunk_chars)]
    lines += [line(piece) for piece in pieces(script.text, script.chunk_chars, stamp=script.stamp)]
    events = tuple(_encode(document) + b"\n" for document in (*lines, line("", done=True)))
    broken = _encode({"error": "the model runner has stopped"}) + b"\n"
    return Answer(content_type="application/x-ndjson", events=events, error_event=broken)


def models() -> Answer:
    """What ``/api/tags`` lists."""
    return Answer(body=_encode({"models": [{"name": "qwen3", "model": "qwen3", "modified_at": _NOW, "size": 1}]}))


def error(status: int, message: str = "") -> Answer:
    """An error in Ollama's shape."""
    return Answer(status=status, body=_encode({"error": message or "The simulated vendor was told to fail."}))
