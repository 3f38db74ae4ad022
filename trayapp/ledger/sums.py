"""All sums that grow with the rows, added in one step: the hours' totals and the mix.

Rules: whoever brings a row to its end, or gives it a price, adds it here once, in the transaction that changes the row.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable

from trayapp.ledger import mix, rollups


class Sums:
    """Adds rows to all sums. Belongs to the writer's thread."""

    def __init__(self) -> None:
        self._totals = rollups.Adder()
        self._mix = mix.Adder()

    def forget(self) -> None:
        """Drop what was remembered: after a rollback, or when the file was replaced."""
        self._totals.forget()
        self._mix.forget()

    def add(
        self,
        connection: sqlite3.Connection,
        contributions: Iterable[rollups.Contribution],
        mixed: Iterable[mix.Contribution] = (),
    ) -> None:
        """Add rows that have come to their end; ``mixed`` are the priced ones among them."""
        self._totals.add(connection, contributions)
        self._mix.add(connection, mixed)

    def move(
        self,
        connection: sqlite3.Connection,
        contributions: Iterable[rollups.Contribution],
        mixed: Iterable[mix.Contribution],
    ) -> None:
        """Rows have got their price: ``contributions`` hold what they added before as negative ones, too."""
        self._totals.move(connection, contributions)
        self._mix.add(connection, mixed)
