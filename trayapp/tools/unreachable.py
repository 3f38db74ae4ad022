"""Tools that cannot be led here by their settings, or only by hand: what is possible, and what is not.

Facts of 2026-11: VS Code's Copilot has two unnamed settings for an address, of which one issue says that they are
ignored (microsoft/vscode#246331) and another that there is no supported one (#322688); from 1.122 on a model of the
user's own has the whole URL of its endpoint (#316916). Cursor sends every call, with
the user's own keys too, to its own servers first (rce.moe, 2026-01). JetBrains' assistant takes OpenAI-compatible
providers by address (its help pages). Roo Code keeps its settings inside VS Code. None of them was run here.
"""

from __future__ import annotations

from typing import ClassVar

from trayapp.said import say
from trayapp.tools.tool import Found, Machine, Tool


class Unreachable(Tool):
    """A tool without a mode."""

    folders: ClassVar[tuple[str, ...]] = ()
    """Where it leaves something in the home folder; patterns."""

    def find(self, machine: Machine) -> Found:
        """Look for it."""
        seen = any(next(machine.home.glob(pattern), None) for pattern in self.folders)
        return Found(seen or machine.program(*self.programs) is not None)


class VsCodeCopilot(Unreachable):
    """GitHub Copilot in VS Code."""

    name = "vscode-copilot"
    title = "GitHub Copilot in VS Code"
    folders = (".vscode*/extensions/github.copilot-*",)
    advice = say(
        "No supported setting leads Copilot's own models to another address. Models with a key of your own do take one"
        " (Manage Models, Add Models, Custom Endpoint): their `url` is what `spendlight url openai --tool"
        " vscode-copilot` prints, with /chat/completions behind it. What a plan has used stands on GitHub's page;"
        " GitHub Copilot CLI can be led here: `spendlight connect copilot`."
    )


class JetBrainsAi(Unreachable):
    """JetBrains' AI Assistant and Junie."""

    name = "jetbrains-ai"
    title = "JetBrains AI"
    folders = (".config/JetBrains", "Library/Application Support/JetBrains", "AppData/Roaming/JetBrains")
    advice = say(
        "Calls on a JetBrains AI plan go to JetBrains' own service; no setting for another address is known. With your"
        " own key (Settings, Tools, AI Assistant, its providers, OpenAI-compatible) it takes one: paste what"
        " `spendlight url openai --tool jetbrains-ai` prints."
    )


class Windsurf(Unreachable):
    """Windsurf."""

    name = "windsurf"
    title = "Windsurf"
    programs = ("windsurf",)
    folders = (".codeium/windsurf", ".windsurf")
    advice = say(
        "Its calls go to Windsurf's own service; no setting for another address is known."
        " Extensions inside it, such as Cline, can be led here by their own settings."
    )


class Cursor(Unreachable):
    """Cursor."""

    name = "cursor"
    title = "Cursor"
    programs = ("cursor", "cursor-agent")
    folders = (".cursor",)
    advice = say(
        "Every call, also one with your own key or with `Override OpenAI Base URL`, goes to"
        " Cursor's servers first; these cannot reach an address on your machine. What it"
        " costs stands on Cursor's own dashboard."
    )


class RooCode(Unreachable):
    """Roo Code, an extension of VS Code."""

    name = "roo"
    title = "Roo Code"
    folders = (".vscode*/extensions/rooveterinaryinc.roo-cline-*", ".roo")
    advice = say(
        "It keeps its settings inside VS Code, where no program should write. In its provider settings tick `Use"
        " custom base URL` and paste what `spendlight url anthropic --tool roo` prints (openai, gemini likewise)."
    )
