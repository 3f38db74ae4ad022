"""What OpenAI's Chat Completions refuse: the model, effort, the name of the limit, sampling, calls without results.

Azure names a deployment and not a model, GitHub and others have the same path for models of their own: those are let
pass. Texts: the API's own as clients quote them, tailcallhq/forgecode#1177 (shape of ``unsupported_value``, 2025-07);
that the 5 family takes ``max_completion_tokens`` only: prasmussen15 in CopilotKit/CopilotKit#7191's sources (2025-08).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from strict.openai_models import MODELS, OpenAIModel, is_known_elsewhere, listed, name_of
from strict.refusal import Refused
from trayapp.demo.prefixes import tokens


def check(path: str, headers: Mapping[str, str], body: Mapping[str, Any]) -> Refused | None:
    """Judge one request for a completion."""
    asked = body.get("model")
    if "/deployments/" in path or "copilot-integration-id" in headers or is_known_elsewhere(asked):
        return None
    model = MODELS.get(name_of(asked))
    if model is None:
        text = f"The model `{asked}` does not exist or you do not have access to it."
        return Refused(message=text, status=404, code="model_not_found", rule="unknown model")
    return _effort(body, model) or _limits(body, model) or _sampling(body, model) or _pairs(body)


def _effort(body: Mapping[str, Any], model: OpenAIModel) -> Refused | None:
    effort = body.get("reasoning_effort")
    if effort is not None and not model.efforts:
        return Refused(message="Unrecognized request argument supplied: reasoning_effort", rule="effort")
    if effort is not None and effort not in model.efforts:
        text = (
            f"Unsupported value: 'reasoning_effort' does not support '{effort}' with this model. Supported values are: "
        )
        return Refused(
            message=f"{text}{listed(model.efforts)}.",
            param="reasoning_effort",
            code="unsupported_value",
            rule="effort level",
        )
    return None


def _limits(body: Mapping[str, Any], model: OpenAIModel) -> Refused | None:
    for foreign in ("max_output_tokens", "reasoning", "input"):
        if foreign in body:
            return Refused(message=f"Unrecognized request argument supplied: {foreign}", rule="field")
    if model.efforts and body.get("max_tokens") is not None:
        text = (
            "Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead."
        )
        return Refused(message=text, param="max_tokens", code="unsupported_parameter", rule="max_tokens")
    for name in ("max_completion_tokens", "max_tokens"):
        limit = body.get(name)
        if isinstance(limit, int) and limit > model.max_output:
            text = (
                f"{name} is too large: {limit}. This model supports at most {model.max_output} completion tokens, "
                "whereas "
                f"you provided {limit}."
            )
            return Refused(message=text, param=name, code="invalid_value", rule="max output")
    size = tokens(sum(len(repr(body.get(part, ""))) for part in ("tools", "messages")), str(body["model"]))
    if size > model.window:
        text = (
            f"This model's maximum context length is {model.window} tokens. However, your messages resulted in "
            f"{size} tokens. "
            "Please reduce the length of the messages."
        )
        return Refused(message=text, param="messages", code="context_length_exceeded", rule="window")
    return None


def _sampling(body: Mapping[str, Any], model: OpenAIModel) -> Refused | None:
    effort = body.get("reasoning_effort") or model.default_effort
    if not model.efforts or effort == "none":
        return None
    for name in ("temperature", "top_p"):
        if body.get(name) not in (None, 1):
            text = (
                f"Unsupported value: '{name}' does not support {body[name]} with this model. Only the default "
                "(1) value is "
            )
            return Refused(message=text + "supported.", param=name, code="unsupported_value", rule="sampling")
    return None


def _pairs(body: Mapping[str, Any]) -> Refused | None:
    messages = [message for message in body.get("messages") or [] if isinstance(message, dict)]
    open_calls: list[str] = []
    for index, message in enumerate(messages):
        if message.get("role") == "tool":
            call = str(message.get("tool_call_id"))
            if call not in open_calls:
                text = "Invalid parameter: messages with role 'tool' must be a response to a preceeding message with "
                return Refused(message=text + "'tool_calls'.", param=f"messages.[{index}].role", rule="tool pairs")
            open_calls.remove(call)
            continue
        if open_calls:
            return _unanswered(index, open_calls)
        open_calls = [str(call.get("id")) for call in message.get("tool_calls") or []]
    return _unanswered(len(messages), open_calls) if open_calls else None


def _unanswered(index: int, calls: list[str]) -> Refused:
    text = (
        "An assistant message with 'tool_calls' must be followed by tool messages responding to each "
        "'tool_call_id'. The "
        f"following tool_call_ids did not have response messages: {', '.join(calls)}"
    )
    return Refused(message=text, param=f"messages.[{index}].role", rule="tool pairs")
