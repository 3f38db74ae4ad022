"""Who read what others are part of: written with every such read, told to everyone whom it was about.

Rules: the read and its line are one transaction, so there is no read without a line; a line says in which role, when
and what, and who did it only to the server's owner.
"""

from __future__ import annotations

from typing import Final, Literal

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from trayapp.teamserver import answers, tables
from trayapp.teamserver.enrolment import new_id
from trayapp.teamserver.people import Person

MOST: Final = 1000


async def record(
    connection: AsyncConnection, person: Person, role: str, what: str, now: int, *, team: str = ""
) -> None:
    """Write a line. ``team`` empty: it was about everyone of the tenant."""
    values = {
        "tenant": person.tenant,
        "id": new_id(20),
        "at": now,
        "actor": person.member,
        "role": role,
        "what": what,
        "team": team,
    }
    await connection.execute(sa.insert(tables.audit).values(values))


async def about(connection: AsyncConnection, person: Person) -> tuple[answers.Read, ...]:
    """The lines about somebody, the latest first."""
    table = tables.audit
    query = (
        sa.select(table.c.at, table.c.role, table.c.what, table.c.team, table.c.member)
        .where(
            table.c.tenant == person.tenant,
            table.c.team.in_(["", person.team]),
            table.c.member.in_(["", person.member]),
            table.c.actor != person.member,
        )
        .order_by(table.c.at.desc(), table.c.id)
        .limit(MOST)
    )
    return tuple(
        answers.Read(at=row["at"], role=row["role"], what=row["what"], about=_about(row))
        for row in (await connection.execute(query)).mappings()
    )


def _about(row: sa.RowMapping) -> Literal["me", "team", "tenant"]:
    if row["member"]:
        return "me"
    return "team" if row["team"] else "tenant"
