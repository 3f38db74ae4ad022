"""What the tray costs: memory with the icon alone and with the popover, and processor time at rest.

The figures are printed (``pytest -s``); asserted are bounds that only a fault would break.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

REPO = Path(__file__).resolve().parent.parent.parent


def memory(pid: int) -> dict[str, float]:
    """RSS and PSS in MiB."""
    found = {}
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
        name, _, rest = line.partition(":")
        if name in ("Rss", "Pss"):
            found[name] = int(rest.split()[0]) / 1024
    return found


def processor(pid: int) -> float:
    """Seconds of processor time so far."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


@pytest.mark.thorough
@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="reads /proc, which is Linux")
def test_cost(make_panel, make_engine, make_tray, day):
    panel = make_panel()
    make_engine(day)
    begin = time.perf_counter()
    tray = make_tray()
    panel.wait_item()
    panel.until(lambda: "$12.20" in panel.tooltip())
    started = time.perf_counter() - begin
    pid = tray.process.pid
    icon = memory(pid)
    before = processor(pid)
    time.sleep(10)  # The measure itself: time in which nothing happens.
    idle = (processor(pid) - before) / 10 * 100
    panel.activate()
    panel.until(lambda: memory(pid)["Rss"] > icon["Rss"])
    time.sleep(1)
    popover = memory(pid)
    print(f"\nstart {started:.2f} s; icon {icon}; popover {popover}; idle {idle:.2f} % of a core")
    assert idle <= 2
    assert popover["Rss"] <= 200


def test_windows_are_read_when_they_are_opened():
    """The icon alone needs neither the popover's parts nor what notifications with buttons need."""
    rooms = ["popover", "offer", "card", "undostrip", "modelsection", "rulerows", "breakdown", "livecalls", "gauges"]
    rooms += [
        "modelsmenu",
        "notifications",
        "telling",
        "announcing",
        "snoozemenu",
        "buttoned",
        "priceentry",
        "toolswindow",
        "toolwords",
    ]
    late = [f"trayapp.desktop.{room}" for room in rooms] + ["jeepney"]
    code = f"import sys, trayapp.desktop.app; print([m for m in {late} if m in sys.modules])"
    found = subprocess.run(
        [sys.executable, "-c", code], cwd=REPO, capture_output=True, text=True, timeout=60, check=True
    )
    assert found.stdout.strip() == "[]"


def test_nothing_heavy_is_loaded():
    """The engine's libraries and Qt's heavy parts stay out of this process."""
    heavy = ["msgspec", "httptools", "httpx", "keyring", "tiktoken", "zstandard", "brotli", "asyncio", "sqlite3"]
    heavy += [f"PySide6.Qt{part}" for part in ("Charts", "Quick", "Qml", "WebEngineCore", "Svg", "PrintSupport")]
    code = f"import sys, trayapp.desktop.app; print([m for m in {heavy} if m in sys.modules])"
    found = subprocess.run(
        [sys.executable, "-c", code], cwd=REPO, capture_output=True, text=True, timeout=60, check=True
    )
    assert found.stdout.strip() == "[]"
