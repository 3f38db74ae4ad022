"""What Anthropic's Messages refuse: the model, its limits, thinking, effort, tools, sampling and betas.

The conversation itself is ``claude_turns``'s. Texts are those that users report of the API:
anthropics/claude-code#11971 and #61412, #81084 (context management, system role, effort without thinking; 2025-11 to
2026-07), mnfst/modelparams.dev#214 and inspect_ai#3721 (temperature; 2026-04 and 08), whats-new-opus-5-5 (disabled
thinking, forced tools; 2026-09), anthropics/claude-code#21767 and #53855 (betas; 2026-01 and 04), and the error texts
in clients' sources for the others.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from strict.claude_models import BETA_FIELDS, BETAS, EFFORTS, FIELDS, MODELS, ClaudeModel, name_of
from strict.claude_turns import check_turns
from strict.refusal import Refused
from strict.rules import Rules
from trayapp.demo.prefixes import tokens

_SAMPLING = ("temperature", "top_p", "top_k")
_PAGE = "https://platform.claude.com/docs/en/build-with-claude/extended-thinking"


def check(path: str, headers: Mapping[str, str], body: Mapping[str, Any], rules: Rules) -> Refused | None:
    """Judge one request for a message or for its count of tokens."""
    counting = path.endswith("/count_tokens")
    name = name_of(body.get("model"))
    model = MODELS.get(name)
    betas = {beta.strip() for beta in headers.get("anthropic-beta", "").split(",")} - {""}
    if model is None:
        text = f"model: {body.get('model')}"
        return Refused(message=text, status=404, kind="not_found_error", rule="unknown model")
    return (
        _betas(betas, model)
        or _fields(body, betas)
        or (None if counting else _limits(body, model))
        or _thinking(body, betas, model)
        or _effort(body, model)
        or _tools(body, model)
        or _sampling(body, model)
        or check_turns(body, name, model, rules)
    )


def _betas(betas: set[str], model: ClaudeModel) -> Refused | None:
    unknown = sorted(betas - BETAS) or sorted(betas & model.betas_refused)
    if not unknown:
        return None
    listed = ", ".join(f"`{beta}`" for beta in unknown)
    return Refused(
        message=f"Unexpected value(s) {listed} for the `anthropic-beta` header. Please consult our documentation at "
        "docs.claude.com or try again without the header.",
        rule="beta",
    )


def _fields(body: Mapping[str, Any], betas: set[str]) -> Refused | None:
    for field in body:
        if field not in FIELDS and not betas & set(BETA_FIELDS.get(field, ())):
            return Refused(message=f"{field}: Extra inputs are not permitted", rule="field")
    return None


def _limits(body: Mapping[str, Any], model: ClaudeModel) -> Refused | None:
    asked = body.get("max_tokens")
    if not isinstance(asked, int) or isinstance(asked, bool):
        return Refused(message="max_tokens: Input should be a valid integer", rule="max_tokens")
    if asked < 1:
        return Refused(message="max_tokens: Input should be greater than or equal to 1", rule="max_tokens")
    if asked > model.max_tokens:
        return Refused(
            message=f"max_tokens: {asked} > {model.max_tokens}, which is the maximum allowed number of output tokens "
            f"for {body['model']}",
            rule="max_tokens",
        )
    size = sum(len(repr(body.get(part, ""))) for part in ("system", "tools", "messages"))
    prompt = tokens(size, str(body["model"]))
    if prompt > model.window:
        return Refused(message=f"prompt is too long: {prompt} tokens > {model.window} maximum", rule="window")
    return None


def _thinking(body: Mapping[str, Any], betas: set[str], model: ClaudeModel) -> Refused | None:
    given = body.get("thinking")
    if given is None:
        return _without_thinking(body, model)
    kind = given.get("type") if isinstance(given, dict) else None
    if kind not in ("adaptive", "enabled", "disabled", "between_tools"):
        text = "thinking: Input tag found using 'type' does not match any of the expected tags: 'disabled', 'enabled', "
        return Refused(message=text + "'adaptive', 'between_tools'", rule="thinking type")
    if kind not in model.thinking:
        return Refused(message=_wrong_kind(kind, model), rule="thinking type")
    spare = {"adaptive": {"display", "block_binding"}, "enabled": {"display", "block_binding", "budget_tokens"}}
    for field in sorted(set(given) - {"type"} - spare.get(kind, set())):
        return Refused(message=f"thinking.{kind}.{field}: Extra inputs are not permitted", rule="thinking field")
    if "block_binding" in given and "thinking-binding-controls-2026-08-01" not in betas:
        text = f"thinking.{kind}.block_binding: Extra inputs are not permitted"
        return Refused(message=text, rule="thinking field")
    shown = ("summarized", "omitted", *(("updates",) if "thinking-display-updates-2026-08-18" in betas else ()))
    if given.get("display") not in (None, *shown):
        text = f"thinking.{kind}.display: Input should be {' or '.join(map(repr, shown))}"
        return Refused(message=text, rule="thinking display")
    if kind == "enabled":
        return _budget(given.get("budget_tokens"), body)
    return _without_thinking(body, model) if kind in ("disabled", "between_tools") else None


def _wrong_kind(kind: str, model: ClaudeModel) -> str:
    if kind == "adaptive":
        return "adaptive thinking is not supported on this model"
    if "between_tools" in model.thinking:
        hint = 'Use "thinking.type.between_tools" to turn off up-front thinking, or "thinking.type.adaptive" and '
    else:
        hint = 'Use "thinking.type.adaptive" and '
    return (
        f'"thinking.type.{kind}" is not supported for this model. {hint}"output_config.effort" to control thinking '
        + ("behavior.")
    )


def _budget(budget: object, body: Mapping[str, Any]) -> Refused | None:
    if not isinstance(budget, int):
        return Refused(message="thinking.enabled.budget_tokens: Field required", rule="budget")
    if budget < 1024:
        text = "thinking.enabled.budget_tokens: Input should be greater than or equal to 1024"
        return Refused(message=text, rule="budget")
    limit = body.get("max_tokens")
    if isinstance(limit, int) and budget >= limit:
        text = "`max_tokens` must be greater than `thinking.budget_tokens`. Please consult our documentation at "
        return Refused(message=f"{text}{_PAGE}#max-tokens-and-context-window-size", rule="budget")
    return None


def _without_thinking(body: Mapping[str, Any], model: ClaudeModel) -> Refused | None:
    """Thinking is disabled, reduced, or left to the model."""
    if thinks(body, model):
        return None
    edits = (body.get("context_management") or {}).get("edits") or []
    if any(isinstance(edit, dict) and edit.get("type") == "clear_thinking_20251015" for edit in edits):
        text = "`clear_thinking_20251015` strategy requires `thinking` to be enabled or adaptive"
        return Refused(message=text, rule="context management")
    return None


def thinks(body: Mapping[str, Any], model: ClaudeModel) -> bool:
    """Whether the model thinks about this request."""
    given = body.get("thinking")
    kind = given.get("type") if isinstance(given, dict) else None
    return model.thinks if kind is None else kind in ("adaptive", "enabled")


def _effort(body: Mapping[str, Any], model: ClaudeModel) -> Refused | None:
    config = body.get("output_config")
    effort = config.get("effort") if isinstance(config, dict) else None
    if effort is None:
        return None
    if not model.efforts:
        return Refused(message="This model does not support the effort parameter.", rule="effort")
    if effort not in EFFORTS:
        text = "output_config.effort: Input should be 'low', 'medium', 'high', 'xhigh' or 'max'"
        return Refused(message=text, rule="effort level")
    if effort not in model.efforts:
        listed = ", ".join(model.efforts)
        text = f"This model does not support effort level '{effort}'. Supported levels: {listed}."
        return Refused(message=text, rule="effort level")
    kind = (body.get("thinking") or {}).get("type")
    off = (kind == "disabled" and model.high_undisabled) or kind == "between_tools"
    if off and effort in ("xhigh", "max"):
        return Refused(
            message=f"output_config.effort '{effort}' is not supported when thinking is disabled on this model. "
            "Use effort "
            "'high' or below, or enable thinking.",
            rule="effort level",
        )
    return None


def _tools(body: Mapping[str, Any], model: ClaudeModel) -> Refused | None:
    choice = (body.get("tool_choice") or {}).get("type")
    if choice not in ("any", "tool"):
        return None
    if not model.forced_tools:
        text = 'tool_choice: type "tool" and "any" are not supported for this model.'
        return Refused(message=text, rule="forced tool")
    if (body.get("thinking") or {}).get("type") in ("adaptive", "enabled"):
        return Refused(message="Thinking may not be enabled when tool_choice forces tool use.", rule="forced tool")
    return None


def _sampling(body: Mapping[str, Any], model: ClaudeModel) -> Refused | None:
    given = {name: body[name] for name in _SAMPLING if body.get(name) is not None}
    if not model.sampling:
        for name, value in given.items():
            if name == "top_k" or value != 1:
                return Refused(message=f"`{name}` is deprecated for this model.", rule="sampling")
        return None
    if thinks(body, model):
        page = f"Please consult our documentation at {_PAGE}"
        if given.get("temperature", 1) != 1:
            text = "`temperature` may only be set to 1 when thinking is enabled or in adaptive mode. "
            return Refused(message=text + page, rule="sampling")
        if "top_k" in given:
            return Refused(message="`top_k` must be unset when thinking is enabled. " + page, rule="sampling")
        if given.get("top_p", 1) < 0.95:
            text = "`top_p` must be greater than or equal to 0.95 or unset when thinking is enabled. "
            return Refused(message=text + page, rule="sampling")
    if "temperature" in given and "top_p" in given:
        text = "`temperature` and `top_p` cannot both be specified for this model. Please use only one."
        return Refused(message=text, rule="sampling")
    return None
