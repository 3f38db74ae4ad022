"""One instance of a thing at a time: a lock file that the kernel releases when its holder dies.

Everything about "is one already running?" lives here.

Rules:

* the lock is the kernel's (``flock``; on Windows a locked byte), never the file's existence, so a crash leaves
  nothing behind that has to be cleaned up. The file itself is never deleted;
* the file holds one JSON object ``{pid, boot_id, started_us}`` of the present or last holder, mode 0600;
* asking whether it is held takes a shared lock for a moment; whoever wants it for himself therefore tries for
  a fifth of a second before he believes that somebody else has it.
"""

from __future__ import annotations

import contextlib
import json
import os
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Final

_PATIENCE: Final = 0.2
_STEP: Final = 0.02
_LOCKED_BYTE: Final = 1 << 30
"""Windows locks are mandatory: the locked byte lies far behind the text, which stays readable."""


@dataclass(frozen=True, slots=True)
class Holder:
    """Who holds a lock, as far as the file says it."""

    pid: int | None = None
    boot_id: str | None = None
    started_us: int | None = None
    """UTC epoch microseconds."""


class HeldError(Exception):
    """Somebody else holds the lock."""

    def __init__(self, holder: Holder) -> None:
        super().__init__("the lock is held by another process")
        self.holder = holder


class Single:
    """A held lock. It is released by ``release`` or by the end of the process."""

    def __init__(self, handle: int) -> None:
        self._handle: int | None = handle

    @classmethod
    def take(cls, path: Path) -> Single:
        """Take the lock at ``path`` and write down who has it.

        Raises:
            HeldError: another process, or another ``Single`` of this one, holds it.
            OSError: the file cannot be opened or made.
        """
        return cls.wait(path, _PATIENCE)

    @classmethod
    def wait(cls, path: Path, patience: float) -> Single:
        """Like ``take``, after waiting so many seconds for others that hold it for a moment."""
        until = time.monotonic() + patience
        while True:
            handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
            try:
                if _lock(handle, shared=False):
                    if _still_there(handle, path):
                        _write(handle)
                        return cls(handle)
                elif time.monotonic() >= until:
                    raise HeldError(_read(handle))
            except BaseException:
                os.close(handle)
                raise
            os.close(handle)
            time.sleep(_STEP)

    def release(self) -> None:
        """Give the lock back. Further calls do nothing."""
        if self._handle is not None:
            _unlock(self._handle)
            os.close(self._handle)
            self._handle = None


def holder(path: Path) -> Holder | None:
    """Who holds the lock at ``path`` now, or ``None`` when nobody does."""
    try:
        handle = os.open(path, os.O_RDWR)
    except OSError:
        return None
    try:
        if _lock(handle, shared=True):
            _unlock(handle)
            return None
        return _read(handle)
    finally:
        os.close(handle)


def boot_id() -> str | None:
    """What names this boot of the machine (Linux), so that a pid of an earlier boot is not mistaken for ours."""
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text("ascii").strip() or None
    except (OSError, ValueError):
        return None


def _write(handle: int) -> None:
    document = {"pid": os.getpid(), "boot_id": boot_id(), "started_us": time.time_ns() // 1000}
    # A full disk must not keep anybody from starting: the lock counts, the text only helps people.
    with contextlib.suppress(OSError):
        os.ftruncate(handle, 0)
        os.lseek(handle, 0, os.SEEK_SET)
        os.write(handle, json.dumps(document).encode())


def _read(handle: int) -> Holder:
    try:
        os.lseek(handle, 0, os.SEEK_SET)
        document = json.loads(os.read(handle, 4096))
        pid, started = document.get("pid"), document.get("started_us")
        return Holder(
            pid if isinstance(pid, int) else None,
            str(document["boot_id"]) if document.get("boot_id") else None,
            started if isinstance(started, int) else None,
        )
    except (OSError, ValueError, AttributeError):
        return Holder()


def _still_there(handle: int, path: Path) -> bool:
    """Whether ``path`` still names the locked file (a cleaner of temporary folders may have replaced it)."""
    try:
        return os.path.samestat(os.fstat(handle), path.stat())
    except OSError:
        return False


if sys.platform == "win32":
    import msvcrt

    def _lock(handle: int, *, shared: bool) -> bool:
        os.lseek(handle, _LOCKED_BYTE, os.SEEK_SET)
        try:
            msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True

    def _unlock(handle: int) -> None:
        os.lseek(handle, _LOCKED_BYTE, os.SEEK_SET)
        with contextlib.suppress(OSError):
            msvcrt.locking(handle, msvcrt.LK_UNLCK, 1)

else:
    import fcntl

    def _lock(handle: int, *, shared: bool) -> bool:
        try:
            fcntl.flock(handle, (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def _unlock(handle: int) -> None:
        fcntl.flock(handle, fcntl.LOCK_UN)
