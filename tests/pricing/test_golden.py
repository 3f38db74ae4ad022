"""The golden costs: real usage objects of many vendors with the exact amount in USD.

The converter below is deliberately not ``trayapp.dialects``: it reads the vendors' fields in the plainest way, so that
a mistake in one is seen against the other. A second test prices what the dialects read.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from trayapp.dialects import usage_of
from trayapp.pricing import Book, Contract, contract, price
from trayapp.values import PICO, Basis, Kind, Leg, Usage

ROWS = [json.loads(line) for line in Path(__file__).with_name("golden.jsonl").read_text("utf-8").splitlines()]
Json = dict[str, Any]


def pico_usd(text: Any) -> int:
    return int(Decimal(str(text)) * PICO)


def anthropic_leg(usage: Json, kind: str = "message", model: str | None = None) -> Leg:
    split = usage.get("cache_creation") or {"ephemeral_5m_input_tokens": usage["cache_creation_input_tokens"]}
    return Leg(
        model=model,
        kind=kind,
        input=usage["input_tokens"],
        cache_read=usage["cache_read_input_tokens"],
        cache_write=split.get("ephemeral_5m_input_tokens", 0),
        cache_write_1h=split.get("ephemeral_1h_input_tokens", 0),
        output=usage["output_tokens"],
    )


def anthropic(row: Json) -> Usage:
    usage = dict(row["usage"] or {})
    model = None
    for event in row.get("events", ()):
        if event["type"] == "message_start":
            usage = dict(event["message"]["usage"])
            model = event["message"]["model"]
        elif event["type"] == "message_delta":
            usage.update(event["usage"])
    response = row.get("response", {})
    if response.get("type") == "error":
        return Usage(error=response["error"]["type"])
    turns = usage.get("iterations", [])
    messages = [t for t in turns if t["type"] == "message"]
    legs = [anthropic_leg(m) for m in messages] if len(messages) > 1 else [anthropic_leg(usage)]
    legs += [anthropic_leg(t, t["type"], t.get("model")) for t in turns if t["type"] != "message"]
    refused = response.get("stop_reason") == "refusal" and not usage["output_tokens"]
    return Usage(
        legs=tuple(legs),
        model=model,
        tier=usage.get("service_tier"),
        speed=usage.get("speed"),
        geo=usage.get("inference_geo"),
        web_searches=usage.get("server_tool_use", {}).get("web_search_requests", 0),
        flags=("refused",) if refused else (),
    )


def bedrock(row: Json) -> Usage:
    usage = row["usage"]
    written = {d["ttl"]: d["inputTokens"] for d in usage["cacheDetails"]}
    leg = Leg(
        input=usage["inputTokens"],
        cache_read=usage["cacheReadInputTokens"],
        cache_write=written.get("5m", 0),
        cache_write_1h=written.get("1h", 0),
        output=usage["outputTokens"],
    )
    return Usage(legs=(leg,))


def openai(row: Json) -> Usage:
    usage, response = row["usage"], row.get("response", {})
    model = row["model"] if "model" in row.get("request", {}) else None
    for event in row.get("events", ()):
        body = event.get("response", event)
        usage = body.get("usage") or usage
        model = body.get("model")
        response = body
    given = usage.get("input_tokens_details") or usage.get("prompt_tokens_details") or {}
    made = usage.get("output_tokens_details") or usage.get("completion_tokens_details") or {}
    written = given.get("cache_write_tokens", 0)
    long_life = given.get("cache_write_tokens_details", {}).get("ttl_12h_tokens", 0)
    prompt = usage.get("input_tokens", usage.get("prompt_tokens", 0))
    output = usage.get("output_tokens", usage.get("completion_tokens", 0))
    hidden = usage["total_tokens"] - prompt - output
    if row["provider"] in ("x-ai", "google"):
        # xAI's chat leaves reasoning out of completion_tokens, Gemini's compatible endpoint its thoughts.
        output += hidden
    cached, audio = given.get("cached_tokens", 0), given.get("audio_tokens", 0)
    spoken = made.get("audio_tokens", 0)
    stated = None
    if "cost_in_usd_ticks" in usage:
        stated = usage["cost_in_usd_ticks"] * 100
    elif "cost" in usage:
        upstream = usage["cost_details"]["upstream_inference_cost"] if usage["is_byok"] else None
        stated = pico_usd(usage["cost"]) + pico_usd(upstream or 0)
    return Usage(
        legs=(
            Leg(
                input=prompt - cached - written - audio,
                cache_read=cached,
                cache_write=written - long_life,
                cache_write_12h=long_life,
                output=output - spoken,
                input_audio=audio,
                output_audio=spoken,
            ),
        ),
        model=model,
        tier=response.get("service_tier"),
        stated_pico=stated,
    )


def gemini(row: Json) -> Usage:
    body = row["events"][-1] if row.get("events") else row.get("response", {})
    usage = row["usage"] or body["usageMetadata"]

    def modality(details: str, name: str) -> int:
        return sum(d["tokenCount"] for d in usage.get(details, ()) if d["modality"] == name)

    cached = usage.get("cachedContentTokenCount", 0)
    audio, cached_audio = modality("promptTokensDetails", "AUDIO"), modality("cacheTokensDetails", "AUDIO")
    prompt = usage["promptTokenCount"] + usage.get("toolUsePromptTokenCount", 0)
    leg = Leg(
        input=prompt - cached - (audio - cached_audio),
        cache_read=cached - cached_audio,
        input_audio=audio - cached_audio,
        cache_read_audio=cached_audio,
        output=usage["candidatesTokenCount"] + usage.get("thoughtsTokenCount", 0),
    )
    grounding = [c["groundingMetadata"] for c in body.get("candidates", ()) if "groundingMetadata" in c]
    return Usage(
        legs=(leg,),
        model=body.get("modelVersion"),
        tier=usage.get("serviceTier"),
        web_searches=sum(len(g["webSearchQueries"]) for g in grounding),
    )


READERS: dict[str, Callable[[Json], Usage]] = {
    "messages": anthropic,
    "bedrock-invoke": anthropic,
    "bedrock-converse": bedrock,
    "responses": openai,
    "chat": openai,
    "batch": openai,
    "embeddings": openai,
    "openai-compat-chat": openai,
    "generateContent": gemini,
    "streamGenerateContent": gemini,
}
WIRES = {
    "messages": "anthropic-messages",
    "bedrock-invoke": "anthropic-messages",
    "responses": "openai-responses",
    "batch": "openai-responses",
    "chat": "openai-chat",
    "generateContent": "gemini",
}


def agreed(row: Json) -> Contract | None:
    given = row.get("contract")
    if given is None:
        return None
    return contract(
        provider=given["match"].get("provider"),
        model=given["match"].get("model"),
        times_list=given.get("multiplier"),
        usd_per_million=given.get("rates"),
    )


def asked(row: Json) -> str:
    return row.get("request", {}).get("model", row["model"])


@pytest.mark.parametrize("row", ROWS, ids=[row["id"] for row in ROWS])
def test_golden_to_the_last_digit(row: Json, shipped: Book, us: Callable[[str], int]) -> None:
    cost = price(
        READERS[row["api"]](row),
        vendor=row["provider"],
        model_asked=asked(row),
        at_us=us(row["ts"]),
        book=shipped,
        kind=Kind.BATCH if row.get("processing") == "batch" else Kind.MAIN,
        host=urlsplit(row["url"]).hostname if "url" in row else None,
        contract=agreed(row),
    )
    if row.get("unpriced"):
        assert cost.pico is None
        assert cost.basis is Basis.UNPRICED
        assert cost.flags == ("unknown_model",)
    else:
        assert cost.pico == pico_usd(row["expected_usd"]), cost
        assert sum(amount for _, amount in cost.components) == cost.pico
        assert cost.book == shipped.version


DIRECT = [r for r in ROWS if r["api"] in WIRES and r["usage"] and r["provider"] in ("anthropic", "openai", "google")]


@pytest.mark.parametrize("row", DIRECT, ids=[row["id"] for row in DIRECT])
def test_golden_as_the_dialects_read_it(row: Json, shipped: Book, us: Callable[[str], int]) -> None:
    body = dict(row.get("response", {}))
    if row["api"] == "messages":
        body = {"type": "message", "content": [], "stop_reason": "end_turn", **body, "usage": row["usage"]}
    elif row["api"] == "generateContent":
        body["usageMetadata"] = row["usage"]
    else:
        body = {"status": "completed", "output": [], "object": "response", **body, "usage": row["usage"]}
    cost = price(
        usage_of(WIRES[row["api"]], json.dumps(body).encode()),
        vendor=row["provider"],
        model_asked=asked(row),
        at_us=us(row["ts"]),
        book=shipped,
        kind=Kind.BATCH if row.get("processing") == "batch" else Kind.MAIN,
        host=urlsplit(row["url"]).hostname if "url" in row else None,
        contract=agreed(row),
    )
    assert cost.pico == pico_usd(row["expected_usd"]), cost


def test_all_rows_are_here() -> None:
    assert len(ROWS) == 63
    assert {row["api"] for row in ROWS} <= READERS.keys()
