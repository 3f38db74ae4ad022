"""Spans in JSON, also with comments and trailing commas (as VS Code, Zed and opencode write it).

Known: RFC 8259, ``//`` and ``/* */`` comments, a comma after the last entry. Not known, hence refused: single quotes,
bare keys, hexadecimal numbers and what else JSON5 adds; a key that stands twice on our way; more than 100 levels.
A file that is empty, or holds comments only, is an empty document; a new entry takes the indentation, the newline, the
spacing and the trailing comma of its neighbours.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import Any, Final

from trayapp.tools.spans import Found, Item, NotUnderstoodError, Splice, Step, Value, Way, choose, newline

_DEEP: Final = 100
_BLANK = re.compile(r"(?:[ \t\r\n]+|//[^\r\n]*|/\*.*?\*/)*", re.DOTALL)
_STRING = re.compile(r'"(?:[^"\\\x00-\x1f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"')
_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?(?![0-9A-Za-z.])")
_SAME_LINE = re.compile(r"[ \t]*(?://[^\r\n]*|/\*[^\r\n]*?\*/)")
_WORD = re.compile(r"(?:true|false|null)\b")


@dataclass(slots=True)
class _Node:
    start: int
    end: int = 0
    kind: str = "scalar"
    value: Any = None
    entries: list[_Entry] = field(default_factory=list)


@dataclass(slots=True)
class _Entry:
    start: int
    """Of the key, or of a list entry's value."""
    key: str | None
    key_end: int
    node: _Node
    comma: int = -1
    """Where the comma behind it stands."""


class _Reader:
    def __init__(self, text: str) -> None:
        self.text = text

    def blank(self, at: int) -> int:
        match = _BLANK.match(self.text, at)
        return match.end() if match else at

    def node(self, at: int, depth: int = 0) -> _Node:
        if depth > _DEEP:
            raise NotUnderstoodError("it is nested too deeply")
        head = self.text[at : at + 1]
        if head in ("{", "["):
            return self.container(at, depth, "}" if head == "{" else "]")
        for pattern in (_STRING, _NUMBER, _WORD):
            if match := pattern.match(self.text, at):
                try:
                    return _Node(at, match.end(), "scalar", json.loads(match[0]))
                except ValueError:  # a number of more digits than Python reads
                    break
        raise NotUnderstoodError(f"line {self.line(at)} is not JSON")

    def container(self, start: int, depth: int, closing: str) -> _Node:
        node = _Node(start, kind="object" if closing == "}" else "array")
        at = self.blank(start + 1)
        while self.text[at : at + 1] != closing:
            if node.entries and node.entries[-1].comma < 0:
                raise NotUnderstoodError(f"a comma is missing before line {self.line(at)}")
            begin, key, key_end = at, None, at
            if closing == "}":
                match = _STRING.match(self.text, at)
                if match is None:
                    raise NotUnderstoodError(f"line {self.line(at)} has no key in double quotes")
                key, key_end = str(json.loads(match[0])), match.end()
                at = self.blank(key_end)
                if self.text[at : at + 1] != ":":
                    raise NotUnderstoodError(f"a colon is missing in line {self.line(at)}")
                at = self.blank(at + 1)
            child = self.node(at, depth + 1)
            entry = _Entry(begin, key, key_end, child)
            node.entries.append(entry)
            at = self.blank(child.end)
            if self.text[at : at + 1] == ",":
                entry.comma = at
                at = self.blank(at + 1)
        node.end = at + 1
        return node

    def root(self) -> _Node | None:
        at = self.blank(0)
        if at == len(self.text):
            return None
        node = self.node(at)
        if self.blank(node.end) != len(self.text):
            raise NotUnderstoodError(f"something follows the document in line {self.line(node.end)}")
        return node

    def line(self, at: int) -> int:
        return self.text.count("\n", 0, at) + 1


def load(text: str) -> Any:
    """The document as plain values; of keys that stand twice, the last."""
    root = _Reader(text).root()
    return {} if root is None else _plain(root)


def find(text: str, way: Way) -> Found | None:
    """The value at that place."""
    node = _Reader(text).root()
    if node is None:
        return None
    for step in way:
        entry = _entry(node, step)
        if entry is None:
            return None
        node = entry.node
    return Found(node.start, node.end, _plain(node))


def put(text: str, way: Way, value: Value) -> Splice:
    """Set a value."""
    root = _Reader(text).root()
    if root is None:
        end = newline(text)
        before = end if text and not text.endswith("\n") else ""
        return Splice(len(text), "", before + _written((None, *way), value, end, "", "  ", ": ") + end)
    node = root
    for depth, step in enumerate(way):
        entry = _entry(node, step)
        if entry is None:
            return _insert(text, root, node, way[depth:], value)
        node = entry.node
    return Splice(node.start, text[node.start : node.end], json.dumps(value, ensure_ascii=False))


def drop(text: str, way: Way) -> Splice:
    """Take away a key that is there."""
    node = _Reader(text).root()
    parent, entry = node, None
    for step in way:
        entry = None if node is None else _entry(node, step)
        if entry is None:
            break
        parent, node = node, entry.node
    if entry is None or parent is None:
        raise NotUnderstoodError("the key is not there")
    entries = parent.entries
    n = entries.index(entry)
    end = entry.comma + 1 if entry.comma >= 0 else entry.node.end
    if len(entries) == 1:
        rest = text[parent.start + 1 : entry.start] + text[entry.node.end : parent.end - 1].replace(",", "", 1)
        if not rest.strip():
            return Splice(parent.start + 1, text[parent.start + 1 : parent.end - 1], "")
        start = _line_start(text, entry.start)
        return _without(text, start, end)
    if n < len(entries) - 1:
        after = entries[n + 1].start
        return _without(text, entry.start, after if not text[end:after].strip() else end)
    before = entries[n - 1]
    if entry.comma >= 0:
        gap = text[before.comma + 1 : entry.start]
        return _without(text, entry.start if gap.strip() else before.comma + 1, end)
    gap = text[before.node.end : entry.start]
    kept = text[before.node.end : before.comma] + text[before.comma + 1 : entry.start]
    if not kept.strip():
        return _without(text, before.node.end, end)
    if text[end : parent.end - 1].lstrip(" \t")[:1] in ("\r", "\n"):
        kept = kept.rstrip()
    return Splice(before.node.end, gap + text[entry.start : end], kept)


def bare(text: str, way: Way) -> bool:
    """Whether a table or list holds nothing, not even a comment."""
    if not way and not text.strip():
        return True
    found = find(text, way)
    if found is None:
        return False
    if not way and (text[: found.start] + text[found.end :]).strip():
        return False
    inner = text[found.start : found.end]
    return inner[:1] in ("{", "[") and not inner[1:-1].strip()


def _plain(node: _Node) -> Any:
    if node.kind == "object":
        return {entry.key: _plain(entry.node) for entry in node.entries}
    if node.kind == "array":
        return [_plain(entry.node) for entry in node.entries]
    return node.value


def _entry(node: _Node, step: Step) -> _Entry | None:
    if node.kind == "array":
        place = choose(_plain(node), step)
        return None if place is None else node.entries[place]
    if node.kind != "object" or not isinstance(step, str):
        raise NotUnderstoodError(f"`{step}` should stand in a table, but there is none")
    fits = [entry for entry in node.entries if entry.key == step]
    if len(fits) > 1:
        raise NotUnderstoodError(f"`{step}` is written twice")
    return fits[0] if fits else None


def _insert(text: str, root: _Node, node: _Node, way: Way, value: Value) -> Splice:
    """Add an entry at the end of a table or list."""
    if node.kind == "array" and not isinstance(way[0], Item):
        raise NotUnderstoodError("there is no such list entry")
    end = newline(text)
    unit, colon = _habits(text, root)
    if not node.entries:
        inner = text[node.start + 1 : node.end - 1]
        outer = _indent(text, node.start)
        body = _written(way, value, end, outer + unit, unit, colon)
        return Splice(node.start + 1, inner, f"{inner.rstrip()}{end}{outer}{unit}{body}{end}{outer}")
    last = node.entries[-1]
    at = last.comma + 1 if last.comma >= 0 else last.node.end
    behind = _behind(text, at)
    comma = "" if last.comma >= 0 else ","
    tail = "," if last.comma >= 0 else ""
    if not _own_line(text, last.start):
        body = _written(way, value, " " if colon == ": " else "", "", "", colon)
        space = " " if colon == ": " else ""
        return Splice(at, "", f"{comma}{space}{body}{tail}")
    indent = _indent(text, last.start)
    body = _written(way, value, end, indent, unit, colon)
    return Splice(at, text[at:behind], f"{comma}{text[at:behind]}{end}{indent}{body}{tail}")


def _written(way: tuple[Step | None, ...], value: Value, end: str, indent: str, unit: str, colon: str) -> str:
    """The text of an entry: its key if it has one, and the tables down to the value."""
    first, *rest = way
    key = "" if first is None or isinstance(first, Item) else f"{json.dumps(str(first), ensure_ascii=False)}{colon}"
    if first is not None and not isinstance(first, str | Item):
        raise NotUnderstoodError("there is no such list entry")
    if not rest:
        return key + json.dumps(value, ensure_ascii=False)
    opening, closing = ("[", "]") if isinstance(rest[0], Item) else ("{", "}")
    inner = _written(tuple(rest), value, end, indent + unit, unit, colon)
    if not end.strip(" "):
        return f"{key}{opening}{inner}{closing}"
    return f"{key}{opening}{end}{indent}{unit}{inner}{end}{indent}{closing}"


def _habits(text: str, root: _Node) -> tuple[str, str]:
    """The indentation of one level, and what stands between key and value."""
    unit, colon = "  ", ": "
    if root.entries:
        first = root.entries[0]
        if _own_line(text, first.start):
            unit = _indent(text, first.start) or unit
        if first.key is not None and text[first.key_end : first.node.start] == ":":
            colon = ":"
    return unit, colon


def _line_start(text: str, at: int) -> int:
    start = max(text.rfind("\n", 0, at), text.rfind("\r", 0, at)) + 1
    return start if not text[start:at].strip() else at


def _own_line(text: str, at: int) -> bool:
    start = max(text.rfind("\n", 0, at), text.rfind("\r", 0, at)) + 1
    return start > 0 and not text[start:at].strip()


def _indent(text: str, at: int) -> str:
    start = max(text.rfind("\n", 0, at), text.rfind("\r", 0, at)) + 1
    line = text[start:at]
    return line[: len(line) - len(line.lstrip(" \t"))]


def _behind(text: str, at: int) -> int:
    """The end of the comments that follow on the same line."""
    here = at
    while match := _SAME_LINE.match(text, here):
        here = match.end()
    return here


def _without(text: str, start: int, end: int) -> Splice:
    return Splice(start, text[start:end], "")
