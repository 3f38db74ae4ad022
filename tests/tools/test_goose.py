"""goose's settings, as its documentation describes them: what is written, what stays, what comes back."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from trayapp.tools.connection import Connector, Standing
from trayapp.tools.files import EditError
from trayapp.tools.goose import Goose
from trayapp.tools.tool import Links, Machine

MINE = """\
# mine
active_provider: anthropic
providers:
  anthropic:
    enabled: true
    model: claude-sonnet-4-5-20250929   # dear
OPENAI_HOST:   https://api.openai.com
OPENAI_BASE_PATH: v1/chat/completions
GOOSE_SEARCH_PATHS:
  - "/usr/local/bin"
extensions:
  memory: {enabled: true}
"""
TOOL = Goose()


@pytest.fixture
def settings(user: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr("sys.platform", "linux")
    path = user / ".config" / "goose" / "config.yaml"
    path.parent.mkdir(parents=True, mode=0o700)
    return path


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_connect_and_disconnect(connector: Connector, links: Links, settings: Path, end: str) -> None:
    mine = MINE.replace("\n", end).encode()
    settings.write_bytes(mine)
    connector.connect(TOOL, links)
    document = yaml.safe_load(settings.read_bytes())
    assert {key: document[key] for key in ("ANTHROPIC_HOST", "OPENAI_HOST", "GOOGLE_HOST")} == {
        "ANTHROPIC_HOST": links.to("anthropic", "goose"),
        "OPENAI_HOST": links.to("openai", "goose"),
        "GOOGLE_HOST": links.to("gemini", "goose"),
    }
    assert "OPENAI_BASE_URL" not in document
    assert document["providers"] == yaml.safe_load(MINE)["providers"]
    stands = connector.standing(TOOL, links)
    assert (stands.standing, stands.mode, stands.files) == (Standing.CONNECTED, "hosts", (settings,))
    connector.disconnect(TOOL.name)
    assert settings.read_bytes() == mine


def test_a_base_url_that_would_win_is_led_too(connector: Connector, links: Links, settings: Path) -> None:
    settings.write_text("OPENAI_BASE_URL: https://api.openai.com/v1\n")
    connector.connect(TOOL, links)
    assert yaml.safe_load(settings.read_text())["OPENAI_BASE_URL"] == links.to("openai", "goose", "v1")
    connector.disconnect(TOOL.name)
    assert settings.read_text() == "OPENAI_BASE_URL: https://api.openai.com/v1\n"


@pytest.mark.parametrize("key", ["ANTHROPIC_HOST", "OPENAI_HOST", "OPENAI_BASE_URL", "GOOGLE_HOST"])
def test_a_gateway_is_not_left_silently(connector: Connector, links: Links, settings: Path, key: str) -> None:
    settings.write_text(f"{key}: https://gw.corp/v1\n")
    with pytest.raises(EditError) as caught:
        connector.connect(TOOL, links)
    assert caught.value.trouble.message == f"{settings}: {key} is https://gw.corp/v1."
    assert settings.read_text() == f"{key}: https://gw.corp/v1\n"


def test_a_gateway_in_the_environment_is_told(connect_on, user: Path, links: Links) -> None:
    with pytest.raises(EditError) as caught:
        connect_on(Machine(user, {"OPENAI_HOST": "https://gw.corp"})).connect(TOOL, links)
    assert caught.value.trouble.message == "the variable OPENAI_HOST of this shell is https://gw.corp."


def test_one_start_needs_no_file(user: Path, links: Links) -> None:
    found = TOOL.variables(Machine(user, {}), links, "hosts")
    assert set(found) == {"ANTHROPIC_HOST", "OPENAI_HOST", "GOOGLE_HOST"}
    assert all(links.lead_here(value) and not value.endswith("/v1") for value in found.values())


def test_where_it_is(user: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.platform", "linux")
    assert not TOOL.find(Machine(user, {"PATH": str(tmp_path)})).installed
    machine = Machine(user, {"XDG_CONFIG_HOME": str(tmp_path / "cfg"), "APPDATA": str(tmp_path / "roaming")})
    assert TOOL.settings(machine) == tmp_path / "cfg" / "goose" / "config.yaml"
    monkeypatch.setattr("sys.platform", "darwin")
    assert TOOL.settings(machine) == user / ".config" / "goose" / "config.yaml"
    monkeypatch.setattr("sys.platform", "win32")
    assert TOOL.settings(machine) == tmp_path / "roaming" / "Block" / "goose" / "config" / "config.yaml"
