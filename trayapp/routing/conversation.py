"""Which conversation a request belongs to, and where in it the request stands.

Everything that tells one conversation from another lives here. A conversation is known by how it begins: the texts of
its first message that is not the system's. Tools give one session id to a main conversation and to all sub-agents
beside it, so the id alone would mix them up; after compaction a conversation begins with another text and is another
one, which is what a cache sees, too.

Rules: never raises; bounded; the text goes into a digest that the caller makes under the install key, and nowhere else.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from msgspec import Raw

from trayapp.dialects import fields
from trayapp.routing.lasttext import answers, conversation, results, role, texts

MOST_TEXT: Final = 16_384
"""Characters of the first message that tell conversations apart."""
_LONG: Final = 32_768
_FIRST: Final = 262_144
_MESSAGES: Final = re.compile(rb'"(?:messages|input|contents)"\s*:\s*\[\s*(?=\{)')
_RESULT: Final = re.compile(
    rb'"type"\s*:\s*"(?:tool_result|\w+_call_output)"|"role"\s*:\s*"(?:tool|function)"|"functionResponse"\s*:'
)
_ANSWER: Final = re.compile(rb'"role"\s*:\s*"(?:assistant|model)"|"type"\s*:\s*"(?:\w+_call|reasoning)"')
_decoder: Final = json.JSONDecoder()
_EARLY: Final = 12
"""Messages from the beginning among which the first answer is looked for before the rest."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a request stands."""

    key: str
    """The conversation's digest; empty when there is no conversation to be read."""
    begins: bool
    """No model has answered in it yet: it is new, or has just been compacted."""
    spoken: bool = False
    """The last message that is not the system's is a person's (or a tool's in a person's place) and holds no tool's
    result. Only such a request may open a turn, so only then the text is worth a look (``lasttext``)."""


NOWHERE: Final = Place(key="", begins=False)


def read(body: bytes, digest: Callable[[bytes], str]) -> Place:
    """The place of a request's plain body.

    Args:
        body: the body, decoded.
        digest: makes a short name of bytes, under a key of the install.
    """
    try:
        messages = conversation(body)
    except fields.BAD_JSON:
        return NOWHERE
    first: dict[str, Any] | None = None
    answered = False
    for raw in messages[:_EARLY]:
        message = fields.parse(raw) if isinstance(raw, Raw) else raw
        if not isinstance(message, dict):
            continue
        if answers(message):
            answered = True
        elif first is None and role(message) not in ("system", "developer", ""):
            first = message
        if answered and first is not None:
            break
    if not answered and len(messages) > _EARLY:
        answered = any(_answer(raw) for raw in messages[_EARLY:])
    if first is None:
        return NOWHERE
    return Place(key=digest(_first_words(first)), begins=not answered, spoken=_spoken(messages))


def glimpse(body: bytes, digest: Callable[[bytes], str], *, listens: bool) -> Place:
    """The same, more quickly for long bodies, where nothing hangs on it but what is learned afterwards.

    Only the first message is decoded. A body whose last message shows a tool's result is taken for a step of a loop;
    every other one is read as a whole, if anybody ``listens`` for a person's words. In a JSON text no quotation mark
    stands unescaped, so the words that are looked for are members, not somebody's text.
    """
    if len(body) < _LONG or (listens and _RESULT.search(body, max(0, body.rfind(b'"role"'))) is None):
        return read(body, digest)
    start = _MESSAGES.search(body)
    if start is None:
        return read(body, digest)
    text = body[start.end() : start.end() + _FIRST].decode("utf-8", "replace")
    try:
        first, _ = _decoder.raw_decode(text)
    except (ValueError, RecursionError):
        return read(body, digest)
    if not isinstance(first, dict) or answers(first) or role(first) in ("system", "developer", ""):
        return read(body, digest)
    return Place(key=digest(_first_words(first)), begins=_ANSWER.search(body, start.end()) is None, spoken=False)


def _spoken(messages: list[Any]) -> bool:
    for raw in reversed(messages[-_EARLY:]):
        message = fields.parse(raw) if isinstance(raw, Raw) else raw
        if isinstance(message, dict) and role(message) not in ("system", "developer"):
            return role(message) == "user" and not results(message)
    return False


def _answer(raw: object) -> bool:
    message = fields.parse(raw) if isinstance(raw, Raw) else raw
    return isinstance(message, dict) and answers(message)


def _first_words(message: dict[str, Any]) -> bytes:
    return "\n".join(texts(message))[:MOST_TEXT].encode("utf-8", "surrogatepass")
