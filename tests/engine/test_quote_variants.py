"""The golden costs said in other words, and lines that nobody thought of: the amount is the same, or unpriced."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from trayapp.engine.quote import LineError, quote
from trayapp.platform.resources import resource
from trayapp.pricing import Book, load
from trayapp.values import PICO, Basis, Cost

GOLDEN = Path(__file__).parents[1] / "pricing" / "golden.jsonl"
ROWS = [json.loads(line) for line in GOLDEN.read_text("utf-8").splitlines()]
NOW = 1_795_446_000_000_000  # 2026-11-23T15:00:00Z
Line = dict[str, Any]

OTHER_NAMES = {
    "anthropic": ("Anthropic", "claude"),
    "openai": ("OPENAI", "openai-responses"),
    "google": ("gemini", "google_genai", "vertex", "google-vertex", "code-assist"),
    "aws": ("bedrock", "amazon-bedrock", "aws_bedrock"),
    "azure": ("azure_openai", "azure-ai"),
    "x-ai": ("xai", "grok", "x.ai"),
    "moonshotai": ("moonshot", "kimi"),
    "zai": ("z.ai", "z-ai"),
    "alibaba": ("qwen", "dashscope"),
    "github-copilot": ("copilot", "github_copilot"),
    "mistral": ("mistralai",),
    "deepseek": ("deepseek-ai",),
    "openrouter": ("OpenRouter",),
}
USAGE_AT = {"generateContent": "usageMetadata", "streamGenerateContent": "usageMetadata"}


@pytest.fixture(scope="module")
def book() -> Book:
    return load(resource("pricebook.json").read_bytes())


def ask(book: Book, line: Line) -> Cost:
    return quote(json.dumps(line).encode(), book, NOW)


def expected(row: Line) -> int | None:
    return None if row.get("unpriced") else int(Decimal(row["expected_usd"]) * PICO)


def ids(rows: list[Line]) -> list[str]:
    return [row["id"] for row in rows]


@pytest.mark.parametrize("row", ROWS, ids=ids(ROWS))
def test_as_it_is(book: Book, row: Line) -> None:
    assert ask(book, row).pico == expected(row)


@pytest.mark.parametrize("row", ROWS, ids=ids(ROWS))
def test_without_its_api(book: Book, row: Line) -> None:
    line = {key: value for key, value in row.items() if key != "api"}
    if row["api"] == "batch":
        line["processing"] = "batch"
    assert ask(book, line).pico == expected(row)


NAMED = [row for row in ROWS if row["provider"] in OTHER_NAMES and "contract" not in row]


@pytest.mark.parametrize("row", NAMED, ids=ids(NAMED))
def test_under_its_providers_other_names(book: Book, row: Line) -> None:
    for name in OTHER_NAMES[row["provider"]]:
        assert ask(book, {**row, "provider": name}).pico == expected(row), name


WITH_USAGE = [row for row in ROWS if row["usage"] and "events" not in row]


@pytest.mark.parametrize("row", WITH_USAGE, ids=ids(WITH_USAGE))
def test_with_its_usage_inside_the_response(book: Book, row: Line) -> None:
    body = {**row.get("response", {}), USAGE_AT.get(row["api"], "usage"): row["usage"]}
    line = {key: value for key, value in row.items() if key != "usage"}
    assert ask(book, {**line, "response": body}).pico == expected(row)
    assert ask(book, {**line, "response": {"response": body}}).pico == expected(row)
    assert ask(book, {**line, "response": {"status_code": 200, "request_id": "r", "body": body}}).pico == expected(row)
    assert ask(book, {**line, "usage": {USAGE_AT.get(row["api"], "usage"): row["usage"]}, "response": body}).pico == (
        expected(row)
    )


@pytest.mark.parametrize("row", ROWS, ids=ids(ROWS))
def test_with_the_order_turned_round(book: Book, row: Line) -> None:
    def turned(value: Any) -> Any:
        return {k: turned(v) for k, v in reversed(value.items())} if isinstance(value, dict) else value

    assert ask(book, turned(row)).pico == expected(row)


STREAMED = [row for row in ROWS if "events" in row]


@pytest.mark.parametrize("row", STREAMED, ids=ids(STREAMED))
def test_its_events_in_every_form(book: Book, row: Line) -> None:
    events = row["events"]
    sse = "".join(f"event: x\ndata: {json.dumps(event)}\n\n" for event in events)
    texts = [json.dumps(event) for event in events]
    forms: list[Any] = [
        events,
        sse,
        sse.replace("\n", "\r\n"),
        sse + "data: [DONE]\n\n",
        texts,
        [f"data: {text}\n\n" for text in texts],
        [{"event": event.get("type", "x"), "data": event} for event in events],
        [{"type": "ping"}, *events, {"type": "codex.rate_limits"}],
    ]
    if row["api"] == "streamGenerateContent":
        forms += [json.dumps(events), [{"response": event} for event in events]]
    for form in forms:
        for api in ({"api": row["api"]}, {}):
            line = {key: value for key, value in row.items() if key not in ("events", "api", "usage")}
            assert ask(book, {**line, **api, "events": form}).pico == expected(row)


def test_only_the_request_names_the_model(book: Book) -> None:
    for row in ROWS:
        if "request" not in row and "response" not in row and "events" not in row:
            line = {key: value for key, value in row.items() if key != "model"}
            assert ask(book, {**line, "request": {"model": row["model"]}}).pico == expected(row), row["id"]


def test_without_a_time_it_is_priced_now_and_says_so(book: Book) -> None:
    for row in ROWS:
        line = {key: value for key, value in row.items() if key != "ts"}
        cost = ask(book, line)
        assert "priced_now" in cost.flags
        assert cost == ask(book, {**row, "ts": NOW / 10**6, "x": 1}) or cost.flags[-1:] == ("priced_now",)


CHAT = {"prompt_tokens": 1000, "completion_tokens": 100, "total_tokens": 1100}
MESSAGES = {"input_tokens": 1000, "output_tokens": 100, "cache_read_input_tokens": 0}
CONVERSE = {"inputTokens": 1000, "outputTokens": 100}
GEMINI = {"promptTokenCount": 1000, "candidatesTokenCount": 100}
BEDROCK = "https://bedrock-runtime.us-east-1.amazonaws.com/model"
VERTEX = "aiplatform.googleapis.com/v1/projects/p/locations/{0}/publishers/anthropic/models/claude-opus-5-5:rawPredict"


@pytest.mark.parametrize(
    ("line", "usd"),
    [
        # Clouds: the address says model and region where the line does not.
        (
            {"provider": "bedrock", "url": f"{BEDROCK}/us.anthropic.claude-opus-5-5/converse", "usage": CONVERSE},
            "0.0066",
        ),
        ({"provider": "bedrock", "url": f"{BEDROCK}/amazon.nova-pro-v1%3A0/converse", "usage": CONVERSE}, "0.00112"),
        ({"provider": "bedrock", "model": "us.amazon.nova-lite-v1:0", "usage": CONVERSE}, "0.000084"),
        (
            {
                "provider": "bedrock",
                "model": "us.meta.llama3-3-70b-instruct-v1:0",
                "usage": {"prompt_token_count": 1000, "generation_token_count": 100},
            },
            "0.000792",
        ),
        (
            {
                "provider": "bedrock",
                "model": "mistral.mistral-large-2402-v1:0",
                "api": "InvokeModel",
                "response": {
                    "outputs": [],
                    "headers": {"x-amzn-bedrock-input-token-count": "1000", "X-Amzn-Bedrock-Output-Token-Count": "100"},
                },
            },
            "0.0052",
        ),
        (
            {
                "provider": "bedrock",
                "model": "us.anthropic.claude-opus-5-5",
                "api": "bedrock-invoke",
                "response": {"type": "message", "model": "claude-opus-5-5", "usage": MESSAGES},
            },
            "0.0066",
        ),
        (
            {
                "provider": "vertex",
                "url": "https://us-east5-" + VERTEX.format("us-east5"),
                "usage": MESSAGES,
                "model": "claude-opus-5-5",
            },
            "0.0066",
        ),
        (
            {
                "provider": "google-vertex",
                "url": "https://" + VERTEX.format("global"),
                "usage": MESSAGES,
            },
            "0.006",
        ),
        (
            {"provider": "vertex", "model": "gemini-4-argon", "usage": {**GEMINI, "trafficType": "ON_DEMAND_FLEX"}},
            "0.0015",
        ),
        (
            {"provider": "gemini", "model": "gemini-4-argon", "response": {"response": {"usageMetadata": GEMINI}}},
            "0.003",
        ),
        (
            {
                "provider": "azure",
                "url": "https://x.openai.azure.com/openai/deployments/team-coder/chat/completions",
                "response": {"model": "gpt-6.1-sol-2026-09-29", "choices": [], "usage": CHAT},
            },
            "0.003",
        ),
        # Gateways.
        ({"provider": "litellm", "model": "anthropic/claude-opus-5-5", "usage": CHAT}, "0.006"),
        ({"provider": "any", "model": "claude-opus-5-5[1m]", "usage": MESSAGES}, "0.006"),
        ({"provider": "company", "model": "bedrock/global.anthropic.claude-opus-5-5", "usage": CHAT}, "0.006"),
        ({"provider": "openrouter", "model": "anthropic/claude-opus-5.5", "usage": {**CHAT, "cost": 0}}, "0"),
        ({"provider": "openrouter", "model": "deepseek/deepseek-r1:free", "usage": CHAT}, "0"),
        # Results of a batch.
        (
            {
                "provider": "openai",
                "api": "batch",
                "response": {
                    "status_code": 200,
                    "body": {"object": "chat.completion", "model": "gpt-6-luna", "choices": [], "usage": CHAT},
                },
            },
            "0.000075",
        ),
        (
            {
                "provider": "anthropic",
                "response": {
                    "custom_id": "x",
                    "result": {
                        "type": "succeeded",
                        "message": {
                            "type": "message",
                            "model": "claude-opus-5-5",
                            "content": [],
                            "usage": {**MESSAGES, "service_tier": "batch"},
                        },
                    },
                },
            },
            "0.003",
        ),
        # Agreements.
        (
            {
                "provider": "azure",
                "model": "team-coder",
                "usage": CHAT,
                "contract": {
                    "match": {"provider": "azure-openai", "model": "team-*"},
                    "rates": {"input": 1, "output": 2},
                },
            },
            "0.0012",
        ),
        (
            {
                "provider": "gemini",
                "model": "gemini-4-argon",
                "usage": GEMINI,
                "contract": {"match": {"provider": "Google"}, "multiplier": "0.5"},
            },
            "0.0015",
        ),
        # The user's own machine.
        ({"provider": "ollama", "response": {"done": True, "prompt_eval_count": 5, "eval_count": 5}}, "0"),
        ({"provider": "llama.cpp", "response": {"stop": True, "tokens_evaluated": 5, "tokens_predicted": 5}}, "0"),
        ({"provider": "lm-studio", "response": {"stats": {"input_tokens": 5, "total_output_tokens": 5}}}, "0"),
        # Errors.
        ({"provider": "anthropic", "response": {"type": "error", "error": {"type": "overloaded_error"}}}, "0"),
        ({"provider": "openai", "response": {"http_status": 500}}, "0"),
        # Nobody knows.
        ({"provider": "bedrock", "model": "claude-opus-5-5", "usage": MESSAGES}, None),
        ({"provider": "azure", "model": "team-coder", "usage": CHAT}, None),
        ({"provider": "openai", "model": "ft:gpt-4.1-mini:acme::x", "usage": CHAT}, None),
        (
            {"provider": "vertex", "model": "gemini-4-argon", "usage": {**GEMINI, "trafficType": "ON_DEMAND_OFFPEAK"}},
            None,
        ),
        (
            {
                "provider": "bedrock",
                "model": "us.anthropic.claude-opus-5-5",
                "response": {"usage": CONVERSE, "performanceConfig": {"latency": "optimized"}},
            },
            None,
        ),
        ({"provider": "mistral", "model": "voxtral-small-2507", "usage": {**CHAT, "prompt_audio_seconds": 9}}, None),
        ({"provider": "anthropic", "model": "claude-opus-5-5", "usage": dict.fromkeys(MESSAGES)}, None),
    ],
)
def test_lines(book: Book, line: Line, usd: str | None) -> None:
    cost = ask(book, {"ts": "2026-11-23T15:00:00Z", **line})
    assert cost.pico == (None if usd is None else int(Decimal(usd) * PICO)), cost
    assert (cost.basis is Basis.UNPRICED) == (usd is None)


def response(name: str, tier: str) -> list[Line]:
    usage = {"input_tokens": 1000, "output_tokens": 100, "total_tokens": 1100}
    head = {"id": name, "model": "gpt-6.1-sol"}
    last = {**head, "service_tier": tier, "status": "completed", "output": [], "usage": usage}
    return [
        {"type": "response.created", "response": head},
        {"type": "codex.rate_limits", "plan_type": "pro", "rate_limits": {}},
        {"type": "response.completed", "response": last},
    ]


def test_the_responses_of_a_socket_are_summed(book: Book) -> None:
    line = {"provider": "openai", "model": "gpt-6.1-sol", "ts": "2026-11-23T15:00:00Z"}
    frames = [*response("r1", "default"), *response("r2", "priority")]
    request = {"type": "response.create", "model": "gpt-6.1-sol", "input": []}
    for more in ({"api": "responses-ws", "events": frames}, {"events": [request, *frames]}):
        cost = ask(book, {**line, **more})
        assert cost.pico == 9 * 10**9
        assert sum(amount for _, amount in cost.components) == cost.pico
        assert cost.flags == ("priority",)
    one = ask(book, {**line, "events": frames})
    assert one.pico == 6 * 10**9
    assert "several_messages" in one.flags
    unknown = ask(book, {**line, "api": "websocket", "events": [*response("r1", "default"), *response("r2", "odd")]})
    assert unknown.pico is None
    cut = ask(
        book, {**line, "api": "websocket", "events": [*response("r1", "default"), *response("r2", "default")[:1]]}
    )
    assert cut.pico is None
    assert "no_usage" in cut.flags


def test_doubts_are_flagged(book: Book) -> None:
    line = {"provider": "openai", "model": "gpt-6.1-sol", "ts": "2026-11-23T15:00:00Z", "usage": CHAT}
    assert ask(book, {**line, "request": {"service_tier": "flex"}}).flags == ("tier_not_confirmed",)
    assert ask(book, {**line, "request": {"service_tier": "auto"}}).flags == ()
    said = {"choices": [], "service_tier": "default"}
    assert ask(book, {**line, "request": {"service_tier": "flex"}, "response": said}).flags == ()
    for damage in ({"prompt_tokens_details": {"cached_tokens": "lots"}}, {"prompt_tokens_details": 7}):
        cost = ask(book, {**line, "usage": {**CHAT, **damage}})
        assert cost.pico == 3 * 10**9
        assert "incomplete" in cost.flags
    clamped = ask(book, {**line, "usage": {**CHAT, "prompt_tokens_details": {"cached_tokens": 5000}}})
    assert clamped.flags == ("cached_exceeds_prompt",)
    assert clamped.pico == 1000 * 100_000 + 100 * 10**7


@pytest.mark.parametrize(
    "line",
    [
        {"provider": "openai", "events": [{"x": 1}]},
        {"provider": "openai", "events": "hello"},
        {"provider": "openai", "events": [7, None, "x"]},
        {"provider": "openai", "response": {"response": {"response": {}}}},
        {"provider": "openai", "usage": {"usage": {"usage": {}}}},
    ],
)
def test_what_has_no_shape_is_refused_in_words(book: Book, line: Line) -> None:
    with pytest.raises(LineError, match="shape"):
        ask(book, line)
