"""What each Claude model takes, as Anthropic documents it.

Sources, all read 2026-11-26:

* limits: platform.claude.com/docs/en/models/overview (2026-09 to 11: 1M in, 128K out for the current line; 200K and 64K
  for the 4.5 line); older rows: the price list of litellm 1.109.1;
* thinking types: platform.claude.com/docs/en/build-with-claude/thinking-troubleshooting ("extended thinking is
  deprecated on 4.6, rejected from 4.7 on, the only mode up to 4.5"), …/models/opus-5-5/whats-new-opus-5-5 (no
  ``disabled``), …/models/sonnet-5-5/whats-new-sonnet-5-5 (``between_tools`` in its place);
  docs.apiyi.com/en/live/2026-11/claude-thinking-guide-refresh (what is on by default; Haiku 5.5 and Opus 5 can
  disable it at ``high`` or lower);
* effort: …/build-with-claude/effort (no beta header is needed; ``max`` from 4.6 on, ``xhigh`` from 4.7 on; none on
  Sonnet 4.5 and Haiku 4.5);
* system messages in the conversation and betas: what Claude Code 2.1.330 sends to each model (captured 2026-11-23);
  elgorro/aiquila#413 (2026-07-31);
* forced tools, preserved thinking: …/whats-new-opus-5-5; …/build-with-claude/preserved-thinking;
  docs.aws.amazon.com/bedrock/…/claude-messages-thinking-block-binding (Haiku 5.5's blocks may be read by all).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

LOW_TO_HIGH: Final = ("low", "medium", "high")
EFFORTS: Final = (*LOW_TO_HIGH, "xhigh", "max")


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaudeModel:
    """One model's limits and parameters."""

    window: int = 1_000_000
    max_tokens: int = 128_000
    thinking: frozenset[str] = frozenset({"adaptive", "disabled"})
    """The values of ``thinking.type`` that it takes."""
    thinks: bool = True
    """Whether it thinks when a request does not say."""
    hides: bool = True
    """Whether thinking comes without its text when a request does not say (``display``)."""
    efforts: tuple[str, ...] = EFFORTS
    high_undisabled: bool = False
    """Whether ``xhigh`` and ``max`` need thinking."""
    system_messages: bool = True
    forced_tools: bool = True
    preserved: bool = False
    """Whether a thinking block is bound to the conversation before it."""
    reads: frozenset[str] = frozenset()
    """Whose thinking blocks it reads beside its own and Haiku 5.5's."""
    sampling: bool = False
    """Whether it takes ``temperature``, ``top_p`` and ``top_k`` other than the default."""
    prefill: bool = False
    """Whether a conversation may end with an assistant's message."""
    betas_refused: frozenset[str] = frozenset()


EFFORT_BETA: Final = "effort-2025-11-24"
TURN_CONTROL: Final = "per-turn-control-2026-07-01"
TOOL_CHANGES: Final = "mid-conversation-tool-changes-2026-07-01"

_ALWAYS: Final = ClaudeModel(thinking=frozenset({"adaptive"}), forced_tools=False, preserved=True)
_FABLE_5: Final = replace(_ALWAYS, forced_tools=True, preserved=False, betas_refused=frozenset({TURN_CONTROL}))
_OPUS_5: Final = ClaudeModel(high_undisabled=True, betas_refused=frozenset({TURN_CONTROL}))
_NEITHER: Final = frozenset({TURN_CONTROL, TOOL_CHANGES})
_OPUS_4_7: Final = ClaudeModel(thinks=False, system_messages=False, betas_refused=_NEITHER)
_FOUR_SIX: Final = replace(
    _OPUS_4_7,
    thinking=frozenset({"adaptive", "enabled", "disabled"}),
    hides=False,
    efforts=(*LOW_TO_HIGH, "max"),
    sampling=True,
)
_OPUS_4_5: Final = replace(
    _FOUR_SIX,
    window=200_000,
    max_tokens=64_000,
    thinking=frozenset({"enabled", "disabled"}),
    efforts=LOW_TO_HIGH,
    prefill=True,
)
_FOUR_FIVE: Final = replace(_OPUS_4_5, efforts=(), betas_refused=_NEITHER | {EFFORT_BETA})

MODELS: Final[dict[str, ClaudeModel]] = {
    "claude-fable-5-2": replace(_ALWAYS, reads=frozenset({"claude-opus-5", "claude-opus-5-5"})),  # assumed, as 5.1
    "claude-mythos-5-2": _ALWAYS,
    "claude-fable-5-1": replace(_ALWAYS, reads=frozenset({"claude-opus-5", "claude-opus-5-5"})),
    "claude-mythos-5-1": _ALWAYS,
    "claude-fable-5": _FABLE_5,
    "claude-mythos-5": _FABLE_5,
    "claude-opus-5-5": _ALWAYS,
    "claude-sonnet-5-5": replace(_ALWAYS, thinking=frozenset({"adaptive", "between_tools"})),
    "claude-haiku-5-5": ClaudeModel(high_undisabled=True, preserved=True),
    "claude-opus-5": _OPUS_5,
    "claude-sonnet-5": replace(_OPUS_5, high_undisabled=False, betas_refused=_NEITHER),
    "claude-opus-4-8": replace(_OPUS_5, thinks=False, high_undisabled=False),
    "claude-opus-4-7": _OPUS_4_7,
    "claude-opus-4-6": _FOUR_SIX,
    "claude-sonnet-4-6": _FOUR_SIX,
    "claude-opus-4-5": _OPUS_4_5,
    "claude-sonnet-4-5": _FOUR_FIVE,
    "claude-haiku-4-5": _FOUR_FIVE,
    "claude-opus-4-1": replace(_FOUR_FIVE, max_tokens=32_000),
}
READ_BY_ALL: Final = frozenset({"claude-haiku-5-5"})

_SNAPSHOTS: Final = {
    "claude-haiku-4-5-20251001",
    "claude-sonnet-4-5-20250929",
    "claude-opus-4-5-20251101",
    "claude-opus-4-1-20250805",
    "claude-opus-4-6-20260205",
    "claude-opus-4-7-20260416",
}


def name_of(model: object) -> str:
    """A model's name without the date of its snapshot; unknown names as they are."""
    text = model if isinstance(model, str) else ""
    return text[:-9] if text in _SNAPSHOTS else text


BETAS: Final = frozenset(
    {
        # What Claude Code 2.1.330 sends (captured 2026-11-23), and what stands in its program.
        "claude-code-20250219",
        "oauth-2025-04-20",
        "interleaved-thinking-2025-05-14",
        "context-management-2025-06-27",
        "prompt-caching-scope-2026-01-05",
        TURN_CONTROL,
        TOOL_CHANGES,
        EFFORT_BETA,
        "thinking-token-count-2026-05-13",
        "advanced-tool-use-2025-11-20",
        "mid-conversation-system-clear-at-2026-08-21",
        "mid-conversation-system-2026-04-07",
        "thinking-binding-controls-2026-08-01",
        "thinking-display-updates-2026-08-18",
        "cache-diagnosis-2026-04-07",
        "tool-provenance-2026-10-26",
        "extended-cache-ttl-2025-04-11",
        "dangerous-tool-use-2026-09-03",
        "afk-mode-2026-01-31",
        "redact-thinking-2026-02-12",
        "claude-code-side-query-2026-09-29",
        "structured-outputs-2025-12-15",
        "structured-outputs-2025-11-13",
        "token-counting-2024-11-01",
        "tool-search-tool-2025-10-19",
        "context-hint-2026-04-09",
        "cache-keepalive-2026-09-03",
        "auto-mode-classifier-2026-07-16",
        "request-tags-2026-08-21",
        "web-search-2025-03-05",
        "thinking-resumption-2026-07-17",
        "prompt-caching-evict-2026-05-12",
        # The others that anthropic 2.13 knows for Messages (types/anthropic_beta_param.py).
        "output-128k-2025-02-19",
        "mcp-client-2025-04-04",
        "mcp-client-2025-11-20",
        "mcp-client-2026-09-15",
        "code-execution-2025-05-22",
        "context-1m-2025-08-07",
        "model-context-window-exceeded-2025-08-26",
        "fast-mode-2026-02-01",
        "output-300k-2026-03-24",
        "advisor-tool-2026-03-01",
        "server-side-fallback-2026-06-01",
        "server-side-fallback-2026-07-01",
        "fallback-credit-2026-06-01",
        "fallback-credit-2026-07-01",
        "compact-2026-01-12",
        "compact-2026-09-04",
        "computer-use-2025-11-24",
        "task-budgets-2026-03-13",
        "mid-conversation-output-config-2026-07-01",
        "inline-tools-2026-09-15",
        "prompt-caching-2024-07-31",
        "pdfs-2024-09-25",
        "token-efficient-tools-2025-02-19",
        "fine-grained-tool-streaming-2025-05-14",
        "files-api-2025-04-14",
        "skills-2025-10-02",
    }
)

FIELDS: Final = frozenset(
    {
        *("model", "messages", "max_tokens", "system", "tools", "tool_choice", "metadata", "stream", "stop_sequences"),
        *("temperature", "top_p", "top_k", "thinking", "output_config", "service_tier", "container", "inference_geo"),
        *("cache_control", "betas"),
    }
)
"""What a request may hold (anthropic 2.13, types/message_create_params.py)."""

BETA_FIELDS: Final = {
    "context_management": ("context-management-2025-06-27", "compact-2026-01-12", "compact-2026-09-04"),
    "mcp_servers": ("mcp-client-2025-04-04", "mcp-client-2025-11-20", "mcp-client-2026-09-15"),
    "diagnostics": ("cache-diagnosis-2026-04-07",),
    "safeguards": ("dangerous-tool-use-2026-09-03",),
    "speed": ("fast-mode-2026-02-01",),
    "fallbacks": ("server-side-fallback-2026-06-01", "server-side-fallback-2026-07-01"),
}
"""What it may hold beside them, each with one of its betas (anthropic 2.13, types/beta/message_create_params.py; for
``diagnostics`` and ``safeguards`` what Claude Code sends along, 2026-11-23)."""
