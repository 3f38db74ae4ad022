"""Frontier: the upper half of a ladder, dear beside its smallest; off the ladders by price alone."""

from __future__ import annotations

import pytest

from trayapp.pricing import Book
from trayapp.routing.frontier import frontier
from trayapp.routing.ladders import LADDERS, below, rung

NOW = 1_795_000_000_000_000


@pytest.mark.parametrize(
    ("vendor", "model", "large"),
    [
        ("anthropic", "claude-fable-5-2", True),
        ("anthropic", "claude-opus-5-5", True),
        ("anthropic", "claude-opus-4-8", True),
        ("anthropic", "claude-sonnet-5-5", False),
        ("anthropic", "claude-haiku-4-5-20251001", False),
        ("openai", "gpt-6.1-sol", True),
        ("chatgpt", "gpt-6-astra", True),
        ("openai", "gpt-6.1-terra", False),
        ("openai", "gpt-6-luna", False),
        ("gemini", "gemini-3.1-pro-preview", True),
        ("gemini", "gemini-3.8-flash", False),  # on top of its ladder, but not four times as dear
        ("gemini", "gemini-4-argon", True),  # on no ladder
        ("mistral", "mistral-large-4", False),
        ("openrouter", "anthropic/claude-opus-5.5", True),
        ("anthropic", "zebra-9", False),
        ("ollama", "claude-opus-5-5", False),  # on the user's own machine
    ],
)
def test_what_is_frontier(shipped: Book, vendor: str, model: str, large: bool) -> None:
    assert frontier(shipped, vendor, model, NOW) is large


def test_the_smallest_of_a_ladder_is_never_frontier() -> None:
    for ladder in LADDERS:
        for model in ladder:
            place = rung(model)
            assert place is not None
            at, found = place
            assert found[at + 1 :] == below(model)
    assert rung("zebra-9") is None
