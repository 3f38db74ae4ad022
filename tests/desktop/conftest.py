"""What the desktop's tests share: a screen, a session bus, a panel, an engine's stand-in, and the tray as a process.

Tests that need a system program are skipped with the name of its Debian package.
"""

from __future__ import annotations

import importlib.util
import os
import select
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from trayapp.platform import paths as places
from trayapp.snapshot import LiveCall, Slice, Snapshot, Today
from trayapp.values import PICO

HERE = Path(__file__).parent
REPO = HERE.parent.parent
PATIENCE = 15.0
NOON_US = 1_795_000_000_000_000


def _beside(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(f"desktop_{name}", HERE / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


stand_in = _beside("stand_in")


@pytest.fixture(scope="session")
def day() -> Snapshot:
    """A day like others: a budget, three models, two running calls and one that was stopped."""
    return Snapshot(
        at_us=NOON_US,
        version="0.1.0",
        today=Today(pico=12_160 * PICO // 1000, calls=212, errors=3, day="2026-11-18"),
        running_pico=42 * PICO // 1000,
        rate_pico_hour=1_900 * PICO // 1000,
        budget_day_pico=20 * PICO,
        pace=0.55,
        by_tool=(
            Slice(name="claude-code", pico=8_100 * PICO // 1000, calls=140, tokens=2_900_000),
            Slice(name="codex", pico=4_060 * PICO // 1000, calls=72, tokens=900_000),
        ),
        by_model=(
            Slice(name="claude-opus-5-5", pico=7_600 * PICO // 1000, calls=110, tokens=2_100_000),
            Slice(name="gpt-6.1-sol", pico=3_050 * PICO // 1000, calls=72, tokens=900_000),
            Slice(name="claude-haiku-5-5", pico=1_510 * PICO // 1000, calls=30, tokens=800_000),
        ),
        by_project=(Slice(name="api-server", pico=12_160 * PICO // 1000, calls=212, tokens=3_800_000),),
        live=(
            LiveCall(
                id=3,
                tool="claude-code",
                vendor="anthropic",
                model="claude-opus-5-5",
                started_us=NOON_US - 14_200_000,
                state="streaming",
                tokens_in=12_400,
                tokens_out=1_204,
                pico=42 * PICO // 1000,
            ),
            LiveCall(
                id=2, tool="codex", vendor="openai", model="gpt-6.1-sol", started_us=NOON_US - 800_000, state="sent"
            ),
            LiveCall(
                id=1,
                tool="aider",
                vendor="anthropic",
                model="claude-haiku-5-5",
                started_us=NOON_US - 9_000_000,
                ended_us=NOON_US - 1_000_000,
                state="client_abort",
                tokens_in=900,
                tokens_out=88,
                pico=3 * PICO // 1000,
            ),
        ),
        book="2026-11-20",
    )


@pytest.fixture
def profile(home: Path) -> places.Paths:
    """The test's own profile, folders made."""
    found = places.find()
    found.make()
    return found


@pytest.fixture
def make_engine(profile: places.Paths) -> Iterator[Callable[[Snapshot], Any]]:
    """Makes stand-in engines on the profile's control socket; those left are closed at the end."""
    made = []

    def make(first: Snapshot) -> Any:
        made.append(stand_in.StandInEngine(profile.control, first))
        return made[-1]

    yield make
    for engine in made:
        if engine._listener.fileno() >= 0:
            engine.close()


@pytest.fixture(scope="session")
def shots() -> Path:
    """Where pictures of what was drawn go, for people."""
    folder = REPO / ".screenshots"
    folder.mkdir(exist_ok=True)
    return folder


def _need(program: str, package: str) -> str:
    found = shutil.which(program)
    if found is None:
        pytest.skip(f"needs {program}: install the package {package}")
    return found


def _end(process: subprocess.Popen[Any]) -> None:
    if process.poll() is None:
        process.terminate()
        try:
            process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait(PATIENCE)


@pytest.fixture(scope="session")
def display() -> Iterator[str]:
    """An X screen of our own, with a window manager where there is one."""
    xvfb = _need("Xvfb", "xvfb")
    read, write = os.pipe()
    process = subprocess.Popen(
        [xvfb, "-displayfd", str(write), "-screen", "0", "1280x800x24", "-nolisten", "tcp"],
        pass_fds=(write,),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    os.close(write)
    manager = None
    try:
        with os.fdopen(read, "rb") as number:
            ready, _, _ = select.select([number], [], [], PATIENCE)
            assert ready, "Xvfb did not start"
            name = f":{number.readline().decode().strip()}"
        if openbox := shutil.which("openbox"):
            manager = subprocess.Popen(
                [openbox, "--sm-disable"],
                env={**os.environ, "DISPLAY": name},
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )
        yield name
    finally:
        if manager is not None:
            _end(manager)
        _end(process)


@pytest.fixture
def bus() -> Iterator[str]:
    """A session bus of our own; its address."""
    daemon = _need("dbus-daemon", "dbus-daemon")
    process = subprocess.Popen(
        [daemon, "--session", "--nofork", "--nopidfile", "--print-address=1"],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    try:
        assert process.stdout is not None
        yield process.stdout.readline().strip()
    finally:
        _end(process)
        process.stdout.close()


@pytest.fixture
def make_panel(bus: str) -> Iterator[Callable[[], Any]]:
    """Makes panels on the bus."""
    pytest.importorskip("jeepney", reason="needs jeepney, of the test extra")
    host = _beside("panel_host")
    made = []

    def make() -> Any:
        made.append(host.PanelHost(bus))
        return made[-1]

    yield make
    for panel in made:
        if not panel._end.is_set():
            panel.close()


class TrayProcess:
    """The tray as users have it: a process of its own."""

    def __init__(self, environment: dict[str, str], *options: str) -> None:
        self.environment = environment
        self.process = subprocess.Popen(
            [sys.executable, "-m", "trayapp.desktop", *options],
            cwd=REPO,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )

    def quit(self) -> int:
        """Ask it to end by signal; its exit code."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(PATIENCE)

    def complaints(self) -> str:
        """What it wrote on standard error; ends it first."""
        _end(self.process)
        assert self.process.stderr is not None
        return self.process.stderr.read()

    def close(self) -> None:
        """End it."""
        _end(self.process)
        assert self.process.stderr is not None
        self.process.stderr.close()


@pytest.fixture
def make_tray(display: str, bus: str, profile: places.Paths) -> Iterator[Callable[..., TrayProcess]]:
    """Starts trays of the profile on the screen and the bus."""
    environment = {
        **os.environ,
        "DISPLAY": display,
        "DBUS_SESSION_BUS_ADDRESS": bus,
        "QT_QPA_PLATFORM": "xcb",
        "PYTHONWARNINGS": "error",
        "PYTHONPATH": os.pathsep.join(filter(None, (str(REPO), os.environ.get("PYTHONPATH")))),
    }
    for name in ("WAYLAND_DISPLAY", "XDG_CURRENT_DESKTOP", "QT_QPA_PLATFORMTHEME"):
        environment.pop(name, None)
    made: list[TrayProcess] = []

    def make(*options: str) -> TrayProcess:
        made.append(TrayProcess(environment, *options))
        return made[-1]

    yield make
    for tray in made:
        tray.close()
