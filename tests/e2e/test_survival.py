"""Faults in us and behind us, with the real Claude Code and the real Codex (facts measured with them in 2026-11).

Each client runs its prompt through Spendlight while something breaks. It may fail only where it also fails without
us, under the same fault at its vendor: a control run against the vendor itself decides (always with ``--thorough``,
else only when it matters). Each attempt that the vendor saw is one row, whatever broke.
"""

from __future__ import annotations

import json
import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass

import pytest
from connected import Home, Ran

from trayapp.demo.script import Script
from trayapp.guard import launch
from trayapp.platform.guardstate import read_state

PROMPT = "Say the magic word."
ANSWER = Script(text="The magic word is xyzzy.", output_tokens=321)
LONG = Script(text="The magic word is long. " * 60, chunk_ms=40)
"""Some seconds of a stream: time enough to break something."""
DEAD_S = 25.0
CLIENT_START_S = 60


@dataclass(frozen=True)
class Client:
    """A real client, as it is connected and as it would go to its vendor itself."""

    name: str
    program: str
    command: tuple[str, ...]
    variables: tuple[tuple[str, str], ...] = ()

    def prepare(self, home: Home) -> None:
        if self.name == "codex":
            home.write(".codex/auth.json", json.dumps({"auth_mode": "apikey", "OPENAI_API_KEY": "sk-test"}), 0o600)

    def directly(self, home: Home, url: str) -> Ran:
        """Without us."""
        if self.name == "codex":
            home.write(".codex/config.toml", f'openai_base_url = "{url}/v1"\n')
            return home.run(list(self.command))
        return home.run(list(self.command), dict(self.variables) | {"ANTHROPIC_BASE_URL": url})


CLIENTS = (
    Client(
        "claude-code",
        "claude",
        ("claude", "-p", PROMPT),
        (("ANTHROPIC_API_KEY", "sk-ant-api03-test"), ("IS_SANDBOX", "1")),
    ),
    Client("codex", "codex", ("codex", "exec", "--skip-git-repo-check", PROMPT)),
)


@pytest.fixture(params=CLIENTS, ids=lambda client: client.name)
def client(request: pytest.FixtureRequest) -> Client:
    return request.param


@pytest.fixture
def start(scene, client: Client, client_home: Callable[..., Home]) -> Iterator[Callable[..., Future[Ran]]]:
    """Connect the client and start it (``stopped``: when Spendlight has been stopped); it ends by itself."""
    home = client_home(client.program)
    client.prepare(home)
    with ThreadPoolExecutor(1) as pool:

        def run(*, stopped: bool = False) -> Future[Ran]:
            home.connect(client.name)
            if stopped:
                launch.stop(scene.paths)
            return pool.submit(home.run, list(client.command), dict(client.variables))

        yield run


@pytest.fixture
def survives(scene, client: Client, client_home, tmp_path, request) -> Callable[[Ran, list[Script]], None]:
    """Judge a run: fine, or no worse than without us."""

    def judge(ran: Ran, scripts: list[Script]) -> None:
        fine = ran.code == 0 and "xyzzy" in ran.out
        if fine and not request.config.getoption("--thorough"):
            return
        scene.begin()
        scene.scripts = scripts
        control = client.directly(
            Home(tmp_path / "control", tmp_path, client_home(client.program).programs), scene.vendor.url
        )
        assert fine or control.code != 0 or "xyzzy" not in control.out, f"fails only through us: {ran.err}"

    return judge


def attempts_are_rows(scene) -> list[dict]:
    """Each request for tokens that the vendor saw is one row, and there is none besides."""
    engine(scene)
    seen = [call for call in scene.vendor.counted.calls() if call.wire]
    rows = scene.rows(len(seen))
    assert len(rows) == len(seen)
    return rows


def test_502_twice(scene, start, survives):
    scripts = [Script(status=502), Script(status=502), ANSWER]
    scene.scripts = list(scripts)
    ran = start().result(timeout=180)
    rows = attempts_are_rows(scene)
    assert [row["http_status"] for row in rows][:2] == [502, 502]
    assert rows[-1]["state"] == "done"
    survives(ran, scripts)


def test_a_reset_in_mid_stream(scene, start, survives):
    scripts = [Script(text="The magic word is. " * 40, cut_after=5), ANSWER, ANSWER]
    scene.scripts = list(scripts)
    ran = start().result(timeout=180)
    rows = attempts_are_rows(scene)
    assert rows[0]["state"] == "upstream_cut"
    assert [row["state"] for row in rows[1:]] == ["done"] * (len(rows) - 1)
    assert len(rows) >= 2  # Claude Code asks again without a stream, Codex with one: both are counted
    survives(ran, scripts)


def test_the_engine_killed_before_the_call(scene, start):
    scene.scripts = [ANSWER]
    running = start()
    os.kill(engine(scene), signal.SIGKILL)  # it is dead before the client has started up
    ran = running.result(timeout=180)
    assert (ran.code, "xyzzy" in ran.out) == (0, True), ran.err
    (row,) = attempts_are_rows(scene)
    assert row["state"] == "done"


def test_the_engine_hangs_before_the_call(scene, start):
    scene.scripts = [ANSWER]
    os.kill(engine(scene), signal.SIGSTOP)
    ran = start().result(timeout=180)
    assert (ran.code, "xyzzy" in ran.out) == (0, True), ran.err
    (row,) = attempts_are_rows(scene)
    assert row["state"] == "done"


def test_the_engine_killed_in_mid_stream(scene, start, survives):
    scene.scripts = [LONG, ANSWER, ANSWER]
    running = start()
    scene.vendor.counted.wait_begun(1, CLIENT_START_S)
    os.kill(engine(scene), signal.SIGKILL)
    ran = running.result(timeout=180)
    rows = attempts_are_rows(scene)
    assert rows[0]["state"] == "interrupted"
    assert rows[-1]["state"] == "done"
    survives(ran, [Script(text="The magic word is. " * 40, cut_after=5), ANSWER, ANSWER])


def test_everything_dead_for_25_seconds(scene, start):
    scene.scripts = [ANSWER]
    running = start(stopped=True)
    down = threading.Event()
    down.wait(DEAD_S)  # the fault itself, not a synchronisation
    launch.start(scene.paths, wait=30)
    ran = running.result(timeout=180)
    assert (ran.code, "xyzzy" in ran.out) == (0, True), ran.err
    (row,) = attempts_are_rows(scene)
    assert row["state"] == "done"


def engine(scene) -> int:
    """The process id of an engine that works."""
    until = time.monotonic() + 20
    while time.monotonic() < until:
        state = read_state(scene.paths)
        if state is not None and state.state == "running" and state.engine_pid:
            return int(state.engine_pid)
        threading.Event().wait(0.02)
    raise AssertionError("no engine works")
