"""Claude Code, end to end: what is found, what is written, what stays, what comes back."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from trayapp.tools import claude_code
from trayapp.tools.desk import Desk, OptedOutError

URL = "http://127.0.0.1:27410/" + "t0K" * 14 + "/anthropic.claude-code"
MINE = b"""{
  "permissions": { "allow": ["Bash(ls)"] },
  "env": {
    "DISABLE_TELEMETRY": "1"
  },
  "model": "opus"
}
"""


@pytest.fixture
def settings(user: Path) -> Path:
    path = user / ".claude" / "settings.json"
    path.parent.mkdir(mode=0o700)
    path.write_bytes(MINE)
    path.chmod(0o644)
    return path


def test_connect_and_restore(desk: Desk, user: Path, settings: Path) -> None:
    found = claude_code.detect(user, {})
    assert (found.installed, found.settings, found.base_url, found.managed, found.notes) == (
        True,
        settings,
        None,
        (),
        (),
    )
    plan = desk.plan(claude_code.edit(found, URL))
    assert plan.diff().splitlines()[2:] == [
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
    entry_id = desk.apply(claude_code.edit(found, URL))
    document = json.loads(settings.read_bytes())
    assert document["env"] == {
        "DISABLE_TELEMETRY": "1",
        "ANTHROPIC_BASE_URL": URL,
        "ANTHROPIC_DEFAULT_HAIKU_MODEL": "claude-haiku-5-5",
    }
    assert claude_code.detect(user, {}).base_url == URL
    assert desk.revert(entry_id or "").done
    assert settings.read_bytes() == MINE


def test_the_users_own_small_model_stays(desk: Desk, user: Path, settings: Path) -> None:
    settings.write_text('{"env": {"ANTHROPIC_DEFAULT_HAIKU_MODEL": "claude-sonnet-5-5"}}')
    desk.apply(claude_code.edit(claude_code.detect(user, {}), URL))
    assert json.loads(settings.read_bytes())["env"]["ANTHROPIC_DEFAULT_HAIKU_MODEL"] == "claude-sonnet-5-5"
    desk.restore(claude_code.NAME)
    assert settings.read_text() == '{"env": {"ANTHROPIC_DEFAULT_HAIKU_MODEL": "claude-sonnet-5-5"}}'


def test_a_running_session_that_drops_our_keys_is_not_fought(desk: Desk, user: Path, settings: Path) -> None:
    found = claude_code.detect(user, {})
    desk.apply(claude_code.edit(found, URL))
    settings.write_bytes(MINE)
    with pytest.raises(OptedOutError):
        desk.apply(claude_code.edit(found, URL))
    assert settings.read_bytes() == MINE


def test_managed_settings_are_reported(user: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.platform", "linux")
    managed = tmp_path / "etc" / "claude-code" / "managed-settings.json"
    managed.parent.mkdir(parents=True)
    managed.write_text('{"env": {"ANTHROPIC_BASE_URL": "https://gateway.corp"}}')
    found = claude_code.detect(user, {"ANTHROPIC_BASE_URL": "https://else"}, tmp_path)
    assert found.managed == (managed,)
    assert "https://gateway.corp" in found.notes[0]
    assert "administrator" in found.notes[0]
    assert "ANTHROPIC_BASE_URL" in found.notes[1]
    managed.write_text("not json")
    assert claude_code.detect(user, {}, tmp_path).managed == (managed,)


def test_where_it_is(user: Path, tmp_path: Path) -> None:
    assert not claude_code.detect(user, {"PATH": str(tmp_path)}, tmp_path).installed
    (tmp_path / "claude").write_text("")
    assert claude_code.detect(user, {"PATH": str(tmp_path)}, tmp_path).installed
    other = claude_code.detect(user, {"CLAUDE_CONFIG_DIR": str(tmp_path / "cfg")}, tmp_path)
    assert other.settings == tmp_path / "cfg" / "settings.json"
