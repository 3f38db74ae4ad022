"""One call through the relay: read, admit, pass on, answer, write down.

Everything that happens between a client's connection and its upstream's lives here; the rules stand in
``trayapp.guard.relay``.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
import ssl
import struct
import time
import uuid
from dataclasses import replace
from pathlib import Path
from typing import Final, Protocol

from trayapp.frontdoor import Entry, reached_at
from trayapp.guard.spool import Line, append
from trayapp.guard.wire import (
    MAX_RESPONSE_HEAD,
    Body,
    FramingError,
    Headers,
    RequestHead,
    ResponseHead,
    UntilClose,
    head_end,
    parse_request,
    parse_response,
    request_bytes,
    response_bytes,
)
from trayapp.platform.peeruid import is_stranger
from trayapp.refusal import Refusal
from trayapp.virtualkeys.swap import Swapped

HEAD_SECONDS: Final = 10.0
CONNECT_SECONDS: Final = 10.0
LINGER_SECONDS: Final = 2.0
MAX_INTERIM: Final = 1000
"""Interim answers (1xx) to one request."""
_LOOPBACK: Final = ("127.0.0.1", "::1")
_READ: Final = 64 * 1024


class Door(Protocol):
    """What an exchange asks of the relay."""

    tls: ssl.SSLContext
    spool: Path

    def admit(self, head: RequestHead, port: int, *, stranger: bool = False) -> Entry | Refusal:
        """Whether and where to a request goes on."""

    async def swap(self, entry: Entry, headers: Headers) -> Swapped | Refusal | None:
        """Put the real keys into its head, if it carries virtual ones."""


class ClientGoneError(Exception):
    """Nobody waits for the answer any more."""


class _UpstreamError(Exception):
    """The upstream failed; the refusal says how, for a client that has not heard anything yet."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal.code)
        self.refusal = refusal


class Exchange:
    """One client connection and the one call on it."""

    def __init__(self, relay: Door, client: asyncio.StreamReader, writer: asyncio.StreamWriter, port: int) -> None:
        self._relay = relay
        self._client = client
        self._writer = writer
        self._port = port
        names = [writer.get_extra_info(name) for name in ("peername", "sockname")]
        # Now, while the connection stands: once its client has left, the system knows its user no more.
        self.stranger = all(names) and is_stranger(names[0][:2], names[1][:2])
        self._upstream: asyncio.StreamWriter | None = None
        self._buffer = bytearray()
        """The request's head, as far as it has arrived."""
        self._connected = asyncio.Event()
        self._head_only = False
        self._answering = False
        """A byte of the final response has gone to the client."""
        self._status: int | None = None
        self._sent = False
        self._bytes_up = 0
        self._bytes_down = 0

    async def run(self) -> None:
        """Read the request, and answer it or pass it on."""
        try:
            async with asyncio.timeout(HEAD_SECONDS):
                data, extra = await self._read_head()
        except TimeoutError:
            if self._buffer:
                await self.refuse(Refusal(408, "request_too_slow", "the request's head did not arrive in ten seconds."))
            return
        except FramingError as error:
            await self.refuse(_bad_framing(error))
            return
        if not data:
            return
        try:
            head = parse_request(data)
            self._head_only = head.method == "HEAD"
            entry = self._relay.admit(head, self._port, stranger=self.stranger)
            if isinstance(entry, Entry):
                swapped = await self._relay.swap(entry, head.headers)
                if isinstance(swapped, Refusal):
                    entry = swapped
                elif swapped is not None:
                    head = replace(head, headers=swapped.headers)
                    entry = replace(entry, target=swapped.target)
            body = head.body()
            first = body.feed(extra)
        except FramingError as error:
            await self.refuse(_bad_framing(error))
            return
        if isinstance(entry, Refusal):
            await self.refuse(entry)
            return
        await self._attempt(head, entry, body, first)

    async def _read_head(self) -> tuple[bytes, bytes]:
        """The head and what came behind it; empty if the client hung up."""
        buffer = self._buffer
        first = True
        while (end := head_end(buffer)) is None:
            data = await self._client.read(_READ)
            if not data:
                return b"", b""
            buffer += data
            if first and len(buffer) > 1:
                first = False
                if buffer.startswith(b"\r\n"):  # some clients end a body with one CRLF too many
                    del buffer[:2]
        return bytes(buffer[:end]), bytes(buffer[end:])

    async def _attempt(self, head: RequestHead, entry: Entry, body: Body, first: bytes) -> None:
        at = _now_us()
        outcome = "client_abort"
        up = asyncio.create_task(self._upload(body, first))
        down = asyncio.create_task(self._download(head, entry, body, first))
        try:
            await asyncio.wait((up, down), return_when=asyncio.FIRST_COMPLETED)
            ended, answered = (down, True) if down.done() else (up, False)
            await self._end_upstream(up, down)
            ended.result()
            if answered:
                outcome = "done" if self._status is not None and self._status < 400 else "vendor_error"
                await self._close_client(linger=not body.done)
        except _UpstreamError as failure:
            outcome = "upstream_cut"
            if self._answering:
                self._reset_client()
            else:
                await self.refuse(failure.refusal)
        except FramingError as error:
            if self._answering:
                self._reset_client()
            else:
                await self.refuse(_bad_framing(error))
        finally:
            await self._end_upstream(up, down)
            if head.method == "POST":
                line = Line(
                    id=uuid.uuid4().hex,
                    at_us=at,
                    ended_us=_now_us(),
                    vendor=entry.vendor,
                    tool=entry.tool,
                    method=head.method,
                    bytes_up=self._bytes_up,
                    bytes_down=self._bytes_down,
                    status=self._status,
                    outcome=outcome if self._sent else "not_sent",
                )
                # A full disk is no reason to fail a call.
                with contextlib.suppress(OSError):
                    append(self._relay.spool, line)

    async def _end_upstream(self, *tasks: asyncio.Task[None]) -> None:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        if self._upstream is not None:
            # Aborted, not closed: whatever the vendor still computes for this call shall end now.
            self._upstream.transport.abort()

    async def _upload(self, body: Body, first: bytes) -> None:
        """Pass the request's body on, then watch the client; returns only by an exception."""
        if not body.done:
            await self._connected.wait()
        while not body.done:
            payload = body.feed(await self._from_client())
            await self._to_upstream(body, payload)
        while True:
            await self._from_client()  # a second request on this connection is not answered

    async def _from_client(self) -> bytes:
        try:
            data = await self._client.read(_READ)
        except OSError as error:
            raise ClientGoneError from error
        if not data:
            raise ClientGoneError
        return data

    async def _to_upstream(self, body: Body, payload: bytes, head: bytes = b"") -> None:
        if self._upstream is None or self._upstream.is_closing():
            return  # It has answered, or broken off; the other direction knows.
        data = head + (body.frame(payload) if payload else b"") + (body.end() if body.done else b"")
        self._upstream.write(data)
        self._bytes_up += len(payload)
        with contextlib.suppress(OSError):
            await self._upstream.drain()

    async def _download(self, head: RequestHead, entry: Entry, body: Body, first: bytes) -> None:
        """Connect, send the head, and pass the response on until its end."""
        upstream, self._upstream = await self._connect(entry)
        self._sent = True
        await self._to_upstream(body, first, request_bytes(head, entry.target, entry.upstream.authority))
        self._connected.set()
        buffer = bytearray()
        interim = 0
        while True:
            response, data = await self._response_head(upstream, buffer, entry.vendor)
            if response.status >= 200:
                break
            interim += 1
            if response.status == 101 or interim > MAX_INTERIM:
                raise _UpstreamError(_malformed(entry.vendor))
            if head.minor:
                await self._to_client(response_bytes(response, minor=1))
            buffer = bytearray(data)
        self._status = response.status
        answer = response.body(head.method)
        # A client of HTTP/1.0 gets the plain bytes and the end of the connection.
        frame: Body = answer if head.minor else UntilClose()
        out = response_bytes(response, minor=head.minor)
        while True:
            try:
                payload = answer.feed(data)
            except FramingError:
                raise _UpstreamError(_malformed(entry.vendor)) from None
            out += (frame.frame(payload) if payload else b"") + (frame.end() if answer.done else b"")
            if out:
                self._answering = True
                await self._to_client(out)
            self._bytes_down += len(payload)
            if answer.done:
                return
            out = b""
            data = await self._from_upstream(upstream, entry.vendor)
            if not data:
                if isinstance(answer, UntilClose):
                    return
                raise _UpstreamError(_closed(entry.vendor))

    async def _connect(self, entry: Entry) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        target, vendor = entry.upstream, entry.vendor
        tls = self._relay.tls if target.scheme == "https" else None
        try:
            async with asyncio.timeout(CONNECT_SECONDS):
                if target.port == self._port:
                    loop = asyncio.get_running_loop()
                    found = await loop.getaddrinfo(target.host, target.port, type=socket.SOCK_STREAM)
                    if any(self._is_own(info[4]) for info in found):
                        raise _UpstreamError(_self_loop(vendor))
                reader, writer = await asyncio.open_connection(
                    target.host,
                    target.port,
                    ssl=tls,
                    server_hostname=target.host if tls is not None else None,
                    happy_eyeballs_delay=0.25,
                )
        except TimeoutError:
            raise _UpstreamError(_timeout(vendor)) from None
        except ssl.SSLError:
            raise _UpstreamError(_tls(vendor)) from None
        except (OSError, UnicodeError):
            raise _UpstreamError(_unreachable(vendor)) from None
        if self._is_own(writer.get_extra_info("peername")):  # the name meant another address a moment ago
            writer.transport.abort()
            raise _UpstreamError(_self_loop(vendor))
        _keep_alive(writer.get_extra_info("socket"))
        return reader, writer

    def _is_own(self, name: object) -> bool:
        """Whether a socket's address is the relay's own."""
        return isinstance(name, tuple) and name[1] == self._port and reached_at(str(name[0])) in _LOOPBACK

    async def _response_head(
        self, upstream: asyncio.StreamReader, buffer: bytearray, vendor: str
    ) -> tuple[ResponseHead, bytes]:
        try:
            while (end := head_end(buffer, MAX_RESPONSE_HEAD)) is None:
                data = await self._from_upstream(upstream, vendor)
                if not data:
                    raise _UpstreamError(_closed(vendor))
                buffer += data
            return parse_response(bytes(buffer[:end])), bytes(buffer[end:])
        except FramingError:
            raise _UpstreamError(_malformed(vendor)) from None

    async def _from_upstream(self, upstream: asyncio.StreamReader, vendor: str) -> bytes:
        try:
            return await upstream.read(_READ)
        except OSError:
            raise _UpstreamError(_closed(vendor)) from None

    async def _to_client(self, data: bytes) -> None:
        if self._writer.is_closing():
            raise ClientGoneError
        self._writer.write(data)
        try:
            await self._writer.drain()
        except OSError as error:
            raise ClientGoneError from error

    async def refuse(self, refusal: Refusal) -> None:
        """Answer with an error of our own."""
        self._writer.write(refusal.response(head_only=self._head_only))
        await self._close_client(linger=True)

    async def _close_client(self, *, linger: bool) -> None:
        """End the answer. With unread request bytes a plain close would be a reset that destroys the answer."""
        with contextlib.suppress(OSError, TimeoutError):
            await self._writer.drain()
            if linger and self._writer.can_write_eof():
                self._writer.write_eof()
                async with asyncio.timeout(LINGER_SECONDS):
                    while await self._client.read(_READ):
                        pass

    def _reset_client(self) -> None:
        """Break the answer off so that nobody takes it for a whole one."""
        plug = self._writer.get_extra_info("socket")
        with contextlib.suppress(OSError):
            plug.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def _keep_alive(plug: socket.socket) -> None:
    """Notice within half a minute that the network is gone, though a stream may be silent for as long as it likes."""
    options = [(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)]
    for name, value in (("TCP_KEEPIDLE", 15), ("TCP_KEEPINTVL", 5), ("TCP_KEEPCNT", 3), ("TCP_USER_TIMEOUT", 30_000)):
        if hasattr(socket, name):
            options.append((socket.IPPROTO_TCP, getattr(socket, name), value))
    for option in options:
        with contextlib.suppress(OSError):
            plug.setsockopt(*option)


def _bad_framing(error: FramingError) -> Refusal:
    return Refusal(400, "bad_framing", f"this request is not valid HTTP/1.1: {error}.")


def _unreachable(vendor: str) -> Refusal:
    return Refusal(
        502,
        "upstream_unreachable",
        "the vendor's server cannot be reached. Check the network and `spendlight upstream list`.",
        vendor,
    )


def _timeout(vendor: str) -> Refusal:
    return Refusal(
        504, "upstream_timeout", "the vendor's server did not accept a connection in ten seconds. Try again.", vendor
    )


def _tls(vendor: str) -> Refusal:
    return Refusal(
        502,
        "upstream_tls",
        "no trusted TLS connection to the vendor's server. Behind a company proxy, set SSL_CERT_FILE to its CA bundle.",
        vendor,
    )


def _closed(vendor: str) -> Refusal:
    return Refusal(502, "upstream_closed", "the vendor's server hung up before it answered. Try again.", vendor)


def _malformed(vendor: str) -> Refusal:
    return Refusal(502, "upstream_malformed", "the vendor's server answered with something that is not HTTP.", vendor)


def _self_loop(vendor: str) -> Refusal:
    return Refusal(
        508,
        "self_loop",
        "the upstream set for this vendor is Spendlight itself. Correct it with `spendlight upstream reset`.",
        vendor,
    )


def _now_us() -> int:
    return time.time_ns() // 1000
