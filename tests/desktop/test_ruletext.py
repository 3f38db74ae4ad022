"""Rules and suggestions: in English as the engine says them, in German from what they are made of."""

from __future__ import annotations

from dataclasses import replace

import pytest
from desktop_tongues import speaking

from trayapp import tongue
from trayapp.choices import Choices, Option, RuleView
from trayapp.desktop import glance, ruletext
from trayapp.desktop.money import USD
from trayapp.desktop.view import Link, View
from trayapp.engine.chosenwords import text_of
from trayapp.routing.proposals import NAMES
from trayapp.routing.rules import Rule
from trayapp.snapshot import (
    choices_from_json,
    to_json,
)


def test_every_kind_has_a_name():
    assert {value: heading for value, (heading, _) in NAMES.items()} == ruletext._HEADINGS


def _scope(value: str) -> str:
    return "kind" if ":" in value else "task"


@pytest.mark.parametrize(
    "rule",
    [
        *(Rule(id="r", vendor="a", model="m", asked="x", scope=_scope(value), value=value) for value in NAMES),
        Rule(id="r", vendor="anthropic", model="m", scope="always"),
        Rule(id="r", vendor="anthropic", model="m", asked="a", scope="session", value="s"),
        Rule(id="r", vendor="anthropic", model="m", scope="subagents", effort="low"),
        Rule(id="r", vendor="anthropic", effort="low", scope="project", value="0123456789", label="api"),
    ],
    ids=lambda rule: f"{rule.scope}-{rule.value}",
)
def test_a_rule_made_here_says_what_the_engine_says(rule):
    """In English; so a rule in another tongue says no less."""
    view = RuleView(
        id="r",
        text=text_of(rule),
        scope=rule.scope,
        value=rule.label or rule.value,
        asked=rule.asked or "",
        model=rule.model or "",
        effort=rule.effort or "",
    )
    assert ruletext.rule(view) == text_of(rule)
    tongue.use(lambda _context, _text, _number: "")
    try:
        made = ruletext.rule(view)
    finally:
        tongue.use(None)
    assert made.casefold() == text_of(rule).replace("the model asked for", "model as asked").casefold()


def test_in_german(qapp, choosing, titles, losing, menu, suggestion, undo):
    with speaking(qapp, "de"):
        assert ruletext.rule(titles) == "Titel: claude-opus-5-5 → claude-haiku-5-5"
        assert ruletext.rests(losing) == "zurückgezogen: ging zu oft schief"
        assert ruletext.evidence(titles.evidence, titles.record) == "hier 38 von 40 Mal gelungen"
        assert ruletext.title(suggestion) == "Titel an claude-haiku-5-5?"
        assert ruletext.proof(suggestion, USD)[0] == (
            "Titel: 212 Aufrufe mit claude-opus-5-5 kosteten in den letzten 7 Tagen 9,40\xa0$; mit claude-haiku-5-5 "
            "≈0,240\xa0$."
        )
        assert [ruletext.option(option, USD) for option in menu[0].options] == [
            "claude-opus-5-5: wie angefragt",
            "claude-sonnet-5-5: ≈0,310\xa0$ einmalig, lohnt nach 14 Aufrufen",
            "claude-haiku-5-5: spart sofort, ≈0,041\xa0$ pro Aufruf",
        ]
        assert ruletext.why_not(menu[1]).startswith("Der Plan dieser Anmeldung bezahlt das.")
        assert ruletext.undo(replace(choosing.choices, undo=undo)) == "Titel: claude-opus-5-5 → claude-haiku-5-5"
        assert glance.headline(View(link=Link.CONNECTED, snapshot=choosing)) == (
            "Heute ≈12,20\xa0$ von 20\xa0$ · 1,90\xa0$/h"
        )


def test_an_older_engines_words_stay_english(qapp, titles, suggestion, undo):
    """What it does not say in codes is shown as it says it."""
    bare = RuleView(id="r", text=titles.text, scope="kind")
    with speaking(qapp, "de"):
        assert ruletext.rule(bare) == titles.text
        assert ruletext.rule(replace(bare, scope="always", text="Everything: a → b")) == "Everything: a → b"
        assert ruletext.rests(replace(bare, paused="paused")) == "paused"
        assert ruletext.evidence("worked", None) == "worked"
        assert ruletext.title(replace(suggestion, value="")) == suggestion.title
        assert ruletext.proof(replace(suggestion, days=0), USD) == suggestion.lines
        assert ruletext.option(Option(model="m", words="saves at once"), USD) == "m: saves at once"
        assert ruletext.undo(Choices(undo=undo)) == undo.text


def test_codes_cross_the_socket(choosing):
    assert choices_from_json(to_json(choosing.choices)) == choosing.choices
