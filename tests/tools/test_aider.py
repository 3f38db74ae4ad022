"""aider, end to end: what is found, what is written, what stays, what comes back."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from trayapp.tools.aider import Aider
from trayapp.tools.connection import Connector, Standing
from trayapp.tools.files import EditError
from trayapp.tools.tool import Links, Machine

MINE = """\
# mine
dark-mode: true
set-env:
- MY_VARIABLE=1   # keep
- OTHER=two

read:   [CONVENTIONS.md]
"""
TOOL = Aider()


@pytest.fixture
def settings(user: Path) -> Path:
    return user / ".aider.conf.yml"


def ours(links: Links) -> list[str]:
    return [
        f"ANTHROPIC_API_BASE={links.to('anthropic', 'aider')}",
        f"OPENAI_BASE_URL={links.to('openai', 'aider', 'v1')}",
        f"GEMINI_API_BASE={links.to('gemini', 'aider')}",
    ]


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_connect_and_disconnect(connector: Connector, links: Links, settings: Path, end: str) -> None:
    mine = MINE.replace("\n", end).encode()
    settings.write_bytes(mine)
    preview = connector.preview(TOOL, links)
    assert links.token not in preview.diff()
    connector.connect(TOOL, links)
    after = settings.read_bytes().decode()
    wanted = "".join(f"- {entry}{end}" for entry in ours(links))
    assert after == mine.decode().replace(f"- OTHER=two{end}", f"- OTHER=two{end}{wanted}")
    assert yaml.safe_load(after)["set-env"] == ["MY_VARIABLE=1", "OTHER=two", *ours(links)]
    stands = connector.standing(TOOL, links)
    assert (stands.standing, stands.mode, stands.files) == (Standing.CONNECTED, "base-url", (settings,))
    assert all(outcome.done for outcome in connector.disconnect(TOOL.name))
    assert settings.read_bytes() == mine


def test_without_settings_they_come_and_go(connector: Connector, links: Links, settings: Path) -> None:
    connector.connect(TOOL, links)
    assert yaml.safe_load(settings.read_text()) == {"set-env": ours(links)}
    connector.disconnect(TOOL.name)
    assert not settings.exists()


def test_what_the_user_adds_since_stays(connector: Connector, links: Links, settings: Path) -> None:
    settings.write_text(MINE)
    connector.connect(TOOL, links)
    settings.write_text(settings.read_text() + "model: sonnet\n")
    connector.disconnect(TOOL.name)
    assert settings.read_text() == MINE + "model: sonnet\n"


def test_a_new_port_is_led_to_by_connecting_again(connector: Connector, links: Links, settings: Path) -> None:
    settings.write_text(MINE)
    connector.connect(TOOL, links)
    moved = Links(links.port + 1, links.token, links.upstreams)
    assert connector.standing(TOOL, moved).standing is Standing.STALE
    connector.connect(TOOL, moved)
    assert yaml.safe_load(settings.read_text())["set-env"][2:] == ours(moved)
    connector.disconnect(TOOL.name)
    assert settings.read_text() == MINE


GATEWAYS = {
    "set-env": (".aider.conf.yml", "set-env:\n- ANTHROPIC_BASE_URL=https://gw.corp\n", "set-env ANTHROPIC_BASE_URL"),
    "openai-api-base": (".aider.conf.yml", "openai-api-base: https://gw.corp\n", "openai-api-base"),
    "dotenv": (".env", "OPENAI_API_BASE='https://gw.corp'\n", "OPENAI_API_BASE"),
    "start file": (".bashrc", "export GEMINI_API_BASE=https://gw.corp\n", "GEMINI_API_BASE"),
}


@pytest.mark.parametrize("name", GATEWAYS)
def test_a_gateway_is_not_left_silently(connector: Connector, user: Path, links: Links, name: str) -> None:
    file, text, what = GATEWAYS[name]
    (user / file).write_text(text)
    with pytest.raises(EditError) as caught:
        connector.connect(TOOL, links)
    assert caught.value.trouble.code == "other_address"
    assert caught.value.trouble.message == f"{user / file}: {what} is https://gw.corp."
    assert (user / file).read_text() == text
    same = Links(
        links.port,
        links.token,
        {**links.upstreams, **dict.fromkeys(("anthropic", "openai", "gemini"), "https://gw.corp")},
    )
    connector.connect(TOOL, same)
    connector.disconnect(TOOL.name)
    assert (user / file).read_text() == text


def test_a_list_in_brackets_is_not_touched(connector: Connector, links: Links, settings: Path) -> None:
    settings.write_text("set-env: [A=1]\n")
    with pytest.raises(EditError) as caught:
        connector.connect(TOOL, links)
    assert caught.value.trouble.code == "not_understood"
    assert settings.read_text() == "set-env: [A=1]\n"


def test_where_it_is(user: Path, tmp_path: Path) -> None:
    assert not TOOL.find(Machine(user, {"PATH": str(tmp_path)})).installed
    (tmp_path / "aider").write_text("")
    (tmp_path / "aider").chmod(0o755)
    assert TOOL.find(Machine(user, {"PATH": str(tmp_path)})).installed
    (user / ".aider").mkdir()
    assert TOOL.find(Machine(user, {})).installed


def test_one_start_needs_no_file(user: Path, links: Links) -> None:
    found = TOOL.variables(Machine(user, {}), links, "base-url")
    assert [f"{name}={value}" for name, value in found.items()] == ours(links)
