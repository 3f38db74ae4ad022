"""Where a secret lies, and why it does not lie in a keyring, in words that a face can show."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

REASONS: Final = {
    "none": "no keyring answers on this system",
    "no_module": "the package `keyring` is not installed",
    "insecure": "the chosen keyring would lose secrets or keep them in clear",
    "locked": "the keyring is locked",
    "timeout": "the keyring did not answer in time",
    "lost": "the keyring did not give back what it was given",
    "too_large": "the keyring does not take anything so large",
    "error": "the keyring failed",
}
"""Why a keyring was not used, by the codes of ``trayapp.platform.secrets.teller``."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a secret lies, or would."""

    keyring: str | None
    """The keyring's own name; ``None``: a 0600 file, not in a keyring."""
    reason: str = ""
    """Why not in a keyring: a key of ``REASONS``; empty when it is, or when nobody has asked."""

    @property
    def badge(self) -> str:
        """What a face shows beside the secret."""
        return self.keyring or "file, not in a keyring"

    @property
    def why(self) -> str:
        """The reason in words; empty without one."""
        return REASONS.get(self.reason, self.reason)


class UnreachableError(Exception):
    """A secret lies in the keyring, and the keyring does not give it now. It is not lost."""

    def __init__(self, name: str, reason: str) -> None:
        super().__init__(REASONS.get(reason, reason))
        self.name = name
        self.reason = reason
        """A key of ``REASONS``."""
