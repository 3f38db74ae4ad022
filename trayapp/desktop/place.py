"""Where a window opened from the tray goes: by the icon, by the pointer, and whole on the screen. Pure geometry."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QRect, QSize

MARGIN = 8


def beside(size: QSize, anchor: QRect, screen: QRect) -> QPoint:
    """The top left corner for a window of ``size`` opened from ``anchor``.

    Args:
        size: the window's outer size.
        anchor: the icon's rectangle, or a rectangle of one pixel where the pointer was.
        screen: the part of the screen that panels leave free. The window lies in it whole, ``MARGIN`` from its
            edges; one that is larger than the screen begins at its top left.
    """
    left = anchor.center().x() - size.width() // 2
    below = anchor.bottom() + 1 + MARGIN
    above = anchor.top() - MARGIN - size.height()
    top = below if anchor.center().y() < screen.center().y() else above
    return _inside(QPoint(left, top), size, screen)


def corner(size: QSize, screen: QRect) -> QPoint:
    """The top left corner for a window that nobody clicked for: the screen's upper right, where most trays are."""
    return _inside(QPoint(screen.right(), screen.top()), size, screen)


def _inside(at: QPoint, size: QSize, screen: QRect) -> QPoint:
    x = min(at.x(), screen.right() + 1 - MARGIN - size.width())
    y = min(at.y(), screen.bottom() + 1 - MARGIN - size.height())
    return QPoint(max(x, screen.left() + MARGIN), max(y, screen.top() + MARGIN))
