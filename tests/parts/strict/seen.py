"""What the strict vendor was asked: one entry a judged request, in order of arrival.

Rules: safe to read from any thread. No text of a conversation is kept: of it only roles, kinds of blocks and names of
tools; of the parameters everything that is not the conversation.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from strict.refusal import Refused

_TEXT: Final = frozenset(
    {
        *(
            "messages",
            "system",
            "tools",
            "metadata",
            "input",
            "instructions",
            "prompt",
            "contents",
            "systemInstruction",
        ),
        *("system_instruction", "client_metadata", "request", "safeguards", "user", "prompt_cache_key"),
    }
)
_HEADERS: Final = (
    *("anthropic-beta", "anthropic-version", "x-codex-routing-hint", "x-openai-internal-codex-responses-lite"),
    *("originator", "user-agent"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenCall:
    """One judged request."""

    vendor: str
    wire: str
    op: str
    """``generate``, ``count`` or ``compact``."""
    path: str
    model: str
    """As asked for."""
    stream: bool
    request_id: str
    """As in the answer's header, and in ``CountedCall.request_id``."""
    parameters: Mapping[str, Any] = field(default_factory=dict)
    """All of the body but the conversation; Gemini's ``generationConfig`` is one of them."""
    headers: Mapping[str, str] = field(default_factory=dict)
    """Those that say something of the model or the protocol."""
    roles: tuple[str, ...] = ()
    """Of the conversation's messages, items or contents, in order; an item without a role says its type."""
    blocks: Mapping[str, int] = field(default_factory=dict)
    """How many blocks or parts of each kind the conversation has."""
    tools: tuple[str, ...] = ()
    """Names of the tools that were offered."""
    refused: Refused | None = None

    @property
    def betas(self) -> tuple[str, ...]:
        """The values of ``anthropic-beta``."""
        return tuple(beta.strip() for beta in self.headers.get("anthropic-beta", "").split(",") if beta.strip())


class Seen:
    """The record. All methods may be called from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._calls: list[SeenCall] = []

    def add(self, call: SeenCall) -> None:
        """Add an entry."""
        with self._lock:
            self._calls.append(call)

    def calls(self, *, model: str | None = None, op: str | None = None) -> list[SeenCall]:
        """All entries so far, or those for one model or of one kind."""
        with self._lock:
            return [c for c in self._calls if model in (None, c.model) and op in (None, c.op)]

    def served(self) -> list[SeenCall]:
        """Those that were not refused."""
        return [call for call in self.calls() if call.refused is None]

    def refusals(self) -> list[SeenCall]:
        """Those that were refused."""
        return [call for call in self.calls() if call.refused is not None]

    def models(self) -> list[str]:
        """The models asked for, in order of arrival; counts of tokens left out."""
        return [call.model for call in self.calls() if call.op != "count"]

    def last(self) -> SeenCall:
        """The last one.

        Raises:
            IndexError: there was none.
        """
        return self.calls()[-1]

    def clear(self) -> None:
        """Forget everything."""
        with self._lock:
            self._calls.clear()


def parameters(body: Mapping[str, Any]) -> dict[str, Any]:
    """A body without its conversation; Code Assist's is looked into."""
    inner = body.get("request")
    whole = {**body, **inner} if isinstance(inner, dict) else body
    return {name: value for name, value in whole.items() if name not in _TEXT}


def told(headers: Mapping[str, str]) -> dict[str, str]:
    """The headers that are kept."""
    return {name: headers[name] for name in _HEADERS if name in headers}


def turns(body: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The conversation of any wire as a list of its messages, items or contents."""
    inner = body.get("request")
    whole = inner if isinstance(inner, dict) else body
    given = next((whole[name] for name in ("messages", "input", "contents") if isinstance(whole.get(name), list)), [])
    return [turn for turn in given if isinstance(turn, dict)]


def roles(body: Mapping[str, Any]) -> tuple[str, ...]:
    """Who speaks."""
    return tuple(str(turn.get("role") or turn.get("type") or "user") for turn in turns(body))


def blocks(body: Mapping[str, Any]) -> dict[str, int]:
    """How many blocks of each kind; a Responses item counts by its type, a Gemini part by what it holds."""
    counts: dict[str, int] = {}
    for turn in turns(body):
        content = turn.get("content", turn.get("parts"))
        kinds = [turn["type"]] if "type" in turn and turn["type"] != "message" else []
        if isinstance(content, str):
            kinds.append("text")
        for block in content if isinstance(content, list) else []:
            if isinstance(block, dict):
                kinds.append(str(block.get("type") or next(iter(block), "")))
        kinds += ["tool_calls"] * len(turn.get("tool_calls") or [])
        for kind in kinds:
            counts[kind] = counts.get(kind, 0) + 1
    return counts


def offered(body: Mapping[str, Any]) -> tuple[tuple[str, bool], ...]:
    """The tools on offer: name, and whether its input is free text."""
    inner = body.get("request")
    whole = inner if isinstance(inner, dict) else body
    added = [turn.get("tools") for turn in turns(body) if turn.get("type") == "additional_tools"]
    return tuple(_tools([whole.get("tools"), *added]))


def _tools(given: Any) -> Iterator[tuple[str, bool]]:
    for tool in given if isinstance(given, list) else []:
        if isinstance(tool, list):
            yield from _tools(tool)
        if not isinstance(tool, dict):
            continue
        nested = tool.get("functionDeclarations") or (tool.get("tools") if tool.get("type") == "namespace" else None)
        if nested is not None:
            yield from _tools(nested)
        elif name := tool.get("name") or (tool.get("function") or {}).get("name"):
            yield str(name), tool.get("type") == "custom"
