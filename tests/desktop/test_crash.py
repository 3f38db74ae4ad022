"""A tray that fails leaves the tools alone, says so in words, and keeps a report that tells nothing of its user."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest
from desktop_faces import LANGUAGES, cut, faint, overlapping, picture, shortcuts
from desktop_tongues import speaking

from trayapp.desktop import crash, gauges, look
from trayapp.desktop.gauges import Card
from trayapp.desktop.reportwindow import ReportWindow
from trayapp.trouble import Trouble

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support (raise|propagateSizeHints|grabbing the keyboard)")

FAULT = """Fatal Python error: Segmentation fault

Current thread 0x00007f1c0a7fc740 (most recent call first):
  File "/home/alice/secret-project/trayapp/desktop/gauges.py", line 12 in paintEvent
  File "/home/alice/.venv/lib/python3.12/site-packages/PySide6/x.py", line 3 in <module>
  File "/home/alice/secret-project/trayapp/desktop/app.py", line 70 in run

Extension modules: shiboken6.Shiboken, PySide6.QtCore (total: 2)
"""


def test_a_fault_becomes_a_report_of_places_only():
    report = crash.fault_report(FAULT)
    assert report.splitlines()[1:] == [
        "Fatal Python error: Segmentation fault",
        "Current thread",
        "  trayapp/desktop/gauges.py:12 in paintEvent",
        "  …/x.py:3 in <module>",
        "  trayapp/desktop/app.py:70 in run",
    ]
    assert "alice" not in report
    assert "secret" not in report
    assert crash.fault_report("") == crash.fault_report("alice was here\n") == ""


def test_a_tray_that_ends_by_a_fault_is_told_of_by_the_next(make_panel, make_engine, make_tray, day, profile):
    """Aborted as Qt aborts; the next one says so in menu and popover, and the report is private and whole."""
    panel = make_panel()
    make_engine(day)
    tray = make_tray()
    panel.wait_item()
    panel.until(lambda: "$12.20" in panel.tooltip())
    tray.process.send_signal(signal.SIGABRT)
    assert tray.process.wait(15) == -signal.SIGABRT
    again = make_tray()
    panel.wait_item()
    panel.until(lambda: "⚠ The tray ended unexpectedly last time" in panel.labels())
    report = crash.newest(profile.log)
    assert report is not None
    assert report.stat().st_mode & 0o077 == 0
    text = report.read_text()
    assert "Fatal Python error: Aborted" in text
    assert "trayapp/desktop/app.py" in text
    assert str(profile.log) not in text
    assert os.fspath(Path(crash.__file__).parents[2]) not in text
    assert again.quit() == 0
    make_tray()  # told once
    panel.wait_item()
    panel.until(lambda: "$12.20" in panel.tooltip())
    assert not any("ended unexpectedly" in label for label in panel.labels())


def test_a_card_of_a_crash_offers_the_report(qtbot):
    card = Card()
    qtbot.addWidget(card)
    for code in gauges.REPORTED:
        card.show_trouble(Trouble(title="A", message="B", code=code))
        assert not card.report.isHidden()
    card.show_trouble(Trouble(title="A", message="B", code="busy"))
    assert card.report.isHidden()


@pytest.mark.parametrize("dark", [True, False], ids=["dark", "light"])
@pytest.mark.parametrize("name", LANGUAGES)
def test_the_report_is_shown_as_it_lies_there(qapp, qtbot, tmp_path, shots, name, dark):
    look.apply(qapp, look.DARK if dark else look.LIGHT)
    with speaking(qapp, name):
        path = tmp_path / "tray-error-1.txt"
        path.write_text(crash.fault_report(FAULT))
        made = ReportWindow()
        qtbot.addWidget(made)
        made.open_for(path)
        qapp.processEvents()
        assert made.text.toPlainText() == path.read_text()
        made.copy.click()
        assert qapp.clipboard().text() == path.read_text()
        assert cut(made) == []
        assert len(set(shortcuts(made))) == 2
        assert overlapping(made) == []
        assert faint(made) == []
        for scale in (1, 2):
            picture(made, shots / f"report-{name}-{'dark' if dark else 'light'}-{scale}x.png", scale)
        path.unlink()
        made.open_for(path)
        assert made.text.toPlainText() in ("It cannot be read any more.", "Er kann nicht mehr gelesen werden.")


def test_the_newest_is_shown(tmp_path):
    assert crash.newest(tmp_path) is None
    for name in ("tray-error-20261125-101010-0001.txt", "tray-error-20261126-090000-0001.txt", "tray.log"):
        (tmp_path / name).write_text(name)
    assert crash.newest(tmp_path) == tmp_path / "tray-error-20261126-090000-0001.txt"
