"""The tools' files from the tray: looked at and changed in a thread, never on the one that paints.

Rules: one job at a time, in the order asked; the answer comes back on the asking thread; whatever a person has to know
comes as a ``Trouble``, never as an exception; nothing is asked of the engine.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QObject, QRunnable, QThreadPool, Signal

from trayapp.desktop import saying
from trayapp.said import say
from trayapp.tongue import tr
from trayapp.toolbox import Toolbox
from trayapp.trouble import Trouble, TroubleError

Job = Callable[[Toolbox], Any]
Done = Callable[[Any, Trouble | None], None]


class _Task(QRunnable):
    def __init__(self, job: Job, box: Toolbox, answered: Callable[[Any, Trouble | None], None]) -> None:
        super().__init__()
        self._job = job
        self._box = box
        self._answered = answered

    def run(self) -> None:
        result: Any = None
        trouble: Trouble | None = None
        try:
            result = self._job(self._box)
        except TroubleError as error:
            trouble = saying.trouble(error.trouble)
        except OSError as error:
            title = tr("toolwork", "The system refused")
            trouble = Trouble(title=title, message=say("{path}: {why}.", path=error.filename, why=error.strerror))
        except Exception as error:  # noqa: BLE001  a window that waits for ever would say less
            title = tr("toolwork", "Spendlight made a mistake")
            trouble = Trouble(title=title, message=say("{what}.", what=type(error).__name__), code="internal")
        self._answered(result, trouble)


class ToolWork(QObject):
    """Runs jobs on a profile's tools."""

    _ended = Signal(object, object, object)

    def __init__(self, box: Toolbox, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._box = box
        self._closed = False
        self._pool = QThreadPool(self)
        self._pool.setMaxThreadCount(1)
        self._ended.connect(self._tell)

    def ask(self, job: Job, done: Done) -> None:
        """Do it; ``done`` gets the result, or what went wrong."""
        self._pool.start(_Task(job, self._box, lambda result, trouble: self._ended.emit(done, result, trouble)))

    def close(self) -> None:
        """Wait for the job that runs; the others, and all answers, are forgotten."""
        self._closed = True
        self._pool.clear()
        self._pool.waitForDone(10_000)

    def _tell(self, done: Done, result: Any, trouble: Trouble | None) -> None:
        if not self._closed:
            done(result, trouble)
