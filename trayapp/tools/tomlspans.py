"""Spans in TOML: tables, dotted keys, ``[[lists of tables]]``, inline tables.

``tomllib`` reads the values and decides what is valid; this module only finds where they stand. Not known, hence
refused: a new entry in a list that is written in brackets, and a key whose table is written in several ways at once. A
new key stands behind its table's last one; a table that is missing is added at the end of the file, and so is a new
entry of a list of tables (``Where``), with its name in it.
"""

from __future__ import annotations

import json
import re
import tomllib
from dataclasses import dataclass, field
from typing import Any

from trayapp.tools.spans import Found, NotUnderstoodError, Splice, Value, Way, Where, choose, newline

_KEY = re.compile(r"""[ \t]*(?:([A-Za-z0-9_-]+)|("(?:[^"\\\n]|\\.)*")|'([^'\n]*)')[ \t]*""")
_BARE_KEY = re.compile(r"[A-Za-z0-9_-]+\Z")
_BLANK = re.compile(r"(?:[ \t\r\n]+|#[^\n]*)*")
_STRINGS = (
    re.compile(r'"""(?:[^\\]|\\.)*?"""(?:"(?!"")|"")?', re.DOTALL),
    re.compile(r"'''.*?'''(?:'(?!'')|'')?", re.DOTALL),
    re.compile(r'"(?:[^"\\\n]|\\.)*"'),
    re.compile(r"'[^'\n]*'"),
)
_SPACES = re.compile(r"[ \t]*")
_PLAIN = re.compile(r"[^,\]}#\r\n]+")
_REST = re.compile(r"[ \t]*(#[^\n]*?)?(?:\r?\n|\r?\Z)")

Path = tuple[str | int, ...]


@dataclass(slots=True)
class _Pair:
    """``key = value``, on lines of its own or in an inline table."""

    path: Path
    start: int
    """Of the line, or of the key in an inline table."""
    value: int
    value_end: int
    end: int
    """Behind the newline, or behind the value in an inline table."""
    comment: str = ""
    inline: bool = False
    comma: int = -1
    inner: list[_Pair] = field(default_factory=list)


@dataclass(slots=True)
class _Section:
    """A header and what stands under it; the first has no header."""

    path: Path
    start: int
    body: int
    pairs: list[_Pair] = field(default_factory=list)
    end: int = 0


class _Scanner:
    def __init__(self, text: str) -> None:
        self.text = text
        self.sections = [_Section((), 0, 0)]
        self.lists: dict[Path, int] = {}
        at = 0
        while at < len(text):
            at = self.statement(at)
        self.sections[-1].end = len(text)

    def statement(self, at: int) -> int:
        text = self.text
        here = _past_spaces(text, at)
        if text[here : here + 1] in ("", "#", "\r", "\n"):
            end = text.find("\n", here)
            return len(text) if end < 0 else end + 1
        if text[here] == "[":
            several = text.startswith("[[", here)
            keys, here = self.keys(here + (2 if several else 1))
            here = text.index("]", here) + (2 if several else 1)
            body, _ = self.rest(here)
            path = self.resolved(keys, last=several)
            self.sections[-1].end = at
            self.sections.append(_Section(path, at, body))
            return body
        pair = self.pair(here, self.sections[-1].path)
        pair.start = at
        pair.end, pair.comment = self.rest(pair.value_end)
        self.sections[-1].pairs.append(pair)
        return pair.end

    def resolved(self, keys: Path, *, last: bool) -> Path:
        """A header's path with the index of each list on the way."""
        path: Path = ()
        for n, key in enumerate(keys):
            path = (*path, key)
            if last and n == len(keys) - 1:
                self.lists[path] = self.lists.get(path, -1) + 1
            if path in self.lists:
                path = (*path, self.lists[path])
        return path

    def keys(self, at: int) -> tuple[Path, int]:
        found: list[str] = []
        while True:
            match = _KEY.match(self.text, at)
            if match is None:
                raise NotUnderstoodError("a key is not understood")
            bare, quoted, literal = match.groups()
            found.append(bare or (tomllib.loads(f"k={quoted}")["k"] if quoted else literal))
            at = match.end()
            if self.text[at : at + 1] != ".":
                return tuple(found), at
            at += 1

    def pair(self, at: int, table: Path) -> _Pair:
        keys, here = self.keys(at)
        if self.text[here : here + 1] != "=":
            raise NotUnderstoodError("an equals sign is missing")
        start = _past_spaces(self.text, here + 1)
        pair = _Pair((*table, *keys), at, start, 0, 0)
        pair.value_end = pair.end = self.value(start, pair)
        return pair

    def value(self, at: int, pair: _Pair | None) -> int:
        """Where a value ends; the pairs of an inline table are kept in ``pair``."""
        text = self.text
        for pattern in _STRINGS:
            if match := pattern.match(text, at):
                return match.end()
        if text[at : at + 1] == "[":
            here = self.blank(at + 1)
            while text[here : here + 1] != "]":
                here = self.blank(self.value(here, None))
                if text[here : here + 1] == ",":
                    here = self.blank(here + 1)
            return here + 1
        if text[at : at + 1] == "{":
            return self.inline(at, pair)
        match = _PLAIN.match(text, at)
        if match is None:
            raise NotUnderstoodError("a value is not understood")
        return at + len(match[0].rstrip())

    def inline(self, at: int, outer: _Pair | None) -> int:
        here = self.blank(at + 1)
        while self.text[here : here + 1] != "}":
            pair = self.pair(here, outer.path if outer else ())
            pair.inline = True
            if outer is not None:
                outer.inner.append(pair)
            here = self.blank(pair.value_end)
            if self.text[here : here + 1] == ",":
                pair.comma = here
                here = self.blank(here + 1)
        return here + 1

    def blank(self, at: int) -> int:
        match = _BLANK.match(self.text, at)
        return match.end() if match else at

    def rest(self, at: int) -> tuple[int, str]:
        match = _REST.match(self.text, at)
        if match is None:
            raise NotUnderstoodError("the rest of a line is not understood")
        return match.end(), (match[1] or "").rstrip("\r")

    def pairs(self) -> list[tuple[_Pair, _Pair | None]]:
        """All pairs, each with the inline table's pair that it stands in."""
        found: list[tuple[_Pair, _Pair | None]] = []
        waiting: list[tuple[_Pair, _Pair | None]] = [(p, None) for s in self.sections for p in s.pairs]
        while waiting:
            pair, outer = waiting.pop()
            found.append((pair, outer))
            waiting.extend((inner, pair) for inner in pair.inner)
        return found


def load(text: str) -> Any:
    """The document as plain values."""
    try:
        return tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise NotUnderstoodError(f"it is not valid TOML: {error}") from None
    except ValueError:  # a number of more digits than Python reads
        raise NotUnderstoodError("it holds a number that cannot be read") from None


def find(text: str, way: Way) -> Found | None:
    """The value at that place; a table that is no inline table has no span."""
    document = load(text)
    path, rest = _resolve(document, way)
    if rest:
        return None
    value: Any = document
    for step in path:
        value = value[step]
    for pair, _ in _scan(text).pairs():
        if pair.path == path:
            return Found(pair.value, pair.value_end, value)
    if not isinstance(value, dict | list):
        raise NotUnderstoodError("the value stands where the scanner does not find it")
    return Found(0, 0, value)


def put(text: str, way: Way, value: Value) -> Splice:
    """Set a value."""
    document = load(text)
    path, rest = _resolve(document, way)
    scan = _scan(text)
    if not rest:
        for pair, _ in scan.pairs():
            if pair.path == path:
                return Splice(pair.value, text[pair.value : pair.value_end], _value(value))
        raise NotUnderstoodError("there is a table where the value should stand")
    if not all(isinstance(step, str) for step in rest):
        return _new_entry(text, scan, document, path, rest, value)
    keys = [str(step) for step in rest]
    for pair, _ in scan.pairs():
        if pair.path == path and text[pair.value] == "{":
            return _into_inline(text, pair, keys, value)
    for n in range(len(path), -1, -1):
        section = next((s for s in scan.sections if s.path == path[:n]), None)
        dotted = path[n:]
        if section is None:
            continue
        if not dotted and len(keys) == 1:
            return _into_section(text, section, section.pairs, keys, value)
        under = [p for p in section.pairs if p.path[: len(path)] == path]
        if dotted and under and all(isinstance(step, str) for step in dotted):
            return _into_section(text, section, under, [*(str(step) for step in dotted), *keys], value)
    if any(isinstance(step, int) for step in path):
        raise NotUnderstoodError("the list entry is not a table with a header of its own")
    return _new_section(text, [*(str(step) for step in path), *keys[:-1]], keys[-1], value)


def drop(text: str, way: Way) -> Splice:
    """Take away a key that is there; a comment on its line stays."""
    document = load(text)
    path, rest = _resolve(document, way)
    scan = _scan(text)
    if rest:
        raise NotUnderstoodError("the key is not there")
    for pair, outer in scan.pairs():
        if pair.path != path:
            continue
        if outer is not None:
            return _out_of_inline(text, pair, outer)
        indent = text[pair.start : _past_spaces(text, pair.start)]
        kept = indent + pair.comment + _line_end(text, pair.end) if pair.comment else ""
        start = pair.start
        if not kept and pair.end == len(text) and not text.endswith("\n") and start:
            start -= len(_line_end(text, start))
        return Splice(start, text[start : pair.end], kept)
    headed = [s for s in scan.sections if s.path == path and path]
    if len(headed) != 1 or any(pair.path[-1] != _name_of(way) for pair in headed[0].pairs):
        raise NotUnderstoodError("the table is not empty")
    section = headed[0]
    body = section.pairs[-1].end if section.pairs else section.body
    if any(pair.comment for pair in section.pairs) or text[section.body : body].count("\n") > len(section.pairs):
        raise NotUnderstoodError("something of the user's stands in the table")
    before = text[: section.start]
    start = len(before) - len(_line_end(before, len(before))) if before.endswith(("\n\n", "\n\r\n")) else section.start
    if body == len(text) and not text.endswith("\n") and start:
        start -= len(_line_end(text, start))
    return Splice(start, text[start:body], "")


def bare(text: str, way: Way) -> bool:
    """Whether a table can go without anything else."""
    document = load(text)
    path, rest = _resolve(document, way)
    if rest:
        return False
    if not path:
        return not text.strip()
    found = find(text, way)
    if found is None or found.value not in ({}, _named_only(way)):
        return False
    if found.end:
        return True
    # A comment under the header stays when the header goes.
    name = _name_of(way)
    return all(pair.path[-1] == name for s in _scan(text).sections if s.path == path for pair in s.pairs)


def _scan(text: str) -> _Scanner:
    try:
        return _Scanner(text)
    except (ValueError, RecursionError):
        raise NotUnderstoodError("it is written in a way that is not understood") from None


def _resolve(document: Any, way: Way) -> tuple[Path, Way]:
    """The part of the way that exists, with list entries as numbers, and the rest."""
    node = document
    path: Path = ()
    for depth, step in enumerate(way):
        if isinstance(node, list):
            place: str | int | None = choose(node, step)
        elif isinstance(node, dict) and isinstance(step, str):
            place = step if step in node else None
        else:
            raise NotUnderstoodError("a step leads through something that is no table")
        if place is None:
            return path, way[depth:]
        node, path = node[place], (*path, place)
    return path, ()


def _into_section(text: str, section: _Section, behind: list[_Pair], keys: list[str], value: Value) -> Splice:
    line = f"{'.'.join(_key(k) for k in keys)} = {_value(value)}"
    if behind:
        last = behind[-1]
        indent = text[last.start : _past_spaces(text, last.start)]
        return _line(text, last.end, indent + line)
    if section.path:
        return _line(text, section.body, line)
    # The root has no keys yet: behind the comment that opens the file, if a blank line ends it.
    match = re.match(r"(?:#[^\n]*\n)+(?=\r?\n)", text)
    return _line(text, match.end() if match else 0, line)


def _line(text: str, at: int, line: str) -> Splice:
    """Add a line at the beginning of another, or behind the last."""
    end = newline(text)
    if at == len(text) and at and not text.endswith("\n"):
        return Splice(at, "", end + line)
    return Splice(at, "", line + end)


def _new_section(text: str, table: list[str], key: str, value: Value) -> Splice:
    end = newline(text)
    final = end if not text or text.endswith("\n") else ""
    lead = "" if not text.strip() else end if text.endswith("\n") else end + end
    header = ".".join(_key(step) for step in table)
    return Splice(len(text), "", f"{lead}[{header}]{end}{_key(key)} = {_value(value)}{final}")


def _new_entry(text: str, scan: _Scanner, document: Any, path: Path, rest: Way, value: Value) -> Splice:
    """A new ``[[list]]`` entry that has its name and one key."""
    lists = [str(step) for step in (*path, *rest[:-2])]
    where, key = rest[-2:] if len(rest) > 1 else ("", "")
    node = document
    for step in path:
        node = node[step]
    new = isinstance(node, dict) and len(rest) > 2
    headed = isinstance(node, list) and len(rest) == 2 and any(s.path == (*path, 0) for s in scan.sections)
    plain = all(isinstance(step, str) for step in (*path, *rest[:-2]))
    if not isinstance(where, Where) or not isinstance(key, str) or not plain or not (new or headed):
        raise NotUnderstoodError("there is no such list entry")
    end = newline(text)
    final = end if not text or text.endswith("\n") else ""
    lead = "" if not text.strip() else end if text.endswith("\n") else end + end
    header = ".".join(_key(step) for step in lists)
    name = f"{_key(where.key)} = {_value(where.value)}"
    return Splice(len(text), "", f"{lead}[[{header}]]{end}{name}{end}{_key(key)} = {_value(value)}{final}")


def _name_of(way: Way) -> str | None:
    """The key by which the last step tells a list entry."""
    return way[-1].key if way and isinstance(way[-1], Where) else None


def _named_only(way: Way) -> dict[str, str]:
    """A list entry that holds its name and nothing else."""
    return {way[-1].key: way[-1].value} if way and isinstance(way[-1], Where) else {}


def _into_inline(text: str, table: _Pair, keys: list[str], value: Value) -> Splice:
    entry = f"{'.'.join(_key(k) for k in keys)} = {_value(value)}"
    if not table.inner:
        return Splice(table.value, text[table.value : table.value_end], f"{{ {entry} }}")
    last = table.inner[-1]
    return Splice(last.value_end, "", f", {entry}")


def _out_of_inline(text: str, pair: _Pair, table: _Pair) -> Splice:
    n = table.inner.index(pair)
    if n < len(table.inner) - 1:
        end = table.inner[n + 1].start
        return Splice(pair.start, text[pair.start : end], "")
    if n:
        start = table.inner[n - 1].value_end
        return Splice(start, text[start : pair.value_end], "")
    return Splice(table.value, text[table.value : table.value_end], "{}")


def _past_spaces(text: str, at: int) -> int:
    match = _SPACES.match(text, at)
    return match.end() if match else at


def _line_end(text: str, at: int) -> str:
    """The newline that ends just before ``at``."""
    if text[at - 1 : at] != "\n":
        return ""
    return "\r\n" if text[at - 2 : at] == "\r\n" else "\n"


def _key(key: str) -> str:
    return key if _BARE_KEY.match(key) else json.dumps(key, ensure_ascii=False)


def _value(value: Value) -> str:
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
    return json.dumps(value)
