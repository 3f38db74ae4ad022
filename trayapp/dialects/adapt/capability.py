"""What a model takes: the limits and settings that its vendor refuses or accepts.

Everything that is known of a model before a request is adapted to it lives here and in ``known_models`` (our table)
and ``listing`` (the vendor's own word). Rules: ``None`` is "not known" and changes nothing; a name that is not in the
table is a model of which nothing is known, never a guess at a similar one.
"""

from __future__ import annotations

import re
from typing import Final

import msgspec
from msgspec.structs import asdict

_REGION: Final = re.compile(r"(?:global|us|eu|apac|au|jp|us-gov)\.(?=anthropic\.)")
_OF_CLAUDE: Final = re.compile(r"(?:@|-)\d{8}\Z|-latest\Z|\[1m\]\Z|-v\d+(?::\d+)?\Z|@default\Z")
_OF_OPENAI: Final = re.compile(r"-\d{4}-\d{2}-\d{2}\Z")
_OURS: Final = ("model", "family", "refused_betas")
"""What is never unknown, only empty."""
_OF_GEMINI: Final = re.compile(r"-(?:preview(?:-[\d-]+)?|latest|exp|0\d\d)\Z")


class Capability(msgspec.Struct, frozen=True, kw_only=True):
    """What one model takes. Every ``None`` is "not known"."""

    model: str
    """The canonical name, as ``canonical`` gives it."""
    max_output: int | None = None
    """The largest value of the request's bound on output, in tokens."""
    window: int | None = None
    """The largest prompt, in tokens."""
    thinking: frozenset[str] | None = None
    """Anthropic: the types that ``thinking`` may have. Gemini: ``budget`` or ``level``. Empty: it takes none."""
    efforts: frozenset[str] | None = None
    """The levels of effort, small letters; empty: it takes none."""
    default_effort: str | None = None
    """What it does when none is asked for."""
    system_messages: bool | None = None
    """Whether messages may have the role ``system`` (Anthropic)."""
    turn_controls: bool | None = None
    """Whether such a message may set the effort, and thinking be shown as it goes (``display: updates``)."""
    tool_changes: bool | None = None
    """Whether such a message may add and remove tools."""
    refused_betas: frozenset[str] = frozenset()
    """Values of ``anthropic-beta`` that it refuses, without the date at their end."""
    sampling: bool | None = None
    """Whether temperature, top_p and top_k may differ from the default (Anthropic)."""
    forced_tools: bool | None = None
    """Whether the request may force the use of a tool (Anthropic)."""
    fast: bool | None = None
    """Whether ``speed`` may be ``fast`` (Anthropic)."""
    prefill: bool | None = None
    """Whether the last message may be the begun answer (Anthropic)."""
    chat_tools: bool | None = None
    """Whether Chat Completions take function tools together with reasoning (OpenAI)."""
    budget: tuple[int, int] | None = None
    """The least and the largest thinking budget, where one is set in tokens (Gemini)."""
    budget_off: bool | None = None
    """Whether a budget of 0 turns thinking off (Gemini)."""
    family: str = ""
    """Models of one family take the same requests; requests of a family's make go to no other."""


def canonical(wire: str, model: str) -> str:
    """A model's name without what only says where, when or under which contract it is served.

    Args:
        wire: the wire format in which it is asked for.
        model: the name as written.
    """
    name = model.strip().lower()
    if wire in ("anthropic-messages", "bedrock-invoke", "bedrock-converse"):
        name = _REGION.sub("", name)
        name = name.removeprefix("anthropic/").removeprefix("anthropic.")
        before = ""
        while name != before:
            before, name = name, _OF_CLAUDE.sub("", name)
        return name.replace(".", "-")
    if wire == "gemini":
        return _OF_GEMINI.sub("", name.removeprefix("models/"))
    return _OF_OPENAI.sub("", name)


def merged(said: Capability | None, table: Capability | None) -> Capability | None:
    """What the vendor has said, completed by our table."""
    if said is None or table is None:
        return said if said is not None else table
    spoken = {key: value for key, value in asdict(said).items() if value is not None and key not in _OURS}
    return Capability(
        **{
            **asdict(table),
            **spoken,
            "family": said.family or table.family,
            "refused_betas": said.refused_betas | table.refused_betas,
        }
    )
