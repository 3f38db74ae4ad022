"""Python's cyclic garbage is collected on Qt's thread alone.

The collector runs in whatever thread happens to allocate; what it finds may be a window that was closed, and a window
that is destroyed outside of Qt's thread ends the process (seen: a segmentation fault in the events of an innocent
moment later). So it is switched off, and this looks at the same counts whenever something new is shown.

Rules: one for the process, made in Qt's thread; nothing runs while nothing happens.
"""

from __future__ import annotations

import gc
from typing import Final

_YOUNG: Final = 2_000
"""So many new objects are looked through; a full look is due as often as the interpreter would have it."""


class Sweeper:
    """Collects when it is looked at and there is enough."""

    def __init__(self) -> None:
        self._threshold = gc.get_threshold()
        gc.disable()

    def look(self) -> None:
        """Collect, if there is enough to be looked through. Call it in Qt's thread."""
        young, middle, old = gc.get_count()
        if young < _YOUNG:
            return
        _, often, seldom = self._threshold
        gc.collect(2 if old >= seldom else 1 if middle >= often else 0)

    def close(self) -> None:
        """Have the interpreter collect by itself again."""
        gc.enable()
