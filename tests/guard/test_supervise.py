"""The guard as a process over a fake engine: deaths, hangs, crash loops, signals, its own end."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import stat
import subprocess
import sys
import threading
import time
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from trayapp.guard.sockets import open_port
from trayapp.platform.guardstate import read_state

Host = Any


def test_it_serves_on_both_loopback_addresses_and_says_so(host: Host, kit: SimpleNamespace) -> None:
    state = host.start()
    assert state.pid == host.process.pid
    assert state.engine_pid == host.starts()[-1]
    assert (state.port, state.deaths, state.trouble) == (host.port, 0, None)
    assert kit.get(host.port).endswith(b"ok %d" % state.engine_pid)
    if state.v6:
        assert kit.get(host.port, "::1").endswith(b"ok %d" % state.engine_pid)
    assert stat.S_IMODE(host.paths.guard_state.stat().st_mode) == 0o600
    assert stat.S_IMODE((host.paths.log / "engine.log").stat().st_mode) == 0o600


def test_no_connect_is_refused_while_the_engine_is_killed_twenty_times(host: Host, kit: SimpleNamespace) -> None:
    host.start()
    descriptors = Path(f"/proc/{host.process.pid}/fd")
    before = len(list(descriptors.iterdir()))
    stop = threading.Event()
    counts = {"ok": 0, "cut": 0, "refused": 0}
    gaps: list[float] = []

    def client() -> None:
        while not stop.is_set():
            begun = time.monotonic()
            try:
                done = kit.get(host.port).startswith(b"HTTP/1.1 200")
                counts["ok" if done else "cut"] += 1
                gaps.append(time.monotonic() - begun)
            except ConnectionRefusedError:
                counts["refused"] += 1
            except OSError:
                counts["cut"] += 1

    thread = threading.Thread(target=client)
    thread.start()
    try:
        for n in range(20):
            state = host.wait("running", deaths=n)
            served = counts["ok"]
            kit.until(lambda at=served: counts["ok"] > at)
            os.kill(state.engine_pid, signal.SIGKILL)
        host.wait("running", deaths=20)
    finally:
        stop.set()
        thread.join()
    assert counts["refused"] == 0
    assert counts["ok"] >= 20
    assert len(list(descriptors.iterdir())) == before
    print(f"\nrestart gap as a client sees it: longest {max(gaps) * 1000:.0f} ms; {counts}")


@pytest.mark.parametrize("how", ["stopped", "silent"])
def test_a_hung_engine_is_replaced(host: Host, kit: SimpleNamespace, how: str) -> None:
    if how == "silent":
        host.mode("hang")
    state = host.start()
    host.mode("ok")
    begun = time.monotonic()
    if how == "stopped":
        os.kill(state.engine_pid, signal.SIGSTOP)
    else:
        with contextlib.suppress(OSError):
            kit.get(host.port)  # the loop hangs after its first call
    new = host.wait("running", deaths=1)
    assert time.monotonic() - begun <= 3.5
    assert new.engine_pid != state.engine_pid
    assert not kit.alive(state.engine_pid)
    assert kit.get(host.port).endswith(b"ok %d" % new.engine_pid)


def test_an_engine_that_never_gets_ready_is_a_crash_loop(host: Host) -> None:
    host.mode("slow")
    state = host.start("relaying", start=0.3)
    assert state.deaths == 3
    assert state.trouble.code == "engine_crash_loop"
    assert "SIGKILL" in state.trouble.message


def test_crash_loop_then_relay_then_hand_back(host: Host, kit: SimpleNamespace, upstream: Any) -> None:
    kit.write_routes(host.paths, f"http://127.0.0.1:{upstream.port}")
    go_on = threading.Event()

    def stream(plug: socket.socket, data: bytes) -> None:
        upstream.requests.append(data.partition(b"\r\n\r\n")[0] + b"\r\n\r\n" + kit.body_of(plug, data))
        plug.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nfirst\r\n")
        go_on.wait(kit.PATIENCE)
        plug.sendall(b"4\r\nlast\r\n0\r\n\r\n")

    upstream.script = stream
    state = host.start()
    host.mode("crash")
    begun = time.monotonic()
    os.kill(state.engine_pid, signal.SIGKILL)
    state = host.wait("relaying")
    assert time.monotonic() - begun < 2.0
    assert state.trouble.code == "engine_crash_loop"
    relay_children = Path(f"/proc/{host.process.pid}/task/{host.process.pid}/children").read_text().split()
    assert len(relay_children) == 1
    with socket.create_connection(("127.0.0.1", host.port), kit.PATIENCE) as plug:
        plug.sendall(kit.request(host.port, b'{"a": 1}', head=b"X-Odd:  two\r\nx-odd: One\r\n"))
        seen = b""
        while b"first" not in seen:
            seen += plug.recv(65536)
        host.mode("ok")
        host.signal(signal.SIGHUP)
        new = host.wait("running")
        assert new.trouble is None
        # The engine serves what is new; the relay's stream goes on and ends as it should.
        assert kit.get(host.port).endswith(b"ok %d" % new.engine_pid)
        assert kit.alive(int(relay_children[0]))
        go_on.set()
        seen += kit.read_all(plug)
    assert seen.endswith(b"5\r\nfirst\r\n4\r\nlast\r\n0\r\n\r\n")
    kit.until(lambda: not kit.alive(int(relay_children[0])))
    assert upstream.requests == [
        b"POST /v1/chat/completions HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nContent-Length: 8\r\n"
        b'X-Odd: two\r\nx-odd: One\r\nConnection: close\r\n\r\n{"a": 1}' % upstream.port
    ]
    [line] = kit.spool(host.paths)
    assert (line["vendor"], line["outcome"], line["status"]) == ("openai", "done", 200)
    assert (line["bytes_up"], line["bytes_down"]) == (8, 9)


def test_the_engine_is_tried_again_while_the_relay_serves(host: Host, kit: SimpleNamespace) -> None:
    host.mode("crash")
    host.start("relaying", retry=0.4)
    host.mode("ok")
    state = host.wait("running")
    assert state.deaths >= 3
    assert kit.get(host.port).endswith(b"ok %d" % state.engine_pid)


def test_the_relay_is_restarted_when_it_dies(host: Host, kit: SimpleNamespace) -> None:
    host.mode("crash")
    host.start("relaying")
    children = Path(f"/proc/{host.process.pid}/task/{host.process.pid}/children")
    [relay] = children.read_text().split()
    os.kill(int(relay), signal.SIGKILL)
    assert kit.get(host.port).startswith(b"HTTP/1.1 400")
    host.wait("relaying")
    assert children.read_text().split() != [relay]


def test_exit_code_0_ends_the_guard(host: Host) -> None:
    host.mode("exit 0")
    host.spawn()
    assert host.end() == (0, "")
    assert len(host.starts()) == 1


@pytest.mark.parametrize(("mode", "code"), [("exit 11", "engine_gave_up"), ("refuse 12", "bad")])
def test_an_engine_that_asks_not_to_be_restarted(host: Host, kit: SimpleNamespace, mode: str, code: str) -> None:
    host.mode(mode)
    state = host.start("relaying")
    assert (len(host.starts()), state.deaths, state.trouble.code) == (1, 1, code)
    if code == "bad":
        assert state.trouble.line == "Bad: It is bad. Mend it."
    assert state.engine_pid is None
    host.mode("ok")
    host.signal(signal.SIGUSR1)
    assert host.wait("running").trouble is None


def test_an_engine_that_cannot_be_started_at_all(host: Host, kit: SimpleNamespace) -> None:
    host.paths.make()
    arguments = {"port": host.port, "engine": ["/nonexistent/engine"], "timing": {}}
    host.process = subprocess.Popen(
        [sys.executable, str(Path(__file__).parent / "guard_host.py"), json.dumps(arguments)], stderr=subprocess.PIPE
    )
    assert host.wait("relaying").trouble.code == "engine_crash_loop"


def test_new_code_takes_over_on_the_same_sockets(host: Host, kit: SimpleNamespace) -> None:
    old = host.start()
    host.signal(signal.SIGHUP)
    kit.until(lambda: len(host.starts()) == 2)
    new = host.wait("running", engine_pid=host.starts()[1])
    assert new.deaths == 0
    assert not kit.alive(old.engine_pid)
    assert kit.get(host.port).endswith(b"ok %d" % new.engine_pid)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_stops_in_order(host: Host, kit: SimpleNamespace, number: int) -> None:
    state = host.start()
    host.signal(number)
    assert host.end() == (0, "")
    assert not kit.alive(state.engine_pid)
    assert not host.paths.guard_state.exists()
    assert read_state(host.paths) is None
    with pytest.raises(ConnectionRefusedError):
        kit.get(host.port)


def test_an_engine_that_ignores_the_request_to_stop_is_killed(host: Host, kit: SimpleNamespace) -> None:
    host.mode("linger")
    state = host.start(stop=0.3)
    host.signal(signal.SIGTERM)
    assert host.end()[0] == 0
    assert not kit.alive(state.engine_pid)
    assert "did not stop" in host.log()


def test_a_second_request_to_stop_does_not_wait(host: Host, kit: SimpleNamespace) -> None:
    host.mode("linger")
    state = host.start(stop=600)
    host.signal(signal.SIGTERM)
    host.wait("stopping")
    host.signal(signal.SIGTERM)
    assert host.end()[0] == 0
    assert not kit.alive(state.engine_pid)


def test_a_suspended_machine_is_not_a_hung_engine(host: Host) -> None:
    state = host.start()
    os.kill(host.process.pid, signal.SIGSTOP)
    os.kill(state.engine_pid, signal.SIGSTOP)
    # Time has to pass while both stand still; nothing could announce it.
    time.sleep(2.3)
    os.kill(host.process.pid, signal.SIGCONT)
    host.signal(signal.SIGURG)  # any wake-up: the guard looks before the engine can beat
    time.sleep(0.2)
    os.kill(state.engine_pid, signal.SIGCONT)
    time.sleep(0.7)
    now = host.wait("running")
    assert (now.engine_pid, now.deaths) == (state.engine_pid, 0)


def test_when_the_guard_is_killed_the_engine_ends_and_the_port_closes(host: Host, kit: SimpleNamespace) -> None:
    state = host.start()
    host.process.kill()
    assert host.end()[0] == -signal.SIGKILL
    kit.until(lambda: not kit.alive(state.engine_pid))
    with pytest.raises(ConnectionRefusedError):
        kit.get(host.port)
    assert read_state(host.paths) is None  # though the file is still there
    assert host.start().deaths == 0


def test_when_the_guard_is_killed_the_relay_ends_too(host: Host, kit: SimpleNamespace) -> None:
    host.mode("crash")
    host.start("relaying")
    [relay] = Path(f"/proc/{host.process.pid}/task/{host.process.pid}/children").read_text().split()
    host.process.kill()
    kit.until(lambda: not kit.alive(int(relay)))
    with pytest.raises(ConnectionRefusedError):
        kit.get(host.port)


def test_a_second_guard_says_that_one_runs(host: Host) -> None:
    first = host.start()
    with contextlib.closing(open_port(0)) as free:
        other = free.port
    process = host.process
    host.spawn(port=other)
    code, text = host.end()
    assert code == 3
    assert text.startswith(f"Spendlight is already running: Its guard serves this profile (process {first.pid}).")
    assert text.count("\n") == 1
    host.process = process
    assert host.wait("running").engine_pid == first.engine_pid


def test_a_fixed_port_that_is_taken(host: Host) -> None:
    with socket.create_server(("127.0.0.1", host.port)):
        host.spawn(port_patience=0.1)
        code, text = host.end()
    assert code == 4
    assert text.startswith(f"Port {host.port} is taken: ")
    assert "`proxy.port`" in text
    assert not host.starts()
    assert not host.paths.guard_state.exists()


def test_a_port_that_is_given_back_in_time(host: Host) -> None:
    with socket.create_server(("127.0.0.1", host.port)):
        host.spawn()
    assert host.wait("running").port == host.port


def test_a_run_folder_that_is_a_file(host: Host) -> None:
    host.paths.run.write_text("")
    host.spawn()
    code, text = host.end()
    assert code == 5
    assert text.startswith(f"Spendlight cannot use its folder: {host.paths.run}")
    assert text.count("\n") == 1


def test_a_run_folder_that_others_may_write_to(host: Host) -> None:
    host.paths.make()
    host.paths.run.chmod(0o777)
    host.spawn()
    code, text = host.end()
    assert code == 5
    assert "not yours alone" in text


def test_a_state_file_that_cannot_be_written_stops_nothing(host: Host, kit: SimpleNamespace) -> None:
    host.paths.make()
    host.paths.guard_state.mkdir()
    host.spawn()
    kit.until(host.starts)
    assert kit.get(host.port).startswith(b"HTTP/1.1 200")
    assert read_state(host.paths).state == "starting"
    assert "the state file cannot be written" in host.log()
