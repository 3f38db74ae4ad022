"""The only module that touches a tool's file: who may be written, and how a file becomes another in one step.

Rules: a link stays a link, its target is edited; only the user's own regular files, in folders that nobody else can
write to, below the home folder unless the path was allowed by name. The new bytes stand in a file beside it, on disk
and with the old one's mode, group and attributes, before they take its place. Where the kernel can exchange two names
(Linux) the old file is looked at once more *after* the exchange: what another program wrote in that instant is put
back (the other program can, for that instant, read ours). Elsewhere it is compared right before.
"""

from __future__ import annotations

import contextlib
import ctypes
import errno
import os
import stat
import sys
import time
from functools import cache
from pathlib import Path
from typing import Any, Final

from trayapp.said import say
from trayapp.trouble import Trouble, TroubleError

LIMIT: Final = 8 * 1024 * 1024
_SETTLING: Final = 1.0
_AT_CWD: Final = -100
_NOREPLACE: Final = 1
_EXCHANGE: Final = 2
_BINARY: Final = getattr(os, "O_BINARY", 0)
_NOFOLLOW: Final = getattr(os, "O_NOFOLLOW", 0)
_NONBLOCK: Final = getattr(os, "O_NONBLOCK", 0)


class EditError(TroubleError):
    """A tool's file cannot be edited; it is as it was."""


class ChangedError(Exception):
    """Another program wrote the file in the meantime; it has what that program wrote."""


def refused(path: Path, message: str, fix: str, code: str) -> EditError:
    """The error for a file that we do not edit."""
    return EditError(
        Trouble(
            title=say("That file is not edited"),
            message=say("{path}: {message}.", path=path, message=message),
            fix=fix,
            code=code,
        )
    )


def resolve(path: Path, home: Path, *, anywhere: bool = False) -> Path:
    """The file behind all links.

    Raises:
        EditError: a link leads to nothing, or the file lies outside the home folder and was not allowed there.
    """
    path = Path(os.path.abspath(path.expanduser()))  # noqa: PTH100  links are followed below, not here
    try:
        real = Path(os.path.realpath(path))
        if path.is_symlink() and not real.exists():
            raise refused(
                path, say("it is a link that leads to nothing"), say("Mend or remove the link."), "dangling_link"
            )
    except OSError as error:
        raise refused(
            path, say("it cannot be followed: {why}", why=error.strerror), say("Mend the link."), "dangling_link"
        ) from None
    if not anywhere and not real.is_relative_to(os.path.realpath(home)):
        raise refused(
            path,
            say("it lies outside of your home folder (at {real})", real=real),
            say("Make that change yourself."),
            "outside_home",
        )
    return real


def examine(real: Path, home: Path) -> os.stat_result | None:
    """Check that the file, or the place where it will be, is the user's alone.

    Returns:
        Its state; ``None`` when it does not exist.

    Raises:
        EditError: it is not ours to write, in words.
    """
    try:
        state = real.lstat()
    except (FileNotFoundError, NotADirectoryError):
        state = None
    except OSError as error:
        raise refused(
            real, say("it cannot be looked at: {why}", why=error.strerror), say("Look at its folder."), "unreadable"
        ) from None
    if state is not None:
        _examine_file(real, state)
    folder = real.parent
    while not folder.exists():
        folder = folder.parent
    _examine_folders(folder, Path(os.path.realpath(home)))
    return state


def _examine_file(real: Path, state: os.stat_result) -> None:
    if not stat.S_ISREG(state.st_mode):
        raise refused(real, say("it is not a regular file"), say("Put a regular file in its place."), "not_a_file")
    if state.st_size > LIMIT:
        raise refused(real, say("it is larger than 8 MiB"), say("Make that change yourself."), "too_large")
    if state.st_nlink > 1:
        raise refused(
            real,
            say("it has several names (hard links)"),
            say("Make that change yourself, or use a symlink."),
            "hard_linked",
        )
    if sys.platform != "win32":
        if state.st_uid != os.geteuid():
            raise refused(
                real,
                say("it belongs to {user}", user=_user(state.st_uid)),
                say("Ask its owner to change it."),
                "foreign_owner",
            )
        if writable_by_others(state):
            raise refused(
                real,
                say("other users can write it"),
                say("Take that right away: chmod go-w {real}", real=real),
                "writable_by_others",
            )
    if not state.st_mode & stat.S_IWUSR:
        raise refused(
            real,
            say("it is read-only"),
            say("If you want it edited: chmod u+w {real}. Else make that change yourself.", real=real),
            "locked",
        )


def _examine_folders(folder: Path, home: Path) -> None:
    """The folder and those above it, up to the home folder (or the root, when it lies elsewhere)."""
    if sys.platform == "win32":
        return
    first = folder
    while True:
        state = folder.stat()
        if state.st_uid not in (os.geteuid(), 0):
            raise refused(
                folder,
                say("this folder belongs to {user}", user=_user(state.st_uid)),
                say("Ask its owner to change it."),
                "foreign_owner",
            )
        sticky = bool(state.st_mode & stat.S_ISVTX) and folder != first
        if writable_by_others(state) and not sticky:
            raise refused(
                folder,
                say("other users can write to this folder"),
                say("Take that right away: chmod go-w {folder}", folder=folder),
                "writable_by_others",
            )
        if folder == first and (not state.st_mode & stat.S_IWUSR or state.st_uid != os.geteuid()):
            raise refused(
                folder,
                say("you cannot write to this folder"),
                say("If you want it edited: chmod u+w {folder}", folder=folder),
                "locked",
            )
        if folder in (home, folder.parent):
            return
        folder = folder.parent


def writable_by_others(state: os.stat_result) -> bool:
    """Whether somebody but the owner can write; a group that holds nobody but the owner does not count."""
    if state.st_mode & stat.S_IWOTH:
        return True
    return bool(state.st_mode & stat.S_IWGRP) and not _own_group(state.st_uid, state.st_gid)


def read(real: Path) -> bytes | None:
    """The file's bytes; ``None`` when it does not exist.

    Raises:
        EditError: it cannot be read.
    """
    try:
        handle = os.open(real, os.O_RDONLY | _BINARY | _NOFOLLOW | _NONBLOCK)
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        raise refused(
            real, say("it cannot be read: {why}", why=error.strerror), say("Look at its rights."), "unreadable"
        ) from None
    try:
        parts = []
        size = 0
        while part := os.read(handle, 1 << 20):
            parts.append(part)
            size += len(part)
            if size > LIMIT:
                raise refused(real, say("it is larger than 8 MiB"), say("Make that change yourself."), "too_large")
        return b"".join(parts)
    finally:
        os.close(handle)


def unsettled(real: Path) -> bool:
    """Whether a file is empty since a moment only: a program that writes in place begins like that."""
    try:
        state = real.lstat()
    except OSError:
        return False
    return state.st_size == 0 and abs(time.time() - state.st_mtime) < _SETTLING


def beside(real: Path, name: str) -> Path:
    """Where the new bytes wait."""
    return real.with_name(f".{real.name[:150]}.spendlight-{name}")


def replace(real: Path, waiting: Path, new: bytes, old: bytes | None) -> None:
    """Put ``new`` in the place of ``old`` (``None``: of nothing), if that is what still stands there.

    Raises:
        ChangedError: something else stands there; it was left, or put back.
        OSError: the system refused; the file is the old one, or the new one when only syncing its folder failed.
    """
    try:
        _prepare(waiting, new, None if old is None else real)
        if read(real) != old or unsettled(real):
            raise ChangedError
        if old is None:
            _take_free_name(waiting, real)
        elif _rename(waiting, real, _EXCHANGE):
            if not _holds(waiting, old) or unsettled(waiting):
                _rename(waiting, real, _EXCHANGE)
                if not _holds(waiting, new):  # written again between both steps: the newest stays
                    _rename(waiting, real, _EXCHANGE)
                raise ChangedError
        else:
            waiting.replace(real)
        sync_folder(real.parent)
        waiting.unlink(missing_ok=True)
    except Exception:  # what ends the process leaves it to `Desk.recover`
        with contextlib.suppress(OSError):
            waiting.unlink(missing_ok=True)
        raise


def remove(real: Path, waiting: Path, old: bytes) -> None:
    """Remove the file, if ``old`` is what still stands there.

    Raises:
        ChangedError: something else stands there; it was left, or put back.
        OSError: the system refused.
    """
    if read(real) != old:
        raise ChangedError
    real.rename(waiting)
    if not _holds(waiting, old):
        _take_free_name(waiting, real)
        raise ChangedError
    waiting.unlink()
    sync_folder(real.parent)


def put_back(waiting: Path, real: Path) -> None:
    """Give a file that another program wrote its name again; what stands there now was ours."""
    waiting.replace(real)
    sync_folder(real.parent)


def missing_folders(real: Path) -> tuple[Path, ...]:
    """The folders that have to be made for the file, outermost first."""
    missing = []
    folder = real.parent
    while not folder.exists():
        missing.append(folder)
        folder = folder.parent
    return tuple(reversed(missing))


def make_folders(folders: tuple[Path, ...]) -> None:
    """Make them, private to the user."""
    for folder in folders:
        folder.mkdir(mode=0o700, exist_ok=True)
        sync_folder(folder.parent)


def remove_folders(folders: tuple[Path, ...]) -> None:
    """Remove those that are empty, innermost first."""
    for folder in reversed(folders):
        try:
            folder.rmdir()
        except FileNotFoundError:
            continue
        except OSError:
            return
        sync_folder(folder.parent)


def write_synced(path: Path, data: bytes) -> None:
    """Write a file of our own, mode 0600, whole or not at all, and on disk when this returns."""
    waiting = half_written(path)
    with contextlib.suppress(FileNotFoundError):
        waiting.unlink()
    try:
        _prepare(waiting, data, None)
        waiting.replace(path)
    except BaseException:
        with contextlib.suppress(OSError):
            waiting.unlink(missing_ok=True)
        raise
    sync_folder(path.parent)


def half_written(path: Path) -> Path:
    """Where ``write_synced`` writes before the file takes its name."""
    return path.with_name(f".{path.name}.new")


def sync_folder(folder: Path) -> None:
    """Have the folder's entries on disk. Systems that cannot are not asked twice."""
    if sys.platform == "win32":
        return
    with contextlib.suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _prepare(waiting: Path, data: bytes, like: Path | None) -> None:
    """Write the waiting file, with the rights and attributes of ``like``, and have it on disk."""
    handle = os.open(waiting, os.O_WRONLY | os.O_CREAT | os.O_EXCL | _BINARY | _NOFOLLOW, 0o600)
    try:
        view = memoryview(data)
        while view:
            view = view[os.write(handle, view) :]
        if like is not None and sys.platform != "win32":
            state = like.stat()
            if os.fstat(handle).st_gid != state.st_gid:
                os.fchown(handle, -1, state.st_gid)
            _copy_attributes(like, handle)
            os.fchmod(handle, stat.S_IMODE(state.st_mode))
        os.fsync(handle)
    finally:
        os.close(handle)


def _holds(path: Path, data: bytes) -> bool:
    try:
        return read(path) == data
    except EditError:
        return False


def _copy_attributes(like: Path, handle: int) -> None:
    if sys.platform == "linux":
        with contextlib.suppress(OSError):
            for name in os.listxattr(like):
                with contextlib.suppress(OSError):
                    os.setxattr(handle, name, os.getxattr(like, name))


def _take_free_name(waiting: Path, real: Path) -> None:
    """Rename without replacing anything.

    Raises:
        ChangedError: the name is taken.
    """
    try:
        if _rename(waiting, real, _NOREPLACE):
            return
        os.link(waiting, real)
        waiting.unlink()
    except FileExistsError:
        raise ChangedError from None


def _rename(source: Path, target: Path, flags: int) -> bool:
    """``renameat2``; ``False`` where the kernel or the file system does not know it.

    Raises:
        OSError: it does, and refused.
    """
    call = _renameat2()
    if call is None:
        return False
    if call(_AT_CWD, os.fsencode(source), _AT_CWD, os.fsencode(target), flags) == 0:
        return True
    number = ctypes.get_errno()
    if number in (errno.ENOSYS, errno.EINVAL, errno.EOPNOTSUPP):
        return False
    raise OSError(number, os.strerror(number), str(target))


@cache
def _renameat2() -> Any:
    if sys.platform != "linux":
        return None
    try:
        call = ctypes.CDLL(None, use_errno=True).renameat2
    except (OSError, AttributeError):
        return None
    call.argtypes = (ctypes.c_int, ctypes.c_char_p, ctypes.c_int, ctypes.c_char_p, ctypes.c_uint)
    return call


def _own_group(uid: int, gid: int) -> bool:
    if sys.platform == "win32":
        return True
    import grp
    import pwd

    try:
        user, group = pwd.getpwuid(uid), grp.getgrgid(gid)
    except KeyError:
        return False
    return user.pw_gid == gid and group.gr_name == user.pw_name and set(group.gr_mem) <= {user.pw_name}


def _user(uid: int) -> str:
    if sys.platform == "win32":
        return "somebody else"
    import pwd

    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return f"user {uid}"
