"""The waste ledger: eight lines of rows that were counted, without a claim why they were.

Everything that says which row belongs to which line lives here and in the three modules that need more than the row
itself: ``repeats``, ``rewrites``, ``bloat``. In one sentence each:

* ``retries``: later attempts of the same call, requests that repeat one that failed or was cut within ten minutes, and
  doubles that ran at the same time;
* ``interrupted``: calls that the tool broke off, the vendor's connection cut, or our own end interrupted (a kept
  connection that turned out dead and was replaced at once is none: no turn was interrupted);
* ``errors``: the vendor's errors that carry tokens or a price;
* ``cache_rewrites``: tokens written to the cache anew after an idle longer than the life that was bought;
* ``bloat``: main calls' tokens beyond three times the session's median prompt;
* ``side_calls``: titles, probes, summaries, routes, memories, compactions and other calls that no person reads, on
  frontier models;
* ``hidden_calls``: the same kinds on other models, a tool's own web searches, and the main prompt sent to a second
  model beside the one that was asked;
* ``no_diff``: all calls of sessions that cost something, ended more than a day ago, and left no commit and no changed
  file in their project between their first call and a day after their last.

Rules: one pass over the calls in the order of their start, memory bounded by what goes on at a time and by what is
counted; a row may be in several lines, so lines are never added up, but in one of ``side_calls`` and ``hidden_calls``
only; a row stands in a line with its whole list price or, in ``cache_rewrites`` and ``bloat``, with a part of it; what
has no price is counted apart and never as nothing; what never left the machine is in no line but as another attempt.
Calls just outside the range are shown as well, so that its first and last rows have a before and an after.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

from trayapp.insight.bloat import Bloat
from trayapp.insight.repeats import FAILED, Repeats
from trayapp.insight.rewrites import Rewrites
from trayapp.insight.tally import Tally
from trayapp.reports import Waste
from trayapp.spent import Spent
from trayapp.values import Kind, State

KINDS: Final = (
    "retries",
    "interrupted",
    "errors",
    "cache_rewrites",
    "bloat",
    "side_calls",
    "hidden_calls",
    "no_diff",
)
PARTS: Final = frozenset({"cache_rewrites", "bloat"})
"""Lines that are about a part of their rows' price."""
SIDE: Final = frozenset({Kind.TITLE, Kind.PROBE, Kind.SUMMARY, Kind.ROUTER, Kind.MEMORY, Kind.COMPACTION, Kind.OTHER})
"""Kinds that no person reads. A sub-agent's work is read, a token count is free, a batch was asked for."""
AROUND_US: Final = 86_400 * 10**6
"""So much before and after a range is looked at as well."""
_SEARCHING_ASIDE: Final = frozenset({"claude-code"})
"""Tools that search the web in a call of its own beside the conversation (Claude Code 2.1.330)."""
_INTERRUPTED: Final = FAILED - {State.VENDOR_ERROR}
_NOT_SENT: Final = str(State.NOT_SENT)
_ERROR: Final = str(State.VENDOR_ERROR)
_DONE: Final = str(State.DONE)
_STALE: Final = "stale_connection"


@dataclass(frozen=True, slots=True, kw_only=True)
class Knows:
    """What has to be known beside the rows; the caller has it from the price book."""

    life: Callable[[str, str], int | None]
    """Of a vendor's model: how long its own cache lives, microseconds; ``None``: nobody says."""
    bought: Mapping[str, int]
    """The component of writing to the longer life that it buys."""
    reading: Callable[[Spent, str], Fraction | None]
    """By the list: what reading costs for one of writing (of that component), at a row's moment and size."""
    frontier: Callable[[str, str, int], bool]
    """Whether a vendor's model is one of the large ones at a moment."""


class Session:
    """A session as ``no_diff`` sees it."""

    __slots__ = ("first_us", "last_us", "name", "pico", "places", "projects", "sure")

    def __init__(self, name: str, first_us: int) -> None:
        self.name = name
        self.first_us = first_us
        self.last_us = first_us
        """When its last call ended, as far as it lies in the range or around it."""
        self.projects: set[str] = set()
        self.pico = 0
        self.sure = True
        self.places = array("q")
        """Start, id and cost (-1: no price) of its calls in the range."""

    def copy(self) -> Session:
        """Another one that goes on from here by itself."""
        other = Session(self.name, self.first_us)
        other.last_us, other.pico, other.sure = self.last_us, self.pico, self.sure
        other.projects, other.places = set(self.projects), self.places[:]
        return other


class Counting:
    """Counts the lines of one range."""

    def __init__(self, since_us: int, until_us: int, knows: Knows, projects: frozenset[str] = frozenset()) -> None:
        """Nothing is counted yet.

        Args:
            since_us: start of the range.
            until_us: its end.
            knows: what has to be known beside the rows.
            projects: those of which it can be told whether something has changed; empty: ``no_diff`` is not looked at.
        """
        self._since_us = since_us
        self._until_us = until_us
        self._knows = knows
        self._projects = projects
        self._tallies = {kind: Tally(kind, whole=kind not in PARTS) for kind in KINDS}
        self._repeats = Repeats()
        self._rewrites = Rewrites(knows.life, knows.bought, knows.reading)
        self._bloat = Bloat(self._tallies["bloat"])
        self._sessions: dict[str, Session] = {}
        self._why = ""

    def copy(self) -> Counting:
        """Another one that goes on from here by itself."""
        other = Counting(self._since_us, self._until_us, self._knows, self._projects)
        other._tallies = {kind: tally.copy() for kind, tally in self._tallies.items()}
        other._repeats, other._rewrites = self._repeats.copy(), self._rewrites.copy()
        other._bloat = self._bloat.copy(other._tallies["bloat"])
        other._sessions = {name: session.copy() for name, session in self._sessions.items()}
        other._why = self._why
        return other

    def take(self, rows: Iterable[Spent]) -> None:
        """Calls in the order of their start, from ``AROUND_US`` before the range to as much behind it."""
        since_us, until_us = self._since_us, self._until_us
        repeats, rewrites, bloat = self._repeats.take, self._rewrites.take, self._bloat.take
        watching = bool(self._projects)
        for row in rows:
            inside = since_us <= row.started_us < until_us
            if watching and row.session is not None:
                self._watch(row, inside=inside)
            again, echo = repeats(row)
            anew = rewrites(row)
            bloat(row, inside=inside)
            if inside:
                self._count(row, again=again, echo=echo)
                if anew is not None:
                    self._tallies["cache_rewrites"].add(row, anew[1]())

    def settle(self) -> None:
        """All has been taken: what is only held to go on is let go of, and ``take`` is never called again."""
        self._bloat.settle()
        self._repeats = Repeats()
        self._rewrites = Rewrites(self._knows.life, self._knows.bought, self._knows.reading)

    def sessions(self) -> list[Session]:
        """Sessions that cost something, all of whose projects are among those that were given."""
        return [
            each
            for each in self._sessions.values()
            if each.pico > 0 and each.projects and each.projects <= self._projects
        ]

    def no_diff(self, sessions: Iterable[Session], why: str = "") -> None:
        """These left nothing behind. ``why``: it could not be looked at."""
        tally = self._tallies["no_diff"]
        self._why = why
        for session in sessions:
            for at in range(0, len(session.places), 3):
                started_us, row_id, pico = session.places[at : at + 3]
                tally.put(started_us, row_id, session.name, None if pico < 0 else pico, sure=session.sure)

    def lines(self) -> tuple[tuple[Waste, array[int]], ...]:
        """Each line and its rows, in the order of ``KINDS``; ask once, at the end."""
        self._bloat.settle()
        found = []
        for kind in KINDS:
            tally = self._tallies[kind]
            line = tally.line()
            if kind == "no_diff" and self._why:
                line = Waste(kind=kind, known=False, why=self._why)
            found.append((line, tally.ids()))
        return tuple(found)

    def _count(self, row: Spent, *, again: bool, echo: bool) -> None:
        tallies, state = self._tallies, row.state
        if again:
            tallies["retries"].add(row, row.pico)
        if state == _NOT_SENT:
            return
        if state != _DONE:
            self._ended(row)
        if row.kind in SIDE:
            large = row.model is not None and self._knows.frontier(row.vendor, row.model, row.started_us)
            tallies["side_calls" if large else "hidden_calls"].add(row, row.pico)
        elif echo or (row.web_searches and row.tool in _SEARCHING_ASIDE):
            tallies["hidden_calls"].add(row, row.pico)

    def _ended(self, row: Spent) -> None:
        """A call that was not answered to its end."""
        if row.state in _INTERRUPTED and _STALE not in row.flags.split():
            self._tallies["interrupted"].add(row, row.pico)
        elif row.state == _ERROR and (row.pico or row.counted):
            self._tallies["errors"].add(row, row.pico)

    def _watch(self, row: Spent, *, inside: bool) -> None:
        name = row.session or ""
        session = self._sessions.get(name)
        if session is None:
            session = self._sessions[name] = Session(name, row.started_us)
        session.last_us = max(session.last_us, row.ended_us)
        if row.project is not None:
            session.projects.add(row.project)
        if not session.projects <= self._projects:
            del session.places[:]  # it will not be judged
            return
        if inside and row.state != _NOT_SENT:
            pico = row.pico
            session.pico += pico or 0
            session.sure = session.sure and bool(row.sure or not pico)
            session.places.extend((row.started_us, row.id, -1 if pico is None else pico))
