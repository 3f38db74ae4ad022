"""What the glance reads from the ledger of the current local day.

Everything that asks for the day's totals and their parts lives here. Rules: read after something was closed, not kept
beside the ledger; sessions, of which a day may have thousands, take a fiftieth of the time at most: after a read that
took longer than ``_QUICK_S`` they are left as they are for fifty times as long.
"""

from __future__ import annotations

import asyncio
import hashlib
import time
from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from trayapp.ledger import Ledger, SessionSum, Share, Totals
from trayapp.moments import local_midnight
from trayapp.snapshot import SessionSlice, Slice, Unpriced
from trayapp.values import Opening

MOST: Final = 50
"""Parts of a breakdown that are shown."""
_QUICK_S: Final = 0.005
_REST: Final = 50.0
"""How many times as long as a read of sessions took the next one waits."""
_ID_DIGITS: Final = 10


@dataclass(frozen=True, slots=True)
class Day:
    """What was read from the ledger for the current local day."""

    day: str = ""
    totals: Totals | None = None
    by_tool: tuple[Slice, ...] = ()
    by_model: tuple[Slice, ...] = ()
    by_project: tuple[Slice, ...] = ()
    by_session: tuple[SessionSlice, ...] = ()
    unpriced: tuple[Unpriced, ...] = ()
    decided: int = 0
    """Calls that have no list price and that an agreement has priced."""


class DayReader:
    """Reads days. Use it on one event loop."""

    def __init__(self, ledger: Ledger, clock: Callable[[], float] = time.monotonic) -> None:
        self._ledger = ledger
        self._clock = clock
        self._due = 0.0
        self._behind = False

    @property
    def wait(self) -> float | None:
        """Seconds until sessions should be read again that were left as they are; ``None``: they are right."""
        return max(self._due - self._clock(), 0.0) if self._behind else None

    async def read(
        self, now: datetime, before: Day, knows: Callable[[str, str], bool], running: Collection[str]
    ) -> Day:
        """Read the day of a moment.

        Args:
            now: the moment, in local time.
            before: what was read last.
            knows: whether the price book knows a vendor's model.
            running: sessions with calls that run now.

        Raises:
            Exception: whatever reading the ledger raised.
        """
        since = int(local_midnight(now).timestamp()) * 1_000_000
        totals = await asyncio.wrap_future(self._ledger.totals(since))
        parts = [self._ledger.breakdown(by, since) for by in ("tool", "model", "project")]
        read = await asyncio.gather(*(asyncio.wrap_future(f) for f in parts))
        by_tool, by_model, by_project = (tuple(_slice(share) for share in part[:MOST]) for part in read)
        waiting = await asyncio.wrap_future(self._ledger.unpriced_models(since)) if totals.unpriced else []
        # Where the book knows the model, what is missing is another price than the model's.
        nameless = [each for each in waiting if each.model and not knows(each.vendor, each.model)]
        unpriced = tuple(
            Unpriced(vendor=each.vendor, model=each.model, calls=each.calls, tokens=each.total)
            for each in nameless[:20]
        )
        decided = sum(each.decided for each in waiting)
        day = now.date().isoformat()
        if day == before.day and self._clock() < self._due:
            by_session = before.by_session
            self._behind = True
        else:
            by_session = await self._sessions(since, running)
        return Day(day, totals, by_tool, by_model, by_project, by_session, unpriced, decided)

    async def _sessions(self, since: int, running: Collection[str]) -> tuple[SessionSlice, ...]:
        begun = self._clock()
        found = await asyncio.wrap_future(self._ledger.sessions(since, MOST, running))
        took = self._clock() - begun
        self._due, self._behind = (begun + took * (1 + _REST) if took > _QUICK_S else 0.0), False
        return tuple(_session(each) for each in found)


def with_running(sessions: tuple[SessionSlice, ...], running: Collection[Opening]) -> tuple[SessionSlice, ...]:
    """The sessions with those marked that have calls running; one whose first call runs joins them."""
    if not running:
        return sessions
    counts: dict[str, list[Opening]] = {}
    for opening in running:
        counts.setdefault(_identity(opening.session, opening.tool), []).append(opening)
    made = []
    for each in sessions:
        own = counts.pop(each.id, ())
        last_us = max((opening.started_us for opening in own), default=0)
        made.append(replace(each, running=len(own), last_us=max(each.last_us, last_us)) if own else each)
    new = [
        SessionSlice(
            id=identity,
            tool=own[0].tool or "",
            project=(own[0].project_name or "") if own[0].session else "",
            started_us=min(opening.started_us for opening in own),
            last_us=max(opening.started_us for opening in own),
            running=len(own),
            known=own[0].session is not None,
        )
        for identity, own in counts.items()
    ]
    if not new:
        return tuple(made)
    room = max(MOST - len(new), 0)
    kept = [each for each in made if each.running] + [each for each in made if not each.running]
    chosen = {each.id for each in kept[:room]}
    return (*(each for each in made if each.id in chosen), *new[:MOST])


def _identity(session: str | None, tool: str | None) -> str:
    """What tells one session from another, and nothing else."""
    return hashlib.sha256(f"{session or ''}\0{'' if session else tool or ''}".encode()).hexdigest()[:_ID_DIGITS]


def _session(each: SessionSum) -> SessionSlice:
    return SessionSlice(
        id=_identity(each.session, each.tool),
        tool=each.tool or "",
        project=each.project or "",
        started_us=each.started_us,
        last_us=each.last_us,
        pico=each.pico,
        calls=each.calls,
        tokens=each.tokens,
        unpriced=each.unpriced,
        known=each.session is not None,
    )


def _slice(share: Share) -> Slice:
    totals = share.totals
    return Slice(
        name=share.name or "",
        pico=totals.pico_list,
        calls=totals.calls,
        tokens=totals.tokens,
        unpriced=totals.unpriced,
    )
