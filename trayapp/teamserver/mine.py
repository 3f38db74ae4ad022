"""What is one's own: all of it told, all of it deleted.

Rules: the export names every stored field that concerns the device or the person behind it; after a deletion nothing
of the device is left but its part of weeks that were told already (no figure there is of fewer than five people), and
with the last device the person goes, too. Lines that this person left in others' trails stay, without the name.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from trayapp.team import wire
from trayapp.teamserver import amounts, answers, leases, tables, trail
from trayapp.teamserver.people import Person


async def export(connection: AsyncConnection, person: Person) -> answers.Export:
    """All that is stored."""

    def own(table: sa.Table) -> sa.ColumnElement[bool]:
        return sa.and_(table.c.tenant == person.tenant, table.c.device == person.device)

    device = (await connection.execute(sa.select(tables.device).where(own(tables.device)))).mappings().one()
    epochs = (await connection.execute(sa.select(tables.epoch).where(own(tables.epoch)))).mappings().all()
    order = (tables.bucket.c.epoch, tables.bucket.c.start, tables.bucket.c.key)
    buckets = await connection.execute(sa.select(tables.bucket).where(own(tables.bucket)).order_by(*order))
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
        buckets=tuple(answers.Kept(epoch=row["epoch"], bucket=_bucket(row)) for row in buckets.mappings()),
        leases=tuple(
            answers.Held(
                id=row["lease"],
                pool=row["pool"],
                pico=str(row["micro"] * leases.MICRO),
                expires=row["expires"],
                state=row["state"],
            )
            for row in held.mappings()
        ),
        reads=await trail.about(connection, person),
        nonces=int((await connection.execute(nonces)).scalar_one()),
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
    for table in (tables.bucket, tables.daily, tables.epoch, tables.lease, tables.nonce, tables.invite, tables.device):
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
