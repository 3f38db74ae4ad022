"""The builder, on small made-up upstreams: no network, no upstream package."""

from __future__ import annotations

import copy
import importlib.util
import json
import sys
from decimal import Decimal
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from trayapp.pricing import Book, feed, load
from trayapp.pricing.feed import inherit

ROOT = Path(__file__).resolve().parents[2]
Json = dict[str, Any]


@pytest.fixture(scope="module")
def builder() -> ModuleType:
    spec = importlib.util.spec_from_file_location("build_pricebook", ROOT / "packaging" / "build_pricebook.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def tiered(base: str, start: int, price: str) -> Json:
    return {"base": base, "tiers": [{"start": start, "price": price}]}


def equals(*names: str) -> Json:
    return {"or": [{"equals": n} for n in names]}


@pytest.fixture
def genai() -> list[Json]:
    start = {"start_date": "2026-12-01"}
    models = [
        {
            "id": "alpha",
            "match": equals("alpha", "alpha-latest"),
            "prices": {"input_mtok": tiered("2", 200000, "4"), "output_mtok": tiered("10", 200000, "15")},
            "price_variants": [
                {
                    "when": {"processing": "batch"},
                    "constraint": {"start_date": "2026-10-14"},
                    "prices": {"input_mtok": tiered("1", 200000, "2"), "output_mtok": tiered("5", 200000, "7.5")},
                },
                {"when": {"service_tier": "priority"}, "prices": {"input_mtok": "4.1", "output_mtok": "20"}},
            ],
        },
        {
            "id": "beta",
            "match": {"starts_with": "beta"},
            "prices": [
                {"prices": {"input_mtok": "1", "output_mtok": "2"}},
                {"constraint": start, "prices": {"input_mtok": "2", "output_mtok": "4"}},
            ],
        },
        {"id": "odd", "match": equals("odd"), "prices": {"input_mtok": "0.00000015", "output_mtok": "1"}},
    ]
    return [{"id": "acme", "models": models}]


@pytest.fixture
def litellm() -> Json:
    return {
        "alpha": {
            "litellm_provider": "acme_ai",
            "mode": "chat",
            "input_cost_per_token": 2e-06,
            "input_cost_per_token_above_200k_tokens": 4e-06,
            "output_cost_per_token": 1e-05,
            "output_cost_per_token_above_200k_tokens": 1.5e-05,
            "input_cost_per_token_flex": 1e-06,
            "output_cost_per_token_flex": 5e-06,
            "input_cost_per_token_above_200k_tokens_flex": 2e-06,
            "output_cost_per_token_above_200k_tokens_flex": 7.5e-06,
            "cache_creation_input_token_cost_above_12hr": 5e-06,
            "regional_processing_uplift_multiplier_eu": 1.1,
        },
        "acme/gamma": {
            "litellm_provider": "acme_ai",
            "mode": "chat",
            "tiered_pricing": [
                {"range": [0, 32000], "input_cost_per_token": 1e-06, "output_cost_per_token": 5e-06},
                {"range": [32000, 128000], "input_cost_per_token": 1.8e-06, "output_cost_per_token": 9e-06},
            ],
        },
        "unknown-price": {"litellm_provider": "acme_ai", "mode": "chat", "input_cost_per_token": 0.0},
        "picture": {"litellm_provider": "acme_ai", "mode": "image_generation", "input_cost_per_token": 1e-06},
        "elsewhere": {"litellm_provider": "other", "mode": "chat", "input_cost_per_token": 1e-06},
    }


@pytest.fixture
def overlay() -> Json:
    return {
        "as_of": "2026-11-24",
        "notice": "n",
        "upstreams": {r: {"text": r, "seen": "2026-11-10"} for r in ("genai-prices", "litellm")},
        "genai_providers": ["acme"],
        "litellm_providers": {"acme_ai": "acme"},
        "providers": {"acme": {}},
        "models": [
            {
                "provider": "acme",
                "id": "newest",
                "prices": [{"rates": {"input": "3", "output": "9", "web_search_k": "10"}}],
                "source": "acme.test/pricing",
                "date": "2026-11-24",
            }
        ],
    }


NOTHING: Json = {"conflicts": {}}


def book_from(text: str) -> Book:
    return load(text.encode())


def rates(book: Book, name: str, *, at: int = 0, prompt: int = 0, variant: str | None = None) -> list[Decimal] | None:
    model = book.match("acme", name)
    assert model is not None
    quote = model.quote(at, prompt, variant)
    if quote is None or not quote.rates:
        return None
    return [Decimal(quote.rates[c] * quote.multiplier) / 10**12 for c in ("input", "output")]


def test_what_comes_out(builder: ModuleType, genai: list[Json], litellm: Json, overlay: Json) -> None:
    text, notes = builder.build(genai, litellm, overlay, NOTHING, None)
    book = book_from(text)
    assert [m.id for m in book.models] == ["alpha", "beta", "gamma", "newest"]
    assert book.version.startswith("2026-11-24+")
    assert rates(book, "alpha-latest") == [2, 10]
    assert rates(book, "alpha", prompt=200_001) == [4, 15]
    # A plain multiple holds for the model's whole life, long prompts included.
    assert rates(book, "alpha", variant="batch") == [1, 5]
    assert rates(book, "alpha", variant="flex", prompt=200_001) == [2, Decimal("7.5")]
    # Other rates are taken as published; the long prompt's are not.
    assert rates(book, "alpha", variant="priority") == [Decimal("4.1"), 20]
    assert rates(book, "alpha", variant="priority", prompt=200_001) is None
    december = 1_796_083_200 * 10**6
    assert rates(book, "beta", at=december - 1) == [1, 2]
    assert rates(book, "beta", at=december) == [2, 4]
    assert rates(book, "gamma", prompt=32_000) == [1, 5]
    assert rates(book, "gamma", prompt=32_001) == [Decimal("1.8"), 9]
    alpha = book.match("acme", "alpha")
    assert alpha is not None
    assert alpha.region == {"eu": 1_100_000}
    assert alpha.sources == ("genai-prices", "litellm")
    assert alpha.prices[0].rates is not None
    assert alpha.prices[0].rates["cache_read"] == alpha.prices[0].rates["input"]
    newest = book.match("acme", "newest")
    assert newest is not None
    assert newest.prices[0].rates == {"input": 3 * 10**6, "output": 9 * 10**6, "web_search": 10**10}
    assert newest.seen == "2026-11-24"
    assert notes == ["left out acme/odd: rate 0.00000015 is no whole pico-USD"]


def test_the_same_sources_give_the_same_bytes(
    builder: ModuleType, genai: list[Json], litellm: Json, overlay: Json
) -> None:
    def run(previous: Json | None = None) -> str:
        data = copy.deepcopy((genai, litellm, overlay))
        return str(builder.build(*data, NOTHING, previous)[0])

    text = run()
    genai[0]["models"].reverse()
    litellm = dict(reversed(litellm.items()))
    assert run() == text
    assert run(json.loads(text)) == text


def test_a_conflict_fails_until_it_is_judged(
    builder: ModuleType, genai: list[Json], litellm: Json, overlay: Json
) -> None:
    litellm["alpha"]["output_cost_per_token"] = 1.1e-05
    with pytest.raises(builder.BuildError, match="acme/alpha: genai-prices and litellm differ"):
        builder.build(copy.deepcopy(genai), litellm, overlay, NOTHING, None)
    judged: Json = {
        "conflicts": {"acme/alpha": {"values": {"output": [10_000_000, 11_000_000]}, "verdict": "genai-prices"}}
    }
    book = book_from(builder.build(copy.deepcopy(genai), litellm, overlay, judged, None)[0])
    assert rates(book, "alpha") == [2, 10]
    # Another value is another conflict; one that is gone has to be struck off.
    litellm["alpha"]["output_cost_per_token"] = 1.2e-05
    with pytest.raises(builder.BuildError, match="differ"):
        builder.build(copy.deepcopy(genai), litellm, overlay, judged, None)
    litellm["alpha"]["output_cost_per_token"] = 1e-05
    with pytest.raises(builder.BuildError, match="is gone"):
        builder.build(copy.deepcopy(genai), litellm, overlay, judged, None)


def test_a_dropped_name_is_unpriced(builder: ModuleType, genai: list[Json], litellm: Json, overlay: Json) -> None:
    litellm["alpha-latest"] = {**litellm["alpha"], "output_cost_per_token": 1.1e-05}
    judged: Json = {
        "conflicts": {"acme/alpha-latest": {"values": {"output": [10_000_000, 11_000_000]}, "verdict": "drop"}}
    }
    book = book_from(builder.build(genai, litellm, overlay, judged, None)[0])
    assert book.match("acme", "alpha-latest") is None
    assert book.match("acme", "alpha") is not None


def test_nothing_is_forgotten(builder: ModuleType, genai: list[Json], litellm: Json, overlay: Json) -> None:
    before = json.loads(
        builder.build(copy.deepcopy(genai), copy.deepcopy(litellm), copy.deepcopy(overlay), NOTHING, None)[0]
    )
    genai[0]["models"] = [m for m in genai[0]["models"] if m["id"] != "beta"]
    for step in litellm["acme/gamma"]["tiered_pricing"]:
        step["output_cost_per_token"] *= 2
    overlay["as_of"] = "2026-12-24"
    text = builder.build(genai, litellm, overlay, NOTHING, before)[0]
    book = book_from(text)
    assert rates(book, "beta") == [1, 2]
    change = 1_798_070_400 * 10**6
    assert rates(book, "gamma", at=change - 1) == [1, 5]
    assert rates(book, "gamma", at=change) == [1, 10]


def aws_models() -> list[Json]:
    def contains(*names: str) -> Json:
        return {"or": [{"contains": n} for n in names]}

    def model(name: str, usd: str, *names: str) -> Json:
        return {"id": name, "match": contains(*names), "prices": {"input_mtok": usd, "output_mtok": usd}}

    return [
        model("global.anthropic.claude-x-v1:0", "10", "global.anthropic.claude-x"),
        model("regional.anthropic.claude-x-v1:0", "11", "us.anthropic.claude-x", "anthropic.claude-x"),
        model("amazon.nova-v1:0", "1", "amazon.nova"),
        model("regional.openai.gpt-v1:0", "2", "us.openai.gpt", "openai.gpt"),
    ]


def bedrock_row(usd: float, provider: str = "bedrock_converse") -> Json:
    return {"litellm_provider": provider, "mode": "chat", "input_cost_per_token": usd, "output_cost_per_token": usd}


@pytest.fixture
def clouds(genai: list[Json], litellm: Json, overlay: Json) -> tuple[list[Json], Json, Json]:
    price = {"input_mtok": "10", "output_mtok": "50"}
    claude = {"id": "claude-x", "match": equals("claude-x"), "prices": price}
    genai += [
        {"id": "aws", "models": aws_models()},
        {"id": "anthropic", "models": [claude]},
        {"id": "google", "models": [{**claude, "prices": price}]},
    ]
    litellm |= {
        "amazon.nova-v1:0": bedrock_row(1e-06),
        "eu.amazon.nova-v1:0": bedrock_row(1.3e-06),
        "us-gov.amazon.nova-v1:0": bedrock_row(1.2e-06),
        "bedrock/eu-west-1/amazon.nova-v1:0": bedrock_row(9e-06),
        "us.openai.gpt-v1:0": bedrock_row(2e-06),
        "global.anthropic.claude-x-v1:0": bedrock_row(1e-05),
        "us-gov.anthropic.claude-x-v1:0": bedrock_row(1.2e-05),
        "vertex_ai/claude-x": {
            "litellm_provider": "vertex_ai-anthropic_models",
            "mode": "chat",
            "regional_endpoint_uplift_multiplier": 1.1,
        },
        "ft:base-2026-01-01": {**bedrock_row(3e-06, "acme_ai"), "input_cost_per_token_batches": 1e-06},
    }
    overlay["genai_providers"] = [*overlay["genai_providers"], "anthropic", "google"]
    overlay["litellm_providers"] = {**overlay["litellm_providers"], "bedrock_converse": "aws"}
    overlay["providers"] = {**overlay["providers"], "aws": {}, "anthropic": {}, "google": {}}
    return genai, litellm, overlay


def test_bedrock_has_a_price_for_each_profile_that_is_spelled(builder: ModuleType, clouds: Any) -> None:
    text, _ = builder.build(*clouds, NOTHING, None)
    book = load(text.encode())

    def usd(name: str) -> float | None:
        found = book.match("aws", name)
        return None if found is None else found.prices[0].rates["input"] / 10**6  # type: ignore[index]

    assert usd("amazon.nova-v1:0") == 1
    assert usd("eu.amazon.nova-v1:0") == 1.3
    assert usd("us.openai.gpt-v1:0") == 2
    assert usd("openai.gpt") == 2
    for unknown in ("us.amazon.nova-v1:0", "jp.openai.gpt-v1:0"):
        assert usd(unknown) is None
    gov = book.match("aws", "us-gov.amazon.nova-v1:0")
    assert gov is not None
    assert gov.region == {"bedrock-gov": 10**6}
    claude = book.match("anthropic", "claude-x")
    assert claude is not None
    assert claude.region == {"bedrock": 1_100_000, "bedrock-gov": 1_200_000}
    vertex = book.match("google", "claude-x")
    assert vertex is not None
    assert vertex.region == {"vertex": 1_100_000}


def test_bedrocks_sources_have_to_agree_too(builder: ModuleType, clouds: Any) -> None:
    clouds[1]["us.openai.gpt-v1:0"] = bedrock_row(3e-06)
    with pytest.raises(builder.BuildError, match=r"aws/us\.openai\.gpt-v1:0"):
        builder.build(*clouds, NOTHING, None)


def test_azure_has_rows_for_what_it_does_not_sell_at_list(builder: ModuleType, clouds: Any) -> None:
    genai, litellm, overlay = clouds
    overlay["providers"]["azure"] = {"also": ["anthropic"]}
    overlay["litellm_providers"]["azure_ai"] = "azure"
    litellm |= {"azure_ai/claude-x": bedrock_row(7e-06, "azure_ai"), "azure_ai/phi": bedrock_row(1e-07, "azure_ai")}
    text, _ = builder.build(genai, litellm, overlay, NOTHING, None)
    book = load(text.encode())
    assert [m.provider for m in (book.match("azure", n) for n in ("claude-x", "phi")) if m] == ["anthropic", "azure"]


def test_a_profile_that_only_one_source_has_costs_its_uplift(builder: ModuleType, clouds: Any) -> None:
    genai, litellm, overlay = clouds
    genai[1]["models"] = [m for m in genai[1]["models"] if "claude" not in m["id"]]
    litellm["us.anthropic.claude-x-v1:0"] = bedrock_row(1.1e-05)
    text, _ = builder.build(genai, litellm, overlay, NOTHING, None)
    claude = load(text.encode()).match("anthropic", "claude-x")
    assert claude is not None
    assert claude.region["bedrock"] == 1_100_000


def test_fine_tunes_are_rows_of_their_own(builder: ModuleType, clouds: Any) -> None:
    text, _ = builder.build(*clouds, NOTHING, None)
    found = load(text.encode()).match("acme", "ft:base-2026-01-01:me::x")
    assert found is not None
    assert found.variants == {}
    assert load(text.encode()).match("acme", "base-2026-01-01") is None


def test_what_a_provider_does_not_sell_is_dropped(
    builder: ModuleType, genai: list[Json], litellm: Json, overlay: Json
) -> None:
    overlay["drop"] = [{"provider": "acme", "id": "gamma", "source": "its page", "date": "2026-11-24"}]
    text, _ = builder.build(genai, litellm, overlay, NOTHING, None)
    assert load(text.encode()).match("acme", "gamma") is None
    overlay["drop"] = [{"provider": "acme", "id": "gamma"}]
    with pytest.raises(builder.BuildError, match="no source"):
        builder.build(genai, litellm, overlay, NOTHING, None)


def test_qwens_cache_writes_cost_a_quarter_more() -> None:
    rates = {"input": 4}
    inherit("alibaba", rates)
    assert rates == {"input": 4, "cache_read": 4, "cache_write": 5}
    odd = {"input": 3}
    inherit("alibaba", odd)
    assert odd == {"input": 3, "cache_read": 3}
    other = {"input": 4}
    inherit("zai", other)
    assert other["cache_write"] == 4


def test_an_overlay_row_has_a_source_and_a_date(
    builder: ModuleType, genai: list[Json], litellm: Json, overlay: Json
) -> None:
    del overlay["models"][0]["source"]
    with pytest.raises(builder.BuildError, match="no source"):
        builder.build(genai, litellm, overlay, NOTHING, None)


def test_a_time_of_day_begins_with_the_last_dated_price() -> None:
    rows = [
        {"prices": {"input_mtok": "1"}},
        {"constraint": {"start_date": "2026-08-17"}, "prices": {"input_mtok": "2"}},
        {"constraint": {"start_time": "01:00:00+00:00", "end_time": "04:00:00+00:00"}, "prices": {"input_mtok": "3"}},
    ]
    assert [p for _, p in feed.genai_list(rows)] == [
        {"to": "2026-08-17", "rates": {"input": 1_000_000}},
        {"from": "2026-08-17", "rates": {"input": 2_000_000}},
        {"from": "2026-08-17", "hours": ["01:00-04:00"], "rates": {"input": 3_000_000}},
    ]


def test_numbers_are_taken_as_they_print() -> None:
    assert feed.pico(1.0399999999999998e-06, 1) == 1_040_000
    assert feed.pico("0.003625", 1_000_000) == 3625
    for value in (1.5e-12, -1.0):
        with pytest.raises(feed.NotExactError):
            feed.pico(value, 1)


def test_the_shipped_book_is_what_its_own_head_says(builder: ModuleType) -> None:
    text = builder.OUTPUT.read_text("utf-8")
    book = json.loads(text)
    version = book["version"]
    day, digest = version.split("+")
    assert day == json.loads((builder.INPUTS / "overlay.json").read_text("utf-8"))["as_of"]
    book["version"] = ""
    assert builder.hashlib.sha256(builder.text_of(book).encode()).hexdigest()[:10] == digest
