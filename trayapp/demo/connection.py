"""One client connection of the simulated vendor: HTTP/1.1 in, scripted answers out.

Everything between the socket and ``endpoints`` lives here: parsing, keep-alive, order.

Rules: requests on one connection are answered one after the other, in order.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections import deque
from collections.abc import Coroutine
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any, cast

import httptools

from trayapp.demo import encodings, endpoints
from trayapp.demo.counted import CountedCall
from trayapp.demo.delivery import Delivery, Request, head
from trayapp.demo.script import Answer, Script
from trayapp.values import Leg

if TYPE_CHECKING:
    from trayapp.demo.vendor import SimulatedVendor


class Connection(asyncio.Protocol):
    """The server side of one connection."""

    def __init__(self, vendor: SimulatedVendor) -> None:
        self.vendor = vendor
        self._parser = httptools.HttpRequestParser(self)
        self._transport: asyncio.Transport | None = None
        self._waiting: deque[Request] = deque()
        self._request = Request()
        self._task: asyncio.Task[None] | None = None
        self.gone = False
        self._awake: asyncio.Future[None] | None = None
        self._paused = False
        self._closing = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """A client came."""
        self._transport = cast(asyncio.Transport, transport)
        self.vendor.connections.add(self)

    def connection_lost(self, exc: Exception | None) -> None:
        """The client went."""
        self.vendor.connections.discard(self)
        self.gone = True
        self._wake()

    def pause_writing(self) -> None:
        """The client reads too slowly."""
        self._paused = True

    def resume_writing(self) -> None:
        """The client reads again."""
        self._paused = False
        self._wake()

    def data_received(self, data: bytes) -> None:
        """Bytes of requests."""
        if self._closing:
            return
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserUpgrade:
            self._closing = True
        except httptools.HttpParserError:
            self._closing = True
            self.write(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
            self.close()

    async def stop(self) -> None:
        """End the connection and the answer that runs on it."""
        self.abort()
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def rest(self, seconds: float | None) -> None:
        """Wait that long (``None``: for ever), or until the client has left."""
        loop = asyncio.get_running_loop()
        end = None if seconds is None else loop.time() + seconds
        while not self.gone and (end is None or loop.time() < end):
            await self._sleep(None if end is None else end - loop.time())

    async def flowing(self) -> None:
        """Wait until the client reads on, or has left."""
        while self._paused and not self.gone:
            await self._sleep(None)

    async def _sleep(self, seconds: float | None) -> None:
        loop = asyncio.get_running_loop()
        self._awake = loop.create_future()
        timer = loop.call_later(seconds, self._wake) if seconds is not None else None
        try:
            await self._awake
        finally:
            self._awake = None
            if timer is not None:
                timer.cancel()

    def _wake(self) -> None:
        if self._awake is not None and not self._awake.done():
            self._awake.set_result(None)

    # httptools' callbacks

    def on_message_begin(self) -> None:
        """A request starts."""
        self._request = Request()

    def on_url(self, url: bytes) -> None:
        """A piece of the target."""
        self._request.target += url

    def on_header(self, name: bytes, value: bytes) -> None:
        """One header field."""
        self._request.headers.append((name, value))

    def on_headers_complete(self) -> None:
        """The head is complete."""
        request = self._request
        request.method = self._parser.get_method().decode("latin-1")
        request.http10 = self._parser.get_http_version() == "1.0"
        request.upgrade = self._parser.should_upgrade()
        for name, value in request.headers:
            if name.lower() == b"expect" and value.lower() == b"100-continue" and not self._busy:
                self.write(b"HTTP/1.1 100 Continue\r\n\r\n")

    def on_body(self, body: bytes) -> None:
        """A piece of the body."""
        self._request.chunks.append(body)
        self._request.size += len(body)
        if self._request.size > endpoints.MAX_BODY:
            self.abort()

    def on_message_complete(self) -> None:
        """The request is complete."""
        self._request.keep_alive = self._parser.should_keep_alive()
        self._waiting.append(self._request)
        self._next()

    # answering

    @property
    def _busy(self) -> bool:
        return self._task is not None

    def _next(self) -> None:
        """Answer what waits, as far as it needs no waiting of our own."""
        while self._waiting and not self._busy and not self.gone:
            request = self._waiting.popleft()
            slow = self._answer(request)
            if slow is not None:
                self._task = asyncio.get_running_loop().create_task(slow)
                self._task.add_done_callback(self._task_ended)
            elif not request.keep_alive:
                self.close()

    def _task_ended(self, task: asyncio.Task[None]) -> None:
        self._task = None
        if not task.cancelled() and (problem := task.exception()) is not None:
            self.abort()
            raise problem
        self._next()

    def _answer(self, request: Request) -> Coroutine[Any, Any, None] | None:
        """Answer at once and give ``None``, or give the coroutine that will."""
        target = request.target.decode("latin-1")
        path, _, query = target.partition("?")
        quick = self.vendor.quick
        if quick is not None and request.method == "POST":
            ready = quick.answer(path, b"".join(request.chunks))
            if ready is not None:
                self.write(ready)
                return None
        headers = request.header_map()
        if path == "/__counted" and self.vendor.counted_endpoint:
            answer = Answer(body=self.vendor.counted_json())
            self.write(head(request, answer, (), len(answer.body)) + answer.body)
            return None
        entry = self._entry(request, path)
        if request.upgrade and headers.get("upgrade", "").lower() == "websocket":
            request.keep_alive = False
            answer = Answer(status=426, headers=(("Upgrade", "HTTP/1.1"),), body=b'{"error":"use HTTPS"}')
        elif not endpoints.is_metered(request.method, path, headers):
            answer = endpoints.side(request.method, path, headers)
        else:
            try:
                asked = self.vendor.read(path, query, headers, b"".join(request.chunks))
            except endpoints.BodyError as problem:
                answer = endpoints.error(endpoints.vendor_of(path, headers), 400, "", str(problem))
            else:
                return self._metered(request, asked, entry, headers)
        self._plain(request, answer, entry)
        return None

    def _metered(
        self, request: Request, asked: endpoints.Asked, entry: CountedCall, headers: dict[str, str]
    ) -> Coroutine[Any, Any, None] | None:
        script, leg, answer = self.vendor.prepare(asked)
        ask = asked.ask
        seq = self.vendor.counted.begin(
            CountedCall(
                vendor=ask.vendor,
                wire=ask.wire,
                op=ask.op,
                method=entry.method,
                path=entry.path,
                model=script.model or ask.model,
                stream=ask.stream,
                status=0 if script.cut_after == 0 else answer.status,
                leg=leg if answer.status < 400 else Leg(),
                usage_sent=answer.status < 400
                and not script.omit_usage
                and (ask.wire != "openai-chat" or not ask.stream or ask.include_usage),
                request_id=ask.request_id,
                message_id=ask.message_id,
                bytes_in=entry.bytes_in,
                body_sha256=entry.body_sha256,
                headers=entry.headers,
            )
        )
        coding = encodings.chosen(script.encoding, headers.get("accept-encoding", "")) if answer.status < 400 else ""
        extra = self._vendor_headers(ask.vendor, ask.request_id, script)
        run = Delivery(self, request, script, answer, partial(self._ended, seq), coding, extra)
        if run.immediate:
            run.send_at_once()
            return None
        return run.send_paced()

    def _ended(self, seq: int, how: str) -> None:
        self.vendor.counted.update(seq, ended=how)

    def _entry(self, request: Request, path: str) -> CountedCall:
        keep = self.vendor.keep_headers
        return CountedCall(
            op="other",
            method=request.method,
            path=path,
            bytes_in=request.size,
            body_sha256=hashlib.sha256(b"".join(request.chunks)).hexdigest() if keep else "",
            headers=tuple((n.decode("latin-1"), v.decode("latin-1")) for n, v in request.headers) if keep else (),
        )

    def _plain(self, request: Request, answer: Answer, entry: CountedCall) -> None:
        self.vendor.counted.begin(replace(entry, status=answer.status, ended="complete"))
        self.write(head(request, answer, (), len(answer.body)) + (b"" if request.method == "HEAD" else answer.body))
        if not request.keep_alive:
            self.close()

    @staticmethod
    def _vendor_headers(vendor: str, request_id: str, script: Script) -> tuple[tuple[str, str], ...]:
        name = {"anthropic": "request-id", "gemini": "x-goog-request-id"}.get(vendor, "x-request-id")
        extra = (("retry-after", script.retry_after),) if script.retry_after else ()
        named = () if vendor == "ollama" else ((name, request_id),)
        return (*named, *extra, *script.headers)

    def write(self, data: bytes) -> None:
        """Send, unless the client has left."""
        if self._transport is not None and not self._transport.is_closing():
            self._transport.write(data)

    def close(self) -> None:
        """End the connection after what was written."""
        self._closing = True
        if self._transport is not None:
            self._transport.close()

    def abort(self) -> None:
        """Reset the connection."""
        self._closing = True
        if self._transport is not None:
            self._transport.abort()
