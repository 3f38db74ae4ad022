"""How those who wait learn how it went.

Results are gathered while a batch is worked on and handed out all at once, after the commit, where the ledger's
owner wants them (``deliver``): one wake-up of an event loop for a whole batch. Belongs to the writer's thread.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import Future, InvalidStateError
from typing import Any

Deliver = Callable[[Callable[[], None]], object]
"""Runs a function where futures shall be resolved, e.g. ``loop.call_soon_threadsafe``."""


class _Failed:
    __slots__ = ("error",)

    def __init__(self, error: BaseException) -> None:
        self.error = error


class Outcomes:
    """Results that are decided and not handed out yet."""

    def __init__(self, deliver: Deliver | None) -> None:
        self._deliver = deliver
        self._decided: list[tuple[Future[Any], Any]] = []

    def done(self, future: Future[Any] | None, result: object = None) -> None:
        """It is committed."""
        if future is not None:
            self._decided.append((future, result))

    def failed(self, future: Future[Any] | None, error: BaseException) -> None:
        """It is not."""
        if future is not None:
            self._decided.append((future, _Failed(error)))

    def hand_out(self) -> None:
        """Resolve all that was decided."""
        if not self._decided:
            return
        decided, self._decided = self._decided, []
        if self._deliver is None:
            _settle(decided)
            return
        try:
            self._deliver(lambda: _settle(decided))
        except RuntimeError:  # the loop is closed
            _settle(decided)


def _settle(decided: Sequence[tuple[Future[Any], Any]]) -> None:
    for future, result in decided:
        try:
            if isinstance(result, _Failed):
                future.set_exception(result.error)
            else:
                future.set_result(result)
        except InvalidStateError:  # who asked has stopped waiting; the work is done all the same
            pass
