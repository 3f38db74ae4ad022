"""What an adaptation is asked for and what it answers.

Everything that the engine and the wires' own modules say to each other lives here. Rules: frozen values; a body, a
header's value and a signature are in no ``repr``.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import msgspec

from trayapp.dialects.adapt.capability import Capability


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """What the user has agreed to."""

    model: str | None = None
    """The model to serve; ``None`` when only the effort changes."""
    effort: str | None = None
    """The effort to ask for, or the nearest below that the model takes; ``None`` keeps what was asked for."""
    foreign: Callable[[str], bool]
    """Whether a signature or an encrypted reasoning text was made by another model than the one that is to serve."""
    goes_on: bool = False
    """What the vendor keeps and the request goes on from is known to be of the model that is to serve."""
    known: Capability | None = None
    """What the vendor has said of the model that is to serve; it outranks our table field by field."""


class Adapted(msgspec.Struct, frozen=True, kw_only=True):
    """The request as it goes out."""

    body: bytes
    """Coded like the original."""
    target: str
    """The request target, path and query."""
    headers: tuple[tuple[bytes, bytes], ...] = ()
    """Lower-case names and new values of fields that the request has. A field that stands several times has one entry
    for each time, in order. Fields about the body's size are the caller's."""
    restore: tuple[tuple[bytes, bytes], ...] = ()
    """Fields of the answer whose value is put back to what the tool expects, if the answer has them."""
    fields: tuple[str, ...] = ()
    """What differs, in our own words (``FIELDS``), sorted; empty when nothing had to change."""
    effort: str | None = None
    """The effort that the request now asks for, where it asks for one."""

    def __repr__(self) -> str:
        return f"Adapted(fields={self.fields!r}, effort={self.effort!r})"


class Unadaptable(msgspec.Struct, frozen=True):
    """The request goes out as it came."""

    why: str
    """One of ``REASONS``."""


FIELDS = frozenset(
    {
        "model", "path", "max_tokens", "thinking", "effort", "betas", "system_messages", "thinking_blocks",
        "context_management", "sampling", "speed", "routing_hint",
    }
)  # fmt: skip

REASONS = frozenset(
    {
        "signed",  # the head is signed, or carries a signature over the request
        "hashed",  # a digest of the body stands in the head or in the body
        "first_party",  # the tool takes us for the vendor itself and says more about the request than we may change
        "chain",  # it goes on from something that the vendor keeps for another model
        "family",  # the other model takes requests of another make
        "forced_tool",  # the other model takes no forced tool
        "prefill",  # the other model does not go on from a begun answer
        "window",  # the prompt does not fit, at four bytes a token
        "unreadable",
        "no_model",
        "not_a_generation",
        "effort_unknown",
    }
)


class Refused(Exception):
    """Inside this package: the adaptation ends here. Its only argument is one of ``REASONS``."""

    @property
    def why(self) -> str:
        """The reason."""
        return str(self.args[0])


@dataclass(slots=True)
class Change:
    """What the wires' modules gather while they work on one request."""

    wanted: Wanted
    asked: Capability | None
    """What is known of the model that the tool asked for."""
    target: Capability | None
    """What is known of the model that is to serve."""
    effort: str | None = None
    fields: set[str] = field(default_factory=set)

    @property
    def switches(self) -> bool:
        """Whether another model is to serve, so that everything has to fit it."""
        return self.wanted.model is not None
