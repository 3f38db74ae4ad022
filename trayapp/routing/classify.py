"""One request's verdict: its kind, its task type, how surely a small model suffices, and whether to suggest one.

Everything that puts the layers together lives here (DESIGN §8): kind by structure, then the task type of the last human
text, on which rules *and* the linear model must agree. What a switch would cost is asked elsewhere, afterwards.

Rules: pure, never raises; ``suggest`` is said only of a request that opens a turn, never inside a tool loop; a picture,
a planning mode, more effort than the tool's usual or two failures among the newest tool results forbid it; a verdict
holds words of ours and numbers, no text.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from trayapp.routing import kinds, tasktype
from trayapp.routing.lasttext import Turn
from trayapp.routing.linear import Model
from trayapp.values import Call, Kind

MOST_ERRORS: Final = 1
"""More failures than this among the newest tool results: the work is harder than its words."""
HELD: Final = 0.2
"""The most that is said of a request that something about its conversation speaks against."""
_USUAL: Final = {
    "claude-opus-4-7": "xhigh",
    "claude-fable-5-1": "high",
    "claude-fable-5": "high",
    "claude-opus-5": "high",
    "claude-opus-4-8": "high",
    "claude-opus-4-6": "high",
    "claude-opus-4-5": "high",
    "claude-sonnet-5": "high",
    "claude-sonnet-4-6": "high",
}
"""The effort that Claude Code 2.1.330 sends by itself where it is more than medium (measured 2026-11-23)."""
_EFFORTS: Final = ("none", "minimal", "low", "medium", "high", "xhigh", "max", "ultra")
_BUDGET: Final = 24_000
"""A thinking budget from which it counts as high; what Claude Code asks for by itself on 4.5 models is no sign."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What is said of a request."""

    kind: str
    """One of ``kinds.LABELS``' names."""
    type: str | None
    """The task type (simple or hard), a side call's kind, or ``None``: it cannot be judged."""
    score: float
    """0 to 1: how surely a small model suffices. A probability where the model's ``show`` says so."""
    suggest: bool
    """Whether a cheaper model may be suggested for it, if money agrees."""
    why: str
    """One word on ``suggest``: ``kind``, ``agreed``; ``tool_loop``, ``pictures``, ``plan_mode``, ``effort``,
    ``errors``, ``kind_kept``, ``no_text``, ``hard``, ``unknown_task``, ``unsure``."""


def classify(call: Call | None, turn: Turn, model: Model) -> Verdict:
    """The verdict on one request.

    Args:
        call: what its dialect read, or ``None`` when only the text is known.
        turn: its last human text and where the conversation stands.
        model: the weights.
    """
    kind = call.kind if call is not None else Kind.MAIN
    label = kinds.LABELS[kind]
    if kind is not Kind.MAIN:
        return _side(kind, label, turn)
    if not turn.text:
        # A picture alone, or tool results without anything that a person said: nothing to judge.
        return Verdict(label, None, HELD, suggest=False, why="pictures" if turn.pictures else "no_text")
    request = tasktype.split(turn.text)
    judged = tasktype.judge(turn.text, request)
    margin = model.margin(request)
    score = model.together(margin, opening=judged.opening and not judged.guarded, guarded=judged.guarded)
    against = _against(call, turn)
    if against is not None:
        return Verdict(label, judged.type, round(min(score, HELD), 4), suggest=False, why=against)
    if not turn.fresh:
        return Verdict(label, judged.type, round(score, 4), suggest=False, why="tool_loop")
    if not judged.simple:
        why = "hard" if judged.guarded else "unknown_task"
        return Verdict(label, judged.type, round(score, 4), suggest=False, why=why)
    agreed = judged.type == "ack" or model.alone(margin) >= _needed(judged, model)
    return Verdict(label, judged.type, round(score, 4), suggest=agreed, why="agreed" if agreed else "unsure")


def _side(kind: Kind, label: str, turn: Turn) -> Verdict:
    score = kinds.EASY.get(kind, HELD)
    if kind not in kinds.OFFERED:
        return Verdict(label, label, score, suggest=False, why="kind_kept")
    if not turn.fresh:
        return Verdict(label, label, score, suggest=False, why="tool_loop")
    return Verdict(label, label, score, suggest=True, why="kind")


def _needed(judged: tasktype.Judged, model: Model) -> float:
    """How sure the model has to be by itself."""
    if judged.type in tasktype.NAMED:
        return model.lenient
    return model.strict if judged.described else model.threshold


def _against(call: Call | None, turn: Turn) -> str | None:
    """What about the conversation speaks against a small model, whatever the words."""
    if turn.pictures:
        return "pictures"
    if turn.plan:
        return "plan_mode"
    if turn.errors > MOST_ERRORS:
        return "errors"
    if call is not None and _strives(call):
        return "effort"
    return None


def _strives(call: Call) -> bool:
    """Whether a person asked for more effort than the tool does by itself."""
    effort, model = call.effort, call.model or ""
    if effort is None or call.wire == "gemini":  # Gemini CLI 0.61 always says HIGH
        return False
    if effort.startswith("budget:"):
        return int(effort[7:]) >= _BUDGET and "-4-5" not in model and "-4.5" not in model
    if effort not in _EFFORTS:
        return False
    name = model.replace(".", "-").rpartition("/")[2]
    usual = next((word for known, word in _USUAL.items() if name.startswith(known)), "medium")
    if name.startswith(("claude-opus-5-", "claude-sonnet-5-", "claude-fable-5-2")):
        usual = "medium"
    return _EFFORTS.index(effort) > _EFFORTS.index(usual)
