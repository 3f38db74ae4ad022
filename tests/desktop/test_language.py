"""Which language the tray speaks: the setting, the system, and what its locale writes."""

from __future__ import annotations

import os
from dataclasses import replace

import pytest
from desktop_tongues import afterwards_english
from PySide6.QtCore import QLocale

from trayapp import tongue
from trayapp.desktop import language
from trayapp.display import Display


@pytest.mark.parametrize(
    ("setting", "preferred", "expected"),
    [
        ("auto", ["de-Latn-DE", "de-DE", "de"], "de"),
        ("auto", ["de_AT"], "de"),
        ("auto", ["C"], "en"),
        ("auto", ["fr-FR", "de-DE"], "de"),
        ("auto", ["en-GB", "de-DE"], "en"),
        ("auto", ["fr-FR"], "en"),
        ("auto", [], "en"),
        ("en", ["de-DE"], "en"),
        ("de", ["C"], "de"),
    ],
)
def test_choosing(setting, preferred, expected):
    assert language.choose(setting, preferred) == expected


@pytest.mark.parametrize(
    ("name", "amount", "count", "clock", "day"),
    [
        ("C", "$12.20", "1,204", "15:04", "Fri"),
        ("en_US", "$12.20", "1,204", "3:04 PM", "Fri"),
        ("en_GB", "$12.20", "1,204", "15:04", "Fri"),
        ("en_DE", "12,20\xa0$", "1.204", "15:04", "Fri"),
        ("de_DE", "12,20\xa0$", "1.204", "15:04", "Fr"),
        ("de_AT", "$\xa012,20", "1\xa0204", "15:04", "Fr"),
    ],
)
def test_a_locales_figures(name, amount, count, clock, day):
    from datetime import datetime

    then = datetime.fromisoformat("2026-11-27T15:04:00+01:00")
    made = language.figures(QLocale(name))
    assert made.amount("$", f"12{made.point}20") == amount
    assert made.count(1_204) == count
    assert made.clock(then) == clock
    assert made.weekday(then) == day


def test_figures_are_of_the_language_that_is_spoken(qapp):
    """An Austrian's German writes amounts the Austrian way; with English set, as English does."""
    with afterwards_english(qapp):
        assert language.install(qapp, "auto", QLocale("de_AT")) == "de"
        assert tongue.figures().amount("$", "1") == "$\xa01"
        assert language.install(qapp, "en", QLocale("de_AT")) == "en"
        assert tongue.figures() == tongue.ENGLISH
        assert language.install(qapp, "de", QLocale("en_US")) == "de"
        assert tongue.figures().amount("$", "1") == "1\xa0$"


def test_without_its_file_it_is_english(qapp, tmp_path):
    broken = tmp_path / "broken.qm"
    broken.write_bytes(b"no translation")
    with pytest.raises(OSError, match="cannot be read"):
        language.speak(qapp, broken, QLocale("de"))
    assert tongue.english()


@pytest.fixture
def german_session(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LANG", "de_DE.UTF-8")


def test_a_german_session_gets_a_german_tray(german_session, make_panel, make_engine, make_tray, day, profile):
    assert os.environ["LANG"] == "de_DE.UTF-8"
    panel = make_panel()
    engine = make_engine(day)
    tray = make_tray()
    panel.wait_item()
    panel.until(lambda: panel.tooltip().startswith("Heute ≈12,20\xa0$ von 20\xa0$ · 1,90\xa0$/h"))
    assert "212 Aufrufe · 3 Fehler" in panel.labels()
    assert any("Erfassung 1\xa0Stunde pausieren" in label.replace("_", "") for label in panel.labels())
    assert tray.quit() == 0
    profile.settings.write_text('[display]\nlanguage = "en"\n')
    engine.send(replace(day, display=Display(language="en")))
    make_tray()
    panel.wait_item()
    panel.until(lambda: panel.tooltip().startswith("≈$12.20 of $20 today · $1.90/h"))


def test_the_setting_makes_a_german_tray(make_panel, make_engine, make_tray, day, profile):
    profile.settings.write_text('[display]\nlanguage = "de"\n')
    day = replace(day, display=Display(language="de"))
    panel = make_panel()
    make_engine(day)
    make_tray()
    panel.wait_item()
    panel.until(lambda: panel.tooltip().startswith("Heute ≈12,20\xa0$ von 20\xa0$"))
    assert any("Details zeigen" in label.replace("_", "") for label in panel.labels())
