"""Every key of the server, derived from its one secret.

Rules: a key serves one purpose; replicas need to share nothing but the secret; no key is stored. Whoever loses the
secret loses the key that devices hold policies against, so it belongs into the backup, apart from the database.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from typing import Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

_LABEL: Final = b"spendlight-team-1"


class Keys:
    """Derives."""

    def __init__(self, secret: bytes) -> None:
        self._secret = secret

    def derived(self, purpose: str, *names: str) -> bytes:
        """32 bytes for one purpose."""
        words = b"".join(len(word).to_bytes(4, "big") + word for word in (n.encode() for n in (purpose, *names)))
        return hmac.digest(self._secret, _LABEL + words, "sha256")

    def project_key(self, tenant: str, team: str) -> str:
        """Under which a team's projects become HMACs, base64."""
        return base64.b64encode(self.derived("project", tenant, team)).decode()

    def policy_key(self, tenant: str) -> str:
        """What a tenant's policies are signed with: the public key, base64."""
        key = self._policy(tenant).public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
        return base64.b64encode(key).decode()

    def sign_policy(self, tenant: str, message: bytes) -> str:
        """A signature, base64."""
        return base64.b64encode(self._policy(tenant).sign(message)).decode()

    def _policy(self, tenant: str) -> Ed25519PrivateKey:
        return Ed25519PrivateKey.from_private_bytes(self.derived("policy", tenant))


def signed_by(public_key: str, signature: str, message: bytes) -> bool:
    """Whether the holder of a device's key signed this. Both are base64."""
    try:
        Ed25519PublicKey.from_public_bytes(base64.b64decode(public_key, validate=True)).verify(
            base64.b64decode(signature, validate=True), message
        )
    except (ValueError, InvalidSignature):
        return False
    return True


def digest(secret: str) -> str:
    """How an invite's secret is stored."""
    return hashlib.sha256(secret.encode()).hexdigest()
