"""Any other program: the variables that SDKs read, and the lines to paste where none is read.

Seen with the official SDKs (openai 3.54, anthropic 2.12, google-genai 3.4, ollama 0.6, 2026-11): OpenAI's want the
version segment in their base URL, the others do not.
"""

from __future__ import annotations

from collections.abc import Mapping

from trayapp.tools.tool import By, Found, Links, Machine, Mode, Tool

_VARIABLES = (
    ("ANTHROPIC_BASE_URL", "anthropic", ""),
    ("OPENAI_BASE_URL", "openai", "v1"),
    ("GOOGLE_GEMINI_BASE_URL", "gemini", ""),
)


class Other(Tool):
    """A program that Spendlight does not know."""

    name = "other"
    title = "Any other program"
    modes = (Mode("environment", "it uses an official SDK, or reads the same variables", By.SHELL),)
    advice = (
        "Where a program reads no variable, put an address into its settings: `spendlight url anthropic`, "
        "`spendlight url openai` (ends in /v1), `spendlight url gemini`, or `spendlight url any` for all three; "
        "--tool NAME gives its calls that name."
    )

    def find(self, machine: Machine) -> Found:
        """There is always some other program."""
        return Found(installed=True)

    def variables(self, machine: Machine, links: Links, mode: str) -> Mapping[str, str]:
        """One address for each maker's SDK; the calls are told apart by their headers."""
        return {name: links.to(vendor, None, version) for name, vendor, version in _VARIABLES}
