"""Qwen Code: models with addresses of their own, and the variables for those without."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from trayapp.tools.connection import Connector, Standing
from trayapp.tools.files import EditError
from trayapp.tools.qwen_code import QwenCode
from trayapp.tools.tool import Links, Machine

TOOL = QwenCode()


@pytest.fixture
def settings(user: Path) -> Path:
    path = user / ".qwen" / "settings.json"
    path.parent.mkdir(mode=0o700)
    return path


def test_connect_and_disconnect(connector: Connector, links: Links, settings: Path) -> None:
    mine = b'{\n  // mine\n  "security": {"auth": {"selectedType": "openai"}},\n}\n'
    settings.write_bytes(mine)
    connector.connect(TOOL, links)
    assert f'"OPENAI_BASE_URL": "{links.to("openai", "qwen-code", "v1")}"' in settings.read_text()
    assert connector.standing(TOOL, links).standing is Standing.CONNECTED
    connector.disconnect(TOOL.name)
    assert settings.read_bytes() == mine


def test_models_with_addresses(connector: Connector, user: Path, links: Links, settings: Path) -> None:
    dashscope = "https://dashscope.aliyuncs.com/compatible-mode/v1"
    plan = "https://coding.dashscope.aliyuncs.com/v1"
    document = {
        "modelProviders": {
            "openai": [
                {"id": "q", "baseUrl": dashscope},
                {"id": "plan", "baseUrl": plan},
                {"id": "plain"},
                {"id": "voice", "baseUrl": dashscope, "realtimeOnly": True},
            ],
            "anthropic": [{"id": "c"}],
            "mine": [{"id": "m", "baseUrl": "https://openrouter.ai/api/v1/"}],
            "odd": [{"id": "x", "baseUrl": "https://api.openai.com/v1"}],
        },
        "providerProtocol": {"mine": "openai"},
    }
    settings.write_text(json.dumps(document, indent=2))
    before = settings.read_bytes()
    assert [n for n in TOOL.find(Machine(user, {})).notes if "model plan goes to" in n]
    connector.connect(TOOL, links)
    led = json.loads(settings.read_bytes())["modelProviders"]
    assert [m.get("baseUrl") for m in led["openai"]] == [
        links.to("dashscope", "qwen-code", "v1"),
        plan,
        links.to("openai", "qwen-code", "v1"),
        dashscope,
    ]
    assert led["anthropic"][0]["baseUrl"] == links.to("anthropic", "qwen-code")
    assert led["mine"][0]["baseUrl"] == links.to("openrouter", "qwen-code", "v1/")
    assert led["odd"] == document["modelProviders"]["odd"]
    assert TOOL.variables(Machine(user, {}), links, "base-url") == {}
    connector.disconnect(TOOL.name)
    assert settings.read_bytes() == before


@pytest.mark.parametrize("place", [".env", "settings.json"])
def test_the_variable_is_led_where_it_stands(
    connector: Connector, user: Path, links: Links, settings: Path, place: str
) -> None:
    text = {".env": "OPENAI_BASE_URL='https://openrouter.ai/api/v1'\n", "settings.json": ""}
    text["settings.json"] = json.dumps({} if place == ".env" else {"env": {"OPENAI_BASE_URL": "https://api.x.ai/v1"}})
    for name, data in text.items():
        if place == name or name == "settings.json":
            (settings.parent / name).write_text(data)
    before = (settings.parent / place).read_bytes()
    connector.connect(TOOL, links)
    route = "openrouter" if place == ".env" else "xai"
    assert links.to(route, "qwen-code", "v1") in (settings.parent / place).read_text()
    connector.disconnect(TOOL.name)
    assert (settings.parent / place).read_bytes() == before


def test_the_older_address(connector: Connector, links: Links, settings: Path) -> None:
    settings.write_text('{"security": {"auth": {"selectedType": "openai", "baseUrl": "https://api.deepseek.com/v1"}}}')
    connector.connect(TOOL, links)
    document = json.loads(settings.read_bytes())
    assert document["security"]["auth"]["baseUrl"] == links.to("deepseek", "qwen-code", "v1")
    assert "env" not in document


def test_a_gateway_is_not_left_silently(connector: Connector, links: Links, settings: Path) -> None:
    (settings.parent / ".env").write_text("OPENAI_BASE_URL=https://gateway.corp/v1\n")
    with pytest.raises(EditError) as caught:
        connector.connect(TOOL, links)
    assert caught.value.trouble.code == "other_address"
    connector.connect(TOOL, links, replace_address=True)
    assert links.to("openai", "qwen-code", "v1") in (settings.parent / ".env").read_text()
    connector.disconnect(TOOL.name)
    (settings.parent / ".env").unlink()
    settings.write_text('{"modelProviders": {"openai": [{"id": "m", "baseUrl": "https://gateway.corp/v1"}]}}')
    with pytest.raises(EditError) as caught:
        connector.connect(TOOL, links)
    assert caught.value.trouble.code == "nothing_to_lead"


def test_one_start(user: Path, links: Links) -> None:
    machine = Machine(user, {"OPENAI_BASE_URL": "https://openrouter.ai/api/v1"})
    assert TOOL.variables(machine, links, "base-url") == {
        "OPENAI_BASE_URL": links.to("openrouter", "qwen-code", "v1"),
        "ANTHROPIC_BASE_URL": links.to("anthropic", "qwen-code"),
    }


def test_what_else_decides_is_told(user: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.platform", "linux")
    managed = tmp_path / "etc" / "qwen-code" / "settings.json"
    managed.parent.mkdir(parents=True)
    managed.write_text("{}")
    notes = TOOL.find(Machine(user, {"OPENAI_BASE_URL": "https://else"}, tmp_path)).notes
    assert notes[0].startswith("OPENAI_BASE_URL is set in this shell")
    assert "administrator" in notes[1]


def test_where_it_is(user: Path, tmp_path: Path) -> None:
    assert not TOOL.find(Machine(user, {"PATH": str(tmp_path)})).installed
    assert TOOL.settings(Machine(user, {"QWEN_HOME": str(tmp_path)})) == tmp_path / "settings.json"


@pytest.mark.parametrize("place", ["env", ".env"])
def test_a_variable_for_another_vendor_stays_with_that_vendor_when_connected_again(
    connector: Connector, links: Links, settings: Path, place: str
) -> None:
    theirs = "https://dashscope.aliyuncs.com/compatible-mode/v1"
    file = settings if place == "env" else settings.with_name(".env")
    file.write_text(json.dumps({"env": {"OPENAI_BASE_URL": theirs}}) if place == "env" else f"OPENAI_BASE_URL={theirs}")
    before = file.read_bytes()
    connector.connect(TOOL, links)
    moved = Links(27999, links.token, links.upstreams)
    for now in (links, moved):
        connector.connect(TOOL, now)
        assert now.to("dashscope", "qwen-code", "v1") in file.read_text()
    connector.disconnect(TOOL.name)
    assert file.read_bytes() == before


def test_odd_settings_are_no_crash(user: Path, links: Links, settings: Path) -> None:
    settings.write_text(json.dumps({"modelProviders": {"openai": [{"id": "x"}]}, "providerProtocol": {"openai": [1]}}))
    assert TOOL.edits(Machine(user, {}), links, "base-url")
