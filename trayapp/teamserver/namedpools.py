"""Which pools policies name: a budget that several share is a pool of that name.

Rules: only the policies in force count; what is told are names of teams, for an admin.
"""

from __future__ import annotations

from collections.abc import Iterable

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from trayapp.team import wire
from trayapp.teamserver import policies, tables


async def named_by(connection: AsyncConnection, tenant: str, pool: str) -> list[str]:
    """The names of the teams whose policy in force names a pool."""
    teams = sa.select(tables.team.c.team, tables.team.c.name).where(tables.team.c.tenant == tenant)
    found = []
    for team, name in (await connection.execute(teams.order_by(tables.team.c.name))).all():
        policy = await policies.in_force(connection, tenant, team)
        if policy is not None and pool in _named(policy.budgets):
            found.append(name)
    return found


async def missing(connection: AsyncConnection, tenant: str, team: str, budgets: Iterable[wire.TeamBudget]) -> list[str]:
    """The names of shared budgets for which a team has no pool."""
    table = tables.pool
    query = sa.select(table.c.pool).where(table.c.tenant == tenant, table.c.team.in_(["", team]))
    known = set((await connection.execute(query)).scalars())
    return sorted(_named(budgets) - known)


def note(budget: str) -> str:
    """What that means."""
    return f"There is no pool named {budget!r} yet: that budget stands for nothing until an admin makes one."


def _named(budgets: Iterable[wire.TeamBudget]) -> set[str]:
    return {budget.name for budget in budgets if budget.scope != "me"}
