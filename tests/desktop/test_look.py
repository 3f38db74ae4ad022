"""Contrast, computed for both looks (WCAG 2.2: 4.5 for text, 3 for what is drawn)."""

from __future__ import annotations

import pytest
from PySide6.QtGui import QPalette

from trayapp.desktop import look

LOOKS = pytest.mark.parametrize("colours", [look.DARK, look.LIGHT], ids=["dark", "light"])


def test_contrast_is_wcags():
    assert look.contrast("#000000", "#ffffff") == pytest.approx(21)
    assert look.contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


@LOOKS
def test_text_can_be_read(colours):
    for ground in (colours.window, colours.card, colours.hover):
        assert look.contrast(colours.text, ground) >= 7
        assert look.contrast(colours.dim, ground) >= 4.5, ground
        assert look.contrast(colours.warn_text, ground) >= 4.5, ground
    assert look.contrast(colours.alert_text, colours.alert) >= 4.5
    assert look.contrast(colours.demo_text, colours.demo) >= 4.5
    assert look.contrast(colours.on_focus, colours.focus) >= 4.5


@LOOKS
def test_bars_can_be_seen(colours):
    for drawn in (colours.ok, colours.warn, colours.over, colours.bar, colours.notch, colours.focus):
        assert look.contrast(drawn, colours.window) >= 3
        assert look.contrast(drawn, colours.track) >= 3
    for series in colours.series:
        assert look.contrast(series, colours.window) >= 3
    assert len(set(colours.series)) == len(colours.series)


@LOOKS
def test_the_palette_is_the_look(qapp, colours):
    made = look.palette(colours)
    assert made.color(QPalette.ColorRole.Window).name() == colours.window
    assert made.color(QPalette.ColorRole.WindowText).name() == colours.text
    assert made.color(QPalette.ColorGroup.Disabled, QPalette.ColorRole.Text).name() == colours.dim
