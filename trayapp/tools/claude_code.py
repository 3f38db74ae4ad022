"""Claude Code: its settings file leads it through Spendlight.

Seen with 2.1.330 (2026-11): ``env`` in ``settings.json`` reaches every start of it, also from an editor. With a base
URL that is not Anthropic's it sends its titles and probes to the main model, unless ``ANTHROPIC_DEFAULT_HAIKU_MODEL``
names a small one. Settings that an administrator manages win over the user's: they are reported, never fought.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Final

from trayapp.said import say
from trayapp.tools import startfiles, vertex
from trayapp.tools.masking import masked
from trayapp.tools.plan import Edit, Format
from trayapp.tools.spans import Set, Way
from trayapp.tools.tool import By, Found, KeyPlace, Links, Machine, Mode, Placed, Tool, managed_folder

SMALL_MODEL: Final = "ANTHROPIC_DEFAULT_HAIKU_MODEL"
_SMALL: Final = "claude-haiku-5-5"
_REGION: Final = "CLOUD_ML_REGION"
"""Its location on Vertex AI; us-east5 without it."""
_COSTS: Final = (
    say(
        "Remote Control is off, and so are the features that it keeps for its vendor's own"
        " host: the cache that is shared over sessions, and some betas."
    ),
    say("Its own `/usage` prices the model that was asked for; Spendlight prices the one that answered."),
)
_VARIABLES: Final[Mapping[str, tuple[str, str]]] = {
    "base-url": ("ANTHROPIC_BASE_URL", "anthropic"),
    "bedrock": ("ANTHROPIC_BEDROCK_BASE_URL", "bedrock"),
    "vertex": ("ANTHROPIC_VERTEX_BASE_URL", "vertex"),
}


class ClaudeCode(Tool):
    """Claude Code, with a key, a token or a Claude plan."""

    name = "claude-code"
    title = "Claude Code"
    programs = ("claude",)
    modes = (
        Mode("base-url", "with a key, a token or a Claude plan", By.FILE, _COSTS),
        Mode(
            "bedrock",
            "on Amazon Bedrock, with a Bedrock API key",
            By.FILE,
            (say("Requests signed with AWS keys fail."),),
        ),
        Mode("vertex", "on Google's Vertex AI", By.FILE),
    )

    def settings(self, machine: Machine) -> Path:
        """The user's settings file."""
        return (machine.folder("CLAUDE_CONFIG_DIR") or machine.home / ".claude") / "settings.json"

    def find(self, machine: Machine) -> Found:
        """Look for it, and for what will decide over its address."""
        settings = self.settings(machine)
        addresses = []
        for variable, vendor in _VARIABLES.values():
            address = machine.value(settings, Format.JSON, ("env", variable))
            if isinstance(address, str) and address:
                addresses.append(Placed(f"{settings}: env.{variable}", address, vendor))
        addresses += startfiles.placed(machine, dict(_VARIABLES.values()))
        notes = [_managed(machine, path) for path in self.managed(machine)]
        for variable, _ in _VARIABLES.values():
            if machine.environment.get(variable):
                notes.append(
                    say(
                        "{variable} is set in this shell too; which of the two wins is Claude Code's to say.",
                        variable=variable,
                    )
                )
        installed = machine.program(*self.programs) is not None or settings.parent.is_dir()
        return Found(installed, tuple(addresses), tuple(notes))

    def managed(self, machine: Machine) -> tuple[Path, ...]:
        """Settings that somebody else manages."""
        folder = managed_folder(machine, "claude-code", "ClaudeCode", "ClaudeCode")
        drop_ins = sorted((folder / "managed-settings.d").glob("*.json"))
        return tuple(path for path in (folder / "managed-settings.json", *drop_ins) if path.is_file())

    def usual(self, machine: Machine) -> str:
        """By the switches that it reads itself."""
        settings = self.settings(machine)
        for mode, variable in (("bedrock", "CLAUDE_CODE_USE_BEDROCK"), ("vertex", "CLAUDE_CODE_USE_VERTEX")):
            in_file = machine.value(settings, Format.JSON, ("env", variable))
            if str(machine.environment.get(variable) or in_file or "0").lower() not in ("0", "false", "none", ""):
                return mode
        return "base-url"

    def edits(self, machine: Machine, links: Links, mode: str) -> tuple[Edit, ...]:
        """Its address, and the small model for its side calls unless the user has named one."""
        keys = self.variables(machine, links, mode)
        operations = tuple(Set(_env(key), value, unless_set=key == SMALL_MODEL) for key, value in keys.items())
        named = machine.folder("CLAUDE_CONFIG_DIR") is not None
        return (Edit(self.name, self.settings(machine), Format.JSON, operations, anywhere=named),)

    def keys(self, machine: Machine) -> tuple[KeyPlace, ...]:
        """Keys and tokens in its ``env``."""
        return tuple(
            KeyPlace(
                self.settings(machine),
                Format.JSON,
                _env(name),
                "anthropic",
                machine.folder("CLAUDE_CONFIG_DIR") is not None,
            )
            for name in ("ANTHROPIC_API_KEY", "ANTHROPIC_AUTH_TOKEN")
        )

    def variables(self, machine: Machine, links: Links, mode: str) -> Mapping[str, str]:
        """The same for one start."""
        variable, vendor = _VARIABLES[mode]
        if mode == "vertex":
            region = machine.environment.get(_REGION) or machine.value(
                self.settings(machine), Format.JSON, _env(_REGION)
            )
            vertex.check(
                links, str(region or "us-east5"), f"{_REGION} is" if region else "Without CLOUD_ML_REGION it is"
            )
        found = {variable: links.to(vendor, self.name, "v1" if mode == "vertex" else "")}
        if mode == "base-url":
            found[SMALL_MODEL] = small_model(machine)
        return found


def small_model(machine: Machine) -> str:
    """The model for its side calls: the user's choice, else the one that it takes at its vendor's own host."""
    return machine.environment.get(SMALL_MODEL) or _SMALL


def _env(variable: str) -> Way:
    return ("env", variable)


def _managed(machine: Machine, path: Path) -> str:
    for variable, _ in _VARIABLES.values():
        address = machine.value(path, Format.JSON, _env(variable))
        if address:
            return say(
                "{path} is managed by your administrator and sets the address {address}, which wins.",
                path=path,
                address=masked(str(address)),
            )
    return say("{path} is managed by your administrator; it may forbid changes.", path=path)
