"""Money that was committed to vendors, and how far it is drawn down at contract rates.

Rules: commitments stand in the teams' policies; a name that several policies carry is one commitment, as the latest
says; what is told is cut off to whole steps as with pools, 1 % where at least five people drew on it, else 10 %.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from typing import Final

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from trayapp.team import wire
from trayapp.teamserver import amounts, answers, policies, pools, tables
from trayapp.teamserver.keys import Keys

_ALWAYS: Final = (0, 2**40)


async def drawn(connection: AsyncConnection, keys: Keys, tenant: str, now: int) -> answers.Commitments:
    """All of the tenant's."""
    teams = sa.select(tables.team.c.team).where(tables.team.c.tenant == tenant).order_by(tables.team.c.team)
    latest: dict[str, tuple[int, wire.Commitment]] = {}
    for team in (await connection.execute(teams)).scalars().all():
        policy = await policies.policy(connection, keys, tenant, team, now)
        for commitment in policy.commitments:
            if commitment.name not in latest or latest[commitment.name][0] < policy.issued:
                latest[commitment.name] = (policy.issued, commitment)
    found = [await _drawn(connection, tenant, commitment) for _, (_, commitment) in sorted(latest.items())]
    return answers.Commitments(commitments=tuple(found))


async def _drawn(connection: AsyncConnection, tenant: str, commitment: wire.Commitment) -> answers.Drawn:
    bucket, epoch, device = tables.bucket, tables.epoch, tables.device
    since, until = _start(commitment.since, _ALWAYS[0]), _start(commitment.until, _ALWAYS[1])
    live = sa.and_(
        epoch.c.tenant == bucket.c.tenant,
        epoch.c.device == bucket.c.device,
        epoch.c.epoch == bucket.c.epoch,
        epoch.c.superseded_by.is_(None),
    )
    query = (
        sa.select(
            sa.func.count(sa.distinct(device.c.member)).label("people"),
            *amounts.sums(bucket.c.pico_contract_usd, bucket.c.pico_contract_pico, "spent"),
        )
        .select_from(bucket)
        .join(epoch, live)
        .join(device, sa.and_(device.c.tenant == bucket.c.tenant, device.c.device == bucket.c.device))
        .where(bucket.c.tenant == tenant, bucket.c.vendor == commitment.vendor)
        .where(bucket.c.start >= since, bucket.c.start < until)
        .where(sa.or_(bucket.c.pico_contract_usd > 0, bucket.c.pico_contract_pico > 0))
    )
    row = (await connection.execute(query)).mappings().one()
    step = pools.FINE if row["people"] >= pools.ENOUGH else pools.COARSE
    percent = amounts.steps(amounts.total(row, "spent"), int(commitment.pico), step)
    return answers.Drawn(
        name=commitment.name,
        vendor=commitment.vendor,
        since=commitment.since,
        until=commitment.until,
        pico=commitment.pico,
        share=f"{percent // 100}.{percent % 100:02d}",
    )


def _start(day: str, otherwise: int) -> int:
    try:
        return int(datetime.combine(date.fromisoformat(day), time(), UTC).timestamp()) if day else otherwise
    except ValueError:  # no such day in the calendar: as if it were not said
        return otherwise
