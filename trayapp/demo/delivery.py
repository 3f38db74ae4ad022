"""One answer on its way out: framing, content coding, pacing, scripted faults.

Everything that turns a ready ``Answer`` into bytes on a connection lives here.

Rules: a client that leaves ends the answer at once; a scripted cut ends the connection in the middle of its framing,
so that nobody can mistake it for an end.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

from trayapp.demo import encodings
from trayapp.demo.script import STAMP, Answer, Script

_STAMP = STAMP.encode()
_PHRASES = {200: b"OK", 400: b"Bad Request", 404: b"Not Found", 426: b"Upgrade Required", 429: b"Too Many Requests"}


@dataclass(slots=True)
class Request:
    """One parsed request."""

    method: str = ""
    target: bytes = b""
    headers: list[tuple[bytes, bytes]] = field(default_factory=list)
    chunks: list[bytes] = field(default_factory=list)
    size: int = 0
    keep_alive: bool = True
    http10: bool = False
    upgrade: bool = False
    ready: bool = False

    def header_map(self) -> dict[str, str]:
        """Lower-case names to values; the last of several wins."""
        return {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in self.headers}


class Outlet(Protocol):
    """What a delivery needs of its connection."""

    gone: bool
    """The client has left."""

    def write(self, data: bytes) -> None:
        """Send, unless the client has left."""

    def close(self) -> None:
        """End the connection after what was written."""

    async def rest(self, seconds: float | None) -> None:
        """Wait that long (``None``: for ever), or until the client has left."""

    async def flowing(self) -> None:
        """Wait until the client reads on, or has left."""


class Delivery:
    """One metered answer on its way out."""

    def __init__(
        self,
        outlet: Outlet,
        request: Request,
        script: Script,
        answer: Answer,
        ended: Callable[[str], None],
        coding: str,
        headers: tuple[tuple[str, str], ...],
    ) -> None:
        self._outlet = outlet
        self._request = request
        self._script = script
        self._answer = answer
        self._ended = ended
        self._coding = coding
        self._headers = headers
        self._encoder = encodings.encoder(coding)
        self._chunked = answer.events is not None and not request.http10
        if answer.events is not None and request.http10:
            request.keep_alive = False

    @property
    def immediate(self) -> bool:
        """Whether nothing has to be waited for."""
        s = self._script
        return not (s.first_ms or s.chunk_ms or s.stamp) and s.cut_after is None and s.stall_after is None

    def send_at_once(self) -> None:
        """Head and everything else in one write."""
        pieces = self._pieces()
        self._ended("client_gone" if self._outlet.gone else "complete")
        if self._answer.events is None:
            body = b"".join(pieces)
            self._outlet.write(self._head(len(body)) + body)
        else:
            body = b"".join(map(self._framed, pieces))
            self._outlet.write(self._head(None) + body + (b"0\r\n\r\n" if self._chunked else b""))

    async def send_paced(self) -> None:
        """Piece by piece, with pauses, until the end, the script's cut, or the client's leaving."""
        how = await self._send_paced()
        self._ended(how)
        if how == "cut" or not self._request.keep_alive:
            self._outlet.close()

    async def _send_paced(self) -> str:
        script, outlet = self._script, self._outlet
        pieces = self._pieces()
        if await self._pause(script.first_ms):
            return "client_gone"
        if script.cut_after == 0:
            return "cut"
        cut_after = script.cut_after
        if self._answer.events is None:
            body = b"".join(pieces)
            outlet.write(self._head(len(body)))
            cut_after = cut_after and 1
            pieces = [body[: len(body) // 2], body[len(body) // 2 :]]
        else:
            outlet.write(self._head(None))
        for i, piece in enumerate(pieces):
            if i == cut_after:
                return "cut"
            if i == script.stall_after:
                break
            if i and await self._pause(script.chunk_ms):
                return "client_gone"
            stamped = script.stamp and _STAMP in piece
            outlet.write(self._framed(piece.replace(_STAMP, b"%020d" % time.monotonic_ns()) if stamped else piece))
            await outlet.flowing()
            if outlet.gone:
                return "client_gone"
        if script.stall_after is not None:
            await outlet.rest(None)
            return "client_gone"
        if cut_after is not None:
            return "cut"
        if self._chunked:
            outlet.write(b"0\r\n\r\n")
        return "complete"

    def _pieces(self) -> list[bytes]:
        """What to send, encoded."""
        events = self._answer.events
        if events is None:
            plain = [self._answer.body]
        elif self._script.error_after is not None:
            plain = [*events[: self._script.error_after], self._answer.error_event]
        else:
            plain = list(events)
        if self._coding:
            plain = [self._encoder.piece(p) for p in plain]
            plain.append(self._encoder.finish())
        return plain

    def _head(self, length: int | None) -> bytes:
        headers = self._headers + ((("content-encoding", self._coding),) if self._coding else ())
        return head(self._request, self._answer, headers, length)

    def _framed(self, piece: bytes) -> bytes:
        if not self._chunked:
            return piece
        return b"%x\r\n%s\r\n" % (len(piece), piece) if piece else b""

    async def _pause(self, ms: float) -> bool:
        """Wait; ``True`` when the client has left meanwhile."""
        if ms > 0:
            await self._outlet.rest(ms / 1000)
        return self._outlet.gone


def head(request: Request, answer: Answer, headers: tuple[tuple[str, str], ...], length: int | None) -> bytes:
    """The response head; ``length`` ``None`` is chunked (or until the end, for HTTP/1.0)."""
    lines = [b"HTTP/1.1 %d %s" % (answer.status, _PHRASES.get(answer.status, b"Simulated"))]
    lines.append(b"Content-Type: " + answer.content_type.encode("ascii"))
    lines += [f"{name}: {value}".encode("latin-1") for name, value in (*answer.headers, *headers)]
    if length is not None:
        lines.append(b"Content-Length: %d" % length)
    elif not request.http10:
        lines.append(b"Transfer-Encoding: chunked")
    if not request.keep_alive:
        lines.append(b"Connection: close")
    return b"\r\n".join(lines) + b"\r\n\r\n"
