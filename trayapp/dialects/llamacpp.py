"""llama.cpp's own API: ``/completion`` and ``/infill``, whole or as events.

Everything about this wire format lives here. Facts: the document of llama.cpp's server (2026-11). Its compatible
endpoints answer in the formats of ``openai_chat`` and ``anthropic``.

Usage rules: the answer, or the event that says ``stop: true``, has ``tokens_evaluated`` (the whole prompt) and
``tokens_predicted``; how much of the prompt came from the cache says ``timings.cache_n``. What runs on the user's
machine costs a known zero, which ``trayapp.pricing`` says.
"""

from __future__ import annotations

import re
from typing import Any, Final

import msgspec
from msgspec import Raw

from trayapp.dialects import fields
from trayapp.dialects.dialect import Dialect, RequestView
from trayapp.dialects.reader import ResponseReader
from trayapp.dialects.request import Opened
from trayapp.dialects.tally import Tally, as_object
from trayapp.values import Call, Leg

WIRE: Final = "llamacpp"

_PATH = re.compile(r"/(?:completion|infill)\Z")
_VENDORS: Final = frozenset({"", "llamacpp", "llama.cpp", "llama-cpp", "local"})
"""The path is no one's property, so the route has to say whose it is."""


class _Request(msgspec.Struct):
    model: Any = None
    stream: Any = None
    n_predict: Any = None


_decoders: Final[tuple[msgspec.json.Decoder[_Request], ...]] = (msgspec.json.Decoder(_Request),)


class Completion:
    """The endpoints."""

    wire = WIRE

    def read_request(self, head: RequestView, body: bytes | None) -> Call:
        """See ``Dialect.read_request``."""
        opened = Opened(head, body)
        request = opened.decode(_decoders, _Request())
        limit = request.n_predict
        return opened.call(
            WIRE,
            model=request.model,
            stream=request.stream is True,
            max_output=limit if isinstance(limit, int) and limit > 0 else None,  # -1 means no limit
        )

    def reader(self, *, content_type: str, content_encoding: str, status: int) -> ResponseReader:
        """See ``Dialect.reader``."""
        return ResponseReader(
            CompletionTally(), content_type=content_type, content_encoding=content_encoding, status=status
        )


_completion: Final = Completion()


def claim(vendor: str, path: str) -> Dialect | None:
    """The dialect for a POST to ``path``, if it is llama.cpp's own."""
    return _completion if vendor in _VENDORS and _PATH.search(path) else None


class _Answer(msgspec.Struct):
    model: Any = None
    content: Any = None
    stop: Any = None
    tokens_evaluated: Any = None
    tokens_predicted: Any = None
    timings: Raw = Raw(b"")
    error: Any = None


_answer = msgspec.json.Decoder(_Answer)


class CompletionTally(Tally):
    """Adds up one answer."""

    wire = WIRE

    def __init__(self) -> None:
        super().__init__()
        self._leg: Leg | None = None

    def message(self, data: bytes) -> None:
        """Read one event of a stream."""
        if not self._read(data, whole=False):
            self.flags.add("bad_event")

    def document(self, data: bytes) -> bool:
        """Read a whole answer."""
        return self._read(data, whole=True)

    def legs(self) -> tuple[Leg, ...]:
        """One leg, or none before the end."""
        return () if self._leg is None else (self._leg,)

    def _read(self, data: bytes, *, whole: bool) -> bool:
        try:
            answer = _answer.decode(data)
        except fields.BAD_JSON:
            return False
        if answer.error is not None:
            return self.failure(data)
        self.names(answer.model, None)
        self.say(answer.content)
        if not whole and answer.stop is not True:
            return True
        self.ended = True
        counts = {"in": answer.tokens_evaluated, "out": answer.tokens_predicted}
        prompt, output = fields.count(counts, "in", self.flags), fields.count(counts, "out", self.flags)
        if prompt is not None and output is not None:
            timings = as_object(answer.timings) or {}
            cached = fields.count(timings, "cache_n", self.flags) or 0
            if cached > prompt:
                self.flags.add("cached_exceeds_prompt")
                cached = prompt
            self.known_input, self.known_output = prompt, output
            self._leg = Leg(input=prompt - cached, cache_read=cached, output=output)
            self.final = True
        return True
