"""OpenAI Responses over a WebSocket: several responses, one after another, on one connection.

Everything that tells the responses of a connection apart lives here; a response itself is read by
``openai_responses``. Facts: captures of Codex 0.169 and OpenAI's document (2026-11).

Rules:

* each text frame is one JSON object, the same that a stream of events carries;
* the client's ``response.create`` is a request: its fields stand in the frame, or in its ``response``. Every one is a
  call of its own, also the warming up with ``generate: false``. Its other frames ask for nothing;
* the server's events belong to the response under way, whatever id they name (a router renames it half-way). Its final
  event, or an error, gives its usage, once; a second ``response.created`` before gives what was known of the old one.
  What stands outside (``codex.rate_limits``, an event after the end) gives no usage;
* what a frame says of the plan's windows waits in ``take_told``;
* pure, bounded, and nothing raises, as everywhere here.
"""

from __future__ import annotations

from typing import Any, Final

import msgspec
from msgspec import Raw
from msgspec.structs import replace

from trayapp.dialects import fields, windows
from trayapp.dialects.dialect import RequestView
from trayapp.dialects.framing import MAX_DOCUMENT
from trayapp.dialects.openai_responses import Responses, ResponsesTally
from trayapp.values import Call, Kind, Usage


class _Frame(msgspec.Struct):
    type: Any = None
    model: Any = None
    generate: Any = None
    response: Raw = Raw(b"")


_frame = msgspec.json.Decoder(_Frame)
_requests: Final = Responses(None)
_BESIDE: Final = frozenset({"codex.rate_limits", "codex.response.metadata", "error"})


class ResponsesSocket:
    """Reads one connection. Give it the text frames of both sides as they pass."""

    def __init__(self) -> None:
        self._tally: ResponsesTally | None = None
        self._created = False
        """The response under way was announced."""
        self._told: windows.Told | None = None

    def request(self, head: RequestView, frame: bytes) -> Call | None:
        """The call that a client's frame makes, or ``None``.

        Args:
            head: the head of the request that opened the connection.
            frame: one whole text frame.
        """
        try:
            opening = _frame.decode(frame)
        except fields.BAD_JSON:
            return None
        if opening.type != "response.create":
            return None
        nested = opening.model is None and bytes(opening.response)[:1] == b"{"
        call = _requests.read_request(head, bytes(opening.response) if nested else frame)
        # There is nothing but streaming here, and a warming up writes nothing.
        return replace(call, stream=True, kind=Kind.OTHER if opening.generate is False else call.kind)

    def event(self, frame: bytes) -> tuple[Usage, ...]:
        """What a server's frame completes: the usage of no response, of one, or of an unfinished one and the next."""
        if len(frame) > MAX_DOCUMENT:
            if self._tally is not None:
                self._tally.flags.add("response_overflow")
            return ()
        try:
            event = _frame.decode(frame)
        except fields.BAD_JSON:
            if self._tally is not None:
                self._tally.flags.add("bad_event")
            return ()
        kind = event.type
        if not isinstance(kind, str):
            return ()
        if kind in _BESIDE:
            self._told = windows.from_event(fields.parse(frame)) or self._told
        if not (kind.startswith("response.") or kind == "error"):
            return ()
        done: list[Usage] = []
        tally = self._tally
        begins = kind == "response.created"
        if tally is not None and begins and self._created:
            done.append(tally.usage(200))
            tally = None
        if tally is None:
            if not (event.response or kind == "error"):
                return tuple(done)  # the tail of a response that has ended
            tally = ResponsesTally()
            self._created = False
        self._created = self._created or begins
        tally.message(frame)
        self._tally = tally
        if tally.ended:
            done.append(tally.usage(200))
            self._tally = None
        return tuple(done)

    def take_told(self) -> windows.Told | None:
        """What the server has said of the plan's windows since the last time."""
        told, self._told = self._told, None
        return told

    def finish(self) -> Usage | None:
        """What is known of the response that was under way when the connection ended."""
        tally, self._tally = self._tally, None
        return None if tally is None else tally.usage(200)
