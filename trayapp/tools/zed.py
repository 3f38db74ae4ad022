"""Zed: the providers' addresses in its settings lead its own agent through Spendlight.

From its documentation and source (zed-industries/zed: docs/src/ai/use-api-access.md at 03560fd4c5a4,
crates/language_models/src/api_key.rs at 051fe48a902e and provider/anthropic.rs at 0283bfb04949,
crates/google_ai at 010ee58f8d75; read 2026-11-26, **not run**): each of its providers with API access has
``language_models.PROVIDER.api_url``. OpenAI's and Mistral's end in ``/v1``, Anthropic's and Google's in no version. A
key from the keychain belongs to one address; a key from a variable (``ANTHROPIC_API_KEY`` …) goes to any.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Final

from trayapp.said import say
from trayapp.tools.plan import Edit, Format
from trayapp.tools.spans import Set, Way
from trayapp.tools.tool import By, Found, Links, Machine, Mode, Placed, Tool

_PROVIDERS: Final = (
    ("anthropic", "anthropic", ""),
    ("openai", "openai", "v1"),
    ("google", "gemini", ""),
    ("mistral", "mistral", "v1"),
)
"""Zed's name, our route, the version segment."""


class Zed(Tool):
    """Zed's agent, with the user's own API keys."""

    name = "zed"
    title = "Zed"
    programs = ("zed", "zeditor", "zedit")
    modes = (
        Mode(
            "api-url",
            "its own agent, with your API keys for Anthropic, OpenAI, Google or Mistral",
            By.FILE,
            (
                say(
                    "Zed keeps a key in the keychain for one address: type it in once more after"
                    " connecting, or give it by ANTHROPIC_API_KEY, OPENAI_API_KEY, GEMINI_API_KEY,"
                    " MISTRAL_API_KEY. After disconnecting the old one holds again."
                ),
                say(
                    "Zed's hosted models, Copilot, and agents that it starts (Claude Code, Codex …) do"
                    " not use these addresses."
                ),
                say("Written from Zed's documentation, not tried with Zed itself."),
            ),
        ),
    )

    def settings(self, machine: Machine) -> Path:
        """The user's settings file."""
        if sys.platform == "win32":
            return (machine.folder("APPDATA") or machine.home / "AppData" / "Roaming") / "Zed" / "settings.json"
        folder = machine.home / ".config" if sys.platform == "darwin" else machine.config
        return folder / "zed" / "settings.json"

    def find(self, machine: Machine) -> Found:
        """Look for it, and for addresses that stand there."""
        settings = self.settings(machine)
        addresses = []
        for provider, vendor, _ in _PROVIDERS:
            address = machine.value(settings, Format.JSON, _way(provider))
            if isinstance(address, str) and address:
                addresses.append(Placed(f"{settings}: language_models.{provider}.api_url", address, vendor))
        installed = machine.program(*self.programs) is not None or settings.parent.is_dir()
        return Found(installed, tuple(addresses))

    def edits(self, machine: Machine, links: Links, mode: str) -> tuple[Edit, ...]:
        """One address a provider."""
        operations = tuple(
            Set(_way(provider), links.to(vendor, self.name, version)) for provider, vendor, version in _PROVIDERS
        )
        named = machine.folder("APPDATA" if sys.platform == "win32" else "XDG_CONFIG_HOME") is not None
        return (Edit(self.name, self.settings(machine), Format.JSON, operations, anywhere=named),)


def _way(provider: str) -> Way:
    return ("language_models", provider, "api_url")
