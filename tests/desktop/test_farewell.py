"""Stopping everything asks what becomes of the tools that lead here."""

from __future__ import annotations

import pytest

from trayapp.desktop.farewell import Farewell
from trayapp.frontdoor import base_url
from trayapp.tools.desk import Desk
from trayapp.tools.journal import Journal
from trayapp.tools.plan import Edit, Format
from trayapp.tools.spans import Set

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support (raise|propagateSizeHints)")

BEFORE = b'{"mine": 1}\n'


@pytest.fixture
def farewell(profile, qtbot):
    made = Farewell(profile)
    qtbot.addWidget(made.box)
    return made


@pytest.fixture
def led(profile, home):
    """A connected tool's file."""
    profile.make()
    profile.token.write_text("t0K" * 14)
    file = home / "user" / "settings.json"
    file.write_bytes(BEFORE)
    file.chmod(0o600)
    edit = Edit("my-tool", file, Format.JSON, (Set(("u",), base_url(27410, "t0K" * 14, "anthropic", "my-tool")),))
    Desk(Journal(profile.edits), home / "user").apply(edit)
    return file


def test_without_connected_tools_it_only_asks(farewell, qtbot):
    farewell.ask()
    assert not farewell.back.isVisible()
    assert farewell.stop.text() == "Stop everything"
    with qtbot.waitSignal(farewell.agreed):
        farewell.stop.click()


def test_the_tools_are_led_back_first(farewell, qtbot, led):
    farewell.ask()
    assert farewell.back.isVisible()
    assert "my-tool" in farewell.box.informativeText()
    with qtbot.waitSignal(farewell.agreed):
        farewell.back.click()
    assert led.read_bytes() == BEFORE
    # The next time nothing leads here any more.
    farewell.ask()
    assert not farewell.back.isVisible()
    farewell.close()


def test_it_can_be_stopped_without_that(farewell, qtbot, led):
    connected = led.read_bytes()
    farewell.ask()
    assert farewell.stop.text() == "Stop without that"
    with qtbot.waitSignal(farewell.agreed):
        farewell.stop.click()
    assert led.read_bytes() == connected


def test_nothing_stops_when_a_file_cannot_be_put_back(farewell, qtbot, led):
    led.chmod(0o400)
    farewell.ask()
    with qtbot.assertNotEmitted(farewell.agreed):
        farewell.back.click()
        qtbot.waitUntil(lambda: "Nothing was stopped" in farewell.box.informativeText())
    assert "read-only" in farewell.box.informativeText()
    assert farewell.box.isVisible()
    farewell.close()
