"""The demo as a user starts it: real guard, engine, proxy and ledger in a throwaway folder."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest

from trayapp.control import Address, Client
from trayapp.platform.guardstate import read_state
from trayapp.platform.paths import Paths


@pytest.fixture
def folder():
    """A short folder for temporary files of the demo: sockets live below it."""
    with tempfile.TemporaryDirectory(prefix="sl") as name:
        yield Path(name)


def demo(folder: Path, *options: str) -> subprocess.Popen[str]:
    environment = {**os.environ, "TMPDIR": str(folder)}
    for name in ("DISPLAY", "WAYLAND_DISPLAY"):
        environment.pop(name, None)
    command = [sys.executable, "-m", "trayapp", "demo", *options]
    return subprocess.Popen(
        command, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


def profile(home: Path) -> Paths:
    return Paths(home / "config", home / "state", home / "cache", home / "run")


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX signals")
def files_of(home: Path) -> list[Path]:
    """What lies in a home, but for the font cache that the system's own fontconfig may make at any time."""
    found = sorted(home.rglob("*")) if home.exists() else []
    return [path for path in found if ".cache" not in path.relative_to(home).parts]


def test_once_says_that_it_is_a_demo_counts_and_leaves_nothing(folder):
    mine = Path(os.environ["SPENDLIGHT_HOME"])
    before = files_of(mine)
    with demo(folder, "--once", "--speed", "400") as process:
        out, err = process.communicate(timeout=60)
    assert process.returncode == 0, err
    assert err == ""
    assert "DEMO" in out.splitlines()[0]
    assert "46 calls were sent, 46 are in the ledger" in out
    assert "3 without a known price" in out
    assert "notebook" in out
    assert "$0.00" not in out.split("The demo has ended")[1]
    assert list(folder.iterdir()) == []
    assert files_of(mine) == before


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX signals")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_stopping_it_ends_everything(folder, number):
    with demo(folder, "--speed", "40") as process:
        try:
            until = time.monotonic() + 30
            for line in process.stdout:
                if line.startswith("Time runs"):
                    break
                assert time.monotonic() < until
            (home,) = folder.iterdir()
            paths = profile(home)
            state = read_state(paths)
            with Client(Address(paths.control)) as client:
                snapshots = client.snapshots()
                snapshot = next(s for s in snapshots if s.live)
                on_plan = next(s for s in snapshots if s.windows)
                snapshots.close()
            assert [(w.vendor, w.plan, w.reset) for w in on_plan.windows] == [("chatgpt", "plus", False)] * 2
            assert snapshot.demo
            process.send_signal(number)
            process.send_signal(number)  # An impatient user.
            out, err = process.communicate(timeout=30)
        finally:
            process.kill()
    assert process.returncode == 0, err
    numbers = re.search(r"The demo has ended: (\d+) calls were sent, (\d+) are in the ledger", out)
    # A call that was being handed over when the story ended may have no row: it never left.
    assert 0 <= int(numbers[1]) - int(numbers[2]) <= 2
    assert list(folder.iterdir()) == []
    for pid in (state.pid, state.engine_pid):
        with pytest.raises(ProcessLookupError):
            os.kill(pid, 0)


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX signals")
@pytest.mark.parametrize("after", ["This is a DEMO", "Time runs"])
def test_killing_it_leaves_nothing_either(folder, after):
    with demo(folder, "--speed", "40") as process:
        try:
            while not process.stdout.readline().startswith(after):
                assert process.poll() is None
            (home,) = folder.iterdir()
            state = read_state(profile(home))
        finally:
            process.kill()
    pids = [] if state is None else [pid for pid in (state.pid, state.engine_pid) if pid is not None]
    until = time.monotonic() + 30
    while list(folder.iterdir()) or any(runs(pid) for pid in pids):
        assert time.monotonic() < until
        time.sleep(0.05)


def runs(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


@pytest.mark.parametrize("speed", ["0", "-3", "1e9", "nan"])
def test_a_speed_that_cannot_be(folder, speed):
    with demo(folder, "--once", f"--speed={speed}") as process:
        _, err = process.communicate(timeout=30)
    assert process.returncode == 2
    assert "speed" in err
    assert "Traceback" not in err
