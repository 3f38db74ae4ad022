"""Gemini CLI: one variable for each way of signing in, in the ``.env`` file of its settings folder.

Seen with 0.61.0 (2026-11): ``settings.json`` has no key for an address. Of all ``.env`` files it reads the first one
only, from the working folder upwards (``.gemini/.env`` before ``.env``), and in folders that it does not trust only the
keys, the project and the location of it. A variable that is set already wins over the file. With an address for API
keys and no way of signing in chosen in ``settings.json`` it takes its *gateway* way, which it then refuses; hence that
choice is written too. Plain HTTP is allowed to localhost and 127.0.0.1.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from trayapp.said import say
from trayapp.tools import startfiles, vertex
from trayapp.tools.files import EditError
from trayapp.tools.plan import Edit, Format
from trayapp.tools.spans import Set, Way
from trayapp.tools.tool import By, Found, KeyPlace, Links, Machine, Mode, Placed, Tool, managed_folder
from trayapp.trouble import Trouble

_SELECTED: Final[Way] = ("security", "auth", "selectedType")
_VARIABLES: Final[Mapping[str, tuple[str, str]]] = {
    "api-key": ("GOOGLE_GEMINI_BASE_URL", "gemini"),
    "vertex": ("GOOGLE_VERTEX_BASE_URL", "vertex"),
    "oauth": ("CODE_ASSIST_ENDPOINT", "code-assist"),
}
_TYPES: Final[Mapping[str, str]] = {
    "gemini-api-key": "api-key",
    "vertex-ai": "vertex",
    "oauth-personal": "oauth",
    "compute-default-credentials": "oauth",
}
_ONE_FILE: Final = say(
    "It reads a single `.env` file: in a project that has one of its own, and in folders"
    " that you do not trust, its calls go to Google directly and are not counted."
    " `spendlight run -- gemini` counts everywhere."
)


class GeminiCli(Tool):
    """Gemini CLI, with a key, on Vertex AI or with a Google login."""

    name = "gemini-cli"
    title = "Gemini CLI"
    programs = ("gemini",)
    modes = (
        Mode("api-key", "with an API key of Google AI Studio", By.FILE, (_ONE_FILE,)),
        Mode("vertex", "on Google's Vertex AI", By.FILE, (_ONE_FILE,)),
        Mode("oauth", "with a Google login (Gemini Code Assist)", By.FILE, (_ONE_FILE,)),
    )

    key_costs = (
        say(
            "In folders that you have not trusted it takes the key from that file and leaves the"
            " address: with a virtual key its calls then fail. Trust the folder, or start it"
            " there with `spendlight run -- gemini`."
        ),
    )

    def _base(self, machine: Machine) -> Path:
        return machine.folder("GEMINI_CLI_HOME") or machine.home

    def settings(self, machine: Machine) -> Path:
        """The user's settings file."""
        return self._base(machine) / ".gemini" / "settings.json"

    def env_file(self, machine: Machine) -> Path:
        """The user's variables; a new file would hide an older ``~/.env`` from it."""
        own, older = self._base(machine) / ".gemini" / ".env", self._base(machine) / ".env"
        return older if older.is_file() and not own.exists() else own

    def find(self, machine: Machine) -> Found:
        """Look for it, and for what will decide over its address."""
        file = self.env_file(machine)
        addresses, notes = [], []
        for variable, vendor in _VARIABLES.values():
            address = machine.value(file, Format.ENV, (variable,))
            if isinstance(address, str) and address:
                addresses.append(Placed(f"{file}: {variable}", address, vendor))
            if machine.environment.get(variable):
                notes.append(say("{variable} is set in this shell and wins over the file.", variable=variable))
        addresses += startfiles.placed(machine, dict(_VARIABLES.values()))
        managed = self.managed(machine)
        if managed.is_file():
            kind = machine.value(managed, Format.JSON, ("security", "auth", "enforcedType"))
            notes.append(
                say(
                    "{path} is managed by your administrator and allows signing in by {kind} only.",
                    path=managed,
                    kind=kind,
                )
                if isinstance(kind, str)
                else say("{path} is managed by your administrator; it may forbid changes.", path=managed)
            )
        installed = machine.program(*self.programs) is not None or self.settings(machine).parent.is_dir()
        return Found(installed, tuple(addresses), tuple(notes))

    def managed(self, machine: Machine) -> Path:
        """Settings that somebody else manages."""
        if named := machine.environment.get("GEMINI_CLI_SYSTEM_SETTINGS_PATH"):
            return Path(named)
        if sys.platform == "win32":
            return machine.root / "ProgramData" / "gemini-cli" / "settings.json"
        return managed_folder(machine, "gemini-cli", "GeminiCli", "") / "settings.json"

    def usual(self, machine: Machine) -> str:
        """By how it signs in: what its settings say, then what it looks at itself."""
        if chosen := self._chosen(machine):
            return chosen
        if self._value(machine, "GOOGLE_GENAI_USE_GCA") == "true":
            return "oauth"
        if self._value(machine, "GOOGLE_GENAI_USE_VERTEXAI") == "true":
            return "vertex"
        signed_in = (self.settings(machine).parent / "oauth_creds.json").is_file()
        return "oauth" if signed_in and not self._value(machine, "GEMINI_API_KEY") else "api-key"

    def edits(self, machine: Machine, links: Links, mode: str) -> tuple[Edit, ...]:
        """The variable of that way; for API keys also the choice of that way, unless the user has made one."""
        self._check(machine, links, mode)
        variable, vendor = _VARIABLES[mode]
        named = machine.folder("GEMINI_CLI_HOME") is not None
        address = Set((variable,), links.to(vendor, self.name))
        edits = [Edit(self.name, self.env_file(machine), Format.ENV, (address,), anywhere=named)]
        if mode == "api-key":
            choice = Set(_SELECTED, "gemini-api-key", unless_set=True)
            edits.append(Edit(self.name, self.settings(machine), Format.JSON, (choice,), anywhere=named))
        return tuple(edits)

    def keys(self, machine: Machine) -> tuple[KeyPlace, ...]:
        """The key among its variables."""
        named = machine.folder("GEMINI_CLI_HOME") is not None
        return (KeyPlace(self.env_file(machine), Format.ENV, ("GEMINI_API_KEY",), "gemini", named),)

    def variables(self, machine: Machine, links: Links, mode: str) -> Mapping[str, str]:
        """The same for one start."""
        self._check(machine, links, mode)
        if mode == "api-key" and self._chosen(machine) is None:
            raise EditError(
                Trouble(
                    title=say("Gemini CLI has not been told how it signs in"),
                    message=say("With an address of its own it then refuses to start."),
                    fix=say("Choose the API key once with its /auth command, or: spendlight connect gemini-cli"),
                    code="not_chosen",
                )
            )
        variable, vendor = _VARIABLES[mode]
        return {variable: links.to(vendor, self.name)}

    def _chosen(self, machine: Machine) -> str | None:
        """The mode that its settings choose."""
        kind = machine.value(self.settings(machine), Format.JSON, _SELECTED)
        return _TYPES.get(kind) if isinstance(kind, str) else None

    def _value(self, machine: Machine, variable: str) -> str:
        found = machine.environment.get(variable) or machine.value(self.env_file(machine), Format.ENV, (variable,))
        return found if isinstance(found, str) else ""

    def _check(self, machine: Machine, links: Links, mode: str) -> None:
        """Refuse what would not work.

        Raises:
            EditError: it signs in another way, or in a place to which the route does not lead.
        """
        chosen = self._chosen(machine)
        if chosen is not None and chosen != mode:
            raise EditError(
                Trouble(
                    title=say("Gemini CLI signs in another way"),
                    message=say(
                        "{settings} chooses what the mode {chosen} is for.",
                        settings=self.settings(machine),
                        chosen=chosen,
                    ),
                    fix=say(
                        "Connect it with --mode {chosen}, or choose another way with its /auth command first."
                        " If it was `connect` that chose: spendlight disconnect gemini-cli, and connect"
                        " again.",
                        chosen=chosen,
                    ),
                    code="other_login",
                )
            )
        where = self._value(machine, "GOOGLE_CLOUD_LOCATION")
        if mode == "vertex" and where and self._value(machine, "GOOGLE_CLOUD_PROJECT"):
            vertex.check(links, where, "GOOGLE_CLOUD_LOCATION is")
