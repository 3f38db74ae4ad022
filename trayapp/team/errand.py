"""What the engine and its courier say to each other: one JSON document in, one out. Both ends' words.

Apart from ``trayapp.team.courier``, so that the engine need not load what the courier works with. Keys and tokens are
in these documents: they go through a pipe to a child of ours, never to a file and never to a log.
"""

from __future__ import annotations

import sys
from typing import Final, Literal

import msgspec

from trayapp.team.wire import Ack, Enrol, Enrolled, Lease, LeaseAsk, Pool, Signed

LIMIT_S: Final = 90.0
"""For a whole errand; the child ends itself then, and who started it ends it a little later."""

Do = Literal["keys", "enrol", "sync", "verify", "export", "delete", "console"]
Result = Literal["ok", "offline", "later", "unknown", "revoked", "refused", "failed"]
"""
``offline``: nobody was reached; ``later``: the server has too much to do, or an error of its own, or it was not the
server that answered; ``unknown``: it does not accept this device's proof; ``revoked``: this device is not let in any
more; ``refused``: the server does not take what was asked; ``failed``: we could not work.
"""


class Batch(msgspec.Struct, frozen=True, kw_only=True):
    """Some buckets to send."""

    body: str
    """The exact JSON."""


class Judging(msgspec.Struct, frozen=True, kw_only=True):
    """By what a policy is judged."""

    key: str
    """The key that the device was enrolled with, base64."""
    team: str
    floor: int = 0
    """No version below this one."""
    held: str = ""
    """Digest of the payload that has that version; another one with the same number is refused."""
    now: int = 0
    """UTC epoch seconds."""


class LeaseErrand(msgspec.Struct, frozen=True, kw_only=True):
    """A lease to ask for."""

    pool: str
    ask: LeaseAsk
    once: str
    """The Idempotency-Key: the same errand again gives the same lease."""


class Errand(msgspec.Struct, frozen=True, kw_only=True):
    """What the courier is to do."""

    do: Do
    server: str = ""
    """The server's address, without a path of the protocol."""
    port: int | None = None
    """Our own port, which must not be our proxy."""
    device: str = ""
    key: str = ""
    """The device's private key, base64."""
    token: str = ""
    token_expires: int = 0
    enrol: Enrol | None = None
    epoch: str = ""
    supersedes: tuple[str, ...] = ()
    batches: tuple[Batch, ...] = ()
    judging: Judging | None = None
    """Ask for the policy and judge it so; for ``verify`` the one in ``signed``."""
    etag: str = ""
    signed: Signed | None = None
    pools: bool = False
    """Ask how the pools stand."""
    leases: tuple[LeaseErrand, ...] = ()


class Verdict(msgspec.Struct, frozen=True, kw_only=True):
    """What became of a policy."""

    signed: Signed
    etag: str = ""
    payload: str = ""
    """Its JSON, when it holds."""
    digest: str = ""
    version: int = 0
    why: str = ""
    """Why it does not hold, a sentence; empty: it does."""


class Leased(msgspec.Struct, frozen=True, kw_only=True):
    """The answer to a lease errand."""

    pool: str
    lease: Lease


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """What the courier has done."""

    result: Result
    message: str = ""
    """A sentence for people when it is not ``ok``."""
    retry_after: int = 0
    """Seconds that the server asks to be left alone."""
    code: str = ""
    """Of the server's ``Problem``."""
    untaken: Literal["", "batch", "buckets"] = ""
    """Why a batch was not taken: it is too large as a whole, or the server has said that something in it is wrong."""
    token: str = ""
    token_expires: int = 0
    private_key: str = ""
    public_key: str = ""
    enrolled: Enrolled | None = None
    superseded: tuple[str, ...] = ()
    acks: tuple[tuple[Ack, ...], ...] = ()
    """For each batch that was answered, in order."""
    befores: tuple[int, ...] = ()
    """For each of these batches the greatest revision that the server held of this epoch before; 0: it does not say."""
    others: tuple[str, ...] = ()
    """Epochs of this device that count beside the one that was told of."""
    verdict: Verdict | None = None
    """``None``: the policy is as it was, or was not asked for."""
    pools: tuple[Pool, ...] | None = None
    leased: tuple[Leased, ...] = ()
    document: str = ""
    """What the server has stored (``export``), or the link (``console``)."""


def command() -> list[str]:
    """The process that does the work; what lies in the current folder is nobody's code (``-P``)."""
    return [sys.executable, "-P", "-m", "trayapp.team.courier"]


def read(output: bytes) -> Report:
    """What it answered; one that says nothing has failed."""
    try:
        return msgspec.json.decode(output, type=Report)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return Report(result="failed", message="The courier did not answer.")
