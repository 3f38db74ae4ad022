"""GitHub Copilot CLI: ``settings.json`` leads its plan, ``providers.json`` and variables lead its user's own keys.

Seen with 1.0.102 (2026-11): ``copilotUrl`` in ``settings.json`` (no document names it, nor the variable that wins over
it, ``COPILOT_API_URL``) is where the plan's models and calls are asked for; whose plan it is, is still asked of
api.github.com. ``providers.json`` lists providers of the user's own with ``baseUrl``. The documented variables
``COPILOT_PROVIDER_BASE_URL`` and ``…_TYPE`` (openai, azure, anthropic) stand for a single one; no file holds them.
Where ``websockets`` is chosen, one refusal makes it go on over HTTPS.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from trayapp.said import say
from trayapp.tools import providers, startfiles
from trayapp.tools.plan import Edit, Format
from trayapp.tools.providers import Provider, Slot
from trayapp.tools.spans import Set, Way, Where
from trayapp.tools.tool import By, Found, Links, Machine, Mode, Placed, Tool

_KEY: Final[Way] = ("copilotUrl",)
_VARIABLE: Final = "COPILOT_PROVIDER_BASE_URL"
_TYPES: Final[Mapping[str, Provider]] = {
    "openai": Provider("openai", "v1"),
    "anthropic": Provider("anthropic"),
    "azure": Provider("azure"),
}


class Copilot(Tool):
    """GitHub Copilot CLI, with a plan or with keys of the user's own."""

    name = "copilot"
    title = "GitHub Copilot CLI"
    programs = ("copilot",)
    modes = (
        Mode(
            "plan",
            "with a GitHub Copilot plan, and for own keys in its providers.json",
            By.FILE,
            (
                say(
                    "A company's plan has a host of its own: say so once, `spendlight upstream set"
                    " copilot=https://api.business.githubcopilot.com` (or"
                    " api.enterprise.githubcopilot.com)."
                ),
                say("`copilotUrl` is in no document of GitHub's; a later version may take no notice of it."),
            ),
        ),
        Mode("byok", "with a key of your own in COPILOT_PROVIDER_… variables", By.SHELL),
    )

    def folder(self, machine: Machine) -> Path:
        """Where its settings are."""
        return machine.folder("COPILOT_HOME") or machine.home / ".copilot"

    def settings(self, machine: Machine) -> Path:
        """The user's settings file."""
        return self.folder(machine) / "settings.json"

    def providers(self, machine: Machine) -> Path:
        """The list of the user's own providers."""
        return machine.folder("COPILOT_PROVIDERS_CONFIG") or self.folder(machine) / "providers.json"

    def find(self, machine: Machine) -> Found:
        """Look for it, and for what will decide over its address."""
        settings, listed = self.settings(machine), self.providers(machine)
        slots = self._slots(machine)
        addresses = [*providers.placed(listed, slots)]
        address = machine.value(settings, Format.JSON, _KEY)
        if isinstance(address, str) and address:
            addresses.append(Placed(f"{settings}: copilotUrl", address, "copilot"))
        notes = [*providers.strangers(slots)]
        if own := self._own(machine):
            addresses += providers.placed("this shell", (own,))
        addresses += startfiles.placed(machine, {"COPILOT_API_URL": "copilot"})
        if machine.environment.get("COPILOT_API_URL"):
            notes.append(say("COPILOT_API_URL is set in this shell and wins over its settings."))
        managed = machine.root / "etc" / "github-copilot" / "managed-settings.json"
        if managed.is_file():
            notes.append(say("{path} is managed by your administrator; it may forbid changes.", path=managed))
        installed = machine.program(*self.programs) is not None or self.folder(machine).is_dir()
        return Found(installed, tuple(addresses), tuple(notes))

    def usual(self, machine: Machine) -> str:
        """By the variable that switches its own models off."""
        return "byok" if machine.environment.get(_VARIABLE) else "plan"

    def edits(self, machine: Machine, links: Links, mode: str) -> tuple[Edit, ...]:
        """The plan's address, and those of listed providers that a route exists for."""
        settings, plan = self.settings(machine), Set(_KEY, links.to("copilot", self.name))
        named = machine.folder("COPILOT_HOME") is not None
        edits = [Edit(self.name, settings, Format.JSON, (plan,), anywhere=named)]
        led = [(slot, providers.address(slot, links, self.name)) for slot in self._slots(machine)]
        if more := tuple(Set(slot.way, url) for slot, url in led if url is not None):
            named |= machine.folder("COPILOT_PROVIDERS_CONFIG") is not None
            edits.append(Edit(self.name, self.providers(machine), Format.JSON, more, anywhere=named))
        return tuple(edits)

    def variables(self, machine: Machine, links: Links, mode: str) -> Mapping[str, str]:
        """The plan's address for one start, or that of the user's own provider."""
        if mode == "plan":
            return {"COPILOT_API_URL": links.to("copilot", self.name)}
        usual = self._type(machine)
        current = machine.environment.get(_VARIABLE) or None
        led = providers.address(Slot((), "", current, likely=usual.route), links, self.name)
        return {_VARIABLE: led or links.to(usual.route, self.name, usual.version)}

    def _type(self, machine: Machine) -> Provider:
        return _TYPES.get(machine.environment.get("COPILOT_PROVIDER_TYPE", ""), _TYPES["openai"])

    def _own(self, machine: Machine) -> Slot | None:
        """The provider in the environment."""
        url = machine.environment.get(_VARIABLE)
        if not url:
            return None
        public = providers.public(url)
        return Slot((), _VARIABLE, url, Provider(public) if public else self._type(machine))

    def _entries(self, machine: Machine) -> list[dict[str, Any]]:
        document = machine.document(self.providers(machine), Format.JSON)
        entries = document.get("providers") if isinstance(document, dict) else None
        named = [e for e in entries if isinstance(e, dict)] if isinstance(entries, list) else []
        return [e for e in named if isinstance(e.get("name"), str)]

    def _slots(self, machine: Machine) -> tuple[Slot, ...]:
        slots = []
        for entry in self._entries(machine):
            url, kind = entry.get("baseUrl"), entry.get("type")
            likely = _TYPES.get(kind if isinstance(kind, str) else "", _TYPES["openai"]).route
            if isinstance(url, str) and url:
                way: Way = ("providers", Where("name", entry["name"]), "baseUrl")
                slots.append(Slot(way, entry["name"], url, likely=likely))
        return tuple(slots)
