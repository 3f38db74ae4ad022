"""How strict the judge is where vendors' words leave a choice.

The defaults are the strictest reading. A request that passes them passes the milder ones.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """The choices."""

    foreign_thinking: bool = True
    """Anthropic: refuse another model's thinking block. That is what users met until 2026-07
    (vybestack/llxprt-code#2335); by the documentation of 2026-09 such a block is dropped without an error, and costs
    the reasoning only."""
    prefix_bound: bool = True
    """Anthropic: refuse a thinking block behind a changed conversation. On for accounts made since 2026-08-31
    (platform.claude.com/docs/en/build-with-claude/preserved-thinking); on others only when a request asks for it."""
    lite_only: bool = True
    """OpenAI: refuse Codex's requests to a model of the lite family that lack the lite shape. Codex never sends one
    (2026-11-23); that the vendor would refuse it is assumed."""
    hint_agrees: bool = True
    """OpenAI: refuse a request whose ``x-codex-routing-hint`` names another model. Codex never sends one (2026-11-23);
    that the vendor would refuse it is assumed."""
    foreign_thought: bool = True
    """Gemini: refuse a function call that carries another model's thought signature (docs.apiyi.com/faq/
    gemini-thought-signature-missing, 2026-10: "typically after the conversation switched route, model, key")."""
