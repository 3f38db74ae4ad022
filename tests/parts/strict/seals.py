"""Seals: how the vendor knows its own reasoning again, and the model that it came from.

A thinking block's signature, a reasoning item's encrypted content and a thought signature are all opaque to a client.
Here they are one thing: base64 of the model, a digest of the conversation before it, and a check sum, so that a judge
without memory can tell a sound seal from a foreign or a damaged one.

Rules: pure; a seal holds no text of the conversation.
"""

from __future__ import annotations

import base64
import binascii
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any

import msgspec

_KEY = b"a strict vendor of tests"
_encode = msgspec.json.Encoder(order="sorted").encode


@dataclass(frozen=True, slots=True)
class Seal:
    """What a sound seal says."""

    model: str
    prefix: str
    """A digest of the conversation before the reasoning; empty where the vendor binds it to none."""


def seal(model: str, prefix: str = "") -> str:
    """A new seal of ``model``'s."""
    said = "|".join(("strict1", model, prefix, secrets.token_hex(6))).encode()
    return base64.b64encode(said + b"|" + _sum(said)).decode()


def read(text: object) -> Seal | None:
    """What a seal says; ``None``: it is not one, or damaged. Takes both alphabets of base64."""
    if not isinstance(text, str):
        return None
    try:
        raw = base64.b64decode(text.replace("-", "+").replace("_", "/") + "=" * (-len(text) % 4), validate=True)
    except (binascii.Error, ValueError):
        return None
    said, _, check = raw.rpartition(b"|")
    parts = said.decode("latin-1").split("|")
    if check != _sum(said) or len(parts) != 4 or parts[0] != "strict1":
        return None
    return Seal(parts[1], parts[2])


def mark(model: str) -> str:
    """Eight hexadecimal digits of a model, for identifiers."""
    return blake2b(model.encode(), digest_size=4, key=_KEY).hexdigest()


def digest(parts: Iterable[Any]) -> str:
    """A digest of JSON values, whatever marks for caching they carry."""
    total = blake2b(digest_size=8, key=_KEY)
    for part in parts:
        total.update(_encode(_plain(part)) + b"\0")
    return total.hexdigest()


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {str(name): _plain(part) for name, part in value.items() if name != "cache_control"}
    return [_plain(part) for part in value] if isinstance(value, list) else value


def _sum(said: bytes) -> bytes:
    return blake2b(said, digest_size=6, key=_KEY).hexdigest().encode()
