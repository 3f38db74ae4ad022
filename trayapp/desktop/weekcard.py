"""The weekly card: one picture of 1200 x 630 that says what a week came to, and that may be forwarded.

Rules: it holds no project's and no session's name unless ``names`` is asked for, and says so; everything on it stands
in the report, in the same words; an amount without a price is never a zero; nothing is clipped, whatever the amounts
and the names are (``Ink`` makes texts fit). Less and more are told by a sign and a triangle, not by colour alone.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QColor, QImage, QPainter

from trayapp import tongue
from trayapp.desktop import weekcharts
from trayapp.desktop.ink import RIGHT, Ink, Written
from trayapp.money import api_value, beside, dollars, unpriced
from trayapp.pages import weekly, words
from trayapp.pages.page import Bar
from trayapp.pages.style import DARK, LIGHT, Palette
from trayapp.platform.resources import resource
from trayapp.reports import Report, nameless
from trayapp.tongue import several, tr

WIDE: Final = 1200
HIGH: Final = 630
_EDGE: Final = 56.0
_FULL: Final = WIDE - 2 * _EDGE
_LEFT: Final = 560.0
"""How wide the left half is."""
_FACTS: Final = 4


@dataclass(frozen=True, slots=True)
class Fact:
    """One of the numbers at the bottom."""

    value: str
    label: str


@dataclass(frozen=True, slots=True)
class Card:
    """The picture, and what was written on it."""

    image: QImage
    written: tuple[Written, ...]


def card(report: Report, *, dark: bool = False, names: bool = False, scale: float = 1.0) -> Card:
    """Draw it.

    Args:
        report: what it is about.
        dark: on a dark ground.
        names: with the dearest project's name.
        scale: pixels for each unit; 2 for a screen of twice the density.
    """
    report = report if names else nameless(report)
    palette = DARK if dark else LIGHT
    image = QImage(round(WIDE * scale), round(HIGH * scale), QImage.Format.Format_RGB32)
    image.fill(QColor(palette.window))
    painter = QPainter(image)
    try:
        painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform)
        ink = Ink(painter, scale, palette.text, palette.window)
        _head(ink, report, palette)
        _sum(ink, report, palette)
        _days(ink, report, palette)
        _models(ink, report, palette)
        _facts(ink, report, palette)
        _foot(ink, palette, names=names)
        return Card(image, tuple(ink.written))
    finally:
        painter.end()


def _head(ink: Ink, report: Report, palette: Palette) -> None:
    icon = QImage(str(resource("icons/spendlight-64.png")))
    ink.painter.drawImage(QRectF(_EDGE * ink.scale, 40 * ink.scale, 34 * ink.scale, 34 * ink.scale), icon)
    titles = {
        "week": tr("card", "My week in tokens"),
        "month": tr("card", "My month in tokens"),
    }
    title = titles.get(report.period.kind, tr("card", "My days in tokens"))
    at = ink.line(QRectF(_EDGE + 46, 40, 420, 0), title, 26, ink=palette.dim)
    if report.demo:
        words_of = tr("card", "Demo")
        wide = ink.wide(words_of, 18, bold=True) + 24
        ink.box(QRectF(at.right() + 16, 42, wide, 30), palette.demo, 15)
        place = QRectF(at.right() + 28, 45, wide, 0)
        ink.line(place, words_of, 18, bold=True, ink=palette.demo_text, ground=palette.demo)
    dates = words.dates(report.period)
    if not report.period.over:
        dates = f"{dates} · {tr('report', 'so far')}"
    ink.line(QRectF(_EDGE + 620, 41, _FULL - 620, 0), dates, 24, least=18, ink=palette.dim, align=RIGHT)


def _sum(ink: Ink, report: Report, palette: Palette) -> None:
    unit, sums = words.shown(report), report.sum
    _amount(ink, QRectF(_EDGE, 76, _LEFT, 134), words.total(sums, unit), palette)
    value = tr("card", "API value")
    if sums.unpriced:
        value = f"{value} · + {tongue.figures().count(sums.unpriced)} {unpriced()}"
    known = None not in (sums.pico_contract, sums.pico_marginal)
    more = beside(sums.pico_list, sums.pico_contract, sums.pico_marginal, shown=unit) if known else ""
    more = more.removeprefix(f"{api_value()} · ")
    top = ink.line(QRectF(_EDGE, 208, _LEFT, 0), value, 21, least=16, ink=palette.dim).bottom()
    if more:
        top = ink.line(QRectF(_EDGE, top + 1, _LEFT, 0), more, 21, least=15, ink=palette.dim).bottom()
    top += 6
    if report.before is not None:
        top = _versus(ink, report, palette, sums.pico_list - report.before.pico_list, top) + 3
    saving = report.saving
    if saving.rows > saving.unknown:
        amount = dollars(abs(saving.pico), estimated=True, shown=unit)
        lost = saving.pico < 0
        text = (
            tr("card", "{amount} lost by rules", amount=amount)
            if lost
            else tr("card", "{amount} saved by rules", amount=amount)
        )
        ink.line(QRectF(_EDGE, top, _LEFT, 0), text, 23, least=17, ink=palette.more if lost else palette.less)


def _amount(ink: Ink, place: QRectF, amount: str, palette: Palette) -> None:
    """The total; that it rests on estimates stands before it in small, or it would be the largest thing on the card."""
    guess = amount.startswith("≈")
    digits, mark, size = amount.removeprefix("≈"), ink.wide("≈", 56, bold=True) + 10 if guess else 0.0, 112.0
    while size > 40 and ink.wide(digits, size, bold=True) > place.width() - mark:
        size -= 2
    top = place.center().y() - ink.high(size, bold=True) / 2
    if guess:
        middle = place.center().y() - ink.high(56, bold=True) / 2
        ink.line(QRectF(place.left(), middle, mark, 0), "≈", 56, bold=True, ink=palette.dim)
    ink.line(QRectF(place.left() + mark, top, place.width() - mark, 0), digits, size, bold=True)


def _versus(ink: Ink, report: Report, palette: Palette, pico: int, top: float) -> float:
    """Against the time before; where it ends."""
    share = words.change_share(report)
    amount = words.signed(pico, words.shown(report))
    values = {"amount": f"{amount} ({share})" if share and pico else amount, "before": words.former(report.period)}
    text = tr("card", "{amount} on {before}", **values)
    colour = palette.more if pico > 0 else palette.less
    left = _EDGE
    if pico:
        ink.triangle(QRectF(_EDGE, top + 8, 18, 15), colour, up=pico > 0)
        left += 28
    place = QRectF(left, top, _LEFT - 28, 0)
    return ink.line(place, text, 23, least=16, ink=colour if pico else palette.dim).bottom()


def _days(ink: Ink, report: Report, palette: Palette) -> None:
    found = weekly.bars(report, words.shown(report))
    place = QRectF(_EDGE + 620, 88, _FULL - 620, 234)
    weekcharts.bars(ink, place, found, palette, 17)


def _models(ink: Ink, report: Report, palette: Palette) -> None:
    shares = weekly.mix(report)
    place = QRectF(_EDGE, 346, _FULL, 44)
    if not shares:
        ink.box(place, palette.card, 6)
        text = tr("card", "No call had a price") if report.sum.calls else tr("card", "There was no call")
        ink.line(QRectF(_EDGE + 16, 356, _FULL - 32, 0), text, 18, ink=palette.dim, ground=palette.card)
        return
    whole = sum(pico for _, pico in shares)
    parts = [Bar(name=name, pico=pico, text=words.percent(pico, whole)) for name, pico in shares]
    weekcharts.mix(ink, place, parts, palette, 18)


def facts(report: Report) -> Iterator[Fact]:
    """What is worth a place at the bottom, the best first."""
    unit, sums, figures = words.shown(report), report.sum, tongue.figures()
    prompt = sums.input + sums.cache_read + sums.cache_write
    if report.projects and report.projects[0].name:
        first = report.projects[0]
        yield Fact(words.of_part(first, unit), first.name)
    if prompt:
        yield Fact(words.percent(sums.cache_read, prompt), tr("card", "of the input from the cache"))
    most = None if report.change is None else words.greatest(report.change)
    if most is not None:
        _, what, pico = most
        yield Fact(words.signed(pico, unit), tr("card", "goes with {what}", what=what))
    wasted = max((line for line in report.waste if line.known and line.rows), key=lambda line: line.pico, default=None)
    if wasted is not None and wasted.pico:
        label = f"{words.waste(wasted)} ({several('report', '%n call(s)', wasted.rows)})"
        yield Fact(dollars(wasted.pico, estimated=wasted.estimated, shown=unit), label)
    label = tr("card", "calls")
    if sums.errors:
        label = f"{label}, {tr('card', '{count} failed', count=figures.count(sums.errors))}"
    yield Fact(figures.count(sums.calls), label)
    if sums.output:
        yield Fact(figures.count(sums.output), tr("card", "tokens written"))
    if prompt:
        yield Fact(figures.count(prompt), tr("card", "tokens read"))
    dearest = max(report.days, key=lambda day: day.pico, default=None)
    if dearest is not None and dearest.pico:
        yield Fact(
            dollars(dearest.pico, shown=unit), tr("card", "on the dearest day, {day}", day=words.day(dearest.day))
        )


def _facts(ink: Ink, report: Report, palette: Palette) -> None:
    found = list(facts(report))[:_FACTS]
    slot = _FULL / _FACTS
    for at, fact in enumerate(found):
        left = _EDGE + at * slot
        ink.line(QRectF(left, 446, slot - 24, 0), fact.value, 42, least=24, bold=True)
        ink.paragraph(QRectF(left, 504, slot - 24, 0), fact.label, 19, least=15, ink=palette.dim, most=2)


def _foot(ink: Ink, palette: Palette, *, names: bool) -> None:
    ink.rule(QPointF(_EDGE, 570), QPointF(WIDE - _EDGE, 570), palette.border)
    promise = (
        tr("card", "No prompts, no code in this card")
        if names
        else tr("card", "No prompts, no code, no project names in this card")
    )
    ink.line(QRectF(_EDGE, 584, 760, 0), promise, 18, ink=palette.dim)
    own = tr("card", "Counted by Spendlight on my own machine")
    ink.line(QRectF(_EDGE + 620, 584, _FULL - 620, 0), own, 18, least=14, ink=palette.dim, align=RIGHT)
