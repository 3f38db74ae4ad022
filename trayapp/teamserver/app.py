"""The server put together.

Rules: every answer of 400 and up is a ``Problem``, also those that the framework would give; what a database refuses as
a value is the asker's mistake; what goes wrong inside is told by its kind alone, to the log and to nobody else, and no
error leaves the application, since whoever serves it would write down a traceback.
"""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import sqlalchemy as sa
from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from trayapp import __version__
from trayapp.teamserver import console, devices, operations, problems, reading
from trayapp.teamserver.metrics import Counting
from trayapp.teamserver.service import Service

_log = logging.getLogger("spendlight.teamserver")


def build(service: Service) -> FastAPI:
    """The application of one replica."""

    @asynccontextmanager
    async def life(_app: FastAPI) -> AsyncIterator[None]:
        yield
        await service.database.close()

    app = FastAPI(
        title="Spendlight team server",
        version=__version__,
        lifespan=life,
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
    )
    app.state.service = service
    for router in (devices.router, reading.router, console.router):
        app.include_router(router)
    app.add_middleware(Contained)
    app.add_middleware(Counting, metrics=service.metrics)
    app.add_exception_handler(problems.Refused, _refused)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(RequestValidationError, _malformed)
    app.add_exception_handler(sa.exc.DBAPIError, _database)
    app.add_exception_handler(sa.exc.StatementError, _database)
    app.add_exception_handler(UnicodeError, _no_text)
    app.add_exception_handler(sa.exc.TimeoutError, _database)
    app.add_exception_handler(OSError, _database)

    @app.get("/openapi.json", include_in_schema=False)
    async def openapi() -> dict[str, Any]:
        """This server's description."""
        return operations.document(app)

    return app


async def _refused(_request: Request, error: Exception) -> Response:
    assert isinstance(error, problems.Refused)  # noqa: S101
    return problems.answer(error)


async def _http(_request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101
    if error.status_code == 404:
        return problems.answer(problems.not_found())
    title = "This address takes no such request" if error.status_code == 405 else "Not possible"
    done = problems.answer(problems.Refused(error.status_code, "not_possible", title, "", "See /openapi.json."))
    done.headers.update(error.headers or {})
    return done


async def _malformed(_request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)  # noqa: S101
    place = ".".join(str(part) for part in error.errors()[0]["loc"])
    return problems.answer(problems.malformed(f"The value at {place} is not of its type."))


async def _database(request: Request, error: Exception) -> Response:
    if isinstance(error, sa.exc.DataError) or isinstance(getattr(error, "orig", None), UnicodeError | OverflowError):
        return await _no_text(request, error)
    lost = isinstance(error, sa.exc.DBAPIError) and error.connection_invalidated
    away = lost or isinstance(error, sa.exc.OperationalError | sa.exc.InterfaceError)
    if isinstance(error, sa.exc.StatementError) and not away:
        return unexpected(error)
    _log.warning("database: %s", type(error).__name__)
    return problems.answer(problems.unavailable())


async def _no_text(_request: Request, _error: Exception) -> Response:
    return problems.answer(problems.malformed("A text of the request cannot be stored or compared."))


def unexpected(error: Exception) -> Response:
    """The answer to what should not happen; the log gets its kind."""
    cause = getattr(error, "orig", None) or error
    _log.error("unexpected: %s", type(cause).__name__)
    return problems.answer(problems.Refused(500, "internal", "This should not happen", "", "Tell the server's owner."))


class Contained:
    """Lets no error out: who asked gets a ``Problem``, or a connection that breaks off where the answer had begun."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass it on."""
        begun = False

        async def seen(message: Message) -> None:
            nonlocal begun
            begun = begun or message["type"] == "http.response.start"
            await send(message)

        try:
            await self._app(scope, receive, seen)
        except ClientDisconnect:
            return  # whoever asked has gone: there is nobody to answer
        except Exception as error:  # noqa: BLE001  whatever it is, it ends here
            answer = unexpected(error)
            if scope["type"] == "http" and not begun:
                await answer(scope, receive, send)
