"""What is stored: every table of the team server, and nothing else.

Rules:

* ``tenant`` is the first part of every primary key, and on PostgreSQL every table has a row-level policy on it
  (``migrations/``); a row is never reached without a tenant being set;
* there is no column for text of a call, a path, a branch or a person's name. ``device.label`` is what its owner calls
  it, and is told to him alone;
* times are UTC epoch seconds; amounts are pairs (``amounts.py``), in leases whole micro-dollars.
"""

from __future__ import annotations

from typing import Final

import sqlalchemy as sa

metadata = sa.MetaData()

COUNTS: Final = (
    "calls",
    "errors",
    "interrupted",
    "unpriced",
    "unmetered",
    "input",
    "cache_read",
    "cache_write",
    "cache_write_1h",
    "output",
    "reasoning",
    "contract_known",
    "marginal_known",
)
"""Fields of ``wire.BucketTotals`` that are counts."""
AMOUNTS: Final = ("pico_list", "pico_contract", "pico_marginal", "pico_estimated", "pico_saved")
"""Fields of it that are amounts."""


def _tenant() -> sa.Column[str]:
    return sa.Column("tenant", sa.Text, primary_key=True)


def _key(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text, primary_key=True)


def _text(name: str, default: str = "") -> sa.Column[str]:
    return sa.Column(name, sa.Text, nullable=False, server_default=default)


def _number(name: str, default: int = 0) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger, nullable=False, server_default=str(default))


def _pair(name: str) -> tuple[sa.Column[int], sa.Column[int]]:
    return _number(f"{name}_usd"), _number(f"{name}_pico")


tenant = sa.Table("tenant", metadata, _tenant(), _text("name"), _number("created"), _number("retention_months", 13))

team = sa.Table("team", metadata, _tenant(), _key("team"), _text("name"), _number("created"))

membership = sa.Table(
    "membership",
    metadata,
    _tenant(),
    _key("member"),
    _text("team"),
    _text("roles", "member"),
    _number("generation"),
    _number("created"),
)
"""A person, by a number only. ``roles`` are words with spaces between; ``generation`` ends older console tokens."""

device = sa.Table(
    "device",
    metadata,
    _tenant(),
    _key("device"),
    _text("member"),
    _text("public_key"),
    _text("label"),
    _text("client"),
    _text("consents"),
    _number("created"),
    sa.Column("revoked", sa.BigInteger),
)
sa.Index("device_member", device.c.tenant, device.c.member)

invite = sa.Table(
    "invite",
    metadata,
    _tenant(),
    _key("digest"),
    _text("team"),
    _text("member"),
    _text("roles", "member"),
    _number("expires"),
    sa.Column("used", sa.BigInteger),
    _text("device"),
    _text("idempotency"),
)
"""``digest`` is the SHA-256 of the secret; ``member`` is set when it is for one more device of a person."""

nonce = sa.Table("nonce", metadata, _tenant(), _key("device"), _key("nonce"), _number("at"))

epoch = sa.Table(
    "epoch",
    metadata,
    _tenant(),
    _key("device"),
    _key("epoch"),
    _number("created"),
    _number("revision"),
    _number("heard"),
    sa.Column("superseded_by", sa.Text),
)
"""``heard``: when it last took a newer revision."""

bucket = sa.Table(
    "bucket",
    metadata,
    _tenant(),
    _key("device"),
    _key("epoch"),
    sa.Column("start", sa.BigInteger, primary_key=True),
    _key("key"),
    _number("revision"),
    _number("live", 1),
    _text("vendor"),
    _text("model_asked"),
    _text("model_served"),
    _text("tool"),
    _text("project"),
    _text("billing"),
    _text("tier"),
    _text("book"),
    *(_number(name) for name in COUNTS),
    *(column for name in AMOUNTS for column in _pair(name)),
)
"""``live`` is 0 for a tombstone."""
sa.Index("bucket_start", bucket.c.tenant, bucket.c.start)

daily = sa.Table(
    "daily",
    metadata,
    _tenant(),
    _key("device"),
    _key("epoch"),
    sa.Column("day", sa.BigInteger, primary_key=True),
    *_pair("pico_list"),
    *_pair("pico_contract"),
    *_pair("pico_marginal"),
)
"""Sums of a device's buckets by UTC day (epoch days), renewed with every ``Put``: what pools are counted from."""
sa.Index("daily_day", daily.c.tenant, daily.c.day)

policy_version = sa.Table(
    "policy_version",
    metadata,
    _tenant(),
    _key("team"),
    sa.Column("version", sa.BigInteger, primary_key=True),
    _number("issued"),
    _number("expires"),
    _text("payload"),
    _text("signature"),
)

pool = sa.Table(
    "pool",
    metadata,
    _tenant(),
    _key("pool"),
    _text("team"),
    _text("kind", "soft"),
    _text("period", "month"),
    _text("counts", "contract"),
    *_pair("limit"),
    _number("committed"),
    _number("committed_since"),
    _number("fresh_until"),
    _text("shown"),
)
"""``team`` empty: the whole tenant. ``committed``: micro-dollars spent by or set aside for leases since
``committed_since``. ``shown``: what is told of it until ``fresh_until``, as JSON."""

lease = sa.Table(
    "lease",
    metadata,
    _tenant(),
    _key("lease"),
    _text("pool"),
    _text("device"),
    _number("since"),
    _number("micro"),
    _number("granted"),
    _number("expires"),
    _number("ended"),
    _number("used"),
    _number("idle"),
    _text("state", "open"),
    sa.Column("idempotency", sa.Text),
)
"""``state``: ``open``, ``expired`` (given back whole), ``closed`` (what was ``used`` is known; ``ended`` says when).
``idle`` is 1 where nothing showed, when it was given, that its device spends."""
sa.Index("lease_open", lease.c.tenant, lease.c.pool, lease.c.state, lease.c.expires)
sa.Index("lease_recent", lease.c.tenant, lease.c.device, lease.c.pool, lease.c.ended)
sa.Index("lease_once", lease.c.tenant, lease.c.device, lease.c.idempotency, unique=True)

release = sa.Table(
    "release",
    metadata,
    _tenant(),
    sa.Column("week", sa.BigInteger, primary_key=True),
    _number("made"),
    _text("cells"),
)
"""What others than its people are told of a week (``releases.py``): made once, never changed. ``week``: its Monday."""

audit = sa.Table(
    "audit",
    metadata,
    _tenant(),
    _key("id"),
    _number("at"),
    _text("actor"),
    _text("role"),
    _text("what"),
    _text("team"),
    _text("member"),
)
"""Who read what. ``team`` and ``member`` say whom it was about; both empty: everyone of the tenant."""
sa.Index("audit_at", audit.c.tenant, audit.c.at)

ALL: Final[tuple[sa.Table, ...]] = tuple(metadata.sorted_tables)
