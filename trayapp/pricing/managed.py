"""Claude Code's managed prices as contracts of ours.

Everything that reads the managed setting ``modelPricing`` lives here: ``{multiplier, overrides: {model: {input,
output, cacheRead, cacheWrite}}}``, USD per million tokens (read in 2.1.330, 2026-11). A model with a row is charged
exactly as written, every other by the multiplier over the list; contracts keep that order.

Rules: pure; what is not understood is refused whole, in words.
"""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any, Final

from trayapp.pricing.agreements import read
from trayapp.pricing.book import BookError


class ManagedError(Exception):
    """A tool's managed settings hold no prices that can be taken over. The text is for people."""


MANAGED: Final = "claude-managed"
"""What contracts from Claude Code's managed settings are called, or begin with."""
_MANAGED_RATES: Final = {
    "input": "input",
    "output": "output",
    "cacheRead": "cache_read",
    "cacheWrite": "cache_write",
}


def from_managed(text: str) -> list[dict[str, Any]]:
    """``[[contracts]]`` entries that say the same as ``modelPricing`` in Claude Code's managed settings.

    Raises:
        ManagedError: the text is not such a file, or it says nothing about prices.
    """
    try:
        document = json.loads(text, parse_float=Decimal)
    except (ValueError, RecursionError):
        raise ManagedError("it is not JSON") from None
    pricing = document.get("modelPricing") if isinstance(document, dict) else None
    if not isinstance(pricing, dict):
        raise ManagedError("it has no `modelPricing`")
    overrides = pricing.get("overrides") or {}
    if not isinstance(overrides, dict):
        raise ManagedError("its `overrides` are no object")
    entries: list[dict[str, Any]] = []
    for model, row in overrides.items():
        if not isinstance(row, dict) or not row.keys() <= _MANAGED_RATES.keys() or not row:
            raise ManagedError(f"its row for {model!r} is not made of {', '.join(_MANAGED_RATES)}")
        rates = {_MANAGED_RATES[name]: str(rate) for name, rate in row.items()}
        entries.append({"name": f"{MANAGED}:{model}"[:64], "provider": "anthropic", "model": model, "rates": rates})
    if pricing.get("multiplier") is not None:
        entries.append({"name": MANAGED, "provider": "anthropic", "multiplier": str(pricing["multiplier"])})
    if not entries:
        raise ManagedError("its `modelPricing` is empty")
    try:
        read({"contracts": entries})
    except BookError as error:
        raise ManagedError(error.message.rstrip(".")) from None
    return entries
