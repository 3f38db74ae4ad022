"""The relay: passes the tools' calls on, unmetered, while no engine can run. ``python -m trayapp.guard.relay``.

Everything that happens to a call while metering is off lives here. It is a child process of the guard and serves
the same sockets as the engine.

Rules:

* the same front door as the engine's (``trayapp.frontdoor``); token and routes are read for each call, so that a
  changed one holds at once. Without a token nobody gets in. A missing route table means the public one, a damaged
  one means none: a key that belongs to a company's gateway shall not go elsewhere;
* a virtual key becomes the real one by the engine's own rules (``trayapp.virtualkeys.swap``), from the keys that the
  guard hands over; without them its call is refused, and never passed on;
* strict framing (``trayapp.guard.wire``); one call a connection; end-to-end fields and bodies are not changed;
* bytes go on as they come; a slow reader slows the writer. Only connecting (10 s) and a request's head (10 s) have
  a deadline, a stream has none;
* a client that hangs up, or that half-closes while its answer is due, ends the call upstream at once; an upstream
  that breaks off ends the client's connection with a reset, never with a clean end;
* each POST that was let in leaves one line in the spool (``trayapp.guard.spool``).
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import os
import secrets
import signal
import socket
import ssl
import sys
from typing import Final

from trayapp.frontdoor import Door, Entry, Upstream, default_upstreams, enter
from trayapp.guard.exchange import ClientGoneError, Exchange
from trayapp.guard.wire import RequestHead
from trayapp.platform import paths as places
from trayapp.platform.descriptors import more_descriptors
from trayapp.platform.paths import Paths
from trayapp.refusal import Refusal
from trayapp.virtualkeys import register
from trayapp.virtualkeys.frames import Unframer
from trayapp.virtualkeys.handover import decode
from trayapp.virtualkeys.swap import Headers, Swapped, Table, carries_one, swap

BEAT_SECONDS: Final = 0.5
KEYS_SECONDS: Final = 2.0
"""The guard hands the keys over right after the start; a call that needs one waits so long for that."""
MAX_CONNECTIONS: Final = 1024
MAX_STRANGERS: Final = 32
"""Connections of other users, who are refused anyhow and take no place of the owner's; more are dropped."""


class Relay:
    """Serves listening sockets until it is told to stop, then until its last stream has ended."""

    def __init__(self, paths: Paths) -> None:
        self._paths = paths
        self.spool = paths.spool
        self.tls = ssl.create_default_context()
        self.tls.set_alpn_protocols(["http/1.1"])
        self._servers: list[asyncio.Server] = []
        self._active = 0
        self._strangers = 0
        """How many of the active ones are other users'."""
        self._idle = asyncio.Event()
        self._idle.set()
        self._keys: Table | None = None
        self._told = asyncio.Event()

    async def serve(self, sockets: list[socket.socket]) -> None:
        """Begin to accept on sockets that listen already."""
        for plug in sockets:
            plug.setblocking(False)
            port = plug.getsockname()[1]

            async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, port: int = port) -> None:
                await self._connected(reader, writer, port)

            self._servers.append(await asyncio.start_server(connected, sock=plug, backlog=MAX_CONNECTIONS))

    async def finish(self) -> None:
        """Stop accepting and wait until the last call has ended."""
        for server in self._servers:
            server.close()
        # A connection that was accepted just now gets its task within the next turns of the loop.
        for _ in range(10):
            await asyncio.sleep(0)
        await self._idle.wait()

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, port: int) -> None:
        self._active += 1
        self._idle.clear()
        exchange = Exchange(self, reader, writer, port)
        self._strangers += exchange.stranger
        try:
            if exchange.stranger and self._strangers > MAX_STRANGERS:
                writer.transport.abort()
            elif self._active - self._strangers > MAX_CONNECTIONS:
                await exchange.refuse(Refusal(503, "too_many_connections", "too many calls run at once. Try again."))
            else:
                await exchange.run()
        except (ClientGoneError, ConnectionError):
            writer.transport.abort()
        except Exception as error:  # noqa: BLE001 - one broken call must not end the others
            _say(f"a call failed with {type(error).__name__}")
            writer.transport.abort()
        finally:
            writer.close()
            with contextlib.suppress(OSError):
                await writer.wait_closed()
            self._active -= 1
            self._strangers -= exchange.stranger
            if self._active == 0:
                self._idle.set()

    def admit(self, head: RequestHead, port: int, *, stranger: bool = False) -> Entry | Refusal:
        """The front door, with the token and the routes as they are now."""
        routes = load_routes(self._paths)
        # A token that nobody has, in place of a missing one.
        token = load_token(self._paths) or secrets.token_urlsafe(32)
        entry = enter(head.target, head.headers, Door(port, token, routes or {}), stranger=stranger)
        if isinstance(entry, Refusal) and entry.code == "unknown_vendor" and routes is None:
            return Refusal(
                503,
                "routes_damaged",
                "the route table cannot be read, and metering is off. `spendlight doctor` looks for the cause.",
                entry.vendor,
            )
        if isinstance(entry, Entry) and head.websocket:
            return Refusal(426, "no_websocket", "WebSockets are not passed on; use plain HTTP.", entry.vendor)
        return entry

    def take_keys(self, payload: bytes) -> None:
        """The guard hands over what the last engine knew, or says that it has nothing."""
        self._keys = decode(payload)
        self._told.set()

    async def swap(self, entry: Entry, headers: Headers) -> Swapped | Refusal | None:
        """Put real keys into a head; see ``trayapp.virtualkeys.swap``."""
        if not carries_one(headers, entry.target):
            return None
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(KEYS_SECONDS):
                await self._told.wait()
        return swap(entry, headers, self._still_registered())

    def _still_registered(self) -> Table | None:
        """The keys without those that their owner has removed since; a register that cannot be read removes none."""
        if self._keys is None:
            return None
        try:
            return self._keys.only(register.read(self._paths.virtual_keys))
        except register.RegisterError:
            return self._keys


def load_token(paths: Paths) -> str | None:
    """The profile's path token, or ``None``."""
    try:
        return paths.token.read_text("ascii").strip() or None
    except (OSError, ValueError):
        return None


def load_routes(paths: Paths) -> dict[str, Upstream] | None:
    """Vendor to upstream: the public table, changed by the profile's. ``None``: the profile's cannot be read.

    A vendor whose address there is not valid is left out: its calls are refused, not sent elsewhere.
    """
    routes = default_upstreams()
    try:
        document = json.loads(paths.routes.read_bytes())
    except FileNotFoundError:
        return routes
    except (OSError, ValueError):
        return None
    if not isinstance(document, dict):
        return None
    for vendor, url in document.items():
        routes.pop(vendor, None)
        with contextlib.suppress(ValueError, AttributeError, TypeError):
            routes[vendor] = Upstream.parse(url)
    return routes


async def _main(paths: Paths, sockets: list[socket.socket], beat: int | None, life: int | None) -> None:
    loop = asyncio.get_running_loop()
    loop.set_exception_handler(_report)
    stop = asyncio.Event()
    if sys.platform != "win32":
        loop.add_signal_handler(signal.SIGTERM, stop.set)
    relay = Relay(paths)
    await relay.serve(sockets)
    if life is not None:
        os.set_blocking(life, False)
        loop.add_reader(life, _hear_guard, loop, life, stop, relay, Unframer())
    beating = asyncio.create_task(_beat(beat)) if beat is not None else None
    await stop.wait()
    await relay.finish()
    if beating is not None:
        beating.cancel()


def _hear_guard(
    loop: asyncio.AbstractEventLoop, life: int, stop: asyncio.Event, relay: Relay, frames: Unframer
) -> None:
    """Take in keys; at the end of the pipe the guard is gone."""
    try:
        data = os.read(life, 64 * 1024)
        frames.feed(data)
    except BlockingIOError:
        return
    except (OSError, ValueError):
        data = b""
    payload = frames.take()
    if payload is not None:
        relay.take_keys(payload)
    if not data:
        loop.remove_reader(life)
        stop.set()


async def _beat(beat: int) -> None:
    os.set_blocking(beat, False)
    mark = b"R"
    while True:
        try:
            os.write(beat, mark)
            mark = b"."
        except BlockingIOError:
            pass  # The guard is stopped and the pipe is full of beats already.
        except OSError:
            return
        await asyncio.sleep(BEAT_SECONDS)


def _report(_: asyncio.AbstractEventLoop, context: dict[str, object]) -> None:
    """Log what went wrong by its type alone: the context may hold what a client sent."""
    _say(type(context.get("exception")).__name__)


def _say(text: str) -> None:
    with contextlib.suppress(OSError):  # a full disk
        print(f"relay: {text}", file=sys.stderr, flush=True)


def main(argv: list[str] | None = None) -> int:
    """Serve the inherited sockets; see ``trayapp.guard.child`` for the arguments."""
    parser = argparse.ArgumentParser(prog="python -m trayapp.guard.relay")
    parser.add_argument("--sockets", required=True, help="descriptors of listening sockets, separated by commas")
    parser.add_argument("--beat", type=int)
    parser.add_argument("--life", type=int)
    arguments = parser.parse_args(argv)
    os.umask(0o077)
    more_descriptors()
    sockets = [socket.socket(fileno=int(number)) for number in arguments.sockets.split(",")]
    asyncio.run(_main(places.find(), sockets, arguments.beat, arguments.life))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
