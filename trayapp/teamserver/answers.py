"""What the server says beside the protocol of devices: what leads, finance and admins read, and one's own export.

Rules: amounts are decimal texts of pico-USD, as in the protocol; nothing here names a person but himself.
"""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec

from trayapp.team import wire


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """A line of a table."""

    name: str | None
    """``None``: together, since it would be fewer than five people apart, with a part of another line where need be."""
    pico_list: wire.Amount
    pico_contract: wire.Amount
    calls: wire.Count


class Table(msgspec.Struct, frozen=True, kw_only=True):
    """A week's spending by one thing; two significant digits."""

    by: Literal["team", "vendor", "model", "tool", "day"]
    rows: tuple[Row, ...]


class Week(msgspec.Struct, frozen=True, kw_only=True):
    """What is told of a week."""

    week: str
    """``2026-W47``."""
    since: wire.Moment
    until: wire.Moment
    told: bool
    """False: fewer than five people spent."""
    tables: tuple[Table, ...] = ()


class Spend(msgspec.Struct, frozen=True, kw_only=True):
    """The weeks that were released, the latest first."""

    scope: Literal["team", "tenant"]
    weeks: tuple[Week, ...]


class Drawn(msgspec.Struct, frozen=True, kw_only=True):
    """How far a vendor commitment is drawn down, at contract rates, by the weeks that were told."""

    name: str
    vendor: str
    since: str
    until: str
    pico: wire.Amount
    share: str | None
    """What certainly was, cut off to steps of 0.01, at most 1.00; ``None``: no week was told yet."""
    share_most: str | None
    """With what was put together over several vendors, and may be this one's."""
    counted_since: wire.Moment | None
    """The weeks that this is made from."""
    counted_until: wire.Moment | None
    silent_weeks: wire.Count
    """So many of them say nothing, since fewer than five people spent."""


class Commitments(msgspec.Struct, frozen=True, kw_only=True):
    """All of the tenant's."""

    commitments: tuple[Drawn, ...]


class Read(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody read something that I am part of."""

    at: wire.Moment
    role: str
    """In which role."""
    what: str
    about: Literal["me", "team", "tenant"]


class Reads(msgspec.Struct, frozen=True, kw_only=True):
    """The latest thousand."""

    reads: tuple[Read, ...]


class Machine(msgspec.Struct, frozen=True, kw_only=True):
    """A device, as an admin sees it: no label, no spending."""

    device: str
    team: str
    client: str
    created: wire.Moment
    revoked: wire.Moment | None = None


class Machines(msgspec.Struct, frozen=True, kw_only=True):
    """All of the tenant's."""

    devices: tuple[Machine, ...]


class InviteAsk(msgspec.Struct, frozen=True, kw_only=True):
    """An admin invites a member; other roles are given on the server's machine."""

    team: wire.Name


class Invited(msgspec.Struct, frozen=True, kw_only=True):
    """The invite; told once."""

    invite: str
    expires: wire.Moment


class Published(msgspec.Struct, frozen=True, kw_only=True):
    """The number of a new policy."""

    version: Annotated[int, msgspec.Meta(ge=1)]
    notes: tuple[str, ...] = ()
    """What does not hold yet: names of budgets for which there is no pool."""


class Kept(msgspec.Struct, frozen=True, kw_only=True):
    """A bucket, and the epoch it belongs to."""

    epoch: str
    bucket: wire.Bucket


class Held(msgspec.Struct, frozen=True, kw_only=True):
    """A lease."""

    id: str
    pool: str
    pico: wire.Amount
    expires: wire.Moment
    state: str
    granted: wire.Moment = 0
    ended: wire.Moment = 0
    used: wire.Amount = "0"
    idle: bool = False


class Export(msgspec.Struct, frozen=True, kw_only=True):
    """All that is stored of a device and of the person behind it."""

    tenant: str
    team: str
    member: str
    roles: tuple[str, ...]
    device: str
    label: str
    client: str
    public_key: str
    consents: tuple[str, ...]
    created: wire.Moment
    epochs: tuple[str, ...]
    superseded: tuple[str, ...]
    heard: tuple[wire.Moment, ...] = ()
    """When each epoch last took a newer revision, in the order of ``epochs``."""
    leases: tuple[Held, ...]
    reads: tuple[Read, ...]
    nonces: wire.Count
    """Used within the last minutes; they are random."""
    buckets: tuple[Kept, ...] = ()
    """Last: a year of them is told piece by piece."""


class Health(msgspec.Struct, frozen=True, kw_only=True):
    """Whether it serves."""

    status: Literal["ok", "unavailable"]
    version: str
