"""What the shipped book says, against what the vendors published."""

from __future__ import annotations

import itertools
import timeit
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
        ("deepseek", "deepseek-v4-pro", "2026-11-24T00:59:59Z", "0.66 1.98"),
        ("deepseek", "deepseek-v4-pro", "2026-11-24T01:00:00Z", "1.32 3.96"),
        ("deepseek", "deepseek-v4-pro", "2026-11-24T03:59:59Z", "1.32 3.96"),
        ("deepseek", "deepseek-v4-pro", "2026-11-24T04:00:00Z", "0.66 1.98"),
        ("deepseek", "deepseek-v4-pro", "2026-11-24T06:00:00Z", "1.32 3.96"),
        ("deepseek", "deepseek-v4-pro", "2026-11-24T10:00:00Z", "0.66 1.98"),
        ("deepseek", "deepseek-v4-pro", "2026-11-28T07:00:00Z", "0.66 1.98"),
        ("deepseek", "deepseek-v4-pro", "2026-08-10T02:00:00Z", "0.435 0.87"),
        ("deepseek", "deepseek-v4-flash", "2026-11-23T02:00:00Z", "0.3 1.2"),
        ("gemini", "gemini-4-carbon", "2026-11-30T23:59:59Z", "2 10"),
        ("gemini", "gemini-4-carbon", "2026-12-01T00:00:00Z", "4 20"),
        ("gemini", "gemini-4-hydrogen", "2026-11-23T00:00:00Z", "1.5 7.5"),
        ("gemini", "gemini-3.6-flash", "2026-12-31T23:59:59Z", "0.75 3.75"),
        ("gemini", "gemini-3.6-flash", "2027-01-01T00:00:00Z", "1.5 7.5"),
        ("gemini", "gemini-3.7-flash", "2026-12-31T23:59:59Z", "0.75 3.75"),
        ("gemini", "gemini-3.7-flash", "2027-01-01T00:00:00Z", "1.5 7.5"),
        ("openai", "gpt-5.6-terra", "2026-07-29T23:59:59Z", "2.5 15"),
        ("openai", "gpt-6.1-terra", "2026-11-23T00:00:00Z", "1 5"),
        ("openai", "gpt-6.2-sol", "2026-11-23T00:00:00Z", "2 10"),
        ("mistral", "devstral-2512", "2026-11-23T00:00:00Z", "0.4 2"),
        ("xai", "grok-code-fast-1", "2026-04-01T00:00:00Z", "0.2 1.5"),
        ("alibaba", "qwen3.8-max", "2026-11-23T00:00:00Z", "2 6"),
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
        ("openai", "gpt-6.1-terra", 272_001, "1 5", "2 7.5"),
        ("openai", "gpt-6.2-sol", 272_001, "2 10", "4 15"),
        ("openai", "gpt-5.5-pro", 272_001, "30 180", "60 270"),
        ("anthropic", "claude-sonnet-4-20250514", 200_001, "3 15", "6 22.5"),
        ("anthropic", "claude-opus-4-6", 200_001, "5 25", "10 37.5"),
        ("qwen", "qwen3-coder-plus", 32_001, "1 5", "1.8 9"),
        ("qwen", "qwen3-coder-plus", 128_001, "1.8 9", "3 15"),
        ("qwen", "qwen3-coder-plus", 256_001, "3 15", "6 60"),
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
        ("azure", "mistral-large-latest"),
        ("azure", "kimi-k3.1-pro"),
        ("anthropic", "claude-mythos-preview"),
        ("github-copilot", "gpt-4o-2024-05-13"),
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


@pytest.mark.parametrize("model", ["claude-sonnet-4-5", "claude-sonnet-4-20250514"])
def test_the_long_window_of_sonnet_4_ended_with_its_beta(shipped: Book, us: Us, model: str) -> None:
    for prompt, at, priced in [
        (200_001, "2026-04-30T12:00:00Z", True),
        (200_001, "2026-05-01T00:00:00Z", False),
        (200_000, "2026-05-01T00:00:00Z", True),
    ]:
        usage = Usage(legs=(Leg(input=prompt),))
        cost = price(usage, vendor="anthropic", model_asked=model, at_us=us(at), book=shipped)
        assert (cost.pico is not None) == priced


# USD per million: input, cached input, output, by variant (2026-11-23).
VARIANTS = {
    ("openai", "gpt-6.1-sol", "flex"): "1 0.05 5",
    ("openai", "gpt-6.1-sol", "batch"): "1 0.05 5",
    ("openai", "gpt-6.1-sol", "priority"): "4 0.2 20",
    ("openai", "gpt-6.1-sol", "ultrafast"): "12 0.6 60",
    ("openai", "gpt-6-astra", "ultrafast"): "60 6 300",
    ("openai", "gpt-5.4", "flex"): "1.25 0.13 7.5",
    ("openai", "gpt-5.5-pro", "batch"): "15 15 90",
    ("gemini", "gemini-4-argon", "flex"): "1 0.05 5",
    ("gemini", "gemini-4-argon", "batch"): "1 0.05 5",
    ("gemini", "gemini-4-argon", "priority"): "3.6 0.18 18",
    ("gemini", "gemini-2.5-pro", "priority"): "2.25 0.225 18",
    ("gemini", "gemini-3.7-flash", "batch"): "0.375 0.0375 1.875",
    ("gemini", "gemini-3.5-flash", "batch"): "0.75 0.075 4.5",
    ("xai", "grok-4.7", "batch"): "1.6 0.4 4.8",
    ("anthropic", "claude-opus-5-5", "batch"): "2 0.1 10",
}


@pytest.mark.parametrize(("vendor", "model", "variant"), VARIANTS)
def test_variants(shipped: Book, us: Us, vendor: str, model: str, variant: str) -> None:
    found = shipped.match(vendor, model)
    assert found is not None
    quote = found.quote(us("2026-11-23T15:00:00Z"), variant=variant)
    assert quote is not None
    rates = [Decimal(quote.rates[n] * quote.multiplier) / 10**12 for n in ("input", "cache_read", "output")]
    assert rates == [Decimal(x) for x in VARIANTS[vendor, model, variant].split()]


@pytest.mark.parametrize(
    ("vendor", "model", "tier"),
    [
        ("openai", "gpt-5.2-codex", "flex"),
        ("openai", "gpt-5.1-codex-max", "priority"),
        ("openai", "gpt-6.2-sol", "flex"),
        ("openai", "gpt-6-luna", "ultrafast"),
        ("openai", "gpt-6.1-sol", "background"),
        ("gemini", "gemini-4-hydrogen", "flex"),
        ("gemini", "gemini-4-argon", "offpeak"),
        ("anthropic", "claude-haiku-5-5", "flex"),
        ("bedrock", "us.anthropic.claude-opus-5-5", "reserved"),
        ("azure", "gpt-5.5", "provisioned"),
    ],
)
def test_variants_that_nobody_published_are_unpriced(shipped: Book, us: Us, vendor: str, model: str, tier: str) -> None:
    usage = Usage(legs=(Leg(input=1, output=1),), tier=tier)
    cost = price(usage, vendor=vendor, model_asked=model, at_us=us("2026-11-23T15:00:00Z"), book=shipped)
    assert cost.pico is None
    assert cost.flags == ("unknown_tier", "missing_rate")


@pytest.mark.parametrize(
    ("vendor", "model", "leg", "usd"),
    [
        ("openai", "gpt-6.1-sol", Leg(cache_write_12h=200_000), "1"),
        ("openai", "gpt-6.2-sol", Leg(cache_write_12h=200_000), "1"),
        ("openai", "gpt-5.5-pro", Leg(cache_read=100_000), "3"),
        ("qwen", "qwen3.8-max", Leg(cache_write=1_000), "0.0025"),
        ("qwen", "qwen3-coder-plus", Leg(cache_write=20_000), "0.025"),
        ("gemini", "gemini-2.5-flash", Leg(input_audio=1_000_000, cache_read_audio=1_000_000), "1.1"),
        ("mistral", "devstral-2512", Leg(cache_read=1_000_000), "0.04"),
        ("anthropic", "claude-haiku-5-5", Leg(cache_read=100_001), "0.00500005"),
    ],
)
def test_parts_of_a_prompt(shipped: Book, us: Us, vendor: str, model: str, leg: Leg, usd: str) -> None:
    usage = Usage(legs=(leg,))
    cost = price(usage, vendor=vendor, model_asked=model, at_us=us("2026-11-23T15:00:00Z"), book=shipped)
    assert cost.pico == int(Decimal(usd) * 10**12)


@pytest.mark.parametrize(
    ("vendor", "model", "web", "files", "usd"),
    [
        ("anthropic", "claude-opus-5-5", 3, 0, "0.03"),
        ("openai", "gpt-6.1-sol", 2, 4, "0.03"),
        ("gemini", "gemini-2.5-pro", 5, 0, "0.035"),
        ("gemini", "gemini-4-argon", 5, 0, "0.07"),
    ],
)
def test_searches(shipped: Book, us: Us, vendor: str, model: str, web: int, files: int, usd: str) -> None:
    usage = Usage(
        legs=(Leg(),), web_searches=web, file_searches=files, tier="priority" if vendor != "anthropic" else None
    )
    cost = price(usage, vendor=vendor, model_asked=model, at_us=us("2026-11-23T15:00:00Z"), book=shipped)
    assert cost.pico == int(Decimal(usd) * 10**12)


@pytest.mark.parametrize(
    ("vendor", "model", "host", "factor"),
    [
        ("openai", "gpt-5.5", "eu.api.openai.com", "1.1"),
        ("openai", "gpt-5.5", "us.api.openai.com", "1.1"),
        ("openai", "gpt-5.5", "api.openai.com", "1"),
        ("openai", "gpt-4o", "eu.api.openai.com", "1"),
        ("bedrock", "eu.anthropic.claude-sonnet-4-5-20250929-v1:0", None, "1.1"),
        ("bedrock", "apac.anthropic.claude-sonnet-4-20250514-v1:0", None, "1"),
        ("bedrock", "jp.anthropic.claude-haiku-4-5-20251001-v1:0", None, "1.1"),
        ("bedrock", "au.anthropic.claude-opus-5-5", None, "1.1"),
        ("bedrock", "anthropic.claude-opus-5-5", None, "1.1"),
        ("bedrock", "global.anthropic.claude-opus-5-5", None, "1"),
        ("bedrock", "us.anthropic.claude-mythos-5-1", None, "1.1"),
    ],
)
def test_regions(shipped: Book, us: Us, vendor: str, model: str, host: str | None, factor: str) -> None:
    found = shipped.match(vendor, model)
    assert found is not None
    quote = found.quote(us("2026-11-23T15:00:00Z"))
    assert quote is not None
    usage = Usage(legs=(Leg(input=1_000),))
    cost = price(usage, vendor=vendor, model_asked=model, at_us=us("2026-11-23T15:00:00Z"), book=shipped, host=host)
    assert cost.pico == 1_000 * quote.rates["input"] * Decimal(factor)


def test_every_name_of_a_model_finds_it(shipped: Book) -> None:
    for model in shipped.models:
        assert shipped.match(model.provider, model.id) is model, model.id
    for vendor, first, second in itertools.chain(
        (("openai", f"gpt-{n}-sol", f"gpt-{n}-sol-2026-12-24") for n in ("5.6", "6", "6.1", "6.2")),
        (("anthropic", f"claude-{n}-5-5", f"claude-{n}-5-5-20261224[1m]") for n in ("opus", "sonnet", "haiku")),
    ):
        assert shipped.match(vendor, first) is shipped.match(vendor, second)


def test_loading_and_pricing_do_not_hang(shipped: Book) -> None:
    # Ten times what they may cost: 0.15 s, and 60 µs for a call.
    data = resource("pricebook.json").read_bytes()
    assert min(timeit.repeat(lambda: load(data), number=1, repeat=3)) < 1.5
    usage = Usage(
        legs=(Leg(input=10, cache_read=1000, cache_write=100, cache_write_1h=5, output=50), Leg(input=7, output=1)),
        tier="standard",
        geo="us",
        web_searches=1,
    )

    def one() -> object:
        return price(usage, vendor="anthropic", model_asked="claude-opus-5-5", at_us=0, book=shipped)

    assert min(timeit.repeat(one, number=500, repeat=5)) / 500 < 600e-6


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
        ("azure", "DeepSeek-V4-Pro", "azure", "1.74 3.48"),
        ("azure", "grok-3-mini", "azure", "0.25 1.27"),
        ("azure", "claude-opus-5-5", "anthropic", "4 20"),
        ("azure", "gpt-6.1-sol-2026-09-29", "openai", "2 10"),
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


def test_no_rate_is_off_by_a_power_of_ten(shipped: Book) -> None:
    # The dearest model ever listed cost 600 USD for a million tokens of output; the dearest search 50 USD a thousand.
    for model in shipped.models:
        for period in model.prices:
            for rates in (period.rates or {}, *(tier.rates for tier in period.tiers)):
                for name, rate in rates.items():
                    bound = 50 * 10**9 if name in ("web_search", "file_search") else 600 * 10**6
                    assert rate <= bound, (model.provider, model.id, name)
