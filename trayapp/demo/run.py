"""``spendlight demo``: a simulated afternoon through the real proxy, in a profile that is thrown away.

Everything that sets the demo up and takes it down lives here: the throwaway folder, the simulated vendor, guard and
engine of that folder, the story, and the face that shows it (tray, terminal meter, or plain lines).

Rules: nothing outside the throwaway folder is read or written; the port is the demo's own, so that tools which are
set up for the real Spendlight never meet it; whatever ends the demo, everything that it started ends too, and the
folder is removed; it says that it is a demo before it shows any number.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Final

from trayapp import frontdoor
from trayapp.cli import meter
from trayapp.control import Address, Client, ControlError
from trayapp.demo.afternoon import Afternoon, BaseUrl, Prompter, Tally
from trayapp.demo.caretaker import PREFIX, caretaker
from trayapp.demo.vendor import SimulatedVendor, VendorThread
from trayapp.guard import launch
from trayapp.money import dollars
from trayapp.platform import doctor
from trayapp.platform import paths as places
from trayapp.platform.guardstate import read_state
from trayapp.platform.paths import Paths, write_private
from trayapp.snapshot import Snapshot

CACHE_LIFE_S: Final = 300.0
"""How long the simulated vendors keep a prompt cached, in story time."""
LINE_EVERY_S: Final = 2.0
"""Without tray and terminal, one line in so many seconds."""

SETTLE_S: Final = 5.0
"""How long the ledger may take to close the last rows before the sum is drawn."""


def run(*, once: bool = False, speed: float = 20.0, tray: bool = True, seed: int = 7) -> int:
    """Run the demo in the foreground.

    Args:
        once: play one act (about ten minutes of story), then end. Otherwise acts follow until Ctrl-C, until the tray
            is quit, or until the demo's guard is stopped.
        speed: story seconds in one real second, above 0.
        tray: show the tray where there is a screen; otherwise the terminal meter.
        seed: of all that looks random; the same seed tells the same story.

    Returns:
        The exit code: 0, or 1 when calls were not metered, 2 when ``speed`` cannot be used.

    Raises:
        launch.StartError: guard or engine could not be started.
    """
    if not 0 < speed <= 10_000:
        print("spendlight: The speed has to be above 0 and at most 10000.", file=sys.stderr)
        return 2
    with _interruptible(), ExitStack() as stack:
        home = stack.enter_context(_throwaway_home())
        stack.enter_context(caretaker())
        paths = places.find()
        _say("This is a DEMO: simulated tools call a simulated vendor through the real proxy. No key, no network,")
        _say(f"no real money. Its ledger is thrown away at the end ({home}); your own Spendlight is not touched.")
        prompter = Prompter()
        vendor = stack.enter_context(VendorThread(SimulatedVendor(prompter, cache_life_s=CACHE_LIFE_S / speed)))
        port = _free_port()
        paths.make()
        write_private(paths.settings, _settings(vendor.url, port).encode())
        stack.callback(_stop_guard, paths)
        state = launch.start(paths, port=port, environment={"SPENDLIGHT_DEMO": "1"})
        if state.state != "running":
            why = f" {state.trouble.line}" if state.trouble else ""
            print(f"spendlight: The demo's engine does not work.{why}", file=sys.stderr)
            return 1
        token = paths.token.read_text("ascii").strip()

        def base_url(name: str, tool: str | None) -> str:
            return frontdoor.base_url(state.port, token, name, tool)

        stage = Stage(base_url, prompter, speed=speed, seed=seed, acts=1 if once else None)
        stack.callback(stage.stop)
        pace = "One short pass, then it ends." if once else "Ctrl-C ends it."
        _say(f"Time runs {speed:g} times faster than in life. {pace}")
        stage.start()
        with suppress(KeyboardInterrupt):
            _show(paths, stage, tray=tray)
        _take_no_more_interrupts()
        stage.stop()
        return _sum_up(paths, stage.tally)


class Stage:
    """The story on a thread of its own.

    Its end is told by an event, never by joining the thread: a timed join that Ctrl-C interrupts leaves Python before
    3.13 in the belief that the thread has ended.
    """

    def __init__(self, base_url: BaseUrl, prompter: Prompter, *, speed: float, seed: int, acts: int | None) -> None:
        self._afternoon = Afternoon(base_url, prompter, speed=speed, seed=seed)
        self._acts = acts
        self._loop: asyncio.AbstractEventLoop | None = None
        self._playing: asyncio.Task[Tally] | None = None
        self._begun = threading.Event()
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run, name="demo-afternoon", daemon=True)

    @property
    def tally(self) -> Tally:
        """What was played so far."""
        return self._afternoon.tally

    @property
    def over(self) -> bool:
        """Whether the last act has ended."""
        return self._over.is_set()

    def start(self) -> None:
        """Begin."""
        self._thread.start()
        self._begun.wait()

    def wait(self, seconds: float) -> None:
        """Wait until it is over, at most so long."""
        self._over.wait(seconds)

    def stop(self) -> None:
        """End now; running calls are hung up."""
        if self._loop is not None and self._playing is not None and not self._over.is_set():
            with suppress(RuntimeError):  # It has just ended by itself.
                self._loop.call_soon_threadsafe(self._playing.cancel)
            self._over.wait()

    def _run(self) -> None:
        try:
            asyncio.run(self._play())
        finally:
            self._begun.set()
            self._over.set()

    async def _play(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._playing = self._loop.create_task(self._afternoon.play(self._acts))
        self._begun.set()
        with suppress(asyncio.CancelledError):
            await self._playing


def _show(paths: Paths, stage: Stage, *, tray: bool) -> None:
    """Show the meter until the story or its audience has gone."""
    face = _face(paths, tray=tray)
    line = ""
    try:
        next_line = time.monotonic() + LINE_EVERY_S
        while not stage.over and (face is None or face.poll() is None) and read_state(paths) is not None:
            stage.wait(0.2)
            if face is None and time.monotonic() >= next_line:
                next_line += LINE_EVERY_S
                snapshot = _snapshot(paths)
                if snapshot is not None and (text := f"DEMO {meter.headline(snapshot)}") != line:
                    line = text
                    _say(line)
    finally:
        if face is not None:
            face.terminate()
            try:
                face.wait(5)
            except subprocess.TimeoutExpired:
                face.kill()
                face.wait()


def _face(paths: Paths, *, tray: bool) -> subprocess.Popen[bytes] | None:
    """The process that shows the meter; ``None`` when this one prints lines."""
    if tray:
        finding = doctor.can_show_tray()
        if finding is None:
            _say("The meter is in your tray. Quitting it ends the demo.")
            log = paths.log / "tray.log"
            log.touch(mode=0o600)
            with log.open("ab") as out:
                command = [sys.executable, "-m", "trayapp.desktop", "--demo", "--show"]
                return subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=out, stderr=out)
        _say(f"No tray: {finding.message}")
    if sys.stdout.isatty():
        return subprocess.Popen([sys.executable, "-m", "trayapp", "status", "--watch"], stdin=subprocess.DEVNULL)
    return None


def _sum_up(paths: Paths, tally: Tally) -> int:
    """Say what was shown and what is removed."""
    snapshot = _settled(paths, tally.sent)
    if snapshot is None:
        _say("The demo has ended; its engine had stopped before. Everything that it made is removed.")
        return 0
    today = snapshot.today
    _say(
        f"The demo has ended: {tally.sent} calls were sent, {today.calls} are in the ledger, "
        f"{dollars(today.pico, estimated=today.pico_estimated > 0)} in simulated money"
        + (f", {today.unpriced} without a known price" if today.unpriced else "")
        + (f", {today.errors} failed on purpose" if today.errors else "")
        + "."
    )
    for part in snapshot.by_tool:
        amount = dollars(part.pico) if part.pico or not part.unpriced else "unpriced"
        _say(f"  {part.name or 'unknown':<14} {part.calls:>4} calls  {amount:>10}")
    _say("Guard, engine and vendor are stopped now; the demo's folder is removed.")
    return 0 if today.calls else 1


def _settled(paths: Paths, sent: int) -> Snapshot | None:
    """The last snapshot, once the ledger has closed every row; ``None`` without an engine."""
    until = time.monotonic() + SETTLE_S
    while (snapshot := _snapshot(paths)) is not None:
        ended = all(call.ended_us for call in snapshot.live)
        if (ended and snapshot.today.calls >= sent) or time.monotonic() > until:
            return snapshot
        time.sleep(0.05)
    return None


def _snapshot(paths: Paths) -> Snapshot | None:
    try:
        with Client(Address(paths.control), timeout=5.0) as client:
            return client.snapshot()
    except ControlError:
        return None


def _stop_guard(paths: Paths) -> None:
    try:
        launch.stop(paths)
    except launch.StartError as error:
        print(f"spendlight: {error.trouble.title}. {error.trouble.message}", file=sys.stderr)


@contextmanager
def _throwaway_home() -> Iterator[Path]:
    """A profile's folder for this process and its children, removed at the end."""
    home = Path(tempfile.mkdtemp(prefix=PREFIX))
    before = os.environ.get("SPENDLIGHT_HOME")
    os.environ["SPENDLIGHT_HOME"] = str(home)
    run_folder = places.find().run
    try:
        yield home
    finally:
        if before is None:
            os.environ.pop("SPENDLIGHT_HOME", None)
        else:
            os.environ["SPENDLIGHT_HOME"] = before
        shutil.rmtree(home, ignore_errors=True)
        # With a long path of temporary files the sockets have a shorter folder of their own.
        shutil.rmtree(run_folder, ignore_errors=True)


@contextmanager
def _interruptible() -> Iterator[None]:
    """SIGTERM and SIGHUP end the demo as Ctrl-C does; afterwards all are as they were."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {number: signal.signal(number, _interrupt) for number in _ending_signals()}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _take_no_more_interrupts() -> None:
    """A second Ctrl-C does not keep the demo from taking everything down; that is bounded by itself."""
    if threading.current_thread() is threading.main_thread():
        for number in _ending_signals():
            signal.signal(number, signal.SIG_IGN)


def _ending_signals() -> list[signal.Signals]:
    return [signal.Signals[name] for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)]


def _interrupt(_number: int, _frame: object) -> None:
    raise KeyboardInterrupt


def _settings(vendor_url: str, port: int) -> str:
    """The throwaway profile's settings file."""
    return (
        f"[proxy]\nport = {port}\n\n"
        "[upstreams]\n"
        f'anthropic = "{vendor_url}"\n'
        f'openai = "{vendor_url}"\n'
        f'chatgpt = "{vendor_url}/backend-api/codex"\n'
        f'gemini = "{vendor_url}"\n'
    )


def _free_port() -> int:
    """A loopback port that nobody uses now."""
    with socket.create_server(("127.0.0.1", 0)) as plug:
        return int(plug.getsockname()[1])


def _say(text: str) -> None:
    print(text, flush=True)
