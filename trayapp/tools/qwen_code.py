"""Qwen Code: ``baseUrl`` of the models in its ``settings.json``, and the variables for those that have none.

Seen with 0.24.4 (2026-11): ``modelProviders`` lists models under the protocol that they speak (``openai``,
``anthropic``, ``gemini`` …), each with a ``baseUrl`` of its own; the older ``security.auth.baseUrl`` stands for all.
Without either, ``OPENAI_BASE_URL`` or ``ANTHROPIC_BASE_URL`` decide: from the environment, else from the first ``.env``
file upwards, else from ``env`` in ``settings.json``, which holds in every project. It migrates the file at its start
(``$version`` 4) and keeps what it does not know. A second call for each prompt extracts memories, on the same model.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from trayapp.said import say
from trayapp.tools import providers, startfiles
from trayapp.tools.plan import Edit, Format
from trayapp.tools.providers import Provider, Slot
from trayapp.tools.spans import Way
from trayapp.tools.tool import By, Found, Links, Machine, Mode, Placed, Tool, managed_folder

_PROTOCOLS: Final[Mapping[str, Provider]] = {
    "openai": Provider("openai", "v1"),
    "openai-responses": Provider("openai", "v1"),
    "anthropic": Provider("anthropic"),
    "gemini": Provider("gemini"),
    "vertex-ai": Provider("vertex"),
}
_VARIABLES: Final[Mapping[str, str]] = {"openai": "OPENAI_BASE_URL", "anthropic": "ANTHROPIC_BASE_URL"}
_OLD: Final[Way] = ("security", "auth", "baseUrl")


class QwenCode(Tool):
    """Qwen Code, with keys."""

    name = "qwen-code"
    title = "Qwen Code"
    programs = ("qwen",)
    modes = (
        Mode(
            "base-url",
            "with API keys, for the models that are set up now",
            By.FILE,
            (say("Alibaba's Coding and Token Plans have hosts of their own: each needs a route once."),),
        ),
    )

    def folder(self, machine: Machine) -> Path:
        """Where its settings are."""
        return machine.folder("QWEN_HOME") or machine.home / ".qwen"

    def settings(self, machine: Machine) -> Path:
        """The user's settings file."""
        return self.folder(machine) / "settings.json"

    def env_file(self, machine: Machine) -> Path:
        """The user's variables."""
        return self.folder(machine) / ".env"

    def find(self, machine: Machine) -> Found:
        """Look for it, and for what will decide over its addresses."""
        slots = self._models(machine)
        addresses: list[Placed] = list(providers.placed(self.settings(machine), slots))
        notes = [*providers.strangers(slots)]
        for path, form, slot in self._variable_slots(machine, slots):
            url = machine.value(path, form, slot.way)
            if isinstance(url, str) and url and providers.public(url) is None:
                addresses.append(Placed(f"{path}: {slot.name}", url, slot.likely))
        routes = {variable: _PROTOCOLS[protocol].route for protocol, variable in _VARIABLES.items()}
        addresses += [each for each in startfiles.placed(machine, routes) if providers.public(each.url) is None]
        in_shell = [variable for variable in _VARIABLES.values() if machine.environment.get(variable)]
        notes += [
            say("{variable} is set in this shell and wins over the file's.", variable=variable) for variable in in_shell
        ]
        managed = managed_folder(machine, "qwen-code", "QwenCode", "qwen-code") / "settings.json"
        if managed.is_file():
            notes.append(say("{path} is managed by your administrator and wins over your settings.", path=managed))
        installed = machine.program(*self.programs) is not None or self.folder(machine).is_dir()
        return Found(installed, tuple(addresses), tuple(notes))

    def edits(self, machine: Machine, links: Links, mode: str) -> tuple[Edit, ...]:
        """The address of each model that a route exists for, or the variable of the protocol in use."""
        models = self._models(machine)
        variables = self._variable_slots(machine, models)
        named = machine.folder("QWEN_HOME") is not None
        if not variables:
            wanted = providers.operations(models, links, self.name, self.title, "")
            return (Edit(self.name, self.settings(machine), Format.JSON, wanted, anywhere=named),)
        slots: dict[tuple[Path, Format], list[Slot]] = {(self.settings(machine), Format.JSON): []}
        led = [slot for slot in models if providers.address(slot, links, self.name) is not None]
        slots[self.settings(machine), Format.JSON] += led
        for path, form, slot in variables:
            slots.setdefault((path, form), []).append(slot)
        return tuple(
            Edit(self.name, path, form, providers.operations(found, links, self.name, self.title, ""), anywhere=named)
            for (path, form), found in slots.items()
            if found
        )

    def variables(self, machine: Machine, links: Links, mode: str) -> Mapping[str, str]:
        """The variables alone: models with addresses of their own do not look at them."""
        found = {}
        for protocol, variable in _VARIABLES.items():
            current = machine.environment.get(variable) or None
            usual = _PROTOCOLS[protocol]
            led = providers.address(Slot((), variable, current, likely=usual.route), links, self.name)
            found[variable] = led or links.to(usual.route, self.name, usual.version)
        return {} if self._models(machine) else found

    def _document(self, machine: Machine) -> dict[str, Any]:
        document = machine.document(self.settings(machine), Format.JSON)
        return document if isinstance(document, dict) else {}

    def _models(self, machine: Machine) -> list[Slot]:
        """The models that the settings list, and the older address for all."""
        document = self._document(machine)
        listed, protocols = document.get("modelProviders"), document.get("providerProtocol")
        slots = []
        for provider, models in listed.items() if isinstance(listed, dict) else ():
            mapped = protocols.get(provider) if isinstance(protocols, dict) else None
            protocol = mapped if isinstance(mapped, str) and mapped else provider
            usual = _PROTOCOLS.get(protocol)
            for n, model in enumerate(models if isinstance(models, list) else ()):
                if not isinstance(model, dict) or usual is None or model.get("realtimeOnly"):
                    continue  # Live Voice accepts no other host than DashScope's
                url = model.get("baseUrl")
                own = url if isinstance(url, str) and url else None
                way: Way = ("modelProviders", provider, n, "baseUrl")
                known = usual if own is None and not self._has_variable(machine, protocol) else None
                if own is not None or known is not None:
                    slots.append(Slot(way, f"model {model.get('id')}", own, known, likely=usual.route))
        old = machine.value(self.settings(machine), Format.JSON, _OLD)
        if isinstance(old, str) and old:
            slots.append(Slot(_OLD, ".".join(map(str, _OLD)), old, likely="openai"))
        return slots

    def _has_variable(self, machine: Machine, protocol: str) -> bool:
        """Whether a variable decides where models of a protocol go that have no address."""
        variable = _VARIABLES.get(protocol)
        return variable is not None and self._place(machine, variable) is not None

    def _place(self, machine: Machine, variable: str) -> tuple[Path, Format, Way] | None:
        """Where a variable stands that it reads from a file."""
        for path, form, way in self._places(machine, variable):
            if machine.value(path, form, way):
                return path, form, way
        return None

    def _places(self, machine: Machine, variable: str) -> tuple[tuple[Path, Format, Way], ...]:
        return (
            (self.env_file(machine), Format.ENV, (variable,)),
            (self.settings(machine), Format.JSON, ("env", variable)),
        )

    def _variable_slots(self, machine: Machine, models: list[Slot]) -> list[tuple[Path, Format, Slot]]:
        """The variables that decide: those that stand in a file, else that of the protocol in use."""
        found = []
        for protocol, variable in _VARIABLES.items():
            place = self._place(machine, variable)
            if place is None and not models and self._protocol(machine) == protocol:
                place = self._places(machine, variable)[1]
            if place is not None:
                path, form, way = place
                url = machine.value(path, form, way)
                url = url if isinstance(url, str) and url else None
                # Also of an address that leads here already: another vendor's key must never go to the usual one.
                meant = providers.route(Slot(way, variable, url))
                known = Provider(meant, _PROTOCOLS[protocol].version) if meant else _PROTOCOLS[protocol]
                found.append((path, form, Slot(way, variable, url, known, known.route)))
        return found

    def _protocol(self, machine: Machine) -> str:
        kind = machine.value(self.settings(machine), Format.JSON, ("security", "auth", "selectedType"))
        return kind if isinstance(kind, str) else "openai"
