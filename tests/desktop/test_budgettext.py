"""What budgets say on the desktop."""

from __future__ import annotations

from dataclasses import replace

import pytest
from desktop_tongues import speaking

from trayapp.budgetviews import BudgetView
from trayapp.desktop import budgettext, glance
from trayapp.desktop.view import Link, View
from trayapp.snapshot import Window
from trayapp.values import PICO

NOW = 1_795_000_000_000_000
HOUR = 3_600_000_000


@pytest.mark.parametrize(
    ("view", "said"),
    [
        (BudgetView(name="x", period="day"), "Today"),
        (BudgetView(name="x", period="week", scope="project:R&D"), "R&D this week"),
        (BudgetView(name="x", period="month", scope="vendor:openai"), "openai this month"),
        (BudgetView(name="x", period="month", counts="contract"), "This month, as agreed"),
        (BudgetView(name="x", scope="window:chatgpt/primary"), "ChatGPT primary"),
        (BudgetView(name="x", period="year", text="this year"), "this year"),
        (BudgetView(name="x", period="year"), "x"),
    ],
)
def test_names(view, said):
    assert budgettext.name(view) == said


def test_what_is_unknown_is_no_number():
    assert budgettext.used(BudgetView(name="x", period="day", pico_limit=PICO)) == "unknown"
    assert budgettext.ahead(BudgetView(name="x", period="day"), NOW) == ""
    early = BudgetView(name="x", period="day", forecast="no forecast yet: 3 more days of history")
    assert budgettext.ahead(early, NOW) == "no forecast yet: 3 more days of history"


def test_small_amounts_keep_their_cents():
    view = BudgetView(name="x", pico_low=PICO, pico_point=1_500 * PICO // 1000, pico_high=9_990 * PICO // 1000)
    assert budgettext.ahead(view, NOW) == "on pace for ≈$1.50 ($1 to $9.99)"
    over = replace(view, pico_point=12_600 * PICO // 1000, pico_high=19_500 * PICO // 1000)
    assert budgettext.ahead(over, NOW) == "on pace for ≈$13 ($1 to $20)"
    assert budgettext.ahead(replace(view, pico_spent=view.pico_high), NOW) == "nothing more is expected"


def test_a_crossing_far_off_is_a_span():
    view = BudgetView(name="x", crossing_low_us=NOW, crossing_us=NOW + HOUR, crossing_high_us=NOW + 24 * HOUR)
    assert budgettext.ahead(view, NOW).startswith("passes it between ")
    one = replace(view, crossing_us=NOW, crossing_high_us=NOW)
    assert " to " not in budgettext.ahead(one, NOW)


def test_stops_come_first(stopped):
    held = budgettext.held(tuple(reversed(stopped.budgets.budgets)), stopped.at_us)
    assert [view.name for view in held] == ["daily", "month", "aider"]
    assert [budgettext.answer(view) for view in held] == ["Allow for 1 hour", "Lift for 1 hour", "Undo"]


def test_a_plan_without_an_end_names_none():
    view = BudgetView(name="plan", scope="window:anthropic/5h", share=1.0, action="stop", acting=True, stopped=True)
    assert budgettext.stops(view, NOW) == "New calls of Claude are refused"
    assert budgettext.stops(replace(view, scope="all"), NOW) == "New calls are refused"
    assert budgettext.quiet(replace(view, action="frugal", stopped=False), NOW) == "Claude 5h: frugal"


def test_a_part_that_stops_is_named():
    view = BudgetView(name="x", scope="project:shop", period="week", until_us=NOW + 100 * HOUR)
    assert budgettext.stops(view, NOW).startswith("New calls of shop are refused until ")
    assert budgettext.stops(replace(view, scope="vendor:openai"), NOW).startswith("New calls of OpenAI are refused")


def test_the_tooltip_looks_ahead_where_there_is_room(budgeted):
    """The tightest budget, and never beyond what Windows shows."""
    only = replace(budgeted.budgets, budgets=budgeted.budgets.budgets[:1], tightest="daily")
    alone = replace(budgeted, budgets=only)
    told = glance.tooltip(View(link=Link.CONNECTED, snapshot=alone))
    assert told.splitlines()[-1] == budgettext.glance(alone)
    assert "On pace for ≈$19" in told
    assert len(told) <= glance.TOOLTIP_LIMIT
    windows = (Window(vendor="anthropic", name="5h", minutes=300, used=0.42, resets_at=NOW // 10**6 + 7_800),)
    full = glance.tooltip(View(link=Link.CONNECTED, snapshot=replace(budgeted, windows=windows)))
    assert len(full) <= glance.TOOLTIP_LIMIT


def test_the_tooltip_says_that_calls_are_refused(stopped):
    told = glance.tooltip(View(link=Link.CONNECTED, snapshot=stopped))
    assert told.split("\n")[:2] == ["≈$21.00 of $20 today · $1.90/h", "New calls are refused until midnight"]
    assert len(told) <= glance.TOOLTIP_LIMIT


def test_a_stop_leaves_room_for_two_troubles(stopped):
    text = glance.menu(View(link=Link.CONNECTED, snapshot=stopped))
    assert text.alerts[0].startswith("⚠ New calls are refused")
    assert glance.menu(View(link=Link.DOWN, snapshot=stopped)).alerts[0].startswith("⚠ Spendlight")


def test_german(qapp, stopped):
    daily, aider, month, *_ = stopped.budgets.budgets
    with speaking(qapp, "de"):
        assert budgettext.stops(daily, stopped.at_us) == "Neue Aufrufe werden bis Mitternacht abgelehnt"
        shop = BudgetView(name="x", scope="project:shop")
        assert budgettext.stops(shop, NOW) == "Neue Aufrufe von shop werden abgelehnt"
        assert budgettext.why(month).replace("\u00a0", " ") == "Diesen Monat, berechnet: 168,20 $ von 200 $ verbraucht."
        said = budgettext.ahead(month, stopped.at_us).replace("\u00a0", " ")
        assert said == "voraussichtlich ≈230 $ (190 $ bis 280 $), ohne 2 Aufrufe ohne Preis"
        assert budgettext.quiet(aider, stopped.at_us).startswith("aider heute: Aufrufe bis ")
        early = BudgetView(name="x", forecast="no forecast yet: 3 more days of history")
        assert budgettext.ahead(early, NOW) == "noch keine Vorhersage: zu wenig Verlauf"
