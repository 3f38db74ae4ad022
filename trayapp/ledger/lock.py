"""One engine for each ledger: an operating-system lock that ends with the process, however it ends."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from trayapp.ledger.errors import LedgerError
from trayapp.said import say


class FileLock:
    """Held from construction until ``release``. The file stays; its content means nothing."""

    def __init__(self, path: Path) -> None:
        """Take the lock.

        Raises:
            LedgerError: another process holds it.
            OSError: the file cannot be made.
        """
        self._handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            if sys.platform == "win32":
                import msvcrt

                msvcrt.locking(self._handle, msvcrt.LK_NBLCK, 1)
            else:
                import fcntl

                fcntl.flock(self._handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            os.close(self._handle)
            self._handle = -1
            raise LedgerError(
                say("The ledger is in use"),
                say("Another Spendlight engine has {name} open.", name=path.with_suffix("").name),
                say("Use the one that runs, or stop it with `spendlight stop`."),
                "ledger_locked",
            ) from error

    def release(self) -> None:
        """Let go; a second call does nothing."""
        if self._handle >= 0:
            os.close(self._handle)
            self._handle = -1
