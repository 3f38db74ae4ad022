"""How the tray looks is the user's to set: language, colours and ink change while it runs."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import replace

import pytest
from PySide6.QtCore import QEvent
from PySide6.QtDBus import QDBusConnection, QDBusMessage, QDBusVariant
from PySide6.QtWidgets import QApplication

from trayapp import settings
from trayapp.desktop import look, outset
from trayapp.desktop.look import DARK, LIGHT, SystemLook
from trayapp.display import Display

WHITE, BLACK, GROUND = (255, 255, 255), (0x16, 0x18, 0x1C), (0x23, 0x26, 0x2D)


def test_the_file_is_read_until_the_engine_speaks(profile):
    assert outset.wanted(profile) == Display()
    for text, expected in (
        ('[display]\nlanguage = "de"\ntheme = "dark"\nink = "plate"\nmini_meter = true\n',
         Display(language="de", theme="dark", ink="plate", mini_meter=True)),
        ('[display]\nlanguage = "fr"\ntheme = 3\nink = []\nmini_meter = 1\n', Display()),
        ('display = "language"\n', Display()),
        ("[display\nlanguage", Display()),
        ("[display]\n", Display()),
    ):  # fmt: skip
        profile.settings.write_text(text)
        assert outset.wanted(profile) == expected
    profile.settings.write_bytes(b"\xff display")
    assert outset.wanted(profile) == Display()


def test_the_words_are_those_of_the_settings():
    """Each that the settings take is known here, and no other; what they say reaches the snapshot whole."""
    checks = {setting.key: setting.check for setting in settings.TABLE}
    for name, words in outset.WORDS.items():
        for word in words:
            assert checks[f"display.{name}"](word) == word
        with pytest.raises(ValueError, match="or"):
            checks[f"display.{name}"]("elsewhere")
    assert settings.defaults().display == Display()
    assert set(outset.WORDS) == set(Display.__dataclass_fields__)


def test_all_of_it_changes_while_it_runs(make_panel, make_engine, make_tray, day):
    panel = make_panel()
    engine = make_engine(day)
    make_tray()
    panel.wait_item()
    panel.until(lambda: "$12.20 of $20 today" in panel.tooltip())
    panel.until(lambda: "Show details" in "".join(panel.labels()).replace("_", ""))
    engine.send(replace(day, display=Display(language="de")))
    panel.until(lambda: panel.tooltip().startswith("Heute ≈12,20\xa0$ von 20\xa0$"))
    panel.until(lambda: "Details zeigen" in "".join(panel.labels()).replace("_", ""))
    panel.click("Erfassung")  # the new menu is the one that works
    assert engine.next_ask("pause")["seconds"] == 3600
    engine.send(replace(day, display=Display(ink="light")))
    panel.until(lambda: panel.tooltip().startswith("≈$12.20 of $20 today"))
    panel.until(lambda: panel.pixmaps()[64].coloured(*WHITE) > 100)
    assert panel.pixmaps()[64].coloured(*BLACK) == 0
    engine.send(replace(day, display=Display(ink="dark")))
    panel.until(lambda: panel.pixmaps()[64].coloured(*BLACK) > 100)
    assert panel.pixmaps()[64].coloured(*WHITE) == 0
    engine.send(replace(day, display=Display(ink="plate")))
    panel.until(lambda: panel.pixmaps()[64].coloured(*GROUND) > 500)
    assert panel.pixmaps()[64].coloured(*WHITE) > 100


@pytest.fixture
def followed(qapp: QApplication) -> Iterator[SystemLook]:
    """The look of the system, whose scheme Qt does not know here."""
    before = look.current()
    made = SystemLook(qapp)
    yield made
    made.deleteLater()
    look.apply(qapp, before)


def test_a_set_theme_stays_whatever_the_system_does(followed, qtbot):
    changes = []
    followed.changed.connect(changes.append)
    followed.choose("dark")
    assert look.current() is DARK
    followed.portal_told(changed(2))
    assert look.current() is DARK
    followed.choose("light")
    assert look.current() is LIGHT
    followed.portal_told(changed(1))
    assert look.current() is LIGHT
    followed.choose("auto")  # the last word of the system counts again
    assert look.current() is DARK
    assert changes == [DARK, LIGHT, DARK]


def changed(value: int, key: str = "color-scheme") -> QDBusMessage:
    """What the portal says when the user has switched the system's colours."""
    message = QDBusMessage.createSignal(
        "/org/freedesktop/portal/desktop", "org.freedesktop.portal.Settings", "SettingChanged"
    )
    boxed = QDBusVariant()
    boxed.setVariant(value)
    message.setArguments(["org.freedesktop.appearance", key, boxed])
    return message


def test_the_portal_is_listened_to(qapp, qtbot, bus, monkeypatch):
    """Over a real bus: dark, and light again; another setting of the portal changes nothing."""
    monkeypatch.setitem(os.environ, "DBUS_SESSION_BUS_ADDRESS", bus)
    connection = QDBusConnection.connectToBus(bus, "portal-test")
    monkeypatch.setattr(QDBusConnection, "sessionBus", staticmethod(lambda: connection))
    before = look.current()
    made = SystemLook(qapp)
    assert look.current() is LIGHT
    portal = QDBusConnection.connectToBus(bus, "portal")
    try:
        assert portal.send(changed(1))
        qtbot.waitUntil(lambda: look.current() is DARK)
        assert portal.send(changed(2, key="contrast"))
        assert portal.send(changed(2))
        qtbot.waitUntil(lambda: look.current() is LIGHT)
    finally:
        # It goes before its bus does: who listens must not outlive what he listens to.
        made.deleteLater()
        qapp.sendPostedEvents(made, QEvent.Type.DeferredDelete)
        QDBusConnection.disconnectFromBus("portal")
        QDBusConnection.disconnectFromBus("portal-test")
        look.apply(qapp, before)
