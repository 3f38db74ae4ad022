"""Mistral Vibe: the provider's address in its ``config.toml`` leads it through Spendlight.

Seen with 3.0.2 (run 2026-11-26): ``[[providers]]`` is joined to the built-in list by name, and an entry replaces its
namesake whole; one without ``backend`` and ``api_key_env_var`` sends no key. So a missing entry is written with all
four, and of a present one only the address changes. Everything that it asks Mistral for goes to that address:
completions are metered, its connectors, identity and telemetry pass through. Its usual settings folder is ``~/.vibe``;
``VIBE_HOME`` names another. ``VIBE_PROVIDERS`` holds the same list as JSON, for one start.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from trayapp.said import say
from trayapp.tools.masking import masked
from trayapp.tools.plan import Edit, Format
from trayapp.tools.spans import Set, Where
from trayapp.tools.tool import By, Found, Links, Machine, Mode, Placed, Tool, looks_ours

_MISTRAL: Final = "mistral"
_VARIABLE: Final = "VIBE_PROVIDERS"
_BUILT_IN: Final[Mapping[str, str]] = {"api_key_env_var": "MISTRAL_API_KEY", "backend": "mistral"}


class MistralVibe(Tool):
    """Vibe, with a Mistral key or a Mistral plan."""

    name = "mistral-vibe"
    title = "Mistral Vibe"
    programs = ("vibe",)
    modes = (
        Mode(
            "base-url",
            "with a Mistral API key",
            By.FILE,
            (
                say("Speech (transcription and reading aloud) has addresses of its own and goes past Spendlight."),
                say("Its own cost display knows the prices that it was built with; Spendlight has its own price book."),
            ),
        ),
    )

    def settings(self, machine: Machine) -> Path:
        """The user's settings file."""
        return (machine.folder("VIBE_HOME") or machine.home / ".vibe") / "config.toml"

    def find(self, machine: Machine) -> Found:
        """Look for it, and for providers that have been led elsewhere."""
        settings = self.settings(machine)
        addresses, notes = [], []
        for entry in self._providers(machine):
            where = f"{settings}: provider {entry['name']}"
            if entry["name"] == _MISTRAL:
                addresses.append(Placed(where, entry["api_base"], _MISTRAL))
            else:
                address = entry["api_base"]
                notes.append(
                    say(
                        "{where} has the address {address}; it is led here only if that is a route.",
                        where=where,
                        address=masked(address),
                    )
                )
        addresses += [
            Placed(f"the variable {_VARIABLE} of this shell", entry["api_base"], _MISTRAL)
            for entry in _in_shell(machine)
            if entry["name"] == _MISTRAL
        ]
        if machine.environment.get(_VARIABLE):
            notes.append(say("{variable} is set in this shell and wins over the settings file.", variable=_VARIABLE))
        installed = machine.program(*self.programs) is not None or settings.parent.is_dir()
        return Found(installed, tuple(addresses), tuple(notes))

    def edits(self, machine: Machine, links: Links, mode: str) -> tuple[Edit, ...]:
        """Mistral's address, and those of the user's providers that are routes of ours."""
        own = next((entry for entry in self._providers(machine) if entry["name"] == _MISTRAL), None)
        operations = [_set(_MISTRAL, "api_base", links.to(_MISTRAL, self.name, "v1"))]
        if own is None or _perhaps_ours(own):
            operations += [
                Set(("providers", Where("name", _MISTRAL), key), value, unless_set=True)
                for key, value in _BUILT_IN.items()
            ]
        for entry in self._providers(machine):
            route = None if entry["name"] == _MISTRAL else links.route_of(entry["api_base"])
            if route is not None:
                operations.append(_set(entry["name"], "api_base", links.to(route, self.name, "v1")))
        named = machine.folder("VIBE_HOME") is not None
        return (Edit(self.name, self.settings(machine), Format.TOML, tuple(operations), anywhere=named),)

    def variables(self, machine: Machine, links: Links, mode: str) -> Mapping[str, str]:
        """The same for one start."""
        in_shell = _in_shell(machine)
        listed = [*in_shell, *self._providers(machine)]
        own = next((dict(entry) for entry in listed if entry["name"] == _MISTRAL), {**_BUILT_IN})
        own |= {"name": _MISTRAL, "api_base": links.to(_MISTRAL, self.name, "v1")}
        return {_VARIABLE: json.dumps([*(entry for entry in in_shell if entry["name"] != _MISTRAL), own])}

    def _providers(self, machine: Machine) -> list[dict[str, Any]]:
        document = machine.document(self.settings(machine), Format.TOML)
        return _entries(document.get("providers") if isinstance(document, dict) else None)


def _in_shell(machine: Machine) -> list[dict[str, Any]]:
    """The same list where the environment holds it."""
    try:
        return _entries(json.loads(machine.environment.get(_VARIABLE, "")))
    except ValueError:
        return []


def _entries(listed: Any) -> list[dict[str, Any]]:
    return [
        entry
        for entry in (listed if isinstance(listed, list) else [])
        if isinstance(entry, dict) and isinstance(entry.get("name"), str) and isinstance(entry.get("api_base"), str)
    ]


def _perhaps_ours(entry: Mapping[str, Any]) -> bool:
    """Whether an earlier connecting may have written the whole entry: without these keys Vibe would send no key."""
    return looks_ours(entry["api_base"]) and all(entry.get(key) == value for key, value in _BUILT_IN.items())


def _set(provider: str, key: str, value: str) -> Set:
    return Set(("providers", Where("name", provider), key), value)
