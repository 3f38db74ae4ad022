"""How a tenant, its teams and its people in roles come to be; done on the server's machine only.

Rules: nobody becomes an admin over the network; a token for a role is told once and ends with the next one.
"""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from trayapp.teamserver import problems, tables, tokens
from trayapp.teamserver.enrolment import new_id
from trayapp.teamserver.keys import Keys


async def tenant(connection: AsyncConnection, identity: str, name: str, now: int) -> None:
    """Make a tenant; its id has to be the one that the transaction is inside of."""
    await connection.execute(sa.insert(tables.tenant).values(tenant=identity, name=name, created=now))


async def team(connection: AsyncConnection, tenant: str, name: str, now: int) -> str:
    """Make a team; returns its id."""
    identity = new_id(10)
    await connection.execute(sa.insert(tables.team).values(tenant=tenant, team=identity, name=name, created=now))
    return identity


async def teams(connection: AsyncConnection, tenant: str) -> dict[str, str]:
    """Id to name."""
    query = sa.select(tables.team.c.team, tables.team.c.name).where(tables.team.c.tenant == tenant)
    return {row[0]: row[1] for row in (await connection.execute(query.order_by(tables.team.c.name))).all()}


async def member(connection: AsyncConnection, tenant: str, team: str, roles: str, now: int) -> str:
    """Make somebody without a device: who works at the console alone."""
    identity = new_id(16)
    values = {"tenant": tenant, "member": identity, "team": team, "roles": roles, "created": now}
    await connection.execute(sa.insert(tables.membership).values(values))
    return identity


async def member_of(connection: AsyncConnection, tenant: str, device: str) -> str:
    """Whose a device is.

    Raises:
        Refused: there is no such device.
    """
    table = tables.device
    query = sa.select(table.c.member).where(table.c.tenant == tenant, table.c.device == device)
    found = (await connection.execute(query)).scalar()
    if found is None:
        raise problems.not_found("There is no such device")
    return str(found)


async def roles(connection: AsyncConnection, tenant: str, member: str, roles: str) -> None:
    """Give somebody other roles; console tokens that he has end.

    Raises:
        Refused: there is no such member.
    """
    table = tables.membership
    change = (
        sa.update(table)
        .where(table.c.tenant == tenant, table.c.member == member)
        .values(roles=roles, generation=table.c.generation + 1)
        .returning(table.c.member)
    )
    if (await connection.execute(change)).first() is None:
        raise problems.not_found("There is no such member")


async def token(connection: AsyncConnection, keys: Keys, tenant: str, member: str, now: int) -> str:
    """A token that opens what this member's roles open; earlier ones end.

    Raises:
        Refused: there is no such member.
    """
    table = tables.membership
    change = (
        sa.update(table)
        .where(table.c.tenant == tenant, table.c.member == member)
        .values(generation=table.c.generation + 1)
        .returning(table.c.generation)
    )
    generation = (await connection.execute(change)).scalar()
    if generation is None:
        raise problems.not_found("There is no such member")
    claims = tokens.Claims(
        audience="admin", tenant=tenant, member=member, generation=generation, expires=now + tokens.ADMIN_S
    )
    return tokens.make(keys, claims)
