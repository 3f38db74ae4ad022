"""A page as one HTML file that needs nothing else: no network, no script, light and dark, and made for printing.

Rules: every text is escaped; nothing refers outside the file, and its own policy forbids it; headings are in order,
tables have captions and heads, charts have descriptions and a table or list that says the same. It is also well-formed
as XML but for the doctype, which keeps it easy to check.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import escape
from itertools import count, groupby
from typing import Final

from trayapp.pages import svg
from trayapp.pages.page import Bars, Block, Mix, Page, Sentence, Steps, Table, Todo, printable
from trayapp.pages.style import sheet

_COMMAND: Final = re.compile(r"`([^`<>]+)`")
"""A command within a sentence, once it is escaped."""
_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'"


def html(page: Page) -> str:
    """The page as a document."""
    return "\n".join(_lines(page)) + "\n"


def _lines(page: Page) -> Iterator[str]:
    title = f"{page.title} · {page.total}"
    yield "<!DOCTYPE html>"
    yield f'<html lang="{escape(page.language)}">'
    yield "<head>"
    yield '<meta charset="utf-8"/>'
    yield f'<meta http-equiv="Content-Security-Policy" content="{escape(_POLICY)}"/>'
    yield '<meta name="viewport" content="width=device-width, initial-scale=1"/>'
    yield '<meta name="color-scheme" content="light dark"/>'
    yield '<meta name="referrer" content="no-referrer"/>'
    yield '<meta name="generator" content="Spendlight"/>'
    yield f"<title>{_text(title)}</title>"
    yield f"<style>{sheet()}</style>"
    yield "</head>"
    yield "<body>"
    yield "<main>"
    if page.banner:
        yield f'<p class="banner">{_text(page.banner)}</p>'
    yield "<header>"
    yield f"<h1>{_text(page.title)}</h1>"
    yield f"<p>{_text(page.subtitle)}</p>"
    yield f'<p class="total">{_text(page.total)}</p>'
    yield f'<p class="versus">{_text(page.versus)}</p>'
    if page.figures:
        yield '<dl class="figures">'
        for figure in page.figures:
            name, value, note = _text(figure.name), _text(figure.value), _text(figure.note)
            yield f"<div><dt>{name}</dt><dd>{value}</dd><dd>{note}</dd></div>"
        yield "</dl>"
    yield "</header>"
    numbers = count(1)
    for section in page.sections:
        yield f'<section aria-labelledby="h-{section.key}">'
        yield f'<h2 id="h-{section.key}">{_text(section.title)}</h2>'
        for todo, blocks in groupby(section.blocks, key=lambda block: isinstance(block, Todo)):
            if todo:
                yield "<ol>"
            for block in blocks:
                yield from _block(block, next(numbers))
            if todo:
                yield "</ol>"
        yield "</section>"
    yield "<footer>"
    for small in page.small:
        yield f"<p>{_text(small)}</p>"
    yield "</footer>"
    yield "</main>"
    yield "</body>"
    yield "</html>"


def _block(block: Block, number: int) -> Iterator[str]:
    if isinstance(block, Sentence):
        said = _COMMAND.sub(r"<code>\1</code>", _text(block.text))
        yield f'<p class="{block.tone}">{said}</p>' if block.tone else f"<p>{said}</p>"
    elif isinstance(block, Table):
        yield from _table(block)
    elif isinstance(block, Bars):
        yield f"<figure>{svg.bars(block, number)}{_values(block)}</figure>"
    elif isinstance(block, Steps):
        yield f"<figure>{svg.steps(block, number)}</figure>"
    elif isinstance(block, Mix):
        legend = "".join(
            f'<li><i class="s{at}"></i>{_text(part.name)} {_text(part.text)}</li>'
            for at, part in enumerate(block.parts)
        )
        yield f'<figure>{svg.mix(block, number)}<ul class="legend">{legend}</ul></figure>'
    else:
        command = f"<br/><code>{_text(block.command)}</code>" if block.command else ""
        yield f"<li>{_text(block.text)}{command}</li>"


def _values(chart: Bars) -> str:
    """The values of bars for who does not see them."""
    rows = "".join(
        f'<tr><th scope="row">{_text(bar.long or bar.name)}</th><td>{_text(bar.text)}</td></tr>' for bar in chart.bars
    )
    caption = f"<caption>{_text(chart.caption)}</caption>"
    return f'<div class="hidden"><table>{caption}<tbody>{rows}</tbody></table></div>'


def _table(table: Table) -> Iterator[str]:
    yield f'<div class="scroll"><table><caption>{_text(table.caption)}</caption><thead><tr>'
    for column in table.columns:
        right = ' class="right"' if column.right else ""
        yield f'<th scope="col"{right}>{_text(column.name)}</th>'
    yield "</tr></thead><tbody>"
    for number, row in enumerate(table.rows):
        yield '<tr class="sum">' if table.summed and number == len(table.rows) - 1 else "<tr>"
        for at, (column, cell) in enumerate(zip(table.columns, row, strict=True)):
            right = ' class="right"' if column.right else ""
            yield f'<th scope="row">{_text(cell)}</th>' if at == 0 else f"<td{right}>{_text(cell)}</td>"
        yield "</tr>"
    yield "</tbody></table></div>"


def _text(words: str) -> str:
    return escape(printable(words))
