"""Whether a policy holds: signed by the key that the device was enrolled with, for its team, in its time, not older.

Everything that judges a signature of the team's lives here; cryptography is loaded when it is needed, in the courier's
process alone. Rules: what is not whole is refused, and the former policy goes on; the key that comes with a policy is
only ever compared, never used.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from typing import Final

import msgspec

from trayapp.team.errand import Judging
from trayapp.team.terms import TermsError, check
from trayapp.team.wire import SIGNED_AS, Policy, Signed

AHEAD_S: Final = 300
"""So far a policy may have been issued in our future: clocks differ."""
_MOST_BYTES: Final = 1 << 20


class RefusedError(Exception):
    """It does not hold; the text says why, as a sentence."""


def judge(signed: Signed, by: Judging) -> tuple[Policy, str, str]:
    """A policy, its JSON text and the digest of that.

    Raises:
        RefusedError: it does not hold.
    """
    payload, signature = _bytes(signed.payload), _bytes(signed.signature)
    if len(payload) > _MOST_BYTES:
        raise RefusedError("It is too large.")
    if signed.key != by.key and _bytes(signed.key) != _bytes(by.key):
        raise RefusedError("It is signed with a key that this device was not enrolled with.")
    if not verified(by.key, signature, SIGNED_AS + payload):
        raise RefusedError("Its signature is not by the team's key.")
    try:
        policy = msgspec.json.decode(payload, type=Policy)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        raise RefusedError("It cannot be read.") from None
    digest = hashlib.sha256(payload).hexdigest()
    if policy.team != by.team:
        raise RefusedError("It is for another team.")
    if policy.version < by.floor or policy.version < 1:
        raise RefusedError(f"Its version {policy.version} is older than {by.floor}, which was in force.")
    if policy.version == by.floor and by.held and digest != by.held:
        raise RefusedError(f"It is another one with the same version, {policy.version}.")
    if policy.issued > by.now + AHEAD_S:
        raise RefusedError("It is issued in the future.")
    if policy.expires <= by.now or policy.expires <= policy.issued:
        raise RefusedError("It has expired.")
    try:
        check(policy)
    except TermsError as error:
        raise RefusedError(f"It cannot be used: {error}") from None
    return policy, payload.decode(), digest


def verified(key: str, signature: bytes, message: bytes) -> bool:
    """Whether an Ed25519 signature is by a key (base64)."""
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    try:
        Ed25519PublicKey.from_public_bytes(_bytes(key)).verify(signature, message)
    except (InvalidSignature, ValueError, RefusedError):
        return False
    return True


def _bytes(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise RefusedError("It cannot be read.") from None
