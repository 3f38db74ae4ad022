"""What a team may be told of a call: which dimensions, and in which words.

Everything that turns words of this machine into words that leave it lives here.

Rules:

* a word leaves only when it is public: a model only as the price book names it, a vendor only where it is one of the
  built-in routes, a tool only where Spendlight knows it by itself, a tier only by a vendor's own word. What users make
  up (deployments, gateways, names in addresses, fine-tunes, paths of local models) is ``OTHER``;
* a project leaves as an HMAC under the team's key over the HMAC that the ledger holds: no name, no folder, and another
  team cannot compare;
* a dimension that is not allowed is empty, whatever it was.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Callable, Collection, Iterable
from typing import Final, Literal

from trayapp.frontdoor import DEFAULT_UPSTREAMS
from trayapp.ledger.outbox import Group
from trayapp.team.wire import ALWAYS, DIMENSIONS, Dims

OTHER: Final = "other"
"""A word that its user, or somebody else who is not the vendor, has made up."""

VENDORS: Final = frozenset({*DEFAULT_UPSTREAMS, "azure", "bedrock", "ollama"})
TOOLS: Final = frozenset(
    {
        *("aider", "claude-code", "cline", "codex", "continue", "copilot", "crush", "cursor", "gemini-cli", "goose"),
        *("jetbrains-ai", "litellm", "llm", "mistral-vibe", "opencode", "pi", "qwen-code", "roo", "sdk"),
        *("vscode-copilot", "windsurf", "zed", "python-mistral", "python-ollama", "js-ai-sdk"),
        *(f"{lang}-{of}" for lang in ("python", "js", "go", "java", "ruby") for of in ("openai", "anthropic", "genai")),
    }
)
"""As ``trayapp.tools`` and ``trayapp.dialects.asker`` name them."""
TIERS: Final = frozenset({"standard", "priority", "flex", "batch", "fast", "ultrafast", "offpeak"})
_TIERS: Final = {
    "default": "standard",
    "auto": "standard",
    "standard_only": "standard",
    "on_demand": "standard",
    "on_demand_flex": "flex",
    "on_demand_priority": "priority",
    "on_demand_offpeak": "offpeak",
}
_PROJECT_DIGITS: Final = 32
_BOOK: Final = re.compile(r"\d{4}-\d\d-\d\d(?:\.\d{1,6})?")

Public = Callable[[str, str], str | None]
"""``(vendor, model)``: what the public price book calls that model; ``None``: it does not know it."""


def allowed(policy: Iterable[str], agreed: Iterable[str]) -> tuple[str, ...]:
    """The dimensions that are told: what the team wants and its member has agreed to, and what is always told."""
    wanted = set(policy) & set(agreed)
    return tuple(name for name in DIMENSIONS if name in wanted or name in ALWAYS)


def told(group: Group, dimensions: Collection[str], public: Public, project_key: bytes) -> Dims:
    """What a team is told of these calls."""
    everything = Dims(
        vendor=_one_of(group.vendor, VENDORS),
        model_asked=_model(group.vendor, group.model_asked, public),
        model_served=_model(group.vendor, group.model_served, public),
        tool=_one_of(group.tool, TOOLS),
        project=project(project_key, group.project),
        billing=billing(group.account),
        tier=_one_of(_TIERS.get(group.tier.lower(), group.tier.lower()), TIERS),
    )
    return Dims(**{name: getattr(everything, name) for name in DIMENSIONS if name in dimensions})


def project(project_key: bytes, known_as: str) -> str:
    """A project of the ledger as a team knows it."""
    if not known_as:
        return ""
    return hmac.new(project_key, b"project\0" + known_as.encode(), hashlib.sha256).hexdigest()[:_PROJECT_DIGITS]


def billing(account: str) -> Literal["api", "subscription", "unknown"]:
    """Who pays."""
    return "api" if account == "api" else "subscription" if account == "subscription" else "unknown"


def book(version: str) -> str:
    """The date that a price book's version begins with; what follows may be its owner's word."""
    found = _BOOK.match(version)
    return found[0] if found else ""


def _one_of(word: str, known: Collection[str]) -> str:
    return word if not word or word in known else OTHER


def _model(vendor: str, name: str, public: Public) -> str:
    if not name:
        return ""
    return public(vendor, name) or OTHER
