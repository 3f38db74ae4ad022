"""pi: ``providers.ID.baseUrl`` in its ``models.json`` leads a built-in provider to another place.

Seen with 0.73.1 (2026-11): such an entry switches nothing on; keys and logins (``auth.json``, the environment) stay
as they are, its comments too. The providers for ChatGPT and GitHub Copilot logins have addresses of their own.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Final

from trayapp.said import say
from trayapp.tools import providers
from trayapp.tools.plan import Edit, Format
from trayapp.tools.providers import Provider, Slot
from trayapp.tools.tool import By, Found, Links, Machine, Mode, Tool

_KNOWN: Final[Mapping[str, Provider]] = {
    "anthropic": Provider("anthropic"),
    "openai": Provider("openai", "v1"),
    "google": Provider("gemini", "v1beta"),
    "openrouter": Provider("openrouter", "v1"),
    "deepseek": Provider("deepseek"),
    "groq": Provider("groq", "v1"),
    "mistral": Provider("mistral"),
    "xai": Provider("xai", "v1"),
}


class Pi(Tool):
    """pi, with keys or a Claude login."""

    name = "pi"
    title = "pi"
    programs = ("pi",)
    modes = (
        Mode(
            "base-url",
            "with API keys or a Claude login",
            By.FILE,
            (say("Its ChatGPT and GitHub Copilot logins go to their vendors directly and are not counted."),),
        ),
    )

    def settings(self, machine: Machine) -> Path:
        """The user's own models and addresses."""
        return (machine.folder("PI_CODING_AGENT_DIR") or machine.home / ".pi" / "agent") / "models.json"

    def find(self, machine: Machine) -> Found:
        """Look for it, and for what will decide over its addresses."""
        path, slots = self.settings(machine), self._slots(machine)
        installed = machine.program(*self.programs) is not None or path.parent.is_dir()
        return Found(installed, providers.placed(path, slots), providers.strangers(slots))

    def edits(self, machine: Machine, links: Links, mode: str) -> tuple[Edit, ...]:
        """The address of each provider that a route exists for."""
        path = self.settings(machine)
        wanted = providers.operations(self._slots(machine), links, self.name, self.title, "")
        return (Edit(self.name, path, Format.JSON, wanted, anywhere=machine.folder("PI_CODING_AGENT_DIR") is not None),)

    def _slots(self, machine: Machine) -> list[Slot]:
        document = machine.document(self.settings(machine), Format.JSON)
        table = document.get("providers") if isinstance(document, dict) else None
        entries = table if isinstance(table, dict) else {}
        urls = {name: entry.get("baseUrl") for name, entry in entries.items() if isinstance(entry, dict)}
        own = {name: url for name, url in urls.items() if name in _KNOWN or (isinstance(url, str) and url)}
        return [
            Slot(
                ("providers", name, "baseUrl"), name, url if isinstance(url, str) else None, _KNOWN.get(name), "openai"
            )
            for name, url in {**dict.fromkeys(_KNOWN), **own}.items()
        ]
