"""On an X11 screen with small pixels (``QT_SCALE_FACTOR=2``): twice the pixels, and still whole on it."""

from __future__ import annotations

import pytest
from hands import Hands
from pixels import rgb
from screen import open_screen

GROUND = rgb("#fafafb")


@pytest.fixture
def fine():
    with open_screen(managed=True, size="2560x1600") as opened:
        yield opened


@pytest.mark.parametrize("scale", [1, 2])
def test_the_popover_grows_with_the_scale(fine, make_panel, make_engine, make_tray, day, scale):
    """What is painted is finer, not larger in its own terms; the icon's sizes are plain pixels and stay."""
    panel = make_panel()
    make_engine(day)
    make_tray(QT_SCALE_FACTOR=str(scale), DISPLAY=fine.name)
    panel.wait_item()
    panel.until(lambda: "$12.20" in panel.tooltip())
    assert sorted(panel.pixmaps()) == [22, 32, 44, 64]
    assert panel.pixmaps()[64].coloured(0x56, 0xB4, 0xE9) > 200
    panel.activate()
    hands = Hands(fine)
    left, top, wide, high = hands.where(hands.wait_window("Spendlight"))
    assert wide == 330 * scale
    assert left >= 0
    assert top >= 0
    assert left + wide <= fine.width
    assert top + high <= fine.height
    # Its bars begin where its margin ends.
    bar = fine.until(lambda frame: frame.count(rgb("#0072b2")) > 1000, (left, top, wide, high)).box(rgb("#0072b2"))
    assert bar is not None
    assert bar[0] in range(15 * scale, 18 * scale + 1)
