"""Continue: the models in its settings file, in YAML as people write it, and in the older JSON."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml

from trayapp.tools.connection import Connector, Standing
from trayapp.tools.continue_dev import Continue
from trayapp.tools.files import EditError
from trayapp.tools.tool import Links, Machine

TOOL = Continue()
MINE = """# mine
name:   mine
models:
- provider: anthropic   # the dear one
  name: Sonnet
  model: claude-sonnet-5
  roles:
  - chat
  defaultCompletionOptions:
    maxTokens: 2000

- uses: continuedev/some-model
- name: GPT
  provider: openai
  model: gpt-5.5
  apiBase: 'https://api.openai.com/v1'  # said aloud
- name: LM Studio
  provider: openai
  model: m
  apiBase: http://localhost:1234/v1/
- name: Local
  provider: ollama
  model: m
context:
- provider: code
"""


@pytest.fixture
def folder(user: Path) -> Path:
    path = user / ".continue"
    path.mkdir(mode=0o700)
    return path


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_connect_and_disconnect(connector: Connector, user: Path, links: Links, folder: Path, end: str) -> None:
    path = folder / "config.yaml"
    path.write_bytes(MINE.replace("\n", end).encode())
    before = path.read_bytes()
    notes = TOOL.find(Machine(user, {})).notes
    assert notes[0].startswith("model LM Studio goes to http://localhost:1234/v1/ and stays so")
    assert "`uses`" in notes[1]
    connector.connect(TOOL, links)
    bases = [model.get("apiBase") for model in yaml.safe_load(path.read_bytes())["models"]]
    assert bases == [
        links.to("anthropic", "continue", "v1/"),
        None,
        links.to("openai", "continue", "v1/"),
        "http://localhost:1234/v1/",
        None,
    ]
    assert connector.standing(TOOL, links).standing is Standing.CONNECTED
    connector.disconnect(TOOL.name)
    assert path.read_bytes() == before


def test_the_older_file(connector: Connector, links: Links, folder: Path) -> None:
    path = folder / "config.json"
    path.write_text('{"models": [{"title": "G", "provider": "gemini", "model": "g"}]}')
    before = path.read_bytes()
    connector.connect(TOOL, links)
    assert json.loads(path.read_bytes())["models"][0]["apiBase"] == links.to("gemini", "continue", "v1beta/")
    connector.disconnect(TOOL.name)
    assert path.read_bytes() == before


def test_a_gateway_is_not_left_silently(connector: Connector, links: Links, folder: Path) -> None:
    path = folder / "config.yaml"
    path.write_text("models:\n- provider: anthropic\n  model: m\n  apiBase: https://gateway.corp/v1/\n")
    with pytest.raises(EditError) as caught:
        connector.connect(TOOL, links)
    assert caught.value.trouble.code == "other_address"
    connector.connect(TOOL, links, replace_address=True)
    assert links.to("anthropic", "continue", "v1/") in path.read_text()


@pytest.mark.parametrize("text", ["models: []\n", "models:\n- provider: openai\n  model: m\n  apiBase: http://x/v1\n"])
def test_nothing_to_lead(connector: Connector, links: Links, folder: Path, text: str) -> None:
    (folder / "config.yaml").write_text(text)
    with pytest.raises(EditError) as caught:
        connector.connect(TOOL, links)
    assert caught.value.trouble.code == "nothing_to_lead"


def test_where_it_is(user: Path, tmp_path: Path) -> None:
    assert not TOOL.find(Machine(user, {"PATH": str(tmp_path)})).installed
    assert TOOL.settings(Machine(user, {"CONTINUE_GLOBAL_DIR": str(tmp_path)})) == tmp_path / "config.yaml"
