"""goose: the providers' hosts in its ``config.yaml`` lead it through Spendlight.

From its documentation and source (goose: documentation/docs/guides/config-files.md at 1c220d758a59, openai_def.rs at
021a75e2e11a, openai.rs at 012101cf8fe5, anthropic_def.rs at 0641ae5e8638, google_def.rs at 3ef1336f91f1, api_client.rs
at 1834fc686f87; read 2026-11-26, **not run**): hosts have no version segment, a path in them is kept, and each key may
also be a variable, which wins over the file. For OpenAI the order is ``OPENAI_HOST`` as a variable,
``OPENAI_BASE_URL`` as either (newer versions; ends in ``/v1``), ``OPENAI_HOST`` in the file.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from trayapp.said import say
from trayapp.tools import startfiles
from trayapp.tools.plan import Edit, Format
from trayapp.tools.spans import Set
from trayapp.tools.tool import By, Found, Links, Machine, Mode, Placed, Tool

_HOSTS: Final[Mapping[str, str]] = {"ANTHROPIC_HOST": "anthropic", "OPENAI_HOST": "openai", "GOOGLE_HOST": "gemini"}
_BASE: Final = "OPENAI_BASE_URL"


class Goose(Tool):
    """goose, with API keys."""

    name = "goose"
    title = "goose"
    programs = ("goose",)
    modes = (
        Mode(
            "hosts",
            "its providers anthropic, openai and google, with API keys",
            By.FILE,
            (
                say(
                    "Newer versions always ask OpenAI's own host by its Responses API; any other address"
                    " only for models that they know to need it, and by Chat Completions for the rest."
                ),
                say("Other providers, and agents that it starts (Claude Code, Codex …), do not use these addresses."),
                say("Written from goose's documentation, not tried with goose itself."),
            ),
        ),
    )

    def settings(self, machine: Machine) -> Path:
        """The user's settings file."""
        if sys.platform == "win32":
            folder = machine.folder("APPDATA") or machine.home / "AppData" / "Roaming"
            return folder / "Block" / "goose" / "config" / "config.yaml"
        folder = machine.home / ".config" if sys.platform == "darwin" else machine.config
        return folder / "goose" / "config.yaml"

    def find(self, machine: Machine) -> Found:
        """Look for it, and for hosts that stand there or in the environment."""
        settings = self.settings(machine)
        addresses = []
        for key, vendor in (*_HOSTS.items(), (_BASE, "openai")):
            address = machine.value(settings, Format.YAML, (key,))
            if isinstance(address, str) and address:
                addresses.append(Placed(f"{settings}: {key}", address, vendor))
        installed = machine.program(*self.programs) is not None or settings.parent.is_dir()
        placed = startfiles.placed(machine, {**_HOSTS, _BASE: "openai"})
        return Found(installed, (*addresses, *placed))

    def edits(self, machine: Machine, links: Links, mode: str) -> tuple[Edit, ...]:
        """One host a provider; OpenAI's base URL only where the user has one, as that would win."""
        settings = self.settings(machine)
        operations = [Set((key,), links.to(vendor, self.name)) for key, vendor in _HOSTS.items()]
        if machine.value(settings, Format.YAML, (_BASE,)):
            operations.append(Set((_BASE,), links.to("openai", self.name, "v1")))
        named = machine.folder("APPDATA" if sys.platform == "win32" else "XDG_CONFIG_HOME") is not None
        return (Edit(self.name, settings, Format.YAML, tuple(operations), anywhere=named),)

    def variables(self, machine: Machine, links: Links, mode: str) -> Mapping[str, str]:
        """The same for one start."""
        return {key: links.to(vendor, self.name) for key, vendor in _HOSTS.items()}
