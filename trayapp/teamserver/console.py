"""The console: what a role may read, as pages that need no script.

==================  ================================================================================================
``/console``        pools, forecast, commitments, spending; or how to sign in
``/console/enter``  signs a browser in with a link that the device signed; it works once, for five minutes
``/console/token``  signs a browser in with an admin's token (a form)
``/console/leave``  signs it out (a form)
==================  ================================================================================================

Rules: pages are made here and hold no script; the policy that goes with them allows none, nor anything from elsewhere;
the cookie is the console's alone (``SameSite=Strict``, ``HttpOnly``, ``Secure`` behind TLS) and opens no API; forms are
taken only from our own pages; every page that shows what others are part of leaves its lines in the trail.
"""

from __future__ import annotations

import base64
import re
from functools import lru_cache
from pathlib import Path
from typing import Any, Final
from urllib.parse import parse_qs, urlsplit

import jinja2
from fastapi import APIRouter
from sqlalchemy.ext.asyncio import AsyncConnection
from starlette.requests import Request
from starlette.responses import Response

from trayapp.team import wire
from trayapp.teamserver import bodies, commitments, enrolment, people, pools, problems, releases, tokens, trail, views
from trayapp.teamserver.people import Person
from trayapp.teamserver.service import Service, of

router = APIRouter(include_in_schema=False)
_HERE: Final = Path(__file__).parent / "templates"
HEADERS: Final = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; form-action 'self'; frame-ancestors 'none';"
    " base-uri 'none'",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
_NONCE = re.compile(r"[0-9a-f]{32}\Z")
_AT = re.compile(r"[0-9]{1,12}\Z")
_SIGNATURE = re.compile(r"[A-Za-z0-9_-]{86}\Z")
_OUT: Final = (401, 410)
"""Not signed in, or a device that was revoked: a browser is asked to sign in."""


@lru_cache(maxsize=1)
def _templates() -> jinja2.Environment:
    return jinja2.Environment(
        loader=jinja2.FileSystemLoader(_HERE), autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True
    )


def _page(name: str, status: int = 200, **values: Any) -> Response:
    text = _templates().get_template(name).render(**values)
    return Response(text, status, HEADERS, "text/html; charset=utf-8")


def _cookie_name(service: Service) -> str:
    return "__Host-spendlight" if service.settings.secure else "spendlight"


@router.get("/console/style.css")
async def style(_request: Request) -> Response:
    """The one style sheet."""
    headers = {**HEADERS, "Cache-Control": "public, max-age=3600"}
    return Response((_HERE / "style.css").read_bytes(), 200, headers, "text/css; charset=utf-8")


@router.get("/console")
async def console(request: Request) -> Response:
    """The first page."""
    service = of(request)
    cookie = request.cookies.get(_cookie_name(service), "")
    claims = tokens.read(service.keys, cookie, "console", service.clock()) if cookie else None
    if claims is None:
        return _page("sign_in.html", 401 if cookie else 200, problem=None)
    try:
        async with service.acting(claims) as (connection, person):
            return _page("console.html", **await _content(service, connection, person))
    except problems.Refused as refused:
        if refused.status not in _OUT:
            raise
        return _page("sign_in.html", 401, problem=refused.problem)


async def _content(service: Service, connection: AsyncConnection, person: Person) -> dict[str, Any]:
    now = service.clock()
    every = "finance" in person.roles
    shown = await pools.told(connection, person.tenant, None if every else [person.team], now)
    sections: list[views.Section] = []
    drawn: list[views.Bar] = []
    if every:
        await trail.record(connection, person, "finance", "console: tenant", now)
        spend = await releases.spend(connection, person.tenant, "", now)
        sections.append(views.section("Everyone", spend))
        states = await commitments.drawn(connection, service.keys, person.tenant, now)
        drawn = [views.commitment(state) for state in states.commitments]
    if "lead" in person.roles:
        await trail.record(connection, person, "lead", "console: team", now, team=person.team)
        spend = await releases.spend(connection, person.tenant, person.team, now)
        sections.append(views.section("Your team", spend))
    reads = await trail.about(connection, person)
    return {
        "roles": sorted(person.roles),
        "pools": [views.pool(pool, now) for pool in shown],
        "commitments": drawn,
        "sections": sections,
        "reads": [views.read(read) for read in reads[:20]],
    }


@router.get("/console/enter")
async def enter(request: Request) -> Response:
    """Sign a browser in with a link that a device signed."""
    service = of(request)
    asked = request.query_params
    device, at, nonce, signature = (asked.get(name, "") for name in ("device", "at", "nonce", "signature"))
    tenant = enrolment.tenant_of_device(device)
    if tenant is None or not (_AT.match(at) and _NONCE.match(nonce) and _SIGNATURE.match(signature)):
        return _bad_link()
    plain = base64.b64encode(base64.urlsafe_b64decode(signature + "==")).decode()
    now = service.clock()
    try:
        async with service.database.inside(tenant) as connection:
            message = wire.console_proof(device, int(at), nonce)
            member = await enrolment.proven(connection, tenant, device, int(at), nonce, plain, message, now)
    except problems.Refused as refused:
        return _bad_link() if refused.status in _OUT else problems.answer(refused)
    expires = now + tokens.CONSOLE_S
    claims = tokens.Claims(audience="console", tenant=tenant, member=member, device=device, expires=expires)
    return _signed_in(service, claims)


@router.post("/console/token")
async def token(request: Request) -> Response:
    """Sign a browser in with an admin's token."""
    service = of(request)
    fields = await _form(request)
    now = service.clock()
    claims = tokens.read(service.keys, fields.get("token", "").strip(), "admin", now)
    if claims is None:
        return _page("sign_in.html", 401, problem=problems.unknown_token().problem)
    async with service.database.inside(claims.tenant, write=False) as connection:
        try:
            await people.known(connection, claims)
        except problems.Refused as refused:
            return _page("sign_in.html", 401, problem=refused.problem)
    expires = min(now + tokens.CONSOLE_S, claims.expires)
    fresh = tokens.Claims(
        audience="console",
        tenant=claims.tenant,
        member=claims.member,
        generation=claims.generation,
        expires=expires,
    )
    return _signed_in(service, fresh)


@router.post("/console/leave")
async def leave(request: Request) -> Response:
    """Sign it out."""
    await _form(request)
    done = Response(status_code=303, headers={**HEADERS, "Location": "/console"})
    service = of(request)
    done.delete_cookie(
        _cookie_name(service), path="/", secure=service.settings.secure, httponly=True, samesite="strict"
    )
    return done


def _signed_in(service: Service, claims: tokens.Claims) -> Response:
    done = Response(status_code=303, headers={**HEADERS, "Location": "/console"})
    done.set_cookie(
        _cookie_name(service),
        tokens.make(service.keys, claims),
        max_age=claims.expires - service.clock(),
        path="/",
        secure=service.settings.secure,
        httponly=True,
        samesite="strict",
    )
    return done


def _bad_link() -> Response:
    problem = wire.Problem(
        code="bad_link",
        title="This link opens nothing",
        message="It works once, for five minutes, and only for a device of the team.",
        fix="Run `spendlight team console` for a new one.",
    )
    return _page("sign_in.html", 401, problem=problem)


async def _form(request: Request) -> dict[str, str]:
    """The fields of a form that one of our pages sent.

    Raises:
        Refused: another page sent it, or it is no form.
    """
    origin = request.headers.get("origin", "")
    site = request.headers.get("sec-fetch-site", "same-origin")
    if site != "same-origin" or (origin and _host(origin) != request.headers.get("host", "")):
        raise problems.Refused(403, "foreign_form", "Not from here", "", "Use the form on the console's own page.")
    body = await bodies.raw(request, 8192)
    try:
        found = parse_qs(body.decode("ascii"), max_num_fields=5)
    except ValueError:
        raise problems.malformed("The form is not one.") from None
    return {name: values[-1] for name, values in found.items()}


def _host(origin: str) -> str | None:
    try:
        return urlsplit(origin).netloc
    except ValueError:
        return None
