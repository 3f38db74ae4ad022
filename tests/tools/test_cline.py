"""Cline: the providers that its file lists."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from trayapp.tools.cline import Cline
from trayapp.tools.connection import Connector, Standing
from trayapp.tools.files import EditError
from trayapp.tools.tool import Links, Machine

TOOL = Cline()


@pytest.fixture
def listed(user: Path) -> Path:
    path = user / ".cline" / "data" / "settings" / "providers.json"
    path.parent.mkdir(parents=True, mode=0o700)
    return path


def write(path: Path, **providers: dict[str, str]) -> None:
    entries = {name.replace("_", "-"): {"settings": settings} for name, settings in providers.items()}
    path.write_text(json.dumps({"version": 1, "providers": entries}, indent=2))


def urls(path: Path) -> dict[str, str | None]:
    return {name: e["settings"].get("baseUrl") for name, e in json.loads(path.read_bytes())["providers"].items()}


def test_connect_and_disconnect(connector: Connector, user: Path, links: Links, listed: Path) -> None:
    write(
        listed,
        anthropic={"apiKey": "k"},
        openai_native={"apiKey": "k", "baseUrl": "https://api.openai.com/v1"},
        cline={"accessToken": "t"},
        openai_compatible={"apiKey": "k", "baseUrl": "https://gw.corp/v1"},
    )
    before = listed.read_bytes()
    assert TOOL.find(Machine(user, {})).notes[0].startswith("openai-compatible goes to https://gw.corp/v1")
    connector.connect(TOOL, links)
    assert urls(listed) == {
        "anthropic": links.to("anthropic", "cline", "v1"),
        "openai-native": links.to("openai", "cline", "v1"),
        "cline": None,
        "openai-compatible": "https://gw.corp/v1",
    }
    assert connector.standing(TOOL, links).standing is Standing.CONNECTED
    connector.disconnect(TOOL.name)
    assert listed.read_bytes() == before


def test_a_gateway_is_not_left_silently(connector: Connector, links: Links, listed: Path) -> None:
    write(listed, gemini={"baseUrl": "https://gateway.corp/v1beta"})
    with pytest.raises(EditError) as caught:
        connector.connect(TOOL, links)
    assert caught.value.trouble.code == "other_address"
    connector.connect(TOOL, links, replace_address=True)
    assert urls(listed) == {"gemini": links.to("gemini", "cline", "v1beta")}


def test_nothing_to_lead(connector: Connector, links: Links, listed: Path) -> None:
    write(listed, cline={"accessToken": "t"})
    with pytest.raises(EditError) as caught:
        connector.connect(TOOL, links)
    assert caught.value.trouble.code == "nothing_to_lead"
    assert "cline auth" in caught.value.trouble.fix


def test_what_it_rewrites_is_taken_out_by_key(connector: Connector, links: Links, listed: Path) -> None:
    write(listed, anthropic={"apiKey": "k"})
    before = json.loads(listed.read_bytes())
    connector.connect(TOOL, links)
    listed.write_text(json.dumps(json.loads(listed.read_bytes())))
    connector.disconnect(TOOL.name)
    assert json.loads(listed.read_bytes()) == before


def test_where_it_is(user: Path, tmp_path: Path) -> None:
    assert not TOOL.find(Machine(user, {"PATH": str(tmp_path)})).installed
    moved = Machine(user, {"CLINE_DIR": str(tmp_path)})
    assert TOOL.settings(moved) == tmp_path / "data" / "settings" / "providers.json"
    assert TOOL.settings(Machine(user, {"CLINE_DATA_DIR": str(tmp_path)})).is_relative_to(tmp_path / "settings")
    assert "spendlight url anthropic --tool cline" in TOOL.advice
