"""Life beyond the tray: logins, kills, a removed environment, a taken port. Whatever happens, a connected tool reaches
its vendor, or somebody says that it does not.

Each test has an environment of its own (a real virtual environment with a copy of the package), a systemd user manager
of its own, a simulated vendor, and a tool whose file was edited through the desk.
"""

from __future__ import annotations

import http.client
import json
import os
import shutil
import signal
import socket
import subprocess
import sysconfig
import time
import venv
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from trayapp import frontdoor
from trayapp.control import Address, Client
from trayapp.demo.vendor import SimulatedVendor, VendorThread
from trayapp.guard import launch
from trayapp.platform import autostart
from trayapp.platform.guardstate import GuardState, read_state
from trayapp.platform.paths import Paths, find
from trayapp.tools.desk import Desk
from trayapp.tools.journal import Journal
from trayapp.tools.plan import Edit, Format
from trayapp.tools.spans import Set

REPO = Path(__file__).resolve().parents[2]
PATIENCE = 40.0
TOOLS_FILE = b'{\n  // mine\n  "env": {"A": "1"}\n}\n'
Look = Callable[[], Any]


def until(look: Look, seconds: float = PATIENCE) -> Any:
    end = time.monotonic() + seconds
    while not (seen := look()):
        assert time.monotonic() < end, f"did not happen within {seconds} s"
        time.sleep(0.02)
    return seen


def remove(folder: Path) -> None:
    """Remove a folder at once: programs that run from it may be writing into it."""
    gone = folder.with_name(f"{folder.name} gone")
    folder.rename(gone)
    shutil.rmtree(gone, ignore_errors=True)


class Machine:
    """One user's machine."""

    def __init__(self, home: Path, vendor: VendorThread) -> None:
        self.home, self.user, self.vendor = home, home / "user", vendor
        self.paths: Paths = find()
        self.paths.make()
        self.paths.settings.write_text(f'[upstreams]\nanthropic = "{vendor.url}"\n')
        self.environment = home / "an env"
        self.make_environment()
        self.file = self.user / ".tool" / "settings.json"
        self.unit = f"{autostart.name(self.paths)}.service"

    def make_environment(self) -> None:
        """A virtual environment with its own copy of the package; what we depend on comes from this one."""
        venv.create(self.environment, symlinks=True, with_pip=False)
        site = Path(sysconfig.get_path("purelib", vars={"base": str(self.environment)}))
        shutil.copytree(REPO / "trayapp", site / "trayapp", ignore=shutil.ignore_patterns("__pycache__"))
        shutil.copytree(REPO / "resources", site / "trayapp" / "resources")
        (site / "others.pth").write_text(sysconfig.get_path("purelib") + "\n")
        self.package = site / "trayapp"

    @property
    def python(self) -> Path:
        return self.environment / "bin" / "python"

    def run(self, *arguments: str, code: int = 0) -> subprocess.CompletedProcess[str]:
        """``spendlight …`` of that environment."""
        command = [str(self.python), "-P", "-m", "trayapp", *arguments]
        done = subprocess.run(command, capture_output=True, text=True, timeout=90, cwd="/")
        assert "Traceback" not in done.stderr
        assert done.returncode == code, done.stdout + done.stderr
        return done

    def connect(self, name: str = "tool") -> str:
        """Lead a tool here by a file; the address."""
        port, token = int(self.paths.port.read_text()), self.paths.token.read_text().strip()
        url = frontdoor.base_url(port, token, "anthropic", name)
        self.file.parent.mkdir(mode=0o700, exist_ok=True)
        self.file.write_bytes(TOOLS_FILE)
        self.file.chmod(0o600)
        desk = Desk(Journal(self.paths.edits), self.user)
        desk.apply(Edit(name, self.file, Format.JSON, (Set(("env", "ANTHROPIC_BASE_URL"), url),)))
        return url

    def call(self, url: str) -> int:
        """What the tool does."""
        parts = urlsplit(url)
        body = {"model": "claude-haiku-5-5", "max_tokens": 9, "messages": [{"role": "user", "content": "hi"}]}
        connection = http.client.HTTPConnection("127.0.0.1", parts.port, timeout=PATIENCE)
        try:
            headers = {"x-api-key": "k", "anthropic-version": "2023-06-01", "content-type": "application/json"}
            connection.request("POST", parts.path + "/v1/messages", json.dumps(body), headers)
            answer = connection.getresponse()
            answer.read()
            return answer.status
        finally:
            connection.close()

    def state(self, wanted: str, **values: Any) -> GuardState:
        """Wait for the guard to be so."""

        def look() -> GuardState | None:
            now = read_state(self.paths)
            fits = now is not None and now.state == wanted and all(getattr(now, k) == v for k, v in values.items())
            return now if fits else None

        found: GuardState = until(look)
        return found

    def rows(self) -> list[dict[str, Any]]:
        with Client(Address(self.paths.control)) as client:
            rows: list[dict[str, Any]] = client.ask("calls", limit=1000)["rows"]
            return rows

    def rescue(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """The copy, run as a person would."""
        done = subprocess.run([self.paths.rescue, *arguments], capture_output=True, text=True, timeout=60, cwd="/")
        assert "Traceback" not in done.stderr
        return done

    @property
    def log(self) -> str:
        return (self.paths.log / "engine.log").read_text()


@pytest.fixture
def vendor() -> Iterator[VendorThread]:
    with VendorThread(SimulatedVendor(keep_headers=True)) as running:
        yield running


@pytest.fixture
def machine(home: Path, vendor: VendorThread) -> Iterator[Machine]:
    made = Machine(home, vendor)
    yield made
    launch.stop(made.paths)


@pytest.fixture
def ready(machine: Machine, user_manager: Any) -> tuple[Machine, Any, str]:
    """It starts at login, it runs under the manager, and a tool is connected."""
    machine.run("autostart", "on")
    machine.run("start", "--no-meter")
    url = machine.connect()
    return machine, user_manager, url


def test_from_login_to_logout(ready: tuple[Machine, Any, str]) -> None:
    machine, manager, url = ready
    first = machine.state("running")
    # `spendlight` has started it through the manager, which therefore restarts it when it is killed.
    assert manager.show(machine.unit, "MainPID") == str(first.pid)
    assert machine.call(url) == 200
    os.kill(first.pid, signal.SIGKILL)
    # A tool tries again when it meets the moment in which nobody listens.
    until(lambda: read_state(machine.paths) is None or machine.state("running").pid != first.pid)
    again = machine.state("running")
    assert again.pid != first.pid
    assert machine.call(url) == 200
    assert manager.show(machine.unit, "NRestarts") == "1"
    # The last logout ends it in order, the next login starts it, before anybody calls it.
    manager.log_out()
    assert read_state(machine.paths) is None
    manager.log_in()
    assert machine.state("running").port == again.port
    assert machine.call(url) == 200
    assert [row["metering"] for row in machine.rows()] == ["exact"] * 3
    # Stopped is stopped: it is not restarted, and the tool that now reaches nobody is named.
    done = machine.run("stop", code=8)
    assert "reach nobody now: tool" in done.stderr
    assert "restore --all" in done.stderr
    assert manager.show(machine.unit, "ActiveState") == "inactive"
    assert read_state(machine.paths) is None


def test_a_guard_started_by_hand_makes_no_loop(ready: tuple[Machine, Any, str]) -> None:
    machine, manager, url = ready
    machine.run("stop", code=8)
    by_hand = subprocess.Popen([machine.python, "-P", "-m", "trayapp", "engine"], cwd="/")
    try:
        machine.state("running", pid=by_hand.pid)
        subprocess.run(["systemctl", "--user", "start", machine.unit], check=True)
        until(lambda: manager.show(machine.unit, "ActiveState") == "inactive")
        assert (manager.show(machine.unit, "Result"), manager.show(machine.unit, "NRestarts")) == ("success", "0")
        # The guard's own way to say the same, should both start in the same instant.
        assert manager.show(machine.unit, "RestartPreventExitStatus") == "3"
        assert machine.call(url) == 200
    finally:
        by_hand.send_signal(signal.SIGTERM)
        by_hand.wait(30)


@pytest.mark.parametrize("how", ["removed", "moved", "uninstalled"])
def test_the_environment_goes_while_nobody_is_logged_in(ready: tuple[Machine, Any, str], how: str) -> None:
    machine, manager, url = ready
    assert machine.call(url) == 200
    manager.log_out()
    aside = machine.home / "elsewhere"
    if how == "removed":
        remove(machine.environment)
    elif how == "moved":
        machine.environment.rename(aside)
    else:
        remove(machine.package)
    manager.log_in()
    state = machine.state("relaying")
    assert state.trouble is not None
    assert state.trouble.code == "environment_gone"
    assert "The calls of tool pass on unmetered" in state.trouble.message
    # The tool goes on, and it is said where people look.
    assert machine.call(url) == 200
    assert until(lambda: machine.paths.spool.exists() and len(machine.paths.spool.read_text().splitlines())) == 1
    assert "Spendlight's program is gone" in machine.log
    if how == "moved":
        # Started from its new place, it meters again, and the next login starts it from there.
        machine.environment = aside
        machine.run("start", "--no-meter")
        assert machine.state("running").trouble is None
        assert machine.call(url) == 200
        assert until(lambda: len(machine.rows()) == 3)
        assert [row["metering"] for row in machine.rows()].count("unmetered") == 1
        assert json.loads(machine.run("autostart", "--format", "json").stdout)["state"] == "on"
        return
    # What leads everything back needs nothing of us but that file.
    done = machine.rescue("restore", "--all")
    assert done.returncode == 0, done.stderr
    assert machine.file.read_bytes() == TOOLS_FILE
    assert [p for p in (machine.user / ".config").rglob("*") if p.is_file()] == []
    manager.log_out()
    manager.log_in()
    assert manager.show(machine.unit, "LoadState") == "not-found"
    assert read_state(machine.paths) is None


@pytest.mark.parametrize("how", ["removed", "uninstalled"])
def test_the_environment_goes_under_the_running_guard(ready: tuple[Machine, Any, str], how: str) -> None:
    machine, _, url = ready
    state = machine.state("running")
    assert state.engine_pid is not None
    remove(machine.environment if how == "removed" else machine.package)
    os.kill(state.engine_pid, signal.SIGKILL)
    relaying = machine.state("relaying")
    assert relaying.pid == state.pid
    assert relaying.trouble is not None
    assert relaying.trouble.code == ("environment_gone" if how == "removed" else "engine_crash_loop")
    assert machine.call(url) == 200


def test_an_uninstalled_package_that_comes_back(ready: tuple[Machine, Any, str]) -> None:
    machine, manager, url = ready
    manager.log_out()
    aside = machine.home / "package"
    machine.package.rename(aside)
    manager.log_in()
    machine.state("relaying")
    aside.rename(machine.package)
    # Nobody has to log in anew: the next start by hand ends the stand-in.
    machine.run("start", "--no-meter")
    machine.state("running")
    assert manager.show(machine.unit, "MainPID") == str(machine.state("running").pid)
    assert machine.call(url) == 200


def test_when_not_even_the_copy_can_keep_the_port_the_tools_are_led_back(ready: tuple[Machine, Any, str]) -> None:
    machine, manager, _ = ready
    manager.log_out()
    remove(machine.environment)
    _without(machine.paths.rescue, "trayapp/guard/sockets.py")
    manager.log_in()
    until(lambda: machine.file.read_bytes() == TOOLS_FILE)
    until(lambda: "your tools were led back to their vendors" in machine.log)


def _without(path: Path, part: str) -> None:
    """Damage the copy."""
    head = path.read_bytes().split(b"\n", 1)[0] + b"\n"
    with zipfile.ZipFile(path) as old:
        parts = {name: old.read(name) for name in old.namelist() if name != part}
    path.write_bytes(head)
    with zipfile.ZipFile(path, "a") as new:
        for name, data in parts.items():
            new.writestr(name, data)


def test_another_program_has_the_port_at_login(ready: tuple[Machine, Any, str]) -> None:
    machine, manager, url = ready
    manager.log_out()
    port = int(machine.paths.port.read_text())
    with socket.create_server(("127.0.0.1", port)):
        manager.log_in()
        until(lambda: f"Port {port} is taken" in machine.log)
        assert "tool will not reach their vendors until it is free" in machine.log
        assert read_state(machine.paths) is None
        said = json.loads(machine.run("doctor", "--offline", "--format", "json", code=1).stdout)["findings"]
        assert {"port_taken", "tools_reach_nobody"} <= {finding["code"] for finding in said}
    machine.state("running", port=port)
    assert machine.log.count(f"Port {port} is taken") == 1
    assert machine.call(url) == 200


def test_tools_that_look_at_another_port_are_named(ready: tuple[Machine, Any, str]) -> None:
    machine, _, _ = ready
    port = int(machine.paths.port.read_text())
    machine.run("stop", code=8)
    with socket.create_server(("127.0.0.1", 0)) as free:
        other = free.getsockname()[1]
    machine.run("config", "set", "proxy.port", str(other))
    done = machine.run("start", "--no-meter")
    assert f"tool: led to port {port}, but Spendlight has port {other}" in done.stderr
    troubles: Look = lambda: json.loads(machine.run("status", "--format", "json").stdout)["troubles"]  # noqa: E731
    assert until(troubles)[0]["code"] == "tools_elsewhere"
    assert "tools_elsewhere" in {
        f["code"] for f in json.loads(machine.run("doctor", "--offline", "--format", "json", code=1).stdout)["findings"]
    }
    machine.run("restore", "tool")
    assert "tools_elsewhere" not in {
        f["code"] for f in json.loads(_any(machine, "doctor", "--offline", "--format", "json"))["findings"]
    }


def _any(machine: Machine, *arguments: str) -> str:
    command = [str(machine.python), "-P", "-m", "trayapp", *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, cwd="/").stdout


def test_stop_can_lead_the_tools_back_first(ready: tuple[Machine, Any, str]) -> None:
    machine, _, _ = ready
    done = machine.run("stop", "--restore")
    assert machine.file.read_bytes() == TOOLS_FILE
    assert "as it was, byte for byte" in done.stdout
    assert done.stderr == ""
    assert json.loads(machine.run("autostart", "--format", "json").stdout)["state"] == "on"


def test_a_file_that_cannot_be_led_back_stops_the_stop(ready: tuple[Machine, Any, str]) -> None:
    machine, _, url = ready
    machine.file.chmod(0o400)
    done = machine.run("stop", "--restore", code=1)
    assert "nothing was stopped" in done.stderr
    assert machine.call(url) == 200


@pytest.mark.skipif(shutil.which("gio") is None, reason="gio is not installed")
def test_a_desktop_without_systemd(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    """The XDG file, started by GLib as a desktop does; also after the environment has gone."""
    monkeypatch.setenv("XDG_CURRENT_DESKTOP", "XFCE")
    done = machine.run("autostart", "on")
    assert "your desktop starts it at login" in done.stdout
    assert "with a login over SSH alone, run `spendlight` first" in done.stdout
    [file] = (machine.user / ".config/autostart").iterdir()
    subprocess.run(["gio", "launch", str(file)], check=True, timeout=20)
    state = machine.state("running")
    url = machine.connect()
    assert machine.call(url) == 200
    os.kill(state.pid, signal.SIGTERM)
    until(lambda: read_state(machine.paths) is None)
    remove(machine.environment)
    subprocess.run(["gio", "launch", str(file)], check=True, timeout=20)
    machine.state("relaying")
    assert machine.call(url) == 200
    assert machine.rescue("restore", "--all").returncode == 0
    assert machine.file.read_bytes() == TOOLS_FILE
    assert not file.exists()


def test_nothing_starts_programs_here(machine: Machine) -> None:
    """A container: refused in words that offer the way without files."""
    done = machine.run("autostart", "on", code=1)
    assert "there is no desktop that starts programs" in done.stderr
    assert "spendlight run -- COMMAND" in done.stderr
    assert not (machine.user / ".config").exists()
    assert json.loads(machine.run("autostart", "--format", "json").stdout)["state"] == "impossible"


def test_connecting_has_it_start_at_login_and_the_last_disconnecting_takes_that_back(
    machine: Machine, user_manager: Any
) -> None:
    before = snapshot(machine.user)
    done = machine.run("connect", "claude-code", "--force")
    assert "Spendlight starts at login: " in done.stdout
    first = machine.state("running")
    assert user_manager.show(machine.unit, "MainPID") == str(first.pid)
    machine.run("connect", "codex", "--force")
    machine.run("disconnect", "claude-code")
    assert json.loads(machine.run("autostart", "status", "--format", "json").stdout)["state"] == "on"
    done = machine.run("disconnect", "codex")
    assert "no longer starts at login: no tool needs it" in done.stdout
    assert snapshot(machine.user) == before
    # What the user asked for himself stays.
    machine.run("autostart", "on")
    machine.run("connect", "codex", "--force")
    machine.run("disconnect", "--all")
    assert json.loads(machine.run("autostart", "status", "--format", "json").stdout)["state"] == "on"


def test_where_nothing_starts_at_login_connecting_is_refused(machine: Machine) -> None:
    before = snapshot(machine.user)
    done = machine.run("connect", "claude-code", "--force", code=1)
    assert "Spendlight would not be there after the next login" in done.stderr
    assert "spendlight run -- COMMAND" in done.stderr
    assert snapshot(machine.user) == before
    dry = machine.run("connect", "claude-code", "--force", "--dry-run")
    assert "Not done by file as it is" in dry.stdout
    assert machine.run("connect", "claude-code", "--force", "--no-autostart").returncode == 0
    machine.run("disconnect", "--all")
    assert snapshot(machine.user) == before


def snapshot(folder: Path) -> dict[str, bytes]:
    return {str(p.relative_to(folder)): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}
