"""Notifications as users have them: the tray as a process, its buttons pressed over a real session bus."""

from __future__ import annotations

import json
import os
import subprocess
import time
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from desktop_popovers import wait_windows
from screen import end, need

from trayapp.desktop import notifications
from trayapp.desktop.notifications import Notifications
from trayapp.desktop.view import Link, View
from trayapp.quiethours import local
from trayapp.snapshot import Notice, Week, Window
from trayapp.values import PICO

PATIENCE = 15.0
HOUR_US = 3_600 * 10**6
MONTH = Notice(title="Budget 'month' has reached 80 %", message="$168.", at_us=11, code="budget_80", about="month")
USED_UP = Notice(title="Budget 'daily' is used up", message="Stopped.", at_us=12, code="budget_100", about="daily")
PRICES = Notice(title="Prices arrived", message="See `spendlight prices`.", at_us=13, code="priced")


@pytest.fixture
def start(make_panel, make_engine, make_tray, day):
    """Starts a panel with a notification service, an engine and a tray."""

    def start(*capabilities: str, first=day, inhibited: bool | None = None):
        panel = make_panel()
        panel.capabilities = list(capabilities or ("body", "body-markup", "actions"))
        panel.inhibited = inhibited
        panel.engine = make_engine(first)
        panel.tray = make_tray()
        panel.wait_item()
        panel.until(lambda: "of $20 today" in panel.tooltip())
        return panel

    return start


def toast(panel):
    return panel.toasts.get(timeout=PATIENCE)


def wait(holds) -> None:
    """Wait for what only asking tells."""
    until = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < until
        time.sleep(0.05)


def sure(panel, snapshot) -> None:
    """Wait until the tray has taken in this snapshot, and all that it follows."""
    calls = snapshot.today.calls + 1
    panel.engine.send(replace(snapshot, today=replace(snapshot.today, calls=calls)))
    panel.until(lambda: any(f"{calls} calls" in label for label in panel.labels()))


def test_a_threshold_is_told_once_also_after_a_restart(start, make_tray, budgeted, profile):
    panel = start(first=budgeted)
    panel.engine.send(replace(budgeted, notices=(MONTH,)))
    told = toast(panel)
    assert (told.title, told.body, told.urgency) == ("Budget 'month' has reached 80 %", "$168.", 1)
    assert told.actions == ("default", "Open", "show", "Show", "snooze", "Snooze today")
    panel.tray.quit()
    assert panel.closed_toasts.get(timeout=PATIENCE) == told.id
    make_tray()
    panel.wait_item()
    sure(panel, replace(budgeted, notices=(MONTH,)))
    assert panel.toasts.empty()
    assert profile.told.stat().st_mode & 0o077 == 0


def test_a_stop_is_lifted_by_its_button(start, make_tray, stopped, budgeted):
    panel = start(first=budgeted)
    panel.engine.send(replace(stopped, notices=(USED_UP,)))
    told = toast(panel)
    assert (told.title, told.body, told.urgency) == ("Budget 'daily' is used up", "Stopped.", 2)
    assert told.keys == ("default", "lift", "show", "snooze")
    assert "Lift for 1 hour" in told.actions
    panel.tray.quit()
    make_tray()
    panel.wait_item()
    sure(panel, replace(stopped, notices=(USED_UP,)))
    assert panel.toasts.empty()


def test_pressing_lift_asks_the_engine_and_a_stop_that_is_over_goes(start, stopped, budgeted):
    """A stop that was there before the tray is told at its start."""
    panel = start(first=stopped)
    told = toast(panel)
    assert told.title == "New calls are refused until midnight"
    panel.press(told, "lift")
    asked = panel.engine.next_ask("override_budget")
    assert {"budget": "daily", "seconds": 3600}.items() <= asked.items()


def test_a_stop_that_is_over_takes_its_notification_along(start, stopped, budgeted):
    panel = start(first=stopped)
    told = toast(panel)
    sure(panel, stopped)
    panel.engine.send(budgeted)
    assert panel.closed_toasts.get(timeout=PATIENCE) == told.id


def test_an_outage_is_told_after_a_while_and_taken_back(start, make_engine, day):
    panel = start()
    panel.engine.close()
    told = toast(panel)
    assert (told.title, told.urgency) == ("Spendlight is not running", 2)
    assert "spendlight doctor" in told.body
    assert told.actions[2:] == ("show", "Show", "snooze", "Snooze 1 hour")
    make_engine(day)
    assert panel.closed_toasts.get(timeout=PATIENCE) == told.id


def test_an_engine_that_restarts_is_no_outage(start, make_engine, day):
    panel = start()
    panel.engine.close()
    panel.engine = make_engine(day)
    sure(panel, day)
    assert panel.toasts.empty()


def test_snooze_from_the_menu(start, budgeted, make_tray):
    panel = start(first=budgeted)
    assert panel.entry("● on")
    assert panel.entry("On").checked
    panel.click("Snooze 1 hour")
    panel.until(lambda: any("Notifications (snoozed until " in label.replace("_", "") for label in panel.labels()))
    sure(panel, replace(budgeted, notices=(PRICES, MONTH)))
    assert panel.toasts.empty()
    panel.tray.quit()
    make_tray()
    panel.wait_item()
    panel.until(lambda: any("(snoozed until " in label for label in panel.labels()))
    (entry,) = [each for each in panel.entries() if each.label.replace("_", "") == "On"]
    assert not entry.checked
    panel.click_id(entry.id)
    told = toast(panel)
    assert told.title == "While it was quiet: 1 budget, 1 piece of news"
    panel.until(lambda: not any("(snoozed" in label for label in panel.labels()))


def test_quiet_hours_hold_back_and_sum_up(start, budgeted, stopped):
    now = datetime.now(UTC).astimezone()
    hours = f"{(now.hour - 1) % 24:02}:00-{(now.hour + 2) % 24:02}:00"
    panel = start(first=replace(budgeted, quiet=hours))
    sure(panel, replace(stopped, notices=(USED_UP, MONTH), quiet=hours))
    assert any("quiet hours until " in each.label for each in panel.entries())
    assert panel.toasts.empty()
    panel.engine.send(replace(stopped, notices=(USED_UP, MONTH)))
    told = toast(panel)
    assert (told.title, told.urgency) == ("While it was quiet: 2 budgets", 2)
    assert "Budget 'daily' is used up" in told.body
    sure(panel, replace(stopped, notices=(USED_UP, MONTH)))
    assert panel.toasts.empty()


def test_a_desktop_that_asks_for_quiet(start, budgeted):
    panel = start(first=budgeted, inhibited=True)
    panel.engine.send(replace(budgeted, notices=(MONTH,)))
    panel.until(lambda: any("the desktop asks for quiet" in each.label for each in panel.entries()))
    assert panel.toasts.empty()
    panel.inhibit(False)
    assert toast(panel).title == "Budget 'month' has reached 80 %"
    panel.inhibit(True)
    panel.until(lambda: any("the desktop asks for quiet" in each.label for each in panel.entries()))
    sure(panel, replace(budgeted, notices=(PRICES, MONTH)))
    assert panel.toasts.empty()


def test_without_buttons_it_is_told_plainly(start, choosing, stopped):
    panel = start("body", first=stopped)
    title, body = panel.notices.get(timeout=PATIENCE)
    assert title == "New calls are refused until midnight"
    assert "spendlight budget override daily" in body
    assert panel.toasts.empty()


def test_a_plain_desktop_that_asks_for_quiet(start, stopped):
    panel = start("body", first=stopped, inhibited=True)
    panel.until(lambda: any("the desktop asks for quiet" in each.label for each in panel.entries()))
    assert panel.notices.empty()
    panel.inhibit(False)
    assert panel.notices.get(timeout=PATIENCE)[0] == "New calls are refused until midnight"


def test_a_real_service_shows_it_and_takes_it_back(bus, display, make_engine, make_tray, stopped, budgeted):
    need("dunst", "dunst")
    environment = {**os.environ, "DISPLAY": display, "DBUS_SESSION_BUS_ADDRESS": bus}
    service = subprocess.Popen(["dunst"], env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def says(what: str, number: int) -> bool:
        command = ["dunstctl", "count", what]
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
        return done.stdout.strip() == str(number)

    try:
        wait(lambda: says("displayed", 0))
        engine = make_engine(stopped)
        make_tray("--tray-wait", "60")
        wait(lambda: says("displayed", 1))
        engine.send(budgeted)
        wait(lambda: says("displayed", 0))
    finally:
        end(service)


def test_kinds_stand_beside_each_other(start, choosing, budgeted, day):
    now = day.at_us // 10**6
    window = Window(
        vendor="anthropic",
        name="7d",
        minutes=10_080,
        used=0.71,
        resets_at=now + 172_800,
        runs_out_at=now + 86_400,
        runs_out_sure=0.8,
    )
    panel = start(first=budgeted)
    suggestion = choosing.choices
    panel.engine.send(replace(budgeted, notices=(PRICES, MONTH), windows=(window,), choices=suggestion))
    told = [toast(panel) for _ in range(4)]
    assert [each.title for each in told[:1]] == ["Budget 'month' has reached 80 %"]
    assert told[1].title.startswith("Claude week runs out about ")
    assert [each.title for each in told[2:]] == ["Prices arrived", "Titles to claude-haiku-5-5?"]
    assert len({each.id for each in told}) == 4
    assert [each.urgency for each in told] == [1, 1, 0, 0]
    panel.press(told[3], "decline")
    assert panel.engine.next_ask("decline_suggestion")["suggestion"] == "s1"
    panel.engine.send(replace(budgeted, notices=(PRICES, MONTH), choices=suggestion))
    assert panel.closed_toasts.get(timeout=PATIENCE) == told[1].id


def test_a_budget_that_is_snoozed_today(start, budgeted):
    panel = start(first=budgeted)
    panel.engine.send(replace(budgeted, notices=(MONTH,)))
    told = toast(panel)
    panel.press(told, "snooze")
    sure(panel, replace(budgeted, notices=(replace(MONTH, at_us=20, code="budget_100"), MONTH)))
    assert panel.toasts.empty()


# Suggestions


def test_a_new_suggestion_is_told_with_buttons(start, choosing):
    panel = start()
    panel.engine.send(choosing)
    told = toast(panel)
    assert told.title == "Titles to claude-haiku-5-5?"
    assert told.body.startswith("212 title calls in 7 days cost $9.40")
    assert told.body.endswith("≈$9.16 a week, estimated")
    assert told.actions == ("default", "Open", "accept", "Switch", "decline", "Not now")
    assert told.urgency == 0
    panel.press(told, "accept")
    assert panel.engine.next_ask("accept_suggestion")["suggestion"] == "s1"


def test_markup_is_no_markup(start, choosing):
    trial = replace(choosing.choices.suggestion, trial=True, title="A <b> & c?", lines=("1 < 2 & 3",))
    panel = start()
    panel.engine.send(replace(choosing, choices=replace(choosing.choices, suggestion=trial)))
    told = toast(panel)
    assert told.actions[2:] == ("accept", "Try for 1 hour", "decline", "Not now")
    assert told.title == "A <b> & c?"
    assert told.body.startswith("1 &lt; 2 &amp; 3\n")


def test_a_suggestion_that_is_gone_takes_its_notification_along(start, choosing):
    panel = start()
    panel.engine.send(choosing)
    told = toast(panel)
    panel.until(lambda: any("Suggestion:" in label for label in panel.labels()))
    panel.engine.send(replace(choosing, choices=replace(choosing.choices, suggestion=None)))
    assert panel.closed_toasts.get(timeout=PATIENCE) == told.id


def test_a_click_on_the_notification_opens_the_popover(start, choosing, display):
    panel = start()
    panel.engine.send(choosing)
    panel.press(toast(panel), "default")
    wait_windows(display, 1)


def test_what_the_popover_shows_is_not_suggested(start, choosing, display):
    panel = start()
    panel.activate()
    wait_windows(display, 1)
    panel.engine.send(choosing)
    panel.until(lambda: any("Suggestion:" in label for label in panel.labels()))
    panel.activate()
    wait_windows(display, 0)
    panel.engine.send(replace(choosing, running_pico=0))
    panel.until(lambda: "$12.16" in panel.tooltip())
    assert panel.toasts.empty()


# With a clock of the test's


class Clock:
    def __init__(self) -> None:
        self.now = time.time_ns() // 1000

    def __call__(self) -> int:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def notes(qapp, bus, clock, profile, monkeypatch, make_panel):
    """The tray's notifications in this process, beside a panel."""
    monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", bus)
    made = Notifications(profile.told, now_us=clock)
    made.panel = make_panel()
    yield made
    made.close()


def wait_toast(qtbot, panel):
    qtbot.waitUntil(lambda: not panel.toasts.empty(), timeout=int(PATIENCE * 1000))
    return panel.toasts.get()


def test_back_is_told_to_who_was_told_the_outage(qtbot, notes, clock, day):
    up, gone = View(link=Link.CONNECTED, snapshot=day), View(link=Link.RELAYING, snapshot=day)
    notes.look(up, seen=False)
    notes.look(gone, seen=False)
    clock.now += 4 * 10**6
    notes.look(gone, seen=False)
    told = wait_toast(qtbot, notes.panel)
    assert (told.title, told.urgency) == ("Calls are not metered", 2)
    notes.look(View(link=Link.CONNECTING, snapshot=day), seen=False)
    qtbot.waitUntil(lambda: not notes._buttoned._pending)
    clock.now += 90 * 10**6
    notes.look(up, seen=False)
    back = wait_toast(qtbot, notes.panel)
    assert notes.panel.closed_toasts.get(timeout=PATIENCE) == told.id
    assert (back.title, back.body, back.urgency) == ("Spendlight is back", "Calls are metered again.", 0)


def test_an_outage_that_is_snoozed_comes_again(qtbot, notes, clock):
    gone = View(link=Link.DOWN)
    notes.look(gone, seen=False)
    clock.now += 11 * 10**6
    notes.look(gone, seen=False)
    told = wait_toast(qtbot, notes.panel)
    qtbot.waitUntil(lambda: not notes._buttoned._pending)
    notes.panel.press(told, "snooze")
    qtbot.waitUntil(lambda: bool(notes._teller.book.subjects))
    notes.look(gone, seen=False)
    clock.now += HOUR_US
    notes.look(gone, seen=False)
    assert wait_toast(qtbot, notes.panel).title == told.title


def test_a_snooze_ends_by_itself(qtbot, notes, clock, budgeted):
    """By a timer, not by the next snapshot."""
    view = View(link=Link.CONNECTED, snapshot=budgeted)
    states = []
    notes.silence.connect(states.append)
    notes.look(view, seen=False)
    notes.snooze(notifications.HOUR)
    notes.look(replace(view, snapshot=replace(budgeted, notices=(MONTH,))), seen=False)
    assert (states[-1].why, states[-1].until_us) == ("snooze", clock.now + HOUR_US)
    assert notes._timer.isActive()
    clock.now += HOUR_US
    notes._timer.setInterval(0)
    assert wait_toast(qtbot, notes.panel).title == MONTH.title
    assert states[-1].why == ""


def test_a_week_says_that_it_is_one(qtbot, notes, day):
    opened = []
    notes.open_asked.connect(opened.append)
    view = View(link=Link.CONNECTED, snapshot=day)
    notes.look(view, seen=False)
    week = Week(name="2026-W47", first="2026-11-16", last="2026-11-22", pico=12 * PICO, calls=3)
    notes.look(replace(view, snapshot=replace(day, week=week)), seen=False)
    told = wait_toast(qtbot, notes.panel)
    assert (told.title, told.body) == ("Your week: $12.00", "16 Nov to 22 Nov.")
    assert told.actions[2:] == ("open", "Open")
    qtbot.waitUntil(lambda: not notes._buttoned._pending)
    notes.panel.press(told, "open")
    qtbot.waitUntil(lambda: opened == ["week"])


def test_a_service_that_never_answers_is_of_no_use(qtbot, qapp, bus, clock, profile, monkeypatch, stopped):
    monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", bus)
    notes = Notifications(profile.told, now_us=clock)
    with qtbot.waitSignal(notes.plain, timeout=int(PATIENCE * 1000)) as told:
        notes.look(View(link=Link.CONNECTED, snapshot=stopped), seen=False)
    assert told.args[0] == "New calls are refused until midnight"
    assert told.args[2] is False
    notes.close()


def test_no_bus_at_all(qtbot, qapp, clock, profile, monkeypatch, stopped):
    monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nowhere")
    notes = Notifications(profile.told, now_us=clock)
    with qtbot.waitSignal(notes.plain, timeout=int(PATIENCE * 1000)):
        notes.look(View(link=Link.CONNECTED, snapshot=stopped), seen=False)
    notes.close()


def test_what_an_engine_said_last_holds_without_one(qapp, clock, profile, day, tmp_path):
    """Level and quiet hours are remembered for a start without an engine."""
    notes = Notifications(profile.told, now_us=clock)
    notes.look(View(link=Link.CONNECTED, snapshot=replace(day, notify="none", quiet="nonsense")), seen=False)
    notes.close()
    kept = json.loads(profile.told.read_text())
    assert (kept["level"], kept["quiet"]) == ("none", "nonsense")
    notes, states = Notifications(profile.told, now_us=clock), []
    notes.silence.connect(states.append)
    notes.look(View(link=Link.DOWN), seen=False)
    assert states[-1].why == "none"
    notes.close()


@pytest.mark.parametrize(("hour", "day"), [(0, 26), (3, 26), (4, 27), (12, 27), (23, 27)])
def test_tomorrow_and_midnight(hour, day):
    now = datetime(2026, 11, 26, hour, 30).astimezone()
    us = int(now.timestamp()) * 10**6
    then = local(notifications.tomorrow(us))
    assert (then.day, then.hour, then.minute) == (day, 8, 0)
    then = local(notifications.midnight(us))
    assert (then.day, then.hour, then.minute) == (27, 0, 0)
