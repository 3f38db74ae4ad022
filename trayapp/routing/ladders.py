"""Which models may stand in for a dearer one: the ladders of each maker, dearest first.

Everything that knows which models belong together lives here. A ladder holds models that take the same requests, so a
step down changes little or nothing but the name (measured for Claude Code 2.1.330, Codex 0.169 and Gemini CLI 0.61,
2026-11-23; prices and parameters are other rooms' affair). A model that is on no ladder has no stand-in that could be
offered; its user may still name one.

Rules: pure; names are compared without their head (``anthropic/``), date and dots, and given back in the spelling that
was asked for; nothing here says that a model is cheaper, the book does.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

LADDERS: Final[tuple[tuple[str, ...], ...]] = (
    ("claude-fable-5-2", "claude-opus-5-5", "claude-sonnet-5-5", "claude-haiku-5-5"),
    ("claude-fable-5-1", "claude-opus-5", "claude-sonnet-5", "claude-haiku-5-5"),
    ("claude-opus-4-8", "claude-sonnet-4-6", "claude-haiku-4-5"),
    ("claude-opus-4-7", "claude-sonnet-4-6", "claude-haiku-4-5"),
    ("claude-opus-4-6", "claude-sonnet-4-6", "claude-haiku-4-5"),
    ("claude-opus-4-5", "claude-sonnet-4-5", "claude-haiku-4-5"),
    ("gpt-6-astra", "gpt-6.1-sol", "gpt-6.1-terra", "gpt-6-luna"),
    ("gpt-6-sol", "gpt-6-luna"),
    ("gpt-6.2-sol", "gpt-6.1-terra", "gpt-6-luna"),
    ("gpt-5.6-sol", "gpt-5.6-terra", "gpt-5.6-luna"),
    ("gpt-5.5", "gpt-5.4", "gpt-5.4-mini", "gpt-5.4-nano"),
    ("gpt-5", "gpt-5-mini", "gpt-5-nano"),
    ("gemini-3.1-pro-preview", "gemini-3.5-flash", "gemini-3.5-flash-lite"),
    ("gemini-3-pro-preview", "gemini-3-flash-preview", "gemini-3.1-flash-lite"),
    ("gemini-3.8-flash", "gemini-3.5-flash-lite"),
    ("gemini-2.5-pro", "gemini-2.5-flash", "gemini-2.5-flash-lite"),
)
"""By maker, the current generation first."""

_DATE = re.compile(r"[-@]20\d{2}-?\d{2}-?\d{2}\Z|-latest\Z")
_DOTTED = re.compile(r"(?<=\d)\.(?=\d)")


def below(model: str) -> tuple[str, ...]:
    """What may stand in for a model, dearest first; empty when nothing can be offered."""
    head, slash, name = model.rpartition("/")
    place = rung(model)
    if place is None:
        return ()
    at, ladder = place
    dotted = _DOTTED.search(name) is not None
    return tuple(f"{head}{slash}{_spelled(each, dotted=dotted)}" for each in ladder[at + 1 :])


@lru_cache(maxsize=1024)
def rung(model: str) -> tuple[int, tuple[str, ...]] | None:
    """Where a model stands on its ladder (0: on top), and that ladder; ``None``: on none."""
    plain = _plain(model.rpartition("/")[2])
    for ladder in LADDERS:
        for at, each in enumerate(ladder):
            if _plain(each) == plain:
                return at, ladder
    return None


def _plain(name: str) -> str:
    return _DOTTED.sub("-", _DATE.sub("", name.lower()))


def _spelled(name: str, *, dotted: bool) -> str:
    """Claude's names have dots at resellers; the others keep their own."""
    if dotted and name.startswith("claude-"):
        return re.sub(r"(?<=\d)-(?=\d)", ".", name)
    return name
