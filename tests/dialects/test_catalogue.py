from __future__ import annotations

import json

import pytest

from trayapp.dialects import WIRES, recognise, usage_of


@pytest.mark.parametrize(
    ("vendor", "path", "wire"),
    [
        ("anthropic", "/v1/messages", "anthropic-messages"),
        ("anthropic", "/messages", "anthropic-messages"),
        ("anthropic", "/v1/messages/count_tokens", "anthropic-messages"),
        ("gemini", "/v1/projects/p/locations/l/publishers/anthropic/models/c@1:streamRawPredict", "anthropic-messages"),
        ("openai", "/v1/chat/completions", "openai-chat"),
        ("openai", "/openai/deployments/d/chat/completions", "openai-chat"),
        ("openai", "/v1/completions", "openai-chat"),
        ("openai", "/v1/embeddings", "openai-chat"),
        ("gemini", "/v1beta/openai/chat/completions", "openai-chat"),
        ("openai", "/v1/responses", "openai-responses"),
        ("chatgpt", "/responses", "openai-responses"),
        ("chatgpt", "/responses/compact", "openai-responses"),
        ("openai", "/v1/responses/input_tokens", "openai-responses"),
        ("gemini", "/v1beta/models/gemini-3.8-flash:generateContent", "gemini"),
        ("gemini", "/models/gemini-3.8-flash:streamGenerateContent", "gemini"),
        ("gemini", "/v1beta1/publishers/google/models/gemini-3.8-flash:streamGenerateContent", "gemini"),
        ("gemini", "/v1internal:streamGenerateContent", "gemini"),
        ("gemini", "/v1beta/models/gemini-3.8-flash:countTokens", "gemini"),
    ],
)
def test_metered_paths(vendor: str, path: str, wire: str) -> None:
    dialect = recognise(vendor, "POST", path)
    assert dialect is not None
    assert dialect.wire == wire


@pytest.mark.parametrize(
    ("vendor", "method", "path"),
    [
        ("anthropic", "GET", "/v1/models"),
        ("anthropic", "HEAD", "/api/hello"),
        ("anthropic", "GET", "/v1/messages"),
        ("anthropic", "POST", "/v1/messages/batches"),
        ("anthropic", "POST", "/v1/messages/batches/b1/cancel"),
        ("openai", "GET", "/v1/responses"),
        ("openai", "GET", "/v1/responses/resp_1"),
        ("openai", "POST", "/v1/responses/resp_1/cancel"),
        ("openai", "POST", "/v1/threads/t/messages"),
        ("openai", "POST", "/v1/files"),
        ("chatgpt", "GET", "/models"),
        ("gemini", "POST", "/v1internal:loadCodeAssist"),
        ("gemini", "POST", "/v1internal:retrieveUserQuota"),
        ("gemini", "POST", "/v1beta/models/m:embedContent"),
        ("gemini", "GET", "/v1beta/models"),
        ("openai", "POST", ""),
    ],
)
def test_everything_else_passes_unmetered(vendor: str, method: str, path: str) -> None:
    assert recognise(vendor, method, path) is None


def test_usage_of_a_bare_usage_object() -> None:
    usage = usage_of("openai-chat", json.dumps({"usage": {"prompt_tokens": 5, "completion_tokens": 2}}).encode())
    assert usage.complete
    assert usage.total("input") == 5
    assert set(WIRES) == {
        "anthropic-messages",
        "openai-chat",
        "openai-responses",
        "gemini",
        "bedrock-invoke",
        "bedrock-converse",
        "ollama",
        "lmstudio",
        "llamacpp",
    }
    with pytest.raises(KeyError):
        usage_of("morse", b"{}")
