"""What the guard's tests share: a guard as a real process, a scripted upstream, a raw client."""

from __future__ import annotations

import contextlib
import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from listening import Listening

from trayapp.guard.sockets import open_port
from trayapp.platform.guardstate import GuardState, read_state
from trayapp.platform.paths import Paths, find

HERE = Path(__file__).parent
PATIENCE = 20.0
"""Seconds until a test believes that something does not happen; never reached by a working guard."""


def until(look: Callable[[], Any], seconds: float = PATIENCE) -> Any:
    """Look until it is true."""
    end = time.monotonic() + seconds
    while not (seen := look()):
        assert time.monotonic() < end, f"did not happen within {seconds} s"
        time.sleep(0.005)
    return seen


def alive(pid: int) -> bool:
    """Whether a process runs (one that has ended but was not reaped does not)."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def get(port: int, host: str = "127.0.0.1", data: bytes = b"GET / HTTP/1.1\r\n\r\n") -> bytes:
    """One raw exchange: send, read to the end."""
    with socket.create_connection((host, port), PATIENCE) as plug:
        plug.sendall(data)
        return read_all(plug)


def read_all(plug: socket.socket) -> bytes:
    """Read to the end of the connection."""
    out = bytearray()
    while data := plug.recv(65536):
        out += data
    return bytes(out)


class GuardHost:
    """A guard in a process of its own, over a fake engine whose mode can be changed."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.paths: Paths = find()
        with contextlib.closing(open_port(0)) as listening:
            self.port = listening.port
        self.process: subprocess.Popen[bytes] | None = None
        self.folder = home / "fake"
        self.folder.mkdir()
        self.mode("ok")

    def mode(self, text: str) -> None:
        """What the next fake engine does."""
        file = self.folder / "mode.new"
        file.write_text(text)
        file.rename(self.folder / "mode")

    @property
    def engine(self) -> list[str]:
        """The fake engine's command."""
        return [sys.executable, str(HERE / "fake_engine.py"), str(self.folder / "mode")]

    def starts(self) -> list[int]:
        """The pids of all fake engines so far."""
        try:
            return [int(line) for line in (self.folder / "starts").read_text().split()]
        except FileNotFoundError:
            return []

    def spawn(self, *, port: int | None = None, **timing: float) -> subprocess.Popen[bytes]:
        """Start the guard."""
        arguments = {"port": self.port if port is None else port, "engine": self.engine, "timing": timing}
        self.process = subprocess.Popen(
            [sys.executable, str(HERE / "guard_host.py"), json.dumps(arguments)], stderr=subprocess.PIPE
        )
        return self.process

    def start(self, state: str = "running", **timing: float) -> GuardState:
        """Start the guard and wait for a state."""
        self.spawn(**timing)
        return self.wait(state)

    def wait(self, state: str, seconds: float = PATIENCE, **values: Any) -> GuardState:
        """Wait until the guard says that it is in a state, with these values."""

        def look() -> GuardState | None:
            assert self.process is not None
            if self.process.poll() is not None:
                raise AssertionError(f"the guard ended with {self.process.returncode}")
            now = read_state(self.paths)
            if now is None or now.state != state or any(getattr(now, k) != v for k, v in values.items()):
                return None
            return now

        return until(look, seconds)

    def signal(self, number: int) -> None:
        """Send the guard a signal."""
        assert self.process is not None
        self.process.send_signal(number)

    def end(self) -> tuple[int, str]:
        """Wait for the guard's end; gives exit code and standard error."""
        assert self.process is not None
        _, stderr = self.process.communicate(timeout=PATIENCE)
        return self.process.returncode, stderr.decode()

    def log(self) -> str:
        """The log so far."""
        return (self.paths.log / "engine.log").read_text()

    def close(self) -> None:
        """End whatever is left of it."""
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.process.wait(PATIENCE)
            self.process.kill()
        if self.process is not None:
            self.process.communicate()
        for pid in self.starts():
            with contextlib.suppress(ProcessLookupError):
                if b"fake_engine" in (Path(f"/proc/{pid}/cmdline").read_bytes() if alive(pid) else b""):
                    os.kill(pid, signal.SIGKILL)


@pytest.fixture
def host(home: Path) -> Iterator[GuardHost]:
    """A guard that is not started yet."""
    made = GuardHost(home)
    yield made
    made.close()


Script = Callable[[socket.socket, bytes], None]


class Upstream(Listening):
    """A vendor's server: accepts, reads one head, hands the connection to ``script(plug, what_was_read)``."""

    def __init__(self, wrap: Callable[[socket.socket], socket.socket] | None = None) -> None:
        self._wrap = wrap
        self.script: Script = answer_ok
        self.heads: list[bytes] = []
        self.requests: list[bytes] = []
        """Whole requests, where the script stores them."""
        super().__init__()

    def wrapped(self, plug: socket.socket) -> socket.socket:
        return plug if self._wrap is None else self._wrap(plug)

    def serve(self, plug: socket.socket) -> None:
        data = b""
        while b"\r\n\r\n" not in data:
            piece = plug.recv(65536)
            if not piece:
                return
            data += piece
        self.heads.append(data.partition(b"\r\n\r\n")[0])
        self.script(plug, data)


def body_of(plug: socket.socket, data: bytes) -> bytes:
    """The raw bytes of a request's body, by its framing."""
    head, _, body = data.partition(b"\r\n\r\n")
    if found := re.search(rb"(?i)content-length: *(\d+)", head):
        while len(body) < int(found[1]):
            piece = plug.recv(65536)
            assert piece
            body += piece
    elif re.search(rb"(?i)transfer-encoding: *chunked", head):
        while not body.endswith(b"0\r\n\r\n"):
            piece = plug.recv(65536)
            assert piece
            body += piece
    return body


def answer_ok(plug: socket.socket, data: bytes) -> None:
    """The plainest answer."""
    body_of(plug, data)
    plug.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")


@pytest.fixture
def upstream() -> Iterator[Upstream]:
    """A scripted vendor."""
    made = Upstream()
    yield made
    made.close()


TOKEN = "t0ken-for-tests"


def write_routes(paths: Paths, url: str) -> None:
    """Let all vendors' calls go to ``url``, and set the token."""
    paths.make()
    paths.token.write_text(TOKEN)
    vendors = ("anthropic", "openai", "chatgpt", "gemini")
    paths.routes.write_text(json.dumps(dict.fromkeys(vendors, url)))


def request(
    port: int, body: bytes = b"", *, path: str = "/openai/v1/chat/completions", head: bytes = b"", method: str = "POST"
) -> bytes:
    """A valid request for the relay."""
    length = b"Content-Length: %d\r\n" % len(body) if method == "POST" else b""
    line = f"{method} /{TOKEN}{path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n".encode()
    return line + length + head + b"\r\n" + body


def spool(paths: Paths) -> list[dict[str, Any]]:
    """The lines of the spool."""
    try:
        return [json.loads(line) for line in paths.spool.read_text().splitlines()]
    except FileNotFoundError:
        return []


@pytest.fixture(scope="session")
def kit() -> SimpleNamespace:
    """The helpers above, for tests."""
    return SimpleNamespace(
        until=until,
        alive=alive,
        get=get,
        read_all=read_all,
        body_of=body_of,
        answer_ok=answer_ok,
        Upstream=Upstream,
        TOKEN=TOKEN,
        write_routes=write_routes,
        request=request,
        spool=spool,
        PATIENCE=PATIENCE,
    )
