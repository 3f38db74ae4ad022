"""Spans in YAML, as far as hand-written settings go: nested block mappings and lists with values on one line.

Known: one document, plain and quoted keys, values on their key's line, block scalars, comments, ``{}`` and ``[]``.
Everything else that is closed within its lines (flow collections, anchors, tags, multi-line plain values) is passed
over unread and refused only where an edit would touch it. The whole file is refused for tabs in the indentation,
several documents, directives, ``?`` keys, and quotes or brackets that stay open at the end of their line.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import Any

from trayapp.tools.spans import Found, Item, NotUnderstoodError, Splice, Step, Value, Way, choose, newline

_KEY = re.compile(
    r"""("(?:[^"\\\n]|\\.)*"|'(?:[^'\n]|'')*'|[A-Za-z0-9_](?:[^\s:#]|:(?=\S)|[ ](?=[^\s:#]))*)[ ]*:(?=[ ]|$)"""
)
_COMMENT = re.compile(r"(?:^|[ \t])#")
_NUMBER = re.compile(r"[-+]?[0-9][0-9_]*\Z")
_WORDS = {"true": True, "false": False, "null": None, "~": None, "": None}
_SAFE = re.compile(r"[A-Za-z_/][A-Za-z0-9_./@%+=?&~-]*(?::[A-Za-z0-9_./@%+=?&~-]+)*\Z")
_EMPTY: dict[str, type] = {"{}": dict, "[]": list}
_AMBIGUOUS = re.compile(r"(?i:y|n|yes|no|on|off|true|false|null|nan|inf)\Z")


@dataclass(slots=True)
class _Row:
    """A line with content; of ``- key: value`` first the whole, then what stands behind the dash."""

    start: int
    """Of the line."""
    at: int
    """Of the content."""
    indent: int
    text: str
    """The content without the newline."""
    end: int
    """Behind the newline."""


@dataclass(slots=True)
class _Node:
    kind: str
    """``map``, ``list``, ``scalar``, ``empty`` (``{}`` or ``[]``) or ``opaque``."""
    start: int
    end: int
    value: Any = None
    indent: int = 0
    entries: list[_Entry] = field(default_factory=list)


@dataclass(slots=True)
class _Entry:
    key: str | None
    row: _Row
    colon: int
    """Behind the colon or the dash."""
    node: _Node
    end: int
    """Behind the newline of its last line."""


class _Reader:
    def __init__(self, text: str) -> None:
        self.text = text
        self.rows = _rows(text)
        self.n = 0
        self.first = 0
        if self.rows and self.rows[0].text.rstrip() == "---" and self.rows[0].indent == 0:
            self.n, self.first = 1, self.rows[0].end
        for row in self.rows[self.n :]:
            if row.indent == 0 and re.match(r"(?:---|\.\.\.)(?:\s|$)|%", row.text):
                raise NotUnderstoodError("it holds several documents or a directive")

    def root(self) -> _Node | None:
        if self.n == len(self.rows):
            return None
        node = self.block(self.rows[self.n].indent, 0)
        if self.n != len(self.rows):
            raise self.unknown()
        return node

    def unknown(self) -> NotUnderstoodError:
        line = self.text.count("\n", 0, self.rows[self.n].start) + 1
        return NotUnderstoodError(f"line {line} is written in a way that is not understood")

    def block(self, indent: int, depth: int) -> _Node:
        row = self.rows[self.n]
        if depth > 50:
            raise NotUnderstoodError("it is nested too deeply")
        if _dash(row):
            return self.several("list", indent, depth)
        if _KEY.match(row.text):
            return self.several("map", indent, depth)
        start, end = row.at, row.end
        while self.n < len(self.rows) and self.rows[self.n].indent >= indent:
            _closed(self.rows[self.n].text)
            end = self.rows[self.n].end
            self.n += 1
        return _Node("opaque", start, end, self.text[start:end])

    def several(self, kind: str, indent: int, depth: int) -> _Node:
        node = _Node(kind, self.rows[self.n].at, 0, indent=indent)
        while self.n < len(self.rows) and self.rows[self.n].indent == indent:
            row = self.rows[self.n]
            match = _KEY.match(row.text)
            if kind == "list" and _dash(row):
                key, behind = None, row.at + 1
            elif kind == "map" and match and not _dash(row):
                key, behind = _unquoted(match[1]), row.at + match.end()
            elif kind == "list":
                break  # a list as deep as its key ends where the next key stands
            else:
                raise self.unknown()
            node.entries.append(self.entry(key, row, behind, indent, depth))
        if self.n < len(self.rows) and self.rows[self.n].indent > indent:
            raise self.unknown()
        node.end = node.entries[-1].end
        return node

    def entry(self, key: str | None, row: _Row, behind: int, indent: int, depth: int) -> _Entry:
        content = self.text[behind : row.at + len(row.text)]
        value = content.lstrip(" ")
        at = behind + len(content) - len(value)
        if key is None and value and not value.startswith("#") and (_KEY.match(value) or re.match(r"-(?:\s|$)", value)):
            # What stands behind a dash is a block of its own, as deep as its first column.
            self.rows[self.n] = _Row(row.start, at, at - row.start, value, row.end)
            child = self.block(at - row.start, depth + 1)
            return _Entry(key, row, behind, child, child.end)
        self.n += 1
        token = _token(value)
        node = _Node("scalar", at, at + len(token))
        if not token:
            node.start = node.end = behind
            below = self.rows[self.n] if self.n < len(self.rows) else None
            if below and (below.indent > indent or (key is not None and below.indent == indent and _dash(below))):
                child = self.block(below.indent, depth + 1)
                return _Entry(key, row, behind, child, child.end)
            return _Entry(key, row, behind, node, row.end)
        if token[0] in "|>":
            return _Entry(key, row, behind, *self.passed(node, indent, row.end, by_line=True))
        if token in _EMPTY:
            node.kind, node.value = "empty", _EMPTY[token]()
        elif token[0] in "\"'":
            node.value = _unquoted(token)
        elif token[0] in "[{&*!%@`" or (self.n < len(self.rows) and self.rows[self.n].indent > indent):
            return _Entry(key, row, behind, *self.passed(node, indent, row.end))
        else:
            node.value = _plain(token)
        return _Entry(key, row, behind, node, row.end)

    def passed(self, node: _Node, indent: int, end: int, *, by_line: bool = False) -> tuple[_Node, int]:
        """Pass over the deeper lines that belong to a value."""
        node.kind = "opaque"
        while self.n < len(self.rows) and self.rows[self.n].indent > indent:
            row = self.rows[self.n]
            if not by_line:
                _closed(row.text)
                # Behind an anchor or tag a block may follow; a plain text goes on, but holds no keys.
                if self.text[node.start] not in "&!" and (_KEY.match(row.text) or _dash(row) or ": " in row.text):
                    raise self.unknown()
            end = self.rows[self.n].end
            self.n += 1
        node.end = max(node.end, end)
        node.value = ("unread", self.text[node.start : node.end].rstrip())
        return node, end


def load(text: str) -> Any:
    """The document; what the scanner passes over stands in it as its text."""
    root = _root(text)
    return {} if root is None else _values(root)


def find(text: str, way: Way) -> Found | None:
    """The value at that place."""
    node = _root(text)
    for step in way:
        entry = None if node is None else _entry(node, step)
        if entry is None:
            return None
        node = entry.node
    return None if node is None else Found(node.start, node.end, _values(node))


def put(text: str, way: Way, value: Value) -> Splice:
    """Set a value."""
    reader = _Reader(text)
    root = node = reader.root()
    end = newline(text)
    if root is None or node is None:
        edge = end if text and not text.endswith("\n") else ""
        return Splice(len(text), "", edge + _written(way, value, end, "") + end)
    holder: _Entry | None = None
    for depth, step in enumerate(way):
        entry = _entry(node, step)
        if entry is None:
            return _insert(text, node, holder, way[depth:], value)
        holder, node = entry, entry.node
    if node.kind != "scalar":
        raise NotUnderstoodError("there is more than a plain value in its place")
    space = " " if node.start == node.end else ""
    return Splice(node.start, text[node.start : node.end], space + _scalar(value))


def drop(text: str, way: Way) -> Splice:
    """Take away a key that is there; a comment on its line stays."""
    node = _root(text)
    holder, parent, entry = None, node, None
    for step in way:
        holder, parent = entry, node
        entry = None if node is None else _entry(node, step)
        if entry is None:
            break
        node = entry.node
    if entry is None or parent is None:
        raise NotUnderstoodError("the key is not there")
    n = parent.entries.index(entry)
    if len(parent.entries) == 1 and holder is not None:
        if "#" in text[holder.colon : entry.end]:
            raise NotUnderstoodError("a comment stands where the last entry would be taken away")
        line = text[: entry.end]
        edge = line[len(line.rstrip("\r\n")) :]
        return Splice(holder.colon, text[holder.colon : entry.end], (" {}" if parent.kind == "map" else " []") + edge)
    start = entry.row.start
    if entry.row.at != start + parent.indent or text[start : entry.row.at].strip():
        if n + 1 == len(parent.entries):
            raise NotUnderstoodError("the entry shares its line with a dash")
        after = parent.entries[n + 1].row.at
        return Splice(entry.row.at, text[entry.row.at : after], "")
    last = text[start : entry.end].rstrip("\r\n")
    comment = _COMMENT.search(last) if entry.node.kind == "scalar" and "\n" not in last else None
    behind = entry.node.end - start
    if comment and comment.start() >= behind:
        kept = text[start : entry.row.at] + last[comment.start() :].lstrip() + text[start + len(last) : entry.end]
        return Splice(start, text[start : entry.end], kept)
    if entry.end == len(text) and not text.endswith("\n") and start:
        start -= 2 if text[:start].endswith("\r\n") else 1
    return Splice(start, text[start : entry.end], "")


def bare(text: str, way: Way) -> bool:
    """Whether a table or list holds nothing."""
    if not way:
        return not text.strip()
    found = find(text, way)
    return found is not None and found.value in ({}, [])


def _root(text: str) -> _Node | None:
    return _Reader(text).root()


def _rows(text: str) -> list[_Row]:
    rows: list[_Row] = []
    scalar = -1
    at = 0
    while at < len(text):
        stop = text.find("\n", at)
        stop = len(text) if stop < 0 else stop + 1
        line = text[at:stop].rstrip("\r\n")
        content = line.lstrip(" ")
        indent = len(line) - len(content)
        if content.strip() and scalar >= 0 and indent <= scalar:
            scalar = -1
        if scalar < 0 and content.startswith("\t") and content.strip() and not content.strip().startswith("#"):
            raise NotUnderstoodError("it has tabs in its indentation")
        if content.strip() and (scalar >= 0 or not content.startswith("#")) and not content.startswith("\t#"):
            rows.append(_Row(at, at + indent, indent, content, stop))
            if scalar < 0 and re.search(r"(?:^|[:\-]|[!&]\S+)[ ]+[|>][-+0-9]*[ ]*(?:#.*)?\Z", content):
                # Dashes before a key deepen it: its block scalar is deeper than the key, not than the dash.
                dashes = re.match(r"(?:-[ ]+(?=[^|>]))*", content)
                scalar = indent + (dashes.end() if dashes else 0)
        at = stop
    return rows


def _dash(row: _Row) -> bool:
    return row.text == "-" or row.text.startswith("- ")


def _token(value: str) -> str:
    """The value on a key's line, without a comment.

    Raises:
        NotUnderstoodError: a quote or bracket stays open, or something follows it.
    """
    if value[:1] in ("'", '"'):
        match = re.match(r""""(?:[^"\\]|\\.)*"|'(?:[^']|'')*'""", value)
        if match is None or not re.match(r"[ ]*(?:[ ]#.*)?\Z", value[match.end() :]):
            raise NotUnderstoodError("a quoted value does not end on its line")
        return match[0]
    comment = _COMMENT.search(value)
    token = (value[: comment.start()] if comment else value).rstrip()
    if token[:1] in ("[", "{", "&", "!", "*"):
        _closed(value)
        return token if "#" not in value or ('"' not in value and "'" not in value) else value.rstrip()
    return token


def _closed(line: str) -> None:
    """Check that what a line opens, it closes.

    Raises:
        NotUnderstoodError: it does not.
    """
    rest = re.sub(r""""(?:[^"\\]|\\.)*"|'(?:[^']|'')*'""", "", line)
    rest = rest[: match.start()] if (match := _COMMENT.search(rest)) else rest
    if '"' in rest or re.search(r"(?:^|[\s\[{,:])'", rest):
        raise NotUnderstoodError("a quoted value does not end on its line")
    for opening, closing in ("[]", "{}"):
        if rest.count(opening) != rest.count(closing):
            raise NotUnderstoodError("a bracket stays open at the end of its line")


def _unquoted(token: str) -> str:
    if token.startswith("'"):
        return token[1:-1].replace("''", "'")
    if token.startswith('"'):
        try:
            return str(json.loads(token))
        except ValueError:
            raise NotUnderstoodError("a quoted text has escapes that are not understood") from None
    return token


def _plain(token: str) -> Any:
    if token.lower() in _WORDS:
        return _WORDS[token.lower()]
    return int(token.replace("_", "")) if _NUMBER.match(token) and len(token) < 20 else token


def _values(node: _Node) -> Any:
    if node.kind == "map":
        return {entry.key: _values(entry.node) for entry in node.entries}
    if node.kind == "list":
        return [_values(entry.node) for entry in node.entries]
    return node.value


def _entry(node: _Node, step: Step) -> _Entry | None:
    if node.kind == "empty":
        return None
    if node.kind == "list":
        place = choose(_values(node), step)
        return None if place is None else node.entries[place]
    if node.kind != "map" or not isinstance(step, str):
        raise NotUnderstoodError("a step leads through something that is no table")
    fits = [entry for entry in node.entries if entry.key == step]
    if len(fits) > 1:
        raise NotUnderstoodError(f"`{step}` is written twice")
    return fits[0] if fits else None


def _insert(text: str, node: _Node, holder: _Entry | None, way: Way, value: Value) -> Splice:
    end = newline(text)
    if node.kind == "empty":
        if holder is None:
            raise NotUnderstoodError("the file is an empty table in braces")
        column = holder.row.indent if holder.key is not None else holder.row.indent + 2
        body = _written(way, value, end, " " * (column + 2))
        return Splice(holder.colon, text[holder.colon : node.end], end + body)
    if (node.kind == "list") != isinstance(way[0], Item):
        raise NotUnderstoodError("there is no such list entry")
    body = _written(way, value, end, " " * node.indent)
    if node.end == len(text) and not text.endswith("\n"):
        return Splice(node.end, "", end + body)
    return Splice(node.end, "", body + end)


def _written(way: Way, value: Value, end: str, indent: str) -> str:
    first, *rest = way
    if isinstance(first, Item):
        return f"{indent}- {_scalar(value)}"
    if not isinstance(first, str):
        raise NotUnderstoodError("there is no such list entry")
    key = first if _SAFE.match(first) and ":" not in first else json.dumps(first, ensure_ascii=False)
    if not rest:
        return f"{indent}{key}: {_scalar(value)}"
    return f"{indent}{key}:{end}{_written(tuple(rest), value, end, indent + '  ')}"


def _scalar(value: Value) -> str:
    if not isinstance(value, str):
        return json.dumps(value)
    if _SAFE.match(value) and not _AMBIGUOUS.match(value):
        return value
    return json.dumps(value)
