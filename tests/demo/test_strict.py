"""The judge of OpenAI's and Gemini's requests: for each rule one that passes, one refused with its words."""

from __future__ import annotations

import json
from typing import Any

import pytest
from strict import seals
from strict.checks import check
from strict.refusal import Refused
from strict.rules import Rules

from tests.demo.conftest import refused

CODEX = {"originator": "codex_exec", "chatgpt-account-id": "a", "x-openai-internal-codex-responses-lite": "true"}
HELLO = [{"role": "user", "content": "Hello"}]


def responses(model: str, headers: dict[str, str] | None = None, rules: Rules | None = None, **body: Any):
    given = {"model": model, "input": "Hello", **body}
    return check("POST", "/v1/responses", headers or {}, json.dumps(given).encode(), rules or Rules())


def chat(model: str, path: str = "/v1/chat/completions", **body: Any) -> Refused | None:
    return check("POST", path, {}, json.dumps({"model": model, "messages": HELLO, **body}).encode())


def gemini(model: str, config: dict[str, Any] | None = None, contents: Any = None, wrapped: bool = False):
    body: dict[str, Any] = {"contents": contents or [{"role": "user", "parts": [{"text": "Hello"}]}]}
    body["generationConfig"] = config or {}
    if wrapped:
        given, path = {"model": model, "request": body}, "/v1internal:streamGenerateContent"
    else:
        given, path = body, f"/v1beta/models/{model}:generateContent"
    return check("POST", path, {"x-goog-api-key": "k"}, json.dumps(given).encode())


class TestResponses:
    lite = {"reasoning": {"context": "all_turns"}, "input": [{"type": "additional_tools", "tools": []}]}  # noqa: RUF012

    def test_model(self):
        assert responses("gpt-5.4-2026-03-05") is None
        refused(
            responses("gpt-9"), "The requested model 'gpt-9' does not exist.", code="model_not_found", param="model"
        )
        words = "The 'claude-haiku-5-5' model is not supported when using Codex with a ChatGPT account."
        refused(responses("claude-haiku-5-5", {"chatgpt-account-id": "a"}), words, detail=True)

    @pytest.mark.parametrize(
        ("model", "accepted", "rejected"),
        [
            ("gpt-6.1-sol", ("low", "max"), ("none", "minimal", "ultra")),
            ("gpt-6-luna", ("none", "max"), ("minimal",)),
            ("gpt-5.5", ("none", "xhigh"), ("max", "minimal")),
            ("gpt-5-mini", ("minimal", "high"), ("none", "xhigh")),
        ],
    )
    def test_effort(self, model, accepted, rejected):
        for level in accepted:
            assert responses(model, reasoning={"effort": level}) is None
        for level in rejected:
            words = f"Unsupported value: '{level}' is not supported with the '{model}' model. Supported values are: '"
            found = responses(model, reasoning={"effort": level})
            refused(found, words, param="reasoning.effort", code="unsupported_value")

    def test_effort_of_codex(self):
        ultra = {**self.lite, "reasoning": {"effort": "ultra", "context": "all_turns"}}
        assert responses("gpt-6.1-sol", CODEX, **ultra) is None
        refused(responses("gpt-6-luna", CODEX, **ultra), "'ultra' is not supported", param="reasoning.effort")

    def test_a_model_that_does_not_reason(self):
        assert responses("gpt-4o-mini", text={"verbosity": "medium"}, temperature=0.2) is None
        refused(responses("gpt-4o-mini", reasoning={"effort": "low"}), "'reasoning.effort' is not supported")
        refused(responses("gpt-4o-mini", text={"verbosity": "low"}), "Supported values are: 'medium'")
        refused(responses("gpt-4o-mini", include=["reasoning.encrypted_content"]), "Encrypted content is not supported")

    def test_limits(self):
        assert responses("gpt-5.5", max_output_tokens=128_000) is None
        refused(responses("gpt-5.5", max_output_tokens=128_001), "at most 128000", param="max_output_tokens")
        refused(responses("gpt-5.5", max_output_tokens=1), "Expected a value >= 16", code="integer_below_min_value")
        refused(responses("gpt-5.5", max_tokens=100), "Unknown parameter: 'max_tokens'.", code="unknown_parameter")
        long = "x" * 2_000_000
        assert responses("gpt-6-luna", input=long) is None
        refused(responses("gpt-5.4-mini", input=long), "exceeds the context window", code="context_length_exceeded")

    def test_sampling(self):
        assert responses("gpt-5.4-nano", temperature=0.5, reasoning={"effort": "none"}) is None
        refused(responses("gpt-5.4-nano", temperature=0.5), "'temperature' is not supported", param="temperature")

    def test_lite(self):
        assert responses("gpt-6-luna", CODEX, **self.lite) is None
        words = "This model is not supported when using X-OpenAI-Internal-Codex-Responses-Lite."
        refused(responses("gpt-5.5", CODEX, **self.lite), words, param="model", code="unsupported_value")
        hosted = {**self.lite, "tools": [{"type": "web_search"}]}
        refused(responses("gpt-6-luna", CODEX, **hosted), "only supports function tools", param="tools")
        refused(responses("gpt-6-luna", CODEX, input=self.lite["input"]), "reasoning.context")
        refused(responses("gpt-5.5", **self.lite), "Invalid value: 'additional_tools'.", param="input[0].type")
        full = {"originator": "codex_exec"}
        refused(responses("gpt-6-luna", full), "requires X-OpenAI-Internal-Codex-Responses-Lite")
        assert responses("gpt-6-luna", full, rules=Rules(lite_only=False)) is None
        assert responses("gpt-6-luna") is None

    def test_routing_hint(self):
        assert responses("gpt-5.5", {"x-codex-routing-hint": "model=gpt-5.5"}) is None
        refused(responses("gpt-5.5", {"x-codex-routing-hint": "model=gpt-6-sol"}), "does not match", param="model")

    def test_reasoning_of_another_model(self):
        def told(sealed: str) -> list[dict[str, Any]]:
            return [{"type": "reasoning", "id": "rs_1", "summary": [], "encrypted_content": sealed}]

        assert responses("gpt-6-luna", input=told(seals.seal("gpt-6-luna"))) is None
        for sealed in (seals.seal("gpt-6.1-sol"), "gAAAAABn"):
            found = responses("gpt-6-luna", input=told(sealed))
            refused(found, "could not be verified.", code="invalid_encrypted_content", param=None)

    def test_previous_response(self):
        own = "resp_1" + seals.mark("gpt-6-luna")
        assert responses("gpt-6-luna", previous_response_id=own) is None
        refused(responses("gpt-6.1-sol", previous_response_id=own), "not found.", param="previous_response_id")

    def test_tool_pairs(self):
        call = {"type": "function_call", "call_id": "call_1", "name": "shell", "arguments": "{}"}
        output = {"type": "function_call_output", "call_id": "call_1", "output": "ok"}
        assert responses("gpt-5.5", input=[call, output]) is None
        refused(responses("gpt-5.5", input=[call]), "No tool output found for function call call_1.", param="input")
        refused(
            responses("gpt-5.5", input=[output]), "No tool call found for function call output with call_id call_1."
        )
        custom = {"type": "custom_tool_call", "call_id": "call_2", "name": "exec", "input": ""}
        refused(responses("gpt-5.5", input=[custom]), "No tool output found for custom tool call call_2.")


class TestChat:
    def test_model(self):
        assert chat("gpt-4o-mini") is None
        refused(chat("gpt-9"), "The model `gpt-9` does not exist", 404, code="model_not_found")
        assert chat("devstral-medium-latest", temperature=0.2, max_tokens=10) is None
        assert chat("mine", "/openai/deployments/mine/chat/completions") is None

    def test_effort(self):
        assert chat("gpt-5.4", reasoning_effort="none") is None
        refused(chat("gpt-5.4", reasoning_effort="minimal"), "does not support 'minimal'", param="reasoning_effort")
        refused(chat("gpt-4.1", reasoning_effort="low"), "Unrecognized request argument supplied: reasoning_effort")

    def test_limits(self):
        assert chat("gpt-5.4", max_completion_tokens=100) is None
        refused(chat("gpt-5.4", max_tokens=100), "Use 'max_completion_tokens' instead.", code="unsupported_parameter")
        assert chat("gpt-4o-mini", max_tokens=16_384) is None
        refused(chat("gpt-4o-mini", max_tokens=16_385), "max_tokens is too large: 16385.", param="max_tokens")
        refused(chat("gpt-5.4-mini", messages=[{"role": "user", "content": "x" * 2_000_000}]), "maximum context length")

    def test_sampling(self):
        assert chat("gpt-5.4", temperature=0.5, reasoning_effort="none") is None
        refused(chat("gpt-5.4", temperature=0.5), "Only the default (1) value is supported.", code="unsupported_value")

    def test_tool_pairs(self):
        call = {"id": "call_1", "type": "function", "function": {"name": "ls", "arguments": "{}"}}
        asked = [*HELLO, {"role": "assistant", "content": None, "tool_calls": [call]}]
        assert chat("gpt-5.5", messages=[*asked, {"role": "tool", "tool_call_id": "call_1", "content": "ok"}]) is None
        refused(chat("gpt-5.5", messages=[*asked, *HELLO]), "did not have response messages: call_1")


class TestGemini:
    def test_model(self):
        assert gemini("gemini-3.8-flash") is None
        refused(gemini("gemini-9"), "models/gemini-9 is not found for API version v1beta", 404)
        refused(gemini("gemini-9", wrapped=True), "Requested entity was not found.", 404)

    @pytest.mark.parametrize("wrapped", [False, True])
    def test_thinking(self, wrapped):
        def thinking(model: str, **config: Any) -> Refused | None:
            return gemini(model, {"thinkingConfig": config}, wrapped=wrapped)

        assert thinking("gemini-3.8-flash", thinkingLevel="HIGH", includeThoughts=True) is None
        for name in ("thinkingLevel", "thinking_level"):
            words = "Thinking level MINIMAL is not supported"
            refused(thinking("gemini-3.8-flash", **{name: "MINIMAL"}), words)
        assert thinking("gemini-3.5-flash-lite", thinkingLevel="minimal") is None
        refused(thinking("gemini-2.5-flash", thinkingLevel="LOW"), "Thinking level is not supported for this model.")
        refused(thinking("gemini-3.8-flash", thinkingBudget=1024), "Thinking budget is not supported")
        assert thinking("gemini-2.5-flash", thinkingBudget=0) is None
        assert thinking("gemini-2.5-pro", thinkingBudget=-1) is None
        refused(thinking("gemini-2.5-pro", thinkingBudget=0), "Budget 0 is invalid.")
        refused(thinking("gemini-2.5-flash", thinkingBudget=24_577), "Please choose a value between 1 and 24576.")
        both = thinking("gemini-3.1-pro-preview", thinkingBudget=1024, thinkingLevel="LOW")
        refused(both, "You can only set only one of thinking budget and thinking level.")

    def test_output_limit(self):
        assert gemini("gemini-3.8-flash", {"maxOutputTokens": 65_536}) is None
        refused(gemini("gemini-3.8-flash", {"maxOutputTokens": 65_537}), "maxOutputTokens value of 65537")

    def test_signatures(self):
        def told(signature: str | None, *more: Any) -> list[dict[str, Any]]:
            call: dict[str, Any] = {"functionCall": {"name": "ls", "args": {}}}
            if signature is not None:
                call["thoughtSignature"] = signature
            result = {"functionResponse": {"name": "ls", "response": {"output": "ok"}}}
            ask = {"role": "user", "parts": [{"text": "Hello"}]}
            return [ask, {"role": "model", "parts": [call]}, {"role": "user", "parts": [result]}, *more]

        model = "gemini-3.8-flash"
        assert gemini(model, contents=told(seals.seal(model))) is None
        refused(
            gemini(model, contents=told(None)), "Function call is missing a thought_signature in functionCall parts"
        )
        refused(gemini(model, contents=told(seals.seal("gemini-3.1-pro-preview"))), "Invalid thought signature.")
        refused(gemini(model, contents=told("bm90IG9uZQ==")), "Corrupted thought signature.")
        assert gemini(model, contents=told("skip_thought_signature_validator")) is None
        assert gemini("gemini-2.5-flash", contents=told(None)) is None
        later = [{"role": "model", "parts": [{"text": "ok"}]}, {"role": "user", "parts": [{"text": "And now?"}]}]
        assert gemini(model, contents=told(None, *later)) is None
