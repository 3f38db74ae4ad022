"""What a page consists of: numbers, sentences, tables and charts in an order, without a form.

Rules: texts are ready for people, in the language that is spoken; charts carry their numbers beside the words for them,
so that a form which cannot draw says the same; nothing here is escaped, every form does that for itself. Names may hold
anything: ``printable`` comes first.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from typing import Literal

Tone = Literal["", "dim", "warn"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One number that stands out."""

    name: str
    value: str
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sentence:
    """A paragraph."""

    text: str
    tone: Tone = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A column's head."""

    name: str
    right: bool = False
    """Numbers stand at the right."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """Rows under heads; the first cell of a row names it."""

    caption: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[str, ...], ...]
    summed: bool = False
    """The last row is the sum of the others."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """One value of a chart, and how it is said."""

    name: str
    pico: int
    text: str
    long: str = ""
    """A longer name, where ``name`` is short."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bars:
    """Values side by side."""

    caption: str
    bars: tuple[Bar, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Mix:
    """Parts of a whole; ``text`` says the share."""

    caption: str
    parts: tuple[Bar, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Steps:
    """From one total to another by signed steps."""

    caption: str
    start: Bar
    steps: tuple[Bar, ...]
    end: Bar


@dataclass(frozen=True, slots=True, kw_only=True)
class Todo:
    """Something worth doing, and what does it in a terminal."""

    text: str
    command: str = ""


Block = Sentence | Table | Bars | Mix | Steps | Todo


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """A heading with what stands under it."""

    key: str
    title: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """All of it."""

    language: str
    title: str
    subtitle: str
    banner: str = ""
    """What has to be known before anything else: it is a demo."""
    total: str
    """The amount that stands for the whole, as ``figures[0].value`` says it."""
    versus: str
    """Against the time before: "$12.30 less than the week before (−18 %)"."""
    figures: tuple[Figure, ...]
    sections: tuple[Section, ...]
    small: tuple[str, ...]
    """What has to be known about these numbers."""


def printable(text: str) -> str:
    """A text without what would steer a terminal, turn the direction of writing or break a line."""
    if text.isprintable():
        return text
    return "".join(
        letter if letter.isprintable() or unicodedata.category(letter) == "Zs" else "\N{REPLACEMENT CHARACTER}"
        for letter in text
    )
