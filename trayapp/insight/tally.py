"""One line of the waste ledger while it is counted: which rows, what they come to, what of it is not known.

Rules: an amount is an exact fraction of a row's own, rounded half to even once a row; a row without an amount is
counted as unpriced and is in no sum; a row is counted once a line.
"""

from __future__ import annotations

from array import array
from collections.abc import Mapping
from fractions import Fraction
from typing import Final

import msgspec

from trayapp.money import half_even
from trayapp.reports import Waste
from trayapp.spent import Spent

_decoder: Final = msgspec.json.Decoder(dict[str, int])
_NOTHING: Final[Mapping[str, int]] = {}


def components(text: str | None) -> Mapping[str, int]:
    """What each component of a row cost, from the ledger's JSON; empty where nobody knows."""
    if text is None:
        return _NOTHING
    try:
        return _decoder.decode(text)
    except msgspec.MsgspecError:
        return _NOTHING


class Tally:
    """Counts the rows of one line."""

    __slots__ = ("_estimated", "_pico", "_places", "_sessions", "_unpriced", "kind", "whole")

    def __init__(self, kind: str, *, whole: bool = True) -> None:
        self.kind = kind
        self.whole = whole
        self._places = array("q")
        """Start and id of each row, one behind the other."""
        self._pico = 0
        self._unpriced = 0
        self._estimated = False
        self._sessions: set[str] = set()

    def copy(self) -> Tally:
        """Another one that goes on from here by itself."""
        other = Tally(self.kind, whole=self.whole)
        other._places = self._places[:]
        other._pico, other._unpriced, other._estimated = self._pico, self._unpriced, self._estimated
        other._sessions = set(self._sessions)
        return other

    def add(self, row: Spent, amount: int | Fraction | None) -> None:
        """Count a row with what of it the line is about; ``None``: not known."""
        self.put(row.started_us, row.id, row.session, amount, sure=bool(row.sure))

    def put(
        self, started_us: int, row_id: int, session: str | None, amount: int | Fraction | None, *, sure: bool
    ) -> None:
        """The same for a row that is kept in a few numbers."""
        self._places.append(started_us)
        self._places.append(row_id)
        if session is not None:
            self._sessions.add(session)
        if amount is None:
            self._unpriced += 1
            return
        self._pico += amount if isinstance(amount, int) else half_even(amount.numerator, amount.denominator)
        if amount and not sure:
            self._estimated = True

    def ids(self) -> array[int]:
        """The rows that were counted, in the order of their start."""
        places = sorted(zip(self._places[::2], self._places[1::2], strict=True))
        return array("q", (row_id for _, row_id in places))

    def line(self) -> Waste:
        """The line as it stands."""
        return Waste(
            kind=self.kind,
            rows=len(self._places) // 2,
            pico=self._pico,
            unpriced=self._unpriced,
            whole=self.whole,
            sessions=len(self._sessions),
            estimated=self._estimated,
        )
