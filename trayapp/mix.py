"""What a period's money was spent on: the cells in which the ledger sums tokens and list price by component.

Everything that the ledger says to ``insight`` about the make-up of a sum lives here. Rules: final rows with a list
price only, so that the cells' money is the period's list price to the pico-dollar; a cell's rows share all that decides
a rate except the date; what has no rate for a token (an amount that the vendor states, searches, a blend of several
models' rates) is ``other`` and is never split.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import msgspec

PROMPT: Final = ("input", "cache_read", "cache_write", "cache_write_1h", "cache_write_12h")
"""The kinds of token of a prompt's text: fresh, read from a cache, written to one."""
PROMPT_AUDIO: Final = ("input_audio", "cache_read_audio")
OUTPUT: Final = ("output", "output_audio", "output_image")
KINDS: Final = (*PROMPT, *PROMPT_AUDIO, *OUTPUT)
"""The kinds of token that have a rate, each token in exactly one."""


class MixCell(msgspec.Struct, frozen=True, kw_only=True):
    """The calls of one model at one vendor that are priced alike."""

    vendor: str
    model: str
    """The one that served, or the one asked for; empty: unknown."""
    variant: str = ""
    """All that decides a rate beside model and date: ``long_prompt``, ``batch``, ``geo:us`` … as the pricing flags it;
    ``flat``: one amount for the whole call; ``blend``: its parts had several rates. Both have ``other`` only."""
    attempt: int = 0
    """0: first attempts; 1: repeated ones."""
    calls: int = 0
    tokens: Mapping[str, int] = {}
    """By kind, only what there is; ``reasoning`` is a part of ``output``."""
    pico: Mapping[str, int] = {}
    """List price by kind (one of ``KINDS``), only what there is."""
    other: int = 0
    """List price of what has no rate for a token."""

    @property
    def total(self) -> int:
        """List price of all."""
        return sum(self.pico.values()) + self.other
