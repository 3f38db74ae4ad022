"""What the shipped book says, against what the vendors published."""

from __future__ import annotations

import time
from collections.abc import Callable
from decimal import Decimal

import pytest

from trayapp.platform.resources import resource
from trayapp.pricing import Book, load, price
from trayapp.values import Leg, Usage

Us = Callable[[str], int]

# USD per million: input, output, 5-minute write, 1-hour write, read (Claude Code 2.1.330's catalogue, 2026-11).
CLAUDE = {
    "claude-haiku-5-5": "0.10 0.50 0.125 0.20 0.01",
    "claude-haiku-4-5": "1 5 1.25 2 0.10",
    "claude-sonnet-5-5": "2 10 2.5 4 0.10",
    "claude-sonnet-5": "2 10 2.5 4 0.20",
    "claude-sonnet-4-6": "3 15 3.75 6 0.30",
    "claude-sonnet-4-5": "3 15 3.75 6 0.30",
    "claude-opus-5-5": "4 20 5 8 0.20",
    "claude-opus-5": "5 25 6.25 10 0.50",
    "claude-opus-4-8": "5 25 6.25 10 0.50",
    "claude-opus-4-7": "5 25 6.25 10 0.50",
    "claude-opus-4-6": "5 25 6.25 10 0.50",
    "claude-opus-4-5": "5 25 6.25 10 0.50",
    "claude-opus-4-1": "15 75 18.75 30 1.5",
    "claude-fable-5-2": "8 40 10 16 0.20",
    "claude-mythos-5-2": "8 40 10 16 0.20",
    "claude-fable-5-1": "10 50 12.5 20 0.25",
    "claude-fable-5": "10 50 12.5 20 1",
}


def usd_per_million(shipped: Book, vendor: str, model: str, at_us: int, **more: object) -> list[Decimal]:
    found = shipped.match(vendor, model)
    assert found is not None, model
    quote = found.quote(at_us, **more)  # type: ignore[arg-type]
    assert quote is not None, model
    names = ("input", "output", "cache_write", "cache_write_1h", "cache_read")
    return [Decimal(quote.rates[n] * quote.multiplier) / 10**12 for n in names if n in quote.rates]


@pytest.mark.parametrize("model", CLAUDE)
def test_claude_as_claude_code_has_it(shipped: Book, us: Us, model: str) -> None:
    expected = [Decimal(x) for x in CLAUDE[model].split()]
    assert usd_per_million(shipped, "anthropic", model, us("2026-11-23T12:00:00Z")) == expected


@pytest.mark.parametrize(
    ("model", "factor"),
    [
        ("claude-opus-5-5", 2),
        ("claude-fable-5-2", 2),
        ("claude-opus-5", 2),
        ("claude-opus-4-7", 6),
        ("claude-opus-4-6", 6),
    ],
)
def test_claude_fast_mode(shipped: Book, us: Us, model: str, factor: int) -> None:
    at = us("2026-11-23T12:00:00Z")
    slow, fast = (usd_per_million(shipped, "anthropic", model, at, variant=v) for v in (None, "fast"))
    assert fast == [rate * factor for rate in slow]


@pytest.mark.parametrize(
    ("vendor", "model", "at", "pair"),
    [
        ("gemini", "gemini-4-argon", "2026-11-30T23:59:59Z", "2 10"),
        ("gemini", "gemini-4-argon", "2026-12-01T00:00:00Z", "4 20"),
        ("gemini", "gemini-3.8-flash", "2026-12-31T23:59:59Z", "0.75 3.75"),
        ("gemini", "gemini-3.8-flash", "2027-01-01T00:00:00Z", "1.5 7.5"),
        ("gemini", "gemini-3.6-flash", "2026-08-11T12:00:00Z", "1.5 7.5"),
        ("gemini", "gemini-3.6-flash", "2026-11-23T12:00:00Z", "0.75 3.75"),
        ("openai", "gpt-5.6-sol", "2026-08-20T23:59:59Z", "5 30"),
        ("openai", "gpt-5.6-sol", "2026-08-21T00:00:00Z", "4 20"),
        ("mistral", "mistral-large-4", "2026-10-19T00:00:00Z", "0.68 2.09"),
        ("mistral", "mistral-large-4", "2026-10-28T23:59:59Z", "1.36 4.18"),
        ("mistral", "mistral-large-4", "2026-10-29T00:00:00Z", "0.7 2.1"),
        ("deepseek", "deepseek-v4-pro", "2026-11-23T02:00:00Z", "1.32 3.96"),
        ("deepseek", "deepseek-v4-pro", "2026-11-22T02:00:00Z", "0.66 1.98"),
    ],
)
def test_prices_by_date(shipped: Book, us: Us, vendor: str, model: str, at: str, pair: str) -> None:
    assert usd_per_million(shipped, vendor, model, us(at))[:2] == [Decimal(x) for x in pair.split()]


def test_an_unknown_time_of_a_known_model_is_unpriced(shipped: Book, us: Us) -> None:
    model = shipped.match("gemini", "gemini-3.6-flash")
    assert model is not None
    assert model.quote(us("2026-09-15T00:00:00Z")) is None


def test_ultrafast_doubles_on_a_pacific_midnight(shipped: Book, us: Us) -> None:
    for at, factor in [("2027-03-01T07:59:59Z", 3), ("2027-03-01T08:00:00Z", 6)]:
        rates = usd_per_million(shipped, "openai", "gpt-6.2-sol", us(at), variant="ultrafast")
        assert rates[:2] == [2 * factor, 10 * factor]


@pytest.mark.parametrize(
    ("vendor", "model", "threshold", "below", "above"),
    [
        ("anthropic", "claude-sonnet-4-5-20250929", 200_001, "3 15", "6 22.5"),
        ("anthropic", "claude-haiku-5-5", 100_001, "0.1 0.5", "0.5 2.5"),
        ("openai", "gpt-6.1-sol", 272_001, "2 10", "4 15"),
        ("gemini", "gemini-2.5-pro", 200_001, "1.25 10", "2.5 15"),
        ("xai", "grok-4.7", 200_000, "2 6", "4 12"),
    ],
)
def test_long_prompts(shipped: Book, us: Us, vendor: str, model: str, threshold: int, below: str, above: str) -> None:
    at = us("2025-11-01T12:00:00Z")
    for prompt, pair in [(threshold - 1, below), (threshold, above)]:
        rates = usd_per_million(shipped, vendor, model, at, prompt=prompt)
        assert rates[:2] == [Decimal(x) for x in pair.split()]


def test_a_long_prompt_whose_tier_is_not_published_is_unpriced(shipped: Book, us: Us) -> None:
    usage = Usage(legs=(Leg(input=272_001),), tier="priority")
    cost = price(usage, vendor="openai", model_asked="gpt-5.4", at_us=us("2026-11-23T12:00:00Z"), book=shipped)
    assert cost.pico is None
    assert cost.flags == ("missing_rate", "missing_rate:input")


@pytest.mark.parametrize(
    ("vendor", "model"),
    [
        ("anthropic", "opus"),
        ("anthropic", "claude-opus-9"),
        ("openai", "gpt-5.3-codex-spark"),
        ("anthropic", "sonnet"),
        ("openai", "ft:gpt-4.1-mini:acme::abc"),
        ("openai", "ft:gpt-5.5:acme::abc"),
        ("openai", "ft:gpt-4o-2024-11-20:acme::abc"),
        ("openai", "gpt-5-codex-mini"),
        ("openai", "gpt-oss-120b"),
        ("kimi", "kimi-for-coding"),
        ("moonshotai", "kimi-latest"),
        ("zhipuai", "glm-5.3"),
        ("any", "glm-5.3"),
        ("any", "qwen3-coder-plus"),
        ("any", "llama-3.3-70b-versatile"),
        ("groq", "kimi-k3.1-pro"),
        ("huggingface", "openai/gpt-oss-120b:groq"),
        ("bedrock", "claude-opus-5-5"),
        ("bedrock", "jp.amazon.nova-2-lite-v1:0"),
        ("bedrock", "sa.amazon.nova-pro-v1:0"),
        ("vertex", "publishers/mistralai/models/mistral-large-4"),
        ("openrouter", "openai/gpt-5-mini:online"),
        ("openrouter", "openai/gpt-5-mini:nitro"),
        ("openrouter", "~anthropic/claude-sonnet-latest"),
        ("openrouter", "openrouter/auto"),
        ("azure", "team-coder"),
        ("openai", "gpt-6.1"),
        ("mistral", "mistral-large-latest"),
        ("bedrock", "arn:aws:bedrock:us-east-1:1:application-inference-profile/abc"),
        ("openrouter", "auto"),
    ],
)
def test_names_that_nobody_priced(shipped: Book, vendor: str, model: str) -> None:
    assert shipped.match(vendor, model) is None


def test_retired_models_and_their_snapshots_stay(shipped: Book) -> None:
    for vendor, model in [
        ("anthropic", "claude-sonnet-4-20250514"),
        ("anthropic", "claude-3-5-sonnet-20241022"),
        ("openai", "gpt-4o-2024-05-13"),
        ("xai", "grok-3-mini"),
        ("xai", "grok-code-fast-1"),
        ("gemini", "claude-sonnet-4-5@20250929"),
    ]:
        assert shipped.match(vendor, model) is not None, model


def test_no_model_is_priced_zero_by_accident(shipped: Book) -> None:
    for model in shipped.models:
        for period in model.prices:
            assert period.rates is not None
            assert model.free or any(period.rates.values()), model.id


def test_loading_and_pricing_do_not_hang(shipped: Book) -> None:
    data = resource("pricebook.json").read_bytes()
    start = time.perf_counter()
    load(data)
    assert time.perf_counter() - start < 1.5
    usage = Usage(legs=(Leg(input=10, cache_read=1000, cache_write=100, output=50),), tier="standard", web_searches=1)
    start = time.perf_counter()
    for _ in range(1000):
        price(usage, vendor="anthropic", model_asked="claude-opus-5-5", at_us=0, book=shipped)
    assert (time.perf_counter() - start) / 1000 < 600e-6


@pytest.mark.parametrize(
    ("vendor", "model", "seller", "pair"),
    [
        ("bedrock", "amazon.nova-pro-v1:0", "aws", "0.8 3.2"),
        ("amazon-bedrock", "us.amazon.nova-micro-v1:0", "aws", "0.035 0.14"),
        ("bedrock", "eu.amazon.nova-micro-v1:0", "aws", "0.046 0.184"),
        ("bedrock", "apac.amazon.nova-pro-v1:0", "aws", "0.84 3.36"),
        ("bedrock", "us.meta.llama3-3-70b-instruct-v1:0", "aws", "0.72 0.72"),
        ("bedrock", "us.deepseek.r1-v1:0", "aws", "1.35 5.4"),
        ("bedrock", "deepseek.v3-v1:0", "aws", "0.58 1.68"),
        ("bedrock", "mistral.mistral-large-2407-v1:0", "aws", "2 6"),
        ("bedrock", "openai.gpt-oss-120b-1:0", "aws", "0.15 0.6"),
        ("bedrock", "qwen.qwen3-coder-480b-a35b-v1:0", "aws", "0.45 1.8"),
        ("bedrock", "global.openai.gpt-6.1-sol", "aws", "2 10"),
        ("bedrock", "us.openai.gpt-6.1-sol", "aws", "2.2 11"),
        ("bedrock", "openai.gpt-6-luna", "aws", "0.11 0.55"),
        ("bedrock", "arn:aws:bedrock:us-east-1::foundation-model/amazon.nova-lite-v1:0", "aws", "0.06 0.24"),
        ("any", "bedrock/us.amazon.nova-lite-v1:0", "aws", "0.06 0.24"),
        ("any", "bedrock/us.anthropic.claude-opus-5-5", "anthropic", "4 20"),
        ("any", "claude-opus-5-5", "anthropic", "4 20"),
        ("any", "claude-mythos-5-2", "anthropic", "8 40"),
        ("any", "gpt-6.1-sol", "openai", "2 10"),
        ("any", "gemini-4-argon", "google", "2 10"),
        ("any", "grok-4.7", "x-ai", "2 6"),
        ("any", "vertex_ai/gemini-4-argon", "google", "2 10"),
        ("any", "azure/gpt-5.5", "openai", "5 30"),
        ("any", "openrouter/anthropic/claude-opus-5.5", "anthropic", "4 20"),
        ("any", "groq/openai/gpt-oss-120b", "groq", "0.15 0.6"),
        ("openai", "claude-opus-5-5", "anthropic", "4 20"),
        ("openrouter", "anthropic/claude-opus-5.5:thinking", "anthropic", "4 20"),
        ("openrouter", "anthropic/claude-sonnet-4.5:beta", "anthropic", "3 15"),
        ("openai", "ft:gpt-4.1-mini-2025-04-14:acme:name:abc", "openai", "0.8 3.2"),
        ("openai", "ft:o4-mini-2025-04-16:acme::abc", "openai", "4 16"),
        ("google-vertex-anthropic", "claude-opus-5-5", "google", "4 20"),
        ("google_genai", "models/gemini-4-argon", "google", "2 10"),
        ("z.ai", "glm-5.3", "zai", "1.4 4.4"),
        ("dashscope", "qwen3.8-max", "alibaba", "2 6"),
        ("github_copilot", "claude-opus-5-5", "anthropic", "4 20"),
        ("mistral", "devstral-2512", "mistral", "0.4 2"),
        ("deepseek", "deepseek-v4-flash", "deepseek", "0.15 0.6"),
    ],
)
def test_names_of_clouds_and_gateways(shipped: Book, us: Us, vendor: str, model: str, seller: str, pair: str) -> None:
    found = shipped.match(vendor, model)
    assert found is not None
    assert found.provider == seller
    quote = found.quote(us("2026-11-23T15:00:00Z"))
    assert quote is not None
    rates = [Decimal(quote.rates[n]) / 10**6 for n in ("input", "output")]
    assert rates == [Decimal(x) for x in pair.split()]
