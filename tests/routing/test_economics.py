"""Staying and switching: the shared cases, cases done by hand, and what holds for all sessions."""

from __future__ import annotations

import csv
from collections.abc import Callable
from dataclasses import fields, replace
from fractions import Fraction
from itertools import accumulate, pairwise
from math import ceil
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trayapp.money import PICO
from trayapp.routing.course import Course, Piece, course, first
from trayapp.routing.economics import Economics, RoundTrip, compare, pico, round_trip, round_trip_break_even
from trayapp.routing.session import SAME, Change, Dated, ModelCost, Session, Step, TurnRates

Models = Callable[..., ModelCost]
MINUTE = 60 * 10**6

# 2026-11-23, USD per million tokens = micro-USD a token: read, write, output.
OPUS = (200_000, 5_000_000, 20_000_000)
SONNET = (100_000, 2_500_000, 10_000_000)
HAIKU = (10_000, 125_000, 500_000)
HAIKU_LONG = (50_000, 625_000, 2_500_000)


def break_even(session: Session, a: ModelCost, b: ModelCost, change: Change = SAME) -> int | None:
    return compare(session, a, b, change).break_even


def turns_by_hand(session: Session, model: ModelCost, change: Change, cold: bool, count: int) -> list[Fraction]:
    """The formulas of the module's docstring, turn by turn."""
    costs = []
    context, new = change.tokens * session.context, change.tokens * session.new
    for k in range(count):
        rates = model.rates(session.at_us + k * session.pace_us, context + (k + 1) * new)
        lost = cold if k == 0 else model.lapses(session)
        reading = rates.write if lost else rates.read
        out = rates.output * change.tokens * change.output * session.output
        costs.append(reading * (context + k * new) + rates.write * new + out)
    return costs


def by_hand(session: Session, a: ModelCost, b: ModelCost, change: Change, most: int) -> list[tuple[Fraction, Fraction]]:
    """What 0, 1, … ``most`` turns cost with either; the last part of a turn pro rata."""
    stay = turns_by_hand(session, a, Change(), not a.warm(session), most)
    switch = turns_by_hand(session, b, change, True, ceil(change.turns * most) + 1)
    sums = [list(accumulate(costs, initial=Fraction(0))) for costs in (stay, switch)]
    found = []
    for n in range(most + 1):
        whole, part = divmod(change.turns * n, 1)
        found.append((sums[0][n], sums[1][whole] + part * switch[whole]))
    return found


# --- the shared cases -----------------------------------------------------------------------------------------


def cases(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def check(case: dict[str, str]) -> None:
    def usd(name: str) -> Fraction:
        return Fraction(case[name]) * PICO / 10**6

    a, b = (
        ModelCost(
            name=side,
            prices=(
                Dated(
                    None,
                    (Step(0, TurnRates(*(usd(f"{side}_{name}") for name in ("cache_read", "cache_write", "out")))),),
                ),
            ),
        )
        for side in "ab"
    )
    session = Session(
        context=int(case["context_tokens"]),
        new=int(case["new_tokens_per_turn"]),
        output=int(case["output_per_turn"]),
        turns=int(case["turns"]),
        cold=case["a_cache_warm"] == "0",
    )
    found = compare(session, a, b)
    assert found.stay_pico == Fraction(case["stay_usd"]) * PICO
    assert found.switch_pico == Fraction(case["switch_usd"]) * PICO
    assert found.saving_pico == Fraction(case["saving_usd"]) * PICO
    assert found.break_even == (int(case["break_even_turns"]) if case["break_even_turns"] else None)
    assert found.break_even == break_even(replace(session, turns=1), a, b)


def test_all_cases_to_the_last_digit() -> None:
    found = cases(Path(__file__).with_name("economics_cases.csv"))
    assert len(found) == 60
    for case in found:
        check(case)


def test_the_shared_cases(shared: Path) -> None:
    found = cases(shared / "data" / "routing" / "economics_cases.csv")
    assert len(found) >= 60
    for case in found:
        check(case)


@pytest.mark.parametrize(
    ("a", "b", "expected"),
    # The table in routing.md §C: 20k, 50k, 100k, 150k, 300k of context; 2000 new and 600 out a turn.
    [
        (OPUS, (SONNET, None, None), [4, 8, 11, 14, 17]),
        (OPUS, (HAIKU, 100_000, HAIKU_LONG), [1, 1, 2, 3, 3]),
        (SONNET, (HAIKU, 100_000, HAIKU_LONG), [1, 1, 5, 6, 8]),
        ((200_000, 10_000_000, 40_000_000), (OPUS, None, None), [5, 11, 22, 33, 66]),
    ],
)
def test_the_measured_table(model: Models, a: Any, b: Any, expected: list[int]) -> None:
    rates, over, long = b
    found = [
        break_even(Session(context=context, new=2000, output=600), model(*a), model(*rates, over=over, long=long))
        for context in (20_000, 50_000, 100_000, 150_000, 300_000)
    ]
    assert found == expected


# --- by hand --------------------------------------------------------------------------------------------------


def test_one_tier_loses_in_a_warm_session_and_two_pay(model: Models) -> None:
    session = Session(context=150_000, new=2000, output=600, turns=10)
    one = compare(session, model(*OPUS), model(*SONNET))
    # Stay: 0.2 × (10 × 150,000 + 45 × 2,000) + 10 × (5 × 2,000 + 20 × 600) = 318,000 + 220,000 micro-USD.
    assert one.stay_pico == 538_000 * 10**6
    # Switch: 2.5 × 152,000 once, 0.1 × (9 × 150,000 + 45 × 2,000), 9 × 2.5 × 2,000, 10 × 10 × 600.
    assert one.switch_pico == (380_000 + 144_000 + 45_000 + 60_000) * 10**6
    assert one.saving_pico == -91_000 * 10**6
    assert (one.break_even, one.pays_until, one.pays) == (14, None, False)
    # Next turn: 386,000 beside 30,000 + 10,000 + 12,000.
    assert one.once_pico == 334_000 * 10**6
    assert one.per_turn_pico * 9 == one.saving_pico + one.once_pico
    two = compare(session, model(*OPUS), model(*HAIKU, over=100_000, long=HAIKU_LONG))
    # 0.625 × 152,000; 0.05 × (9 × 150,000 + 45 × 2,000); 9 × 0.625 × 2,000; 10 × 2.5 × 600.
    assert two.switch_pico == (95_000 + 72_000 + 11_250 + 15_000) * 10**6
    assert (two.break_even, two.pays) == (3, True)


def test_a_cold_cache_makes_the_same_switch_free(model: Models) -> None:
    warm = Session(context=150_000, new=2000, output=600, turns=1)
    a, b = model(*OPUS, life_us=5 * MINUTE), model(*SONNET)
    for cold in (replace(warm, cold=True), replace(warm, idle_us=5 * MINUTE)):
        found = compare(cold, a, b)
        assert not found.warm
        assert found.stay_pico == (5 * 152_000 + 20 * 600) * 10**12 // 10**6
        assert found.break_even == 1
        assert found.once_pico < 0
    assert compare(replace(warm, idle_us=5 * MINUTE - 1), a, b).warm
    assert compare(replace(warm, idle_us=5 * MINUTE), model(*OPUS), b).warm, "nobody says how long it lives"


def test_another_tokenizer(model: Models) -> None:
    session = Session(context=100, new=10, output=20, turns=2)
    found = compare(session, model(1, 10, 100), model(2, 5, 50), Change(tokens=Fraction(13, 10)))
    # Turn 0: 5 × 143 + 50 × 26; turn 1: 2 × 143 + 5 × 13 + 50 × 26.
    assert found.switch_pico == 715 + 1300 + 286 + 65 + 1300
    # A tier of the other model is met in its own tokens: turn 1 has 143 + 13 = 156 of them.
    for over, turn_1 in ((156, 286 + 65 + 1300), (155, 3 * 143 + 6 * 13 + 100 * 26)):
        other = model(2, 5, 50, over=over, long=(3, 6, 100))
        found = compare(session, model(1, 10, 100), other, Change(tokens=Fraction(13, 10)))
        assert found.switch_pico == 715 + 1300 + turn_1


def test_longer_answers(model: Models) -> None:
    session = Session(context=0, new=0, output=20, turns=3)
    change = Change(tokens=Fraction(3, 2), output=Fraction(2))
    assert compare(session, model(1, 1, 1), model(1, 1, 7), change).switch_pico == 3 * 7 * 60


def test_the_long_prompt_counts_what_is_written_and_reprices_the_whole_turn(model: Models) -> None:
    a, b = model(0, 0, 0), model(1, 2, 3, over=100, long=(10, 20, 30))
    at_the_edge = Session(context=90, new=10, output=1)
    assert compare(at_the_edge, a, b).switch_pico == 2 * 100 + 3
    over = replace(at_the_edge, new=11)
    assert compare(over, a, b).switch_pico == 20 * 101 + 30
    # Staying crosses it, too: turn 0 with 100 tokens, turn 1 with 110.
    stay = compare(replace(at_the_edge, turns=2), b, a).stay_pico
    assert stay == (90 + 20 + 3) + (10 * 100 + 20 * 10 + 30)


def test_dated_prices_and_pauses(model: Models) -> None:
    cheap, dear = (Step(0, TurnRates(Fraction(1), Fraction(2), Fraction(3)) if n == 1 else TurnRates(
        Fraction(10), Fraction(20), Fraction(30))) for n in (1, 2))  # fmt: skip
    a = ModelCost(name="a", prices=(Dated(None, (cheap,)), Dated(1000, (dear,))), life_us=600)
    session = Session(context=100, new=10, output=1, turns=3, at_us=0, pace_us=500)
    stay = compare(session, a, model(0, 0, 0)).stay_pico
    # The third turn begins at 1000.
    assert stay == (100 + 20 + 3) + (110 + 20 + 3) + (10 * 120 + 200 + 30)
    # With a pause of 600 between turns the cache is gone each time.
    slow = replace(session, pace_us=600)
    assert compare(slow, a, model(0, 0, 0)).stay_pico == (100 + 20 + 3) + (2 * 110 + 20 + 3) + (20 * 120 + 200 + 30)


def test_more_turns_for_the_same_work(model: Models) -> None:
    session = Session(context=100, new=10, output=0, turns=2)
    found = compare(session, model(5, 5, 0), model(1, 2, 0), Change(turns=Fraction(5, 4)))
    # Two and a half turns: 2 × 110; 110 + 20; half of 120 + 20.
    assert found.switch_pico == 220 + 130 + 70
    opus, sonnet = model(*OPUS), model(*SONNET)
    wide = Session(context=150_000, new=2000, output=600)
    assert break_even(wide, opus, sonnet, Change(turns=Fraction("1.4"))) == 24
    fable = model(200_000, 10_000_000, 40_000_000)
    assert break_even(wide, fable, opus, Change(turns=Fraction("1.4"))) is None


def test_cheaper_for_a_while_only(model: Models) -> None:
    """Cheap to write, dear to read: it wins early and loses when the conversation grows."""
    session = Session(context=0, new=100, output=0, turns=1)
    found = compare(session, model(1, 20, 0), model(2, 10, 0))
    # After n turns staying has cost 100 × (20 n + n(n-1)/2) and switching 100 × (10 n + n(n-1)): even at n = 21.
    assert (found.break_even, found.pays_until) == (1, 20)
    assert compare(replace(session, turns=20), model(1, 20, 0), model(2, 10, 0)).saving_pico == 100 * (200 - 190)
    assert compare(replace(session, turns=21), model(1, 20, 0), model(2, 10, 0)).saving_pico == 0


def test_a_break_even_that_is_very_far_away(model: Models) -> None:
    session = Session(context=10**9, new=0, output=1)
    found = break_even(session, model(1, 1, 10), model(1, 1001, 9))
    # Once: 1000 × 10^9; each turn saves 1.
    assert found == 10**12 + 1


def test_there_and_back(model: Models) -> None:
    a, b = model(1, 10, 100, life_us=300), model(2, 5, 50)
    session = Session(context=1000, new=10, output=2, turns=3)
    trip = round_trip(session, a, b, back=2)
    # There: 5 × 1010 + 100; 2 × 1010 + 50 + 100; 2 × 1020 + 50 + 100.
    there = 5150 + 2170 + 2190
    # Back: reads 1000, writes the 30 of there and 10 more; then reads 1040.
    back = (1000 + 10 * 40 + 200) + (1040 + 100 + 200)
    assert (trip.trip_pico, trip.warm) == (there + back, True)
    assert trip.stay_pico == sum(1000 + 10 * k + 100 + 200 for k in range(5))
    assert trip.saving_pico == trip.stay_pico - trip.trip_pico
    gone = round_trip(session, a, b, back=2, warm=False)
    assert gone.trip_pico == trip.trip_pico + 9 * 1000
    # Three turns at 100 outlast a life of 300; two at 100 do not.
    assert not round_trip(replace(session, pace_us=100), a, b, back=2).warm
    assert round_trip(replace(session, pace_us=100, turns=2), a, b, back=2).warm
    # What was never cached is not found at the return either.
    assert not round_trip(replace(session, cold=True), a, b, warm=True).warm
    with pytest.raises(ValueError, match="at least one turn"):
        round_trip(session, a, b, back=0)


def test_a_round_trip_needs_more_turns_than_a_way_without_return(model: Models) -> None:
    session = Session(context=150_000, new=2000, output=600)
    opus, haiku = model(*OPUS), model(*HAIKU, over=100_000, long=HAIKU_LONG)
    assert break_even(session, opus, haiku) == 3
    # One way saves 41,750 n + 150 n (n-1) - 86,250 micro-USD; on return 4.8 × 2,000 n are lost, or 4.8 × 150,000 too.
    assert round_trip_break_even(session, opus, haiku) == 3
    assert round_trip_break_even(session, opus, haiku, warm=False) == 23
    # 26,000 n + 100 n (n-1) - 360,000 for Sonnet: 14 turns one way, and with the 9,600 n of the return:
    assert round_trip_break_even(session, opus, model(*SONNET)) == 20


def test_after_compaction_both_begin_anew(model: Models) -> None:
    a, b = model(*OPUS), model(*SONNET)
    before = Session(context=150_000, new=2000, output=600, turns=10)
    after = before.afresh(20_000)
    found = compare(after, a, b)
    assert break_even(before, a, b) == 14
    assert found.break_even == 1
    # Half the price of everything: half of what staying costs.
    assert found.switch_pico * 2 == found.stay_pico
    assert found.stay_pico == (5 * 22_000 + 12_000 + 0.2 * (9 * 20_000 + 45 * 2000) + 9 * 22_000) * 10**6


def test_what_is_impossible_is_refused() -> None:
    rates = TurnRates(Fraction(1), Fraction(1), Fraction(1))
    for make in (
        lambda: Session(context=-1, new=0, output=0),
        lambda: Session(context=0, new=0, output=0, turns=0),
        lambda: TurnRates(Fraction(-1), Fraction(1), Fraction(1)),
        lambda: Dated(None, ()),
        lambda: Dated(None, (Step(5, rates),)),
        lambda: Dated(None, (Step(0, rates), Step(0, rates))),
        lambda: ModelCost(name="a", prices=()),
        lambda: ModelCost(name="a", prices=(Dated(None, (Step(0, rates),)), Dated(None, (Step(0, rates),)))),
        lambda: Change(tokens=Fraction(0)),
        lambda: Change(turns=Fraction(1, 3)),
    ):
        with pytest.raises(ValueError, match=r"."):
            make()


# --- what holds for all ---------------------------------------------------------------------------------------

rate = st.fractions(min_value=0, max_value=10**7, max_denominator=40)


@st.composite
def models(draw: st.DrawFn, dearer_to_write: bool = False) -> ModelCost:
    """Up to three tiers and two dates."""
    dates: list[int | None] = [None, *sorted(draw(st.sets(st.integers(1, 40_000), max_size=1)))]
    prices = []
    for since in dates:
        leasts = [0, *sorted(draw(st.sets(st.integers(1, 3000), max_size=2)))]
        steps = []
        for least in leasts:
            read, write = draw(rate), draw(rate)
            if dearer_to_write:
                read, write = sorted((read, write))
            steps.append(Step(least, TurnRates(read, write, draw(rate))))
        prices.append(Dated(since, tuple(steps)))
    life = draw(st.none() | st.integers(1, 2000))
    return ModelCost(name="m", prices=tuple(prices), life_us=life)


sessions = st.builds(
    Session,
    context=st.integers(0, 2000),
    new=st.integers(0, 100),
    output=st.integers(0, 100),
    turns=st.integers(1, 40),
    idle_us=st.integers(0, 2000),
    pace_us=st.just(0) | st.integers(0, 3000),
    cold=st.booleans(),
)
changes = st.builds(
    Change,
    tokens=st.fractions(min_value=Fraction(1, 2), max_value=2, max_denominator=20),
    turns=st.integers(50, 300).map(lambda n: Fraction(n, 100)),
    output=st.fractions(min_value=Fraction(1, 2), max_value=2, max_denominator=5),
)


@given(sessions, models(), models(), changes)
def test_closed_forms_are_the_sum_of_the_turns(session: Session, a: ModelCost, b: ModelCost, change: Change) -> None:
    found = compare(session, a, b, change)
    stay, switch = by_hand(session, a, b, change, session.turns)[-1]
    assert (found.stay_pico, found.switch_pico) == (pico(stay), pico(switch))
    assert abs(stay - found.stay_pico) * 2 <= 1


@given(sessions, models(), models(), changes)
def test_the_break_even_is_the_first_and_lasts_as_long_as_is_said(
    session: Session, a: ModelCost, b: ModelCost, change: Change
) -> None:
    found = compare(session, a, b, change)
    for n, (stay, switch) in enumerate(by_hand(session, a, b, change, 60)):
        if n == 0:
            continue
        begun = found.break_even is not None and n >= found.break_even
        if not begun:
            assert switch >= stay
        elif found.pays_until is None or n <= found.pays_until:
            assert switch < stay
        else:
            assert switch >= stay
            break  # it may pay again later, by another tier


@given(sessions, models(), models())
def test_with_a_cheaper_model_the_saving_only_grows_after_the_break_even(
    session: Session, a: ModelCost, b: ModelCost
) -> None:
    """Cheaper on every rate at every prompt and date: a turn can then only save."""
    steps = {(d.since_us, s.least) for m in (a, b) for d in m.prices for s in d.steps}
    dates = sorted({since for since, _ in steps if since is not None})
    leasts = sorted({least for _, least in steps})

    def cheaper(at: int, least: int) -> TurnRates:
        own, other = a.rates(at, least), b.rates(at, least)
        both = zip((own.read, own.write, own.output), (other.read, other.write, other.output), strict=True)
        return TurnRates(*(min(pair) for pair in both))

    best = ModelCost(
        name="best",
        prices=tuple(
            Dated(since, tuple(Step(least, cheaper(since or 0, least)) for least in leasts)) for since in (None, *dates)
        ),
        life_us=a.life_us,
    )
    found = compare(session, a, best)
    savings = [compare(replace(session, turns=n), a, best) for n in range(1, 30)]
    exact = [s.saving_pico for s in savings]
    # Rounding to whole pico-USD may take up to one from each.
    assert all(later >= earlier - 2 for earlier, later in pairwise(exact))
    assert found.pays_until is None
    if not found.warm:
        assert all(s >= 0 for s in exact)


@given(sessions, models(dearer_to_write=True), changes, st.integers(1, 10), st.booleans())
def test_there_and_back_at_equal_prices_never_gains(
    session: Session, a: ModelCost, change: Change, back: int, warm: bool
) -> None:
    """However it is counted: the same model under another name only costs its own cache."""
    one = ModelCost(name="a", prices=a.prices[:1], life_us=a.life_us)
    flat = ModelCost(name="a", prices=(Dated(None, one.prices[0].steps[:1]),), life_us=a.life_us)
    for same in (one, flat):
        trip = round_trip(session, same, same, back=back, warm=warm)
        assert trip.saving_pico <= 0
        assert compare(session, same, same).saving_pico <= 0
    more = replace(change, tokens=max(change.tokens, Fraction(1)), turns=max(change.turns, Fraction(1)))
    more = replace(more, output=max(more.output, Fraction(1)))
    assert round_trip(session, flat, flat, more, back=back, warm=warm).saving_pico <= 0


@given(sessions, models(), models(), changes, st.integers(1, 5))
def test_no_float_anywhere(session: Session, a: ModelCost, b: ModelCost, change: Change, back: int) -> None:
    found: list[Economics | RoundTrip] = [
        compare(session, a, b, change),
        round_trip(session, a, b, change, back=back),
    ]
    for result in found:
        for field in fields(result):
            value = getattr(result, field.name)
            assert value is None or type(value) in (int, bool), field.name
        assert type(result.saving_pico) is int
    assert type(course(session, a, cached=0).total(3)) is Fraction


@given(
    st.lists(
        st.tuples(st.integers(1, 30), st.integers(-50, 50), st.integers(-10, 10), st.integers(-3, 3)),
        min_size=1,
        max_size=4,
    ),
    st.integers(1, 5),
)
def test_the_search_finds_the_first(parts: list[tuple[int, int, int, int]], period: int) -> None:
    """Any polynomials of the second degree, one after the other, apart for each residue."""
    edges = [1]
    for length, *_ in parts:
        edges.append(edges[-1] + length)

    def value(n: int) -> Fraction:
        at = max(i for i in range(len(parts)) if edges[i] <= n or i == 0)
        _, c, b, a = parts[at]
        i = (n - edges[at]) // period
        return Fraction(c + (n % period) * 3 + b * i + a * i * i)

    expected = next((n for n in range(1, 400) if value(n) > 0), None)
    found = first(value, edges[:-1], period=period)
    if expected is None:
        assert found is None or found >= 400
    else:
        assert found == expected


def test_a_course_by_hand() -> None:
    one = Course(
        [Piece(0, Fraction(100), Fraction(0)), Piece(1, Fraction(10), Fraction(2)), Piece(3, Fraction(50), Fraction(0))]
    )
    assert [one.turn(k) for k in range(5)] == [100, 12, 14, 50, 50]
    assert [one.total(n) for n in range(6)] == [0, 100, 112, 126, 176, 226]
    assert one.total(Fraction(5, 2)) == 112 + 7
    assert one.edges == (0, 1, 3)
