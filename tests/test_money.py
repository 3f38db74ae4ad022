"""Money as people read it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trayapp.money import dollars, tokens


@pytest.mark.parametrize(
    ("pico", "text"),
    [
        (None, "unpriced"),
        (0, "$0.00"),
        (1, "<$0.0001"),
        (4_200_000_000, "$0.0042"),
        (12_200_000_000_000, "$12.20"),
        (-920_000_000_000, "−$0.92"),
        (1_234_500_000_000_000, "$1,234"),
        (999_999_999_999_999, "$1000.00"),
    ],
)
def test_dollars(pico: int | None, text: str) -> None:
    assert dollars(pico) == text


def test_an_estimate_says_so() -> None:
    assert dollars(5 * 10**12, estimated=True) == "≈$5.00"
    assert dollars(None, estimated=True) == "unpriced"


@given(st.integers(1, 10**18))
def test_what_costs_something_never_reads_as_nothing(pico: int) -> None:
    assert dollars(pico) != "$0.00"


@pytest.mark.parametrize(
    ("count", "text"),
    [(0, "0"), (999, "999"), (1000, "1.0k"), (12_440, "12.4k"), (123_456, "123k"), (1_250_000, "1.2M")],
)
def test_tokens(count: int, text: str) -> None:
    assert tokens(count) == text
