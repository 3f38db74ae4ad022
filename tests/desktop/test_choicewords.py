"""The words on cheaper models: signed, estimated, plain."""

from __future__ import annotations

from dataclasses import fields, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trayapp import settings
from trayapp.choices import Choice, Choices, Option, RuleView, Suggestion
from trayapp.desktop import choicewords as words
from trayapp.desktop.money import USD, Currency
from trayapp.values import PICO

AMOUNTS = st.integers(-(10**17), 10**17)


def test_the_modes_are_those_of_the_settings():
    assert tuple(key for key, *_ in words.modes()) == settings.MODES


@pytest.mark.parametrize(
    ("pico", "expected"),
    [
        (1_230 * PICO // 1000, "Saved ≈$1.23 this week"),
        (-120 * PICO // 1000, "Lost ≈$0.12 this week"),
        (0, "Nothing saved this week"),
        (1, "Saved ≈<$0.01 this week"),
        (None, ""),
    ],
)
def test_the_week(pico, expected):
    assert words.this_week(Choices(pico_saved_week=pico), USD) == expected


def test_what_cannot_be_told_is_not_zero():
    assert words.this_week(Choices(unknown_week=3), USD) == "Saving not known yet"
    assert "3 calls whose saving cannot be told" in words.week_tip(Choices(unknown_week=3), USD)


def test_the_users_currency():
    euro = Currency("EUR", 9, 10, "2026-11-01")
    assert words.saved(PICO, euro) == "≈€0.90 saved"
    assert words.this_week(Choices(pico_saved_week=-PICO), euro) == "Lost ≈€0.90 this week"


@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [
        (PICO, 2 * PICO, "Probably between $1.00 and $2.00 saved."),
        (-PICO, 2 * PICO, "Probably between $1.00 lost and $2.00 saved."),
        (-2 * PICO, -PICO, "Probably between $1.00 and $2.00 lost."),
        (0, 0, ""),
    ],
)
def test_intervals(low, high, expected):
    assert words.between(low, high, USD) == expected


@given(AMOUNTS)
def test_a_loss_is_a_loss_and_an_estimate_an_estimate(pico):
    week = words.this_week(Choices(pico_saved_week=pico), USD)
    assert week.startswith("Lost" if pico < 0 else "Saved" if pico else "Nothing")
    assert ("≈" in week) == bool(pico)
    assert "−" not in week
    assert "could" not in week


@given(low=AMOUNTS, width=st.integers(1, 10**15))
def test_an_interval_names_the_smaller_first(low, width):
    text = words.between(low, low + width, USD)
    assert ("lost and" in text) == (low < 0 < low + width)
    assert text.endswith((" saved.", " lost."))


def test_a_rule(titles, losing, day):
    assert words.rule_sum(titles, USD) == "≈$1.35 saved · 38 calls"
    assert words.rule_sum(losing, USD) == "≈$0.12 lost · 9 calls"
    assert words.rule_sum(replace(titles, calls=0, pico_saved=0), USD) == "not used yet"
    assert words.rule_notes(titles, day.at_us) == "Worked 38 of 40 times for you"
    until = words.moment(losing.until_us, day.at_us)
    assert words.rule_notes(losing, day.at_us) == f"Withdrawn: it went wrong too often · until {until}"
    assert words.rule_notes(RuleView(id="x", text="y"), day.at_us) == ""


def test_a_moment_of_another_day_names_the_day(day):
    assert len(words.moment(day.at_us, day.at_us)) == 5
    assert words.moment(day.at_us + 86_400_000_000, day.at_us).endswith(words.moment(day.at_us, day.at_us))


def test_a_suggestion(suggestion):
    assert words.worth(suggestion, USD) == "≈$9.16 a week, estimated"
    assert words.in_menu(suggestion, USD) == "Suggestion: Titles to claude-haiku-5-5 (≈$9.16 a week)…"
    trial = replace(suggestion, trial=True, pico_saved=0)
    assert words.worth(trial, USD) == "unproven"
    assert words.action(trial) == "Try for 1 hour"
    assert words.in_menu(trial, USD) == "Suggestion: Titles to claude-haiku-5-5…"


def test_the_rule_behind_a_choice(titles, losing):
    """A rule of a kind does not stand for what the menu chose; one that rests serves nobody."""
    options = (Option(model="claude-opus-5-5"), Option(model="claude-sonnet-5-5", chosen=True))
    choice = Choice(vendor="anthropic", asked="claude-opus-5-5", options=options)
    awake = replace(losing, paused="")
    assert words.serving(Choices(rules=(titles, awake)), choice) is awake
    assert words.serving(Choices(rules=(titles, losing)), choice) is None
    assert words.serving(Choices(rules=(awake,)), replace(choice, vendor="openai")) is None


def test_long_texts_become_lines(menu):
    lines = words.wrapped(menu[1].why_not)
    assert all(len(line) <= 72 for line in lines)
    assert "`" not in "".join(lines)


def test_defaults_say_nothing():
    assert not words.telling(Choices())
    assert {each.name for each in fields(Suggestion)} >= {"id", "title", "lines", "action", "trial"}
