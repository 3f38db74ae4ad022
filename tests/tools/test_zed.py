"""Zed's settings, as its documentation describes them: what is written, what stays, what comes back."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from trayapp.tools import jsonspans
from trayapp.tools.connection import Connector, Standing
from trayapp.tools.files import EditError
from trayapp.tools.tool import Links, Machine
from trayapp.tools.zed import Zed

MINE = """\
// Zed settings
//
{
  "ui_font_size": 16, // mine
  "language_models": {
    "anthropic": {
      "available_models": [
        { "name": "claude-opus-5-5", "max_tokens": 200000, },
      ],
    },
    "ollama": { "api_url": "http://localhost:11434" },
  },
  /* more */
  "vim_mode": true,
}
"""
TOOL = Zed()


@pytest.fixture
def settings(user: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr("sys.platform", "linux")
    path = user / ".config" / "zed" / "settings.json"
    path.parent.mkdir(parents=True, mode=0o700)
    return path


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_connect_and_disconnect(connector: Connector, links: Links, settings: Path, end: str) -> None:
    mine = MINE.replace("\n", end).encode()
    settings.write_bytes(mine)
    connector.connect(TOOL, links)
    after = settings.read_bytes().decode()
    models = jsonspans.load(after)["language_models"]
    assert {name: models[name]["api_url"] for name in models} == {
        "anthropic": links.to("anthropic", "zed"),
        "openai": links.to("openai", "zed", "v1"),
        "google": links.to("gemini", "zed"),
        "mistral": links.to("mistral", "zed", "v1"),
        "ollama": "http://localhost:11434",
    }
    assert re.findall(r"//[^\r\n]*|/\*.*?\*/", after.replace("http://", ""))[:3] == ["// Zed settings", "//", "// mine"]
    stands = connector.standing(TOOL, links)
    assert (stands.standing, stands.mode, stands.files) == (Standing.CONNECTED, "api-url", (settings,))
    connector.disconnect(TOOL.name)
    assert settings.read_bytes() == mine


def test_without_settings_they_come_and_go(connector: Connector, links: Links, settings: Path) -> None:
    connector.connect(TOOL, links)
    assert links.lead_here(jsonspans.load(settings.read_text())["language_models"]["google"]["api_url"])
    connector.disconnect(TOOL.name)
    assert not settings.exists()


def test_a_gateway_is_not_left_silently(connector: Connector, links: Links, settings: Path) -> None:
    text = '{ "language_models": { "openai": { "api_url": "https://gw.corp/v1" } } }'
    settings.write_text(text)
    with pytest.raises(EditError) as caught:
        connector.connect(TOOL, links)
    assert caught.value.trouble.message == f"{settings}: language_models.openai.api_url is https://gw.corp/v1."
    assert settings.read_text() == text
    settings.write_text(text.replace("https://gw.corp/v1", "https://api.openai.com/v1"))
    connector.connect(TOOL, links)


def test_where_it_is(user: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.platform", "linux")
    assert not TOOL.find(Machine(user, {"PATH": str(tmp_path)})).installed
    (tmp_path / "zeditor").write_text("")
    (tmp_path / "zeditor").chmod(0o755)
    assert TOOL.find(Machine(user, {"PATH": str(tmp_path)})).installed
    machine = Machine(user, {"XDG_CONFIG_HOME": str(tmp_path / "cfg"), "APPDATA": str(tmp_path / "roaming")})
    assert TOOL.settings(machine) == tmp_path / "cfg" / "zed" / "settings.json"
    monkeypatch.setattr("sys.platform", "darwin")
    assert TOOL.settings(machine) == user / ".config" / "zed" / "settings.json"
    monkeypatch.setattr("sys.platform", "win32")
    assert TOOL.settings(machine) == tmp_path / "roaming" / "Zed" / "settings.json"


def test_what_connecting_costs_is_said() -> None:
    costs = " ".join(TOOL.modes[0].costs)
    assert "keychain" in costs
    assert "not tried with Zed itself" in costs
