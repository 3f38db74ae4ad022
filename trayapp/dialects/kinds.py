"""What a call is for: titles, probes, compaction and other side calls, told by structure.

Everything that recognises a call's kind lives here (structures measured with the real tools, 2026-11). A call is
``main`` unless its structure leaves no doubt: fields that only a side call sets, or a system prompt or last user
text that *begins* with a tool's own fixed words (read in Claude Code 2.1.330, Gemini CLI 0.61, opencode 1.18, Copilot
CLI 1.0, cn 1.5 and aider 0.86, 2026-11). Tools word such prompts differently from release to release, so a request
*without tools* may also say what it is for in the first sentence of its system prompt, and one that can *only read*
may call itself a searcher there. Words further inside a text never decide, because users paste anything. Texts are
compared and dropped.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from trayapp.values import Kind

PROBE_OUTPUT: Final = 4
"""A probe asks for one token, or for hardly more."""
PROBE_TEXT: Final = 32
"""A probe's text has at most this many characters."""
PROBE_FLOOR: Final = 16
"""The least that OpenAI's Responses take as a limit; what asks for it has to say a probe's word, too."""
_PROBE_WORDS: Final = frozenset({"quota", "test", "ping", "hi", "hello", "ok", "count", "foo", ".", "x", "1"})
_OPENING: Final = 240
"""Characters of a text in which it says what it is for."""

_TITLE_KEYS: Final = frozenset({"title", "isNewTopic", "branch", "language", "emoji"})
"""What a title's schema may ask for; ``title`` it must."""
_ROUTER_KEYS: Final = (
    frozenset({"complexity_reasoning", "complexity_score"}),
    frozenset({"reasoning", "model_choice"}),
)
_SYSTEM: Final = {
    "You are a helpful AI assistant tasked with summarizing conversations": Kind.COMPACTION,
    "You are the component that summarizes internal chat history into a given structure": Kind.COMPACTION,
    "You are a specialized system component responsible for distilling chat history": Kind.COMPACTION,
    "You are the component that summarizes a conversation": Kind.COMPACTION,
    "You are a specialized context summarizer": Kind.COMPACTION,
    "*Briefly* summarize this partial conversation": Kind.COMPACTION,
    "You are now acting as the managed memory extraction subagent": Kind.MEMORY,
    "You are a file search specialist": Kind.EXPLORE,
    "You are **Codebase Investigator**": Kind.EXPLORE,
    "You are an agent for Claude Code": Kind.SUBAGENT,
    "You are a software architect and planning specialist": Kind.SUBAGENT,
    "You are **CLI Help Agent**": Kind.SUBAGENT,
    "You are a subagent ": Kind.SUBAGENT,
    "You are a sub-agent ": Kind.SUBAGENT,
    "You are a general-purpose subagent": Kind.SUBAGENT,
    "You are a title generator": Kind.TITLE,
    "You are a specialized Task Routing AI": Kind.ROUTER,
}
"""How the tools' own system prompts for side calls begin."""
_USER: Final = {
    "Your task is to create a detailed summary of": Kind.COMPACTION,
    "CRITICAL: Respond with TEXT ONLY. Do NOT call any tools.": Kind.COMPACTION,
    "You are performing a CONTEXT CHECKPOINT COMPACTION": Kind.COMPACTION,
    "Web page content:": Kind.SUMMARY,
}
"""How the last user text of a side call begins."""
_WITH_TOOLS: Final = (Kind.COMPACTION, Kind.MEMORY, Kind.SUBAGENT, Kind.EXPLORE)
"""Kinds that may offer tools; a title, a route or a summary never does."""
_TITLES = re.compile(
    r"(?=.*(?:\btitles?\b|\bnam(?:e|ing) (?:for |of )?(?:the|this|a|each)\b))"
    r"(?=.*\b(?:conversation|session|chat|thread|dialog(?:ue)?|discussion)s?\b)"
    r".*\b(?:generat|creat|writ|produc|nam(?:e|ing)|giv|come up|suggest|summari[sz]|output|invent|choos)",
    re.IGNORECASE | re.DOTALL,
)
"""A system prompt that asks for a conversation's title."""
_SUMMARIES = re.compile(
    r"\W*(?:please |now |you (?:must|should|will) )*"
    r"(?:create|provide|write|generate|produce|prepare|give|summari[sz]e|compress|compact|condense)\b"
    r"(?:[^.\n]*\b(?:summary|handoff|hand-off|recap|notes)\b)?"
    r"[^.\n]*\b(?:conversation|session|chat|dialog(?:ue)?|history|transcript|handoff|so far|"
    r"another (?:agent|llm|model))\b",
    re.IGNORECASE,
)
"""A last user text that asks for the conversation in short."""
_SUMMARISERS = re.compile(
    r"[^.\n]*\bsummari[sz]\w*[^.\n]*\b(?:conversation|chat|history|session|transcript|context)", re.IGNORECASE
)
"""A system prompt of somebody who does nothing else."""
_SEARCHERS = re.compile(
    r"[^.\n]*\b(?:search|exploration|explore|explorer|exploring|investigat\w+|research|retrieval|read-only|sub-?agent)\b"
    r"[^.\n]*\b(?:agent|sub-?agent|specialist|expert|explorer|investigator|researcher|assistant)\b",
    re.IGNORECASE,
)
"""A system prompt of somebody who looks things up for somebody else."""
_SEARCHING: Final = ("search", "explor", "investigat", "retriev", "read-only", "subagent", "sub-agent")
"""Parts of words without which nobody is one of those: looking for them costs a tenth of the pattern."""
_READS: Final = frozenset(
    {
        "read", "readfile", "readfiles", "readmanyfiles", "readfolder", "view", "viewfile", "open", "cat",
        "head", "tail", "grep", "grepsearch", "ripgrep", "rg", "glob", "globsearch", "find", "findfiles",
        "filesearch", "searchfiles", "searchfilecontent", "search", "searchcode", "codesearch",
        "searchcodebase", "codebasesearch", "semanticsearch", "findreferences", "symbols", "lsp", "ls", "list",
        "listdir", "listdirectory", "listfiles", "tree", "webfetch", "fetch", "fetchwebcontent", "websearch",
        "googlewebsearch", "think", "todoread", "completetask",
    }
)  # fmt: skip
"""Names of tools that change nothing, in small letters without signs."""
_CHANGES = re.compile(r"edit|write|replace|patch|create|delete|remove|rename|insert|apply|update|notebook")
"""Parts of the names of tools that change files."""


@dataclass(frozen=True, slots=True)
class Shape:
    """What decides a call's kind. Texts are looked up only when a field makes them worth it."""

    headers: Mapping[bytes, bytes]
    tools: bool
    """The request offers tools."""
    max_output: int | None
    messages: int
    """Messages in the conversation, system ones not counted where they stand apart."""
    schema: object
    """The JSON schema of a structured answer, decoded, or ``None``."""
    system: Callable[[], tuple[str, ...]]
    """Beginnings of the system prompt's texts."""
    last: Callable[[], tuple[str, ...]]
    """Beginnings of the last message's own texts, if a user's; tool results are not texts."""
    offered: Callable[[], tuple[str, ...]]
    """The names of the tools that the request offers."""


def classify(shape: Shape) -> Kind:
    """The call's kind; ``main`` when in doubt."""
    headers = shape.headers
    told = _told_by_headers(headers)
    if told is not None:
        return told
    keys = _schema_keys(shape.schema)
    if not shape.tools:
        if keys is not None and "title" in keys and keys <= _TITLE_KEYS:
            return Kind.TITLE
        if keys in _ROUTER_KEYS:
            return Kind.ROUTER
        if _probe(shape):
            return Kind.PROBE
    system, last = shape.system(), shape.last()
    spoken = _spoken(system, _SYSTEM) or _spoken(last, _USER)
    if spoken is Kind.EXPLORE and any(_CHANGES.search(_plain(name)) for name in shape.offered()):
        return Kind.SUBAGENT
    if spoken is not None and (not shape.tools or spoken in _WITH_TOOLS):
        return spoken
    told = _told_in_other_words(shape, system, last)
    if told is not None:
        return told
    if headers.get(b"x-claude-code-request-class", b"").strip().lower() == b"auxiliary":
        return Kind.OTHER
    return Kind.MAIN


def _probe(shape: Shape) -> bool:
    limit = shape.max_output
    if limit is None or not 0 < limit <= PROBE_FLOOR or shape.messages > 2:
        return False
    texts = shape.last()
    if not 0 < len(texts) <= 2 or sum(len(text) for text in texts) > PROBE_TEXT:
        return False
    return limit == 1 or (limit <= PROBE_OUTPUT and len(texts[0].split()) <= 2) or _word(texts) in _PROBE_WORDS


def _word(texts: tuple[str, ...]) -> str:
    return texts[0].strip().lower().rstrip("!.") or "."


def _told_in_other_words(shape: Shape, system: tuple[str, ...], last: tuple[str, ...]) -> Kind | None:
    """What prompts say that no table lists; structure has to agree."""
    openings = [text.lstrip()[:_OPENING] for text in system]
    said = " ".join(openings).lower()
    if shape.tools:
        if any(part in said for part in _SEARCHING) and any(_SEARCHERS.match(opening) for opening in openings):
            names = [_plain(name) for name in shape.offered()]
            if names and all(name in _READS for name in names):
                return Kind.EXPLORE
        return None
    if ("title" in said or "nam" in said) and any(_TITLES.match(opening) for opening in openings):
        return Kind.TITLE
    if shape.messages >= 3 and any(_SUMMARIES.match(text.lstrip()[:_OPENING]) for text in last):
        return Kind.COMPACTION
    if "summari" in said and any(_SUMMARISERS.match(opening) for opening in openings):
        return Kind.COMPACTION
    return None


def _plain(name: str) -> str:
    return "".join(c for c in name.lower() if c.isalnum())


def _told_by_headers(headers: Mapping[bytes, bytes]) -> Kind | None:
    """What a tool itself says. ``x-initiator: agent`` alone is any turn of a tool loop, so it says nothing."""
    sub = headers.get(b"x-openai-subagent", b"").strip().lower()
    if sub:
        if sub.startswith(b"compact"):
            return Kind.COMPACTION
        return Kind.MEMORY if sub.startswith(b"memory") else Kind.SUBAGENT
    interaction = headers.get(b"x-interaction-type", b"").lower()
    if b"subagent" in interaction:
        return Kind.SUBAGENT
    if b"compaction" in interaction:
        return Kind.COMPACTION
    return None


def _schema_keys(schema: object) -> frozenset[str] | None:
    properties: Any = schema.get("properties") if isinstance(schema, dict) else None
    return frozenset(properties) if isinstance(properties, dict) else None


def _spoken(texts: tuple[str, ...], table: Mapping[str, Kind]) -> Kind | None:
    for text in texts:
        start = text[:_OPENING].lstrip()
        if start.startswith(tuple(table)):
            return next(kind for opening, kind in table.items() if start.startswith(opening))
    return None
