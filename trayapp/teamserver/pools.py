"""Money that several share: what is told of it, how fast it goes, and where that leads.

Rules:

* everything that is told of a pool is made from *shares cut off to whole steps*: 1 % of the limit where at least five
  people spent from it in this period, else 10 % and nothing more. A share of 1.00 means that the limit was reached,
  exactly, so a stop needs no finer figure;
* it is reckoned anew at most every ten seconds (each second near its limit), by one replica, and lies in the database
  for all;
* the forecast is the shares of whole days of the last four weeks, by weekday once there are two weeks, and 80 % of the
  spread that they had; it is told with two significant digits.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final, Literal, cast

import msgspec
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from trayapp.team import wire
from trayapp.teamserver import amounts, problems, tables
from trayapp.teamserver.database import insert_or

DAY_S: Final = 86_400
FRESH_S: Final = 10
NEAR: Final = 0.8
"""From this share on a pool is reckoned anew each second."""
ENOUGH: Final = 5
"""So many people have to be in a figure."""
FINE, COARSE = 1, 10
"""Steps in percent."""
_HISTORY: Final = 28
_Z80: Final = 1.2816
COUNTED: Final = {"list": "pico_list", "contract": "pico_contract", "bill": "pico_marginal"}
Period = Literal["day", "week", "month"]


def window(period: str, now: int) -> tuple[int, int]:
    """Beginning and end of the period, in UTC."""
    today = datetime.fromtimestamp(now, UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    if period == "day":
        return _seconds(today), _seconds(today + timedelta(days=1))
    if period == "week":
        monday = today - timedelta(days=today.weekday())
        return _seconds(monday), _seconds(monday + timedelta(days=7))
    first = today.replace(day=1)
    return _seconds(first), _seconds((first + timedelta(days=32)).replace(day=1))


def _seconds(at: datetime) -> int:
    return int(at.timestamp())


async def make(
    connection: AsyncConnection,
    tenant: str,
    name: str,
    limit: int,
    *,
    team: str = "",
    kind: str = "soft",
    period: str = "month",
    counts: str = "contract",
) -> None:
    """Make a pool, or change it; what was spent from it stays."""
    usd, pico = amounts.split(limit)
    values: dict[str, Any] = {
        "tenant": tenant,
        "pool": name,
        "team": team,
        "kind": kind,
        "period": period,
        "counts": counts,
        "limit_usd": usd,
        "limit_pico": pico,
        "fresh_until": 0,
    }
    statement = insert_or(connection, tables.pool).values(values)
    changed = {key: value for key, value in values.items() if key not in ("tenant", "pool")}
    await connection.execute(statement.on_conflict_do_update(index_elements=["tenant", "pool"], set_=changed))


async def drop(connection: AsyncConnection, tenant: str, name: str) -> None:
    """Take a pool away.

    Raises:
        Refused: there is none of that name.
    """
    table = tables.pool
    gone = sa.delete(table).where(table.c.tenant == tenant, table.c.pool == name).returning(table.c.pool)
    if (await connection.execute(gone)).first() is None:
        raise problems.not_found("There is no such pool")
    await connection.execute(
        sa.delete(tables.lease).where(tables.lease.c.tenant == tenant, tables.lease.c.pool == name)
    )


async def told(
    connection: AsyncConnection, tenant: str, teams: Sequence[str] | None, now: int
) -> tuple[wire.Pool, ...]:
    """The pools of some teams and those of the whole tenant; ``None``: all of the tenant's."""
    table = tables.pool
    query = sa.select(table).where(table.c.tenant == tenant).order_by(table.c.pool)
    if teams is not None:
        query = query.where(table.c.team.in_(["", *teams]))
    rows = (await connection.execute(query)).mappings().all()
    return tuple([await _told(connection, row, now) for row in rows])


async def stale(connection: AsyncConnection, tenant: str, teams: Sequence[str] | None, now: int) -> bool:
    """Whether ``told`` will have to write."""
    table = tables.pool
    query = sa.select(sa.func.min(table.c.fresh_until)).where(table.c.tenant == tenant)
    if teams is not None:
        query = query.where(table.c.team.in_(["", *teams]))
    oldest = (await connection.execute(query)).scalar()
    return oldest is not None and oldest <= now


async def _told(connection: AsyncConnection, row: sa.RowMapping, now: int) -> wire.Pool:
    table = tables.pool
    this = sa.and_(table.c.tenant == row["tenant"], table.c.pool == row["pool"])
    if row["fresh_until"] > now and row["shown"]:
        return msgspec.json.decode(row["shown"], type=wire.Pool)
    # Of several replicas one goes on; the others wait here, and then find what it has left.
    mine = sa.update(table).where(this, table.c.fresh_until <= now).values(fresh_until=now + 1)
    if (await connection.execute(mine.returning(table.c.pool))).first() is None:
        shown = (await connection.execute(sa.select(table.c.shown).where(this))).scalar()
        if shown:
            return msgspec.json.decode(shown, type=wire.Pool)
    pool = await state(connection, dict(row), now)
    fresh = now + (FRESH_S if float(pool.share) < NEAR else 1)
    await connection.execute(
        sa.update(table).where(this).values(shown=msgspec.json.encode(pool).decode(), fresh_until=fresh)
    )
    return pool


async def state(connection: AsyncConnection, row: Mapping[str, Any], now: int) -> wire.Pool:
    """What is told of a pool, reckoned from the days' sums."""
    since, until = window(row["period"], now)
    limit = amounts.joined(row["limit_usd"], row["limit_pico"])
    first = min(since, now - _HISTORY * DAY_S) // DAY_S
    days = await _days(connection, row, first, now)
    spent = sum(amount for day, amount in days.items() if day >= since // DAY_S)
    people = await _people(connection, row, since, until)
    step = FINE if people >= ENOUGH else COARSE
    percent = amounts.steps(spent, limit, step)
    pool = wire.Pool(
        name=row["pool"],
        kind=cast(Literal["soft", "hard"], row["kind"]),
        period=cast(Period, row["period"]),
        since=since,
        until=until,
        pico_limit=str(limit),
        share=f"{percent // 100}.{percent % 100:02d}",
        as_of=now,
        members=0,
    )
    if people < ENOUGH:
        return pool
    shares = daily_steps(days, limit)
    low, high = forecast(shares, percent, since, until, now)
    passed = max(now - since, 3600)
    return msgspec.structs.replace(
        pool,
        pico_spent=str(percent * limit // 100),
        pico_per_day=str(amounts.rounded(percent * limit * DAY_S // (100 * passed))),
        pico_low=_amount(low, limit),
        pico_high=_amount(high, limit),
        members=await _members(connection, row),
    )


def _amount(percent: float | None, limit: int) -> str | None:
    return None if percent is None else str(amounts.rounded(round(percent * 1000) * limit // 100_000))


def daily_steps(days: Mapping[int, int], limit: int) -> dict[int, int]:
    """Percent by day: differences of the running total's whole steps, so that nothing is lost on the way."""
    running = before = 0
    found = {}
    for day in sorted(days):
        running += days[day]
        steps = amounts.steps(running, limit, FINE)
        found[day], before = steps - before, steps
    return found


def forecast(
    shares: Mapping[int, int], spent: int, since: int, until: int, now: int
) -> tuple[float | None, float | None]:
    """The two ends of what the period will have used, in percent; ``None`` before there were three whole days.

    Args:
        shares: percent by day (epoch days); days that are missing within had nothing.
        spent: percent of this period until now.
        since: the period's beginning.
        until: its end.
        now: the moment.
    """
    today = now // DAY_S
    seen = [day for day in shares if day < today]
    if not seen or today - min(seen) < 3:
        return None, None
    past = [(day, shares.get(day, 0)) for day in range(max(min(seen), today - _HISTORY), today)]
    mean = sum(share for _, share in past) / len(past)

    def usual(day: int) -> float:
        same = [share for other, share in past if (day - other) % 7 == 0]
        return sum(same) / len(same) if len(past) >= 14 and same else mean

    spread = math.sqrt(sum((share - usual(day)) ** 2 for day, share in past) / max(len(past) - 1, 1))
    left = [(day, 1.0) for day in range(today + 1, until // DAY_S)]
    left.append((today, 1 - (now % DAY_S) / DAY_S))
    more = sum(usual(day) * part for day, part in left)
    length = sum(part for _, part in left)
    off = _Z80 * spread * math.sqrt(length * (1 + length / len(past)))
    return spent + max(more - off, 0.0), spent + more + off


def _of_pool(row: Mapping[str, Any], table: sa.Table) -> sa.Select[Any]:
    """Joined to the people who draw on the pool."""
    device, member = tables.device, tables.membership
    query = (
        sa.select()
        .select_from(table)
        .join(device, sa.and_(device.c.tenant == table.c.tenant, device.c.device == table.c.device))
        .join(member, sa.and_(member.c.tenant == device.c.tenant, member.c.member == device.c.member))
        .where(table.c.tenant == row["tenant"])
    )
    return query.where(member.c.team == row["team"]) if row["team"] else query


async def _days(connection: AsyncConnection, row: Mapping[str, Any], first: int, now: int) -> dict[int, int]:
    table = tables.daily
    name = COUNTED[row["counts"]]
    query = (
        _of_pool(row, table)
        .add_columns(table.c.day, *amounts.sums(table.c[f"{name}_usd"], table.c[f"{name}_pico"], name))
        .where(table.c.day >= first, table.c.day <= now // DAY_S)
        .group_by(table.c.day)
    )
    return {found["day"]: amounts.total(found, name) for found in (await connection.execute(query)).mappings()}


async def _people(connection: AsyncConnection, row: Mapping[str, Any], since: int, until: int) -> int:
    table = tables.daily
    name = COUNTED[row["counts"]]
    spent = sa.or_(table.c[f"{name}_usd"] > 0, table.c[f"{name}_pico"] > 0)
    query = (
        _of_pool(row, table)
        .add_columns(sa.func.count(sa.distinct(tables.membership.c.member)))
        .where(table.c.day >= since // DAY_S, table.c.day < until // DAY_S, spent)
    )
    return int((await connection.execute(query)).scalar_one())


async def _members(connection: AsyncConnection, row: Mapping[str, Any]) -> int:
    member = tables.membership
    query = sa.select(sa.func.count()).where(member.c.tenant == row["tenant"])
    if row["team"]:
        query = query.where(member.c.team == row["team"])
    count = int((await connection.execute(query)).scalar_one())
    return count if count >= ENOUGH else 0
