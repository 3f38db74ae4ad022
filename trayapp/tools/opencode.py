"""opencode: ``options.baseURL`` of each provider in its ``opencode.json``.

Seen with 1.18.33 (2026-11): it reads ``config.json``, ``opencode.json`` and ``opencode.jsonc`` of its settings folder,
the later ones win; what ``OPENCODE_CONFIG``, a project or ``OPENCODE_CONFIG_CONTENT`` say wins over them. A provider
that stands in the file is switched on, with or without a key, and may become the default: so only those are written
that the user has. What an administrator puts into ``/etc/opencode`` wins over all of it. It adds ``$schema`` to a file
without one; that is done here at once, so that undoing stays exact. Its titles are made by a small model of the same
provider.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from trayapp.said import say
from trayapp.tools import jsonspans, providers, startfiles
from trayapp.tools.files import EditError
from trayapp.tools.plan import Edit, Format
from trayapp.tools.providers import Provider, Slot
from trayapp.tools.spans import NotUnderstoodError, Set
from trayapp.tools.tool import By, Found, Links, Machine, Mode, Placed, Tool, managed_folder
from trayapp.trouble import Trouble

_KNOWN: Final[Mapping[str, Provider]] = {
    "anthropic": Provider("anthropic", "v1"),
    "openai": Provider("openai", "v1"),
    "google": Provider("gemini", "v1beta"),
    "openrouter": Provider("openrouter", "v1"),
    "deepseek": Provider("deepseek"),
    "groq": Provider("groq", "v1"),
    "mistral": Provider("mistral", "v1"),
    "xai": Provider("xai", "v1"),
}
_KEYS: Final[Mapping[str, tuple[str, ...]]] = {
    "anthropic": ("ANTHROPIC_API_KEY",),
    "openai": ("OPENAI_API_KEY",),
    "google": ("GOOGLE_GENERATIVE_AI_API_KEY", "GEMINI_API_KEY"),
    "openrouter": ("OPENROUTER_API_KEY",),
    "deepseek": ("DEEPSEEK_API_KEY",),
    "groq": ("GROQ_API_KEY",),
    "mistral": ("MISTRAL_API_KEY",),
    "xai": ("XAI_API_KEY",),
}
_ADDRESSES: Final = {"anthropic": "ANTHROPIC_BASE_URL", "openai": "OPENAI_BASE_URL"}
"""The variables that it takes an address from where its files have none."""
_CONTENT: Final = "OPENCODE_CONFIG_CONTENT"
_SCHEMA: Final = "https://opencode.ai/config.json"
_NO_PROVIDER: Final = say(
    "Set a key for Anthropic, OpenAI, Google, OpenRouter, DeepSeek, Groq, Mistral or xAI"
    " with `opencode auth login`, or in the environment, and connect again."
)


class OpenCode(Tool):
    """opencode, with keys for its providers."""

    name = "opencode"
    title = "opencode"
    programs = ("opencode",)
    modes = (
        Mode(
            "base-url",
            "with API keys, for the providers that you have a key for now",
            By.FILE,
            (
                say(
                    "A provider that you add later is counted once you connect again; opencode's own Zen"
                    " models are not."
                ),
            ),
        ),
    )

    def folder(self, machine: Machine) -> Path:
        """Where its settings are."""
        return machine.config / "opencode"

    def files(self, machine: Machine) -> tuple[Path, ...]:
        """The user's settings files that are there, the one that wins last."""
        names = ("config.json", "opencode.json", "opencode.jsonc")
        return tuple(path for name in names if (path := self.folder(machine) / name).is_file())

    def find(self, machine: Machine) -> Found:
        """Look for it, and for what will decide over its addresses."""
        notes: list[str] = []
        addresses: list[Placed] = []
        for path, slots in self._slots(machine).items():
            addresses += providers.placed(path, slots)
            notes += providers.strangers(slots)
        led = {slot.name for slots in self._slots(machine).values() for slot in slots if slot.url is None}
        addresses += startfiles.placed(machine, {_ADDRESSES[name]: name for name in _ADDRESSES if name in led})
        for variable in ("OPENCODE_CONFIG", _CONTENT):
            if machine.environment.get(variable):
                notes.append(
                    say(
                        "{variable} is set in this shell; addresses in it win over the settings file.",
                        variable=variable,
                    )
                )
        if sys.platform == "win32":
            managed = machine.root / "ProgramData" / "opencode"
        else:
            managed = managed_folder(machine, "opencode", "opencode", "")
        if managed.is_dir():
            notes.append(say("{path} is managed by your administrator and wins over your settings.", path=managed))
        if self._auth(machine).get("openai") == "oauth":
            notes.append(say("A ChatGPT login in opencode has a fixed address; its calls are not counted."))
        installed = machine.program(*self.programs) is not None or self.folder(machine).is_dir()
        return Found(installed, tuple(addresses), tuple(notes))

    def edits(self, machine: Machine, links: Links, mode: str) -> tuple[Edit, ...]:
        """The address of each provider that the user has."""
        found = self._slots(machine)
        led = {path: [s for s in slots if providers.address(s, links, self.name)] for path, slots in found.items()}
        if not any(led.values()):
            every = [slot for slots in found.values() for slot in slots]
            raise providers.nothing(self.title, [s for s in every if s.url], _NO_PROVIDER)
        return tuple(
            Edit(
                self.name,
                path,
                Format.JSON,
                (
                    Set(("$schema",), _SCHEMA, unless_set=True),
                    *providers.operations(slots, links, self.name, self.title, _NO_PROVIDER),
                ),
                anywhere=machine.folder("XDG_CONFIG_HOME") is not None,
            )
            for path, slots in led.items()
            if slots
        )

    def variables(self, machine: Machine, links: Links, mode: str) -> Mapping[str, str]:
        """The same for one start, laid over what the variable holds already."""
        content = _parsed(machine.environment.get(_CONTENT, ""))
        led = [
            (slot.name, url)
            for slots in self._slots(machine).values()
            for slot in slots
            if (url := providers.address(slot, links, self.name)) is not None
        ]
        if not led:
            raise providers.nothing(self.title, (), _NO_PROVIDER)
        for name, url in led:
            table = content
            for step in ("provider", name, "options"):
                table = table.setdefault(step, {})
                if not isinstance(table, dict):
                    raise _content_not_understood()
            table["baseURL"] = url
        return {_CONTENT: json.dumps(content)}

    def _slots(self, machine: Machine) -> dict[Path, list[Slot]]:
        """The providers that the user has, each in the file in which its address stands or would go."""
        files = self.files(machine) or (self.folder(machine) / "opencode.json",)
        seen: dict[str, tuple[Path, str | None]] = {}
        for path in files:
            document = machine.document(path, Format.JSON)
            table = document.get("provider") if isinstance(document, dict) else None
            for name, entry in table.items() if isinstance(table, dict) else ():
                url = _url(entry)
                if url is not None or name not in seen:
                    seen[name] = (path, url)
        auth = self._auth(machine)
        with_key = [name for name, kind in auth.items() if kind == "api"]
        for name in (*with_key, *providers.with_keys(_KEYS, machine.environment)):
            if name in _KNOWN:
                seen.setdefault(name, (files[-1], None))
        found: dict[Path, list[Slot]] = {}
        for name, (path, url) in seen.items():
            if name in _KNOWN or url:
                slot = Slot(("provider", name, "options", "baseURL"), name, url, _KNOWN.get(name), likely="openai")
                found.setdefault(path, []).append(slot)
        return found

    def _auth(self, machine: Machine) -> dict[str, str]:
        """Who is signed in, and how."""
        data = machine.folder("XDG_DATA_HOME") or machine.home / ".local" / "share"
        document = machine.document(data / "opencode" / "auth.json", Format.JSON)
        entries = document.items() if isinstance(document, dict) else ()
        return {name: str(entry.get("type")) for name, entry in entries if isinstance(entry, dict)}


def _url(entry: Any) -> str | None:
    options = entry.get("options") if isinstance(entry, dict) else None
    url = options.get("baseURL") if isinstance(options, dict) else None
    return url if isinstance(url, str) and url else None


def _parsed(text: str) -> dict[str, Any]:
    """What the variable holds, comments and all; it is laid over, never replaced.

    Raises:
        EditError: it is not understood.
    """
    try:
        document = jsonspans.load(text)
    except NotUnderstoodError:
        document = None
    if not isinstance(document, dict):
        raise _content_not_understood()
    return document


def _content_not_understood() -> EditError:
    return EditError(
        Trouble(
            title=say("opencode's own variable is not understood"),
            message=say(
                "{variable} is set in this shell, and an address cannot be laid over what it holds.", variable=_CONTENT
            ),
            fix=say("Mend it, or lead opencode by its settings file: spendlight connect opencode"),
            code="not_understood",
        )
    )
