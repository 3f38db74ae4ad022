"""Text and shapes on a picture or a sheet of paper, where nothing may be clipped and nothing may lie on anything else.

Everything that the weekly card and its PDF write goes through an ``Ink``. Lengths are in units of the drawing (pixels
of the card, points of the paper); ``scale`` says how many pixels of the device each has.

Rules: a text is made to fit: it becomes smaller down to a limit, then it loses its middle; what was written is kept in
``written``, with its place and the two colours, so that a test can look for overlaps, clipping and faint text. Names
may hold anything, so whatever could turn the direction of writing is taken out.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPen, QPolygonF, QTextLayout, QTextOption

from trayapp.pages.page import printable

LEFT: Final = Qt.AlignmentFlag.AlignLeft
RIGHT: Final = Qt.AlignmentFlag.AlignRight
CENTER: Final = Qt.AlignmentFlag.AlignHCenter


@dataclass(frozen=True, slots=True)
class Written:
    """One text that was drawn."""

    words: str
    place: QRectF
    ink: str
    ground: str
    whole: bool
    """Nothing of it was left out."""


class Ink:
    """Draws."""

    def __init__(self, painter: QPainter, scale: float, ink: str, ground: str, family: str = "") -> None:
        self.painter = painter
        self.scale = scale
        self.ink = ink
        self.ground = ground
        self.written: list[Written] = []
        self._family = family

    def font(self, size: float, *, bold: bool = False) -> QFont:
        """A font of so many units."""
        font = QFont(self._family) if self._family else QFont()
        font.setHintingPreference(QFont.HintingPreference.PreferNoHinting)
        font.setPixelSize(max(round(size * self.scale), 1))
        font.setBold(bold)
        return font

    def wide(self, words: str, size: float, *, bold: bool = False) -> float:
        """How wide a line is."""
        return QFontMetricsF(self.font(size, bold=bold)).horizontalAdvance(printable(words)) / self.scale

    def high(self, size: float, *, bold: bool = False) -> float:
        """How high a line is."""
        return QFontMetricsF(self.font(size, bold=bold)).height() / self.scale

    def line(
        self,
        place: QRectF,
        words: str,
        size: float,
        *,
        least: float | None = None,
        bold: bool = False,
        ink: str | None = None,
        ground: str | None = None,
        align: Qt.AlignmentFlag = LEFT,
    ) -> QRectF:
        """One line, at the top of its place; where it stands in the end.

        Args:
            place: how much room there is; its height does not matter.
            words: what to write.
            size: the height of the font.
            least: it may become as small as this before it loses its middle.
            bold: strong.
            ink: the colour; the usual one without.
            ground: what it stands on; the usual one without.
            align: where in the room.
        """
        shown = printable(words)
        if not shown:
            return QRectF(place.x(), place.y(), 0, 0)
        while least is not None and size > least and self.wide(shown, size, bold=bold) > place.width():
            size = max(size * 0.94, least)
        font = self.font(size, bold=bold)
        metrics = QFontMetricsF(font)
        if metrics.horizontalAdvance(shown) > place.width() * self.scale:
            shown = metrics.elidedText(shown, Qt.TextElideMode.ElideMiddle, place.width() * self.scale)
        wide = metrics.horizontalAdvance(shown) / self.scale
        left = place.x()
        if align is RIGHT:
            left = place.right() - wide
        elif align is CENTER:
            left = place.center().x() - wide / 2
        stands = QRectF(left, place.y(), wide, metrics.height() / self.scale)
        self._draw(shown, stands, font, metrics.ascent(), ink, ground, whole=shown == printable(words))
        return stands

    def paragraph(
        self,
        place: QRectF,
        words: str,
        size: float,
        *,
        least: float | None = None,
        bold: bool = False,
        ink: str | None = None,
        ground: str | None = None,
        most: int | None = None,
    ) -> float:
        """Lines that break between words, at most ``most`` of them; how high they are together."""
        lines = self.lines(words, place.width(), size, bold=bold)
        while most is not None and least is not None and len(lines) > most and size > least:
            size = max(size - 0.5, least)
            lines = self.lines(words, place.width(), size, bold=bold)
        high = self.high(size, bold=bold)
        cut = most is not None and len(lines) > most
        if most is not None and cut:
            lines = [*lines[: most - 1], " ".join(lines[most - 1 :])]
        for at, each in enumerate(lines):
            room = QRectF(place.x(), place.y() + at * high, place.width(), high)
            self.line(room, each, size, bold=bold, ink=ink, ground=ground)
        return high * len(lines)

    def lines(self, words: str, width: float, size: float, *, bold: bool = False) -> list[str]:
        """A text in lines that fit."""
        shown = printable(words)
        layout = QTextLayout(shown, self.font(size, bold=bold))
        option = QTextOption()
        option.setWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
        layout.setTextOption(option)
        found = []
        layout.beginLayout()
        while (line := layout.createLine()).isValid():
            line.setLineWidth(max(width * self.scale, 1))
            found.append(shown[line.textStart() : line.textStart() + line.textLength()].strip())
        layout.endLayout()
        return [each for each in found if each]

    def box(self, place: QRectF, colour: str, radius: float = 0.0) -> None:
        """A filled rectangle."""
        self.painter.setPen(Qt.PenStyle.NoPen)
        self.painter.setBrush(QColor(colour))
        self.painter.drawRoundedRect(self._device(place), radius * self.scale, radius * self.scale)

    def rule(self, start: QPointF, end: QPointF, colour: str, width: float = 1.0) -> None:
        """A line."""
        self.painter.setPen(QPen(QColor(colour), width * self.scale))
        self.painter.drawLine(start * self.scale, end * self.scale)

    def triangle(self, place: QRectF, colour: str, *, up: bool) -> None:
        """A triangle that points up or down."""
        base, tip = (place.bottom(), place.top()) if up else (place.top(), place.bottom())
        corners = [QPointF(place.left(), base), QPointF(place.right(), base), QPointF(place.center().x(), tip)]
        self.painter.setPen(Qt.PenStyle.NoPen)
        self.painter.setBrush(QColor(colour))
        self.painter.drawPolygon(QPolygonF([corner * self.scale for corner in corners]))

    def _draw(
        self, shown: str, place: QRectF, font: QFont, ascent: float, ink: str | None, ground: str | None, *, whole: bool
    ) -> None:
        colour = self.ink if ink is None else ink
        self.painter.setFont(font)
        self.painter.setPen(QColor(colour))
        self.painter.drawText(QPointF(place.x() * self.scale, place.y() * self.scale + ascent), shown)
        self.written.append(Written(shown, place, colour, self.ground if ground is None else ground, whole))

    def _device(self, place: QRectF) -> QRectF:
        return QRectF(
            place.x() * self.scale, place.y() * self.scale, place.width() * self.scale, place.height() * self.scale
        )
