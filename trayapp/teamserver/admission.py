"""What is let in: whose epoch it is and how that stands, and which buckets are taken.

Rules:

* the device's row is locked before anything else is read, in a statement of its own (``people.lock``): a statement that
  waits for a lock goes on with the view of other tables that it began with, so a replica would judge by an old epoch;
* hours older than 35 days are frozen (``frozen_before``), hours to come are refused, and so are dimensions that the
  policy does not allow and totals that no device can have (``MOST_USD``);
* a tombstone says nothing, so the policy's dimensions do not concern it: one that was told before the policy became
  narrower is taken away whenever its device says so. What is kept of it has no dimension that is not allowed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import msgspec
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from trayapp.team import wire
from trayapp.teamserver import amounts, people, policies, problems, tables
from trayapp.teamserver.database import insert_or
from trayapp.teamserver.keys import Keys
from trayapp.teamserver.people import Person
from trayapp.teamserver.tokens import Claims

_DAY_S: Final = 86_400
_ALWAYS: Final = frozenset(wire.ALWAYS)
MOST_USD: Final = 100_000
"""Dollars of any kind in one bucket, an hour of one combination on one device."""
MOST_CALLS: Final = 10**7
MOST_TOKENS: Final = 10**12
"""In one bucket. With these bounds nine million million amounts, and nine hundred thousand million counts of calls, add
up in 64 bits: nothing that a device says can make a sum of others fail."""
_TOKENS: Final = frozenset(("input", "cache_read", "cache_write", "cache_write_1h", "output", "reasoning"))


@dataclass(frozen=True, slots=True)
class Admitted:
    """Who sends to an epoch, and how it stands."""

    person: Person
    superseded: bool
    allowed: frozenset[str]
    """The dimensions that the policy allows."""
    before: int
    """The greatest revision that was stored of it."""
    others: bool
    """Other epochs of the device count, too."""


async def admitted(connection: AsyncConnection, keys: Keys, claims: Claims, named: str, now: int) -> Admitted:
    """Who sends, how the epoch stands, and which dimensions are allowed: in one question.

    Raises:
        Refused: the device was revoked, or is no more.
    """
    who = {"tenant_": claims.tenant, "device_": claims.device}
    await people.lock(connection, claims)
    row = (await connection.execute(_ADMISSION, {**who, "epoch_": named})).mappings().first()
    if row is None:
        raise problems.unknown_token()
    if row["revoked"] is not None:
        raise problems.revoked()
    person = people.person(claims, row)
    if row["epoch"] is None:
        await epoch(connection, person, named, now)
    policy = policies.read(row["payload"]) if row["payload"] is not None else None
    if policy is None:
        policy = await policies.policy(connection, keys, person.tenant, person.team, now)
    return Admitted(
        person=person,
        superseded=row["superseded_by"] is not None,
        allowed=frozenset(policy.sync.dimensions) | _ALWAYS,
        before=row["revision"] or 0,
        others=bool(row["others"]),
    )


def _admission() -> sa.Select[Any]:
    device, member, epoch, policy = tables.device, tables.membership, tables.epoch, tables.policy_version
    latest = (
        sa.select(policy.c.payload)
        .where(policy.c.tenant == member.c.tenant, policy.c.team == member.c.team)
        .order_by(policy.c.version.desc())
        .limit(1)
        .scalar_subquery()
    )
    other = epoch.alias("other")
    others = (
        sa.select(sa.func.count())
        .select_from(other)
        .where(
            other.c.tenant == device.c.tenant,
            other.c.device == device.c.device,
            other.c.epoch != sa.bindparam("epoch_"),
            other.c.superseded_by.is_(None),
        )
        .scalar_subquery()
    )
    same = sa.and_(
        epoch.c.tenant == device.c.tenant, epoch.c.device == device.c.device, epoch.c.epoch == sa.bindparam("epoch_")
    )
    return (
        sa.select(
            member.c.member,
            member.c.team,
            member.c.roles,
            device.c.consents,
            device.c.revoked,
            epoch.c.epoch,
            epoch.c.superseded_by,
            epoch.c.revision,
            latest.label("payload"),
            others.label("others"),
        )
        .select_from(device)
        .join(member, sa.and_(member.c.tenant == device.c.tenant, member.c.member == device.c.member))
        .outerjoin(epoch, same)
        .where(
            device.c.tenant == sa.bindparam("tenant_"),
            device.c.device == sa.bindparam("device_"),
        )
    )


_ADMISSION: Final = _admission()


async def epoch(connection: AsyncConnection, person: Person, named: str, now: int) -> bool:
    """Make the epoch known; returns whether it is superseded."""
    table = tables.epoch
    this = sa.and_(table.c.tenant == person.tenant, table.c.device == person.device, table.c.epoch == named)
    row = (await connection.execute(sa.select(table.c.superseded_by).where(this))).first()
    if row is None:
        values = {"tenant": person.tenant, "device": person.device, "epoch": named, "created": now}
        await connection.execute(insert_or(connection, table).values(values).on_conflict_do_nothing())
        return False
    return row[0] is not None


async def frozen_before(connection: AsyncConnection, person: Person, named: str, now: int, oldest: int = 0) -> int:
    """Hours from before this moment are changed no more. ``oldest``: it is about none from before that one.

    An epoch that stands for another has to tell anew what that one had told, and may be kept from it for weeks: for
    its first 35 days it may change what was open when it began.
    """
    last = now - wire.FROZEN_DAYS * _DAY_S
    if oldest >= last:
        return last
    table = tables.epoch
    own = sa.and_(table.c.tenant == person.tenant, table.c.device == person.device)
    former = table.alias("former")
    stands = sa.exists().where(
        former.c.tenant == person.tenant, former.c.device == person.device, former.c.superseded_by == named
    )
    begun = sa.select(table.c.created).where(own, table.c.epoch == named, table.c.created > last, stands)
    created = (await connection.execute(begun)).scalar()
    return last if created is None else min(created, now) - wire.FROZEN_DAYS * _DAY_S


def why(bucket: wire.Bucket, allowed: frozenset[str], now: int, frozen: int) -> str:
    """Why a bucket is refused; empty: it is not. ``frozen``: hours from before this moment are."""
    if bucket.start < frozen:
        return "frozen"
    if bucket.start > now + wire.HOUR_S:
        return "future"
    if bucket.totals is None:
        return ""
    if any(getattr(bucket.dims, name) for name in _not_allowed(allowed)):
        return "dimension"
    return "too_much" if _too_much(bucket.totals) else ""


def _not_allowed(allowed: frozenset[str]) -> list[str]:
    return [name for name in wire.DIMENSIONS if name not in allowed and name != "billing"]


def bare(tombstone: wire.Bucket, allowed: frozenset[str]) -> wire.Bucket:
    """It takes away by its key; what of its dimensions may not be told any more is not kept."""
    dims = msgspec.structs.replace(tombstone.dims, **dict.fromkeys(_not_allowed(allowed), ""))
    return msgspec.structs.replace(tombstone, dims=dims, book="")


def _too_much(totals: wire.BucketTotals) -> bool:
    if any(abs(int(getattr(totals, name))) > MOST_USD * amounts.PICO for name in tables.AMOUNTS):
        return True
    return any(getattr(totals, name) > (MOST_TOKENS if name in _TOKENS else MOST_CALLS) for name in tables.COUNTS)
