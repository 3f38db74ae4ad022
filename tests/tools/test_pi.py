"""pi: built-in providers are led by name, the user's own by their addresses."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from trayapp.tools.connection import Connector, Standing
from trayapp.tools.files import EditError
from trayapp.tools.pi import Pi
from trayapp.tools.tool import Links, Machine

TOOL = Pi()


@pytest.fixture
def models(user: Path) -> Path:
    path = user / ".pi" / "agent" / "models.json"
    path.parent.mkdir(parents=True, mode=0o700)
    return path


def urls(path: Path) -> dict[str, str]:
    return {name: entry["baseUrl"] for name, entry in json.loads(path.read_bytes())["providers"].items()}


def test_connect_and_disconnect(connector: Connector, links: Links, models: Path) -> None:
    connector.connect(TOOL, links)
    found = urls(models)
    assert found["anthropic"] == links.to("anthropic", "pi")
    assert found["openai"] == links.to("openai", "pi", "v1")
    assert found["google"] == links.to("gemini", "pi", "v1beta")
    assert all(links.lead_here(url) for url in found.values())
    assert connector.standing(TOOL, links).standing is Standing.CONNECTED
    connector.disconnect(TOOL.name)
    assert not models.exists()


def test_the_users_own_stays(connector: Connector, user: Path, links: Links, models: Path) -> None:
    models.write_bytes(
        b'{ // mine\r\n\t"providers": {"ollama": {"baseUrl": "http://localhost:11434/v1", "models": []},\r\n'
        b'\t"gate": {"baseUrl": "https://openrouter.ai/api/v1/"}, "openai": {"modelOverrides": {}}}\r\n}\r\n'
    )
    before = models.read_bytes()
    assert TOOL.find(Machine(user, {})).notes[0].startswith("ollama goes to http://localhost:11434/v1 and stays so")
    connector.connect(TOOL, links)
    text = models.read_text()
    assert '"baseUrl": "http://localhost:11434/v1"' in text
    assert f'"gate": {{"baseUrl": "{links.to("openrouter", "pi", "v1/")}"}}' in text
    assert f'"modelOverrides": {{}}, "baseUrl": "{links.to("openai", "pi", "v1")}"' in text
    connector.disconnect(TOOL.name)
    assert models.read_bytes() == before


def test_a_gateway_is_not_left_silently(connector: Connector, links: Links, models: Path) -> None:
    models.write_text('{"providers": {"anthropic": {"baseUrl": "https://gateway.corp"}}}')
    with pytest.raises(EditError) as caught:
        connector.connect(TOOL, links)
    assert caught.value.trouble.code == "other_address"
    connector.connect(TOOL, links, replace_address=True)
    assert urls(models)["anthropic"] == links.to("anthropic", "pi")


def test_where_it_is(user: Path, tmp_path: Path) -> None:
    assert not TOOL.find(Machine(user, {"PATH": str(tmp_path)})).installed
    assert TOOL.settings(Machine(user, {"PI_CODING_AGENT_DIR": str(tmp_path)})) == tmp_path / "models.json"
