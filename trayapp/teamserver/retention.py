"""What is forgotten in time.

Rules: totals, days, told weeks and the trail go after the tenant's months (counted from today, whole months); leases,
nonces and invites once they are of no use. ``spendlight teamserver retention run`` does it; a timer calls that daily.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from trayapp.teamserver import tables

DAY_S: Final = 86_400
MONTHS: Final = range(2, 121)
"""At least two: hours may change for 35 days."""


def before(now: int, months: int) -> int:
    """The first moment that is kept: the same day, so many months ago."""
    at = datetime.fromtimestamp(now, UTC)
    year, month = divmod(at.year * 12 + at.month - 1 - months, 12)
    return int(datetime(year, month + 1, min(at.day, 28), tzinfo=UTC).timestamp())


async def keep(connection: AsyncConnection, tenant: str, months: int) -> None:
    """Set how long."""
    table = tables.tenant
    await connection.execute(sa.update(table).where(table.c.tenant == tenant).values(retention_months=months))


async def run(connection: AsyncConnection, tenant: str, now: int) -> dict[str, int]:
    """Forget; returns how many rows of each table went."""
    table = tables.tenant
    months = (await connection.execute(sa.select(table.c.retention_months).where(table.c.tenant == tenant))).scalar()
    first = before(now, months or 13)
    bucket, daily, release, audit = tables.bucket, tables.daily, tables.release, tables.audit
    lease, nonce, invite = tables.lease, tables.nonce, tables.invite
    gone = {
        bucket: bucket.c.start < first,
        daily: daily.c.day < first // DAY_S,
        release: release.c.week < first,
        audit: audit.c.at < first,
        lease: lease.c.expires < now - 62 * DAY_S,
        nonce: nonce.c.at < now - DAY_S,
        invite: invite.c.expires < now - 7 * DAY_S,
    }
    counts = {}
    for place, old in gone.items():
        done = await connection.execute(sa.delete(place).where(place.c.tenant == tenant, old))
        counts[place.name] = max(done.rowcount, 0)
    return counts
