"""How a device becomes known: invites, joining, tokens, being revoked.

Rules:

* an invite is single-use, lives a day at most, and only its digest is stored; of two that use one at once, one joins;
* the same request again (its ``Idempotency-Key`` and public key) gets the same answer, so a lost reply loses nothing;
* a proof is the device's signature over its name, a time within five minutes of ours, and a nonce that is used once;
* ids say which tenant they belong to, so the right one can be set before the first query. They are no secrets.
"""

from __future__ import annotations

import re
import secrets
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from trayapp.team import wire
from trayapp.teamserver import keys as keyring
from trayapp.teamserver import problems, tables, tokens
from trayapp.teamserver.database import insert_or
from trayapp.teamserver.keys import Keys

CLOCK_S: Final = 300
"""How far a device's clock may be off."""
INVITE_S: Final = 86_400
_INVITE = re.compile(r"sli_(?P<tenant>[a-z0-9]{12})_[A-Za-z0-9_-]{43}\Z")
_DEVICE = re.compile(r"(?P<tenant>[a-z0-9]{12})-[a-z0-9]{16}\Z")
_LETTERS: Final = "abcdefghjkmnpqrstuvwxyz23456789"


def new_id(length: int) -> str:
    """A name that says nothing."""
    return "".join(secrets.choice(_LETTERS) for _ in range(length))


def tenant_of_device(device: str) -> str | None:
    """Whose a device would be."""
    found = _DEVICE.match(device)
    return found["tenant"] if found else None


def tenant_of_invite(invite: str) -> str | None:
    """Whose an invite would be."""
    found = _INVITE.match(invite)
    return found["tenant"] if found else None


def bad_invite() -> problems.Refused:
    """One answer for unknown, over and used: a guess learns nothing."""
    return problems.Refused(
        403,
        "bad_invite",
        "This invite opens nothing",
        "It was used already, is over, or never was.",
        "Ask whoever invited you for a new one.",
    )


async def invite(
    connection: AsyncConnection,
    tenant: str,
    team: str,
    now: int,
    *,
    member: str = "",
    roles: str = "member",
    lasts: int = INVITE_S,
) -> str:
    """Make an invite; its secret is told once.

    Raises:
        Refused: there is no such team or member.
    """
    found = await connection.execute(
        sa.select(tables.team.c.team).where(tables.team.c.tenant == tenant, tables.team.c.team == team)
    )
    if found.first() is None:
        raise problems.not_found("There is no such team")
    if member:
        own = sa.select(tables.membership.c.member).where(
            tables.membership.c.tenant == tenant,
            tables.membership.c.member == member,
            tables.membership.c.team == team,
        )
        if (await connection.execute(own)).first() is None:
            raise problems.not_found("There is no such member in that team")
    secret = f"sli_{tenant}_{secrets.token_urlsafe(32)}"
    values = {
        "tenant": tenant,
        "digest": keyring.digest(secret),
        "team": team,
        "member": member,
        "roles": roles,
        "expires": now + min(lasts, INVITE_S),
    }
    await connection.execute(sa.insert(tables.invite).values(values))
    return secret


async def enrol(
    connection: AsyncConnection, keys: Keys, tenant: str, ask: wire.Enrol, once: str, now: int
) -> wire.Enrolled:
    """Let a device join.

    Raises:
        Refused: the invite is not good.
    """
    table = tables.invite
    this = sa.and_(table.c.tenant == tenant, table.c.digest == keyring.digest(ask.invite))
    device = f"{tenant}-{new_id(16)}"
    taken = (
        sa.update(table)
        .where(this, table.c.used.is_(None), table.c.expires > now)
        .values(used=now, device=device, idempotency=once)
        .returning(table.c.team, table.c.member, table.c.roles)
    )
    row = (await connection.execute(taken)).mappings().first()
    if row is None:
        return await _again(connection, keys, tenant, ask, once, this)
    member = row["member"] or new_id(16)
    if not row["member"]:
        person = {"tenant": tenant, "member": member, "team": row["team"], "roles": row["roles"], "created": now}
        await connection.execute(sa.insert(tables.membership).values(person))
    values = {
        "tenant": tenant,
        "device": device,
        "member": member,
        "public_key": ask.public_key,
        "label": ask.label,
        "client": ask.client,
        "consents": " ".join(sorted(set(ask.consents) & {"block"})),
        "created": now,
    }
    await connection.execute(sa.insert(tables.device).values(values))
    return await _enrolled(connection, keys, tenant, device)


async def _again(
    connection: AsyncConnection, keys: Keys, tenant: str, ask: wire.Enrol, once: str, this: sa.ColumnElement[bool]
) -> wire.Enrolled:
    invites, device = tables.invite, tables.device
    query = (
        sa.select(device.c.device)
        .join(invites, sa.and_(invites.c.tenant == device.c.tenant, invites.c.device == device.c.device))
        .where(
            this,
            invites.c.idempotency == once,
            invites.c.idempotency != "",
            device.c.public_key == ask.public_key,
            device.c.revoked.is_(None),
        )
    )
    found = (await connection.execute(query)).scalar()
    if found is None:
        raise bad_invite()
    return await _enrolled(connection, keys, tenant, found)


async def _enrolled(connection: AsyncConnection, keys: Keys, tenant: str, device: str) -> wire.Enrolled:
    d, m, t, n = tables.device, tables.membership, tables.team, tables.tenant
    query = (
        sa.select(m.c.team, m.c.roles, t.c.name.label("team_name"), n.c.name.label("tenant_name"))
        .select_from(d)
        .join(m, sa.and_(m.c.tenant == d.c.tenant, m.c.member == d.c.member))
        .join(t, sa.and_(t.c.tenant == m.c.tenant, t.c.team == m.c.team))
        .join(n, n.c.tenant == d.c.tenant)
        .where(d.c.tenant == tenant, d.c.device == device)
    )
    row = (await connection.execute(query)).mappings().one()
    return wire.Enrolled(
        tenant=tenant,
        tenant_name=row["tenant_name"],
        team=row["team"],
        team_name=row["team_name"],
        device=device,
        policy_key=keys.policy_key(tenant),
        project_key=keys.project_key(tenant, row["team"]),
        roles=tuple(str(row["roles"]).split()),
    )


async def proven(
    connection: AsyncConnection, tenant: str, device: str, at: int, nonce: str, signature: str, message: bytes, now: int
) -> str:
    """Hold a device's proof against its key; returns the member. The nonce is used up.

    Raises:
        Refused: it is forged, replayed, too old or too new, or the device is not known or was revoked.
    """
    if abs(at - now) > CLOCK_S:
        raise problems.Refused(
            401,
            "clock",
            "The clocks differ",
            f"The device's time is more than {CLOCK_S // 60} minutes from the server's.",
            "Set the device's clock; networks offer the time (NTP).",
        )
    table = tables.device
    query = sa.select(table.c.public_key, table.c.member, table.c.revoked).where(
        table.c.tenant == tenant, table.c.device == device
    )
    row = (await connection.execute(query)).mappings().first()
    if row is None or not keyring.signed_by(row["public_key"], signature, message):
        raise _bad_proof()
    if row["revoked"] is not None:
        raise problems.revoked()
    nonces = tables.nonce
    await connection.execute(
        sa.delete(nonces).where(nonces.c.tenant == tenant, nonces.c.device == device, nonces.c.at < now - 3 * CLOCK_S)
    )
    values: dict[str, Any] = {"tenant": tenant, "device": device, "nonce": nonce, "at": now}
    once = insert_or(connection, nonces).values(values).on_conflict_do_nothing().returning(nonces.c.nonce)
    fresh = await connection.execute(once)
    if fresh.first() is None:
        raise _bad_proof()
    return str(row["member"])


def _bad_proof() -> problems.Refused:
    return problems.Refused(
        401,
        "bad_proof",
        "Not the device that it says",
        "The signature does not hold, was used before, or the device is not in the team any more.",
        "Sign anew with a fresh nonce; if that is refused too, join the team again.",
    )


async def token(connection: AsyncConnection, keys: Keys, tenant: str, ask: wire.TokenAsk, now: int) -> wire.Token:
    """A token for a device that has shown that it is itself.

    Raises:
        Refused: it has not.
    """
    message = wire.proof(ask.device, ask.at, ask.nonce)
    member = await proven(connection, tenant, ask.device, ask.at, ask.nonce, ask.signature, message, now)
    expires = now + wire.TOKEN_S
    claims = tokens.Claims(audience="device", tenant=tenant, member=member, device=ask.device, expires=expires)
    return wire.Token(token=tokens.make(keys, claims), expires=expires)


async def revoke(connection: AsyncConnection, tenant: str, device: str, now: int) -> None:
    """Shut a device out, at once. What it sent stays.

    Raises:
        Refused: there is no such device.
    """
    table = tables.device
    query = (
        sa.update(table)
        .where(table.c.tenant == tenant, table.c.device == device)
        .values(revoked=sa.func.coalesce(table.c.revoked, now))
        .returning(table.c.device)
    )
    if (await connection.execute(query)).first() is None:
        raise problems.not_found("There is no such device")
