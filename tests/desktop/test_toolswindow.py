"""The window that connects tools, on real files: one click in, one click out, and the difference before it."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible

from trayapp.demo.vendor import VendorThread
from trayapp.desktop import look
from trayapp.desktop.toolswindow import ToolsWindow
from trayapp.desktop.toolwork import ToolWork
from trayapp.guard import launch
from trayapp.platform import paths as places
from trayapp.platform.paths import Paths
from trayapp.toolbox import Toolbox
from trayapp.tools.connection import Standing

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support (raise|propagateSizeHints|grabbing the keyboard)")

MINE = '{\n  "model": "opus",\n  "env": {\n    "EDITOR": "vim"\n  }\n}\n'


@pytest.fixture
def profile() -> Paths:
    found = places.find()
    found.make()
    found.port.write_text("29999")
    found.token.write_text("t0K" * 14 + "_")
    found.no_autostart.write_bytes(b"")  # its own tests are elsewhere
    return found


@pytest.fixture
def settings(home: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A user with Claude Code's settings and a Codex on PATH."""
    programs = home / "bin"
    programs.mkdir()
    (programs / "codex").write_text("#!/bin/sh\n")
    (programs / "codex").chmod(0o755)
    monkeypatch.setenv("PATH", f"{programs}:{os.environ['PATH']}")
    path = home / "user" / ".claude" / "settings.json"
    path.parent.mkdir(mode=0o700)
    path.write_text(MINE)
    path.chmod(0o600)
    return path


@pytest.fixture
def window(qtbot, qapp, profile, settings) -> Iterator[ToolsWindow]:
    look.apply(qapp, look.DARK)
    work = ToolWork(Toolbox(profile))
    made = ToolsWindow(work)
    qtbot.addWidget(made)
    made.open_fresh()
    qtbot.waitUntil(lambda: made.list.count() > 0 and bool(made.difference.toPlainText()))
    yield made
    work.close()


def choose(window: ToolsWindow, qtbot, title: str) -> None:
    for row in range(window.list.count()):
        if window.list.item(row).text().startswith(title):
            window.list.setCurrentRow(row)
    assert window.list.currentItem().text().startswith(title)
    qtbot.waitUntil(lambda: bool(window.difference.toPlainText()))


def test_the_difference_stands_there_before_anything_is_written(window, qtbot, settings):
    assert window.list.item(0).text() == "Claude Code\nnot connected"
    shown = window.difference.toPlainText()
    assert '+    "ANTHROPIC_BASE_URL": "http://127.0.0.1:29999/…/anthropic.claude-code",' in shown
    assert "t0Kt0K" not in shown
    assert window.act.text() == "&Connect Claude Code"
    assert "Remote Control" in window.notes.text()
    assert settings.read_text() == MINE


def test_one_click_in_and_one_click_out(window, qtbot, settings):
    qtbot.mouseClick(window.act, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: window.act.text() == "&Disconnect Claude Code")
    assert json.loads(settings.read_text())["env"]["ANTHROPIC_BASE_URL"].startswith("http://127.0.0.1:29999/")
    assert window.outcome.text().startswith("Claude Code is connected. Start Claude Code anew to use it.")
    assert "a test call failed: nobody answers" in window.outcome.text()  # nothing runs in this test
    qtbot.waitUntil(lambda: '-    "ANTHROPIC_BASE_URL"' in window.difference.toPlainText())
    qtbot.mouseClick(window.act, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: window.act.text() == "&Connect Claude Code")
    assert settings.read_text() == MINE
    assert window.outcome.text() == "settings.json: as it was, byte for byte."


def test_the_keyboard_is_enough(window, qtbot, settings):
    qtbot.keyClick(window.list, Qt.Key.Key_Down)
    qtbot.waitUntil(lambda: window.act.text() == "&Connect Codex CLI")
    qtbot.keyClick(window.list, Qt.Key.Key_Up)
    qtbot.waitUntil(lambda: window.act.text() == "&Connect Claude Code")
    qtbot.keyClick(window, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: window.act.text() == "&Disconnect Claude Code")
    qtbot.keyClick(window, Qt.Key.Key_Escape)
    assert not window.isVisible()


def test_what_the_user_took_out_is_offered_again(window, qtbot, settings, profile):
    qtbot.mouseClick(window.act, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: window.act.text().startswith("&Disconnect"))
    settings.write_text(MINE)
    window.look_again()
    qtbot.waitUntil(lambda: window.act.text() == "&Connect again Claude Code")
    assert "you have taken it out" in window.notes.text()
    qtbot.mouseClick(window.act, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: window.act.text().startswith("&Disconnect"))


def test_another_mode_is_another_click(window, qtbot, settings, profile):
    profile.settings.write_text('[upstreams]\nbedrock = "https://bedrock-runtime.us-east-1.amazonaws.com"\n')
    window.mode.setCurrentIndex(window.mode.findData("bedrock"))
    window.mode.activated.emit(window.mode.currentIndex())
    qtbot.waitUntil(lambda: "ANTHROPIC_BEDROCK_BASE_URL" in window.difference.toPlainText())
    qtbot.mouseClick(window.act, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: window.act.text().startswith("&Disconnect"))
    assert window.list.currentItem().text() == "Claude Code\nconnected (bedrock)"


def test_what_cannot_be_done_is_said_where_the_eyes_are(window, qtbot, settings):
    settings.write_text("{broken")
    window.look_again()
    qtbot.waitUntil(lambda: "it was left alone" in window.difference.toPlainText())
    qtbot.mouseClick(window.act, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: "it was left alone" in window.outcome.text())
    assert settings.read_text() == "{broken"
    assert window.act.isEnabled()


def test_after_connecting_its_way_is_tried(qtbot, qapp, home, settings):
    with VendorThread() as vendor:
        paths = places.find()
        paths.make()
        paths.no_autostart.write_bytes(b"")
        paths.settings.write_text(f'[upstreams]\nanthropic = "{vendor.url}"\n')
        launch.start(paths, wait=30)
        work = ToolWork(Toolbox(paths))
        window = ToolsWindow(work)
        qtbot.addWidget(window)
        try:
            window.open_fresh()
            qtbot.waitUntil(lambda: bool(window.difference.toPlainText()))
            qtbot.mouseClick(window.act, Qt.MouseButton.LeftButton)
            qtbot.waitUntil(lambda: "Test call: anthropic answered " in window.outcome.text(), timeout=20_000)
        finally:
            work.close()
            launch.stop(paths)


def test_a_screen_reader_hears_names_and_states(window, qtbot):
    spoken = {
        QAccessible.queryAccessibleInterface(w).text(QAccessible.Text.Name) for w in (window.list, window.difference)
    }
    assert spoken == {"Tools", "What changes in its files"}
    item = window.list.item(0)
    assert item.data(Qt.ItemDataRole.AccessibleTextRole) == "Claude Code, not connected"


@pytest.mark.parametrize("colours", [look.DARK, look.LIGHT], ids=["dark", "light"])
def test_it_looks_right(window, qtbot, qapp, shots, colours):
    qtbot.mouseClick(window.act, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: window.act.text().startswith("&Disconnect"))
    choose(window, qtbot, "Codex")
    look.apply(qapp, colours)
    qtbot.waitUntil(lambda: "+openai_base_url" in window.difference.toPlainText())
    qapp.processEvents()
    for colour in (colours.series[2], colours.over, colours.dim):
        assert look.contrast(colour, colours.window) >= 4.5
    assert window.grab().save(str(shots / f"tools-{'dark' if colours.dark else 'light'}.png"))
    for label in (window.notes, window.outcome):
        assert label.height() >= label.heightForWidth(label.width()) or not label.text()
    assert window.act.width() >= window.act.sizeHint().width()


def test_standing_words_cover_all():
    from trayapp.desktop.toolwords import STATES

    assert set(STATES) == set(Standing)
