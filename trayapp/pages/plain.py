"""A page as text for a terminal: 80 columns, numbers aligned at the right.

Rules: no line is longer than the width; a name that does not fit loses its middle; nothing of a name can steer the
terminal. Wide letters count twice.
"""

from __future__ import annotations

import textwrap
import unicodedata
from collections.abc import Iterator, Sequence
from typing import Final

from trayapp.pages.page import Bars, Block, Mix, Page, Sentence, Table, Todo, printable

WIDTH: Final = 80
_GAP: Final = 2
_LEAST: Final = 8
"""Columns that a name keeps at least."""
_FILLED: Final = "█"
_KEPT: Final = "\N{NO-BREAK SPACE}"


def text(page: Page, width: int = WIDTH) -> str:
    """The page as lines."""
    lines: list[str] = []
    if page.banner:
        lines += [*_wrapped(page.banner, width), ""]
    head = f"{page.title} · {page.subtitle}" if page.subtitle else page.title
    lines += [*_wrapped(head, width), ""]
    names = max((_columns(figure.name) for figure in page.figures), default=0)
    values = max((_columns(figure.value) for figure in page.figures), default=0)
    for figure in page.figures:
        line = f"  {_padded(figure.name, names)}  {_padded(figure.value, values, right=True)}"
        lines.append(_cut(f"{line}  {figure.note}", width))
    for section in page.sections:
        lines += ["", printable(section.title), "─" * min(_columns(section.title), width)]
        number = 0
        for block in section.blocks:
            number += isinstance(block, Todo)
            lines += _block(block, width, number)
    lines.append("")
    for small in page.small:
        lines += _wrapped(small, width)
    return "\n".join(line.rstrip() for line in lines) + "\n"


def _block(block: Block, width: int, number: int) -> Iterator[str]:
    if isinstance(block, Sentence):
        yield from _wrapped(block.text, width)
    elif isinstance(block, Table):
        yield from _table(block, width)
    elif isinstance(block, Bars):
        yield from _bars(block, width)
    elif isinstance(block, Mix):
        # A share stays with its name.
        kept = [f"{part.name} {part.text}".replace(" ", _KEPT) for part in block.parts]
        yield from (line.replace(_KEPT, " ") for line in _wrapped(" · ".join(kept), width))
    elif isinstance(block, Todo):
        lead = f"{number}. "
        yield from _wrapped(block.text, width, lead, " " * len(lead))
        if block.command:
            # A command stays in one piece, to be copied.
            yield f"{' ' * len(lead)}{printable(block.command)}"
    # Steps: the table beside them says the same.


def _bars(block: Bars, width: int) -> Iterator[str]:
    names = max(_columns(bar.long or bar.name) for bar in block.bars)
    values = max(_columns(bar.text) for bar in block.bars)
    most = max(bar.pico for bar in block.bars)
    room = max(width - names - values - 2 * _GAP, 1)
    for bar in block.bars:
        filled = -(-bar.pico * room // most) if most > 0 and bar.pico > 0 else 0
        yield f"{_padded(bar.long or bar.name, names)}  {_padded(bar.text, values, right=True)}  {_FILLED * filled}"


def _table(table: Table, width: int) -> Iterator[str]:
    cells = [[printable(column.name) for column in table.columns], *([printable(c) for c in row] for row in table.rows)]
    widths = [max(_columns(row[at]) for row in cells) for at in range(len(table.columns))]
    flexible = [at for at, column in enumerate(table.columns) if not column.right]
    over = sum(widths) + _GAP * (len(widths) - 1) - width
    while over > 0 and any(widths[at] > _LEAST for at in flexible):
        widest = max(flexible, key=lambda at: widths[at])
        widths[widest] -= 1
        over -= 1
    for number, row in enumerate(cells):
        if table.summed and number == len(cells) - 1:
            yield "─" * min(sum(widths) + _GAP * (len(widths) - 1), width)
        yield _row(row, widths, [column.right for column in table.columns])


def _row(row: Sequence[str], widths: Sequence[int], right: Sequence[bool]) -> str:
    parts = (
        _padded(_shortened(cell, wide), wide, right=at_right)
        for cell, wide, at_right in zip(row, widths, right, strict=True)
    )
    return (" " * _GAP).join(parts)


def _shortened(words: str, width: int) -> str:
    if _columns(words) <= width:
        return words
    head, tail = words[: (width - 1) // 2], words[len(words) - (width - 1 - (width - 1) // 2) :]
    while head and _columns(head) + 1 + _columns(tail) > width:
        head = head[:-1]
    return _cut(f"{head}…{tail}", width)


def _cut(words: str, width: int) -> str:
    while _columns(words) > width:
        words = words[:-1]
    return words


def _padded(words: str, width: int, *, right: bool = False) -> str:
    words = printable(words)
    space = " " * max(width - _columns(words), 0)
    return f"{space}{words}" if right else f"{words}{space}"


def _wrapped(words: str, width: int, first: str = "", then: str = "") -> list[str]:
    lines = textwrap.wrap(printable(words), width, initial_indent=first, subsequent_indent=then, break_on_hyphens=False)
    return [_cut(line, width) for line in lines] or [first]


def _columns(words: str) -> int:
    return len(words) + sum(unicodedata.east_asian_width(letter) in "WF" for letter in words)
