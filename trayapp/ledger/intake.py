"""What waits to be written, and which rows are open: the ledger's state machine, in memory.

Only this process writes the ledger, so the rows that are open are exactly those in ``live``: a row is opened once
and closed once, whatever callers do, without asking the file. Everything accepted here is written sooner or later;
while the disk is in the way it waits in ``pending``, and who asked is told at once. The number of openings that may
wait is bounded; what exceeds it is counted in ``unrecorded``, never silently dropped.

Belongs to the writer's thread; single fields are read by ``Ledger.status`` without a lock.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from concurrent.futures import Future
from typing import Final

from trayapp.ledger.batch import Batch, Close, Mark, Open
from trayapp.ledger.errors import StorageTrouble, describe
from trayapp.ledger.outcomes import Outcomes
from trayapp.ledger.records import LATE, Closed, opening_parameters
from trayapp.values import Closing, Opening, State

log = logging.getLogger(__name__)

MAX_WAITING: Final = 10_000
"""Openings kept in memory while the disk refuses."""
MAX_BATCH: Final = 1024
"""Operations taken from the queue at once."""


class Intake:
    """Accepts operations; ``trouble`` names what keeps the disk from taking them now, if anything does."""

    def __init__(self, outcomes: Outcomes) -> None:
        self._outcomes = outcomes
        self.pending = Batch()
        """What is to be written next."""
        self.live: dict[int, Opening] = {}
        """The rows that are open."""
        self.trouble: str | None = None
        self.unrecorded = 0
        """Calls that got no row."""
        self.refused = 0
        """Operations that could not be stored."""
        self.unknown = 0
        """Closings for rows that were not open."""
        self._late: set[int] = set()
        self._dropped: set[int] = set()
        self._names: dict[str, str] = {}
        self._marks: dict[int, Mark] = {}

    def open(self, opening: Opening, future: Future[None] | None) -> None:
        """A row shall be made."""
        outcomes, pending = self._outcomes, self.pending
        if opening.id in self.live:
            self.refused += 1
            outcomes.failed(future, ValueError("this row is open already"))
            return
        if len(pending.opens) >= MAX_WAITING + MAX_BATCH:
            self.drop(opening.id)
            outcomes.failed(future, StorageTrouble("too much waits to be written", kept=False))
            return
        if self.trouble is not None:
            outcomes.failed(future, StorageTrouble(self.trouble, kept=True))
            future = None
        self.live[opening.id] = opening
        pending.opens.append(Open(opening, opening_parameters(opening), future))
        project, name = opening.project, opening.project_name
        if project and name and self._names.get(project) != name:
            self._names[project] = pending.projects[project] = name

    def close(self, closing: Closing, future: Future[None] | None) -> None:
        """A row shall reach its final state. The first closing wins."""
        outcomes = self._outcomes
        if not closing.state.final:
            self.refused += 1
            outcomes.failed(future, ValueError("a closing needs a final state"))
            return
        opening = self.live.get(closing.id)
        if opening is None:
            self._close_unknown(closing.id, future)
            return
        flags = (*opening.flags, LATE) if closing.id in self._late else opening.flags
        try:
            closed = Closed(closing, flags)
        except Exception as error:  # noqa: BLE001 - a closing of the wrong shape must not end the writer
            self.refused += 1
            log.error("row %d cannot be closed: %s", closing.id, describe(error))  # noqa: TRY400 - no values in logs
            outcomes.failed(future, error)
            return
        if self.trouble is not None:
            outcomes.failed(future, StorageTrouble(self.trouble, kept=True))
            future = None
        del self.live[closing.id]
        self._late.discard(closing.id)
        self._marks.pop(closing.id, None)
        self.pending.closes.append(Close(opening, closing, closed, future))

    def _close_unknown(self, row_id: int, future: Future[None] | None) -> None:
        if row_id in self._dropped:  # counted already, as unrecorded or refused
            self._dropped.discard(row_id)
            self._outcomes.failed(future, StorageTrouble("its opening was not recorded", kept=False))
            return
        self.unknown += 1
        log.warning("a closing came for row %d, which is not open", row_id)
        self._outcomes.failed(future, LookupError("this row is not open"))

    def group(self, openings: Sequence[Opening], closings: Sequence[Closing], future: Future[None]) -> None:
        """Several at once, with one future for all."""
        for opening in openings:
            self.open(opening, None)
        for closing in closings:
            self.close(closing, None)
        if self.trouble is not None:
            self._outcomes.failed(future, StorageTrouble(self.trouble, kept=True))
        else:
            self.pending.groups.append(future)

    def late(self, row_id: int) -> None:
        """The row's request left before the row was on disk."""
        if row_id in self.live:
            self._late.add(row_id)
        if row_id not in self._dropped:
            self.pending.lates.append(row_id)

    def mark(self, mark: Mark) -> None:
        """How far a running call has come; the latest mark of a row counts, but none goes back to ``sent``."""
        if mark.id in self.live and not (mark.state is State.SENT and mark.id in self._marks):
            self._marks[mark.id] = mark

    @property
    def marked(self) -> bool:
        """Whether marks wait."""
        return bool(self._marks)

    def take_marks(self) -> None:
        """Let the marks be written with the next batch."""
        self.pending.marks += self._marks.values()
        self._marks.clear()

    def drop(self, row_id: int) -> None:
        """A call gets no row."""
        self.unrecorded += 1
        self._dropped.add(row_id)

    def refuse(self, opening: Opening) -> None:
        """A row could not be made: the file would not have it."""
        self.live.pop(opening.id, None)
        self._late.discard(opening.id)
        self._dropped.add(opening.id)

    def to_remake(self) -> list[tuple[Opening, bool]]:
        """The rows that must be made again when the file was replaced, and whether each is late.

        All open ones and those that wait to be closed, save those that are still to be made anyway.
        """
        openings = {close.opening.id: close.opening for close in self.pending.closes} | self.live
        for open_ in self.pending.opens:
            openings.pop(open_.opening.id, None)
        return [(opening, opening.id in self._late) for opening in openings.values()]

    def forget_names(self) -> None:
        """The file was replaced: names of projects must be written again."""
        self._names.clear()
