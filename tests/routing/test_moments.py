"""The cheapest safe moment, and the words for it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from trayapp.routing.economics import compare
from trayapp.routing.moments import Advice, Moment, Option, Situation, advise
from trayapp.routing.session import Change, ModelCost, Session

Models = Callable[..., ModelCost]
MINUTE = 60 * 10**6
SESSION = Session(context=150_000, new=2000, output=600, turns=10)


@pytest.fixture
def opus(model: Models) -> ModelCost:
    return model(200_000, 5_000_000, 20_000_000, name="opus", life_us=5 * MINUTE)


@pytest.fixture
def sonnet(model: Models) -> ModelCost:
    return model(100_000, 2_500_000, 10_000_000, name="sonnet", life_us=5 * MINUTE)


@pytest.fixture
def haiku(model: Models) -> ModelCost:
    return model(10_000, 125_000, 500_000, over=100_000, long=(50_000, 625_000, 2_500_000), name="haiku")


def option(advice: Advice, moment: Moment) -> Option:
    return next(o for o in advice.options if o.moment is moment)


def test_one_tier_waits_for_a_boundary(opus: ModelCost, sonnet: ModelCost) -> None:
    advice = advise(Situation(session=SESSION, fresh=20_000), opus, sonnet)
    now = option(advice, Moment.NOW)
    assert not now.good
    assert "≈$0.334 once" in now.why
    assert "loses ≈$0.091" in now.why
    assert advice.best.moment is Moment.IDLE
    assert advice.best.wait_us == 5 * MINUTE
    assert "5 min" in advice.best.why
    assert option(advice, Moment.NEW_SESSION).good


def test_two_tiers_pay_now(opus: ModelCost, haiku: ModelCost) -> None:
    advice = advise(Situation(session=SESSION, fresh=20_000), opus, haiku)
    assert advice.best.moment is Moment.NOW
    assert "back after 3 turns, and 10 are expected" in advice.best.why


def test_the_margin_is_half_as_much_again(opus: ModelCost, haiku: ModelCost) -> None:
    for turns, good in ((3, False), (4, False), (5, True)):
        advice = advise(Situation(session=replace(SESSION, turns=turns), fresh=20_000), opus, haiku)
        now = option(advice, Moment.NOW)
        assert now.good is good, turns
        assert now.economics is not None
        assert now.economics.pays
    assert (
        "too close to the 4"
        in option(advise(Situation(session=replace(SESSION, turns=4), fresh=20_000), opus, haiku), Moment.NOW).why
    )


def test_never_inside_a_tool_loop(opus: ModelCost, haiku: ModelCost) -> None:
    advice = advise(Situation(session=SESSION, fresh=20_000, in_tool_loop=True, subagents=True), opus, haiku)
    assert "inside a tool loop" in option(advice, Moment.NOW).why
    assert advice.best.moment is Moment.SUBAGENT
    cold = replace(SESSION, cold=True)
    loop = advise(Situation(session=cold, fresh=20_000, in_tool_loop=True), opus, haiku)
    assert loop.best.moment is Moment.NEW_SESSION


def test_cold_is_now(opus: ModelCost, sonnet: ModelCost) -> None:
    for session in (replace(SESSION, cold=True), replace(SESSION, idle_us=5 * MINUTE)):
        advice = advise(Situation(session=session, fresh=20_000), opus, sonnet)
        assert advice.best.moment is Moment.NOW
        assert "150k tokens as well" in advice.best.why
        assert {o.moment for o in advice.options} == {Moment.NOW, Moment.NEW_SESSION}


def test_the_turns_that_count_end_with_the_next_compaction(opus: ModelCost, sonnet: ModelCost) -> None:
    """Fifty turns would pay; but after ten the tool compacts, and there the switch is free."""
    long = replace(SESSION, turns=50)
    assert advise(Situation(session=long, fresh=20_000), opus, sonnet).best.moment is Moment.NOW
    compacting = Situation(session=long, fresh=20_000, compacts_at=169_500, after_compaction=30_000)
    assert compacting.turns_to_compaction == 10
    advice = advise(compacting, opus, sonnet)
    assert advice.best.moment is Moment.COMPACTION
    assert (advice.best.wait_turns, advice.best.economics) == (
        10,
        compare(replace(long.afresh(30_000), turns=40), opus, sonnet),
    )
    assert "30.0k tokens" in advice.best.why
    # What comes later is not waited for.
    late = replace(compacting, compacts_at=1_000_000)
    assert advise(late, opus, sonnet).best.moment is Moment.NOW
    assert replace(compacting, compacts_at=100_000).turns_to_compaction == 0
    assert replace(compacting, session=replace(long, new=0)).turns_to_compaction is None


def test_a_dearer_model_has_no_moment(opus: ModelCost, sonnet: ModelCost) -> None:
    advice = advise(Situation(session=SESSION, fresh=20_000, subagents=True), sonnet, opus)
    assert advice.best.moment is Moment.NEVER
    assert "not cheaper" in advice.best.why
    assert not any(o.good for o in advice.options)
    assert "never comes back" in option(advice, Moment.NOW).why


def test_cheaper_at_first_and_dearer_in_the_end(model: Models) -> None:
    a, b = model(1, 20, 0, name="a"), model(2, 10, 0, name="b")
    session = Session(context=0, new=100, output=0, turns=30)
    now = option(advise(Situation(session=session, fresh=0), a, b), Moment.NOW)
    assert not now.good
    assert "for 20 turns only; 30 are expected" in now.why


def test_a_window_that_is_too_small(opus: ModelCost, haiku: ModelCost) -> None:
    small = replace(haiku, window=151_999)
    advice = advise(Situation(session=SESSION, fresh=20_000), opus, small)
    assert "does not take" in option(advice, Moment.NOW).why
    assert not option(advice, Moment.IDLE).good
    assert advice.best.moment is Moment.NEW_SESSION
    assert (
        advise(Situation(session=SESSION, fresh=20_000), opus, replace(haiku, window=152_000)).best.moment is Moment.NOW
    )
    more = Change(tokens=2)  # type: ignore[arg-type]
    assert (
        advise(Situation(session=SESSION, fresh=20_000), opus, replace(haiku, window=152_000), more).best.moment
        is not Moment.NOW
    )


def test_waits_are_told_as_a_clock_tells_them(model: Models, sonnet: ModelCost) -> None:
    for life, words in ((90 * 10**6, "1 min 30 s"), (3600 * 10**6, "1 h"), (3660 * 10**6, "1 h 1 min"), (10**6, "1 s")):
        a = model(200_000, 5_000_000, 20_000_000, name="opus", life_us=life)
        assert words + " more" in option(advise(Situation(session=SESSION, fresh=0), a, sonnet), Moment.IDLE).why
