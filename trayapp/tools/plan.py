"""What an edit of one file will be: the wish of a tool's module, and the bytes that it comes to.

Pure but for reading the file. ``Edit`` is what a tool's module writes down; ``Plan`` is that wish against the file as
it is now, with the difference for people to see before anything is written. Undoing works on bytes too: ``withdraw``
takes out what is still ours and leaves everything else.
"""

from __future__ import annotations

import contextlib
import difflib
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Final

from trayapp.said import joined, say
from trayapp.tools import envspans, jsonspans, linespans, tomlspans, wholefile, yamlspans
from trayapp.tools.files import refused
from trayapp.tools.journal import Entry, Journal, Key, VaultShutError, digest, value_digest
from trayapp.tools.masking import masked
from trayapp.tools.spans import (
    Changed,
    Found,
    Grammar,
    NotUnderstoodError,
    Operation,
    Way,
    change,
    decode,
    named,
    put_raw,
    take_out,
)


class Format(StrEnum):
    """The formats that can be edited."""

    JSON = "json"
    TOML = "toml"
    ENV = "env"
    YAML = "yaml"
    LINES = "lines"
    WHOLE = "whole"
    """The file as a whole is ours."""


GRAMMARS: Final[dict[Format, Grammar]] = {
    Format.JSON: jsonspans,
    Format.TOML: tomlspans,
    Format.ENV: envspans,
    Format.YAML: yamlspans,
    Format.LINES: linespans,
    Format.WHOLE: wholefile,
}


@dataclass(frozen=True, slots=True)
class Edit:
    """What a tool's module wants in one file."""

    tool: str
    path: Path
    format: Format
    operations: tuple[Operation, ...]
    anywhere: bool = False
    """The path may lie outside the home folder: the user has named it."""
    mode: str = ""
    """Which of the tool's modes it belongs to."""


@dataclass(frozen=True, slots=True)
class Left:
    """A key that undoing leaves alone."""

    way: Way
    why: str
    by_user: bool
    """The user took it out, or changed what we had not merely filled in."""
    stuck: bool = False
    """It is ours, and could not be taken out."""
    owed: bool = False
    """Ours is taken out, but what was there before cannot be had now."""


@dataclass(frozen=True, slots=True)
class Withdrawn:
    """A file without what is ours."""

    data: bytes | None
    """``None``: there was no file before."""
    exact: bool
    """It is what it was before, byte for byte."""
    left: tuple[Left, ...] = ()
    owed: str = ""
    """Why what was there before is not all back: the vault is shut. Nothing of ours is in the file, though."""


@dataclass(frozen=True, slots=True)
class Plan:
    """An edit against the file as it is now."""

    edit: Edit
    real: Path
    current: bytes | None
    former: bytes | None
    """What undoing will lead to: the present file without what earlier edits of ours put there."""
    changed: Changed
    """From ``former`` to what will be."""
    earlier: tuple[Entry, ...] = ()
    """Entries that this edit takes over."""
    left: tuple[Left, ...] = ()
    """Keys of earlier edits that the user has taken out or changed."""
    opted_out: bool = False

    @property
    def after(self) -> bytes:
        """What will be in the file."""
        return self.changed.after

    def diff(self) -> str:
        """A unified diff for people; secrets are masked."""
        return diff(self.edit.path, self.current, self.after)


def make_changed(path: Path, data: bytes | None, form: Format, operations: tuple[Operation, ...]) -> Changed:
    """Do the operations on bytes.

    Raises:
        EditError: the file is not understood.
    """
    try:
        return change(data or b"", GRAMMARS[form], operations)
    except NotUnderstoodError as error:
        raise refused(
            path,
            say("{error}; it was left alone", error=error),
            say("Make that change by hand, or simplify that place."),
            "not_understood",
        ) from None


def withdraw(journal: Journal, entry: Entry, data: bytes | None) -> Withdrawn:
    """The file without an entry's edit: what it was, byte for byte, or without the keys that are still ours."""
    if data is None:
        return Withdrawn(
            None, exact=False, left=tuple(Left(k.way, say("the file is gone"), by_user=True) for k in entry.keys)
        )
    shut = ""
    if digest(data) in (entry.after, entry.partly):
        if entry.former is None:
            return Withdrawn(None, exact=True)
        try:
            former = journal.former(entry)
        except VaultShutError as error:
            former, shut = None, str(error)
        if former is not None:
            return Withdrawn(former, exact=True)
    grammar = GRAMMARS[Format(entry.format)]
    left: list[Left] = []
    try:
        mark, text = decode(data)
    except NotUnderstoodError as error:
        return Withdrawn(
            data, exact=False, left=tuple(Left(k.way, str(error), by_user=False, stuck=True) for k in entry.keys)
        )
    for n in range(len(entry.keys) - 1, -1, -1):
        try:
            text, stays = _withdraw_key(journal, entry, n, text, grammar)
        except NotUnderstoodError as error:
            stays = Left(entry.keys[n].way, str(error), by_user=False, stuck=True)
        if stays is not None:
            left.append(stays)
    after = mark + text.encode()
    if entry.former is None and _is_bare(grammar, text):
        return Withdrawn(None, exact=not left, left=tuple(left))
    exact = entry.former is not None and digest(after) == entry.former
    owed = next((item.why for item in left if item.owed), "" if exact else shut)
    return Withdrawn(after, exact=exact, left=tuple(left), owed=owed)


def changed_by_user(entry: Entry, data: bytes | None) -> tuple[Left, ...]:
    """The keys of an edit that the user has taken out or changed since. Needs no vault, so looking asks no keyring."""
    if data is not None and digest(data) in (entry.after, entry.partly):
        return ()
    found = []
    for key in entry.keys:
        if data is None:
            found.append(Left(key.way, say("the file is gone"), by_user=True))
            continue
        with contextlib.suppress(NotUnderstoodError):
            left = _left(key, GRAMMARS[Format(entry.format)].find(decode(data)[1], key.way))
            found += [left] if left is not None and left.by_user else []
    return tuple(found)


def _left(key: Key, found: Found | None) -> Left | None:
    """Why a key is not, or no more, what we made it; ``None``: it is."""
    if key.ours is not None and not key.taken_out:
        if found is None:
            return Left(key.way, say("you have taken it out"), by_user=True)
        if value_digest(found.value) != key.ours:
            return Left(key.way, say("you have changed it"), by_user=not key.polite)
    elif found is not None and not (key.taken_out and key.existed):
        return Left(key.way, say("you have set it again"), by_user=True)
    return None


def _is_bare(grammar: Grammar, text: str) -> bool:
    """Whether a file holds nothing any more."""
    try:
        return grammar.bare(text, ())
    except NotUnderstoodError:
        return False


def _withdraw_key(journal: Journal, entry: Entry, n: int, text: str, grammar: Grammar) -> tuple[str, Left | None]:
    """The text without one key of ours, and what there is to say about it."""
    key = entry.keys[n]
    found = grammar.find(text, key.way)
    set_again = Left(key.way, say("you have set it again"), by_user=True)
    if (left := _left(key, found)) is not None:
        return text, left
    if not key.existed:
        ours = found is not None and not key.taken_out
        return take_out(text, grammar, key.way, key.made) if ours else text, None
    # What was there before has to come back.
    try:
        raw = journal.raw(entry, n)
    except VaultShutError as error:
        if found is not None and key.taken_out:
            return text, set_again
        without = text if found is None else take_out(text, grammar, key.way, key.made)
        return without, Left(key.way, str(error), by_user=False, owed=True)
    if found is not None and key.taken_out:
        return text, None if text[found.start : found.end] == raw else set_again
    if raw is None:
        return text, Left(key.way, say("its former value was not kept"), by_user=False, stuck=True)
    if found is None:
        text = grammar.put(text, key.way, "x").on(text)
    return put_raw(text, grammar, key.way, raw), None


def diff(path: Path, before: bytes | None, after: bytes | None) -> str:
    """A unified diff of two versions of a file, for people; secrets are masked."""
    old, new = (_lines(data) for data in (before, after))
    lines = difflib.unified_diff(
        old,
        new,
        str(path) if before is not None else "/dev/null",
        str(path) if after is not None else "/dev/null",
        n=3,
        lineterm="",
    )
    out = []
    for n, line in enumerate(lines):
        out.append(line if n < 2 else line[:1] + masked(line[1:].rstrip("\r\n")))
        if n >= 2 and not line.endswith("\n") and line[:1] != "@":
            out.append("\\ No newline at end of file")
    return "".join(f"{line}\n" for line in out)


def words(left: tuple[Left, ...]) -> str:
    """What was left alone, for people."""
    return joined(
        "; ",
        [
            say("`{setting}` is not what it was before: {why}", setting=named(item.way), why=item.why)
            if item.owed
            else say("`{setting}` was left alone: {why}", setting=named(item.way), why=item.why)
            for item in left
        ],
    )


def _lines(data: bytes | None) -> list[str]:
    text = (data or b"").decode("utf-8", "replace")
    return text.removeprefix("\ufeff").splitlines(keepends=True) if text else []
