"""Hard pools: money that is set aside for a device before it is spent.

Rules:

* what is set aside can never pass the limit: ``UPDATE … SET committed = committed + x WHERE committed + x <= limit``,
  with the pool's row locked, so two replicas cannot give the same dollar twice;
* a lease is small (a hundredth of the pool at most) and short (ten minutes); what was not used comes back with the
  next one, or when it is over. A device that reports late is counted late, but counted;
* the same request again (``Idempotency-Key``) is the same lease;
* in whole micro-dollars: what is given is cut off, what was used is rounded up. What was spent to the pico-dollar is
  known from the totals.
"""

from __future__ import annotations

from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from trayapp.team import wire
from trayapp.teamserver import amounts, pools, problems, tables
from trayapp.teamserver.enrolment import new_id
from trayapp.teamserver.people import Person

LIFE_S: Final = 600
SHARE: Final = 100
"""A lease is at most this part of the pool."""
MICRO: Final = 10**6
"""Pico-USD in one micro-USD."""


async def lease(
    connection: AsyncConnection, person: Person, name: str, ask: wire.LeaseAsk, once: str, now: int
) -> wire.Lease:
    """Set money aside.

    Raises:
        Refused: there is no such pool for this device, or it is a soft one.
    """
    pool, table = tables.pool, tables.lease
    this = sa.and_(pool.c.tenant == person.tenant, pool.c.pool == name)
    mine = sa.select(pool).where(this, pool.c.team.in_(["", person.team])).with_for_update()
    row = (await connection.execute(mine)).mappings().first()
    if row is None:
        raise problems.not_found("There is no such pool")
    if row["kind"] != "hard":
        raise problems.Refused(
            409,
            "soft_pool",
            "This pool gives no leases",
            "It is a soft one: it counts totals, and asks for nothing before.",
            "Watch its share instead.",
        )
    if once:
        same = sa.select(table).where(
            table.c.tenant == person.tenant, table.c.device == person.device, table.c.idempotency == once
        )
        known = (await connection.execute(same)).mappings().first()
        if known is not None:
            return _told(known)
    since, until = pools.window(row["period"], now)
    limit = amounts.joined(row["limit_usd"], row["limit_pico"]) // MICRO
    committed = await _given_back(connection, person, row, ask, since, now)
    wanted = min(int(ask.pico) // MICRO, max(limit // SHARE, 1), max(limit - committed, 0))
    if wanted:
        taken = (
            sa.update(pool)
            .where(this, pool.c.committed + wanted <= limit)
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
        "expires": min(now + LIFE_S, until),
        "state": "open" if wanted else "closed",
        "idempotency": once or None,
    }
    await connection.execute(sa.insert(table).values(values))
    return _told(values)


async def _given_back(
    connection: AsyncConnection, person: Person, row: sa.RowMapping, ask: wire.LeaseAsk, since: int, now: int
) -> int:
    """Settle leases that are over and the asker's last one; returns what is committed now."""
    pool, table = tables.pool, tables.lease
    committed = int(row["committed"]) if row["committed_since"] == since else 0
    of_pool = sa.and_(table.c.tenant == person.tenant, table.c.pool == row["pool"])
    over = (
        sa.update(table)
        .where(of_pool, table.c.state == "open", table.c.expires <= now)
        .values(state="expired")
        .returning(table.c.micro, table.c.since)
    )
    for micro, began in (await connection.execute(over)).all():
        committed -= micro if began == since else 0
    if ask.last:
        last = sa.and_(of_pool, table.c.lease == ask.last, table.c.device == person.device)
        found = (await connection.execute(sa.select(table).where(last))).mappings().first()
        if found is not None and found["state"] != "closed":
            used = -(-int(ask.used) // MICRO)
            if found["since"] == since:
                committed += used - (found["micro"] if found["state"] == "open" else 0)
            await connection.execute(sa.update(table).where(last).values(state="closed"))
    committed = min(max(committed, 0), 2**62)
    this = sa.and_(pool.c.tenant == person.tenant, pool.c.pool == row["pool"])
    await connection.execute(sa.update(pool).where(this).values(committed=committed, committed_since=since))
    return committed


def _told(row: Any) -> wire.Lease:
    return wire.Lease(id=row["lease"], pico=str(row["micro"] * MICRO), expires=row["expires"])
