"""The engine dies again and again while tools work: nobody is refused, no call is lost, none is doubled."""

from __future__ import annotations

import http.client
import json
import os
import random
import signal
import threading
import time
import uuid
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from trayapp.control import Address, Client
from trayapp.demo.script import Ask, Script
from trayapp.demo.vendor import SimulatedVendor, VendorThread
from trayapp.guard import launch
from trayapp.platform.guardstate import read_state
from trayapp.platform.paths import Paths

REQUESTS, PARALLEL, KILLS = 2000, 20, 50
FINAL = {"done", "vendor_error", "client_abort", "upstream_cut", "interrupted", "not_sent"}


def plan(ask: Ask) -> Script:
    """Streams of different lengths, spread over some tens of milliseconds, so that kills meet every phase."""
    return Script(text="word " * (20 + hash(ask.message_id) % 60), first_ms=4, chunk_ms=1.0)


@pytest.fixture
def vendor() -> Iterator[VendorThread]:
    with VendorThread(SimulatedVendor(plan, keep_headers=True)) as running:
        yield running


@pytest.fixture
def profile(tmp_path: Path, vendor: VendorThread) -> Iterator[Paths]:
    home = tmp_path / "home"
    paths = Paths(home / "config", home / "state", home / "cache", home / "run")
    paths.make()
    paths.settings.write_text(f'[upstreams]\nanthropic = "{vendor.url}"\n')
    launch.start(paths, wait=30)
    yield paths
    launch.stop(paths)


class Tools:
    """Twenty tools that stream; each request has a session of its own and is made once."""

    def __init__(self, paths: Paths) -> None:
        port, token = int(paths.port.read_text()), paths.token.read_text()
        self._port, self._path = port, f"/{token}/anthropic/v1/messages"
        self._left = iter(range(REQUESTS))
        self._lock = threading.Lock()
        self.progress = threading.Condition()
        self.tried = 0
        self.finished: set[str] = set()
        self.refused = 0
        self.cut = 0
        self._threads = [threading.Thread(target=self._work) for _ in range(PARALLEL)]

    def start(self) -> None:
        for thread in self._threads:
            thread.start()

    def wait_for(self, tried: int) -> bool:
        """Wait for that many requests; ``False`` when there will be no more."""
        with self.progress:
            return self.progress.wait_for(lambda: self.tried >= min(tried, REQUESTS), 60) and self.tried < REQUESTS

    def join(self) -> None:
        for thread in self._threads:
            thread.join(120)
            assert not thread.is_alive()

    def _work(self) -> None:
        while True:
            with self._lock:
                if next(self._left, None) is None:
                    return
            session = str(uuid.uuid4())
            try:
                whole = self._call(session)
            except ConnectionRefusedError:
                with self.progress:
                    self.refused += 1
                whole = False
            except (OSError, http.client.HTTPException):
                whole = False
            with self.progress:
                self.tried += 1
                if whole:
                    self.finished.add(session)
                else:
                    self.cut += 1
                self.progress.notify_all()

    def _call(self, session: str) -> bool:
        body = {"model": "claude-opus-5-5", "max_tokens": 500, "stream": True,
                "messages": [{"role": "user", "content": "hello " * 50}]}  # fmt: skip
        headers = {"x-claude-code-session-id": session, "anthropic-version": "2023-06-01", "x-api-key": "k"}
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=60)
        try:
            connection.request("POST", self._path, json.dumps(body), headers)
            reply = connection.getresponse()
            return reply.status == 200 and b"message_stop" in reply.read()
        finally:
            connection.close()


def ready_engine(paths: Paths, other_than: int | None) -> int:
    """The process id of an engine that has reported ready, and is not ``other_than``."""
    end = time.monotonic() + 30
    pause = threading.Event()
    while time.monotonic() < end:
        state = read_state(paths)
        if state is not None and state.state == "running" and state.engine_pid not in (None, other_than):
            return int(state.engine_pid or 0)
        pause.wait(0.01)
    raise AssertionError(f"no engine became ready: {read_state(paths)}")


def all_rows(paths: Paths) -> list[dict[str, Any]]:
    """Every row, once all are in a final state."""
    with Client(Address(paths.control)) as feed, Client(Address(paths.control)) as client:
        for _ in feed.snapshots():
            rows: list[dict[str, Any]] = []
            while True:
                page = client.ask("calls", after_id=int(rows[-1]["id"]) if rows else None, limit=2000)
                rows += page["rows"]
                if not page["more"]:
                    break
            if all(row["state"] in FINAL for row in rows):
                return rows
    raise AssertionError("the engine ended")


def check(paths: Paths, vendor: VendorThread, tools: Tools) -> Counter[str]:
    """Every law of the ledger at once; returns the states that were met."""
    assert tools.refused == 0
    rows = all_rows(paths)
    by_session: dict[str, list[dict[str, Any]]] = {}
    for row in rows:
        by_session.setdefault(row["session"], []).append(row)
    reached = Counter(dict(call.headers)["x-claude-code-session-id"] for call in vendor.counted.calls())
    for session, times in reached.items():
        attempts = [r for r in by_session.get(session, []) if "stale_connection" not in r["flags"]]
        assert len(attempts) == times == 1, (session, times, attempts)
    counted = {call.request_id: call for call in vendor.counted.calls()}
    for row in rows:
        if row["state"] == "done":
            leg = counted[row["vendor_request_id"]].leg
            assert (row["input"], row["cache_read"], row["output"]) == (leg.input, leg.cache_read, leg.output)
            assert row["metering"] == "exact"
    done = {row["session"] for row in rows if row["state"] == "done"}
    # A stream that its tool has read to the end may have been closed by a kill before its row was.
    lost = [r for r in rows if r["session"] in tools.finished - done]
    assert all(row["state"] == "interrupted" for row in lost), lost
    return Counter(row["state"] for row in rows)


def test_fifty_kills_under_two_thousand_streams(profile: Paths, vendor: VendorThread) -> None:
    chance = random.Random(7)
    tools = Tools(profile)
    tools.start()
    victim: int | None = None
    kills = 0
    while kills < KILLS:
        victim = ready_engine(profile, victim)
        step = (REQUESTS - PARALLEL - tools.tried) // (KILLS - kills)
        assert tools.wait_for(tools.tried + chance.randint(1, max(step, 1))), "the tools were done before the last kill"
        os.kill(victim, signal.SIGKILL)
        kills += 1
    tools.join()
    ready_engine(profile, victim)
    states = check(profile, vendor, tools)
    # How many streams a kill cuts depends on the machine; that most of the work went on is all that is said here.
    assert states["done"] >= REQUESTS // 10
    assert states["interrupted"] > 0
    assert set(states) <= {"done", "interrupted", "client_abort", "upstream_cut", "not_sent"}


def test_a_hung_engine_is_replaced_while_tools_wait(profile: Paths, vendor: VendorThread) -> None:
    tools = Tools(profile)
    tools._left = iter(range(200))
    tools.start()
    for at in (30, 90):
        victim = ready_engine(profile, None)
        tools.wait_for(at)
        os.kill(victim, signal.SIGSTOP)
        begin = time.monotonic()
        ready_engine(profile, victim)
        assert time.monotonic() - begin < 20
    tools.join()
    check(profile, vendor, tools)
