"""The judge of Anthropic's requests: for each rule one request that passes and one that is refused, with its words."""

from __future__ import annotations

import json
from typing import Any

import pytest
from strict import seals
from strict.checks import check
from strict.claude_turns import prefix
from strict.refusal import Refused
from strict.rules import Rules

from tests.demo.conftest import refused

ANTHROPIC = {"anthropic-version": "2023-06-01"}
HELLO = [{"role": "user", "content": "Hello"}]
ADAPTIVE = {"thinking": {"type": "adaptive"}}
CLEAR = {"context_management": {"edits": [{"type": "clear_thinking_20251015", "keep": "all"}]}}
CONTEXT = "context-management-2025-06-27"
CALL = {"type": "tool_use", "id": "toolu_1", "name": "Bash", "input": {}}
RESULT = {"type": "tool_result", "tool_use_id": "toolu_1", "content": "ok"}


def claude(
    model: str, betas: str = "", path: str = "/v1/messages", rules: Rules | None = None, **body: Any
) -> Refused | None:
    headers = {**ANTHROPIC, **({"anthropic-beta": betas} if betas else {})}
    given = {"model": model, "max_tokens": 4000, "messages": HELLO, **body}
    return check("POST", path, headers, json.dumps(given).encode(), rules or Rules())


class TestClaude:
    def test_model(self):
        assert claude("claude-haiku-4-5-20251001") is None
        for name in ("claude-haiku-9", "claude-sonnet-4.6", "claude-opus-5-5-20990101", "gpt-5.5"):
            refused(claude(name), f"model: {name}", 404, kind="not_found_error")

    @pytest.mark.parametrize(("model", "limit"), [("claude-opus-5-5", 128_000), ("claude-haiku-4-5", 64_000)])
    def test_max_tokens(self, model, limit):
        assert claude(model, max_tokens=limit) is None
        words = f"max_tokens: {limit + 1} > {limit}, which is the maximum allowed number of output tokens for {model}"
        refused(claude(model, max_tokens=limit + 1), words, kind="invalid_request_error")
        refused(claude(model, max_tokens=0), "greater than or equal to 1")

    @pytest.mark.parametrize(
        ("model", "accepted", "rejected"),
        [
            ("claude-haiku-4-5", ("enabled", "disabled"), ("adaptive", "between_tools")),
            ("claude-opus-4-5", ("enabled", "disabled"), ("adaptive",)),
            ("claude-sonnet-4-6", ("enabled", "disabled", "adaptive"), ("between_tools",)),
            ("claude-opus-4-8", ("disabled", "adaptive"), ("enabled",)),
            ("claude-sonnet-5", ("disabled", "adaptive"), ("enabled",)),
            ("claude-haiku-5-5", ("disabled", "adaptive"), ("enabled", "between_tools")),
            ("claude-sonnet-5-5", ("adaptive", "between_tools"), ("enabled", "disabled")),
            ("claude-opus-5-5", ("adaptive",), ("enabled", "disabled", "between_tools")),
            ("claude-fable-5-2", ("adaptive",), ("enabled", "disabled")),
        ],
    )
    def test_thinking(self, model, accepted, rejected):
        def thinking(kind: str) -> dict[str, Any]:
            return {"type": kind, **({"budget_tokens": 1024} if kind == "enabled" else {})}

        for kind in accepted:
            assert claude(model, thinking=thinking(kind)) is None
        for kind in rejected:
            adaptive = "adaptive thinking is not supported on this model"
            words = adaptive if kind == "adaptive" else f'"thinking.type.{kind}" is not supported for this model. Use '
            refused(claude(model, thinking=thinking(kind)), words)

    def test_thinking_budget(self):
        def budget(tokens: int) -> Refused | None:
            return claude("claude-haiku-4-5", max_tokens=4000, thinking={"type": "enabled", "budget_tokens": tokens})

        assert budget(3999) is None
        refused(budget(4000), "`max_tokens` must be greater than `thinking.budget_tokens`")
        refused(budget(1023), "greater than or equal to 1024")
        refused(claude("claude-haiku-4-5", thinking={"type": "enabled"}), "Field required")
        left = {"type": "adaptive", "budget_tokens": 2000}
        refused(claude("claude-opus-5-5", thinking=left), "thinking.adaptive.budget_tokens: Extra inputs")

    def test_thinking_display(self):
        shown = {"thinking": {"type": "adaptive", "display": "updates"}}
        assert claude("claude-opus-5-5", "thinking-display-updates-2026-08-18", **shown) is None
        refused(claude("claude-opus-5-5", **shown), "thinking.adaptive.display")

    @pytest.mark.parametrize(
        ("model", "accepted", "rejected"),
        [
            ("claude-haiku-5-5", ("low", "medium", "high", "xhigh", "max"), ("ultra",)),
            ("claude-sonnet-4-6", ("low", "high", "max"), ("xhigh",)),
            ("claude-opus-4-5", ("low", "high"), ("xhigh", "max")),
            ("claude-haiku-4-5", (), ("low", "medium", "high")),
            ("claude-sonnet-4-5", (), ("high",)),
        ],
    )
    def test_effort(self, model, accepted, rejected):
        for level in accepted:
            assert claude(model, output_config={"effort": level}) is None
            assert claude(model, "effort-2025-11-24", output_config={"effort": level}) is None
        for level in rejected:
            words = "This model does not support" if level != "ultra" else "output_config.effort: Input should be"
            refused(claude(model, output_config={"effort": level}), words)

    def test_effort_without_thinking(self):
        off = {"thinking": {"type": "disabled"}}
        assert claude("claude-opus-5", **off, output_config={"effort": "high"}) is None
        assert claude("claude-sonnet-5", **off, output_config={"effort": "max"}) is None
        words = "output_config.effort 'xhigh' is not supported when thinking is disabled on this model."
        for model in ("claude-opus-5", "claude-haiku-5-5"):
            refused(claude(model, **off, output_config={"effort": "xhigh"}), words)
        between = {"thinking": {"type": "between_tools"}, "output_config": {"effort": "max"}}
        refused(claude("claude-sonnet-5-5", **between), "is not supported when thinking is disabled")

    def test_betas(self):
        assert claude("claude-opus-5-5", "claude-code-20250219,effort-2025-11-24, oauth-2025-04-20") is None
        words = "Unexpected value(s) `no-such-2026-01-01` for the `anthropic-beta` header."
        refused(claude("claude-opus-5-5", "no-such-2026-01-01,effort-2025-11-24"), words)
        refused(claude("claude-haiku-4-5", "effort-2025-11-24"), "Unexpected value(s) `effort-2025-11-24`")
        refused(claude("claude-sonnet-5", "mid-conversation-tool-changes-2026-07-01"), "mid-conversation-tool")

    def test_fields(self):
        refused(claude("claude-opus-5-5", reasoning_effort="low"), "reasoning_effort: Extra inputs are not permitted")
        assert claude("claude-opus-5-5", CONTEXT, **CLEAR) is None
        refused(claude("claude-opus-5-5", **CLEAR), "context_management: Extra inputs are not permitted")

    def test_context_management(self):
        words = "`clear_thinking_20251015` strategy requires `thinking` to be enabled or adaptive"
        assert claude("claude-sonnet-4-6", CONTEXT, **ADAPTIVE, **CLEAR) is None
        refused(claude("claude-sonnet-4-6", CONTEXT, **CLEAR), words)
        refused(claude("claude-haiku-5-5", CONTEXT, **CLEAR, thinking={"type": "disabled"}), words)

    def test_sampling(self):
        assert claude("claude-sonnet-4-6", temperature=0) is None
        words = "`temperature` may only be set to 1 when thinking is enabled or in adaptive mode."
        refused(claude("claude-sonnet-4-6", **ADAPTIVE, temperature=0), words)
        assert claude("claude-sonnet-4-6", **ADAPTIVE, temperature=1, output_config={"effort": "low"}) is None
        refused(claude("claude-sonnet-4-6", **ADAPTIVE, top_k=5), "`top_k` must be unset")
        refused(claude("claude-sonnet-4-6", **ADAPTIVE, top_p=0.5), "`top_p` must be greater")
        refused(claude("claude-haiku-4-5", temperature=0.5, top_p=0.9), "cannot both be specified")
        assert claude("claude-opus-5-5", temperature=1) is None
        refused(claude("claude-haiku-5-5", temperature=0), "`temperature` is deprecated for this model.")

    def test_forced_tools(self):
        forced = {"tool_choice": {"type": "any"}}
        assert claude("claude-haiku-5-5", **forced) is None
        refused(claude("claude-haiku-5-5", **forced, **ADAPTIVE), "Thinking may not be enabled when tool_choice forces")
        words = 'tool_choice: type "tool" and "any" are not supported for this model.'
        for model in ("claude-opus-5-5", "claude-sonnet-5-5", "claude-fable-5-1"):
            refused(claude(model, **forced), words)
            refused(claude(model, path="/v1/messages/count_tokens", **forced), words)

    def test_window(self):
        long = [{"role": "user", "content": "x" * 700_000}]
        assert claude("claude-haiku-5-5", messages=long) is None
        refused(claude("claude-haiku-4-5", messages=long), " tokens > 200000 maximum")

    def test_system_messages(self):
        told = [*HELLO, {"role": "system", "content": "Be brief."}]
        assert claude("claude-haiku-5-5", messages=told) is None
        refused(claude("claude-haiku-4-5", messages=told), 'messages: Unexpected role "system".')
        refused(claude("claude-sonnet-4-6", messages=told), "role 'system' is not supported on this model")
        refused(claude("claude-haiku-5-5", messages=told[::-1]), "messages.0: use the top-level 'system' parameter")

    def test_turns(self):
        begun = [*HELLO, {"role": "assistant", "content": "I"}]
        assert claude("claude-haiku-4-5", messages=begun) is None
        refused(claude("claude-haiku-5-5", messages=begun), "does not support assistant message prefill")
        refused(claude("claude-haiku-5-5", messages=begun[1:]), 'first message must use the "user" role')
        refused(claude("claude-haiku-5-5", messages=[{"role": "tool", "content": "x"}]), "messages.0.role")
        refused(claude("claude-haiku-5-5", messages=[{"role": "user", "content": []}]), "non-empty content")

    def test_tool_pairs(self):
        asked = [*HELLO, {"role": "assistant", "content": [CALL]}]
        done = [*asked, {"role": "user", "content": [RESULT]}, {"role": "system", "content": "Go on."}]
        assert claude("claude-haiku-5-5", messages=done) is None
        words = "messages.1: `tool_use` ids were found without `tool_result` blocks immediately after: toolu_1."
        refused(claude("claude-haiku-5-5", messages=[*asked, *HELLO]), words)
        stray = [{"role": "user", "content": [RESULT]}]
        refused(claude("claude-haiku-5-5", messages=stray), "unexpected `tool_use_id` found in `tool_result` blocks")


class TestClaudesThinking:
    """Sealed by the model, and for the newer ones by the conversation before it."""

    def talk(self, writer: str, **more: Any) -> dict[str, Any]:
        first = {"system": "Be brief.", "messages": HELLO, **more}
        block = {"type": "thinking", "thinking": "", "signature": seals.seal(writer, prefix(first))}
        told = [*HELLO, {"role": "assistant", "content": [block, CALL]}, {"role": "user", "content": [RESULT]}]
        return {**first, "messages": told}

    def test_own(self):
        for model in ("claude-opus-5-5", "claude-sonnet-4-6"):
            assert claude(model, **self.talk(model)) is None

    def test_foreign(self):
        words = "messages.1.content.0: Invalid `signature` in `thinking` block"
        for model in ("claude-haiku-5-5", "claude-haiku-4-5", "claude-sonnet-5-5"):
            talk = self.talk("claude-opus-5-5")
            refused(claude(model, **talk), words, rule="foreign thinking")
            assert claude(model, rules=Rules(foreign_thinking=False), **talk) is None

    def test_readable(self):
        assert claude("claude-fable-5-1", **self.talk("claude-opus-5-5")) is None
        assert claude("claude-opus-5-5", **self.talk("claude-haiku-5-5")) is None
        refused(claude("claude-opus-5-5", **self.talk("claude-fable-5-1")), "model_binding_mismatch")

    def test_damaged(self):
        talk = self.talk("claude-opus-5-5")
        block = talk["messages"][1]["content"][0]
        whole = block["signature"]
        block["signature"] = whole[:20] + ("A" if whole[20] != "A" else "B") + whole[21:]
        refused(claude("claude-opus-5-5", **talk), "Invalid `signature` in `thinking` block", rule="signature")
        del block["signature"]
        refused(claude("claude-opus-5-5", **talk), "messages.1.content.0.thinking.signature: Field required")

    def test_changed_conversation(self):
        talk = {**self.talk("claude-opus-5-5"), "system": "Be long."}
        refused(claude("claude-opus-5-5", **talk), "The block is bound to a different conversation.")
        assert claude("claude-opus-5-5", rules=Rules(prefix_bound=False), **talk) is None
        drop = {"type": "adaptive", "block_binding": {"prefix_mismatch_behavior": "drop_block"}}
        assert claude("claude-opus-5-5", "thinking-binding-controls-2026-08-01", **talk, thinking=drop) is None
        refused(claude("claude-opus-5-5", **talk, thinking=drop), "block_binding: Extra inputs are not permitted")
        old = {**self.talk("claude-sonnet-4-6"), "system": "Be long."}
        assert claude("claude-sonnet-4-6", **old) is None

    def test_moved_cache_marks_change_nothing(self):
        talk = self.talk("claude-opus-5-5")
        marked = [{"type": "text", "text": "Be brief.", "cache_control": {"type": "ephemeral"}}]
        talk["messages"][0] = {"role": "user", "content": [{"type": "text", "text": "Hello"}]}
        assert claude("claude-opus-5-5", **{**talk, "system": marked}) is None

    def test_extended_thinking_needs_the_turns_own(self):
        enabled = {"thinking": {"type": "enabled", "budget_tokens": 2000}}
        talk = self.talk("claude-haiku-4-5")
        assert claude("claude-haiku-4-5", **talk, **enabled) is None
        talk["messages"][1]["content"].pop(0)
        refused(claude("claude-haiku-4-5", **talk, **enabled), "Expected `thinking` or `redacted_thinking`, but found")
        assert claude("claude-haiku-4-5", **talk) is None
        assert claude("claude-haiku-5-5", **talk, **ADAPTIVE) is None
