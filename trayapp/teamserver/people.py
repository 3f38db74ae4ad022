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


async def known(connection: AsyncConnection, claims: Claims, *, lock: bool = False) -> Person:
    """Who a token's bearer is today. ``lock``: let nobody else act for this device meanwhile.

    Raises:
        Refused: the device was revoked, or is no more.
    """
    device, membership = tables.device, tables.membership
    if claims.device:
        query = (
            sa.select(membership.c.member, membership.c.team, membership.c.roles, device.c.consents, device.c.revoked)
            .join(membership, sa.and_(membership.c.tenant == device.c.tenant, membership.c.member == device.c.member))
            .where(device.c.tenant == claims.tenant, device.c.device == claims.device)
        )
        if lock:
            query = query.with_for_update(of=device)
        row = (await connection.execute(query)).mappings().first()
        if row is None or row["revoked"] is not None:
            raise problems.unknown_token()
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
