"""A report of a week, a month or some days, put together from the ledger's sums.

Everything that makes a ``reports.Report`` lives here, for a running engine and for the command line alone. It blocks on
the ledger's answers: never call it on the event loop.

What looks deeper comes in through ``Insights``, one function a question, each with an honest default: without it the
report says that it is not known, never that it is nothing. ``INSIGHTS`` is the one place where they are plugged in.

Rules: all sums come from one view of the ledger, so days and parts sum to the whole, to the pico-dollar; a change that
does not sum to the difference of the two totals (a call has ended in between) is left out; what is not known of some
call (contract, bill) is ``None``.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import timedelta, tzinfo
from functools import partial
from typing import Final

from trayapp.currency import Rates
from trayapp.engine import planworth
from trayapp.engine.reportactions import Known, actions
from trayapp.insight.days import local_days
from trayapp.insight.habit import Habit, TooLittle, learn
from trayapp.insight.periods import begins, local
from trayapp.insight.stretches import Stretch, before
from trayapp.ledger import Ledger, ReportSums, Totals
from trayapp.ledger.reportsums import PartSum
from trayapp.pricing import Agreements, Book
from trayapp.reports import Anomaly, Change, Day, Part, PriceChange, Report, Saving, Sum, Waste

LISTED: Final = 8
"""Parts of each kind that a report names."""
HABIT_DAYS: Final = 84
"""What days cost is learned from so many; older ones weigh little, and reading them takes its time."""


def _unexplained(_ledger: Ledger, _now: Stretch, _before: Stretch) -> tuple[Change | None, tuple[PriceChange, ...]]:
    return None, ()


def _unlooked(_ledger: Ledger, _now: Stretch) -> tuple[tuple[Anomaly, ...], bool]:
    return (), False


def _uncounted(_ledger: Ledger, _now: Stretch) -> tuple[Waste, ...]:
    return ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Insights:
    """What looks deeper than sums. Each is given the ledger and may block on it."""

    explain: Callable[[Ledger, Stretch, Stretch], tuple[Change | None, tuple[PriceChange, ...]]] = _unexplained
    """Why the list price differs from the stretch before (``None``: not known), and which prices have changed."""
    unusual: Callable[[Ledger, Stretch], tuple[tuple[Anomaly, ...], bool]] = _unlooked
    """What is far from usual, and whether enough is known to say what is usual."""
    wasted: Callable[[Ledger, Stretch], tuple[Waste, ...]] = _uncounted
    """The lines of the waste ledger; none: it was not looked at."""


INSIGHTS: Final = Insights()
"""What this build looks into. Change decomposition, anomalies and the waste ledger are plugged in here."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Circumstances:
    """What a report needs to know beside the ledger."""

    agreements: Agreements
    book: Book
    now_us: int
    rates: Rates = field(default_factory=Rates)
    demo: bool = False
    budgeted: bool = True
    """There is a budget already, so none is proposed."""
    known: Known = field(default_factory=Known)
    """Suggestion and rules, of a running engine."""
    insights: Insights = INSIGHTS


def report(ledger: Ledger | None, stretch: Stretch, about: Circumstances) -> Report:
    """The report of a stretch; without a ledger (there were no calls yet) an empty one."""
    shown = about.rates.at(about.now_us)
    empty = Report(
        period=stretch.period(about.now_us),
        made_us=about.now_us,
        book=about.book.version,
        currency=about.rates.code,
        currency_rate=shown.rate if shown.since else "",
        currency_since=shown.since,
        demo=about.demo,
        sum=Sum(pico_contract=0, pico_marginal=0),
        days=tuple(Day(day=day.isoformat()) for day in stretch.days),
        unusual_known=False,
    )
    if ledger is None:
        return empty
    former = before(stretch, about.now_us)
    # All of it is read at once, each on a connection of its own: SQLite works beside the interpreter.
    beside = ThreadPoolExecutor(3, "report")
    looked = beside.submit(about.insights.unusual, ledger, stretch)
    explained = beside.submit(about.insights.explain, ledger, stretch, former)
    wasted = beside.submit(about.insights.wasted, ledger, stretch)
    beside.shutdown(wait=False)
    sums = ledger.report_sums(
        stretch.edges,
        (former.since_us, former.until_us),
        most=LISTED,
        agreements=about.agreements.apart,
    ).result()
    compared = sums.first_us is not None and sums.first_us < former.until_us
    change, prices = explained.result()
    if not compared:
        change, prices = None, ()
    if change is not None and change.pico != sums.totals.pico_list - sums.before.pico_list:
        change = None
    anomalies, unusual_known = looked.result()
    plans = planworth.plans(sums, about.agreements, about.book, stretch, about.now_us)
    unknown = [each for each in sums.unpriced if each.model and about.book.find(each.vendor, each.model) is None]
    known = replace(
        about.known,
        by_rule=sums.by_rule,
        unpriced=unknown,
        plans=plans,
        habit=None if about.budgeted else partial(habit, ledger, about.now_us, stretch.zone),
        now_us=about.now_us,
        zone=stretch.zone,
    )
    sessions = _parts(sums, "session")
    began = "" if sums.first_us is None else local(sums.first_us, stretch.zone).date().isoformat()
    return replace(
        empty,
        began=began,
        sum=total(sums.totals, sum(each.decided for each in sums.unpriced)),
        # What an agreement has priced without the list is not looked for in the time before.
        before=total(sums.before, 0) if compared else None,
        change=change,
        prices=prices,
        days=tuple(
            Day(day=day.isoformat(), pico=counted.pico, calls=counted.calls)
            for day, counted in zip(stretch.days, sums.days, strict=True)
        ),
        models=_parts(sums, "model"),
        tools=_parts(sums, "tool"),
        projects=_parts(sums, "project"),
        sessions=sessions,
        saving=Saving(
            pico=sums.saved.saved,
            pico_low=sums.saved.low,
            pico_high=sums.saved.high,
            rows=sums.saved.rows,
            unknown=sums.saved.unknown,
        ),
        plans=plans,
        anomalies=tuple(_called(each, sessions) for each in anomalies),
        unusual_known=unusual_known,
        waste=wasted.result(),
        actions=actions(known),
    )


def total(totals: Totals, decided: int) -> Sum:
    """What a range came to.

    Args:
        totals: its sums.
        decided: calls without a list price that an agreement has given one all the same.
    """
    wanted = totals.priced + decided
    return Sum(
        pico_list=totals.pico_list,
        pico_contract=totals.pico_contract if totals.contract_known >= wanted else None,
        pico_marginal=totals.pico_marginal if totals.marginal_known >= wanted else None,
        pico_estimated=totals.pico_estimated,
        calls=totals.calls,
        errors=totals.errors,
        unpriced=totals.unpriced,
        unmetered=totals.unmetered,
        input=totals.input + totals.input_audio,
        cache_read=totals.cache_read + totals.cache_read_audio,
        cache_write=totals.cache_write + totals.cache_write_1h + totals.cache_write_12h,
        output=totals.output + totals.output_audio + totals.output_image,
    )


def habit(ledger: Ledger, now_us: int, zone: tzinfo | None) -> Habit | TooLittle:
    """What days cost here, learned from the days before today."""
    today = local(now_us, zone).date()
    first = begins(today - timedelta(days=HABIT_DAYS), zone)
    return learn(local_days(ledger.hours(first, begins(today, zone)).result(), today, zone))


def _called(found: Anomaly, sessions: Sequence[Part]) -> Anomaly:
    """A session's anomaly with what people know it by; its id says nothing to them."""
    part = next((each for each in sessions if found.kind == "session" and each.name == found.name), None)
    if part is None:
        return found
    return replace(found, tool=part.tool, project=part.project, started_us=part.started_us)


def _parts(sums: ReportSums, by: str) -> tuple[Part, ...]:
    found: Sequence[PartSum] = next(parts for name, parts in sums.parts.items() if name == by)
    return tuple(
        Part(
            name=each.name,
            pico=each.now.pico,
            pico_before=each.before.pico,
            calls=each.now.calls,
            unpriced=each.now.unpriced,
            tool=each.tool,
            project=each.project,
            started_us=each.started_us,
            others=each.others,
        )
        for each in found
    )
