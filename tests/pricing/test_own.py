"""The user's own prices and deployments over the book."""

from __future__ import annotations

import datetime
from typing import Any

import pytest

from trayapp.pricing import Book, BookError, price
from trayapp.pricing.own import FIELDS, laid_over
from trayapp.values import Basis, Leg, Usage

USAGE = Usage(legs=(Leg(input=1_000_000, cache_read=1_000_000, output=1_000_000),), complete=True)
ARN = "arn:aws:bedrock:us-east-1:123456789012:application-inference-profile/abc"


def usd(book: Book, vendor: str, model: str, at_us: int = 1_795_000_000_000_000, **usage: Any) -> int | None:
    used = USAGE if not usage else Usage(legs=USAGE.legs, complete=True, **usage)
    cost = price(used, vendor=vendor, model_asked=model, at_us=at_us, book=book)
    return None if cost.pico is None else cost.pico // 10**9


def own(base: Book, *prices: dict[str, Any], **deployments: str) -> Book:
    return laid_over(base, {"prices": list(prices), "deployments": deployments})[0]


def test_nothing_of_ones_own_is_the_book_itself(shipped: Book) -> None:
    assert laid_over(shipped, {}) == (shipped, ())


def test_a_price_for_what_nobody_knows(shipped: Book) -> None:
    book = own(shipped, {"vendor": "openai", "model": "kimi-k4", "input": 1.25, "output": "10"})
    assert usd(shipped, "openai", "kimi-k4") is None
    # Cached input without a rate of its own is billed as input.
    assert usd(book, "openai", "Kimi-K4") == 1_250 + 1_250 + 10_000
    assert usd(book, "chatgpt", "kimi-k4") == 12_500  # the same provider under another name
    assert usd(book, "moonshotai", "kimi-k4") is None
    assert usd(book, "openai", "kimi-k4-mini") is None
    assert book.version.startswith(shipped.version + "+own:")
    assert book.version != own(shipped, {"model": "kimi-k4", "input": 1, "output": 10}).version


def test_it_outranks_the_book_for_exactly_that_name(shipped: Book) -> None:
    book = own(shipped, {"model": "gpt-5.5", "input": 1, "output": 2, "cache_read": "0.1"})
    assert usd(book, "openai", "gpt-5.5") == 3_100
    assert usd(book, "azure", "gpt-5.5") == 3_100
    assert usd(book, "openai", "gpt-5.5-pro") == usd(shipped, "openai", "gpt-5.5-pro")
    claude = own(shipped, {"model": "claude-opus-5-5", "input": 1, "output": 2})
    assert usd(claude, "anthropic", "claude-opus-5-5[1m]") == 4_000
    # Surcharges for a geography are taken on top, as on the list; a service tier has no price here.
    assert usd(claude, "anthropic", "claude-opus-5-5", geo="us") == 4_400
    assert usd(claude, "anthropic", "claude-opus-5-5", speed="fast") is None


def test_an_unknown_claude_has_its_makers_geographies(shipped: Book) -> None:
    book = own(shipped, {"vendor": "anthropic", "model": "claude-nebula-99", "input": 1, "output": 2})
    assert usd(book, "anthropic", "claude-nebula-99", geo="us") == 4_400
    assert usd(book, "anthropic", "claude-nebula-99-20261101") == 4_000


def test_dated_prices_count_in_their_time_and_the_book_outside(shipped: Book, us: Any) -> None:
    book = own(
        shipped,
        {"model": "gpt-5.5", "input": 1, "output": 1, "from": "2026-12-01", "to": datetime.date(2027, 1, 1)},
        {"model": "gpt-5.5", "input": 2, "output": 2, "from": "2027-01-01T00:00:00Z"},
    )
    for day, amount in (("2026-12-01", 3_000), ("2026-12-31", 3_000), ("2027-01-01", 6_000)):
        assert usd(book, "openai", "gpt-5.5", us(day + "T00:00:00+00:00")) == amount
    before = us("2026-11-30T23:59:59+00:00")
    assert usd(book, "openai", "gpt-5.5", before) == usd(shipped, "openai", "gpt-5.5", before)
    assert usd(book, "openai", "gpt-5.5", before, tier="flex") == usd(shipped, "openai", "gpt-5.5", before, tier="flex")


def test_deployments_are_the_model_that_they_are_mapped_to(shipped: Book) -> None:
    book = own(shipped, **{"azure/My-Deployment": "openai/gpt-5.5", f"bedrock/{ARN}": "bedrock/claude-opus-5-5"})
    assert usd(shipped, "azure", "my-deployment") is None
    assert usd(book, "azure", "my-deployment") == usd(shipped, "openai", "gpt-5.5")
    assert usd(book, "azure", "my-deployment", tier="flex") == usd(shipped, "openai", "gpt-5.5", tier="flex")
    assert usd(book, "bedrock", ARN) == usd(shipped, "bedrock", "claude-opus-5-5")
    assert usd(book, "openai", "my-deployment") is None


def test_a_deployment_may_be_a_model_of_ones_own_and_no_circle_hangs(shipped: Book) -> None:
    sections = {
        "prices": [{"vendor": "azure", "model": "house", "input": 1, "output": 1}],
        "deployments": {"azure/a": "azure/house", "azure/b": "azure/c", "azure/c": "azure/b"},
    }
    book, lost = laid_over(shipped, sections)
    assert usd(book, "azure", "a") == 3_000
    assert lost == ("azure/b", "azure/c")
    assert usd(book, "azure", "b") is None


def test_known_zeros_are_what_they_are(shipped: Book) -> None:
    book = own(shipped, {"model": "gift", "input": 0, "output": 0})
    cost = price(USAGE, vendor="openai", model_asked="gift", at_us=0, book=book)
    assert (cost.pico, cost.basis) == (0, Basis.LIST)


@pytest.mark.parametrize(
    ("entry", "words"),
    [
        ({"input": 1, "output": 1}, "names no model"),
        ({"model": " ", "input": 1, "output": 1}, "names no model"),
        ({"model": "a"}, "has no rates"),
        ({"model": "a", "input": -1, "output": 1}, "is no price"),
        ({"model": "a", "input": "dear", "output": 1}, "is no price"),
        ({"model": "a", "input": True, "output": 1}, "is no number"),
        ({"model": "a", "input": 10**9, "output": 1}, ""),
        ({"model": "a", "inptu": 1, "output": 1}, "inptu"),
        ({"model": "a", "input": 1, "output": 1, "from": "soon"}, "date"),
        ({"model": "a", "input": 1, "output": 1, "from": 5}, "date"),
        ({"model": "a", "input": 1, "output": 1, "from": "2026-12-02", "to": "2026-12-01"}, "ends before"),
        ({"model": "a", "vendor": 5, "input": 1, "output": 1}, "vendor"),
    ],
)
def test_a_malformed_price_is_named(shipped: Book, entry: dict[str, Any], words: str) -> None:
    if not words:
        laid_over(shipped, {"prices": [entry]})
        return
    with pytest.raises(BookError) as caught:
        laid_over(shipped, {"prices": [entry]})
    assert words in caught.value.message


def test_two_prices_at_once_and_a_crooked_deployment_are_refused(shipped: Book) -> None:
    twice = {"model": "a", "input": 1, "output": 1}
    with pytest.raises(BookError, match="at the same time"):
        own(shipped, twice, twice)
    for name, target in (("azure", "openai/x"), ("azure/x", "gpt"), ("azure/x", 5)):
        with pytest.raises(BookError, match="VENDOR/NAME"):
            laid_over(shipped, {"deployments": {name: target}})
    assert {"input", "cache_write_1h", "web_search_k"} <= set(FIELDS)
