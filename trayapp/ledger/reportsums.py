"""All that a report asks of the ledger, read within one view of the file, so that its parts agree.

Pure functions over a read-only connection, like ``trayapp.ledger.queries``, whose ranges and sums they share. They come
from the rollups: whole hours, days and blocks from the buckets, only the ragged ends from rows. A year of a million
rows takes about as long as a week (``tests/bench/report.py``).

Rules: parts are listed up to a number, the rest is summed in one more, so that parts sum to the whole; an empty key is
what rows do not say.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from heapq import nsmallest
from typing import Final

from trayapp.ledger import localdays, reprice, savings
from trayapp.ledger.agreed import Covered, covered, spent
from trayapp.ledger.queries import FINAL, By, Totals, pieces_of, range_totals, snapshot
from trayapp.ledger.reprice import UnpricedModel
from trayapp.ledger.rollups import COLUMNS, DIM_COLUMNS, DIM_SQL, HOUR_SESSION, HOUR_US, MEASURE_SQL
from trayapp.ledger.savings import RuleSaved, Saved
from trayapp.values import PICO

Range = tuple[int, int]
"""``[since_us, until_us)`` over the start of a call."""

_COLUMNS: Final = ("calls", "unpriced", "list_usd", "list_pico")
_MEASURES: Final = ",".join(MEASURE_SQL[COLUMNS.index(name)] for name in _COLUMNS)
_SPAN: Final = f"started_us>=? AND started_us<? AND {FINAL}"


@dataclass(frozen=True, slots=True)
class Counted:
    """What some rows come to."""

    calls: int = 0
    unpriced: int = 0
    pico: int = 0

    def plus(self, other: Counted, sign: int = 1) -> Counted:
        """Both together; with ``sign`` −1 without the other."""
        return Counted(
            self.calls + sign * other.calls, self.unpriced + sign * other.unpriced, self.pico + sign * other.pico
        )


_ZERO: Final = Counted()


@dataclass(frozen=True, slots=True, kw_only=True)
class PartSum:
    """One part of a range, and the same in the range before."""

    key: str
    name: str
    """What to show: a project's display name, else the key."""
    now: Counted
    before: Counted
    others: int = 0
    """So many parts are summed in this one."""
    tool: str = ""
    project: str = ""
    started_us: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportSums:
    """The numbers of a report."""

    first_us: int | None
    """When the ledger's first row began."""
    totals: Totals
    before: Totals
    days: tuple[Counted, ...]
    parts: dict[By, tuple[PartSum, ...]]
    covered: tuple[Covered, ...]
    """By vendor: its calls on a subscription, without those of the agreements asked for."""
    spent: dict[str, Covered]
    """By agreement asked for."""
    saved: Saved
    by_rule: tuple[RuleSaved, ...]
    unpriced: tuple[UnpricedModel, ...]


def report_sums(
    connection: sqlite3.Connection,
    edges: Sequence[int],
    before: Range,
    *,
    most: int = 8,
    agreements: Iterable[str] = (),
) -> ReportSums:
    """All of it.

    Args:
        connection: a read-only connection.
        edges: where the range's days begin, and where it ends.
        before: the range that it is held against.
        most: so many parts of each kind at most, the dearest; the rest is one more.
        agreements: names of agreements whose rows are summed apart.
    """
    span = (edges[0], edges[-1])
    apart = tuple(agreements)
    with snapshot(connection):
        first = connection.execute("SELECT started_us FROM calls ORDER BY started_us LIMIT 1").fetchone()
        totals = range_totals(connection, *span)
        former = range_totals(connection, *before)
        now, then = _divided(connection, span), _divided(connection, before)
        parts = {
            by: _parts(connection, by, (now[by], then[by]), (_of(totals), _of(former)), span, most)
            for by in (*_PLAIN, _SESSION)
        }
        return ReportSums(
            first_us=None if first is None else first[0],
            totals=totals,
            before=former,
            days=days(connection, edges),
            parts=parts,
            covered=covered(connection, *span, apart=apart),
            spent={name: spent(connection, name, *span) for name in apart},
            saved=savings.savings(connection, span)[0],
            by_rule=tuple(savings.savings_by_rule(connection, *span)),
            unpriced=tuple(reprice.by_model(connection, *span)) if totals.unpriced else (),
        )


def days(connection: sqlite3.Connection, edges: Sequence[int]) -> tuple[Counted, ...]:
    """What each day between two neighbours of ``edges`` comes to."""
    return tuple(_counted(found) for found in localdays.figures(connection, edges, _COLUMNS))


Figures = dict[str, tuple[int, int, int, int]]
"""By key, in the order of ``_COLUMNS``: sessions may be many, so they stay bare."""


def _divided(connection: sqlite3.Connection, span: Range) -> dict[By, Figures]:
    """A range by model, tool, project and session; the first three from one look at the buckets."""
    found: dict[By, Figures] = {by: {} for by in (*_PLAIN, _SESSION)}
    whole, ragged = pieces_of(*span)
    for grain, first, end in whole:
        for model, tool, project, *figures in connection.execute(_BY_ALL, (grain, first, end)):
            for by, key in zip(_PLAIN, (model, tool, project), strict=True):
                _gather(found[by], key, figures)
        for key, *figures in connection.execute(_BY_SESSION, (grain + 1, first, end)):
            _gather(found[_SESSION], key, figures)
    for edge in ragged:
        for model, tool, project, session, *figures in connection.execute(_RAGGED, edge):
            for by, key in zip((*_PLAIN, _SESSION), (model, tool, project, session), strict=True):
                _gather(found[by], key, figures)
    return found


_PLAIN: Final[tuple[By, ...]] = ("model", "tool", "project")
_SESSION: Final[By] = "session"
_BY_DIMS: Final = (
    f"FROM (SELECT dims,{','.join(f'SUM({name}) AS {name}' for name in _COLUMNS)} FROM buckets"  # noqa: S608
    " WHERE grain=? AND bucket>=? AND bucket<? GROUP BY dims) s JOIN dims d ON d.id=s.dims"
)
_BY_ALL: Final = f"SELECT d.model,d.tool,d.project,{','.join(_COLUMNS)} {_BY_DIMS}"
_BY_SESSION: Final = f"SELECT d.session,{','.join(_COLUMNS)} {_BY_DIMS}"
_KEYS: Final = ",".join(DIM_SQL[DIM_COLUMNS.index(by)] for by in (*_PLAIN, _SESSION))
_RAGGED: Final = f"SELECT {_KEYS},{_MEASURES} FROM calls WHERE {_SPAN} GROUP BY 1,2,3,4"  # noqa: S608


def _gather(found: Figures, key: str, figures: Sequence[int]) -> None:
    calls, unpriced, usd, pico = figures
    known = found.get(key)
    if known is not None:
        calls, unpriced, usd, pico = calls + known[0], unpriced + known[1], usd + known[2], pico + known[3]
    found[key] = (calls, unpriced, usd, pico)


def _parts(
    connection: sqlite3.Connection,
    by: By,
    divided: tuple[Figures, Figures],
    totals: tuple[Counted, Counted],
    span: Range,
    most: int,
) -> tuple[PartSum, ...]:
    now, then = divided
    # One part more than asked for would only be hidden by a sum of one.
    count = len(now) if len(now) <= most + 1 else most
    listed = nsmallest(count, now, key=lambda key: (-now[key][2] * PICO - now[key][3], -now[key][0], key))
    names = _names(connection, listed) if by == "project" else {}
    made = [
        PartSum(key=key, name=names.get(key, key), now=_counted(now[key]), before=_counted(then.get(key, (0, 0, 0, 0))))
        for key in listed
    ]
    rest, former = totals
    for part in made:
        rest, former = rest.plus(part.now, -1), former.plus(part.before, -1)
    if by == _SESSION:
        made = [_begun(connection, part, span) for part in made]
    # What was there before and is gone now belongs to the difference, too.
    others = len(now.keys() - set(listed)) + len(then.keys() - now.keys())
    if others:
        made.append(PartSum(key="", name="", now=rest, before=former, others=others))
    return tuple(made)


def _counted(figures: Sequence[int]) -> Counted:
    calls, unpriced, usd, pico = figures
    return Counted(calls, unpriced, usd * PICO + pico)


def _of(totals: Totals) -> Counted:
    return Counted(totals.calls, totals.unpriced, totals.pico_list)


def _names(connection: sqlite3.Connection, keys: Sequence[str]) -> dict[str, str]:
    marks = ",".join("?" * len(keys))
    return dict(connection.execute(f"SELECT project,name FROM projects WHERE project IN ({marks})", keys))  # noqa: S608


def _begun(connection: sqlite3.Connection, part: PartSum, span: Range) -> PartSum:
    """A session with tool, project and start. Which hour it was say the buckets; only that hour's rows are read."""
    found = None
    if part.key:
        found = connection.execute(_FIRST_HOUR, (part.key, span[0] // HOUR_US, -(-span[1] // HOUR_US))).fetchone()
    if found is None or found[0] is None:
        return part
    hour, tool, project = found
    since, until = max(hour * HOUR_US, span[0]), min((hour + 1) * HOUR_US, span[1])
    started = connection.execute(_FIRST_ROW, (since, until, part.key)).fetchone()[0]
    name = _names(connection, [project]).get(project, project)
    return replace(part, tool=tool, project=name, started_us=started or 0)


_FIRST_ROW: Final = f"SELECT MIN(started_us) FROM calls WHERE {_SPAN} AND session=?"  # noqa: S608
_FIRST_HOUR: Final = (
    "SELECT MIN(bucket),tool,project FROM buckets JOIN dims ON dims.id=buckets.dims"  # noqa: S608
    f" WHERE session=? AND grain={HOUR_SESSION} AND bucket>=? AND bucket<?"
)
