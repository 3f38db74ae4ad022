"""The border of the relay: what it asks before a call goes on, and what it tells while the call runs.

The relay calls a `Gate` once a request and one `Watch` a call; whoever meters implements both. Rules:

* a fault behind this border never changes a byte: every call into a `Watch` goes through `tell` or `run`, which
  log an exception once per hook (its type's name only; its text could quote traffic) and go on;
* ``opening``, ``retrying`` and ``refused`` hold the call back, so each is given `PATIENCE` seconds at most. The
  first step of their coroutine runs at once, without waiting for the event loop; on Python 3.11 it runs outside of a
  task, so before its first suspension it must not use ``asyncio.timeout`` (``wait_for`` and futures are fine);
* the other hooks are called after the bytes they speak of were written, and must return quickly.
"""

from __future__ import annotations

import asyncio
import logging
import sys
import types
from collections.abc import Callable, Coroutine, Generator
from typing import Any, Final, Literal, Protocol

import msgspec

from trayapp.frontdoor import Upstream
from trayapp.refusal import Refusal

Headers = tuple[tuple[bytes, bytes], ...]
"""Header fields in the order, case and number received; white space around values is removed."""

PATIENCE: Final = 2.0
"""Seconds that a hook may hold a call back before the call goes out without it."""

_log = logging.getLogger(__name__)
_known_faults: set[tuple[str, str]] = set()


class RequestHead(msgspec.Struct, frozen=True):
    """One request as it came in, framing checked, before anything of its body was looked at."""

    method: str
    target: str
    """Origin form as received, latin-1."""
    headers: Headers
    peer: tuple[str, int]
    """The tool's address."""
    local: tuple[str, int]
    """Our address on that connection; with ``peer`` it identifies the connection to the system."""
    received_ns: int
    """``time.monotonic_ns()`` when the first byte of the request was read."""
    stranger: bool = False
    """The connection is another user's."""
    websocket: bool = False
    """It asks for a WebSocket: whatever `Gate.admit` says but a refusal, it is answered 426."""

    def __repr__(self) -> str:
        return f"<{self.method} with {len(self.headers)} fields>"


class Plan(msgspec.Struct, frozen=True):
    """What `Gate.admit` returns for a request that goes on."""

    upstream: Upstream
    target: str
    """The request target for the upstream."""
    vendor: str
    """Whose error shape our own failures take."""
    inspect: bool
    """Whether the whole body is wanted before anything leaves."""
    watch: Watch
    headers: Headers | None = None
    """What goes to the upstream instead of the request's fields: the same names in the same order."""

    def __repr__(self) -> str:
        return f"<Plan to {self.upstream.authority}>"


class Ending(msgspec.Struct, frozen=True):
    """How a call ended."""

    outcome: Literal["complete", "client_abort", "upstream_cut", "not_sent"]
    """``not_sent``: no byte of the request was handed to an upstream socket, whoever is to blame."""
    reason: str
    """Empty when complete, otherwise a short code: ``client_gone``, ``shutdown``, ``connect_refused``,
    ``connect_failed``, ``connect_timeout``, ``dns``, ``tls``, ``self_loop``, ``closed``, ``reset``,
    ``response_malformed``, ``request_malformed``, ``internal``."""
    bytes_up: int
    """Bytes of the request's body that were handed to the upstream socket, framing not counted."""
    bytes_down: int
    """Bytes of the response's body that were handed to the tool's socket, framing not counted."""
    reused: bool
    """Whether the (last) upstream connection had carried another call before."""


class Gate(Protocol):
    """Decides about requests. Given to the server once."""

    def admit(self, head: RequestHead) -> Plan | Refusal | asyncio.Future[Plan | Refusal]:
        """Let a request in, or say why not. Synchronous and quick. When it raises, the tool hears 500.

        A request that has to wait for something of ours gets a future of the answer. It is cancelled when its tool
        goes away. A request for a WebSocket is answered 426 when it was let in; its watch hears of nothing.
        """
        ...


REFUSALS: Final = frozenset({400, 404, 405, 406, 409, 411, 413, 415, 422, 500, 501})
"""Statuses that may mean "not in this form" (some gateways say 500 to what they do not know). Not those that speak of
the account or the load (401, 403, 429)."""


class Sieve(Protocol):
    """Takes pieces of an answer's body and gives what the tool shall see of them."""

    @property
    def held(self) -> bytes:
        """What was taken and not given yet."""
        ...

    def feed(self, data: bytes, *, last: bool) -> bytes:
        """The next piece; ``last``: the body ends with it, nothing may be held back."""
        ...


class Rewrite(msgspec.Struct, frozen=True, kw_only=True):
    """What ``Watch.opening`` returns to have something else sent than what came."""

    body: bytes
    headers: tuple[tuple[bytes, bytes], ...] = ()
    """Lower-case names and new values, for fields that the request has."""
    target: str | None = None
    """The request target instead of the plan's; ``None``: the same."""
    answer: tuple[tuple[bytes, bytes], ...] = ()
    """Lower-case names and values, for fields of the final answer's head: what the tool shall see there."""
    sieve: Callable[[int, Headers], Sieve | None] | None = None
    """Called with the final status and the vendor's headers."""
    refusals: frozenset[int] = REFUSALS
    """Statuses after which the original goes out instead."""

    def __repr__(self) -> str:
        return f"<Rewrite to {len(self.body)} bytes>"


class Watch(Protocol):
    """Looks after one call. ``ended`` is called exactly once, after everything else."""

    async def opening(self, body: bytes | None, trailers: Headers) -> Rewrite | Refusal | None:
        """Called before anything leaves; the call goes out when it returns.

        Args:
            body: the whole body as received (de-chunked, content coding untouched), or ``None`` when the plan
                does not inspect, or the body is over the inspection limit and will be streamed.
            trailers: the request's trailers, when the body is given.

        Returns:
            What to send instead, or ``None``: the request goes out as it came. Nothing else can be sent for a request
            whose body was not given. With a ``Refusal`` nothing goes out: the tool is told that, and ``ended`` hears
            ``not_sent`` with its code as the reason.
        """
        ...

    async def retrying(self) -> None:
        """The reused connection was dead; the request goes out a second time when this returns."""
        ...

    async def refused(self, status: int, headers: Headers, original: bytes) -> Rewrite | None:
        """The vendor refused the rewritten request; the original goes out when this returns.

        Args:
            status: what the vendor answered.
            headers: of that answer.
            original: the body as received.

        Returns:
            What to send instead of the original, if that has to be changed, too; its refusal is passed on.
        """
        ...

    def sent(self, nbytes: int) -> None:
        """The request was handed to the upstream socket as a whole; its body has ``nbytes`` bytes."""
        ...

    def responded(self, status: int, reason: bytes, headers: Headers) -> None:
        """The final response head was forwarded (never a 1xx); the headers are the vendor's own."""
        ...

    def received(self, data: bytes) -> None:
        """A piece of the response's body was forwarded (de-chunked, content coding untouched)."""
        ...

    def ended(self, ending: Ending) -> None:
        """The call is over."""
        ...


def fault(hook: str, error: BaseException) -> None:
    """Log that a hook failed: once per hook and type, never the text of the error."""
    key = (hook, type(error).__name__)
    if key not in _known_faults:
        _known_faults.add(key)
        _log.error("the %s hook failed with %s", *key)


def tell(hook: Callable[..., None], *arguments: object) -> None:
    """Call a hook; whatever it raises is logged and forgotten."""
    try:
        hook(*arguments)
    except Exception as error:  # noqa: BLE001  a meter's fault must not reach the bytes
        fault(getattr(hook, "__name__", "unnamed"), error)


def run(
    name: str,
    hook: Callable[[], Coroutine[Any, Any, Rewrite | Refusal | None]],
    done: Callable[[Rewrite | Refusal | None], None],
    jobs: set[asyncio.Task[Any]],
) -> None:
    """Run an asynchronous hook, then call ``done`` with its result, or with ``None`` when it failed or dawdled.

    ``done`` is called before this returns when the hook does not suspend; otherwise a task finishes the hook
    and is kept in ``jobs`` until then.
    """
    loop = asyncio.get_running_loop()
    task: asyncio.Task[Rewrite | Refusal | None] | None = None
    result: Rewrite | Refusal | None = None
    try:
        coroutine = hook()
        if sys.version_info >= (3, 12):
            task = asyncio.Task(coroutine, loop=loop, eager_start=True)
        else:
            task = loop.create_task(_carry_on(coroutine, coroutine.send(None)))
    except StopIteration as stop:
        result = stop.value
    except Exception as error:  # noqa: BLE001  as in tell
        fault(name, error)
    if task is not None and task.done():
        result, task = _result(name, task), None
    if task is None:
        done(result)
        return
    jobs.add(task)
    timer = loop.call_later(PATIENCE, task.cancel)

    def finished(task: asyncio.Task[Rewrite | Refusal | None]) -> None:
        timer.cancel()
        jobs.discard(task)
        done(_result(name, task))

    task.add_done_callback(finished)


def _result(name: str, task: asyncio.Task[Rewrite | Refusal | None]) -> Rewrite | Refusal | None:
    try:
        return task.result()
    except (Exception, asyncio.CancelledError) as error:  # noqa: BLE001  as in tell
        fault(name, error)
        return None


@types.coroutine
def _carry_on(
    coroutine: Coroutine[Any, Any, Rewrite | Refusal | None], waiting: Any
) -> Generator[Any, Any, Rewrite | Refusal | None]:
    """Finish a coroutine whose first step was taken by hand and which now waits for ``waiting``."""
    while True:
        thrown: BaseException | None = None
        value = None
        try:
            value = yield waiting
        except BaseException as error:  # noqa: BLE001  handed on to the coroutine
            thrown = error
        try:
            waiting = coroutine.send(value) if thrown is None else coroutine.throw(thrown)
        except StopIteration as stop:
            result: Rewrite | Refusal | None = stop.value
            return result
