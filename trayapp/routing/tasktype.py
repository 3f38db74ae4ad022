"""What a person asks for, told by rules: a task type, or nothing.

Everything that turns a text into a task type lives here; ``phrases`` and ``asks`` list the words. Measured before it
was built (facts/routing, 2026-11): text cannot tell whether a small model finishes an issue, but it can tell a rename.
So the rules look for a *short, single* request that *begins* like a known simple one and holds no word of a hard one,
and say nothing about all others.

Rules: pure; abstain by default; a guard outranks every simple phrase; names, paths, quotations and code are hidden
from the guards, because ``SecurityTest`` in a rename is not about security; nothing of a text is in the result.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from trayapp.routing.asks import NAMES, SIMPLE
from trayapp.routing.phrases import ACKNOWLEDGEMENT, ASSENT, GUARDS, POLITE

__all__ = ["NAMES", "Judged", "Request", "judge", "split"]

MOST_CHARACTERS: Final = 180
MOST_WORDS: Final = 34
MOST_OPENING: Final = 400
"""Characters of a request, names and quotations included, whose opening is looked at."""
MOST_CLAUSES: Final = 2
"""A longer request, or one with more parts, is none that rules can judge."""
MOST_READ: Final = 1200
"""Characters of a request that are looked at at all; ten times what a simple one has."""
MOST_TRACED: Final = 4096
"""Characters of a text in which a stack trace or an error message is looked for."""
MOST_GUARDED: Final = 400
"""A longer request is not asked for guards: it is no simple one anyway."""
SMALL_PAYLOAD: Final = 600
"""Characters of code or data that may come with any simple request."""
_READING: Final = {
    "search": frozenset({"complaint", "debug", "perf", "design"}),
    "question": frozenset({"complaint", "debug", "perf", "design"}),
    "explain": frozenset({"complaint", "debug", "perf", "design", "security", "algorithm", "refactor", "careful"}),
}
"""Types that change nothing, and the guards that count for them all the same."""
NAMED: Final = frozenset(
    {"commit", "rename", "typo", "docstring", "format", "explain", "question", "search", "command", "summarise"}
)
"""Types that a request names by itself; the others are told by looser words, and the model has to be surer of them."""
_WITH_PAYLOAD: Final = frozenset({"explain", "convert", "summarise", "commit", "format", "typo", "docs", "docstring"})
"""Types whose requests come with the text that they are about."""

_TRACE = re.compile(
    r"Traceback \(most recent call last|^\s+at \S+ ?\(.{1,200}:\d+|Exception in thread|^error(?:\[E?\w+\])?: |npm ERR!|"
    r"^panic: |Segmentation fault|^\s{0,20}(?:[\w.]{1,80}\.)?\w{0,40}(?:Error|Exception): |"
    r"^(?:ERROR|FATAL|CRITICAL)\b|^FAILED |^E   ",
    re.MULTILINE,
)
_DATA_LINE = re.compile(
    r"^(?:\s|[@#<{}\[\]()$|+*>/-]|(?:def|class|import|from|const|let|var|function|public|SELECT)\b)|[;{},:\t|]\s*$"
)
_HIDDEN = re.compile(
    r"`[^`\n]{1,200}`"  # code
    r"|\"[^\"\n]{1,120}\"|“[^”\n]{1,120}”|«[^»\n]{1,120}»|„[^“\n]{1,120}“|(?<!\w)'[^'\n]{1,120}'(?!\w)"  # quotations
    r"|https?://\S+"
    r"|(?<!\w)--?[A-Za-z][\w-]*(?:=\S+)?"  # options
    r"|[\w~.-]*/[\w./*-]+|\b[\w-]+\.(?:[a-z]{1,4}\d?|toml|yaml|json|html|lock|[A-Z]\w+)\b|(?<!\w)\.[a-z]\w+"  # paths
    r"|\b\w+\((?:[^()\n]{0,80})\)|\b\w*[a-z0-9]_\w+|\b_\w+|\b[A-Z]+_[A-Z_\d]+\b|\b[a-z]+[A-Z]\w*|\b[A-Z][a-z]+[A-Z]\w*"
)
_CLAUSE = re.compile(
    r"[.!?;。！？](?:\s+|$)|\n+|,? \b(?:"
    r"and (?:then|also|make|update|add|fix|check|report|write|test|(?:\w+ )?(?:them|it|those))|also|afterwards|as well|"
    r"but|außerdem|danach|anschließend|aber|ensuite|mais|luego|además|pero|depois|poi)\b"
)
_DESCRIBES = re.compile(
    r"\b(?:which|whose|so that|such that|whether|dass|damit|sodass|wobei)\b"
    r"|\b(?!(?:in|of|for|to|with|from|on|at|into|is|remove|delete|use|add|move|make|call|put|let|have|do|inline|after|before|like|"
    r"and|or|drop|change|rename|turn|wrap|set|only|if|when|than)\b)\w+ that\b",
    re.IGNORECASE,
)
_LIST = re.compile(r"^\s*(?:\d+[.)]|[-*•])\s+\S", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Request:
    """A text taken apart."""

    words: str
    """What is asked, without the code or the data that it is about."""
    masked: str
    """The same, with names, paths, quotations and code hidden."""
    payload: int
    """Characters of code or data."""


@dataclass(frozen=True, slots=True)
class Judged:
    """What the rules say."""

    type: str | None
    """A task type, simple or hard; ``None``: the rules know none."""
    simple: bool
    """Whether it is one that a small model does well."""
    opening: bool
    """The request begins like a simple one, whatever else it says."""
    guarded: bool
    """A guard or a limit forbids to call it simple."""
    described: bool = False
    """A clause in it says how something shall behave (``a flag that …``): more than a name and a place."""


def split(text: str) -> Request:
    """Take the code and the data out of a text."""
    text = text.strip()
    whole = len(text)
    words = _unfenced(text) if "```" in text or "~~~" in text else text
    words = words.strip()
    first, newline, rest = words.partition("\n")
    if newline and rest.strip() and len(first) <= MOST_CHARACTERS:
        lines = [line for line in rest.split("\n")[:200] if line.strip()]
        data = sum(1 for line in lines if _DATA_LINE.search(line) or line.count(",") >= 2)
        if (first.rstrip().endswith(":") and not _LIST.search(rest)) or (lines and data >= 0.6 * len(lines)):
            words = first
    masked = _HIDDEN.sub(" NAME ", words[:MOST_READ])
    return Request(words=words, masked=" ".join(masked.split()), payload=whole - len(words))


def _unfenced(text: str) -> str:
    """A text without its fenced blocks; one that is never closed goes on to the end."""
    kept: list[str] = []
    fence = ""
    for line in text.split("\n"):
        start = line.lstrip()[:3]
        if start in ("```", "~~~") and (not fence or start == fence):
            fence = "" if fence else start
        elif not fence:
            kept.append(line)
    return "\n".join(kept)


def judge(text: str, request: Request | None = None) -> Judged:
    """What the rules say to a person's text.

    Args:
        text: what the person wrote.
        request: the same text taken apart, if the caller has it.
    """
    request = request if request is not None else split(text)
    masked = request.masked
    if not masked:
        return Judged(None, simple=False, opening=False, guarded=bool(text.strip()))
    if len(masked) <= 80 and not request.payload:
        # "ok" alone closes a turn or lets the next begin, so it comes first.
        if ASSENT.fullmatch(masked):
            return Judged("ambiguous", simple=False, opening=False, guarded=True)
        if ACKNOWLEDGEMENT.fullmatch(masked):
            return Judged("ack", simple=True, opening=True, guarded=False)
    opened = None
    if len(masked) <= MOST_CHARACTERS and len(request.words) <= MOST_OPENING:
        opened = _opened(_bare(request.words.replace("’", "'")))
    hard = "debug" if _TRACE.search(text[:MOST_TRACED]) else None
    if hard is None and len(masked) <= MOST_GUARDED:
        hard = _hard(request, opened)
    if hard is not None:
        return Judged(hard, simple=False, opening=opened is not None, guarded=True)
    if _too_much(text, request, opened):
        return Judged(None, simple=False, opening=opened is not None, guarded=True)
    described = bool(_DESCRIBES.search(masked))
    return Judged(opened, simple=opened is not None, opening=opened is not None, guarded=False, described=described)


def _bare(words: str) -> str:
    """What is asked, without the courtesies in front."""
    for _ in range(4):
        words = words.lstrip(" \t\n,.:;-\"'(*#>")
        match = POLITE.match(words)
        if match is None or match.end() == len(words):
            break
        words = words[match.end() :]
    return words


def _opened(core: str) -> str | None:
    for name, pattern in SIMPLE:
        if pattern.match(core):
            return name
    return None


def _hard(request: Request, opened: str | None) -> str | None:
    masked = request.masked.replace("’", "'")
    bare = _bare(masked)
    counting = _READING.get(opened) if opened is not None else None
    for name, pattern in GUARDS:
        if counting is not None and name not in counting:
            continue
        if pattern.search(masked) or pattern.match(bare):
            return name
    return None


def _too_much(text: str, request: Request, opened: str | None) -> bool:
    masked = request.masked
    if len(masked) > MOST_CHARACTERS or len(masked.split()) > MOST_WORDS:
        return True
    if opened not in _WITH_PAYLOAD and len(_LIST.findall(text[:MOST_READ])) > 1:
        return True
    if sum(1 for clause in _CLAUSE.split(request.words) if clause and len(clause.split()) > 1) > MOST_CLAUSES:
        return True
    return request.payload > SMALL_PAYLOAD and opened not in _WITH_PAYLOAD
