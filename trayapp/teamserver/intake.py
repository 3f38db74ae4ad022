"""What devices send: absolute totals of hours, taken once however often they come; and lives of ledgers.

Rules:

* the greater revision wins and an equal one changes nothing, in one ``INSERT … ON CONFLICT DO UPDATE … WHERE``; so
  losses, copies and disorder do no harm;
* what is let in is said by ``admission.py``, for each bucket by itself: the others of its batch are taken;
* a superseded epoch takes nothing and counts nowhere; its frozen hours, which no other can tell again, go to the one
  that stands for it;
* a device hears the greatest revision that was stored before, and which other epochs of it count: by that one whose
  whole memory came from a backup knows it;
* one device's batches are taken one after the other (``people.lock``), so a day's sums are never those of a moment in
  between.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any, Final

import msgspec
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from trayapp.team import wire
from trayapp.teamserver import admission, amounts, problems, tables
from trayapp.teamserver.keys import Keys
from trayapp.teamserver.people import Person
from trayapp.teamserver.tokens import Claims

DAY_S: Final = 86_400
_NOTHING: Final = wire.BucketTotals()
_SUMMED: Final = ("pico_list", "pico_contract", "pico_marginal")


async def put(
    connection: AsyncConnection, keys: Keys, claims: Claims, epoch: str, put: wire.Put, now: int
) -> wire.Acks:
    """Take a batch.

    Raises:
        Refused: the device is not known any more.
    """
    admitted = await admission.admitted(connection, keys, claims, epoch, now)
    person, superseded, allowed = admitted.person, admitted.superseded, admitted.allowed
    latest: dict[tuple[int, str], wire.Bucket] = {}
    whys: list[str] = []
    names = [bucket.dims.key for bucket in put.buckets]
    oldest = min((bucket.start for bucket in put.buckets), default=now)
    frozen = await admission.frozen_before(connection, person, epoch, now, oldest)
    for key, bucket in zip(names, put.buckets, strict=True):
        why = "superseded" if superseded else admission.why(bucket, allowed, now, frozen)
        whys.append(why)
        known = latest.get((bucket.start, key))
        if not why and (known is None or known.revision < bucket.revision):
            latest[bucket.start, key] = bucket if bucket.totals is not None else admission.bare(bucket, allowed)
    stored = await _store(connection, person, epoch, latest)
    if stored:
        given = {"revision_": max(stored.values()), "heard_": now}
        await connection.execute(_HEARD, {**given, **_whose(person, epoch)})
    left = [place for k, b in zip(names, put.buckets, strict=True) if (place := (b.start, k)) not in stored]
    stored |= await _stored(connection, person, epoch, left)
    others = await _others(connection, person, epoch) if admitted.others else ()
    return wire.Acks(
        acks=tuple(
            wire.Ack(start=bucket.start, key=key, revision=stored.get((bucket.start, key), 0), why=why)
            for key, bucket, why in zip(names, put.buckets, whys, strict=True)
        ),
        before=admitted.before,
        others=others,
    )


async def supersede(connection: AsyncConnection, person: Person, epoch: str, former: str, now: int) -> None:
    """From now on ``epoch`` stands for ``former``, and for all that ``former`` stood for.

    Raises:
        Refused: an epoch would stand for itself, or one that is superseded would stand for another.
    """
    if epoch == former:
        raise problems.malformed("An epoch does not supersede itself.")
    if await admission.epoch(connection, person, epoch, now):
        raise problems.Refused(
            409,
            "superseded",
            "This epoch counts no more",
            "Another one has taken its place; it cannot take the place of a third.",
            "Begin a new epoch.",
        )
    await admission.epoch(connection, person, former, now)
    table = tables.epoch
    own = sa.and_(table.c.tenant == person.tenant, table.c.device == person.device)
    await connection.execute(
        sa.update(table)
        .where(own, table.c.epoch == former, table.c.superseded_by.is_(None))
        .values(superseded_by=epoch)
    )
    days = tables.daily
    gone = sa.and_(days.c.tenant == person.tenant, days.c.device == person.device, days.c.epoch == former)
    await connection.execute(sa.delete(days).where(gone))
    await _keep_frozen(connection, person, epoch, former, now)


async def _keep_frozen(connection: AsyncConnection, person: Person, epoch: str, former: str, now: int) -> None:
    """Hours that nobody may change any more go on counting, under the epoch that counts."""
    frozen = await admission.frozen_before(connection, person, epoch, now)
    table = tables.bucket
    newer = table.alias("newer")
    mine = sa.and_(newer.c.tenant == table.c.tenant, newer.c.device == table.c.device, newer.c.epoch == epoch)
    told = sa.exists().where(mine, newer.c.start == table.c.start, newer.c.key == table.c.key)
    moved = await connection.execute(
        sa.update(table)
        .where(
            table.c.tenant == person.tenant,
            table.c.device == person.device,
            table.c.epoch == former,
            table.c.start < frozen,
            ~told,
        )
        .values(epoch=epoch)
        .returning(table.c.start)
    )
    starts = [row[0] for row in moved]
    if starts:
        _, _, renew = _statements(connection.dialect.name)
        first, end = min(starts) // DAY_S * DAY_S, (max(starts) // DAY_S + 1) * DAY_S
        await connection.execute(renew, {"first_": first, "end_": end, **_whose(person, epoch)})


async def _others(connection: AsyncConnection, person: Person, epoch: str) -> tuple[str, ...]:
    """The device's other epochs that count, oldest first."""
    table = tables.epoch
    found = await connection.execute(
        sa.select(table.c.epoch)
        .where(
            table.c.tenant == person.tenant,
            table.c.device == person.device,
            table.c.epoch != epoch,
            table.c.superseded_by.is_(None),
        )
        .order_by(table.c.created, table.c.epoch)
    )
    return tuple(found.scalars())


def _row(bucket: wire.Bucket, key: str) -> dict[str, Any]:
    totals = bucket.totals or _NOTHING
    row: dict[str, Any] = {
        "start": bucket.start,
        "key": key,
        "revision": bucket.revision,
        "live": int(bucket.totals is not None),
        "book": bucket.book,
    }
    for name in wire.DIMENSIONS:
        row[name] = getattr(bucket.dims, name)
    for name in tables.COUNTS:
        row[name] = getattr(totals, name)
    for name in tables.AMOUNTS:
        row[f"{name}_usd"], row[f"{name}_pico"] = amounts.split(int(getattr(totals, name)))
    return row


_COLUMNS: Final = tuple(column for column in tables.bucket.columns if column.name not in ("tenant", "device", "epoch"))


@lru_cache(maxsize=2)
def _statements(dialect: str) -> tuple[sa.Insert, sa.Select[Any], sa.Insert]:
    """Take rows, read back revisions, renew the sums of days: one text each, however many rows there are."""
    if dialect == "postgresql":
        from sqlalchemy.dialects import postgresql

        given = (
            sa.func.jsonb_to_recordset(sa.cast(sa.bindparam("rows"), postgresql.JSONB(none_as_null=False)))
            .table_valued(*(sa.column(c.name, c.type) for c in _COLUMNS))
            .render_derived(name="given", with_types=True)
        )
        fields: list[sa.ColumnElement[Any]] = [given.c[c.name] for c in _COLUMNS]
        insert: Any = postgresql.insert(tables.bucket)
        renew: Any = postgresql.insert(tables.daily)
    else:
        from sqlalchemy.dialects import sqlite

        given = sa.func.json_each(sa.bindparam("rows")).table_valued("value", name="given")
        fields = [sa.func.json_extract(given.c.value, f"$.{c.name}").label(c.name) for c in _COLUMNS]
        insert = sqlite.insert(tables.bucket)
        renew = sqlite.insert(tables.daily)
    return _take(insert, given, fields), _read(given, fields), _renew(renew)


def _own(table: sa.Table) -> sa.ColumnElement[bool]:
    return sa.and_(
        table.c.tenant == sa.bindparam("tenant_"),
        table.c.device == sa.bindparam("device_"),
        table.c.epoch == sa.bindparam("epoch_"),
    )


_WHO: Final = ("tenant", "device", "epoch")
_REVISION: Final = sa.bindparam("revision_", type_=sa.BigInteger)
_HEARD: Final = (
    sa.update(tables.epoch)
    .where(_own(tables.epoch))
    .values(
        revision=sa.case((tables.epoch.c.revision < _REVISION, _REVISION), else_=tables.epoch.c.revision),
        heard=sa.bindparam("heard_", type_=sa.BigInteger),
    )
)
"""The greatest revision stays, whoever comes last."""


def _take(insert: Any, given: sa.TableValuedAlias, fields: list[sa.ColumnElement[Any]]) -> sa.Insert:
    who = [sa.bindparam(f"{name}_", type_=sa.Text).label(name) for name in _WHO]
    chosen = sa.select(*who, *fields).select_from(given).where(sa.true())
    names = [*_WHO, *(c.name for c in _COLUMNS)]
    statement = insert.from_select(names, chosen)
    changed = {c.name: statement.excluded[c.name] for c in _COLUMNS if not c.primary_key}
    done: sa.Insert = statement.on_conflict_do_update(
        index_elements=[*_WHO, "start", "key"],
        set_=changed,
        where=statement.excluded.revision > tables.bucket.c.revision,
    ).returning(tables.bucket.c.start, tables.bucket.c.key, tables.bucket.c.revision)
    return done


def _read(given: sa.TableValuedAlias, fields: Iterable[sa.ColumnElement[Any]]) -> sa.Select[Any]:
    table = tables.bucket
    by_name = {column.name: column for column in fields}
    same = sa.and_(table.c.start == by_name["start"], table.c.key == by_name["key"], _own(table))
    return sa.select(table.c.start, table.c.key, table.c.revision).select_from(given).join(table, same)


def _renew(insert: Any) -> sa.Insert:
    """Sums of the days ``first_`` to ``last_``, from the buckets."""
    table = tables.bucket
    who = [sa.bindparam(f"{name}_", type_=sa.Text).label(name) for name in _WHO]
    day = (table.c.start.op("/")(sa.literal_column(str(DAY_S)))).label("day")
    columns: list[sa.ColumnElement[Any]] = []
    pico: sa.ColumnElement[int] = sa.literal_column(str(amounts.PICO), sa.BigInteger)
    for name in _SUMMED:
        # A day's rests fit into 64 bits up to nine million rows. The cast keeps PostgreSQL's division a whole number.
        rest = sa.cast(sa.func.sum(table.c[f"{name}_pico"]), sa.BigInteger)
        columns += [sa.func.sum(table.c[f"{name}_usd"]).op("+")(rest.op("/")(pico)), rest.op("%")(pico)]
    chosen = (
        sa.select(*who, day, *columns)
        .where(
            _own(table),
            table.c.start >= sa.bindparam("first_", type_=sa.BigInteger),
            table.c.start < sa.bindparam("end_", type_=sa.BigInteger),
        )
        .group_by(day)
    )
    names = [*_WHO, "day", *(f"{name}_{part}" for name in _SUMMED for part in ("usd", "pico"))]
    statement = insert.from_select(names, chosen)
    changed = {name: statement.excluded[name] for name in names[4:]}
    done: sa.Insert = statement.on_conflict_do_update(index_elements=[*_WHO, "day"], set_=changed)
    return done


def _whose(person: Person, epoch: str) -> dict[str, Any]:
    return {"tenant_": person.tenant, "device_": person.device, "epoch_": epoch}


async def _store(
    connection: AsyncConnection, person: Person, epoch: str, latest: Mapping[tuple[int, str], wire.Bucket]
) -> dict[tuple[int, str], int]:
    """Write what is newer; returns the revisions of what was written."""
    if not latest:
        return {}
    take, _, renew = _statements(connection.dialect.name)
    rows = msgspec.json.encode([_row(bucket, key) for (_, key), bucket in sorted(latest.items())]).decode()
    who = _whose(person, epoch)
    taken = {(start, key): revision for start, key, revision in await connection.execute(take, {"rows": rows, **who})}
    if taken:
        days = [start // DAY_S for start, _ in taken]
        await connection.execute(renew, {"first_": min(days) * DAY_S, "end_": (max(days) + 1) * DAY_S, **who})
    return taken


async def _stored(
    connection: AsyncConnection, person: Person, epoch: str, asked: list[tuple[int, str]]
) -> dict[tuple[int, str], int]:
    if not asked:
        return {}
    _, read, _ = _statements(connection.dialect.name)
    rows = msgspec.json.encode([{"start": start, "key": key} for start, key in dict.fromkeys(asked)]).decode()
    found = await connection.execute(read, {"rows": rows, **_whose(person, epoch)})
    return {(start, key): revision for start, key, revision in found}
