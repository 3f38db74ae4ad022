"""One call: what happens between a tool's request and the end of its answer.

Everything that decides about the life of a call lives here: open the row, get a connection, send, retry once,
forward the answer, end. Rules:

* nothing leaves before ``opening`` returned, no second attempt before ``retrying`` returned, and ``ended`` is told
  exactly once, after any hook that is still running;
* a request goes out a second time only if it went over a reused connection, no byte came back, and all of it that
  was sent is still held: whole when the body was inspected, up to `HELD_LIMIT` bytes when it was streamed;
* before the first byte of an answer a failure becomes a refusal in the vendor's shape; after it, never: the
  tool's connection is cut so that the truncation is visible;
* the tool going away drops the vendor's connection at once, in every phase;
* an answer may come before the upload has ended: it is forwarded, and when it is complete both sides close.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final, Literal

from trayapp.proxy import head
from trayapp.proxy.framing import CHUNKED, BodyReader, RequestFrame, ResponseFrame
from trayapp.proxy.pool import CannotConnect, Pool
from trayapp.proxy.rewrite import Rewriting
from trayapp.proxy.upstream import Upstream
from trayapp.proxy.watch import Ending, Headers, Plan, Rewrite, fault, run, tell
from trayapp.refusal import Refusal

if TYPE_CHECKING:
    from trayapp.proxy.downstream import Downstream

QUEUE_LIMIT: Final = 256 * 1024
"""Body bytes that wait for a connection before the tool is made to wait."""
HELD_LIMIT: Final = 1024 * 1024
_JOIN_LIMIT: Final = 64 * 1024
"""Up to here head and body go out in one write; beyond, copying costs more than a second write."""


class Exchange:
    """One call between a tool's connection and a vendor's."""

    def __init__(
        self,
        client: Downstream,
        frame: RequestFrame,
        plan: Plan,
        pool: Pool,
        inspect_limit: int,
        jobs: set[asyncio.Task[Any]],
    ) -> None:
        self._client = client
        self._frame = frame
        self._plan = plan
        self._pool = pool
        self._jobs = jobs
        self._inspect_limit = inspect_limit
        self._target = plan.target.encode("latin-1")
        # The request.
        self._buffering = plan.inspect and frame.length <= inspect_limit
        self._expect = frame.expects_continue
        self._length: int | None = frame.length
        self._pending: list[bytes] = []
        self._body_bytes = 0
        self._complete = False
        self._trailers: Headers = ()
        # On its way.
        self._upstream: Upstream | None = None
        self._connecting: asyncio.Task[Upstream] | None = None
        self._hooking = False
        self._last_words: Callable[[], None] | None = None
        self._held: list[bytes] | None = []
        self._rewriting: Rewriting | None = None
        self._retried = False
        self._reused = False
        self._started = False
        self._sent_all = False
        # The answer.
        self._answer: ResponseFrame | None = None
        self._chunks = frame.minor == 1
        self._keep = False
        self._up = 0
        self._down = 0
        self._over = False

    @property
    def wants_whole(self) -> bool:
        """Whether the request's body is held until all of it is there."""
        return self._buffering

    # What the tool's connection says.

    def begin(self) -> None:
        """The head was admitted; the body follows."""
        if not self._buffering:
            self._open(None)
        elif self._expect:
            self._expect = False  # answered here, so it does not go on
            self._client.write(head.CONTINUE)

    def body(self, piece: bytes) -> None:
        """A piece of the request's body came."""
        if self._over:
            return
        self._pending.append(piece)
        self._body_bytes += len(piece)
        if self._buffering:
            if self._body_bytes > self._inspect_limit:
                self._buffering = False
                self._open(None)
        elif self._upstream is not None:
            self._pump()
        elif self._body_bytes > QUEUE_LIMIT:
            self._client.hold("queue")

    def body_end(self, trailers: Headers) -> None:
        """The request's body is complete."""
        if self._over:
            return
        self._complete = True
        self._trailers = trailers
        if self._buffering:
            self._buffering = False
            pieces = self._pending
            self._open(pieces[0] if len(pieces) == 1 else b"".join(pieces))
        elif self._upstream is not None:
            self._pump()

    def refused(self, refusal: Refusal) -> None:
        """The request's body turned out malformed."""
        self._give_up(refusal, "request_malformed", "not_sent" if not self._started else "client_abort")

    def client_gone(self, reason: str) -> None:
        """The tool's connection ended before the call did."""
        if not self._over:
            self._end("client_abort" if self._started else "not_sent", reason)

    def client_full(self) -> None:
        """The tool reads slowly."""
        if self._upstream is not None:
            self._upstream.transport.pause_reading()

    def client_drained(self) -> None:
        """The tool has caught up."""
        if self._upstream is not None:
            self._upstream.transport.resume_reading()

    # Towards the vendor.

    def _open(self, body: bytes | None) -> None:
        watch, trailers = self._plan.watch, self._trailers

        def opened(result: Rewrite | Refusal | None) -> None:
            self._hooking = False
            if isinstance(result, Refusal):
                self._go_on(lambda: self._give_up(result, result.code, "not_sent"))
                return
            if body is not None:
                if isinstance(result, Rewrite):
                    self._rewriting = Rewriting(result, body)
                self._hold(body if self._rewriting is None else self._rewriting.what.body)
            self._go_on(self._acquire)

        self._hooking = True
        run("opening", lambda: watch.opening(body, trailers), opened, self._jobs)

    def _hold(self, body: bytes) -> None:
        """This whole body is what goes out."""
        self._length = len(body)
        self._pending = [body] if body else []

    def _go_on(self, step: Callable[[], None]) -> None:
        """Continue after a hook, unless the call ended while it ran."""
        if self._last_words is not None:
            self._last_words()
        elif not self._over:
            step()

    def _acquire(self) -> None:
        upstream = self._plan.upstream
        connection = self._pool.take((upstream.scheme, upstream.host, upstream.port))
        if connection is not None:
            self._attach(connection, reused=True)
        else:
            self._connect()

    def _connect(self) -> None:
        self._connecting = asyncio.get_running_loop().create_task(self._pool.open(self._plan.upstream))
        self._jobs.add(self._connecting)
        self._connecting.add_done_callback(self._connected)

    def _connected(self, task: asyncio.Task[Upstream]) -> None:
        self._connecting = None
        self._jobs.discard(task)
        if task.cancelled():
            if not self._over:
                self._end("not_sent" if not self._started else "client_abort", "shutdown")
            return
        error = task.exception()
        if error is None:
            if self._over:
                task.result().discard()
            else:
                self._attach(task.result(), reused=False)
        elif not self._over:
            outcome: Literal["not_sent", "upstream_cut"] = "upstream_cut" if self._started else "not_sent"
            if isinstance(error, CannotConnect):
                self._give_up(error.refusal, error.reason, outcome)
            else:
                self._give_up(_INTERNAL, "internal", outcome)

    def _attach(self, connection: Upstream, *, reused: bool) -> None:
        self._upstream = connection
        self._reused = reused
        connection.carry(self, self._frame.method)
        if connection.dead:
            self.lost("closed")
            return
        if self._client.full:
            connection.transport.pause_reading()
        self._client.release("queue")
        first = head.request_head(
            self._frame,
            self._target if self._rewriting is None else self._rewriting.target(self._target),
            head.authority(self._plan.upstream),
            self._length if self._complete else None,
            expect=self._expect,
            values=head.AS_THEY_CAME if self._rewriting is None else self._rewriting.headers,
        )
        self._started = True
        self._pump(first)

    def _pump(self, first: bytes = b"") -> None:
        """Hand what is there to the upstream socket, framed; ``first`` is the head."""
        connection = self._upstream
        if connection is None or self._sent_all:
            return
        pieces = self._pending
        self._pending = []
        out = [first] if first else []
        if self._frame.framing == CHUNKED:
            out += [head.chunk(piece) for piece in pieces]
            if self._complete:
                out.append(head.last_chunk(self._trailers))
        else:
            out += pieces
        for piece in pieces:
            self._up += len(piece)
        if self._held is not None:
            self._held += pieces
            if not self._complete and self._up > HELD_LIMIT:
                self._held = None
        self._sent_all = self._complete
        if sum(map(len, out)) <= _JOIN_LIMIT:
            connection.transport.write(b"".join(out))
        else:
            for data in out:
                connection.transport.write(data)
        if self._sent_all and not self._over:
            tell(self._plan.watch.sent, self._up)

    # What the vendor's connection says.

    def upstream_full(self) -> None:
        """The vendor takes no more for now."""
        if not self._complete:
            self._client.hold("upstream")

    def upstream_drained(self) -> None:
        """The vendor takes more again."""
        self._client.release("upstream")

    def interim(self, frame: ResponseFrame) -> None:
        """A 1xx head came; it is forwarded unless it is a 100 that was answered here, or the tool speaks 1.0."""
        self._held = None
        if self._chunks and not (frame.status == 100 and self._frame.expects_continue and not self._expect):
            self._client.write(head.response_head(frame, chunks=True, connection=None))

    def respond(self, frame: ResponseFrame, payload: bytes, body: BodyReader) -> None:
        """The final head came, with the beginning of the body."""
        rewriting = self._rewriting
        if rewriting is not None:
            if frame.status in rewriting.refusals:
                self._ask_as_asked(rewriting, frame)
                return
            tell(rewriting.answered, frame)
        self._answer = frame
        self._held = None
        client = self._client
        by_connection = head.ends_with_connection(frame, chunks=self._chunks)
        keeps = self._frame.keep_alive and not client.closing_soon
        self._keep = keeps and self._complete and not by_connection
        if not self._keep:
            connection: bytes | None = b"close"
        else:
            connection = None if self._chunks else b"keep-alive"
        first = head.response_head(
            frame,
            chunks=self._chunks,
            connection=connection,
            values=head.AS_THEY_CAME if rewriting is None else rewriting.answer,
        )
        if not self._complete and not frame.keep_alive:
            # The vendor will hang up: more of the upload could only provoke a reset that loses the answer.
            self._sent_all = True
            client.release("upstream")
        self._forward(first, payload, body)
        tell(self._plan.watch.responded, frame.status, frame.reason, frame.headers)
        self._forwarded(payload, body)

    def stream(self, payload: bytes, body: BodyReader) -> None:
        """More of the body came."""
        self._forward(b"", payload, body)
        self._forwarded(payload, body)

    def lost(self, reason: str) -> None:
        """The vendor's connection is of no use any more."""
        connection = self._upstream
        assert connection is not None  # noqa: S101  only an attached connection speaks
        answered = connection.answered
        connection.discard()
        self._upstream = None
        if self._answer is not None:
            self._pass_rest()
            self._end("upstream_cut", reason, cut=True)
        elif self._reused and not answered and not self._retried and self._held is not None:
            self._retry(self._held)
        else:
            self._give_up(_MALFORMED if reason == "response_malformed" else _CLOSED, reason, "upstream_cut")

    def _retry(self, held: list[bytes]) -> None:
        self._retried = True
        self._pending = held + self._pending
        self._held = []
        self._up = 0
        self._sent_all = False
        self._client.release("upstream")

        def ready(_: Rewrite | Refusal | None) -> None:
            self._hooking = False
            self._go_on(self._connect)

        self._hooking = True
        run("retrying", self._plan.watch.retrying, ready, self._jobs)

    def _ask_as_asked(self, rewriting: Rewriting, frame: ResponseFrame) -> None:
        """The vendor does not take the rewritten request: send the original, once, and forget that answer."""
        self._rewriting = None
        if self._upstream is not None:
            # Its answer is not wanted; reading it to its end would make the tool wait.
            self._upstream.discard()
            self._upstream = None
        self._hold(rewriting.original)
        self._held = []
        self._started = self._retried = False
        self._up = 0
        self._sent_all = False
        self._client.release("upstream")

        watch, original = self._plan.watch, rewriting.original

        def ready(result: Rewrite | Refusal | None) -> None:
            self._hooking = False
            if isinstance(result, Rewrite):
                self._rewriting = Rewriting(result, original)
                self._rewriting.refusals = frozenset()
                self._hold(result.body)
            self._go_on(self._acquire)

        self._hooking = True
        run("refused", lambda: watch.refused(frame.status, frame.headers, original), ready, self._jobs)

    def _pass_rest(self) -> None:
        """The body will not go on: what was held back of it goes to the tool."""
        frame = self._answer
        rest = b"" if self._rewriting is None else self._rewriting.rest()
        if rest and frame is not None:
            self._client.write(head.chunk(rest) if frame.framing == CHUNKED and self._chunks else rest)
            self._down += len(rest)

    def _forward(self, first: bytes, payload: bytes, body: BodyReader) -> None:
        """Write one read's worth to the tool, in one write unless that would copy much."""
        frame = self._answer
        assert frame is not None  # noqa: S101
        write = self._client.write
        if self._rewriting is not None:
            payload, error = self._rewriting.strained(payload, last=body.done)
            if error is not None:
                fault("sieve", error)
        if frame.framing == CHUNKED and self._chunks:
            data = head.chunk(payload) if payload else b""
            if body.done:
                data += head.last_chunk(body.trailers)
        else:
            data = payload
        if not first:
            if data:
                write(data)
        elif len(data) <= _JOIN_LIMIT:
            write(first + data)
        else:
            write(first)
            write(data)
        self._down += len(payload)

    def _forwarded(self, payload: bytes, body: BodyReader) -> None:
        if body.done and not self._over:
            self._settle(body)
        if payload:
            tell(self._plan.watch.received, payload)
        if body.done and not self._over:
            self._end("complete", "")

    def _settle(self, body: BodyReader) -> None:
        """The answer is complete: the vendor's connection rests, or goes."""
        connection, frame = self._upstream, self._answer
        self._upstream = None
        if connection is None or frame is None:
            return
        clean = self._complete and self._sent_all and not connection.full and not body.rest
        if clean and frame.keep_alive:
            self._pool.give(connection)
        else:
            connection.discard()

    # The end.

    def _give_up(
        self, refusal: Refusal, reason: str, outcome: Literal["client_abort", "upstream_cut", "not_sent"]
    ) -> None:
        """End with an answer of our own, or with a cut if an answer has begun."""
        if self._answer is not None:
            self._end(outcome, reason, cut=True)
            return
        shaped = Refusal(refusal.status, refusal.code, refusal.message, self._plan.vendor)
        self._end(outcome, reason, refusal=shaped)

    def _end(
        self,
        outcome: Literal["complete", "client_abort", "upstream_cut", "not_sent"],
        reason: str,
        *,
        refusal: Refusal | None = None,
        cut: bool = False,
    ) -> None:
        self._over = True
        if self._connecting is not None:
            self._connecting.cancel()
        if self._upstream is not None:
            self._upstream.discard()
            self._upstream = None
        self._pending = []
        self._held = None
        client = self._client
        if refusal is not None:
            client.refuse(refusal)
        elif cut:
            frame = self._answer
            client.cut(hard=frame is None or head.ends_with_connection(frame, chunks=self._chunks))
        ending = Ending(outcome, reason, self._up, self._down, self._reused)

        def last_words() -> None:
            self._last_words = None
            tell(self._plan.watch.ended, ending)

        if self._hooking:
            self._last_words = last_words
        else:
            last_words()
        client.exchange_over(self, keep=outcome == "complete" and self._keep)


_INTERNAL: Final = Refusal(502, "internal", "the call could not be sent because of a fault here. Please report it.")
_CLOSED: Final = Refusal(
    502,
    "upstream_closed",
    "the vendor closed the connection without an answer. Try again; if it stays so, look at the vendor's status page.",
)
_MALFORMED: Final = Refusal(
    502,
    "upstream_malformed",
    "the vendor's answer was not valid HTTP. If a gateway is set as its upstream, check that its address is right.",
)
