"""Claude Code, end to end: what is found, what is written, what stays, what comes back."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from trayapp.tools.claude_code import ClaudeCode
from trayapp.tools.connection import Connector, Standing
from trayapp.tools.desk import OptedOutError
from trayapp.tools.files import EditError
from trayapp.tools.tool import Links, Machine

MINE = b"""{
  "permissions": { "allow": ["Bash(ls)"] },
  "env": {
    "DISABLE_TELEMETRY": "1"
  },
  "model": "opus"
}
"""
TOOL = ClaudeCode()


@pytest.fixture
def settings(user: Path) -> Path:
    path = user / ".claude" / "settings.json"
    path.parent.mkdir(mode=0o700)
    path.write_bytes(MINE)
    path.chmod(0o644)
    return path


def test_connect_and_disconnect(connector: Connector, links: Links, settings: Path) -> None:
    preview = connector.preview(TOOL, links)
    assert preview.diff().splitlines()[2:] == [
        "@@ -1,7 +1,9 @@",
        " {",
        '   "permissions": { "allow": ["Bash(ls)"] },',
        '   "env": {',
        '-    "DISABLE_TELEMETRY": "1"',
        '+    "DISABLE_TELEMETRY": "1",',
        '+    "ANTHROPIC_BASE_URL": "http://127.0.0.1:27410/…/anthropic.claude-code",',
        '+    "ANTHROPIC_DEFAULT_HAIKU_MODEL": "claude-haiku-5-5"',
        "   },",
        '   "model": "opus"',
        " }",
    ]
    assert settings.read_bytes() == MINE
    connector.connect(TOOL, links)
    document = json.loads(settings.read_bytes())
    assert document["env"] == {
        "DISABLE_TELEMETRY": "1",
        "ANTHROPIC_BASE_URL": links.to("anthropic", "claude-code"),
        "ANTHROPIC_DEFAULT_HAIKU_MODEL": "claude-haiku-5-5",
    }
    stands = connector.standing(TOOL, links)
    assert (stands.standing, stands.mode, stands.files) == (Standing.CONNECTED, "base-url", (settings,))
    assert all(outcome.done for outcome in connector.disconnect(TOOL.name))
    assert settings.read_bytes() == MINE
    assert connector.standing(TOOL, links).standing is Standing.NOT_CONNECTED


@pytest.mark.parametrize("switch", ["file", "environment"])
@pytest.mark.parametrize(
    ("variable", "mode", "key"),
    [
        ("CLAUDE_CODE_USE_BEDROCK", "bedrock", "ANTHROPIC_BEDROCK_BASE_URL"),
        ("CLAUDE_CODE_USE_VERTEX", "vertex", "ANTHROPIC_VERTEX_BASE_URL"),
    ],
)
def test_a_cloud_is_led_by_its_own_variable(
    connect_on, user: Path, links: Links, settings: Path, switch: str, variable: str, mode: str, key: str
) -> None:
    switched = {variable: "1", "CLOUD_ML_REGION": "global"}
    environment = switched if switch == "environment" else {}
    if switch == "file":
        settings.write_text(json.dumps({"env": switched}))
    before = settings.read_bytes()
    connector = connect_on(Machine(user, environment))
    connector.connect(TOOL, links)
    env = json.loads(settings.read_bytes())["env"]
    assert links.lead_here(env[key])
    assert "ANTHROPIC_BASE_URL" not in env
    assert connector.standing(TOOL, links).mode == mode
    connector.disconnect(TOOL.name)
    assert settings.read_bytes() == before


@pytest.mark.parametrize(("region", "host"), [(None, "us-east5-aiplatform"), ("eu", "aiplatform.eu.rep")])
def test_a_location_on_vertex_needs_its_host(
    connector: Connector, links: Links, settings: Path, region: str | None, host: str
) -> None:
    settings.write_text(json.dumps({"env": {"CLOUD_ML_REGION": region} if region else {}}))
    before = settings.read_bytes()
    with pytest.raises(EditError) as caught:
        connector.connect(TOOL, links, "vertex")
    assert caught.value.trouble.code == "other_location"
    assert caught.value.trouble.fix.endswith(f"spendlight upstream set vertex=https://{host}.googleapis.com")
    assert settings.read_bytes() == before
    regional = Links(links.port, links.token, {**links.upstreams, "vertex": f"https://{host}.googleapis.com"})
    connector.connect(TOOL, regional, "vertex")
    assert connector.standing(TOOL, regional).standing is Standing.CONNECTED


def test_the_users_own_small_model_stays(connector: Connector, links: Links, settings: Path) -> None:
    settings.write_text('{"env": {"ANTHROPIC_DEFAULT_HAIKU_MODEL": "claude-sonnet-5-5"}}')
    connector.connect(TOOL, links)
    assert json.loads(settings.read_bytes())["env"]["ANTHROPIC_DEFAULT_HAIKU_MODEL"] == "claude-sonnet-5-5"
    connector.disconnect(TOOL.name)
    assert settings.read_text() == '{"env": {"ANTHROPIC_DEFAULT_HAIKU_MODEL": "claude-sonnet-5-5"}}'


def test_a_running_session_that_drops_our_keys_is_not_fought(
    connector: Connector, links: Links, settings: Path
) -> None:
    connector.connect(TOOL, links)
    settings.write_bytes(MINE)
    assert connector.standing(TOOL, links).standing is Standing.CHANGED
    with pytest.raises(OptedOutError) as caught:
        connector.connect(TOOL, links)
    assert caught.value.trouble.fix == "To put it in again: spendlight connect claude-code --again"
    assert settings.read_bytes() == MINE
    connector.connect(TOOL, links, again=True)
    assert connector.standing(TOOL, links).standing is Standing.CONNECTED


def test_managed_settings_are_reported(user: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.platform", "linux")
    managed = tmp_path / "etc" / "claude-code" / "managed-settings.json"
    managed.parent.mkdir(parents=True)
    managed.write_text('{"env": {"ANTHROPIC_BASE_URL": "https://gateway.corp"}}')
    machine = Machine(user, {"ANTHROPIC_BASE_URL": "https://else"}, tmp_path)
    notes = TOOL.find(machine).notes
    assert "https://gateway.corp" in notes[0]
    assert "administrator" in notes[0]
    assert "ANTHROPIC_BASE_URL" in notes[1]
    managed.write_text('{"env": {"ANTHROPIC_BASE_URL": "https://me:hunter2@gateway.corp"}}')
    assert "hunter2" not in TOOL.find(machine).notes[0]
    managed.write_text("not json")
    assert str(managed) in TOOL.find(machine).notes[0]


def test_where_it_is(user: Path, tmp_path: Path) -> None:
    assert not TOOL.find(Machine(user, {"PATH": str(tmp_path)}, tmp_path)).installed
    (tmp_path / "claude").write_text("")
    (tmp_path / "claude").chmod(0o755)
    assert TOOL.find(Machine(user, {"PATH": str(tmp_path)}, tmp_path)).installed
    elsewhere = Machine(user, {"CLAUDE_CONFIG_DIR": str(tmp_path / "cfg")}, tmp_path)
    assert TOOL.settings(elsewhere) == tmp_path / "cfg" / "settings.json"
