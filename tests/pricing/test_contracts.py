from __future__ import annotations

from typing import Any

import pytest

from trayapp.pricing import BookError, contract
from trayapp.pricing.contracts import Occasion, first, pico_rate


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"times_list": "0.9", "usd_per_million": {"input": "1"}},
        {"times_list": "0"},
        {"times_list": "-1"},
        {"times_list": "10.1"},
        {"times_list": "much"},
        {"usd_per_million": {"thoughts": "1"}},
        {"usd_per_million": {"input_k": "1"}},
        {"usd_per_million": {"web_search": "1"}},
        {"usd_per_million": {"input": "-1"}},
        {"usd_per_million": {"input": "0.0000001"}},
        {"usd_per_million": {"input": "Infinity"}},
        {"usd_per_million": {"input": "1e999990"}},
        {"usd_per_million": {"input": "1e-999990"}},
        {"usd_per_million": {"input": "1000000001"}},
        {"times_list": "1e999999"},
        {"times_list": "1e-999999"},
    ],
)
def test_what_is_no_contract_is_refused(fields: dict[str, Any]) -> None:
    with pytest.raises(BookError) as caught:
        contract(**fields)
    assert caught.value.fix or caught.value.title


def test_one_cache_write_covers_every_life_time() -> None:
    made = contract(usd_per_million={"cache_write": "2", "cache_write_1h": "3", "web_search_k": "8"})
    assert made.rates == {
        "cache_write": 2_000_000,
        "cache_write_1h": 3_000_000,
        "cache_write_12h": 2_000_000,
        "web_search": 8_000_000_000,
    }


def test_the_first_that_covers_a_call_is_taken() -> None:
    narrow = contract(provider="anthropic", model="Claude-Opus-*", since_us=10, until_us=20, times_list="0.5")
    wide = contract(provider="anthropic", times_list="0.9")
    both = (narrow, wide)

    def call(at_us: int, vendor: str = "anthropic", model: str | None = "claude-opus-5-5") -> Occasion:
        return Occasion(vendors=(vendor,), models=() if model is None else (model,), at_us=at_us)

    assert first(both, call(10)) is narrow
    assert first(both, call(20)) is wide
    assert first(both, call(9)) is wide
    assert first(both, call(15, model="claude-haiku-5-5")) is wide
    assert first(both, call(15, model=None)) is wide
    assert first(both, call(15, vendor="openai")) is None


def test_rates_are_exact() -> None:
    assert pico_rate("0.0028") == 2800
    assert pico_rate("10", per=1000) == 10**10
