"""In which order Tab goes through a window: as it is read, line by line, whenever its parts were made."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QWidget

_LINE: Final = 8
"""Widgets whose middles are this many pixels apart at most stand in one line."""


def reading_order(window: QWidget) -> list[QWidget]:
    """All that the keyboard can be on now."""
    found = [
        (widget.mapTo(window, widget.rect().center()), widget)
        for widget in window.findChildren(QWidget)
        if widget.focusPolicy() & Qt.FocusPolicy.TabFocus or widget is window.focusWidget()
        if widget.isVisible() and widget.isEnabled()
    ]
    found.sort(key=lambda each: each[0].y())
    lines: list[list[tuple[QPoint, QWidget]]] = []
    for each in found:
        if lines and each[0].y() - lines[-1][0][0].y() <= _LINE:
            lines[-1].append(each)
        else:
            lines.append([each])
    return [widget for line in lines for _, widget in sorted(line, key=lambda each: each[0].x())]


def step(window: QWidget, *, forward: bool) -> bool:
    """Move the keyboard one on, or back; whether there was anywhere to go."""
    order = reading_order(window)
    if not order:
        return False
    now = window.focusWidget()
    at = order.index(now) if now in order else (-1 if forward else 0)
    reason = Qt.FocusReason.TabFocusReason if forward else Qt.FocusReason.BacktabFocusReason
    order[(at + (1 if forward else -1)) % len(order)].setFocus(reason)
    return True
