"""A thread with a read-only connection, which answers questions one after the other.

The ledger has two: one for reports, one for upkeep (checks, daily copies, syncing the log), so that neither a slow
report nor a long copy ever delays an open row or each other. A long export gets a third for as long as it runs.

The connection is opened at the first question. ``paused`` closes it for as long as the file is being replaced.
"""

from __future__ import annotations

import contextlib
import sqlite3
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, InvalidStateError
from pathlib import Path
from queue import SimpleQueue
from typing import Any, TypeVar

from trayapp.ledger.errors import Family, family
from trayapp.ledger.storage import connect_reader

T = TypeVar("T")
Job = Callable[[sqlite3.Connection], Any]


class Reader:
    """One reading thread. ``submit`` may be called from any thread."""

    def __init__(self, path: Path, name: str, on_damage: Callable[[], None] | None = None) -> None:
        self._path = path
        self._on_damage = on_damage
        self._queue: SimpleQueue[tuple[Job, Future[Any]] | None] = SimpleQueue()
        self._using = threading.Lock()
        self._connection: sqlite3.Connection | None = None
        self._closed = False
        self._gate = threading.Lock()
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)
        self._thread.start()

    def submit(self, job: Callable[[sqlite3.Connection], T]) -> Future[T]:
        """Ask; the future carries the answer, or what went wrong (``sqlite3.Error``).

        Raises:
            RuntimeError: the ledger is closed.
        """
        future: Future[T] = Future()
        with self._gate:
            if self._closed:
                raise RuntimeError("the ledger is closed")
            self._queue.put((job, future))
        return future

    @contextlib.contextmanager
    def paused(self) -> Iterator[None]:
        """Wait for the running question, then keep the file closed within the ``with``."""
        with self._using:
            self._disconnect()
            yield

    def stop(self) -> None:
        """Answer what was asked before, then end; ``join`` waits for it."""
        with self._gate:
            if not self._closed:
                self._closed = True
                self._queue.put(None)

    def interrupt(self) -> None:
        """Break off the running question; its future gets ``sqlite3.OperationalError``."""
        connection = self._connection
        if connection is not None:
            with contextlib.suppress(sqlite3.ProgrammingError):
                connection.interrupt()

    def join(self) -> None:
        """Wait for the thread's end."""
        if threading.current_thread() is not self._thread:
            self._thread.join()

    def _disconnect(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _run(self) -> None:
        while (item := self._queue.get()) is not None:
            self._answer(*item)
            del item  # an idle thread must not keep the last answer alive
        with self._using:
            self._disconnect()

    def _answer(self, job: Job, future: Future[Any]) -> None:
        if not future.set_running_or_notify_cancel():
            return
        damage = False
        with self._using:
            try:
                if self._connection is None:
                    self._connection = connect_reader(self._path)
                answer = job(self._connection)
            except BaseException as error:  # noqa: BLE001 - the asker gets it, whatever it is
                damage = isinstance(error, sqlite3.Error) and family(error) is Family.CORRUPT
                with contextlib.suppress(InvalidStateError):
                    future.set_exception(error)
            else:
                with contextlib.suppress(InvalidStateError):
                    future.set_result(answer)
        if damage and self._on_damage is not None:
            self._on_damage()
