"""What one simulated call is about, and how it shall be answered.

Everything that passes between the server, the planner and the wire formats lives here: ``Ask`` (a request as the
simulated vendor read it), ``Script`` (what to answer, how fast, with which fault) and ``Answer`` (ready bytes).

Rules: no I/O. A ``Script`` never says what a request costs in input tokens unless it has to: those follow from the
request's own size and from the prompt cache (``prefixes``), as they do at a real vendor.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final

STAMP: Final = "@" * 20
"""Twenty characters that a stamped stream replaces by the monotonic clock (ns) at the moment of sending."""

DEFAULT_TEXT: Final = (
    "This answer was written by Spendlight's simulated vendor. No model has read the request and nothing was billed."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolUse:
    """A call of one of the client's tools, as the model's answer."""

    name: str
    arguments: str = "{}"
    """JSON object as text; for a free-form tool, the text."""
    free_form: bool = False
    """OpenAI Responses: a custom tool, whose input is text."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Script:
    """How one request is answered. All defaults together are a short, immediate, successful answer."""

    text: str = DEFAULT_TEXT
    thinking: str = ""
    """Reasoning text that is streamed before the answer, where the wire format shows it."""
    seal: str = ""
    """What vouches for the model's reasoning: the signature of a thinking block, the encrypted content of a reasoning
    item, the thought signature of a function call. With it, reasoning is answered even where its text is empty."""
    tool: ToolUse | None = None
    """Ends the answer with this tool call."""
    model: str | None = None
    """The model that claims to have served; ``None`` is the one asked for."""
    output_tokens: int | None = None
    """Billed output, reasoning included; ``None`` follows from the length of the texts."""
    reasoning_tokens: int | None = None
    """The part of ``output_tokens`` that was reasoning; ``None`` follows from the length of ``thinking``."""
    input_tokens: int | None = None
    """Uncached input; ``None`` follows from the request's size. When set, nothing is read from or written to the
    simulated cache but what the next two say."""
    cache_read_tokens: int = 0
    cache_write_tokens: int = 0
    omit_usage: bool = False
    """The answer carries no usage object. The log still knows what was counted."""
    first_ms: float = 0.0
    """Time before the response head."""
    chunk_ms: float = 0.0
    """Time before each further event of a stream. 0 sends all events at once."""
    chunk_chars: int = 24
    """Characters of text in one event."""
    stamp: bool = False
    """Every text event carries its sending time (monotonic ns, 20 digits) instead of text; for measuring delays."""
    status: int = 200
    """An error status answers with the vendor's error shape."""
    error: str = ""
    """The vendor's error type; "" is the usual one of ``status``."""
    error_after: int | None = None
    """Sends a vendor's error event after this many events of a stream, and ends there."""
    retry_after: str = ""
    """Value of a ``retry-after`` header."""
    cut_after: int | None = None
    """Cuts the connection after this many events (0: before the response head). An answer that is not a stream
    is cut in the middle of its body by any number above 0."""
    stall_after: int | None = None
    """Falls silent after this many events and keeps the connection open until the client leaves."""
    encoding: str = ""
    """Content coding of the answer: ``gzip``, ``deflate``, ``br``, ``zstd``; ``accept`` takes the client's best."""
    headers: tuple[tuple[str, str], ...] = ()
    """Sent in addition."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """One request for tokens, as the simulated vendor read it."""

    vendor: str
    """``anthropic``, ``openai`` (also Azure's), ``chatgpt``, ``gemini`` or ``ollama``."""
    wire: str
    """``anthropic-messages``, ``openai-chat``, ``openai-responses``, ``gemini`` or ``ollama``."""
    op: str = "generate"
    """``generate``, ``count`` (tokens only) or ``compact``."""
    path: str = ""
    model: str = ""
    stream: bool = False
    key: str = field(default="", repr=False)
    """The credential; the simulated cache and the planner tell callers apart by it. Never logged."""
    max_output: int | None = None
    include_usage: bool = False
    """A chat stream asked for its usage chunk."""
    schema: Any = None
    """JSON schema that the answer has to satisfy."""
    sse: bool = True
    """Gemini: whether a stream is SSE or one JSON array."""
    wrapped: bool = False
    """Gemini: Code Assist, which wraps each response."""
    body: bytes = field(default=b"", repr=False)
    """The decoded request body."""
    message_id: str = field(default_factory=lambda: secrets.token_hex(12))
    request_id: str = field(default_factory=lambda: f"req_{secrets.token_hex(12)}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """A response, ready but for its framing."""

    status: int = 200
    content_type: str = "application/json"
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""
    """Everything, when the answer is not a stream."""
    events: tuple[bytes, ...] | None = None
    """The pieces of a stream, in order, each as it is flushed."""
    error_event: bytes = b""
    """The stream's error event, for ``Script.error_after``."""


Planner = Callable[[Ask], Script]
"""Chooses the script for a request. It runs on the server's loop: it has to be quick and must not raise."""


def default_plan(ask: Ask) -> Script:
    """Answer like an agreeable model: plain text, or JSON where the request demands a schema."""
    if ask.schema is not None:
        return Script(text=filled(ask.schema))
    return Script()


def filled(schema: Any) -> str:
    """The smallest JSON text that satisfies a JSON schema of the simple kinds that tools use."""
    import msgspec

    return msgspec.json.encode(_fill(schema)).decode()


def _fill(schema: Any) -> Any:
    if not isinstance(schema, dict):
        return None
    if schema.get("enum"):
        return schema["enum"][0]
    for name in ("anyOf", "oneOf"):
        if schema.get(name):
            return _fill(schema[name][0])
    kind = schema.get("type", "object")
    kind = str(kind[0] if isinstance(kind, list) and kind else kind).lower()
    if kind == "object":
        return {name: _fill(part) for name, part in (schema.get("properties") or {}).items()}
    samples = {"string": "Simulated", "integer": 1, "number": 1, "boolean": True, "array": []}
    return samples.get(kind)


def pieces(text: str, size: int, *, stamp: bool = False) -> list[str]:
    """``text`` in pieces of ``size`` characters; none for an empty text."""
    step = max(1, size)
    parts = [text[i : i + step] for i in range(0, len(text), step)]
    return [STAMP] * len(parts) if stamp else parts
