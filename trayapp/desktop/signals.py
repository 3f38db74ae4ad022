"""Ends the process's Qt loop on SIGTERM, SIGINT and SIGHUP, without a timer that polls.

Python runs a signal's handler only between two of its instructions, and Qt's loop sits in C. The wake-up descriptor
makes the arrival readable, a notifier brings it into the loop, and there Python gets its turn.
"""

from __future__ import annotations

import signal
import socket
from collections.abc import Callable
from types import FrameType

from PySide6.QtCore import QObject, QSocketNotifier


class Signals(QObject):
    """Calls ``ended`` in the Qt loop when the process is asked to end. Make one, in the main thread."""

    def __init__(self, ended: Callable[[], None], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._ended = ended
        self._here, self._there = socket.socketpair()
        self._here.setblocking(False)
        self._there.setblocking(False)
        self._old_fd = signal.set_wakeup_fd(self._there.fileno(), warn_on_full_buffer=False)
        names = [n for n in ("SIGTERM", "SIGINT", "SIGHUP") if hasattr(signal, n)]
        self._old = {number: signal.signal(number, self._caught) for number in (getattr(signal, n) for n in names)}
        self._notifier = QSocketNotifier(self._here.fileno(), QSocketNotifier.Type.Read, self)
        self._notifier.activated.connect(self._woken)

    def close(self) -> None:
        """Give the signals back."""
        self._notifier.setEnabled(False)
        signal.set_wakeup_fd(self._old_fd)
        for number, handler in self._old.items():
            signal.signal(number, handler)
        self._here.close()
        self._there.close()

    def _woken(self) -> None:
        try:
            self._here.recv(512)
        except BlockingIOError:
            return

    def _caught(self, _number: int, _frame: FrameType | None) -> None:
        self._ended()
