"""Change made bearable: many touches, few calls.

A ``Pulse`` calls its target at once when it has been quiet, and otherwise at most once an interval, with nothing
running while nothing changes. It bounds what the icon, the menu and the popover cost while answers stream.
"""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QElapsedTimer, QObject, QTimer


class Pulse(QObject):
    """Calls ``target`` after ``touch``, at most once in ``interval_ms``."""

    def __init__(self, interval_ms: int, target: Callable[[], None], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._interval = interval_ms
        self._target = target
        self._since = QElapsedTimer()
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self.now)

    def touch(self) -> None:
        """Something changed."""
        if self._timer.isActive():
            return
        waited = self._since.elapsed() if self._since.isValid() else self._interval
        if waited >= self._interval:
            self.now()
        else:
            self._timer.start(int(self._interval - waited))

    def now(self) -> None:
        """Call the target at once."""
        self._timer.stop()
        self._since.start()
        self._target()
