"""Mistral Vibe, end to end: what is found, what is written, what stays, what comes back."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path

import pytest

from trayapp.tools.connection import Connector, Standing, elsewhere
from trayapp.tools.files import EditError
from trayapp.tools.mistral_vibe import MistralVibe
from trayapp.tools.tool import Links, Machine

OWN = """\
# mine
enable_telemetry   = false

[[providers]]  # local
name = "llamacpp"
api_base = "http://127.0.0.1:8080/v1"

[[providers]]
name = "mistral"
api_base = "https://api.mistral.ai/v1"   # theirs
api_key_env_var = "MY_KEY"
backend = "mistral"

[tools.bash]
permission = "ask"
"""
TOOL = MistralVibe()


@pytest.fixture
def settings(user: Path) -> Path:
    path = user / ".vibe" / "config.toml"
    path.parent.mkdir(mode=0o700)
    return path


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_only_the_address_of_a_present_entry_changes(
    connector: Connector, links: Links, settings: Path, end: str
) -> None:
    mine = OWN.replace("\n", end).encode()
    settings.write_bytes(mine)
    connector.connect(TOOL, links)
    address = links.to("mistral", "mistral-vibe", "v1")
    assert settings.read_bytes() == mine.replace(b"https://api.mistral.ai/v1", address.encode())
    stands = connector.standing(TOOL, links)
    assert (stands.standing, stands.mode, stands.files) == (Standing.CONNECTED, "base-url", (settings,))
    connector.disconnect(TOOL.name)
    assert settings.read_bytes() == mine


@pytest.mark.parametrize("mine", ["", "enable_telemetry   = false # mine", OWN[: OWN.index("[[providers]]\nname")]])
def test_a_missing_entry_is_written_whole(connector: Connector, links: Links, settings: Path, mine: str) -> None:
    if mine:
        settings.write_text(mine)
    connector.connect(TOOL, links)
    assert settings.read_text().startswith(mine)
    assert tomllib.loads(settings.read_text())["providers"][-1] == {
        "name": "mistral",
        "api_base": links.to("mistral", "mistral-vibe", "v1"),
        "api_key_env_var": "MISTRAL_API_KEY",
        "backend": "mistral",
    }
    connector.disconnect(TOOL.name)
    assert (settings.read_text() if settings.exists() else "") == mine


def test_what_vibe_writes_since_stays(connector: Connector, links: Links, settings: Path) -> None:
    settings.write_text("theme = 'a'\n")
    connector.connect(TOOL, links)
    settings.write_text(settings.read_text().replace("'a'", "'b'"))
    assert all(outcome.done for outcome in connector.disconnect(TOOL.name))
    assert settings.read_text() == "theme = 'b'\n"


def test_other_providers_are_led_where_they_are_routes(connector: Connector, links: Links, settings: Path) -> None:
    mine = OWN.replace("http://127.0.0.1:8080/v1", "https://llm.house.example/v1")
    settings.write_text(mine)
    connector.connect(TOOL, links)
    assert "https://llm.house.example/v1" in settings.read_text()
    connector.disconnect(TOOL.name)
    more = Links(links.port, links.token, {**links.upstreams, "house": "https://llm.house.example"})
    connector.connect(TOOL, more)
    assert more.to("house", "mistral-vibe", "v1") in settings.read_text()
    connector.disconnect(TOOL.name)
    assert settings.read_text() == mine


def test_a_gateway_is_not_left_silently(connector: Connector, links: Links, settings: Path) -> None:
    mine = OWN.replace("https://api.mistral.ai/v1", "https://gw.corp/mistral/v1")
    settings.write_text(mine)
    with pytest.raises(EditError) as caught:
        connector.connect(TOOL, links)
    assert caught.value.trouble.message == f"{settings}: provider mistral is https://gw.corp/mistral/v1."
    assert settings.read_text() == mine
    gateway = Links(links.port, links.token, {**links.upstreams, "mistral": "https://gw.corp/mistral"})
    connector.connect(TOOL, gateway)
    connector.disconnect(TOOL.name)
    connector.connect(TOOL, links, replace_address=True)
    connector.disconnect(TOOL.name)
    assert settings.read_text() == mine


def test_the_vendors_own_address_may_be_led_to_a_gateway(connector: Connector, links: Links, settings: Path) -> None:
    settings.write_text(OWN)
    connector.connect(TOOL, Links(links.port, links.token, {**links.upstreams, "mistral": "https://gw.corp"}))
    assert links.to("mistral", "mistral-vibe", "v1") in settings.read_text()


def test_one_start_keeps_what_the_user_has_set(user: Path, links: Links, settings: Path) -> None:
    address = links.to("mistral", "mistral-vibe", "v1")
    machine = Machine(user, {})
    (one,) = json.loads(TOOL.variables(machine, links, "base-url")["VIBE_PROVIDERS"])
    assert (one["name"], one["api_base"], one["api_key_env_var"]) == ("mistral", address, "MISTRAL_API_KEY")
    settings.write_text(OWN)
    (one,) = json.loads(TOOL.variables(machine, links, "base-url")["VIBE_PROVIDERS"])
    assert (one["name"], one["api_base"], one["api_key_env_var"]) == ("mistral", address, "MY_KEY")


def test_what_is_told(user: Path, settings: Path) -> None:
    settings.write_text(OWN)
    notes = TOOL.find(Machine(user, {"VIBE_PROVIDERS": "[]"})).notes
    assert "provider llamacpp has the address http://127.0.0.1:8080/v1" in notes[0]
    assert notes[1] == "VIBE_PROVIDERS is set in this shell and wins over the settings file."


def test_where_it_is(user: Path, tmp_path: Path) -> None:
    assert not TOOL.find(Machine(user, {})).installed
    elsewhere = Machine(user, {"VIBE_HOME": str(tmp_path)})
    assert TOOL.settings(elsewhere) == tmp_path / "config.toml"
    assert TOOL.find(elsewhere).installed


def test_a_new_entry_keeps_its_key_when_it_is_connected_again(
    connector: Connector, links: Links, settings: Path
) -> None:
    connector.connect(TOOL, links)
    first = tomllib.loads(settings.read_text())
    moved = Links(27999, links.token, links.upstreams)
    connector.connect(TOOL, moved)
    address = moved.to("mistral", "mistral-vibe", "v1")
    assert tomllib.loads(settings.read_text())["providers"] == [{**first["providers"][0], "api_base": address}]
    connector.disconnect(TOOL.name)
    assert not settings.exists()


def test_an_entry_of_the_users_own_gets_its_address_only_also_again(
    connector: Connector, links: Links, settings: Path
) -> None:
    settings.write_text('[[providers]]\nname = "mistral"\napi_base = "https://api.mistral.ai/v1"\n')
    connector.connect(TOOL, links)
    first = settings.read_text()
    connector.connect(TOOL, links)
    assert settings.read_text() == first
    assert "backend" not in first


def test_a_password_in_an_address_is_not_told(user: Path, settings: Path) -> None:
    settings.write_text(OWN.replace("http://127.0.0.1:8080", "http://me:hunter2@10.0.0.1"))
    assert "hunter2" not in TOOL.find(Machine(user, {})).notes[0]


def test_one_start_is_laid_over_what_the_shell_has(user: Path, links: Links) -> None:
    mine = [
        {"name": "mistral", "api_base": "https://gw.corp/v1", "api_key_env_var": "MINE"},
        {"name": "other", "api_base": "https://o/v1"},
    ]
    machine = Machine(user, {"VIBE_PROVIDERS": json.dumps(mine)})
    other, own = json.loads(TOOL.variables(machine, links, "base-url")["VIBE_PROVIDERS"])
    assert other == mine[1]
    assert own == {**mine[0], "api_base": links.to("mistral", "mistral-vibe", "v1")}
    assert [placed.url for placed in elsewhere(TOOL, machine, links)] == ["https://gw.corp/v1"]
    assert TOOL.variables(Machine(user, {"VIBE_PROVIDERS": "{"}), links, "base-url")
