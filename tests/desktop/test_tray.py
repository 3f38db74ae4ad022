"""The tray as a process, seen and clicked by a panel over D-Bus on a real screen."""

from __future__ import annotations

import shutil
import subprocess
from dataclasses import replace

import pytest
from desktop_popovers import wait_windows, windows

from trayapp.snapshot import Snapshot, Today, Unpriced, Window
from trayapp.trouble import Trouble
from trayapp.values import PICO

OK = (0x56, 0xB4, 0xE9)
WARN = (0xE6, 0x9F, 0x00)
PATIENCE = 15.0


@pytest.fixture
def panel(make_panel, make_engine, make_tray, day):
    """A panel with the tray in it, fed by an engine; ``panel.engine`` and ``panel.tray`` are the others."""
    panel = make_panel()
    panel.engine = make_engine(day)
    panel.tray = make_tray()
    panel.wait_item()
    panel.until(lambda: "$12.20" in panel.tooltip())
    return panel


def test_icon_shows_budget_bar_and_follows(panel, day):
    """61 % of the bar's pixels are lit, then 85 % in another colour, with the same number of sizes."""
    assert panel.get("Id")
    assert panel.get("Title") == "Spendlight"
    pixmaps = panel.pixmaps()
    assert sorted(pixmaps) == [22, 32, 44, 64]
    bar = pixmaps[64].row(63)
    assert sum(1 for pixel in bar if pixel == (255, *OK)) in range(35, 40)  # 39 minus the notch's 4
    later = replace(day, today=replace(day.today, pico=17 * PICO), running_pico=0)
    panel.engine.send(later)
    panel.until(lambda: panel.pixmaps()[64].coloured(*WARN) > 0)
    bar = panel.pixmaps()[64].row(63)
    assert sum(1 for pixel in bar if pixel == (255, *WARN)) in range(48, 55)
    assert "$17.00 of $20 today" in panel.tooltip()


def test_icon_ticks_while_a_call_streams(panel, day):
    """Only the running amount changes; the number on the icon follows."""
    before = panel.pixmaps()[44].data
    panel.engine.send(replace(day, running_pico=5 * PICO))
    panel.until(lambda: panel.pixmaps()[44].data != before)
    assert "≈$17.16" in panel.tooltip()


def test_menu_is_complete_and_stays_right_unopened(panel, day):
    labels = panel.labels()
    assert "≈$12.20 of $20 today · $1.90/h" in labels
    assert "212 calls · 3 errors" in labels
    assert any("claude-code · claude-opus-5-5" in label and "≈$0.042" in label for label in labels)
    by_model = panel.entry("Today by model")
    assert next(e.label for e in by_model.children if e.visible) == "claude-opus-5-5   $7.60 · 110 calls"
    assert panel.entry("Today by tool").children[1].label.startswith("codex")
    assert not panel.entry("212 calls").enabled
    panel.engine.send(replace(day, today=replace(day.today, calls=213)))
    panel.until(lambda: "213 calls · 3 errors" in panel.labels())


def test_on_a_plan_icon_tooltip_and_menu_show_the_windows(panel, day):
    """The bar is the tightest window's share; when a window begins anew its number goes."""
    five = Window(vendor="anthropic", name="5h", minutes=300, used=0.42, resets_at=day.at_us // 10**6 + 9000)
    week = Window(vendor="anthropic", name="7d", minutes=10_080, used=0.85)
    today = replace(day.today, pico_contract=day.today.pico, pico_marginal=0)
    on_plan = replace(day, today=today, budget_day_pico=None, windows=(five, week))
    panel.engine.send(on_plan)
    panel.until(lambda: panel.tooltip().startswith("Claude 5 h 42 %, resets "))
    assert "≈$12.20 API value today" in panel.tooltip()
    assert sum(1 for pixel in panel.pixmaps()[64].row(63) if pixel == (255, *WARN)) in range(48, 55)
    assert any("week 85 %" in label for label in panel.labels())
    assert "adds $0.00 to the bill" in panel.labels()
    panel.engine.send(replace(on_plan, windows=(replace(five, used=None, reset=True),)))
    panel.until(lambda: "unknown, was reset" in panel.tooltip())
    assert "42 %" not in panel.tooltip()


def test_the_way_to_a_price_leads_from_the_menu(panel, day):
    assert not any("Set" in label.replace("_", "") for label in panel.labels())
    panel.engine.send(replace(day, unpriced=(Unpriced(vendor="openai", model="kimi-k4", calls=2, tokens=9),)))
    panel.until(lambda: any("kimi-k4" in label for label in panel.labels()))
    panel.click("Set a price for kimi-k4…")
    panel.engine.next_ask("unpriced")
    panel.engine.next_ask("models")


def test_pause_and_resume_from_the_menu(panel, day):
    panel.click("Pause metering")
    assert panel.engine.next_ask("pause")["seconds"] == 3600
    assert not panel.entry("Pause metering").checked
    panel.engine.send(replace(day, mode="paused", paused_until_us=day.at_us + 3_600_000_000))
    entry = panel.until(lambda: next((e for e in panel.menu().children if "resume" in e.label), None))
    assert entry.checked
    assert "Paused until" in entry.label
    panel.click("resume")
    panel.engine.next_ask("resume")
    panel.engine.send(day)
    panel.until(lambda: any("Pause metering" in label.replace("_", "") for label in panel.labels()))
    assert not panel.entry("Pause metering").checked


def test_a_refused_pause_is_told(panel):
    panel.engine.refuse = Trouble(title="Not now", message="The engine is busy.", fix="Try again.", code="busy")
    panel.middle_click()
    panel.engine.next_ask("pause")
    title, message = panel.notices.get(timeout=PATIENCE)
    assert title == "Not now"
    assert "Try again." in message
    panel.until(lambda: "⚠ Not now" in panel.labels())


def test_left_click_opens_and_closes_the_popover(panel, display):
    assert windows(display) == []
    panel.activate()
    wait_windows(display, 1)
    panel.activate()
    wait_windows(display, 0)


def test_popover_is_whole_on_the_screen(panel, display):
    panel.click("Show details")
    (line,) = wait_windows(display, 1)
    size, at = line.split()[-2], line.split()[-1]
    width, height = (int(n) for n in size.split("+")[0].split("x"))
    x, y = (int(n) for n in at.removeprefix("+").split("+"))
    assert width == 330
    assert 0 <= x <= 1280 - width
    assert 0 <= y <= 800 - height


def test_escape_closes_the_popover(panel, display):
    xdotool = shutil.which("xdotool")
    if xdotool is None or shutil.which("openbox") is None:
        pytest.skip("needs xdotool and openbox: install the packages xdotool, openbox")
    panel.activate()
    (line,) = wait_windows(display, 1)
    command = [xdotool, "windowfocus", line.split()[0], "key", "Escape"]
    subprocess.run(command, env=panel.tray.environment, timeout=PATIENCE, check=True)
    wait_windows(display, 0)


def test_an_engine_that_goes_and_comes_back(panel, make_engine, day):
    """Down is said after the grace, with what to do; a new engine is found without help."""
    panel.engine.close()
    panel.until(lambda: "not running" in panel.tooltip())
    assert panel.pixmaps()[22].coloured(*OK) == 0
    labels = panel.labels()
    assert labels[0] == "⚠ Spendlight is not running"
    assert "spendlight" in labels[1]
    assert not panel.entry("Pause metering").enabled
    make_engine(replace(day, today=Today(pico=3 * PICO, calls=4), running_pico=0, live=()))
    panel.until(lambda: "$3.00 of $20 today" in panel.tooltip())
    assert panel.labels()[0].startswith("$3.00")


def test_a_panel_that_comes_late(make_panel, make_engine, make_tray, day, bus):
    """On X11 Qt itself would never register with it."""
    engine = make_engine(day)
    make_tray("--tray-wait", "60")
    engine.wait_followed()
    panel = make_panel()
    panel.wait_item()
    panel.until(lambda: "$12.20" in panel.tooltip())


def test_a_panel_that_restarts(panel, make_panel):
    panel.close()
    again = make_panel()
    again.wait_item()
    again.until(lambda: "$12.20" in again.tooltip())


def test_no_panel_at_all_gives_a_window_and_a_sentence(make_engine, make_tray, day, display):
    make_engine(day)
    tray = make_tray("--tray-wait", "0.2")
    wait_windows(display, 1)
    complaints = tray.complaints()
    assert "no tray" in complaints
    assert complaints.count("\n") == 1


def test_second_start_shows_the_first(panel, make_tray, display):
    second = make_tray()
    assert second.process.wait(PATIENCE) == 0
    wait_windows(display, 1)
    assert panel.tray.process.poll() is None
    assert second.complaints() == ""


def test_after_a_kill_the_next_start_works(panel, make_tray):
    panel.tray.process.kill()
    panel.tray.process.wait(PATIENCE)
    make_tray()
    panel.wait_item()
    panel.until(lambda: "$12.20" in panel.tooltip())


def test_sigterm_and_quit_end_with_zero(panel, make_tray):
    assert panel.tray.quit() == 0
    assert panel.tray.complaints() == ""
    again = make_tray()
    panel.wait_item()
    panel.until(lambda: "$12.20" in panel.tooltip())
    panel.click("Quit the tray")
    assert again.process.wait(PATIENCE) == 0
    assert again.complaints() == ""


def test_files_are_private(panel, profile):
    panel.tray.quit()
    for path in [*profile.run.iterdir(), *profile.log.iterdir(), profile.run, profile.log]:
        if path != profile.control:  # The engine's own.
            assert path.stat().st_mode & 0o077 == 0, path


def test_rubbish_on_the_socket_is_survived(panel, day):
    panel.engine.send_raw(b"\x00\xff not json\n")
    panel.engine.send(replace(day, running_pico=0))
    panel.until(lambda: "$12.16" in panel.tooltip())


def test_demo_says_so_everywhere(make_panel, make_engine, make_tray):
    panel = make_panel()
    make_engine(Snapshot(demo=True))
    make_tray("--demo")
    panel.wait_item()
    panel.until(lambda: panel.tooltip().startswith("DEMO"))
    assert panel.labels()[0].startswith("DEMO")
