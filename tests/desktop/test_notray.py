"""A desktop without a tray: one notification with the ways out, and each of them works."""

from __future__ import annotations

import shutil
import subprocess
import time

import pytest
from desktop_popovers import wait_windows

PATIENCE = 15.0


@pytest.fixture
def panel(make_panel):
    """Notifications without a tray: nobody owns the watcher's name."""
    return make_panel(tray=False)


def test_it_is_told_with_buttons_and_opens_a_window(panel, make_engine, make_tray, day, display):
    make_engine(day)
    tray = make_tray("--tray-wait", "0.2")
    toast = panel.toasts.get(timeout=PATIENCE)
    assert toast.title == "No tray for Spendlight's icon"
    assert toast.actions[2:] == ("open", "Open", "mini", "Use the mini meter")
    assert "spendlight status" in toast.body
    panel.press(toast, "open")
    wait_windows(display, 1)
    assert tray.process.poll() is None


def test_the_mini_meter_is_chosen_for_good(panel, make_engine, make_tray, day, display):
    xdotool = shutil.which("xdotool")
    if xdotool is None:
        pytest.skip("needs xdotool: install the package xdotool")
    engine = make_engine(day)
    tray = make_tray("--tray-wait", "0.2")
    toast = panel.toasts.get(timeout=PATIENCE)
    panel.press(toast, "mini")
    asked = engine.next_ask("set_setting")
    assert (asked["key"], asked["value"]) == ("display.mini_meter", True)
    end = time.monotonic() + PATIENCE
    command = [xdotool, "search", "--onlyvisible", "--name", "Spendlight's meter"]
    while not subprocess.run(command, env=tray.environment, capture_output=True, text=True, timeout=20).stdout:
        assert time.monotonic() < end
    assert tray.quit() == 0
    assert tray.complaints() == ""
