"""What Gemini refuses: the model, how much it shall think, its output limit, function calls without their signature.

The same for an API key, Vertex and Code Assist, which wraps the request. Sources, read 2026-11-26:
ai.google.dev/gemini-api/docs/thinking (budgets of 2.5) and …/thought-signatures;
docs.cloud.google.com/gemini-enterprise-agent-platform/models/thinking (levels of 3.8, 3.7) and
…/models/guides/gemini-3-5-flash (levels of 3.5 Flash, 3.1 Pro, 3.1 Flash-Lite); hexdocs.pm/gemini_ex (3 Pro and 3
Flash; both at once is a 400); google-genai 3.6.1, types.py ("Starting from Gemini 3.5 models, the old thinking_budget
… will result in a user error"); output limits: the price list of litellm 1.109.1. Levels of 3.6 Flash and 3.5
Flash-Lite are assumed to be those of 3.5 Flash.

Texts: continuedev/continue#8785 (missing signature, 2025-11), docs.apiyi.com/faq/gemini-thought-signature-missing
(wrong signature, 2026-10); the others as the API has them in clients' sources.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from strict import seals
from strict.refusal import Refused
from strict.rules import Rules
from trayapp.demo.prefixes import tokens

_NAMED: Final = re.compile(r"/models/([^/:]+):(\w+)\Z")
_LOW: Final = ("LOW", "MEDIUM", "HIGH")
_ALL: Final = ("MINIMAL", *_LOW)
_DUMMIES: Final = ("skip_thought_signature_validator", "context_engineering_is_the_way_to_go")
"""Stand for a signature of a call that came from elsewhere (ai.google.dev/gemini-api/docs/thought-signatures)."""
_DUMMIES_64: Final = tuple(base64.b64encode(text.encode()).decode().rstrip("=") for text in _DUMMIES)


@dataclass(frozen=True, slots=True, kw_only=True)
class GeminiModel:
    """One model's limits and parameters."""

    levels: tuple[str, ...] = ()
    """Of ``thinkingLevel``; none: it takes a budget."""
    budgets: tuple[int, int] | None = None
    """The smallest and the largest ``thinkingBudget``; none: it takes none."""
    may_stop: bool = False
    """Whether a budget of 0 turns thinking off."""
    signs: bool = True
    """Whether a function call of the current turn must bring its signature."""
    window: int = 1_048_576
    max_output: int = 65_536


_OLD: Final = (128, 32_768)
MODELS: Final[dict[str, GeminiModel]] = {
    "gemini-3.8-flash": GeminiModel(levels=_LOW),
    "gemini-3.7-flash": GeminiModel(levels=_LOW),
    "gemini-3.6-flash": GeminiModel(levels=_ALL),
    "gemini-3.5-flash": GeminiModel(levels=_ALL),
    "gemini-3.5-flash-lite": GeminiModel(levels=_ALL),
    "gemini-3.1-pro-preview": GeminiModel(levels=_LOW, budgets=_OLD),
    "gemini-3.1-flash-lite": GeminiModel(levels=_ALL, budgets=_OLD, may_stop=True),
    "gemini-3-pro-preview": GeminiModel(levels=("LOW", "HIGH"), budgets=_OLD),
    "gemini-3-flash-preview": GeminiModel(levels=_ALL, budgets=_OLD, may_stop=True),
    "gemini-3-flash": GeminiModel(levels=_ALL, budgets=_OLD, may_stop=True),
    "gemini-2.5-pro": GeminiModel(budgets=_OLD, signs=False, max_output=65_535),
    "gemini-2.5-flash": GeminiModel(budgets=(1, 24_576), may_stop=True, signs=False, max_output=65_535),
    "gemini-2.5-flash-lite": GeminiModel(budgets=(512, 24_576), may_stop=True, signs=False, max_output=65_535),
}


def check(path: str, headers: Mapping[str, str], body: Mapping[str, Any], rules: Rules) -> Refused | None:
    """Judge one request for content or for its count of tokens."""
    named = _NAMED.search(path)
    name, method = (named[1], named[2]) if named else (str(body.get("model")), path.rsplit(":", 1)[-1])
    inner = _camel(body if named else body.get("request") or body)
    model = MODELS.get(name)
    if model is None:
        if not named:
            return Refused(message="Requested entity was not found.", status=404, rule="unknown model")
        text = (
            f"models/{name} is not found for API version v1beta, or is not supported for {method}. Call "
            "ListModels to see "
            "the list of available models and their supported methods."
        )
        return Refused(message=text, status=404, rule="unknown model")
    if method == "countTokens":
        return None
    config = _camel(inner.get("generationConfig") or {})
    return (
        _thinking(_camel(config.get("thinkingConfig") or {}), model)
        or _limits(config, inner, name, model)
        or _signatures(inner, name, model, rules)
    )


def _thinking(config: Mapping[str, Any], model: GeminiModel) -> Refused | None:
    level, budget = config.get("thinkingLevel"), config.get("thinkingBudget")
    if level is not None and budget is not None:
        return Refused(message="You can only set only one of thinking budget and thinking level.", rule="thinking both")
    if level is not None:
        wanted = str(level).upper()
        if not model.levels:
            return Refused(message="Thinking level is not supported for this model.", rule="thinking level")
        if wanted not in (*model.levels, "THINKING_LEVEL_UNSPECIFIED"):
            text = f"Thinking level {wanted} is not supported for this model. Please retry with other thinking level."
            return Refused(message=text, rule="thinking level")
    if budget is None or (budget == -1 and model.budgets):
        return None
    if model.budgets is None:
        text = "Thinking budget is not supported for this model. Use thinking level instead."
        return Refused(message=text, rule="thinking budget")
    if budget == 0:
        if model.may_stop:
            return None
        return Refused(message="Budget 0 is invalid. This model only works in thinking mode.", rule="thinking budget")
    low, high = model.budgets
    if not isinstance(budget, int) or not low <= budget <= high:
        text = f"The thinking budget {budget} is invalid. Please choose a value between {low} and {high}."
        return Refused(message=text, rule="thinking budget")
    return None


def _limits(config: Mapping[str, Any], inner: Mapping[str, Any], name: str, model: GeminiModel) -> Refused | None:
    limit = config.get("maxOutputTokens")
    if isinstance(limit, int) and not 1 <= limit <= model.max_output:
        text = (
            f"Unable to submit request because it has a maxOutputTokens value of {limit} but the supported range "
            "is from 1 "
            f"(inclusive) to {model.max_output + 1} (exclusive). Update the value and try again."
        )
        return Refused(message=text, rule="max output")
    size = tokens(sum(len(repr(inner.get(part, ""))) for part in ("systemInstruction", "tools", "contents")), name)
    if size > model.window:
        text = f"The input token count ({size}) exceeds the maximum number of tokens allowed ({model.window})."
        return Refused(message=text, rule="window")
    return None


def _signatures(inner: Mapping[str, Any], name: str, model: GeminiModel, rules: Rules) -> Refused | None:
    """Each step's first function call in the current turn brings its signature; none brings a wrong one.

    The current turn begins with the last content of the user's that is no function's response.
    """
    contents = [content for content in inner.get("contents") or [] if isinstance(content, dict)]
    begins = 0
    for index, content in enumerate(contents):
        if content.get("role", "user") == "user" and not any("functionResponse" in part for part in _parts(content)):
            begins = index
    for index, content in enumerate(contents):
        if content.get("role") != "model":
            continue
        calls = [(at, part) for at, part in enumerate(_parts(content)) if "functionCall" in part]
        for at, part in calls:
            given = part.get("thoughtSignature")
            if given is None:
                if model.signs and index >= begins and at == calls[0][0]:
                    return _missing(part, at)
                continue
            if str(given) in _DUMMIES or str(given).rstrip("=") in _DUMMIES_64:
                continue
            seal = seals.read(given)
            if seal is None:
                return Refused(message="Corrupted thought signature.", rule="signature")
            if rules.foreign_thought and seal.model != name:
                return Refused(message="Invalid thought signature.", rule="foreign signature")
    return None


def _missing(part: Mapping[str, Any], at: int) -> Refused:
    function = (part.get("functionCall") or {}).get("name")
    text = (
        "Function call is missing a thought_signature in functionCall parts. This is required for tools to work "
        "correctly, "
        "and missing thought_signature may lead to degraded model performance. Additional data, function call "
        f"`default_api:{function}`, position {at + 1}. Please refer to "
        "https://ai.google.dev/gemini-api/docs/thought-signatures for more details."
    )
    return Refused(message=text, rule="missing signature")


def _parts(content: Mapping[str, Any]) -> list[dict[str, Any]]:
    return [_camel(part) for part in content.get("parts") or [] if isinstance(part, dict)]


def _camel(given: Mapping[str, Any]) -> dict[str, Any]:
    """With names in camel case: Google takes ``thinking_level`` as well, and its Python SDK sends it (3.6.1)."""
    return {re.sub(r"_(\w)", lambda found: found[1].upper(), name): value for name, value in given.items()}
