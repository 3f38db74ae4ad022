"""The symbols of tools and states: line drawings in SVG, one family with the app's icon, in the look's colours.

Everything that draws a file of ``resources/icons`` lives here. The drawings are ours (a pictogram for each tool, no
maker's mark), on a grid of 24 with lines of 2 in one colour, ``_STROKE``, which is replaced when they are drawn.

Rules: a tool without a drawing gets that of ``other``; what was drawn is kept, since rows are refilled often; QtSvg is
loaded with the first symbol, since the icon alone does without.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPixmap

from trayapp.platform.resources import resource

STATES: Final = ("ok", "idle", "warn", "over", "unpriced", "paused", "relaying", "down")
MIDDLE: Final = "#767c88"
"""For grounds that nobody knows, such as a panel's menu: 3:1 at least on white and on dark ones."""
_STROKE: Final = "#888888"
_NAME: Final = re.compile(r"[a-z0-9-]{1,40}\Z")


def of_tool(tool: str, colour: str | QColor, size: int, ratio: float = 1.0) -> QPixmap:
    """A tool's symbol.

    Args:
        tool: its name in the ledger; any text.
        colour: of its lines.
        size: edge in device-independent pixels.
        ratio: device pixels for one of them.
    """
    return _drawn("tools", _known(tool), QColor(colour).name(), size, ratio)


def of_state(state: str, colour: str | QColor, size: int, ratio: float = 1.0) -> QPixmap:
    """A state's symbol: one of ``STATES``."""
    return _drawn("states", state, QColor(colour).name(), size, ratio)


@lru_cache(maxsize=256)
def _known(tool: str) -> str:
    if _NAME.match(tool):
        try:
            resource(f"icons/tools/{tool}.svg")
        except FileNotFoundError:
            return "other"
        return tool
    return "other"


@lru_cache(maxsize=256)
def _drawn(folder: str, name: str, colour: str, size: int, ratio: float) -> QPixmap:
    from PySide6.QtSvg import QSvgRenderer

    drawing = resource(f"icons/{folder}/{name}.svg").read_text("utf-8").replace(_STROKE, colour)
    canvas = QPixmap(round(size * ratio), round(size * ratio))
    canvas.setDevicePixelRatio(ratio)
    canvas.fill(Qt.GlobalColor.transparent)
    painter = QPainter(canvas)
    QSvgRenderer(drawing.encode()).render(painter, QRectF(0, 0, size, size))
    painter.end()
    return canvas
