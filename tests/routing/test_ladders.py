"""Which models may stand in for a dearer one."""

from __future__ import annotations

from itertools import pairwise

import pytest

from trayapp.engine.pricebook import shipped_bytes
from trayapp.pricing import load
from trayapp.routing.booked import booked
from trayapp.routing.ladders import LADDERS, below

SELLERS = {"claude": "anthropic", "gpt": "openai", "gemini": "gemini"}


@pytest.mark.parametrize(
    ("model", "found"),
    [
        ("claude-opus-5-5", ("claude-sonnet-5-5", "claude-haiku-5-5")),
        ("claude-opus-4-5-20251101", ("claude-sonnet-4-5", "claude-haiku-4-5")),
        ("anthropic/claude-opus-4.5", ("anthropic/claude-sonnet-4.5", "anthropic/claude-haiku-4.5")),
        ("models/gemini-3.8-flash", ("models/gemini-3.5-flash-lite",)),
        ("GPT-6.1-sol", ("gpt-6.1-terra", "gpt-6-luna")),
        ("claude-haiku-5-5", ()),
        ("somebody-elses", ()),
    ],
)
def test_below(model, found):
    assert below(model) == found


@pytest.mark.parametrize("ladder", LADDERS)
def test_each_step_down_is_in_the_book_and_costs_less(ladder):
    book = load(shipped_bytes())
    seller = SELLERS[ladder[0].partition("-")[0]]
    at = 1_795_000_000_000_000
    prices = [booked(book, seller, model, at).cost.prices[0].steps[0].rates for model in ladder]
    for dear, cheap in pairwise(prices):
        assert cheap.output < dear.output or cheap.write < dear.write
        assert cheap.output <= dear.output
        assert cheap.write <= dear.write
