"""Money as people read it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trayapp.money import count, dollars, plural


@pytest.mark.parametrize(
    ("pico", "text", "fine"),
    [
        (None, "unpriced", "unpriced"),
        (0, "$0.00", "$0.000"),
        (1, "<$0.01", "<$0.001"),
        (42_000_000_000, "$0.04", "$0.042"),
        (12_200_000_000_000, "$12.20", "$12.20"),
        (-920_000_000_000, "−$0.92", "−$0.920"),
        (1_234_500_000_000_000, "$1,235", "$1,235"),
        (999_994_999_999_999, "$999.99", "$999.99"),
    ],
)
def test_dollars(pico: int | None, text: str, fine: str) -> None:
    assert dollars(pico) == text
    assert dollars(pico, fine=True) == fine


def test_an_estimate_says_so() -> None:
    assert dollars(5 * 10**12, estimated=True) == "≈$5.00"
    assert dollars(None, estimated=True) == "unpriced"


@given(st.integers(1, 10**18), st.booleans())
def test_what_costs_something_never_reads_as_nothing(pico: int, fine: bool) -> None:
    assert dollars(pico, fine=fine).strip("$0.") != ""


@pytest.mark.parametrize(
    ("number", "text"),
    [(0, "0"), (999, "999"), (1204, "1,204"), (12_440, "12.4k"), (123_456, "123k"), (1_250_000, "1.3M")],
)
def test_count(number: int, text: str) -> None:
    assert count(number) == text


def test_plural() -> None:
    assert (plural(1, "call"), plural(2, "call"), plural(2, "entry", "entries")) == ("1 call", "2 calls", "2 entries")
