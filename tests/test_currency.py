"""Amounts in another currency: dated rates that were typed, exact until the last digit is cut off."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trayapp.currency import CurrencyError, Rates, read
from trayapp.money import PICO, USD, beside, converted, currency, dollars

ENTRIES = [
    {"code": "eur", "from": date(2026, 1, 1), "per_usd": 0.92},
    {"code": "EUR", "from": "2026-11-01", "per_usd": "0.9"},
    {"code": "JPY", "from": date(2026, 1, 1), "per_usd": 150},
]


def at(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp()) * 10**6


def test_the_newest_rate_that_holds() -> None:
    rates = read("eur", ENTRIES)
    assert rates.at(at("2026-10-31T23:59:59")).rate == "0.92"
    assert rates.at(at("2026-11-01")).rate == "0.9"
    assert rates.at(at("2025-12-31")) is USD
    assert rates.note(at("2026-11-01")) == "converted at 0.9 EUR for $1, the rate of 2026-11-01"
    assert rates.note(at("2025-12-31")) == "in USD: no rate for EUR holds"
    assert read("GBP", ENTRIES).at(at("2026-11-01")) is USD
    for plain in (read(None, ENTRIES), read("usd", []), Rates()):
        assert (plain.at(0), plain.note(0)) == (USD, "")


@pytest.mark.parametrize(
    "entry",
    [
        {},
        {"code": "EUR"},
        {"code": "EUR", "from": "2026-01-01"},
        {"code": "EUR", "from": "soon", "per_usd": 1},
        {"code": "EUR", "from": datetime(2026, 1, 1, tzinfo=UTC), "per_usd": 1},
        {"code": "EURO", "from": "2026-01-01", "per_usd": 1},
        {"code": "€€€", "from": "2026-01-01", "per_usd": 1},
        {"code": "EUR", "from": "2026-01-01", "per_usd": 0},
        {"code": "EUR", "from": "2026-01-01", "per_usd": "NaN"},
        {"code": "EUR", "from": "2026-01-01", "per_usd": "1e999999"},
        {"code": "EUR", "from": "2026-01-01", "per_usd": True},
        {"code": "USD", "from": "2026-01-01", "per_usd": 1},
        {"code": "EUR", "from": "2026-01-01", "per_usd": 1, "to": "2026-02-01"},
    ],
)
def test_what_is_no_rate_is_refused(entry: dict[str, Any]) -> None:
    with pytest.raises(CurrencyError) as caught:
        read("EUR", [entry])
    assert "[[currency]]" in str(caught.value)


def test_two_rates_of_one_day_contradict_each_other() -> None:
    with pytest.raises(CurrencyError):
        read("EUR", [ENTRIES[0], {**ENTRIES[0], "per_usd": 1}])


@pytest.mark.parametrize(
    ("pico", "code", "rate", "text"),
    [
        (12 * PICO, "EUR", "0.9", "€10.80"),
        (12 * PICO, "CHF", "0.8", "CHF 9.60"),
        (PICO // 1000, "GBP", "0.75", "<£0.01"),
        (12 * PICO, "JPY", "150", "¥1,800"),
        (-PICO, "EUR", "0.5", "−€0.50"),
        (None, "EUR", "0.5", "unpriced"),
        (0, "EUR", "0.5", "€0.00"),
    ],
)
def test_amounts(pico: int | None, code: str, rate: str, text: str) -> None:
    assert dollars(pico, shown=currency(code, rate)) == text


@given(st.integers(0, 999 * PICO), st.decimals("0.0001", "1", places=4))
def test_the_conversion_is_rounded_once(pico: int, rate: Decimal) -> None:
    text = dollars(pico, shown=currency("EUR", str(rate)))
    exact = Decimal(pico) / PICO * rate
    rounded = exact.quantize(Decimal("0.01"), ROUND_HALF_UP)
    assert text == ("<€0.01" if exact and not rounded else f"€{rounded}")


@given(st.integers(-(10**16), 10**16), st.booleans())
def test_one_for_one_reads_as_dollars(pico: int, fine: bool) -> None:
    assert dollars(pico, fine=fine, shown=currency("EUR", "1")).replace("€", "$") == dollars(pico, fine=fine)


def test_what_stands_beside_the_list_price() -> None:
    assert beside(PICO, PICO, PICO) == ""
    assert beside(PICO, None, None) == ""
    assert beside(PICO, PICO // 2, PICO // 2) == "$0.50 by contract"
    assert beside(PICO, PICO, 0) == "≈ API value · adds $0.00 to the bill"
    assert beside(PICO, PICO // 2, 0) == "$0.50 by contract · adds $0.00 to the bill"
    assert beside(PICO, 0, 0, unknown=2) == "adds $0.00 to the bill, unknown for 2 calls"
    assert beside(PICO, PICO, 0, shown=currency("EUR", "0.9")) == "≈ API value · adds €0.00 to the bill"
    assert converted("USD", USD) == ""
