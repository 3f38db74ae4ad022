"""A report as a page: which sections there are, in which order, and what each holds.

Rules: what is empty is left out, but for what a reader would miss: that nothing is unusual, and that a change or what
is usual is not known, is said. Signed lines and tables sum to what stands above them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, timedelta
from typing import Final

from trayapp import tongue
from trayapp.money import Currency, converted, dollars, unpriced
from trayapp.pages import trend, words
from trayapp.pages.page import Bar, Bars, Block, Column, Figure, Mix, Page, Section, Sentence, Steps, Table, Todo
from trayapp.reports import Day, Part, Report
from trayapp.tongue import several, tr

MIX: Final = 6
"""So many models at most have a colour of their own in the bar; the rest share one."""
DAYS: Final = 31
"""Up to so many days each has a bar."""
WEEKS: Final = 200
"""Up to so many days each week has one; beyond, each month."""
_SESSION: Final = 8
"""Letters of a session's id that tell it from others."""

LONG: Final = 35
"""Longer stretches are not searched for what is unusual, nor counted for waste."""


def page(report: Report, language: str = "en") -> Page:
    """The page of a report."""
    unit = words.shown(report)
    so_far = "" if report.period.over else f" · {tr('report', 'so far')}"
    return Page(
        language=language,
        title=words.title(report.period),
        subtitle=f"{words.dates(report.period)}{so_far}"
        if report.period.kind != "span"
        else so_far.removeprefix(" · "),
        banner=tr("report", "Demo: simulated calls, no money was spent.") if report.demo else "",
        total=words.total(report.sum, unit),
        versus=words.versus(report, unit),
        figures=tuple(_figures(report, unit)),
        sections=tuple(section for section in _sections(report, unit) if section.blocks),
        small=tuple(_small(report, unit)),
    )


def _figures(report: Report, unit: Currency) -> Iterator[Figure]:
    sums = report.sum
    guess = bool(sums.pico_estimated)
    yield Figure(
        name=tr("report", "API value"), value=words.total(sums, unit), note=tr("report", "by the vendors' public lists")
    )
    yield Figure(
        name=tr("report", "By contract"),
        value=words.known(sums.pico_contract, unit, estimated=guess),
        note=tr("report", "by what was agreed"),
    )
    yield Figure(
        name=tr("report", "On the bill"),
        value=words.known(sums.pico_marginal, unit, estimated=guess),
        note=tr("report", "what it adds; nothing inside a plan"),
    )


def _sections(report: Report, unit: Currency) -> Iterator[Section]:
    yield Section(key="counted", title=tr("report", "Counted"), blocks=tuple(_counted(report)))
    yield Section(key="change", title=tr("report", "What has changed"), blocks=tuple(_change(report, unit)))
    yield Section(key="unusual", title=tr("report", "Anything unusual?"), blocks=tuple(_unusual(report, unit)))
    yield Section(key="actions", title=tr("report", "Worth doing"), blocks=tuple(_todo(report, unit)))
    yield Section(key="days", title=tr("report", "Day by day"), blocks=tuple(_days(report, unit)))
    yield Section(key="models", title=tr("report", "Models"), blocks=tuple(_models(report, unit)))
    for key, title, head, parts in (
        ("tools", tr("report", "Tools"), tr("report", "Tool"), report.tools),
        ("projects", tr("report", "Projects"), tr("report", "Project"), report.projects),
    ):
        table = (_parts(report, title, head, parts, unit),) if parts else ()
        yield Section(key=key, title=title, blocks=table)
    yield Section(key="sessions", title=tr("report", "Sessions"), blocks=tuple(_sessions(report, unit)))
    blocks = (Sentence(text=words.saving(report.saving, unit)),) if report.sum.calls else ()
    yield Section(key="saved", title=tr("report", "What rules saved"), blocks=blocks)
    yield Section(key="plans", title=tr("report", "Plans"), blocks=tuple(_plans(report, unit)))
    yield Section(key="waste", title=tr("report", "Counted as waste"), blocks=tuple(_waste(report, unit)))
    yield from trend.sections(report, unit)


def _counted(report: Report) -> Iterator[Block]:
    sums = report.sum
    if not sums.calls:
        yield Sentence(text=tr("report", "There was no call."))
        return
    figures = tongue.figures()
    prompt = sums.input + sums.cache_read + sums.cache_write
    values = {
        "calls": several("report", "%n call(s)", sums.calls),
        "input": figures.count(prompt),
        "share": words.percent(sums.cache_read, prompt),
        "output": figures.count(sums.output),
    }
    text = tr("report", "{calls}; {input} tokens in, {share} of them from the cache, and {output} out.", **values)
    if sums.errors:
        text = f"{text} {several('report', '%n call(s) failed.', sums.errors)}"
    yield Sentence(text=text)
    if sums.unpriced:
        told = several("report", "%n call(s) without a price: in no amount of this page.", sums.unpriced)
        yield Sentence(text=told, tone="warn")
    if sums.unmetered:
        told = several("report", "%n call(s) passed unmetered: nobody knows what they cost.", sums.unmetered)
        yield Sentence(text=told, tone="warn")


def _change(report: Report, unit: Currency) -> Iterator[Block]:
    before, change = report.before, report.change
    if before is None:
        if report.sum.calls:
            yield Sentence(text=tr("report", "There is nothing before it to hold it against."), tone="dim")
        return
    versus = words.versus(report, unit)
    versus = f"{versus[:1].upper()}{versus[1:]}."
    if change is None:
        yield Sentence(text=versus)
        if report.sum.pico_list != before.pico_list:
            yield Sentence(text=tr("report", "What that goes with was not looked at."), tone="dim")
    else:
        yield Sentence(text=f"{versus} {words.explained(change, unit)}")
        steps = tuple(
            Bar(name=tr("report", word), pico=pico, text=words.signed(pico, unit))
            for name, word, _, _ in words.FACTORS
            for pico in (int(getattr(change, f"pico_{name}")),)
        )
        caption = tr("report", "From {before} to now, by what it goes with", before=words.former(report.period))
        yield Steps(
            caption=caption,
            start=Bar(name=tr("report", "Before"), pico=before.pico_list, text=dollars(before.pico_list, shown=unit)),
            steps=steps,
            end=Bar(name=tr("report", "Now"), pico=report.sum.pico_list, text=words.total(report.sum, unit)),
        )
        yield Table(
            caption=caption,
            columns=(Column(name=tr("report", "Goes with")), Column(name=tr("report", "Change"), right=True)),
            rows=(
                *((step.name, step.text) for step in steps),
                (tr("report", "Sum"), words.signed(change.pico, unit)),
            ),
            summed=True,
        )
    if report.began and report.began > _former_first(report):
        values = {"day": words.day(report.began), "before": words.former(report.period)}
        yield Sentence(text=tr("report", "The first call is of {day}: {before} is not whole.", **values), tone="dim")
    for each in report.prices:
        yield Sentence(text=words.price_change(each, unit))


def _former_first(report: Report) -> str:
    """The first date of the time before, ISO."""
    first, last = date.fromisoformat(report.period.first), date.fromisoformat(report.period.last)
    if report.period.kind == "month":
        return (first - timedelta(days=1)).replace(day=1).isoformat()
    return (first - (last - first) - timedelta(days=1)).isoformat()


def _unusual(report: Report, unit: Currency) -> Iterator[Block]:
    if not report.sum.calls:
        return
    for each in report.anomalies:
        yield Sentence(text=words.anomaly(each, unit), tone="warn")
    if report.anomalies:
        return
    if report.unusual_known:
        yield Sentence(text=tr("report", "Nothing unusual."))
    elif len(report.days) > LONG:
        yield Sentence(text=tr("report", "So many days are not looked through for what is unusual."), tone="dim")
    else:
        yield Sentence(text=tr("report", "What is usual here is not known yet."), tone="dim")


def _todo(report: Report, unit: Currency) -> Iterator[Block]:
    for each in report.actions:
        yield Todo(text=words.action(each, unit), command=each.command)


def _days(report: Report, unit: Currency) -> Iterator[Block]:
    if not report.sum.calls:
        return
    found = bars(report, unit)
    if len(found) > 1:
        yield Bars(caption=_grains(len(report.days)), bars=found)


def bars(report: Report, unit: Currency) -> tuple[Bar, ...]:
    """What each day came to; of many days each week, of very many each month."""
    count = len(report.days)
    found: dict[str, list[Day]] = {}
    for each in report.days:
        at = date.fromisoformat(each.day)
        year, week, _ = at.isocalendar()
        key = each.day if count <= DAYS else f"{year}-W{week:02}" if count <= WEEKS else f"{at:%Y-%m}"
        found.setdefault(key, []).append(each)
    made = []
    for key, days in found.items():
        first = days[0].day
        if count <= DAYS:
            name, long = words.short_day(first, count), words.day(first)
        elif count <= WEEKS:
            name, long = key[-3:], f"{key[-3:]} ({words.day(first)})"
        else:
            name, long = words.month(first), f"{words.month(first)} {key[:4]}"
        pico = sum(day.pico for day in days)
        text = dollars(pico, shown=unit) if any(day.calls for day in days) else "–"
        made.append(Bar(name=name, pico=pico, text=text, long=long))
    return tuple(made)


def _grains(days: int) -> str:
    if days <= DAYS:
        return tr("report", "API value of each day")
    return tr("report", "API value of each week") if days <= WEEKS else tr("report", "API value of each month")


def mix(report: Report) -> tuple[tuple[str, int], ...]:
    """The models' shares: names and amounts, the small ones together; empty while nothing has a price."""
    priced = [part for part in report.models if part.pico > 0]
    named = [part for part in priced if not part.others]
    rest = [part for part in priced if part.others] + named[MIX:]
    count = sum(part.others or 1 for part in rest)
    made = [(words.name(part), part.pico) for part in named[:MIX]]
    if rest:
        made.append((several("report", "%n other(s)", count), sum(part.pico for part in rest)))
    return tuple(made)


def _models(report: Report, unit: Currency) -> Iterator[Block]:
    shares = mix(report)
    whole = sum(pico for _, pico in shares)
    if shares:
        yield Mix(
            caption=tr("report", "Share of each model"),
            parts=tuple(Bar(name=name, pico=pico, text=words.percent(pico, whole)) for name, pico in shares),
        )
    if report.models:
        yield _parts(report, tr("report", "Models"), tr("report", "Model"), report.models, unit)


def _parts(report: Report, caption: str, head: str, parts: Sequence[Part], unit: Currency) -> Table:
    compared = report.before is not None
    columns = [Column(name=head), Column(name=tr("report", "API value"), right=True)]
    if compared:
        columns.append(Column(name=tr("report", "before"), right=True))
        columns.append(Column(name=tr("report", "change"), right=True))
    columns.append(Column(name=tr("report", "calls"), right=True))
    return Table(
        caption=caption,
        columns=tuple(columns),
        rows=tuple(_row(words.name(part), part, unit, compared=compared) for part in (*parts, _sum(parts))),
        summed=True,
    )


def _sum(parts: Iterable[Part]) -> Part:
    listed = tuple(parts)
    return Part(
        name=tr("report", "Sum"),
        pico=sum(part.pico for part in listed),
        pico_before=sum(part.pico_before for part in listed),
        calls=sum(part.calls for part in listed),
        unpriced=sum(part.unpriced for part in listed),
    )


def _row(name: str, part: Part, unit: Currency, *, compared: bool) -> tuple[str, ...]:
    former: tuple[str, ...] = ()
    if compared:
        # Whether nothing before was no call or one without a price, a report does not say; a zero would be a lie.
        before = dollars(part.pico_before, shown=unit) if part.pico_before else "–"
        unknown = not part.pico and part.unpriced
        former = (before, "–" if unknown else words.signed(part.pico - part.pico_before, unit))
    return (name, words.of_part(part, unit), *former, tongue.figures().count(part.calls))


def _sessions(report: Report, unit: Currency) -> Iterator[Block]:
    if not report.sessions:
        return
    rows = []
    for part in report.sessions:
        began = _moment(part.started_us) if part.started_us else ""
        words_of = (words.name(part)[:_SESSION] if part.name else words.name(part), part.tool, part.project, began)
        rows.append((*words_of, words.of_part(part, unit), tongue.figures().count(part.calls)))
    whole = _sum(report.sessions)
    rows.append((whole.name, "", "", "", words.of_part(whole, unit), tongue.figures().count(whole.calls)))
    yield Table(
        caption=tr("report", "Sessions"),
        columns=(
            Column(name=tr("report", "Session")),
            Column(name=tr("report", "Tool")),
            Column(name=tr("report", "Project")),
            Column(name=tr("report", "began")),
            Column(name=tr("report", "API value"), right=True),
            Column(name=tr("report", "calls"), right=True),
        ),
        rows=tuple(rows),
        summed=True,
    )


def _plans(report: Report, unit: Currency) -> Iterator[Block]:
    if not report.plans:
        return
    yield Table(
        caption=tr("report", "Plans"),
        columns=(
            Column(name=tr("report", "Plan")),
            Column(name=tr("report", "API value"), right=True),
            Column(name=tr("report", "price for these days"), right=True),
            Column(name=tr("report", "worth"), right=True),
        ),
        rows=tuple(
            (
                plan.name,
                _valued(plan.pico_value, plan.unpriced, plan.calls, unit),
                words.known(plan.pico_price, unit),
                words.leverage(plan) or "–",
            )
            for plan in report.plans
        ),
    )
    for plan in report.plans:
        yield Sentence(text=words.plan(plan, unit))


def _valued(pico: int, without: int, calls: int, unit: Currency) -> str:
    return words.of_part(Part(name="", pico=pico, unpriced=without, calls=calls), unit)


def _waste(report: Report, unit: Currency) -> Iterator[Block]:
    lines = [line for line in report.waste if line.known and line.rows]
    if lines:
        yield Table(
            caption=tr("report", "Counted as waste"),
            columns=(
                Column(name=tr("report", "What")),
                Column(name=tr("report", "calls"), right=True),
                Column(name=tr("report", "API value"), right=True),
            ),
            rows=tuple(
                (
                    words.waste(line),
                    tongue.figures().count(line.rows),
                    unpriced()
                    if not line.pico and line.unpriced >= line.rows
                    else dollars(line.pico, estimated=line.estimated, shown=unit),
                )
                for line in lines
            ),
        )
        yield Sentence(
            text=tr("report", "A call may stand in several lines, so they have no sum. Counted, without a claim why."),
            tone="dim",
        )
        dearest = max(lines, key=lambda line: line.pico)
        behind = date.fromisoformat(report.period.last) + timedelta(days=1)
        command = f"spendlight calls --waste {dearest.kind} --since {report.period.first} --until {behind}"
        yield Sentence(text=tr("report", "Which calls they are: {command}", command=f"`{command}`"), tone="dim")
    elif report.waste and all(line.known for line in report.waste):
        yield Sentence(text=tr("report", "None was counted."))
    for line in report.waste:
        if not line.known:
            why = tr("report", line.why) if line.why else tr("report", "not known")
            yield Sentence(text=f"{words.waste(line)}: {why}", tone="dim")


def _small(report: Report, unit: Currency) -> Iterator[str]:
    if report.book:
        yield tr("report", "API value: what the calls would cost by the vendors' lists. Price book {book}.",
                 book=report.book)  # fmt: skip
    if report.sum.pico_estimated:
        amount = dollars(report.sum.pico_estimated, shown=unit)
        yield tr("report", "≈: {amount} of it rests on estimates.", amount=amount)
    if note := converted(report.currency, unit):
        yield tr("report", "Amounts are {note}.", note=note)
    yield tr("report", "“Goes with” is counted and exact; it is no proof of a cause.")
    yield tr("report", "Made on this machine by Spendlight on {moment}.", moment=_moment(report.made_us))


def _moment(us: int) -> str:
    at = datetime.fromtimestamp(us / 1_000_000).astimezone()
    return f"{tongue.figures().date(at)} {tongue.figures().clock(at)}"
