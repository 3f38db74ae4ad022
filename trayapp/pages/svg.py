"""Charts of a page as inline SVG: bars, one bar of shares, steps from one total to another.

Rules: no script, no style but classes of ``style``; each chart has a title and a description that says all its values,
and a table or list beside it says them too; a text is drawn where it fits and left to the description where it does
not, so nothing lies on another text. Widths of letters are guessed on the wide side.
"""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import Final

from trayapp.pages.page import Bar, Bars, Mix, Steps, printable

WIDE: Final = 720
_LETTER: Final = 7.6
"""Pixels of an average letter of 13 pixels, on the wide side."""
_SMALLER: Final = 0.8
"""Of the class ``small``."""
_HIGH: Final = 150


def bars(chart: Bars, number: int) -> str:
    """Bars from the left to the right."""
    count, most = len(chart.bars), max((bar.pico for bar in chart.bars), default=0)
    slot = WIDE / max(count, 1)
    room = min(slot * 0.72, 84)
    named = _every([bar.name for bar in chart.bars], slot)
    worded = _fitting([bar.text for bar in chart.bars], slot)
    top = max(range(count), key=lambda at: chart.bars[at].pico)
    drawn = []
    for at, bar in enumerate(chart.bars):
        middle = slot * (at + 0.5)
        high = max(_HIGH * bar.pico / most, 2.0) if most > 0 and bar.pico > 0 else 0.0
        if high:
            drawn.append(
                f'<rect class="bar" x="{middle - room / 2:.1f}" y="{24 + _HIGH - high:.1f}" width="{room:.1f}"'
                f' height="{high:.1f}" rx="3"/>'
            )
        if bar.pico > 0 and (worded or at == top):
            drawn.append(_text(_within(middle, bar.text), 24 + _HIGH - high - 6, bar.text))
        if at % named == 0:
            drawn.append(_text(middle, 24 + _HIGH + 18, bar.name, "dim"))
    line = f'<line class="line" x1="0" y1="{24 + _HIGH}" x2="{WIDE}" y2="{24 + _HIGH}"/>'
    return _svg(f"bars{number}", chart.caption, _said(chart.bars), 24 + _HIGH + 26, [line, *drawn])


def mix(chart: Mix, number: int) -> str:
    """One bar of shares; names stand in it where they fit, and all of them in the legend below."""
    whole = sum(part.pico for part in chart.parts)
    drawn, left = [], 0.0
    for at, part in enumerate(chart.parts):
        wide = WIDE * part.pico / whole if whole else 0.0
        shown = max(wide - 2, 0.5)
        drawn.append(f'<rect class="s{at}" x="{left:.1f}" y="0" width="{shown:.1f}" height="40" rx="3"/>')
        words = next((each for each in (f"{part.name} {part.text}", part.text) if _wide(each) + 16 <= wide), "")
        if words:
            drawn.append(f'<text class="t{at}" x="{left + 8:.1f}" y="25">{_escaped(words)}</text>')
        left += wide
    return _svg(f"mix{number}", chart.caption, _said(chart.parts), 40, drawn)


def steps(chart: Steps, number: int) -> str:
    """A waterfall."""
    levels = [chart.start.pico]
    for step in chart.steps:
        levels.append(levels[-1] + step.pico)
    low, high = min(0, *levels), max(0, *levels, chart.end.pico)
    span = max(high - low, 1)
    every = (chart.start, *chart.steps, chart.end)
    slot = WIDE / len(every)

    def place(pico: int) -> float:
        return 24 + _HIGH * (high - pico) / span

    drawn = [f'<line class="line" x1="0" y1="{place(0):.1f}" x2="{WIDE}" y2="{place(0):.1f}"/>']
    for at, bar in enumerate(every):
        outer = at in (0, len(every) - 1)
        begin, end = (0, bar.pico) if outer else (levels[at - 1], levels[at])
        above, below = place(max(begin, end)), place(min(begin, end))
        kind = "whole" if outer or not bar.pico else "more" if bar.pico > 0 else "less"
        middle = slot * (at + 0.5)
        drawn.append(
            f'<rect class="{kind}" x="{middle - slot * 0.34:.1f}" y="{above:.1f}" width="{slot * 0.68:.1f}"'
            f' height="{max(below - above, 1.5):.1f}" rx="2"/>'
        )
        if not outer:
            drawn.append(
                f'<line class="line" x1="{middle - slot * 0.66:.1f}" y1="{place(begin):.1f}"'
                f' x2="{middle - slot * 0.34:.1f}" y2="{place(begin):.1f}"/>'
            )
        drawn.append(_fitted(middle, above - 6, bar.text, slot - 4))
        drawn.append(_fitted(middle, 24 + _HIGH + 20, bar.name, slot - 2, "dim"))
    return _svg(f"steps{number}", chart.caption, _said(every), 24 + _HIGH + 28, drawn)


def _svg(name: str, title: str, said: str, high: float, drawn: Sequence[str]) -> str:
    told = f'<title id="{name}-t">{_escaped(title)}</title><desc id="{name}-d">{_escaped(said)}</desc>'
    head = f'<svg viewBox="0 0 {WIDE} {high:.0f}" role="img" aria-labelledby="{name}-t {name}-d">'
    return f"{head}{told}{''.join(drawn)}</svg>"


def _said(parts: Sequence[Bar]) -> str:
    return "; ".join(f"{part.long or part.name}: {part.text}" for part in parts)


def _text(x: float, y: float, words: str, kind: str = "") -> str:
    named = f' class="{kind}"' if kind else ""
    return f'<text{named} x="{x:.1f}" y="{y:.1f}" text-anchor="middle">{_escaped(words)}</text>'


def _fitted(x: float, y: float, words: str, room: float, kind: str = "") -> str:
    """A text in its usual size, a smaller one, or none."""
    if _wide(words) <= room:
        return _text(x, y, words, kind)
    return _text(x, y, words, f"{kind} small".strip()) if _wide(words) * _SMALLER <= room else ""


def _within(middle: float, words: str) -> float:
    half = _wide(words) / 2
    return min(max(middle, half), WIDE - half)


def _fitting(texts: Sequence[str], slot: float) -> bool:
    return all(_wide(each) <= slot - 4 for each in texts)


def _every(texts: Sequence[str], slot: float) -> int:
    """So many labels apart they do not touch."""
    widest = max((_wide(each) for each in texts), default=0.0)
    return max(1, -(-int(widest + 6) // max(int(slot), 1)))


def _wide(words: str) -> float:
    return len(words) * _LETTER


def _escaped(words: str) -> str:
    return escape(printable(words))
