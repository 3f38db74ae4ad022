"""What leads and finance read: whole weeks, told once.

Rules:

* a week is told from two days after its end, and never changes again, whatever arrives or is deleted later: two
  readings of one week have no difference that could be somebody's. What came later is in pools and the owner's own
  export;
* all roles read the same atoms (``atoms.py``): finance all of them, a lead those of the own team;
* there is nothing to choose: no filter, no span of time. Each figure is rounded to two significant digits;
* how far commitments are drawn (``commitments.py``) is reckoned from the weeks' own lines by vendor and says no more.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Final, Literal

import msgspec
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from trayapp.teamserver import amounts, answers, tables
from trayapp.teamserver.atoms import CUTS, Atom, Record, atoms, table
from trayapp.teamserver.database import insert_or

DAY_S: Final = 86_400
WEEK_S: Final = 7 * DAY_S
GRACE_S: Final = 2 * DAY_S
WEEKS: Final = 8
MOST_WEEKS: Final = 530
"""Ten years, the longest that anything is kept."""
_MONDAY: Final = 4 * DAY_S
"""The first Monday since the epoch."""


class _Cell(msgspec.Struct, frozen=True, array_like=True):
    labels: tuple[str | None, ...]
    pico_list: str
    pico_contract: str
    calls: int


def weeks(now: int) -> list[int]:
    """The Mondays of the weeks that may be told, the latest first."""
    last = (now - GRACE_S - _MONDAY) // WEEK_S - 1
    return [_MONDAY + (last - back) * WEEK_S for back in range(WEEKS)]


async def spend(connection: AsyncConnection, tenant: str, team: str, now: int) -> answers.Spend:
    """All weeks. ``team`` empty: the tenant."""
    await make(connection, tenant, weeks(now), now)
    release = tables.release
    query = sa.select(release.c.week, release.c.cells).where(
        release.c.tenant == tenant, release.c.week >= weeks(now)[-1], release.c.week <= weeks(now)[0]
    )
    rows = (await connection.execute(query.order_by(release.c.week.desc()))).all()
    teams = sa.select(tables.team.c.team, tables.team.c.name).where(tables.team.c.tenant == tenant)
    names = {row[0]: row[1] for row in (await connection.execute(teams)).all()}
    scope: Literal["team", "tenant"] = "team" if team else "tenant"
    return answers.Spend(scope=scope, weeks=tuple(_week(monday, _read(cells), team, names) for monday, cells in rows))


async def make(connection: AsyncConnection, tenant: str, mondays: Sequence[int], now: int) -> None:
    """Tell the weeks that were not told yet. Of two replicas, the first one's word holds."""
    release = tables.release
    done = set((await connection.execute(sa.select(release.c.week).where(release.c.tenant == tenant))).scalars().all())
    for monday in mondays:
        if monday not in done:
            found = atoms(await records(connection, tenant, monday, monday + WEEK_S))
            values = {"tenant": tenant, "week": monday, "made": now, "cells": _written(found)}
            await connection.execute(insert_or(connection, release).values(values).on_conflict_do_nothing())


def monday(moment: int) -> int:
    """The Monday of the week that a moment lies in."""
    return (moment - _MONDAY) // WEEK_S * WEEK_S + _MONDAY


async def vendors(connection: AsyncConnection, tenant: str, now: int) -> dict[int, tuple[dict[str | None, int], bool]]:
    """What each told week says of vendors, at contract rates: by its Monday, each line as the week's table has it, and
    whether anything was told. Weeks of which something is kept are told now, if they were not before.
    """
    bucket, release = tables.bucket, tables.release
    latest = weeks(now)[0]
    oldest = sa.select(sa.func.min(bucket.c.start)).where(bucket.c.tenant == tenant)
    first = (await connection.execute(oldest)).scalar()
    if first is not None:
        span = range(max(monday(first), latest - (MOST_WEEKS - 1) * WEEK_S), latest + 1, WEEK_S)
        await make(connection, tenant, span, now)
    query = sa.select(release.c.week, release.c.cells).where(release.c.tenant == tenant, release.c.week <= latest)
    found = {}
    for week, cells in (await connection.execute(query)).all():
        parts = _read(cells)
        lines = table(parts, "vendor", lambda atom: atom.pico_contract)
        found[week] = ({name: amounts.rounded(pico) for name, pico in lines}, bool(parts))
    return found


async def records(connection: AsyncConnection, tenant: str, since: int, until: int) -> list[Record]:
    """Who spent what on what and when."""
    bucket, epoch, device, member = tables.bucket, tables.epoch, tables.device, tables.membership
    day = (bucket.c.start.op("/")(sa.literal_column(str(DAY_S)))).label("day")
    keys = (member.c.member, member.c.team, bucket.c.vendor, bucket.c.model_served, bucket.c.tool, day)
    same_epoch = sa.and_(
        epoch.c.tenant == bucket.c.tenant,
        epoch.c.device == bucket.c.device,
        epoch.c.epoch == bucket.c.epoch,
        epoch.c.superseded_by.is_(None),
    )
    query = (
        sa.select(
            *keys,
            sa.func.sum(bucket.c.calls).label("calls"),
            *amounts.sums(bucket.c.pico_list_usd, bucket.c.pico_list_pico, "list"),
            *amounts.sums(bucket.c.pico_contract_usd, bucket.c.pico_contract_pico, "contract"),
        )
        .select_from(bucket)
        .join(epoch, same_epoch)
        .join(device, sa.and_(device.c.tenant == bucket.c.tenant, device.c.device == bucket.c.device))
        .join(member, sa.and_(member.c.tenant == device.c.tenant, member.c.member == device.c.member))
        .where(bucket.c.tenant == tenant, bucket.c.start >= since, bucket.c.start < until, bucket.c.live == 1)
        .group_by(*keys)
    )
    return [
        Record(
            member=row["member"],
            team=row["team"],
            vendor=row["vendor"],
            model=row["model_served"],
            tool=row["tool"],
            day=datetime.fromtimestamp(row["day"] * DAY_S, UTC).date().isoformat(),
            pico_list=amounts.total(row, "list"),
            pico_contract=amounts.total(row, "contract"),
            calls=int(row["calls"]),
        )
        for row in (await connection.execute(query)).mappings()
    ]


def _written(found: Sequence[Atom]) -> str:
    cells = [
        _Cell(tuple(atom.labels[cut] for cut in CUTS), str(atom.pico_list), str(atom.pico_contract), atom.calls)
        for atom in found
    ]
    return msgspec.json.encode(cells).decode()


def _read(cells: str) -> list[Atom]:
    return [
        Atom(_labels(cell), int(cell.pico_list), int(cell.pico_contract), cell.calls)
        for cell in msgspec.json.decode(cells, type=list[_Cell])
    ]


def _labels(cell: _Cell) -> dict[str, str | None]:
    if len(cell.labels) == len(CUTS):
        return dict(zip(CUTS, cell.labels, strict=True))
    # Told before vendors were a cut: what was said stays, and of vendors nothing was.
    return {"vendor": None, **dict(zip((cut for cut in CUTS if cut != "vendor"), cell.labels, strict=True))}


def _week(monday: int, found: Sequence[Atom], team: str, names: Mapping[str, str]) -> answers.Week:
    if team:
        found = [atom for atom in found if atom.labels["team"] == team]
    year, number, _ = datetime.fromtimestamp(monday, UTC).isocalendar()
    cuts: tuple[Any, ...] = CUTS[1:] if team else CUTS
    return answers.Week(
        week=f"{year}-W{number:02d}",
        since=monday,
        until=monday + WEEK_S,
        told=bool(found),
        tables=tuple(answers.Table(by=cut, rows=_rows(found, cut, names if cut == "team" else {})) for cut in cuts)
        if found
        else (),
    )


def _rows(found: Sequence[Atom], cut: str, names: Mapping[str, str]) -> tuple[answers.Row, ...]:
    calls = dict(table(found, cut, lambda atom: atom.calls))
    contract = dict(table(found, cut, lambda atom: atom.pico_contract))
    return tuple(
        answers.Row(
            name=None if name is None else names.get(name, name),
            pico_list=str(amounts.rounded(pico)),
            pico_contract=str(amounts.rounded(contract[name])),
            calls=amounts.rounded(calls[name]),
        )
        for name, pico in table(found, cut, lambda atom: atom.pico_list)
    )
