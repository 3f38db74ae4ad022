"""llm: by the environment, or by the addresses in its list of own models."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from trayapp.tools.connection import Connector, Standing
from trayapp.tools.files import EditError
from trayapp.tools.llm import EXTRA, Llm
from trayapp.tools.tool import Links, Machine

MODELS = """\
# my models
- model_id: quick   # ours
  model_name: openai/gpt-oss-20b
  api_base: "https://llm.house.example/quick/v1"
  api_key_name: house

- model_id: tuned
  model_name: ft:gpt-5.5
- model_id: local
  model_name: qwen3
  api_base: http://localhost:9/v1
"""
TOOL = Llm()


@pytest.fixture
def models(user: Path) -> Path:
    path = user / ".config" / "io.datasette.llm" / "extra-openai-models.yaml"
    path.parent.mkdir(parents=True, mode=0o700)
    path.write_text(MODELS)
    return path


@pytest.fixture
def more(links: Links) -> Links:
    return Links(links.port, links.token, {**links.upstreams, "house": "https://llm.house.example/quick"})


def test_by_the_environment(connector: Connector, home: Path, user: Path, links: Links) -> None:
    start = user / ".bashrc"
    start.write_bytes(b"# mine\r\nexport  A=1")
    connector.connect(TOOL, links)
    written = (home / "config" / "shell" / "env.sh").read_text()
    assert f"export OPENAI_BASE_URL={links.to('openai', None, 'v1')}\n" in written
    assert "GEMINI" not in written
    assert connector.standing(TOOL, links).standing is Standing.CONNECTED
    assert all(outcome.done for outcome in connector.disconnect(TOOL.name))
    assert start.read_bytes() == b"# mine\r\nexport  A=1"


def test_its_own_models(connector: Connector, models: Path, more: Links) -> None:
    connector.connect(TOOL, more, EXTRA)
    assert models.read_text() == MODELS.replace(
        '"https://llm.house.example/quick/v1"', f"{more.to('house', 'llm', 'v1')}"
    )
    assert yaml.safe_load(models.read_text())[0]["api_key_name"] == "house"
    stands = connector.standing(TOOL, more)
    assert (stands.standing, stands.mode, stands.files) == (Standing.CONNECTED, EXTRA, (models,))
    moved = Links(more.port + 1, more.token, more.upstreams)
    assert connector.standing(TOOL, moved).standing is Standing.STALE
    connector.connect(TOOL, moved, EXTRA)
    assert moved.to("house", "llm", "v1") in models.read_text()
    connector.disconnect(TOOL.name)
    assert models.read_text() == MODELS


def test_services_that_are_no_route_are_left_alone(connector: Connector, models: Path, links: Links) -> None:
    with pytest.raises(EditError) as caught:
        connector.connect(TOOL, links, EXTRA)
    assert caught.value.trouble.code == "nothing_to_lead"
    assert models.read_text() == MODELS


def test_a_public_address_is_its_vendors(connector: Connector, models: Path, links: Links) -> None:
    models.write_text("- model_id: tuned\n  api_base: https://api.openai.com/v1/\n")
    gateway = Links(links.port, links.token, {**links.upstreams, "openai": "https://gw.corp"})
    connector.connect(TOOL, gateway, EXTRA)
    assert links.to("openai", "llm", "v1") in models.read_text()


def test_own_models_are_told(user: Path, models: Path) -> None:
    (note,) = TOOL.find(Machine(user, {})).notes
    assert note == f"quick, local in {models}: the environment does not lead these, mode {EXTRA} may."


@pytest.mark.parametrize("text", ["", "not: a list\n", "- just text\n", "- [\n", "- model_id: 1\n  api_base: 2\n"])
def test_a_list_that_is_none_does_not_matter(user: Path, models: Path, text: str) -> None:
    models.write_text(text)
    assert TOOL.find(Machine(user, {})).notes == ()


def test_where_it_is(user: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert not TOOL.find(Machine(user, {})).installed
    monkeypatch.setattr("sys.platform", "linux")
    elsewhere = Machine(user, {"LLM_USER_PATH": str(tmp_path)})
    assert TOOL.models(elsewhere) == tmp_path / "extra-openai-models.yaml"
    assert TOOL.find(elsewhere).installed
    assert TOOL.models(Machine(user, {})) == user / ".config/io.datasette.llm/extra-openai-models.yaml"
    monkeypatch.setattr("sys.platform", "darwin")
    support = user / "Library/Application Support/io.datasette.llm"
    assert TOOL.models(Machine(user, {})) == support / "extra-openai-models.yaml"
