"""Spans in dotenv files: ``KEY=value``, ``export KEY=value``, quotes, comments.

A line that is no assignment is left as it is. Refused: a key that is written twice, a quote that does not close (who
reads such a file decides for himself where the value ends), and values that would need escapes.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from trayapp.tools.spans import Found, NotUnderstoodError, Splice, Value, Way, newline

_ASSIGNMENT = re.compile(r"[ \t]*(export[ \t]+)?([A-Za-z_][A-Za-z0-9_.-]*)[ \t]*=[ \t]*")
_QUOTED = re.compile(r"""'[^']*'|"(?:[^"\\]|\\.)*"|`[^`]*`""", re.DOTALL)
_REST = re.compile(r"[ \t]*(#[^\n]*?)?(?:\r?\n|\r?\Z)")
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*\Z")
_SAFE = re.compile(r"[A-Za-z0-9_./:@%+,=?&~-]+\Z")


@dataclass(frozen=True, slots=True)
class _Line:
    key: str
    exported: bool
    start: int
    value: int
    value_end: int
    end: int
    comment: str


def load(text: str) -> Any:
    """The variables; each value as its line says it, quotes taken off."""
    return {line.key: _plain(text[line.value : line.value_end]) for line in _lines(text)}


def find(text: str, way: Way) -> Found | None:
    """The value of a variable, with its quotes in the span."""
    line = _line(text, way) if way else None
    return None if line is None else Found(line.value, line.value_end, _plain(text[line.value : line.value_end]))


def put(text: str, way: Way, value: Value) -> Splice:
    """Set a variable."""
    line = _line(text, way)
    if line is not None:
        return Splice(line.value, text[line.value : line.value_end], _written(value))
    lines = _lines(text)
    export = "export " if lines and all(other.exported for other in lines) else ""
    new = f"{export}{_name(way)}={_written(value)}"
    end = newline(text)
    if text and not text.endswith("\n"):
        return Splice(len(text), "", end + new)
    return Splice(len(text), "", new + end)


def drop(text: str, way: Way) -> Splice:
    """Take away a variable; a comment on its line stays."""
    line = _line(text, way)
    if line is None:
        raise NotUnderstoodError("the key is not there")
    start = line.start
    kept = ""
    if line.comment:
        whole = text[line.start : line.end]
        kept = line.comment + whole[len(whole.rstrip("\r\n")) :]
    elif line.end == len(text) and not text.endswith("\n") and start:
        start -= 2 if text[:start].endswith("\r\n") else 1
    return Splice(start, text[start : line.end], kept)


def bare(text: str, way: Way) -> bool:
    """Whether the file holds nothing."""
    return not way and not text.strip()


def _lines(text: str) -> list[_Line]:
    found: list[_Line] = []
    at = 0
    while at < len(text):
        match = _ASSIGNMENT.match(text, at)
        stop = text.find("\n", at)
        stop = len(text) if stop < 0 else stop + 1
        if match is None:
            at = stop
            continue
        value = match.end()
        if text[value : value + 1] in ("'", '"', "`"):
            quoted = _QUOTED.match(text, value)
            rest = _REST.match(text, quoted.end()) if quoted else None
            if quoted is None or rest is None:
                raise NotUnderstoodError(f"the quotes of `{match[2]}` are not understood")
            end, comment = quoted.end(), (rest[1] or "").rstrip("\r")
            stop = rest.end()
        else:
            line = text[value:stop].rstrip("\r\n")
            plain = re.split(r"(?:^|[ \t])#", line, maxsplit=1)[0].rstrip(" \t")
            end = value + len(plain)
            comment = line[len(plain) :].strip(" \t")
        found.append(_Line(match[2], bool(match[1]), at, value, end, stop, comment))
        at = stop
    return found


def _line(text: str, way: Way) -> _Line | None:
    name = _name(way)
    fits = [line for line in _lines(text) if line.key == name]
    if len(fits) > 1:
        raise NotUnderstoodError(f"`{name}` is written twice")
    return fits[0] if fits else None


def _name(way: Way) -> str:
    if len(way) != 1 or not isinstance(way[0], str) or not _NAME.match(way[0]):
        raise NotUnderstoodError("a dotenv file has plain names only")
    return way[0]


def _plain(raw: str) -> str:
    return raw[1:-1] if raw[:1] in ("'", '"', "`") and len(raw) > 1 else raw


def _written(value: Value) -> str:
    if isinstance(value, str) and _SAFE.match(value):
        return value
    if not isinstance(value, str) or any(c in value for c in "\"'`\\$") or not value.isprintable():
        raise NotUnderstoodError("the value cannot be written in a dotenv file")
    return f'"{value}"'
