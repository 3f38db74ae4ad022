"""``python tests/bench/desktop.py``: what the tray costs and how quick it is; a table and ``.bench/desktop.json``.

Method: the tray is a process on an Xvfb screen of its own (openbox, a session bus, a panel over D-Bus, a stand-in for
the engine), measured from outside. Memory and processor are the kernel's figures. "Painted" is a panel that has the
icon's pixels in its hands; a popover is painted when its ground, its text and its bars are in Xvfb's picture, which is
read every few milliseconds. Screen, panel and engine run on the same processors, so what waits for them is in the
figures. Each is the median of ``--rounds`` rounds, but for the longest wait, which is the longest of all. One start
before them warms the files; Python keeps its bytecode, as it does for an installed package.

Needs Xvfb, openbox and dbus-daemon (Debian packages ``xvfb``, ``openbox`` and ``dbus-daemon``).
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
for folder in ("tests/bench", "tests/parts", "tests/desktop"):
    sys.path.append(str(ROOT / folder))

from compressed_day import Usage, day  # noqa: E402
from hands import until  # noqa: E402
from panel_host import PanelHost  # noqa: E402
from pixels import Screen, rgb  # noqa: E402
from screen import TrayProcess, environment_of, open_bus, open_screen  # noqa: E402
from stand_in import StandInEngine  # noqa: E402

from trayapp.platform import paths  # noqa: E402
from trayapp.snapshot import Snapshot  # noqa: E402

GROUND, TEXT, BAR = rgb("#fafafb"), rgb("#17191d"), rgb("#0072b2")
"""Of the popover on light ground."""


def main() -> int:
    """Measure, print, write."""
    parser = argparse.ArgumentParser(
        prog="python tests/bench/desktop.py", description=__doc__.split("\n", maxsplit=1)[0]
    )
    parser.add_argument("--rounds", type=int, default=5, help="trays that are started")
    parser.add_argument("--clicks", type=int, default=8, help="openings of the popover for each")
    parser.add_argument("--seconds", type=float, default=15.0, help="length of an idle window")
    parser.add_argument("--output", type=Path, default=ROOT / ".bench" / "desktop.json")
    options = parser.parse_args()
    result = measure(rounds=options.rounds, clicks=options.clicks, seconds=options.seconds)
    options.output.parent.mkdir(parents=True, exist_ok=True)
    options.output.write_text(json.dumps(result, indent=1) + "\n")
    print(table(result))
    print(f"\nwritten to {options.output}")
    return 0


@dataclass(frozen=True)
class Scene:
    """All around one tray, and the tray."""

    screen: Screen
    panel: PanelHost
    engine: StandInEngine
    tray: TrayProcess
    usage: Usage
    figures: dict[str, float]


@contextmanager
def scene(snapshot: Snapshot) -> Iterator[Scene]:
    """A tray that has just shown a snapshot; how long that took is in its figures."""
    with ExitStack() as stack:
        home = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="bench-")))
        os.environ["SPENDLIGHT_HOME"] = str(home)
        profile = paths.find()
        profile.make()
        screen = stack.enter_context(open_screen(managed=True))
        bus = stack.enter_context(open_bus())
        panel = PanelHost(bus)
        stack.callback(panel.close)
        engine = StandInEngine(profile.control, snapshot)
        stack.callback(engine.close)
        environment = {**environment_of(screen.name, bus, profile), "HOME": str(home), "XDG_RUNTIME_DIR": str(home)}
        environment.pop("PYTHONWARNINGS")
        begun = time.perf_counter()
        tray = TrayProcess(environment)
        stack.callback(tray.close)
        panel.wait_item()
        until(lambda: panel.pixmaps()[22].inked(), "an icon")
        painted = time.perf_counter() - begun
        until(lambda: "$" in panel.tooltip(), "an amount")
        known = time.perf_counter() - begun
        yield Scene(screen, panel, engine, tray, Usage(tray.process.pid), {"start_s": painted, "start_known_s": known})


def measure(*, rounds: int, clicks: int, seconds: float) -> dict[str, Any]:
    """All figures."""
    moments = list(day(7, 400))
    seen: dict[str, list[float]] = {}
    with scene(moments[200]) as made:
        click(made)
    for number in range(rounds):
        with scene(moments[200]) as made:
            figures = {**made.figures, **one_round(made, moments, clicks)}
            if number == 0:
                figures |= quiet(made, moments, seconds)
        for name, value in figures.items():
            seen.setdefault(name, []).append(value)
    result: dict[str, Any] = {name: round(statistics.median(values), 4) for name, values in seen.items()}
    result["longest_wait_ms"] = round(max(seen["longest_wait_ms"]), 1)
    result["all"] = {name: [round(value, 4) for value in values] for name, values in seen.items()}
    return {**result, "budgets": budgets(result)}


def one_round(made: Scene, moments: list[Snapshot], clicks: int) -> dict[str, float]:
    """Memory, clicks, and what the panel has to wait for."""
    time.sleep(2)  # nobody clicks in the moment of the start
    figures = {"rss_icon_mib": made.usage.rss_mib(), "own_icon_mib": made.usage.own_mib()}
    figures["first_click_ms"] = click(made)
    figures["rss_popover_mib"] = made.usage.rss_mib()
    figures["own_popover_mib"] = made.usage.own_mib()
    figures["click_ms"] = statistics.median(click(made) for _ in range(clicks))
    figures["longest_wait_ms"] = longest_wait(made, moments)
    return figures


def click(made: Scene) -> float:
    """Milliseconds from a click on the icon until the popover is painted; it has been closed before."""
    close(made)
    begun = time.perf_counter()
    threading.Thread(target=made.panel.activate).start()  # its answer may come later than the picture
    made.screen.until(_painted, pause=0.0005)
    return (time.perf_counter() - begun) * 1000


def close(made: Scene) -> None:
    """See that the popover is closed, and has been for longer than a click that closes it takes."""
    if _painted(made.screen.frame()):
        made.panel.activate()
        made.screen.until(lambda frame: frame.data.count(_packed(GROUND)) < 100)
        time.sleep(0.35)  # within 0.3 s a click on the icon means "close"


def _painted(frame: Any) -> bool:
    """Whether ground, text and bars are there: counted as bytes, which takes a millisecond for a whole screen."""
    return bool(
        frame.data.count(_packed(GROUND)) > 20_000
        and frame.data.count(_packed(TEXT)) > 100
        and frame.data.count(_packed(BAR)) > 100
    )


def _packed(colour: tuple[int, int, int]) -> bytes:
    return bytes(reversed(colour))


def longest_wait(made: Scene, moments: list[Snapshot]) -> float:
    """The longest that a panel waited for the tooltip, in milliseconds, with the popover open and calls streaming."""
    waits = []
    for moment in moments:
        made.engine.send(moment)
        asked = time.perf_counter()
        made.panel.tooltip()
        waits.append(time.perf_counter() - asked)
    return max(waits) * 1000


def quiet(made: Scene, moments: list[Snapshot], seconds: float) -> dict[str, float]:
    """Processor share of the tray alone: nothing happens; one update a second, the popover closed and open."""
    close(made)
    time.sleep(2)
    figures = {}
    used, woken = made.usage.busy_seconds(), made.usage.wakeups()
    time.sleep(seconds)
    figures["idle_cpu_percent"] = (made.usage.busy_seconds() - used) / seconds * 100
    figures["idle_wakeups_s"] = (made.usage.wakeups() - woken) / seconds
    for name in ("update_cpu_percent", "update_open_cpu_percent"):
        if name == "update_open_cpu_percent":
            click(made)
        used, begun = made.usage.busy_seconds(), time.monotonic()
        for number in range(int(seconds)):
            moment = moments[200]
            made.engine.send(replace(moment, running_pico=moment.running_pico + number * 10**10))
            time.sleep(max(0.0, begun + number + 1 - time.monotonic()))
        figures[name] = (made.usage.busy_seconds() - used) / (time.monotonic() - begun) * 100
    return figures


BUDGETS = (
    ("RSS with the icon alone, MiB", "rss_icon_mib", 70),
    ("RSS with the popover open, MiB", "rss_popover_mib", 85),
    ("idle CPU, nothing happening, %", "idle_cpu_percent", 0.05),
    ("CPU with one update a second, %", "update_cpu_percent", 1),
    ("the same with the popover open, %", "update_open_cpu_percent", 1),
    ("start until painted, s", "start_s", 0.6),
    ("start until the first amount, s", "start_known_s", 0.6),
    ("click until a painted popover, ms", "click_ms", 120),
    ("the first click, ms", "first_click_ms", 120),
    ("longest wait for an answer, ms", "longest_wait_ms", 100),
)
"""What is measured, by which name, and how much it may be (`DESIGN.md`, 12). 0.0 % is what rounds to it."""


def budgets(result: dict[str, Any]) -> list[dict[str, Any]]:
    """Each budget, what was measured, and whether it is met."""
    return [
        {"what": what, "value": result[name], "budget": f"<= {most}", "met": result[name] <= most}
        for what, name, most in BUDGETS
    ]


def table(result: dict[str, Any]) -> str:
    """The figures as text."""
    lines = [f"{name:<26}{value:>12,.3f}" for name, value in result.items() if isinstance(value, float)]
    lines += ["", f"{'budget':<40}{'measured':>12}  {'wanted':<9}"]
    lines += [
        f"{row['what']:<40}{row['value']:>12}  {row['budget']:<9}{'met' if row['met'] else 'MISSED'}"
        for row in result["budgets"]
    ]
    return "\n".join(lines)


if __name__ == "__main__":
    raise SystemExit(main())
