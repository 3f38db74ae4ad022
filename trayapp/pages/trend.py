"""The trend: month by month what was spent, and how much of each change goes with prices and how much with volume.

Rules: as in ``weekly``: every line sums to the difference of its months; what is not known is a dash, never a zero.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from trayapp import tongue
from trayapp.money import Currency
from trayapp.pages import words
from trayapp.pages.page import Bar, Bars, Block, Column, Page, Section, Sentence, Table
from trayapp.reports import Month, Report
from trayapp.tongue import tr


def sections(report: Report, unit: Currency) -> Iterator[Section]:
    """The trend's part of a page; none without months."""
    if report.months:
        yield Section(key="trend", title=tr("report", "Month by month"), blocks=tuple(_blocks(report, unit)))


def alone(page: Page, report: Report) -> Page:
    """The page of a report that is about its months only."""
    unit = words.shown(report)
    last = report.months[-1]
    first = words.month_of(report.months[0].name)
    return replace(
        page,
        title=tr("report", "Month by month"),
        subtitle=f"{first} – {words.month_of(last.name)}",
        total=words.total(last.sum, unit),
        versus=words.month_of(last.name),
        figures=page.figures[:0],
        sections=tuple(sections(report, unit)),
    )


def _blocks(report: Report, unit: Currency) -> Iterator[Block]:
    yield Bars(
        caption=tr("report", "API value of each month"),
        bars=tuple(
            Bar(
                name=words.month(f"{month.name}-01"),
                pico=month.sum.pico_list,
                text=words.total(month.sum, unit),
                long=words.month_of(month.name),
            )
            for month in report.months
        ),
    )
    factors = [(name, tr("report", word)) for name, word, _, _ in words.FACTORS]
    yield Table(
        caption=tr("report", "Month by month"),
        columns=(
            Column(name=tr("report", "Month")),
            Column(name=tr("report", "API value"), right=True),
            Column(name=tr("report", "change"), right=True),
            *(Column(name=word, right=True) for _, word in factors),
        ),
        rows=tuple(_row(month, [name for name, _ in factors], unit) for month in report.months),
    )
    for month in report.months:
        for each in month.prices:
            yield Sentence(text=words.price_change(each, unit))
    for month in report.months:
        if month.sum.unpriced:
            number = tongue.figures().count(month.sum.unpriced)
            told = tr("report", "{month}: + {count} unpriced", month=words.month_of(month.name), count=number)
            yield Sentence(text=told, tone="warn")


def _row(month: Month, factors: list[str], unit: Currency) -> tuple[str, ...]:
    change = month.change
    changes = (
        ["–"] * (len(factors) + 1)
        if change is None
        else [
            words.signed(change.pico, unit),
            *(words.signed(int(getattr(change, f"pico_{name}")), unit) for name in factors),
        ]
    )
    return (words.month_of(month.name), words.total(month.sum, unit), *changes)
