"""Requests in Anthropic's Messages, made to fit another Claude.

Everything that changes these bodies and the ``anthropic-beta`` field besides the model's name lives here; the
conversation's own changes are in ``claude_turns``. The rules follow what Claude Code itself sends for each model, what
Anthropic's SDK 2.12 says of a fallback's parameters, and its migration guides (2026-11; see ``known_models``):

* ``max_tokens`` comes down to the target's largest;
* thinking of a type that the target takes stays. ``adaptive`` becomes ``enabled`` with Claude Code's own budget, or
  leaves; ``enabled`` becomes ``adaptive``; ``disabled`` and ``between_tools`` stand for each other; what has no
  counterpart leaves. A budget is at least 1,024 and below ``max_tokens``;
* a forced tool outranks thinking (the API refuses both together): it stays and made-up thinking leaves. A target that
  takes no forced tool, or does not go on from a begun answer, is not served such a request;
* effort is lowered to a level that the target takes, or leaves with its last level;
* where thinking leaves, so do all thinking blocks and the ``clear_thinking`` edit, which demand it;
* temperature, top_p and top_k leave where the target refuses them: always, or beside thinking;
* fast mode leaves where there is none;
* of the betas only refused ones leave; a field that would be empty stays as it is.
"""

from __future__ import annotations

import re
from typing import Any, Final

from trayapp.dialects import request
from trayapp.dialects.adapt import claude_turns, limits
from trayapp.dialects.adapt.capability import Capability
from trayapp.dialects.adapt.contract import Change, Refused
from trayapp.dialects.adapt.document import Document, array, items

LEAST_BUDGET: Final = 1024
"""Tokens; the API's own bound (SDK 2.12)."""
USUAL_BUDGET: Final = 31_999
"""What Claude Code 2.1.330 sends to models that take a budget (measured 2026-11-23)."""
_CLEARS: Final = "clear_thinking_20251015"
_DEMANDED: Final = "enabled"
"""Models that take a budget think only when asked to; newer ones also when the request says nothing of it."""
_DATE: Final = re.compile(r"-\d{4}-\d{2}-\d{2}\Z")
_FORCED: Final = ("any", "tool")
_KEPT: Final = {"adaptive": ("type", "display"), "enabled": ("type", "display", "budget_tokens")}
"""What stays of the settings of thinking when its type changes; elsewhere the type alone."""
_TOP_P_BESIDE_THINKING: Final = 0.95
"""The least top_p beside thinking (Anthropic's page on extended thinking)."""


def fit(body: Document, change: Change) -> None:
    """Fit the body.

    Raises:
        Refused: the target cannot take it.
    """
    _effort(body, change)
    target = change.target
    if not change.switches or target is None:
        claude_turns.fit(body, change, thinks=True, budgets=_kind(body.part("thinking")) == "enabled")
        change.effort = _asks(body)
        return
    if target.forced_tools is False and _forces(body):
        raise Refused("forced_tool")
    limits.clamp(body, change, "max_tokens")
    off = _thinking(body, change, target)
    if off or ("thinking" not in body and _DEMANDED in (target.thinking or ())):
        _no_clearing(body, change)
    _sampling(body, change, target)
    _bodily_betas(body, change, target)
    if target.fast is False and body.value("speed") == "fast":
        body.put("speed", None)
        change.fields.add("speed")
    claude_turns.fit(body, change, thinks=not off, budgets=_kind(body.part("thinking")) == "enabled")
    change.effort = _asks(body)


def accepted_betas(value: bytes, target: Capability) -> bytes:
    """A value of ``anthropic-beta`` without what the target refuses; as it was when nothing would be left."""
    words = value.split(b",")
    kept = [word for word in words if not _refused(word.strip().decode("latin-1"), target)]
    if not any(word.strip() for word in kept) or len(kept) == len(words):
        return value
    return b",".join(kept).strip()


def _refused(beta: str, target: Capability) -> bool:
    return _DATE.sub("", beta) in target.refused_betas


def _bodily_betas(body: Document, change: Change, target: Capability) -> None:
    """Vertex and Bedrock take the betas in the body."""
    betas = body.value("anthropic_beta")
    if not isinstance(betas, list) or not all(isinstance(beta, str) for beta in betas):
        return
    kept = [beta for beta in betas if not _refused(beta, target)]
    if kept and len(kept) < len(betas):
        body.set("anthropic_beta", kept)
        change.fields.add("betas")


def _effort(body: Document, change: Change) -> None:
    config = body.part("output_config")
    if config is None:
        if change.wanted.effort is None:
            return
        if body.value("output_config") is not None:
            raise Refused("unreadable")
        config = Document.read(b"{}")
    if config is not None:
        limits.put_level(config, "effort", change)
        body.adopt("output_config", config)


def _asks(body: Document) -> str | None:
    """The effort that the request asks for now, as ``anthropic`` reads it."""
    config, thinking = body.part("output_config"), body.part("thinking")
    word = request.effort(config.value("effort")) if config is not None else None
    if word is not None or thinking is None:
        return word
    return request.budget(thinking.value("budget_tokens")) or request.effort(thinking.value("type"))


def _kind(thinking: Document | None) -> str | None:
    kind = thinking.value("type") if thinking is not None else None
    return kind if isinstance(kind, str) else None


def _thinking(body: Document, change: Change, target: Capability) -> bool:
    """Fit the thinking; whether the request has ceased to think."""
    thinking = body.part("thinking")
    asked, taken = _kind(thinking), target.thinking
    if thinking is None or asked is None or taken is None:
        return False
    kind: str | None = asked
    if asked not in taken:
        instead = {
            "adaptive": ("enabled",),
            "enabled": ("adaptive",),
            "disabled": ("between_tools",),
            "between_tools": ("disabled",),
        }
        kind = next((other for other in instead.get(asked, ()) if other in taken), None)
    if kind == "enabled":
        kind = _budget(body, thinking, made_up=asked != "enabled")
    if kind is None:
        body.put("thinking", None)
    else:
        if kind != asked:
            thinking.set("type", kind)
            for name in thinking.names:
                if name not in _KEPT.get(kind, ("type",)):
                    thinking.put(name, None)
        if target.turn_controls is False and thinking.value("display") == "updates":
            thinking.set("display", "omitted")
        body.adopt("thinking", thinking)
    if kind is None or thinking.touched:
        change.fields.add("thinking")
    return kind is None and asked in ("adaptive", "enabled")


def _budget(body: Document, thinking: Document, *, made_up: bool) -> str | None:
    """Put a legal budget; the type, or ``None`` when there is no room for one."""
    most = body.value("max_tokens")
    budget = thinking.value("budget_tokens")
    if made_up and _forces(body):
        return None
    if type(budget) is not int:
        budget = USUAL_BUDGET
    if type(most) is int and budget >= most:
        budget = most - 1
    if budget < LEAST_BUDGET:
        return None
    if budget != thinking.value("budget_tokens"):
        thinking.set("budget_tokens", budget)
    return "enabled"


def _forces(body: Document) -> bool:
    choice = body.value("tool_choice")
    return isinstance(choice, dict) and choice.get("type") in _FORCED


def _no_clearing(body: Document, change: Change) -> None:
    management = body.part("context_management")
    edits = items(management.raw("edits")) if management is not None else None
    if management is None or edits is None:
        return
    kept = [edit for edit in edits if _kind(Document.read(edit)) != _CLEARS]
    if len(kept) == len(edits):
        return
    management.put("edits", array(kept) if kept else None)
    body.adopt("context_management", management)
    change.fields.add("context_management")


def _sampling(body: Document, change: Change, target: Capability) -> None:
    thinks = _kind(body.part("thinking")) in ("adaptive", "enabled")
    if target.sampling is None or (target.sampling and not thinks):
        return
    refused: list[str] = []
    if "temperature" in body and body.value("temperature") != 1:
        refused.append("temperature")
    if "top_k" in body:
        refused.append("top_k")
    top_p: Any = body.value("top_p")
    fits = isinstance(top_p, int | float) and top_p >= (_TOP_P_BESIDE_THINKING if target.sampling else 1)
    if "top_p" in body and not fits:
        refused.append("top_p")
    for name in refused:
        body.put(name, None)
        change.fields.add("sampling")
