"""What the bookkeeper's process says when it has done its work; both ends' words.

Apart from ``trayapp.engine.bookkeeper``, so that the engine need not load what the bookkeeper works with.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence

import msgspec


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """What was done."""

    result: str
    """``taken``, ``unchanged``, ``refused``, ``failed``, ``busy``, ``accepted`` or ``unknown``."""
    message: str = ""
    version: str = ""
    """The book in use now."""
    added: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    held: tuple[str, ...] = ()
    """Only those that were not held back before."""
    rewritten: bool = False
    """The stored book is another now."""


def command(arguments: Sequence[str]) -> list[str]:
    """The process that does the work; what lies in the current folder is nobody's code (``-P``)."""
    return [sys.executable, "-P", "-m", "trayapp.engine.bookkeeper", *arguments]


def read(output: bytes) -> Answer:
    """What it answered; one that says nothing has failed."""
    try:
        return msgspec.json.decode(output, type=Answer)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return Answer(result="failed", message="The price book could not be brought up to date.")
