"""The tools that Spendlight knows, by name. One file a tool; this one lists them."""

from __future__ import annotations

from typing import Final

from trayapp.tools.aider import Aider
from trayapp.tools.claude_code import ClaudeCode
from trayapp.tools.cline import Cline
from trayapp.tools.codex import Codex
from trayapp.tools.continue_dev import Continue
from trayapp.tools.copilot import Copilot
from trayapp.tools.crush import Crush
from trayapp.tools.gemini_cli import GeminiCli
from trayapp.tools.goose import Goose
from trayapp.tools.llm import Llm
from trayapp.tools.mistral_vibe import MistralVibe
from trayapp.tools.opencode import OpenCode
from trayapp.tools.pi import Pi
from trayapp.tools.qwen_code import QwenCode
from trayapp.tools.sdk import Sdk
from trayapp.tools.tool import Tool
from trayapp.tools.unreachable import Cursor, JetBrainsAi, RooCode, VsCodeCopilot, Windsurf
from trayapp.tools.zed import Zed

TOOLS: Final[tuple[Tool, ...]] = (
    ClaudeCode(),
    Codex(),
    GeminiCli(),
    Copilot(),
    OpenCode(),
    Aider(),
    Continue(),
    Cline(),
    QwenCode(),
    Crush(),
    Pi(),
    MistralVibe(),
    Zed(),
    Goose(),
    Llm(),
    Sdk(),
    RooCode(),
    VsCodeCopilot(),
    JetBrainsAi(),
    Windsurf(),
    Cursor(),
)
"""In the order in which they are shown."""

_ALIASES: Final = {
    "claude": "claude-code",
    "gemini": "gemini-cli",
    "qwen": "qwen-code",
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
