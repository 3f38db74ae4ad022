"""What a decision was worth: the prices behind "dearer", and each row's twin as it would have been.

Everything in the engine that compares what was served with what was asked for lives here; ``routing.savings`` knows
the caches. Rules: list prices; what the book does not say is ``None``, never a guess.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from trayapp.pricing import Book
from trayapp.routing.booked import NoRateError, booked
from trayapp.values import Cost, Usage

if TYPE_CHECKING:
    from trayapp.engine.route import Route


class Worth:
    """Compares. Use it on one event loop."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, str, str, str], bool | None] = {}

    def dearer(self, book: Book, vendor: str, asked: str, served: str, at_us: int) -> bool | None:
        """Whether the second model costs more than the first for the same tokens; ``None``: nobody knows."""
        key = (book.version, vendor, asked, served)
        if key not in self._known:
            if len(self._known) > 512:
                self._known.clear()
            self._known[key] = _dearer(book, vendor, asked, served, at_us)
        return self._known[key]

    def of(
        self, route: Route, usage: Usage, cost: Cost | None, price: Callable[[Usage], Cost], life_us: int
    ) -> tuple[int | None, int | None, int | None]:
        """What a row would have cost as asked, and the interval of the saving."""
        return None, None, None

    def kept(self) -> object:
        """What has to outlive a restart."""
        return None

    def restore(self, data: object) -> None:
        """Take what was kept."""


def _dearer(book: Book, vendor: str, asked: str, served: str, at_us: int) -> bool | None:
    try:
        a = booked(book, vendor, asked, at_us).cost.prices[0].steps[0].rates
        b = booked(book, vendor, served, at_us).cost.prices[0].steps[0].rates
    except NoRateError:
        return None
    return b.output > a.output or b.write > a.write
