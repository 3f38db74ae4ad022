"""GitHub Copilot CLI: its plan, the providers that it lists, and the one that variables describe."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from trayapp.tools.connection import Connector, Standing
from trayapp.tools.copilot import Copilot
from trayapp.tools.files import EditError
from trayapp.tools.tool import Links, Machine

TOOL = Copilot()
MINE = b'{\n  // mine\n  "banner": "never"\n}\n'


@pytest.fixture
def folder(user: Path) -> Path:
    path = user / ".copilot"
    path.mkdir(mode=0o700)
    return path


def listed(*entries: dict[str, str]) -> str:
    return json.dumps({"providers": entries, "models": []})


def test_connect_and_disconnect(connector: Connector, links: Links, folder: Path) -> None:
    settings = folder / "settings.json"
    settings.write_bytes(MINE)
    connector.connect(TOOL, links)
    assert f'"copilotUrl": "{links.to("copilot", "copilot")}"' in settings.read_text()
    stands = connector.standing(TOOL, links)
    assert (stands.standing, stands.mode, stands.files) == (Standing.CONNECTED, "plan", (settings,))
    connector.disconnect(TOOL.name)
    assert settings.read_bytes() == MINE


def test_listed_providers_come_along(connector: Connector, user: Path, links: Links, folder: Path) -> None:
    path = folder / "providers.json"
    path.write_text(
        listed(
            {"name": "a", "type": "anthropic", "baseUrl": "https://api.anthropic.com"},
            {"name": "o", "baseUrl": "https://api.openai.com/v1"},
            {"name": "gw", "baseUrl": "https://gateway.corp/v1"},
        )
    )
    before = path.read_bytes()
    assert "gw goes to https://gateway.corp/v1 and stays so" in TOOL.find(Machine(user, {})).notes[0]
    connector.connect(TOOL, links)
    urls = {e["name"]: e["baseUrl"] for e in json.loads(path.read_bytes())["providers"]}
    assert urls == {
        "a": links.to("anthropic", "copilot"),
        "o": links.to("openai", "copilot", "v1"),
        "gw": "https://gateway.corp/v1",
    }
    connector.disconnect(TOOL.name)
    assert path.read_bytes() == before
    assert not (folder / "settings.json").exists()


@pytest.mark.parametrize(
    ("environment", "route", "version"),
    [
        ({}, "openai", "v1"),
        ({"COPILOT_PROVIDER_TYPE": "anthropic"}, "anthropic", ""),
        ({"COPILOT_PROVIDER_BASE_URL": "https://openrouter.ai/api/v1"}, "openrouter", "v1"),
        ({"COPILOT_PROVIDER_TYPE": "azure"}, "azure", ""),
    ],
)
def test_own_key_by_variables(
    connect_on, user: Path, links: Links, environment: dict[str, str], route: str, version: str
) -> None:
    links = Links(links.port, links.token, {**links.upstreams, "azure": "https://me.openai.azure.com"})
    machine = Machine(user, {"SHELL": "/bin/bash", **environment})
    connector = connect_on(machine)
    preview = connector.connect(TOOL, links, "byok")
    assert preview.variables == {"COPILOT_PROVIDER_BASE_URL": links.to(route, "copilot", version)}
    assert connector.standing(TOOL, links).mode == "byok"
    connector.disconnect(TOOL.name)
    assert not (user / ".bashrc").exists()


def test_usual_mode(user: Path) -> None:
    assert TOOL.usual(Machine(user, {})) == "plan"
    assert TOOL.usual(Machine(user, {"COPILOT_PROVIDER_BASE_URL": "https://x"})) == "byok"


@pytest.mark.parametrize("mode", ["plan", "byok"])
def test_a_gateway_is_not_left_silently(connect_on, user: Path, links: Links, folder: Path, mode: str) -> None:
    environment = {"SHELL": "/bin/bash"}
    if mode == "plan":
        (folder / "settings.json").write_text('{"copilotUrl": "https://gateway.corp"}')
    else:
        environment["COPILOT_PROVIDER_BASE_URL"] = "https://gateway.corp"
    connector = connect_on(Machine(user, environment))
    with pytest.raises(EditError) as caught:
        connector.connect(TOOL, links, mode)
    assert caught.value.trouble.code == "other_address"
    connector.connect(TOOL, links, mode, replace_address=True)
    assert connector.standing(TOOL, links).standing is Standing.CONNECTED


def test_what_else_decides_is_told(user: Path, tmp_path: Path) -> None:
    managed = tmp_path / "etc" / "github-copilot" / "managed-settings.json"
    managed.parent.mkdir(parents=True)
    managed.write_text("{}")
    notes = TOOL.find(Machine(user, {"COPILOT_API_URL": "https://x"}, tmp_path)).notes
    assert notes[0] == "COPILOT_API_URL is set in this shell and wins over its settings."
    assert str(managed) in notes[1]


def test_where_it_is(user: Path, tmp_path: Path) -> None:
    assert not TOOL.find(Machine(user, {"PATH": str(tmp_path)})).installed
    moved = Machine(user, {"COPILOT_HOME": str(tmp_path), "COPILOT_PROVIDERS_CONFIG": str(tmp_path / "p.json")})
    assert TOOL.settings(moved) == tmp_path / "settings.json"
    assert TOOL.providers(moved) == tmp_path / "p.json"
    assert TOOL.find(moved).installed
