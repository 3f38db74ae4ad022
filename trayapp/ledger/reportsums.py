"""All that a report asks of the ledger, read within one view of the file, so that its parts agree.

Pure functions over a read-only connection, like ``trayapp.ledger.queries``, whose ranges and sums they share. They come
from the rollups: whole hours, days and blocks from the buckets, only the ragged ends from rows. A year of a million
rows takes about as long as a week (``tests/bench/report.py``).

Rules: parts are listed up to a number, the rest is summed in one more, so that parts sum to the whole; an empty key is
what rows do not say.
"""

from __future__ import annotations

import sqlite3
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from trayapp.ledger import reprice, savings
from trayapp.ledger.agreed import spent
from trayapp.ledger.queries import FINAL, By, Totals, pieces, range_totals, snapshot
from trayapp.ledger.reprice import UnpricedModel
from trayapp.ledger.rollups import COLUMNS, DIM_COLUMNS, DIM_SQL, HOUR, HOUR_SESSION, HOUR_US, MEASURE_SQL
from trayapp.ledger.savings import RuleSaved, Saved
from trayapp.values import PICO

Range = tuple[int, int]
"""``[since_us, until_us)`` over the start of a call."""

_COLUMNS: Final = ("calls", "unpriced", "list_usd", "list_pico")
_MEASURES: Final = ",".join(MEASURE_SQL[COLUMNS.index(name)] for name in _COLUMNS)
_SUMS: Final = ",".join(f"SUM({name})" for name in _COLUMNS)
_SPAN: Final = f"started_us>=? AND started_us<? AND {FINAL}"


@dataclass(frozen=True, slots=True)
class Counted:
    """What some rows come to."""

    calls: int = 0
    unpriced: int = 0
    pico: int = 0

    def plus(self, other: Counted) -> Counted:
        """Both together."""
        return Counted(self.calls + other.calls, self.unpriced + other.unpriced, self.pico + other.pico)


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
class Covered:
    """What a vendor's calls on a subscription come to."""

    vendor: str
    calls: int
    unpriced: int
    pico_list: int
    pico_marginal: int


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
    spent: dict[str, tuple[int, int, int]]
    """By agreement: calls, list price and marginal price."""
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
        agreements: names of agreements whose rows are summed.
    """
    span = (edges[0], edges[-1])
    with snapshot(connection):
        first = connection.execute("SELECT started_us FROM calls ORDER BY started_us LIMIT 1").fetchone()
        totals = range_totals(connection, *span)
        parts: dict[By, tuple[PartSum, ...]] = {}
        for by in ("model", "tool", "project", "session"):
            parts[by] = _parts(connection, by, span, before, most)  # type: ignore[index, arg-type]
        return ReportSums(
            first_us=None if first is None else first[0],
            totals=totals,
            before=range_totals(connection, *before),
            days=days(connection, edges),
            parts=parts,
            covered=_covered(connection, span),
            spent={name: spent(connection, name, *span) for name in agreements},
            saved=savings.savings(connection, span)[0],
            by_rule=tuple(savings.savings_by_rule(connection, *span)),
            unpriced=tuple(reprice.by_model(connection, *span)) if totals.unpriced else (),
        )


def days(connection: sqlite3.Connection, edges: Sequence[int]) -> tuple[Counted, ...]:
    """What each day between two neighbours of ``edges`` comes to; an hour that an edge divides is read from rows."""
    found = [Counted() for _ in edges[1:]]
    divided = {edge // HOUR_US for edge in edges if edge % HOUR_US}
    hours = (HOUR, edges[0] // HOUR_US, -(-edges[-1] // HOUR_US))
    for hour, *figures in connection.execute(_HOURS, hours):
        if hour not in divided:
            at = bisect_right(edges, hour * HOUR_US) - 1
            found[at] = found[at].plus(_counted(figures))
    for hour in divided:
        whole = (hour * HOUR_US, (hour + 1) * HOUR_US)
        cuts = [whole[0], *(edge for edge in edges if whole[0] < edge < whole[1]), whole[1]]
        for since, until in zip(cuts, cuts[1:], strict=False):
            at = bisect_right(edges, since) - 1
            if 0 <= at < len(found):
                found[at] = found[at].plus(_counted(connection.execute(_ROWS, (since, until)).fetchone()))
    return tuple(found)


_HOURS: Final = f"SELECT bucket,{_SUMS} FROM buckets WHERE grain=? AND bucket>=? AND bucket<? GROUP BY bucket"  # noqa: S608
_ROWS: Final = f"SELECT {_MEASURES} FROM calls WHERE {_SPAN}"  # noqa: S608


def _parts(connection: sqlite3.Connection, by: By, span: Range, before: Range, most: int) -> tuple[PartSum, ...]:
    now, then = _divided(connection, by, span), _divided(connection, by, before)
    ranked = sorted(now, key=lambda key: (-now[key].pico, -now[key].calls, key))
    # One part more than asked for would only be hidden by a sum of one.
    listed = ranked if len(ranked) <= most + 1 else ranked[:most]
    names = _names(connection, listed) if by == "project" else {}
    made = [PartSum(key=key, name=names.get(key, key), now=now[key], before=then.pop(key, Counted())) for key in listed]
    if by == "session":
        made = _with_beginnings(connection, made, span)
    rest = ranked[len(listed) :]
    # What was there before and is gone now belongs to the difference, too.
    if rest or any(each.pico or each.calls for each in then.values()):
        total, former = Counted(), Counted()
        for key in rest:
            total = total.plus(now[key])
        for each in then.values():
            former = former.plus(each)
        made.append(PartSum(key="", name="", now=total, before=former, others=len({*rest, *then})))
    return tuple(made)


def _divided(connection: sqlite3.Connection, by: By, span: Range) -> dict[str, Counted]:
    shift = 1 if by == "session" else 0
    found: dict[str, Counted] = {}
    whole, ragged = pieces(*span)
    for grain, first, end in whole:
        rows = connection.execute(
            f"SELECT d.{by},{','.join(f'SUM(s.{name})' for name in _COLUMNS)} FROM"  # noqa: S608
            f" (SELECT dims,{','.join(f'SUM({name}) AS {name}' for name in _COLUMNS)} FROM buckets"
            " WHERE grain=? AND bucket>=? AND bucket<? GROUP BY dims) s JOIN dims d ON d.id=s.dims GROUP BY 1",
            (grain + shift, first, end),
        )
        _gather(found, rows)
    for edge in ragged:
        _gather(
            found,
            connection.execute(
                f"SELECT {DIM_SQL[DIM_COLUMNS.index(by)]},{_MEASURES} FROM calls WHERE {_SPAN} GROUP BY 1",  # noqa: S608
                edge,
            ),
        )
    return found


def _gather(found: dict[str, Counted], rows: Iterable[tuple[str, int, int, int, int]]) -> None:
    for key, *figures in rows:
        counted = _counted(figures)
        known = found.get(key)
        found[key] = counted if known is None else known.plus(counted)


def _counted(figures: Sequence[int]) -> Counted:
    calls, unpriced, usd, pico = figures
    return Counted(calls, unpriced, usd * PICO + pico)


def _names(connection: sqlite3.Connection, keys: Sequence[str]) -> dict[str, str]:
    marks = ",".join("?" * len(keys))
    return dict(connection.execute(f"SELECT project,name FROM projects WHERE project IN ({marks})", keys))  # noqa: S608


def _with_beginnings(connection: sqlite3.Connection, parts: Sequence[PartSum], span: Range) -> list[PartSum]:
    """Sessions with tool, project and start. Which hour it was say the buckets; only that hour's rows are read."""
    made = []
    for part in parts:
        found = None
        if part.key:
            found = connection.execute(_FIRST_HOUR, (part.key, span[0] // HOUR_US, -(-span[1] // HOUR_US))).fetchone()
        if found is None or found[0] is None:
            made.append(part)
            continue
        hour, tool, project = found
        started = connection.execute(
            f"SELECT MIN(started_us) FROM calls WHERE {_SPAN} AND session=?",  # noqa: S608
            (max(hour * HOUR_US, span[0]), min((hour + 1) * HOUR_US, span[1]), part.key),
        ).fetchone()[0]
        made.append(
            PartSum(
                key=part.key,
                name=part.name,
                now=part.now,
                before=part.before,
                tool=tool,
                project=_names(connection, [project]).get(project, project),
                started_us=started or 0,
            )
        )
    return made


_FIRST_HOUR: Final = (
    "SELECT MIN(bucket),tool,project FROM buckets JOIN dims ON dims.id=buckets.dims"  # noqa: S608
    f" WHERE session=? AND grain={HOUR_SESSION} AND bucket>=? AND bucket<?"
)


def _covered(connection: sqlite3.Connection, span: Range) -> tuple[Covered, ...]:
    names = (*_COLUMNS, "marginal_usd", "marginal_pico")
    sums, measures = (
        ",".join(f"SUM({name})" for name in names),
        ",".join(MEASURE_SQL[COLUMNS.index(name)] for name in names),
    )
    found: dict[str, list[int]] = {}
    whole, ragged = pieces(*span)
    questions: list[tuple[str, tuple[int, ...]]] = [
        (
            f"SELECT vendor,{sums} FROM buckets JOIN dims ON dims.id=buckets.dims"  # noqa: S608
            " WHERE grain=? AND bucket>=? AND bucket<? AND account='subscription' GROUP BY 1",
            piece,
        )
        for piece in whole
    ]
    account = DIM_SQL[DIM_COLUMNS.index("account")]
    questions += [
        (f"SELECT vendor,{measures} FROM calls WHERE {_SPAN} AND {account}='subscription' GROUP BY 1", edge)  # noqa: S608
        for edge in ragged
    ]
    for sql, parameters in questions:
        for vendor, *figures in connection.execute(sql, parameters):
            known = found.get(vendor)
            found[vendor] = figures if known is None else [a + b for a, b in zip(known, figures, strict=True)]
    return tuple(
        Covered(
            vendor=vendor,
            calls=calls,
            unpriced=unpriced,
            pico_list=usd * PICO + pico,
            pico_marginal=more_usd * PICO + more,
        )
        for vendor, (calls, unpriced, usd, pico, more_usd, more) in sorted(found.items())
    )
