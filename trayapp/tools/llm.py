"""The ``llm`` command: the SDKs' variables lead it here, or the addresses in its list of own models.

Seen with llm 0.36, llm-anthropic 0.30 and llm-gemini 0.35 (run 2026-11-26): its OpenAI and Anthropic models take the
address that their SDK reads from the environment; llm-gemini has Google's address in its code and reads none. In
``extra-openai-models.yaml`` each entry may have an ``api_base``; with one, llm gives that model no default key, so an
entry without is left as it is. On OpenAI models it streams with the usage asked for.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

from trayapp.said import say
from trayapp.tools import startfiles
from trayapp.tools.files import EditError
from trayapp.tools.plan import Edit, Format
from trayapp.tools.sdk import ROUTES, shared
from trayapp.tools.spans import Set, Where
from trayapp.tools.tool import By, Found, Links, Machine, Mode, Placed, Tool, looks_ours
from trayapp.trouble import Trouble

EXTRA: Final = "extra-models"
_NAMES: Final = ("ANTHROPIC_BASE_URL", "OPENAI_BASE_URL")
_GEMINI: Final = say("Gemini models go to Google directly, unmetered: llm-gemini has no setting for its address.")


class Llm(Tool):
    """Simon Willison's llm."""

    name = "llm"
    title = "llm"
    programs = ("llm",)
    modes = (
        Mode(
            "environment",
            "its OpenAI and Anthropic models, with your keys",
            By.SHELL,
            (
                _GEMINI,
                say(
                    "Other programs that read ANTHROPIC_BASE_URL or OPENAI_BASE_URL come here too from"
                    " new shells, and all of them are told apart by their SDK only."
                ),
            ),
        ),
        Mode(
            EXTRA,
            "models in extra-openai-models.yaml whose service is a route here",
            By.FILE,
            (_GEMINI, say("Models without an `api_base` of their own are left as they are.")),
        ),
    )

    def models(self, machine: Machine) -> Path:
        """The user's list of own models (``llm.user_dir``)."""
        named = machine.folder("LLM_USER_PATH")
        if named is None and sys.platform == "darwin":
            named = machine.home / "Library" / "Application Support" / "io.datasette.llm"
        return (named or machine.config / "io.datasette.llm") / "extra-openai-models.yaml"

    def find(self, machine: Machine) -> Found:
        """Look for it, and for addresses that the variables would replace."""
        models = self.models(machine)
        installed = machine.program(*self.programs) is not None or models.parent.is_dir()
        own = dict(self._own(machine))
        ours = [Placed(f"{models}: {model}", address, "") for model, address in own.items() if looks_ours(address)]
        notes = [f"{', '.join(own)} in {models}: the environment does not lead these, mode {EXTRA} may."] if own else []
        placed = startfiles.placed(machine, {name: ROUTES[name] for name in _NAMES})
        return Found(installed, (*ours, *placed), tuple(notes))

    def edits(self, machine: Machine, links: Links, mode: str) -> tuple[Edit, ...]:
        """The addresses of own models that are routes of ours."""
        models = self.models(machine)
        operations = []
        for model, address in self._own(machine):
            route = links.route_of(address)
            if route is not None:
                way = (Where("model_id", model), "api_base")
                operations.append(Set(way, links.to(route, self.name, "v1")))
        if not operations:
            raise EditError(
                Trouble(
                    title=say("None of llm's own models goes to a service that is a route here"),
                    message=say("{models} names no `api_base` that Spendlight knows.", models=models),
                    fix=say("Name the service once, `spendlight upstream set NAME=https://…`, and connect again."),
                    code="nothing_to_lead",
                )
            )
        named = any(machine.folder(name) is not None for name in ("LLM_USER_PATH", "XDG_CONFIG_HOME"))
        return (Edit(self.name, models, Format.YAML, tuple(operations), anywhere=named),)

    def variables(self, machine: Machine, links: Links, mode: str) -> Mapping[str, str]:
        """The same as of other programs with these SDKs; an own model's address is read from no variable."""
        return {} if mode == EXTRA else shared(machine, links, *_NAMES)

    def _own(self, machine: Machine) -> Iterator[tuple[str, str]]:
        """The models that have an address of their own."""
        document = machine.document(self.models(machine), Format.YAML)
        for entry in document if isinstance(document, list) else []:
            if not isinstance(entry, dict):
                continue
            model, address = entry.get("model_id"), entry.get("api_base")
            if isinstance(model, str) and isinstance(address, str):
                yield model, address
