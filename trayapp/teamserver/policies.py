"""What a team decides, signed: making a version, telling the one in force, renewing it before it is over.

Rules:

* a version is signed over its exact bytes and never changed; versions only go up;
* the text is one that devices read, checked against the protocol's type: it can carry no address, no key, no command;
* what an admin publishes has to make sense (``policychecks.py``); renewing repeats what was published;
* a policy is renewed when half of its life is over, by whichever replica is asked first. Devices that are away longer
  fall back to their own policy.
"""

from __future__ import annotations

import base64
import re
from functools import lru_cache
from typing import Final

import msgspec
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from trayapp.team import wire
from trayapp.teamserver import policychecks, problems, tables
from trayapp.teamserver.database import insert_or
from trayapp.teamserver.keys import Keys

LIFE_S: Final = 30 * 86_400


class Terms(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What an admin writes: a policy without the fields that the server sets."""

    mode: str = ""
    override: bool = True
    budgets: tuple[wire.TeamBudget, ...] = ()
    allowed_models: tuple[wire.Text, ...] = ()
    model_map: tuple[wire.ModelMap, ...] = ()
    rates: tuple[wire.Rate, ...] = ()
    commitments: tuple[wire.Commitment, ...] = ()
    sync: wire.SyncTerms = wire.SyncTerms()
    min_client: wire.Text = ""


def terms(policy: wire.Policy) -> Terms:
    """What of it an admin may write."""
    fields = {name: getattr(policy, name) for name in Terms.__struct_fields__}
    return Terms(**fields)


async def current(connection: AsyncConnection, keys: Keys, tenant: str, team: str, now: int) -> tuple[int, wire.Signed]:
    """The version in force and its signed text."""
    row = await _latest(connection, tenant, team)
    if row is None:
        await _insert(connection, keys, tenant, team, Terms(), now)
    elif row["expires"] - now < LIFE_S // 2:
        await _insert(connection, keys, tenant, team, terms(read(row["payload"])), now)
    else:
        return row["version"], _signed(keys, tenant, row)
    row = await _latest(connection, tenant, team)
    if row is None:
        raise problems.not_found("There is no policy")
    return row["version"], _signed(keys, tenant, row)


async def policy(connection: AsyncConnection, keys: Keys, tenant: str, team: str, now: int) -> wire.Policy:
    """The policy in force, read."""
    _, signed = await current(connection, keys, tenant, team, now)
    return read(signed.payload)


async def in_force(connection: AsyncConnection, tenant: str, team: str) -> wire.Policy | None:
    """The latest policy that was made, if there is one; nothing is made or renewed."""
    row = await _latest(connection, tenant, team)
    return None if row is None else read(row["payload"])


@lru_cache(maxsize=256)
def read(payload: str) -> wire.Policy:
    """A stored policy."""
    return msgspec.json.decode(base64.b64decode(payload), type=wire.Policy)


async def publish(connection: AsyncConnection, keys: Keys, tenant: str, team: str, new: Terms, now: int) -> int:
    """Make and sign the next version; returns its number.

    Raises:
        Refused: the team is not there, the terms are not a policy's, or another version came in between.
    """
    version = await _insert(connection, keys, tenant, team, new, now, checked=True)
    if version is None:
        raise problems.Refused(
            409, "changed_meanwhile", "Changed meanwhile", "Somebody else made a version.", "Look at it and try again."
        )
    return version


async def _insert(
    connection: AsyncConnection, keys: Keys, tenant: str, team: str, new: Terms, now: int, *, checked: bool = False
) -> int | None:
    known = sa.select(tables.team.c.team).where(tables.team.c.tenant == tenant, tables.team.c.team == team)
    if (await connection.execute(known)).first() is None:
        raise problems.not_found("There is no such team")
    row = await _latest(connection, tenant, team)
    version = 1 if row is None else row["version"] + 1
    fields = {name: getattr(new, name) for name in Terms.__struct_fields__}
    try:
        made = msgspec.convert(
            {**msgspec.to_builtins(fields), "team": team, "version": version, "issued": now, "expires": now + LIFE_S},
            wire.Policy,
        )
    except msgspec.ValidationError as error:
        raise problems.malformed(_place(error)) from None
    if checked:
        policychecks.check(made, now, None if row is None else read(row["payload"]))
    payload = msgspec.json.encode(made)
    values = {
        "tenant": tenant,
        "team": team,
        "version": version,
        "issued": now,
        "expires": now + LIFE_S,
        "payload": base64.b64encode(payload).decode(),
        "signature": keys.sign_policy(tenant, wire.SIGNED_AS + payload),
    }
    table = tables.policy_version
    once = insert_or(connection, table).values(values).on_conflict_do_nothing().returning(table.c.version)
    number: int | None = (await connection.execute(once)).scalar()
    return number


def _place(error: msgspec.ValidationError) -> str:
    found = re.search(r" - at `[$]?[.]?([^`]*)`\Z", str(error))
    return f"The value at {found[1]} is not of its type." if found else "It is not a policy."


async def _latest(connection: AsyncConnection, tenant: str, team: str) -> sa.RowMapping | None:
    table = tables.policy_version
    query = (
        sa.select(table).where(table.c.tenant == tenant, table.c.team == team).order_by(table.c.version.desc()).limit(1)
    )
    return (await connection.execute(query)).mappings().first()


def _signed(keys: Keys, tenant: str, row: sa.RowMapping) -> wire.Signed:
    return wire.Signed(payload=row["payload"], signature=row["signature"], key=keys.policy_key(tenant))
