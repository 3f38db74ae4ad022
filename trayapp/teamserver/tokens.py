"""Tokens: who somebody is, for whom the token is meant and until when, signed by the server.

Rules: a token serves one audience; it names its tenant, and the database is never asked before its signature held;
what it says of rights is nothing, roles are read anew with every request, so a revoked device is out at once.
"""

from __future__ import annotations

import base64
import binascii
import hmac
from typing import Final, Literal

import msgspec

from trayapp.teamserver.keys import Keys

Audience = Literal["device", "console", "admin"]
CONSOLE_S: Final = 8 * 3600
"""How long a browser stays signed in."""
ADMIN_S: Final = 90 * 86400
_LONGEST: Final = 1024


class Claims(msgspec.Struct, frozen=True, kw_only=True):
    """What a token says."""

    audience: Audience
    tenant: str
    member: str
    device: str = ""
    generation: int = 0
    expires: int


def make(keys: Keys, claims: Claims) -> str:
    """A token."""
    body = msgspec.json.encode(claims)
    mark = hmac.digest(keys.derived("token", claims.audience), body, "sha256")
    return f"{_text(body)}.{_text(mark)}"


def read(keys: Keys, token: str, audience: Audience, now: int) -> Claims | None:
    """What a token says, if it is ours, meant for this and not over."""
    if len(token) > _LONGEST or not token.isascii():
        return None
    body_text, _, mark_text = token.partition(".")
    try:
        body, mark = _bytes(body_text), _bytes(mark_text)
    except (ValueError, binascii.Error):
        return None
    if not hmac.compare_digest(hmac.digest(keys.derived("token", audience), body, "sha256"), mark):
        return None
    claims = msgspec.json.decode(body, type=Claims)
    return claims if claims.audience == audience and now < claims.expires else None


def _text(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def _bytes(text: str) -> bytes:
    return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
