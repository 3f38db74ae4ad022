"""Continue: ``apiBase`` of each model in its ``config.yaml``, for its editors' extensions and its CLI ``cn``.

Seen with cn 1.5.47 (2026-11): a model has a ``provider``, and goes to that vendor unless it has an ``apiBase`` (which
ends in ``/v1/``; the last slash may be missing). The older ``config.json`` has the same list. Models that come from
Continue's own service (``uses``) have no address in the file. ``cn`` asks Gemini's SDK without that address, which
then reads ``GOOGLE_GEMINI_BASE_URL``; no other variable is read for an address.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from trayapp.said import say
from trayapp.tools import providers
from trayapp.tools.plan import Edit, Format
from trayapp.tools.providers import Provider, Slot
from trayapp.tools.spans import Way
from trayapp.tools.tool import By, Found, KeyPlace, Links, Machine, Mode, Tool

_KNOWN: Final[Mapping[str, Provider]] = {
    "anthropic": Provider("anthropic", "v1/"),
    "openai": Provider("openai", "v1/"),
    "gemini": Provider("gemini", "v1beta/"),
    "openrouter": Provider("openrouter", "v1/"),
    "deepseek": Provider("deepseek"),
    "groq": Provider("groq", "v1/"),
    "mistral": Provider("mistral", "v1/"),
    "xAI": Provider("xai", "v1/"),
}
_ADD: Final = say("Add a model with a key of your own to its config.yaml, and connect again.")


class Continue(Tool):
    """Continue, with models that are listed in its settings file."""

    name = "continue"
    title = "Continue"
    programs = ("cn",)
    modes = (
        Mode(
            "base-url",
            "for the models that its settings file lists now",
            By.FILE,
            (
                say("Models of Continue's own service are not counted."),
                say(
                    "`cn` takes no notice of a Gemini model's address and calls Google directly; the"
                    " variable that `spendlight url gemini --tool continue --env` prints leads it here."
                ),
            ),
        ),
    )

    def settings(self, machine: Machine) -> Path:
        """The user's settings file."""
        folder = machine.folder("CONTINUE_GLOBAL_DIR") or machine.home / ".continue"
        new, old = folder / "config.yaml", folder / "config.json"
        return old if old.is_file() and not new.exists() else new

    def find(self, machine: Machine) -> Found:
        """Look for it, and for what will decide over its addresses."""
        path, slots = self.settings(machine), self._slots(machine)
        notes = [*providers.strangers(slots)]
        if any("uses" in model for _, model in self._models(machine)):
            notes.append(say("Models that its own service describes (`uses`) are not counted."))
        installed = machine.program(*self.programs) is not None or path.parent.is_dir()
        return Found(installed, providers.placed(path, slots), tuple(notes))

    def edits(self, machine: Machine, links: Links, mode: str) -> tuple[Edit, ...]:
        """The address of each model that a route exists for."""
        path = self.settings(machine)
        wanted = providers.operations(self._slots(machine), links, self.name, self.title, _ADD)
        form = Format.YAML if path.suffix == ".yaml" else Format.JSON
        return (Edit(self.name, path, form, wanted, anywhere=machine.folder("CONTINUE_GLOBAL_DIR") is not None),)

    def keys(self, machine: Machine) -> tuple[KeyPlace, ...]:
        """The key of each model whose provider has a route, but for Gemini's: `cn` would send it to Google directly."""
        path = self.settings(machine)
        form = Format.YAML if path.suffix == ".yaml" else Format.JSON
        named = machine.folder("CONTINUE_GLOBAL_DIR") is not None
        known = [((*slot.way[:-1], "apiKey"), providers.route(slot)) for slot in self._slots(machine)]
        return tuple(KeyPlace(path, form, way, route, named) for way, route in known if route not in (None, "gemini"))

    def _models(self, machine: Machine) -> list[tuple[int, dict[str, Any]]]:
        path = self.settings(machine)
        document = machine.document(path, Format.YAML if path.suffix == ".yaml" else Format.JSON)
        models = document.get("models") if isinstance(document, dict) else None
        listed = enumerate(models if isinstance(models, list) else ())
        return [(n, model) for n, model in listed if isinstance(model, dict)]

    def _slots(self, machine: Machine) -> list[Slot]:
        slots = []
        for n, model in self._models(machine):
            kind, url = model.get("provider"), model.get("apiBase")
            known = _KNOWN.get(kind) if isinstance(kind, str) else None
            own = url if isinstance(url, str) and url else None
            if own is not None and providers.public(own) is None and kind == "openai":
                known = None  # any server that speaks OpenAI's language is listed so
            if known is not None or own is not None:
                name = model.get("name") or model.get("title") or model.get("model")
                way: Way = ("models", n, "apiBase")
                slots.append(Slot(way, f"model {name or n + 1}", own, known, likely=known.route if known else "openai"))
        return slots
