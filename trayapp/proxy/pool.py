"""The vendors' connections: how they are opened, kept and dropped.

Rules:

* a connection is reused last in, first out, for at most `IDLE_LIMIT` seconds of rest (vendors close at 60), and
  never across a suspend of the machine, after which nobody knows what a NAT on the way has forgotten;
* connecting may take `CONNECT_LIMIT` seconds; an established stream has no timer at all. A silent death is
  found by TCP keepalive and, for what was written, by TCP_USER_TIMEOUT;
* one loaded TLS context: the system's trust store (OpenSSL reads SSL_CERT_FILE itself); on macOS and Windows
  truststore. ALPN offers http/1.1 only;
* a connection to our own listening sockets is refused before it is made.
"""

from __future__ import annotations

import asyncio
import ipaddress
import socket
import ssl
import sys
import time
from typing import Final

from trayapp import frontdoor
from trayapp.proxy.upstream import Origin, Upstream
from trayapp.refusal import Refusal

CONNECT_LIMIT: Final = 10.0
IDLE_LIMIT: Final = 50.0
MAX_IDLE: Final = 64
"""Resting connections kept per origin."""
_BOOT: Final[int | None] = getattr(time, "CLOCK_BOOTTIME", None)
SLEEP_MARGIN: Final = 1.0
"""Seconds by which the clocks may part before it counts as a suspend."""


class CannotConnect(Exception):
    """No connection could be made."""

    def __init__(self, reason: str, refusal: Refusal) -> None:
        super().__init__(reason)
        self.reason = reason
        """As in `watch.Ending.reason`."""
        self.refusal = refusal


def slept() -> float:
    """Seconds that this machine has spent asleep, up to a constant (elsewhere than on Linux: wall clock drift)."""
    return time.time() - time.monotonic() if _BOOT is None else time.clock_gettime(_BOOT) - time.monotonic()


class Pool:
    """Opens connections and keeps the resting ones."""

    def __init__(self, ssl_context: ssl.SSLContext | None = None) -> None:
        self._ssl = ssl_context
        self._idle: dict[Origin, list[Upstream]] = {}
        self._sweeper: asyncio.TimerHandle | None = None
        self._own: frozenset[tuple[str, int]] = frozenset()
        self.open_connections: set[Upstream] = set()

    def listens_at(self, addresses: frozenset[tuple[str, int]]) -> None:
        """Name our own listening addresses."""
        self._own = frozenset((frontdoor.reached_at(host), port) for host, port in addresses)

    def take(self, origin: Origin) -> Upstream | None:
        """A resting connection that looks alive, if there is one."""
        resting = self._idle.get(origin)
        if not resting:
            return None
        oldest, asleep = time.monotonic() - IDLE_LIMIT, slept()
        while resting:
            connection = resting.pop()
            if (
                not connection.dead
                and connection.idle_since >= oldest
                and abs(asleep - connection.slept) <= SLEEP_MARGIN
            ):
                return connection
            connection.discard()
        return None

    def give(self, connection: Upstream) -> None:
        """Lay a connection to rest whose call has ended cleanly."""
        connection.release()
        resting = self._idle.setdefault(connection.origin, [])
        if connection.dead or len(resting) >= MAX_IDLE:
            connection.discard()
            return
        connection.idle_since = time.monotonic()
        connection.slept = slept()
        resting.append(connection)
        if self._sweeper is None:
            self._sweeper = asyncio.get_running_loop().call_later(IDLE_LIMIT, self._sweep)

    async def open(self, upstream: frontdoor.Upstream) -> Upstream:
        """Open a new connection.

        Raises:
            CannotConnect: with the reason and what the tool is to hear.
        """
        loop = asyncio.get_running_loop()
        secure = upstream.scheme == "https"
        origin = (upstream.scheme, upstream.host, upstream.port)
        made: list[Upstream] = []

        def make() -> Upstream:
            made.append(Upstream(origin, self._forget))
            return made[-1]

        try:
            async with asyncio.timeout(CONNECT_LIMIT):
                await self._refuse_ourselves(upstream)
                if secure and self._ssl is None:
                    self._ssl = await loop.run_in_executor(None, _default_context)
                transport, connection = await loop.create_connection(
                    make,
                    upstream.host,
                    upstream.port,
                    ssl=self._ssl if secure else None,
                    server_hostname=upstream.host if secure else None,
                    happy_eyeballs_delay=None if _is_address(upstream.host) else 0.25,
                )
        except (OSError, ssl.SSLError) as error:
            raise _explain(error, secure=secure) from None
        except asyncio.CancelledError:
            for connection in made:  # it may have been made in the very turn of the loop that cancelled us
                connection.discard()
            raise
        if self._is_own(transport.get_extra_info("peername")):  # the name meant another address a moment ago
            connection.discard()
            raise _self_loop()
        self.open_connections.add(connection)
        plug = transport.get_extra_info("socket")
        if plug is not None:
            _tune(plug)
        return connection

    def close(self) -> None:
        """Drop every connection."""
        if self._sweeper is not None:
            self._sweeper.cancel()
            self._sweeper = None
        self._idle.clear()
        for connection in list(self.open_connections):
            connection.discard()

    def _forget(self, connection: Upstream) -> None:
        self.open_connections.discard(connection)
        resting = self._idle.get(connection.origin)
        if resting and connection in resting:
            resting.remove(connection)

    def _sweep(self) -> None:
        self._sweeper = None
        now, asleep = time.monotonic(), slept()
        next_at = None
        for origin, resting in list(self._idle.items()):
            for connection in list(resting):
                due = connection.idle_since + IDLE_LIMIT
                if due <= now or abs(asleep - connection.slept) > SLEEP_MARGIN:
                    resting.remove(connection)
                    connection.discard()
                else:
                    next_at = due if next_at is None else min(next_at, due)
            if not resting:
                del self._idle[origin]
        if next_at is not None:
            self._sweeper = asyncio.get_running_loop().call_later(max(next_at - now, 1.0), self._sweep)

    async def _refuse_ourselves(self, upstream: frontdoor.Upstream) -> None:
        """Refuse an upstream that is our own listener. Looks names up only when the port is one of ours."""
        if any(upstream.port == port for _, port in self._own):
            loop = asyncio.get_running_loop()
            found = await loop.getaddrinfo(upstream.host, upstream.port, type=socket.SOCK_STREAM)
            if any(self._is_own(info[4]) for info in found):
                raise _self_loop()

    def _is_own(self, name: object) -> bool:
        """Whether a socket's address is one that we listen at."""
        return isinstance(name, tuple) and (frontdoor.reached_at(str(name[0])), name[1]) in self._own


def _self_loop() -> CannotConnect:
    return CannotConnect(
        "self_loop",
        Refusal(
            508,
            "self_loop",
            "this vendor's upstream is Spendlight's own address, so the call would go round in a circle. "
            "`spendlight upstream reset` restores the vendor's public address.",
        ),
    )


def _is_address(host: str) -> bool:
    """Whether the host is an address, so that there is nothing to race."""
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def _default_context() -> ssl.SSLContext:
    if sys.platform in ("darwin", "win32"):
        import truststore

        context: ssl.SSLContext = truststore.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    else:
        context = ssl.create_default_context()
    context.set_alpn_protocols(["http/1.1"])
    return context


def _tune(plug: socket.socket) -> None:
    """Make a dead peer noticed: probes after 15 s of silence, written data given up after 30 s."""
    options = [
        (socket.SOL_SOCKET, "SO_KEEPALIVE", 1),
        (socket.IPPROTO_TCP, "TCP_NODELAY", 1),
        (socket.IPPROTO_TCP, "TCP_KEEPIDLE", 15),
        (socket.IPPROTO_TCP, "TCP_KEEPALIVE", 15),  # what macOS calls it
        (socket.IPPROTO_TCP, "TCP_KEEPINTVL", 5),
        (socket.IPPROTO_TCP, "TCP_KEEPCNT", 3),
        (socket.IPPROTO_TCP, "TCP_USER_TIMEOUT", 30_000),
    ]
    for level, name, value in options:
        number = getattr(socket, name, None)
        if number is not None:
            try:
                plug.setsockopt(level, number, value)
            except OSError:
                continue  # a system that knows the name but not the option


def _explain(error: OSError, *, secure: bool) -> CannotConnect:
    """What a failed connection means for the user."""
    if isinstance(error, TimeoutError):
        return CannotConnect(
            "connect_timeout",
            Refusal(
                504,
                "upstream_timeout",
                "the vendor's server did not accept a connection in time. Check the network or VPN, then try again.",
            ),
        )
    if isinstance(error, socket.gaierror):
        return CannotConnect(
            "dns",
            Refusal(
                502,
                "upstream_unreachable",
                "the vendor's host name could not be resolved. Check the network, or the address that "
                "`spendlight upstream list` shows.",
            ),
        )
    if isinstance(error, ssl.SSLError) or (secure and isinstance(error, ConnectionResetError | ConnectionAbortedError)):
        return CannotConnect(
            "tls",
            Refusal(
                502,
                "upstream_tls",
                "no trusted TLS connection to the vendor could be made. If a company proxy inspects traffic here, "
                "its certificate has to be in the system's trust store (or SSL_CERT_FILE).",
            ),
        )
    reason = "connect_refused" if isinstance(error, ConnectionRefusedError) else "connect_failed"
    return CannotConnect(
        reason,
        Refusal(
            502,
            "upstream_unreachable",
            "the vendor's server could not be reached. Check the network, or the address that "
            "`spendlight upstream list` shows.",
        ),
    )
