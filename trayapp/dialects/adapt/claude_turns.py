"""The turns of a Claude conversation, made to fit another Claude.

Everything that changes Anthropic's ``messages`` lives here (Claude Code 2.1.330 and SDK 2.12, 2026-11):

* thinking that another model has signed leaves (``thinking``, ``redacted_thinking``), all of it where the request has
  ceased to think. An assistant's message that held nothing else leaves too: the API joins the user messages around it;
* for a model without messages of the role ``system`` their texts go, as ``<system-reminder>`` blocks, where Claude Code
  itself puts them: into the user message before, else into the one behind (after its tool results, which have to come
  first), else they become a user message;
* the effort of a turn (``output_config`` of such a message) follows the effort of the request, in every message alike:
  newer models check that the conversation before their thinking has not changed, so it has to come out the same each
  time. Where the model knows no such setting it leaves;
* added and removed tools cannot be told to a model that has no words for it;
* untouched messages and blocks keep their bytes.
"""

from __future__ import annotations

from typing import Any, Final

import msgspec

from trayapp.dialects import fields
from trayapp.dialects.adapt import limits
from trayapp.dialects.adapt.contract import Change, Refused
from trayapp.dialects.adapt.document import Document, array, items

_OPEN: Final = b'"<system-reminder>\\n'
_CLOSE: Final = b'\\n</system-reminder>"'
_THINKING: Final = ("thinking", "redacted_thinking")
_RESULT: Final = "tool_result"


class _Block(msgspec.Struct):
    type: Any = None
    signature: Any = None
    data: Any = None


class _Turn(msgspec.Struct):
    role: Any = None
    content: list[_Block] | str = ""
    output_config: Any = None


class _Said(msgspec.Struct):
    content: msgspec.Raw


_turn: Final = msgspec.json.Decoder(_Turn)
_said: Final = msgspec.json.Decoder(_Said)
_turns: Final = msgspec.json.Decoder(list[_Turn])


def fit(body: Document, change: Change, *, thinks: bool, budgets: bool) -> None:
    """Fit the conversation.

    Args:
        body: the request's body.
        change: what is wanted.
        thinks: ``False`` when the request has ceased to think: then no thinking stays.
        budgets: it thinks with a budget. Then the API wants thinking before the calls of the turn under way.

    Raises:
        Refused: the target cannot take it.
    """
    raw = body.raw("messages")
    if raw is None:
        return
    if _stays(raw, change, thinks):
        return
    before = items(raw)
    if before is None:
        return
    messages = [kept for message in before if (kept := _without_foreign(message, change, thinks)) is not None]
    if messages != before:
        change.fields.add("thinking_blocks")
        if budgets and _under_way(before, messages):
            raise Refused("chain")
    if b'"system"' in raw:
        messages = _system(messages, change)
    if messages and _role(messages[-1]) == "assistant":
        _no_begun_answer(change)
    if messages != before:
        body.put("messages", array(messages))


def _stays(raw: bytes, change: Change, thinks: bool) -> bool:
    """Whether nothing in the conversation has to change: seen in one quick pass, as most have nothing."""
    try:
        turns = _turns.decode(raw)
    except fields.BAD_JSON:
        return False
    for turn in turns:
        if turn.role == "system" and not _fits(turn, change):
            return False
        if turn.role == "assistant" and any(_leaving(turn, change, thinks)):
            return False
    if turns and turns[-1].role == "assistant":
        _no_begun_answer(change)
    return True


def _fits(turn: _Turn, change: Change) -> bool:
    """Whether a system message may stay as it is."""
    target = change.target if change.switches else None
    if target is not None and (target.system_messages is False or target.tool_changes is False):
        return False
    if not isinstance(turn.output_config, dict):
        return turn.output_config is None
    asked = turn.output_config.get("effort")
    return (target is None or target.turn_controls is not False) and limits.level(change, asked) in (None, asked)


def _no_begun_answer(change: Change) -> None:
    if change.switches and change.target is not None and change.target.prefill is False:
        raise Refused("prefill")


def _under_way(before: list[bytes], after: list[bytes]) -> bool:
    """Whether the turn under way is one of calls, and its last message of the model has lost its thinking."""
    if b"tool_result" not in before[-1] or not any(map(_is_result, _content(before[-1]))):
        return False
    own = [next((raw for raw in reversed(side) if _role(raw) == "assistant"), None) for side in (before, after)]
    return own[0] != own[1]


def _content(raw: bytes) -> list[bytes]:
    message = Document.read(raw)
    return (items(message.raw("content")) if message is not None else None) or []


def _role(raw: bytes) -> str:
    message = Document.read(raw)
    role = message.value("role") if message is not None else None
    return role if isinstance(role, str) else ""


def _without_foreign(raw: bytes, change: Change, thinks: bool) -> bytes | None:
    if b"thinking" not in raw:
        return raw
    try:
        turn = _turn.decode(raw)
    except fields.BAD_JSON:
        return raw  # a text that speaks of thinking, or a shape that is none
    if turn.role != "assistant":
        return raw
    leaving = _leaving(turn, change, thinks)
    if not any(leaving):
        return raw
    if all(leaving):
        return None
    content = bytes(_said.decode(raw).content)
    kept = array(block for block, leaves in zip(items(content) or (), leaving, strict=True) if not leaves)
    place = raw.find(content)
    before, behind = raw[:place], raw[place + len(content) :]
    # Named once, and found where it is named: then it can be cut out as it stands, ten times as fast as by a document.
    if before.count(b'"content"') + behind.count(b'"content"') == 1 and before.rstrip().endswith(b":"):
        altered = before + kept + behind
        if bytes(_said.decode(altered).content) == kept:
            return altered
    message = Document.read(raw)
    if message is None:
        return raw
    message.put("content", kept)
    return message.written() or raw


def _leaving(turn: _Turn, change: Change, thinks: bool) -> list[bool]:
    """For each block of a turn whether it leaves."""
    return [] if isinstance(turn.content, str) else [_leaves(block, change, thinks) for block in turn.content]


def _leaves(block: _Block, change: Change, thinks: bool) -> bool:
    if block.type not in _THINKING:
        return False
    signature = block.signature if block.type == "thinking" else block.data
    return not thinks or (isinstance(signature, str) and signature != "" and change.wanted.foreign(signature))


def _system(messages: list[bytes], change: Change) -> list[bytes]:
    target = change.target
    takes = target is None or target.system_messages is not False or not change.switches
    out: list[bytes] = []
    waiting: list[bytes] = []
    for raw in messages:
        role = _role(raw) if b'"system"' in raw or waiting or not takes else ""
        if role == "system":
            _no_tool_changes(raw, change)
            if takes:
                own = _own_effort(raw, change)
                out += [own] if own is not None else []
                continue
            change.fields.add("system_messages")
            reminders = _reminders(raw)
            if out and _role(out[-1]) == "user":
                out[-1] = _joined(out[-1], reminders, at_end=True)
            else:
                waiting += reminders
            continue
        if waiting:
            if role == "user":
                raw = _joined(raw, waiting, at_end=False)
            else:
                out.append(_message(waiting))
            waiting = []
        out.append(raw)
    if waiting:
        out.append(_message(waiting))
    return out


def _no_tool_changes(raw: bytes, change: Change) -> None:
    if not change.switches or change.target is None or change.target.tool_changes is not False:
        return
    if b"tool_addition" in raw or b"tool_removal" in raw:
        message = fields.parse(raw)
        content = message.get("content") if isinstance(message, dict) else None
        kinds = [block.get("type") for block in content if isinstance(block, dict)] if isinstance(content, list) else []
        if any(isinstance(kind, str) and kind.endswith(("tool_addition", "tool_removal")) for kind in kinds):
            raise Refused("family")


def _own_effort(raw: bytes, change: Change) -> bytes | None:
    """A system message with the effort that the target takes; ``None`` when nothing of it is left."""
    message = Document.read(raw)
    config = message.part("output_config") if message is not None else None
    if message is None or config is None:
        return raw
    if change.switches and change.target is not None and change.target.turn_controls is False:
        message.put("output_config", None)
        change.fields.add("effort")
        return (message.written() or raw) if "content" in message else None
    if "effort" in config:
        effort = change.effort
        limits.put_level(config, "effort", change)
        change.effort = effort if effort is not None else change.effort
        message.adopt("output_config", config)
    return message.written() or raw


def _reminders(raw: bytes) -> list[bytes]:
    """The texts of a system message as blocks of a user's, their cache marks kept."""
    message = Document.read(raw)
    content = message.raw("content") if message is not None else None
    if content is None:
        return []
    if content.startswith(b'"'):
        return [b'{"type":"text","text":' + _wrapped(content) + b"}"]
    blocks: list[bytes] = []
    for block in items(content) or ():
        document = Document.read(block)
        text = document.raw("text") if document is not None else None
        if document is None or text is None or not text.startswith(b'"'):
            continue
        document.put("text", _wrapped(text))
        blocks.append(document.written() or block)
    return blocks


def _wrapped(text: bytes) -> bytes:
    if text.startswith(_OPEN[:-2]):
        return text
    return _OPEN + text[1:-1] + _CLOSE


def _message(blocks: list[bytes]) -> bytes:
    return b'{"role":"user","content":' + array(blocks) + b"}"


def _joined(raw: bytes, blocks: list[bytes], *, at_end: bool) -> bytes:
    """A user message with more blocks: at its end, or right behind its tool results."""
    message = Document.read(raw)
    content = message.raw("content") if message is not None else None
    if message is None or content is None or not blocks:
        return raw
    own = [b'{"type":"text","text":' + content + b"}"] if content.startswith(b'"') else items(content)
    if own is None:
        return raw
    place = len(own) if at_end else sum(1 for block in own if _is_result(block))
    message.put("content", array([*own[:place], *blocks, *own[place:]]))
    return message.written() or raw


def _is_result(raw: bytes) -> bool:
    block = fields.parse(raw) if b"tool_result" in raw else None
    return isinstance(block, dict) and block.get("type") == _RESULT
