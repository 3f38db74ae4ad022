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
            wide = ink.wide(bar.name, size) + 1
            left = min(max(middle - wide / 2, place.left()), place.right() - wide)
            ink.line(QRectF(left, floor + _APART / 2, wide, line), bar.name, size, ink=palette.dim)


def mix(ink: Ink, place: QRectF, parts: Sequence[Bar], palette: Palette, size: float, *, rows: int = 1) -> float:
    """One bar of shares, with a legend of at most ``rows`` lines below; how high both are."""
    whole = sum(part.pico for part in parts)
    high, line = place.height(), ink.high(size)
    left = place.left()
    nameless: list[tuple[int, Bar]] = []
    for at, part in enumerate(parts):
        wide = place.width() * part.pico / whole
        colour = palette.series[at % len(palette.series)]
        ink.box(QRectF(left, place.top(), max(wide - 2, 0.5), high), colour, 3)
        said = f"{part.name} {part.text}"
        fitting = [each for each in (said, part.text) if ink.wide(each, size, bold=True) + 16 <= wide]
        if fitting:
            room = QRectF(left + 8, place.top() + (high - line) / 2, wide - 10, line)
            ink.line(room, fitting[0], size, bold=True, ink=palette.on(at), ground=colour)
        if said not in fitting:
            nameless.append((at, part))
        left += wide
    below = QRectF(place.left(), place.bottom() + 8, place.width(), line)
    return high + (_legend(ink, below, nameless, palette, size, rows) if nameless else 8)


def _legend(
    ink: Ink, place: QRectF, parts: Sequence[tuple[int, Bar]], palette: Palette, size: float, rows: int
) -> float:
    """The parts whose name did not fit into the bar; long names lose their middle until all have room."""
    swatch, gap, line = size * 0.75, size * 1.2, ink.high(size)
    shares = [ink.wide(f" {part.text}", size) + size * 0.3 + 1 for _, part in parts]
    names = [ink.wide(part.name, size) + 1 for _, part in parts]
    most = max(names)
    while most > size * 4 and _rows(names, shares, most, place.width(), swatch + 6, gap) > rows:
        most -= size
    left, top = place.left(), place.top()
    for (at, part), name, share in zip(parts, names, shares, strict=True):
        wide = min(name, most)
        if left > place.left() and left + swatch + 6 + wide + share > place.right():
            left, top = place.left(), top + line + 2
        if top > place.top() + (line + 2) * (rows - 1) + 1:
            return (line + 2) * rows + 8
        colour = palette.series[at % len(palette.series)]
        ink.box(QRectF(left, top + (line - swatch) / 2, swatch, swatch), colour, swatch / 4)
        stands = ink.line(QRectF(left + swatch + 6, top, wide, line), part.name, size, ink=palette.dim)
        ink.line(QRectF(stands.right() + size * 0.3, top, share, line), part.text, size, ink=palette.dim)
        left = stands.right() + share + gap
    return top + line + 8 - place.top()


def _rows(names: Sequence[float], shares: Sequence[float], most: float, room: float, lead: float, gap: float) -> int:
    count, left = 1, 0.0
    for name, share in zip(names, shares, strict=True):
        wide = lead + min(name, most) + share
        if left and left + wide > room:
            count, left = count + 1, 0.0
        left += wide + gap
    return count


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
        colour = palette.dim if outer or not bar.pico else palette.more if bar.pico > 0 else palette.less
        middle = place.left() + slot * (at + 0.5)
        ink.box(QRectF(middle - slot * 0.34, above, slot * 0.68, max(below - above, 1.2)), colour, 1.5)
        room = QRectF(middle - slot / 2 + 1, above - line - 1, slot - 2, line)
        ink.line(room, bar.text, size, least=size * 0.7, align=CENTER)
        name = QRectF(middle - slot / 2 + 1, place.bottom() - line, slot - 2, line)
        ink.line(name, bar.name, size, least=size * 0.7, ink=palette.dim, align=CENTER)
