"""``spendlight tools``, ``connect``, ``disconnect`` and ``run`` as a user calls them, each a process of its own."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from trayapp.guard import launch
from trayapp.platform import paths as places

Called = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def programs(home: Path) -> Path:
    """A folder on PATH with a ``claude`` and a ``codex`` that say how they were started."""
    folder = home / "bin"
    folder.mkdir()
    for name in ("claude", "codex"):
        (folder / name).write_text('#!/bin/sh\necho "$0 $*"\nenv\nexit 7\n')
        (folder / name).chmod(0o755)
    return folder


@pytest.fixture
def call(home: Path, programs: Path) -> Iterator[Called]:
    """Call a command; what it started is stopped at the end."""

    def run(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
        base = {k: v for k, v in os.environ.items() if k in ("HOME", "SPENDLIGHT_HOME", "LANG")}
        base |= {"PATH": f"{programs}:/usr/bin:/bin", "SHELL": "/bin/bash", **environment}
        own = ("--no-autostart",) if arguments[0] == "connect" else ()  # its own tests are elsewhere
        command = [sys.executable, "-P", "-m", "trayapp", *arguments, *own]
        done = subprocess.run(command, env=base, capture_output=True, text=True, timeout=60, stdin=subprocess.DEVNULL)
        assert "Traceback" not in done.stderr
        return done

    yield run
    launch.stop(places.find())


def test_from_nothing_to_connected_and_back(call: Called, home: Path) -> None:
    settings = home / "user" / ".claude" / "settings.json"
    settings.parent.mkdir(mode=0o700)
    settings.write_text('{\n  "model": "opus"\n}\n')
    before = settings.read_bytes()
    dry = call("connect", "claude-code", "--dry-run")
    assert (dry.returncode, "was never started here" in dry.stderr) == (0, True)
    assert '+    "ANTHROPIC_BASE_URL": "http://127.0.0.1:27410/…/anthropic.claude-code"' in dry.stdout
    assert not (home / "state" / "port").exists()
    done = call("connect", "claude")
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    assert lines[0] == "Claude Code is connected (base-url: with a key, a token or a Claude plan)."
    assert f"  changed: {settings}" in lines
    assert any("Remote Control" in line for line in lines)
    address = json.loads(settings.read_text())["env"]["ANTHROPIC_BASE_URL"]
    with socket.create_connection(("127.0.0.1", int(address.split(":")[2].split("/")[0])), 5):
        pass  # connecting has started the guard
    shown = call("tools", "--format", "json")
    stands = {tool["tool"]: tool for tool in json.loads(shown.stdout)}
    assert (stands["claude-code"]["standing"], stands["claude-code"]["mode"]) == ("connected", "base-url")
    assert stands["codex"]["standing"] == "not connected"
    dry = call("disconnect", "claude-code", "--dry-run")
    assert '-    "ANTHROPIC_BASE_URL": "http://127.0.0.1:' in dry.stdout
    assert address.split("/")[3] not in dry.stdout + done.stdout
    assert settings.read_bytes() != before
    back = call("disconnect", "claude-code")
    assert (back.returncode, back.stdout) == (0, f"{settings} (claude-code): as it was, byte for byte.\n")
    assert settings.read_bytes() == before
    assert call("disconnect", "claude-code").stdout == "claude-code is not connected.\n"


def test_a_dry_run_shows_the_difference_and_writes_nothing(call: Called, home: Path) -> None:
    assert call("connect", "codex", "--force").returncode == 0
    before = {p: p.read_bytes() for p in (home / "user").rglob("*") if p.is_file()}
    dry = call("connect", "claude-code", "--dry-run")
    assert dry.returncode == 0, dry.stderr
    assert dry.stdout.startswith("--- /dev/null\n+++ ")
    assert '+    "ANTHROPIC_DEFAULT_HAIKU_MODEL": "claude-haiku-5-5"' in dry.stdout
    assert {p: p.read_bytes() for p in (home / "user").rglob("*") if p.is_file()} == before


def test_what_cannot_be_done_is_said(call: Called, home: Path) -> None:
    unknown = call("connect", "nonesuch")
    assert (unknown.returncode, "There is no tool called 'nonesuch'" in unknown.stderr) == (2, True)
    missing = call("connect", "codex", PATH="/usr/bin:/bin")
    assert (missing.returncode, "--force" in missing.stderr) == (1, True)
    mode = call("connect", "codex", "--mode", "magic")
    assert (mode.returncode, "It has: base-url" in mode.stderr) == (2, True)
    assert call("disconnect").returncode == 2
    assert call("disconnect", "--all").stdout == "No tool is connected.\n"


def test_all_tools_and_the_line_in_the_start_file(call: Called, home: Path) -> None:
    (home / "user" / ".bashrc").write_text("alias l=ls\n")
    for name in ("claude-code", "codex", "sdk"):
        assert call("connect", name).returncode == 0
    new_shell = subprocess.run(
        ["bash", "-ic", "echo $OPENAI_BASE_URL"], env={"HOME": str(home / "user")}, capture_output=True, text=True
    )
    assert new_shell.stdout.startswith("http://127.0.0.1:")
    back = call("disconnect", "--all")
    assert back.returncode == 0, back.stderr
    left = sorted(str(p.relative_to(home / "user")) for p in (home / "user").rglob("*") if p.is_file())
    assert left == [".bashrc"]
    assert (home / "user" / ".bashrc").read_text() == "alias l=ls\n"


def test_restore_takes_variables_too_and_survives_a_damaged_list(call: Called, home: Path) -> None:
    assert call("connect", "sdk").returncode == 0
    (home / "config" / "shell" / "tools.json").write_text("{")
    done = call("restore", "--all")
    assert done.returncode == 0, done.stderr
    assert not (home / "user" / ".bashrc").exists()
    assert not (home / "config" / "shell" / "env.sh").exists()


@pytest.mark.parametrize("name", ["claude", "codex"])
def test_one_start_of_a_known_tool(call: Called, home: Path, programs: Path, name: str) -> None:
    done = call("run", "--", name, "-p", "it's", MINE="1")
    assert done.returncode == 7, done.stderr
    first, *lines = done.stdout.splitlines()
    got = dict(line.partition("=")[::2] for line in lines)
    assert got["MINE"] == "1"
    if name == "claude":
        assert first == f"{programs / 'claude'} -p it's"
        assert got["ANTHROPIC_BASE_URL"].endswith("/anthropic.claude-code")
        assert got["ANTHROPIC_DEFAULT_HAIKU_MODEL"] == "claude-haiku-5-5"
    else:
        assert first.startswith(f'{programs / "codex"} -c openai_base_url="http://127.0.0.1:')
        assert first.endswith("/openai.codex/v1\" -p it's")
    assert list((home / "user").iterdir()) == []


def test_one_start_of_anything_else(call: Called) -> None:
    done = call("run", "--", "env", ANTHROPIC_DEFAULT_HAIKU_MODEL="mine")
    got = dict(line.partition("=")[::2] for line in done.stdout.splitlines())
    assert got["OPENAI_BASE_URL"].endswith("/openai/v1")
    assert got["ANTHROPIC_DEFAULT_HAIKU_MODEL"] == "mine"
    assert call("run", "--tool", "claude-code", "--", "env").stdout.count("/anthropic.claude-code") == 1
    assert call("run").returncode == 2
    assert call("run", "--", "no-such-command").returncode == 1


def test_one_start_goes_on_when_spendlight_cannot(call: Called, home: Path) -> None:
    (home / "config").mkdir(exist_ok=True)
    (home / "config" / "config.toml").write_text("[broken\n")
    done = call("run", "--", "claude", "hello")
    assert done.returncode == 7
    assert done.stdout.startswith(str(home / "bin" / "claude") + " hello")
    assert "ANTHROPIC_BASE_URL" not in done.stdout
    assert "runs without it, unmetered" in done.stderr


def test_one_start_of_a_tool_that_cannot_be_led_now_goes_on(call: Called, programs: Path) -> None:
    (programs / "gemini").symlink_to(programs / "claude")
    done = call("run", "--", "gemini", "hello")
    assert (done.returncode, done.stdout.startswith(f"{programs / 'gemini'} hello")) == (7, True)
    assert "has not been told how it signs in" in done.stderr
    assert "The command runs as it is, unmetered." in done.stderr


def test_a_dry_run_does_not_show_what_would_be_refused(call: Called, home: Path) -> None:
    assert call("connect", "claude").returncode == 0
    (home / "user" / ".claude" / "settings.json").write_text("{}")
    dry = call("connect", "claude", "--dry-run")
    assert (dry.returncode, "You have taken this out before" in dry.stderr, dry.stdout) == (1, True, "")
    assert call("connect", "claude", "--dry-run", "--again").stdout.startswith("--- ")


def test_a_tool_that_was_led_here_by_hand_is_told_of(call: Called, home: Path) -> None:
    assert call("start").returncode == 0
    address = call("url", "anthropic", "--tool", "claude-code").stdout.splitlines()[0]
    settings = home / "user" / ".claude" / "settings.json"
    settings.parent.mkdir(mode=0o700)
    settings.write_text(json.dumps({"env": {"ANTHROPIC_BASE_URL": address}}))
    assert "led here by hand" in call("tools").stdout
    back = call("disconnect", "claude")
    assert (back.returncode, "still leads to Spendlight" in back.stderr) == (1, True)
    assert address.split("/")[3] not in back.stderr + back.stdout
    stopped = call("stop")
    assert (stopped.returncode, "led here by hand and reach nobody now: claude-code" in stopped.stderr) == (8, True)


def test_without_a_start_at_login_that_the_user_declined_nothing_is_wrong(call: Called, home: Path) -> None:
    assert call("connect", "codex", "--force").returncode == 0
    shown = json.loads(call("autostart", "--format", "json").stdout)
    assert (shown["state"], shown["tools"]) == ("declined", ["codex"])
    assert "Until it is started" in shown["notes"][0]
