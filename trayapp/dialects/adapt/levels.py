"""Effort levels: their order, and the nearest one that a model takes.

Everything that compares levels of effort lives here. The words are those of all vendors together (SDKs of Anthropic
2.12, OpenAI 3.54 and google-genai 3.4; Codex 0.169 adds ``ultra``; 2026-11).
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

ORDER: Final = ("none", "minimal", "low", "medium", "high", "xhigh", "max", "ultra")
"""From the least to the most."""


def nearest(asked: str, accepted: Collection[str]) -> str | None:
    """The level to ask for: the same, else the next lower one, else the lowest; ``None`` when there is none.

    A word that we do not know stands for no level, so there is none near it.
    """
    asked = asked.lower()
    if asked in accepted:
        return asked
    known = [level for level in ORDER if level in accepted]
    if asked not in ORDER or not known:
        return None
    place = ORDER.index(asked)
    below = [level for level in known if ORDER.index(level) <= place]
    return below[-1] if below else known[0]
