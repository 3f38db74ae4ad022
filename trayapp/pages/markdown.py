"""A page as Markdown (GitHub's): headings, lists and tables that every reader takes.

Rules: whatever comes from a name is escaped, so that it can neither end a cell, nor begin a heading, a list, a link or
HTML; commands stand in code spans.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from trayapp.pages.page import Bars, Block, Column, Mix, Page, Sentence, Table, Todo, printable

_SPECIAL: Final = re.compile(r"([\\`*_{}\[\]<>|#~&!@])")
_LINK: Final = re.compile(r"(?i)\b(https?|ftp)(?=://)|\bwww(?=\.)")
_START: Final = re.compile(r"\A(\d+)([.)])(?=\s)|\A([-+=])")
_TICKS: Final = re.compile(r"`+")


def markdown(page: Page) -> str:
    """The page as a document."""
    lines = [f"# {_escaped(f'{page.title} · {page.subtitle}' if page.subtitle else page.title)}", ""]
    if page.banner:
        lines += [f"> **{_escaped(page.banner)}**", ""]
    if page.figures:
        heads = tuple(Column(name=figure.name, right=True) for figure in page.figures)
        rows = (tuple(figure.value for figure in page.figures), tuple(figure.note for figure in page.figures))
        lines += [*_table(Table(caption="", columns=heads, rows=rows)), ""]
    for section in page.sections:
        lines += [f"## {_escaped(section.title)}", ""]
        number = 0
        for block in section.blocks:
            number += isinstance(block, Todo)
            made = list(_block(block, number))
            lines += [*made, ""] if made else []
    lines += ["---", ""]
    for small in page.small:
        lines += [f"*{_escaped(small)}*", ""]
    return "\n".join(lines).rstrip("\n") + "\n"


def _block(block: Block, number: int) -> Iterator[str]:
    if isinstance(block, Sentence):
        yield _escaped(block.text)
    elif isinstance(block, Table):
        yield from _table(block)
    elif isinstance(block, Bars):
        columns = (Column(name=block.caption), Column(name="", right=True))
        rows = tuple((bar.long or bar.name, bar.text) for bar in block.bars)
        yield from _table(Table(caption="", columns=columns, rows=rows))
    elif isinstance(block, Mix):
        yield " · ".join(f"{_escaped(part.name)} {_escaped(part.text)}" for part in block.parts)
    elif isinstance(block, Todo):
        yield f"{number}. {_escaped(block.text)}"
        if block.command:
            yield f"   {_code(block.command)}"


def _table(table: Table) -> Iterator[str]:
    yield _row([_cell(column.name) for column in table.columns])
    yield _row(["---:" if column.right else ":---" for column in table.columns])
    for number, row in enumerate(table.rows):
        cells = [_cell(cell) for cell in row]
        if table.summed and number == len(table.rows) - 1:
            cells = [f"**{cell}**" if cell.strip() else cell for cell in cells]
        yield _row(cells)


def _row(cells: list[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _cell(text: str) -> str:
    return _escaped(text, start=False) or " "


def _escaped(text: str, *, start: bool = True) -> str:
    escaped = _LINK.sub(lambda found: f"{found[0][:-1]}&#{ord(found[0][-1])};", _SPECIAL.sub(r"\\\1", printable(text)))
    return (
        _START.sub(lambda found: f"{found[1]}\\{found[2]}" if found[1] else f"\\{found[3]}", escaped)
        if start
        else (escaped)
    )


def _code(text: str) -> str:
    text = printable(text)
    fence = "`" * (max((len(run) for run in _TICKS.findall(text)), default=0) + 1)
    return f"{fence} {text} {fence}" if "`" in text else f"{fence}{text}{fence}"
