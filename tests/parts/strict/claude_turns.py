"""What Anthropic's Messages refuse in a conversation: roles, calls without results, foreign or damaged thinking.

A block's seal says whose it is and what stood before it; ``prefix`` is what the vendor seals with.

Texts: anthropics/claude-agent-sdk-typescript#350 and anthropics/claude-code#61412 (system role, 2026-05 and 06),
LeenHawk/gproxy#209 and elgorro/aiquila#413 (its place, 2026-07 to 09), anomalyco/opencode#48637 (changed conversation,
2026-09-12), ding113/claude-code-hub#518 (signature, 2026-01). That a foreign block's refusal names the model is
assumed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from strict import seals
from strict.claude_models import READ_BY_ALL, ClaudeModel, name_of
from strict.refusal import Refused
from strict.rules import Rules

_THINKING = ("thinking", "redacted_thinking")
_RESULTS = ("tool_result",)


def check_turns(body: Mapping[str, Any], name: str, model: ClaudeModel, rules: Rules) -> Refused | None:
    """Judge the conversation."""
    messages = body["messages"]
    for index, message in enumerate(messages):
        if message.get("role") not in ("user", "assistant", "system"):
            text = f"messages.{index}.role: Input should be 'user' or 'assistant'"
            return Refused(message=text, rule="role")
    return (
        _system(messages, model)
        or _ends(messages, model)
        or _pairs(messages)
        or _seals(body, name, model, rules)
        or _starts_with_thinking(body, messages)
    )


def prefix(body: Mapping[str, Any], upto: int | None = None, blocks: int = 0) -> str:
    """A digest of the system prompt, the tools and the messages before ``upto``, with the first ``blocks`` of that one.

    Thinking does not count, nor how text is split into messages of one role, nor marks for caching.
    """
    messages = body["messages"]
    before = list(messages if upto is None else messages[:upto])
    if upto is not None:
        before.append({"role": messages[upto]["role"], "content": _blocks(messages[upto])[:blocks]})
    said = [
        [message["role"], block]
        for message in before
        for block in _blocks(message)
        if block.get("type") not in _THINKING
    ]
    system = body.get("system") or []
    return seals.digest([_blocks({"content": system}), body.get("tools") or [], *said])


def _blocks(message: Mapping[str, Any]) -> list[dict[str, Any]]:
    content = message.get("content") or []
    if isinstance(content, str):
        return [{"type": "text", "text": content}]
    return [block for block in content if isinstance(block, dict)]


def _system(messages: list[dict[str, Any]], model: ClaudeModel) -> Refused | None:
    for index, message in enumerate(messages):
        if message["role"] != "system":
            continue
        if not model.system_messages:
            if "enabled" in model.thinking and "adaptive" not in model.thinking:
                text = (
                    'messages: Unexpected role "system". The Messages API accepts a top-level `system` parameter, not '
                    '"system" as an input message role.'
                )
            else:
                text = "role 'system' is not supported on this model"
            return Refused(message=text, rule="system role")
        if not _blocks(message):
            continue
        if index == 0:
            text = (
                "messages.0: use the top-level 'system' parameter for the initial system prompt; the "
                "directive-only form "
                "(content: [] with output_config) is accepted at any position"
            )
            return Refused(message=text, rule="system place")
    return None


def _ends(messages: list[dict[str, Any]], model: ClaudeModel) -> Refused | None:
    spoken = [message for message in messages if message["role"] != "system"]
    if not spoken or spoken[0]["role"] != "user":
        return Refused(message='messages: first message must use the "user" role', rule="role")
    for index, message in enumerate(messages):
        if message["role"] == "user" and not _blocks(message):
            return Refused(message=f"messages.{index}: user messages must have non-empty content", rule="empty")
    if spoken[-1]["role"] == "assistant" and not model.prefill:
        text = "This model does not support assistant message prefill. The conversation must end with a user message."
        return Refused(message=text, rule="prefill")
    return None


def _turns(messages: list[dict[str, Any]]) -> Iterator[tuple[int, str, list[dict[str, Any]]]]:
    """Turns of one role each, with the place of their first message; system messages stand outside of them."""
    current: tuple[int, str, list[dict[str, Any]]] | None = None
    for index, message in enumerate(messages):
        if message["role"] == "system":
            continue
        if current is not None and current[1] == message["role"]:
            current[2].extend(_blocks(message))
            continue
        if current is not None:
            yield current
        current = (index, message["role"], list(_blocks(message)))
    if current is not None:
        yield current


def _pairs(messages: list[dict[str, Any]]) -> Refused | None:
    open_calls: dict[str, None] = {}
    place = 0
    for index, role, blocks in _turns(messages):
        results = [str(block.get("tool_use_id")) for block in blocks if block.get("type") in _RESULTS]
        strangers = [call for call in results if call not in open_calls]
        if strangers:
            text = (
                f"messages.{index}.content.0: unexpected `tool_use_id` found in `tool_result` blocks: "
                f"{strangers[0]}. Each "
                "`tool_result` block must have a corresponding `tool_use` block in the previous message."
            )
            return Refused(message=text, rule="tool pairs")
        missing = [call for call in open_calls if call not in results]
        if missing:
            return _unanswered(place, missing)
        open_calls = {}
        if role == "assistant":
            open_calls = {str(block.get("id")): None for block in blocks if block.get("type") == "tool_use"}
            place = index
    return _unanswered(place, list(open_calls)) if open_calls else None


def _unanswered(place: int, calls: list[str]) -> Refused:
    text = (
        f"messages.{place}: `tool_use` ids were found without `tool_result` blocks immediately after: "
        f"{', '.join(calls)}. Each `tool_use` block must have a corresponding `tool_result` block in the next message."
    )
    return Refused(message=text, rule="tool pairs")


def _seals(body: Mapping[str, Any], name: str, model: ClaudeModel, rules: Rules) -> Refused | None:
    thinking = body.get("thinking")
    binding = (thinking.get("block_binding") or {}) if isinstance(thinking, dict) else {}
    drops = binding.get("prefix_mismatch_behavior") == "drop_block"
    checks_prefix = rules.prefix_bound or binding.get("prefix_mismatch_behavior") == "error"
    for index, message in enumerate(body["messages"]):
        for at, block in enumerate(_blocks(message)):
            if block.get("type") not in _THINKING:
                continue
            where = f"messages.{index}.content.{at}"
            field = "signature" if block["type"] == "thinking" else "data"
            if field not in block:
                return Refused(message=f"{where}.{block['type']}.{field}: Field required", rule="signature")
            wrong = f"{where}: Invalid `{field}` in `{block['type']}` block"
            seal = seals.read(block[field])
            if seal is None:
                return Refused(message=wrong, rule="signature")
            writer = name_of(seal.model)
            if writer != name and writer not in model.reads | READ_BY_ALL:
                if rules.foreign_thinking:
                    text = f"{wrong}. The block was created by a different model (model_binding_mismatch)."
                    return Refused(message=text, rule="foreign thinking")
            elif model.preserved and checks_prefix and not drops and seal.prefix != prefix(body, index, at):
                text = (
                    f"{wrong}. The block is bound to a different conversation. Remove the block, or set "
                    '`thinking.block_binding.prefix_mismatch_behavior` to "drop_block". That setting requires the '
                    "`thinking-binding-controls-2026-08-01` value in the `anthropic-beta` header."
                )
                return Refused(message=text, rule="changed prefix")
    return None


def _starts_with_thinking(body: Mapping[str, Any], messages: list[dict[str, Any]]) -> Refused | None:
    """With extended thinking, the turn whose tool's result is sent must begin with its thinking.

    platform.claude.com/docs/en/build-with-claude/extended-thinking, "Preserving thinking blocks"; adaptive thinking
    does not ask for it."""
    if (body.get("thinking") or {}).get("type") != "enabled":
        return None
    turns = list(_turns(messages))
    if len(turns) < 2 or not any(block.get("type") in _RESULTS for block in turns[-1][2]):
        return None
    index, role, blocks = turns[-2]
    if role == "assistant" and blocks and blocks[0].get("type") not in _THINKING:
        text = (
            f"messages.{index}.content.0.type: Expected `thinking` or `redacted_thinking`, but found "
            f"`{blocks[0].get('type')}`. When `thinking` is enabled, a final `assistant` message must start with "
            "a thinking "
            "block (preceeding the lastmost set of `tool_use` and `tool_result` blocks). We recommend you "
            "include thinking "
            "blocks from previous turns. To avoid this requirement, disable `thinking`."
        )
        return Refused(message=text, rule="thinking first")
    return None
