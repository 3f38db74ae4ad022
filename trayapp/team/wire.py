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
GET      /v1/me/audit                              device                  who read what it is part of
GET      /console/enter                            browser (signed by the  the console, once (``console_proof``)
                                                   device)
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
from typing import Annotated, Final, Literal

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

Text = Annotated[str, msgspec.Meta(max_length=200, pattern=r"^[^\x00-\x1f\x7f]*$")]
"""A name: short, in one line, so that a separator or a database's end of text can never stand in it."""
Amount = Annotated[str, msgspec.Meta(pattern=r"^(0|[1-9][0-9]{0,23})$", max_length=24)]
"""Whole pico-USD, never below zero."""
Change = Annotated[str, msgspec.Meta(pattern=r"^-?(0|[1-9][0-9]{0,23})$", max_length=25)]
"""Whole pico-USD."""
Count = Annotated[int, msgspec.Meta(ge=0, le=10**15)]
Moment = Annotated[int, msgspec.Meta(ge=0, le=2**40)]
"""UTC epoch seconds."""
Revision = Annotated[int, msgspec.Meta(ge=0, le=2**53)]
Key32 = Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9+/]{43}=$", max_length=44)]
"""32 bytes in base64."""
Signature = Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9+/]{86}==$", max_length=88)]
"""64 bytes in base64."""
Decimal = Annotated[str, msgspec.Meta(pattern=r"^([0-9]{1,6}([.][0-9]{1,12})?)?$", max_length=19)]
"""A number as text; empty: none."""
Day = Annotated[str, msgspec.Meta(pattern=r"^([0-9]{4}-[0-9]{2}-[0-9]{2})?$", max_length=10)]
"""An ISO date; empty: open."""
Name = Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9_-]{1,64}$", max_length=64)]
"""What stands in an address: a device, an epoch, a team, a pool."""


PoolName = Annotated[str, msgspec.Meta(pattern=r"^[^\x00-\x1f\x7f/]{1,64}$", max_length=64)]
"""What people call a pool; it stands in an address, too, so it is one step of a path."""


class Dims(msgspec.Struct, frozen=True, kw_only=True):
    """By what a bucket is divided. Empty: unknown, or not told."""

    vendor: Text = ""
    model_asked: Text = ""
    model_served: Text = ""
    tool: Text = ""
    project: Annotated[str, msgspec.Meta(pattern=r"^[0-9a-f]{0,64}$", max_length=64)] = ""
    """An HMAC under the team's key, hex."""
    billing: Literal["api", "subscription", "unknown"] = "unknown"
    tier: Text = ""

    @property
    def key(self) -> str:
        """What tells one combination from another: 32 hex digits over its values, in the order of ``DIMENSIONS``."""
        text = "\x1f".join(getattr(self, name) for name in DIMENSIONS)
        return hashlib.sha256(text.encode()).hexdigest()[:32]


class BucketTotals(msgspec.Struct, frozen=True, kw_only=True):
    """Absolute totals of the final rows of an hour. Tokens are disjoint; ``reasoning`` is a part of ``output``."""

    calls: Count = 0
    errors: Count = 0
    interrupted: Count = 0
    unpriced: Count = 0
    unmetered: Count = 0
    input: Count = 0
    cache_read: Count = 0
    cache_write: Count = 0
    """For the vendor's default time."""
    cache_write_1h: Count = 0
    """For an hour and longer."""
    output: Count = 0
    reasoning: Count = 0
    pico_list: Amount = "0"
    """Of the priced calls, by the public list."""
    pico_contract: Amount = "0"
    """Of the calls of which it is known (``contract_known``)."""
    contract_known: Count = 0
    pico_marginal: Amount = "0"
    marginal_known: Count = 0
    pico_estimated: Amount = "0"
    """The part of ``pico_list`` that rests on estimates."""
    pico_saved: Change = "0"
    """By rules, signed."""


class Bucket(msgspec.Struct, frozen=True, kw_only=True):
    """One hour of one combination."""

    start: Annotated[int, msgspec.Meta(ge=0, le=2**40, multiple_of=HOUR_S)]
    """UTC epoch seconds, a whole hour."""
    dims: Dims
    revision: Annotated[int, msgspec.Meta(ge=1, le=2**53)]
    """1 and up; each change of the totals has a greater one."""
    totals: BucketTotals | None = None
    """``None``: nothing is left of it."""
    book: Text = ""
    """Version of the price book that it was last priced by."""


class Put(msgspec.Struct, frozen=True, kw_only=True):
    """Some buckets."""

    buckets: Annotated[tuple[Bucket, ...], msgspec.Meta(max_length=MOST_BUCKETS)]


class Ack(msgspec.Struct, frozen=True, kw_only=True):
    """What became of one bucket."""

    start: Moment
    key: str
    """``Dims.key``."""
    revision: Revision
    """The one that is stored now."""
    why: str = ""
    """Why it was refused: ``frozen``, ``future``, ``dimension``, ``superseded``, ``too_much`` (no device spends that in
    an hour); empty: taken, or there already."""


class Acks(msgspec.Struct, frozen=True, kw_only=True):
    """One for each bucket, in the order of the ``Put``."""

    acks: tuple[Ack, ...]
    before: Revision = 0
    """The greatest revision that was stored of this epoch before this ``Put``; 0: none was, or it is not said. A device
    that has never sent so great a one was restored from a copy, and begins a new epoch."""
    others: tuple[str, ...] = ()
    """Other epochs of this device that still count. It has one ledger, so this one stands for them: it supersedes them,
    should it have lost all memory of them."""


class Supersede(msgspec.Struct, frozen=True, kw_only=True):
    """This epoch stands for a former one, which counts no more."""

    epoch: Name


class Enrol(msgspec.Struct, frozen=True, kw_only=True):
    """A device joins."""

    invite: Text
    public_key: Key32
    """Ed25519, base64."""
    client: Text
    """Version of Spendlight."""
    label: Text = ""
    """What its owner calls it; told to nobody but him."""
    consents: Annotated[tuple[Text, ...], msgspec.Meta(max_length=10)] = ()
    """``block``: the owner agrees that the team's budgets may refuse calls."""


class Enrolled(msgspec.Struct, frozen=True, kw_only=True):
    """It has."""

    tenant: str
    tenant_name: str
    team: str
    team_name: str
    device: str
    policy_key: Key32
    """The public key that policies are signed with, Ed25519, base64."""
    project_key: Key32
    """The key under which projects become HMACs, base64."""
    roles: tuple[str, ...] = ("member",)


class TokenAsk(msgspec.Struct, frozen=True, kw_only=True):
    """A device shows that it is itself."""

    device: Name
    at: Moment
    """UTC epoch seconds; at most five minutes off the server's clock."""
    nonce: Annotated[str, msgspec.Meta(pattern=r"^[0-9a-f]{32}$", max_length=32)]
    """32 hex digits, used once."""
    signature: Signature
    """Ed25519 over ``proof``, base64."""


def proof(device: str, at: int, nonce: str) -> bytes:
    """What a device signs to get a token."""
    return f"spendlight-token-1\n{device}\n{at}\n{nonce}".encode()


def console_proof(device: str, at: int, nonce: str) -> bytes:
    """What a device signs to let its owner's browser in, once.

    The address is ``/console/enter?device=…&at=…&nonce=…&signature=…`` (the signature in base64url without padding).
    """
    return f"spendlight-console-1\n{device}\n{at}\n{nonce}".encode()


class Token(msgspec.Struct, frozen=True, kw_only=True):
    """Lets a device in for a while."""

    token: str
    expires: Moment
    """UTC epoch seconds."""


class TeamBudget(msgspec.Struct, frozen=True, kw_only=True):
    """A budget that the team has set."""

    name: Text
    scope: Literal["me", "team", "pool"]
    period: Literal["day", "week", "month"]
    pico_limit: Amount
    at: Annotated[tuple[Annotated[int, msgspec.Meta(ge=1, le=1000)], ...], msgspec.Meta(max_length=10)] = (50, 80, 100)
    action: Literal["tell", "suggest", "frugal", "stop"] = "suggest"
    """``stop`` only binds devices that consented to ``block``."""
    counts: Literal["list", "contract", "bill"] = "contract"


class ModelMap(msgspec.Struct, frozen=True, kw_only=True):
    """What the team would serve in the place of a model."""

    to: Text
    asked: Text = ""
    """Empty: any."""
    tool: Text = ""
    kind: Text = ""
    """``title``, ``summary``, ``subagent`` …; empty: any."""
    consent: Literal["ask", "auto"] = "ask"


class Rate(msgspec.Struct, frozen=True, kw_only=True):
    """A contract rate or multiplier."""

    vendor: Text
    model: Text = ""
    """Empty: all of the vendor's."""
    multiplier: Decimal = ""
    """Of the list, a decimal text; empty: ``rates``."""
    rates: dict[Text, Decimal] = {}
    """Component to USD per million tokens, decimal texts."""
    since: Day = ""
    """ISO dates; empty: open."""
    until: Day = ""


class Commitment(msgspec.Struct, frozen=True, kw_only=True):
    """Money that was committed to a vendor, drawn down at contract rates."""

    name: Text
    vendor: Text
    pico: Amount
    since: Day
    until: Day


class SyncTerms(msgspec.Struct, frozen=True, kw_only=True):
    """How a device syncs."""

    interval_s: Annotated[int, msgspec.Meta(ge=60, le=86_400)] = 300
    """60 and up."""
    dimensions: Annotated[tuple[Text, ...], msgspec.Meta(max_length=len(DIMENSIONS))] = ALWAYS


class Policy(msgspec.Struct, frozen=True, kw_only=True):
    """What a team decides."""

    team: str
    version: Annotated[int, msgspec.Meta(ge=0, le=2**53)]
    issued: Moment
    """UTC epoch seconds."""
    expires: Moment
    mode: Literal["", "let-it-rip", "balanced", "frugal"] = ""
    """Empty: each as he likes."""
    override: bool = True
    """A person may choose otherwise for himself."""
    budgets: tuple[TeamBudget, ...] = ()
    allowed_models: Annotated[tuple[Text, ...], msgspec.Meta(max_length=1000)] = ()
    """Empty: all."""
    model_map: tuple[ModelMap, ...] = ()
    rates: tuple[Rate, ...] = ()
    commitments: tuple[Commitment, ...] = ()
    sync: SyncTerms = SyncTerms()
    min_client: Text = ""


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

    name: PoolName
    kind: Literal["soft", "hard"]
    period: Literal["day", "week", "month"]
    since: Moment
    until: Moment
    """UTC epoch seconds."""
    pico_limit: Amount
    share: Annotated[str, msgspec.Meta(pattern=r"^[0-9]{1,9}[.][0-9]{2}$")]
    """Used share, a decimal text, cut off to steps of 0.01; of 0.1 where fewer than five spent from it, or could be
    found by taking pools from each other. 1.00: the limit was reached. At most 10.00."""
    pico_spent: Amount | None = None
    """``None`` where the share is told in steps of 0.1; two significant digits, cut off, otherwise."""
    pico_per_day: Amount | None = None
    pico_low: Amount | None = None
    """What the period will have cost, 80 % of the time between the two."""
    pico_high: Amount | None = None
    as_of: Moment = 0
    members: Count = 0
    """How many share it; 0: fewer than five."""


class Pools(msgspec.Struct, frozen=True, kw_only=True):
    """Those that a device draws on."""

    pools: tuple[Pool, ...]


class LeaseAsk(msgspec.Struct, frozen=True, kw_only=True):
    """A device wants money from a hard pool."""

    pico: Amount
    used: Amount = "0"
    """What of its last lease was spent; the rest goes back."""
    last: Text = ""
    """The id of its last lease."""


class Lease(msgspec.Struct, frozen=True, kw_only=True):
    """Money set aside for a device."""

    id: str
    pico: Amount
    """At most what was asked for; "0": the pool is empty."""
    expires: Moment
    """UTC epoch seconds; afterwards what is left has gone back."""


class Problem(msgspec.Struct, frozen=True, kw_only=True):
    """Why something could not be done (the body of every answer of 400 and up)."""

    code: str
    """What a machine goes by. ``revoked`` (410): the device was shut out, for good; every other code of a 401 or 403 is
    a mistake that can be put right."""
    title: str
    message: str = ""
    fix: str = ""
