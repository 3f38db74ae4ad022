"""A screen, a session bus, a panel that clicks, and the tray as a process of its own: for tests that click.

Tests that need a system program are skipped with the name of its Debian package. A room that imports these fixtures
gives ``profile``, the places of the Spendlight that the tray belongs to.
"""

from __future__ import annotations

import atexit
import contextlib
import functools
import os
import select
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final

import pytest
from pixels import Screen

from trayapp.platform import paths as places

REPO = Path(__file__).resolve().parents[2]
PATIENCE = 15.0


def need(program: str, package: str) -> str:
    found = shutil.which(program)
    if found is None:
        pytest.skip(f"needs {program}: install the package {package}")
    return found


def end(process: subprocess.Popen[Any]) -> None:
    if process.poll() is None:
        process.terminate()
        try:
            process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait(PATIENCE)


@contextlib.contextmanager
def open_screen(*, managed: bool, size: str = "1280x800") -> Iterator[Screen]:
    """An X screen that can be looked at; ``managed``: with a window manager where there is one."""
    xvfb = need("Xvfb", "xvfb")
    quiet: dict[str, Any] = dict.fromkeys(("stdin", "stdout", "stderr"), subprocess.DEVNULL)
    read, write = os.pipe()
    with tempfile.TemporaryDirectory(prefix="spendlight-screen-") as folder:
        command = [xvfb, "-displayfd", str(write), "-screen", "0", f"{size}x24", "-nolisten", "tcp", "-fbdir", folder]
        process = subprocess.Popen(command, pass_fds=(write,), **quiet)
        os.close(write)
        manager = None
        try:
            with os.fdopen(read, "rb") as number:
                ready, _, _ = select.select([number], [], [], PATIENCE)
                assert ready, "Xvfb did not start"
                name = f":{number.readline().decode().strip()}"
            if managed and (openbox := shutil.which("openbox")):
                manager = subprocess.Popen([openbox, "--sm-disable"], env={**os.environ, "DISPLAY": name}, **quiet)
            yield Screen(name, Path(folder) / "Xvfb_screen0")
        finally:
            if manager is not None:
                end(manager)
            end(process)


BUS: Final = """<busconfig>
  <type>session</type>
  <listen>unix:tmpdir=/tmp</listen>
  <servicedir>{services}</servicedir>
  <policy context="default">
    <allow send_destination="*" eavesdrop="true"/>
    <allow eavesdrop="true"/>
    <allow own="*"/>
  </policy>
</busconfig>
"""
"""A bus on which nothing starts by itself but the accessibility bus, whatever else is installed here."""
_STARTS: Final = Path("/usr/share/dbus-1/services/org.a11y.Bus.service")


@pytest.fixture(scope="session")
def screen() -> Iterator[Screen]:
    """An X screen of our own, with a window manager where there is one."""
    with open_screen(managed=True) as opened:
        yield opened


@pytest.fixture(scope="session")
def display(screen: Screen) -> str:
    """The name of the X screen."""
    return screen.name


@contextlib.contextmanager
def open_bus() -> Iterator[str]:
    """A session bus of our own; its address."""
    daemon = need("dbus-daemon", "dbus-daemon")
    with tempfile.TemporaryDirectory(prefix="spendlight-bus-") as folder:
        written = Path(folder) / "bus.conf"
        written.write_text(BUS.format(services=folder))
        if _STARTS.exists():
            shutil.copy(_STARTS, folder)
        process = subprocess.Popen(
            [daemon, f"--config-file={written}", "--nofork", "--nopidfile", "--print-address=1"],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        try:
            assert process.stdout is not None
            yield process.stdout.readline().strip()
        finally:
            end(process)
            process.stdout.close()


@pytest.fixture
def bus() -> Iterator[str]:
    """A session bus of our own; its address."""
    with open_bus() as address:
        yield address


@pytest.fixture
def make_panel(bus: str) -> Iterator[Callable[..., Any]]:
    """Makes panels on the bus."""
    pytest.importorskip("jeepney", reason="needs jeepney, of the test extra")
    from panel_host import PanelHost

    made = []

    def make(*, tray: bool = True) -> Any:
        made.append(PanelHost(bus, tray=tray))
        return made[-1]

    yield make
    for panel in made:
        if not panel._end.is_set():
            panel.close()


class TrayProcess:
    """The tray as users have it: a process of its own."""

    def __init__(self, environment: dict[str, str], *options: str, before: tuple[str, ...] = ()) -> None:
        self.environment = environment
        self.process = subprocess.Popen(
            [*before, sys.executable, "-m", "trayapp.desktop", *options],
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
        end(self.process)
        assert self.process.stderr is not None
        return self.process.stderr.read()

    def close(self) -> None:
        """End it."""
        end(self.process)
        assert self.process.stderr is not None
        self.process.stderr.close()


@functools.cache
def bytecode() -> str:
    """Where this run's trays keep their bytecode: as an installed program they start in half the time."""
    folder = tempfile.mkdtemp(prefix="spendlight-bytecode-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


def environment_of(display: str, bus: str, profile: places.Paths) -> dict[str, str]:
    """What a tray of the profile needs to know on that screen and bus."""
    environment = {
        **os.environ,
        "DISPLAY": display,
        "DBUS_SESSION_BUS_ADDRESS": bus,
        "QT_QPA_PLATFORM": "xcb",
        "PYTHONWARNINGS": "error",
        "PYTHONPYCACHEPREFIX": bytecode(),
        "SPENDLIGHT_HOME": str(profile.config.parent),
        "PYTHONPATH": os.pathsep.join(filter(None, (str(REPO), os.environ.get("PYTHONPATH")))),
    }
    for name in ("WAYLAND_DISPLAY", "XDG_CURRENT_DESKTOP", "QT_QPA_PLATFORMTHEME", "PYTHONDONTWRITEBYTECODE"):
        environment.pop(name, None)
    return environment


@pytest.fixture
def make_tray(display: str, bus: str, profile: places.Paths) -> Iterator[Callable[..., TrayProcess]]:
    """Starts trays of the profile on the screen and the bus."""
    environment = environment_of(display, bus, profile)
    made: list[TrayProcess] = []

    def make(*options: str, before: tuple[str, ...] = (), **more: str) -> TrayProcess:
        """``before``: a command that becomes the tray; ``more``: what its environment holds beside that."""
        made.append(TrayProcess({**environment, **more}, *options, before=before))
        return made[-1]

    yield make
    for tray in made:
        tray.close()
