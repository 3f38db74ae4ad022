"""Cheaper models in a terminal's words: a loss is a loss, an estimate is marked, unknown is unknown."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trayapp.choices import Choices, RuleView
from trayapp.cli import meter, ruleswords
from trayapp.cli.calls import _switched
from trayapp.cli.status import render
from trayapp.money import currency
from trayapp.snapshot import Snapshot

CENT = 10**10
RULE = RuleView(id="r1", text="Titles: a → b", scope="kind", calls=212)
WEEK = Choices(rules=(RULE,), pico_saved_week=123 * CENT, pico_low_week=123 * CENT, pico_high_week=123 * CENT)


@pytest.mark.parametrize(
    ("amounts", "words"),
    [
        ((123, 123, 123), "saved $1.23"),
        ((123, 110, 130), "saved ≈$1.23 ($1.10 to $1.30)"),
        ((-12, -12, -12), "lost $0.120"),
        ((-12, -20, 1), "lost ≈$0.120 (−$0.200 to $0.010)"),
        ((0, 0, 0), "neither saved nor lost"),
        ((0, -1, 1), "about even (−$0.010 to $0.010)"),
        ((5, 0, 0), "saved $0.050"),
    ],
)
def test_a_saving_is_signed(amounts: tuple[int, int, int], words: str) -> None:
    assert ruleswords.saved(*(each * CENT for each in amounts)) == words


def test_one_line_for_a_glance() -> None:
    assert ruleswords.steered(Choices()) == ""
    assert ruleswords.steered(WEEK) == "1 rule · saved $1.23 this week"
    lost = replace(WEEK, pico_saved_week=-12 * CENT, pico_low_week=-15 * CENT, pico_high_week=-9 * CENT)
    assert ruleswords.steered(lost) == "1 rule · lost ≈$0.12 this week"
    assert ruleswords.steered(replace(WEEK, asis=True)) == "as requested, now · saved $1.23 this week"
    rests = replace(WEEK, rules=(RULE, replace(RULE, id="r2", paused="paused")), unknown_week=3)
    assert ruleswords.steered(rests) == "1 rule, 1 at rest · saved $1.23 this week, unknown for 3 calls"
    unknown = Choices(pico_saved_week=0, unknown_week=1)
    assert ruleswords.steered(unknown) == "what 1 call saved this week is unknown"
    assert ruleswords.steered(replace(WEEK, mode="let-it-rip")).startswith("1 rule, without effect in let-it-rip · ")
    euro = currency("EUR", "0.92", "2026-11-01")
    assert ruleswords.steered(WEEK, euro) == "1 rule · saved €1.13 this week"


def test_the_meter_says_it_once_and_bars_stay_short() -> None:
    steered, plain = Snapshot(choices=WEEK), Snapshot()
    assert [line for line in meter.draw(steered) if line not in meter.draw(plain)] == ["1 rule · saved $1.23 this week"]
    for bar in ("tmux", "statusline"):
        assert render(steered, bar) == render(plain, bar)


def test_what_a_rule_did() -> None:
    assert ruleswords.worth(replace(RULE, calls=0)) == "has changed no call yet"
    assert ruleswords.worth(replace(RULE, unknown=212)) == "212 calls · saving unknown for 212 calls"
    some = replace(RULE, pico_saved=50 * CENT, pico_low=40 * CENT, pico_high=60 * CENT, unknown=1)
    assert ruleswords.worth(some) == "212 calls · saved ≈$0.500 ($0.400 to $0.600) · unknown for 1 call"
    shown = ruleswords.rule(
        replace(RULE, paused="rests: the vendor refused it", evidence="worked 38 of 40 times for you")
    )
    assert shown == [
        "r1  Titles: a → b",
        "    call kind · where a conversation begins · until you take it back · rests: the vendor refused it",
        "    212 calls · neither saved nor lost · worked 38 of 40 times for you",
    ]


def test_control_characters_have_no_way_to_the_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    ruleswords.say(["to \x1b[2Jmodel\n\u202e"])
    assert capsys.readouterr().out == "to  [2Jmodel  \n"


@given(st.integers(-(10**18), 10**18), st.integers(-(10**18), 10**18), st.integers(-(10**18), 10**18))
def test_a_loss_is_never_called_a_saving(pico: int, low: int, high: int) -> None:
    text = ruleswords.saved(pico, low, high)
    assert text.startswith("lost" if pico < 0 else "saved" if pico else ("neither", "about even"))
    assert (" to " in text) == (low <= pico <= high and not low == pico == high)
    assert ("≈" in text) == (" to " in text and pico != 0)


@pytest.mark.parametrize(
    ("asked", "served", "sent", "words"),
    [
        ("opus", "haiku", "haiku", "  opus → haiku (r1)"),
        ("opus", None, "haiku", "  opus → haiku (r1)"),
        ("gpt-5.5", "gpt-5.5-2026-04-01", None, ""),
        ("openai/gpt-5.5", "gpt-5.5", None, ""),
        ("gpt-5", "gpt-5-mini", None, "  gpt-5 → gpt-5-mini"),
        ("opus", None, None, ""),
        (None, "opus", None, ""),
    ],
)
def test_a_call_says_when_another_model_served(asked: str, served: str, sent: str, words: str) -> None:
    row = {"model_asked": asked, "model_served": served, "model_sent": sent, "rule": "r1" if sent else None}
    assert _switched(row) == words
