"""The routes of roles: what leads and finance read, what admins decide; and the server's health.

Rules: every read of what others are part of leaves a line for them (``trail.py``), in the same transaction.
"""

from __future__ import annotations

from typing import Annotated

import sqlalchemy as sa
from fastapi import APIRouter, Path
from starlette.requests import Request
from starlette.responses import Response

from trayapp import __version__
from trayapp.teamserver import (
    answers,
    bodies,
    commitments,
    enrolment,
    namedpools,
    policies,
    problems,
    releases,
    tables,
    trail,
)
from trayapp.teamserver.metrics import CONTENT_TYPE
from trayapp.teamserver.operations import described
from trayapp.teamserver.service import of, said

router = APIRouter()
Name = Annotated[str, Path(pattern=r"^[A-Za-z0-9_-]{1,64}$", max_length=64)]
_BOTH = ("device", "admin")


@router.get("/v1/spend/team", **described(403, answer=answers.Spend, security=_BOTH))
async def team_spend(request: Request) -> Response:
    """Leads: the weeks of one's own team."""
    service = of(request)
    now = service.clock()
    async with service.acting(service.anybody(request)) as (connection, person):
        role = person.needs("lead")
        await trail.record(connection, person, role, "spend of the team", now, team=person.team)
        return said(await releases.spend(connection, person.tenant, person.team, now))


@router.get("/v1/spend/tenant", **described(403, answer=answers.Spend, security=_BOTH))
async def tenant_spend(request: Request) -> Response:
    """Finance: the weeks of the tenant."""
    service = of(request)
    now = service.clock()
    async with service.acting(service.anybody(request)) as (connection, person):
        role = person.needs("finance")
        await trail.record(connection, person, role, "spend of the tenant", now)
        return said(await releases.spend(connection, person.tenant, "", now))


@router.get("/v1/commitments", **described(403, answer=answers.Commitments, security=_BOTH))
async def commitment_states(request: Request) -> Response:
    """Finance: how far money committed to vendors is drawn down."""
    service = of(request)
    now = service.clock()
    async with service.acting(service.anybody(request)) as (connection, person):
        role = person.needs("finance")
        await trail.record(connection, person, role, "commitments of the tenant", now)
        return said(await commitments.drawn(connection, service.keys, person.tenant, now))


@router.get("/v1/devices", **described(403, answer=answers.Machines, security=_BOTH))
async def devices(request: Request) -> Response:
    """Admins: which devices there are. No label, no spending."""
    service = of(request)
    async with service.acting(service.anybody(request)) as (connection, person):
        role = person.needs("admin")
        await trail.record(connection, person, role, "list of devices", service.clock())
        device, member = tables.device, tables.membership
        query = (
            sa.select(device.c.device, member.c.team, device.c.client, device.c.created, device.c.revoked)
            .join(member, sa.and_(member.c.tenant == device.c.tenant, member.c.member == device.c.member))
            .where(device.c.tenant == person.tenant)
            .order_by(device.c.device)
        )
        rows = (await connection.execute(query)).mappings()
        return said(answers.Machines(devices=tuple(answers.Machine(**row) for row in rows)))


@router.delete("/v1/devices/{device}", **described(403, 404, 422, status=204, security=_BOTH))
async def revoke(request: Request, device: Name) -> Response:
    """Admins: shut a device out. What it sent stays."""
    service = of(request)
    async with service.acting(service.anybody(request)) as (connection, person):
        person.needs("admin")
        await enrolment.revoke(connection, person.tenant, device, service.clock())
    return Response(status_code=204, headers=problems.HEADERS)


@router.post(
    "/v1/invites", **described(403, 404, body=answers.InviteAsk, answer=answers.Invited, status=201, security=_BOTH)
)
async def invite(request: Request) -> Response:
    """Admins: invite somebody, once, for a day."""
    service = of(request)
    now = service.clock()
    claims = service.anybody(request)
    ask = await bodies.read(request, answers.InviteAsk)
    async with service.acting(claims) as (connection, person):
        person.needs("admin")
        secret = await enrolment.invite(connection, person.tenant, ask.team, now)
    return said(answers.Invited(invite=secret, expires=now + enrolment.INVITE_S), 201)


@router.post(
    "/v1/teams/{team}/policies",
    **described(403, 404, 409, body=policies.Terms, answer=answers.Published, status=201, security=_BOTH),
)
async def publish(request: Request, team: Name) -> Response:
    """Admins: the next version of a team's policy."""
    service = of(request)
    claims = service.anybody(request)
    terms = await bodies.read(request, policies.Terms, packed=bodies.PACKED, unpacked=bodies.PACKED)
    async with service.acting(claims) as (connection, person):
        person.needs("admin")
        version = await policies.publish(connection, service.keys, person.tenant, team, terms, service.clock())
        missing = await namedpools.missing(connection, person.tenant, team, terms.budgets)
    return said(answers.Published(version=version, notes=tuple(map(namedpools.note, missing))), 201)


@router.get("/health", **described(answer=answers.Health, security=()))
async def health(request: Request) -> Response:
    """Whether this replica and its database serve."""
    if not await of(request).database.answers():
        raise problems.unavailable()
    return said(answers.Health(status="ok", version=__version__))


@router.get("/metrics", include_in_schema=False)
async def metrics(request: Request) -> Response:
    """For Prometheus; not to be led outside."""
    return Response(of(request).metrics.text(), 200, problems.HEADERS, CONTENT_TYPE)
