"""What the ledger says when it cannot do its work, and how SQLite's errors are told apart.

Two exceptions leave the ledger. ``LedgerError`` stops the start and speaks to a person. ``StorageTrouble`` is the
result of one operation's future; the call it belongs to goes on regardless.

SQLite's errors fall into three families, and everything in this room that catches one asks ``family`` first:

* ``TROUBLE``: the disk or the system is in the way (full, I/O error, read-only). Waiting may help, so work is kept
  in memory and tried again;
* ``CORRUPT``: the file is damaged. Waiting never helps; the file is put aside;
* ``REFUSED``: this one operation is wrong. It alone fails, and its neighbours in the batch must not suffer.

No message repeats a value of a row: rows hold names of projects and sessions.
"""

from __future__ import annotations

import sqlite3
from enum import Enum
from typing import Final


class LedgerError(Exception):
    """The ledger cannot be opened. Worded for a person: what happened, what it means, what to do."""

    def __init__(self, title: str, message: str, fix: str, code: str = "ledger_failed") -> None:
        super().__init__(f"{title}: {message}")
        self.title = title
        self.message = message
        self.fix = fix
        self.code = code
        """``ledger_locked``, ``ledger_unwritable``, ``ledger_newer`` or ``ledger_failed``."""


class StorageTrouble(Exception):
    """An operation is not on disk (yet).

    ``kept`` says whether it waits in memory and will be written when the disk allows, or is gone.
    """

    def __init__(self, reason: str, *, kept: bool) -> None:
        super().__init__(reason)
        self.kept = kept


class Family(Enum):
    """What may be done about an error."""

    TROUBLE = "trouble"
    CORRUPT = "corrupt"
    REFUSED = "refused"


_TROUBLE: Final = frozenset(
    {
        sqlite3.SQLITE_FULL,
        sqlite3.SQLITE_IOERR,
        sqlite3.SQLITE_READONLY,
        sqlite3.SQLITE_BUSY,
        sqlite3.SQLITE_LOCKED,
        sqlite3.SQLITE_CANTOPEN,
        sqlite3.SQLITE_NOMEM,
        sqlite3.SQLITE_PERM,
        sqlite3.SQLITE_PROTOCOL,
        sqlite3.SQLITE_INTERRUPT,
    }
)
_CORRUPT: Final = frozenset({sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_FORMAT})


def primary_code(error: BaseException) -> int:
    """SQLite's primary result code of an error, or -1 when it did not come from SQLite."""
    code = getattr(error, "sqlite_errorcode", None)
    return code & 0xFF if isinstance(code, int) else -1


def family(error: BaseException) -> Family:
    """Which family an error belongs to."""
    if isinstance(error, MemoryError):
        return Family.TROUBLE
    code = primary_code(error)
    if code in _TROUBLE:
        return Family.TROUBLE
    if code in _CORRUPT:
        return Family.CORRUPT
    return Family.REFUSED


def is_full(error: BaseException) -> bool:
    """Whether an error says that no space is left."""
    return primary_code(error) == sqlite3.SQLITE_FULL


def describe(error: BaseException) -> str:
    """An error's name, safe to log: SQLite's result code or the Python type, never a value."""
    return str(getattr(error, "sqlite_errorname", None) or type(error).__name__)
