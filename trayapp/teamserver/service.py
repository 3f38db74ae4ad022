"""What every route needs: the database, the keys, the clock; and the ways in which a request says who it is.

Rules: a device's token opens the device's routes and what its owner's roles open; an admin's token opens only the
latter; a browser's cookie opens only the console. None stands for another.
"""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import msgspec
from sqlalchemy.ext.asyncio import AsyncConnection
from starlette.requests import Request
from starlette.responses import Response

from trayapp.teamserver import people, problems, tokens
from trayapp.teamserver.database import Database
from trayapp.teamserver.keys import Keys
from trayapp.teamserver.metrics import Metrics
from trayapp.teamserver.pace import Pace
from trayapp.teamserver.people import Person
from trayapp.teamserver.settings import Settings
from trayapp.teamserver.tokens import Claims


def _now() -> int:
    return int(time.time())


@dataclass(frozen=True, slots=True)
class Service:
    """A replica."""

    settings: Settings
    database: Database
    keys: Keys
    clock: Callable[[], int] = _now
    pace: Pace = field(default_factory=Pace)
    metrics: Metrics = field(default_factory=Metrics)

    def device(self, request: Request, device: str | None = None) -> Claims:
        """The device that asks; ``device`` is the one that the address names.

        Raises:
            Refused: its token does not hold, it asks too often, or names another device.
        """
        claims = self._claims(request, "device")
        if claims is None:
            raise problems.unknown_token()
        self.pace.take(claims.device)
        if device is not None and device != claims.device:
            raise problems.not_found()
        return claims

    def anybody(self, request: Request) -> Claims:
        """Who asks, for routes that ask for a role: a device's token or an admin's.

        Raises:
            Refused: the token does not hold, or it asks too often.
        """
        claims = self._claims(request, "device") or self._claims(request, "admin")
        if claims is None:
            raise problems.unknown_token()
        self.pace.take(claims.device or claims.member)
        return claims

    @asynccontextmanager
    async def acting(
        self, claims: Claims, *, write: bool = True, lock: bool = False
    ) -> AsyncIterator[tuple[AsyncConnection, Person]]:
        """A transaction in somebody's name. ``lock``: no other request acts for this device meanwhile.

        Raises:
            Refused: he is not known any more.
        """
        async with self.database.inside(claims.tenant, write=write) as connection:
            yield connection, await people.known(connection, claims, alone=lock)

    def _claims(self, request: Request, audience: tokens.Audience) -> Claims | None:
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer":
            return None
        return tokens.read(self.keys, token.strip(), audience, self.clock())


def of(request: Request) -> Service:
    """The replica that a request has reached."""
    service: Service = request.app.state.service
    return service


def said(value: Any, status: int = 200, headers: Mapping[str, str] = problems.HEADERS) -> Response:
    """A value as an answer."""
    return Response(msgspec.json.encode(value), status, headers, problems.JSON)
