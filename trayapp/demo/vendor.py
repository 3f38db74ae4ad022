"""The simulated vendor: one loopback server that is Anthropic, OpenAI, ChatGPT, Gemini, Mistral and Ollama at once.

Everything that starts, configures and ends the server lives here: ``SimulatedVendor`` on an event loop,
``VendorThread`` for callers without one, and ``python -m trayapp.demo.vendor`` for load measurements.

Rules: it binds loopback only; it never looks at a credential's value but to tell callers apart; what it counted for
every request stands in ``counted`` and is what a bill would say.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import signal
import threading
from collections.abc import Mapping
from typing import Self

from msgspec.structs import replace

from trayapp.demo import endpoints
from trayapp.demo.connection import Connection
from trayapp.demo.counted import Counted
from trayapp.demo.prefixes import PrefixMemory, tokens
from trayapp.demo.quick import QuickAnswers
from trayapp.demo.script import DEFAULT_TEXT, Answer, Ask, Planner, Script, default_plan
from trayapp.values import Leg


class SimulatedVendor:
    """The server. ``start`` and ``stop`` belong to one event loop; ``counted`` may be read from any thread."""

    def __init__(
        self,
        planner: Planner = default_plan,
        *,
        cache_life_s: float = 300.0,
        keep_headers: bool = False,
        counted_endpoint: bool = False,
        quick: QuickAnswers | None = None,
    ) -> None:
        """Configure the server.

        Args:
            planner: chooses the script for each request.
            cache_life_s: how long a prompt prefix stays cached.
            keep_headers: the log keeps request headers and the body's digest (for tests; they hold credentials).
            counted_endpoint: serve the log as JSON at ``/__counted``.
            quick: answer from these, without a log.
        """
        self.planner = planner
        self.counted = Counted()
        self.keep_headers = keep_headers
        self.counted_endpoint = counted_endpoint
        self.quick = quick
        self.connections: set[Connection] = set()
        self.port = 0
        self._memory = PrefixMemory(cache_life_s)
        self._server: asyncio.Server | None = None

    async def start(self, host: str = "127.0.0.1", port: int = 0) -> int:
        """Listen; gives the port.

        Raises:
            OSError: the port is taken.
        """
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(lambda: Connection(self), host, port, backlog=2048)
        self.port = int(self._server.sockets[0].getsockname()[1])
        return self.port

    async def stop(self) -> None:
        """Stop listening and end every connection."""
        if self._server is not None:
            self._server.close()
            await asyncio.gather(*(connection.stop() for connection in list(self.connections)))
            await self._server.wait_closed()
            self._server = None

    @property
    def url(self) -> str:
        """``http://127.0.0.1:PORT``."""
        return f"http://127.0.0.1:{self.port}"

    def read(self, path: str, query: str, headers: Mapping[str, str], body: bytes) -> endpoints.Asked:
        """Read a metered request. A vendor that judges requests overrides this.

        Raises:
            BodyError: the body cannot be used.
        """
        return endpoints.read(path, query, headers, body)

    def plan(self, ask: Ask) -> Script:
        """Choose the script of a request. A vendor whose answers are bound to a model overrides this."""
        return self.planner(ask)

    def prepare(self, asked: endpoints.Asked) -> tuple[Script, Leg, Answer]:
        """Plan and count one request."""
        ask = asked.ask
        if asked.refused is not None:
            return Script(status=asked.refused.status), Leg(), asked.refused
        script = self.plan(ask)
        if ask.op == "count":
            leg = Leg(input=tokens(sum(map(len, asked.prompt.segments)), ask.model))
            return script, leg, endpoints.answer(ask, script, leg)
        if script.status >= 400:
            return script, Leg(), endpoints.answer(ask, script, Leg())
        if script.input_tokens is None:
            leg = self._memory.count(asked.prompt, script.model or ask.model, ask.key)
        else:
            leg = Leg(
                input=script.input_tokens,
                cache_read=script.cache_read_tokens,
                cache_write=script.cache_write_tokens,
            )
        output, reasoning = _output(script, ask.model, ask.max_output)
        leg = replace(leg, output=output, reasoning=reasoning)
        return script, leg, endpoints.answer(ask, script, leg)

    def counted_json(self) -> bytes:
        """What ``/__counted`` answers."""
        served = self.quick.served if self.quick else 0
        return json.dumps({"served_quickly": served, "calls": self.counted.to_json()}).encode()


def _output(script: Script, model: str, limit: int | None) -> tuple[int, int]:
    """Billed output, and the part of it that was reasoning."""
    reasoning = script.reasoning_tokens
    if reasoning is None:
        reasoning = tokens(len(script.thinking), model) if script.thinking else 0
    output = script.output_tokens
    if output is None:
        said = len(script.text) + (len(script.tool.name + script.tool.arguments) if script.tool else 0)
        output = tokens(said, model) + reasoning
    if limit is not None:
        output = min(output, limit)
    return output, min(reasoning, output)


class VendorThread:
    """A ``SimulatedVendor`` on its own thread and loop, as a context manager."""

    def __init__(self, vendor: SimulatedVendor | None = None, *, port: int = 0) -> None:
        self.vendor = vendor or SimulatedVendor()
        self._port = port
        self._ready = threading.Event()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stop: asyncio.Event | None = None
        self._problem: BaseException | None = None
        self._thread = threading.Thread(target=self._run, name="simulated-vendor", daemon=True)

    @property
    def url(self) -> str:
        """``http://127.0.0.1:PORT``."""
        return self.vendor.url

    @property
    def counted(self) -> Counted:
        """The vendor's log."""
        return self.vendor.counted

    def start(self) -> int:
        """Start, and give the port.

        Raises:
            OSError: the port is taken.
        """
        self._thread.start()
        self._ready.wait()
        if self._problem is not None:
            raise self._problem
        return self.vendor.port

    def stop(self) -> None:
        """End the server and its thread."""
        if self._loop is not None and self._stop is not None and self._thread.is_alive():
            self._loop.call_soon_threadsafe(self._stop.set)
        if self._thread.is_alive():
            self._thread.join()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def _run(self) -> None:
        asyncio.run(self._main())

    async def _main(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._stop = asyncio.Event()
        try:
            await self.vendor.start(port=self._port)
        except OSError as problem:
            self._problem = problem
            return
        finally:
            self._ready.set()
        try:
            await self._stop.wait()
        finally:
            await self.vendor.stop()


async def _serve(vendor: SimulatedVendor, host: str, port: int) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    print(f"http://{host}:{await vendor.start(host, port)}", flush=True)
    await stop.wait()
    await vendor.stop()


def main(arguments: list[str] | None = None) -> int:
    """``python -m trayapp.demo.vendor``: serve until told to stop; the first line printed is the address."""
    parser = argparse.ArgumentParser(prog="python -m trayapp.demo.vendor", description="A simulated AI vendor.")
    parser.add_argument("--port", type=int, default=0, help="0 chooses a free one")
    parser.add_argument("--fast", action="store_true", help="ready-made answers, no log: for load measurements")
    parser.add_argument("--first-ms", type=float, default=0.0, help="time before the response head")
    parser.add_argument("--chunk-ms", type=float, default=0.0, help="time between events of a stream")
    parser.add_argument("--chunks", type=int, default=0, help="text events in a stream")
    parser.add_argument("--stamp", action="store_true", help="text events carry their sending time (monotonic ns)")
    parser.add_argument("--output-tokens", type=int, default=None)
    parser.add_argument("--keep-headers", action="store_true", help="log request headers, credentials included")
    given = parser.parse_args(arguments)
    size = 24
    script = Script(
        text="x" * (given.chunks * size) if given.chunks else DEFAULT_TEXT,
        chunk_chars=size,
        first_ms=given.first_ms,
        chunk_ms=given.chunk_ms,
        stamp=given.stamp,
        output_tokens=given.output_tokens,
    )
    quick = QuickAnswers(script, Leg(input=700, output=given.output_tokens or 40)) if given.fast else None

    def plan(ask: Ask) -> Script:
        return script if ask.schema is None else default_plan(ask)

    vendor = SimulatedVendor(plan, quick=quick, counted_endpoint=True, keep_headers=given.keep_headers)
    try:
        asyncio.run(_serve(vendor, "127.0.0.1", given.port))
    except OSError as problem:
        parser.exit(1, f"Port {given.port} cannot be used: {problem.strerror}.\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
