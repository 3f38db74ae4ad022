"""Both doors as real processes on real sockets: the engine and the guard's relay, before a vendor that counts.

What the two have in common is all that the tests of ``tests/door`` may use, so that each of them holds for both.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from listening import Listening

from trayapp.control import Address, Client
from trayapp.guard.child import MEMORY
from trayapp.guard.sockets import open_port
from trayapp.platform.paths import Paths, write_private

PATIENCE = 20.0
"""Seconds until a test believes that something does not happen."""
TOKEN = "t0ken-for-tests-that-is-as-long-as-a-real-one-would"
STATUS_LINE = re.compile(rb"HTTP/1\.1 (\d{3}) ")
VENDORS = ("anthropic", "openai", "chatgpt", "gemini")

_HEAD = re.compile(rb"([A-Z]+) (\S+) HTTP/1\.1\r\n((?:[^\r\n\x00]+\r\n)*)\r\n")
_CHUNK = re.compile(rb"([0-9a-f]+)\r\n")


@dataclass
class Request:
    """A whole request, as the vendor read it."""

    method: bytes
    target: bytes
    fields: list[tuple[bytes, bytes]]
    body: bytes = b""
    trailers: list[tuple[bytes, bytes]] = field(default_factory=list)

    def get(self, name: bytes) -> list[bytes]:
        return [value for key, value in self.fields if key.lower() == name]


def parse(data: bytes) -> tuple[Request, bytes] | None:
    """The first whole request in ``data`` and what follows; ``None`` while it is incomplete or is none."""
    head = _HEAD.match(data)
    if head is None:
        return None
    request = Request(head[1], head[2], _fields(head[3]))
    rest = data[head.end() :]
    lengths, codings = request.get(b"content-length"), request.get(b"transfer-encoding")
    assert len(lengths) + len(codings) <= 1, "the door let ambiguous framing out"
    assert len(request.get(b"host")) == 1
    if codings:
        assert codings == [b"chunked"]
        while chunk := _CHUNK.match(rest):
            size = int(chunk[1], 16)
            if size == 0:
                trailers, found, rest = rest[chunk.end() :].partition(b"\r\n")
                while trailers and found:
                    request.trailers += _fields(trailers + b"\r\n")
                    trailers, found, rest = rest.partition(b"\r\n")
                return (request, rest) if found else None
            piece = rest[chunk.end() : chunk.end() + size + 2]
            if len(piece) < size + 2:
                return None
            assert piece.endswith(b"\r\n")
            request.body += piece[:-2]
            rest = rest[chunk.end() + size + 2 :]
        return None
    length = int(lengths[0]) if lengths else 0
    if len(rest) < length:
        return None
    request.body, rest = rest[:length], rest[length:]
    return request, rest


def _fields(block: bytes) -> list[tuple[bytes, bytes]]:
    pairs = [line.split(b":", 1) for line in block.split(b"\r\n") if line]
    return [(name, value.strip(b" \t")) for name, value in pairs]


Answer = Callable[[socket.socket, Request], bool | None]
"""Sends an answer; true: more requests may follow on the connection."""


def plainly(plug: socket.socket, request: Request) -> bool:
    """Say what was asked."""
    body = request.target
    plug.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(body))
    if request.method != b"HEAD":
        plug.sendall(body)
    return True


class Vendor(Listening):
    """A server that keeps every byte that it was sent, and counts whole requests."""

    def __init__(self) -> None:
        self.answer: Answer = plainly
        self.requests: list[Request] = []
        self.raw: list[bytearray] = []
        """One for each connection."""
        self.faults: list[BaseException] = []
        super().__init__()

    def begin(self, answer: Answer = plainly) -> None:
        """Forget what was."""
        self.answer = answer
        self.requests.clear()
        self.raw.clear()
        assert not self.faults, self.faults

    def serve(self, plug: socket.socket) -> None:
        raw = bytearray()
        self.raw.append(raw)
        left = b""
        try:
            while data := plug.recv(65536):
                raw += data
                left += data
                if b"100-continue" in left and left.endswith(b"\r\n\r\n") and parse(left) is None:
                    plug.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")
                while (found := parse(left)) is not None:
                    request, left = found
                    self.requests.append(request)
                    if not self.answer(plug, request):
                        return
        except OSError:
            raise
        except BaseException as error:
            self.faults.append(error)

    def close(self) -> None:
        super().close()
        assert not self.faults, self.faults


class Door:
    """One door as a process. ``prelude`` is Python that runs in it before it serves."""

    def __init__(self, kind: str, folder: Path, *, prelude: str = "", owner: int | None = None) -> None:
        self.kind = kind
        self.vendor = Vendor()
        root = folder / kind
        self.paths = Paths(root / "config", root / "state", root / "cache", root / "run")
        self.paths.make()
        write_private(self.paths.token, TOKEN.encode())
        self.route(f"http://127.0.0.1:{self.vendor.port}", tell=False)
        if owner is not None:
            for path in (folder, root, *root.rglob("*")):
                os.chown(path, owner, owner)
        module = {"engine": "trayapp.engine.__main__", "relay": "trayapp.guard.relay"}[kind]
        code = f"from {module} import main\n{prelude}\nraise SystemExit(main())"
        ears, beat = os.pipe()
        life, self._life = os.pipe()
        with contextlib.closing(open_port(0)) as listening:
            self.port = listening.port
            self.v6 = listening.v6
            fds = [plug.fileno() for plug in listening.sockets]
            arguments = ("--sockets", ",".join(map(str, fds)), "--beat", str(beat), "--life", str(life))
            self.process = subprocess.Popen(
                [sys.executable, "-P", "-c", code, *arguments],
                pass_fds=(*fds, beat, life),
                env={**os.environ, **MEMORY, "SPENDLIGHT_HOME": str(root)},
                stderr=subprocess.PIPE,
            )
        os.close(beat)
        os.close(life)
        self._ears = ears
        if os.read(ears, 1) != b"R":
            raise RuntimeError(f"the {kind} did not start: {self.close()}")

    @property
    def host(self) -> bytes:
        return b"127.0.0.1:%d" % self.port

    def target(self, path: str = "/v1/messages", vendor: str = "anthropic") -> bytes:
        return f"/{TOKEN}/{vendor}{path}".encode()

    def url(self, path: str = "/v1/messages", vendor: str = "anthropic") -> str:
        return f"http://127.0.0.1:{self.port}/{TOKEN}/{vendor}{path}"

    def route(self, url: str, *, tell: bool = True) -> None:
        """Send all vendors' calls there."""
        lines = [f'{name} = "{url}"' for name in VENDORS]
        write_private(self.paths.settings, ("[upstreams]\n" + "\n".join(lines) + "\n").encode())
        write_private(self.paths.routes, json.dumps(dict.fromkeys(VENDORS, url)).encode())
        if tell and self.kind == "engine":
            with self.control() as client:
                client.ask("reload")

    def control(self) -> Client:
        return Client(Address(self.paths.control))

    def written(self) -> list[dict[str, Any]]:
        """The engine's rows, or the lines of the relay's spool."""
        if self.kind == "engine":
            with self.control() as client:
                return client.ask("calls", limit=100_000)["rows"]
        try:
            return [json.loads(line) for line in self.paths.spool.read_text().splitlines()]
        except FileNotFoundError:
            return []

    def connect(self, host: str = "127.0.0.1") -> socket.socket:
        return socket.create_connection((host, self.port), PATIENCE)

    def request(
        self, body: bytes = b"{}", *fields: bytes, method: bytes = b"POST", path: str = "/v1/messages"
    ) -> bytes:
        """A valid request."""
        length = [b"Content-Length: %d" % len(body)] if body else []
        lines = [b"%b %b HTTP/1.1" % (method, self.target(path)), b"Host: " + self.host, *fields, *length]
        return b"\r\n".join(lines) + b"\r\n\r\n" + body

    def ask(self, data: bytes, *, half_close: bool = False) -> bytes:
        """One raw exchange, to the end of the connection."""
        with self.connect() as plug:
            with contextlib.suppress(ConnectionError):  # refused before all was sent; the answer is there all the same
                plug.sendall(data)
                if half_close:
                    plug.shutdown(socket.SHUT_WR)
            return read_all(plug)

    def hand(self, data: bytes) -> None:
        """Say something over the lifeline, as the guard does."""
        os.write(self._life, data)

    def close(self) -> str:
        """End it; gives what it said on standard error."""
        if self._life >= 0:
            os.close(self._life)
            os.close(self._ears)
            self._life = -1
        try:
            _, said = self.process.communicate(timeout=PATIENCE)
        except subprocess.TimeoutExpired:
            self.process.kill()
            _, said = self.process.communicate()
        self.vendor.close()
        return said.decode()


@contextlib.contextmanager
def opened(kind: str, folder: Path, **more: Any) -> Iterator[Door]:
    """A door for as long as a test or a module lasts; it must have nothing to complain about."""
    door = Door(kind, folder, **more)
    try:
        yield door
        assert door.process.poll() is None, "the door died"
    finally:
        said = door.close()
    assert said == "", said


def read_all(plug: socket.socket) -> bytes:
    """Read to the end of the connection, however it ends."""
    out = bytearray()
    with contextlib.suppress(ConnectionError):
        while data := plug.recv(65536):
            out += data
    return bytes(out)


def status(answer: bytes) -> int:
    found = STATUS_LINE.match(answer)
    assert found is not None, answer[:100]
    return int(found[1])


def code(answer: bytes) -> str:
    """The name of our own refusal, empty for a vendor's answer."""
    head = answer.partition(b"\r\n\r\n")[0]
    return head.partition(b"X-Spendlight-Error: ")[2].partition(b"\r\n")[0].decode()


def until(look: Callable[[], Any], seconds: float = PATIENCE) -> Any:
    """Look until it is true."""
    end = time.monotonic() + seconds
    while not (seen := look()):
        assert time.monotonic() < end, f"did not happen within {seconds} s"
        time.sleep(0.005)
    return seen
