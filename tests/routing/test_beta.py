"""The distribution of an unknown share, against published values and against itself."""

from __future__ import annotations

from math import comb

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trayapp.routing.beta import below, newcombe, quantile, wilson

PARAMETERS = st.floats(0.01, 2000)
SHARES = st.floats(0, 1)


@pytest.mark.parametrize(
    ("good", "bad", "share"), [(21, 0, 0.9), (36, 1, 0.9), (49, 2, 0.9), (44, 0, 0.95), (75, 1, 0.95)]
)
def test_how_much_evidence_a_claim_needs(good: int, bad: int, share: float) -> None:
    """The smallest numbers of good outcomes; facts: routing §C, from Beta(1, 1)."""
    assert quantile(0.1, 1 + good, 1 + bad) >= share
    assert quantile(0.1, good, 1 + bad) < share


def test_forms_that_are_known_in_closed_form() -> None:
    for x in (0.001, 0.2, 0.5, 0.77, 0.999):
        assert below(x, 1, 1) == pytest.approx(x, abs=1e-12)
        assert below(x, 3, 1) == pytest.approx(x**3, abs=1e-12)
        assert below(x, 1, 4) == pytest.approx(1 - (1 - x) ** 4, abs=1e-12)
        # The binomial distribution's tail: at least 7 of 20.
        tail = sum(comb(20, k) * x**k * (1 - x) ** (20 - k) for k in range(7, 21))
        assert below(x, 7, 14) == pytest.approx(tail, abs=1e-12)
    assert quantile(0.1, 19, 1) == pytest.approx(0.1 ** (1 / 19), abs=1e-10)
    assert quantile(0.5, 0.5, 0.5) == pytest.approx(0.5, abs=1e-10)
    assert below(0.25, 0.5, 0.5) == pytest.approx(1 / 3, abs=1e-12)  # the arcsine law


@given(p=st.floats(0.001, 0.999), alpha=PARAMETERS, beta=PARAMETERS)
def test_a_quantile_is_where_the_distribution_reaches_it(p: float, alpha: float, beta: float) -> None:
    x = quantile(p, alpha, beta)
    assert 0 <= x <= 1
    assert below(x - 1e-9, alpha, beta) <= p + 1e-7
    assert below(x + 1e-9, alpha, beta) >= p - 1e-7


@given(x=st.integers(0, 1024).map(lambda k: k / 1024), alpha=PARAMETERS, beta=PARAMETERS)
def test_the_two_sides_are_one(x: float, alpha: float, beta: float) -> None:
    assert below(x, alpha, beta) + below(1 - x, beta, alpha) == pytest.approx(1, abs=1e-6)


@given(x=SHARES, y=SHARES, alpha=PARAMETERS, beta=PARAMETERS)
def test_it_never_falls(x: float, y: float, alpha: float, beta: float) -> None:
    low, high = sorted((x, y))
    assert below(low, alpha, beta) <= below(high, alpha, beta) + 1e-9


@given(alpha=st.floats(0.5, 500), beta=st.floats(0.5, 500), more=st.floats(0.5, 50))
def test_more_good_raises_it_and_more_bad_lowers_it(alpha: float, beta: float, more: float) -> None:
    here = quantile(0.1, alpha, beta)
    assert quantile(0.1, alpha + more, beta) >= here - 1e-9
    assert quantile(0.1, alpha, beta + more) <= here + 1e-9


@pytest.mark.parametrize("bad", [0.0, -1.0, float("nan"), float("inf")])
def test_impossible_parameters(bad: float) -> None:
    for a, b in ((bad, 1.0), (1.0, bad)):
        with pytest.raises(ValueError, match="above 0"):
            quantile(0.1, a, b)


def test_intervals_of_shares() -> None:
    """Wilson's for 8 of 10; Newcombe's own example, 56 of 70 against 48 of 80 (1998, table II, method 10)."""
    assert wilson(8, 10, 0.95) == pytest.approx((0.4902, 0.9433), abs=1e-4)
    assert newcombe(56, 70, 48, 80, 0.95) == pytest.approx((0.2, 0.0524, 0.3339), abs=1e-4)
    assert wilson(0, 0) == (0, 1)
    assert newcombe(0, 0, 3, 4) == (0, -1, 1)


@given(good=st.integers(0, 300), more=st.integers(0, 300), n=st.integers(1, 300), other=st.integers(0, 300))
def test_an_interval_holds_its_share(good: int, more: int, n: int, other: int) -> None:
    low, high = wilson(good, good + n)
    assert 0 <= low <= good / (good + n) <= high <= 1
    apart, lower, upper = newcombe(good, good + n, more, more + other + 1)
    assert -1 <= lower <= apart <= upper <= 1
