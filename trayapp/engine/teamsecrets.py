"""The team's secrets in the keyring: the device's key, and the key under which projects become HMACs.

Everything that reads or drops them lives here. It blocks: call it from a thread that may wait.
"""

from __future__ import annotations

import base64
import binascii

import msgspec

from trayapp.platform.secrets import SecretStore
from trayapp.team.membership import DEVICE_KEY, PROJECT_KEY


class Secrets(msgspec.Struct, frozen=True):
    """What lies in the keyring. In memory only."""

    device_key: str
    """Ed25519, base64."""
    project_key: bytes


def load(store: SecretStore) -> Secrets | None:
    """Read them, without asking anybody to unlock anything; ``None``: they cannot be had now."""
    found = store.load((DEVICE_KEY, PROJECT_KEY), quiet=True)
    device, project = found[DEVICE_KEY], found[PROJECT_KEY]
    if not isinstance(device, bytes) or not isinstance(project, bytes):
        return None
    try:
        return Secrets(device.decode("ascii"), base64.b64decode(project, validate=True))
    except (UnicodeDecodeError, binascii.Error, ValueError):
        return None


def forget(store: SecretStore) -> None:
    """Keep none.

    Raises:
        OSError: the folder cannot be written.
    """
    for name in (DEVICE_KEY, PROJECT_KEY):
        store.drop(name)
