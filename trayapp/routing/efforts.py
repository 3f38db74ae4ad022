"""The second lever: how much longer a model's answers are at one effort than at another.

Everything that knows what an effort is worth lives here. The figures are the ``effort_cost_index`` of the model
catalogue inside Claude Code 2.1.330 (read 2026-11-23; ``high`` is 1): what the vendor's own client reckons a task to
cost at an effort. They are taken as factors of the answers' length, thinking included, since that is what effort
changes; the prompt stays. For other models nobody says.

Rules: pure; fractions; ``None`` is unknown. What follows from them is an estimate, and its lower end is no saving.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Final

_INDEX: Final[dict[str, dict[str, str]]] = {
    "claude-opus-5-5": {"low": ".48", "medium": ".66", "xhigh": "1.66", "max": "3.44"},
    "claude-sonnet-5-5": {"low": ".49", "medium": ".54", "xhigh": "1.87", "max": "5.5"},
    "claude-haiku-5-5": {"low": ".38", "medium": ".52", "xhigh": "2.03", "max": "4.34"},
    "claude-opus-5": {"low": ".67", "medium": ".76", "xhigh": "1.6", "max": "1.7"},
    "claude-fable-5-1": {"low": ".75", "medium": ".86", "xhigh": "1.38", "max": "1.74"},
}


_KEEP: Final = ("claude-fable-5-1",)
"""Models whose cache survives another effort. On Sonnet 5 a part of it is lost and on Opus 5 all (anthropics/
claude-code#92444, 2026-11; the documentation disagrees); of the others nobody says."""


def keeps_cache(model: str) -> bool:
    """Whether the effort may change inside a session without the conversation being written anew."""
    return any(_is(model, name) for name in _KEEP)


def share(model: str, asked: str | None, sent: str | None) -> Fraction | None:
    """How long answers are at the effort that was sent, for each unit at the one that was asked for.

    ``None``: nobody says, for that model or one of the efforts.
    """
    index = next((found for name, found in _INDEX.items() if _is(model, name)), None)
    if index is None or asked is None or sent is None:
        return None
    known = {**index, "high": "1"}
    if asked not in known or sent not in known:
        return None
    return Fraction(known[sent]) / Fraction(known[asked])


def _is(model: str, name: str) -> bool:
    """The model itself, or a dated name of it."""
    plain = model.lower().replace(".", "-").rpartition("/")[2]
    rest = plain.removeprefix(name)
    return rest != plain and (not rest or (rest[0] in "-@" and rest[1:].isdigit() and len(rest) == 9))
