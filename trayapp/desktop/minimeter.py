"""The mini meter: icon and headline in a small window that stays on top, for desktops without a tray.

Rules: it shows what the icon and the tooltip show, and no more; dragged with the left button, clicked it opens the
popover, the middle button pauses, the right one opens the menu; all of it by keyboard too (Return, P, the menu key).
Where it was left is remembered where a program may know that (not on Wayland).
"""

from __future__ import annotations

import contextlib
import json
from pathlib import Path
from typing import Final

from PySide6.QtCore import QEvent, QPoint, QRect, QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import (
    QColor,
    QContextMenuEvent,
    QFontMetrics,
    QGuiApplication,
    QKeyEvent,
    QMouseEvent,
    QMoveEvent,
    QPainter,
    QPaintEvent,
    QPen,
)
from PySide6.QtWidgets import QApplication, QWidget

from trayapp.desktop import glance, look, meter, place
from trayapp.desktop.icon import Ink, Picture, paint, picture
from trayapp.desktop.view import View
from trayapp.platform.paths import write_private
from trayapp.tongue import tr

_ICON: Final = 28
_EDGE: Final = 8
_REST_MS: Final = 400
"""So long it has to stand still before its place is written down."""
_HIGH: Final = _ICON + 2 * _EDGE


class MiniMeter(QWidget):
    """Shows one ``View``."""

    popover_asked = Signal(object)
    """It was clicked; carries its rectangle on the screen."""
    pause_asked = Signal()
    menu_asked = Signal(QPoint)
    """The menu is wanted at this place."""

    def __init__(self, memory: Path) -> None:
        flags = Qt.WindowType.Tool | Qt.WindowType.FramelessWindowHint | Qt.WindowType.WindowStaysOnTopHint
        super().__init__(None, flags)
        self.setWindowTitle(tr("minimeter", "Spendlight's meter"))
        self.setAttribute(Qt.WidgetAttribute.WA_ShowWithoutActivating)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._memory = memory
        self._picture: Picture | None = None
        self._lines: tuple[str, str] = ("", "")
        self._pressed: QPoint | None = None
        self._moved = False
        self._settled = QTimer(self)
        self._settled.setSingleShot(True)
        self._settled.setInterval(_REST_MS)
        self._settled.timeout.connect(self._keep)
        self.setFixedSize(QSize(160, _HIGH))
        self._put()

    def show_view(self, view: View) -> None:
        """Take in a new view."""
        now = picture(meter.read(view), Ink.LIGHT if look.current().dark else Ink.DARK)
        said = glance.headline(view)
        first, _, second = said.partition(" · ")
        tip = glance.tooltip(view)
        if (now, (first, second)) != (self._picture, self._lines):
            self._picture, self._lines = now, (first, second)
            self._fit()
            self.update()
        if tip != self.toolTip():
            self.setToolTip(tip)
            self.setAccessibleName(said)
            self.setAccessibleDescription(tip)

    def _fit(self) -> None:
        metrics = QFontMetrics(self.font())
        wide = max(metrics.horizontalAdvance(line) for line in self._lines)
        wanted = _EDGE + _ICON + _EDGE + wide + _EDGE + 2
        if wanted != self.width():
            self.setFixedSize(QSize(wanted, _HIGH))

    # Where it is

    def _put(self) -> None:
        free = QGuiApplication.primaryScreen().availableGeometry()
        at = place.corner(self.size(), free)
        with contextlib.suppress(OSError, ValueError, KeyError, TypeError):
            kept = json.loads(self._memory.read_bytes())
            left = QRect(QPoint(int(kept["x"]), int(kept["y"])), self.size())
            if any(screen.availableGeometry().contains(left.center()) for screen in QGuiApplication.screens()):
                at = left.topLeft()
        self.move(at)

    def _keep(self) -> None:
        with contextlib.suppress(OSError):
            write_private(self._memory, json.dumps({"x": self.x(), "y": self.y()}).encode(), sync=False)

    # Qt's calls

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: N802
        """Ground, icon, two lines."""
        colours = look.current()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.fillRect(self.rect(), QColor(colours.window))
        painter.setPen(QPen(QColor(colours.focus if self.hasFocus() else colours.border), 1))
        painter.drawRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5))
        if self._picture is not None:
            paint(painter, QRect(_EDGE, _EDGE, _ICON, _ICON), self._picture)
        first, second = self._lines
        left, metrics = 2 * _EDGE + _ICON, self.fontMetrics()
        high = metrics.height() * (2 if second else 1)
        top = (self.height() - high) // 2 + metrics.ascent()
        painter.setPen(QColor(colours.text))
        painter.drawText(left, top, first)
        painter.setPen(QColor(colours.dim))
        painter.drawText(left, top + metrics.height(), second)

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        """The left button may become a drag; the middle one pauses."""
        if event.button() is Qt.MouseButton.LeftButton:
            self._pressed, self._moved = event.position().toPoint(), False
        elif event.button() is Qt.MouseButton.MiddleButton:
            self.pause_asked.emit()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        """Dragged: the window system moves it (a Wayland client may not move itself)."""
        if self._pressed is None or not event.buttons() & Qt.MouseButton.LeftButton:
            return
        far = (event.position().toPoint() - self._pressed).manhattanLength()
        if far >= QApplication.startDragDistance() and (handle := self.windowHandle()) is not None:
            self._pressed = None
            handle.startSystemMove()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        """A click opens the popover."""
        if event.button() is Qt.MouseButton.LeftButton and self._pressed is not None:
            self._pressed = None
            self.popover_asked.emit(self.geometry())

    def moveEvent(self, event: QMoveEvent) -> None:  # noqa: N802
        """Remember where it was left."""
        super().moveEvent(event)
        if self.isVisible():
            self._settled.start()

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:  # noqa: N802
        """The icon's menu, by the right button or the menu key."""
        self.menu_asked.emit(event.globalPos())

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        """Return opens the popover, P pauses."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            self.popover_asked.emit(self.geometry())
        elif event.key() == Qt.Key.Key_P:
            self.pause_asked.emit()
        else:
            super().keyPressEvent(event)

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802
        """The ring follows the keyboard; the font may be another one."""
        super().changeEvent(event)
        if event.type() in (QEvent.Type.ActivationChange, QEvent.Type.FontChange):
            self._fit()
            self.update()
