from __future__ import annotations

from trayapp.pricing import Book, rate_of


def test_rates_for_running_numbers(shipped: Book) -> None:
    assert rate_of(shipped, "anthropic", "claude-haiku-5-5", 0) == (100_000, 500_000)
    assert rate_of(shipped, "anthropic", "claude-haiku-5-5", 0, prompt=100_001) == (500_000, 2_500_000)
    assert rate_of(shipped, "openai", "text-embedding-3-small", 0) == (20_000, 0)
    assert rate_of(shipped, "ollama", "llama3", 0) == (0, 0)
    assert rate_of(shipped, "openai", "unheard-of", 0) is None
    assert rate_of(shipped, "openai", None, 0) is None
