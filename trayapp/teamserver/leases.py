"""Hard pools: money that is set aside for a device before it is spent.

Rules:

* what is set aside can never pass the limit: ``UPDATE … SET committed = committed + x WHERE committed + x <= limit``,
  with the pool's row locked, so two replicas cannot give the same dollar twice;
* a device holds one lease of a pool at a time; asking for another gives the former back. It is as large as twice what
  the device used in the last ten minutes, a hundredth of the pool at most; who used nothing gets a little to begin
  with, the less the more others hold one;
* a lease is over after ten minutes. When the pool runs short before, those of idle devices are taken back at once: who
  showed no spending when he got it, and of whom nothing was heard since for five minutes. Whoever spends from it all
  the same is counted when he reports it;
* the same request again (``Idempotency-Key``) is the same lease;
* in whole micro-dollars: what is given is cut off, what was used is rounded up. A period, and a pool that became a hard
  one, begin with what the totals say was spent.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from trayapp.team import wire
from trayapp.teamserver import pools, problems, tables
from trayapp.teamserver.enrolment import new_id
from trayapp.teamserver.people import Person

LIFE_S: Final = 600
IDLE_S: Final = 300
"""Nothing heard for so long: it does not spend. Devices tell their totals every five minutes."""
SHARE: Final = 100
"""A lease is at most this part of the pool."""
LEFT: Final = 1000
"""What is left of a pool is given, and so told, in these parts of it."""
MICRO: Final = 10**6
"""Pico-USD in one micro-USD."""


async def lease(
    connection: AsyncConnection, person: Person, name: str, ask: wire.LeaseAsk, once: str, now: int
) -> wire.Lease:
    """Set money aside.

    Raises:
        Refused: there is no such pool for this device, or it is a soft one.
    """
    row = await _pool(connection, person, name)
    table = tables.lease
    if once:
        same = sa.select(table).where(
            table.c.tenant == person.tenant, table.c.device == person.device, table.c.idempotency == once
        )
        known = (await connection.execute(same)).mappings().first()
        if known is not None:
            return _told(known)
    since, until = pools.window(row["period"], now)
    limit = pools.limit_of(row) // MICRO
    committed = await _given_back(connection, person, row, ask, since, now)
    recent = await _recent(connection, person, name, now)
    cap = max(limit // SHARE, 1)
    wanted = min(int(ask.pico) // MICRO, cap, max(2 * recent, await _first(connection, person, name, cap)))
    if wanted > _left(limit, committed):
        committed = await _taken_back(connection, person, row, committed, since, now)
    wanted = min(wanted, _left(limit, committed))
    pool = tables.pool
    if wanted:
        taken = (
            sa.update(pool)
            .where(_this(person.tenant, name), pool.c.committed + wanted <= limit)
            .values(committed=pool.c.committed + wanted)
            .returning(pool.c.committed)
        )
        if (await connection.execute(taken)).first() is None:
            wanted = 0
    values: dict[str, Any] = {
        "tenant": person.tenant,
        "lease": new_id(20),
        "pool": name,
        "device": person.device,
        "since": since,
        "micro": wanted,
        "granted": now,
        "expires": min(now + LIFE_S, until),
        "idle": int(recent == 0),
        "state": "open" if wanted else "closed",
        "idempotency": once or None,
    }
    await connection.execute(sa.insert(table).values(values))
    return _told(values)


async def _pool(connection: AsyncConnection, person: Person, name: str) -> dict[str, Any]:
    """The pool's row, locked."""
    pool = tables.pool
    mine = sa.select(pool).where(_this(person.tenant, name), pool.c.team.in_(["", person.team])).with_for_update()
    row = (await connection.execute(mine)).mappings().first()
    if row is None:
        raise problems.Refused(
            404,
            "no_pool",
            "There is no such pool",
            "It was taken away, or is not this device's.",
            "Ask for the pools (GET /v1/pools).",
        )
    if row["kind"] != "hard":
        raise problems.Refused(
            409,
            "soft_pool",
            "This pool gives no leases",
            "It is a soft one: it counts totals, and asks for nothing before.",
            "Watch its share instead.",
        )
    return dict(row)


def _this(tenant: str, name: str) -> sa.ColumnElement[bool]:
    return sa.and_(tables.pool.c.tenant == tenant, tables.pool.c.pool == name)


def _left(limit: int, committed: int) -> int:
    part = max(limit // LEFT, 1)
    return max(limit - committed, 0) // part * part


async def _recent(connection: AsyncConnection, person: Person, name: str, now: int) -> int:
    """What the device used of its leases lately."""
    table = tables.lease
    query = sa.select(sa.func.sum(table.c.used)).where(
        table.c.tenant == person.tenant,
        table.c.device == person.device,
        table.c.pool == name,
        table.c.ended > now - LIFE_S,
    )
    return int((await connection.execute(query)).scalar() or 0)


async def _first(connection: AsyncConnection, person: Person, name: str, cap: int) -> int:
    """What a device gets of which nothing shows that it spends: those of fifty devices are a fortieth of the pool,
    those of ten thousand a twentieth.
    """
    table = tables.lease
    held = sa.select(sa.func.count()).where(
        table.c.tenant == person.tenant, table.c.pool == name, table.c.state == "open"
    )
    return max(cap // (2 * (int((await connection.execute(held)).scalar_one()) + 1)), 1)


async def _given_back(
    connection: AsyncConnection, person: Person, row: Mapping[str, Any], ask: wire.LeaseAsk, since: int, now: int
) -> int:
    """Settle leases that are over and the asker's own; returns what is committed now."""
    table = tables.lease
    if row["committed_since"] == since:
        committed = int(row["committed"])
    else:
        committed = -(-await pools.spent(connection, row, since, now) // MICRO)
    of_pool = sa.and_(table.c.tenant == person.tenant, table.c.pool == row["pool"])
    if ask.last:
        last = sa.and_(of_pool, table.c.lease == ask.last, table.c.device == person.device)
        found = (await connection.execute(sa.select(table).where(last))).mappings().first()
        if found is not None and found["state"] != "closed":
            used = min(-(-int(ask.used) // MICRO), 2**62)
            if found["since"] == since:
                committed += used - (found["micro"] if found["state"] == "open" else 0)
            closed = sa.update(table).where(last).values(state="closed", used=min(used, 2**40), ended=now)
            await connection.execute(closed)
    over = sa.or_(table.c.expires <= now, table.c.device == person.device)
    committed -= await _ended(connection, sa.and_(of_pool, over), since)
    return await _set(connection, person.tenant, row["pool"], committed, since)


async def _taken_back(
    connection: AsyncConnection, person: Person, row: Mapping[str, Any], committed: int, since: int, now: int
) -> int:
    """End the leases of idle devices; returns what is committed now."""
    table, epoch = tables.lease, tables.epoch
    heard = sa.exists().where(
        epoch.c.tenant == table.c.tenant, epoch.c.device == table.c.device, epoch.c.heard > table.c.granted
    )
    idle = sa.or_(table.c.idle == 1, sa.and_(table.c.granted <= now - IDLE_S, ~heard))
    others = sa.and_(
        table.c.tenant == person.tenant, table.c.pool == row["pool"], table.c.device != person.device, idle
    )
    committed -= await _ended(connection, others, since)
    return await _set(connection, person.tenant, row["pool"], committed, since)


async def _ended(connection: AsyncConnection, which: sa.ColumnElement[bool], since: int) -> int:
    """End open leases, as if nothing of them had been used; returns how much of this period comes back."""
    table = tables.lease
    over = sa.update(table).where(which, table.c.state == "open").values(state="expired")
    found = (await connection.execute(over.returning(table.c.micro, table.c.since))).all()
    return sum(micro for micro, began in found if began == since)


async def _set(connection: AsyncConnection, tenant: str, name: str, committed: int, since: int) -> int:
    committed = min(max(committed, 0), 2**62)
    change = sa.update(tables.pool).where(_this(tenant, name))
    await connection.execute(change.values(committed=committed, committed_since=since))
    return committed


async def forget(connection: AsyncConnection, person: Person) -> None:
    """Give back what a device holds, since it goes; what it used stays counted."""
    table, pool = tables.lease, tables.pool
    own = sa.and_(table.c.tenant == person.tenant, table.c.device == person.device)
    held = sa.select(table.c.pool, table.c.since, sa.func.sum(table.c.micro)).where(own, table.c.state == "open")
    for name, since, micro in (await connection.execute(held.group_by(table.c.pool, table.c.since))).all():
        same = sa.and_(_this(person.tenant, name), pool.c.committed_since == since)
        left = sa.case((pool.c.committed > int(micro), pool.c.committed - int(micro)), else_=0)
        await connection.execute(sa.update(pool).where(same).values(committed=left))
    await connection.execute(sa.delete(table).where(own))


def _told(row: Any) -> wire.Lease:
    return wire.Lease(id=row["lease"], pico=str(row["micro"] * MICRO), expires=row["expires"])
