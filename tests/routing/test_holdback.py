"""The coin flip and what both sides are worth."""

from __future__ import annotations

import hashlib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trayapp.money import PICO
from trayapp.routing import beta, holdback
from trayapp.routing.holdback import Session, compare, held

CENT = PICO // 100


def digest(name: object) -> bytes:
    return hashlib.sha256(str(name).encode()).digest()


def sessions(*, held: bool, good: int, bad: int, pico: int | None, n: int) -> list[Session]:
    return [Session(held=held, good=good, bad=bad, pico=pico)] * n


def test_the_coin() -> None:
    flips = [held(digest(n), 5) for n in range(20_000)]
    assert 0.045 < sum(flips) / len(flips) < 0.055
    assert flips[:100] == [held(digest(n), 5) for n in range(100)]
    assert not any(held(digest(n), 0) for n in range(1000))
    assert all(held(digest(n), 100) for n in range(1000))
    assert held(b"\0" * 8, 1)
    assert not held(b"\xff" * 8, 99)


@given(name=st.integers(), percent=st.integers(0, 99))
def test_who_is_held_back_at_a_percentage_is_so_at_each_larger_one(name: int, percent: int) -> None:
    assert held(digest(name), percent) <= held(digest(name), percent + 1)


@pytest.mark.parametrize(("made", "percent"), [(b"short", 5), (b"long enough", -1), (b"long enough", 101)])
def test_no_coin(made: bytes, percent: int) -> None:
    with pytest.raises(ValueError, match="8 bytes"):
        held(made, percent)


def test_not_enough_yet() -> None:
    few = sessions(held=False, good=3, bad=0, pico=CENT, n=40) + sessions(held=True, good=3, bad=0, pico=CENT, n=2)
    found = compare(few)
    assert not found.enough
    assert found.words == ("not enough yet: 40 sessions switched and 2 held back; each side needs 10 with 30 turns")
    assert compare([]).words.startswith("not enough yet: 0 sessions switched and 0 held back")


def test_no_clear_difference() -> None:
    found = compare(
        sessions(held=False, good=9, bad=1, pico=CENT, n=12) + sessions(held=True, good=9, bad=1, pico=10 * CENT, n=12)
    )
    assert found.enough
    assert (found.switched.turns, found.switched.good, found.switched.pico_per_good) == (120, 108, CENT // 9)
    assert found.words == (
        "108 of 120 turns ended well when switched, 108 of 120 when held back (12 sessions and 12); "
        "no clear difference: between −7 and +7 points; $0.001 against $0.011 per turn that ended well"
    )


def test_clear_differences() -> None:
    good = sessions(held=False, good=10, bad=0, pico=CENT, n=20)
    bad = sessions(held=True, good=5, bad=5, pico=CENT, n=20)
    better = compare(good + bad)
    assert better.low > 0
    assert "switching did better" in better.words
    worse = compare([Session(held=not s.held, good=s.good, bad=s.bad, pico=s.pico) for s in good + bad])
    assert worse.high < 0
    assert "switching did worse" in worse.words
    assert worse.apart == pytest.approx(-better.apart)


def test_failed_turns_are_paid_for() -> None:
    found = compare(sessions(held=False, good=1, bad=3, pico=8 * CENT, n=10))
    assert found.switched.pico_per_good == 8 * CENT


def test_what_has_no_price_counts_for_quality_only() -> None:
    found = compare(
        sessions(held=False, good=2, bad=0, pico=None, n=3) + sessions(held=False, good=2, bad=0, pico=4, n=1)
    )
    assert (found.switched.sessions, found.switched.priced, found.switched.pico_per_good) == (4, 1, 2)
    nothing = compare(sessions(held=False, good=2, bad=0, pico=None, n=3)).switched
    assert nothing.pico_per_good is None


def test_sessions_that_go_well_or_badly_as_a_whole_are_worth_fewer_turns() -> None:
    """Ten turns that all went alike tell little more than one."""
    whole = sessions(held=False, good=10, bad=0, pico=1, n=8) + sessions(held=False, good=0, bad=10, pico=1, n=8)
    mixed = sessions(held=False, good=5, bad=5, pico=1, n=16)
    a, b = compare(whole).switched, compare(mixed).switched
    assert (a.good, a.turns) == (b.good, b.turns)
    assert (b.low, b.high) == pytest.approx(beta.wilson(80, 160))
    assert a.high - a.low > 2.5 * (b.high - b.low)


SESSIONS = st.lists(
    st.builds(
        Session,
        held=st.booleans(),
        good=st.integers(0, 50),
        bad=st.integers(0, 50),
        pico=st.none() | st.integers(0, 10**15),
    ),
    max_size=60,
)


@given(given_sessions=SESSIONS)
def test_any_sessions(given_sessions: list[Any]) -> None:
    found = compare(given_sessions)
    for side in (found.switched, found.kept):
        assert 0 <= side.low <= side.high <= 1
        assert side.turns == 0 or side.low <= side.good / side.turns <= side.high
        assert side.pico_per_good is None or isinstance(side.pico_per_good, int)
    assert -1 <= found.low <= found.apart <= found.high <= 1
    assert found.enough or found.words.startswith("not enough yet")
    assert holdback.compare(reversed(given_sessions)).words == found.words


def test_what_each_side_needs() -> None:
    def enough(switched: int, kept: int, turns: int) -> bool:
        return compare(
            sessions(held=False, good=turns, bad=0, pico=1, n=switched)
            + sessions(held=True, good=turns, bad=0, pico=1, n=kept)
        ).enough

    assert enough(10, 10, 3)
    assert not enough(10, 10, 2)
    assert not enough(9, 10, 30)
    assert not enough(10, 9, 30)


def test_sessions_without_judged_turns_or_with_impossible_counts_are_left_out() -> None:
    odd = [Session(held=False, good=0, bad=0, pico=9), Session(held=False, good=-1, bad=5, pico=9)]
    assert compare(odd).switched.sessions == 0
    free = compare(sessions(held=False, good=1, bad=0, pico=0, n=2)).switched
    assert (free.priced, free.pico_per_good) == (2, 0)
