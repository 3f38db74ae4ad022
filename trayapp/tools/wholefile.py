"""A file that is ours as a whole: an autostart unit, for example. Its one key is ``("content",)``, its text.

It is made where there was none and taken away again; a file of that name with another content belongs to somebody
else, and is refused rather than replaced. (Our own earlier version is no obstacle: an edit is made on what undoing
that would lead to.)
"""

from __future__ import annotations

from typing import Any, Final

from trayapp.tools.spans import Found, NotUnderstoodError, Splice, Value, Way

CONTENT: Final = ("content",)


def load(text: str) -> Any:
    """The content; nothing for an empty file."""
    return {"content": text} if text else {}


def find(text: str, way: Way) -> Found | None:
    """The content, if there is any."""
    _ours(way)
    return Found(0, len(text), text) if text else None


def put(text: str, way: Way, value: Value) -> Splice:
    """Fill an empty file.

    Raises:
        NotUnderstoodError: it holds something else.
    """
    _ours(way)
    if not isinstance(value, str) or not value:
        raise NotUnderstoodError("the content of a file is a text")
    if text not in ("", value):
        raise NotUnderstoodError("a file of that name is there already, and it is not Spendlight's")
    return Splice(0, text, value)


def drop(text: str, way: Way) -> Splice:
    """Empty the file."""
    _ours(way)
    if not text:
        raise NotUnderstoodError("the file is empty")
    return Splice(0, text, "")


def bare(text: str, way: Way) -> bool:
    """Whether the file holds nothing."""
    return not way and not text


def _ours(way: Way) -> None:
    if way != CONTENT:
        raise NotUnderstoodError("such a file has one key, its content")
