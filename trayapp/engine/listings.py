"""What vendors say that their models take: heard when a tool lists the models, and asked once for a rule's model.

Everything that learns capabilities from a vendor lives here; ``dialects.adapt.listing`` reads them. A tool's own
``GET …/models`` is listened to as it passes. For a model that a rule has just sent a request to, the vendor is asked
for that one entry: once in an engine's life, with the tool's own credential of that moment, through our own door, so
that it takes the way that the tool's calls take. It costs nothing at any vendor (2026-11) and makes no row.

Rules: in memory only; at most ``MOST_BYTES`` of an answer are read; what fails leaves the table in use; the credential
is not kept.
"""

from __future__ import annotations

import asyncio
import http.client
import logging
import re
from collections.abc import Callable, Sequence
from typing import Final
from urllib.parse import quote, urlsplit

from trayapp import frontdoor
from trayapp.dialects.adapt import Capability, canonical, listed
from trayapp.dialects.coding import decode_whole
from trayapp.proxy import Ending, Rewrite
from trayapp.routing.rules import seller

log = logging.getLogger(__name__)

Pairs = Sequence[tuple[bytes, bytes]]

MOST_BYTES: Final = 4 << 20
_MOST: Final = 4096
_PATIENCE: Final = 15.0
_LISTING: Final = re.compile(r"/models(?:/[^/:]+)?\Z")
_ASKED: Final = {"anthropic": "/v1/models/", "gemini": "/v1beta/models/"}
"""Vendors whose entry for one model says what it takes (OpenAI's does not, 2026-11)."""
_CREDENTIALS: Final = frozenset(
    (b"x-api-key", b"authorization", b"x-goog-api-key", b"anthropic-version", b"user-agent")
)


class Listings:
    """What was said so far. Use it on one event loop."""

    def __init__(self, door: Callable[[], frontdoor.Door]) -> None:
        self._door = door
        self._said: dict[tuple[str, str], Capability] = {}
        self._asked: set[tuple[str, str]] = set()
        self._tasks: set[asyncio.Task[None]] = set()

    def of(self, vendor: str, wire: str, model: str) -> Capability | None:
        """What the vendor has said of a model."""
        return self._said.get((vendor, canonical(wire, model)))

    def hear(self, vendor: str, body: bytes) -> None:
        """A listing, or one entry, has passed."""
        for one in listed(body):
            if len(self._said) < _MOST:
                self._said[vendor, one.model] = one

    def wonder(self, route: str, wire: str, model: str, headers: Pairs) -> None:
        """Ask about a model that a request is sent to instead of another, unless that is known or was asked."""
        vendor = seller(route, wire)
        key = (vendor, canonical(wire, model))
        if route not in _ASKED or key in self._said or key in self._asked:
            return
        self._asked.add(key)
        sent = {n.decode("latin-1"): v.decode("latin-1") for n, v in headers if n.lower() in _CREDENTIALS}
        door = self._door()
        url = frontdoor.base_url(door.port, door.token, route) + _ASKED[route] + quote(model, safe="")
        task = asyncio.get_running_loop().create_task(self._ask(url, sent))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def close(self) -> None:
        """The engine ends."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _ask(self, url: str, headers: dict[str, str]) -> None:
        try:
            await asyncio.to_thread(_get, url, headers)  # what is answered is heard on its way
        except Exception as error:  # noqa: BLE001  the table is good enough
            log.info("a vendor could not be asked about a model: %s", type(error).__name__)


def _get(url: str, headers: dict[str, str]) -> None:
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=_PATIENCE)
    try:
        connection.request("GET", parts.path, headers=headers)
        connection.getresponse().read(MOST_BYTES)
    finally:
        connection.close()


def lists_models(method: str, path: str) -> bool:
    """Whether a request asks for models."""
    return method == "GET" and _LISTING.search(path) is not None


class ListingWatch:
    """Listens to the answer to a request for models; it makes no row."""

    def __init__(self, listings: Listings, vendor: str) -> None:
        self._listings = listings
        self._vendor = vendor
        self._pieces: list[bytes] = []
        self._size = 0
        self._coding = ""
        self._good = False

    async def opening(self, _body: bytes | None, _trailers: Pairs) -> Rewrite | None:
        """Change nothing."""
        return None

    async def refused(self, _status: int, _headers: Pairs, _original: bytes) -> Rewrite | None:
        """Nothing was changed."""
        return None

    async def retrying(self) -> None:
        """Nothing was heard yet."""

    def sent(self, nbytes: int) -> None:
        """Nothing to learn."""

    def responded(self, status: int, reason: bytes, headers: Pairs) -> None:
        """The answer begins."""
        self._good = status == 200
        codings = [value.decode("latin-1") for name, value in headers if name.lower() == b"content-encoding"]
        self._coding = ",".join(codings)

    def received(self, data: bytes) -> None:
        """More of it."""
        self._size += len(data)
        if self._good and self._size <= MOST_BYTES:
            self._pieces.append(data)

    def ended(self, ending: Ending) -> None:
        """It is over."""
        if not self._good or ending.outcome != "complete" or self._size > MOST_BYTES:
            return
        plain, trouble = decode_whole(b"".join(self._pieces), self._coding, limit=MOST_BYTES)
        if plain is not None and trouble is None:
            self._listings.hear(self._vendor, plain)
