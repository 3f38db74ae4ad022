"""The family of symbols: every tool and state has one, they are told apart at 16 pixels, and take any colour."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from itertools import combinations
from pathlib import Path

import pytest
from PySide6.QtGui import QColor, QImage, QPainter

from trayapp.desktop import look, symbols
from trayapp.desktop.icon import SIZES, Ink, image, picture
from trayapp.desktop.meter import Mood, Reading
from trayapp.platform.resources import resource
from trayapp.tools.registry import TOOLS

pytestmark = pytest.mark.usefixtures("qapp")
FILES = sorted((resource("icons") / "tools").glob("*.svg")) + sorted((resource("icons") / "states").glob("*.svg"))


def drawn(path: Path, size: int = 16) -> QImage:
    make = symbols.of_tool if path.parent.name == "tools" else symbols.of_state
    return make(path.stem, "#ffffff", size).toImage()


def test_every_tool_and_state_has_one():
    assert {tool.name for tool in TOOLS} - {path.stem for path in FILES} == set()
    assert {path.stem for path in FILES if path.parent.name == "states"} == set(symbols.STATES)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_each_is_of_the_family(path):
    """One grid, one stroke, one colour that can be replaced, no text, nothing from elsewhere."""
    root = ET.fromstring(path.read_text())
    assert root.get("viewBox") == "0 0 24 24"
    assert (root.get("stroke"), root.get("stroke-width"), root.get("fill")) == (symbols._STROKE, "2", "none")
    assert {child.tag.partition("}")[2] for child in root} <= {"title", "path", "circle", "rect"}
    assert set(re.findall("#[0-9a-f]{6}", path.read_text())) == {symbols._STROKE}
    assert "href" not in path.read_text()
    canvas = drawn(path, 48)
    spots = [(x, y) for x in range(48) for y in range(48) if canvas.pixelColor(x, y).alpha() > 128]
    assert 40 < len(spots) < 48 * 48 / 2
    assert {canvas.pixelColor(*spot).name() for spot in spots} == {"#ffffff"}
    assert min(min(spot) for spot in spots) >= 1
    assert max(max(spot) for spot in spots) <= 46


@pytest.mark.parametrize("folder", ["tools", "states"])
def test_they_are_told_apart_at_sixteen_pixels(folder):
    grey = {path.stem: shades(drawn(path)) for path in FILES if path.parent.name == folder}
    for one, other in combinations(grey, 2):
        apart = sum(abs(a - b) > 90 for a, b in zip(grey[one], grey[other], strict=True))
        assert apart >= 10, (one, other, apart)


def shades(canvas: QImage) -> list[int]:
    """Its pixels in grey, on black."""
    ground = QImage(canvas.size(), QImage.Format.Format_RGB32)
    ground.fill(QColor("#000000"))
    painter = QPainter(ground)
    painter.drawImage(0, 0, canvas)
    painter.end()
    grey = ground.convertToFormat(QImage.Format.Format_Grayscale8)
    return [grey.pixelColor(x, y).red() for y in range(grey.height()) for x in range(grey.width())]


@pytest.mark.parametrize("ink", list(Ink))
@pytest.mark.parametrize("size", [16, *SIZES])
def test_the_icons_states_are_told_apart_in_grey(size, ink):
    """Without a colour, too: no two states look alike, at the smallest size that panels use."""
    states = {
        "idle": Reading("0", Mood.IDLE),
        "ok": Reading("12", Mood.OK, 0.6, 0.5),
        "warn": Reading("17", Mood.WARN, 0.85, 0.5),
        "over": Reading("23!", Mood.OVER, 1.0, 0.5),
        "unpriced": Reading("4?", Mood.UNPRICED, 0.2, 0.5),
        "paused": Reading("‖", Mood.PAUSED),
        "relaying": Reading("–!", Mood.RELAYING),
        "down": Reading("–", Mood.DOWN),
    }
    grey = {name: shades(image(picture(reading, ink), size)) for name, reading in states.items()}
    for one, other in combinations(grey, 2):
        apart = sum(abs(a - b) > 60 for a, b in zip(grey[one], grey[other], strict=True))
        assert apart >= size * size * 0.02, (one, other, apart)


@pytest.mark.parametrize("name", ["", "my-tool", "../../etc/passwd", "a" * 60, "Ä", "other"])
def test_a_tool_that_nobody_knows_has_that_of_others(name):
    assert symbols.of_tool(name, "#ffffff", 16).toImage() == symbols.of_tool("other", "#ffffff", 16).toImage()


def test_the_colours_can_be_seen():
    for colours in (look.DARK, look.LIGHT):
        assert look.contrast(colours.dim, colours.window) >= 3
        assert look.contrast(symbols.MIDDLE, colours.window) >= 3
    assert look.contrast(symbols.MIDDLE, "#ffffff") >= 3
    assert look.contrast(symbols.MIDDLE, "#303030") >= 2.5


def test_a_sheet_for_people(shots):
    sheet = QImage(len(FILES) * 40, 120, QImage.Format.Format_RGB32)
    painter = QPainter(sheet)
    for row, colours in enumerate((look.DARK, look.LIGHT)):
        painter.fillRect(0, row * 60, sheet.width(), 60, QColor(colours.window))
        for column, path in enumerate(FILES):
            make = symbols.of_tool if path.parent.name == "tools" else symbols.of_state
            painter.drawPixmap(column * 40 + 8, row * 60 + 4, make(path.stem, colours.text, 24))
            painter.drawPixmap(column * 40 + 12, row * 60 + 36, make(path.stem, colours.dim, 16))
    painter.end()
    assert sheet.save(str(shots / "symbols.png"))
