"""A report is the sum of its rows, to the pico-dollar, whatever days and zone it is about."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
import several_weeks
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from several_weeks import Written

from trayapp.engine.pricebook import shipped_bytes
from trayapp.engine.reporting import Circumstances, Insights, report
from trayapp.insight import stretches
from trayapp.insight.stretches import Stretch
from trayapp.ledger import Ledger
from trayapp.moments import micros
from trayapp.pricing import Agreements
from trayapp.pricing.agreements import read as read_agreements
from trayapp.pricing.book import load
from trayapp.reports import Anomaly, Change, Part, Report, Waste, nameless, report_from_json
from trayapp.snapshot import to_json
from trayapp.values import PICO, State

FIRST = date(2026, 10, 12)
DAYS = 42
ZONES = [ZoneInfo(name) for name in ("UTC", "Europe/Berlin", "Asia/Kolkata", "America/St_Johns", "Pacific/Apia")]
BOOK = load(shipped_bytes())
NOW = micros(datetime(2026, 11, 26, 12, tzinfo=UTC))


@dataclass(frozen=True)
class Kept:
    ledger: Ledger
    rows: list[Written]


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kept]:
    ledger = Ledger.open(tmp_path_factory.mktemp("report") / "ledger.sqlite3")
    try:
        yield Kept(ledger, several_weeks.write(ledger, FIRST, DAYS, level=(1, 1.4, 0.6, 1), calls=30))
    finally:
        ledger.close()


def about(**more: object) -> Circumstances:
    values: dict[str, object] = {"agreements": Agreements(), "book": BOOK, "now_us": NOW}
    return Circumstances(**{**values, **more})  # type: ignore[arg-type]


def within(rows: list[Written], since_us: int, until_us: int) -> list[Written]:
    return [row for row in rows if since_us <= row.started_us < until_us]


def pico(rows: list[Written]) -> int:
    return sum(row.pico or 0 for row in rows)


def unpriced(row: Written) -> bool:
    return row.pico is None and row.metering != "unmetered"


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.sampled_from(ZONES), st.integers(-3, DAYS + 3), st.integers(1, 30))
def test_every_number_is_the_sum_of_its_rows(kept: Kept, zone: ZoneInfo, start: int, length: int) -> None:
    first = FIRST + timedelta(days=start)
    stretch = stretches.span(first, first + timedelta(days=length - 1), zone)
    former = stretches.before(stretch, NOW)
    made = report(kept.ledger, stretch, about())
    rows = within(kept.rows, stretch.since_us, stretch.until_us)
    before = within(kept.rows, former.since_us, former.until_us)

    assert made.sum.pico_list == pico(rows)
    assert made.sum.calls == len(rows)
    assert made.sum.unpriced == sum(map(unpriced, rows))
    assert made.sum.unmetered == sum(row.metering == "unmetered" for row in rows)
    assert made.sum.errors == sum(row.state is State.VENDOR_ERROR for row in rows)
    assert made.sum.pico_estimated == pico([row for row in rows if row.estimated])
    assert made.sum.pico_contract == pico(rows)
    assert made.sum.pico_marginal == sum(row.marginal or 0 for row in rows)
    assert (0 if made.before is None else made.before.pico_list) == pico(before)
    saved = [row.saved for row in rows if row.saved is not None]
    assert (made.saving.pico, made.saving.rows) == (sum(saved), len(saved))

    for day, since, until in zip(made.days, stretch.edges[:-1], stretch.edges[1:], strict=True):
        its = within(rows, since, until)
        assert (day.pico, day.calls) == (pico(its), len(its)), day.day

    names: dict[str, Callable[[Written], str]] = {
        "models": lambda row: row.model,
        "tools": lambda row: row.tool,
        "projects": lambda row: row.project,
        "sessions": lambda row: row.session,
    }
    for field, name in names.items():
        parts: tuple[Part, ...] = getattr(made, field)
        now, then, calls = Counter[str](), Counter[str](), Counter[str]()
        for row in rows:
            now[name(row)] += row.pico or 0
            calls[name(row)] += 1
        for row in before:
            then[name(row)] += row.pico or 0
        for part in parts:
            if not part.others:
                assert (part.pico, part.calls, part.pico_before) == (
                    now[part.name],
                    calls[part.name],
                    then[part.name],
                ), (field, part.name)
        assert sum(part.pico for part in parts) == made.sum.pico_list, field
        assert sum(part.calls for part in parts) == made.sum.calls, field
        assert sum(part.unpriced for part in parts) == made.sum.unpriced, field
        assert sum(part.pico_before for part in parts) == pico(before), field
        amounts = [part.pico for part in parts if not part.others]
        assert amounts == sorted(amounts, reverse=True)

    assert report_from_json(to_json(made)) == replace(made, actions=report_from_json(to_json(made)).actions)


def week(kept: Kept, zone: ZoneInfo = ZONES[1], **more: object) -> Report:
    return report(kept.ledger, stretches.week(date(2026, 11, 16), zone), about(**more))


def test_sessions_say_where_and_when_they_began(kept: Kept) -> None:
    made = week(kept)
    assert len(made.sessions) == 9
    for part in made.sessions[:-1]:
        rows = [row for row in kept.rows if row.session == part.name]
        assert part.started_us == min(row.started_us for row in rows)
        assert part.tool == rows[0].tool
        assert part.project in {row.project for row in rows}
    assert made.sessions[-1].others > 1


def test_without_calls_there_is_an_empty_report(tmp_path: Path) -> None:
    stretch = stretches.week(date(2026, 11, 16), UTC)
    nothing = report(None, stretch, about())
    ledger = Ledger.open(tmp_path / "ledger.sqlite3")
    try:
        assert report(ledger, stretch, about()) == nothing
    finally:
        ledger.close()
    assert (nothing.before, nothing.change, nothing.actions, len(nothing.days)) == (None, None, (), 7)


def test_before_the_first_call_nothing_is_known(kept: Kept) -> None:
    assert report(kept.ledger, stretches.week(FIRST, ZONES[1]), about()).before is None
    second = report(kept.ledger, stretches.week(FIRST + timedelta(days=7), ZONES[1]), about())
    assert second.before is not None
    assert second.began == FIRST.isoformat()


def test_what_looks_deeper_is_plugged_in_at_one_place(kept: Kept) -> None:
    plain = week(kept)
    assert (plain.change, plain.anomalies, plain.unusual_known, plain.waste) == (None, (), False, ())
    assert plain.before is not None
    difference = plain.sum.pico_list - plain.before.pico_list
    odd = Anomaly(kind="day", name="2026-11-16", pico=PICO)

    def explain(_: Ledger, now: Stretch, before: Stretch) -> tuple[Change | None, tuple[()]]:
        assert before.until_us == now.since_us
        return Change(pico=difference, pico_volume=difference), ()

    full = Insights(
        explain=explain, unusual=lambda _l, _s: ((odd,), True), wasted=lambda _l, _s: (Waste(kind="retries", rows=1),)
    )
    made = week(kept, insights=full)
    assert made.change == Change(pico=difference, pico_volume=difference)
    assert (made.anomalies, made.unusual_known, made.waste) == ((odd,), True, (Waste(kind="retries", rows=1),))
    wrong = Insights(explain=lambda _l, _n, _b: (Change(pico=difference + 1), ()))
    assert week(kept, insights=wrong).change is None


def test_plans_are_held_against_the_list(kept: Kept) -> None:
    rows = within(kept.rows, week(kept).period.since_us, week(kept).period.until_us)
    worth = pico([row for row in rows if row.account == "subscription"])

    def planned(*entries: dict[str, object]) -> Report:
        return week(kept, agreements=read_agreements({"plans": list(entries)}))

    unknown = week(kept).plans
    assert [(plan.name, plan.pico_value, plan.pico_price, plan.cheapest) for plan in unknown] == [
        ("chatgpt", worth, None, False)
    ]
    cheap = planned({"name": "plus", "vendor": "chatgpt", "monthly_usd": "1"}).plans
    assert [(plan.name, plan.pico_value, plan.pico_price, plan.cheapest) for plan in cheap] == [
        ("plus", worth, PICO * 7 // 30, True)
    ]
    dear = planned({"name": "pro", "vendor": "chatgpt", "monthly_usd": "3000"})
    assert [(plan.pico_price, plan.cheapest) for plan in dear.plans] == [(700 * PICO, False)]
    assert any(action.kind == "plan" and action.values["plan"] == "pro" for action in dear.actions)
    both = planned(
        {"name": "pro", "vendor": "chatgpt", "monthly_usd": "2"},
        {"name": "plus", "vendor": "chatgpt", "monthly_usd": "1", "credential": "ab12"},
    ).plans
    assert {plan.name: (plan.cheapest, plan.other) for plan in both} == {"pro": (False, "plus"), "plus": (False, "")}
    halves = planned(
        {"name": "pro", "vendor": "chatgpt", "monthly_usd": "30", "to": "2026-11-19", "zone": "Europe/Berlin"},
        {"name": "pro", "vendor": "chatgpt", "monthly_usd": "60", "from": "2026-11-19", "zone": "Europe/Berlin"},
    ).plans
    assert [plan.pico_price for plan in halves] == [3 * PICO + 8 * PICO]
    gone = planned({"name": "old", "vendor": "chatgpt", "monthly_usd": "9", "to": "2026-11-01"}).plans
    assert [plan.name for plan in gone] == ["chatgpt"]


def test_nameless_keeps_no_name_of_a_project_or_session(kept: Kept) -> None:
    made = replace(week(kept), anomalies=(Anomaly(kind="day", name="2026-11-16", cause_name="storefront"),))
    text = str(to_json(nameless(made)))
    assert "storefront" in str(to_json(made))
    assert not [name for name in (*several_weeks.PROJECTS, *(row.session for row in kept.rows)) if name in text]
