"""Requests in OpenAI's Responses and Chat Completions, made to fit another model.

Everything that changes these bodies besides the model's name lives here (facts of 2026-11: SDK 3.54, captures of Codex
0.169, opencode and Copilot; see ``known_models`` for what models take).

* reasoning that another model has encrypted leaves as a whole item; the ids of the calls and messages that it led to
  leave too, since the vendor pairs them with it by these ids;
* a compaction by another model is the conversation itself: without it there is nothing to go on from;
* Codex sends its tools to the lite family as an item of the input (``additional_tools``), and to no other model; a
  request of either make goes only to models of that make;
* function tools with reasoning go to no model that refuses them on Chat Completions;
* of Codex's own metadata nothing names a model but the routing hint in the head, which ``adapting`` rewrites;
* other vendors on these wires have models of which nothing is known: their name changes and nothing else.
"""

from __future__ import annotations

from typing import Any, Final

from trayapp.dialects import fields
from trayapp.dialects.adapt import limits, signed_thoughts
from trayapp.dialects.adapt.contract import Change, Refused
from trayapp.dialects.adapt.document import Document, array, items
from trayapp.dialects.adapt.known_models import LITE
from trayapp.dialects.request import EMPTY
from trayapp.values import Call

_OWN: Final = ("openai", "azure")
"""Whose Chat Completions are OpenAI's own; a router may serve them from Responses."""
_PAIRED: Final = frozenset({"function_call", "custom_tool_call", "message"})


def responses(call: Call, body: Document, change: Change) -> None:
    """Fit a Responses body.

    Raises:
        Refused: the target cannot take it.
    """
    _same_make(call, body, change)
    reasoning = body.part("reasoning")
    if reasoning is None and change.wanted.effort is not None and body.value("reasoning") is None:
        reasoning = Document.read(b"{}")
    if reasoning is not None:
        limits.put_level(reasoning, "effort", change)
        body.adopt("reasoning", reasoning)
    elif change.wanted.effort is not None:
        raise Refused("unreadable")
    _without_foreign(body, change)
    limits.clamp(body, change, "max_output_tokens")


def chat(call: Call, body: Document, change: Change) -> None:
    """Fit a Chat Completions body.

    Raises:
        Refused: the target cannot take it.
    """
    modalities = body.value("modalities")
    if isinstance(modalities, list) and modalities != ["text"]:
        raise Refused("not_a_generation")
    _same_make(call, body, change)
    tools = any((body.raw(name) or b"") not in EMPTY for name in ("tools", "functions"))
    if tools and call.vendor in _OWN and change.target is not None and change.target.chat_tools is False:
        lever = change.wanted.effort
        as_before = change.asked is not None and change.asked.chat_tools is False
        reasons = (body.value("reasoning_effort") if lever is None else lever) != "none"
        # What the model that was asked for would have refused as well is not ours to mend.
        if reasons and (lever is not None or (change.switches and not as_before)):
            raise Refused("family")
    limits.put_level(body, "reasoning_effort", change)
    limits.clamp(body, change, "max_completion_tokens", "max_tokens")


def _same_make(call: Call, body: Document, change: Change) -> None:
    if not change.switches:
        return
    lite = any(b'"additional_tools"' in item[:256] for item in (items(body.raw("input")) or ())[:2])
    ours = change.target.family if change.target is not None else ""
    theirs = change.asked.family if change.asked is not None else ""
    codex = call.tool == "codex" or call.vendor == "chatgpt"
    if (lite and ours != LITE) or (codex and not lite and ours != theirs):
        raise Refused("family")


def _without_foreign(body: Document, change: Change) -> None:
    raw = body.raw("input")
    if raw is None or b"encrypted_content" not in raw:
        return
    kept: list[bytes] = []
    found = orphans = False
    for item in items(raw) or ():
        decoded: Any = fields.parse(item) if orphans or b"encrypted_content" in item else None
        signature = signed_thoughts.of_item(decoded)
        if signature is not None and change.wanted.foreign(signature):
            if decoded.get("type") != "reasoning":
                raise Refused("chain")
            found = orphans = True
            continue
        if orphans and isinstance(decoded, dict) and _written_by_model(decoded):
            pair = Document.read(item)
            if pair is not None and "id" in pair:
                pair.put("id", None)
                item = pair.written() or item
        elif orphans:
            orphans = False
        kept.append(item)
    if found:
        body.put("input", array(kept))
        change.fields.add("thinking_blocks")


def _written_by_model(item: dict[str, Any]) -> bool:
    kind = item.get("type", "message")
    return kind in _PAIRED and (kind != "message" or item.get("role") == "assistant")
