"""Load and long life: thousands of snapshots, days on end, engines that die, clocks and zones that jump.

The tray is a process of its own; what it uses is what the kernel counts.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from atspi import ENVIRONMENT, reader
from compressed_day import Usage
from compressed_day import day as replayed

from trayapp.control import encode
from trayapp.snapshot import Snapshot, snapshot_to_json
from trayapp.values import PICO

__all__ = ["reader"]

HANG = 3.0
"""Seconds in which an answer comes even from a tray that is flooded, on a machine that is busy."""
SNAPSHOTS = 10_000
PER_SECOND = 2_500
LIVELY = 170
"""Snapshots in a second of the liveliest real minute."""
LIVELY_CPU = 0.5
"""Share of a processor that it may take the tray, its popover open; a fifth of that was measured."""
GROWTH_MIB = 3.0
HOUR_US = 3_600_000_000


@pytest.fixture
def panel(make_panel, make_engine, make_tray, day):
    """A panel with a tray in it; ``.engine`` feeds it, ``.usage`` is what it uses."""
    panel = make_panel()
    panel.engine = make_engine(day)
    panel.tray = make_tray()
    panel.usage = Usage(panel.tray.process.pid)
    panel.wait_item()
    panel.until(lambda: "$12.20" in panel.tooltip())
    return panel


@pytest.fixture(scope="module")
def lines() -> list[bytes]:
    """A day's snapshots as they cross the socket."""
    return [event(snapshot) for snapshot in replayed(1, 1_000)]


def event(snapshot: Snapshot) -> bytes:
    return encode({"event": "snapshot", "data": snapshot_to_json(snapshot)})


def told(day: Snapshot, number: int) -> Snapshot:
    """A snapshot that can be told from all others."""
    return replace(day, today=replace(day.today, pico=number * PICO, calls=number), running_pico=0, live=())


def paced(number: int, per_second: int) -> Iterator[int]:
    """Counts to ``number``, so many in a second."""
    start = time.monotonic()
    for each in range(number):
        if (early := start + each / per_second - time.monotonic()) > 0.005:
            time.sleep(early)
        yield each


def test_ten_thousand_snapshots_and_every_question_is_answered(panel, lines, day):
    """A minute's worth of the liveliest day, fifteen times as fast, with the popover open."""
    panel.activate()

    def flood() -> None:
        for number in paced(SNAPSHOTS, PER_SECOND):
            panel.engine.send_raw(lines[number % len(lines)])

    sender = threading.Thread(target=flood)
    sender.start()
    waits = []
    while sender.is_alive():
        asked = time.monotonic()
        panel.tooltip()
        panel.menu()
        waits.append(time.monotonic() - asked)
        sender.join(0.02)
    panel.engine.send(told(day, 77))
    panel.until(lambda: panel.tooltip().startswith("$77.00"))
    panel.until(lambda: "77 calls · 3 errors" in panel.labels())
    assert max(waits) < HANG


def test_a_lively_while_costs_little(panel, lines):
    panel.activate()
    before, begun = panel.usage.busy_seconds(), time.monotonic()
    for number in paced(3 * LIVELY, LIVELY):
        panel.engine.send_raw(lines[number])
    share = (panel.usage.busy_seconds() - before) / (time.monotonic() - begun)
    assert 0.005 < share < LIVELY_CPU


def test_after_a_flood_the_popover_shows_the_last(reader, make_panel, make_engine, make_tray, lines, day):
    """Sent without a pause, so that many lie in the socket at once."""
    panel = make_panel()
    engine = make_engine(day)
    make_tray(**ENVIRONMENT)
    panel.wait_item()
    panel.activate()
    window = reader.window("Spendlight: today's spend")
    for each in lines:
        engine.send_raw(each)
    engine.send(told(day, 43))
    reader.until(lambda: ("label", "Spent today: $43.00") in window.told(), "the last amount")
    names = [name for _, name in window.told()]
    assert "43 calls · 3 errors" in names
    assert "nothing is running" in names
    assert not any(name.startswith(("Running:", "Alert.", "Suggestion.")) for name in names)


def live_a_day(panel, make_engine, seed: int, moments: int) -> None:
    """A compressed day: snapshots, the popover and the menu opened and closed, engines that end and come again."""
    for number, snapshot in enumerate(replayed(seed, moments)):
        panel.engine.send(snapshot)
        if number % 12 == 3:
            panel.click("Show details")
        if number % 12 == 9:
            panel.activate()  # a second click: it closes
        if number % 20 == 5:
            panel.open_menu()
        if number % (moments // 4) == moments // 8:
            panel.engine.close()
            panel.engine = make_engine(snapshot)
    panel.engine.send(told(Snapshot(at_us=snapshot.at_us), seed))
    panel.until(lambda: panel.tooltip().startswith(f"${seed}.00"))


def rounds_of_days(panel, make_engine, rounds: int, moments: int) -> list[float]:
    """Own memory after a warm-up and after each further round; the same days each time."""
    sizes = []
    for _ in range(rounds + 1):
        for seed in (101, 102):
            live_a_day(panel, make_engine, seed, moments)
        sizes.append(panel.usage.own_mib())
    return sizes


def test_days_on_end_take_no_more_memory(panel, make_engine):
    sizes = rounds_of_days(panel, make_engine, rounds=2, moments=120)
    assert sizes[-1] - sizes[0] < GROWTH_MIB, sizes
    assert panel.usage.rss_mib() < 200


@pytest.mark.thorough
def test_weeks_on_end_take_no_more_memory(panel, make_engine):
    sizes = rounds_of_days(panel, make_engine, rounds=10, moments=1_500)
    middle = len(sizes) // 2
    assert sizes[-1] - sizes[1] < GROWTH_MIB, sizes
    assert sizes[-1] - sizes[middle] < GROWTH_MIB / 2, sizes


def test_engines_come_and_go(panel, make_engine, day):
    """Five engines, each with its own number: the tray finds each one and shows it."""
    for number in range(1, 6):
        panel.engine.close()
        panel.engine = make_engine(told(day, number))
        panel.until(lambda n=number: panel.tooltip().startswith(f"${n}.00"))
    assert "5 calls · 3 errors" in panel.labels()


def test_a_clock_that_jumps(reader, make_panel, make_engine, make_tray, day):
    """Hours forwards, hours backwards, to the beginning of time: each is drawn, and nothing waits for the old time."""
    panel = make_panel()
    engine = make_engine(day)
    make_tray(**ENVIRONMENT)
    panel.wait_item()
    panel.activate()
    window = reader.window("Spendlight: today's spend")
    for number, hours in enumerate((0, 7, -9, 30, -48, 0), start=1):
        at_us = day.at_us + hours * HOUR_US
        call = replace(day.live[0], id=number, started_us=at_us - 14_200_000)
        engine.send(replace(told(day, number), at_us=at_us, live=(call,)))
        reader.until(lambda n=number: ("label", f"Spent today: ${n}.00") in window.told(), f"number {number}")
        assert any(name.endswith("out · 14 s") for _, name in window.told())
    # An ended call from a future that is no longer: no negative time is shown.
    late = replace(day.live[0], id=99, started_us=day.at_us + 5 * HOUR_US)
    engine.send(replace(told(day, 50), at_us=0, live=(late,)))
    reader.until(lambda: ("label", "Spent today: $50.00") in window.told(), "number 50")
    assert not any("-" in name.rsplit("·", 1)[-1] for _, name in window.told() if name.startswith("Running:"))


def zones() -> Path:
    found = Path("/usr/share/zoneinfo")
    if not (found / "Asia" / "Tokyo").exists():
        pytest.skip("needs time zones: install the package tzdata")
    return found


@pytest.mark.parametrize("zone", ["America/New_York", "Asia/Kolkata"])
def test_moments_are_told_in_the_zone_of_the_process(make_panel, make_engine, make_tray, day, zone):
    zones()
    panel = make_panel()
    make_engine(replace(day, mode="paused", paused_until_us=day.at_us))
    make_tray(TZ=zone)
    panel.wait_item()
    then = datetime.fromtimestamp(day.at_us / 1e6, ZoneInfo(zone))
    panel.until(lambda: any(f"Paused until {then:%H:%M}" in label for label in panel.labels()))


def test_a_zone_that_changes_while_it_runs(make_panel, make_engine, make_tray, day, home):
    """The system's zone file is another one after a flight; the next snapshot is told in the new zone."""
    if os.getuid() != 0 or shutil.which("unshare") is None:
        pytest.skip("needs root and unshare: only so a process has a system's zone of its own")
    own = home / "localtime"
    shutil.copyfile(zones() / "Europe" / "Berlin", own)
    os.utime(own, (0, 0))
    mount = ("unshare", "-m", "sh", "-c", f'mount --bind {own} /etc/localtime && exec "$@"', "sh")
    if subprocess.run([*mount, "true"], capture_output=True).returncode != 0:
        pytest.skip("no mount namespace can be made here")
    panel = make_panel()
    paused = replace(day, mode="paused", paused_until_us=day.at_us)
    engine = make_engine(paused)
    make_tray(before=mount)
    panel.wait_item()
    for zone in ("Europe/Berlin", "Asia/Tokyo", "Europe/Berlin"):
        own.write_bytes((zones() / zone).read_bytes())
        os.utime(own, (len(zone), len(zone)))
        engine.send(replace(paused, today=replace(day.today, calls=len(zone))))
        then = datetime.fromtimestamp(day.at_us / 1e6, ZoneInfo(zone))
        panel.until(lambda t=then: any(f"Paused until {t:%H:%M}" in label for label in panel.labels()))
