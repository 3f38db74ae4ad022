"""Reading a recorded call's line: every way to say what was counted, and every way to say it badly."""

from __future__ import annotations

import contextlib
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trayapp.dialects import usage_of, wire_of
from trayapp.engine.quote import LineError, identity, quote
from trayapp.platform.resources import resource
from trayapp.pricing import Book, load
from trayapp.values import PICO, Basis, Cost

NOW = 1_795_446_000_000_000  # 2026-11-23T15:00:00Z
CALL = {"provider": "openai", "model": "gpt-6.1-sol", "ts": "2026-11-23T15:00:00Z"}
CHAT = {"prompt_tokens": 1000, "completion_tokens": 100, "total_tokens": 1100}
SOL = (1000 * 2 + 100 * 10) * PICO // 10**6


@pytest.fixture(scope="module")
def book() -> Book:
    return load(resource("pricebook.json").read_bytes())


def ask(book: Book, **line: Any) -> Cost:
    return quote(json.dumps({**CALL, **line}).encode(), book, NOW)


def test_now_is_what_the_constant_says(book: Book) -> None:
    assert ask(book, ts=None, usage=CHAT) != ask(book, usage=CHAT)
    assert ask(book, ts=NOW / 10**6, usage=CHAT) == ask(book, usage=CHAT)


@pytest.mark.parametrize(
    ("usage", "more"),
    [
        (CHAT, {}),
        (CHAT, {"api": "chat"}),
        (CHAT, {"api": "openai-chat"}),
        (CHAT, {"url": "https://gateway.example.com/v1/chat/completions?x=1"}),
        ({"input_tokens": 1000, "output_tokens": 100, "total_tokens": 1100}, {}),
        ({"input_tokens": 1000, "output_tokens": 100}, {"api": "responses"}),
        ({"promptTokenCount": 1000, "candidatesTokenCount": 100, "totalTokenCount": 1100}, {}),
        ({"inputTokens": 1000, "outputTokens": 100, "totalTokens": 1100}, {}),
        ({"input_tokens": 1000, "output_tokens": 100, "cache_read_input_tokens": 0}, {}),
    ],
)
def test_the_format_is_named_or_seen(book: Book, usage: dict[str, Any], more: dict[str, Any]) -> None:
    cost = ask(book, usage=usage, **more)
    assert cost.pico == SOL
    assert cost.basis is Basis.LIST
    assert cost.flags == ()


def test_a_body_says_it_too(book: Book) -> None:
    assert ask(book, response={"choices": [], "usage": CHAT}).pico == SOL
    assert ask(book, response={"object": "x", "usage": CHAT}).pico == SOL
    body = {"usageMetadata": {"promptTokenCount": 1000, "candidatesTokenCount": 100}}
    assert ask(book, response=body).pico == SOL


def test_a_usage_stands_above_its_response_and_events_above_both(book: Book) -> None:
    other = {"prompt_tokens": 1, "completion_tokens": 1}
    assert ask(book, usage=CHAT, response={"usage": other}).pico == SOL
    chunk = {"choices": [], "usage": CHAT}
    assert ask(book, api="chat", usage=other, events=[chunk]).pico == SOL
    silent = {"choices": [{"delta": {"content": "x"}}], "usage": None}
    assert ask(book, api="chat", usage=CHAT, events=[silent]).pico == SOL


def test_events_may_be_the_stream_as_it_was(book: Book) -> None:
    stream = f"data: {json.dumps({'choices': [], 'usage': CHAT})}\n\ndata: [DONE]\n\n"
    assert ask(book, api="chat", events=stream).pico == SOL


def test_a_cut_stream_is_a_lower_bound(book: Book) -> None:
    start = {"type": "message_start", "message": {"usage": {"input_tokens": 9, "output_tokens": 1}}}
    cost = ask(book, provider="anthropic", model="claude-opus-5-5", api="messages", events=[start])
    assert cost.pico == (9 * 4 + 20) * PICO // 10**6
    assert "incomplete" in cost.flags


def test_what_was_not_counted_is_not_zero(book: Book) -> None:
    for nothing in ({"usage": {}}, {"response": {}}, {"events": [{"choices": []}]}):
        cost = ask(book, api="chat", **nothing)
        assert (cost.pico, cost.basis) == (None, Basis.UNPRICED)
        assert "no_usage" in cost.flags


def test_an_error_was_not_billed(book: Book) -> None:
    body = {"error": {"type": "overloaded_error", "message": "secret"}, "http_status": 529}
    assert ask(book, api="chat", response=body).flags == ("not_billed",)
    assert ask(book, api="chat", response={"http_status": 500}).pico == 0


def test_the_model_that_answers_is_priced(book: Book) -> None:
    luna = ask(book, model="gpt-6-luna", usage=CHAT).pico
    assert luna not in (None, SOL)
    assert ask(book, response={"model": "gpt-6-luna", "choices": [], "usage": CHAT}).pico == luna
    assert ask(book, model="gpt-6-luna", request={"model": "gpt-6.1-sol"}, usage=CHAT).pico == luna
    assert ask(book, model=None, request={"model": "gpt-6-luna"}, usage=CHAT).pico == luna
    assert ask(book, model=None, usage=CHAT).flags == ("unknown_model",)


def test_a_stated_amount_keeps_every_digit(book: Book) -> None:
    data = b'{"provider":"openrouter","ts":1,"usage":{"prompt_tokens":1,"completion_tokens":1,"cost":0.123456789012}}'
    assert quote(data, book, NOW).pico == 123_456_789_012


def test_contracts(book: Book) -> None:
    half = {"match": {"provider": "openai", "model": "gpt-*"}, "multiplier": 0.5}
    cost = ask(book, usage=CHAT, contract=half)
    assert (cost.pico, cost.basis) == (SOL // 2, Basis.CONTRACT)
    fixed = {"rates": {"input": "1", "output": 2}}
    assert ask(book, usage=CHAT, contract=fixed).pico == (1000 + 200) * PICO // 10**6
    for elsewhere in ({"match": {"provider": "anthropic"}}, {"valid_from": "2026-12-01"}, {"valid_to": "2026-01-01"}):
        cost = ask(book, usage=CHAT, contract={**half, **elsewhere})
        assert (cost.pico, cost.basis) == (SOL, Basis.LIST)
        assert "contract_not_covering" in cost.flags


def test_times(book: Book) -> None:
    argon = {
        "provider": "google",
        "model": "gemini-4-argon",
        "usage": {"promptTokenCount": 1, "candidatesTokenCount": 0},
    }
    before, after = 2 * 10**6, 4 * 10**6
    for ts, pico in (
        ("2026-11-30T23:59:59.999999Z", before),
        ("2026-12-01", after),
        ("2026-12-01T00:00:00", after),
        ("2026-12-01T01:00:00+02:00", before),
        (1_796_083_200, after),
        (1_796_083_199.5, before),
        (1_796_083_200_000, after),
        (1_796_083_199_999, before),
        (None, before),
    ):
        assert ask(book, **argon, ts=ts).pico == pico, ts


@pytest.mark.parametrize(
    "line",
    [
        {"provider": ""},
        {"provider": 7},
        {"usage": "many"},
        {"usage": [1]},
        {"response": 7},
        {"events": 7},
        {"usage": None},
        {"usage": {"tokens": 1}},
        {"api": "nope"},
        {"ts": []},
        {"ts": True},
        {"ts": -1},
        {"ts": "12:00"},
        {"contract": []},
        {"contract": {"match": 7, "multiplier": "1"}},
        {"contract": {"match": {"model": 7}, "multiplier": "1"}},
        {"contract": {"match": {}}},
        {"contract": {"rates": {"input": {}}}},
        {"contract": {"rates": {"snacks": "1"}}},
        {"contract": {"rates": {"input": "1e999990"}}},
        {"contract": {"multiplier": "1e999999"}},
        {"contract": {"multiplier": "1", "valid_from": "soon"}},
        {"request": "model"},
        {"url": "http://[::1"},
    ],
)
def test_a_bad_line_says_so_in_words(book: Book, line: dict[str, Any]) -> None:
    with pytest.raises(LineError) as caught:
        ask(book, **{"usage": CHAT, **line})
    assert str(caught.value)
    assert not str(caught.value).endswith(".")


def test_absurd_numbers_are_no_time_and_no_count(book: Book) -> None:
    line = json.dumps({**CALL, "usage": CHAT}).encode()
    with pytest.raises(LineError):
        quote(line.replace(b'"2026-11-23T15:00:00Z"', b"1e999999999"), book, NOW)
    cost = quote(line.replace(b"1000", b"1e99999999"), book, NOW)
    assert {"bad_number", "incomplete"} <= set(cost.flags)


def test_no_words_of_a_line_come_back(book: Book) -> None:
    secret = "sk-ant-canary"
    for line in (
        {"usage": secret},
        {"usage": CHAT, "contract": secret},
        {"usage": CHAT, "ts": secret},
        {"usage": CHAT, "api": secret},
        {"usage": CHAT, "request": secret},
    ):
        with pytest.raises(LineError) as caught:
            ask(book, **line)
        assert secret not in str(caught.value)
    cost = ask(book, usage={**CHAT, secret: secret}, response={"choices": [{"message": {"content": secret}}]})
    assert secret not in repr(cost)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
FIELDS = ("id", "provider", "api", "model", "ts", "usage", "events", "response", "request", "url", "contract")
LIKELY = st.sampled_from(["openai", "chat", "messages", "gemini", "bedrock-converse", "gpt-5", "2026-11-23"])
OBJECT = st.dictionaries(
    st.sampled_from(["prompt_tokens", "input_tokens", "inputTokens", "usage", "match", "multiplier", "http_status"]),
    JSON,
    max_size=4,
)


@given(st.fixed_dictionaries({}, optional=dict.fromkeys(FIELDS, LIKELY | OBJECT | JSON)))
def test_any_line_is_priced_or_refused_in_words(book: Book, line: dict[str, Any]) -> None:
    data = json.dumps(line).encode()
    identity(data)
    with contextlib.suppress(LineError):
        cost = quote(data, book, NOW)
        assert cost.pico is None or cost.pico == sum(amount for _, amount in cost.components)


@given(st.binary(max_size=60))
def test_any_bytes_are_refused_in_words(book: Book, data: bytes) -> None:
    identity(data)
    with pytest.raises(LineError):
        quote(data, book, NOW)


NATIVE = {
    "openai-chat": {("openai", "chat"), ("x-ai", "chat"), ("mistral", "default"), ("deepseek", "chat")},
    "openai-responses": {("openai", "responses"), ("x-ai", "default")},
    "anthropic-messages": {("anthropic", "default")},
    "gemini": {("google", "default")},
    "bedrock-converse": {("aws", "default")},
}


def recorded(shared: Path, name: str) -> list[dict[str, Any]]:
    path = shared / "data" / "pricing" / "peer_cases" / name
    if not path.exists():
        pytest.skip("these recordings are not beside the repository")
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


def test_recorded_bodies_as_another_reader_reads_them(shared: Path) -> None:
    agreed = 0
    for record in recorded(shared, "genai_prices_usages.jsonl"):
        body = record["body"]
        wire = wire_of(body)
        if wire is None:
            assert "billed_units" in json.dumps(body)  # Cohere's
            continue
        read = usage_of(wire, json.dumps(body).encode())
        legs = [leg for leg in read.legs if leg.kind in ("message", "fallback")]
        found = {
            "input_tokens": sum(leg.prompt for leg in legs),
            "output_tokens": sum(leg.output + leg.output_audio + leg.output_image for leg in legs),
            "cache_read_tokens": sum(leg.cache_read + leg.cache_read_audio for leg in legs),
            "cache_write_tokens": sum(leg.cache_write + leg.cache_write_1h + leg.cache_write_12h for leg in legs),
        }
        usage = body.get("usage") or {}
        grok = "grok" in body.get("model", "")
        for extracted in record["extracted"]:
            readers = {(by["provider_id"], by["api_flavor"]) for by in extracted["by"]} & NATIVE[wire]
            if not grok or usage.get("total_tokens", 0) == found["input_tokens"] + usage.get("completion_tokens", 0):
                # That reader adds the reasoning to every body; it is beside the completion only where the sum says so.
                readers -= {("x-ai", "chat")}
            if "cache_write_tokens" in (usage.get("prompt_tokens_details") or {}):
                readers &= {("openai", "chat"), ("openai", "responses")}
            if not readers or "num_cached_tokens" in usage or ("gemini" in body.get("model", "") and usage):
                continue  # what that reader does not read
            assert found == {name: extracted["usage"].get(name) or 0 for name in found}, record["id"]
            agreed += 1
    assert agreed > 200


def test_recorded_streams_are_priced_or_say_why(shared: Path, book: Book) -> None:
    vendors = {"anthropic": "anthropic", "gemini": "google"}
    for record in recorded(shared, "sse_streams.jsonl"):
        cost = ask(
            book,
            provider=vendors.get(record["kind"], "openai"),
            api=record["kind"],
            model=record["model"],
            ts="2026-08-22",
            events=record.get("raw_sse") or record["events"],
        )
        assert "incomplete" not in cost.flags, record["id"]
        assert "no_usage" not in cost.flags, record["id"]
        assert cost.pico is not None or {"unknown_model", "unknown_tier", "missing_rate"} & set(cost.flags), record[
            "id"
        ]


@pytest.mark.parametrize("odd", [None, "NaN", -5, True, 1.5, [], 2**64])
def test_half_a_usage_is_no_price(book: Book, odd: object) -> None:
    for usage in ({**CHAT, "prompt_tokens": odd}, {**CHAT, "completion_tokens": odd}):
        cost = ask(book, usage=usage)
        assert cost.pico is None
        assert "incomplete" in cost.flags


def test_a_processing_that_nobody_knows_is_no_list_price(book: Book) -> None:
    with pytest.raises(LineError, match="processing"):
        ask(book, usage=CHAT, processing="bach")
