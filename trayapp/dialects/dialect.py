"""What a dialect is: the types that every wire format's module fills in.

Everything that the engine may say to a dialect is defined here. A dialect is one module: it names its wire
format, claims the paths that it understands, reads a request into a ``Call``, and makes the ``Tally`` that
adds up a response. ``catalogue`` lists the modules; nothing else changes when one is added.

Rules: pure, no I/O; reading never raises, whatever the bytes are; what was odd stands in ``flags``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

from trayapp.dialects.reader import ResponseReader
from trayapp.values import Call


@dataclass(frozen=True, slots=True)
class RequestView:
    """A request's head, as the front door let it in."""

    vendor: str
    """The route's name."""
    method: str
    path: str
    """The vendor's own path without query, normalised (``frontdoor.Entry.path``)."""
    headers: Sequence[tuple[bytes, bytes]] = field(repr=False)
    """All fields as received. They hold keys, so they are never shown."""
    tool_hint: str | None = None
    """The tool that the address names; it wins over what the headers say."""


class Dialect(Protocol):
    """One wire format."""

    @property
    def wire(self) -> str:
        """The format's name, as ``Call.wire`` says it."""

    def read_request(self, head: RequestView, body: bytes | None) -> Call:
        """Read who asks for what.

        Args:
            head: the request's head.
            body: the body as received (content-coded), or ``None`` when it passed the caller's own bound.
        """

    def reader(self, *, content_type: str, content_encoding: str, status: int) -> ResponseReader:
        """A new reader for the answer to such a request."""
