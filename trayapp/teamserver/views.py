"""What the console's pages show, in words: amounts, shares and dates, ready to be written down.

Rules: pure; nothing is reckoned here that the API does not tell, too.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Final

from trayapp.money import count, dollars
from trayapp.team import wire
from trayapp.teamserver import answers

TITLES: Final = {"team": "Team", "vendor": "Vendor", "model": "Model", "tool": "Tool", "day": "Day"}
TOGETHER: Final = "together (fewer than 5 people apart)"


@dataclass(frozen=True, slots=True)
class Bar:
    """A pool or a commitment."""

    name: str
    about: str
    percent: int
    share: str
    amount: str
    lines: tuple[str, ...]
    level: str
    """``calm``, ``near`` or ``over``; said in words, too."""
    word: str


@dataclass(frozen=True, slots=True)
class Line:
    """A row of a table."""

    name: str
    together: bool
    contract: str
    list_price: str
    calls: str
    width: int
    """Percent of the greatest."""


@dataclass(frozen=True, slots=True)
class Table:
    """A table of a week."""

    title: str
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Week:
    """A week."""

    name: str
    days: str
    told: bool
    tables: tuple[Table, ...]


@dataclass(frozen=True, slots=True)
class Section:
    """All weeks of one scope."""

    title: str
    weeks: tuple[Week, ...]


def _day(seconds: int) -> str:
    at = datetime.fromtimestamp(seconds, UTC)
    return f"{at.day} {at:%B}"


def _level(percent: int) -> tuple[str, str]:
    if percent >= 100:
        return "over", "used up"
    if percent >= 80:
        return "near", "nearly used up"
    return "calm", "within the limit"


def pool(state: wire.Pool, now: int) -> Bar:
    """A pool."""
    percent = int(Decimal(state.share) * 100)
    level, word = _level(percent)
    lines = []
    if state.pico_spent is None:
        lines.append(
            "Its share is told in steps of 10 %: fewer than 5 people spent from it, or could be told from other pools."
        )
    else:
        if state.pico_per_day is not None:
            lines.append(f"{dollars(int(state.pico_per_day))} a day so far")
        if state.pico_low is not None and state.pico_high is not None:
            low, high = dollars(int(state.pico_low)), dollars(int(state.pico_high))
            lines.append(f"{low} to {high} expected by {_day(state.until)} (four times in five)")
        else:
            lines.append("No forecast yet: it needs three whole days.")
    limit = dollars(int(state.pico_limit))
    known = f"about {dollars(int(state.pico_spent))} of {limit}" if state.pico_spent else f"of {limit}"
    kind = "asks before it spends" if state.kind == "hard" else "counts what was spent"
    about = f"{state.period}, from {_day(state.since)}; {kind}"
    return Bar(state.name, about, percent, f"{percent} %", known, tuple(lines), level, word)


def commitment(state: answers.Drawn) -> Bar:
    """A commitment."""
    span = " to ".join(part for part in (state.since, state.until) if part)
    about = f"{state.vendor}{', ' + span if span else ''}"
    limit = f"of {dollars(int(state.pico))}"
    if state.share is None or state.share_most is None or state.counted_until is None:
        line = "No week of it has been told yet: that takes five people, and two days after a week's end."
        return Bar(state.name, about, 0, "not known", limit, (line,), "calm", "not told yet")
    percent, most = (int(Decimal(share) * 100) for share in (state.share, state.share_most))
    level, word = ("calm", "drawn down") if percent < 100 else ("near", "drawn down in full")
    share = f"{percent} %" if most == percent else f"{percent} to {most} %"
    lines = [f"by the weeks until {_day(state.counted_until - 1)}"]
    if most != percent:
        lines.append("Some of it was put together with other vendors' and may be this one's.")
    if state.silent_weeks:
        lines.append(f"{count(state.silent_weeks)} of its weeks say nothing: fewer than 5 people spent.")
    return Bar(state.name, about, percent, share, limit, tuple(lines), level, word)


def section(title: str, spend: answers.Spend) -> Section:
    """The weeks of a scope."""
    return Section(title, tuple(_week(week) for week in spend.weeks))


def _week(week: answers.Week) -> Week:
    days = f"{_day(week.since)} to {_day(week.until - 1)}"
    return Week(week.week, days, week.told, tuple(_table(table) for table in week.tables))


def _table(table: answers.Table) -> Table:
    greatest = max((int(row.pico_contract) for row in table.rows), default=0) or 1
    lines = tuple(
        Line(
            name=TOGETHER if row.name is None else row.name or "not told",
            together=row.name is None,
            contract=dollars(int(row.pico_contract)),
            list_price=dollars(int(row.pico_list)),
            calls=count(row.calls),
            width=max(1, int(row.pico_contract) * 100 // greatest),
        )
        for row in table.rows
    )
    return Table(TITLES[table.by], lines)


def read(line: answers.Read) -> str:
    """A line of the trail."""
    whom = {"me": "you", "team": "your team", "tenant": "everyone"}[line.about]
    at = datetime.fromtimestamp(line.at, UTC)
    return f"{at:%Y-%m-%d %H:%M} UTC: {line.role} read “{line.what}”, about {whom}"
