"""The connection to a vendor. Everything that reads responses off a socket lives here.

One connection carries one call at a time; between calls it lies in the pool with reading on, so that an EOF or
unasked bytes are noticed at once and the connection is dropped. Each read from the socket becomes exactly one
call of the carrier, so that nothing is merged or held back.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from typing import Final, Protocol, cast

from trayapp.proxy.framing import (
    MAX_RESPONSE_HEAD,
    BadFraming,
    BodyReader,
    EofReader,
    ResponseFrame,
    check_answer_begun,
    read_response_head,
    reader,
)
from trayapp.proxy.intake import Intake

Origin = tuple[str, str, int]
"""Scheme, host, port."""

_RESCUE_LIMIT = 1024 * 1024
MAX_INTERIM: Final = 1000
"""Interim answers (1xx) to one request."""


class Carrier(Protocol):
    """Who hears what a connection receives: the exchange that it carries."""

    def interim(self, frame: ResponseFrame) -> None:
        """A 1xx head came."""

    def respond(self, frame: ResponseFrame, payload: bytes, body: BodyReader) -> None:
        """The final head came, and perhaps the beginning of the body with it."""

    def stream(self, payload: bytes, body: BodyReader) -> None:
        """More of the body came, or its end."""

    def lost(self, reason: str) -> None:
        """The connection is of no use any more: ``closed``, ``reset`` or ``response_malformed``."""

    def upstream_full(self) -> None:
        """The socket takes no more for now."""

    def upstream_drained(self) -> None:
        """The socket takes more again."""


class Upstream(Intake):
    """One connection to a vendor."""

    def __init__(self, origin: Origin, forget: Callable[[Upstream], None]) -> None:
        self.origin = origin
        self.transport: asyncio.Transport
        self._made = False
        self.used = 0
        """How many calls it was given."""
        self.answered = False
        """Whether any byte came back for the present call."""
        self.full = False
        self.idle_since = 0.0
        self.slept = 0.0
        """The machine's total time asleep when the connection was laid into the pool."""
        self._forget = forget
        self._carrier: Carrier | None = None
        self._method = b""
        self._interim = 0
        self._buffer = b""
        self._body: BodyReader | None = None

    def carry(self, carrier: Carrier, method: bytes) -> None:
        """Take on a call."""
        self._carrier = carrier
        self._method = method
        self._body = None
        self.answered = False
        self._interim = 0
        self.used += 1

    def release(self) -> None:
        """The call is over and the connection may take another one."""
        self._carrier = None
        self._body = None
        self.transport.resume_reading()

    def discard(self) -> None:
        """Drop the connection at once."""
        self._carrier = None
        if self._made:
            self.transport.abort()

    @property
    def dead(self) -> bool:
        """Whether nothing can be sent on it any more."""
        return self.transport.is_closing()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Called by asyncio."""
        self.transport = cast("asyncio.Transport", transport)
        self._made = True

    def data_received(self, data: bytes) -> None:
        """Called by asyncio."""
        carrier = self._carrier
        if carrier is None:  # bytes that nobody asked for: what follows could not be told apart from an answer
            self.discard()
            return
        self.answered = True
        try:
            if self._body is not None:
                payload = self._body.feed(data)
                if payload or self._body.done:
                    carrier.stream(payload, self._body)
                return
            data = self._buffer + data
            while (end := data.find(b"\r\n\r\n")) >= 0:
                if end > MAX_RESPONSE_HEAD:
                    break
                frame = read_response_head(data[: end + 4], self._method)
                data = data[end + 4 :]
                if frame.status >= 200:
                    self._buffer = b""
                    self._body = reader(frame.framing, frame.length)
                    payload = self._body.feed(data) if data else b""
                    carrier.respond(frame, payload, self._body)
                    return
                self._interim += 1
                if self._interim > MAX_INTERIM:
                    raise BadFraming("too_many_interim", "there are too many interim answers.")
                carrier.interim(frame)
                if self._carrier is not carrier:
                    return
            check_answer_begun(data)
            self._buffer = data
        except BadFraming:
            if self._carrier is carrier:
                carrier.lost("response_malformed")

    def eof_received(self) -> None:
        """Called by asyncio, which then closes the connection."""
        carrier = self._carrier
        if carrier is None:
            return
        if isinstance(self._body, EofReader):
            self._body.done = True
            carrier.stream(b"", self._body)
        else:
            carrier.lost("closed")

    def connection_lost(self, exc: Exception | None) -> None:
        """Called by asyncio."""
        self._forget(self)
        if self._carrier is not None and exc is not None and self.origin[0] == "http":
            self._rescue()
        if self._carrier is not None:
            self._carrier.lost("reset" if exc is not None else "closed")
        self._carrier = None

    def pause_writing(self) -> None:
        """Called by asyncio."""
        self.full = True
        if self._carrier is not None:
            self._carrier.upstream_full()

    def resume_writing(self) -> None:
        """Called by asyncio."""
        self.full = False
        if self._carrier is not None:
            self._carrier.upstream_drained()

    def _rescue(self) -> None:
        """Read what the vendor said before it hung up on our upload.

        A write that meets a reset makes asyncio close the socket without reading it; a refusal such as 401 or
        413 may still lie there.
        """
        with suppress(OSError), self.transport.get_extra_info("socket").dup() as plug:
            plug.setblocking(False)
            left = _RESCUE_LIMIT
            while self._carrier is not None and left > 0 and (data := plug.recv(65536)):
                left -= len(data)
                self.data_received(data)
