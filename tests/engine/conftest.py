"""An engine as a process of its own, on sockets that the test owns, with a simulated vendor behind it."""

from __future__ import annotations

import http.client
import json
import os
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from trayapp.control import Address, Client
from trayapp.demo.vendor import VendorThread
from trayapp.guard.child import MEMORY
from trayapp.platform.paths import Paths

REPO = Path(__file__).resolve().parents[2]


class Engine:
    """One engine process after another on the same listening socket, as the guard would run them."""

    def __init__(self, home: Path, upstream: str) -> None:
        self.home = home
        self.paths = Paths(home / "config", home / "state", home / "cache", home / "run")
        self.paths.make()
        lines = [f'{vendor} = "{upstream}"' for vendor in ("anthropic", "openai", "gemini", "chatgpt")]
        self.paths.settings.write_text("[upstreams]\n" + "\n".join(lines) + "\n")
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=512)
        self.listener.set_inheritable(True)
        self.port = self.listener.getsockname()[1]
        self._process: subprocess.Popen[bytes] | None = None
        self._beats: int | None = None

    def start(self) -> None:
        read, write = os.pipe()
        os.set_inheritable(write, True)
        fd = self.listener.fileno()
        self._process = subprocess.Popen(
            [sys.executable, "-m", "trayapp.engine", "--sockets", str(fd), "--beat", str(write)],
            pass_fds=(fd, write),
            cwd=REPO,
            env={**os.environ, **MEMORY, "SPENDLIGHT_HOME": str(self.home)},
        )
        os.close(write)
        self._beats = read
        if os.read(read, 1) != b"R":
            raise RuntimeError(f"the engine ended with {self._process.wait(10)}")

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    def client(self) -> Client:
        return Client(Address(self.paths.control))

    def base(self, vendor: str) -> str:
        return f"http://127.0.0.1:{self.port}/{self.paths.token.read_text()}/{vendor}"

    def kill(self) -> None:
        assert self._process is not None
        self._process.kill()
        self._process.wait(10)
        self._close_beats()

    def stop(self) -> int:
        if self._process is None:
            return 0
        self._process.terminate()
        code = self._process.wait(30)
        self._close_beats()
        self._process = None
        return code

    def close(self) -> None:
        if self._process is not None and self._process.poll() is None:
            self.stop()
        self._close_beats()
        self.listener.close()

    def _close_beats(self) -> None:
        if self._beats is not None:
            os.close(self._beats)
            self._beats = None


@pytest.fixture
def vendor() -> Iterator[VendorThread]:
    with VendorThread() as running:
        yield running


@pytest.fixture
def engine(tmp_path: Path, vendor: VendorThread) -> Iterator[Engine]:
    running = Engine(tmp_path / "home", vendor.url)
    running.start()
    yield running
    running.close()


@pytest.fixture
def make_engine(tmp_path: Path) -> Iterator[Callable[[str], Engine]]:
    made: list[Engine] = []

    def make(upstream: str) -> Engine:
        made.append(Engine(tmp_path / f"home{len(made)}", upstream))
        return made[-1]

    yield make
    for running in made:
        running.close()


@pytest.fixture
def free_port() -> int:
    with socket.socket() as plug:
        plug.bind(("127.0.0.1", 0))
        return int(plug.getsockname()[1])


FINAL = {"done", "vendor_error", "client_abort", "upstream_cut", "interrupted", "not_sent"}


def await_rows(engine: Engine, count: int) -> list[dict[str, Any]]:
    """Wait until the ledger holds that many closed rows, then return all of them."""
    with engine.client() as feed, engine.client() as client:
        for _snapshot in feed.snapshots():
            rows: list[dict[str, Any]] = client.ask("calls")["rows"]
            if len(rows) >= count and all(row["state"] in FINAL for row in rows):
                assert len(rows) == count
                return rows
    raise AssertionError("the engine ended")


@pytest.fixture
def settled(engine: Engine) -> Callable[[int], list[dict[str, Any]]]:
    return lambda count: await_rows(engine, count)


@dataclass(frozen=True)
class Reply:
    status: int
    headers: Mapping[str, str]
    body: bytes


@pytest.fixture
def send() -> Callable[..., Reply]:
    def request(url: str, body: object = None, method: str = "POST", headers: Mapping[str, str] | None = None) -> Reply:
        parts = urlsplit(url)
        connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=30)
        data = body if isinstance(body, bytes) else None if body is None else json.dumps(body).encode()
        try:
            connection.request(method, parts.path, data, dict(headers or {}))
            reply = connection.getresponse()
            return Reply(reply.status, {k.lower(): v for k, v in reply.getheaders()}, reply.read())
        finally:
            connection.close()

    return request


@pytest.fixture
def wait_for_rows() -> Callable[[Engine, int], list[dict[str, Any]]]:
    return await_rows
