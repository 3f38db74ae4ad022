"""A relay between a raw client and a scripted vendor, all on real loopback sockets and one event loop.

Tests that are coroutines are run on their bench's loop, with a hang bound. Messages are read by a parser of the
tests' own, which shares nothing with the product's.
"""

from __future__ import annotations

import asyncio
import contextlib
import inspect
import socket
import ssl
import subprocess
from collections.abc import Coroutine, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from trayapp.frontdoor import Upstream
from trayapp.proxy import Ending, Plan, ProxyServer, RequestHead, Rewrite
from trayapp.refusal import Refusal

HANG = 20.0


@dataclass
class Message:
    """One HTTP message as a reader of the wire sees it."""

    start: bytes = b""
    headers: list[tuple[bytes, bytes]] = field(default_factory=list)
    body: bytes = b""
    trailers: list[tuple[bytes, bytes]] = field(default_factory=list)
    interim: list[Message] = field(default_factory=list)
    framing: str = ""

    def get(self, name: bytes) -> list[bytes]:
        return [value for key, value in self.headers if key.lower() == name.lower()]

    @property
    def status(self) -> int:
        return int(self.start.split(b" ")[1])


class Wire:
    """One end of a connection."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader, self.writer = reader, writer

    def send(self, data: bytes) -> None:
        self.writer.write(data)

    async def flush(self) -> None:
        await self.writer.drain()

    async def fields(self) -> list[tuple[bytes, bytes]]:
        found = []
        while (line := await self.reader.readuntil(b"\r\n")) != b"\r\n":
            name, _, value = line[:-2].partition(b":")
            found.append((name, value.strip(b" \t")))
        return found

    async def head(self) -> Message:
        start = await self.reader.readuntil(b"\r\n")
        return Message(start[:-2], await self.fields())

    async def chunk(self) -> bytes:
        size = int((await self.reader.readuntil(b"\r\n"))[:-2], 16)
        data = await self.reader.readexactly(size)
        if size:
            assert await self.reader.readexactly(2) == b"\r\n"
        return data

    async def body(self, message: Message, *, response: bool = False, bodiless: bool = False) -> Message:
        lengths, codings = message.get(b"content-length"), message.get(b"transfer-encoding")
        if bodiless:
            message.framing = "none"
        elif codings:
            assert codings == [b"chunked"]
            assert not lengths
            message.framing = "chunked"
            while piece := await self.chunk():
                message.body += piece
            message.trailers = await self.fields()
        elif lengths:
            assert len(lengths) == 1
            message.framing = "length"
            message.body = await self.reader.readexactly(int(lengths[0]))
        elif response:
            message.framing = "eof"
            message.body = await self.reader.read()
        else:
            message.framing = "none"
        return message

    async def request(self) -> Message:
        return await self.body(await self.head())

    async def response(self, method: bytes = b"POST") -> Message:
        interim = []
        while (message := await self.head()).status < 200:
            interim.append(message)
        message.interim = interim
        bodiless = method == b"HEAD" or message.status in (204, 304)
        return await self.body(message, response=True, bodiless=bodiless)

    async def gone(self) -> bytes:
        """Wait for the end of the connection; returns what came before it."""
        data = b""
        try:
            while piece := await self.reader.read(65536):
                data += piece
        except ConnectionError:
            pass
        return data

    def close(self) -> None:
        self.writer.transport.abort()

    def reset(self) -> None:
        """End with a reset."""
        import struct

        plug = self.writer.get_extra_info("socket")
        plug.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.writer.transport.abort()


class Vendor:
    """A listening socket whose connections the test plays itself."""

    def __init__(self) -> None:
        self.arrivals: asyncio.Queue[Wire] = asyncio.Queue()
        self.wires: list[Wire] = []
        self.port = 0
        self._server: asyncio.Server | None = None

    async def start(self, tls: ssl.SSLContext | None = None) -> None:
        self._server = await asyncio.start_server(self._arrived, "127.0.0.1", 0, ssl=tls, limit=2**20)
        self.port = self._server.sockets[0].getsockname()[1]

    async def _arrived(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        wire = Wire(reader, writer)
        self.wires.append(wire)
        self.arrivals.put_nowait(wire)

    async def accept(self) -> Wire:
        return await self.arrivals.get()

    def stop(self) -> None:
        if self._server is not None:
            self._server.close()
        for wire in self.wires:
            wire.close()


class Recorder:
    """A watch that writes down what it is told. ``raising`` names hooks that fail."""

    def __init__(self, bench: Bench) -> None:
        self.bench = bench
        self.log: list[tuple[Any, ...]] = []
        self.data = b""
        self.over = asyncio.Event()
        self.grew = asyncio.Event()
        self.ending: Ending | None = None

    def note(self, *event: Any) -> None:
        self.log.append(event)
        if event[0] in self.bench.raising:
            raise RuntimeError("a meter's fault that quotes sk-ant-CANARY")

    async def opening(self, body: bytes | None, trailers: Any) -> Rewrite | None:
        if self.bench.gate_opening is not None:
            self.bench.opening_reached.set()
            await self.bench.gate_opening.wait()
        self.note("opening", body, trailers)
        return self.bench.rewrite

    async def refused(self, status: int, headers: Any, original: bytes) -> Rewrite | None:
        self.note("refused", status, headers, original)
        return self.bench.instead

    async def retrying(self) -> None:
        self.note("retrying")

    def sent(self, nbytes: int) -> None:
        self.note("sent", nbytes)

    def responded(self, status: int, reason: bytes, headers: Any) -> None:
        self.note("responded", status, reason, headers)

    def received(self, data: bytes) -> None:
        self.data += data
        self.grew.set()
        self.note("received", len(data))

    def ended(self, ending: Ending) -> None:
        assert self.ending is None, "ended twice"
        self.ending = ending
        self.over.set()
        self.note("ended", ending)

    def names(self) -> list[str]:
        return [event[0] for event in self.log]


class Bench:
    """The relay, its vendor, and the gate that joins them."""

    def __init__(self) -> None:
        self.runner = asyncio.Runner()
        self.vendor = Vendor()
        self.inspect = True
        self.rewrite: Rewrite | None = None
        self.instead: Rewrite | None = None
        """What goes out after a refusal in place of the original."""
        self.raising: set[str] = set()
        self.refusal: Refusal | None = None
        self.later: list[asyncio.Future[Plan | Refusal]] | None = None
        """A list makes each request wait for a future that is put there."""
        self.asked = asyncio.Event()
        self.headers: tuple[tuple[bytes, bytes], ...] | None = None
        self.upstream: Upstream | None = None
        self.gate_opening: asyncio.Event | None = None
        self.opening_reached = asyncio.Event()
        self.admitted: list[RequestHead] = []
        self.watches: list[Recorder] = []
        self.clients: list[Wire] = []
        self.relay = ProxyServer(self)
        self.address = ("", 0)

    def run(self, coroutine: Coroutine[Any, Any, Any]) -> Any:
        async def bounded() -> Any:
            async with asyncio.timeout(HANG):
                return await coroutine

        return self.runner.run(bounded())

    async def start(self, tls: ssl.SSLContext | None = None, **arguments: Any) -> None:
        await self.vendor.start(tls)
        scheme = "https" if tls else "http"
        host = "localhost" if tls else "127.0.0.1"
        self.upstream = Upstream.parse(f"{scheme}://{host}:{self.vendor.port}/base")
        await self.restart(**arguments)

    async def restart(self, **arguments: Any) -> None:
        """A new relay with other settings."""
        await self.relay.close()
        self.relay = ProxyServer(self, **arguments)
        plug = socket.create_server(("127.0.0.1", 0))
        self.address = plug.getsockname()
        await self.relay.serve([plug])

    def admit(self, head: RequestHead) -> Plan | Refusal | asyncio.Future[Plan | Refusal]:
        self.admitted.append(head)
        if self.later is not None:
            self.later.append(asyncio.get_running_loop().create_future())
            self.asked.set()
            return self.later[-1]
        return self.plan(head)

    def plan(self, head: RequestHead) -> Plan | Refusal:
        if "admit" in self.raising:
            raise RuntimeError("no route")
        if self.refusal is not None:
            return self.refusal
        watch = Recorder(self)
        self.watches.append(watch)
        assert self.upstream is not None
        return Plan(self.upstream, "/base" + head.target, "anthropic", self.inspect, watch, self.headers)

    async def client(self) -> Wire:
        wire = Wire(*await asyncio.open_connection(*self.address, limit=2**20))
        self.clients.append(wire)
        return wire

    async def post(self, body: bytes = b"{}", extra: bytes = b"", client: Wire | None = None) -> Wire:
        """Send a POST from a new client, or on ``client``."""
        wire = client or await self.client()
        wire.send(b"POST /v1/x HTTP/1.1\r\nHost: h\r\n%bContent-Length: %d\r\n\r\n%b" % (extra, len(body), body))
        return wire

    async def over(self) -> Ending:
        """Wait for the latest call's end."""
        watch = self.watches[-1]
        await watch.over.wait()
        assert watch.ending is not None
        return watch.ending

    async def watched(self, size: int) -> None:
        """Wait until the latest call's watch was told of that many bytes of the answer."""
        watch = self.watches[-1]
        while len(watch.data) < size:
            watch.grew.clear()
            await watch.grew.wait()

    async def stop(self) -> None:
        for wire in self.clients:
            wire.close()
        await self.relay.close()
        assert self.relay.active == 0
        assert not self.relay.pool.open_connections
        self.vendor.stop()
        for _ in range(10):
            await asyncio.sleep(0)
        for wire in self.clients + self.vendor.wires:
            with contextlib.suppress(ConnectionError, ssl.SSLError):
                await wire.writer.wait_closed()


def _bench() -> Iterator[Bench]:
    bench = Bench()
    with bench.runner:
        bench.run(bench.start())
        yield bench
        bench.run(bench.stop())


@pytest.fixture
def bench() -> Iterator[Bench]:
    """A fresh relay for one test."""
    yield from _bench()


@pytest.fixture(scope="module")
def lasting() -> Iterator[Bench]:
    """A relay that lives as long as the module, for tests with many examples."""
    yield from _bench()


@pytest.fixture
def unreachable() -> Iterator[int]:
    """A port whose backlog is full: a connect to it neither succeeds nor fails."""
    with contextlib.ExitStack() as stack:
        listener = stack.enter_context(socket.socket())
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        port = listener.getsockname()[1]
        for _ in range(8):
            plug = stack.enter_context(socket.socket())
            plug.setblocking(False)
            plug.connect_ex(("127.0.0.1", port))
        yield port


@dataclass
class Tls:
    """Contexts for a vendor with a certificate made for this run."""

    server: ssl.SSLContext
    client: ssl.SSLContext


@pytest.fixture(scope="session")
def tls(tmp_path_factory: pytest.TempPathFactory) -> Tls:
    """A throwaway certificate for ``localhost``; skips where the openssl command is missing."""
    folder: Path = tmp_path_factory.mktemp("tls")
    key, certificate = folder / "key.pem", folder / "certificate.pem"
    command = "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=localhost"
    names = ["-addext", "subjectAltName=DNS:localhost", "-keyout", str(key), "-out", str(certificate)]
    try:
        subprocess.run([*command.split(), *names], check=True, capture_output=True, timeout=30)
    except FileNotFoundError:
        pytest.skip("the openssl command is not here")
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(certificate, key)
    return Tls(server, ssl.create_default_context(cafile=str(certificate)))


@pytest.hookimpl(tryfirst=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> bool | None:
    """Run coroutine tests on their bench's loop."""
    if not inspect.iscoroutinefunction(pyfuncitem.obj):
        return None
    names = pyfuncitem._fixtureinfo.argnames
    arguments = {name: pyfuncitem.funcargs[name] for name in names}
    bench = arguments.get("bench") or arguments["lasting"]
    bench.run(pyfuncitem.obj(**arguments))
    return True
