"""LM Studio's own API: ``/api/v1/chat``, whole or as events.

Everything about this wire format lives here. Facts: LM Studio's API document of its version 0.4 (2026-11). Its older
``/api/v0`` and its compatible endpoints answer in the formats of ``openai_chat``, ``openai_responses`` and
``anthropic``.

Usage rules: ``stats`` says ``input_tokens`` and ``total_output_tokens``, of which ``reasoning_output_tokens`` are
thinking; a stream says the same in the ``result`` of ``chat.end``, also after an error. The prompt holds the earlier
turns of a stored chat. What runs on the user's machine costs a known zero, which ``trayapp.pricing`` says.
"""

from __future__ import annotations

import re
from typing import Any, Final

import msgspec
from msgspec import Raw

from trayapp.dialects import fields
from trayapp.dialects.dialect import Dialect, RequestView
from trayapp.dialects.reader import ResponseReader
from trayapp.dialects.request import Opened, effort
from trayapp.dialects.tally import Tally, as_object
from trayapp.values import Call, Leg

WIRE: Final = "lmstudio"

_PATH = re.compile(r"/api/v1/chat\Z")
_VENDORS: Final = frozenset({"", "lmstudio", "lm-studio", "local"})
"""The path is no one's property, so the route has to say whose it is."""


class _Request(msgspec.Struct):
    model: Any = None
    stream: Any = None
    reasoning: Any = None
    max_output_tokens: Any = None


_decoders: Final[tuple[msgspec.json.Decoder[_Request], ...]] = (msgspec.json.Decoder(_Request),)


class Chat:
    """The endpoint."""

    wire = WIRE

    def read_request(self, head: RequestView, body: bytes | None) -> Call:
        """See ``Dialect.read_request``."""
        opened = Opened(head, body)
        request = opened.decode(_decoders, _Request())
        return opened.call(
            WIRE,
            model=request.model,
            stream=request.stream is True,
            effort=effort(request.reasoning),
            max_output=request.max_output_tokens,
        )

    def reader(self, *, content_type: str, content_encoding: str, status: int) -> ResponseReader:
        """See ``Dialect.reader``."""
        return ResponseReader(ChatTally(), content_type=content_type, content_encoding=content_encoding, status=status)


_chat: Final = Chat()


def claim(vendor: str, path: str) -> Dialect | None:
    """The dialect for a POST to ``path``, if it is LM Studio's own."""
    return _chat if vendor in _VENDORS and _PATH.search(path) else None


class _Event(msgspec.Struct):
    type: Any = None
    content: Any = None
    result: Raw = Raw(b"")
    arguments: Raw = Raw(b"")
    model_instance_id: Any = None


class _Answer(msgspec.Struct):
    model_instance_id: Any = None
    response_id: Any = None
    stats: Raw = Raw(b"")
    error: Any = None


_event = msgspec.json.Decoder(_Event)
_answer = msgspec.json.Decoder(_Answer)


class ChatTally(Tally):
    """Adds up one answer."""

    wire = WIRE

    def __init__(self) -> None:
        super().__init__()
        self._leg: Leg | None = None

    def message(self, data: bytes) -> None:
        """Read one event of a stream."""
        try:
            event = _event.decode(data)
        except fields.BAD_JSON:
            self.flags.add("bad_event")
            return
        kind = event.type
        if kind == "message.delta":
            self.say(event.content)
        elif kind == "reasoning.delta":
            self.think(event.content)
        elif kind == "tool_call.arguments":
            self.say(bytes(event.arguments).decode("utf-8", "replace"))
        elif kind == "chat.start":
            self.names(event.model_instance_id, None)
        elif kind == "error":
            self.failure(data)
        elif kind == "chat.end" and not self._read(event.result):
            self.flags.add("bad_event")

    def document(self, data: bytes) -> bool:
        """Read a whole answer."""
        return self._read(Raw(data))

    def legs(self) -> tuple[Leg, ...]:
        """One leg, or none before the end."""
        return () if self._leg is None else (self._leg,)

    def _read(self, raw: Raw) -> bool:
        try:
            answer = _answer.decode(raw)
        except fields.BAD_JSON:
            return False
        self.ended = True
        if answer.error is not None:
            return self.failure(bytes(raw))
        self.names(answer.model_instance_id, answer.response_id)
        stats = as_object(answer.stats)
        if stats is None:
            return True
        flags = self.flags
        self.known_input = fields.count(stats, "input_tokens", flags)
        self.known_output = fields.count(stats, "total_output_tokens", flags)
        if self.known_input is not None and self.known_output is not None:
            thinking = fields.count(stats, "reasoning_output_tokens", flags) or 0
            output = self.known_output
            self._leg = Leg(input=self.known_input, output=output, reasoning=min(thinking, output))
            self.final = True
        return True
