"""The spool: one line for each call that the relay carried, for the ledger to read later.

Rules: JSON lines, mode 0600; counts and names of ours only, never a path, a key or a text. A line's ``id`` is unique,
so that the ledger takes each line once however often it meets it.

Fields: ``id``, ``at_us`` and ``ended_us`` (UTC epoch microseconds), ``vendor``, ``tool`` (or null), ``method``,
``bytes_up`` and ``bytes_down`` (bodies, without framing), ``status`` (or null), ``outcome``: ``done``,
``vendor_error``, ``client_abort``, ``upstream_cut`` or ``not_sent``.
"""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One attempt."""

    id: str
    at_us: int
    ended_us: int
    vendor: str
    tool: str | None
    method: str
    bytes_up: int
    bytes_down: int
    status: int | None
    outcome: str


def append(path: Path, line: Line) -> None:
    """Write one line with one system call.

    Raises:
        OSError: the disk is full or the folder is gone.
    """
    data = json.dumps(asdict(line), separators=(",", ":")).encode() + b"\n"
    for _ in range(3):
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        try:
            os.write(handle, data)
            # The engine renames the file before it reads it. A line that went to the renamed file may have come
            # too late, so it is written again; its id keeps it from counting twice.
            if os.path.samestat(os.fstat(handle), path.stat()):
                return
        except FileNotFoundError:
            continue
        finally:
            os.close(handle)
