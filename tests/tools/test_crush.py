"""Crush: a line in its script where there is one, else its JSON file. It cannot be run here: facts of its source."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from trayapp.tools.connection import Connector, Standing
from trayapp.tools.crush import Crush
from trayapp.tools.files import EditError
from trayapp.tools.tool import Links, Machine

TOOL = Crush()
SCRIPT = """# mine
provider add openrouter --api-key "$KEY" # dear
provider add groq \\
  --type openai-compat \\
  --base-url=https://api.groq.com/openai/v1
provider add local --base-url http://localhost:1234/v1
if true; then option debug true; fi
"""


@pytest.fixture
def folder(user: Path) -> Path:
    path = user / ".config" / "crush"
    path.mkdir(parents=True)
    return path


def run(script: Path) -> dict[str, str]:
    """What the script tells Crush: the last address of each provider, by a real Bash with a stand-in command."""
    stand_in = (
        'provider() { shift; local n=$1; shift; while (($#)); do [[ $1 == --base-url ]] && echo "$n $2"; shift; done; }'
    )
    text = f"{stand_in}\noption() {{ :; }}\n. {script}\n"
    done = subprocess.run(["bash", "-euc", text], capture_output=True, text=True, check=True, env={"KEY": "k"})
    return dict(line.split(" ", 1) for line in done.stdout.splitlines())


def test_json_where_there_is_no_script(connector: Connector, user: Path, links: Links, folder: Path) -> None:
    path = folder / "crush.json"
    path.write_bytes(
        b'{\n  "providers": {\n    "xai": { "api_key": "$XAI" },\n    "gw": {"base_url": "https://gw/v1"}\n  }\n}\n'
    )
    before = path.read_bytes()
    assert TOOL.find(Machine(user, {})).notes[0].startswith("gw goes to https://gw/v1 and stays so")
    connector.connect(TOOL, links)
    found = {name: entry["base_url"] for name, entry in json.loads(path.read_bytes())["providers"].items()}
    assert found == {
        "xai": links.to("xai", "crush", "v1"),
        "gw": "https://gw/v1",
        "anthropic": links.to("anthropic", "crush"),
        "openai": links.to("openai", "crush", "v1"),
        "gemini": links.to("gemini", "crush"),
    }
    assert connector.standing(TOOL, links).standing is Standing.CONNECTED
    connector.disconnect(TOOL.name)
    assert path.read_bytes() == before


def test_a_line_in_the_script(connector: Connector, user: Path, links: Links, folder: Path) -> None:
    script = folder / "crushrc"
    script.write_text(SCRIPT)
    assert [n for n in TOOL.find(Machine(user, {})).notes if n.startswith("local goes to http://localhost:1234/v1")]
    connector.connect(TOOL, links)
    assert script.read_text().startswith(SCRIPT)
    assert not (folder / "crush.json").exists()
    assert run(script) == {
        "local": "http://localhost:1234/v1",
        "anthropic": links.to("anthropic", "crush"),
        "openai": links.to("openai", "crush", "v1"),
        "gemini": links.to("gemini", "crush"),
        "groq": links.to("groq", "crush", "v1"),
    }
    moved = Links(27999, links.token, links.upstreams)
    assert connector.standing(TOOL, links).standing is Standing.CONNECTED
    assert connector.standing(TOOL, moved).standing is Standing.STALE
    connector.connect(TOOL, moved)
    assert run(script)["groq"] == moved.to("groq", "crush", "v1")
    connector.disconnect(TOOL.name)
    assert script.read_text() == SCRIPT


@pytest.mark.parametrize("name", ["crushrc", "crush.json"])
def test_a_gateway_is_not_left_silently(connector: Connector, links: Links, folder: Path, name: str) -> None:
    text = {
        "crushrc": "provider add anthropic --base-url 'https://gateway.corp'\n",
        "crush.json": '{"providers": {"anthropic": {"base_url": "https://gateway.corp"}}}',
    }
    (folder / name).write_text(text[name])
    with pytest.raises(EditError) as caught:
        connector.connect(TOOL, links)
    assert caught.value.trouble.code == "other_address"
    assert (folder / name).read_text() == text[name]
    connector.connect(TOOL, links, replace_address=True)
    assert links.to("anthropic", "crush") in (folder / name).read_text()


def test_a_script_that_is_no_text(user: Path, folder: Path) -> None:
    (folder / "crushrc").write_bytes(b"\xff\xfeprovider add x --base-url 'y\n")
    assert TOOL.find(Machine(user, {})).addresses == ()


def test_where_it_is(user: Path, tmp_path: Path) -> None:
    assert not TOOL.find(Machine(user, {"PATH": str(tmp_path)})).installed
    assert TOOL.folder(Machine(user, {"CRUSH_GLOBAL_CONFIG": str(tmp_path)})) == tmp_path


def test_a_script_that_is_a_link(connector: Connector, user: Path, links: Links, folder: Path) -> None:
    dotfile = user / "dotfiles" / "crushrc"
    dotfile.parent.mkdir()
    dotfile.write_text(SCRIPT)
    (folder / "crushrc").symlink_to(dotfile)
    assert [n for n in TOOL.find(Machine(user, {})).notes if "local goes to" in n]
    connector.connect(TOOL, links)
    assert run(folder / "crushrc")["groq"] == links.to("groq", "crush", "v1")
    connector.disconnect(TOOL.name)
    assert dotfile.read_text() == SCRIPT
    assert (folder / "crushrc").is_symlink()
