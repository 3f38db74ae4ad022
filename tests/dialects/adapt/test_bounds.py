"""What keeps a request from being adapted at all, and whatever else may come: nothing raises."""

from __future__ import annotations

import json
from typing import Any

import pytest

from trayapp.dialects import RequestView, recognise
from trayapp.dialects.adapt import REASONS, Document, Unadaptable, Wanted, adapt, chained, signatures, unchangeable
from trayapp.values import Call

CHAT = {"model": "gpt-5.4", "messages": [{"role": "user", "content": "Hello"}]}


@pytest.mark.parametrize(
    ("headers", "why"),
    [
        ({"Authorization": "AWS4-HMAC-SHA256 Credential=x"}, "signed"),
        ({"X-Amz-Content-Sha256": "0"}, "signed"),
        ({"signature-input": "sig=()"}, "signed"),
        ({"Content-Digest": "sha-256=:x:"}, "hashed"),
        ({"content-md5": "x"}, "hashed"),
        ({"X-Claude-Code-Request-Class": "main"}, "first_party"),
        ({"x-claude-1p-request-class": "main"}, "first_party"),
    ],
)
def test_heads_that_vouch_for_the_bytes(ask: Any, headers: dict[str, str], why: str) -> None:
    assert ask.why("chat", CHAT, "gpt-5.4-mini", headers=headers) == why


def test_a_hash_in_claude_codes_billing_line(ask: Any, bodies: Any) -> None:
    line = "x-anthropic-billing-header: cc_version=2.1.330.73a; cc_entrypoint=cli; cch=0a1b2;"
    assert ask.why("claude", bodies.claude(system=[{"type": "text", "text": line}]), "claude-haiku-5-5") == "hashed"
    assert ask.why("claude", bodies.claude(system=line), "claude-haiku-5-5") == "hashed"
    said = bodies.claude(messages=[{"role": "user", "content": f"What is {line}"}])
    assert ask.well("claude", said, "claude-haiku-5-5").fields == ("model",)


@pytest.mark.parametrize(
    ("vendor", "path", "wire"),
    [
        ("anthropic", "/v1/messages/count_tokens", "anthropic-messages"),
        ("vertex", "/x/publishers/anthropic/models/count-tokens:rawPredict", "anthropic-messages"),
        ("openai", "/v1/embeddings", "openai-chat"),
        ("openai", "/v1/completions", "openai-chat"),
        ("openai", "/v1/responses/compact", "openai-responses"),
        ("openai", "/v1/responses/input_tokens", "openai-responses"),
        ("gemini", "/v1beta/models/gemini-3.8-flash:countTokens", "gemini"),
        ("ollama", "/api/embed", "ollama"),
        ("anthropic", "/v1/messages/batches", "anthropic-messages"),
        ("openai", "/v1/images/generations", "openai-images"),
    ],
)
def test_only_requests_for_text(vendor: str, path: str, wire: str) -> None:
    view = RequestView(vendor, "POST", path, ())
    wanted = Wanted(model="other", foreign=lambda _text: False)
    answer = adapt(Call(vendor=vendor, wire=wire, model="m"), view, path, b'{"model":"m"}', wanted)
    assert answer == Unadaptable("not_a_generation")


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'{"model":"a","model":"b"}', b"\xff", b'{"a":' * 3000, b"null"])
def test_bodies_that_cannot_be_read(ask: Any, body: bytes) -> None:
    assert ask.why("chat", body, "gpt-5.4-mini") == "unreadable"


@pytest.mark.parametrize("name", [None, 5, "", " x"])
def test_requests_without_a_model(ask: Any, name: object) -> None:
    assert ask.why("chat", {**CHAT, "model": name}, "gpt-5.4-mini") == "no_model"


def test_a_name_that_is_none(ask: Any) -> None:
    assert ask.why("chat", CHAT, "two\nlines") == "no_model"


def test_coded_bodies_that_nobody_declared(ask: Any, wires: Any) -> None:
    assert ask.why("chat", wires.encode(json.dumps(CHAT).encode(), "gzip"), "gpt-5.4-mini") == "unreadable"


def test_bedrock_is_changed_only_where_it_is_not_signed(ask: Any, bodies: Any) -> None:
    path = "/model/us.anthropic.claude-opus-5-5/invoke"
    body = bodies.claude(anthropic_version="bedrock-2023-05-31")
    del body["model"]
    how = {"path": path, "vendor": "bedrock"}
    signed = {"authorization": "AWS4-HMAC-SHA256 x"}
    assert ask.why("claude", body, "us.anthropic.claude-haiku-5-5", headers=signed, **how) == "signed"
    answer = ask.well("claude", body, "us.anthropic.claude-haiku-4-5-20251001-v1:0", **how)
    assert answer.target == "/model/us.anthropic.claude-haiku-4-5-20251001-v1%3A0/invoke"
    assert json.loads(answer.body)["max_tokens"] == 64_000
    assert ask.why("claude", {"prompt": "x"}, "meta.llama", **how) == "family"
    converse = {"path": "/model/us.anthropic.claude-opus-5-5/converse", "vendor": "bedrock"}
    plain: dict[str, Any] = {"messages": []}
    assert ask.well("claude", plain, "eu.amazon.nova", **converse).fields == ("path",)
    assert ask.why("claude", {**plain, "additionalModelRequestFields": {}}, "eu.amazon.nova", **converse) == "family"


def test_every_word_is_in_the_list() -> None:
    assert {"signed", "hashed", "first_party", "chain", "family", "window", "unreadable", "no_model"} <= REASONS
    assert recognise("openai", "POST", "/v1/responses") is not None


def document(body: Any) -> Document:
    found = Document.read(json.dumps(body).encode())
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("wire", "body", "expected"),
    [
        ("openai-responses", {"previous_response_id": "r"}, True),
        ("openai-responses", {"previous_response_id": None, "conversation": None}, False),
        ("openai-responses", {"input": [{"type": "item_reference", "id": "x"}]}, True),
        ("openai-responses", {"input": 'a "item_reference"'}, False),
        ("anthropic-messages", {"container": "c"}, True),
        ("anthropic-messages", {"container": {"id": "c"}}, True),
        ("anthropic-messages", {"container": {"skills": []}}, False),
        ("gemini", {"request": {"cachedContent": "c"}}, True),
        ("gemini", {"contents": []}, False),
        ("lmstudio", {"previous_response_id": "r"}, True),
        ("openai-chat", {"previous_response_id": "r"}, False),
    ],
)
def test_chains(wire: str, body: Any, expected: bool) -> None:
    assert chained(wire, document(body)) is expected


def test_signatures_in_their_order() -> None:
    claude = {
        "messages": [
            {
                "role": "assistant",
                "content": [{"type": "thinking", "signature": "a"}, {"type": "text", "text": "thinking"}],
            },
            {"role": "assistant", "content": [{"type": "redacted_thinking", "data": "b"}, {"type": "thinking"}]},
        ]
    }
    responses = {
        "input": [{"type": "reasoning", "encrypted_content": "c"}, {"type": "message", "encrypted_content": "x"}]
    }
    gemini = {
        "request": {"contents": [{"parts": [{"text": "x", "thoughtSignature": "d"}, {"thought_signature": "e"}]}]}
    }
    assert signatures("anthropic-messages", document(claude)) == ("a", "b")
    assert signatures("openai-responses", document(responses)) == ("c",)
    assert signatures("gemini", document(gemini)) == ("d", "e")
    assert signatures("openai-chat", document(claude)) == ()
    assert signatures("gemini", document({"contents": "thoughtSignature"})) == ()


def test_nothing_shows_what_must_not_be_shown(ask: Any) -> None:
    answer = ask.well("chat", {**CHAT, "secret": "sk-1"}, "gpt-5.4-mini")
    assert "sk-1" not in repr(answer)


def test_an_ordinary_request_may_be_changed() -> None:
    view = RequestView("openai", "POST", "/v1/responses", [(b"authorization", b"Bearer x")])
    assert unchangeable(view, None) is None
    assert unchangeable(view, document({})) is None
    assert unchangeable(view, document({"system": "what is x-anthropic-billing-header: cch=?"})) is None
