"""What others really paid, and what others test: recorded amounts, LiteLLM's and ccusage's cases.

The data lies beside the repository (fixture ``shared``). Cases about log files are the importers'.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from trayapp.dialects import usage_of, wire_of
from trayapp.pricing import Book, load, price
from trayapp.values import PICO, Basis, Cost, Leg, Usage

Json = dict[str, Any]
Us = Callable[[str], int]
Books = Callable[..., Book]
NOV = "2026-11-23T15:00:00Z"


def cases(shared: Path, name: str) -> dict[str, Json]:
    path = shared / "data" / "pricing" / "peer_cases" / name
    if not path.exists():
        pytest.skip("this recording is not beside the repository")
    rows = [json.loads(line, parse_float=Decimal) for line in path.read_text("utf-8").splitlines()]
    return {row.get("id", str(index)): row for index, row in enumerate(rows)}


def plain(value: Any) -> Any:
    return json.loads(json.dumps(value, default=float))


def chat(usage: Json, **more: Any) -> Usage:
    return usage_of("openai-chat", json.dumps({"choices": [], "usage": usage, **more}).encode())


def test_every_amount_that_was_really_charged(shared: Path, shipped: Book) -> None:
    rows = cases(shared, "billed_truth.jsonl").values()
    for row in rows:
        usage = row["usage"]
        wire = wire_of(usage)
        assert wire is not None
        text = json.dumps({"model": row["model"], "usage": usage}, default=str)
        # The digits of the recorded amounts, not those of a float.
        for number in filter(lambda v: isinstance(v, Decimal), walk(usage)):
            text = text.replace(f'"{number}"', str(number))
        read = usage_of(wire, text.encode())
        cost = price(read, vendor=row["provider"], model_asked=row["model"], at_us=0, book=shipped)
        assert cost.basis is Basis.PROVIDER_STATED
        assert cost.pico == int(Decimal(row["billed_usd"]) * PICO), row["model"]
    assert len(rows) == 32


def walk(value: Any) -> Any:
    if isinstance(value, dict):
        for inner in value.values():
            yield from walk(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from walk(inner)
    else:
        yield value


def test_the_list_makes_the_same_amount_where_it_is_known(shared: Path, shipped: Book) -> None:
    same = 0
    for row in cases(shared, "billed_truth.jsonl").values():
        usage = {k: v for k, v in plain(row["usage"]).items() if k not in ("cost", "cost_details", "cost_in_usd_ticks")}
        wire = wire_of(usage)
        assert wire is not None
        read = usage_of(wire, json.dumps({"model": row["model"], "usage": usage}).encode())
        at_us = row["ts_unix"] * 10**6 if row.get("ts_unix") else 0
        cost = price(read, vendor=row["provider"], model_asked=row["model"], at_us=at_us, book=shipped)
        same += cost.pico == int(Decimal(row["billed_usd"]) * PICO)
    assert same >= 10


def of(shipped: Book, us: Us, usage: Usage, model: str, **more: Any) -> Cost:
    return price(usage, vendor="openai", model_asked=model, at_us=us(NOV), book=shipped, **more)


def rates(shipped: Book, us: Us, model: str, prompt: int = 0, variant: str | None = None) -> dict[str, int]:
    found = shipped.match("openai", model)
    assert found is not None
    quote = found.quote(us(NOV), prompt, variant)
    assert quote is not None
    return {name: rate * quote.multiplier // 10**6 for name, rate in quote.rates.items()}


def test_cache_writes_in_both_shapes(shared: Path, shipped: Book, us: Us) -> None:
    told = cases(shared, "litellm_cases.jsonl")
    base = rates(shipped, us, "gpt-5.6-sol")
    usage = told["ll01"]["usage"]
    expected = 3 * base["input"] + 12314 * base["cache_write"] + 5 * base["output"]
    assert of(shipped, us, chat(plain(usage)), "gpt-5.6-sol").pico == expected
    responses = usage_of("openai-responses", json.dumps({"usage": plain(told["ll02"]["usage"])}).encode())
    assert of(shipped, us, responses, "gpt-5.6-sol").pico == expected


def test_cache_writes_follow_the_tier(shared: Path, shipped: Book, us: Us) -> None:
    for case in cases(shared, "litellm_cases.jsonl")["ll03"]["cases"]:
        prompt, tier = case["prompt_tokens"], case["service_tier"]
        usage = chat(
            {
                "prompt_tokens": prompt,
                "completion_tokens": 100,
                "prompt_tokens_details": {"cache_write_tokens": prompt - 1000},
            },
            **({"service_tier": tier} if tier else {}),
        )
        its = rates(shipped, us, "gpt-5.6-sol", prompt, tier)
        cost = of(shipped, us, usage, "gpt-5.6-sol")
        assert cost.pico == 1000 * its["input"] + (prompt - 1000) * its["cache_write"] + 100 * its["output"]


def test_reasoning_is_a_part_of_the_completion(shared: Path, shipped: Book, us: Us) -> None:
    case = cases(shared, "litellm_cases.jsonl")["ll04"]
    its = rates(shipped, us, case["model"])
    assert of(shipped, us, chat(plain(case["usage"])), case["model"]).pico == 17 * its["input"] + 1578 * its["output"]


def per_token(text: str) -> int:
    return int(Decimal(text) * 10**6)


def test_the_highest_tier_that_was_crossed_wins(shared: Path, book_of: Books) -> None:
    case = cases(shared, "litellm_cases.jsonl")["ll05"]
    told = {name: per_token(rate) for name, rate in case["rates"].items()}
    tiers = [
        {"over": int(name.removeprefix("input>").removesuffix("k")) * 1000, "rates": {"input": rate, "output": 0}}
        for name, rate in told.items()
        if ">" in name
    ]
    book = book_of(prices=[{"rates": {"input": told["input"], "output": 0}, "tiers": tiers}])
    cost = price(chat(plain(case["usage"])), vendor="acme", model_asked="coder", at_us=0, book=book)
    assert cost.pico == 150_000 * told["input>128k"]


@pytest.mark.parametrize("case", ["ll06", "ll07"])
def test_off_peak_hours(shared: Path, book_of: Books, us: Us, case: str) -> None:
    told = cases(shared, "litellm_cases.jsonl")[case]
    hours = told["window"].removesuffix(" UTC")
    book = book_of(prices=[{"rates": {"input": 2}}, {"hours": [hours], "rates": {"input": 1}}])
    model = book.match("acme", "coder")
    assert model is not None
    for clock, off_peak in told["expect"].items():
        quote = model.quote(us(f"2026-11-23T{clock}:00Z"))
        assert quote is not None
        assert (quote.rates["input"] == 1) == off_peak, clock


def test_a_window_of_no_length_is_refused(shared: Path, document: Callable[..., Json]) -> None:
    # There it means the whole day; here a price for the whole day has no window.
    assert cases(shared, "litellm_cases.jsonl")["ll08"]["window"] == "00:00-00:00 UTC"
    told = document(prices=[{"hours": ["00:00-24:00"], "rates": {"input": 1}}])
    assert load(json.dumps(told).encode()).match("acme", "coder") is not None


def test_a_variants_tier_holds_for_the_variant_alone(shared: Path, book_of: Books) -> None:
    told = cases(shared, "litellm_cases.jsonl")
    for case in ("ll10", "ll11"):
        given = {name: per_token(rate) for name, rate in told[case]["rates"].items()}
        base = {"input": given["input"], "output": given["output"]}
        above = {**base, "output": given.get("output>200k", given["output"])}
        special = {**base, "output": given["output>200k@priority"]}
        book = book_of(
            prices=[{"rates": base, "tiers": [{"over": 200_000, "rates": above}]}],
            variants={
                "priority": [{"rates": base, "tiers": [{"over": 200_000, "rates": special}]}],
                "flex": [{"mult": "1"}],
            },
        )
        for tier, rate in told[case]["expect"].items():
            usage = chat(plain(told[case]["usage"]), **({} if tier == "None" else {"service_tier": tier}))
            cost = price(usage, vendor="acme", model_asked="coder", at_us=0, book=book)
            assert dict(cost.components)["output"] == 1000 * per_token(rate), (case, tier)


def test_images_have_a_rate_of_their_own_or_none(shared: Path, book_of: Books) -> None:
    case = cases(shared, "litellm_cases.jsonl")["ll12"]
    usage = chat(plain(case["usage"]))
    own = {name: per_token(rate) for name, rate in case["rates"].items()}
    cost = price(usage, vendor="acme", model_asked="coder", at_us=0, book=book_of(prices=[{"rates": own}]))
    assert cost.pico == 14 * own["input"] + 600 * own["output"] + 1120 * own["output_image"]
    del own["output_image"]
    cost = price(usage, vendor="acme", model_asked="coder", at_us=0, book=book_of(prices=[{"rates": own}]))
    # Where the other takes the text's rate we do not guess.
    assert cost.flags == ("missing_rate", "missing_rate:output_image")


def test_a_tier_is_a_whole_prompts_here(shared: Path) -> None:
    # Their case ll09 lets the output cross a tier of its own. No vendor's list has such a tier; the book's format has
    # one tier for the whole leg, by its prompt.
    case = cases(shared, "litellm_cases.jsonl")["ll09"]
    assert "output>32k" in case["rates"]


def test_ccusages_cache_writes(shared: Path, book_of: Books) -> None:
    told = cases(shared, "ccusage_cases.jsonl")
    for case in ("cu01", "cu02"):
        given = told[case]["rates_per_token"]
        rate = {
            "input": int(given["input"] * 100),
            "output": int(given["output"] * 100),
            "cache_write": int(given["cache_creation"] * 100),
            "cache_write_1h": int(given["input"] * 200),
            "cache_read": int(given["cache_read"] * 100),
        }
        usage = {"input_tokens": 0, "output_tokens": 0, **told[case]["usage"]}
        read = usage_of("anthropic-messages", json.dumps({"usage": usage}).encode())
        cost = price(read, vendor="acme", model_asked="coder", at_us=0, book=book_of(prices=[{"rates": rate}]))
        assert cost.pico == int(Decimal(str(told[case]["expect"])) * 100)
    read = usage_of("anthropic-messages", json.dumps({"usage": plain(told["cu03"]["usage"])}).encode())
    assert read.legs == (Leg(input=1, output=2, cache_write=100, cache_write_1h=200),)
    assert {case for case in told if case not in ("cu01", "cu02", "cu03")} == {"cu04", "cu05"}  # log files
