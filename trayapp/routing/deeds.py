"""What was done in a conversation's newest turn: files put back, tests run, files changed.

Everything that reads deeds out of tool calls and results lives here, for the wires of ``lasttext`` and the tools'
own words for what a person ran (Claude Code 2.1.330, Codex 0.169, Gemini CLI 0.61, aider 0.86; 2026-11).

Rules: pure, never raises, bounded as ``lasttext.newest``. Of a request that opens a turn, the deeds are those of the
turn before; inside a tool loop, those of the turn under way. Putting files back is told once, where it happens: inside
the loop, as long as that turn has changed no file (later it may be the model that mends its own work), or where a turn
opens, if the person did it by hand. The texts of commands and results are read and dropped.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any, Final

import msgspec

from trayapp.dialects import fields
from trayapp.routing import lasttext

MOST_COMMAND: Final = 4096
"""Characters of a command that are looked at."""
_MOST_RESULT: Final = 1536
"""Characters of a result, from its end, in which a test run's last words are looked for."""
_MOST_RUNS: Final = 12
"""Tool results in which they are looked for, the newest ones; older ones were seen when they were new."""
_HINTS: Final = ("fail", "pass", "errors:", "ok")
_DEEP: Final = 4

_SHELL: Final = re.compile(
    r"bash|shell|terminal|powershell|exec(?:ute)?(?:_?command)?\b|run_?(?:in_?)?(?:shell|command|terminal)|\bcmd\b",
    re.IGNORECASE,
)
_EDITS: Final = re.compile(
    r"(?:multi)?edit|write|patch|str_?replace|replace|create_?file|insert|notebook|delete_?file|move_?file|rename",
    re.IGNORECASE,
)
_NO_EDITS: Final = re.compile(r"todo|memory|plan", re.IGNORECASE)
_COMMANDS: Final = ("command", "cmd", "commands", "script", "action", "input", "code")

_UNDO: Final = re.compile(
    r"(?:^|[;&|(`\"'\n]|\bthen)\s*(?:sudo\s+)?(?:"
    r"git\s+(?:-[cC]\s+\S+\s+|--no-pager\s+)*(?:"
    r"checkout\s+(?:-f\b|--force\b|\.|(?:\S+\s+)?--\s|(?:HEAD|ORIG_HEAD)\S*\s+[^-\s;&|]|[^-;&|\n]*?\S\.[A-Za-z]\w{0,5}(?=[\s\"'`;&|)]|$))"
    r"|restore\s+(?!--staged\b(?![^;&|\n]*--worktree))(?!-S\b)"
    r"|reset\s+(?:-q\s+)?--hard(?!\s+\S*(?:origin|upstream|FETCH_HEAD)\b)"
    r"|revert\s+(?!--(?:abort|continue|skip|quit)\b)\S"
    r"|apply\s+(?:\S+\s+)*(?:-R|--reverse)\b)"
    r"|(?:hg|svn)\s+revert\b|jj\s+(?:undo|restore|abandon)\b)"
)
_PERSONS: Final = (
    re.compile(r"<bash-input>([^<]{1,2000})</bash-input>"),
    re.compile(r"<user_shell_command>\s*<command>([^<]{1,2000})</command>"),
    re.compile(r"\AI ran the following shell command:\n```\w*\n(.{1,2000}?)\n```\n\nThis produced", re.DOTALL),
    re.compile(r"\AI ran this command:\n\n(.{1,2000}?)\n\nAnd got this output", re.DOTALL),
)
"""What a person ran by hand, as the tools tell the model."""
_AIDER_UNDO: Final = "I did `git reset --hard HEAD~1` to discard the last edits."

_FAIL: Final = re.compile(
    r"\b[1-9]\d* (?:failed|failing|failures?)\b|^FAILED\b|^--- FAIL:|^FAIL\b|^test result: FAILED|^FAILURES!|"
    r"\b(?:Failures|Errors|Failed): *[1-9]|\b[1-9]\d* tests? failed|^Tests?:? +(?:failed|[1-9]\d* failed)",
    re.MULTILINE,
)
_PASS: Final = re.compile(
    r"\b[1-9]\d* (?:passed|passing)\b|^Ran \d+ tests? in [\s\S]{0,60}^OK\b|^ok\s+\S+\s+(?:[\d.]+s|\(cached\))|"
    r"^test result: ok\b|^OK \(\d+ tests?|\bTests run: \d+, Failures: 0, Errors: 0|\b100% tests passed|"
    r"\b[1-9]\d* examples?, 0 failures|^All tests passed\b|\bPassed: *[1-9]",
    re.MULTILINE,
)


@dataclass(frozen=True, slots=True)
class Deeds:
    """What was done."""

    undoes: bool = False
    """Files were put back as they were: the work of an earlier turn."""
    edits: bool | None = None
    """A tool that changes files was called; ``None``: it cannot be known (a shell was used, the tool has no tools and
    edits by what the model writes, or the request does not reach back to the turn's beginning)."""
    tests_failed: bool | None = None
    """How the newest test run ended; ``None``: none was seen."""
    before: str = field(default="", repr=False)
    """What the person wrote before their last text; empty when it is out of reach. Not to be kept."""


def read(body: bytes) -> Deeds:
    """The deeds in a request's plain body; none when it holds no conversation that can be read."""
    calls: list[_Done] = []
    tests: bool | None = None
    by_hand = stepped = opens = False
    texts = runs = 0
    before = ""
    for message in lasttext.newest(body):
        own = lasttext.said_in(message)
        if (hand := _by_hand(message, own)) is not None:
            by_hand = by_hand or (hand and not stepped)
            continue
        if own:
            texts += 1
            if texts == 2:
                before = own
                break
            opens = not stepped
            continue
        results = lasttext.results(message)
        stepped = stepped or bool(results) or lasttext.answers(message)
        if texts and not opens:
            continue  # the turn before the one under way; only what the person wrote there is of use
        calls[:0] = _calls(message)
        for result in reversed(results):
            if tests is None and runs < _MOST_RUNS:
                runs, tests = runs + 1, _tests(lasttext.words(result))
    whole = texts == 2 or (texts == 1 and not opens)
    edits = _edited(calls, body) if whole or any(_changes(call) for call in calls) else None
    undoes = by_hand if opens else texts > 0 and _undone(calls)
    return Deeds(undoes=undoes, edits=edits, tests_failed=tests, before=before)


@dataclass(frozen=True, slots=True)
class _Done:
    """A tool call."""

    name: str
    command: str = field(repr=False)
    """What was given to a shell; empty of other tools."""


class _Offers(msgspec.Struct):
    tools: msgspec.Raw = msgspec.Raw(b"")
    request: msgspec.Raw = msgspec.Raw(b"")


_offers: Final = msgspec.json.Decoder(_Offers)


def _by_hand(message: dict[str, Any], own: str) -> bool | None:
    """Whether a message tells that the person put files back; ``None``: it tells of nothing done by hand."""
    if own.startswith(_AIDER_UNDO):
        return True
    if message.get("role") != "user":
        return None
    for text in (own, *lasttext.texts(message)[:16]):
        for pattern in _PERSONS:
            if (found := pattern.search(text[:MOST_COMMAND])) is not None:
                return bool(_UNDO.search(found[1]))
    return None


def _calls(message: dict[str, Any]) -> list[_Done]:
    """The tool calls in a message, in their order."""
    kind = message.get("type")
    if isinstance(kind, str) and kind.endswith("_call"):
        name = message.get("name")
        given = message.get("arguments", message.get("input", message.get("action")))
        return [_done(name if isinstance(name, str) else kind, given)]
    found: list[_Done] = []
    for call in _listed(message.get("tool_calls")):
        inner = call.get("function", call.get("custom"))
        if isinstance(inner, dict):
            found.append(_done(inner.get("name"), inner.get("arguments", inner.get("input"))))
    for part in _listed(message.get("content")) + _listed(message.get("parts")):
        inner = part.get("functionCall", part.get("function_call", part.get("toolUse")))
        if inner is None and part.get("type") in ("tool_use", "tool-call"):
            inner = part
        if isinstance(inner, dict):
            found.append(_done(inner.get("name"), inner.get("args", inner.get("input"))))
    return found


def _listed(value: object) -> list[dict[str, Any]]:
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def _done(name: object, given: object) -> _Done:
    name = name if isinstance(name, str) else ""
    if not _SHELL.search(name):
        return _Done(name, "")
    if isinstance(given, str) and given[:1] == "{":
        given = fields.parse(given.encode("utf-8", "replace")) or given
    return _Done(name, _command(given)[:MOST_COMMAND].partition("<<")[0])


def _command(given: object, deep: int = 0) -> str:
    """The command lines in what a shell was given."""
    if isinstance(given, str):
        return given[:MOST_COMMAND]
    if deep >= _DEEP:
        return ""
    if isinstance(given, dict):
        return "\n".join(_command(given[key], deep + 1) for key in _COMMANDS if key in given)
    if isinstance(given, list):
        words = [item for item in given[:64] if isinstance(item, str)]
        # ["bash", "-lc", "git checkout ."] is a line of its own; ["git", "checkout", "."] is one in pieces.
        return "\n".join([" ".join(words), words[-1]]) if words else ""
    return ""


def _changes(call: _Done) -> bool:
    return bool(_EDITS.search(call.name)) and not _NO_EDITS.search(call.name) and not call.command


def _undone(calls: list[_Done]) -> bool:
    for call in calls:
        if call.command and _UNDO.search(call.command):
            return True
        if _changes(call):
            return False
    return False


def _edited(calls: list[_Done], body: bytes) -> bool | None:
    if any(_changes(call) for call in calls):
        return True
    if any(call.command for call in calls):
        return None
    return False if calls or _has_tools(body) else None


def _has_tools(body: bytes) -> bool:
    try:
        offers = _offers.decode(body)
        if not offers.tools and offers.request:
            offers = _offers.decode(offers.request)
    except fields.BAD_JSON:
        return False
    return bytes(offers.tools).strip() not in (b"", b"null", b"[]")


def _tests(said: str) -> bool | None:
    """Whether a result tells of a test run that failed; ``None``: it tells of none."""
    end = said[-_MOST_RESULT:]
    if not any(hint in end.lower() for hint in _HINTS):
        return None
    if _FAIL.search(end):
        return True
    return False if _PASS.search(end) else None
