"""What choosing a model means: the words, and the codes beside them from which another tongue makes its own."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

import pytest

from trayapp import choices, tongue
from trayapp.desktop import ruletext
from trayapp.engine import chosenwords
from trayapp.money import USD
from trayapp.routing.economics import Economics
from trayapp.routing.evidence import Standing, State
from trayapp.routing.moments import Advice, Moment, Option
from trayapp.values import PICO


def economics(once: int, after: int | None) -> Economics:
    return Economics(
        turns=20,
        warm=True,
        stay_pico=4 * PICO,
        switch_pico=3 * PICO,
        once_pico=once,
        per_turn_pico=PICO // 25,
        break_even=after,
        pays_until=None,
    )


def advice(figures: Economics | None, best: Moment = Moment.NOW, *, good: bool = True) -> Advice:
    now = Option(moment=Moment.NOW, good=good, why="", economics=figures)
    return Advice(best=now if best is Moment.NOW else Option(moment=best, good=True, why=""), options=(now,))


@pytest.fixture
def elsewhere() -> Iterator[None]:
    """A tongue that has no translations: what is said is made from the codes, in the source texts' English."""
    tongue.use(lambda _context, _text, _number: "")
    yield
    tongue.use(None)


@pytest.mark.parametrize(
    ("told", "plan", "means", "words"),
    [
        (None, False, "unpriced", "no price is known"),
        (advice(economics(-PICO, 1)), False, "at_once", "saves at once, ≈$0.040 a call"),
        (advice(economics(PICO // 3, 14)), False, "after", "≈$0.333 once, pays after 14 calls"),
        (advice(economics(PICO // 3, 1)), False, "after", "≈$0.333 once, pays after 1 calls"),
        (
            advice(economics(PICO, 30), Moment.COMPACTION, good=False),
            False,
            "later",
            "pays only after 30 calls; better after compaction",
        ),
        (advice(economics(PICO, 30), Moment.NEVER, good=False), False, "loses", "loses now"),
        (advice(economics(PICO, None), Moment.NEVER), False, "never", "not cheaper here"),
        (advice(economics(PICO, None), Moment.NEW_SESSION), False, "anew", "loses now; pays in a new session"),
        (advice(None, Moment.NEW_SESSION), True, "anew", "loses now; pays in a new session"),
        (
            advice(economics(PICO, 30)),
            True,
            "window",
            "≈ 75 % of what staying uses of the window, if that counts list prices",
        ),
    ],
)
def test_words_and_codes_say_the_same(elsewhere, told, plan, means, words):
    option = chosenwords.option("m", told, plan=plan)
    assert (option.means, option.words) == (means, words)
    assert ruletext.option(option, USD) == f"m: {words}".replace("1 calls", "1 call")


@pytest.mark.parametrize(
    ("state", "tried", "needed", "percent", "words"),
    [
        (State.PROVEN, 40, Fraction(1, 2), 50, "worked 38 of 40 times for you"),
        (
            State.UNPROVEN,
            40,
            Fraction(2, 3),
            67,
            "worked 38 of 40 times for you; unproven: it has to work 67 % of the time to pay, "
            "and so far only 31 % is sure enough",
        ),
        (
            State.UNPROVEN,
            40,
            Fraction(1),
            100,
            "worked 38 of 40 times for you; it cannot pay, because it costs no less",
        ),
    ],
)
def test_a_record_says_what_the_words_say(elsewhere, state, tried, needed, percent, words):
    standing = Standing(state=state, lower=0.3199, needed=needed, good=38, tried=tried, words=words)
    record = chosenwords.record(standing)
    assert record == choices.Record(state=str(state), good=38, tried=tried, needed=percent, sure=31)
    assert ruletext.evidence("", record) == words


def test_a_teams_part_has_no_codes_yet():
    team = "worked 3 of 4 times for you, 9 of 10 times in your team"
    standing = Standing(state=State.PROVEN, lower=0.5, needed=Fraction(0), good=3, tried=4, words=team)
    assert chosenwords.record(standing) is None
    assert chosenwords.record(None) is None
