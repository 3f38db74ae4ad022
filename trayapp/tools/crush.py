"""Crush: ``base_url`` of each provider in ``crush.json``, or one line in ``crushrc``.

From its documents and source as of 2026-09 (charmbracelet/crush, docs/config and internal/config; it could not be run
here): a ``crushrc`` is a Bash script (from 0.88), runs after the older ``crush.json`` of the same folder, and wins over
it; ``provider add ID`` changes a built-in provider. One without a key stays off, whatever else is set. Both files of a
project win over the user's.
"""

from __future__ import annotations

import os
import re
import shlex
from collections.abc import Mapping
from itertools import pairwise
from pathlib import Path
from typing import Final

from trayapp.said import say
from trayapp.tools import files, linespans, providers
from trayapp.tools.plan import Edit, Format
from trayapp.tools.providers import Provider, Slot
from trayapp.tools.spans import NotUnderstoodError, Set, decode
from trayapp.tools.tool import By, Found, Links, Machine, Mode, Tool

_KNOWN: Final[Mapping[str, Provider]] = {
    "anthropic": Provider("anthropic"),
    "openai": Provider("openai", "v1"),
    "gemini": Provider("gemini"),
    "openrouter": Provider("openrouter", "v1"),
    "deepseek": Provider("deepseek", "v1"),
    "groq": Provider("groq", "v1"),
    "xai": Provider("xai", "v1"),
}
_USUAL: Final = ("anthropic", "openai", "gemini")
_ADDED = re.compile(r"^[ \t]*provider[ \t]+add[ \t]+(?P<rest>(?:\\\r?\n|[^\n])*)", re.MULTILINE)


class Crush(Tool):
    """Crush, with keys for its providers."""

    name = "crush"
    title = "Crush"
    programs = ("crush",)
    modes = (
        Mode(
            "base-url",
            "with API keys",
            By.FILE,
            (say("Addresses in a project's own crushrc or crush.json win; its calls are then not counted."),),
        ),
    )

    def folder(self, machine: Machine) -> Path:
        """Where its settings are."""
        return machine.folder("CRUSH_GLOBAL_CONFIG") or machine.config / "crush"

    def script(self, machine: Machine) -> Path | None:
        """The user's ``crushrc``, if there is one."""
        path = self.folder(machine) / "crushrc"
        return path if path.is_file() else None

    def find(self, machine: Machine) -> Found:
        """Look for it, and for what will decide over its addresses."""
        path, slots = self.folder(machine) / "crush.json", self._slots(machine)
        addresses = [*providers.placed(path, slots)]
        notes = [*providers.strangers(slots)]
        if script := self.script(machine):
            written = self._written(machine)
            addresses += providers.placed(script, written)
            notes += providers.strangers(written)
        installed = machine.program(*self.programs) is not None or self.folder(machine).is_dir()
        return Found(installed, tuple(addresses), tuple(notes))

    def edits(self, machine: Machine, links: Links, mode: str) -> tuple[Edit, ...]:
        """The address of each provider: as a line in the script where there is one, else in the JSON file."""
        named = any(machine.folder(name) is not None for name in ("CRUSH_GLOBAL_CONFIG", "XDG_CONFIG_HOME"))
        script = self.script(machine)
        if script is None:
            wanted = providers.operations(self._slots(machine), links, self.name, self.title, "")
            return (Edit(self.name, self.folder(machine) / "crush.json", Format.JSON, wanted, anywhere=named),)
        led = {s.name: providers.address(s, links, self.name) for s in (*self._slots(machine), *self._written(machine))}
        words = [f"provider add {shlex.quote(name)} --base-url {shlex.quote(url)}" for name, url in led.items() if url]
        line = Set(linespans.KEY, "; ".join(words))
        return (Edit(self.name, script, Format.LINES, (line,), anywhere=named),)

    def _slots(self, machine: Machine) -> list[Slot]:
        document = machine.document(self.folder(machine) / "crush.json", Format.JSON)
        table = document.get("providers") if isinstance(document, dict) else None
        entries = table if isinstance(table, dict) else {}
        urls = {name: entry.get("base_url") for name, entry in entries.items() if isinstance(entry, dict)}
        return [
            Slot(
                ("providers", name, "base_url"), name, url if isinstance(url, str) else None, _KNOWN.get(name), "openai"
            )
            for name, url in {**dict.fromkeys(_USUAL), **urls}.items()
            if name in _KNOWN or (isinstance(url, str) and url)
        ]

    def _written(self, machine: Machine) -> list[Slot]:
        """The addresses in the user's script, as far as plain words tell them; our own line counts too."""
        path = self.script(machine)
        try:
            text = "" if path is None else decode(files.read(Path(os.path.realpath(path))) or b"")[1]
        except (OSError, files.EditError, NotUnderstoodError):
            return []
        found: dict[str, Slot] = {}
        for match in _ADDED.finditer(text.replace(linespans.MARK, "").replace("; provider add", "\nprovider add")):
            try:
                name, *rest = shlex.split(match["rest"].replace("\\\n", " ").replace("\\\r\n", " "), comments=True)
            except ValueError:
                continue
            flags = dict(pairwise(rest))
            url = flags.get("--base-url") or next(
                (word.removeprefix("--base-url=") for word in rest if word.startswith("--base-url=")), None
            )
            if url:
                found[name] = Slot((), name, url, _KNOWN.get(name), "openai")
        return list(found.values())
