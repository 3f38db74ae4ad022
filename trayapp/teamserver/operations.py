"""The server's own description (OpenAPI 3.1), made from the very types that the routes read and write.

Rules: a route says with ``described`` what it takes and gives; schemas come from the protocol's types and their bounds,
so what the document promises is what is enforced; ``resources/teamserver/openapi.json`` is this document, and a test
compares the two.
"""

from __future__ import annotations

from typing import Any, Final

import msgspec
from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from trayapp.team import wire
from trayapp.teamserver import answers, policies

_REF: Final = "#/components/schemas/{name}"
TYPES: Final[tuple[type, ...]] = (
    wire.Enrol,
    wire.Enrolled,
    wire.TokenAsk,
    wire.Token,
    wire.Put,
    wire.Acks,
    wire.Supersede,
    wire.Signed,
    wire.Policy,
    wire.Pools,
    wire.LeaseAsk,
    wire.Lease,
    wire.Problem,
    policies.Terms,
    answers.Spend,
    answers.Commitments,
    answers.Reads,
    answers.Machines,
    answers.InviteAsk,
    answers.Invited,
    answers.Published,
    answers.Export,
    answers.Health,
)
WHY: Final = {
    400: "The body cannot be read.",
    401: "Not signed in.",
    403: "Not allowed.",
    404: "Nothing is there, or nothing of the asker's.",
    409: "It does not fit what is there.",
    410: "The device was revoked (code `revoked`); for good.",
    413: "The body is too large.",
    415: "The body is not JSON.",
    422: "The request is not as described.",
    429: "Too many requests; Retry-After says when.",
    503: "The database does not answer.",
}
_IDEMPOTENCY: Final = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "description": "The same request again gets the same answer.",
    "schema": {"type": "string", "pattern": "^[A-Za-z0-9_-]{8,64}$"},
}


def described(
    *errors: int,
    body: type | None = None,
    answer: type | None = None,
    status: int = 200,
    words: str = "Done.",
    security: tuple[str, ...] = ("device",),
    once: bool = False,
    parameters: tuple[dict[str, Any], ...] = (),
    unchanged: bool = False,
) -> dict[str, Any]:
    """The arguments of a route that say what it takes and gives."""
    known = {*errors, 503}
    if security:
        known |= {401, 410, 429}
    if body is not None:
        known |= {400, 413, 415, 422}
    responses: dict[int | str, dict[str, Any]] = {}
    for code in sorted(known):
        responses[code] = {"description": WHY[code], "content": {"application/json": {"schema": _ref(wire.Problem)}}}
        if code in (429, 503):
            seconds = {"schema": {"type": "integer", "minimum": 1}, "required": True}
            responses[code]["headers"] = {"Retry-After": seconds}
    good: dict[str, Any] = {"description": words}
    if answer is not None:
        good["content"] = {"application/json": {"schema": _ref(answer)}}
    responses[status] = good
    if unchanged:
        good["headers"] = {"ETag": {"schema": {"type": "string"}, "required": True}}
        responses[304] = {"description": "It has not changed."}
    extra: dict[str, Any] = {"security": [{name: []} for name in security]}
    if body is not None:
        extra["requestBody"] = {"required": True, "content": {"application/json": {"schema": _ref(body)}}}
    listed = [*parameters, _IDEMPOTENCY] if once else list(parameters)
    if listed:
        extra["parameters"] = listed
    return {"responses": responses, "status_code": status, "openapi_extra": extra}


def _ref(kind: type) -> dict[str, str]:
    return {"$ref": _REF.format(name=kind.__name__)}


def document(app: FastAPI) -> dict[str, Any]:
    """The whole document."""
    made = get_openapi(
        title="Spendlight team server",
        version="1",
        openapi_version="3.1.0",
        description="Totals up, policy down, pools. No text of any call ever passes here.",
        routes=app.routes,
    )
    _, schemas = msgspec.json.schema_components(TYPES, ref_template=_REF)
    components = made.setdefault("components", {})
    components["schemas"] = dict(sorted(schemas.items()))
    components["securitySchemes"] = {
        "device": {"type": "http", "scheme": "bearer", "description": "From POST /v1/token, for 15 minutes."},
        "admin": {"type": "http", "scheme": "bearer", "description": "From `spendlight teamserver role --token`."},
    }
    return made
