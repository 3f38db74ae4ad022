"""Sessions of a range that goes on: what each cost so far, whose it is, when it began and when it last called.

Everything that tells one session from another lives here. Amounts come from the session's own rollups; they know hours
only, so the moments of the first and the last call are read from the rows of the range, once, and after that only from
the rows that came since.

Rules: a session is named by the tool and project that cost most of it; calls without a session are one part a tool; the
answer is bounded, the dearest first. Used on one thread.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

from trayapp.ledger.queries import pieces_of, snapshot
from trayapp.ledger.rollups import COLUMNS, DIM_SQL, HOUR, HOUR_SESSION, HOUR_US, MEASURE_SQL, SUM_SQL, TOKENS
from trayapp.moments import LAST_US
from trayapp.values import PICO

Key = tuple[str, str]
"""The session and, where there is none, the tool."""

_BEHIND_US: Final = 60_000_000
"""A row may be written so long after another one that began later."""
_WANTED: Final = ("calls", "unpriced", "list_usd", "list_pico", *(name for name in TOKENS if name != "reasoning"))
_AT: Final = tuple(COLUMNS.index(name) for name in _WANTED)
_SESSION, _TOOL, _PROJECT = "COALESCE(session,'')", DIM_SQL[2], DIM_SQL[5]
_FINAL: Final = "state NOT IN ('open','sent','streaming')"
_BUCKETS: Final = (
    f"SELECT d.session,d.tool,d.project,{','.join(f's.{name}' for name in _WANTED)} FROM (SELECT dims,"  # noqa: S608
    f"{','.join(f'{SUM_SQL[at]} AS {COLUMNS[at]}' for at in _AT)} FROM buckets"
    " WHERE grain=? AND bucket>=? AND bucket<? GROUP BY dims) s JOIN dims d ON d.id=s.dims"
)
_ROWS: Final = (
    f"SELECT {_SESSION},{_TOOL},{_PROJECT},{','.join(MEASURE_SQL[at] for at in _AT)} FROM calls"  # noqa: S608
    f" WHERE started_us>=? AND started_us<? AND {_FINAL} GROUP BY 1,2,3"
)
_SPANS: Final = (
    f"SELECT {_SESSION},{_TOOL},MIN(started_us),MAX(started_us) FROM calls"  # noqa: S608
    " WHERE started_us>=? AND started_us<? GROUP BY 1,2"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionSum:
    """What one session cost within a range."""

    session: str | None
    """``None``: the calls of a tool that tells no session."""
    tool: str | None
    project: str | None
    """The display name of the project that cost most of it."""
    started_us: int
    """The start of its first call within the range."""
    last_us: int
    """The start of its last call."""
    pico: int
    """List price of the priced calls."""
    calls: int
    tokens: int
    unpriced: int


class Sessions:
    """Reads sessions, and remembers when those of one range were first and last seen."""

    def __init__(self) -> None:
        self._since_us = -1
        self._seen_us = 0
        self._spans: dict[Key, tuple[int, int]] = {}

    def read(
        self, connection: sqlite3.Connection, since_us: int, limit: int, wanted: Collection[str] = ()
    ) -> list[SessionSum]:
        """The sessions with a final call since a moment, the dearest first.

        Args:
            connection: a read-only connection.
            since_us: start of the range; while it stays the same, little is read.
            limit: how many at most.
            wanted: sessions that are among them whatever they cost.
        """
        with snapshot(connection):
            parts = _parts(connection, since_us)
            self._look(connection, since_us, parts)
            names = dict(connection.execute("SELECT project, name FROM projects"))
        ranked = sorted(parts, key=lambda key: _rank(key, parts[key]))
        first = [key for key in ranked if key[0] in wanted and key[0]][:limit]
        taken = {*first, *[key for key in ranked if key not in first][: limit - len(first)]}
        return [self._made(key, parts[key], names) for key in ranked if key in taken]

    def _look(self, connection: sqlite3.Connection, since_us: int, parts: Collection[Key]) -> None:
        """Learn first and last moments."""
        whole = since_us != self._since_us
        if whole:
            self._spans = {}
        self._read_spans(connection, since_us if whole else max(self._seen_us - _BEHIND_US, since_us))
        self._since_us = since_us
        if not whole and any(key not in self._spans for key in parts):
            self._read_spans(connection, since_us)  # rows that were written much later than they began

    def _read_spans(self, connection: sqlite3.Connection, since_us: int) -> None:
        spans = self._spans
        for session, tool, first, last in connection.execute(_SPANS, (since_us, LAST_US)):
            key = (session, "" if session else tool)
            known = spans.get(key)
            spans[key] = (first, last) if known is None else (min(known[0], first), max(known[1], last))
            self._seen_us = max(self._seen_us, last)

    def _made(self, key: Key, part: _Part, names: dict[str, str]) -> SessionSum:
        started_us, last_us = self._spans.get(key, (0, 0))
        return SessionSum(
            session=key[0] or None,
            tool=part.tool or None,
            project=names.get(part.project, part.project) or None if key[0] else None,
            started_us=started_us,
            last_us=last_us,
            pico=part.pico,
            calls=part.calls,
            tokens=part.tokens,
            unpriced=part.unpriced,
        )


@dataclass(slots=True)
class _Part:
    """A session while it is summed."""

    tool: str
    project: str
    most: tuple[int, int]
    """What the tool and project that name it cost, and how many calls that were."""
    pico: int = 0
    calls: int = 0
    tokens: int = 0
    unpriced: int = 0


def _parts(connection: sqlite3.Connection, since_us: int) -> dict[Key, _Part]:
    whole: dict[tuple[str, str, str], list[int]] = {}
    last = connection.execute("SELECT started_us FROM calls ORDER BY started_us DESC LIMIT 1").fetchone()
    # To the end of the last call's hour, which then is a bucket and no rows.
    found, edges = pieces_of(since_us, 0 if last is None else (last[0] // HOUR_US + 1) * HOUR_US)
    statements: list[tuple[str, tuple[int, ...]]] = [
        (_BUCKETS, (grain + HOUR_SESSION - HOUR, first, end)) for grain, first, end in found
    ]
    statements += [(_ROWS, edge) for edge in edges]
    for sql, parameters in statements:
        for session, tool, project, calls, unpriced, usd, pico, *tokens in connection.execute(sql, parameters):
            figures = whole.setdefault((session, tool, project), [0, 0, 0, 0])
            figures[0] += calls
            figures[1] += unpriced
            figures[2] += usd * PICO + pico
            figures[3] += sum(tokens)
    parts: dict[Key, _Part] = {}
    for (session, tool, project), (calls, unpriced, pico, tokens) in whole.items():
        part = parts.setdefault((session, "" if session else tool), _Part(tool, project, (pico, calls)))
        if (pico, calls) > part.most:
            part.tool, part.project, part.most = tool, project, (pico, calls)
        part.pico += pico
        part.calls += calls
        part.tokens += tokens
        part.unpriced += unpriced
    return parts


def _rank(key: Key, part: _Part) -> tuple[int, int, int, Key]:
    return -part.pico, -part.tokens, -part.calls, key
