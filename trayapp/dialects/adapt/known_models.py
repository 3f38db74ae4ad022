"""The table of models: what each takes, with its sources.

Everything that we know of a model without asking its vendor lives here. Sources and dates:

* Claude: the model catalogue inside Claude Code 2.1.330 (window, largest output, levels of effort, default effort,
  adaptive thinking, refusal of ``disabled``, fast mode, changes of tools, effort per turn), and what that client sends
  for each model (thinking with a budget and no effort for 4.5; ``system`` messages; betas), measured 2026-11-23;
  Anthropic's migration guides to Opus 5.5, Sonnet 5.5 and Haiku 5.5 (no budgets from 4.7 on; sampling values refused
  from 4.7 on; begun answers refused from 4.6 on; forced tools refused by Fable 5.1, Opus 5.5 and Sonnet 5.5;
  ``between_tools`` on Sonnet 5.5), read 2026-11-26. Opus 4.5's levels: Anthropic's page on effort, 2026-11-26.
  Haiku 5.5 and ``disabled``: the catalogue says refused, a guide says accepted up to high; the table says refused;
  Sonnet 4.6's output: 128,000 in that catalogue, 64,000 in models.dev: the smaller stands here;
* OpenAI: ``codex debug models`` of Codex 0.169 (levels, window, the lite family), 2026-11-23; OpenAI's pages of
  gpt-5.6-luna and gpt-6-luna, read 2026-11-26; all others from the models.dev catalogue inside Cline 3.0.65 (levels,
  window, output), 2026-11. ``ultra`` is Codex's. Where Codex's window and the API's differ, the smaller stands here.
  Function tools with reasoning are refused on Chat Completions from 5.6 on (OpenAI's error text, its community's
  thread 1386454), read 2026-11-26;
* Gemini: Google's pages on Gemini 3.5 Flash, 3.1 Pro, 3.1 Flash-Lite and 3.8 Flash (levels, window, output), read
  2026-11-26; all others and the budgets of 2.5 from the same catalogue in Cline.
"""

from __future__ import annotations

from typing import Final

from msgspec.structs import replace

from trayapp.dialects.adapt.capability import Capability, canonical

_TO_HIGH: Final = frozenset({"low", "medium", "high"})
_TO_MAX: Final = frozenset({"low", "medium", "high", "max"})
_ALL: Final = frozenset({"low", "medium", "high", "xhigh", "max"})
_TURN: Final = "per-turn-control"
_TOOLS: Final = "mid-conversation-tool-changes"
_EFFORT: Final = "effort"


def _claude(*names: str, like: Capability) -> dict[str, Capability]:
    return {name: replace(like, model=name) for name in names}


_V4 = Capability(
    model="",
    max_output=64_000,
    window=200_000,
    thinking=frozenset({"enabled", "disabled"}),
    efforts=frozenset(),
    system_messages=False,
    turn_controls=False,
    tool_changes=False,
    refused_betas=frozenset({_TURN, _TOOLS, _EFFORT}),
    sampling=True,
    forced_tools=True,
    fast=False,
    prefill=True,
)
_OPUS_45 = replace(_V4, efforts=_TO_HIGH, default_effort="high", refused_betas=frozenset({_TURN, _TOOLS}))
_V46 = replace(
    _OPUS_45,
    max_output=128_000,
    thinking=frozenset({"adaptive", "enabled", "disabled"}),
    efforts=_TO_MAX,
    prefill=False,
)
_OPUS_47 = replace(_V46, window=1_000_000, thinking=frozenset({"adaptive", "disabled"}), efforts=_ALL, sampling=False)
_SONNET_5 = replace(_OPUS_47, system_messages=True)
_OPUS_48 = replace(_SONNET_5, tool_changes=True, refused_betas=frozenset({_TURN}))
_FABLE_5 = replace(_OPUS_48, thinking=frozenset({"adaptive"}))
_FABLE_51 = replace(_FABLE_5, turn_controls=True, refused_betas=frozenset(), forced_tools=False)
_V55 = replace(_FABLE_51, default_effort="medium")
_SONNET_55 = replace(_V55, thinking=frozenset({"adaptive", "between_tools"}), default_effort="high")

_CLAUDE: Final[dict[str, Capability]] = {
    **_claude("claude-opus-4", "claude-opus-4-0", "claude-opus-4-1", like=replace(_V4, max_output=32_000)),
    **_claude("claude-sonnet-4", "claude-sonnet-4-0", "claude-sonnet-4-5", "claude-haiku-4-5", like=_V4),
    **_claude("claude-opus-4-5", like=_OPUS_45),
    **_claude("claude-sonnet-4-6", like=replace(_V46, max_output=64_000)),
    **_claude("claude-opus-4-6", like=replace(_V46, fast=None)),
    **_claude("claude-opus-4-7", like=replace(_OPUS_47, fast=None)),
    **_claude("claude-opus-4-8", "claude-opus-5", like=replace(_OPUS_48, fast=True)),
    **_claude("claude-sonnet-5", like=_SONNET_5),
    **_claude("claude-fable-5", like=_FABLE_5),
    **_claude("claude-fable-5-1", like=_FABLE_51),
    **_claude("claude-fable-5-2", "claude-mythos-5-2", "claude-opus-5-5", like=replace(_V55, fast=True)),
    **_claude("claude-sonnet-5-5", like=_SONNET_55),
    **_claude("claude-haiku-5-5", like=replace(_V55, forced_tools=None)),
}

LITE: Final = "codex-lite"
"""OpenAI's models to which Codex sends its tools as an item of the input."""


def _openai(
    *names: str,
    efforts: str,
    default: str | None = "medium",
    window: int | None = None,
    family: str = "",
    chat_tools: bool | None = None,
) -> dict[str, Capability]:
    return {
        name: Capability(
            model=name,
            max_output=128_000,
            window=window,
            efforts=frozenset(efforts.split()),
            default_effort=default,
            family=family,
            chat_tools=chat_tools,
        )
        for name in names
    }


_TO_ULTRA: Final = "low medium high xhigh max ultra"
_OPENAI: Final[dict[str, Capability]] = {
    **_openai("gpt-6-astra", efforts=_TO_ULTRA, default="low", window=872_000, family=LITE, chat_tools=False),
    **_openai(
        "gpt-6.1-sol", "gpt-6.1-terra", "gpt-5.6-sol", "gpt-5.6",
        efforts=f"none {_TO_ULTRA}", default="low", window=872_000, family=LITE, chat_tools=False,
    ),
    **_openai(
        "gpt-6-sol", "gpt-5.6-terra",
        efforts=f"none {_TO_ULTRA}", window=872_000, family=LITE, chat_tools=False,
    ),
    **_openai(
        "gpt-6-luna", "gpt-5.6-luna",
        efforts="none low medium high xhigh max", window=872_000, family=LITE, chat_tools=False,
    ),
    **_openai("gpt-5.5", efforts="none low medium high xhigh", window=272_000),
    **_openai("gpt-5.4", efforts="none low medium high xhigh", default=None, window=922_000),
    **_openai(
        "gpt-5.4-mini", "gpt-5.4-nano", "gpt-5.2", efforts="none low medium high xhigh", default=None, window=272_000
    ),
    **_openai("gpt-5.1", efforts="none low medium high", default=None, window=272_000),
    **_openai("gpt-5", efforts="minimal low medium high", default=None, window=272_000),
}  # fmt: skip

_LEVELS: Final = frozenset({"level"})
_BUDGET: Final = frozenset({"budget"})


def _gemini(
    *names: str,
    efforts: str,
    default: str | None = None,
    budget: tuple[int, int] | None = None,
    off: bool = False,
) -> dict[str, Capability]:
    return {
        name: Capability(
            model=name,
            max_output=65_536,
            window=1_048_576,
            thinking=_LEVELS if budget is None else _BUDGET,
            efforts=frozenset(efforts.split()),
            default_effort=default,
            budget=budget,
            budget_off=off if budget is not None else None,
        )
        for name in names
    }


_GEMINI: Final[dict[str, Capability]] = {
    **_gemini("gemini-2.5-pro", efforts="", budget=(128, 32_768)),
    **_gemini("gemini-2.5-flash", efforts="", budget=(1, 24_576), off=True),
    **_gemini("gemini-2.5-flash-lite", efforts="", budget=(512, 24_576), off=True),
    **_gemini("gemini-3-pro", efforts="low high", default="high"),
    **_gemini("gemini-3-flash", efforts="minimal low medium high", default="high"),
    **_gemini("gemini-3.1-pro", efforts="low medium high", default="high"),
    **_gemini("gemini-3.1-flash-lite", efforts="minimal low medium high", default="minimal"),
    **_gemini("gemini-3.5-flash", efforts="minimal low medium high", default="medium"),
    **_gemini("gemini-3.5-flash-lite", "gemini-3.6-flash", efforts="minimal low medium high"),
    **_gemini("gemini-3.7-flash", "gemini-3.8-flash", efforts="low medium high", default="medium"),
}

_TABLES: Final = {
    "anthropic-messages": _CLAUDE,
    "bedrock-invoke": _CLAUDE,
    "openai-responses": _OPENAI,
    "openai-chat": _OPENAI,
    "gemini": _GEMINI,
}


def capability(wire: str, model: str) -> Capability | None:
    """What our table says of a model; ``None`` when it does not have it.

    Args:
        wire: the wire format in which the model is asked for.
        model: its name as written.
    """
    return _TABLES.get(wire, {}).get(canonical(wire, model))


def names(wire: str) -> tuple[str, ...]:
    """The models of a wire format that the table has."""
    return tuple(_TABLES.get(wire, {}))
