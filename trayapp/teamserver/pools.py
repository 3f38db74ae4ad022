"""Money that several share: what is told of it, and how pools come and go.

Rules:

* what is told of a pool is made from its amount cut off to a rung (``rungs.py``): two significant digits where at least
  five people spent from it in this period and no fewer can be subtracted (``tellings.py``), else the wide ladder, the
  share in steps of 10 %, and nothing more. A limit is a rung, so a share of 1.00 means that it was reached, exactly;
* it is reckoned anew at most every ten seconds (each second near its limit), by one replica, and lies in the database
  for all;
* a pool that is given to others, counts otherwise or becomes another kind begins anew; one that a policy names is not
  taken away.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final, Literal, cast

import msgspec
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from trayapp.money import dollars
from trayapp.team import wire
from trayapp.teamserver import amounts, forecasting, namedpools, problems, rungs, tables
from trayapp.teamserver.database import insert_or
from trayapp.teamserver.tellings import ENOUGH, Heads, Telling, fine

DAY_S: Final = 86_400
FRESH_S: Final = 10
NEAR: Final = 0.8
"""From this share on a pool is reckoned anew each second."""
FINE, COARSE = 1, 10
"""Steps in percent."""
_MOST_PERCENT: Final = 1000
"""More than ten times the limit is told as ten times."""
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
    """Make a pool, or change it; what was spent from it stays.

    Raises:
        Refused: it cannot have that name or limit.
    """
    _check(name, limit)
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
    table = tables.pool
    same = sa.select(table).where(table.c.tenant == tenant, table.c.pool == name).with_for_update()
    before = (await connection.execute(same)).mappings().first()
    if before is not None and any(before[each] != values[each] for each in ("team", "kind", "period", "counts")):
        await _forget_leases(connection, tenant, name)
        values["committed"] = values["committed_since"] = 0
    statement = insert_or(connection, table).values(values)
    changed = {key: value for key, value in values.items() if key not in ("tenant", "pool")}
    await connection.execute(statement.on_conflict_do_update(index_elements=["tenant", "pool"], set_=changed))


def _check(name: str, limit: int) -> None:
    try:
        msgspec.convert(name, wire.PoolName)
    except msgspec.ValidationError:
        raise problems.Refused(
            422,
            "bad_pool_name",
            "No name of a pool",
            "It is one line of 1 to 64 characters without a slash.",
            "Choose another one.",
        ) from None
    if not rungs.is_limit(limit):
        below, above = rungs.neighbours(limit)
        raise problems.Refused(
            422,
            "bad_limit",
            "No limit of a pool",
            f"Limits are steps of a fixed ladder, so that nobody's spending can be found by setting many of them; the"
            f" nearest are {dollars(below)} and {dollars(above)}.",
            "Choose one of them.",
        )


def limit_of(row: Mapping[str, Any]) -> int:
    """A pool's limit: a rung, also where an earlier version took another."""
    return max(rungs.wide(amounts.joined(row["limit_usd"], row["limit_pico"])), rungs.LEAST)


async def drop(connection: AsyncConnection, tenant: str, name: str) -> None:
    """Take a pool away.

    Raises:
        Refused: there is none of that name, or a policy names it.
    """
    teams = await namedpools.named_by(connection, tenant, name)
    if teams:
        raise problems.Refused(
            409,
            "named_pool",
            "A policy names this pool",
            f"Budgets of {', '.join(teams)} count on it and would stand for nothing.",
            "Publish a policy without them first (`spendlight teamserver policy`).",
        )
    table = tables.pool
    gone = sa.delete(table).where(table.c.tenant == tenant, table.c.pool == name).returning(table.c.pool)
    if (await connection.execute(gone)).first() is None:
        raise problems.not_found("There is no such pool")
    await _forget_leases(connection, tenant, name)


async def _forget_leases(connection: AsyncConnection, tenant: str, name: str) -> None:
    table = tables.lease
    await connection.execute(sa.delete(table).where(table.c.tenant == tenant, table.c.pool == name))


async def told(
    connection: AsyncConnection, tenant: str, teams: Sequence[str] | None, now: int
) -> tuple[wire.Pool, ...]:
    """The pools of some teams and those of the whole tenant; ``None``: all of the tenant's."""
    table = tables.pool
    found = await connection.execute(sa.select(table).where(table.c.tenant == tenant))
    rows = [dict(row) for row in found.mappings()]
    shown = [row for row in rows if teams is None or row["team"] in ("", *teams)]
    known: list[frozenset[Telling]] = []

    async def exact() -> frozenset[Telling]:
        if not known:
            known.append(await _fine(connection, tenant, rows, now))
        return known[0]

    ordered = sorted(shown, key=lambda row: str(row["pool"]))
    return tuple([await _told(connection, row, exact, now) for row in ordered])


def _fresh(row: Mapping[str, Any], now: int) -> bool:
    return bool(row["fresh_until"] > now and row["shown"])


def _telling(row: Mapping[str, Any], now: int) -> Telling:
    return Telling(row["team"], window(row["period"], now)[0])


async def stale(connection: AsyncConnection, tenant: str, teams: Sequence[str] | None, now: int) -> bool:
    """Whether ``told`` will have to write."""
    table = tables.pool
    query = sa.select(sa.func.min(table.c.fresh_until)).where(table.c.tenant == tenant)
    if teams is not None:
        query = query.where(table.c.team.in_(["", *teams]))
    oldest = (await connection.execute(query)).scalar()
    return oldest is not None and oldest <= now


async def _told(
    connection: AsyncConnection, row: Mapping[str, Any], exact: Callable[[], Awaitable[frozenset[Telling]]], now: int
) -> wire.Pool:
    table = tables.pool
    this = sa.and_(table.c.tenant == row["tenant"], table.c.pool == row["pool"])
    if _fresh(row, now):
        return msgspec.json.decode(row["shown"], type=wire.Pool)
    # Of several replicas one goes on; the others wait here, and then find what it has left.
    mine = sa.update(table).where(this, table.c.fresh_until <= now).values(fresh_until=now + 1)
    if (await connection.execute(mine.returning(table.c.pool))).first() is None:
        shown = (await connection.execute(sa.select(table.c.shown).where(this))).scalar()
        if shown:
            return msgspec.json.decode(shown, type=wire.Pool)
    pool = await state(connection, row, exact=_telling(row, now) in await exact(), now=now)
    fresh = now + (FRESH_S if float(pool.share) < NEAR else 1)
    await connection.execute(
        sa.update(table).where(this).values(shown=msgspec.json.encode(pool).decode(), fresh_until=fresh)
    )
    return pool


async def state(connection: AsyncConnection, row: Mapping[str, Any], *, exact: bool, now: int) -> wire.Pool:
    """What is told of a pool, reckoned from the days' sums. ``exact``: in fine steps."""
    since, until = window(row["period"], now)
    limit = limit_of(row)
    first = min(since, now - forecasting.HISTORY * DAY_S) if exact else since
    days = await _days(connection, row, first // DAY_S, now, people=exact)
    spent = sum(amount for day, (amount, _) in days.items() if day >= since // DAY_S)
    amount = rungs.fine(spent) if exact else rungs.wide(spent)
    percent = rungs.percent(amount, limit, FINE if exact else COARSE, _MOST_PERCENT)
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
    if not exact:
        return pool
    shares = forecasting.daily_steps(forecasting.carried(days), limit)
    low, high = forecasting.forecast(shares, amount * 100 // limit, since, until, now)
    passed = max(now - since, 3600)
    return msgspec.structs.replace(
        pool,
        pico_spent=str(amount),
        pico_per_day=str(amounts.rounded(amount * DAY_S // passed)),
        pico_low=forecasting.amount(low, limit),
        pico_high=forecasting.amount(high, limit),
        members=await _members(connection, row),
    )


async def spent(connection: AsyncConnection, row: Mapping[str, Any], since: int, now: int) -> int:
    """What was spent from a pool, exactly: for what is decided, never told."""
    days = await _days(connection, row, since // DAY_S, now, people=False)
    return sum(amount for amount, _ in days.values())


async def _fine(
    connection: AsyncConnection, tenant: str, rows: Sequence[Mapping[str, Any]], now: int
) -> frozenset[Telling]:
    """Which of all pools are told in fine steps."""
    tellings = [_telling(row, now) for row in rows]
    starts = sorted({telling.since for telling in tellings})
    names = sorted({COUNTED[row["counts"]] for row in rows})
    found = await _heads(connection, tenant, starts, names, now)

    def count(team: str, since: int, until: int | None) -> Heads:
        ended = len(starts) if until is None else starts.index(until)
        return found.get(team, {}).get((starts.index(since), ended), Heads(0, 0))

    return fine(tellings, sorted(found), count)


async def _heads(
    connection: AsyncConnection, tenant: str, starts: Sequence[int], names: Sequence[str], now: int
) -> dict[str, dict[tuple[int, int], Heads]]:
    """Team to spans (from which start to before which) to people who spent."""
    table, device, member = tables.daily, tables.device, tables.membership
    above = [sa.or_(table.c[f"{name}_usd"] > 0, table.c[f"{name}_pico"] > 0) for name in names]
    ends = [*(start // DAY_S for start in starts[1:]), now // DAY_S + 1]
    flags: list[sa.ColumnElement[Any]] = []
    for number, start in enumerate(starts):
        within = sa.and_(table.c.day >= start // DAY_S, table.c.day < ends[number])
        for kind, spent_ in (("some", sa.or_(*above)), ("every", sa.and_(*above))):
            flags.append(sa.func.max(sa.case((sa.and_(within, spent_), 1), else_=0)).label(f"{kind}{number}"))
    each = (
        sa.select(member.c.team, *flags)
        .select_from(table)
        .join(device, sa.and_(device.c.tenant == table.c.tenant, device.c.device == table.c.device))
        .join(member, sa.and_(member.c.tenant == device.c.tenant, member.c.member == device.c.member))
        .where(table.c.tenant == tenant, table.c.day >= min(starts, default=0) // DAY_S)
        .group_by(member.c.team, member.c.member)
        .subquery()
    )
    spans = [(begun, ended) for begun in range(len(starts)) for ended in range(begun + 1, len(starts) + 1)]
    sums = [
        sa.func.sum(sa.case((sa.or_(*(each.c[f"{kind}{n}"] == 1 for n in range(*span))), 1), else_=0))
        for span in spans
        for kind in ("some", "every")
    ]
    query = sa.select(each.c.team, *sums).group_by(each.c.team)
    found = {}
    for team, *counts in await connection.execute(query):
        pairs = zip(counts[::2], counts[1::2], strict=True)
        found[team] = {span: Heads(int(some), int(every)) for span, (some, every) in zip(spans, pairs, strict=True)}
    return found


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


async def _days(
    connection: AsyncConnection, row: Mapping[str, Any], first: int, now: int, *, people: bool
) -> dict[int, tuple[int, int]]:
    """By day: what was spent, and by how many (0 unless it is asked for)."""
    table = tables.daily
    name = COUNTED[row["counts"]]
    spent_ = sa.or_(table.c[f"{name}_usd"] > 0, table.c[f"{name}_pico"] > 0)
    heads: sa.ColumnElement[Any] = sa.literal_column("0")
    if people:
        heads = sa.func.count(sa.distinct(sa.case((spent_, tables.membership.c.member))))
    query = (
        _of_pool(row, table)
        .add_columns(
            table.c.day,
            heads.label("people"),
            *amounts.sums(table.c[f"{name}_usd"], table.c[f"{name}_pico"], name),
        )
        .where(table.c.day >= first, table.c.day <= now // DAY_S)
        .group_by(table.c.day)
    )
    found = (await connection.execute(query)).mappings()
    return {each["day"]: (amounts.total(each, name), int(each["people"])) for each in found}


async def _members(connection: AsyncConnection, row: Mapping[str, Any]) -> int:
    member = tables.membership
    query = sa.select(sa.func.count()).where(member.c.tenant == row["tenant"])
    if row["team"]:
        query = query.where(member.c.team == row["team"])
    count = int((await connection.execute(query)).scalar_one())
    return count if count >= ENOUGH else 0
