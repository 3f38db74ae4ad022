"""``spendlight url``: the base URL that leads a tool through Spendlight.

Vendor facts (2026-11): the OpenAI clients want the version segment in their base URL, Anthropic's and Google's do
not; with a host that is not Anthropic's, Claude Code sends its title and probe calls to the main model unless
``ANTHROPIC_DEFAULT_HAIKU_MODEL`` names a small one; Codex reads no environment variable for its address.
"""

from __future__ import annotations

import argparse
import json
import shlex

from trayapp import frontdoor, settings
from trayapp.cli.trouble import CommandError
from trayapp.platform import paths as places
from trayapp.platform.paths import Paths
from trayapp.trouble import Trouble

_VARIABLES = {
    "anthropic": ("ANTHROPIC_BASE_URL", "ANTHROPIC_API_BASE"),
    "openai": ("OPENAI_BASE_URL", "OPENAI_API_BASE"),
    "gemini": ("GOOGLE_GEMINI_BASE_URL", "GEMINI_API_BASE"),
    "azure": ("AZURE_OPENAI_ENDPOINT",),
    "bedrock": ("ANTHROPIC_BEDROCK_BASE_URL",),
    "code-assist": ("CODE_ASSIST_ENDPOINT",),
    "copilot": ("COPILOT_API_URL",),
    "ollama": ("OLLAMA_HOST",),
    "vertex": ("GOOGLE_VERTEX_BASE_URL",),
}
_FOR_ANY = ("anthropic", "openai", "gemini")
"""Vendors that are recognised without their name in the address."""


def run(arguments: list[str]) -> int:
    """Print the address, or the lines that set it."""
    parser = argparse.ArgumentParser(prog="spendlight url", description="The base URL to give to a tool.")
    parser.add_argument("vendor", help="anthropic, openai, gemini … or any (the vendor is then recognised)")
    parser.add_argument("--tool", help="a name for the tool, so that its calls carry it")
    parser.add_argument("--env", action="store_true", help="print export lines for a shell")
    parser.add_argument("--format", choices=("plain", "json"), default="plain")
    options = parser.parse_args(arguments)
    address = base(places.find(), options.vendor, options.tool)
    if options.format == "json":
        print(json.dumps({"vendor": options.vendor, "tool": options.tool, "url": address}))
    elif options.env:
        print("\n".join(export_lines(options.vendor, options.tool, address)))
    else:
        print(address)
    return 0


def base(paths: Paths, vendor: str, tool: str | None) -> str:
    """The base URL, with the version segment that the vendor's clients expect in it.

    Raises:
        CommandError: the vendor is not known, the tool's name cannot stand in an address, or Spendlight has never run
            in this profile and so has no port yet.
    """
    routes = settings.load(paths.settings).routes()
    if vendor != frontdoor.ANY and vendor not in routes:
        known = ", ".join([*sorted(v for v in routes if v != "chatgpt"), frontdoor.ANY])
        raise CommandError(
            Trouble(
                title="Unknown vendor",
                message=f"There is no route called {vendor!r}. Known are: {known}.",
                fix=f"Add one with `spendlight upstream set {vendor}=https://…`.",
                code="unknown_vendor",
            )
        )
    try:
        port = int(paths.port.read_text("ascii"))
        token = paths.token.read_text("ascii").strip()
    except (OSError, ValueError):
        raise CommandError(
            Trouble(
                title="Spendlight has no address yet",
                message="It gets its port and its token when it is started for the first time.",
                fix="Start it with `spendlight`.",
                code="not_running",
            )
        ) from None
    try:
        address = frontdoor.base_url(port, token, vendor, tool)
    except ValueError as error:
        raise CommandError(Trouble(title="No such address", message=f"{error}.", code="bad_tool_name")) from None
    return f"{address}/v1" if vendor == "openai" else address


def export_lines(vendor: str, tool: str | None, address: str) -> list[str]:
    """Shell lines that lead a tool through Spendlight."""
    if tool == "codex":
        option = shlex.quote(f'openai_base_url="{address}"')
        return [f"# Codex reads no variable for this; start it with:  codex -c {option}"]
    names = _VARIABLES.get(vendor, ())
    if vendor == frontdoor.ANY:
        lines = [f"export {_VARIABLES[v][0]}={shlex.quote(address)}" for v in _FOR_ANY]
    elif names:
        lines = [f"export {name}={shlex.quote(address)}" for name in names]
    else:
        lines = [f"export {vendor.upper().replace('-', '_')}_BASE_URL={shlex.quote(address)}"]
    if vendor in ("anthropic", frontdoor.ANY) and tool in (None, "claude-code"):
        lines.append("# Without this Claude Code sends its small side calls to the main model:")
        lines.append('export ANTHROPIC_DEFAULT_HAIKU_MODEL="${ANTHROPIC_DEFAULT_HAIKU_MODEL:-claude-haiku-5-5}"')
    return lines
