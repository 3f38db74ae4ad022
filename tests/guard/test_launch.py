"""Starting and stopping a guard from elsewhere."""

from __future__ import annotations

import contextlib
import json
import os
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from trayapp.guard.launch import StartError, start, stop
from trayapp.guard.sockets import open_port
from trayapp.platform.guardstate import read_state
from trayapp.platform.paths import Paths

Host = Any


@pytest.fixture
def launched(host: Host) -> Iterator[Host]:
    yield host
    stop(host.paths)


def test_it_starts_detached_and_once(launched: Host, kit: SimpleNamespace) -> None:
    state = start(launched.paths, port=launched.port, engine_command=launched.engine)
    assert (state.state, state.port) == ("running", launched.port)
    assert os.getsid(state.pid) == state.pid
    assert Path(f"/proc/{state.pid}/cwd").readlink() == Path("/")
    assert start(launched.paths) == read_state(launched.paths)
    assert launched.starts() == [state.engine_pid]
    assert kit.get(state.port).endswith(b"ok %d" % state.engine_pid)
    assert stop(launched.paths) is True
    assert not kit.alive(state.pid)
    assert not kit.alive(state.engine_pid)
    assert read_state(launched.paths) is None
    assert stop(launched.paths) is False


def test_it_finds_the_profile_of_the_paths_not_of_the_caller(
    launched: Host, kit: SimpleNamespace, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("SPENDLIGHT_HOME", str(tmp_path))
    state = start(
        launched.paths, port=launched.port, engine_command=launched.engine, environment={"SPENDLIGHT_TEST_MARK": "1"}
    )
    for pid in (state.pid, state.engine_pid):
        environment = Path(f"/proc/{pid}/environ").read_bytes().split(b"\0")
        assert b"SPENDLIGHT_HOME=" + os.fsencode(launched.home) in environment
        assert b"SPENDLIGHT_TEST_MARK=1" in environment
    assert not any(tmp_path.iterdir())


def test_starts_at_the_same_time_make_one_guard(launched: Host) -> None:
    states: list[Any] = []

    def begin() -> None:
        states.append(start(launched.paths, port=launched.port, engine_command=launched.engine))

    threads = [threading.Thread(target=begin) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({state.pid for state in states}) == 1
    assert len(launched.starts()) == 1


def test_a_relaying_guard_is_a_started_one(launched: Host) -> None:
    launched.mode("refuse 12")
    state = start(launched.paths, port=launched.port, engine_command=launched.engine)
    assert state.state == "relaying"
    assert state.trouble is not None
    assert state.trouble.code == "bad"


def test_why_it_cannot_start(host: Host) -> None:
    with socket.create_server(("127.0.0.1", host.port)), pytest.raises(StartError) as caught:
        start(host.paths, port=host.port, engine_command=host.engine)
    error = caught.value
    assert (error.exit_code, error.trouble.code, error.trouble.title) == (4, "port_taken", f"Port {host.port} is taken")
    assert error.trouble.message
    assert "`proxy.port`" in error.trouble.fix
    host.paths.run.rename(host.home / "elsewhere")
    host.paths.run.write_text("")
    with pytest.raises(StartError) as caught:
        start(host.paths, port=host.port, engine_command=host.engine)
    assert (caught.value.exit_code, caught.value.trouble.code) == (5, "folder_unusable")


def test_a_slow_start_is_told_and_goes_on(launched: Host) -> None:
    launched.mode("wait")
    with pytest.raises(StartError) as caught:
        start(launched.paths, wait=0.3, port=launched.port, engine_command=launched.engine)
    assert (caught.value.trouble.code, caught.value.exit_code) == ("start_timeout", None)
    (launched.folder / "go").touch()
    assert start(launched.paths).state == "running"


def test_an_interpreter_that_is_gone(host: Host, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", "/nonexistent/python3")
    with pytest.raises(StartError) as caught:
        start(host.paths)
    assert caught.value.trouble.code == "start_failed"


def test_a_guard_that_does_not_stop_in_time(launched: Host) -> None:
    launched.mode("linger")
    start(launched.paths, port=launched.port, engine_command=launched.engine)
    with pytest.raises(StartError) as caught:
        stop(launched.paths, wait=0.1)
    assert caught.value.trouble.code == "stop_timeout"
    assert stop(launched.paths) is True  # asked a second time it does not wait for the engine


def test_folders_with_the_names_of_modules_are_not_imported(
    launched: Host, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("json.py", "trayapp.py", "selectors.py"):
        (tmp_path / name).write_text("raise SystemExit(99)")
    monkeypatch.chdir(tmp_path)
    assert start(launched.paths, port=launched.port, engine_command=launched.engine).state == "running"


def command(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-P", "-m", "trayapp.guard", *arguments], capture_output=True, text=True, timeout=30
    )


def test_the_command_line(host: Host) -> None:
    assert command("--port", "70000").returncode == 2
    assert command("--engine-command", "5").returncode == 2
    with socket.create_server(("127.0.0.1", host.port)):
        plain = command("--port", str(host.port))
        coded = command("--port", str(host.port), "--json-errors")
    assert plain.returncode == coded.returncode == 4
    assert plain.stderr.startswith(f"Port {host.port} is taken: ")
    assert json.loads(coded.stderr)["code"] == "port_taken"
    assert "Traceback" not in plain.stderr


def test_stopping_a_profile_that_never_ran(tmp_path: Path) -> None:
    with contextlib.closing(open_port(0)):
        assert stop(Paths(tmp_path / "c", tmp_path / "s", tmp_path / "k", tmp_path / "r")) is False
