"""Requests to Gemini, made to fit another model of its.

Everything that changes these bodies besides the model's name lives here (facts of 2026-11: google-genai 3.4, captures
of Gemini CLI 0.61; see ``known_models`` for what models take).

* 2.5 takes a thinking budget, later models a level; both together are refused. A budget becomes the level that is
  nearest in kind and the other way round (``_BUDGETS``: our own reading; the vendor names no such pairs);
* a signature of another model leaves its part, alone, in earlier turns. In the turn under way a signed call cannot
  lose it (3.x answers 400), so such a request is not adapted;
* a request for pictures or sound is none of ours.
"""

from __future__ import annotations

from typing import Any, Final

from trayapp.dialects import fields, request
from trayapp.dialects.adapt import limits, signed_thoughts
from trayapp.dialects.adapt.contract import Change, Refused
from trayapp.dialects.adapt.document import Document, array, items
from trayapp.dialects.adapt.levels import nearest

_BUDGETS: Final = (("minimal", 0), ("low", 1024), ("medium", 8192), ("high", 24_576))
"""A level and the largest budget that stands for it."""


def fit(body: Document, change: Change) -> None:
    """Fit the body, or the inside of Code Assist's ``request``.

    Raises:
        Refused: the target cannot take it.
    """
    name = "generation_config" if "generation_config" in body else "generationConfig"
    config = body.part(name)
    if config is None and change.wanted.effort is not None and body.value(name) is None:
        config = Document.read(b"{}")
    if config is not None:
        modalities = config.value("responseModalities")
        if isinstance(modalities, list) and any(str(word).upper() != "TEXT" for word in modalities):
            raise Refused("not_a_generation")
        _thinking(config, change)
        limits.clamp(config, change, "maxOutputTokens", "max_output_tokens")
        body.adopt(name, config)
    elif change.wanted.effort is not None:
        raise Refused("unreadable")
    _without_foreign(body, change)
    change.effort = _asks(body.part(name))


def _asks(config: Document | None) -> str | None:
    """The effort that the request asks for now, as ``gemini`` reads it."""
    found: Any = config.value("thinkingConfig") if config is not None else None
    if not isinstance(found, dict):
        return None
    return request.effort(found.get("thinkingLevel")) or request.budget(found.get("thinkingBudget"))


def _thinking(config: Document, change: Change) -> None:
    target = change.target
    styles = target.thinking if target is not None else None
    lever = change.wanted.effort
    if lever is not None and not styles:
        raise Refused("effort_unknown")
    if styles is None or (lever is None and not change.switches):
        return
    name = "thinking_config" if "thinking_config" in config else "thinkingConfig"
    thinking = config.part(name)
    if thinking is None:
        if lever is None or config.value(name) is not None:
            return
        thinking = Document.read(b"{}")
        if thinking is None:
            return
    if not styles:
        config.put(name, None)
        change.fields.add("thinking")
        return
    level_key = "thinking_level" if "thinking_level" in thinking else "thinkingLevel"
    budget_key = "thinking_budget" if "thinking_budget" in thinking else "thinkingBudget"
    level, budget = thinking.value(level_key), thinking.value(budget_key)
    if "level" in styles:
        _as_level(thinking, change, level_key, budget_key, level, budget)
    else:
        _as_budget(thinking, change, level_key, budget_key, level, budget)
    if thinking.touched:
        change.fields.add("thinking" if lever is None else "effort")
        config.adopt(name, thinking)


def _as_level(thinking: Document, change: Change, level_key: str, budget_key: str, level: Any, budget: Any) -> None:
    accepted = change.target.efforts if change.target is not None else None
    asked = change.wanted.effort or (level.lower() if isinstance(level, str) else _level_of(budget))
    thinking.put(budget_key, None)
    found = nearest(asked, accepted) if asked is not None and accepted is not None else asked
    if change.wanted.effort is not None and (found is None or accepted is None):
        raise Refused("effort_unknown")
    if found is None or (isinstance(level, str) and level.lower() == found):
        return
    thinking.set(level_key, found if isinstance(level, str) and level.islower() else found.upper())


def _as_budget(thinking: Document, change: Change, level_key: str, budget_key: str, level: Any, budget: Any) -> None:
    thinking.put(level_key, None)
    asked: int | None = budget if type(budget) is int else None
    word = change.wanted.effort or (level.lower() if isinstance(level, str) and asked is None else None)
    if word is not None:
        near = nearest(word, [name for name, _most in _BUDGETS])
        if near is None and change.wanted.effort is not None:
            raise Refused("effort_unknown")
        asked = dict(_BUDGETS).get(near or "", asked)
    target = change.target
    if asked is None or asked < 0 or target is None or target.budget is None:
        return
    least, most = target.budget
    fitting = 0 if asked == 0 and target.budget_off else min(max(asked, least), most)
    if fitting != budget:
        thinking.set(budget_key, fitting)


def _level_of(budget: Any) -> str | None:
    """The level that a budget stands for; the vendor's own choice (-1) is none."""
    if type(budget) is not int or budget < 0:
        return None
    return next((name for name, most in _BUDGETS if budget <= most), "high")


def _without_foreign(body: Document, change: Change) -> None:
    raw = body.raw("contents")
    if raw is None or b"ignature" not in raw:
        return
    turns = items(raw)
    if turns is None:
        return
    begun = next((place for place in reversed(range(len(turns))) if _opens(turns[place])), 0)
    changed = False
    for place, turn in enumerate(turns):
        if b"ignature" not in turn:
            continue
        document = Document.read(turn)
        parts = items(document.raw("parts")) if document is not None else None
        if document is None or parts is None:
            continue
        altered = [_unsigned(part, change, current=place > begun) for part in parts]
        if altered != parts:
            document.put("parts", array(altered))
            turns[place] = document.written() or turn
            changed = True
    if changed:
        body.put("contents", array(turns))
        change.fields.add("thinking_blocks")


def _unsigned(raw: bytes, change: Change, *, current: bool) -> bytes:
    part: Any = fields.parse(raw) if b"ignature" in raw else None
    signature = signed_thoughts.of_part(part)
    if signature is None or not change.wanted.foreign(signature):
        return raw
    if current and ("functionCall" in part or "function_call" in part):
        raise Refused("chain")
    document = Document.read(raw)
    if document is None:
        return raw
    for key in signed_thoughts.GEMINI_KEYS:
        document.put(key, None)
    return document.written() or raw


def _opens(raw: bytes) -> bool:
    """Whether a turn is a person's, so that a new one begins there."""
    turn = fields.parse(raw)
    if not isinstance(turn, dict) or turn.get("role") not in ("user", None):
        return False
    parts = turn.get("parts")
    found = [part for part in parts if isinstance(part, dict)] if isinstance(parts, list) else []
    # A picture beside a tool's result is what the tool has made.
    answers = any("functionResponse" in part or "function_response" in part for part in found)
    return any("text" in part for part in found) or (bool(found) and not answers)
