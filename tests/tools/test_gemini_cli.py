"""Gemini CLI: its three ways of signing in, the one `.env` file that it reads, and what would not work."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from trayapp.tools.connection import Connector, Standing
from trayapp.tools.files import EditError
from trayapp.tools.gemini_cli import GeminiCli
from trayapp.tools.tool import Links, Machine

TOOL = GeminiCli()
MINE = b'# mine\r\nexport GEMINI_API_KEY="AIza"  # key\r\n'


@pytest.fixture
def folder(user: Path) -> Path:
    path = user / ".gemini"
    path.mkdir(mode=0o700)
    return path


def choose(folder: Path, kind: str) -> None:
    (folder / "settings.json").write_text(json.dumps({"security": {"auth": {"selectedType": kind}}}))


def test_connect_and_disconnect(connector: Connector, links: Links, folder: Path) -> None:
    env, settings = folder / ".env", folder / "settings.json"
    env.write_bytes(MINE)
    env.chmod(0o600)
    connector.connect(TOOL, links)
    address = links.to("gemini", "gemini-cli")
    assert env.read_bytes() == MINE + f"export GOOGLE_GEMINI_BASE_URL={address}\r\n".encode()
    assert json.loads(settings.read_bytes()) == {"security": {"auth": {"selectedType": "gemini-api-key"}}}
    stands = connector.standing(TOOL, links)
    assert (stands.standing, stands.mode, set(stands.files)) == (Standing.CONNECTED, "api-key", {env, settings})
    connector.disconnect(TOOL.name)
    assert env.read_bytes() == MINE
    assert not settings.exists()


@pytest.mark.parametrize(
    ("kind", "mode", "variable", "route"),
    [
        ("gemini-api-key", "api-key", "GOOGLE_GEMINI_BASE_URL", "gemini"),
        ("vertex-ai", "vertex", "GOOGLE_VERTEX_BASE_URL", "vertex"),
        ("oauth-personal", "oauth", "CODE_ASSIST_ENDPOINT", "code-assist"),
        ("compute-default-credentials", "oauth", "CODE_ASSIST_ENDPOINT", "code-assist"),
    ],
)
def test_each_way_has_its_variable(
    connector: Connector, links: Links, user: Path, folder: Path, kind: str, mode: str, variable: str, route: str
) -> None:
    choose(folder, kind)
    before = (folder / "settings.json").read_bytes()
    connector.connect(TOOL, links)
    assert (folder / ".env").read_text() == f"{variable}={links.to(route, 'gemini-cli')}\n"
    assert (folder / "settings.json").read_bytes() == before
    assert connector.standing(TOOL, links).mode == mode
    assert TOOL.variables(Machine(user, {}), links, mode) == {variable: links.to(route, "gemini-cli")}
    connector.disconnect(TOOL.name)
    assert not (folder / ".env").exists()


@pytest.mark.parametrize(
    ("environment", "files", "mode"),
    [
        ({"GOOGLE_GENAI_USE_GCA": "true", "GEMINI_API_KEY": "k"}, {}, "oauth"),
        ({"GOOGLE_GENAI_USE_VERTEXAI": "true"}, {}, "vertex"),
        ({}, {".env": "GOOGLE_GENAI_USE_VERTEXAI=true\n"}, "vertex"),
        ({}, {"oauth_creds.json": "{}"}, "oauth"),
        ({"GEMINI_API_KEY": "k"}, {"oauth_creds.json": "{}"}, "api-key"),
        (
            {"GOOGLE_GENAI_USE_GCA": "true"},
            {"settings.json": '{"security":{"auth":{"selectedType":"vertex-ai"}}}'},
            "vertex",
        ),
        ({}, {}, "api-key"),
    ],
)
def test_usual_mode(user: Path, folder: Path, environment: dict[str, str], files: dict[str, str], mode: str) -> None:
    for name, text in files.items():
        (folder / name).write_text(text)
    assert TOOL.usual(Machine(user, environment)) == mode


def test_a_new_file_does_not_hide_an_older_one(connector: Connector, links: Links, user: Path, folder: Path) -> None:
    (user / ".env").write_text("GEMINI_API_KEY=k\n")
    connector.connect(TOOL, links)
    assert (user / ".env").read_text().startswith("GEMINI_API_KEY=k\nGOOGLE_GEMINI_BASE_URL=")
    assert not (folder / ".env").exists()
    connector.disconnect(TOOL.name)
    assert (user / ".env").read_text() == "GEMINI_API_KEY=k\n"


def test_a_gateway_is_not_left_silently(connector: Connector, links: Links, folder: Path) -> None:
    (folder / ".env").write_text("GOOGLE_GEMINI_BASE_URL=https://gateway.corp/g\n")
    with pytest.raises(EditError) as caught:
        connector.connect(TOOL, links)
    assert caught.value.trouble.code == "other_address"
    assert "upstream set gemini=https://gateway.corp/g" in caught.value.trouble.fix
    connector.connect(TOOL, links, replace_address=True)
    assert connector.standing(TOOL, links).standing is Standing.CONNECTED


def test_another_way_than_the_chosen_one_is_refused(connector: Connector, links: Links, folder: Path) -> None:
    choose(folder, "oauth-personal")
    with pytest.raises(EditError) as caught:
        connector.connect(TOOL, links, "api-key")
    assert caught.value.trouble.code == "other_login"
    assert "--mode oauth" in caught.value.trouble.fix
    assert not (folder / ".env").exists()


def test_one_start_needs_a_chosen_way(user: Path, links: Links) -> None:
    with pytest.raises(EditError) as caught:
        TOOL.variables(Machine(user, {"GEMINI_API_KEY": "k"}), links, "api-key")
    assert caught.value.trouble.code == "not_chosen"


@pytest.mark.parametrize(
    ("where", "host"),
    [("us-central1", "us-central1-aiplatform"), ("eu", "aiplatform.eu.rep")],
)
def test_a_location_needs_its_host(user: Path, links: Links, where: str, host: str) -> None:
    machine = Machine(user, {"GOOGLE_CLOUD_PROJECT": "p", "GOOGLE_CLOUD_LOCATION": where})
    with pytest.raises(EditError) as caught:
        TOOL.variables(machine, links, "vertex")
    line = f"vertex=https://{host}.googleapis.com"
    assert line in caught.value.trouble.fix
    regional = Links(links.port, links.token, {**links.upstreams, "vertex": line.removeprefix("vertex=")})
    assert TOOL.variables(machine, regional, "vertex")
    assert TOOL.variables(Machine(user, {**machine.environment, "GOOGLE_CLOUD_LOCATION": "global"}), links, "vertex")


def test_what_else_decides_is_told(user: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.platform", "linux")
    managed = tmp_path / "etc" / "gemini-cli" / "settings.json"
    managed.parent.mkdir(parents=True)
    managed.write_text('{"security": {"auth": {"enforcedType": "vertex-ai"}}}')
    notes = TOOL.find(Machine(user, {"CODE_ASSIST_ENDPOINT": "https://else"}, tmp_path)).notes
    assert "CODE_ASSIST_ENDPOINT is set in this shell" in notes[0]
    assert "vertex-ai only" in notes[1]
    assert "administrator" in notes[1]
    moved = tmp_path / "other.json"
    moved.write_text("{}")
    assert str(moved) in TOOL.find(Machine(user, {"GEMINI_CLI_SYSTEM_SETTINGS_PATH": str(moved)}, tmp_path)).notes[0]


def test_where_it_is(user: Path, tmp_path: Path) -> None:
    assert not TOOL.find(Machine(user, {"PATH": str(tmp_path)}, tmp_path)).installed
    assert TOOL.settings(Machine(user, {"GEMINI_CLI_HOME": str(tmp_path)})) == tmp_path / ".gemini" / "settings.json"
    (user / ".gemini").mkdir()
    assert TOOL.find(Machine(user, {"PATH": str(tmp_path)}, tmp_path)).installed


def test_a_folder_that_the_user_names_may_lie_anywhere(connect_on, user: Path, links: Links, tmp_path: Path) -> None:
    connector = connect_on(Machine(user, {"GEMINI_CLI_HOME": str(tmp_path)}))
    connector.connect(TOOL, links)
    assert links.to("gemini", "gemini-cli") in (tmp_path / ".gemini" / ".env").read_text()
    connector.disconnect(TOOL.name)
    assert not (tmp_path / ".gemini" / ".env").exists()
