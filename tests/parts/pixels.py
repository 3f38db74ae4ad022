"""What is on an X screen, pixel by pixel: Xvfb keeps its picture in a file that can be read at any moment.

No program has to be asked, so nothing is moved, focused or slowed by looking. ``Frame`` is one moment's picture.
"""

from __future__ import annotations

import struct
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

Rect = tuple[int, int, int, int]
"""Left, top, width, height."""
Colour = tuple[int, int, int]
PATIENCE = 15.0


@dataclass(frozen=True)
class Frame:
    """A part of the screen at one moment."""

    width: int
    height: int
    data: bytes
    """Four bytes a pixel: blue, green, red, unused."""

    def at(self, x: int, y: int) -> Colour:
        blue, green, red = self.data[(y * self.width + x) * 4 :][:3]
        return red, green, blue

    def row(self, y: int) -> list[Colour]:
        return [self.at(x, y) for x in range(self.width)]

    def count(self, colour: Colour) -> int:
        """How many pixels have exactly this colour."""
        return self._packed().count(bytes(reversed(colour)))

    def colours(self) -> dict[Colour, int]:
        """All colours and how many pixels have them."""
        found: dict[Colour, int] = {}
        for pixel in self._packed():
            colour = (pixel[2], pixel[1], pixel[0])
            found[colour] = found.get(colour, 0) + 1
        return found

    def box(self, colour: Colour) -> Rect | None:
        """The smallest rectangle that holds all pixels of a colour."""
        wanted = bytes(reversed(colour))
        places = [i for i, pixel in enumerate(self._packed()) if pixel == wanted]
        if not places:
            return None
        columns, rows = [i % self.width for i in places], [i // self.width for i in places]
        left, top = min(columns), min(rows)
        return left, top, max(columns) - left + 1, max(rows) - top + 1

    def differing(self, other: Frame) -> int:
        """How many pixels are not the same as there."""
        return sum(1 for one, two in zip(self._packed(), other._packed(), strict=True) if one != two)

    def _packed(self) -> list[bytes]:
        return [self.data[i : i + 3] for i in range(0, len(self.data), 4)]


class Screen:
    """An X screen by its name and the file that holds its picture."""

    def __init__(self, name: str, file: Path) -> None:
        self.name = name
        self._file = file
        with file.open("rb") as opened:
            head = struct.unpack(">25I", opened.read(100))
        self._start = head[0] + head[19] * 12  # a dump of `xwd`: its head, its colour map, its rows
        self.width, self.height, self._line = head[4], head[5], head[12]
        assert head[11] == 32, "32 bits a pixel"

    def frame(self, rect: Rect | None = None) -> Frame:
        """The picture now, or a part of it; what lies outside the screen is left out."""
        x, y, width, height = rect or (0, 0, self.width, self.height)
        width, height = min(width, self.width - x), min(height, self.height - y)
        with self._file.open("rb") as opened:
            opened.seek(self._start + y * self._line)
            rows = opened.read(height * self._line)
        data = b"".join(rows[i * self._line + x * 4 : i * self._line + (x + width) * 4] for i in range(height))
        return Frame(width, height, data)

    def until(
        self,
        holds: Callable[[Frame], bool],
        rect: Rect | None = None,
        *,
        timeout: float = PATIENCE,
        pause: float = 0.02,
    ) -> Frame:
        """Look until the picture is as wanted; that picture."""
        end = time.monotonic() + timeout
        while not holds(frame := self.frame(rect)):
            assert time.monotonic() < end, f"not so on the screen; most colours: {_most(frame)}"
            time.sleep(pause)
        return frame


def rgb(colour: str) -> Colour:
    """``#rrggbb`` as three numbers."""
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def _most(frame: Frame) -> list[tuple[Colour, int]]:
    return sorted(frame.colours().items(), key=lambda each: -each[1])[:8]
