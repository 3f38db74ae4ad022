"""The icon's pixels, at every size that panels use."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QSize
from PySide6.QtGui import QColor, QImage, QPainter, QRawFont

from trayapp.desktop.icon import _CAP_PER_EM, SIZES, Ink, icon, image, paint, picture
from trayapp.desktop.meter import Mood, Reading
from trayapp.platform.resources import resource

ALL_SIZES = (16, 22, 24, 32, 44, 48, 64)
OK, WARN, OVER = "#56b4e9", "#e69f00", "#d55e00"
TEXTS = (
    "7%",
    "42%",
    "99%",
    "100!",
    "0",
    "<.1",
    ".4",
    "4",
    "12",
    "118",
    "2k",
    "99M",
    "23!",
    "118!",
    "99k!",
    "4?",
    "118?",
    "<.1?",
    "?",
    "–!",
)

pytestmark = pytest.mark.usefixtures("qapp")


def draw(reading: Reading, size: int, ink: Ink = Ink.LIGHT) -> QImage:
    return image(picture(reading, ink), size)


def coloured(canvas: QImage, y: int, colour: str) -> int:
    return sum(1 for x in range(canvas.width()) if canvas.pixelColor(x, y) == QColor(colour))


def ink_box(canvas: QImage, rows: int) -> tuple[int, int, int, int]:
    """The smallest box around what is drawn in the first rows: left, top, right, bottom."""
    spots = [(x, y) for y in range(rows) for x in range(canvas.width()) if canvas.pixelColor(x, y).alpha() > 40]
    assert spots
    columns, lines = [x for x, _ in spots], [y for _, y in spots]
    return min(columns), min(lines), max(columns), max(lines)


def number_rows(size: int) -> int:
    return size - max(2, round(size * 0.16)) - 1


@pytest.mark.parametrize("size", ALL_SIZES)
@pytest.mark.parametrize("share", [0.0, 0.001, 0.25, 0.61, 1.0])
def test_the_bar_is_the_share(size, share):
    canvas = draw(Reading("12", Mood.OK, share), size)
    lit = coloured(canvas, size - 1, OK)
    assert abs(lit - share * size) <= max(1.0, 0.51 + size / 64)
    assert (lit > 0) == (share > 0)
    assert coloured(canvas, 0, OK) == 0


@pytest.mark.parametrize("size", ALL_SIZES)
def test_moods_differ_in_colour_and_shape(size):
    assert coloured(draw(Reading("17", Mood.WARN, 0.85), size), size - 1, WARN) > size * 0.7
    assert coloured(draw(Reading("23!", Mood.OVER, 1.0), size), size - 1, OVER) == size
    assert coloured(draw(Reading("–!", Mood.RELAYING), size), size - 1, OVER) == size
    looks = {
        bytes(draw(reading, size).constBits())
        for reading in (
            Reading("12", Mood.OK),
            Reading("12", Mood.OK, lit=True),
            Reading("12", Mood.OK, 0.0),
            Reading("‖", Mood.PAUSED),
            Reading("–", Mood.DOWN),
            Reading("–!", Mood.RELAYING),
            Reading("0", Mood.IDLE),
        )
    }
    assert len(looks) == 7


@pytest.mark.parametrize("size", ALL_SIZES)
@pytest.mark.parametrize("text", TEXTS)
def test_the_number_is_whole_and_as_large_as_it_can_be(size, text):
    canvas = draw(Reading(text, Mood.OK, 0.5), size)
    left, top, right, bottom = ink_box(canvas, number_rows(size))
    assert 0 <= left <= right < size
    wide, high = right - left + 1, bottom - top + 1
    assert wide >= size * 0.8 or high >= size * 0.5, (wide, high)
    assert high >= max(5, size * 0.28)
    # Nothing of the number is in the row above the bar.
    assert all(canvas.pixelColor(x, number_rows(size)).alpha() < 128 for x in range(size))


@pytest.mark.parametrize("size", ALL_SIZES)
def test_the_notch_is_where_the_pace_is(size):
    canvas = draw(Reading("4", Mood.OK, 0.1, 0.5), size)
    white = [x for x in range(size) if canvas.pixelColor(x, size - 1) == QColor("#ffffff")]
    assert white
    assert abs(sum(white) / len(white) - (size - 1) / 2) <= 1.5


def test_ink(qapp):
    assert ink_is(draw(Reading("4", Mood.OK), 44, Ink.LIGHT), "#ffffff")
    assert ink_is(draw(Reading("4", Mood.OK), 44, Ink.DARK), "#16181c")
    plate = draw(Reading("4", Mood.OK), 44, Ink.PLATE)
    assert plate.pixelColor(22, 1) == QColor("#23262d")
    assert plate.pixelColor(0, 0).alpha() < 128


def ink_is(canvas: QImage, colour: str) -> bool:
    return any(coloured(canvas, y, colour) > 3 for y in range(canvas.height()))


def test_the_same_picture_is_equal_and_only_then():
    one = picture(Reading("12", Mood.OK, 0.6100), Ink.LIGHT)
    assert one == picture(Reading("12", Mood.OK, 0.6101), Ink.LIGHT)
    assert one != picture(Reading("12", Mood.OK, 0.65), Ink.LIGHT)
    assert one != picture(Reading("12", Mood.OK, 0.61), Ink.DARK)
    # With a bar there is no lamp: a call that starts changes no pixel.
    assert one == picture(Reading("12", Mood.OK, 0.61, lit=True), Ink.LIGHT)


def test_the_engine_offers_few_sizes_and_paints_any():
    made = icon(picture(Reading("12", Mood.OK, 0.5), Ink.LIGHT))
    assert [size.width() for size in made.availableSizes()] == list(SIZES)
    assert not made.isNull()
    for size in ALL_SIZES:
        assert made.pixmap(QSize(size, size)).toImage().pixelColor(0, size - 1) == QColor(OK)


def test_a_wide_rectangle_gets_a_square_in_its_middle():
    canvas = QImage(60, 20, QImage.Format.Format_ARGB32_Premultiplied)
    canvas.fill(0)
    painter = QPainter(canvas)
    paint(painter, canvas.rect(), picture(Reading("12", Mood.OK, 1.0), Ink.LIGHT))
    painter.end()
    assert coloured(canvas, 19, OK) == 20
    assert canvas.pixelColor(19, 19).alpha() == 0


def test_the_font_holds_every_sign_and_the_cap_height_is_right():
    font = QRawFont(str(resource("fonts/spendlight-digits.ttf")), 1000.0)
    signs = sorted({sign for text in TEXTS for sign in text})
    assert all(font.glyphIndexesForString(sign)[0] for sign in signs)
    one = font.pathForGlyph(font.glyphIndexesForString("1")[0]).boundingRect()
    assert one.height() == pytest.approx(_CAP_PER_EM * 1000, abs=2)


def test_sheet(shots):
    """All states at all sizes on one picture, for people."""
    readings = [Reading(text, Mood.OK, 0.61, 0.5) for text in TEXTS] + [
        Reading("17", Mood.WARN, 0.85, 0.6),
        Reading("23!", Mood.OVER, 1.0, 0.7),
        Reading("4?", Mood.UNPRICED),
        Reading("12", Mood.OK, lit=True),
        Reading("‖", Mood.PAUSED),
        Reading("–!", Mood.RELAYING),
        Reading("–", Mood.DOWN),
        Reading("0", Mood.IDLE),
    ]
    height = sum(size + 8 for size in ALL_SIZES) + 8
    sheet = QImage(len(readings) * 72, height * 3, QImage.Format.Format_RGB32)
    painter = QPainter(sheet)
    for i, (ink, ground) in enumerate(((Ink.LIGHT, "#1e1e1e"), (Ink.DARK, "#f5f5f5"), (Ink.PLATE, "#f5f5f5"))):
        painter.fillRect(0, i * height, sheet.width(), height, QColor(ground))
        y = i * height + 8
        for size in ALL_SIZES:
            for column, reading in enumerate(readings):
                painter.drawImage(column * 72 + 4, y, draw(reading, size, ink))
            y += size + 8
    painter.end()
    assert sheet.save(str(shots / "icons.png"))
