"""The tray in a Wayland session: its panel speaks D-Bus, its popover is a window of the compositor's."""

from __future__ import annotations

from dataclasses import replace

import pytest
from desktop_faces import popover_of
from pixels import rgb
from wayland import make_weston

from trayapp.desktop.view import Link, View
from trayapp.values import PICO

__all__ = ["make_weston"]

OK = (0x56, 0xB4, 0xE9)
WARN = (0xE6, 0x9F, 0x00)
GROUND, BAR = rgb("#fafafb"), rgb("#0072b2")
"""Of the popover on light ground."""
OTHER = rgb("#2a6f4e")
"""Of another program's window."""


@pytest.fixture
def session(make_weston, make_engine, make_tray, make_panel, profile, day):
    """A panel with the tray in it, in a Wayland session; ``.engine``, ``.weston`` and ``.tray`` are the others."""
    panel = make_panel()
    panel.engine = make_engine(day)
    panel.weston = make_weston()
    panel.tray = make_tray(**panel.weston.environment())
    panel.wait_item()
    panel.until(lambda: "$12.20" in panel.tooltip())
    yield panel
    said = panel.tray.complaints() + (profile.log / "tray.log").read_text()
    assert "popup" not in said
    assert "wayland" not in said.lower()
    assert "Traceback" not in said


def no_window(panel) -> None:
    screen = panel.weston.screen
    screen.until(lambda frame: frame.count(GROUND) == 0)


def test_icon_tooltip_and_menu(session, day):
    """The same bar, words and lines as on X11; they follow."""
    assert session.get("Title") == "Spendlight"
    pixmaps = session.pixmaps()
    assert sorted(pixmaps) == [22, 32, 44, 64]
    assert sum(1 for pixel in pixmaps[64].row(63) if pixel == (255, *OK)) in range(35, 40)
    assert "≈$12.20 of $20 today · $1.90/h" in session.labels()
    session.engine.send(replace(day, today=replace(day.today, pico=17 * PICO), running_pico=0))
    session.until(lambda: session.pixmaps()[64].coloured(*WARN) > 0)
    assert "$17.00 of $20 today" in session.tooltip()


def test_a_click_opens_a_popover_that_is_really_there(session, day):
    """Painted by the compositor, whole, alive."""
    no_window(session)
    session.activate()
    left, top, wide, high = session.weston.window(GROUND)
    assert wide == 328  # 330 with its edge
    assert high > 300
    bar = session.weston.screen.frame((left, top, wide, 100)).box(BAR)
    assert bar is not None
    session.engine.send(replace(day, today=replace(day.today, pico=19 * PICO), running_pico=0))
    session.weston.screen.until(
        lambda frame: frame.count(rgb("#a86f00")) > 100, (left, top, wide, 100)
    )  # the bar of 95 %, in the warning colour


def test_a_second_click_closes_the_popover(session):
    session.activate()
    session.weston.window(GROUND)
    session.activate()
    no_window(session)


def test_the_popover_has_the_keyboard(session):
    """Nobody clicked into it: a button's key asks for a pause, Esc closes it."""
    session.activate()
    session.weston.window(GROUND)
    session.weston.press("alt+p", session.engine.asked)
    assert session.engine.next_ask("pause")["seconds"] == 3600
    session.weston.press("Escape", lambda: not session.weston.screen.frame().count(GROUND))


def middle_of(popover, widget) -> tuple[int, int]:
    """Where a widget of a popover is in its window."""
    at = widget.mapTo(popover, widget.rect().center())
    return at.x(), at.y()


@pytest.mark.qt_log_ignore("This plugin does not support (raise|propagateSizeHints|grabbing the keyboard)")
def test_a_pointer_presses_a_button(session, qtbot, day):
    """A real pointer on the compositor's screen: a button lights up under it and does what it says."""
    like_it = popover_of(qtbot, View(link=Link.CONNECTED, snapshot=day), "day")
    x, y = middle_of(like_it, like_it.pause)
    session.activate()
    left, top, wide, high = session.weston.window(GROUND)
    assert (wide + 2, high + 2) == (like_it.width(), like_it.height())
    x, y = left - 1 + x, top - 1 + y
    around, screen = (x - 20, y - 8, 40, 16), session.weston.screen
    dull = screen.frame(around)
    session.weston.point(x, y, lambda: screen.frame(around).differing(dull))
    session.weston.click(x, y, session.engine.asked)
    assert session.engine.next_ask("pause")["seconds"] == 3600
    assert screen.frame().count(GROUND), "it stays open"


def test_a_click_into_another_window_closes_the_popover(session):
    screen = session.weston.screen
    place = session.weston.neighbour(OTHER)
    session.activate()
    session.weston.window(GROUND)
    assert screen.frame().at(*place) == OTHER
    session.weston.point(*place, lambda: screen.frame().at(*place) != OTHER)  # the pointer is drawn there
    session.weston.click(*place, lambda: not screen.frame().count(GROUND))


def test_pause_from_the_menu_and_by_a_middle_click(session):
    session.click("Pause metering")
    assert session.engine.next_ask("pause")["seconds"] == 3600
    session.middle_click()
    assert session.engine.next_ask("pause")["seconds"] == 3600


def test_a_panel_that_comes_late_and_quit(make_weston, make_panel, make_engine, make_tray, day):
    engine = make_engine(day)
    tray = make_tray("--tray-wait", "60", **make_weston().environment())
    engine.wait_followed()
    panel = make_panel()
    panel.wait_item()
    panel.until(lambda: "$12.20" in panel.tooltip())
    assert panel.no_item()  # it has come once: one that is taken back and comes again is lost on some panels
    panel.close()
    again = make_panel()
    again.wait_item()
    again.until(lambda: "$12.20" in again.tooltip())
    again.click("Quit the tray")
    assert tray.process.wait(15) == 0
    assert tray.complaints() == ""


def test_no_panel_at_all_gives_a_window(make_weston, make_engine, make_tray, day):
    make_engine(day)
    weston = make_weston()
    make_tray("--tray-wait", "0.2", **weston.environment())
    assert weston.window(GROUND)[2] >= 328


def test_twice_as_fine(make_weston, make_panel, make_engine, make_tray, day):
    """On an output of scale 2 the popover has twice the pixels, its bars are as sharp; the icon's sizes stay."""
    panel = make_panel()
    make_engine(day)
    weston = make_weston(2)
    make_tray(**weston.environment())
    panel.wait_item()
    panel.until(lambda: "$12.20" in panel.tooltip())
    assert sorted(panel.pixmaps()) == [22, 32, 44, 64]
    panel.activate()
    left, top, wide, high = weston.window(GROUND)
    assert wide in range(656, 661)
    frame = weston.screen.frame((left, top, wide, high))
    # An edge of one fine pixel: an enlarged picture would only have pairs of equal rows.
    rows = [frame.data[y * wide * 4 : (y + 1) * wide * 4] for y in range(high)]
    assert any(rows[y] != rows[y + 1] for y in range(0, high - 1, 2))
    assert any(rows[y] != rows[y + 1] for y in range(1, high - 1, 2))
