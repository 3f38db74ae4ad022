"""The journal's vault on the store of secrets: what undoing needs and nobody else may read goes to the keyring.

Rules: what the keyring does not take (none there, locked, too large) lies in a 0600 file in the vault's folder, under
the same name that ``FileVault`` gives it, so that either finds what the other kept; forgetting never fails.
"""

from __future__ import annotations

import contextlib
from pathlib import Path

from trayapp.platform.secrets import SecretStore, UnreachableError
from trayapp.platform.secrets.store import PATIENCE
from trayapp.tools import files
from trayapp.tools.journal import VaultShutError


class KeyringVault:
    """A vault in the keyring, or where that fails in 0600 files."""

    def __init__(self, folder: Path, *, patience: float = PATIENCE) -> None:
        self._store = SecretStore(folder, patience=patience)

    def put(self, name: str, data: bytes) -> bool:
        """Keep it."""
        self._store.put(name, data)
        return True

    def get(self, name: str) -> bytes | None:
        """What was kept under that name.

        Raises:
            VaultShutError: it lies in a keyring that does not give it now.
        """
        try:
            return self._store.get(name)
        except UnreachableError as error:
            raise VaultShutError(f"its former value lies in the keyring, and {error}") from None

    def drop(self, name: str) -> None:
        """Forget it."""
        with contextlib.suppress(OSError):
            self._store.drop(name)
            files.half_written(self._store.folder / name).unlink(missing_ok=True)
