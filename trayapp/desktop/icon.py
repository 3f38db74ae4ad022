"""The icon's picture: a reading becomes pixels, at any size a panel may ask for.

Everything that decides a pixel of the tray icon lives here. The digits are outlines of the bundled font, snapped to
whole pixel rows, so that the picture is the same on every machine, with or without fonts; bars and signs are
rectangles on whole pixels.

Rules: a picture depends on its ``Picture`` alone, which compares equal exactly when no pixel of the largest size
differs; the engine below is made anew only then. It is a ``QIconEngine`` because pixmaps would pile up in Qt's cache
(measured: 12 MB), and it offers four sizes only because a panel on D-Bus reads the bytes of all of them.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from typing import Final

from PySide6.QtCore import QRect, QRectF, QSize, Qt
from PySide6.QtGui import (
    QColor,
    QIcon,
    QIconEngine,
    QImage,
    QPainter,
    QPainterPath,
    QPixmap,
    QRawFont,
    QTransform,
)

from trayapp.desktop.meter import Mood, Reading
from trayapp.platform.resources import resource

SIZES: Final = (22, 32, 44, 64)
"""What D-Bus panels are offered; the largest decides whether a picture changed."""
_FINEST: Final = 64
_CAP_PER_EM: Final = 0.714
"""Height of the font's digits; a test holds it to the file."""
_SQUEEZE: Final = 0.80
"""How far digits are narrowed before they are made lower."""

_GREY: Final = "#999999"
_OK: Final = "#56b4e9"
_WARN: Final = "#e69f00"
_OVER: Final = "#d55e00"


class Ink(StrEnum):
    """What the icon is drawn for."""

    LIGHT = "light"
    """Light ink, for dark panels."""
    DARK = "dark"
    """Dark ink, for light panels."""
    PLATE = "plate"
    """Light ink on a dark rounded square of its own; readable anywhere."""


@dataclass(frozen=True, slots=True)
class Picture:
    """All that the pixels depend on."""

    text: str
    mood: Mood
    bar: int | None
    """Filled pixels of the bar at the largest size."""
    notch: int | None
    """The notch's first pixel at the largest size."""
    lit: bool
    ink: Ink


def picture(reading: Reading, ink: Ink) -> Picture:
    """The picture of a reading; two readings that look the same give the same one."""
    bar = None if reading.bar is None else round(reading.bar * _FINEST)
    if bar == 0 and reading.bar:
        bar = 1
    notch = None if reading.notch is None else round(reading.notch * (_FINEST - 4))
    return Picture(reading.text, reading.mood, bar, notch, reading.lit and bar is None, ink)


def paint(painter: QPainter, rect: QRect, what: Picture) -> None:
    """Draw a picture into a square (the largest that fits the rectangle's middle)."""
    size = min(rect.width(), rect.height())
    if size <= 0:
        return
    painter.save()
    painter.translate(rect.x() + (rect.width() - size) // 2, rect.y() + (rect.height() - size) // 2)
    painter.setPen(Qt.PenStyle.NoPen)
    ink = QColor("#16181c" if what.ink is Ink.DARK else "#ffffff")
    inner = QRect(0, 0, size, size)
    if what.ink is Ink.PLATE:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setBrush(QColor("#23262d"))
        painter.drawRoundedRect(QRectF(inner), size * 0.17, size * 0.17)
        edge = max(1, size // 14)
        inner.adjust(edge, edge, -edge, -edge)
    track = QColor(ink)
    track.setAlphaF(0.30)
    strip = _strip(inner)
    _paint_strip(painter, strip, what, ink, track)
    room = QRect(inner.left(), inner.top(), inner.width(), strip.top() - _gap(size) - inner.top())
    if what.mood is Mood.PAUSED:
        _paint_pause(painter, room, ink)
    elif what.text == "–":
        _paint_dash(painter, room, QColor(_GREY))
    else:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        # Relaying is an alarm: the sign itself takes the colour. A day without a call is greyed.
        colour = {Mood.RELAYING: QColor(_OVER), Mood.IDLE: QColor(_GREY)}.get(what.mood, ink)
        painter.fillPath(_digits(what.text, room), colour)
    painter.restore()


def image(what: Picture, size: int) -> QImage:
    """The picture as pixels."""
    canvas = QImage(size, size, QImage.Format.Format_ARGB32_Premultiplied)
    canvas.fill(Qt.GlobalColor.transparent)
    painter = QPainter(canvas)
    paint(painter, canvas.rect(), what)
    painter.end()
    return canvas


class MeterEngine(QIconEngine):
    """Paints one picture wherever Qt wants an icon."""

    def __init__(self, what: Picture) -> None:
        super().__init__()
        self._what = what

    def paint(self, painter: QPainter, rect: QRect, mode: QIcon.Mode, state: QIcon.State) -> None:
        """Draw into a painter."""
        paint(painter, rect, self._what)

    def pixmap(self, size: QSize, mode: QIcon.Mode, state: QIcon.State) -> QPixmap:
        """The picture as a pixmap that no cache keeps."""
        return QPixmap.fromImage(image(self._what, min(size.width(), size.height())))

    def availableSizes(self, mode: QIcon.Mode = QIcon.Mode.Normal, state: QIcon.State = QIcon.State.Off) -> list[QSize]:  # noqa: N802
        """The sizes that are offered to D-Bus panels."""
        return [QSize(size, size) for size in SIZES]

    def actualSize(self, size: QSize, mode: QIcon.Mode, state: QIcon.State) -> QSize:  # noqa: N802
        """Any square is possible."""
        side = min(size.width(), size.height())
        return QSize(side, side)

    def isNull(self) -> bool:  # noqa: N802
        """Never empty."""
        return False

    def key(self) -> str:
        """The engine's name."""
        return "spendlight-meter"

    def clone(self) -> QIconEngine:
        """Another engine with the same picture."""
        return MeterEngine(self._what)


def icon(what: Picture) -> QIcon:
    """The picture as an icon."""
    return QIcon(MeterEngine(what))


def _gap(size: int) -> int:
    return max(1, round(size * 0.08))


def _strip(inner: QRect) -> QRect:
    """Where the bar or the lamp is: the lowest rows, the full width."""
    height = max(2, round(inner.height() * 0.16))
    return QRect(inner.left(), inner.bottom() + 1 - height, inner.width(), height)


def _paint_strip(painter: QPainter, strip: QRect, what: Picture, ink: QColor, track: QColor) -> None:
    colour = QColor({Mood.WARN: _WARN, Mood.OVER: _OVER}.get(what.mood, _OK))
    if what.mood is Mood.RELAYING:
        painter.fillRect(strip, QColor(_OVER))
        return
    if what.bar is None:
        if what.lit:
            third = round(strip.width() * 0.3)
            painter.fillRect(strip.adjusted(third, 0, -third, 0), _GREY if what.mood is Mood.PAUSED else colour)
        return
    painter.fillRect(strip, track)
    filled = round(what.bar * strip.width() / _FINEST)
    if filled == 0 and what.bar:
        filled = 1
    painter.fillRect(QRect(strip.left(), strip.top(), filled, strip.height()), colour)
    if what.notch is not None:
        wide = max(1, round(strip.width() * 0.06))
        left = strip.left() + round(what.notch * (strip.width() - wide) / (_FINEST - 4))
        painter.fillRect(QRect(left, strip.top(), wide, strip.height()), ink)


def _paint_pause(painter: QPainter, room: QRect, ink: QColor) -> None:
    height = round(room.height() * 0.82)
    wide = max(2, round(room.width() * 0.16))
    apart = max(2, round(room.width() * 0.16))
    top = room.top() + (room.height() - height) // 2
    left = room.left() + (room.width() - 2 * wide - apart) // 2
    painter.fillRect(QRect(left, top, wide, height), ink)
    painter.fillRect(QRect(left + wide + apart, top, wide, height), ink)


def _paint_dash(painter: QPainter, room: QRect, colour: QColor) -> None:
    height = max(2, round(room.height() * 0.16))
    wide = round(room.width() * 0.5)
    top = room.top() + (room.height() - height) // 2 + max(1, room.height() // 12)
    painter.fillRect(QRect(room.left() + (room.width() - wide) // 2, top, wide, height), colour)


@cache
def _font() -> QRawFont:
    return QRawFont(str(resource("fonts/spendlight-digits.ttf")), 1000.0)


def _digits(text: str, room: QRect) -> QPainterPath:
    """The text's outline, as large as the room allows, on whole pixel rows."""
    glyphs, advance = _outline(text)
    bounds = glyphs.boundingRect()
    if bounds.isEmpty():
        return glyphs
    cap = _CAP_PER_EM * 1000
    height = room.height()
    while height > 3 and bounds.width() * (height / cap) * _SQUEEZE > room.width():
        height -= 1
    scale = height / cap
    narrow = min(scale, room.width() / bounds.width())
    left = room.left() + (room.width() - bounds.width() * narrow) / 2 - bounds.left() * narrow
    if narrow == scale and advance:
        left = float(round(left))
    base = room.top() + (room.height() - height) // 2 + height
    return QTransform(narrow, 0.0, 0.0, scale, left, float(base)).map(glyphs)


@cache
def _outline(text: str) -> tuple[QPainterPath, float]:
    """The text's outline at 1000 px per em, baseline at zero, and its advance."""
    font = _font()
    path = QPainterPath()
    path.setFillRule(Qt.FillRule.WindingFill)
    pen = 0.0
    indexes = font.glyphIndexesForString(text)
    for index, step in zip(indexes, font.advancesForGlyphIndexes(indexes), strict=True):
        path.addPath(QTransform.fromTranslate(pen, 0.0).map(font.pathForGlyph(index)))
        # Bold digits at small sizes need less air than the font gives.
        pen += step.x() - 14.0
    return path, pen
