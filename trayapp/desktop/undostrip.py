"""What was just done, with a button that takes it back while a thin bar shrinks.

Rules: the engine's word says until when; the time between is measured here, so that neither clock matters; hidden, it
runs no timer; the end of the offer ends nothing but the offer.
"""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QElapsedTimer, QRectF, Qt, QTimer, Signal
from PySide6.QtGui import (
    QAccessible,
    QAccessibleAnnouncementEvent,
    QColor,
    QHideEvent,
    QPainter,
    QPaintEvent,
    QShowEvent,
)
from PySide6.QtWidgets import QFrame, QHBoxLayout

from trayapp.desktop import look
from trayapp.desktop.buttons import Button
from trayapp.desktop.gauges import Paragraph, Tone
from trayapp.tongue import tr

OFFER_MS: Final = 10_000
_BEAT_MS: Final = 50


class UndoStrip(QFrame):
    """Offers one undoing at a time."""

    undone = Signal()
    over = Signal()
    """The offer has ended by itself."""

    def __init__(self) -> None:
        super().__init__()
        self._key: object = None
        self._left_ms = 0
        self._since = QElapsedTimer()
        self._beat = QTimer(self)
        self._beat.setInterval(_BEAT_MS)
        self._beat.timeout.connect(self._tick)
        self.text = Paragraph(Tone.TEXT)
        self.undo = Button(tr("undostrip", "&Undo"))
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 9, 9, 12)
        row.setSpacing(8)
        row.addWidget(self.text, 1, Qt.AlignmentFlag.AlignVCenter)
        row.addWidget(self.undo, 0, Qt.AlignmentFlag.AlignVCenter)
        self.undo.clicked.connect(self._undo)

    def offer(self, key: object, text: str, left_ms: int) -> bool:
        """Offer to undo what ``key`` names, for at most ``left_ms`` from the first time that it is offered.

        Returns:
            Whether the offer stands.
        """
        if key != self._key:
            self._key = key
            self._left_ms = min(left_ms, OFFER_MS)
            self._since.start()
            self.undo.setAccessibleName(tr("undostrip", "Undo: {text}", text=text))
            self.setAccessibleName(tr("undostrip", "{text}. Can be undone for ten seconds.", text=text))
        self.text.show_text(text)
        return self.left > 0

    def withdraw(self) -> None:
        """Nothing is offered any more."""
        self._left_ms = 0

    @property
    def left(self) -> float:
        """The share of the time that is left, 0–1."""
        if not self._left_ms:
            return 0.0
        return max(self._left_ms - self._since.elapsed(), 0) / OFFER_MS

    def announce(self) -> None:
        """Let a screen reader say what can be undone."""
        QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(self, self.accessibleName()))

    def _undo(self) -> None:
        if self.left > 0:
            self.withdraw()
            self.undone.emit()

    def _tick(self) -> None:
        if self.left > 0:
            self.update(0, self.height() - 4, self.width(), 4)
        else:
            self._beat.stop()
            self.over.emit()

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802
        """Begin to shrink."""
        self._beat.start()
        super().showEvent(event)

    def hideEvent(self, event: QHideEvent) -> None:  # noqa: N802
        """Cost nothing."""
        self._beat.stop()
        super().hideEvent(event)

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: N802
        """A quiet ground; the bar along its foot."""
        colours = look.current()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(colours.card))
        painter.drawRoundedRect(QRectF(self.rect()), 6, 6)
        painter.setBrush(QColor(colours.focus))
        width = (self.width() - 12) * self.left
        painter.drawRoundedRect(QRectF(6, self.height() - 4, width, 3), 1.5, 1.5)
