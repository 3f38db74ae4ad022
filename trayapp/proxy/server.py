"""The relay as a whole: listening sockets in, calls through, and an orderly end.

Owns the connections of the tools and, through `Pool`, those to the vendors. The listening sockets come from
outside (whoever keeps them survives us), are already bound, and are only closed in this process.
"""

from __future__ import annotations

import asyncio
import socket
import ssl
from typing import Any, Final

from trayapp.proxy.downstream import Downstream
from trayapp.proxy.pool import Pool
from trayapp.proxy.watch import Gate

MAX_CONNECTIONS: Final = 1024
MAX_STRANGERS: Final = 32
"""Connections of other users, who are refused anyhow and take no place of the owner's; more are dropped."""
BACKLOG: Final = 1024


class ProxyServer:
    """Serves tools on given sockets until it is drained or closed. Belongs to one event loop."""

    def __init__(
        self,
        gate: Gate,
        *,
        ssl_context: ssl.SSLContext | None = None,
        inspect_limit: int = 64 * 2**20,
        max_connections: int = MAX_CONNECTIONS,
    ) -> None:
        """Set up a relay.

        Args:
            gate: admits requests.
            ssl_context: for TLS to vendors; by default the system's trust store.
            inspect_limit: the largest body in bytes that is held for inspection; larger ones stream through.
            max_connections: tools' connections at a time; more are answered 503.
        """
        self.gate = gate
        self.inspect_limit = inspect_limit
        self.pool = Pool(ssl_context)
        self.jobs: set[asyncio.Task[Any]] = set()
        self.draining = False
        self._max_connections = max_connections
        self._listeners: list[asyncio.Server] = []
        self._tools: set[Downstream] = set()
        self._strangers = 0
        """How many of them are other users'."""
        self._active = 0
        self._empty: asyncio.Future[None] | None = None

    @property
    def active(self) -> int:
        """How many calls run now."""
        return self._active

    async def serve(self, sockets: list[socket.socket]) -> None:
        """Start accepting on bound TCP sockets; returns when they listen.

        Raises:
            OSError: a socket cannot listen.
        """
        loop = asyncio.get_running_loop()
        self.pool.listens_at(frozenset((str(s.getsockname()[0]), int(s.getsockname()[1])) for s in sockets))
        for plug in sockets:
            self._listeners.append(await loop.create_server(lambda: Downstream(self), sock=plug, backlog=BACKLOG))

    def stop_accepting(self) -> None:
        """Accept no more connections; those that are open go on."""
        for listener in self._listeners:
            listener.close()
        self._listeners.clear()

    async def drain(self, timeout: float) -> bool:  # noqa: ASYNC109  part of what it does, not of how it is awaited
        """Finish: idle connections close now, running calls end first and say ``Connection: close``.

        Args:
            timeout: seconds to wait.

        Returns:
            Whether everything ended in time. What has not goes on; `close` ends it.
        """
        self.stop_accepting()
        self.draining = True
        for tool in list(self._tools):
            tool.close_if_idle()
        if self._tools:
            self._empty = asyncio.get_running_loop().create_future()
            await asyncio.wait([self._empty], timeout=timeout)
            self._empty = None
        return not self._tools

    async def close(self) -> None:
        """Drop everything at once; calls that run end with the reason ``shutdown``."""
        self.stop_accepting()
        self.draining = True
        for tool in list(self._tools):
            tool.abort("shutdown")
        if self.jobs:
            for job in list(self.jobs):
                job.cancel()
            await asyncio.gather(*self.jobs, return_exceptions=True)
        self.pool.close()
        for _ in range(100):  # asyncio tells of each lost connection in one of the next turns of its loop
            if not self._tools and not self.pool.open_connections:
                break
            await asyncio.sleep(0)

    # For the connections.

    def enter(self, tool: Downstream) -> bool:
        """A connection was made; says whether there is room for it."""
        self._tools.add(tool)
        if tool.stranger:
            self._strangers += 1
            return self._strangers <= MAX_STRANGERS
        return len(self._tools) - self._strangers <= self._max_connections

    def leave(self, tool: Downstream) -> None:
        """A connection was lost."""
        self._tools.discard(tool)
        self._strangers -= tool.stranger
        if not self._tools and self._empty is not None and not self._empty.done():
            self._empty.set_result(None)

    def call_began(self) -> None:
        """A call was admitted."""
        self._active += 1

    def call_ended(self) -> None:
        """A call is over."""
        self._active -= 1
