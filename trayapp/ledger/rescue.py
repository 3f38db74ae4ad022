"""A ledger whose file was deleted, moved or replaced while it is written: finding out, and writing it anew.

The open connection still reads the file that has no name any more, so all of it can be copied back. Without this,
every call from then on would go to a file that nobody finds again.
"""

from __future__ import annotations

import sqlite3
from pathlib import Path

from trayapp.ledger import storage


def place(path: Path) -> tuple[int, int] | None:
    """What tells one file from another that takes its name (device and inode), or ``None`` when there is none."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino


def put_back(connection: sqlite3.Connection, path: Path, now_us: int) -> None:
    """Write what a connection reads to ``path``; another file that lies there by now is put aside.

    The connection is to be closed next, and ``path`` to be opened anew.

    Raises:
        sqlite3.Error, OSError: no space, or the disk refuses; nothing has changed.
    """
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    rescued = path.with_name(f".{path.name}.rescued")
    rescued.unlink(missing_ok=True)
    try:
        storage.vacuum_into(connection, rescued)
        for suffix in ("-wal", "-shm"):  # those of the connection, if they are still there: it has them open
            storage.beside(path, suffix).unlink(missing_ok=True)
        storage.put_aside(path, now_us)
        rescued.replace(path)
    finally:
        rescued.unlink(missing_ok=True)
