"""The mini meter: what it shows, what clicks and keys do, and that it is there when it is wanted."""

from __future__ import annotations

import json
import shutil
import subprocess
import time

import pytest
from desktop_faces import LANGUAGES, picture
from desktop_popovers import wait_windows
from desktop_tongues import speaking
from PySide6.QtCore import QPoint, QRect, Qt

from trayapp.desktop import look
from trayapp.desktop.minimeter import MiniMeter
from trayapp.desktop.view import Link, View
from trayapp.display import Display

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support (raise|propagateSizeHints|grabbing the keyboard)")
PATIENCE = 15.0


@pytest.fixture
def mini(qtbot, tmp_path, day):
    made = MiniMeter(tmp_path / "mini.json")
    qtbot.addWidget(made)
    made.show_view(View(link=Link.CONNECTED, snapshot=day))
    made.show()
    return made


def test_it_says_what_icon_and_tooltip_say(mini, day):
    assert mini.accessibleName() == "≈$12.20 of $20 today · $1.90/h"
    assert "2 calls running" in mini.toolTip()
    mini.show_view(View(link=Link.DOWN))
    assert mini.accessibleName() == "Spendlight is not running"


@pytest.mark.parametrize("dark", [True, False], ids=["dark", "light"])
@pytest.mark.parametrize("name", LANGUAGES)
def test_nothing_is_cut(qapp, qtbot, tmp_path, day, shots, name, dark):
    """Its words end before its edge, in both languages and looks; here are its pictures."""
    look.apply(qapp, look.DARK if dark else look.LIGHT)
    with speaking(qapp, name):
        made = MiniMeter(tmp_path / "mini.json")
        qtbot.addWidget(made)
        made.show_view(View(link=Link.CONNECTED, snapshot=day))
        ground = look.current().window
        canvas = made.grab().toImage()
        edge = range(canvas.width() - 7, canvas.width() - 1)
        assert {canvas.pixelColor(x, y).name() for x in edge for y in range(1, canvas.height() - 1)} == {ground}
        for scale in (1, 2):
            picture(made, shots / f"mini-{name}-{'dark' if dark else 'light'}-{scale}x.png", scale)


def test_mouse_and_keys(mini, qtbot):
    opened: list[QRect] = []
    paused: list[bool] = []
    menus: list[QPoint] = []
    mini.popover_asked.connect(opened.append)
    mini.pause_asked.connect(lambda: paused.append(True))
    mini.menu_asked.connect(menus.append)
    qtbot.mouseClick(mini, Qt.MouseButton.LeftButton)
    assert opened == [mini.geometry()]
    qtbot.keyClick(mini, Qt.Key.Key_Return)
    assert len(opened) == 2
    qtbot.mouseClick(mini, Qt.MouseButton.MiddleButton)
    qtbot.keyClick(mini, Qt.Key.Key_P)
    assert len(paused) == 2
    assert mini.focusPolicy() & Qt.FocusPolicy.TabFocus


def test_where_it_was_left_is_where_it_comes_back(mini, qtbot, tmp_path):
    mini.move(60, 70)
    qtbot.waitUntil((tmp_path / "mini.json").exists)
    assert json.loads((tmp_path / "mini.json").read_bytes()) == {"x": 60, "y": 70}
    assert (tmp_path / "mini.json").stat().st_mode & 0o077 == 0
    again = MiniMeter(tmp_path / "mini.json")
    qtbot.addWidget(again)
    assert again.pos() == QPoint(60, 70)


@pytest.mark.parametrize("kept", [b"", b"[]", b'{"x": "a", "y": 1}', b'{"x": 90000, "y": 90000}'])
def test_a_place_that_is_none_is_forgotten(qtbot, tmp_path, kept):
    (tmp_path / "mini.json").write_bytes(kept)
    made = MiniMeter(tmp_path / "mini.json")
    qtbot.addWidget(made)
    assert made.screen().availableGeometry().contains(made.geometry())


def test_without_a_tray_it_opens_the_popover(make_engine, make_tray, day, display, profile):
    """As a process on a real screen, stays above, and the popover opens beside it by a click."""
    xdotool = shutil.which("xdotool")
    if xdotool is None or shutil.which("openbox") is None:
        pytest.skip("needs xdotool and openbox: install the packages xdotool, openbox")
    profile.settings.write_text("[display]\nmini_meter = true\n")
    from dataclasses import replace

    make_engine(replace(day, display=Display(mini_meter=True)))
    tray = make_tray("--tray-wait", "0.2")

    def ask(*words: str) -> str:
        done = subprocess.run([xdotool, *words], env=tray.environment, capture_output=True, text=True, timeout=20)
        return done.stdout.strip()

    end = time.monotonic() + PATIENCE
    while not (found := ask("search", "--onlyvisible", "--name", "Spendlight's meter")):
        assert time.monotonic() < end
    ask("mousemove", "--window", found.splitlines()[0], "20", "20", "click", "1")
    wait_windows(display, 1)
    assert tray.quit() == 0
    assert tray.complaints() == ""
