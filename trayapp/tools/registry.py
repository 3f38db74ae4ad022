"""The tools that Spendlight knows, by name. One file a tool; this one lists them."""

from __future__ import annotations

from typing import Final

from trayapp.tools.claude_code import ClaudeCode
from trayapp.tools.codex import Codex
from trayapp.tools.other import Other
from trayapp.tools.tool import Tool

TOOLS: Final[tuple[Tool, ...]] = (
    ClaudeCode(),
    Codex(),
    Other(),
)
"""In the order in which they are shown."""

_ALIASES: Final = {
    "claude": "claude-code",
}


def named(name: str) -> Tool | None:
    """The tool of that name, or with that program."""
    name = _ALIASES.get(name.lower(), name.lower())
    return next((tool for tool in TOOLS if tool.name == name), None)


def of_program(program: str) -> Tool | None:
    """The tool that a program's name says."""
    return next((tool for tool in TOOLS if program.removesuffix(".exe").removesuffix(".cmd") in tool.programs), None)
