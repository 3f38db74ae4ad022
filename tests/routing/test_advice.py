"""Dollars per finished task, from a person's own sessions."""

from __future__ import annotations

from itertools import product
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trayapp.money import PICO
from trayapp.routing import advice
from trayapp.routing.advice import Session, advise, middle

CENT = PICO // 100
OPUS, SONNET = "claude-opus-5-5", "claude-sonnet-5-5"


def sessions(model: str, cents: list[int], *, tool: str = "claude-code", turns: int = 4, **more: Any) -> list[Session]:
    return [
        Session(
            **{"tool": tool, "model": model, "pico": c * CENT, "turns": turns, "finished": True, "calls": 20, **more}
        )
        for c in cents
    ]


def test_a_clear_difference() -> None:
    (found,) = advise(sessions(OPUS, [74 + n for n in range(20)]) + sessions(SONNET, [30 + n for n in range(20)]))
    assert (found.tool, found.cheaper.model, found.dearer.model, found.clear) == ("claude-code", SONNET, OPUS, True)
    assert found.words == (
        "claude-sonnet-5-5 finishes your tasks for less: $0.395 per finished task with claude-sonnet-5-5 (between "
        "$0.350 and $0.440, n = 20) against $0.835 per finished task with claude-opus-5-5 (between $0.790 and $0.880, "
        "n = 20); different work may explain it"
    )


def test_cheaper_per_token_may_be_dearer_per_task() -> None:
    (found,) = advise(sessions(OPUS, [50 + n for n in range(20)]) + sessions(SONNET, [90 + n for n in range(20)]))
    assert (found.cheaper.model, found.clear) == (OPUS, True)


def test_too_few_sessions() -> None:
    (found,) = advise(sessions(OPUS, list(range(1, 40))) + sessions(SONNET, [1, 2, 3]))
    assert not found.comparable
    assert found.words == "not comparable: only 3 finished sessions with claude-sonnet-5-5; 8 are needed"


def test_no_clear_difference() -> None:
    (found,) = advise(sessions(OPUS, list(range(10, 30))) + sessions(SONNET, list(range(12, 32))))
    assert found.comparable
    assert not found.clear
    assert found.words.startswith("no clear difference: ")


def test_the_work_differs() -> None:
    (found,) = advise(sessions(OPUS, [90] * 20, turns=12) + sessions(SONNET, [30] * 20, turns=3))
    assert found.words.endswith("different work may explain it: 3 against 12 turns a session")


def test_sessions_that_were_not_finished_are_paid_for() -> None:
    cheap = sessions(SONNET, [30] * 20) + sessions(SONNET, [100] * 20, finished=False)
    (found,) = advise(sessions(OPUS, [90] * 20) + cheap)
    assert found.cheaper.mean == 130 * CENT
    assert not found.clear
    assert found.words.startswith("claude-sonnet-5-5 costs less when it finishes, but not once its unfinished sessions")


def test_what_is_not_known_is_left_out_and_counted() -> None:
    odd = sessions(SONNET, [1] * 3, pico=None) + sessions(SONNET, [1] * 2, finished=None)
    (found,) = advise(sessions(OPUS, [90] * 20) + sessions(SONNET, [30] * 20) + odd)
    assert (found.cheaper.sessions, found.cheaper.left_out, found.cheaper.median) == (20, 5, 30 * CENT)


def test_tools_are_apart() -> None:
    both = sessions(OPUS, [9] * 9) + sessions(SONNET, [1] * 9, tool="opencode")
    assert advise(both) == ()
    assert advise([]) == ()


def test_three_models_make_three_pairs_the_clear_ones_first() -> None:
    found = advise(
        sessions("a", [10] * 9) + sessions("b", [10, 20, 30] * 3) + sessions("c", [90] * 9) + sessions("d", [1])
    )
    assert [(one.cheaper.model, one.dearer.model, one.clear) for one in found][:2] == [
        ("a", "c", True),
        ("b", "c", True),
    ]
    assert len(found) == 6
    assert [one.comparable for one in found] == [True] * 3 + [False] * 3


@pytest.mark.parametrize(
    ("n", "rank"), [(5, 1), (7, 1), (8, 2), (10, 2), (11, 3), (13, 4), (20, 6), (50, 19), (100, 42)]
)
def test_the_medians_interval(n: int, rank: int) -> None:
    """Ranks as in the usual tables of nonparametric intervals at 90 %."""
    found = middle(list(range(1, n + 1)))
    assert found is not None
    assert found[1:] == (rank, n + 1 - rank)


def test_the_medians_interval_holds_it_nine_times_in_ten() -> None:
    """All 2^9 ways in which nine costs can lie below or above the true median, each as likely as the other."""
    held = 0
    for sides in product((1, 3), repeat=9):
        found = middle(sorted(sides))
        assert found is not None
        held += found[1] <= 2 <= found[2]
    assert held >= 0.9 * 2**9


def test_four_costs_are_too_few() -> None:
    assert middle([1, 2, 3, 4]) is None
    assert middle([]) is None


SESSIONS = st.lists(
    st.builds(
        Session,
        tool=st.sampled_from(["x", "y"]),
        model=st.sampled_from(["a", "b", "c"]),
        pico=st.none() | st.integers(0, 10**15),
        turns=st.integers(0, 40),
        finished=st.sampled_from([True, True, False, None]),
        calls=st.integers(0, 400),
    ),
    max_size=80,
)


@given(given_sessions=SESSIONS)
def test_any_sessions(given_sessions: list[Session]) -> None:
    for found in advise(given_sessions):
        assert found.words
        assert found.comparable or not found.clear
        for record in (found.cheaper, found.dearer):
            assert record.finished <= record.sessions
            for amount in (record.median, record.low, record.high, record.mean):
                assert amount is None or isinstance(amount, int)
            if record.median is not None and record.low is not None and record.high is not None:
                assert record.low <= record.median <= record.high
    assert {one.words for one in advise(reversed(given_sessions))} == {one.words for one in advise(given_sessions)}


def test_a_person_with_very_many_sessions() -> None:
    (found,) = advise(sessions(OPUS, [9] * 9000) + sessions(SONNET, [1] * 9000))
    assert found.cheaper.sessions == advice._MOST


def test_how_many_sessions_are_enough() -> None:
    for n, comparable in ((advice.LEAST, True), (advice.LEAST - 1, False)):
        (found,) = advise(sessions(OPUS, [9] * 20) + sessions(SONNET, [1] * n))
        assert found.comparable is comparable


def test_models_that_cost_the_same() -> None:
    (found,) = advise(sessions("b", [9] * 9) + sessions("a", [9] * 9))
    assert (found.cheaper.model, found.dearer.model, found.clear) == ("a", "b", False)
    assert found.words.endswith("; different work may explain it")
