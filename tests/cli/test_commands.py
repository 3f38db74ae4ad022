"""The commands as a user calls them: real processes, real exit codes, words instead of tracebacks."""

from __future__ import annotations

import csv
import http.client
import io
import json
import os
import re
import socket
import stat
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from trayapp.cli import COMMANDS
from trayapp.demo.vendor import VendorThread
from trayapp.guard import launch
from trayapp.platform.paths import Paths

REPO = Path(__file__).resolve().parents[2]
SCREEN = {"DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"}
Spendlight = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


@pytest.fixture
def spendlight(home: Path) -> Spendlight:
    def run(*arguments: str, stdin: str | None = None, **more: str) -> subprocess.CompletedProcess[str]:
        environment = {k: v for k, v in os.environ.items() if k not in SCREEN}
        done = subprocess.run(
            [sys.executable, "-m", "trayapp", *arguments],
            capture_output=True,
            text=True,
            input=stdin,
            stdin=subprocess.DEVNULL if stdin is None else None,
            env={**environment, "SPENDLIGHT_HOME": str(home), **more},
            cwd=REPO,
            timeout=60,
        )
        assert "Traceback" not in done.stderr
        return done

    return run


@pytest.fixture
def running(home: Path, spendlight: Spendlight) -> Iterator[Paths]:
    paths = Paths(home / "config", home / "state", home / "cache", home / "run")
    with VendorThread() as vendor:
        paths.make()
        lines = [f'{name} = "{vendor.url}"' for name in ("anthropic", "openai", "gemini", "chatgpt")]
        paths.settings.write_text("[upstreams]\n" + "\n".join(lines) + "\n")
        launch.start(paths, wait=30)
        yield paths
        launch.stop(paths)


def call(url: str, path: str, body: dict[str, Any]) -> int:
    parts = urlsplit(url)
    connection = http.client.HTTPConnection("127.0.0.1", parts.port, timeout=30)
    try:
        connection.request("POST", parts.path + path, json.dumps(body), {"x-api-key": "k"})
        reply = connection.getresponse()
        reply.read()
        return reply.status
    finally:
        connection.close()


MESSAGE = {"model": "claude-opus-5-5", "max_tokens": 9, "messages": [{"role": "user", "content": "hello"}]}


def test_start_show_call_and_stop(spendlight: Spendlight, home: Path) -> None:
    started = spendlight()
    assert started.returncode == 0, started.stderr
    assert re.search(r"Spendlight runs on 127\.0\.0\.1:\d+", started.stdout)
    assert "$0.00 today" in started.stdout
    again = spendlight("start", "--no-meter")
    assert again.returncode == 0
    for path in [*home.rglob("*")]:
        mode = stat.S_IMODE(path.lstat().st_mode)
        assert mode & 0o077 == 0, (path, oct(mode))
    assert spendlight("stop").returncode == 0
    assert spendlight("stop").returncode == 6


def test_what_was_called_is_shown_in_every_form(running: Paths, spendlight: Spendlight) -> None:
    url = spendlight("url", "anthropic", "--tool", "my-tool").stdout.strip()
    assert call(url, "/v1/messages", MESSAGE) == 200
    assert call(url, "/v1/messages", {**MESSAGE, "model": "claude-nebula-99"}) == 200
    rows = [json.loads(line) for line in spendlight("calls", "--format", "jsonl").stdout.splitlines()]
    assert [row["tool"] for row in rows] == ["my-tool"] * 2
    assert rows[0]["usd_list"] is not None
    assert rows[1]["usd_list"] is None
    table = spendlight("calls").stdout
    assert "claude-opus-5-5" in table
    assert "unpriced" in table
    exported = list(csv.DictReader(io.StringIO(spendlight("export").stdout)))
    assert [row["model_served"] for row in exported] == ["claude-opus-5-5", "claude-nebula-99"]
    assert exported[1]["usd_list"] == ""
    for form in ("plain", "json", "waybar", "xbar", "tmux", "genmon", "statusline"):
        shown = spendlight("status", "--format", form, stdin='{"model": {"display_name": "Opus 5.5"}}')
        assert shown.returncode == 0
        assert "$" in shown.stdout or form == "json"
    assert json.loads(spendlight("status", "--format", "json").stdout)["today"]["unpriced"] == 1
    assert spendlight(
        "status", "--format", "statusline", stdin='{"model": {"display_name": "Opus 5.5"}}'
    ).stdout.startswith("Opus 5.5 · ")


def test_export_to_a_file_is_private_and_whole(running: Paths, spendlight: Spendlight, tmp_path: Path) -> None:
    target = tmp_path / "out.csv"
    done = spendlight("export", "--output", str(target))
    assert done.returncode == 0
    assert target.read_text().startswith("id,started_at,")
    assert stat.S_IMODE(target.stat().st_mode) == 0o600
    assert [p.name for p in tmp_path.iterdir() if "part" in p.name] == []


def test_rows_are_there_after_everything_has_stopped(running: Paths, spendlight: Spendlight) -> None:
    url = spendlight("url", "anthropic").stdout.strip()
    assert call(url, "/v1/messages", MESSAGE) == 200
    assert spendlight("stop").returncode == 0
    assert len(spendlight("calls", "--format", "jsonl").stdout.splitlines()) == 1
    assert spendlight("status").returncode == 6
    assert spendlight("status", "--format", "tmux").stdout == "–\n"


def test_pause_and_resume(running: Paths, spendlight: Spendlight) -> None:
    assert "paused until" in spendlight("pause", "--minutes", "5").stdout
    assert "‖" in spendlight("status", "--format", "tmux").stdout
    assert spendlight("resume").returncode == 0
    assert spendlight("pause", "--minutes", "0").returncode == 2


def test_upstreams(running: Paths, spendlight: Spendlight) -> None:
    done = spendlight("upstream", "set", "gateway=https://gw.example.com/v1")
    assert done.returncode == 0
    assert "gateway     https://gw.example.com/v1   (set by you)" in done.stdout
    assert spendlight("url", "gateway").returncode == 0
    port = running.port.read_text().strip()
    loop = spendlight("upstream", "set", f"anthropic=http://127.0.0.1:{port}")
    assert loop.returncode == 2
    assert "itself" in loop.stderr
    assert spendlight("upstream", "reset").returncode == 0
    table = json.loads(spendlight("upstream", "--format", "json", "list").stdout)
    assert all(entry["default"] for entry in table.values())
    wrong = spendlight("upstream", "set", "anthropic=not-a-url")
    assert (wrong.returncode, "http://" in wrong.stderr) == (2, True)
    assert spendlight("upstream", "set", "anthropic").returncode == 2


def test_the_lines_for_a_shell(running: Paths, spendlight: Spendlight) -> None:
    lines = spendlight("url", "anthropic", "--tool", "claude-code", "--env").stdout
    assert "export ANTHROPIC_BASE_URL=http://127.0.0.1:" in lines
    assert "ANTHROPIC_DEFAULT_HAIKU_MODEL" in lines
    assert "openai_base_url" in spendlight("url", "openai", "--tool", "codex", "--env").stdout
    assert spendlight("url", "openai").stdout.rstrip().endswith("/v1")
    assert spendlight("url", "nobody").returncode == 2
    assert spendlight("url", "any", "--tool", "Bad Tool").returncode == 2


def test_a_glance_is_quick_to_start(running: Paths, home: Path) -> None:
    code = "import sys; from trayapp.cli import main; main(['status']); print('\\n'.join(sys.modules))"
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        env={**os.environ, "SPENDLIGHT_HOME": str(home)},
        cwd=REPO,
        check=True,
        timeout=60,
    )
    loaded = set(done.stdout.splitlines())
    assert not loaded & {"PySide6", "httpx", "msgspec", "asyncio", "sqlite3", "tomlkit"}


def test_wrong_use_is_told(spendlight: Spendlight) -> None:
    assert spendlight("nonsense").returncode == 2
    assert spendlight("calls", "--since", "yesterweek").returncode == 2
    assert spendlight("url", "anthropic").returncode == 6
    assert spendlight("--version").stdout.startswith("spendlight ")
    shown = spendlight("--help").stdout
    assert all(name in shown for name in COMMANDS)


def test_a_damaged_settings_file(spendlight: Spendlight, home: Path) -> None:
    (home / "config").mkdir(parents=True)
    (home / "config" / "config.toml").write_text("[proxy\n")
    done = spendlight()
    assert done.returncode == 5
    assert "config.toml" in done.stderr
    assert "→" in done.stderr
    assert (home / "config" / "config.toml").read_text() == "[proxy\n"


def test_a_port_that_is_taken(spendlight: Spendlight, home: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        (home / "config").mkdir(parents=True)
        (home / "config" / "config.toml").write_text(f"[proxy]\nport = {port}\n")
        done = spendlight()
    assert done.returncode == 4
    assert str(port) in done.stderr
    assert "→" in done.stderr


def test_a_home_that_cannot_be_written(spendlight: Spendlight, home: Path) -> None:
    home.write_text("a file where a folder should be")
    done = spendlight()
    assert done.returncode in (1, 7)
    assert str(home) in done.stderr


def test_a_second_guard_is_told(running: Paths, spendlight: Spendlight) -> None:
    done = spendlight("engine")
    assert done.returncode == 3
    assert "already" in done.stderr.lower()


def test_the_readme_names_every_command_exit_code_and_setting() -> None:
    from trayapp.settings import TABLE

    readme = (REPO / "README.md").read_text()
    for name in COMMANDS:
        assert f"`spendlight {name}" in readme or f"`{name}`" in readme, name
    for setting in TABLE:
        section, key = setting.key.split(".")
        assert f"[{section}]" in readme
        assert f"\n{key} = " in readme


def test_the_readme_names_every_code_of_our_own_answers() -> None:
    readme = (REPO / "README.md").read_text()
    sources = [*(REPO / "trayapp" / "proxy").glob("*.py"), REPO / "trayapp" / "frontdoor.py"]
    codes = {c for path in sources for c in re.findall(r"Refusal\(\s*\d+,\s*\"([a-z_]+)\"", path.read_text())}
    assert codes
    missing = {code for code in codes if f"`{code}`" not in readme}
    assert not missing


def test_an_export_leaves_pipes_devices_and_folders_what_they_are(
    running: Paths, spendlight: Spendlight, tmp_path: Path
) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    with subprocess.Popen(["cat", str(pipe)], stdout=subprocess.PIPE, text=True) as reader:
        done = spendlight("export", "--output", str(pipe))
        assert done.returncode == 0, done.stderr
        heard, _ = reader.communicate(timeout=10)
    assert heard.startswith("id,")
    assert pipe.is_fifo()
    refused = spendlight("export", "--output", str(tmp_path))
    assert (refused.returncode, refused.stdout) == (2, "")
    assert "is a folder" in refused.stderr


def test_arguments_that_are_not_text_are_answered_in_words(running: Paths, spendlight: Spendlight) -> None:
    done = spendlight("upstream", "set", "anthropic=http://ex\udcffample/")
    assert done.returncode == 2, done.stderr
    assert "upstream" in done.stderr
    assert spendlight("url", "\udcff").returncode == 2


def test_while_the_guard_relays_every_command_says_so(spendlight: Spendlight, home: Path) -> None:
    (home / "state" / "ledger.sqlite3").mkdir(parents=True)
    try:
        started = spendlight("start", "--no-meter")
        assert started.returncode == 0
        assert "ledger" in started.stderr
        for command in ("status", "pause", "resume"):
            done = spendlight(command)
            assert done.returncode == 1, command
            assert "Calls pass unmetered" in done.stderr, command
    finally:
        spendlight("stop")


def test_a_terminal_that_knows_few_letters_is_spoken_to(running: Paths, spendlight: Spendlight) -> None:
    url = spendlight("url", "anthropic").stdout.strip()
    assert call(url, "/v1/messages", MESSAGE) == 200
    for command in (("status",), ("calls",), ("upstream", "list"), ("start", "--no-tray"), ("--help",)):
        done = spendlight(*command, PYTHONIOENCODING="ascii")
        assert done.returncode == 0, (command, done.stderr)
    assert spendlight("upstream", "set", "x", PYTHONIOENCODING="ascii").returncode == 2


@pytest.mark.skipif(sys.platform == "win32", reason="a shell's redirections")
@pytest.mark.parametrize("command", ["status", "calls", "export", "doctor", "url any", "--help", "--version"])
def test_nowhere_to_write_is_no_traceback(running: Paths, home: Path, command: str) -> None:
    line = f"{sys.executable} -m trayapp {command}"
    for redirection, codes in ((">&-", {0}), (">/dev/full", {1}), (">&- 2>&-", {0})):
        done = subprocess.run(
            ["sh", "-c", f"{line} {redirection}"],
            stderr=subprocess.PIPE,
            stdin=subprocess.DEVNULL,
            text=True,
            cwd=REPO,
            env={**os.environ, "SPENDLIGHT_HOME": str(home)},
            timeout=60,
        )
        assert done.returncode in codes, (redirection, done.stderr)
        assert "Traceback" not in done.stderr
        assert "Exception ignored" not in done.stderr


def test_settings_are_set_read_and_obeyed_at_once(running: Paths, spendlight: Spendlight) -> None:
    assert spendlight("config", "set", "budget.day_usd", "33").returncode == 0
    assert json.loads(spendlight("status", "--format", "json").stdout)["budget_day_pico"] == str(33 * 10**12)
    assert spendlight("config", "get", "budget.day_usd").stdout == "33\n"
    listed = json.loads(spendlight("config", "--format", "json", "list").stdout)
    assert listed["budget.day_usd"]["value"] == 33
    assert not listed["budget.day_usd"]["default"]
    assert spendlight("config", "unset", "budget.day_usd").returncode == 0
    assert json.loads(spendlight("status", "--format", "json").stdout)["budget_day_pico"] is None
    wrong = spendlight("config", "set", "budget.day_usd", "lots")
    assert wrong.returncode == 2
    assert "budget.day_usd" in wrong.stderr
    assert spendlight("config", "get", "no.such").returncode == 2
