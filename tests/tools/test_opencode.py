"""opencode: only providers that the user has are written, each in the file in which its address counts."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from trayapp.tools.connection import Connector, Standing
from trayapp.tools.files import EditError
from trayapp.tools.opencode import OpenCode
from trayapp.tools.tool import Links, Machine

TOOL = OpenCode()
SCHEMA = "https://opencode.ai/config.json"


@pytest.fixture
def folder(user: Path) -> Path:
    path = user / ".config" / "opencode"
    path.mkdir(parents=True)
    return path


def urls(path: Path) -> dict[str, str]:
    return {name: entry["options"]["baseURL"] for name, entry in json.loads(path.read_bytes())["provider"].items()}


def test_connect_and_disconnect(connect_on, user: Path, links: Links) -> None:
    connector = connect_on(Machine(user, {"ANTHROPIC_API_KEY": "k", "XAI_API_KEY": "k"}))
    connector.connect(TOOL, links)
    made = user / ".config" / "opencode" / "opencode.json"
    assert json.loads(made.read_bytes())["$schema"] == SCHEMA
    assert urls(made) == {
        "anthropic": links.to("anthropic", "opencode", "v1"),
        "xai": links.to("xai", "opencode", "v1"),
    }
    assert connector.standing(TOOL, links).standing is Standing.CONNECTED
    connector.disconnect(TOOL.name)
    assert not made.exists()


def test_the_file_that_wins_is_written(connector: Connector, user: Path, links: Links, folder: Path) -> None:
    mine = {
        "opencode.json": b'{"provider": {"openai": {"options": {"baseURL": "https://api.openai.com/v1"}},'
        b'"google": {}}}',
        "opencode.jsonc": b'{\r\n  // mine\r\n  "autoupdate": false,\r\n}\r\n',
    }
    for name, data in mine.items():
        (folder / name).write_bytes(data)
    data = user / ".local" / "share" / "opencode"
    data.mkdir(parents=True)
    (data / "auth.json").write_text(
        '{"groq": {"type": "api"}, "opencode": {"type": "api"}, "mistral": {"type": "oauth"}}'
    )
    connector.connect(TOOL, links)
    assert urls(folder / "opencode.json") == {
        "openai": links.to("openai", "opencode", "v1"),
        "google": links.to("gemini", "opencode", "v1beta"),
    }
    text = (folder / "opencode.jsonc").read_text()
    assert f'"baseURL": "{links.to("groq", "opencode", "v1")}"' in text
    assert "mistral" not in text
    connector.disconnect(TOOL.name)
    assert {name: (folder / name).read_bytes() for name in mine} == mine


def test_providers_of_the_users_own_are_respected(connector: Connector, user: Path, links: Links, folder: Path) -> None:
    path = folder / "opencode.json"
    document = {
        "provider": {
            "local": {"options": {"baseURL": "http://127.0.0.1:1234/v1"}},
            "router": {"options": {"baseURL": "https://openrouter.ai/api/v1"}},
        }
    }
    path.write_text(json.dumps(document))
    before = path.read_bytes()
    assert "local goes to http://127.0.0.1:1234/v1 and stays so" in TOOL.find(Machine(user, {})).notes[0]
    connector.connect(TOOL, links)
    assert urls(path) == {"local": "http://127.0.0.1:1234/v1", "router": links.to("openrouter", "opencode", "v1")}
    routed = Links(links.port, links.token, {**links.upstreams, "mine": "http://localhost:1234"})
    connector.connect(TOOL, routed)
    assert urls(path)["local"] == links.to("openai", "opencode", "v1").replace("/openai.", "/mine.")
    connector.disconnect(TOOL.name)
    assert path.read_bytes() == before


def test_a_gateway_is_not_left_silently(connector: Connector, links: Links, folder: Path) -> None:
    path = folder / "opencode.jsonc"
    path.write_text('{"provider": {"anthropic": {"options": {"baseURL": "https://gateway.corp/v1"}}}}')
    with pytest.raises(EditError) as caught:
        connector.connect(TOOL, links)
    assert caught.value.trouble.code == "other_address"
    assert "upstream set anthropic=https://gateway.corp/v1" in caught.value.trouble.fix
    gateway = Links(links.port, links.token, {**links.upstreams, "anthropic": "https://gateway.corp"})
    connector.connect(TOOL, gateway)
    assert urls(path) == {"anthropic": links.to("anthropic", "opencode", "v1")}


def test_nothing_to_lead(connector: Connector, user: Path, links: Links, folder: Path) -> None:
    with pytest.raises(EditError) as caught:
        connector.connect(TOOL, links)
    assert "opencode auth login" in caught.value.trouble.fix
    (folder / "opencode.json").write_text('{"provider": {"mine": {"options": {"baseURL": "https://gw.corp/v1"}}}}')
    with pytest.raises(EditError) as caught:
        connector.connect(TOOL, links)
    assert "mine goes to https://gw.corp/v1" in caught.value.trouble.message
    assert "upstream set NAME=https://gw.corp/v1" in caught.value.trouble.fix
    with pytest.raises(EditError):
        TOOL.variables(Machine(user, {"OPENCODE_CONFIG_CONTENT": "not json"}), links, "base-url")


def test_another_port_is_taken_over(connector: Connector, links: Links, folder: Path) -> None:
    (folder / "opencode.json").write_text('{"provider": {"anthropic": {}}}')
    connector.connect(TOOL, links)
    moved = Links(27999, links.token, links.upstreams)
    assert connector.standing(TOOL, moved).standing is Standing.STALE
    connector.connect(TOOL, moved)
    assert connector.standing(TOOL, moved).standing is Standing.CONNECTED
    connector.disconnect(TOOL.name)
    assert (folder / "opencode.json").read_text() == '{"provider": {"anthropic": {}}}'


def test_one_start(user: Path, links: Links) -> None:
    mine = {"theme": "x", "provider": {"anthropic": {"options": {"timeout": 1}}}}
    environment = {"ANTHROPIC_API_KEY": "k", "OPENCODE_CONFIG_CONTENT": json.dumps(mine)}
    found = TOOL.variables(Machine(user, environment), links, "base-url")
    options = {"timeout": 1, "baseURL": links.to("anthropic", "opencode", "v1")}
    assert json.loads(found["OPENCODE_CONFIG_CONTENT"]) == {
        "theme": "x",
        "provider": {"anthropic": {"options": options}},
    }


def test_what_else_decides_is_told(user: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.platform", "linux")
    (tmp_path / "etc" / "opencode").mkdir(parents=True)
    data = tmp_path / "opencode"
    data.mkdir()
    (data / "auth.json").write_text('{"openai": {"type": "oauth"}}')
    notes = TOOL.find(Machine(user, {"OPENCODE_CONFIG": "/x.json", "XDG_DATA_HOME": str(tmp_path)}, tmp_path)).notes
    assert notes[0].startswith("OPENCODE_CONFIG is set")
    assert "administrator" in notes[1]
    assert "ChatGPT login" in notes[2]


def test_where_it_is(user: Path, tmp_path: Path) -> None:
    assert not TOOL.find(Machine(user, {"PATH": str(tmp_path)})).installed
    assert TOOL.folder(Machine(user, {"XDG_CONFIG_HOME": str(tmp_path)})) == tmp_path / "opencode"


def test_one_start_lays_over_a_variable_with_comments(user: Path, links: Links) -> None:
    environment = {"ANTHROPIC_API_KEY": "k", "OPENCODE_CONFIG_CONTENT": '{"theme": "x", /* mine */}'}
    found = TOOL.variables(Machine(user, environment), links, "base-url")
    assert json.loads(found["OPENCODE_CONFIG_CONTENT"])["theme"] == "x"


@pytest.mark.parametrize(
    "content",
    [
        "not json",
        "[]",
        '{"provider": []}',
        '{"provider": {"anthropic": null}}',
        '{"provider": {"anthropic": {"options": "x"}}}',
    ],
)
def test_one_start_does_not_replace_what_it_does_not_understand(user: Path, links: Links, content: str) -> None:
    environment = {"ANTHROPIC_API_KEY": "k", "OPENCODE_CONFIG_CONTENT": content}
    with pytest.raises(EditError) as caught:
        TOOL.variables(Machine(user, environment), links, "base-url")
    assert caught.value.trouble.code == "not_understood"
