"""Beliefs, what they need, and what may leave the machine."""

from __future__ import annotations

import json
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trayapp.money import PICO
from trayapp.routing import beta, evidence, kinds
from trayapp.routing.evidence import Book, Count, EvidenceError, Pair, State
from trayapp.routing.outcomes import Outcome
from trayapp.values import Kind

WEEK = 7 * 86_400 * 10**6
NOW = 1_795_000_000 * 10**6  # 2026-11-18, a Wednesday
RENAME = Pair("rename", "claude-opus-5-5", "claude-haiku-5-5")
CENT = PICO // 100


def book(good: int, bad: int, *, bad_first: bool = True, at_us: int = NOW) -> Book:
    made = Book()
    for worked in ([False] * bad + [True] * good) if bad_first else ([True] * good + [False] * bad):
        made = made.noted(RENAME, worked, at_us)
    return made


def standing(made: Book, needed: Fraction, precision: float = 0.9) -> evidence.Standing:
    return evidence.standing(made, RENAME, precision, needed, NOW)


@pytest.mark.parametrize(
    ("dear", "cheap", "failed", "needed"),
    [
        ("0.72", "0.56", 1, 0.91),
        ("0.72", "0.56", 2, 0.94),
        ("0.72", "0.56", 5, 0.97),
        ("0.28", "0.035", 1, 0.81),
        ("0.28", "0.035", 2, 0.89),
        ("0.28", "0.035", 5, 0.95),
        ("0.05", "0.005", "0.5", 0.92),
        ("0.05", "0.005", 1, 0.957),
        ("0.05", "0.005", 2, 0.978),
    ],
)
def test_what_a_switch_needs_to_pay(dear: str, cheap: str, failed: Any, needed: float) -> None:
    found = evidence.p_star(Fraction(cheap) * PICO, Fraction(dear) * PICO, Fraction(failed) * PICO)
    assert isinstance(found, Fraction)
    assert float(found) == pytest.approx(needed, abs=0.005)


def test_a_failed_attempt_costs_half_a_dollar_unless_said_otherwise() -> None:
    assert evidence.p_star(0, 50 * CENT) == Fraction(1, 2)


def test_costs_at_the_edges() -> None:
    assert evidence.p_star(0, 0, 0) == 1
    assert evidence.p_star(5, 3, 0) > 1
    with pytest.raises(ValueError, match="never negative"):
        evidence.p_star(-1, 3)


AMOUNTS = st.integers(0, 10**15)


@given(cheap=AMOUNTS, dear=AMOUNTS, failed=st.integers(1, 10**15), more=AMOUNTS)
def test_p_star_is_where_both_cost_the_same(cheap: int, dear: int, failed: int, more: int) -> None:
    p = evidence.p_star(cheap, dear, failed)
    # The cheap model first, and the dear one after a failure: cheap + (1 - p)(dear + failed) = dear.
    assert cheap + (1 - p) * (dear + failed) == dear
    assert evidence.p_star(cheap, dear, failed + more) >= p or p > 1


def test_the_prior_is_worth_twenty_observations() -> None:
    assert evidence.belief(0.9, (0, 0)) == pytest.approx((18, 2))
    assert evidence.belief(0.9, (5, 1)) == pytest.approx((23, 3))
    assert sum(evidence.belief(1.0, (0, 0))) == pytest.approx(20)
    assert evidence.belief(1.0, (0, 0))[1] > 0
    assert evidence.belief(float("nan"), (0, 0)) == (10, 10)


def test_a_team_moves_the_prior_and_is_outweighed_before_long() -> None:
    assert evidence.belief(0.9, (0, 0), (9, 1)) == pytest.approx((27, 3))
    assert evidence.belief(0.9, (0, 0), (900, 100)) == pytest.approx((54, 6))


def test_words_about_a_pair_that_was_never_tried() -> None:
    found = standing(Book(), Fraction(96, 100))
    assert (found.state, found.good, found.tried) == (State.UNPROVEN, 0, 0)
    assert found.words == (
        "not tried by you so far; unproven: it has to work 96 % of the time to pay, and so far only 81 % is sure enough"
    )
    assert standing(Book(), Fraction(1, 2)).words == "not tried by you so far; what is known of such work is enough"
    assert standing(Book(), Fraction(1)).words == "not tried by you so far; it cannot pay, because it costs no less"


def test_own_outcomes_prove_it() -> None:
    found = standing(book(38, 2), Fraction(89, 100))
    assert (found.state, found.words) == (State.PROVEN, "worked 38 of 40 times for you")
    assert standing(book(38, 2), Fraction(90, 100)).state is State.UNPROVEN
    assert standing(book(1, 0), Fraction(1, 2)).words == "worked 1 of 1 time for you"


def test_two_bad_ones_among_the_last_ten_withdraw_it() -> None:
    assert standing(book(100, 1, bad_first=False), Fraction(1, 2)).state is State.PROVEN
    found = standing(book(100, 2, bad_first=False), Fraction(1, 2))
    assert found.state is State.WITHDRAWN
    assert found.words == "worked 100 of 102 times for you; withdrawn, because 2 of the last 10 went wrong"
    assert standing(book(8, 2), Fraction(1, 2)).state is State.WITHDRAWN
    assert standing(book(9, 2), Fraction(1, 2)).state is State.PROVEN
    assert standing(book(0, 2), Fraction(0)).state is State.WITHDRAWN


def test_only_the_person_takes_it_up_again() -> None:
    withdrawn = book(100, 2, bad_first=False)
    again = withdrawn.taken_up(RENAME)
    assert standing(again, Fraction(1, 2)).state is State.PROVEN
    assert again.counts == withdrawn.counts
    assert standing(again.noted(RENAME, False, NOW), Fraction(1, 2)).state is State.PROVEN


def test_half_a_year_counts() -> None:
    old = book(40, 0)
    assert old.tally(RENAME, NOW + (evidence.WEEKS - 1) * WEEK) == (40, 0)
    assert old.tally(RENAME, NOW + evidence.WEEKS * WEEK) == (0, 0)
    later = old.noted(RENAME, True, NOW + evidence.WEEKS * WEEK)
    assert [count.good for count in later.counts] == [1]


def test_pairs_are_apart() -> None:
    other = Pair("rename", RENAME.asked, "claude-sonnet-5-5")
    made = book(3, 1).noted(other, False, NOW).noted(Pair("typo", RENAME.asked, RENAME.served), True, NOW)
    assert (made.tally(RENAME, NOW), made.tally(other, NOW)) == ((3, 1), (0, 1))


def test_which_outcomes_are_evidence() -> None:
    def outcome(**more: Any) -> Outcome:
        given = {"good": True, "cause": "moved_on", "at_us": NOW, "asked": RENAME.asked, "served": RENAME.served}
        return Outcome(**{**given, "task": "rename", **more})

    assert Book().learned(outcome()).tally(RENAME, NOW) == (1, 0)
    assert Book().learned(outcome(good=False, cause="undo")).tally(RENAME, NOW) == (0, 1)
    for none in ({"task": None}, {"held": True}, {"served": RENAME.asked}):
        assert Book().learned(outcome(**none)) == Book()


def test_kinds_of_calls_are_proven_by_what_is_known_of_them_where_a_failure_is_cheap() -> None:
    pair = Pair(kinds.LABELS[Kind.TITLE], RENAME.asked, RENAME.served)
    needed = evidence.p_star(CENT // 10, 4 * CENT, 10 * CENT)
    assert evidence.standing(Book(), pair, kinds.EASY[Kind.TITLE], needed, NOW).state is State.PROVEN


def test_a_teams_counts_replace_those_it_had_before() -> None:
    counts = [Count(*(RENAME.what, RENAME.asked, RENAME.served), "2026-W40", 210, 10)]
    made = book(2, 0).with_team(counts).with_team(counts)
    assert made.team_tally(RENAME) == (210, 10)
    assert made.tally(RENAME, NOW) == (2, 0)
    words = standing(made, Fraction(1, 2)).words
    assert words == "worked 2 of 2 times for you, 210 of 220 times in your team"
    assert standing(made, Fraction(1, 2)).lower > standing(book(2, 0), Fraction(1, 2)).lower


def test_what_is_sent_to_a_team_is_counts() -> None:
    made = book(2, 1).noted(RENAME, True, NOW + WEEK).with_team([Count("typo", "a", "b", "2026-W01", 1, 1)])
    sent = json.loads(json.dumps([{f: getattr(c, f) for f in c.__struct_fields__} for c in made.export()]))
    names = {"what": "rename", "asked": "claude-opus-5-5", "served": "claude-haiku-5-5"}
    assert sent == [
        {**names, "week": "2026-W47", "good": 2, "bad": 1},
        {**names, "week": "2026-W48", "good": 1, "bad": 0},
    ]


PAIRS = st.builds(Pair, st.sampled_from(["rename", "typo"]), st.just("a"), st.sampled_from(["b", "c"]))
NOTES = st.lists(st.tuples(PAIRS, st.booleans(), st.integers(0, 60)), max_size=40)


def noted(notes: list[tuple[Pair, bool, int]]) -> Book:
    made = Book()
    for pair, good, week in notes:
        made = made.noted(pair, good, NOW + week * WEEK)
    return made


@given(notes=NOTES)
def test_a_dump_is_read_back(notes: list[tuple[Pair, bool, int]]) -> None:
    made = noted(notes).with_team([Count("rename", "a", "b", "2026-W40", 3, 1)])
    assert evidence.load(evidence.dump(made)) == made


@given(notes=NOTES)
def test_the_order_within_a_week_changes_no_count(notes: list[tuple[Pair, bool, int]]) -> None:
    same_week = [(pair, good, 0) for pair, good, _ in notes]
    assert noted(same_week).counts == noted(list(reversed(same_week))).counts
    total = sum(count.good + count.bad for count in noted(same_week).counts)
    assert total == len(notes)


@given(good=st.integers(0, 40), bad=st.integers(0, 10), precision=st.floats(0, 1), team=st.integers(0, 90))
def test_more_good_is_never_worse(good: int, bad: int, precision: float, team: int) -> None:
    def lower(own: tuple[int, int]) -> float:
        return beta.quantile(evidence.DOUBT, *evidence.belief(precision, own, (team, 3)))

    here = lower((good, bad))
    assert lower((good + 1, bad)) >= here - 1e-9
    assert lower((good, bad + 1)) <= here + 1e-9


@given(raw=st.binary(max_size=80))
def test_any_bytes_are_refused_or_read(raw: bytes) -> None:
    try:
        assert isinstance(evidence.load(raw), Book)
    except EvidenceError:
        pass


@pytest.mark.parametrize(
    "raw",
    [
        b"", b"[]", b'{"counts":[["rename","a","b","2026-W40",1,0]]}', b"[" * 5000,
        b'{"counts":[{"what":"rename","asked":"a","served":"b","week":"x","good":1,"bad":0}]}',
        b'{"counts":[{"what":"rename","asked":"a","served":"b","week":"2026-W40","good":-1,"bad":0}]}',
    ],
)  # fmt: skip
def test_what_is_no_dump(raw: bytes) -> None:
    with pytest.raises(EvidenceError):
        evidence.load(raw)


@given(at_us=st.integers(-(2**70), 2**70), good=st.booleans())
def test_any_clock(at_us: int, good: bool) -> None:
    made = Book().noted(RENAME, good, at_us)
    assert evidence.load(evidence.dump(made)) == made
    assert made.tally(RENAME, at_us) == (int(good), int(not good))
