"""Money that was committed to vendors, and how far it is drawn down at contract rates.

Rules:

* commitments stand in the teams' policies; a name that several policies carry is one commitment, as the latest says;
* what is drawn is reckoned from the lines by vendor of the weeks that were told (``releases.py``), and from nothing
  else: whoever may publish a thousand commitments, of any vendor, amount and span, learns no more than those lines say,
  and each of them is of five people or more. The weeks at both ends of one count by the days that lie in it;
* what had to be put together over several vendors may be this one's: the share is told from what certainly was to what
  may have been. Weeks of which nothing is told are counted and said, never taken for nothing;
* shares are cut off to steps of 0.01 and end at 1.00.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, time
from typing import Final

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from trayapp.team import wire
from trayapp.teamserver import answers, policies, releases, rungs, tables
from trayapp.teamserver.keys import Keys
from trayapp.teamserver.releases import DAY_S, WEEK_S

Lines = Mapping[int, tuple[Mapping[str | None, int], bool]]
"""Monday to what the week says of vendors, and whether it says anything."""
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
    lines = await releases.vendors(connection, tenant, now) if latest else {}
    return answers.Commitments(
        commitments=tuple(state(commitment, lines) for _, (_, commitment) in sorted(latest.items()))
    )


def state(commitment: wire.Commitment, lines: Lines) -> answers.Drawn:
    """How far one is drawn, from what the weeks say."""
    since, until = _start(commitment.since, _ALWAYS[0]), _start(commitment.until, _ALWAYS[1])
    least = most = silent = 0
    within = sorted(week for week in lines if week + WEEK_S > since and week < until)
    for week in within:
        of_vendors, told = lines[week]
        days = (min(week + WEEK_S, until) - max(week, since)) // DAY_S
        least += of_vendors.get(commitment.vendor, 0) * days // 7
        most += of_vendors.get(None, 0) * days // 7
        silent += not told
    most += least
    known = len(within) > silent
    return answers.Drawn(
        name=commitment.name,
        vendor=commitment.vendor,
        since=commitment.since,
        until=commitment.until,
        pico=commitment.pico,
        share=_share(least, int(commitment.pico)) if known else None,
        share_most=_share(most, int(commitment.pico)) if known else None,
        counted_since=max(within[0], since) if within else None,
        counted_until=min(within[-1] + WEEK_S, until) if within else None,
        silent_weeks=silent,
    )


def _share(pico: int, whole: int) -> str:
    percent = rungs.percent(pico, whole, 1, 100)
    return f"{percent // 100}.{percent % 100:02d}"


def _start(day: str, otherwise: int) -> int:
    try:
        return int(datetime.combine(date.fromisoformat(day), time(), UTC).timestamp()) if day else otherwise
    except ValueError:  # no such day in the calendar: as if it were not said
        return otherwise
