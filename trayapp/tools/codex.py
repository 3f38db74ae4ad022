"""Codex CLI: its ``config.toml`` leads it through Spendlight.

Seen with 0.169.0 (2026-11): it reads no environment variable for its address; ``openai_base_url`` at the top of the
file (or ``-c``) holds for API keys and for ChatGPT logins, and has to end in ``/v1``; under another path a ChatGPT
login asks for its workspace first and fails. A provider of the user's own (``model_provider``) has its own address.
It asks for WebSocket first and takes the plain way after one refusal.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Final

from trayapp.said import say
from trayapp.tools.files import EditError
from trayapp.tools.plan import Edit, Format
from trayapp.tools.spans import Set, Way
from trayapp.tools.tool import By, Found, KeyPlace, Links, Machine, Mode, Placed, Tool, managed_folder
from trayapp.trouble import Trouble

_KEY: Final[Way] = ("openai_base_url",)


class Codex(Tool):
    """Codex, with a key or a ChatGPT login."""

    name = "codex"
    title = "Codex CLI"
    programs = ("codex",)
    modes = (
        Mode(
            "base-url",
            "with an API key or a ChatGPT login",
            By.FILE,
            (say("It speaks plain HTTPS instead of WebSocket: each turn sends its whole context."),),
        ),
    )

    advice = say(
        "`spendlight run -- codex` gives the address, your token in it, as an argument, which"
        " other users of this machine can read while it runs (on Linux the port refuses them"
        " all the same). `spendlight connect codex` gives it in a file."
    )

    def settings(self, machine: Machine) -> Path:
        """The user's settings file."""
        return (machine.folder("CODEX_HOME") or machine.home / ".codex") / "config.toml"

    def find(self, machine: Machine) -> Found:
        """Look for it, and for what will decide over its address."""
        settings = self.settings(machine)
        document = machine.document(settings, Format.TOML)
        address = document.get("openai_base_url") if isinstance(document, dict) else None
        addresses = [Placed(f"{settings}: openai_base_url", address, "openai")] if isinstance(address, str) else []
        notes = []
        provider = _provider(document)
        if provider:
            notes.append(
                say(
                    "{settings} chooses the provider {provider!r}, which has an address of its own:"
                    " `openai_base_url` is for the built-in one. Take `model_provider` out, or lead that"
                    " provider here by hand.",
                    settings=settings,
                    provider=provider,
                )
            )
        folder = managed_folder(machine, "codex", "Codex", "Codex")
        managed = [path for path in (folder / "managed_config.toml", folder / "requirements.toml") if path.is_file()]
        notes += [
            say("{path} is managed by your administrator and wins over your settings.", path=path) for path in managed
        ]
        installed = machine.program(*self.programs) is not None or settings.parent.is_dir()
        return Found(installed, tuple(addresses), tuple(notes))

    def edits(self, machine: Machine, links: Links, mode: str) -> tuple[Edit, ...]:
        """Its one address."""
        self._check(machine)
        operation = Set(_KEY, links.to("openai", self.name, "v1"))
        named = machine.folder("CODEX_HOME") is not None
        return (Edit(self.name, self.settings(machine), Format.TOML, (operation,), anywhere=named),)

    def keys(self, machine: Machine) -> tuple[KeyPlace, ...]:
        """The API key of ``codex login --with-api-key``; a ChatGPT login has none, and another provider may use it."""
        if _provider(machine.document(self.settings(machine), Format.TOML)):
            return ()
        auth = self.settings(machine).with_name("auth.json")
        return (KeyPlace(auth, Format.JSON, ("OPENAI_API_KEY",), "openai", machine.folder("CODEX_HOME") is not None),)

    def arguments(self, machine: Machine, links: Links, mode: str) -> tuple[str, ...]:
        """The same for one start."""
        self._check(machine)
        return ("-c", f"openai_base_url={json.dumps(links.to('openai', self.name, 'v1'))}")

    def _check(self, machine: Machine) -> None:
        """Refuse what would not be counted.

        Raises:
            EditError: a provider of the user's own has an address of its own.
        """
        settings = self.settings(machine)
        if provider := _provider(machine.document(settings, Format.TOML)):
            raise EditError(
                Trouble(
                    title=say("Codex goes through a provider of your own"),
                    message=say(
                        "{settings} chooses {provider!r}, and `openai_base_url` is for the built-in one.",
                        settings=settings,
                        provider=provider,
                    ),
                    fix=say(
                        "Take `model_provider` out and connect again; or give that provider the address that"
                        " `spendlight url openai --tool codex` prints, where its vendor speaks OpenAI's"
                        " language."
                    ),
                    code="own_provider",
                )
            )


def _provider(document: Any) -> str | None:
    name = document.get("model_provider") if isinstance(document, dict) else None
    return name if isinstance(name, str) and name != "openai" else None
