"""What `spendlight url --env` prints for a shell."""

from __future__ import annotations

import pytest

from trayapp.cli.url import export_lines

ADDRESS = "http://127.0.0.1:27410/token/x"


@pytest.mark.parametrize(
    ("vendor", "names"),
    [
        ("anthropic", ["ANTHROPIC_BASE_URL", "ANTHROPIC_API_BASE"]),
        ("openai", ["OPENAI_BASE_URL", "OPENAI_API_BASE"]),
        ("azure", ["AZURE_OPENAI_ENDPOINT"]),
        ("bedrock", ["ANTHROPIC_BEDROCK_BASE_URL"]),
        ("copilot", ["COPILOT_API_URL"]),
        ("ollama", ["OLLAMA_HOST"]),
        ("my-gateway", ["MY_GATEWAY_BASE_URL"]),
        ("any", ["ANTHROPIC_BASE_URL", "OPENAI_BASE_URL", "GOOGLE_GEMINI_BASE_URL"]),
    ],
)
def test_the_variables_that_the_vendors_clients_read(vendor: str, names: list[str]) -> None:
    lines = export_lines(vendor, "other", ADDRESS)
    assert lines == [f"export {name}={ADDRESS}" for name in names]
