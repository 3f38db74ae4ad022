"""The demo tools' own HTTP client: one request after the other on a kept-alive connection.

Everything that the simulated tools do on a socket lives here. It is deliberately not a library: what it sends is
exactly the header list that it is given, in that order, as the real tools send theirs.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from urllib.parse import urlsplit

Headers = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Delivered:
    """How a request went."""

    status: int
    """0 when no response head came."""
    received: int = 0
    """Bytes of the response body, its framing left out."""
    whole: bool = False
    """The response ended as it should."""


class Courier:
    """A connection to one origin, opened when needed. For one task."""

    def __init__(self) -> None:
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None
        self._origin = ("", 0)

    async def post(self, url: str, headers: Headers, body: bytes, *, leave_after: int | None = None) -> Delivered:
        """Send a request and read its answer to the end.

        Args:
            url: absolute http URL.
            headers: sent as they are, after ``Host`` and before ``Content-Length``.
            body: the request body.
            leave_after: hang up after this many bytes of the answer (the user pressed Escape).
        """
        parts = urlsplit(url)
        target = parts.path + (f"?{parts.query}" if parts.query else "")
        lines = [f"POST {target} HTTP/1.1", f"Host: {parts.netloc}", *(f"{n}: {v}" for n, v in headers)]
        head = "\r\n".join([*lines, f"Content-Length: {len(body)}"]) + "\r\n\r\n"
        status, received, whole = 0, 0, False
        try:
            reader, writer = await self._open(parts.hostname or "", parts.port or 80)
            writer.write(head.encode("latin-1"))
            writer.write(body)
            await writer.drain()
            status, fields = await _head(reader)
            if "chunked" in fields.get("transfer-encoding", ""):
                while size := int(await reader.readline(), 16):
                    await reader.readexactly(size + 2)
                    received += size
                    if leave_after is not None and received >= leave_after:
                        await self.close()
                        return Delivered(status, received)
                await reader.readline()
            else:
                received = len(await reader.readexactly(int(fields.get("content-length", "0"))))
            whole = True
            if "close" in fields.get("connection", ""):
                await self.close()
        except (OSError, EOFError, ValueError):
            await self.close()
        return Delivered(status, received, whole)

    async def close(self) -> None:
        """Hang up."""
        if self._streams is not None:
            writer = self._streams[1]
            self._streams = None
            writer.close()
            try:
                await writer.wait_closed()
            except OSError:
                pass  # It is gone either way.

    async def _open(self, host: str, port: int) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        if self._streams is not None and (self._origin != (host, port) or self._streams[0].at_eof()):
            await self.close()
        if self._streams is None:
            self._streams = await asyncio.open_connection(host, port)
            self._origin = (host, port)
        return self._streams


async def _head(reader: asyncio.StreamReader) -> tuple[int, dict[str, str]]:
    """Status and fields (lower-case names) of the final response head."""
    while True:
        lines = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        status = int(lines[0].split(" ", 2)[1])
        if status >= 200:
            fields = (line.partition(":") for line in lines[1:] if line)
            return status, {name.lower(): value.strip().lower() for name, _, value in fields}
