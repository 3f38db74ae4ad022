"""Any other program: the variables that the official SDKs read, and the addresses to paste where none is read.

Seen with the SDKs for Python (openai 3.57, anthropic 2.14, google-genai 3.6, ollama 0.6.3, AzureOpenAI of openai; run
2026-11-26): OpenAI's want the version segment in their base URL, the others do not; google-genai puts its own version
in. mistralai 3.7 reads no variable: its ``server_url`` has to be given in the program. ``ollama serve`` binds to what
``OLLAMA_HOST`` says (Ollama's documentation), so only its own mode sets that one.

One address serves several programs, hence it carries no tool's name: calls are told apart by their headers.
``ANTHROPIC_BASE_URL`` reaches Claude Code too, which then needs its small model named (``claude_code``).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from trayapp.said import say
from trayapp.tools import startfiles
from trayapp.tools.claude_code import SMALL_MODEL, small_model
from trayapp.tools.tool import By, Found, Links, Machine, Mode, Tool

ROUTES: Final[Mapping[str, str]] = {
    "ANTHROPIC_BASE_URL": "anthropic",
    "OPENAI_BASE_URL": "openai",
    "GOOGLE_GEMINI_BASE_URL": "gemini",
    "AZURE_OPENAI_ENDPOINT": "azure",
    "OLLAMA_HOST": "ollama",
}
"""A variable to its route."""
WITH_OLLAMA: Final = "with-ollama"
_EVERY: Final = (
    say(
        "Every program that new shells start and that reads these variables comes here, also"
        " Claude Code and Gemini CLI, with what that costs them (`spendlight tools"
        " claude-code`)."
    ),
    say(
        "A program that gives its SDK an address of its own is not led; neither is Mistral's"
        " SDK, which reads no variable (give it `server_url`, from `spendlight url mistral`)."
    ),
)


def shared(machine: Machine, links: Links, *names: str) -> dict[str, str]:
    """Variables of several programs, with the same values whoever asks for them.

    Raises:
        EditError: there is no route for one of them.
    """
    found = {name: links.to(ROUTES[name], None, "v1" if name == "OPENAI_BASE_URL" else "") for name in names}
    if "ANTHROPIC_BASE_URL" in found:
        found[SMALL_MODEL] = small_model(machine)
    return found


class Sdk(Tool):
    """A program that Spendlight does not know."""

    name = "sdk"
    title = "Any other program"
    modes = (
        Mode("environment", "it uses an official SDK, or reads the same variables", By.SHELL, _EVERY),
        Mode(
            WITH_OLLAMA,
            "the same, and programs that ask Ollama",
            By.SHELL,
            (
                *_EVERY,
                say("`ollama serve` reads OLLAMA_HOST too and cannot start from such a shell; as a service it can."),
            ),
        ),
    )
    advice = say(
        "Azure OpenAI's SDK is led once its route is known: spendlight upstream set"
        " azure=https://….openai.azure.com. Where a program reads no variable, put an address"
        " into its settings: `spendlight url anthropic`, `spendlight url openai` (ends in"
        " /v1), `spendlight url gemini`, or `spendlight url any` for all three; --tool NAME"
        " gives its calls that name."
    )

    def find(self, machine: Machine) -> Found:
        """There is always some other program."""
        names = {name: route for name, route in ROUTES.items() if name != "OLLAMA_HOST"}
        return Found(installed=True, addresses=startfiles.placed(machine, names))

    def variables(self, machine: Machine, links: Links, mode: str) -> Mapping[str, str]:
        """One address for each maker's SDK; Azure's where there is a route for it."""
        names = ["ANTHROPIC_BASE_URL", "OPENAI_BASE_URL", "GOOGLE_GEMINI_BASE_URL"]
        if "azure" in links.upstreams:
            names.append("AZURE_OPENAI_ENDPOINT")
        if mode == WITH_OLLAMA:
            names.append("OLLAMA_HOST")
        return shared(machine, links, *names)
