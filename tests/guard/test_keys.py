"""Virtual keys in the guard: kept in memory from one engine, used by the relay, and nowhere to be read."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from trayapp.guard.child import Child
from trayapp.virtualkeys import register
from trayapp.virtualkeys.frames import frame
from trayapp.virtualkeys.handover import encode
from trayapp.virtualkeys.register import VirtualKey
from trayapp.virtualkeys.swap import Known, Table

Host = Any
REAL = "sk-c4naryC4NARYc4nary"


def hand(host: Host, upstream: Any, *, count: int = 1, why: str = "") -> str:
    """The frame that the next fake engine sends, and a register with those keys; returns a virtual key."""
    virtuals = [register.new_key("openai") for _ in range(count)]
    keys = [
        VirtualKey(
            name=f"k{n}",
            vendor="openai",
            upstream=f"http://127.0.0.1:{upstream.port}",
            carriers=register.CARRIERS["openai"],
            fingerprint=register.fingerprint("install", virtual.encode()),
            made_us=n,
        )
        for n, virtual in enumerate(virtuals)
    ]
    table = Table("install", {key.fingerprint: Known(key, None if why else REAL, why) for key in keys})
    (host.folder / "frame").write_bytes(frame(encode(table)))
    host.paths.make()
    host.paths.virtual_keys.write_bytes(register.text_of(tuple(keys)))
    return virtuals[-1]


def ask(host: Host, kit: SimpleNamespace, virtual: str) -> bytes:
    head = f"X-Odd:  two\r\nAuthorization: Bearer {virtual}\r\n".encode()
    return bytes(kit.get(host.port, data=kit.request(host.port, b"{}", head=head)))


def code(answer: bytes) -> tuple[int, str]:
    return int(answer.split()[1]), answer.partition(b"X-Spendlight-Error: ")[2].partition(b"\r\n")[0].decode()


@pytest.mark.parametrize("count", [1, 1500])
def test_the_relay_goes_on_with_the_keys_of_the_last_engine(
    host: Host, kit: SimpleNamespace, upstream: Any, count: int
) -> None:
    kit.write_routes(host.paths, f"http://127.0.0.1:{upstream.port}")
    virtual = hand(host, upstream, count=count)  # 1500 keys are more than a pipe holds at once
    host.mode("keys")
    state = host.start()
    kit.until((host.folder / "sent").exists)
    host.mode("crash")
    os.kill(state.engine_pid, signal.SIGKILL)
    host.wait("relaying")
    assert code(ask(host, kit, virtual)) == (200, "")
    assert upstream.heads[-1] == (
        b"POST /v1/chat/completions HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nContent-Length: 2\r\nX-Odd: two\r\n"
        b"Authorization: Bearer %b\r\nConnection: close" % (upstream.port, REAL.encode())
    )
    assert code(ask(host, kit, register.new_key("openai"))) == (401, "unknown_key")
    # Another key of the relay's own making: a restarted relay gets them too.
    children = Path(f"/proc/{host.process.pid}/task/{host.process.pid}/children")
    [relay] = children.read_text().split()
    os.kill(int(relay), signal.SIGKILL)
    kit.until(lambda: children.read_text().split() not in ([relay], []))
    assert code(ask(host, kit, virtual)) == (200, "")
    # What its owner has removed since is worth nothing, though no engine could say so.
    host.paths.virtual_keys.write_text('{"keys": []}')
    assert code(ask(host, kit, virtual)) == (401, "unknown_key")
    [relay] = children.read_text().split()
    shown = [
        Path(f"/proc/{pid}/{name}").read_bytes() for pid in (relay, host.process.pid) for name in ("cmdline", "environ")
    ]
    assert not any(REAL.encode() in each for each in shown)
    kept = [p for p in host.home.rglob("*") if p.is_file() and p.name != "frame" and REAL.encode() in p.read_bytes()]
    assert kept == []
    assert virtual not in host.log()


def test_the_guard_carries_keys_and_loads_nothing_to_read_them() -> None:
    """It starts before all else: what it loads, every start waits for."""
    code = "import sys, trayapp.guard.__main__, trayapp.guard.supervise; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-P", "-c", code], capture_output=True, text=True, timeout=30, check=True)
    loaded = set(done.stdout.split())
    assert "trayapp.virtualkeys.frames" in loaded
    assert not loaded & {"trayapp.virtualkeys.swap", "trayapp.virtualkeys.register", "trayapp.frontdoor", "hashlib"}


def test_a_cold_start_without_an_engine_says_what_to_do(host: Host, kit: SimpleNamespace, upstream: Any) -> None:
    kit.write_routes(host.paths, f"http://127.0.0.1:{upstream.port}")
    virtual = hand(host, upstream)
    host.mode("crash")
    host.start("relaying")
    answer = ask(host, kit, virtual)
    assert code(answer) == (503, "key_not_available")
    error = json.loads(answer.partition(b"\r\n\r\n")[2])["error"]
    assert (error["type"], error["code"]) == ("server_error", "key_not_available")
    assert "spendlight keys remove NAME --print" in error["message"]
    # A tool with its own key goes on.
    own = kit.request(host.port, b"{}", head=b"Authorization: Bearer sk-own\r\n")
    assert code(kit.get(host.port, data=own)) == (200, "")
    assert len(upstream.heads) == 1


def test_keys_from_an_engine_that_never_got_ready_reach_the_relay_that_runs(
    host: Host, kit: SimpleNamespace, upstream: Any
) -> None:
    kit.write_routes(host.paths, f"http://127.0.0.1:{upstream.port}")
    virtual = hand(host, upstream)
    host.mode("crash")
    host.start("relaying", retry=0.3)
    assert code(ask(host, kit, virtual)) == (503, "key_not_available")
    host.mode("keys-crash")
    kit.until(lambda: code(ask(host, kit, virtual)) == (200, ""))


def test_a_newer_engine_replaces_the_keys(host: Host, kit: SimpleNamespace, upstream: Any) -> None:
    kit.write_routes(host.paths, f"http://127.0.0.1:{upstream.port}")
    old = hand(host, upstream)
    host.mode("keys")
    state = host.start()
    kit.until((host.folder / "sent").exists)
    new = hand(host, upstream)
    (host.folder / "sent").unlink()
    os.kill(state.engine_pid, signal.SIGKILL)
    host.wait("running", deaths=1)
    kit.until((host.folder / "sent").exists)
    host.mode("crash")
    os.kill(host.starts()[-1], signal.SIGKILL)
    host.wait("relaying")
    assert code(ask(host, kit, old)) == (401, "unknown_key")
    assert code(ask(host, kit, new)) == (200, "")


def test_a_key_whose_real_one_could_not_be_had(host: Host, kit: SimpleNamespace, upstream: Any) -> None:
    kit.write_routes(host.paths, f"http://127.0.0.1:{upstream.port}")
    virtual = hand(host, upstream, why="the keyring is locked")
    host.mode("keys-crash")
    host.start("relaying")
    answer = ask(host, kit, virtual)
    assert code(answer) == (503, "key_not_available")
    assert b"the keyring is locked" in answer
    assert upstream.heads == []


def test_nonsense_from_a_child_is_an_end(host: Host, kit: SimpleNamespace) -> None:
    (host.folder / "frame").write_bytes(b"K\xff\xff\xff\xff")
    host.mode("keys")
    host.spawn(start=1.0)
    kit.until((host.folder / "sent").exists)
    host.mode("ok")
    # It is silent from then on, and so it is replaced.
    assert host.wait("running", deaths=1).engine_pid == host.starts()[-1]


def test_a_child_that_has_ended_takes_nothing(kit: SimpleNamespace, tmp_path: Path) -> None:
    listening = SimpleNamespace(sockets=[])
    child = Child.start("relay", ["/bin/true"], listening, os.open(os.devnull, os.O_WRONLY))  # type: ignore[arg-type]
    kit.until(lambda: child.code() is not None)
    child.hand_over(b"x" * 100_000)
    child.go_on()
    child.close()
