"""What is one's own: all of it told, all of it deleted.

Rules: the export names every stored field that concerns the device or the person behind it; after a deletion nothing
of the device is left but its part of weeks that were told already (no figure there is of fewer than five people), and
with the last device the person goes, too. Lines that this person left in others' trails stay, without the name.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Any, Final

import msgspec
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from trayapp.team import wire
from trayapp.teamserver import amounts, answers, leases, problems, tables, trail
from trayapp.teamserver.people import Person

PAGE: Final = 500
"""Buckets that are in memory at a time."""
Opening = Callable[[], AbstractAsyncContextManager[tuple[AsyncConnection, Person]]]


async def export(connection: AsyncConnection, person: Person) -> answers.Export:
    """All that is stored, but for the buckets."""

    def own(table: sa.Table) -> sa.ColumnElement[bool]:
        return sa.and_(table.c.tenant == person.tenant, table.c.device == person.device)

    device = (await connection.execute(sa.select(tables.device).where(own(tables.device)))).mappings().one()
    order = (tables.epoch.c.created, tables.epoch.c.epoch)
    found = await connection.execute(sa.select(tables.epoch).where(own(tables.epoch)).order_by(*order))
    epochs = found.mappings().all()
    held = await connection.execute(sa.select(tables.lease).where(own(tables.lease)).order_by(tables.lease.c.lease))
    nonces = sa.select(sa.func.count()).select_from(tables.nonce).where(own(tables.nonce))
    return answers.Export(
        tenant=person.tenant,
        team=person.team,
        member=person.member,
        roles=tuple(sorted(person.roles)),
        device=person.device,
        label=device["label"],
        client=device["client"],
        public_key=device["public_key"],
        consents=tuple(str(device["consents"]).split()),
        created=device["created"],
        epochs=tuple(row["epoch"] for row in epochs),
        superseded=tuple(row["epoch"] for row in epochs if row["superseded_by"] is not None),
        heard=tuple(row["heard"] for row in epochs),
        leases=tuple(_lease(row) for row in held.mappings()),
        reads=await trail.about(connection, person),
        nonces=int((await connection.execute(nonces)).scalar_one()),
    )


async def told(head: answers.Export, opening: Opening) -> AsyncIterator[bytes]:
    """The export as JSON, piece by piece. Each page is read in a transaction of its own: who reads slowly holds neither
    the memory nor a connection. It ends early, whole, where the device is gone meanwhile.
    """
    start, end = msgspec.json.encode(head).split(b'"buckets":[]', 1)
    yield start + b'"buckets":['
    after: tuple[str, int, str] | None = None
    while True:
        try:
            async with opening() as (connection, person):
                page = await _page(connection, person, after)
        except problems.Refused:
            break
        if not page:
            break
        pieces = msgspec.json.encode([answers.Kept(epoch=row["epoch"], bucket=_bucket(row)) for row in page])[1:-1]
        yield (b"," if after else b"") + pieces
        after = (page[-1]["epoch"], page[-1]["start"], page[-1]["key"])
    yield b"]" + end


async def _page(
    connection: AsyncConnection, person: Person, after: tuple[str, int, str] | None
) -> Sequence[sa.RowMapping]:
    table = tables.bucket
    order = (table.c.epoch, table.c.start, table.c.key)
    query = sa.select(table).where(table.c.tenant == person.tenant, table.c.device == person.device)
    if after is not None:
        query = query.where(sa.tuple_(*order) > sa.tuple_(*after))
    return (await connection.execute(query.order_by(*order).limit(PAGE))).mappings().all()


def _lease(row: sa.RowMapping) -> answers.Held:
    return answers.Held(
        id=row["lease"],
        pool=row["pool"],
        pico=str(row["micro"] * leases.MICRO),
        expires=row["expires"],
        state=row["state"],
        granted=row["granted"],
        ended=row["ended"],
        used=str(row["used"] * leases.MICRO),
        idle=bool(row["idle"]),
    )


def _bucket(row: sa.RowMapping) -> wire.Bucket:
    fields: dict[str, Any] = {name: row[name] for name in tables.COUNTS}
    for name in tables.AMOUNTS:
        fields[name] = str(amounts.joined(row[f"{name}_usd"], row[f"{name}_pico"]))
    return wire.Bucket(
        start=row["start"],
        dims=wire.Dims(**{name: row[name] for name in wire.DIMENSIONS}),
        revision=row["revision"],
        totals=wire.BucketTotals(**fields) if row["live"] else None,
        book=row["book"],
    )


async def delete(connection: AsyncConnection, person: Person) -> None:
    """Delete all of it."""
    await leases.forget(connection, person)
    for table in (tables.bucket, tables.daily, tables.epoch, tables.nonce, tables.invite, tables.device):
        await connection.execute(
            sa.delete(table).where(table.c.tenant == person.tenant, table.c.device == person.device)
        )
    device, member, audit = tables.device, tables.membership, tables.audit
    others = sa.select(device.c.device).where(device.c.tenant == person.tenant, device.c.member == person.member)
    if (await connection.execute(others)).first() is not None:
        return
    self_ = sa.and_(member.c.tenant == person.tenant, member.c.member == person.member)
    await connection.execute(sa.delete(member).where(self_))
    about = sa.and_(audit.c.tenant == person.tenant, audit.c.member == person.member)
    await connection.execute(sa.delete(audit).where(about))
    did = sa.and_(audit.c.tenant == person.tenant, audit.c.actor == person.member)
    await connection.execute(sa.update(audit).where(did).values(actor=""))
    invited = sa.and_(tables.invite.c.tenant == person.tenant, tables.invite.c.member == person.member)
    await connection.execute(sa.delete(tables.invite).where(invited))
