"""The connection to a tool. Everything that reads requests off a socket lives here.

Rules:

* a head has `HEAD_LIMIT` seconds: then 408, or a silent close if nothing came; between calls the connection may
  rest for `IDLE_LIMIT` seconds. Neither timer runs while a call does;
* a malformed request is refused with 400, nothing of it goes on, and the connection closes;
* requests are answered one after the other: an early one waits, and reading stops when much has come early;
* an end of file from the tool while its call runs means that it has gone away, and the call is dropped. A client
  that shuts down its sending side only and still waits is treated the same: that is what makes Esc immediate;
* before a connection closes on a client that may still be sending, the sending side is shut first and input is
  discarded for a while: an abrupt close would make the client's system throw the answer away.
"""

from __future__ import annotations

import asyncio
import socket
import struct
import sys
import time
from contextlib import suppress
from typing import TYPE_CHECKING, Final, cast

from msgspec.structs import replace

from trayapp.platform.peeruid import is_stranger
from trayapp.proxy.admission import ask, waited
from trayapp.proxy.exchange import Exchange
from trayapp.proxy.framing import (
    LENGTH,
    NONE,
    BadFraming,
    BodyReader,
    RequestFrame,
    check_begun,
    read_request_head,
    reader,
)
from trayapp.proxy.intake import WHOLE_LIMIT, Intake, Whole
from trayapp.proxy.watch import Plan, RequestHead
from trayapp.refusal import Refusal

if TYPE_CHECKING:
    from trayapp.proxy.server import ProxyServer

HEAD_LIMIT: Final = 10.0
IDLE_LIMIT: Final = 600.0
LINGER_LIMIT: Final = 10.0
LAST_LINGER: Final = 1.0
"""The same when the engine ends: a client that was refused and stays shall not make the next engine wait."""
EARLY_LIMIT: Final = 64 * 1024
"""Bytes of further requests that are held; beyond, reading stops."""
HEAD_READ: Final = 64 * 1024
"""Bytes of a read in which a head may begin: what follows the head in it has to be copied."""


class Downstream(Intake):
    """One connection of a tool."""

    def __init__(self, server: ProxyServer) -> None:
        self._server = server
        self._transport: asyncio.Transport
        self._peer = self._local = ("", 0)
        self.stranger = False
        """The connection is another user's."""
        self._exchange: Exchange | None = None
        self._admission: asyncio.Future[Plan | Refusal] | None = None
        """A request that may not go on yet; what follows its head waits among the early bytes."""
        self._body: BodyReader | None = None
        self._whole: Whole | None = None
        """Takes the body instead of ``_body`` while it is read into its place."""
        self._early = b""
        """Bytes that belong to no message yet: a head that is not complete, or the next request."""
        self._first_ns = 0
        self._skipped = False
        self._head_begun = False
        """Part of a head is here and its deadline runs; more of it does not move the deadline."""
        self._holds: set[str] = set()
        self._lingering = False
        self._refused_head = False
        self._timer: asyncio.TimerHandle | None = None
        self._deadline = 0.0
        self.full = False
        """The tool reads slowly: what is written queues up."""

    # For the server.

    @property
    def busy(self) -> bool:
        """Whether a call runs."""
        return self._exchange is not None

    @property
    def closing_soon(self) -> bool:
        """Whether the present call is to be the last on this connection."""
        return self._server.draining

    def close_if_idle(self) -> None:
        """Close unless a call runs; a client that was answered and stays is not waited for much longer."""
        if self._lingering:
            self._arm(LAST_LINGER)
        elif self._exchange is None and self._admission is None:
            self._transport.close()

    def abort(self, reason: str) -> None:
        """Close at once, dropping a call that runs."""
        if self._exchange is not None:
            self._exchange.client_gone(reason)
        self._transport.abort()

    # For the exchange.

    def write(self, data: bytes) -> None:
        """Send to the tool."""
        self._transport.write(data)

    def hold(self, reason: str) -> None:
        """Stop reading from the tool until every reason is released."""
        self._holds.add(reason)
        self._transport.pause_reading()

    def release(self, reason: str) -> None:
        """Take a reason away."""
        if self._holds:
            self._holds.discard(reason)
            if not self._holds:
                self._transport.resume_reading()

    def refuse(self, refusal: Refusal) -> None:
        """Answer in our own name; the connection closes."""
        if not self._transport.is_closing():
            self._transport.write(refusal.response(head_only=self._refused_head))
        self._linger()

    def cut(self, *, hard: bool) -> None:
        """End an answer that cannot be completed, visibly.

        Args:
            hard: by a reset, because an ordinary end would look like the end of the body. Otherwise what was
                received is still delivered, and the missing rest shows in the framing.
        """
        if hard and not self._transport.is_closing():
            plug = self._transport.get_extra_info("socket")
            on_zero = struct.pack("hh" if sys.platform == "win32" else "ii", 1, 0)
            with suppress(OSError):
                plug.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, on_zero)
        self._transport.close()

    def exchange_over(self, exchange: Exchange, *, keep: bool) -> None:
        """The call has ended; go on with the next one, or close."""
        if self._exchange is exchange:
            self._exchange = None
            self._whole = None
            self._server.call_ended()
        if self._transport.is_closing() or self._lingering:
            return
        if not keep or self._server.draining:
            if self._body is not None or self._early:
                self._linger()
            else:
                self._transport.close()
            return
        self._skipped = False
        self._release_all()
        if self._early:
            asyncio.get_running_loop().call_soon(self._next)
        else:
            self._arm(IDLE_LIMIT)

    # For asyncio.

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Called by asyncio."""
        self._transport = cast("asyncio.Transport", transport)
        self._peer = _address(transport.get_extra_info("peername"))
        self._local = _address(transport.get_extra_info("sockname"))
        plug = transport.get_extra_info("socket")
        if plug.family in (socket.AF_INET, socket.AF_INET6):
            # asyncio sets this only on sockets that name their protocol, which those of `socket.create_server`
            # do not. Without it the system holds small events back for up to 40 ms.
            with suppress(OSError):  # some systems refuse it once the client has gone
                plug.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            # Now, while the connection stands: once its client has left, the system knows its user no more.
            self.stranger = is_stranger(self._peer, self._local)
        if self._server.enter(self):
            self._arm(HEAD_LIMIT)
        elif self.stranger:
            self._transport.abort()
        else:
            self.refuse(_CROWDED)

    def connection_lost(self, exc: Exception | None) -> None:
        """Called by asyncio."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if self._exchange is not None:
            self._exchange.client_gone("client_gone")
        if self._admission is not None:
            self._admission.cancel()
        self._server.leave(self)

    def eof_received(self) -> None:
        """Called by asyncio, which then closes the connection, after flushing what is still to be sent."""
        if self._exchange is not None:
            self._exchange.client_gone("client_gone")
            self._transport.abort()

    def pause_writing(self) -> None:
        """Called by asyncio."""
        self.full = True
        if self._exchange is not None:
            self._exchange.client_full()

    def resume_writing(self) -> None:
        """Called by asyncio."""
        self.full = False
        if self._exchange is not None:
            self._exchange.client_drained()

    def get_buffer(self, sizehint: int) -> memoryview:
        """Called by asyncio."""
        if self._whole is not None:
            return self._whole.room
        area = super().get_buffer(sizehint)
        return area[:HEAD_READ] if self._body is None else area

    def buffer_updated(self, nbytes: int) -> None:
        """Called by asyncio."""
        if self._whole is None:
            super().buffer_updated(nbytes)
            return
        body, exchange = self._whole.filled(nbytes), self._exchange
        if body is not None and exchange is not None:
            self._whole = self._body = None
            exchange.body(body)
            exchange.body_end(())

    def data_received(self, data: bytes) -> None:
        """The bytes of one read."""
        if self._lingering:
            return
        if self._body is not None:
            self._feed(data)
            return
        if not self._early:
            self._first_ns = time.monotonic_ns()
        self._early += data
        if self._exchange is None and self._admission is None:
            self._next()
        elif len(self._early) > EARLY_LIMIT:
            self.hold("early")

    # Requests.

    def _next(self) -> None:
        """Begin the next request if its head is complete."""
        if self._exchange is not None or self._admission is not None or self._lingering or self._transport.is_closing():
            return
        data = self._early
        self._refused_head = False
        if not self._skipped and data.startswith(b"\r\n"):  # some clients end a body with one CRLF too many
            self._skipped = True
            data = self._early = data[2:]
        try:
            end = data.find(b"\r\n\r\n")
            if end < 0:
                if data:
                    check_begun(data)
                    if not self._head_begun:
                        self._head_begun = True
                        self._arm(HEAD_LIMIT)
                return
            frame = read_request_head(data[: end + 4])
        except BadFraming as error:
            self._early = b""
            self.refuse(_bad_request(error))
            return
        self._early = b""
        self._begin(frame, data[end + 4 :])

    def _begin(self, frame: RequestFrame, rest: bytes) -> None:
        self._head_begun = False
        self._refused_head = frame.method == b"HEAD"
        head = RequestHead(
            frame.method.decode("ascii"),
            frame.target.decode("ascii"),
            frame.headers,
            self._peer,
            self._local,
            self._first_ns,
            self.stranger,
            frame.websocket,
        )
        plan = ask(self._server.gate, head)
        if isinstance(plan, asyncio.Future):
            self._admission = plan
            self._early = rest
            plan.add_done_callback(lambda admission: self._admitted(frame, head, admission))
        else:
            self._go_on(frame, plan, rest)

    def _admitted(self, frame: RequestFrame, head: RequestHead, admission: asyncio.Future[Plan | Refusal]) -> None:
        """What a request waited for has come."""
        if self._admission is not admission:
            return
        self._admission = None
        if self._transport.is_closing():
            if not admission.cancelled():
                admission.exception()  # nobody waits for it any more, nor should it be told aloud
            return
        plan = waited(admission, head)
        rest, self._early = self._early, b""
        self._go_on(frame, plan, rest)
        self.release("early")

    def _go_on(self, frame: RequestFrame, plan: Plan | Refusal, rest: bytes) -> None:
        self._body = reader(frame.framing, frame.length) if frame.framing != NONE else None
        if isinstance(plan, Refusal):
            self.refuse(plan)
            return
        if plan.headers is not None:
            frame = replace(frame, headers=plan.headers)
        server = self._server
        self._exchange = exchange = Exchange(self, frame, plan, server.pool, server.inspect_limit, server.jobs)
        server.call_began()
        exchange.begin()
        if self._body is not None:
            if frame.framing == LENGTH and len(rest) < frame.length <= WHOLE_LIMIT and exchange.wants_whole:
                self._whole = Whole(rest, frame.length)
            elif rest:
                self._feed(rest)
            return
        self._early = rest
        if rest:
            self._first_ns = time.monotonic_ns()
        exchange.body_end(())

    def _feed(self, data: bytes) -> None:
        """Read the request's body."""
        body, exchange = self._body, self._exchange
        if body is None or exchange is None:
            return  # refused or answered already; what still comes is for nobody
        try:
            payload = body.feed(data)
        except BadFraming as error:
            exchange.refused(_bad_request(error))
            return
        if payload:
            exchange.body(payload)
        if body.done and self._exchange is exchange:
            self._body = None
            self._early = body.rest
            if self._early:
                self._first_ns = time.monotonic_ns()
            exchange.body_end(body.trailers)

    # Timers and ends.

    def _arm(self, delay: float) -> None:
        """Set the deadline of what the connection now waits for, in seconds from now.

        A timer that is due earlier stays, and looks at the deadline when it fires: a busy connection costs no
        timer per call.
        """
        loop = asyncio.get_running_loop()
        self._deadline = when = loop.time() + delay
        if self._timer is not None:
            if self._timer.when() <= when:
                return
            self._timer.cancel()
        self._timer = loop.call_at(when, self._expired)

    def _expired(self) -> None:
        self._timer = None
        left = self._deadline - asyncio.get_running_loop().time()
        if self._exchange is not None or self._admission is not None:
            return
        if left > 0.01:
            self._arm(left)
        elif self._lingering and self._transport.get_write_buffer_size():
            self._arm(LAST_LINGER if self._server.draining else LINGER_LIMIT)  # law 1: its answer is still being read
        elif self._lingering:
            self._transport.abort()
        elif self._early:
            self.refuse(_SLOW)
        else:
            self._transport.close()

    def _linger(self) -> None:
        """Close for sending, then discard input until the client closes too."""
        if self._lingering or self._transport.is_closing():
            return
        self._lingering = True
        self._early = b""
        self._release_all()
        self._transport.write_eof()
        self._arm(LAST_LINGER if self._server.draining else LINGER_LIMIT)

    def _release_all(self) -> None:
        if self._holds:
            self._holds.clear()
            self._transport.resume_reading()


def _address(name: object) -> tuple[str, int]:
    """Host and port of a socket's name; a Unix socket has neither."""
    if isinstance(name, tuple):
        return str(name[0]), int(name[1])
    return "", 0


def _bad_request(error: BadFraming) -> Refusal:
    return Refusal(400, error.code, error.message + " The request was not sent on.")


_SLOW: Final = Refusal(408, "request_too_slow", "the request's head did not arrive in time. Try again.")
_CROWDED: Final = Refusal(
    503, "too_many_connections", "too many connections are open here. Close some tools, try again."
)
