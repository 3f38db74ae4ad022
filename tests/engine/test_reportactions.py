"""What a report proposes: three things at most, the best first, each with what does it."""

from __future__ import annotations

import random
from datetime import UTC, date, datetime, timedelta

from trayapp.choices import RuleView, Suggestion
from trayapp.control import VERBS
from trayapp.engine.reportactions import Known, actions
from trayapp.insight.days import day
from trayapp.insight.habit import Habit, TooLittle, learn
from trayapp.ledger import RuleSaved, UnpricedModel
from trayapp.moments import micros
from trayapp.money import currency
from trayapp.pages import words
from trayapp.reports import Plan
from trayapp.values import PICO

EURO = currency("EUR", "0.92", "2026-11-02")
NOW = micros(datetime(2026, 11, 26, 12, tzinfo=UTC))
SUGGESTION = Suggestion(
    id="kind:title", title="Titles to claude-haiku-5-5?", lines=("212 title calls …",), model="claude-haiku-5-5",
    asked="claude-opus-5-5", scope="kind", value="title", calls=212, days=7, pico_saved=9 * PICO,
)  # fmt: skip
LOSING = RuleView(id="r3", text="small edits: opus → haiku")
LOST = RuleSaved(rule="r3", rows=31, switched=31, refused=0, last_us=NOW, pico_asked=PICO, pico_list=3 * PICO)
UNPRICED = UnpricedModel(vendor="openrouter", model="kimi k9", calls=8, tokens={}, since_us=NOW)
DEAR = Plan(name="pro", vendor="openai", pico_value=8 * PICO, pico_price=23 * PICO, calls=9)


def usual() -> Habit:
    dice = random.Random(3)
    days = []
    for back in range(60, 0, -1):
        hours = [0.0] * 24
        hours[10] = dice.uniform(3, 9) * PICO
        days.append(day(date(2026, 11, 26) - timedelta(days=back), hours))
    found = learn(days)
    assert isinstance(found, Habit)
    return found


def test_none_is_fine() -> None:
    assert actions(Known()) == ()
    assert actions(Known(habit=lambda: TooLittle(days=3, spending=1))) == ()


def test_the_best_first_and_three_at_most() -> None:
    known = Known(
        suggestion=SUGGESTION, rules=[LOSING], by_rule=[LOST], unpriced=[UNPRICED], plans=[DEAR], habit=usual
    )  # fmt: skip
    found = actions(known)
    assert [each.kind for each in found] == ["price", "plan", "suggestion"]
    assert found[0].command == "spendlight prices set 'kimi k9' --input USD --output USD"
    for each in found:
        assert not each.verb or each.verb in VERBS
        assert each.command.startswith("spendlight ")


def test_a_suggestion_is_accepted_by_its_id() -> None:
    (found,) = actions(Known(suggestion=SUGGESTION))
    assert (found.verb, found.arguments) == ("accept_suggestion", {"suggestion": "kind:title"})
    assert found.text == "212 title calls … It would save ≈$9.00 a week."


def test_a_rule_that_lost_is_switched_off_unless_it_rests() -> None:
    (found,) = actions(Known(rules=[LOSING], by_rule=[LOST]))
    assert (found.verb, found.arguments, found.command) == (
        "remove_rule", {"rule": "r3"}, "spendlight rules remove r3"
    )  # fmt: skip
    assert "has lost ≈$2.00 on 31 calls" in found.text
    assert actions(Known(rules=[RuleView(id="r3", text="", paused="you paused it")], by_rule=[LOST])) == ()
    (paused,) = actions(Known(rules=[RuleView(id="r3", text="titles", origin="mode")], by_rule=[LOST]))
    assert paused.verb == "pause_rule"
    (named,) = actions(Known(rules=[RuleView(id="r3", text="shop", scope="project", value="shop")], by_rule=[LOST]))
    assert named.values["project"] == "shop"


def test_a_plan_without_a_price_is_asked_for() -> None:
    (found,) = actions(Known(plans=[Plan(name="claude", pico_value=5 * PICO, calls=3)]))
    assert found.command == "spendlight plans set claude --monthly USD"


def test_a_budget_is_proposed_from_what_weeks_cost() -> None:
    (found,) = actions(Known(habit=usual, now_us=NOW, zone=UTC))
    assert (found.verb, found.arguments["period"]) == ("set_budget", "week")
    # Days cost 3 to 9 dollars: a week about 42, nine of ten weeks less than some 60.
    assert 42 <= int(found.arguments["usd"]) <= 75
    assert found.command == f"spendlight budget set {found.arguments['usd']} --week"


def test_a_plan_whose_calls_have_no_price_is_worth_no_zero() -> None:
    some, none = Plan(name="a", pico_value=5 * PICO, calls=3, unpriced=1), Plan(name="b", calls=2, unpriced=2)
    (found,) = actions(Known(plans=[some]))
    assert found.text == (
        "What does the plan a cost a month? Its calls are worth $5.00 by the list; no price is known for 1 call."
    )
    assert words.action(found, EURO) == found.text.replace("$5.00", "€4.60")
    (found,) = actions(Known(plans=[none]))
    assert found.text == (
        "What does the plan b cost a month? What its calls are worth is not known: no price is known for 2 calls."
    )
    assert words.action(found, EURO) == found.text


def test_amounts_are_in_the_pages_currency() -> None:
    asked = Plan(name="claude", pico_value=5 * PICO, calls=3)
    everything = [
        Known(suggestion=SUGGESTION),
        Known(rules=[LOSING], by_rule=[LOST]),
        Known(unpriced=[UNPRICED]),
        Known(plans=[DEAR]),
        Known(plans=[asked]),
        Known(habit=usual, now_us=NOW, zone=UTC),
    ]
    for known in everything:
        (found,) = actions(known)
        assert words.action(found) == found.text
        said = words.action(found, EURO)
        assert "$" not in said
        assert ("€" in said) == ("$" in found.text), said
