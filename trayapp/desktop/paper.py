"""A report's page on paper: a PDF of A4, its text selectable, light.

Rules: it shows what the page shows, in the same words and order; a heading never stands alone at the foot of a sheet; a
table that does not fit goes on under its heads on the next one; nothing is clipped. Lengths are points.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QMarginsF, QPointF, QRectF
from PySide6.QtGui import QPageLayout, QPageSize, QPainter, QPdfWriter

from trayapp.desktop import weekcharts
from trayapp.desktop.ink import LEFT, RIGHT, Ink, Written
from trayapp.pages.page import Bars, Block, Mix, Page, Sentence, Steps, Table, Todo
from trayapp.pages.style import LIGHT, PAPER, Palette
from trayapp.tongue import tr

_WIDE: Final = 595.0
_HIGH: Final = 842.0
_EDGE: Final = 52.0
_ROOM: Final = _WIDE - 2 * _EDGE
_FLOOR: Final = _HIGH - 62.0
_DPI: Final = 600
_SIZE: Final = 9.5
_GAP: Final = 5.0
_CELL: Final = 8.0
"""Between two columns."""


def pdf(page: Page) -> tuple[bytes, list[list[Written]]]:
    """The document, and what was written on each sheet."""
    content = QByteArray()
    buffer = QBuffer(content)
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    writer = QPdfWriter(buffer)
    writer.setPageSize(QPageSize(QPageSize.PageSizeId.A4))
    writer.setPageMargins(QMarginsF(0, 0, 0, 0), QPageLayout.Unit.Point)
    writer.setResolution(_DPI)
    writer.setTitle(f"{page.title} · {page.subtitle}")
    writer.setCreator("Spendlight")
    painter = QPainter(writer)
    sheets = _Sheets(writer, painter, page)
    try:
        sheets.draw()
    finally:
        painter.end()
        buffer.close()
    return bytes(content.data()), sheets.sheets


class _Sheets:
    """Goes from the top to the foot, and on to the next sheet."""

    def __init__(self, writer: QPdfWriter, painter: QPainter, page: Page) -> None:
        self.sheets: list[list[Written]] = [[]]
        self._writer = writer
        self._page = page
        self._palette: Palette = LIGHT
        self._ink = Ink(painter, _DPI / 72, LIGHT.text, PAPER)
        self._ink.written = self.sheets[0]
        self._top = _EDGE
        self._number = 0

    def draw(self) -> None:
        """All of it."""
        self._head()
        for section in self._page.sections:
            first = self._high(section.blocks[0])
            self._need(34 + first)
            self._top += 12
            title = self._ink.line(QRectF(_EDGE, self._top, _ROOM, 0), section.title, 12.5, bold=True)
            self._top = title.bottom() + 2
            self._ink.rule(QPointF(_EDGE, self._top), QPointF(_WIDE - _EDGE, self._top), self._palette.border, 0.6)
            self._top += _GAP
            self._number = 0
            for block in section.blocks:
                self._block(block)
        self._need(30)
        self._top += 14
        for small in self._page.small:
            self._paragraph(small, 7.5, self._palette.dim)
        self._foot()

    def _head(self) -> None:
        page, ink = self._page, self._ink
        if page.banner:
            ink.box(QRectF(_EDGE, self._top, _ROOM, 22), self._palette.demo, 5)
            place = QRectF(_EDGE + 10, self._top + 5, _ROOM - 20, 0)
            ink.line(place, page.banner, 9.5, bold=True, ink=self._palette.demo_text, ground=self._palette.demo)
            self._top += 32
        ink.line(QRectF(_EDGE, self._top, _ROOM * 0.5, 0), page.title, 13, bold=True)
        ink.line(
            QRectF(_EDGE + _ROOM * 0.5, self._top + 2, _ROOM * 0.5, 0),
            page.subtitle,
            10,
            ink=self._palette.dim,
            align=RIGHT,
        )
        self._top += 24
        total = ink.line(QRectF(_EDGE, self._top, _ROOM, 0), page.total, 44, least=24, bold=True)
        self._top = total.bottom() + 2
        self._paragraph(page.versus, 11, self._palette.dim)
        self._top += 8
        wide = (_ROOM - 2 * 10) / 3
        for at, figure in enumerate(page.figures):
            left = _EDGE + at * (wide + 10)
            ground = self._palette.card
            ink.box(QRectF(left, self._top, wide, 62), ground, 6)
            inner = QRectF(left + 10, self._top + 7, wide - 20, 0)
            ink.line(inner, figure.name, 8.5, ink=self._palette.dim, ground=ground)
            ink.line(inner.translated(0, 13), figure.value, 16, least=9, bold=True, ground=ground)
            ink.line(inner.translated(0, 36), figure.note, 7.5, least=6, ink=self._palette.dim, ground=ground)
        self._top += 66

    def _block(self, block: Block) -> None:
        if isinstance(block, Sentence):
            colour = {"dim": self._palette.dim, "warn": self._palette.warn}.get(block.tone, self._palette.text)
            self._need(self._high(block))
            self._paragraph(block.text, _SIZE, colour)
        elif isinstance(block, Table):
            self._table(block)
        elif isinstance(block, Todo):
            self._todo(block)
        else:
            high = self._high(block)
            self._need(high)
            place = QRectF(_EDGE, self._top, _ROOM, high - 8)
            if isinstance(block, Bars):
                weekcharts.bars(self._ink, place, block.bars, self._palette, 8)
            elif isinstance(block, Steps):
                weekcharts.steps(self._ink, place, block.start, block.steps, block.end, self._palette, 8)
            else:
                place.setHeight(22)
                weekcharts.mix(self._ink, place, block.parts, self._palette, 8, rows=3)
            self._top += high

    def _todo(self, block: Todo) -> None:
        self._need(self._high(block))
        self._number += 1
        self._ink.line(QRectF(_EDGE, self._top, 16, 0), f"{self._number}.", _SIZE, bold=True)
        room = QRectF(_EDGE + 18, self._top, _ROOM - 18, 0)
        self._top += self._ink.paragraph(room, block.text, _SIZE)
        if block.command:
            lines = self._ink.lines(block.command, _ROOM - 18, 8.5)
            for line in lines:
                place = QRectF(_EDGE + 18, self._top, _ROOM - 18, 0)
                self._top = self._ink.line(place, line, 8.5, ink=self._palette.less).bottom()
        self._top += _GAP

    def _table(self, table: Table) -> None:
        line = self._ink.high(8.5) + 5
        widths = self._widths(table)
        self._need(2 * line)
        self._row([column.name for column in table.columns], table, widths, dim=True)
        for number, row in enumerate(table.rows):
            summed = table.summed and number == len(table.rows) - 1
            # The sum stays with the row above it.
            beside = 2 if table.summed and number == len(table.rows) - 2 else 1
            if self._top + beside * line > _FLOOR:
                self._turn()
                self._row([column.name for column in table.columns], table, widths, dim=True)
            self._row(row, table, widths, bold=summed)
        self._top += _GAP

    def _row(
        self, cells: Sequence[str], table: Table, widths: Sequence[float], *, dim: bool = False, bold: bool = False
    ) -> None:
        left, line = _EDGE, self._ink.high(8.5) + 5
        colour = self._palette.dim if dim else self._palette.text
        for cell, column, wide in zip(cells, table.columns, widths, strict=True):
            place = QRectF(left, self._top + 2, wide, 0)
            align = RIGHT if column.right else LEFT
            self._ink.line(place, cell, 8.5, least=6.5 if column.right else None, bold=bold, ink=colour, align=align)
            left += wide + _CELL
        self._top += line
        self._ink.rule(QPointF(_EDGE, self._top), QPointF(_WIDE - _EDGE, self._top), self._palette.border, 0.4)

    def _widths(self, table: Table) -> list[float]:
        """Numbers take what they need, names share the rest."""
        cells = [[column.name for column in table.columns], *table.rows]
        wanted = [max(self._ink.wide(row[at], 8.5, bold=True) for row in cells) + 1 for at in range(len(table.columns))]
        room = _ROOM - _CELL * (len(wanted) - 1)
        names = [at for at, column in enumerate(table.columns) if not column.right]
        spare = room - sum(wanted)
        if spare >= 0:
            wanted[names[0] if names else 0] += spare
            return wanted
        least = 56.0
        while spare < 0 and names:
            widest = max(names, key=lambda at: wanted[at])
            if wanted[widest] <= least:
                break
            taken = min(-spare, wanted[widest] - least, 4.0)
            wanted[widest] -= taken
            spare += taken
        if spare < 0:
            wanted = [wide * room / sum(wanted) for wide in wanted]
        return wanted

    def _high(self, block: Block) -> float:
        if isinstance(block, Sentence):
            return self._ink.high(_SIZE) * len(self._ink.lines(block.text, _ROOM, _SIZE)) + _GAP
        if isinstance(block, Table):
            return (self._ink.high(8.5) + 5) * min(len(block.rows) + 1, 4)
        if isinstance(block, Todo):
            text = self._ink.high(_SIZE) * len(self._ink.lines(block.text, _ROOM - 18, _SIZE))
            return text + self._ink.high(8.5) * len(self._ink.lines(block.command or "-", _ROOM - 18, 8.5)) + _GAP
        if isinstance(block, Mix):
            return 36 + 3 * (self._ink.high(8) + 2)
        return 140.0 if isinstance(block, Bars) else 156.0

    def _paragraph(self, words: str, size: float, colour: str) -> None:
        """Line by line, so that a long one goes on over the foot."""
        for line in self._ink.lines(words, _ROOM, size):
            high = self._ink.high(size)
            self._need(high)
            self._ink.line(QRectF(_EDGE, self._top, _ROOM, high), line, size, ink=colour)
            self._top += high
        self._top += _GAP if size > 8 else 1

    def _need(self, high: float) -> None:
        if self._top + high > _FLOOR and self._top > _EDGE:
            self._turn()

    def _turn(self) -> None:
        self._foot()
        self._writer.newPage()
        self.sheets.append([])
        self._ink.written = self.sheets[-1]
        self._top = _EDGE

    def _foot(self) -> None:
        place = QRectF(_EDGE, _HIGH - 42, _ROOM, 0)
        self._ink.line(place, f"Spendlight · {self._page.title}", 7.5, ink=self._palette.dim)
        number = tr("report", "Sheet {number}", number=len(self.sheets))
        self._ink.line(place, number, 7.5, ink=self._palette.dim, align=RIGHT)
