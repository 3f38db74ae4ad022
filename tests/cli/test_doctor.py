"""``spendlight doctor``: each link that is broken is found, named with what to do, and mended where that is offered."""

from __future__ import annotations

import contextlib
import json
import os
import random
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from trayapp.demo.vendor import VendorThread
from trayapp.guard import launch
from trayapp.platform import paths as places
from trayapp.platform.paths import Paths

Called = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def vendor() -> Iterator[VendorThread]:
    with VendorThread() as running:
        yield running


def free_port() -> int:
    """A port that no other profile on this machine will take while ours is stopped."""
    while True:
        port = random.randrange(28000, 32000)
        with socket.socket() as plug, contextlib.suppress(OSError):
            plug.bind(("127.0.0.1", port))
            return port


@pytest.fixture
def paths(home: Path, vendor: VendorThread) -> Iterator[Paths]:
    """A profile whose vendors are simulated, with nothing running yet."""
    found = places.find()
    found.make()
    port = free_port()
    found.settings.write_text(
        f'[proxy]\nport = {port}\n[upstreams]\nanthropic = "{vendor.url}"\nopenai = "{vendor.url}"\n'
    )
    yield found
    launch.stop(found)


@pytest.fixture
def call(paths: Paths) -> Called:
    def run(*arguments: str, told: str = "") -> subprocess.CompletedProcess[str]:
        base = {k: v for k, v in os.environ.items() if k in ("HOME", "SPENDLIGHT_HOME", "LANG")}
        own = ("--no-autostart",) if arguments[0] == "connect" else ()  # its own tests are elsewhere
        command = [sys.executable, "-P", "-m", "trayapp", *arguments, *own]
        environment = base | {"PATH": "/usr/bin:/bin", "SHELL": "/bin/bash"}
        done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60, input=told)
        assert "Traceback" not in done.stderr
        return done

    return run


def look(call: Called, *options: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """Links and findings, by name and by code."""
    document = json.loads(call("doctor", "--format", "json", *options).stdout)
    return {n["link"]: n for n in document["links"]}, {f["code"]: f for f in document["findings"]}


def test_all_is_well(call: Called, paths: Paths, vendor: VendorThread) -> None:
    for tool in ("claude-code", "codex", "sdk"):
        assert call("connect", tool, "--force").returncode == 0
    vendor.counted.clear()
    links, _ = look(call)
    names = ("settings", "folders", "port", "guard", "engine", "ledger", "tool:claude-code", "tool:codex", "tool:sdk")
    assert {name: links[name]["state"] for name in names} == dict.fromkeys(names, "ok")
    assert links["call:claude-code"]["state"] == links["call:codex"]["state"] == "ok"
    asked = [(c.method, c.path) for c in vendor.counted.calls()]
    # Claude Code, Codex, and the two routes of the variables for other programs that are led to this vendor.
    assert asked == [("GET", "/v1/models")] * 4
    assert json.loads(call("calls", "--format", "json").stdout) == []  # such a call is no row


def test_offline_asks_nobody(call: Called, vendor: VendorThread) -> None:
    call("connect", "codex", "--force")
    vendor.counted.clear()
    links, _ = look(call, "--offline")
    assert not any(name.startswith("call:") for name in links)
    assert vendor.counted.calls() == []


def test_nothing_runs_and_it_is_started_when_agreed(call: Called, paths: Paths) -> None:
    call("connect", "codex", "--force")
    launch.stop(paths)
    done = call("doctor")
    assert done.returncode == 1
    assert "✗ guard" in done.stdout
    links, findings = look(call)
    assert links["guard"]["repair"] == "start Spendlight"
    assert findings["tools_reach_nobody"]["fix"].startswith("spendlight start; or, to lead them back")
    assert findings["nobody_answers"]["title"] == "Codex CLI does not reach openai"
    refused = call("doctor", "--repair", told="n\n")
    assert (refused.returncode, "Shall I start Spendlight? [y/N]" in refused.stderr) == (1, True)
    mended = call("doctor", "--repair", "--offline", told="y\n")
    assert "Spendlight runs on 127.0.0.1:" in mended.stdout
    assert look(call)[0]["guard"]["state"] == "ok"


def test_a_tool_at_a_former_address_is_led_to_the_present_one(call: Called, paths: Paths) -> None:
    call("connect", "codex", "--force")
    launch.stop(paths)
    paths.token.write_text("n" * 43)
    call("start", "--no-tray", "--no-meter")
    links, findings = look(call)
    assert links["tool:codex"]["state"] == "broken"
    assert findings["stale_address"]["fix"] == "spendlight connect codex"
    assert findings["bad_token"]["title"] == "Codex CLI does not reach openai"
    done = call("doctor", "--repair", "--yes")
    assert "Codex CLI is led to the present address." in done.stdout
    links, _ = look(call)
    assert links["tool:codex"]["state"] == links["call:codex"]["state"] == "ok"


def test_what_was_changed_by_hand_is_told_and_not_mended(call: Called, home: Path) -> None:
    call("connect", "codex", "--force")
    config = home / "user" / ".codex" / "config.toml"
    config.write_text("# mine\n")
    links, findings = look(call)
    assert (links["tool:codex"]["state"], links["tool:codex"]["repair"]) == ("warning", None)
    assert "spendlight connect codex --again" in findings["changed_by_hand"]["fix"]
    assert "call:codex" not in links
    assert config.read_text() == "# mine\n"


def test_a_vendor_that_cannot_be_reached(call: Called, paths: Paths, vendor: VendorThread) -> None:
    call("connect", "claude-code", "--force")
    vendor.stop()
    _, findings = look(call)
    assert findings["upstream_unreachable"]["title"] == "Claude Code does not reach anthropic"


def test_an_engine_that_cannot_work(call: Called, paths: Paths) -> None:
    call("start", "--no-tray", "--no-meter")
    launch.stop(paths)
    paths.ledger.unlink()
    paths.ledger.mkdir()
    launch.start(paths, wait=30)
    links, findings = look(call)
    assert links["engine"]["state"] == "broken"
    assert "unmetered" in links["engine"]["text"]
    assert any(f["severity"] == "error" for f in findings.values())


@pytest.mark.parametrize("damage", [b"no database at all" * 100, None])
def test_a_damaged_ledger(call: Called, paths: Paths, damage: bytes | None) -> None:
    call("start", "--no-tray", "--no-meter")
    launch.stop(paths)
    data = bytearray(paths.ledger.read_bytes())
    if damage is None:
        data[4096:8192] = b"\xff" * 4096
    paths.ledger.write_bytes(damage or bytes(data))
    links, findings = look(call)
    assert links["ledger"]["state"] == "broken"
    assert "ledger_damaged" in findings


def test_settings_that_cannot_be_read(call: Called, paths: Paths) -> None:
    paths.settings.write_text("[broken\n")
    links, findings = look(call)
    assert links["settings"]["state"] == "broken"
    assert "bad_settings" in findings
