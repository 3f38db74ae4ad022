"""Why something could not be done: the one exception of the server, and the answers that it becomes.

Rules: every answer of 400 and up is a ``wire.Problem`` and nothing else; none quotes what was sent, none says whether a
thing exists that belongs to someone else.
"""

from __future__ import annotations

from typing import Final

import msgspec
from starlette.responses import Response

from trayapp.team.wire import Problem

JSON: Final = "application/json"
HEADERS: Final = {"Cache-Control": "no-store"}


class Refused(Exception):
    """Ends a request with a ``Problem``."""

    def __init__(
        self, status: int, code: str, title: str, message: str = "", fix: str = "", *, retry_after: int | None = None
    ) -> None:
        super().__init__(f"{status} {code}")
        self.status = status
        self.problem = Problem(code=code, title=title, message=message, fix=fix)
        self.retry_after = retry_after


def answer(refused: Refused) -> Response:
    """The answer."""
    headers = dict(HEADERS)
    if refused.retry_after is not None:
        headers["Retry-After"] = str(refused.retry_after)
    if refused.status == 401:
        headers["WWW-Authenticate"] = "Bearer"
    return Response(msgspec.json.encode(refused.problem), refused.status, headers, JSON)


def unknown_token() -> Refused:
    """Nobody that this server knows."""
    return Refused(
        401,
        "bad_token",
        "Not signed in",
        "This request carries no token that is valid now.",
        "Ask for a new token (POST /v1/token); when that is refused too, join the team again.",
    )


def revoked() -> Refused:
    """A device that was shut out: for good, unlike every 401 and 403. Only its own key or token is told so."""
    return Refused(
        410,
        "revoked",
        "This device is not let in any more",
        "An admin of the team has shut it out. What it sent before stays.",
        "Ask an admin for a new invitation and join again.",
    )


def not_allowed(what: str = "This") -> Refused:
    """Known, but not for this."""
    return Refused(
        403,
        "not_allowed",
        "Not allowed",
        f"{what} is not open to your role.",
        "Ask an admin of the team for the role that it needs.",
    )


def not_found(title: str = "There is nothing here") -> Refused:
    """No such thing, or none of the asker's."""
    return Refused(404, "not_found", title, "", "Check the address; names of pools and devices are told by the server.")


def malformed(where: str) -> Refused:
    """The request does not say what its description wants. ``where`` never quotes a value."""
    return Refused(
        422,
        "malformed",
        "Not understood",
        where,
        "The server's description of its requests is at /openapi.json.",
    )


def unavailable() -> Refused:
    """The database is away."""
    return Refused(
        503,
        "unavailable",
        "Not available now",
        "The database does not answer.",
        "Try again; nothing was lost.",
        retry_after=5,
    )
