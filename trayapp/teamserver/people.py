"""Who asks, and what that role may see.

=========  ==========================================================================================
role       may
=========  ==========================================================================================
member     what is his own: his device's totals, policy, pools that he draws on, who read what
lead       the released weeks of his own team
finance    the released weeks of the tenant, its pools and commitments
admin      policies, invites, devices (no spending of anybody)
=========  ==========================================================================================

Rules: roles are read from the database with every request; whoever is not known is told nothing; a role never
contains another.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from trayapp.teamserver import problems, tables
from trayapp.teamserver.tokens import Claims

ROLES: Final = ("member", "lead", "finance", "admin")


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who is known."""

    tenant: str
    member: str
    team: str
    roles: frozenset[str]
    device: str = ""
    consents: frozenset[str] = frozenset()

    def needs(self, *roles: str) -> str:
        """The first of the roles that this one has.

        Raises:
            Refused: none of them.
        """
        for role in roles:
            if role in self.roles:
                return role
        raise problems.not_allowed()


async def lock(connection: AsyncConnection, claims: Claims) -> None:
    """Let nobody else act for this device until the end of the transaction. Nothing is read with it, on purpose: on
    PostgreSQL a statement that had to wait sees the row anew, but all other tables as they were when it began.
    """
    if connection.dialect.name == "postgresql":  # on SQLite only one writes anyway
        await connection.execute(_LOCK, {"tenant_": claims.tenant, "device_": claims.device})


_LOCK: Final = (
    sa.select(tables.device.c.device)
    .where(tables.device.c.tenant == sa.bindparam("tenant_"), tables.device.c.device == sa.bindparam("device_"))
    .with_for_update()
)


async def known(connection: AsyncConnection, claims: Claims, *, alone: bool = False) -> Person:
    """Who a token's bearer is today. ``alone``: let nobody else act for this device meanwhile.

    Raises:
        Refused: the device was revoked, or is no more.
    """
    device, membership = tables.device, tables.membership
    if claims.device:
        if alone:
            await lock(connection, claims)
        query = (
            sa.select(membership.c.member, membership.c.team, membership.c.roles, device.c.consents, device.c.revoked)
            .join(membership, sa.and_(membership.c.tenant == device.c.tenant, membership.c.member == device.c.member))
            .where(device.c.tenant == claims.tenant, device.c.device == claims.device)
        )
        row = (await connection.execute(query)).mappings().first()
        if row is None:
            raise problems.unknown_token()
        if row["revoked"] is not None:
            raise problems.revoked()
        return person(claims, row)
    own = sa.select(membership).where(membership.c.tenant == claims.tenant, membership.c.member == claims.member)
    row = (await connection.execute(own)).mappings().first()
    if row is None or row["generation"] != claims.generation:
        raise problems.unknown_token()
    return person(claims, row)


def person(claims: Claims, row: sa.RowMapping) -> Person:
    """Somebody, as the database knows him."""
    return Person(
        tenant=claims.tenant,
        member=row["member"],
        team=row["team"],
        roles=frozenset(str(row["roles"]).split()),
        device=claims.device,
        consents=frozenset(str(row.get("consents", "")).split()),
    )
