"""Every route of a team's server, and which role opens it."""

from __future__ import annotations

from typing import Any

import httpx
from teamworld import World

OPEN = {"/v1/enrol", "/v1/token", "/health"}
ROLES = {
    "/v1/spend/team": "lead",
    "/v1/spend/tenant": "finance",
    "/v1/commitments": "finance",
    "/v1/devices": "admin",
    "/v1/devices/{device}": "admin",
    "/v1/invites": "admin",
    "/v1/teams/{team}/policies": "admin",
}
BODIES: dict[str, Any] = {
    "/v1/devices/{device}/epochs/{epoch}/buckets": {"buckets": []},
    "/v1/devices/{device}/epochs/{epoch}/supersedes": {"epoch": "former"},
    "/v1/pools/{pool}/leases": {"pico": "1000000"},
    "/v1/invites": {"team": "TEAM"},
    "/v1/teams/{team}/policies": {},
}
"""A body that would be taken, for each route that wants one."""


def routes(world: World) -> list[tuple[str, str]]:
    """Every route of the server's own description."""
    paths = world.client().get("/openapi.json").json()["paths"]
    return [(method.upper(), path) for path, item in paths.items() for method in item if method in METHODS]


METHODS = {"get", "put", "post", "delete"}


def sent(client: httpx.Client, method: str, path: str, token: str | None, **names: str) -> httpx.Response:
    """One request, with a body that would be taken where one is wanted."""
    body = BODIES.get(path)
    if body is not None:
        body = {key: names["team"] if value == "TEAM" else value for key, value in body.items()}
    head = {} if token is None else {"Authorization": f"Bearer {token}"}
    url = path.format_map(names)
    return (
        client.request(method, url, json=body, headers=head)
        if body is not None
        else client.request(method, url, headers=head)
    )
