"""A call in short: the columns of a finished row from which ``insight`` counts, and nothing else of it.

It crosses the wall between the ledger, which reads it, and ``insight``, which counts; a whole ``values.Row`` would cost
ten times as much to make, and there may be a million of them.

Rules: a tuple of what stands in the ledger, or of plain sums of it, so that reading costs next to nothing; standard
library only; ids, counts and amounts, never a text of a call.
"""

from __future__ import annotations

from typing import NamedTuple


class Spent(NamedTuple):
    """One finished call, in the ledger's own values."""

    id: int
    started_us: int
    ended_us: int
    """Its start, where nobody knows its end."""
    state: str
    exact: int
    """1: the vendor's final count was read."""
    sure: int
    """1: the amount is no estimate and no lower bound."""
    vendor: str
    tool: str | None
    session: str | None
    credential: str | None
    project: str | None
    model: str | None
    """Which served, or else was asked in the end."""
    asked: str | None
    """The model asked for, as written."""
    kind: str
    streamed: int
    context_bytes: int
    attempt_of: int | None
    prompt: int
    """All tokens of the prompt."""
    cache_read: int
    cache_write: int
    cache_write_1h: int
    cache_write_12h: int
    output: int
    web_searches: int
    pico: int | None
    """By the list; ``None``: it has no price."""
    components: str | None
    """Component to pico-USD, JSON."""
    several: int
    """1: more than one model or message was at work in it, so that its tokens are of no single prompt."""
    flags: str

    @property
    def counted(self) -> bool:
        """Any token of it was counted or estimated."""
        return self.prompt > 0 or self.output > 0
