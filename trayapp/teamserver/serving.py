"""A replica as a process.

Rules: loopback unless told otherwise, and plain HTTP: TLS belongs in front; no access log, since addresses name
devices; a database that is not in its latest form is not served.
"""

from __future__ import annotations

import asyncio
import errno
import json
import logging
import socket
import sys
from pathlib import Path
from typing import Final

import uvicorn

from trayapp.teamserver import app, migrating, operations
from trayapp.teamserver.database import Database
from trayapp.teamserver.keys import Keys
from trayapp.teamserver.service import Service
from trayapp.teamserver.settings import Settings
from trayapp.trouble import Trouble, TroubleError

_LOOPBACK: Final = ("127.0.0.1", "::1", "localhost")


def service(settings: Settings) -> Service:
    """What a replica is made of."""
    return Service(settings, Database(settings.database), Keys(settings.secret))


def run(settings: Settings, host: str, port: int) -> int:
    """Serve until told to stop.

    Raises:
        TroubleError: the database is not in its latest form, the role sees too much, or the port is taken.
    """
    if settings.database.startswith("sqlite"):
        migrating.upgrade(settings.database)
    elif not migrating.current(settings.database):
        raise TroubleError(
            Trouble(
                title="The database is not in its latest form",
                message="This version of the server needs a newer one.",
                fix="Run `spendlight teamserver init --owner-database URL`; a backup before is a good idea.",
                code="old_database",
            )
        )
    asyncio.run(_check(settings.database))
    listener = _listener(host, port)
    logging.basicConfig(level=logging.WARNING, stream=sys.stderr)
    if host not in _LOOPBACK:
        print("Listening beyond this machine, without TLS: put a proxy that speaks it in front.", file=sys.stderr)
    print(f"Serving on http://{host}:{port}; TLS belongs in front (see packaging/teamserver).", file=sys.stderr)
    config = uvicorn.Config(
        app.build(service(settings)),
        http="httptools",
        ws="none",
        access_log=False,
        log_level="warning",
        server_header=False,
        timeout_graceful_shutdown=10,
        limit_concurrency=500,
        h11_max_incomplete_event_size=32_768,
    )
    with listener:
        uvicorn.Server(config).run(sockets=[listener])
    return 0


def _listener(host: str, port: int) -> socket.socket:
    """Where it listens; had before anything is said.

    Raises:
        TroubleError: somebody else listens there, or it is no place to listen at.
    """
    try:
        if not 0 <= port < 65_536:  # getaddrinfo would take it for another one
            raise ValueError
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
        family, _, _, _, place = found[0]
        listener = socket.create_server((str(place[0]), int(place[1])), family=family, backlog=2048)
        # asyncio sets it on sockets of its own alone; accepted ones have it from here.
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return listener
    except (OSError, OverflowError, ValueError) as error:
        taken = isinstance(error, OSError) and error.errno == errno.EADDRINUSE
        raise TroubleError(
            Trouble(
                title="The port is taken" if taken else "It cannot listen there",
                message=f"Another program listens on {host}:{port}." if taken else f"{host}:{port} is refused.",
                fix="Choose another one with --port, or end the other program." if taken else "See --host and --port.",
                code="port_taken" if taken else "port_unusable",
            )
        ) from None


async def _check(url: str) -> None:
    database = Database(url)
    try:
        await database.check_role()
    finally:
        await database.close()


def description() -> str:
    """The server's description as a text, the same each time."""
    nowhere = Settings(home=Path(), database="sqlite://", secret=bytes(32))
    return json.dumps(operations.document(app.build(service(nowhere))), indent=1, ensure_ascii=False) + "\n"
