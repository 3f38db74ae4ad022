"""A call's key becomes a short HMAC that tells one key from another and nothing else.

Everything that looks at a credential to remember it lives here. The HMAC is made under the install key, so the same
key has another fingerprint on another machine, and nobody can test a guess without that key.

A plan's account gets a name in the same way, from the id that its vendor or its tool states (``account``).

Rules: nothing of the credential is kept, logged or shown, here or by the caller; it is computed anew for each call
(about 2 µs), so that no table of keys exists; what a signature changes with every request (AWS) is reduced to the
key's public id; a login's token that is replaced every few hours tells nothing and has no fingerprint. ``login`` names
it all the same, for what lives no longer than it does.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Sequence
from typing import Final
from urllib.parse import parse_qsl

DIGITS: Final = 16
_FIELDS: Final = (b"authorization", b"x-api-key", b"api-key", b"x-goog-api-key")
"""In the order in which vendors let them win."""
_PASSING: Final = (b"sk-ant-oat", b"ya29.", b"ASIA", b"ghu_", b"tid=")
"""How credentials begin that live for hours: logins of Claude, Google and Copilot plans, AWS's temporary keys."""
_SIGNED: Final = re.compile(rb"AWS4-HMAC-SHA256 Credential=([^/,\s]+)")


class Credentials:
    """Names credentials under one install key."""

    def __init__(self, install_key: str) -> None:
        self._key = install_key.encode()

    def fingerprint(self, headers: Sequence[tuple[bytes, bytes]], target: str, *, login: bool = False) -> str | None:
        """16 hex digits for the request's credential, or ``None`` when it carries none that lasts.

        Args:
            headers: all fields as received.
            target: the request target; Gemini's clients may put the key into its query.
            login: the credential is a plan's login.
        """
        secret = _secret(headers, target)
        if not secret or login or secret.startswith(_PASSING):
            return None
        return hmac.new(self._key, b"credential\0" + secret, hashlib.sha256).hexdigest()[:DIGITS]

    def account(self, identity: str) -> str:
        """16 hex digits for an account's own id."""
        return hmac.new(self._key, b"account\0" + identity.encode(), hashlib.sha256).hexdigest()[:DIGITS]

    def login(self, headers: Sequence[tuple[bytes, bytes]], target: str) -> str:
        """16 hex digits for a login's token of the day, empty without one."""
        secret = _secret(headers, target)
        return hmac.new(self._key, b"login\0" + secret, hashlib.sha256).hexdigest()[:DIGITS] if secret else ""


def _secret(headers: Sequence[tuple[bytes, bytes]], target: str) -> bytes:
    found: dict[bytes, bytes] = {}
    for name, value in headers:
        lower = name.lower()
        if lower in _FIELDS:
            found.setdefault(lower, value)
    for field in _FIELDS:
        value = found.get(field, b"").strip()
        if field == b"authorization" and value:
            signed = _SIGNED.match(value)
            # A key is the same key, with or without a scheme before it.
            value = signed[1] if signed else value.partition(b" ")[2].strip() or value
        if value:
            return value
    _, mark, query = target.partition("?")
    if mark and "key=" in query:
        for parameter, text in parse_qsl(query):
            if parameter == "key":
                return text.encode("utf-8", "replace")
    return b""
