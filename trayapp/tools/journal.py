"""The journal of edits: what was done to which file, and how it is undone.

Each entry is a file of its own in the profile's ``edits`` folder (0600), written and synced before the tool's file is
touched. Beside it lies what the file was before (``<id>.before``). Values that look like secrets, and a former file
that holds one, go to the ``Vault`` instead; the value that we set stands in the entry as a hash.

States: ``planned`` → ``applied`` → ``reverted`` (undone), ``superseded`` (a later entry undoes its part too) or
``abandoned`` (never took effect). Rules: one process edits at a time (a kernel lock); an entry that cannot be read is
named, never deleted; reading needs nothing but the folder.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from enum import StrEnum
from pathlib import Path
from typing import Any, Final, Protocol

from trayapp.platform.single import HeldError, Single
from trayapp.said import say
from trayapp.tools import files
from trayapp.tools.files import EditError
from trayapp.tools.spans import Item, Step, Way, Where
from trayapp.trouble import Trouble

_PATIENCE: Final = 10.0


class State(StrEnum):
    """How far an entry is."""

    PLANNED = "planned"
    APPLIED = "applied"
    REVERTED = "reverted"
    SUPERSEDED = "superseded"
    ABANDONED = "abandoned"


_CLOSED: Final = (State.REVERTED, State.SUPERSEDED, State.ABANDONED)
_KEPT: Final = 50
"""Closed entries are forgotten beyond this many, but for each file's newest."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """One key that an edit changed."""

    way: Way
    ours: str | None
    """Hash of the value that we set; ``None``: we removed the key."""
    existed: bool
    former: str = ""
    """The raw text of the value before, if it may stand here."""
    in_vault: bool = False
    """It is in the vault instead."""
    made: int = 0
    """How many tables above it we made."""
    polite: bool = False
    """Set only because nobody had set it."""
    taken_out: bool = False
    """Ours is out already, by an undoing that the vault's being shut kept from its end."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One edit of one file."""

    id: str
    tool: str
    asked: str
    """The path as the tool knows it."""
    path: str
    """The file behind all links."""
    format: str
    keys: tuple[Key, ...]
    before: str | None
    """Hash of the file that was replaced; ``None``: there was none."""
    after: str
    former: str | None
    """Hash of the file that undoing leads to; differs from ``before`` when earlier entries are superseded."""
    former_in_vault: bool = False
    mode: int = 0
    uid: int = 0
    gid: int = 0
    folders: tuple[str, ...] = ()
    """The folders that were made for it."""
    supersedes: tuple[str, ...] = ()
    time_us: int = 0
    state: State = State.PLANNED
    undoing: str | None = None
    """A revert is under way to the file with this hash (``""``: to none)."""
    undoing_from: str | None = None
    """Hash of the file that the revert replaces."""
    opted_out: bool = False
    """The user has taken out or changed what we set."""
    partly: str | None = None
    """Hash of the file after such an undoing."""
    note: str = ""
    tool_mode: str = ""
    """The mode in which the tool was connected."""


class VaultShutError(Exception):
    """What was kept is still there, but cannot be had now; ``str()`` says why, in words."""


class Vault(Protocol):
    """Keeps what must not stand in the journal."""

    def put(self, name: str, data: bytes) -> bool:
        """Keep it; ``False`` when it is too large or cannot be kept."""

    def get(self, name: str) -> bytes | None:
        """What was kept under that name.

        Raises:
            VaultShutError: it cannot be had now.
        """

    def drop(self, name: str) -> None:
        """Forget it."""


class FileVault:
    """A vault of 0600 files, which needs nothing but the disk."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def put(self, name: str, data: bytes) -> bool:
        """Keep it."""
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        files.write_synced(self._folder / name, data)
        return True

    def get(self, name: str) -> bytes | None:
        """What was kept under that name."""
        return _kept(self._folder / name)

    def drop(self, name: str) -> None:
        """Forget it, and what a killed process left of it."""
        for path in (self._folder / name, files.half_written(self._folder / name)):
            with contextlib.suppress(OSError):
                path.unlink(missing_ok=True)


class Journal:
    """The entries of one profile."""

    def __init__(self, folder: Path, vault: Vault | None = None) -> None:
        self.folder = folder
        self.vault: Vault = vault or FileVault(folder / "vault")

    @contextlib.contextmanager
    def lock(self) -> Iterator[None]:
        """Be the only one who edits.

        Raises:
            EditError: the folder cannot be written, or another Spendlight is editing.
        """
        until = time.monotonic() + _PATIENCE
        held = None
        while held is None:
            try:
                self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
                held = Single.take(self.folder / "lock")
            except HeldError:
                if time.monotonic() > until:
                    raise EditError(
                        Trouble(
                            title=say("Another Spendlight is editing"),
                            message=say("It has been changing tools' files for ten seconds."),
                            fix=say("Wait until it is done."),
                            code="edits_busy",
                        )
                    ) from None
            except OSError as error:
                raise unwritable(self.folder, error) from None
        try:
            yield
        finally:
            held.release()

    def entries(self) -> list[Entry]:
        """All entries that can be read, oldest first."""
        return [entry for _, entry in self._read() if entry is not None]

    def damaged(self) -> list[Path]:
        """The entries that cannot be read."""
        return [path for path, entry in self._read() if entry is None]

    def open_entries(self, tool: str | None = None) -> list[Entry]:
        """What is applied now, newest first."""
        entries = self.entries()
        gone = _taken_over(entries)
        return [
            e
            for e in reversed(entries)
            if e.state is State.APPLIED and e.id not in gone and (tool is None or e.tool == tool)
        ]

    def get(self, entry_id: str) -> Entry | None:
        """One entry."""
        return next((entry for entry in self.entries() if entry.id == entry_id), None)

    def new_id(self) -> str:
        """An id that sorts by time."""
        return f"{time.time_ns():020d}-{os.urandom(3).hex()}"

    def write(self, entry: Entry) -> None:
        """Write an entry, or its new state; it is on disk when this returns.

        Raises:
            OSError: the folder cannot be written.
        """
        document = asdict(entry)
        files.write_synced(self.folder / f"{entry.id}.json", json.dumps(document, indent=1).encode())

    def move(self, entry: Entry, state: State, **more: Any) -> Entry:
        """Write an entry's new state; what it kept is dropped when it will not be needed again."""
        entry = replace(entry, state=state, undoing=None, undoing_from=None, **more)
        self.write(entry)
        return entry if state is State.APPLIED else self._forget(entry)

    def discard(self, entry: Entry) -> None:
        """Forget a planned entry that did nothing."""
        with contextlib.suppress(OSError):
            (self.folder / f"{entry.id}.json").unlink(missing_ok=True)
        self._drop_kept(entry)

    def keep(self, entry_id: str, former: bytes, *, secret: bool) -> bool:
        """Keep what the file was."""
        if secret:
            return self.vault.put(f"{entry_id}.before", former)
        files.write_synced(self.folder / f"{entry_id}.before", former)
        return True

    def former(self, entry: Entry) -> bytes | None:
        """What undoing an entry leads to; ``None`` when nothing (or nothing whole) was kept.

        Raises:
            VaultShutError: it cannot be had now.
        """
        name = f"{entry.id}.before"
        data = self.vault.get(name) if entry.former_in_vault else _kept(self.folder / name)
        return data if data is not None and digest(data) == entry.former else None

    def raw(self, entry: Entry, n: int) -> str | None:
        """The raw text of a key's former value.

        Raises:
            VaultShutError: it cannot be had now.
        """
        key = entry.keys[n]
        if not key.in_vault:
            return key.former
        data = self.vault.get(f"{entry.id}.{n}")
        return None if data is None else data.decode("utf-8", "replace")

    def _drop_kept(self, entry: Entry) -> None:
        """Forget what was kept for undoing."""
        with contextlib.suppress(OSError):
            (self.folder / f"{entry.id}.before").unlink(missing_ok=True)
        self.vault.drop(f"{entry.id}.before")
        for n, key in enumerate(entry.keys):
            if key.in_vault:
                self.vault.drop(f"{entry.id}.{n}")

    def _forget(self, entry: Entry) -> Entry:
        """Drop what a closed entry had kept, and say so in it."""
        self._drop_kept(entry)
        keys = tuple(replace(key, former="", in_vault=False, taken_out=False) for key in entry.keys)
        if entry.former_in_vault or keys != entry.keys:
            entry = replace(entry, former_in_vault=False, keys=keys)
            self.write(entry)
        return entry

    def sweep(self) -> None:
        """Remove what a killed process left half written or had yet to forget, and what closed long ago.

        Raises:
            OSError: the folder cannot be written.
        """
        entries = self.entries()
        gone = _taken_over(entries)
        newest = {(entry.tool, entry.path): entry.id for entry in entries if entry.state is not State.ABANDONED}
        for n, entry in enumerate(entries):
            if entry.id in gone and entry.state is State.APPLIED:
                self.move(entry, State.SUPERSEDED)
                continue
            if n < len(entries) - _KEPT and entry.state in _CLOSED:
                if newest.get((entry.tool, entry.path)) != entry.id:
                    self.discard(entry)
                continue
            kept = entry.former_in_vault or any(key.in_vault or key.former for key in entry.keys)
            if entry.state in _CLOSED and (kept or (self.folder / f"{entry.id}.before").exists()):
                self._forget(entry)
        for path in self.folder.glob(".*.new"):
            with contextlib.suppress(OSError):
                path.unlink(missing_ok=True)

    def _read(self) -> list[tuple[Path, Entry | None]]:
        return [(path, _entry(path)) for path in sorted(self.folder.glob("*.json"))]


def digest(data: bytes) -> str:
    """A file's hash."""
    return hashlib.sha256(data).hexdigest()


def value_digest(value: Any) -> str:
    """A value's hash."""
    return digest(json.dumps(value, sort_keys=True).encode())


def unwritable(folder: Path, error: OSError) -> EditError:
    """The error for a journal that cannot be written."""
    return EditError(
        Trouble(
            title=say("The journal of edits cannot be written"),
            message=say("{folder}: {why}. Without it no tool's file is touched.", folder=folder, why=error.strerror),
            fix=say("Make that folder writable, or set SPENDLIGHT_HOME to one that is."),
            code="folder_unusable",
        )
    )


def _taken_over(entries: list[Entry]) -> set[str]:
    """What later entries undo too."""
    return {old for e in entries if e.state in (State.APPLIED, State.REVERTED) for old in e.supersedes}


def _entry(path: Path) -> Entry | None:
    try:
        document = json.loads(path.read_bytes())
        keys = tuple(Key(**{**key, "way": tuple(_step_in(s) for s in key["way"])}) for key in document.pop("keys"))
        for name in ("folders", "supersedes"):
            document[name] = tuple(document[name])
        entry = Entry(**{**document, "keys": keys, "state": State(document["state"])})
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        return None
    return entry if entry.id == path.stem else None


def _step_in(raw: Any) -> Step:
    if isinstance(raw, dict):
        return Item(raw["prefix"]) if "prefix" in raw else Where(raw["key"], raw["value"])
    if not isinstance(raw, str | int):
        raise TypeError("no step")
    return raw


def _kept(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except OSError:
        return None
