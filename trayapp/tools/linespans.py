"""One line of ours in a file of lines, such as a shell's start file: found again by the mark at its end.

The file is never parsed. Its only key is ``("spendlight",)``; the value is the line without its mark. Everything else
is the user's, whatever it says. Refused: two lines with our mark (who copied one has to say which to keep).
"""

from __future__ import annotations

from typing import Any, Final

from trayapp.tools.spans import Found, NotUnderstoodError, Splice, Value, Way, newline

KEY: Final = ("spendlight",)
MARK: Final = "  # added by spendlight; `spendlight restore` takes it out"


def load(text: str) -> Any:
    """All other lines, and ours."""
    ours = _ours(text)
    if ours is None:
        return {"lines": _lines(text)}
    return {"lines": _lines(text[: ours[0]] + text[ours[2] :]), KEY[0]: text[ours[0] : ours[1]]}


def find(text: str, way: Way) -> Found | None:
    """Our line without its mark."""
    _check(way)
    ours = _ours(text)
    return None if ours is None else Found(ours[0], ours[1], text[ours[0] : ours[1]])


def put(text: str, way: Way, value: Value) -> Splice:
    """Add our line at the end, or change it."""
    _check(way)
    if not isinstance(value, str) or not value or "\n" in value or "\r" in value or MARK in value:
        raise NotUnderstoodError("this cannot stand on one line")
    ours = _ours(text)
    if ours is not None:
        return Splice(ours[0], text[ours[0] : ours[1]], value)
    if text.endswith("\r"):
        raise NotUnderstoodError("it ends with half of a line end")
    end = newline(text)
    if text and not text.endswith("\n"):
        return Splice(len(text), "", end + value + MARK)
    return Splice(len(text), "", value + MARK + end)


def drop(text: str, way: Way) -> Splice:
    """Take our line out, with its end."""
    _check(way)
    ours = _ours(text)
    if ours is None:
        raise NotUnderstoodError("the line is not there")
    start, _, end = ours
    if end == len(text) and not text.endswith("\n") and start:
        start -= 2 if text[:start].endswith("\r\n") else 1
    return Splice(start, text[start:end], "")


def bare(text: str, way: Way) -> bool:
    """Whether the file is empty."""
    return way == () and not text.strip()


def _check(way: Way) -> None:
    if way != KEY:
        raise NotUnderstoodError("a file of lines has no keys")


def _lines(text: str) -> list[str]:
    """The lines without their ends; an end of the last line is not told from a missing one."""
    lines = [line.removesuffix("\r") for line in text.split("\n")]
    return lines[:-1] if lines[-1] == "" else lines


def _ours(text: str) -> tuple[int, int, int] | None:
    """Where our line begins, where its mark begins, and where the next line begins."""
    at = text.find(MARK)
    if at < 0:
        return None
    if text.find(MARK, at + 1) >= 0:
        raise NotUnderstoodError("there are two lines of Spendlight's in it")
    start = text.rfind("\n", 0, at) + 1
    end = text.find("\n", at)
    stop = len(text) if end < 0 else end + 1
    if text[at + len(MARK) : stop].strip():
        raise NotUnderstoodError("something was written behind Spendlight's line")
    return start, at, stop
