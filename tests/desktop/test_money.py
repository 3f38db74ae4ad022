"""Amounts in words."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trayapp.desktop import money
from trayapp.snapshot import Slice, Today
from trayapp.values import PICO

CENT = PICO // 100


@pytest.mark.parametrize(
    ("pico", "options", "text"),
    [
        (None, {}, "unpriced"),
        (0, {}, "$0.00"),
        (1, {}, "<$0.01"),
        (CENT // 2 - 1, {}, "<$0.01"),
        (CENT // 2, {}, "$0.01"),
        (12 * PICO + 20 * CENT, {}, "$12.20"),
        (999 * PICO + 99 * CENT, {}, "$999.99"),
        (999_995 * PICO // 1000, {}, "$1,000"),
        (1_234 * PICO, {}, "$1,234"),
        (-50 * CENT, {}, "−$0.50"),
        (4 * PICO // 1000, {"fine": True}, "$0.004"),
        (42 * PICO // 1000, {"fine": True, "estimated": True}, "≈$0.042"),
        (1, {"fine": True}, "<$0.001"),
        (2 * PICO, {"fine": True}, "$2.00"),
        (None, {"estimated": True}, "unpriced"),
    ],
)
def test_dollars(pico, options, text):
    assert money.dollars(pico, **options) == text


@given(st.integers(min_value=1, max_value=10**22))
def test_what_is_above_zero_is_never_written_as_zero(pico):
    for fine in (False, True):
        text = money.dollars(pico, fine=fine)
        assert any(digit in text for digit in "123456789"), text


@given(st.integers(min_value=0, max_value=999 * PICO))
def test_the_text_is_right_to_half_a_cent(pico):
    text = money.dollars(pico)
    if text.startswith("<"):
        assert 0 < pico < CENT / 2
    else:
        whole, cents = text.removeprefix("$").split(".")
        assert abs((int(whole) * 100 + int(cents)) * CENT - pico) <= CENT // 2


def test_one_dollar_is_what_everybody_says_it_is():
    assert money.PICO == PICO


def test_budget_leaves_out_even_cents():
    assert money.budget(20 * PICO) == "$20"
    assert money.budget(7 * PICO + 50 * CENT) == "$7.50"


def test_a_day_without_a_single_price_is_not_zero():
    assert money.spent(Today(calls=3, unpriced=3)) == "unpriced"
    assert money.spent(Today(calls=3, unmetered=2, errors=1)) == "unpriced"
    assert money.spent(Today(calls=3, unpriced=1)) == "$0.00"  # Two known zeros.
    assert money.spent(Today()) == "$0.00"


def test_an_estimate_is_marked():
    assert money.spent(Today(pico=PICO, pico_estimated=1, calls=1)) == "≈$1.00"
    assert money.spent(Today(pico=PICO, calls=1), PICO) == "≈$2.00"
    assert money.spent(Today(pico=PICO, calls=1)) == "$1.00"


def test_slices_say_what_is_missing():
    assert money.of_slice(Slice(name="a", pico=PICO, calls=2)) == "$1.00"
    assert money.of_slice(Slice(name="a", pico=PICO, calls=4, unpriced=2)) == "$1.00 + 2 unpriced"
    assert money.of_slice(Slice(name="a", calls=2, unpriced=2)) == "unpriced"
    assert money.of_slice(Slice(name="a", calls=2)) == "$0.00"


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (0, "0"),
        (9_999, "9,999"),
        (12_449, "12.4k"),
        (99_960, "100k"),
        (949_999, "950k"),
        (999_949, "1000k"),
        (1_300_000, "1.3M"),
        (2_000_000_000, "2,000M"),
    ],
)
def test_count(number, text):
    assert money.count(number) == text


def test_calls():
    assert money.calls(1) == "1 call"
    assert money.calls(1204) == "1,204 calls"


@pytest.mark.parametrize(
    ("us", "text"),
    [
        (-5, "0.0 s"),
        (400_000, "0.4 s"),
        (9_990_000, "9.9 s"),
        (14_200_000, "14 s"),
        (125_000_000, "2 min 05 s"),
        (3_840_000_000, "1 h 04 min"),
    ],
)
def test_duration(us, text):
    assert money.duration(us) == text
