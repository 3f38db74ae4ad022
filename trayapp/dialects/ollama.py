"""Ollama's own API: ``/api/chat``, ``/api/generate`` and ``/api/embed``, as one JSON a line or one whole.

Everything about this wire format lives here. Facts: Ollama's SDK 0.6.3 types and its API document (2026-11-23).

Usage rules: the last line says ``done: true`` with ``prompt_eval_count`` and ``eval_count``; either is left out when
it is zero (a prompt wholly in the cache). Streaming is the default. What runs on the user's machine costs a known
zero, which ``trayapp.pricing`` says; Ollama's cloud models bear ``-cloud`` in their names.
"""

from __future__ import annotations

import re
from typing import Any, Final

import msgspec
from msgspec import Raw

from trayapp.dialects import fields, workspace
from trayapp.dialects.dialect import Dialect, RequestView
from trayapp.dialects.reader import ResponseReader
from trayapp.dialects.request import Opened, effort
from trayapp.dialects.tally import Tally
from trayapp.values import Call, Kind, Leg

WIRE: Final = "ollama"

_PATH = re.compile(r"/api/(?:chat|generate|(?P<embed>embed))\Z")
_VENDORS: Final = frozenset({"", "ollama", "local"})
"""The path is no one's property, so the route has to say whose it is."""


class _Request(msgspec.Struct):
    model: Any = None
    stream: Any = None
    think: Any = None
    options: Raw = Raw(b"")


class _Full(_Request):
    messages: list[Raw] = []


_decoders: Final[tuple[msgspec.json.Decoder[_Request], ...]] = (
    msgspec.json.Decoder(_Full),
    msgspec.json.Decoder(_Request),
)


class Ollama:
    """One of the endpoints."""

    wire = WIRE

    def __init__(self, *, embeds: bool) -> None:
        self._embeds = embeds

    def read_request(self, head: RequestView, body: bytes | None) -> Call:
        """See ``Dialect.read_request``."""
        opened = Opened(head, body)
        request = opened.decode(_decoders, _Request())
        messages: list[Raw] = request.messages if isinstance(request, _Full) else []
        options = fields.parse(request.options) if request.options else None
        limit = options.get("num_predict") if isinstance(options, dict) else None
        return opened.call(
            WIRE,
            model=request.model,
            workspace=workspace.search(bytes(m) for m in messages[:3]),
            stream=not self._embeds and request.stream is not False and opened.body is not None,
            kind=Kind.OTHER if self._embeds else Kind.MAIN,
            effort=effort(request.think),
            # -1 and -2 mean no limit.
            max_output=limit if isinstance(limit, int) and limit > 0 else None,
        )

    def reader(self, *, content_type: str, content_encoding: str, status: int) -> ResponseReader:
        """See ``Dialect.reader``."""
        return ResponseReader(
            OllamaTally(embeds=self._embeds),
            content_type=content_type,
            content_encoding=content_encoding,
            status=status,
        )


_generates: Final = Ollama(embeds=False)
_embeds: Final = Ollama(embeds=True)


def claim(vendor: str, path: str) -> Dialect | None:
    """The dialect for a POST to ``path``, if it is one of Ollama's own."""
    if vendor not in _VENDORS:
        return None
    match = _PATH.search(path)
    return None if match is None else _embeds if match["embed"] else _generates


class _Message(msgspec.Struct):
    content: Any = None
    thinking: Any = None


class _Line(msgspec.Struct):
    model: Any = None
    message: _Message | None = None
    response: Any = None
    thinking: Any = None
    done: Any = None
    prompt_eval_count: Any = None
    eval_count: Any = None
    error: Any = None


_line = msgspec.json.Decoder(_Line)


class OllamaTally(Tally):
    """Adds up one answer."""

    wire = WIRE

    def __init__(self, *, embeds: bool) -> None:
        super().__init__()
        self._embeds = embeds

    def message(self, data: bytes) -> None:
        """Read one line of a stream."""
        if not self.document(data):
            self.flags.add("bad_event")

    def document(self, data: bytes) -> bool:
        """Read a whole answer, which looks like a stream's only line."""
        try:
            line = _line.decode(data)
        except fields.BAD_JSON:
            return False
        if line.error is not None:
            return self.failure(data)
        self.names(line.model, None)
        said = (line.message.content, line.message.thinking) if line.message else (line.response, line.thinking)
        self.say(said[0])
        if said[1]:
            self.think(said[1])
        if line.done is True or self._embeds:
            counts = {"in": line.prompt_eval_count, "out": line.eval_count}
            prompt = fields.count(counts, "in", self.flags)
            self.known_input = prompt or 0
            self.known_output = fields.count(counts, "out", self.flags) or 0
            self.final = self.ended = line.done is True or prompt is not None
        return True

    def fail(self, document: dict[str, Any]) -> None:
        """An error has a text and no type; the text is not kept, even when it looks like one."""
        super().fail({})

    def legs(self) -> tuple[Leg, ...]:
        """One leg, or none before the last line."""
        if not self.final:
            return ()
        return (Leg(input=self.known_input or 0, output=self.known_output or 0),)
