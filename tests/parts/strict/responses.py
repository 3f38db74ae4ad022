"""What OpenAI's Responses refuse: the model, effort, limits, the lite shape, sealed reasoning, calls without output.

Texts: openai/codex#6647 (effort, 2025-11), openai/codex#8119 and miuuyy/codex-chatgpt-web#249 (encrypted content,
2025-12 and 2026-08; that a switch of the model causes it: openai/codex#17541, 2026-04), Wei-Shaw/sub2api#4455 and
#4771 (lite, 2026-07), duolahypercho/codex-router#707 (an unknown model on the ChatGPT backend, 2026-09). The text
about ``reasoning.context`` is assumed; that it is demanded: Wei-Shaw/sub2api#4357. That ``previous_response_id`` of
another model is refused is assumed. GitHub has the same path for models of its own: those are let pass.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from strict import seals
from strict.openai_models import MODELS, OpenAIModel, is_known_elsewhere, listed, name_of
from strict.refusal import Refused
from strict.rules import Rules
from trayapp.demo.prefixes import tokens

LITE_HEADER = "x-openai-internal-codex-responses-lite"
_LITE_TOOLS = ("function", "custom", "tool_search", "namespace")
_CALLS = {
    "function_call": ("function_call_output", "function call"),
    "custom_tool_call": ("custom_tool_call_output", "custom tool call"),
}


def check(path: str, headers: Mapping[str, str], body: Mapping[str, Any], rules: Rules) -> Refused | None:
    """Judge one request for a response or for a compaction."""
    if "copilot-integration-id" in headers:
        return None
    asked = body.get("model")
    model = MODELS.get(name_of(asked))
    if model is None:
        if is_known_elsewhere(asked) and "chatgpt-account-id" not in headers:
            return None
        return _unknown(asked, headers)
    return (
        _hint(asked, headers, rules)
        or _shape(headers, body, model, rules)
        or _effort(headers, body, model)
        or _limits(body, model)
        or _sampling(body, model)
        or _previous(body)
        or _sealed(body)
        or _pairs(body)
    )


def _unknown(asked: object, headers: Mapping[str, str]) -> Refused:
    if "chatgpt-account-id" in headers:
        text = f"The '{asked}' model is not supported when using Codex with a ChatGPT account."
        return Refused(message=text, detail=True, rule="unknown model")
    text = f"The requested model '{asked}' does not exist."
    return Refused(message=text, param="model", code="model_not_found", rule="unknown model")


def _hint(asked: object, headers: Mapping[str, str], rules: Rules) -> Refused | None:
    hint = headers.get("x-codex-routing-hint", "")
    if rules.hint_agrees and hint and hint != f"model={asked}":
        text = f"The routing hint '{hint}' does not match the requested model '{asked}'."
        return Refused(message=text, param="model", code="invalid_value", rule="routing hint")
    return None


def _shape(headers: Mapping[str, str], body: Mapping[str, Any], model: OpenAIModel, rules: Rules) -> Refused | None:
    items = _items(body)
    if headers.get(LITE_HEADER, "").lower() == "true":
        if not model.lite:
            text = "This model is not supported when using X-OpenAI-Internal-Codex-Responses-Lite."
            return Refused(message=text, param="model", code="unsupported_value", rule="lite")
        offered = [*(body.get("tools") or []), *_additional(items)]
        if any(isinstance(tool, dict) and tool.get("type") not in _LITE_TOOLS for tool in offered):
            text = (
                "X-OpenAI-Internal-Codex-Responses-Lite only supports function tools, custom tools, and "
                "client-executed tool "
                "search."
            )
            return Refused(message=text, param="tools", code="unsupported_value", rule="lite")
        if (body.get("reasoning") or {}).get("context") != "all_turns":
            text = "X-OpenAI-Internal-Codex-Responses-Lite requires reasoning.context to be 'all_turns'."
            return Refused(message=text, param="reasoning.context", code="unsupported_value", rule="lite")
        return None
    for index, item in enumerate(items):
        if item.get("type") == "additional_tools" and not model.lite:
            text = "Invalid value: 'additional_tools'."
            return Refused(message=text, param=f"input[{index}].type", code="invalid_value", rule="lite")
    is_codex = headers.get("originator", "").startswith("codex")
    if (
        rules.lite_only
        and is_codex
        and model.lite
        and not any(item.get("type") == "additional_tools" for item in items)
    ):
        text = "This model requires X-OpenAI-Internal-Codex-Responses-Lite."
        return Refused(message=text, param="model", code="unsupported_value", rule="lite")
    return None


def _effort(headers: Mapping[str, str], body: Mapping[str, Any], model: OpenAIModel) -> Refused | None:
    reasoning = body.get("reasoning") or {}
    effort = reasoning.get("effort")
    name = name_of(body["model"])
    if effort is not None and not model.efforts:
        text = "Unsupported parameter: 'reasoning.effort' is not supported with this model."
        return Refused(message=text, param="reasoning.effort", code="unsupported_parameter", rule="effort")
    may_ultra = model.ultra and headers.get("originator", "").startswith("codex")
    efforts = (*model.efforts, "ultra") if may_ultra else model.efforts
    if effort is not None and effort not in efforts:
        text = f"Unsupported value: '{effort}' is not supported with the '{name}' model. Supported values are: "
        return Refused(
            message=f"{text}{listed(model.efforts)}.",
            param="reasoning.effort",
            code="unsupported_value",
            rule="effort level",
        )
    verbosity = (body.get("text") or {}).get("verbosity")
    if not model.efforts and verbosity not in (None, "medium"):
        text = (
            f"Unsupported value: '{verbosity}' is not supported with the '{name}' model. Supported values are: "
            "'medium'."
        )
        return Refused(message=text, param="text.verbosity", code="unsupported_value", rule="verbosity")
    if not model.efforts and "reasoning.encrypted_content" in (body.get("include") or []):
        text = "Encrypted content is not supported with this model."
        return Refused(message=text, param="include", rule="include")
    return None


def _limits(body: Mapping[str, Any], model: OpenAIModel) -> Refused | None:
    limit = body.get("max_output_tokens")
    if isinstance(limit, int) and limit < 16:
        text = (
            "Invalid 'max_output_tokens': integer below minimum value. Expected a value >= 16, but got "
            f"{limit} instead."
        )
        return Refused(message=text, param="max_output_tokens", code="integer_below_min_value", rule="max output")
    if isinstance(limit, int) and limit > model.max_output:
        text = (
            f"max_output_tokens is too large: {limit}. This model supports at most {model.max_output} completion "
            "tokens, "
            f"whereas you provided {limit}."
        )
        return Refused(message=text, param="max_output_tokens", code="invalid_value", rule="max output")
    for foreign in ("max_tokens", "max_completion_tokens", "reasoning_effort", "messages"):
        if foreign in body:
            text = f"Unknown parameter: '{foreign}'."
            return Refused(message=text, param=foreign, code="unknown_parameter", rule="field")
    size = sum(len(repr(body.get(part, ""))) for part in ("instructions", "tools", "input"))
    if tokens(size, str(body["model"])) > model.window:
        text = "Your input exceeds the context window of this model. Please adjust your input and try again."
        return Refused(message=text, param="input", code="context_length_exceeded", rule="window")
    return None


def _sampling(body: Mapping[str, Any], model: OpenAIModel) -> Refused | None:
    """A model that reasons takes no temperature, unless it is told not to reason."""
    effort = (body.get("reasoning") or {}).get("effort") or model.default_effort
    if not model.efforts or effort == "none":
        return None
    for name in ("temperature", "top_p"):
        if body.get(name) not in (None, 1):
            text = f"Unsupported parameter: '{name}' is not supported with this model."
            return Refused(message=text, param=name, code="unsupported_parameter", rule="sampling")
    return None


def _previous(body: Mapping[str, Any]) -> Refused | None:
    previous = body.get("previous_response_id")
    if previous and not str(previous).endswith(seals.mark(name_of(body["model"]))):
        text = f"Previous response with id '{previous}' not found."
        return Refused(
            message=text, param="previous_response_id", code="previous_response_not_found", rule="previous response"
        )
    return None


def _sealed(body: Mapping[str, Any]) -> Refused | None:
    for item in _items(body):
        sealed = item.get("encrypted_content")
        if item.get("type") not in ("reasoning", "compaction", "compaction_summary") or sealed is None:
            continue
        seal = seals.read(sealed)
        if seal is None or name_of(seal.model) != name_of(body["model"]):
            text = (
                f"The encrypted content {str(sealed)[:4]}...{str(sealed)[-4:]} could not be verified. Reason: "
                "Encrypted "
                "content could not be decrypted or parsed."
            )
            return Refused(message=text, code="invalid_encrypted_content", rule="foreign reasoning")
    return None


def _pairs(body: Mapping[str, Any]) -> Refused | None:
    items = _items(body)
    for kind, (output, words) in _CALLS.items():
        calls = [str(item.get("call_id")) for item in items if item.get("type") == kind]
        outputs = [str(item.get("call_id")) for item in items if item.get("type") == output]
        missing = [call for call in calls if call not in outputs]
        if missing:
            return Refused(message=f"No tool output found for {words} {missing[0]}.", param="input", rule="tool pairs")
        strangers = [call for call in outputs if call not in calls]
        if strangers and not body.get("previous_response_id"):
            text = f"No tool call found for {words} output with call_id {strangers[0]}."
            return Refused(message=text, param="input", rule="tool pairs")
    return None


def _items(body: Mapping[str, Any]) -> list[dict[str, Any]]:
    given = body.get("input")
    return [item for item in given if isinstance(item, dict)] if isinstance(given, list) else []


def _additional(items: list[dict[str, Any]]) -> Iterator[Any]:
    for item in items:
        if item.get("type") == "additional_tools":
            yield from item.get("tools") or []
