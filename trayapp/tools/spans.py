"""What an edit of a configuration file is: a key's place, what to do there, and the span of text that changes.

Pure: bytes in, bytes and their undoing out. The four grammars (``jsonspans``, ``tomlspans``, ``envspans``,
``yamlspans``) find the spans; this module applies them and checks each result by reading the whole document again: it
has to hold what it held before, plus the one change. What fails that check, and all syntax that a grammar does not
know, is refused with ``NotUnderstoodError``; nothing is ever guessed.
"""

from __future__ import annotations

import copy
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, Protocol, TypeAlias

BOM: Final = b"\xef\xbb\xbf"


@dataclass(frozen=True, slots=True)
class Where:
    """A step into a list: the entry that is a table with ``key`` equal to ``value``; TOML's is added when missing."""

    key: str
    value: str


@dataclass(frozen=True, slots=True)
class Item:
    """A step into a list of texts: the entry that begins with ``prefix``; it is added at the end when missing."""

    prefix: str


Step: TypeAlias = str | int | Where | Item
Way: TypeAlias = tuple[Step, ...]
"""The place of a key: one step a level."""
Value: TypeAlias = str | int | bool


@dataclass(frozen=True, slots=True)
class Set:
    """Give the key this value; missing tables on the way are made."""

    way: Way
    value: Value
    unless_set: bool = False
    """Leave a value alone that is there already."""


@dataclass(frozen=True, slots=True)
class Remove:
    """Take the key away, if it is there."""

    way: Way


Operation: TypeAlias = Set | Remove


@dataclass(frozen=True, slots=True)
class Splice:
    """One replaced span of a text (without its byte order mark)."""

    start: int
    old: str
    new: str

    def on(self, text: str) -> str:
        """The text with the new span.

        Raises:
            ValueError: the old span does not stand there.
        """
        if text[self.start : self.start + len(self.old)] != self.old:
            raise ValueError("the text is not the one that this splice was made for")
        return text[: self.start] + self.new + text[self.start + len(self.old) :]

    def undone(self) -> Splice:
        """The splice that leads back."""
        return Splice(self.start, self.new, self.old)


@dataclass(frozen=True, slots=True)
class Found:
    """A key's value in a text."""

    start: int
    end: int
    value: Any


class NotUnderstoodError(Exception):
    """The file, or the place in it, is written in a way that the scanner does not know. The text is for people."""


class Grammar(Protocol):
    """What each format's module offers. All of them raise ``NotUnderstoodError``."""

    def load(self, text: str) -> Any:
        """The document as plain values."""

    def find(self, text: str, way: Way) -> Found | None:
        """The value at that place."""

    def put(self, text: str, way: Way, value: Value) -> Splice:
        """Set a value."""

    def drop(self, text: str, way: Way) -> Splice:
        """Take away a key that is there."""

    def bare(self, text: str, way: Way) -> bool:
        """Whether the table at that place (``()``: the file) can go without anything of the user's."""


@dataclass(frozen=True, slots=True)
class Done:
    """One operation that has been done."""

    way: Way
    value: Value | None
    """What was set; ``None``: removed."""
    former: str | None
    """The raw text of the value before; ``None``: there was none."""
    made: int
    """How many tables above the key were made."""
    splice: Splice


@dataclass(frozen=True, slots=True)
class Changed:
    """The outcome of operations on one file."""

    before: bytes
    after: bytes
    done: tuple[Done, ...]
    """Only what changed something."""


def change(data: bytes, grammar: Grammar, operations: Sequence[Operation]) -> Changed:
    """Do the operations, one after the other.

    Raises:
        NotUnderstoodError: the file or a place in it is not understood; nothing has been done.
    """
    mark, text = decode(data)
    done: list[Done] = []
    for operation in operations:
        found = grammar.find(text, operation.way)
        former = None if found is None else text[found.start : found.end]
        if isinstance(operation, Remove):
            if found is None:
                continue
            splice = grammar.drop(text, operation.way)
            done.append(Done(operation.way, None, former, 0, splice))
            text = _checked(text, splice, grammar, operation.way, None)
            continue
        if found is not None and isinstance(found.value, dict | list) and not operation.unless_set:
            raise NotUnderstoodError(f"there is a table or list where `{named(operation.way)}` should be a value")
        if found is not None and (operation.unless_set or _same(found.value, operation.value)):
            continue
        made = 0 if found is not None else _missing(text, grammar, operation.way)
        splice = grammar.put(text, operation.way, operation.value)
        done.append(Done(operation.way, operation.value, former, made, splice))
        text = _checked(text, splice, grammar, operation.way, operation.value)
    after = mark + text.encode()
    if undo(after, [step.splice for step in done]) != data:
        raise NotUnderstoodError("the change could not be undone exactly")
    return Changed(data, after, tuple(done))


def undo(after: bytes, splices: Sequence[Splice]) -> bytes:
    """The bytes before the splices.

    Raises:
        ValueError: they were not made on the way to these bytes.
    """
    mark, text = decode(after)
    for splice in reversed(splices):
        text = splice.undone().on(text)
    return mark + text.encode()


def put_raw(text: str, grammar: Grammar, way: Way, raw: str) -> str:
    """Put a former value's own text back in the place of the present one.

    Raises:
        NotUnderstoodError: it no longer fits there.
    """
    found = grammar.find(text, way)
    if found is None:
        raise NotUnderstoodError("the key is not there")
    after = text[: found.start] + raw + text[found.end :]
    again = grammar.find(after, way)
    if again is None or after[again.start : again.end] != raw:
        raise NotUnderstoodError("the former value no longer fits in its place")
    was, now = grammar.load(text), grammar.load(after)
    if again.value is None:  # a null: `altered` would take the key out, so only the rest is compared
        was, now = altered(was, way, None), altered(now, way, None)
    else:
        was = altered(was, way, again.value)
    if now != was:
        raise NotUnderstoodError("the former value no longer fits in its place")
    return after


def take_out(text: str, grammar: Grammar, way: Way, made: int) -> str:
    """Take a key away, and those of the ``made`` tables above it that hold nothing any more.

    Raises:
        NotUnderstoodError: its surroundings are no longer understood.
    """
    text = _checked(text, grammar.drop(text, way), grammar, way, None)
    for depth in range(1, made + 1):
        table = way[: len(way) - depth]
        try:
            if grammar.find(text, table) is None:
                continue
            if not grammar.bare(text, table):
                break
            text = _checked(text, grammar.drop(text, table), grammar, table, None)
        except NotUnderstoodError:
            break  # an empty table stays; the key is out
    return text


def decode(data: bytes) -> tuple[bytes, str]:
    """The byte order mark and the text.

    Raises:
        NotUnderstoodError: it is not UTF-8, or holds NUL.
    """
    mark = BOM if data.startswith(BOM) else b""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise NotUnderstoodError("it is UTF-16 text")
    try:
        text = data[len(mark) :].decode("utf-8")
    except UnicodeDecodeError:
        raise NotUnderstoodError("it is not UTF-8 text") from None
    if "\0" in text:
        raise NotUnderstoodError("it holds NUL characters")
    return mark, text


def newline(text: str) -> str:
    """How this text ends its lines."""
    end = text.find("\n")
    if end < 0:
        return "\n"
    return "\r\n" if text[end - 1 : end] == "\r" else "\n"


def altered(document: Any, way: Way, value: Any) -> Any:
    """A copy of plain values with one key set, or removed (``value`` is ``None``).

    Raises:
        NotUnderstoodError: a step leads through something that is no table or list.
    """
    root = copy.deepcopy(document)
    node = root
    for depth, step in enumerate(way):
        last = depth == len(way) - 1
        place = _place(node, step)
        if last and value is None:
            if place is not None:
                del node[place]
        elif last:
            if place is None:
                if not isinstance(step, Item):
                    raise NotUnderstoodError("there is no such list entry")
                node.append(value)
            elif isinstance(node, list):
                node[place] = value
            else:
                node[place] = value
        elif place is None and isinstance(step, Where) and value is not None:
            node.append({step.key: step.value})
            node = node[-1]
        elif place is None:
            raise NotUnderstoodError("there is no such list entry")
        else:
            if isinstance(node, dict) and place not in node:
                node[place] = [] if isinstance(way[depth + 1], Item | Where) else {}
            node = node[place]
    return root


def choose(values: Sequence[Any], step: Step) -> int | None:
    """The index of the list entry that a step means.

    Raises:
        NotUnderstoodError: the step means several, or is no step into a list.
    """
    if isinstance(step, str):
        raise NotUnderstoodError(f"there is a list where `{step}` should be a key")
    if isinstance(step, int):
        return step if 0 <= step < len(values) else None
    if isinstance(step, Where):
        fits = [n for n, v in enumerate(values) if isinstance(v, dict) and v.get(step.key) == step.value]
    else:
        fits = [n for n, v in enumerate(values) if isinstance(v, str) and v.startswith(step.prefix)]
    if len(fits) > 1:
        raise NotUnderstoodError("two entries of the list fit")
    return fits[0] if fits else None


def named(way: Way) -> str:
    """A key's place for people."""
    words = []
    for step in way:
        if isinstance(step, Where):
            words.append(f"{step.key}={step.value}")
        elif isinstance(step, Item):
            words.append(f"{step.prefix}…")
        else:
            words.append(str(step))
    return ".".join(words)


def _place(node: Any, step: Step) -> Any:
    if isinstance(node, list):
        return choose(node, step)
    if isinstance(node, dict) and isinstance(step, str):
        return step
    raise NotUnderstoodError(f"`{named((step,))}` should stand in a table, but there is none")


def _at(node: Any, way: Way) -> Any:
    for step in way:
        place = _place(node, step)
        node = None if place is None else node[place]
    return node


def _same(one: Any, other: Any) -> bool:
    return type(one) is type(other) and bool(one == other)


def _missing(text: str, grammar: Grammar, way: Way) -> int:
    """How many tables above the key are not there."""
    for depth in range(len(way) - 1, 0, -1):
        if grammar.find(text, way[:depth]) is not None:
            return len(way) - 1 - depth
    return len(way) - 1


def _checked(text: str, splice: Splice, grammar: Grammar, way: Way, value: Value | None) -> str:
    after = splice.on(text)
    wanted = altered(grammar.load(text), way, value)
    now = grammar.load(after)
    # With its last key a table may vanish that has no header of its own, with its last entry a list (TOML).
    for depth in range(len(way) - 1, 0, -1):
        if value is not None or now == wanted or grammar.find(after, way[:depth]) is not None:
            break
        if _at(wanted, way[:depth]) not in ({}, []):
            break
        wanted = altered(wanted, way[:depth], None)
    if now != wanted:
        raise NotUnderstoodError(f"setting `{named(way)}` would change more than that")
    found = grammar.find(after, way)
    if value is not None and (found is None or not _same(found.value, value)):
        raise NotUnderstoodError(f"`{named(way)}` could not be set")
    if value is None and found is not None and not isinstance(way[-1], int):
        raise NotUnderstoodError(f"`{named(way)}` could not be removed")
    return after
