"""aider: ``set-env`` in ``~/.aider.conf.yml`` leads it through Spendlight.

Seen with 0.86.2 (litellm 1.81.10; run 2026-11-26). What decides over an address, the strongest first: ``set-env`` of
the nearest ``.aider.conf.yml`` (folder, then repository, then home; a nearer list replaces the farther one whole),
``.env`` files (folder, repository, home), the shell. Of the names for one vendor litellm takes ``OPENAI_BASE_URL``
before ``OPENAI_API_BASE`` (which ``openai-api-base`` sets) and ``ANTHROPIC_API_BASE`` before ``ANTHROPIC_BASE_URL``.
Gemini's has no version segment, and litellm puts none in; the front door does. For Mistral's chat models it reads no
``MISTRAL_API_BASE``. ``~/.env`` is not written: other programs read it too.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from trayapp.said import say
from trayapp.tools import startfiles
from trayapp.tools.plan import Edit, Format
from trayapp.tools.spans import Item, Set
from trayapp.tools.tool import By, Found, Links, Machine, Mode, Placed, Tool

_WRITTEN: Final = (
    ("ANTHROPIC_API_BASE", "anthropic", ""),
    ("OPENAI_BASE_URL", "openai", "v1"),
    ("GEMINI_API_BASE", "gemini", ""),
)
_READ: Final[Mapping[str, str]] = {
    **{name: vendor for name, vendor, _ in _WRITTEN},
    "ANTHROPIC_BASE_URL": "anthropic",
    "OPENAI_API_BASE": "openai",
    "AIDER_OPENAI_API_BASE": "openai",
}
"""Variables that lead it somewhere, and that ours would outdo."""


class Aider(Tool):
    """aider, with API keys."""

    name = "aider"
    title = "aider"
    programs = ("aider",)
    modes = (
        Mode(
            "base-url",
            "Anthropic, OpenAI and Gemini models, with API keys",
            By.FILE,
            (
                say(
                    "On OpenAI models it streams without asking for the usage, so those calls are"
                    " estimates; with `spendlight config set metering.ask_usage true` Spendlight asks in"
                    " its place, and they are exact."
                ),
                say("A project whose own .aider.conf.yml has `set-env` goes past Spendlight: its list replaces yours."),
                say("Models of other services (OpenRouter, DeepSeek, Mistral …) go there directly, unmetered."),
            ),
        ),
    )

    def settings(self, machine: Machine) -> Path:
        """The user's settings file."""
        return machine.home / ".aider.conf.yml"

    def find(self, machine: Machine) -> Found:
        """Look for it, and for addresses that ours would outdo."""
        settings = self.settings(machine)
        found = list(_in_settings(settings, machine.document(settings, Format.YAML)))
        dotenv = machine.home / ".env"
        for name, vendor in _READ.items():
            value = machine.value(dotenv, Format.ENV, (name,))
            if isinstance(value, str) and value:
                found.append(Placed(f"{dotenv}: {name}", value, vendor))
        found += startfiles.placed(machine, _READ)
        installed = machine.program(*self.programs) is not None or settings.is_file()
        return Found(installed or (machine.home / ".aider").is_dir(), tuple(found))

    def edits(self, machine: Machine, links: Links, mode: str) -> tuple[Edit, ...]:
        """One entry of ``set-env`` a vendor."""
        operations = tuple(
            Set(("set-env", Item(f"{name}=")), f"{name}={value}")
            for name, value in self.variables(machine, links, mode).items()
        )
        return (Edit(self.name, self.settings(machine), Format.YAML, operations),)

    def variables(self, machine: Machine, links: Links, mode: str) -> Mapping[str, str]:
        """The same for one start; ``set-env`` in its settings wins over them."""
        return {name: links.to(vendor, self.name, version) for name, vendor, version in _WRITTEN}


def _in_settings(path: Path, document: Any) -> list[Placed]:
    if not isinstance(document, dict):
        return []
    found = []
    base = document.get("openai-api-base")
    if isinstance(base, str) and base:
        found.append(Placed(f"{path}: openai-api-base", base, "openai"))
    entries = document.get("set-env")
    for entry in entries if isinstance(entries, list) else [entries]:
        name, _, value = entry.partition("=") if isinstance(entry, str) else ("", "", "")
        if name.strip() in _READ and value.strip():
            found.append(Placed(f"{path}: set-env {name.strip()}", value.strip(), _READ[name.strip()]))
    return found
