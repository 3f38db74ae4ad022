"""A report's charts, drawn on a card or on paper: bars, one bar of shares with its legend, steps between two totals.

Rules: colours are a ``Palette``'s; a text is written where it fits and left out where it does not (what is left out of
a chart stands in the table beside it); labels keep their distance from each other.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import QPointF, QRectF

from trayapp.desktop.ink import CENTER, Ink
from trayapp.pages.page import Bar
from trayapp.pages.style import Palette

_APART: Final = 6.0


def bars(ink: Ink, place: QRectF, found: Sequence[Bar], palette: Palette, size: float) -> None:
    """Bars with names below and amounts above; where amounts do not fit, only the greatest has one."""
    if not found:
        return
    line = ink.high(size)
    floor, top = place.bottom() - line - _APART / 2, place.top() + line + _APART / 2
    slot, most = place.width() / len(found), max(bar.pico for bar in found)
    room = min(slot * 0.74, 84.0)
    named = 1
    while max(ink.wide(bar.name, size) for bar in found) + _APART > slot * named and named < len(found):
        named += 1
    worded = max(ink.wide(bar.text, size) for bar in found) + _APART <= slot
    greatest = max(range(len(found)), key=lambda at: found[at].pico)
    ink.rule(QPointF(place.left(), floor), QPointF(place.right(), floor), palette.border)
    for at, bar in enumerate(found):
        middle = place.left() + slot * (at + 0.5)
        high = max((floor - top) * bar.pico / most, 2.0) if most > 0 and bar.pico > 0 else 0.0
        if high:
            ink.box(QRectF(middle - room / 2, floor - high, room, high), palette.bar, 3)
        if bar.pico > 0 and (worded or at == greatest):
            wide = min(ink.wide(bar.text, size) + 1, place.width())
            left = min(max(middle - wide / 2, place.left()), place.right() - wide)
            ink.line(QRectF(left, floor - high - line - 1, wide, line), bar.text, size, ink=palette.text, align=CENTER)
        if at % named == 0:
            wide = slot * named
            left = min(max(middle - wide / 2, place.left()), place.right() - wide)
            name = QRectF(left if named > 1 else middle - slot / 2, floor + _APART / 2, wide, line)
            ink.line(name, bar.name, size, ink=palette.dim, align=CENTER)


def mix(ink: Ink, place: QRectF, parts: Sequence[Bar], palette: Palette, size: float, *, rows: int = 1) -> float:
    """One bar of shares, with a legend of at most ``rows`` lines below; how high both are."""
    whole = sum(part.pico for part in parts)
    high, line = place.height(), ink.high(size)
    left = place.left()
    for at, part in enumerate(parts):
        wide = place.width() * part.pico / whole
        ink.box(QRectF(left, place.top(), max(wide - 2, 0.5), high), palette.series[at % len(palette.series)], 3)
        words = next(
            (each for each in (f"{part.name} {part.text}", part.text) if ink.wide(each, size, bold=True) + 16 <= wide),
            "",
        )
        if words:
            ink.line(
                QRectF(left + 8, place.top() + (high - line) / 2, wide - 10, line),
                words,
                size,
                bold=True,
                ink=palette.on(at),
                ground=palette.series[at % len(palette.series)],
            )
        left += wide
    return high + _legend(
        ink, QRectF(place.left(), place.bottom() + 8, place.width(), line), parts, palette, size, rows
    )


def _legend(ink: Ink, place: QRectF, parts: Sequence[Bar], palette: Palette, size: float, rows: int) -> float:
    swatch, gap, line = size * 0.75, size * 1.2, ink.high(size)
    most = (place.width() * rows - gap * len(parts)) / max(len(parts), 1) - swatch - 6
    left, top = place.left(), place.top()
    for at, part in enumerate(parts):
        words = f"{part.name} {part.text}"
        wide = min(ink.wide(words, size) + 1, max(most, size * 6), place.width() - swatch - 6)
        if left > place.left() and left + swatch + 6 + wide > place.right():
            left, top = place.left(), top + line + 2
            if top - place.top() > (line + 2) * (rows - 1) + 1:
                break
        ink.box(
            QRectF(left, top + (line - swatch) / 2, swatch, swatch),
            palette.series[at % len(palette.series)],
            swatch / 4,
        )
        share = ink.wide(f" {part.text}", size) + 1
        name = ink.line(QRectF(left + swatch + 6, top, wide - share, line), part.name, size, ink=palette.dim)
        ink.line(QRectF(name.right() + size * 0.3, top, share, line), part.text, size, ink=palette.dim)
        left = name.right() + size * 0.3 + share + gap
    return top + line + 8 - place.top()


def steps(ink: Ink, place: QRectF, start: Bar, found: Sequence[Bar], end: Bar, palette: Palette, size: float) -> None:
    """A waterfall."""
    levels = [start.pico]
    for step in found:
        levels.append(levels[-1] + step.pico)
    low, high = min(0, *levels), max(0, *levels, end.pico)
    line = ink.high(size)
    top, floor = place.top() + line + 2, place.bottom() - line - 4
    every = (start, *found, end)
    slot = place.width() / len(every)

    def level(pico: int) -> float:
        return top + (floor - top) * (high - pico) / max(high - low, 1)

    ink.rule(QPointF(place.left(), level(0)), QPointF(place.right(), level(0)), palette.border)
    for at, bar in enumerate(every):
        outer = at in (0, len(every) - 1)
        begin, stop = (0, bar.pico) if outer else (levels[at - 1], levels[at])
        above, below = level(max(begin, stop)), level(min(begin, stop))
        colour = palette.dim if outer else palette.more if bar.pico > 0 else palette.less
        middle = place.left() + slot * (at + 0.5)
        ink.box(QRectF(middle - slot * 0.34, above, slot * 0.68, max(below - above, 1.2)), colour, 1.5)
        room = QRectF(middle - slot / 2 + 1, above - line - 1, slot - 2, line)
        ink.line(room, bar.text, size, least=size * 0.7, align=CENTER)
        name = QRectF(middle - slot / 2 + 1, place.bottom() - line, slot - 2, line)
        ink.line(name, bar.name, size, least=size * 0.7, ink=palette.dim, align=CENTER)
