"""Cline: ``settings.baseUrl`` of each provider in its ``providers.json``.

Seen with the CLI 3.0.65 (2026-11): the file lists the providers that were set up; it is written anew, in its own form,
by each run. No variable is read for an address. The OpenAI-compatible provider has an address of its user's own. Its
daemon, which outlives a run, takes the file up anew. The editors' extension keeps its settings inside the editor.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Final

from trayapp.said import say
from trayapp.tools import providers
from trayapp.tools.plan import Edit, Format
from trayapp.tools.providers import Provider, Slot
from trayapp.tools.tool import By, Found, KeyPlace, Links, Machine, Mode, Tool

_KNOWN: Final[Mapping[str, Provider]] = {
    "anthropic": Provider("anthropic", "v1"),
    "openai-native": Provider("openai", "v1"),
    "gemini": Provider("gemini", "v1beta"),
    "openrouter": Provider("openrouter", "v1"),
    "deepseek": Provider("deepseek", "v1"),
    "groq": Provider("groq", "v1"),
    "mistral": Provider("mistral", "v1"),
    "xai": Provider("xai", "v1"),
    "qwen": Provider("dashscope", "v1"),
}
_SIGN_IN: Final = say("Give it a key first, such as `cline auth --provider anthropic`, and connect again.")


class Cline(Tool):
    """The Cline CLI, with keys for its providers."""

    name = "cline"
    title = "Cline"
    programs = ("cline",)
    modes = (
        Mode(
            "base-url",
            "the CLI with API keys, for the providers that are set up now",
            By.FILE,
            (say("Cline's own accounts and ChatGPT logins have a fixed address and are not counted."),),
        ),
    )
    advice = say(
        "Cline in an editor keeps its settings inside the editor: tick `Use custom base URL`"
        " at the provider and paste what `spendlight url anthropic --tool cline` prints"
        " (openai, gemini likewise)."
    )

    def settings(self, machine: Machine) -> Path:
        """The list of providers."""
        data = machine.folder("CLINE_DATA_DIR") or (machine.folder("CLINE_DIR") or machine.home / ".cline") / "data"
        return data / "settings" / "providers.json"

    def find(self, machine: Machine) -> Found:
        """Look for it, and for what will decide over its addresses."""
        path, slots = self.settings(machine), self._slots(machine)
        installed = machine.program(*self.programs) is not None or path.is_file()
        return Found(installed, providers.placed(path, slots), providers.strangers(slots))

    def edits(self, machine: Machine, links: Links, mode: str) -> tuple[Edit, ...]:
        """The address of each provider that a route exists for."""
        wanted = providers.operations(self._slots(machine), links, self.name, self.title, _SIGN_IN)
        named = any(machine.folder(variable) for variable in ("CLINE_DATA_DIR", "CLINE_DIR"))
        return (Edit(self.name, self.settings(machine), Format.JSON, wanted, anywhere=named),)

    def keys(self, machine: Machine) -> tuple[KeyPlace, ...]:
        """The key of each provider that has a route."""
        named = any(machine.folder(variable) for variable in ("CLINE_DATA_DIR", "CLINE_DIR"))
        known = [((*slot.way[:-1], "apiKey"), providers.route(slot)) for slot in self._slots(machine)]
        path = self.settings(machine)
        return tuple(KeyPlace(path, Format.JSON, way, route, named) for way, route in known if route is not None)

    def _slots(self, machine: Machine) -> list[Slot]:
        document = machine.document(self.settings(machine), Format.JSON)
        table = document.get("providers") if isinstance(document, dict) else None
        slots = []
        for name, entry in table.items() if isinstance(table, dict) else ():
            settings = entry.get("settings") if isinstance(entry, dict) else None
            url = settings.get("baseUrl") if isinstance(settings, dict) else None
            own = url if isinstance(url, str) and url else None
            if isinstance(settings, dict) and (name in _KNOWN or own):
                way = ("providers", name, "settings", "baseUrl")
                slots.append(Slot(way, name, own, _KNOWN.get(name), likely="openai"))
        return slots
