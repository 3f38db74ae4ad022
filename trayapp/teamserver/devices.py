"""The routes of devices: joining, tokens, totals, policy, pools, leases, and what is one's own."""

from __future__ import annotations

import re
from typing import Annotated, Any, Final

from fastapi import APIRouter, Path
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from trayapp.team import wire
from trayapp.teamserver import (
    answers,
    bodies,
    enrolment,
    intake,
    leases,
    mine,
    policies,
    pools,
    problems,
    trail,
)
from trayapp.teamserver.operations import described
from trayapp.teamserver.service import of, said

router = APIRouter()
Name = Annotated[str, Path(pattern=r"^[A-Za-z0-9_-]{1,64}$", max_length=64)]
Pool = Annotated[str, Path(pattern=r"^[^\x00-\x1f\x7f/]{1,64}$", max_length=64)]
"""``wire.PoolName``."""
_ONCE = re.compile(r"[A-Za-z0-9_-]{8,64}\Z")
_ETAG: Final[dict[str, Any]] = {
    "name": "If-None-Match",
    "in": "header",
    "required": False,
    "description": "The ETag of the policy that the device has.",
    "schema": {"type": "string"},
}


def _once(request: Request) -> str:
    key = request.headers.get("idempotency-key", "")
    if key and not _ONCE.match(key):
        raise problems.malformed("The header Idempotency-Key is not of its type.")
    return key


@router.post("/v1/enrol", **described(403, body=wire.Enrol, answer=wire.Enrolled, security=(), once=True))
async def enrol(request: Request) -> Response:
    """Join with an invite, once."""
    service = of(request)
    once = _once(request)
    ask = await bodies.read(request, wire.Enrol)
    tenant = enrolment.tenant_of_invite(ask.invite)
    if tenant is None:
        raise enrolment.bad_invite()
    async with service.database.inside(tenant) as connection:
        return said(await enrolment.enrol(connection, service.keys, tenant, ask, once, service.clock()))


@router.post("/v1/token", **described(401, 410, 429, body=wire.TokenAsk, answer=wire.Token, security=()))
async def token(request: Request) -> Response:
    """A token for 15 minutes, for a device that shows that it is itself."""
    service = of(request)
    ask = await bodies.read(request, wire.TokenAsk)
    tenant = enrolment.tenant_of_device(ask.device)
    if tenant is None:
        raise problems.unknown_token()
    async with service.database.inside(tenant) as connection:
        made = await enrolment.token(connection, service.keys, tenant, ask, service.clock())
    service.pace.take(f"token {ask.device}")
    return said(made)


@router.put("/v1/devices/{device}/epochs/{epoch}/buckets", **described(404, body=wire.Put, answer=wire.Acks))
async def put(request: Request, device: Name, epoch: Name) -> Response:
    """Absolute totals of hours; the greater revision wins."""
    service = of(request)
    claims = service.device(request, device)
    sent = await bodies.read(request, wire.Put, packed=bodies.PACKED, unpacked=bodies.UNPACKED)
    async with service.database.inside(claims.tenant) as connection:
        acks = await intake.put(connection, service.keys, claims, epoch, sent, service.clock())
    for ack in acks.acks:
        service.metrics.buckets.labels(ack.why or "taken").inc()
    return said(acks)


@router.post("/v1/devices/{device}/epochs/{epoch}/supersedes", **described(404, 409, body=wire.Supersede, status=204))
async def supersedes(request: Request, device: Name, epoch: Name) -> Response:
    """This epoch stands for a former one, which counts no more."""
    service = of(request)
    claims = service.device(request, device)
    sent = await bodies.read(request, wire.Supersede)
    async with service.acting(claims, lock=True) as (connection, person):
        await intake.supersede(connection, person, epoch, sent.epoch, service.clock())
    return Response(status_code=204, headers=problems.HEADERS)


@router.get("/v1/policy", **described(answer=wire.Signed, parameters=(_ETAG,), unchanged=True))
async def policy(request: Request) -> Response:
    """The policy of the device's team, signed."""
    service = of(request)
    async with service.acting(service.device(request)) as (connection, person):
        version, signed = await policies.current(connection, service.keys, person.tenant, person.team, service.clock())
    etag = f'"{person.team}-{version}"'
    known = [tag.strip().removeprefix("W/") for tag in request.headers.get("if-none-match", "").split(",")]
    headers = {**problems.HEADERS, "Cache-Control": "private, no-cache", "ETag": etag}
    if etag in known or "*" in known:
        return Response(status_code=304, headers=headers)
    return said(signed, headers=headers)


@router.get("/v1/pools", **described(answer=wire.Pools))
async def pool_states(request: Request) -> Response:
    """The pools that the device draws on."""
    service = of(request)
    now = service.clock()
    async with service.acting(service.device(request), write=False) as (connection, person):
        if not await pools.stale(connection, person.tenant, [person.team], now):
            return said(wire.Pools(pools=await pools.told(connection, person.tenant, [person.team], now)))
    async with service.database.inside(person.tenant) as connection:
        return said(wire.Pools(pools=await pools.told(connection, person.tenant, [person.team], now)))


@router.post("/v1/pools/{pool}/leases", **described(404, 409, body=wire.LeaseAsk, answer=wire.Lease, once=True))
async def lease(request: Request, pool: Pool) -> Response:
    """Money from a hard pool, set aside before it is spent."""
    service = of(request)
    claims = service.device(request)
    once = _once(request)
    ask = await bodies.read(request, wire.LeaseAsk)
    async with service.acting(claims, lock=True) as (connection, person):
        return said(await leases.lease(connection, person, pool, ask, once, service.clock()))


@router.get("/v1/me/export", **described(answer=answers.Export))
async def export(request: Request) -> Response:
    """All that is stored of this device and the person behind it."""
    service = of(request)
    claims = service.device(request)
    async with service.acting(claims, write=False) as (connection, person):
        head = await mine.export(connection, person)
    pieces = mine.told(head, lambda: service.acting(claims, write=False))
    return StreamingResponse(pieces, 200, problems.HEADERS, problems.JSON)


@router.get("/v1/me/audit", **described(answer=answers.Reads))
async def audit(request: Request) -> Response:
    """Who read what this person is part of."""
    service = of(request)
    async with service.acting(service.device(request), write=False) as (connection, person):
        return said(answers.Reads(reads=await trail.about(connection, person)))


@router.delete("/v1/me", **described(status=204))
async def delete(request: Request) -> Response:
    """Delete all of it."""
    service = of(request)
    async with service.acting(service.device(request), lock=True) as (connection, person):
        await mine.delete(connection, person)
    return Response(status_code=204, headers=problems.HEADERS)
