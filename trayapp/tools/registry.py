"""The tools that Spendlight knows, by name. One file a tool; this one lists them."""

from __future__ import annotations

from typing import Final

from trayapp.tools.aider import Aider
from trayapp.tools.claude_code import ClaudeCode
from trayapp.tools.codex import Codex
from trayapp.tools.goose import Goose
from trayapp.tools.llm import Llm
from trayapp.tools.mistral_vibe import MistralVibe
from trayapp.tools.sdk import Sdk
from trayapp.tools.tool import Tool
from trayapp.tools.zed import Zed

TOOLS: Final[tuple[Tool, ...]] = (
    ClaudeCode(),
    Codex(),
    Aider(),
    Llm(),
    MistralVibe(),
    Zed(),
    Goose(),
    Sdk(),
)
"""In the order in which they are shown."""

_ALIASES: Final = {
    "claude": "claude-code",
    "other": "sdk",
    "vibe": "mistral-vibe",
}


def named(name: str) -> Tool | None:
    """The tool of that name, or with that program."""
    name = _ALIASES.get(name.lower(), name.lower())
    return next((tool for tool in TOOLS if tool.name == name), None)


def of_program(program: str) -> Tool | None:
    """The tool that a program's name says."""
    return next((tool for tool in TOOLS if program.removesuffix(".exe").removesuffix(".cmd") in tool.programs), None)
