"""The engine's end of the control socket (the protocol itself stands in ``trayapp.control``).

Rules: a Unix socket with mode 0600 in a folder with mode 0700; one task a connection; a face that does not read is
hung up on, never waited for; a request that fails answers with a trouble and the connection goes on.
"""

from __future__ import annotations

import asyncio
import json
import logging
import os
import secrets
import sys
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import Any, Final

from trayapp.control import MAX_LINE, ControlError, encode, error_message
from trayapp.platform.paths import write_private
from trayapp.said import say
from trayapp.snapshot import Snapshot, snapshot_to_json
from trayapp.trouble import Trouble, TroubleError

log = logging.getLogger(__name__)

Verb = Callable[[Mapping[str, Any]], Awaitable[Any]]
_BACKLOG_LIMIT: Final = 4 * 1024 * 1024
"""Unread bytes after which a face is hung up on."""
_REQUEST_LIMIT: Final = 1024 * 1024
_PENDING: Final = 1024
"""Faces that may wait to be accepted: one more would be told that nobody runs."""


class ControlServer:
    """Serves the faces."""

    def __init__(
        self,
        path: Path,
        verbs: Mapping[str, Verb],
        listen: Callable[[Callable[[Snapshot], None]], None],
        unlisten: Callable[[Callable[[Snapshot], None]], None],
    ) -> None:
        self._path = path
        self._verbs = verbs
        self._listen = listen
        self._unlisten = unlisten
        self._server: asyncio.Server | None = None
        self._connections: dict[asyncio.Task[None], asyncio.StreamWriter] = {}
        self._secret = secrets.token_urlsafe(32)

    async def start(self) -> None:
        """Begin to listen.

        Raises:
            OSError: the socket cannot be made.
        """
        if sys.platform == "win32":
            self._server = await asyncio.start_server(self._connected, "127.0.0.1", 0, limit=_REQUEST_LIMIT)
            port = self._server.sockets[0].getsockname()[1]
            write_private(self._path, json.dumps({"port": port, "secret": self._secret}).encode())
            return
        # The ledger's lock makes this engine the only one, so a socket that is there is a leftover.
        self._path.unlink(missing_ok=True)
        old = os.umask(0o177)
        try:
            self._server = await asyncio.start_unix_server(
                self._connected, self._path, limit=_REQUEST_LIMIT, backlog=_PENDING
            )
        finally:
            os.umask(old)

    async def stop(self) -> None:
        """Say goodbye to every face and stop listening."""
        if self._server is None:
            return
        self._server.close()
        for task, writer in tuple(self._connections.items()):
            writer.write(encode({"event": "bye"}))
            task.cancel()
        await asyncio.gather(*self._connections, return_exceptions=True)
        if sys.platform != "win32" or self._path.exists():
            self._path.unlink(missing_ok=True)

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        if task is None:
            return
        self._connections[task] = writer

        def tell(snapshot: Snapshot) -> None:
            if writer.transport.get_write_buffer_size() > _BACKLOG_LIMIT:
                writer.transport.abort()
                return
            writer.write(encode({"event": "snapshot", "data": snapshot_to_json(snapshot)}))

        try:
            if sys.platform == "win32" and not await self._knows_secret(reader):
                return
            while line := await reader.readline():
                await self._answer(line, writer, tell)
                await writer.drain()
        except (ConnectionError, ValueError, asyncio.CancelledError):
            pass  # Hung up, or sent a line beyond the limit; a cancel is our own stop.
        finally:
            self._unlisten(tell)
            self._connections.pop(task, None)
            writer.close()

    async def _knows_secret(self, reader: asyncio.StreamReader) -> bool:
        document = json.loads(await reader.readline())
        return isinstance(document, dict) and secrets.compare_digest(str(document.get("secret")), self._secret)

    async def _answer(self, line: bytes, writer: asyncio.StreamWriter, tell: Callable[[Snapshot], None]) -> None:
        request_id: object = None
        try:
            message = json.loads(line)
            if not isinstance(message, dict):
                raise _bad_request(say("A request is a JSON object."))
            request_id = message.pop("id", None)
            name = message.pop("do", None)
            if name == "subscribe":
                writer.write(encode({"id": request_id, "ok": {}}))
                self._listen(tell)
                return
            verb = self._verbs.get(name) if isinstance(name, str) else None
            if verb is None:
                raise _bad_request(say("There is no such verb."), "unknown_verb")
            answer = encode({"id": request_id, "ok": await verb(message)})
            if len(answer) > MAX_LINE:
                raise _bad_request(say("The answer would be too long; ask for fewer rows."))
            writer.write(answer)
        except json.JSONDecodeError:
            writer.write(error_message(request_id, _bad_request(say("A request is one line of JSON.")).trouble))
        except TroubleError as error:
            writer.write(error_message(request_id, error.trouble))
        except (KeyError, TypeError, ValueError, OverflowError, RecursionError) as error:
            log.warning("a control request was malformed: %s", type(error).__name__)
            writer.write(error_message(request_id, _bad_request(say("An argument is missing or wrong.")).trouble))
        except Exception as error:  # noqa: BLE001  one failed request must not end the face's connection
            # Its type alone: the words of an error may hold what the face sent.
            log.error("a control request failed with %s", type(error).__name__)  # noqa: TRY400
            trouble = Trouble(
                title=say("That did not work"),
                message=say("The engine could not answer ({kind}).", kind=type(error).__name__),
                fix=say("Try again; `spendlight doctor` looks for the cause."),
                code="internal",
            )
            writer.write(error_message(request_id, trouble))


def _bad_request(message: str, code: str = "bad_request") -> ControlError:
    return ControlError(
        Trouble(
            title=say("The engine did not understand"), message=message, fix=say("See trayapp/control.py."), code=code
        )
    )
