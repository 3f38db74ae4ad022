"""What crosses the network between a device and a team's server: version 1 of the protocol, in types.

Everything that either side reads or writes is defined here once; the server's OpenAPI document describes the same, and
a test holds the two together.

=======  ========================================  ======================  ===========================================
method   path                                      who                     what
=======  ========================================  ======================  ===========================================
POST     /v1/enrol                                 holder of an invite     ``Enrol`` → ``Enrolled``; once an invite
POST     /v1/token                                 device (signs)          ``TokenAsk`` → ``Token``, for 15 minutes
PUT      /v1/devices/{device}/epochs/{epoch}/      device                  ``Put`` → ``Acks``; gzip; 500 at most
         buckets
POST     /v1/devices/{device}/epochs/{epoch}/      device                  ``Supersede``: the former epoch counts no
         supersedes                                                        more
GET      /v1/policy                                device                  ``Signed`` (ETag); 304 when unchanged
GET      /v1/pools                                 device                  ``Pools``
POST     /v1/pools/{pool}/leases                   device                  ``LeaseAsk`` → ``Lease`` (Idempotency-Key)
GET      /v1/me/export                             device                  all that is stored of it
DELETE   /v1/me                                    device                  all of it is deleted
POST     /v1/console                               device                  ``ConsoleLink``; 404 where there is none
=======  ========================================  ======================  ===========================================

Rules:

* a bucket is one UTC hour of one combination of dimensions, with *absolute* totals and a revision; the greater revision
  wins, an equal one changes nothing, so losses, copies and disorder do no harm;
* money is a decimal text of whole pico-USD; a bucket without ``totals`` is a tombstone;
* an epoch is one life of a ledger; after a restore from a backup a new one begins and supersedes the old;
* projects are HMACs under the team's key, and only where the policy allows the dimension; the dimensions that it does
  not allow are empty texts, and their buckets are added up before they leave;
* a policy is signed (Ed25519) over its exact bytes; it holds from ``issued`` to ``expires`` and its ``version`` never
  goes down; it carries no address, no key, no command.
"""

from __future__ import annotations

import hashlib
from typing import Final, Literal

import msgspec

HOUR_S: Final = 3600
MOST_BUCKETS: Final = 500
"""In one ``Put``."""
FROZEN_DAYS: Final = 35
"""Older buckets are changed no more."""
TOKEN_S: Final = 900
DIMENSIONS: Final = ("vendor", "model_asked", "model_served", "tool", "project", "billing", "tier")
ALWAYS: Final = ("vendor", "model_served", "billing")
"""Dimensions that are always told."""


class Dims(msgspec.Struct, frozen=True, kw_only=True):
    """By what a bucket is divided. Empty: unknown, or not told."""

    vendor: str = ""
    model_asked: str = ""
    model_served: str = ""
    tool: str = ""
    project: str = ""
    """An HMAC under the team's key, hex."""
    billing: Literal["api", "subscription", "unknown"] = "unknown"
    tier: str = ""

    @property
    def key(self) -> str:
        """What tells one combination from another: 32 hex digits over its values, in the order of ``DIMENSIONS``."""
        text = "\x1f".join(getattr(self, name) for name in DIMENSIONS)
        return hashlib.sha256(text.encode()).hexdigest()[:32]


class BucketTotals(msgspec.Struct, frozen=True, kw_only=True):
    """Absolute totals of the final rows of an hour. Tokens are disjoint; ``reasoning`` is a part of ``output``."""

    calls: int = 0
    errors: int = 0
    interrupted: int = 0
    unpriced: int = 0
    unmetered: int = 0
    input: int = 0
    cache_read: int = 0
    cache_write: int = 0
    """For the vendor's default time."""
    cache_write_1h: int = 0
    """For an hour and longer."""
    output: int = 0
    reasoning: int = 0
    pico_list: str = "0"
    """Of the priced calls, by the public list."""
    pico_contract: str = "0"
    """Of the calls of which it is known (``contract_known``)."""
    contract_known: int = 0
    pico_marginal: str = "0"
    marginal_known: int = 0
    pico_estimated: str = "0"
    """The part of ``pico_list`` that rests on estimates."""
    pico_saved: str = "0"
    """By rules, signed."""


class Bucket(msgspec.Struct, frozen=True, kw_only=True):
    """One hour of one combination."""

    start: int
    """UTC epoch seconds, a whole hour."""
    dims: Dims
    revision: int
    """1 and up; each change of the totals has a greater one."""
    totals: BucketTotals | None = None
    """``None``: nothing is left of it."""
    book: str = ""
    """Version of the price book that it was last priced by."""


class Put(msgspec.Struct, frozen=True, kw_only=True):
    """Some buckets."""

    buckets: tuple[Bucket, ...]


class Ack(msgspec.Struct, frozen=True, kw_only=True):
    """What became of one bucket."""

    start: int
    key: str
    """``Dims.key``."""
    revision: int
    """The one that is stored now."""
    why: str = ""
    """Why it was refused: ``frozen``, ``dimension``, ``superseded``; empty: it was taken or was there already."""


class Acks(msgspec.Struct, frozen=True, kw_only=True):
    """One for each bucket, in the order of the ``Put``."""

    acks: tuple[Ack, ...]
    before: int = 0
    """The greatest revision that was stored of this epoch before this ``Put``; 0: none was, or it is not said. A device
    that has never sent so great a one was restored from a copy, and begins a new epoch."""
    others: tuple[str, ...] = ()
    """Other epochs of this device that still count. It has one ledger, so this one stands for them: it supersedes them,
    should it have lost all memory of them."""


class Supersede(msgspec.Struct, frozen=True, kw_only=True):
    """This epoch stands for a former one, which counts no more."""

    epoch: str


class Enrol(msgspec.Struct, frozen=True, kw_only=True):
    """A device joins."""

    invite: str
    public_key: str
    """Ed25519, base64."""
    client: str
    """Version of Spendlight."""
    label: str = ""
    """What its owner calls it; told to nobody but him."""
    consents: tuple[str, ...] = ()
    """``block``: the owner agrees that the team's budgets may refuse calls."""


class Enrolled(msgspec.Struct, frozen=True, kw_only=True):
    """It has."""

    tenant: str
    tenant_name: str
    team: str
    team_name: str
    device: str
    policy_key: str
    """The public key that policies are signed with, Ed25519, base64."""
    project_key: str
    """The key under which projects become HMACs, base64."""
    roles: tuple[str, ...] = ("member",)


class TokenAsk(msgspec.Struct, frozen=True, kw_only=True):
    """A device shows that it is itself."""

    device: str
    at: int
    """UTC epoch seconds; at most five minutes off the server's clock."""
    nonce: str
    """32 hex digits, used once."""
    signature: str
    """Ed25519 over ``proof``, base64."""


def proof(device: str, at: int, nonce: str) -> bytes:
    """What a device signs to get a token."""
    return f"spendlight-token-1\n{device}\n{at}\n{nonce}".encode()


class Token(msgspec.Struct, frozen=True, kw_only=True):
    """Lets a device in for a while."""

    token: str
    expires: int
    """UTC epoch seconds."""


class TeamBudget(msgspec.Struct, frozen=True, kw_only=True):
    """A budget that the team has set."""

    name: str
    scope: Literal["me", "team", "pool"]
    period: Literal["day", "week", "month"]
    pico_limit: str
    at: tuple[int, ...] = (50, 80, 100)
    action: Literal["tell", "suggest", "frugal", "stop"] = "suggest"
    """``stop`` only binds devices that consented to ``block``."""
    counts: Literal["list", "contract", "bill"] = "contract"


class ModelMap(msgspec.Struct, frozen=True, kw_only=True):
    """What the team would serve in the place of a model."""

    to: str
    asked: str = ""
    """Empty: any."""
    tool: str = ""
    kind: str = ""
    """``title``, ``summary``, ``subagent`` …; empty: any."""
    consent: Literal["ask", "auto"] = "ask"


class Rate(msgspec.Struct, frozen=True, kw_only=True):
    """A contract rate or multiplier."""

    vendor: str
    model: str = ""
    """Empty: all of the vendor's."""
    multiplier: str = ""
    """Of the list, a decimal text; empty: ``rates``."""
    rates: dict[str, str] = {}
    """Component to USD per million tokens, decimal texts."""
    since: str = ""
    """ISO dates; empty: open."""
    until: str = ""


class Commitment(msgspec.Struct, frozen=True, kw_only=True):
    """Money that was committed to a vendor, drawn down at contract rates."""

    name: str
    vendor: str
    pico: str
    since: str
    until: str


class SyncTerms(msgspec.Struct, frozen=True, kw_only=True):
    """How a device syncs."""

    interval_s: int = 300
    """60 and up."""
    dimensions: tuple[str, ...] = ALWAYS


class Policy(msgspec.Struct, frozen=True, kw_only=True):
    """What a team decides."""

    team: str
    version: int
    issued: int
    """UTC epoch seconds."""
    expires: int
    mode: Literal["", "let-it-rip", "balanced", "frugal"] = ""
    """Empty: each as he likes."""
    override: bool = True
    """A person may choose otherwise for himself."""
    budgets: tuple[TeamBudget, ...] = ()
    allowed_models: tuple[str, ...] = ()
    """Empty: all."""
    model_map: tuple[ModelMap, ...] = ()
    rates: tuple[Rate, ...] = ()
    commitments: tuple[Commitment, ...] = ()
    sync: SyncTerms = SyncTerms()
    min_client: str = ""


class Signed(msgspec.Struct, frozen=True, kw_only=True):
    """A policy and its signature."""

    payload: str
    """The policy's JSON bytes, base64."""
    signature: str
    """Ed25519 over ``SIGNED_AS`` and those bytes, base64."""
    key: str
    """The public key, base64; the device holds it against the one that it was enrolled with."""


SIGNED_AS: Final = b"spendlight-policy-1\n"
"""Comes before the bytes that are signed, so that a signature serves nothing else."""


class Pool(msgspec.Struct, frozen=True, kw_only=True):
    """Money that several share."""

    name: str
    kind: Literal["soft", "hard"]
    period: Literal["day", "week", "month"]
    since: int
    until: int
    """UTC epoch seconds."""
    pico_limit: str
    share: str
    """Used share, a decimal text; in steps of 0.1 where fewer than five share it."""
    pico_spent: str | None = None
    """``None`` where fewer than five share it."""
    pico_per_day: str | None = None
    pico_low: str | None = None
    """What the period will have cost, 80 % of the time between the two."""
    pico_high: str | None = None
    as_of: int = 0
    members: int = 0
    """How many share it; 0: fewer than five."""


class Pools(msgspec.Struct, frozen=True, kw_only=True):
    """Those that a device draws on."""

    pools: tuple[Pool, ...]


class LeaseAsk(msgspec.Struct, frozen=True, kw_only=True):
    """A device wants money from a hard pool."""

    pico: str
    used: str = "0"
    """What of its last lease was spent; the rest goes back."""
    last: str = ""
    """The id of its last lease."""


class Lease(msgspec.Struct, frozen=True, kw_only=True):
    """Money set aside for a device."""

    id: str
    pico: str
    """At most what was asked for; "0": the pool is empty."""
    expires: int
    """UTC epoch seconds; afterwards what is left has gone back."""


class ConsoleLink(msgspec.Struct, frozen=True, kw_only=True):
    """Lets its holder into the console, once."""

    url: str
    """At the server's own origin."""
    expires: int = 0
    """UTC epoch seconds."""


class Problem(msgspec.Struct, frozen=True, kw_only=True):
    """Why something could not be done (the body of every answer of 400 and up)."""

    code: str
    title: str
    message: str = ""
    fix: str = ""
