"""Plans at one vendor: a call belongs to one of them, and what has no price is told, in standing and report alike."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from trayapp.cli.plans import _line
from trayapp.engine import standing
from trayapp.engine.pricebook import shipped_bytes
from trayapp.engine.reporting import Circumstances, report
from trayapp.insight import stretches
from trayapp.ledger import Ledger
from trayapp.moments import micros
from trayapp.pricing.agreements import read
from trayapp.pricing.book import load
from trayapp.reports import Plan
from trayapp.values import PICO, Basis, Closing, Confidence, Cost, Leg, Metering, Opening, State, Usage

BOOK = load(shipped_bytes())
NOW = datetime(2026, 11, 26, 12, tzinfo=UTC)
WAIT = 30.0


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    opened = Ledger.open(tmp_path / "ledger.sqlite3")
    yield opened
    opened.close()


def add(
    ledger: Ledger, agreement: str | None, usd: int | None, *, day: int = 24, account: str = "subscription"
) -> None:
    """A call of Anthropic's on the agreement that decided."""
    row, started = ledger.new_id(), micros(datetime(2026, 11, day, 10, 20, tzinfo=UTC))
    pico = None if usd is None else usd * PICO
    ledger.open_row(
        Opening(
            id=row, started_us=started, vendor="anthropic", wire="anthropic", kind="main", account=account,
            upstream="api.anthropic.com:443", model_asked="m",
        )
    )  # fmt: skip
    ledger.close_row(
        Closing(
            id=row,
            ended_us=started + 10**6,
            state=State.DONE,
            metering=Metering.EXACT,
            confidence=Confidence.NONE if pico is None else Confidence.EXACT,
            usage=Usage(legs=(Leg(input=5),), model="m", complete=True),
            cost=Cost(pico=pico, basis=Basis.UNPRICED if pico is None else Basis.LIST, book="test"),
            pico_contract=pico,
            pico_marginal=0,
            agreement=agreement,
        )
    ).result(WAIT)


def entry(name: str, monthly: str | None = "30", **more: object) -> dict[str, object]:
    found: dict[str, object] = {"name": name, "vendor": "anthropic", **more}
    return found if monthly is None else {**found, "monthly_usd": monthly}


def stand(ledger: Ledger, *entries: dict[str, object]) -> list[dict[str, Any]]:
    return standing.plans(ledger, read({"plans": list(entries)}), BOOK, NOW)


def worth(ledger: Ledger, *entries: dict[str, object]) -> list[Plan]:
    about = Circumstances(agreements=read({"plans": list(entries)}), book=BOOK, now_us=micros(NOW))
    return list(report(ledger, stretches.week(date(2026, 11, 23), UTC), about).plans)


WORK, HOME, REST = entry("work", credential="aa"), entry("home", credential="bb"), entry("rest")


def test_two_plans_named_apart_leave_the_rest_to_the_third(ledger: Ledger) -> None:
    for agreement, usd in (("work", 1), ("work", 2), ("home", 4), ("rest", 8), ("rest", 16)):
        add(ledger, agreement, usd)
    add(ledger, "work", 32, account="api")  # a key that a plan was typed for
    each = {"work": (3, 35 * PICO), "home": (1, 4 * PICO), "rest": (2, 24 * PICO)}
    for order in ((WORK, HOME, REST), (REST, HOME, WORK)):
        assert {plan.name: (plan.calls, plan.pico_value) for plan in worth(ledger, *order)} == each
        found = {plan["name"]: (plan["calls"], plan["usd_list"]) for plan in stand(ledger, *order)}
        assert found == {"work": (3, "35"), "home": (1, "4"), "rest": (2, "24")}
        assert all(plan["detected"] for plan in stand(ledger, *order))


def test_no_plan_is_made_up_of_calls_that_belong_to_those_named_apart(ledger: Ledger) -> None:
    add(ledger, "work", 1)
    add(ledger, "home", 2)
    assert sorted(plan.name for plan in worth(ledger, WORK, HOME)) == ["home", "work"]
    assert [plan["name"] for plan in stand(ledger, WORK, HOME)] == ["work", "home"]
    # What ran before they were typed is still of the plan that the traffic told of.
    add(ledger, "claude", 4)
    assert {plan.name: plan.pico_value for plan in worth(ledger, WORK, HOME)} == {
        "work": PICO, "home": 2 * PICO, "claude": 4 * PICO,
    }  # fmt: skip
    found = {plan["name"]: plan["usd_list"] for plan in stand(ledger, WORK, HOME)}
    assert found == {"work": "1", "home": "2", "claude": "4"}


def test_a_plan_with_two_keys_or_a_price_to_come_is_counted_once(ledger: Ledger) -> None:
    add(ledger, "work", 6)
    add(ledger, "rest", 9)
    second = entry("work", credential="cc")
    later = entry("rest", "60", **{"from": "2027-01-01"})
    assert sum(plan["calls"] for plan in stand(ledger, WORK, second, REST, later)) == 2
    assert sum(plan.calls for plan in worth(ledger, WORK, second, REST, later)) == 2
    assert [plan["leverage"] for plan in stand(ledger, WORK, second, REST, later)] == [0.2, None, 0.3, None]


def test_calls_of_a_plan_that_held_at_no_day_s_beginning_are_not_lost(ledger: Ledger) -> None:
    add(ledger, "trial", 3)
    short = entry("trial", credential="aa", **{"from": "2026-11-24T09:00:00", "to": "2026-11-24T18:00:00"})
    (plan,) = worth(ledger, short, REST)[:1]
    assert (plan.name, plan.calls, plan.pico_value) == ("trial", 1, 3 * PICO)
    assert sum(each.calls for each in worth(ledger, short, REST)) == 1


def test_calls_without_a_price_are_told_of_a_plan_named_apart(ledger: Ledger) -> None:
    add(ledger, "work", 30)
    add(ledger, "work", None)
    add(ledger, "home", None)
    work, home = sorted(worth(ledger, WORK, HOME), key=lambda plan: -plan.pico_value)
    assert (work.calls, work.unpriced, work.pico_value) == (2, 1, 30 * PICO)
    assert (home.calls, home.unpriced, home.pico_value) == (1, 1, 0)
    first, second = stand(ledger, WORK, HOME)
    assert (first["calls"], first["unpriced"], first["usd_list"], first["leverage"]) == (2, 1, "30", 1.0)
    assert (second["calls"], second["unpriced"], second["usd_list"], second["leverage"]) == (1, 1, None, None)
    assert _line(first) == (
        "work (anthropic): 2 calls this month, ≈ API value $30.00 + 1 unpriced, $0.00 beside the plan;"
        " costs $30.00 a month, worth at least 1.0 × its price"
    )
    assert _line(second) == (
        "home (anthropic): 1 call this month, 1 unpriced: what they are worth is not known, $0.00 beside the plan;"
        " costs $30.00 a month"
    )
